/* A model that is linear in its random effects, with a drift and normal errors, and the closed forms: everything that is measured
 * is jointly normal with the effects. Worked out here from covariances of the measured values, not by steps in z. */
#ifndef LIND_TEST_TWIN_LINEAR_H
#define LIND_TEST_TWIN_LINEAR_H

#include "twin_case.h"

enum { LINEAR = 12 }; /* values measured */
static const double linear_sd_a = 0.7, linear_sd_b = 0.4, linear_correlation = 0.3, linear_sd_w = 0.5, linear_error = 0.3;
static const double linear_days[LINEAR] = {0, 1, 2, 3, 5, 8, 9, 13, 14, 20, 21, 30};
static const double linear_values[LINEAR] = {2.9, 2.4, 3.1, 2.2, 2.5, 1.9, 2.8, 3.3, 3.0, 3.9, 3.5, 4.4};

static const char linear_text[] =
    "model linear\n"
    "time h\n"
    "random a, b ~ normal(sd = [0.7, 0.4], correlation = [0.3])\n"
    "parameter sd_w = 0.5\n"
    "drift w ~ ornstein_uhlenbeck(sd = sd_w, tau = 6 [day], every = 1 [day])\n"
    "state x [day] = 0 [day]\n"
    "d/dt(x) = 1\n"
    "output y = 2 + a + b * (x / 10 [day]) + w error additive(0.3)\n";

static inline void linear_see(twin_case *c, int n) {
  for (int k = 0; k < n; k++) (void)twin_see(c, 24.0 * linear_days[k], 0, linear_values[k]);
}

/* Covariance of two of: 0 a, 1 b, 2 w at a day, 3 the value measured there. */
static inline double linear_covariance(int one, double day, int other, double other_day) {
  const double ab = linear_correlation * linear_sd_a * linear_sd_b;
  if (one == 3) {
    double sum = linear_covariance(0, 0, other, other_day) + day / 10.0 * linear_covariance(1, 0, other, other_day) +
                 linear_covariance(2, day, other, other_day);
    if (other == 3 && day == other_day) sum += linear_error * linear_error;
    return sum;
  }
  if (other == 3) return linear_covariance(3, other_day, one, day);
  if (one == 2 && other == 2) return linear_sd_w * linear_sd_w * exp(-fabs(day - other_day) / 6.0);
  if (one == 2 || other == 2) return 0.0;
  if (one != other) return ab;
  return one == 0 ? linear_sd_a * linear_sd_a : linear_sd_b * linear_sd_b;
}

/* Gauss, with pivots: m[n][n] x = r[n]; ln det m. */
static inline double linear_solve(int n, const double *m, const double *r, double *x) {
  double a[LINEAR][LINEAR + 1], log_det = 0.0;
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) a[i][j] = m[i * n + j];
    a[i][n] = r[i];
  }
  for (int c = 0; c < n; c++) {
    int best = c;
    for (int i = c; i < n; i++) best = fabs(a[i][c]) > fabs(a[best][c]) ? i : best;
    for (int j = 0; j <= n; j++) {
      const double t = a[c][j];
      a[c][j] = a[best][j];
      a[best][j] = t;
    }
    log_det += log(fabs(a[c][c]));
    for (int i = c + 1; i < n; i++)
      for (int j = n; j >= c; j--) a[i][j] -= a[i][c] / a[c][c] * a[c][j];
  }
  for (int i = n - 1; i >= 0; i--) {
    x[i] = a[i][n];
    for (int j = i + 1; j < n; j++) x[i] -= a[i][j] * x[j];
    x[i] /= a[i][i];
  }
  return log_det;
}

/* Given the first n values: mean of one thing, its covariance with another; log density of the n values. */
typedef struct linear_answer {
  double mean, covariance, evidence;
} linear_answer;

static inline linear_answer linear_given(int n, int one, double day, int other, double other_day) {
  double m[LINEAR * LINEAR], r[LINEAR], with[LINEAR], x[LINEAR];
  linear_answer answer = {.mean = one == 3 ? 2.0 : 0.0, .covariance = linear_covariance(one, day, other, other_day)};
  if (n == 0) return answer;
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) m[i * n + j] = linear_covariance(3, linear_days[i], 3, linear_days[j]);
    r[i] = linear_values[i] - 2.0;
  }
  const double log_det = linear_solve(n, m, r, x);
  answer.evidence = -0.5 * (log_det + n * log(2.0 * 3.14159265358979323846));
  for (int i = 0; i < n; i++) {
    answer.evidence -= 0.5 * r[i] * x[i];
    answer.mean += linear_covariance(one, day, 3, linear_days[i]) * x[i];
    with[i] = linear_covariance(3, linear_days[i], other, other_day);
  }
  (void)linear_solve(n, m, with, x);
  for (int i = 0; i < n; i++) answer.covariance -= linear_covariance(one, day, 3, linear_days[i]) * x[i];
  return answer;
}

#endif
