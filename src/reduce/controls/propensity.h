/* propensity.h -- the logistic model of who is in the trial, by iteratively reweighted least squares (Newton's method), and the
 * weights of those who are not. Source: McCullagh and Nelder 1989, chapter 4. Depends on: nothing in lind.
 */
#ifndef LIND_CONTROL_PROPENSITY_H
#define LIND_CONTROL_PROPENSITY_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

enum { LIND_PROPENSITY_COLUMNS = 33 };

typedef struct lind_propensity {
  size_t n;
  int p;                   /* columns, the first is 1 */
  const double *x;         /* [p][n] */
  const unsigned char *in; /* [n] 1: in the trial */
  double b[LIND_PROPENSITY_COLUMNS];
  double root[LIND_PROPENSITY_COLUMNS][LIND_PROPENSITY_COLUMNS]; /* Cholesky, of the information */
} lind_propensity;

static inline double lind_propensity_linear(const lind_propensity *f, size_t i) {
  double sum = 0.0;
  for (int k = 0; k < f->p; k++) sum += f->b[k] * f->x[(size_t)k * f->n + i];
  return sum;
}

static inline bool lind_propensity_factor(lind_propensity *f) {
  for (int j = 0; j < f->p; j++)
    for (int i = j; i < f->p; i++) {
      const double before = f->root[i][j];
      double sum = before;
      for (int k = 0; k < j; k++) sum -= f->root[i][k] * f->root[j][k];
      if (i == j && !(sum > 1e-12 * before)) return false; /* a column depends on others, or nobody is in doubt */
      f->root[i][j] = i == j ? sqrt(sum) : sum / f->root[j][j];
    }
  return true;
}

/* The information's inverse times b, in place. */
static inline void lind_propensity_solve(const lind_propensity *f, double *b) {
  for (int i = 0; i < f->p; i++) {
    for (int k = 0; k < i; k++) b[i] -= f->root[i][k] * b[k];
    b[i] /= f->root[i][i];
  }
  for (int i = f->p - 1; i >= 0; i--) {
    for (int k = i + 1; k < f->p; k++) b[i] -= f->root[k][i] * b[k];
    b[i] /= f->root[i][i];
  }
}

static inline bool lind_propensity_step(lind_propensity *f, double *moved) {
  double score[LIND_PROPENSITY_COLUMNS] = {0};
  for (int i = 0; i < f->p; i++)
    for (int j = 0; j < f->p; j++) f->root[i][j] = 0.0;
  for (size_t r = 0; r < f->n; r++) {
    const double e = 1.0 / (1.0 + exp(-lind_propensity_linear(f, r))), w = e * (1.0 - e);
    for (int i = 0; i < f->p; i++) {
      const double x = f->x[(size_t)i * f->n + r];
      score[i] += x * (f->in[r] - e);
      for (int j = 0; j <= i; j++) f->root[i][j] += w * x * f->x[(size_t)j * f->n + r];
    }
  }
  if (!lind_propensity_factor(f)) return false;
  lind_propensity_solve(f, score);
  *moved = 0.0;
  for (int i = 0; i < f->p; i++) {
    f->b[i] += score[i];
    *moved = fmax(*moved, fabs(score[i]));
  }
  return true;
}

/* Fits from b = 0. false: it does not converge, as when a covariate tells the two sources apart. */
static inline bool lind_propensity_fit(lind_propensity *f) {
  double moved = INFINITY;
  for (int k = 0; k < LIND_PROPENSITY_COLUMNS; k++) f->b[k] = 0.0;
  for (int step = 0; step < 50; step++) {
    if (!lind_propensity_step(f, &moved)) return false;
    if (moved < 1e-10) return lind_propensity_step(f, &moved); /* the information at the estimate */
  }
  return false;
}

#endif
