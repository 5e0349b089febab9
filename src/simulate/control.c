/* control.c -- sampled controllers: at each sample a controller reads outputs with their errors, brings its memory up to date,
 * and acts. A sample is addressed by its number, so that what a sensor shows does not depend on what was done. */
#include <math.h>

#include "conduct.h"

static const double at_once = 1e-6; /* h: stops so close are one, see live.c */

static double sample_after(double now, double every) { return every * (floor((now + at_once) / every) + 1.0); }

static bool is_sample(double now, double every, uint32_t *number) {
  const double nearest = floor(now / every + 0.5);
  *number = (uint32_t)nearest;
  return fabs(now - every * nearest) < at_once;
}

/* A pack is of one arm: see lind_simulate. The controllers of a treatment (-1: none), in the order in which they act. */
static int controllers_of(const lind_conduct *conduct, int treatment, const int **list) {
  const lind_plan *plan = conduct->desk->plan;
  if (treatment < 0) return 0;
  *list = plan->treatment_controllers[treatment];
  return plan->protocol->treatments[treatment].controllers.n;
}

double lind_control_next(const lind_conduct *conduct, double now) {
  const int *list = NULL, n = controllers_of(conduct, conduct->treatment, &list);
  double next = INFINITY;
  for (int k = 0; k < n; k++) next = fmin(next, sample_after(now, conduct->desk->plan->controllers[list[k]].item->every));
  return next;
}

/* Nothing is remembered yet, and no error of a reading either. */
static void forget(lind_conduct *conduct, const lind_plan_controller *c) {
  lind_lane *rules = conduct->desk->scratch->rules;
  for (int m = 0; m < c->item->n_memory; m++) lind_program_run(c->start[m], rules, &rules[c->slot_memory + m]);
  for (int k = 0; k < c->item->read.n; k++)
    for (int i = 0; i < LIND_LANES; i++) rules[c->slot_errors + k].of[i] = NAN;
}

void lind_control_begin(lind_conduct *conduct) {
  for (int c = 0; c < conduct->desk->plan->n_controllers; c++) forget(conduct, &conduct->desk->plan->controllers[c]);
}

static void read_outputs(lind_conduct *conduct, const lind_plan_controller *c, uint32_t number, const lind_lane *outputs) {
  const lind_desk *desk = conduct->desk;
  for (int k = 0; k < c->item->read.n; k++) {
    const lind_model_output *output = &desk->plan->model->outputs[c->outputs[k]];
    const struct lind_plan_residual *error = &desk->values.residuals[c->first_residual + k];
    lind_lane *read = &desk->scratch->rules[c->slot_reads + k], *last = &desk->scratch->rules[c->slot_errors + k];
    for (int i = 0; i < LIND_LANES && output->residual == LIND_ERROR_SENSOR; i++)
      read->of[i] = lind_conduct_sense(conduct, i, c->first_residual + k, number * c->item->every, outputs[c->outputs[k]].of[i]);
    for (int i = 0; i < LIND_LANES && output->residual != LIND_ERROR_SENSOR; i++) {
      double z = output->residual == LIND_ERROR_NONE ? 0.0 : lind_random_normal(conduct->lane[i].who, c->purposes[k], number);
      if (output->correlated && !isnan(last->of[i])) z = lind_model_correlate(last->of[i], c->item->every, error->tau, z);
      last->of[i] = z;
      read->of[i] = lind_model_measure(output->residual, error->a, error->b, outputs[c->outputs[k]].of[i], z);
    }
  }
}

static void remember(const lind_desk *desk, const lind_plan_controller *c) {
  lind_lane fresh[LIND_MOST_MEMORY];
  lind_lane *rules = desk->scratch->rules;
  for (int m = 0; m < c->item->n_memory; m++) lind_program_run(c->next[m], rules, &fresh[m]);
  for (int m = 0; m < c->item->n_memory; m++) rules[c->slot_memory + m] = fresh[m];
}

static double rounded(double amount, double to) { return to > 0.0 ? to * floor(amount / to + 0.5) : amount; }

/* What the device can do of what it is asked for. What it infuses until the next sample counts among what it gives today; a NAN
 * becomes nothing. */
static double limited(double asked, double round, double most, double left) {
  if (!(asked > 0.0)) return 0.0;
  const double can = fmin(rounded(asked, round), fmin(most, left));
  return can > 0.0 ? can : 0.0;
}

/* A new day begins with nothing given; else what was infused since the sample before. */
static void count_infused(lind_conduct *conduct, int index, double now) {
  const double every = conduct->desk->plan->controllers[index].item->every;
  const double today = floor((now + at_once) / 24.0), before = floor((now - every + at_once) / 24.0);
  lind_lane *given = &conduct->desk->scratch->today[index];
  for (int i = 0; i < LIND_LANES; i++)
    given->of[i] = today > before ? 0.0 : given->of[i] + conduct->desk->scratch->control[index].of[i] * every;
}

static void set_rate(lind_conduct *conduct, int index, int i, double now, double rate) {
  const lind_plan_controller *c = &conduct->desk->plan->controllers[index];
  double *held = &conduct->desk->scratch->control[index].of[i];
  const double before = *held;
  *held = rate;
  if (*held != before) lind_conduct_note(conduct, i, LIND_DECISION_INFUSE, c->item->name, c->state, now, before, *held);
}

static void give(lind_conduct *conduct, const lind_plan_controller *c, int i, double now, double dose, lind_given *given) {
  if (!(dose > 0.0)) return;
  given->at[given->n].lane = i;
  given->at[given->n++].intake = (lind_intake){c->state, dose, 0.0};
  lind_conduct_note(conduct, i, LIND_DECISION_GIVE, c->item->name, c->state, now, 0.0, dose);
}

static void controller_run(lind_conduct *conduct, int index, uint32_t number, double now, const lind_lane *outputs,
                           lind_given *given) {
  const lind_plan_controller *c = &conduct->desk->plan->controllers[index];
  lind_lane *rules = conduct->desk->scratch->rules;
  lind_lane when, infuse, dose;
  lind_prescribe_show(conduct, (int)floor((now + at_once) / 24.0) + 1);
  for (int i = 0; i < LIND_LANES; i++) rules[conduct->desk->plan->slot_time].of[i] = now;
  lind_habit_tell(conduct, number == 0 ? -INFINITY : now - c->item->every + at_once, now + at_once);
  read_outputs(conduct, c, number, outputs);
  remember(conduct->desk, c);
  count_infused(conduct, index, now);
  if (c->when != NULL) lind_program_run(c->when, rules, &when);
  if (c->infuse != NULL) lind_program_run(c->infuse, rules, &infuse);
  if (c->give != NULL) lind_program_run(c->give, rules, &dose);
  for (int i = 0; i < conduct->n; i++) {
    const lind_conduct_lane *lane = &conduct->lane[i];
    if (!lane->on || now >= lane->leaves || lane->stopped) continue;
    const bool acts = c->when == NULL || when.of[i] != 0.0;
    double *today = &conduct->desk->scratch->today[index].of[i];
    if (c->give != NULL) {
      const double amount = acts ? limited(dose.of[i], c->give_round, c->give_most, c->day_most - *today) : 0.0;
      give(conduct, c, i, now, amount, given);
      *today += amount;
    }
    if (c->infuse != NULL) {
      const double left = (c->day_most - *today) / c->item->every;
      set_rate(conduct, index, i, now, acts ? limited(infuse.of[i], c->infuse_round, c->infuse_most, left) : 0.0);
    }
  }
}

void lind_control_sample(lind_conduct *conduct, double now, const lind_lane *outputs, lind_given *given) {
  const int *list = NULL, n = controllers_of(conduct, conduct->treatment, &list);
  uint32_t number;
  given->n = 0;
  for (int k = 0; k < n; k++)
    if (is_sample(now, conduct->desk->plan->controllers[list[k]].item->every, &number))
      controller_run(conduct, list[k], number, now, outputs, given);
}

void lind_control_stop(lind_conduct *conduct, int i, double now) {
  const int *list = NULL, n = controllers_of(conduct, conduct->treatment, &list);
  for (int k = 0; k < n; k++) set_rate(conduct, list[k], i, now, 0.0);
}

static bool has(const int *list, int n, int controller) {
  for (int k = 0; k < n; k++)
    if (list[k] == controller) return true;
  return false;
}

void lind_control_turn(lind_conduct *conduct, int from, int to, double now) {
  const int *old = NULL, *fresh = NULL, n_old = controllers_of(conduct, from, &old),
            n_fresh = controllers_of(conduct, to, &fresh);
  for (int k = 0; k < n_old; k++)
    for (int i = 0; i < conduct->n && !has(fresh, n_fresh, old[k]); i++)
      if (conduct->lane[i].on) set_rate(conduct, old[k], i, now, 0.0);
  for (int k = 0; k < n_fresh; k++)
    if (!has(old, n_old, fresh[k])) forget(conduct, &conduct->desk->plan->controllers[fresh[k]]);
}
