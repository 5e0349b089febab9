/* fisher_exact.c -- Fisher's exact test of two shares (two-sided by summing the tables that are no more likely), with Newcombe's
 * interval of the difference. Source: Fisher 1922, doi:10.2307/2340521. */
#include "shares.h"

static double two_sided(unsigned k, unsigned n1, unsigned n2, unsigned t) {
  const double here = lind_draw_hypergeometric(k, n1, n2, t) * (1.0 + 1e-7); /* ties count, as in R */
  const unsigned least = t > n2 ? t - n2 : 0, most = t < n1 ? t : n1;
  double p = 0.0;
  for (unsigned i = least; i <= most; i++) {
    const double q = lind_draw_hypergeometric(i, n1, n2, t);
    if (q <= here) p += q;
  }
  return p < 1.0 ? p : 1.0;
}

static lind_err from_moments(const lind_moments *a, const lind_moments *b, const lind_analysis_settings *settings,
                             lind_answer *answer) {
  lind_term term = lind_shares_difference(a, b, settings->level);
  if (a->n > 0 && b->n > 0) {
    const unsigned k = (unsigned)(a->mean * a->n + 0.5), other = (unsigned)(b->mean * b->n + 0.5);
    term.p = two_sided(k, k + other, (unsigned)(a->n + b->n + 0.5) - k - other, (unsigned)(a->n + 0.5));
  }
  lind_shares_answer(a, b, term, "difference of shares, Newcombe hybrid score interval, Fisher's exact test", answer);
  return LIND_OK;
}

static lind_err estimate(const lind_analysis_set *set, const lind_analysis_settings *settings, lind_answer *answer) {
  const lind_moments a = lind_means_of(set, 1), b = lind_means_of(set, 0);
  return from_moments(&a, &b, settings, answer);
}

const lind_estimator lind_estimator_fisher_exact = {
    .name = "fisher-exact",
    .summary = "difference of shares with Fisher's exact test",
    .source = "Fisher 1922, doi:10.2307/2340521",
    .effect = "difference of shares (treated - control)",
    .no_statistic = true,
    .fits = LIND_FITS_SHARE,
    .estimate = estimate,
    .from_moments = from_moments,
};
