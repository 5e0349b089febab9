/* time_in_range.c -- share of time in a range: between the first and the last measurement by linear interpolation, of a trace the
 * share of its samples. Intervals longer than 56 days are left out, as Rosendaal proposed. Source: Rosendaal et al. 1993, Thromb
 * Haemost 69:236. */
#include "interpolated.h"

static double value(const lind_endpoint *endpoint, const lind_history *history, int measure, double *event) {
  (void)event;
  return lind_interpolated_share(endpoint, history, measure, endpoint->range.at[0], endpoint->range.at[1]);
}

static int is_inside(const lind_endpoint *endpoint, double y) { return lind_window_in_range(endpoint, y); }

static double of_series(const lind_endpoint *endpoint, const lind_series *series) {
  return lind_interpolated_count(endpoint, series, is_inside);
}

const lind_endpoint_kind lind_endpoint_time_in_range = {
    .name = "time-in-range",
    .summary = "share of time in a range: of visits by linear interpolation (Rosendaal), of a trace by its samples",
    .source = "Rosendaal et al. 1993, Thromb Haemost 69:236",
    .scale = LIND_SCALE_MEAN,
    .unit = "%",
    .needs_output = true,
    .needs_range = true,
    .value = value,
    .of_series = of_series,
};
