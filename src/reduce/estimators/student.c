/* student.c -- difference of means, pooled variance. Source: Student 1908, doi:10.1093/biomet/6.1.1. */
#include "means.h"

static lind_err from_moments(const lind_moments *a, const lind_moments *b, const lind_analysis_settings *settings,
                             lind_answer *answer) {
  const double df = a->n + b->n - 2.0, pooled = (a->m2 + b->m2) / df;
  lind_means_answer(a, b, sqrt(pooled * (1.0 / a->n + 1.0 / b->n)), df, settings, "difference of means, pooled t interval",
                    answer);
  return LIND_OK;
}

static lind_err estimate(const lind_analysis_set *set, const lind_analysis_settings *settings, lind_answer *answer) {
  const lind_moments a = lind_means_of(set, 1), b = lind_means_of(set, 0);
  return from_moments(&a, &b, settings, answer);
}

const lind_estimator lind_estimator_student = {
    .name = "student",
    .summary = "difference of means with the pooled t interval",
    .source = "Student 1908, doi:10.1093/biomet/6.1.1",
    .effect = "difference of means (treated - control)",
    .fits = LIND_FITS_MEAN | LIND_FITS_SHARE,
    .estimate = estimate,
    .from_moments = from_moments,
};
