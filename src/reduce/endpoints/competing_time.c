/* competing_time.c -- time until an event of the model or whatever ends follow-up before it, and which of them it was. */
#include "window.h"

enum { CENSORED, SEEN, COMPETING };

static double value(const lind_endpoint *endpoint, const lind_history *history, int measure, double *event) {
  const double from = lind_window_from(endpoint), to = fmin(history->end, lind_window_to(endpoint)), at = history->event[measure];
  if (history->end < from || at < from) return NAN; /* gone before the window, or no longer at risk in it */
  *event = at <= to ? SEEN : history->reason == LIND_END_EVENT && history->end <= to ? COMPETING : CENSORED;
  return fmin(at, to) - from;
}

const lind_endpoint_kind lind_endpoint_competing_time = {
    .name = "competing-time",
    .summary = "time until an event of the model, with final events such as death as competing, not as censored",
    .source = "by definition",
    .scale = LIND_SCALE_TIME,
    .unit = "day",
    .competing = true,
    .needs_event = true,
    .value = value,
};
