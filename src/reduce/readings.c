/* readings.c -- an endpoint of one patient in one period: of a trace where it names one, else of the visits. */
#include <math.h>

#include "lind/reduce.h"

/* Times of an endpoint count from the start of its period, and end with it. Days count by their beginning: the one that begins as
 * the period ends belongs to it no more. */
static lind_endpoint in_period(const lind_layout *layout, int e, int period) {
  const lind_protocol *protocol = layout->plan->protocol;
  lind_endpoint endpoint = protocol->endpoints[e];
  const double start = lind_protocol_period_start(protocol, period), length = protocol->crossover.period;
  endpoint.from = start + (isnan(endpoint.from) ? 0.0 : endpoint.from);
  endpoint.at += start;
  if (!isnan(endpoint.to))
    endpoint.to += start;
  else
    endpoint.to = start + length - (layout->kinds[e]->needs_output ? 0.0 : 1e-3);
  return endpoint;
}

static double read(const lind_layout *layout, int e, const lind_endpoint *endpoint, const lind_history *history, double *event) {
  const lind_endpoint_kind *kind = layout->kinds[e];
  if (layout->traces[e] >= 0)
    return history->traces != NULL ? kind->of_series(endpoint, &history->traces[layout->traces[e]]) : NAN;
  if (kind->value != NULL) return kind->value(endpoint, history, layout->measures[e], event);
  const lind_series visits = {.n = history->n_visits, .value = history->value[layout->measures[e]], .time = history->time};
  return kind->of_series(endpoint, &visits);
}

double lind_readings_value(const lind_layout *layout, int e, int period, const lind_history *history, double *event) {
  *event = 0.0;
  if (layout->n_periods == 1) return read(layout, e, &layout->plan->protocol->endpoints[e], history, event);
  const lind_endpoint endpoint = in_period(layout, e, period);
  return read(layout, e, &endpoint, history, event);
}
