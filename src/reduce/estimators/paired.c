/* paired.c -- the mean of the differences within patients: of a patient the mean under one treatment less the mean under the
 * other. Periods are not adjusted for. Source: Student 1908, doi:10.1093/biomet/6.1.1. */
#include "within.h"

static double difference(const lind_within *within, uint64_t from, uint64_t to) {
  double sum[2] = {0.0, 0.0}, n[2] = {0.0, 0.0};
  for (uint64_t i = from; i < to; i++) {
    sum[within->rows[i].treated] += within->rows[i].value;
    n[within->rows[i].treated] += 1.0;
  }
  return sum[1] / n[1] - sum[0] / n[0];
}

static lind_err estimate(const lind_analysis_set *set, const lind_analysis_settings *settings, lind_answer *answer) {
  lind_within within;
  lind_moments moments = {0};
  LIND_TRY(lind_within_create(set, &within));
  for (uint64_t i = 0, end; i < within.n; i = end) {
    end = lind_within_end(&within, i);
    if (lind_within_both(&within, i, end)) lind_moments_add(&moments, difference(&within, i, end));
  }
  lind_within_release(&within);
  const double df = moments.n - 1.0, se = sqrt(moments.m2 / df / moments.n);
  *answer = (lind_answer){
      .method = "mean difference within patients, paired t interval",
      .n = within.complete,
      .missing = within.incomplete,
      .n_terms = 1,
      .terms = {lind_within_term("difference", moments.n > 0.0 ? moments.mean : NAN, se, df, settings->null, settings)}};
  return LIND_OK;
}

const lind_estimator lind_estimator_paired = {
    .name = "paired",
    .summary = "mean difference within patients with the paired t interval",
    .source = "Student 1908, doi:10.1093/biomet/6.1.1",
    .effect = "mean difference within patients (treated - control)",
    .fits = LIND_FITS_MEAN | LIND_FITS_SHARE,
    .paired = true,
    .estimate = estimate,
};
