/* A history written down in days, and an endpoint with its window open. */
#ifndef LIND_TEST_ENDPOINT_CASE_H
#define LIND_TEST_ENDPOINT_CASE_H

#include "reduce_case.h"

enum { CASE_DAYS = 200, CASE_VISITS = 32 };

typedef struct case_history {
  double time[CASE_VISITS], value[CASE_VISITS], dose[CASE_DAYS];
  const double *values[1];
  lind_history history;
} case_history;

/* `rows`: n pairs of (day since the start, value). The dose is 5 a day until `end` (days), NAN after. */
static inline const lind_history *history_of(case_history *h, const double (*rows)[2], int n, double end) {
  for (int k = 0; k < n; k++) {
    h->time[k] = 24.0 * rows[k][0];
    h->value[k] = rows[k][1];
  }
  for (int d = 0; d < CASE_DAYS; d++) h->dose[d] = d < end ? 5.0 : NAN;
  h->values[0] = h->value;
  h->history = (lind_history){n, CASE_DAYS, h->time, h->values, h->dose, h->dose, NULL, 24.0 * end, LIND_END_COMPLETED, NULL};
  return &h->history;
}
#define HISTORY(h, rows, end) history_of((h), (rows), (int)(sizeof(rows) / sizeof *(rows)), (end))

static inline lind_endpoint open_endpoint(double low, double high) {
  static double range[2];
  range[0] = low;
  range[1] = high;
  return (lind_endpoint){
      .name = "e", .range = {2, range}, .from = NAN, .to = NAN, .at = NAN, .threshold = NAN, .consecutive = NAN, .apart = NAN};
}

static inline double value_of(const char *kind, const lind_endpoint *endpoint, const lind_history *history) {
  double event = -7.0;
  const lind_endpoint_kind *found = lind_endpoint_find(kind);
  assert_non_null(found);
  const lind_series visits = {.n = history->n_visits, .value = history->value[0], .time = history->time};
  const double value = found->value != NULL ? found->value(endpoint, history, 0, &event) : found->of_series(endpoint, &visits);
  if (found->scale != LIND_SCALE_TIME) assert_near(event, -7.0, 0.0); /* left alone */
  return value;
}

#endif
