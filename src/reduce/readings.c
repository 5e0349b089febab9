/* readings.c -- an endpoint of one patient in one period: of a trace where it names one, else of the visits. */
#include <math.h>

#include "lind/reduce.h"

/* Times of an endpoint count from the start of its period, and end with it. Days count by their beginning: the one that begins as
 * the period ends belongs to it no more. */
static lind_endpoint in_period(const lind_layout *layout, int e, int period) {
  const lind_protocol *protocol = layout->plan->protocol;
  lind_endpoint endpoint = protocol->endpoints[e];
  const double start = lind_protocol_period_start(protocol, period), length = protocol->crossover.period;
  endpoint.from = start + (isnan(endpoint.from) ? 0.0 : endpoint.from);
  endpoint.at += start;
  if (!isnan(endpoint.to))
    endpoint.to += start;
  else
    endpoint.to = start + length - (layout->kinds[e]->needs_output ? 0.0 : 1e-3);
  return endpoint;
}

/* What the endpoint looks at, over time; false: the trace is not there. */
static bool series_of(const lind_layout *layout, int e, const lind_history *history, lind_series *series) {
  if (layout->traces[e] >= 0) {
    if (history->traces == NULL) return false;
    *series = history->traces[layout->traces[e]];
  } else {
    *series = (lind_series){.n = history->n_visits, .value = history->value[layout->measures[e]], .time = history->time};
  }
  return true;
}

static double read(const lind_layout *layout, int e, const lind_endpoint *endpoint, const lind_history *history, double *event) {
  const lind_endpoint_kind *kind = layout->kinds[e];
  lind_series series;
  if (kind->value != NULL && layout->traces[e] < 0) return kind->value(endpoint, history, layout->measures[e], event);
  return series_of(layout, e, history, &series) ? kind->of_series(endpoint, &series) : NAN;
}

static lind_endpoint view(const lind_layout *layout, int e, int period) {
  return layout->n_periods == 1 ? layout->plan->protocol->endpoints[e] : in_period(layout, e, period);
}

double lind_readings_value(const lind_layout *layout, int e, int period, const lind_history *history, double *event) {
  *event = 0.0;
  const lind_endpoint endpoint = view(layout, e, period);
  return read(layout, e, &endpoint, history, event);
}

static int bin_of(double value, double lower, double upper, int n) {
  const int bin = (int)floor((value - lower) / (upper - lower) * n);
  return bin < 0 ? 0 : bin >= n ? n - 1 : bin;
}

int lind_readings_bin(const lind_layout *layout, int e, int period, const lind_history *history) {
  const lind_endpoint_kind *kind = layout->kinds[e];
  const lind_plane *plane = kind->plane;
  const lind_endpoint endpoint = view(layout, e, period);
  lind_series series;
  double x, y;
  if (!series_of(layout, e, history, &series)) return -1;
  kind->place(&endpoint, &series, &x, &y);
  if (isnan(x) || isnan(y)) return -1;
  return bin_of(y, plane->y_lower, plane->y_upper, plane->y_bins) * plane->x_bins +
         bin_of(x, plane->x_lower, plane->x_upper, plane->x_bins);
}
