/* least_squares.h -- linear least squares for estimators: columns are made orthonormal (modified Gram-Schmidt, each twice), so
 * that nothing is squared that is then inverted. A column that depends on those before it, such as a level that nobody has, is
 * left out: its coefficient is NAN. Source: Bjorck 1967, doi:10.1007/BF01934122. Depends on: math.h.
 */
#ifndef LIND_ESTIMATOR_LEAST_SQUARES_H
#define LIND_ESTIMATOR_LEAST_SQUARES_H

#include <math.h>
#include <stddef.h>

enum { LIND_LEAST_SQUARES = 72 }; /* columns at most */

typedef struct lind_least_squares {
  size_t n;
  int p;
  double *q;                                              /* [p][n] in: the columns; out: orthonormal ones */
  double r[LIND_LEAST_SQUARES][LIND_LEAST_SQUARES];       /* columns = q r */
  double inverse[LIND_LEAST_SQUARES][LIND_LEAST_SQUARES]; /* of r; upper triangle */
  int rank;
  unsigned char out[LIND_LEAST_SQUARES]; /* column left out */
} lind_least_squares;

static inline double lind_least_squares_dot(const double *a, const double *b, size_t n) {
  double sum = 0.0;
  for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

static inline void lind_least_squares_column(lind_least_squares *ls, int j) {
  double *x = ls->q + (size_t)j * ls->n;
  const double before = lind_least_squares_dot(x, x, ls->n);
  for (int k = 0; k < ls->p; k++) ls->r[k][j] = 0.0;
  for (int twice = 0; twice < 2; twice++)
    for (int k = 0; k < j; k++) {
      const double *q = ls->q + (size_t)k * ls->n, part = lind_least_squares_dot(q, x, ls->n);
      if (ls->out[k]) continue;
      ls->r[k][j] += part;
      for (size_t i = 0; i < ls->n; i++) x[i] -= part * q[i];
    }
  const double after = lind_least_squares_dot(x, x, ls->n);
  ls->out[j] = !(after > 1e-20 * before);
  const double norm = sqrt(after);
  for (size_t i = 0; i < ls->n; i++) x[i] = ls->out[j] ? 0.0 : x[i] / norm;
  ls->r[j][j] = ls->out[j] ? 1.0 : norm;
  ls->rank += !ls->out[j];
}

/* Factors the columns in place. */
static inline void lind_least_squares_factor(lind_least_squares *ls) {
  ls->rank = 0;
  for (int j = 0; j < ls->p; j++) lind_least_squares_column(ls, j);
  for (int j = 0; j < ls->p; j++) {
    for (int k = 0; k < ls->p; k++) ls->inverse[k][j] = 0.0;
    if (ls->out[j]) continue;
    ls->inverse[j][j] = 1.0 / ls->r[j][j];
    for (int k = j - 1; k >= 0; k--) {
      double sum = 0.0;
      for (int m = k + 1; m <= j; m++) sum += ls->r[k][m] * ls->inverse[m][j];
      ls->inverse[k][j] = ls->out[k] ? 0.0 : -sum / ls->r[k][k];
    }
  }
}

/* y in, residuals out. b[p]. */
static inline void lind_least_squares_solve(const lind_least_squares *ls, double *y, double *b) {
  double c[LIND_LEAST_SQUARES];
  for (int k = 0; k < ls->p; k++) {
    const double *q = ls->q + (size_t)k * ls->n;
    c[k] = lind_least_squares_dot(q, y, ls->n);
    for (size_t i = 0; i < ls->n; i++) y[i] -= c[k] * q[i];
  }
  for (int j = 0; j < ls->p; j++) {
    b[j] = ls->out[j] ? NAN : 0.0;
    for (int m = j; m < ls->p; m++) b[j] += ls->inverse[j][m] * c[m];
  }
}

/* Diagonal entry j of (X'X)^-1. */
static inline double lind_least_squares_variance(const lind_least_squares *ls, int j) {
  double sum = 0.0;
  for (int m = j; m < ls->p; m++) sum += ls->inverse[j][m] * ls->inverse[j][m];
  return sum;
}

/* What row i weighs in b[j]: b[j] = sum over i of influence * y[i]. */
static inline double lind_least_squares_influence(const lind_least_squares *ls, int j, size_t i) {
  double sum = 0.0;
  for (int m = j; m < ls->p; m++) sum += ls->inverse[j][m] * ls->q[(size_t)m * ls->n + i];
  return sum;
}

static inline double lind_least_squares_leverage(const lind_least_squares *ls, size_t i) {
  double sum = 0.0;
  for (int m = 0; m < ls->p; m++) sum += ls->q[(size_t)m * ls->n + i] * ls->q[(size_t)m * ls->n + i];
  return sum;
}

#endif
