/* values.c -- random effects, drifts and residual errors under one set of parameters. */
#include "values.h"

#include <math.h>
#include <string.h>

enum { DRIFT_NODES = (1 << 24) - 1 }; /* a node is 24 bits of a random address: see random.h */
enum { OF_NOBODY = UINT32_MAX };      /* the seat whose draws are a replicate's own: no patient sits there */

size_t lind_values_lay(const lind_plan *plan, void *at, lind_plan_values *values) {
  const lind_model *model = plan->model;
  const size_t randoms = (size_t)model->n_randoms;
  const size_t bytes[4] = {(size_t)model->n_parameters * sizeof(double), randoms * randoms * sizeof(double),
                           (size_t)model->n_drifts * sizeof *values->drifts,
                           (size_t)plan->n_residuals * sizeof *values->residuals};
  size_t place[5] = {0};
  for (int i = 0; i < 4; i++) place[i + 1] = place[i] + bytes[i];
  if (at != NULL) {
    char *start = at;
    values->parameters = (void *)(start + place[0]);
    values->factor = (void *)(start + place[1]);
    values->drifts = (void *)(start + place[2]);
    values->residuals = (void *)(start + place[3]);
  }
  return place[4];
}

lind_err lind_values_take(const lind_plan *plan, lind_arena *arena, lind_plan_values *values) {
  double *parameters = values->parameters, *memory;
  LIND_TAKE(memory, arena, lind_values_lay(plan, NULL, values) / sizeof *memory + 1);
  (void)lind_values_lay(plan, memory, values);
  if (parameters != NULL) memcpy(values->parameters, parameters, (size_t)plan->model->n_parameters * sizeof *parameters);
  return LIND_OK;
}

lind_err lind_values_settle(const lind_plan *plan, lind_plan_values *values) {
  const lind_model *model = plan->model;
  LIND_TRY(lind_model_random_factor(model, values->parameters, values->factor));
  for (int i = 0; i < model->n_drifts; i++) {
    double sd, tau, every;
    LIND_TRY(lind_model_drift_values(model, values->parameters, i, &sd, &tau, &every));
    LIND_CHECK_AT(plan->protocol->duration / every < DRIFT_NODES, LIND_ERR_INPUT, model->drifts[i].where,
                  "the drift '%s' has a node every %g h; a trial of %g day can have at most %d nodes", model->drifts[i].name,
                  every, plan->protocol->duration / 24.0, DRIFT_NODES);
    const double keep = exp(-every / tau);
    values->drifts[i] =
        (struct lind_plan_drift){.keep = keep, .kick = sd * sqrt(-expm1(-2.0 * every / tau)), .sd = sd, .every = every};
  }
  for (int m = 0; m < plan->n_residuals; m++)
    LIND_TRY(lind_model_residual(model, values->parameters, plan->residual_outputs[m], &values->residuals[m].a,
                                 &values->residuals[m].b));
  for (int m = 0; m < plan->n_residuals; m++) {
    values->residuals[m].tau = 0.0;
    if (model->outputs[plan->residual_outputs[m]].correlated)
      LIND_TRY(lind_model_residual_tau(model, values->parameters, plan->residual_outputs[m], &values->residuals[m].tau));
  }
  return LIND_OK;
}

lind_err lind_values_draw(const lind_plan *plan, uint32_t replicate, lind_plan_values *values) {
  const lind_plan_unsure *unsure = plan->unsure;
  const lind_who who = {plan->protocol->seed, replicate, OF_NOBODY, 0};
  memcpy(values->parameters, plan->values.parameters, (size_t)plan->model->n_parameters * sizeof *values->parameters);
  for (int i = 0; unsure != NULL && i < unsure->n; i++) {
    double *value = &values->parameters[unsure->parameter[i]];
    if (unsure->sets != NULL) {
      *value = unsure->sets[replicate % unsure->n_sets * (size_t)unsure->n + (size_t)i];
      continue;
    }
    double away = 0.0;
    for (int j = 0; j <= i; j++) away += unsure->root[i * unsure->n + j] * lind_random_normal(who, unsure->purposes[j], 0);
    *value = unsure->log[i] ? *value * exp(away) : *value + away;
  }
  return lind_values_settle(plan, values);
}
