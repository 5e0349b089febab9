/* rank.h -- order statistics of what lies in an endpoint's window, without a copy: the bits of doubles rise with their values, so
 * that the answer is bisected out of them, in 64 passes at most. */
#ifndef LIND_ENDPOINT_RANK_H
#define LIND_ENDPOINT_RANK_H

#include <string.h>

#include "window.h"

/* Whole numbers in the order of the doubles. */
static inline uint64_t lind_rank_code(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits >> 63 ? ~bits : bits | 1ull << 63;
}

static inline double lind_rank_value(uint64_t code) {
  const uint64_t bits = code >> 63 ? code & ~(1ull << 63) : ~code;
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static inline int lind_rank_count(const lind_endpoint *endpoint, const lind_series *series) {
  int n = 0;
  for (int k = 0; k < series->n; k++) n += lind_window_sees(endpoint, series, k);
  return n;
}

/* The value of rank `rank`, 0 for the lowest, below the count. */
static inline double lind_rank_at(const lind_endpoint *endpoint, const lind_series *series, int rank) {
  uint64_t low = UINT64_MAX, high = 0;
  for (int k = 0; k < series->n; k++) {
    if (!lind_window_sees(endpoint, series, k)) continue;
    const uint64_t code = lind_rank_code(series->value[k]);
    if (code < low) low = code;
    if (code > high) high = code;
  }
  while (low < high) { /* the lowest code with more than `rank` values at or below it */
    const uint64_t middle = low + (high - low) / 2;
    int below = 0;
    for (int k = 0; k < series->n; k++)
      below += lind_window_sees(endpoint, series, k) && lind_rank_code(series->value[k]) <= middle;
    if (below > rank)
      high = middle;
    else
      low = middle + 1;
  }
  return lind_rank_value(low);
}

/* Type 7 of Hyndman & Fan 1996, doi:10.1080/00031305.1996.10473566. NAN where nothing is seen. */
static inline double lind_rank_percentile(const lind_endpoint *endpoint, const lind_series *series, double percent) {
  const int n = lind_rank_count(endpoint, series);
  if (n == 0) return NAN;
  const double at = percent / 100.0 * (n - 1);
  const int rank = (int)floor(at);
  const double lower = lind_rank_at(endpoint, series, rank), part = at - rank;
  return part > 0.0 ? lower + part * (lind_rank_at(endpoint, series, rank + 1) - lower) : lower;
}

#endif
