/* ranked.h -- the event times of a comparison in the order in which estimators of times walk: by stratum, then by time, then as
 * the rows stood. Rows without a value (or without a covariate, where those are asked for) are left out and counted. Depends on:
 * estimator.h.
 */
#ifndef LIND_RANKED_H
#define LIND_RANKED_H

#include "lind/estimator.h"

typedef struct lind_ranked {
  size_t n;
  uint64_t missing;
  double *time;             /* [n] */
  uint32_t *row;            /* [n] of the set */
  uint16_t *stratum;        /* [n] */
  uint8_t *event, *treated; /* [n] 0 or 1 */
  void *storage;
} lind_ranked;

/* Cost: a few radix passes over the bits in which times differ. */
lind_err lind_ranked_create(const lind_analysis_set *set, bool covariates, lind_ranked *ranked) LIND_MUST_CHECK;
void lind_ranked_release(lind_ranked *ranked);

#endif
