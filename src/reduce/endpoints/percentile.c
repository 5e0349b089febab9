/* percentile.c -- a percentile of the samples or measurements in the window. */
#include "rank.h"

static double of_series(const lind_endpoint *endpoint, const lind_series *series) {
  return lind_rank_percentile(endpoint, series, endpoint->percent);
}

const lind_endpoint_kind lind_endpoint_percentile = {
    .name = "percentile",
    .summary = "a percentile of a trace or of the measurements",
    .source = "Hyndman & Fan 1996, doi:10.1080/00031305.1996.10473566, type 7",
    .scale = LIND_SCALE_MEAN,
    .needs_output = true,
    .needs_percent = true,
    .of_series = of_series,
};
