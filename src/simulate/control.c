/* control.c -- sampled controllers: at each sample a controller reads outputs with their errors, brings its memory up to date,
 * and acts. A sample is addressed by its number, so that what a sensor shows does not depend on what was done. */
#include <math.h>

#include "conduct.h"

/* Does controller `c` look after lane i? */
static bool is_served(const lind_conduct *conduct, int c, int i) {
  const lind_plan *plan = conduct->desk->plan;
  const int arm = conduct->desk->arm[conduct->lane[i].seat];
  for (int k = 0; k < plan->protocol->arms[arm].controllers.n; k++)
    if (plan->arm_controllers[arm][k] == c) return true;
  return false;
}

static double sample_after(double now, double every) {
  double number = floor(now / every + 1e-9) + 1.0;
  return every * number;
}

static bool is_sample(double now, double every, uint32_t *number) {
  const double nearest = floor(now / every + 0.5);
  *number = (uint32_t)nearest;
  return fabs(now - every * nearest) <= 1e-9 * fmax(1.0, fabs(now));
}

double lind_control_next(const lind_conduct *conduct, double now) {
  const lind_plan *plan = conduct->desk->plan;
  double next = INFINITY;
  for (int c = 0; c < plan->n_controllers; c++) /* a pack is of one arm where there are controllers: see lind_simulate */
    if (is_served(conduct, c, 0)) next = fmin(next, sample_after(now, plan->controllers[c].item->every));
  return next;
}

void lind_control_begin(lind_conduct *conduct) {
  const lind_plan *plan = conduct->desk->plan;
  lind_lane *rules = conduct->desk->scratch->rules;
  for (int c = 0; c < plan->n_controllers; c++)
    for (int m = 0; m < plan->controllers[c].item->n_memory; m++)
      lind_program_run(plan->controllers[c].start[m], rules, &rules[plan->controllers[c].slot_memory + m]);
}

static void read_outputs(lind_conduct *conduct, const lind_plan_controller *c, uint32_t number, const lind_lane *outputs) {
  const lind_desk *desk = conduct->desk;
  for (int k = 0; k < c->item->read.n; k++) {
    const lind_model_output *output = &desk->plan->model->outputs[c->outputs[k]];
    const struct lind_plan_residual *error = &desk->values.residuals[c->first_residual + k];
    lind_lane *read = &desk->scratch->rules[c->slot_reads + k];
    for (int i = 0; i < LIND_LANES; i++) {
      const double z =
          output->residual == LIND_ERROR_NONE ? 0.0 : lind_random_normal(conduct->lane[i].who, c->purposes[k], number);
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

static void act(lind_conduct *conduct, const lind_plan_controller *c, int i, double now, double rate, double dose,
                lind_given *given) {
  if (c->infuse != NULL) {
    double *held = &conduct->desk->scratch->control[c->state].of[i];
    const double before = *held;
    *held = rate > 0.0 ? rate : 0.0; /* also turns a NAN into none */
    if (*held != before) lind_conduct_note(conduct, i, LIND_DECISION_INFUSE, c->item->name, c->state, now, before, *held);
  }
  if (!(dose > 0.0)) return;
  given->at[given->n].lane = i;
  given->at[given->n++].intake = (lind_intake){c->state, dose, 0.0};
  lind_conduct_note(conduct, i, LIND_DECISION_GIVE, c->item->name, c->state, now, 0.0, dose);
}

static void controller_run(lind_conduct *conduct, int index, uint32_t number, double now, const lind_lane *outputs,
                           lind_given *given) {
  const lind_plan_controller *c = &conduct->desk->plan->controllers[index];
  lind_lane *rules = conduct->desk->scratch->rules;
  lind_lane when, infuse, give;
  for (int i = 0; i < LIND_LANES; i++) rules[conduct->desk->plan->slot_time].of[i] = now;
  read_outputs(conduct, c, number, outputs);
  remember(conduct->desk, c);
  if (c->when != NULL) lind_program_run(c->when, rules, &when);
  if (c->infuse != NULL) lind_program_run(c->infuse, rules, &infuse);
  if (c->give != NULL) lind_program_run(c->give, rules, &give);
  for (int i = 0; i < conduct->n; i++) {
    if (!conduct->lane[i].on || !is_served(conduct, index, i)) continue;
    const bool acts = !conduct->lane[i].stopped && (c->when == NULL || when.of[i] != 0.0);
    act(conduct, c, i, now, acts && c->infuse != NULL ? infuse.of[i] : 0.0, acts && c->give != NULL ? give.of[i] : 0.0, given);
  }
}

void lind_control_sample(lind_conduct *conduct, double now, const lind_lane *outputs, lind_given *given) {
  const lind_plan *plan = conduct->desk->plan;
  const int arm = conduct->desk->arm[conduct->lane[0].seat];
  uint32_t number;
  given->n = 0;
  for (int k = 0; k < plan->protocol->arms[arm].controllers.n; k++) {
    const int c = plan->arm_controllers[arm][k];
    if (is_sample(now, plan->controllers[c].item->every, &number)) controller_run(conduct, c, number, now, outputs, given);
  }
}
