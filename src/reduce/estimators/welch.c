/* welch.c -- difference of means, unequal variances. Source: Welch 1947, doi:10.1093/biomet/34.1-2.28 (Satterthwaite degrees of
 * freedom). */
#include "means.h"

static lind_err from_moments(const lind_moments *a, const lind_moments *b, const lind_analysis_settings *settings,
                             lind_answer *answer) {
  const double va = a->m2 / (a->n - 1.0) / a->n, vb = b->m2 / (b->n - 1.0) / b->n;
  const double df = (va + vb) * (va + vb) / (va * va / (a->n - 1.0) + vb * vb / (b->n - 1.0));
  lind_means_answer(a, b, sqrt(va + vb), df, settings, "difference of means, Welch t interval", answer);
  return LIND_OK;
}

static lind_err estimate(const lind_analysis_set *set, const lind_analysis_settings *settings, lind_answer *answer) {
  const lind_moments a = lind_means_of(set, 1), b = lind_means_of(set, 0);
  return from_moments(&a, &b, settings, answer);
}

const lind_estimator lind_estimator_welch = {
    .name = "welch",
    .summary = "difference of means with Welch's t interval",
    .source = "Welch 1947, doi:10.1093/biomet/34.1-2.28",
    .effect = "difference of means (treated - control)",
    .fits = LIND_FITS_MEAN | LIND_FITS_SHARE,
    .estimate = estimate,
    .from_moments = from_moments,
};
