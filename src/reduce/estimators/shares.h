/* shares.h -- what estimators of two shares have in common: counts from moments, Newcombe's interval.
 * Source: Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I, method 10 (hybrid score). */
#ifndef LIND_ESTIMATOR_SHARES_H
#define LIND_ESTIMATOR_SHARES_H

#include "means.h"

static inline void lind_shares_wilson(double share, double n, double z, double *lower, double *upper) {
  const double middle = share + z * z / (2.0 * n), half = z * sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n));
  const double scale = 1.0 + z * z / n;
  *lower = (middle - half) / scale;
  *upper = (middle + half) / scale;
}

/* estimate and interval of the difference of shares; p and statistic are left to the caller */
static inline lind_term lind_shares_difference(const lind_moments *a, const lind_moments *b, double level) {
  lind_term term = {"difference", NAN, NAN, NAN, NAN, NAN, NAN, NAN};
  if (!(a->n > 0 && b->n > 0)) return term;
  const double z = lind_draw_normal_quantile(0.5 + level / 2.0), pa = a->mean, pb = b->mean;
  double la, ua, lb, ub;
  lind_shares_wilson(pa, a->n, z, &la, &ua);
  lind_shares_wilson(pb, b->n, z, &lb, &ub);
  term.estimate = pa - pb;
  term.se = sqrt(pa * (1.0 - pa) / a->n + pb * (1.0 - pb) / b->n);
  term.lower = term.estimate - sqrt((pa - la) * (pa - la) + (ub - pb) * (ub - pb));
  term.upper = term.estimate + sqrt((ua - pa) * (ua - pa) + (pb - lb) * (pb - lb));
  return term;
}

static inline void lind_shares_answer(const lind_moments *a, const lind_moments *b, lind_term term, const char *method,
                                      lind_answer *answer) {
  *answer = (lind_answer){.method = method,
                          .n = (uint64_t)(a->n + b->n),
                          .missing = (uint64_t)(a->missing + b->missing),
                          .n_terms = 1,
                          .terms = {term}};
}

#endif
