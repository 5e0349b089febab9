/* screen.c -- the look at screening: outputs of the model at time 0, before anybody is treated, with their measurement error. */
#include "screen.h"

#include <math.h>

#include "frame.h"

static void put_effects(const lind_desk *desk, const lind_who who[LIND_LANES], lind_lane *frame) {
  const lind_model *model = desk->plan->model;
  for (int i = 0; i < LIND_LANES; i++) {
    double eta[LIND_FRAME_RANDOMS];
    lind_frame_effects(desk->plan, &desk->values, who[i], 0, eta);
    for (int k = 0; k < model->n_randoms; k++) frame[model->randoms[k].slot].of[i] = eta[k];
  }
  for (int d = 0; d < model->n_drifts; d++)
    for (int i = 0; i < LIND_LANES; i++)
      frame[model->drifts[d].slot].of[i] =
          desk->values.drifts[d].sd * lind_random_normal(who[i], desk->plan->drift_purposes[d], 0);
}

unsigned lind_screen(lind_desk *desk, const lind_who who[LIND_LANES], unsigned lanes, lind_lane *rules) {
  static const lind_lane beginning = {{0}};
  const lind_plan *plan = desk->plan;
  const lind_kernel *kernel = &plan->model->kernel;
  lind_desk_scratch *s = desk->scratch;
  unsigned fit = 0;
  lind_lane result;
  lind_frame_fill(plan, &desk->values, -1, rules, s->frame);
  put_effects(desk, who, s->frame);
  kernel->individual(kernel->self, s->frame);
  kernel->initial(kernel->self, s->frame, s->x);
  for (int k = 0; k < kernel->n_delays; k++) s->x[kernel->n_states + k] = s->x[kernel->delayed[k]];
  kernel->outputs(kernel->self, &beginning, s->frame, s->x, s->y);
  for (int k = 0; k < plan->model->n_outputs; k++)
    for (int i = 0; plan->screened[k] && i < LIND_LANES; i++) {
      if (!(lanes & (1u << i))) continue;
      const lind_model_output *output = &plan->model->outputs[k];
      const struct lind_plan_residual *residual = &desk->values.residuals[plan->first_screened + k];
      const double z = output->residual == LIND_ERROR_NONE ? 0.0 : lind_random_normal(who[i], plan->screening_purposes[k], 0);
      rules[plan->slot_screening + k].of[i] = lind_model_measure(output->residual, residual->a, residual->b, s->y[k].of[i], z);
    }
  lind_program_run(plan->screening, rules, &result);
  for (unsigned i = 0; i < LIND_LANES; i++)
    if ((lanes & (1u << i)) && result.of[i] != 0.0) fit |= 1u << i;
  return fit;
}
