/* draw.c -- inverse distribution functions. GSL's forward functions are accurate in both tails; of its inverses only the normal
 * one is used (the gamma, beta and t inverses fail for small shapes and far tails: docs/theory/numerics.md), the others are in
 * invert.c. */
#include "lind/draw.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stddef.h>

#include "invert.h"

void lind_draw_prepare(void) { (void)gsl_set_error_handler_off(); }

double lind_draw_normal_quantile(double u) { return gsl_cdf_ugaussian_Pinv(u); }

double lind_draw_normal_cdf(double z) { return gsl_cdf_ugaussian_P(z); }

double lind_draw_lognormal(double u, double median, double log_sd) { return median * exp(log_sd * lind_draw_normal_quantile(u)); }

double lind_draw_exponential(double u, double rate) { return -log1p(-u) / rate; }

double lind_draw_uniform(double u, double lower, double upper) { return fmin(lower + u * (upper - lower), upper); }

double lind_draw_weibull(double u, double shape, double scale) { return scale * pow(-log1p(-u), 1 / shape); }

/* lgamma itself would write a global. */
static double log_gamma(double a) {
  int sign;
  return lgamma_r(a, &sign);
}

/* ---- gamma in y = log x ---- */

static double gamma_lower(double y, double shape, double scale) { return gsl_cdf_gamma_P(exp(y), shape, scale); }
static double gamma_upper(double y, double shape, double scale) { return gsl_cdf_gamma_Q(exp(y), shape, scale); }
static double gamma_density(double y, double shape, double scale) { return gsl_ran_gamma_pdf(exp(y), shape, scale) * exp(y); }

static const lind_invert_law gamma_law = {gamma_lower, gamma_upper, gamma_density};

double lind_draw_gamma(double u, double shape, double scale) {
  /* P(x) -> x^a / Gamma(a + 1) as x -> 0: below the last power of e that a double holds this is the answer (or zero) */
  const double log_tail = (log(u) + log_gamma(shape + 1)) / shape;
  if (log_tail < -690) return scale * exp(log_tail);
  /* Wilson and Hilferty 1931: the cube root of a gamma variate is nearly normal */
  const double root = 1 - 1 / (9 * shape) + lind_draw_normal_quantile(u) / (3 * sqrt(shape));
  const double start = root > 0.3 ? log(shape) + 3 * log(root) : fmin(log_tail, log(shape));
  return scale * exp(lind_invert_quantile(&gamma_law, shape, 1, u, start));
}

/* ---- beta in y = log(x / (1 - x)): 1 - x is the logistic of -y, so that neither end loses digits ---- */

static double logistic(double y) { return y < 0 ? exp(y) / (1 + exp(y)) : 1 / (1 + exp(-y)); }

static double beta_lower(double y, double a, double b) {
  return y < 0 ? gsl_cdf_beta_P(logistic(y), a, b) : gsl_cdf_beta_Q(logistic(-y), b, a);
}
static double beta_upper(double y, double a, double b) { return beta_lower(-y, b, a); }
static double beta_density(double y, double a, double b) {
  const double density = y < 0 ? gsl_ran_beta_pdf(logistic(y), a, b) : gsl_ran_beta_pdf(logistic(-y), b, a);
  return density * logistic(y) * logistic(-y);
}

static const lind_invert_law beta_law = {beta_lower, beta_upper, beta_density};

double lind_draw_beta(double u, double a, double b) {
  const double log_beta = log_gamma(a) + log_gamma(b) - log_gamma(a + b);
  /* P(x) -> x^a / (a B(a, b)) as x -> 0, Q(x) -> (1 - x)^b / (b B(a, b)) as x -> 1; taken when the next term, of relative size
   * x |b - 1|, is below the last bit */
  const double log_low = (log(u) + log(a) + log_beta) / a;
  const double log_high = (log1p(-u) + log(b) + log_beta) / b;
  if (log_low + log1p(fabs(b - 1)) < -40) return exp(log_low);
  if (log_high + log1p(fabs(a - 1)) < -40) return 1 - exp(log_high);
  return logistic(lind_invert_quantile(&beta_law, a, b, u, log(a) - log(b)));
}

double lind_draw_beta_quantile(double p, double a, double b) { return lind_draw_beta(p, a, b); }

/* ---- Student's t in y = asinh x ---- */

static double t_lower(double y, double df, double unused) {
  (void)unused;
  return gsl_cdf_tdist_P(sinh(y), df);
}
static double t_upper(double y, double df, double unused) {
  (void)unused;
  return gsl_cdf_tdist_Q(sinh(y), df);
}
static double t_density(double y, double df, double unused) {
  (void)unused;
  return gsl_ran_tdist_pdf(sinh(y), df) * cosh(y);
}

static const lind_invert_law t_law = {t_lower, t_upper, t_density};

double lind_draw_t_cdf(double t, double df) { return gsl_cdf_tdist_P(t, df); }

double lind_draw_t_quantile(double p, double df) {
  if (isinf(df)) return lind_draw_normal_quantile(p);
  return sinh(lind_invert_quantile(&t_law, df, 0, p, asinh(lind_draw_normal_quantile(p))));
}

double lind_draw_chisq_upper(double x, double df) { return gsl_cdf_chisq_Q(x, df); }

double lind_draw_hypergeometric(unsigned k, unsigned n1, unsigned n2, unsigned t) {
  return gsl_ran_hypergeometric_pdf(k, n1, n2, t);
}

/* ---- empirical laws ---- */

int lind_draw_category(double u, const double *cumulative, int n) {
  int i = 0;
  while (i < n - 1 && u >= cumulative[i]) i++;
  return i;
}

double lind_draw_table(double u, const double *p, const double *x, int n) {
  int low = 0, high = n - 1; /* p[low] <= u < p[high] */
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    if (p[middle] <= u)
      low = middle;
    else
      high = middle;
  }
  if (p[high] <= p[low]) return x[high];
  return x[low] + (x[high] - x[low]) * ((u - p[low]) / (p[high] - p[low]));
}

/* Cholesky, row by row. Where a pivot is nothing but rounding the rest of its column has to be, too. */
int lind_draw_factor(const double *matrix, int n, double *factor) {
  const double rounding = 1e-10;
  for (int i = 0; i < n; i++) {
    const double variance = matrix[i * n + i];
    for (int j = 0; j <= i; j++) {
      double sum = matrix[i * n + j];
      for (int k = 0; k < j; k++) sum -= factor[i * n + k] * factor[j * n + k];
      const double pivot = i == j ? sum : factor[j * n + j];
      const int flat = i == j ? sum <= rounding * variance : pivot == 0;
      if (!isfinite(sum) || (i == j && sum < -rounding * variance)) return i;
      if (i != j && flat && fabs(sum) > sqrt(rounding * variance * matrix[j * n + j])) return i;
      factor[i * n + j] = flat ? 0 : i == j ? sqrt(sum) : sum / pivot;
    }
    for (int j = i + 1; j < n; j++) factor[i * n + j] = 0;
  }
  return -1;
}
