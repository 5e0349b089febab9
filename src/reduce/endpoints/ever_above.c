/* ever_above.c -- was any measurement in the window above (or at) the threshold? */
#include "window.h"

static double value(const lind_endpoint *endpoint, const lind_history *history, int measure, double *event) {
  int seen = 0;
  (void)event;
  for (int k = 0; k < history->n_visits; k++) {
    if (!lind_window_has(endpoint, history->time[k]) || isnan(history->value[measure][k])) continue;
    if (history->value[measure][k] >= endpoint->threshold) return 1.0;
    seen++;
  }
  return seen > 0 ? 0.0 : NAN;
}

const lind_endpoint_kind lind_endpoint_ever_above = {
    .name = "ever-above",
    .summary = "share of patients with any measurement at or above a threshold",
    .source = "by definition",
    .scale = LIND_SCALE_SHARE,
    .unit = "%",
    .needs_output = true,
    .needs_threshold = true,
    .value = value,
};
