/* interpolated.h -- the share of time that an output spends between two bounds: of visits by linear interpolation (Rosendaal et
 * al. 1993, Thromb Haemost 69:236), intervals longer than 56 days left out; of a trace as the share of its samples. */
#ifndef LIND_ENDPOINT_INTERPOLATED_H
#define LIND_ENDPOINT_INTERPOLATED_H

#include "window.h"

/* A NAN stays one. */
static inline double lind_interpolated_clamp(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

/* Time within [a, b] during which the straight line from (t0, y0) to (t1, y1) lies in [low, high]. */
static inline double lind_interpolated_inside(double t0, double y0, double t1, double y1, double a, double b, double low,
                                              double high) {
  if (y1 == y0) return y0 >= low && y0 <= high ? b - a : 0.0;
  const double enter = t0 + (t1 - t0) * (low - y0) / (y1 - y0), leave = t0 + (t1 - t0) * (high - y0) / (y1 - y0);
  const double first = enter > leave ? leave : enter, last = enter > leave ? enter : leave;
  return lind_interpolated_clamp(last, a, b) - lind_interpolated_clamp(first, a, b);
}

static inline double lind_interpolated_share(const lind_endpoint *endpoint, const lind_history *history, int measure, double low,
                                             double high) {
  const double longest = 56.0 * 24.0;
  const double *y = history->value[measure], *t = history->time;
  double within = 0.0, total = 0.0;
  for (int k = 0; k + 1 < history->n_visits; k++) {
    const double a = fmax(t[k], lind_window_from(endpoint)), b = fmin(t[k + 1], lind_window_to(endpoint));
    if (!(b > a) || t[k + 1] - t[k] > longest) continue;
    total += b - a;
    within += lind_interpolated_inside(t[k], y[k], t[k + 1], y[k + 1], a, b, low, high);
  }
  return total > 0.0 ? within / total : NAN;
}

/* Share of samples for which `is` holds. */
static inline double lind_interpolated_count(const lind_endpoint *endpoint, const lind_series *series,
                                             int (*is)(const lind_endpoint *endpoint, double value)) {
  int n = 0, hits = 0;
  for (int k = 0; k < series->n; k++) {
    if (!lind_window_sees(endpoint, series, k)) continue;
    n++;
    hits += is(endpoint, series->value[k]);
  }
  return n > 0 ? (double)hits / n : NAN;
}

#endif
