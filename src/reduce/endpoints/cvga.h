/* cvga.h -- control-variability grid analysis: a patient is a point, the lowest and the highest glucose of an observation (2.5
 * and 97.5 percentiles), in nine zones that make five classes. Source: Magni et al. 2008, J Diabetes Sci Technol 2:630,
 * doi:10.1177/193229680800200414; bounds of the zones from memory of it. */
#ifndef LIND_ENDPOINT_CVGA_H
#define LIND_ENDPOINT_CVGA_H

#include "rank.h"

static inline double lind_cvga_clamp(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

static inline void lind_cvga_place(const lind_endpoint *endpoint, const lind_series *series, double *x, double *y) {
  *x = lind_cvga_clamp(lind_rank_percentile(endpoint, series, 2.5), 50.0, 110.0);
  *y = lind_cvga_clamp(lind_rank_percentile(endpoint, series, 97.5), 110.0, 400.0);
}

/* 0 for A to 4 for E; -1 where nothing was seen. */
static inline int lind_cvga_class(const lind_endpoint *endpoint, const lind_series *series) {
  static const int zones[3][3] = {{0, 1, 2}, {1, 1, 3}, {2, 3, 4}}; /* [low glucose][high glucose], worse and worse */
  double x, y;
  lind_cvga_place(endpoint, series, &x, &y);
  if (isnan(x)) return -1;
  return zones[x > 90.0 ? 0 : x >= 70.0 ? 1 : 2][y < 180.0 ? 0 : y <= 300.0 ? 1 : 2];
}

#endif
