/* time_to_range.c -- time until the measurement is in range (for `consecutive` visits that span `apart`). */
#include "time_to.h"

static double value(const lind_endpoint *endpoint, const lind_history *history, int measure, double *event) {
  return lind_time_to_run(endpoint, history, measure, 0, event);
}

const lind_endpoint_kind lind_endpoint_time_to_range = {
    .name = "time-to-range",
    .summary = "time until a run of measurements in range is complete",
    .source = "by definition",
    .scale = LIND_SCALE_TIME,
    .unit = "day",
    .needs_output = true,
    .needs_range = true,
    .value = value,
};
