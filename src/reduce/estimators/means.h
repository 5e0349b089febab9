/* means.h -- what the two t tests share: terms of a difference of means with a given standard error and degrees of freedom. */
#ifndef LIND_ESTIMATOR_MEANS_H
#define LIND_ESTIMATOR_MEANS_H

#include <math.h>

#include "lind/draw.h"
#include "lind/estimator.h"

static inline lind_moments lind_means_of(const lind_analysis_set *set, int treated) {
  lind_moments moments = {0};
  for (uint64_t i = 0; i < set->n; i++)
    if (set->treated[i] == treated) lind_moments_add(&moments, set->value[i]);
  return moments;
}

static inline void lind_means_answer(const lind_moments *a, const lind_moments *b, double se, double df,
                                     const lind_analysis_settings *settings, const char *method, lind_answer *answer) {
  const double effect = a->mean - b->mean, level = settings->level, null = settings->null;
  lind_term difference = {.name = "difference", .estimate = a->n > 0 && b->n > 0 ? effect : NAN};
  difference.se = difference.statistic = difference.df = difference.p = difference.lower = difference.upper = NAN;
  if (a->n > 1 && b->n > 1 && se > 0.0) {
    const double t = (effect - null) / se, half = se * lind_draw_t_quantile(0.5 + level / 2.0, df);
    difference = (lind_term){"difference", effect, se, t, df, 2.0 * lind_draw_t_cdf(-fabs(t), df), effect - half, effect + half};
  }
  *answer = (lind_answer){.method = method,
                          .n = (uint64_t)(a->n + b->n),
                          .missing = (uint64_t)(a->missing + b->missing),
                          .n_terms = 1,
                          .terms = {difference}};
}

#endif
