/* cvga_a_or_b.c -- is the patient in class A or B of the control-variability grid? The number that trials report. */
#include "cvga.h"

static double of_series(const lind_endpoint *endpoint, const lind_series *series) {
  const int class = lind_cvga_class(endpoint, series);
  return class >= 0 ? (double)(class <= 1) : NAN;
}

const lind_endpoint_kind lind_endpoint_cvga_a_or_b = {
    .name = "cvga-a-or-b",
    .summary = "share of patients in classes A and B of the control-variability grid",
    .source = "Magni et al. 2008, doi:10.1177/193229680800200414",
    .scale = LIND_SCALE_SHARE,
    .unit = "%",
    .needs_output = true,
    .in_unit = "mg/dL",
    .of_series = of_series,
};
