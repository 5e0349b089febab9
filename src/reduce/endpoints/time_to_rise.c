/* time_to_rise.c -- time until a measurement is a share above the lowest one before it, and by a least amount: progression of a
 * tumour by its size. */
#include "window.h"

static double value(const lind_endpoint *endpoint, const lind_history *history, int measure, double *event) {
  const double from = lind_window_from(endpoint), least = isnan(endpoint->least) ? 0.0 : endpoint->least;
  double lowest = INFINITY;
  if (history->end < from) return NAN;
  for (int k = 0; k < history->n_visits; k++) {
    const double y = history->value[measure][k];
    if (!lind_window_has(endpoint, history->time[k]) || isnan(y)) continue;
    if (y > lowest * (1.0 + endpoint->threshold) && y > lowest + least) {
      *event = 1.0;
      return history->time[k] - from;
    }
    lowest = fmin(lowest, y);
  }
  *event = 0.0;
  return fmin(history->end, lind_window_to(endpoint)) - from;
}

const lind_endpoint_kind lind_endpoint_time_to_rise = {
    .name = "time-to-rise",
    .summary = "time until a measurement is a share (threshold) above the lowest before it, and by a least amount (least)",
    .source = "Eisenhauer et al. 2009, doi:10.1016/j.ejca.2008.10.026 (progression: 20 % and 5 mm above the smallest sum)",
    .scale = LIND_SCALE_TIME,
    .unit = "day",
    .needs_output = true,
    .needs_threshold = true,
    .value = value,
};
