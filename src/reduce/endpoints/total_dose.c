/* total_dose.c -- what was taken in all, from one time to another. */
#include "window.h"

static double value(const lind_endpoint *endpoint, const lind_history *history, int measure, double *event) {
  (void)measure;
  (void)event;
  double sum = 0.0;
  if (history->end < lind_window_from(endpoint)) return NAN;
  for (int d = 0; d < history->n_days; d++)
    if (!isnan(history->taken[d]) && lind_window_has(endpoint, 24.0 * d)) sum += history->taken[d];
  return sum;
}

const lind_endpoint_kind lind_endpoint_total_dose = {
    .name = "total-dose",
    .summary = "what was taken in all on the days that begin in the window",
    .source = "by definition",
    .scale = LIND_SCALE_MEAN,
    .unit = "mg",
    .value = value,
};
