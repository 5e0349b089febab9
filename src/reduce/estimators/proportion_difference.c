/* proportion_difference.c -- difference of shares: Newcombe's hybrid score interval, z test (pooled variance when the null is no
 * difference). */
#include "shares.h"

static lind_err from_moments(const lind_moments *a, const lind_moments *b, const lind_analysis_settings *settings,
                             lind_answer *answer) {
  lind_term term = lind_shares_difference(a, b, settings->level);
  if (a->n > 0 && b->n > 0) {
    const double pooled = (a->mean * a->n + b->mean * b->n) / (a->n + b->n);
    const double se0 = settings->null == 0.0 ? sqrt(pooled * (1.0 - pooled) * (1.0 / a->n + 1.0 / b->n)) : term.se;
    if (se0 > 0.0) {
      term.statistic = (term.estimate - settings->null) / se0;
      term.p = 2.0 * lind_draw_normal_cdf(-fabs(term.statistic));
    }
  }
  lind_shares_answer(a, b, term, "difference of shares, Newcombe hybrid score interval, z test", answer);
  return LIND_OK;
}

static lind_err estimate(const lind_analysis_set *set, const lind_analysis_settings *settings, lind_answer *answer) {
  const lind_moments a = lind_means_of(set, 1), b = lind_means_of(set, 0);
  return from_moments(&a, &b, settings, answer);
}

const lind_estimator lind_estimator_proportion_difference = {
    .name = "proportion-difference",
    .summary = "difference of shares with Newcombe's hybrid score interval",
    .source = "Newcombe 1998, Stat Med 17:873",
    .effect = "difference of shares (treated - control)",
    .fits = LIND_FITS_SHARE,
    .estimate = estimate,
    .from_moments = from_moments,
};
