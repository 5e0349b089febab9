/* change.c -- the last measurement at or before a time, less the first measurement of all. Who left before the window opens
 * (from) has none; neither has who was never seen again after the first visit. */
#include "window.h"

static double value(const lind_endpoint *endpoint, const lind_history *history, int measure, double *event) {
  double last = NAN;
  (void)event;
  for (int k = 1; k < history->n_visits && history->time[k] <= endpoint->at + 1e-6; k++)
    if (history->time[k] >= lind_window_from(endpoint) - 1e-6) last = history->value[measure][k];
  return history->n_visits > 0 ? last - history->value[measure][0] : NAN;
}

const lind_endpoint_kind lind_endpoint_change = {
    .name = "change",
    .summary = "the last measurement at or before a time, less the first measurement",
    .source = "by definition",
    .scale = LIND_SCALE_MEAN,
    .needs_output = true,
    .needs_at = true,
    .value = value,
};
