/* time_to_stable.c -- time until a stable dose: a run of measurements in range on one unchanged dose. */
#include "time_to.h"

static double value(const lind_endpoint *endpoint, const lind_history *history, int measure, double *event) {
  return lind_time_to_run(endpoint, history, measure, 1, event);
}

const lind_endpoint_kind lind_endpoint_time_to_stable = {
    .name = "time-to-stable-dose",
    .summary = "time until a run of measurements in range on one unchanged dose is complete",
    .source = "by definition",
    .scale = LIND_SCALE_TIME,
    .unit = "day",
    .needs_output = true,
    .needs_range = true,
    .value = value,
};
