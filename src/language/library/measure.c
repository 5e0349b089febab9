/* measure.c -- one measurement: the truth, a residual error, one standard normal number. Beside the library because the beta law
 * needs numerics, which the generator of C code does without. */
#include <math.h>
#include <stdbool.h>

#include "lind/draw.h"
#include "lind/model.h"

/* Y / top ~ Beta(mu a, (1 - mu) a) with mu = truth / top. */
static double beta_score(double a, double top, double truth, double z) {
  const double mu = truth / top;
  if (isnan(mu)) return NAN;
  if (mu <= 0.0 || mu >= 1.0) return mu <= 0.0 ? 0.0 : top;
  const double p = mu * a, q = (1.0 - mu) * a;
  return top * lind_draw_beta_at(z, p, q);
}

double lind_model_measure(lind_residual kind, double a, double b, double truth, double z) {
  switch (kind) {
    case LIND_ERROR_ADDITIVE:
      return truth + a * z;
    case LIND_ERROR_PROPORTIONAL:
      return truth * (1.0 + a * z);
    case LIND_ERROR_LOGNORMAL:
      return truth * exp(a * z);
    case LIND_ERROR_COMBINED: /* variances add */
      return truth + sqrt(a * a + b * b * truth * truth) * z;
    case LIND_ERROR_POWER:
      return truth + a * pow(fabs(truth), b) * z;
    case LIND_ERROR_BETA:
      return beta_score(a, b, truth, z);
    case LIND_ERROR_SENSOR: /* is no draw: lind_sensor_error */
    case LIND_ERROR_NONE:
      break;
  }
  return truth;
}

double lind_model_spread(lind_residual kind, double a, double b, double truth) {
  switch (kind) {
    case LIND_ERROR_ADDITIVE:
      return a;
    case LIND_ERROR_PROPORTIONAL:
      return a * fabs(truth);
    case LIND_ERROR_LOGNORMAL:
      return fabs(truth) * exp(0.5 * a * a) * sqrt(expm1(a * a));
    case LIND_ERROR_COMBINED:
      return sqrt(a * a + b * b * truth * truth);
    case LIND_ERROR_POWER:
      return a * pow(fabs(truth), b);
    case LIND_ERROR_BETA:
      return truth > 0.0 && truth < b ? sqrt(truth * (b - truth) / (a + 1.0)) : 0.0;
    case LIND_ERROR_SENSOR: /* is no draw: lind_sensor_error */
    case LIND_ERROR_NONE:
      break;
  }
  return 0.0;
}

static double beta_log_density(double a, double top, double truth, double y) {
  int sign;
  const double p = truth / top * a, q = a - p, x = fmin(fmax(y / top, 1e-9), 1.0 - 1e-9);
  if (!(p > 0.0 && q > 0.0)) return -INFINITY;
  return (p - 1.0) * log(x) + (q - 1.0) * log1p(-x) - lgamma_r(p, &sign) - lgamma_r(q, &sign) + lgamma_r(a, &sign) - log(top);
}

double lind_model_log_density(lind_residual kind, double a, double b, double truth, double y) {
  if (kind == LIND_ERROR_NONE || kind == LIND_ERROR_SENSOR) return 0.0;
  if (kind == LIND_ERROR_BETA) return beta_log_density(a, b, truth, y);
  const bool ratio = kind == LIND_ERROR_LOGNORMAL;
  if (ratio && !(truth > 0.0 && y > 0.0)) return -INFINITY;
  const double sd = ratio ? a : lind_model_spread(kind, a, b, truth), z = (ratio ? log(y / truth) : y - truth) / sd;
  return sd > 0.0 ? -0.5 * z * z - log(sd) - (ratio ? log(y) : 0.0) - 0.5 * log(2.0 * M_PI) : -INFINITY;
}
