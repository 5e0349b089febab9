/* concurrent.c -- the control that was randomised at the same time: what every other control is measured against. */
#include "../estimators/means.h"

static lind_moments randomised(const lind_analysis_set *set, int treated) {
  lind_moments moments = {0};
  for (uint64_t i = 0; i < set->n; i++)
    if (set->treated[i] == treated && (set->external == NULL || !set->external[i])) lind_moments_add(&moments, set->value[i]);
  return moments;
}

static lind_err estimate(const lind_analysis_set *set, const lind_analysis_settings *settings, lind_answer *answer) {
  const lind_moments a = randomised(set, 1), b = randomised(set, 0);
  const double va = a.m2 / (a.n - 1.0) / a.n, vb = b.m2 / (b.n - 1.0) / b.n;
  const double df = (va + vb) * (va + vb) / (va * va / (a.n - 1.0) + vb * vb / (b.n - 1.0));
  lind_means_answer(&a, &b, sqrt(va + vb), df, settings, "difference of means, concurrent randomised control", answer);
  return LIND_OK;
}

const lind_estimator lind_estimator_concurrent = {
    .name = "concurrent",
    .summary = "concurrent randomised control: difference of means with Welch's t interval, external patients left out",
    .source = "Welch 1947, doi:10.1093/biomet/34.1-2.28; ICH E10",
    .effect = "difference of means (treated - control)",
    .fits = LIND_FITS_MEAN | LIND_FITS_SHARE,
    .estimate = estimate,
};
