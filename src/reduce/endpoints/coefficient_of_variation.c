/* coefficient_of_variation.c -- how much a patient varies: sample standard deviation over mean, of what lies in the window. */
#include "window.h"

static double of_series(const lind_endpoint *endpoint, const lind_series *series) {
  lind_moments moments = {0};
  for (int k = 0; k < series->n; k++)
    if (lind_window_sees(endpoint, series, k)) lind_moments_add(&moments, series->value[k]);
  return moments.n > 1.0 ? sqrt(moments.m2 / (moments.n - 1.0)) / moments.mean : NAN;
}

const lind_endpoint_kind lind_endpoint_coefficient_of_variation = {
    .name = "coefficient-of-variation",
    .summary = "standard deviation over the mean, of a trace or of the measurements",
    .source = "by definition",
    .scale = LIND_SCALE_MEAN,
    .unit = "%",
    .needs_output = true,
    .of_series = of_series,
};
