/* time_in_range.c -- share of time between the first and the last measurement in which the linearly interpolated value is in
 * range. Intervals longer than 56 days are left out, as Rosendaal proposed. Source: Rosendaal et al. 1993, Thromb Haemost 69:236.
 */
#include "window.h"

static double clamp(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

/* Time within [a, b] during which the straight line from (t0, y0) to (t1, y1) lies in [low, high]. */
static double inside(double t0, double y0, double t1, double y1, double a, double b, double low, double high) {
  if (y1 == y0) return y0 >= low && y0 <= high ? b - a : 0.0;
  double enter = t0 + (t1 - t0) * (low - y0) / (y1 - y0), leave = t0 + (t1 - t0) * (high - y0) / (y1 - y0);
  if (enter > leave) {
    const double swap = enter;
    enter = leave;
    leave = swap;
  }
  return clamp(leave, a, b) - clamp(enter, a, b);
}

static double value(const lind_endpoint *endpoint, const lind_history *history, int measure, double *event) {
  const double longest = 56.0 * 24.0;
  const double *y = history->value[measure], *t = history->time;
  double within = 0.0, total = 0.0;
  (void)event;
  for (int k = 0; k + 1 < history->n_visits; k++) {
    const double a = fmax(t[k], lind_window_from(endpoint)), b = fmin(t[k + 1], lind_window_to(endpoint));
    if (!(b > a) || t[k + 1] - t[k] > longest) continue;
    total += b - a;
    within += inside(t[k], y[k], t[k + 1], y[k + 1], a, b, endpoint->range.at[0], endpoint->range.at[1]);
  }
  return total > 0.0 ? within / total : NAN;
}

const lind_endpoint_kind lind_endpoint_time_in_range = {
    .name = "time-in-range",
    .summary = "share of time in a range, by linear interpolation between measurements (Rosendaal)",
    .source = "Rosendaal et al. 1993, Thromb Haemost 69:236",
    .scale = LIND_SCALE_MEAN,
    .unit = "%",
    .needs_output = true,
    .needs_range = true,
    .value = value,
};
