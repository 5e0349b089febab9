/* conduct.c -- what a day asks of a patient: visits and measurements, dosing rules, taking the dose. Lane by lane. */
#include "conduct.h"

#include <math.h>
#include <string.h>

enum {
  MOST_DOSES = 1000000
}; /* more than a trial has days or hours: where a rule's number is cut before it becomes an integer */

static uint32_t hour_slot(double time) { return (uint32_t)floor(time + 1e-6); }

void lind_conduct_begin(lind_conduct *c, lind_desk *desk, const int seat[LIND_LANES], int n) {
  const lind_plan *plan = desk->plan;
  memset(c, 0, sizeof *c);
  c->desk = desk;
  c->n = n;
  for (int i = 0; i < LIND_LANES; i++) {
    lind_conduct_lane *lane = &c->lane[i];
    const int s = seat[i < n ? i : 0];
    lane->seat = s;
    lane->on = i < n;
    lane->who = (lind_who){plan->protocol->seed, desk->replicate, (uint32_t)(desk->first_seat + (uint64_t)s),
                           (uint32_t)(desk->attempts[s] - 1)};
    lane->next_dose = INFINITY;
    lane->every = 24.0;
    lane->state = -1;
    lane->recheck_day = 0;
    const double yearly = plan->protocol->dropout_yearly;
    lane->leaves = INFINITY;
    if (yearly > 0.0) {
      const double hazard = -log1p(-yearly) / (365.25 * 24.0);
      lane->leaves = -log1p(-lind_random_uniform(lane->who, plan->purpose_dropout, 0)) / hazard;
    }
    if (!lane->on) continue;
    desk->n_visits[s] = 0;
    desk->reason[s] = LIND_END_COMPLETED;
    desk->end[s] = plan->protocol->duration;
    desk->steps[s] = 0;
    for (int d = 0; d < plan->n_days; d++)
      desk->dose[(size_t)s * (size_t)plan->n_days + (size_t)d] = desk->taken[(size_t)s * (size_t)plan->n_days + (size_t)d] = 0.0;
  }
}

/* The day on which the patient comes for visit v: uniform in its window, the same in every arm. */
static int visit_day(const lind_plan *plan, lind_who who, int v) {
  const int window = plan->visits[v].window;
  if (window == 0) return plan->visits[v].day;
  const double u = lind_random_uniform(who, plan->purpose_window, (uint32_t)v);
  return plan->visits[v].day - window + (int)floor(u * (2 * window + 1));
}

static bool comes_today(const lind_plan *plan, lind_conduct_lane *lane, int day) {
  bool comes = false;
  while (lane->next_visit < plan->n_visits) {
    const int v = lane->next_visit, on = visit_day(plan, lane->who, v);
    if (on > day) break;
    lane->next_visit++;
    const double missed = plan->visits[v].missed;
    if (on == day && !(missed > 0.0 && lind_random_uniform(lane->who, plan->purpose_attend, (uint32_t)v) < missed)) comes = true;
  }
  if (lane->recheck_day == day) comes = true;
  return comes;
}

void lind_conduct_leave(lind_conduct *c, int i, double time, lind_end reason) {
  lind_conduct_lane *lane = &c->lane[i];
  if (!lane->on) return;
  lane->on = false;
  c->desk->end[lane->seat] = time;
  c->desk->reason[lane->seat] = (uint8_t)reason;
  const int n_days = c->desk->plan->n_days;
  for (int d = (int)ceil(time / 24.0 - 1e-9); d < n_days; d++)
    if (d >= 0)
      c->desk->dose[(size_t)lane->seat * (size_t)n_days + (size_t)d] =
          c->desk->taken[(size_t)lane->seat * (size_t)n_days + (size_t)d] = NAN;
}

unsigned lind_conduct_visits(lind_conduct *c, int day) {
  unsigned mask = 0;
  const double now = 24.0 * (day - 1);
  for (int i = 0; i < c->n; i++) {
    lind_conduct_lane *lane = &c->lane[i];
    if (lane->on && now >= lane->leaves) lind_conduct_leave(c, i, lane->leaves, LIND_END_DROPOUT);
    if (lane->on && comes_today(c->desk->plan, lane, day)) mask |= 1u << i;
  }
  return mask;
}

void lind_conduct_measure(lind_conduct *c, unsigned mask, double now, const lind_lane *outputs) {
  lind_desk *desk = c->desk;
  const lind_plan *plan = desk->plan;
  const size_t most = (size_t)plan->most_visits;
  for (int i = 0; i < c->n; i++) {
    if (!(mask & (1u << i))) continue;
    lind_conduct_lane *lane = &c->lane[i];
    const size_t s = (size_t)lane->seat, v = (size_t)desk->n_visits[s]++;
    desk->time[s * most + v] = now;
    for (int m = 0; m < plan->n_measures; m++) {
      const struct lind_plan_measure *measure = &plan->measures[m];
      const lind_model_output *output = &plan->model->outputs[measure->output];
      const double z =
          output->residual == LIND_ERROR_NONE ? 0.0 : lind_random_normal(lane->who, measure->purpose, hour_slot(now));
      const double canonical = lind_model_measure(output->residual, desk->values.residuals[m].a, desk->values.residuals[m].b,
                                                  outputs[measure->output].of[i], z);
      desk->scratch->rules[plan->slot_measures + m].of[i] = canonical;
      desk->value[(s * (size_t)plan->n_measures + (size_t)m) * most + v] = canonical / output->unit.scale;
    }
  }
}

/* ---- dosing rules
 * ------------------------------------------------------------------------------------------------------------------ */

static bool on_occasion(const lind_dosing *item, int day, bool visit) {
  if (item->at == LIND_DOSING_DAYS) {
    for (int k = 0; k < item->days.n; k++)
      if ((int)item->days.at[k] == day) return true;
    return false;
  }
  return visit && !(day < item->from) && !(day > item->to); /* NAN bounds are open */
}

static double dose_of_day(const lind_desk *desk, int seat, int day) {
  return day < 1 ? 0.0 : desk->dose[(size_t)seat * (size_t)desk->plan->n_days + (size_t)(day - 1)];
}

static void show_rules(lind_conduct *c, int day, unsigned visiting) {
  const lind_plan *plan = c->desk->plan;
  lind_lane *rules = c->desk->scratch->rules;
  for (int i = 0; i < LIND_LANES; i++) {
    const lind_conduct_lane *lane = &c->lane[i];
    rules[plan->slot_day].of[i] = day;
    rules[plan->slot_visit].of[i] = c->desk->n_visits[lane->seat] - (visiting & (1u << i) ? 1 : 0);
    rules[plan->slot_dose].of[i] = lane->dose;
    for (int k = 1; k <= LIND_DOSE_MEMORY; k++) rules[plan->slot_dose + k].of[i] = dose_of_day(c->desk, lane->seat, day - k);
  }
  for (int k = 0; k < plan->protocol->n_definitions; k++)
    if (plan->definitions[k] != NULL && plan->definition_moves[k])
      lind_program_run(plan->definitions[k], rules, &rules[plan->slot_definitions + k]);
}

static double rounded(const lind_dosing *item, double dose) {
  if (isfinite(item->round) && item->round > 0.0) dose = floor(dose / item->round + 0.5) * item->round;
  if (isfinite(item->most) && dose > item->most) dose = item->most;
  return dose > 0.0 ? dose : 0.0; /* also turns a NAN dose into none */
}

static void act(lind_conduct *c, int i, const lind_plan_dosing *dosing, int day, const double *dose, const double *skip,
                const double *recheck) {
  lind_conduct_lane *lane = &c->lane[i];
  const double now = 24.0 * (day - 1);
  if (dose != NULL) {
    lane->dose = rounded(dosing->item, *dose);
    lane->state = dosing->state;
    if (!isfinite(lane->next_dose) || lane->every != dosing->item->every) lane->next_dose = now;
    lane->every = dosing->item->every;
  }
  if (skip != NULL && *skip >= 0.5) lane->skip = (int)floor(fmin(*skip, MOST_DOSES) + 0.5);
  if (recheck != NULL && *recheck > 0.0) {
    const int on = day + (int)ceil(fmin(*recheck, 24.0 * MOST_DOSES) / 24.0 - 1e-9);
    const bool sooner = c->desk->n_visits[lane->seat] + 1 < c->desk->plan->most_visits;
    lane->recheck_day = sooner ? on : 0;
  } else if (lane->recheck_day <= day) {
    lane->recheck_day = 0;
  }
}

void lind_conduct_rules(lind_conduct *c, int day, unsigned visiting) {
  const lind_plan *plan = c->desk->plan;
  const lind_lane *rules = c->desk->scratch->rules;
  unsigned open = 0;
  bool any = false;
  for (int i = 0; i < c->n; i++)
    if (c->lane[i].on) open |= 1u << i;
  for (int d = 0; d < plan->protocol->n_dosing && !any; d++) any = on_occasion(plan->dosing[d].item, day, visiting != 0);
  if (!any || open == 0) return;
  show_rules(c, day, visiting);
  for (int place = 0; open != 0; place++) { /* item `place` of each lane's own list; the first that applies acts */
    bool more = false;
    for (int d = 0; d < plan->protocol->n_dosing; d++) {
      unsigned here = 0;
      for (int i = 0; i < c->n; i++) {
        const int arm = c->desk->arm[c->lane[i].seat];
        if (!(open & (1u << i)) || place >= plan->protocol->arms[arm].dosing.n) continue;
        more = true;
        if (plan->arm_dosing[arm][place] == d && on_occasion(plan->dosing[d].item, day, (visiting >> i) & 1u)) here |= 1u << i;
      }
      if (here == 0) continue;
      const lind_plan_dosing *dosing = &plan->dosing[d];
      lind_lane when, dose, skip, recheck;
      if (dosing->when != NULL) lind_program_run(dosing->when, rules, &when);
      if (dosing->dose != NULL) lind_program_run(dosing->dose, rules, &dose);
      if (dosing->skip != NULL) lind_program_run(dosing->skip, rules, &skip);
      if (dosing->recheck != NULL) lind_program_run(dosing->recheck, rules, &recheck);
      for (int i = 0; i < c->n; i++) {
        if (!(here & (1u << i)) || (dosing->when != NULL && when.of[i] == 0.0)) continue;
        act(c, i, dosing, day, dosing->dose != NULL ? &dose.of[i] : NULL, dosing->skip != NULL ? &skip.of[i] : NULL,
            dosing->recheck != NULL ? &recheck.of[i] : NULL);
        open &= ~(1u << i);
      }
    }
    if (!more) break;
  }
}

/* ---- taking the dose
 * --------------------------------------------------------------------------------------------------------------- */

double lind_conduct_take(lind_conduct *c, int i, double now) {
  lind_conduct_lane *lane = &c->lane[i];
  const lind_protocol *protocol = c->desk->plan->protocol;
  const int n_days = c->desk->plan->n_days, day = (int)floor(now / 24.0 + 1e-9);
  lane->next_dose += lane->every;
  const double morning = 24.0 * floor(lane->next_dose / 24.0 + 0.5);
  if (fabs(lane->next_dose - morning) < 1e-6) lane->next_dose = morning; /* an interval such as a seventh of a day, added up */
  if (day >= n_days || now >= lane->leaves) return 0.0;
  if (lane->skip > 0) {
    lane->skip--;
    return 0.0;
  }
  const size_t at = (size_t)lane->seat * (size_t)n_days + (size_t)day;
  c->desk->dose[at] += lane->dose;
  const double p = lane->missed ? protocol->miss_after_miss : protocol->miss;
  lane->missed = p > 0.0 && lind_random_uniform(lane->who, c->desk->plan->purpose_miss, hour_slot(now)) < p;
  if (lane->missed) return 0.0;
  c->desk->taken[at] += lane->dose;
  return lane->dose;
}
