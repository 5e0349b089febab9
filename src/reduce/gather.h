/* gather.h -- the patients of one comparison as columns (lind_analysis_set), from a desk and the values of its endpoints. One
 * storage a runner, sized once. Columns that come from elsewhere than the cohort each have a file of their own that fills them.
 * Depends on: reduce.h.
 */
#ifndef LIND_GATHER_H
#define LIND_GATHER_H

#include "lind/reduce.h"

typedef struct lind_gather {
  uint8_t *treated;
  double *value, *event, *entry, *weight, *covariate[LIND_COVARIATES];
  const double *entries; /* [capacity] of the desk; the owner's, NULL: all came at once */
  double *forecast, *twin, *twin_event;
  uint16_t *stratum;
  uint32_t *patient;
  uint8_t *period;
  uint8_t *external;
  int *seat; /* [n] where on the desk each row comes from */
  void *storage;
} lind_gather;

size_t lind_gather_bytes(const lind_layout *layout);
lind_err lind_gather_create(const lind_layout *layout, lind_gather *gather) LIND_MUST_CHECK;
void lind_gather_release(lind_gather *gather);
/* The first n seats of the desk, as this term compares them. A row is a patient, in a
 * crossover a patient in a period. value, event: of all endpoints, see lind_layout_value. */
void lind_gather_set(lind_gather *gather, const lind_layout *layout, const struct lind_layout_term *term, const lind_desk *desk,
                     const double *value, const double *event, int n, lind_analysis_set *set);

/* The level of a seat in a grouping. */
static inline uint16_t lind_gather_level(const lind_desk *desk, int grouping, int seat) {
  return desk->group[(size_t)grouping * (size_t)desk->capacity + (size_t)seat];
}

#endif
