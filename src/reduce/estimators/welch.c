/* welch.c -- difference of means, unequal variances. Source: Welch 1947, doi:10.1093/biomet/34.1-2.28 (Satterthwaite degrees of
 * freedom). */
#include "means.h"

static lind_err from_moments(const lind_moments *a, const lind_moments *b, double level, double null, lind_answer *answer) {
  const double va = a->m2 / (a->n - 1.0) / a->n, vb = b->m2 / (b->n - 1.0) / b->n;
  const double df = (va + vb) * (va + vb) / (va * va / (a->n - 1.0) + vb * vb / (b->n - 1.0));
  lind_means_answer(a, b, sqrt(va + vb), df, level, null, "difference of means, Welch t interval", answer);
  return LIND_OK;
}

static lind_err estimate(const lind_sample *treated, const lind_sample *control, double level, double null, lind_answer *answer) {
  const lind_moments a = lind_means_of(treated), b = lind_means_of(control);
  return from_moments(&a, &b, level, null, answer);
}

const lind_estimator lind_estimator_welch = {
    .name = "welch",
    .summary = "difference of means with Welch's t interval",
    .source = "Welch 1947, doi:10.1093/biomet/34.1-2.28",
    .effect = "difference of means (treated - control)",
    .estimate = estimate,
    .from_moments = from_moments,
};
