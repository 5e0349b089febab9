/* draw_beta.c -- the beta quantile at the probability of a standard normal number, fast where it is drawn by the million:
 * observed scores. One continued fraction and a step of the fifth order in place of a search; the general inverse elsewhere.
 * Sources: Abramowitz and Stegun 1964, 26.5.22 (start); Press et al. 2007, section 6.4 (continued fraction, modified Lentz). */
#include <math.h>
#include <stdbool.h>

#include "lind/draw.h"

enum { MOST_TERMS = 400, MOST_STEPS = 6 };

/* lgamma_r: lgamma itself would write a global. */
static double log_gamma(double a) {
  int sign;
  return lgamma_r(a, &sign);
}

/* I_x(a, b) a B(a, b) / (x^a (1 - x)^b), for x below (a + 1) / (a + b + 2). */
static double fraction(double a, double b, double x) {
  const double tiny = 1e-300;
  double c = 1.0, d = 1.0 - (a + b) * x / (a + 1.0);
  if (fabs(d) < tiny) d = tiny;
  d = 1.0 / d;
  double h = d;
  for (int m = 1; m < MOST_TERMS; m++) {
    const double even = m * (b - m) * x / ((a - 1.0 + 2.0 * m) * (a + 2.0 * m));
    d = 1.0 / (1.0 + even * d);
    c = 1.0 + even / c;
    h *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 1.0 + 2.0 * m));
    d = 1.0 / (1.0 + odd * d);
    c = 1.0 + odd / c;
    const double step = d * c;
    h *= step;
    if (fabs(step - 1.0) < 1e-15) break;
  }
  return h;
}

static double start_of(double z, double a, double b) {
  const double ia = 1.0 / (2.0 * a - 1.0), ib = 1.0 / (2.0 * b - 1.0), l = (z * z - 3.0) / 6.0, h = 2.0 / (ia + ib);
  const double w = z * sqrt(h + l) / h + (ib - ia) * (l + 5.0 / 6.0 - 2.0 / (3.0 * h));
  return a / (a + b * exp(-2.0 * w));
}

/* The inverse's Taylor series about x, where it is `away` = (u - P(x)) / f(x) in the first order. */
static double series(double x, double a, double b, double away) {
  const double y = 1.0 - x, s = (a - 1.0) / x - (b - 1.0) / y, s1 = -(a - 1.0) / (x * x) - (b - 1.0) / (y * y),
               s2 = 2.0 * (a - 1.0) / (x * x * x) - 2.0 * (b - 1.0) / (y * y * y);
  return away *
         (1.0 + away * (-s / 2.0 + away * ((2.0 * s * s - s1) / 6.0 + away * (7.0 * s * s1 - s2 - 6.0 * s * s * s) / 24.0)));
}

static double general(double z, double a, double b) {
  return z > 0.0 ? 1.0 - lind_draw_beta(lind_draw_normal_cdf(-z), b, a) : lind_draw_beta(lind_draw_normal_cdf(z), a, b);
}

double lind_draw_beta_at(double z, double a, double b) {
  if (!(a >= 3.0 && b >= 3.0 && fabs(z) <= 6.0)) return general(z, a, b);
  const double log_beta = log_gamma(a) + log_gamma(b) - log_gamma(a + b), sd = sqrt(a * b / (a + b + 1.0)) / (a + b);
  const double lower = 0.5 * erfc(-z * M_SQRT1_2), upper = 0.5 * erfc(z * M_SQRT1_2);
  double x = start_of(z, a, b);
  for (int i = 0; i < MOST_STEPS; i++) {
    if (!(x > 0.0 && x < 1.0)) break;
    const double edge = a * log(x) + b * log1p(-x) - log_beta, density = exp(edge) / (x * (1.0 - x));
    const bool low = x < (a + 1.0) / (a + b + 2.0);
    const double mass = exp(edge) * (low ? fraction(a, b, x) / a : fraction(b, a, 1.0 - x) / b);
    const double away = (low ? lower - mass : mass - upper) / density;
    const double far = fabs(away) * fmax(1.0 / sd, fabs((a - 1.0) / x - (b - 1.0) / (1.0 - x))); /* of the law's own scale here */
    x += far < 0.1 ? series(x, a, b, away) : away;
    if (far < 5e-4) return x; /* what the series leaves out is far^5 */
  }
  return general(z, a, b);
}
