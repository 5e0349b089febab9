/* mean.c -- the mean of the samples or measurements in the window, each counting as much. */
#include "window.h"

static double of_series(const lind_endpoint *endpoint, const lind_series *series) {
  double sum = 0.0;
  int n = 0;
  for (int k = 0; k < series->n; k++) {
    if (!lind_window_sees(endpoint, series, k)) continue;
    sum += series->value[k];
    n++;
  }
  return n > 0 ? sum / n : NAN;
}

const lind_endpoint_kind lind_endpoint_mean = {
    .name = "mean",
    .summary = "mean of a trace or of the measurements",
    .source = "by definition",
    .scale = LIND_SCALE_MEAN,
    .needs_output = true,
    .of_series = of_series,
};
