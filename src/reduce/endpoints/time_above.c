/* time_above.c -- share of time above a threshold; what lies on it is not above. */
#include "interpolated.h"

static double value(const lind_endpoint *endpoint, const lind_history *history, int measure, double *event) {
  (void)event;
  return lind_interpolated_share(endpoint, history, measure, endpoint->threshold, INFINITY);
}

static int is_above(const lind_endpoint *endpoint, double y) { return y > endpoint->threshold; }

static double of_series(const lind_endpoint *endpoint, const lind_series *series) {
  return lind_interpolated_count(endpoint, series, is_above);
}

const lind_endpoint_kind lind_endpoint_time_above = {
    .name = "time-above",
    .summary = "share of time above a threshold: of visits by linear interpolation, of a trace by its samples",
    .source = "Rosendaal et al. 1993, Thromb Haemost 69:236",
    .scale = LIND_SCALE_MEAN,
    .unit = "%",
    .needs_output = true,
    .needs_threshold = true,
    .value = value,
    .of_series = of_series,
};
