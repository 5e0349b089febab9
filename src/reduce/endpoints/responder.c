/* responder.c -- is the last measurement at or before a time at or above a threshold? */
#include "window.h"

static double value(const lind_endpoint *endpoint, const lind_history *history, int measure, double *event) {
  double last = NAN;
  (void)event;
  for (int k = 0; k < history->n_visits && history->time[k] <= endpoint->at + 1e-6; k++)
    if (history->time[k] >= lind_window_from(endpoint) - 1e-6) last = history->value[measure][k];
  return isnan(last) ? NAN : last >= endpoint->threshold ? 1.0 : 0.0;
}

const lind_endpoint_kind lind_endpoint_responder = {
    .name = "responder",
    .summary = "share of patients whose last measurement at or before a time is at or above a threshold",
    .source = "by definition",
    .scale = LIND_SCALE_SHARE,
    .unit = "%",
    .needs_output = true,
    .needs_threshold = true,
    .needs_at = true,
    .value = value,
};
