/* values.c -- random effects, drifts and residual errors under one set of parameters. */
#include "values.h"

#include <math.h>
#include <string.h>

#include "lind/unsure.h"

enum { DRIFT_NODES = (1 << 24) - 1 }; /* a node is 24 bits of a random address: see random.h */

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
    values->drifts[i] = (struct lind_plan_drift){.sd = sd, .every = every};
    lind_model_drift_node(sd, tau, every, &values->drifts[i].keep, &values->drifts[i].kick);
  }
  for (int m = 0; m < plan->n_residuals; m++)
    LIND_TRY(lind_model_residual(model, values->parameters, plan->residual_outputs[m], &values->residuals[m].a,
                                 &values->residuals[m].b));
  for (int m = 0; m < plan->n_residuals; m++) {
    const int output = plan->residual_outputs[m];
    if (model->outputs[output].residual == LIND_ERROR_SENSOR) {
      LIND_TRY(lind_model_sensor(model, values->parameters, output, &values->residuals[m].sensor));
      LIND_CHECK_AT(plan->protocol->duration / values->residuals[m].sensor.every < DRIFT_NODES, LIND_ERR_INPUT,
                    model->outputs[output].where,
                    "the sensor of '%s' has a node every %g h; a trial of %g day can have at most %d",
                    model->outputs[output].name, values->residuals[m].sensor.every, plan->protocol->duration / 24.0, DRIFT_NODES);
    }
    values->residuals[m].tau = 0.0;
    if (model->outputs[plan->residual_outputs[m]].correlated)
      LIND_TRY(lind_model_residual_tau(model, values->parameters, plan->residual_outputs[m], &values->residuals[m].tau));
  }
  return LIND_OK;
}

lind_err lind_values_draw(const lind_plan *plan, uint32_t replicate, lind_plan_values *values) {
  const double *centre = plan->values.parameters;
  if (plan->unsure != NULL)
    lind_unsure_draw(plan->unsure, plan->protocol->seed, replicate, centre, values->parameters);
  else
    memcpy(values->parameters, centre, (size_t)plan->model->n_parameters * sizeof *values->parameters);
  return lind_values_settle(plan, values);
}
