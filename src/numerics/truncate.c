/* truncate.c -- truncated normal and lognormal variates, to full accuracy however far in a tail the interval lies. */
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "lind/draw.h"

/* Beyond this many standard deviations the tail probability nears the smallest double (38.5) and the series below is exact. */
static const double far = 30;

/* log P(Z > z) for z >= far. Mills' ratio, asymptotic: Abramowitz and Stegun 26.2.12; the first term left out is below 2e-14. */
static double log_upper_tail(double z) {
  const double r = 1 / (z * z);
  const double series = -r * (1 - r * (3 - r * (15 - r * (105 - r * 945))));
  return -0.5 * z * z - log(z) - 0.5 * log(2 * M_PI) + log1p(series);
}

/* z between a and b, far <= a < b, at share u of the mass from a: Newton on the log of the tail probability. */
static double far_tail(double u, double a, double b) {
  const double log_a = log_upper_tail(a);
  const double kept = isinf(b) ? 1 : -expm1(log_upper_tail(b) - log_a);
  const double target = log_a + log1p(-u * kept);
  double z = sqrt(a * a - 2 * log1p(-u * kept)); /* exact but for the slow factor 1/z */
  for (int i = 0; i < 4; i++) {
    const double hazard = z + 1 / z; /* minus the slope of log_upper_tail, to 2/z^3 */
    z += (log_upper_tail(z) - target) / hazard;
  }
  return z;
}

/* z between a and b with 0 <= a or the interval around 0: by whichever of P and Q is small there. */
static double near_tail(double u, double a, double b) {
  const double p = gsl_cdf_ugaussian_P(a) + u * (gsl_cdf_ugaussian_P(b) - gsl_cdf_ugaussian_P(a));
  if (a < 0 && p <= 0.5) return fmin(gsl_cdf_ugaussian_Pinv(p), 0); /* fmin, fmax: the halves meet without a step back */
  const double q_a = gsl_cdf_ugaussian_Q(a), q_b = gsl_cdf_ugaussian_Q(b);
  return fmax(gsl_cdf_ugaussian_Qinv(q_b + (1 - u) * (q_a - q_b)), 0);
}

static double standard_truncated(double u, double a, double b) {
  if (b <= 0) return -standard_truncated(1 - u, -b, -a);
  return a >= far ? far_tail(u, a, b) : near_tail(u, a, b);
}

double lind_draw_truncated_normal(double u, double mean, double sd, double lower, double upper) {
  if (!(sd > 0)) return fmin(fmax(mean, lower), upper);
  const double x = mean + sd * standard_truncated(u, (lower - mean) / sd, (upper - mean) / sd);
  return fmin(fmax(x, lower), upper);
}

double lind_draw_truncated_lognormal(double u, double median, double log_sd, double lower, double upper) {
  const double log_lower = lower > 0 ? log(lower) : -INFINITY; /* the logarithm of infinity is infinity */
  const double x = exp(lind_draw_truncated_normal(u, log(median), log_sd, log_lower, log(upper)));
  return fmin(fmax(x, lower), upper);
}
