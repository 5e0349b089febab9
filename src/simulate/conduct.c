/* conduct.c -- what a day asks of a patient: visits and measurements, taking the dose. Lane by lane. */
#include "conduct.h"

#include <math.h>
#include <string.h>

static uint32_t hour_slot(double time) { return (uint32_t)floor(time + 1e-6); }

void lind_conduct_begin(lind_conduct *c, lind_desk *desk, const int seat[LIND_LANES], int n) {
  const lind_plan *plan = desk->plan;
  memset(c, 0, sizeof *c);
  c->desk = desk;
  c->n = n;
  c->treatment = lind_protocol_treatment(plan->protocol, desk->arm[seat[0]], 1, &c->first_day);
  if (plan->n_residuals > 0) memset(desk->worn, 0, LIND_LANES * (size_t)plan->n_residuals * sizeof *desk->worn);
  for (int i = 0; i < LIND_LANES; i++) {
    lind_conduct_lane *lane = &c->lane[i];
    const int s = seat[i < n ? i : 0];
    lane->seat = s;
    lane->on = i < n;
    lane->who = (lind_who){plan->protocol->seed, desk->replicate, (uint32_t)(desk->first_seat + (uint64_t)s),
                           (uint32_t)(desk->attempts[s] - 1)};
    for (int r = 0; r < LIND_REGIMENS; r++) lane->regimen[r] = (lind_regimen){.next = INFINITY, .every = 24.0};
    lane->recheck_day = 0;
    const double yearly = plan->protocol->dropout_yearly;
    lane->leaves = INFINITY;
    if (yearly > 0.0 && !desk->expected) {
      const double hazard = -log1p(-yearly) / (365.25 * 24.0);
      lane->leaves = -log1p(-lind_random_uniform(lane->who, plan->purpose_dropout, 0)) / hazard;
    }
    for (int m = 0; m < LIND_MOST_MEASURES; m++) lane->error_time[m] = NAN;
    if (!lane->on) continue;
    for (int e = 0; e < plan->model->n_events; e++) desk->event[s * plan->model->n_events + e] = INFINITY;
    desk->n_visits[s] = 0;
    desk->reason[s] = LIND_END_COMPLETED;
    desk->end[s] = plan->protocol->duration;
    for (int d = 0; d < plan->n_days; d++)
      desk->dose[(size_t)s * (size_t)plan->n_days + (size_t)d] = desk->taken[(size_t)s * (size_t)plan->n_days + (size_t)d] = 0.0;
  }
}

void lind_conduct_turn(lind_conduct *c, int day) {
  const lind_protocol *protocol = c->desk->plan->protocol;
  const int before = c->treatment;
  c->treatment = lind_protocol_treatment(protocol, c->desk->arm[c->lane[0].seat], day, &c->first_day);
  if (c->treatment == before) return;
  const double now = 24.0 * (day - 1);
  lind_control_turn(c, before, c->treatment, now);
  for (int i = 0; i < c->n; i++) {
    lind_conduct_lane *lane = &c->lane[i];
    if (!lane->on) continue;
    for (int r = 0; r < LIND_REGIMENS; r++)
      lane->regimen[r] = (lind_regimen){.next = INFINITY, .every = 24.0, .missed = lane->regimen[r].missed};
    lane->stopped = false;
    lind_conduct_note(c, i, LIND_DECISION_BEGIN, c->treatment < 0 ? "no treatment" : protocol->treatments[c->treatment].name, -1,
                      now, 0.0, 0.0);
  }
}

/* The day on which the patient comes for visit v: uniform in its window, the same in every arm. */
static int visit_day(const lind_plan *plan, lind_who who, int v) {
  const int window = plan->visits[v].window;
  if (window == 0) return plan->visits[v].day;
  const double u = lind_random_uniform(who, plan->purpose_window, (uint32_t)v);
  return plan->visits[v].day - window + (int)floor(u * (2 * window + 1));
}

static bool comes_today(const lind_plan *plan, bool expected, lind_conduct_lane *lane, int day) {
  bool comes = false;
  while (lane->next_visit < plan->n_visits) {
    const int v = lane->next_visit, on = visit_day(plan, lane->who, v);
    if (on > day) break;
    lane->next_visit++;
    const double missed = plan->visits[v].missed;
    if (on == day && !(missed > 0.0 && !expected && lind_random_uniform(lane->who, plan->purpose_attend, (uint32_t)v) < missed))
      comes = true;
  }
  if (lane->recheck_day == day) comes = true;
  return comes;
}

double lind_conduct_next_visit(const lind_conduct *c, double now) {
  const lind_plan *plan = c->desk->plan;
  double next = INFINITY;
  for (int i = 0; i < c->n; i++)
    for (int v = c->lane[i].next_visit; c->lane[i].on && v < plan->n_visits; v++) {
      const double at = 24.0 * (visit_day(plan, c->lane[i].who, v) - 1);
      if (at <= now + 1e-6) continue;
      next = fmin(next, at);
      break;
    }
  return next;
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

void lind_conduct_happen(lind_conduct *c, int i, int event, double time) {
  const lind_plan *plan = c->desk->plan;
  const lind_conduct_lane *lane = &c->lane[i];
  double *seen = &c->desk->event[lane->seat * plan->model->n_events + event];
  if (!lane->on || time >= lane->leaves || isfinite(*seen)) return;
  *seen = time;
  if (plan->is_final[event]) lind_conduct_leave(c, i, time, LIND_END_EVENT);
}

unsigned lind_conduct_visits(lind_conduct *c, int day) {
  unsigned mask = 0;
  const double now = 24.0 * (day - 1);
  for (int i = 0; i < c->n; i++) {
    lind_conduct_lane *lane = &c->lane[i];
    if (lane->on && now >= lane->leaves) lind_conduct_leave(c, i, lane->leaves, LIND_END_DROPOUT);
    if (lane->on && comes_today(c->desk->plan, c->desk->expected, lane, day)) mask |= 1u << i;
  }
  return mask;
}

/* Errors that are correlated in time: one more step of their process. */
static double correlated(lind_conduct_lane *lane, int m, double now, double tau, double fresh) {
  const double z =
      isnan(lane->error_time[m]) ? fresh : lind_model_correlate(lane->error[m], now - lane->error_time[m], tau, fresh);
  lane->error_time[m] = now;
  lane->error[m] = z;
  return z;
}

double lind_conduct_sense(const lind_conduct *c, int i, int residual, double now, double truth) {
  const lind_plan *plan = c->desk->plan;
  const lind_sensor *sensor = &c->desk->values.residuals[residual].sensor;
  lind_sensor_place *place = &c->desk->worn[i * plan->n_residuals + residual];
  return lind_sensor_show(sensor, truth, lind_sensor_error(sensor, place, c->lane[i].who, plan->sensor_purposes[residual], now));
}

static double measured(lind_conduct *c, int i, int m, double now, double truth) {
  lind_conduct_lane *lane = &c->lane[i];
  const struct lind_plan_measure *measure = &c->desk->plan->measures[m];
  const lind_model_output *output = &c->desk->plan->model->outputs[measure->output];
  const struct lind_plan_residual *error = &c->desk->values.residuals[m];
  if (c->desk->expected) return truth;
  if (output->residual == LIND_ERROR_SENSOR) return lind_conduct_sense(c, i, m, now, truth);
  double z = output->residual == LIND_ERROR_NONE ? 0.0 : lind_random_normal(lane->who, measure->purpose, hour_slot(now));
  if (output->correlated) z = correlated(lane, m, now, error->tau, z);
  return lind_model_measure(output->residual, error->a, error->b, truth, z);
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
      const double canonical = measured(c, i, m, now, outputs[measure->output].of[i]);
      double *lowest = &desk->scratch->rules[plan->slot_lowest + m].of[i];
      desk->scratch->rules[plan->slot_measures + m].of[i] = canonical;
      *lowest = fmin(*lowest, canonical); /* NAN before the first */
      desk->value[(s * (size_t)plan->n_measures + (size_t)m) * most + v] = canonical / output->unit.scale;
    }
  }
}

/* ---- taking the dose
 * --------------------------------------------------------------------------------------------------------------- */

double lind_conduct_next(const lind_conduct *c, int i) {
  double next = INFINITY;
  for (int r = 0; r < c->desk->plan->n_regimens; r++) next = fmin(next, c->lane[i].regimen[r].next);
  return next;
}

/* Only the first regimen is written down day by day: the treatment that the trial is about. */
static void write_down(lind_desk *desk, int seat, int regimen, int day, double dose, double taken) {
  if (regimen > 0) return;
  const size_t at = (size_t)seat * (size_t)desk->plan->n_days + (size_t)day;
  desk->dose[at] += dose;
  desk->taken[at] += taken;
}

static bool take(lind_conduct *c, int i, int r, double now, lind_intake *intake) {
  lind_conduct_lane *lane = &c->lane[i];
  lind_regimen *regimen = &lane->regimen[r];
  const lind_plan *plan = c->desk->plan;
  const lind_protocol *protocol = plan->protocol;
  const int day = (int)floor(now / 24.0 + 1e-9);
  regimen->next += regimen->every;
  const double morning = 24.0 * floor(regimen->next / 24.0 + 0.5);
  if (fabs(regimen->next - morning) < 1e-6) regimen->next = morning; /* an interval such as a seventh of a day, added up */
  regimen->withheld |= regimen->hold != NULL;
  if (day >= plan->n_days || now >= lane->leaves || lane->stopped || regimen->hold != NULL) return false;
  if (regimen->skip > 0) {
    regimen->skip--;
    return false;
  }
  const double p = regimen->missed ? protocol->miss_after_miss : protocol->miss;
  regimen->missed = p > 0.0 && lind_random_uniform(lane->who, plan->regimen_miss[r], hour_slot(now)) < p;
  write_down(c->desk, lane->seat, r, day, regimen->dose, regimen->missed ? 0.0 : regimen->dose);
  *intake = (lind_intake){plan->regimen_state[r], regimen->dose, regimen->over};
  return !regimen->missed && regimen->dose > 0.0;
}

bool lind_conduct_take(lind_conduct *c, int i, double now, lind_intake *intake) {
  for (int r = 0; r < c->desk->plan->n_regimens; r++)
    while (c->lane[i].regimen[r].next <= now)
      if (take(c, i, r, now, intake)) return true;
  return false;
}
