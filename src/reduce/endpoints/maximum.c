/* maximum.c -- the highest of the samples or measurements in the window. */
#include "window.h"

static double of_series(const lind_endpoint *endpoint, const lind_series *series) {
  double found = NAN;
  for (int k = 0; k < series->n; k++)
    if (lind_window_sees(endpoint, series, k)) found = fmax(found, series->value[k]); /* of a number and a NAN it is the number */
  return found;
}

const lind_endpoint_kind lind_endpoint_maximum = {
    .name = "maximum",
    .summary = "highest value of a trace or of the measurements",
    .source = "by definition",
    .scale = LIND_SCALE_MEAN,
    .needs_output = true,
    .of_series = of_series,
};
