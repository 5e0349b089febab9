/* lbgi.c -- low blood glucose index. */
#include "glucose_risk.h"

static double of_series(const lind_endpoint *endpoint, const lind_series *series) {
  return lind_glucose_risk_mean(endpoint, series, -1.0);
}

const lind_endpoint_kind lind_endpoint_lbgi = {
    .name = "lbgi",
    .summary = "low blood glucose index: mean risk of low glucose",
    .source = "Kovatchev et al. 1997, doi:10.2337/diacare.20.11.1655",
    .scale = LIND_SCALE_MEAN,
    .unit = "1",
    .needs_output = true,
    .in_unit = "mg/dL",
    .of_series = of_series,
};
