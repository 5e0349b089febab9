/* trace.c -- outputs sampled between visits: kept for the pack at hand, so that memory does not grow with the patients.
 * Sample number k of a trace is at k * every, for whoever and in whatever arm. Who has left has no more samples. */
#include <math.h>

#include "conduct.h"

static const double at_once = 1e-6; /* h: stops so close are one, see live.c */

void lind_trace_begin(lind_conduct *c) {
  lind_desk *desk = c->desk;
  const lind_plan *plan = desk->plan;
  for (int i = 0; i < LIND_LANES; i++) {
    double *sample = desk->sample + (size_t)i * (size_t)plan->trace_samples;
    desk->traced[i] = i < c->n ? c->lane[i].seat : -1;
    for (int t = 0; t < plan->n_traces; t++) {
      const lind_plan_trace *trace = &plan->traces[t];
      desk->trace[i * plan->n_traces + t] = (lind_series){.value = sample, .every = trace->item->every, .first = trace->first};
      sample += trace->n;
    }
  }
}

double lind_trace_next(const lind_plan *plan, double now) {
  double next = INFINITY;
  for (int t = 0; t < plan->n_traces; t++) {
    const lind_plan_trace *trace = &plan->traces[t];
    const double every = trace->item->every, first = trace->first;
    const double number = fmax(first, floor((now + at_once) / every) + 1.0);
    if (number < first + trace->n) next = fmin(next, number * every);
  }
  return next;
}

static bool is_due(const lind_plan_trace *trace, double now, uint32_t *number) {
  const double nearest = floor(now / trace->item->every + 0.5);
  *number = (uint32_t)nearest;
  return fabs(now - nearest * trace->item->every) < at_once && *number >= trace->first &&
         *number - trace->first < (uint32_t)trace->n;
}

bool lind_trace_due(const lind_plan *plan, double now) {
  uint32_t number;
  for (int t = 0; t < plan->n_traces; t++)
    if (is_due(&plan->traces[t], now, &number)) return true;
  return false;
}

static double measured(const lind_conduct *c, int t, int i, uint32_t number, double truth) {
  const lind_desk *desk = c->desk;
  const lind_plan_trace *trace = &desk->plan->traces[t];
  const lind_model_output *output = &desk->plan->model->outputs[trace->output];
  const struct lind_plan_residual *error = &desk->values.residuals[trace->residual];
  if (output->residual == LIND_ERROR_SENSOR) return lind_conduct_sense(c, i, trace->residual, number * trace->item->every, truth);
  double z = output->residual == LIND_ERROR_NONE ? 0.0 : lind_random_normal(c->lane[i].who, trace->purpose, number);
  double *last = &desk->scratch->error[t].of[i];
  if (output->correlated && number > trace->first) z = lind_model_correlate(*last, trace->item->every, error->tau, z);
  *last = z;
  return lind_model_measure(output->residual, error->a, error->b, truth, z);
}

void lind_trace_sample(lind_conduct *c, double now, const lind_lane *outputs) {
  lind_desk *desk = c->desk;
  const lind_plan *plan = desk->plan;
  for (int t = 0; t < plan->n_traces; t++) {
    const lind_plan_trace *trace = &plan->traces[t];
    uint32_t number;
    if (!is_due(trace, now, &number)) continue;
    for (int i = 0; i < c->n; i++) {
      if (!c->lane[i].on || c->lane[i].leaves <= now) continue;
      const double truth = outputs[trace->output].of[i];
      const double value = trace->residual < 0 ? truth : measured(c, t, i, number, truth);
      lind_series *series = &desk->trace[i * plan->n_traces + t];
      double *sample = desk->sample + (series->value - desk->sample);
      sample[series->n++] = value / plan->model->outputs[trace->output].unit.scale;
    }
  }
}
