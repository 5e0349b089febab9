/* mixture.h -- a mixture of two normal laws: density, distribution, quantile; and what it becomes when a normal mean is seen. All
 * in closed form but the quantile. Source: Schmidli et al. 2014, doi:10.1111/biom.12242. Depends on: lind/draw.h.
 */
#ifndef LIND_CONTROL_MIXTURE_H
#define LIND_CONTROL_MIXTURE_H

#include <math.h>

#include "lind/draw.h"

typedef struct lind_mixture {
  double weight[2], mean[2], variance[2];
} lind_mixture;

/* The law of a mean with this prior after a value y about it with variance v has been seen. */
static inline lind_mixture lind_mixture_after(const lind_mixture *prior, double y, double v) {
  lind_mixture after;
  double logs[2];
  for (int k = 0; k < 2; k++) {
    const double spread = prior->variance[k] + v, gap = y - prior->mean[k];
    logs[k] = log(prior->weight[k]) - 0.5 * log(spread) - 0.5 * gap * gap / spread;
    after.variance[k] = prior->variance[k] * v / spread;
    after.mean[k] = (prior->mean[k] * v + y * prior->variance[k]) / spread;
  }
  after.weight[0] = 1.0 / (1.0 + exp(logs[1] - logs[0]));
  after.weight[1] = 1.0 / (1.0 + exp(logs[0] - logs[1]));
  return after;
}

static inline double lind_mixture_mean(const lind_mixture *m) { return m->weight[0] * m->mean[0] + m->weight[1] * m->mean[1]; }

static inline double lind_mixture_variance(const lind_mixture *m) {
  const double mean = lind_mixture_mean(m), a = m->mean[0] - mean, b = m->mean[1] - mean;
  return m->weight[0] * (m->variance[0] + a * a) + m->weight[1] * (m->variance[1] + b * b);
}

static inline double lind_mixture_below(const lind_mixture *m, double x) {
  double sum = 0.0;
  for (int k = 0; k < 2; k++) sum += m->weight[k] * lind_draw_normal_cdf((x - m->mean[k]) / sqrt(m->variance[k]));
  return sum;
}

/* Between the quantiles of the two laws, by bisection. */
static inline double lind_mixture_quantile(const lind_mixture *m, double p) {
  const double z = lind_draw_normal_quantile(p), a = m->mean[0] + z * sqrt(m->variance[0]),
               b = m->mean[1] + z * sqrt(m->variance[1]);
  double low = fmin(a, b), high = fmax(a, b);
  for (int i = 0; i < 200 && high - low > 1e-14 * (fabs(low) + fabs(high)); i++) {
    const double middle = 0.5 * (low + high);
    if (lind_mixture_below(m, middle) < p)
      low = middle;
    else
      high = middle;
  }
  return 0.5 * (low + high);
}

#endif
