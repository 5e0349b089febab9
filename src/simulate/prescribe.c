/* prescribe.c -- dosing rules: on each occasion the first item of an arm's list that applies acts, and the items behind it where
 * it lets them. Every decision is noted for whoever keeps the ledger. */
#include <math.h>

#include "conduct.h"

enum {
  MOST_DOSES = 1000000
}; /* more than a trial has days or hours: where a rule's number is cut before it becomes an integer */

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

/* What rules see. Where several states are dosed `dose` is that of the item's own regimen, and what is defined by it follows. */
static void show_dose(lind_conduct *c, int regimen) {
  const lind_plan *plan = c->desk->plan;
  if (c->shown == regimen) return;
  c->shown = regimen;
  lind_lane *rules = c->desk->scratch->rules;
  for (int i = 0; i < LIND_LANES; i++) rules[plan->slot_dose].of[i] = c->lane[i].regimen[regimen].dose;
  for (int k = 0; k < plan->protocol->n_definitions; k++)
    if (plan->definitions[k] != NULL && plan->definition_moves[k])
      lind_program_run(plan->definitions[k], rules, &rules[plan->slot_definitions + k]);
}

static void show_rules(lind_conduct *c, int day, unsigned visiting) {
  const lind_plan *plan = c->desk->plan;
  lind_lane *rules = c->desk->scratch->rules;
  for (int i = 0; i < LIND_LANES; i++) {
    const lind_conduct_lane *lane = &c->lane[i];
    rules[plan->slot_day].of[i] = day - c->first_day + 1;
    rules[plan->slot_visit].of[i] = c->desk->n_visits[lane->seat] - (visiting & (1u << i) ? 1 : 0);
    for (int k = 1; k <= LIND_DOSE_MEMORY; k++) rules[plan->slot_dose + k].of[i] = dose_of_day(c->desk, lane->seat, day - k);
  }
  c->shown = -1;
  show_dose(c, 0);
}

void lind_prescribe_show(lind_conduct *c, int day) { show_rules(c, day, 0); }

void lind_conduct_note(const lind_conduct *c, int i, lind_decision_kind kind, const char *rule, int state, double time,
                       double before, double after) {
  const lind_ledger *ledger = &c->desk->ledger;
  if (ledger->note == NULL) return;
  ledger->note(
      ledger->context,
      &(lind_decision){
          .kind = kind, .seat = c->lane[i].seat, .time = time, .rule = rule, .state = state, .before = before, .after = after});
}

/* ---- what one item does to one patient ---- */

typedef struct answers { /* of an item's programs; NULL: it has none */
  const lind_lane *when, *dose, *reduce, *skip, *hold, *give, *recheck;
} answers;

static double rounded(const lind_dosing *item, double dose) {
  if (isfinite(item->round) && item->round > 0.0) dose = floor(dose / item->round + 0.5) * item->round;
  if (isfinite(item->most) && dose > item->most) dose = item->most;
  return dose > 0.0 ? dose : 0.0; /* also turns a NAN dose into none */
}

static void dose_set(lind_conduct *c, int i, const lind_plan_dosing *dosing, double now, double dose, lind_decision_kind kind) {
  const lind_dosing *item = dosing->item;
  lind_regimen *regimen = &c->lane[i].regimen[dosing->regimen];
  const double before = regimen->dose, every = isnan(item->every) ? regimen->every : item->every;
  regimen->dose = rounded(item, dose);
  if (!isnan(item->over)) regimen->over = item->over;
  if (!isfinite(regimen->next) || regimen->every != every) regimen->next = now;
  regimen->every = every;
  lind_conduct_note(c, i, kind, item->name, dosing->state, now, before, regimen->dose);
}

static void treatment_stop(lind_conduct *c, int i, const lind_plan_dosing *dosing, double now) {
  c->lane[i].stopped = true;
  lind_conduct_note(c, i, LIND_DECISION_STOP, dosing->item->name, -1, now, c->lane[i].regimen[0].dose, 0.0);
  lind_control_stop(c, i, now);
}

static void dose_give(lind_conduct *c, int i, const lind_plan_dosing *dosing, double now, double amount, lind_given *given) {
  amount = rounded(dosing->item, amount);
  if (amount == 0.0) return;
  given->at[given->n].lane = i;
  given->at[given->n++].intake = (lind_intake){dosing->state, amount, dosing->item->over > 0.0 ? dosing->item->over : 0.0};
  lind_conduct_note(c, i, LIND_DECISION_GIVE, dosing->item->name, dosing->state, now, 0.0, amount);
}

static void visit_ask(lind_conduct *c, int i, const lind_plan_dosing *dosing, int day, double after) {
  lind_conduct_lane *lane = &c->lane[i];
  const int on = day + (int)ceil(fmin(after, 24.0 * MOST_DOSES) / 24.0 - 1e-9);
  const bool sooner = c->desk->n_visits[lane->seat] + 1 < c->desk->plan->most_visits;
  lane->recheck_day = sooner ? on : 0;
  if (sooner) lind_conduct_note(c, i, LIND_DECISION_RECHECK, dosing->item->name, -1, 24.0 * (day - 1), 0.0, 24.0 * (on - day));
}

/* The regimen of a patient who is still treated. */
static void change(lind_conduct *c, int i, const lind_plan_dosing *dosing, double now, const answers *a) {
  lind_regimen *regimen = &c->lane[i].regimen[dosing->regimen];
  if (a->dose != NULL) dose_set(c, i, dosing, now, a->dose->of[i], LIND_DECISION_DOSE);
  if (a->reduce != NULL && regimen->dose > 0.0 && isfinite(a->reduce->of[i]) && a->reduce->of[i] != 0.0)
    dose_set(c, i, dosing, now, regimen->dose * (1.0 - a->reduce->of[i]), LIND_DECISION_REDUCE);
  if (a->skip != NULL && a->skip->of[i] >= 0.5) {
    regimen->skip = (int)floor(fmin(a->skip->of[i], MOST_DOSES) + 0.5);
    lind_conduct_note(c, i, LIND_DECISION_SKIP, dosing->item->name, dosing->state, now, 0.0, regimen->skip);
  }
  if (a->hold != NULL && a->hold->of[i] == 0.0 && regimen->hold == NULL) {
    regimen->hold = dosing;
    lind_conduct_note(c, i, LIND_DECISION_HOLD, dosing->item->name, dosing->state, now, regimen->dose, 0.0);
  }
}

static void act(lind_conduct *c, int i, const lind_plan_dosing *dosing, int day, const answers *a, lind_given *given) {
  lind_conduct_lane *lane = &c->lane[i];
  const double now = 24.0 * (day - 1);
  if (!lane->stopped) change(c, i, dosing, now, a);
  if (a->give != NULL) dose_give(c, i, dosing, now, a->give->of[i], given);
  if (dosing->item->stop && !lane->stopped) treatment_stop(c, i, dosing, now);
  if (a->recheck != NULL && a->recheck->of[i] > 0.0)
    visit_ask(c, i, dosing, day, a->recheck->of[i]);
  else if (lane->recheck_day <= day)
    lane->recheck_day = 0;
}

/* ---- whose turn it is ---- */

/* The dose that a policy chooses for a lane, from what is written down. */
static double chosen(const lind_conduct *c, int i, const lind_plan_dosing *dosing, int day) {
  const lind_desk *desk = c->desk;
  const lind_plan *plan = desk->plan;
  const size_t seat = (size_t)c->lane[i].seat, most = (size_t)plan->most_visits;
  const lind_policy_sight sight = {.who = c->lane[i].who,
                                   .day = day,
                                   .n_visits = desk->n_visits[seat],
                                   .time = desk->time + seat * most,
                                   .value = desk->value + seat * (size_t)plan->n_measures * most,
                                   .dose = desk->dose + seat * (size_t)plan->n_days,
                                   .row = desk->row + seat,
                                   .stride_value = most,
                                   .stride_row = (size_t)desk->capacity};
  const double dose = plan->policy->dose(dosing->policy, desk->policies[dosing - plan->dosing], &sight);
  return isnan(dose) ? c->lane[i].regimen[dosing->regimen].dose : dose;
}

static void item_run(lind_conduct *c, const lind_plan_dosing *dosing, unsigned here, int day, unsigned *open, lind_given *given) {
  const lind_lane *rules = c->desk->scratch->rules;
  lind_lane result[7];
  const lind_program *const programs[7] = {dosing->when, dosing->dose, dosing->reduce, dosing->skip,
                                           dosing->hold, dosing->give, dosing->recheck};
  const lind_lane *found[7];
  show_dose(c, dosing->regimen);
  for (int k = 0; k < 7; k++) {
    if (programs[k] != NULL) lind_program_run(programs[k], rules, &result[k]);
    found[k] = programs[k] != NULL ? &result[k] : NULL;
  }
  if (dosing->policy != NULL) found[1] = &result[1];
  for (int i = 0; dosing->policy != NULL && i < c->n; i++)
    if ((here & (1u << i)) && (found[0] == NULL || found[0]->of[i] != 0.0) && !c->lane[i].stopped)
      result[1].of[i] = chosen(c, i, dosing, day);
  const answers a = {found[0], found[1], found[2], found[3], found[4], found[5], found[6]};
  for (int i = 0; i < c->n; i++) {
    if (!(here & (1u << i)) || (a.when != NULL && a.when->of[i] == 0.0)) continue;
    act(c, i, dosing, day, &a, given);
    if (!dosing->item->further) *open &= ~(1u << i);
  }
  if (dosing->item->further) c->shown = -1; /* the items behind it see what it has made of the dose */
}

/* Doses that are held go on where the rule that holds them is content with what is measured now. */
static void holds_end(lind_conduct *c, int day, unsigned visiting) {
  for (int i = 0; i < c->n; i++)
    for (int r = 0; r < c->desk->plan->n_regimens; r++) {
      lind_regimen *regimen = &c->lane[i].regimen[r];
      if (!(visiting & (1u << i)) || regimen->hold == NULL || c->lane[i].stopped) continue;
      const lind_plan_dosing *dosing = regimen->hold;
      lind_lane content;
      show_dose(c, r);
      lind_program_run(dosing->hold, c->desk->scratch->rules, &content);
      if (content.of[i] == 0.0) continue;
      regimen->hold = NULL;
      if (regimen->withheld) regimen->next = 24.0 * (day - 1); /* what was due is given now, and the interval begins anew */
      regimen->withheld = false;
      lind_conduct_note(c, i, LIND_DECISION_RESUME, dosing->item->name, dosing->state, 24.0 * (day - 1), 0.0, regimen->dose);
    }
}

void lind_prescribe(lind_conduct *c, int day, unsigned visiting, lind_given *given) {
  const lind_plan *plan = c->desk->plan;
  unsigned open = 0;
  bool any = false;
  given->n = 0;
  for (int i = 0; i < c->n; i++)
    if (c->lane[i].on) open |= 1u << i;
  const int own = day - c->first_day + 1; /* rules count from the first day of the treatment */
  const int n_items = c->treatment < 0 ? 0 : plan->protocol->treatments[c->treatment].dosing.n;
  const int *items = c->treatment < 0 ? NULL : plan->treatment_dosing[c->treatment];
  for (int d = 0; d < plan->protocol->n_dosing && !any; d++) any = on_occasion(plan->dosing[d].item, own, visiting != 0);
  if ((!any && visiting == 0) || open == 0) return;
  show_rules(c, day, visiting);
  holds_end(c, day, visiting & open);
  for (int place = 0; open != 0 && place < n_items; place++) {
    const lind_plan_dosing *dosing = &plan->dosing[items[place]];
    unsigned here = 0;
    for (int i = 0; i < c->n; i++)
      if (open & (1u << i) && on_occasion(dosing->item, own, (visiting >> i) & 1u)) here |= 1u << i;
    if (here != 0) item_run(c, dosing, here, day, &open, given);
  }
}
