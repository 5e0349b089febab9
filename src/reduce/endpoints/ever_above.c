/* ever_above.c -- was any measurement or sample in the window above (or at) the threshold? */
#include "window.h"

static double of_series(const lind_endpoint *endpoint, const lind_series *series) {
  int seen = 0;
  for (int k = 0; k < series->n; k++) {
    if (!lind_window_sees(endpoint, series, k)) continue;
    if (series->value[k] >= endpoint->threshold) return 1.0;
    seen++;
  }
  return seen > 0 ? 0.0 : NAN;
}

const lind_endpoint_kind lind_endpoint_ever_above = {
    .name = "ever-above",
    .summary = "share of patients with any measurement or sample at or above a threshold",
    .source = "by definition",
    .scale = LIND_SCALE_SHARE,
    .unit = "%",
    .needs_output = true,
    .needs_threshold = true,
    .of_series = of_series,
};
