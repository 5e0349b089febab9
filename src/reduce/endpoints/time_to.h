/* time_to.h -- the first run of consecutive measurements in range, shared by time-to-range and time-to-stable. */
#ifndef LIND_ENDPOINT_TIME_TO_H
#define LIND_ENDPOINT_TIME_TO_H

#include "window.h"

/* Time at which a run of `consecutive` measurements in range that spans at least `apart` is complete; with same_dose, the
 * prescribed dose may not change from visit to visit (days without a dose aside). Censored at the end of the history or of the
 * window; nothing can be told of who left before the window. */
static inline double lind_time_to_run(const lind_endpoint *endpoint, const lind_history *history, int measure, int same_dose,
                                      double *event) {
  const int wanted = isnan(endpoint->consecutive) ? 1 : (int)endpoint->consecutive;
  const double apart = isnan(endpoint->apart) ? 0.0 : endpoint->apart;
  int run = 0;
  double began = 0.0, dose = 0.0;
  if (history->end < lind_window_from(endpoint)) return NAN;
  for (int k = 0; k < history->n_visits; k++) {
    const double t = history->time[k];
    if (!lind_window_has(endpoint, t)) continue;
    const int day = (int)(t / 24.0 + 0.5);
    const double now = day < history->n_days ? history->dose[day] : 0.0;
    const int kept = !same_dose || !(dose > 0.0) || !(now > 0.0) || now == dose;
    if (!lind_window_in_range(endpoint, history->value[measure][k])) {
      run = 0;
      continue;
    }
    if (!kept) run = 0;
    if (run == 0) {
      began = t;
      dose = 0.0;
    }
    if (now > 0.0) dose = now;
    run++;
    if (run >= wanted && t - began >= apart - 1e-6) {
      *event = 1.0;
      return t - lind_window_from(endpoint);
    }
  }
  *event = 0.0;
  return fmin(history->end, lind_window_to(endpoint)) - lind_window_from(endpoint);
}

#endif
