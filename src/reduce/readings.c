/* readings.c -- an endpoint of one patient: of a trace where it names one, else of the visits. */
#include <math.h>

#include "lind/reduce.h"

double lind_readings_value(const lind_layout *layout, int e, const lind_history *history, double *event) {
  const lind_endpoint *endpoint = &layout->plan->protocol->endpoints[e];
  const lind_endpoint_kind *kind = layout->kinds[e];
  *event = 0.0;
  if (layout->traces[e] >= 0)
    return history->traces != NULL ? kind->of_series(endpoint, &history->traces[layout->traces[e]]) : NAN;
  if (kind->value != NULL) return kind->value(endpoint, history, layout->measures[e], event);
  const lind_series visits = {.n = history->n_visits, .value = history->value[layout->measures[e]], .time = history->time};
  return kind->of_series(endpoint, &visits);
}
