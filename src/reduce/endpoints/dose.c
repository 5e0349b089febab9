/* dose.c -- the daily dose prescribed around a time: the mean of the 7 days before it, or before the patient left. */
#include "window.h"

static double value(const lind_endpoint *endpoint, const lind_history *history, int measure, double *event) {
  (void)measure;
  (void)event;
  const int last = (int)(fmin(endpoint->at, history->end) / 24.0 + 1e-9);
  double sum = 0.0;
  int n = 0;
  for (int d = last - 7; d < last; d++) {
    if (d < 0 || d >= history->n_days || isnan(history->dose[d])) continue;
    sum += history->dose[d];
    n++;
  }
  return n == 7 ? sum / n : NAN;
}

const lind_endpoint_kind lind_endpoint_dose = {
    .name = "dose",
    .summary = "mean daily dose prescribed in the 7 days before a time",
    .source = "by definition",
    .scale = LIND_SCALE_MEAN,
    .unit = "mg",
    .needs_at = true,
    .value = value,
};
