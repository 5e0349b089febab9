/* event_share.c -- did an event of the model happen in the window? */
#include "window.h"

/* Who was not followed to the window's end without it cannot be told, whether lost or still under way when a look stopped the
 * trial; who had another final event (death) never has it any more. */
static double value(const lind_endpoint *endpoint, const lind_history *history, int measure, double *event) {
  const double from = lind_window_from(endpoint), to = lind_window_to(endpoint), at = history->event[measure];
  (void)event;
  if (history->end < from || at < from) return NAN; /* gone before the window, or no longer at risk in it */
  if (at <= fmin(history->end, to)) return 1.0;
  const bool unknown = history->reason == LIND_END_DROPOUT || history->reason == LIND_END_CUT;
  return unknown && history->end < to ? NAN : 0.0;
}

const lind_endpoint_kind lind_endpoint_event_share = {
    .name = "event-share",
    .summary = "share of patients in whom an event of the model happens in the window",
    .source = "by definition",
    .scale = LIND_SCALE_SHARE,
    .unit = "%",
    .needs_event = true,
    .value = value,
};
