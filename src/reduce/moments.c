/* moments.c -- mean and squared deviations that merge (Chan, Golub & LeVeque 1983, doi:10.1080/00031305.1983.10483115). */
#include <math.h>

#include "lind/estimator.h"

void lind_moments_add(lind_moments *moments, double value) {
  if (isnan(value)) {
    moments->missing += 1.0;
    return;
  }
  moments->n += 1.0;
  const double delta = value - moments->mean;
  moments->mean += delta / moments->n;
  moments->m2 += delta * (value - moments->mean);
}

void lind_moments_merge(lind_moments *into, const lind_moments *from) {
  into->missing += from->missing;
  if (from->n == 0.0) return;
  const double n = into->n + from->n, delta = from->mean - into->mean;
  into->mean += delta * (from->n / n);
  into->m2 += from->m2 + delta * delta * (into->n * from->n / n);
  into->n = n;
}
