/* window.h -- the part of a history that an endpoint looks at. */
#ifndef LIND_ENDPOINT_WINDOW_H
#define LIND_ENDPOINT_WINDOW_H

#include <math.h>

#include "lind/estimator.h"

static inline double lind_window_from(const lind_endpoint *endpoint) { return isnan(endpoint->from) ? 0.0 : endpoint->from; }
static inline double lind_window_to(const lind_endpoint *endpoint) { return isnan(endpoint->to) ? INFINITY : endpoint->to; }
static inline int lind_window_has(const lind_endpoint *endpoint, double time) {
  return time >= lind_window_from(endpoint) - 1e-6 && time <= lind_window_to(endpoint) + 1e-6;
}
/* A visit is seen at its time, both ends of the window included; a sample stands for the time since the one before it. */
static inline int lind_window_sees(const lind_endpoint *endpoint, const lind_series *series, int k) {
  const double time = lind_series_time(series, k);
  if (isnan(series->value[k]) || !lind_window_has(endpoint, time)) return 0;
  return series->time != NULL || time > lind_window_from(endpoint) + 1e-6;
}
static inline int lind_window_in_range(const lind_endpoint *endpoint, double value) {
  return value >= endpoint->range.at[0] && value <= endpoint->range.at[1];
}

#endif
