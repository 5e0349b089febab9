/* time_to_event.c -- time until an event of the model, found by root finding while the patient lived. */
#include "window.h"

static double value(const lind_endpoint *endpoint, const lind_history *history, int measure, double *event) {
  const double from = lind_window_from(endpoint), to = fmin(history->end, lind_window_to(endpoint)), at = history->event[measure];
  if (history->end < from || at < from) return NAN; /* gone before the window, or no longer at risk in it */
  *event = at <= to ? 1.0 : 0.0;
  return fmin(at, to) - from;
}

const lind_endpoint_kind lind_endpoint_time_to_event = {
    .name = "time-to-event",
    .summary = "time until an event of the model, censored where follow-up ends",
    .source = "by definition",
    .scale = LIND_SCALE_TIME,
    .unit = "day",
    .needs_event = true,
    .value = value,
};
