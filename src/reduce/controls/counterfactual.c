/* counterfactual.c -- no control arm: each treated patient against its own twin, computed under control. The interval holds what
 * patients differ by from their twins; it does not hold that all twins may be wrong together. */
#include "../estimators/means.h"

static lind_err estimate(const lind_analysis_set *set, const lind_analysis_settings *settings, lind_answer *answer) {
  lind_moments d = {0};
  for (uint64_t i = 0; i < set->n; i++)
    if (set->treated[i] && (set->external == NULL || !set->external[i]))
      lind_moments_add(&d, set->twin != NULL ? set->value[i] - set->twin[i] : NAN);
  const double se = sqrt(d.m2 / (d.n - 1.0) / d.n), df = d.n - 1.0;
  const lind_moments twin = {.n = d.n}; /* whose mean is in the differences */
  lind_means_answer(&d, &twin, se, df, settings, "mean difference of the treated from their computed twins, paired t interval",
                    answer);
  answer->n = (uint64_t)d.n;
  return LIND_OK;
}

const lind_estimator lind_estimator_counterfactual = {
    .name = "counterfactual",
    .summary = "twin control: mean difference of the treated from their twins, computed under control",
    .source = "Rubin 1974, doi:10.1037/h0037350 (the estimand); Student 1908, doi:10.1093/biomet/6.1.1 (the interval)",
    .effect = "mean of own outcome less the twin's, in the treated",
    .fits = LIND_FITS_MEAN | LIND_FITS_SHARE,
    .needs = LIND_NEEDS_TWIN,
    .synthetic = true,
    .treated_only = true,
    .estimate = estimate,
};
