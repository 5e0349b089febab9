/* within.h -- the rows of a comparison patient by patient, for estimators that take patients as their own controls. Rows without
 * a number are left out. */
#ifndef LIND_ESTIMATOR_WITHIN_H
#define LIND_ESTIMATOR_WITHIN_H

#include <math.h>
#include <stdlib.h>

#include "lind/draw.h"
#include "lind/estimator.h"

typedef struct lind_within_row {
  uint32_t patient;
  uint8_t period, treated;
  double value;
} lind_within_row;

typedef struct lind_within {
  uint64_t n; /* rows, by patient and period */
  lind_within_row *rows;
  uint64_t complete, incomplete; /* patients with a number under both treatments, and the others */
} lind_within;

static inline int lind_within_order(const void *x, const void *y) {
  const lind_within_row *a = x, *b = y;
  if (a->patient != b->patient) return a->patient < b->patient ? -1 : 1;
  return (a->period > b->period) - (a->period < b->period);
}

/* Behind the last row of the patient whose first row is number `i`. */
static inline uint64_t lind_within_end(const lind_within *within, uint64_t i) {
  uint64_t end = i + 1;
  while (end < within->n && within->rows[end].patient == within->rows[i].patient) end++;
  return end;
}

static inline bool lind_within_both(const lind_within *within, uint64_t from, uint64_t to) {
  unsigned seen = 0;
  for (uint64_t i = from; i < to; i++)
    if (!isnan(within->rows[i].value)) seen |= within->rows[i].treated ? 1u : 2u;
  return seen == 3u;
}

/* All rows sorted, patients counted, then the rows without a number dropped. */
static inline lind_err lind_within_create(const lind_analysis_set *set, lind_within *within) {
  *within = (lind_within){.n = set->n, .rows = malloc((size_t)(set->n + 1) * sizeof *within->rows)};
  LIND_CHECK(within->rows != NULL, LIND_ERR_MEMORY, "no memory for %llu rows of a comparison within patients",
             (unsigned long long)set->n);
  for (uint64_t i = 0; i < set->n; i++)
    within->rows[i] = (lind_within_row){set->patient != NULL ? set->patient[i] : (uint32_t)i,
                                        set->period != NULL ? set->period[i] : 0, set->treated[i], set->value[i]};
  qsort(within->rows, (size_t)set->n, sizeof *within->rows, lind_within_order);
  for (uint64_t i = 0, end; i < within->n; i = end) {
    end = lind_within_end(within, i);
    const bool both = lind_within_both(within, i, end);
    within->complete += both;
    within->incomplete += !both;
  }
  uint64_t kept = 0;
  for (uint64_t i = 0; i < set->n; i++)
    if (!isnan(within->rows[i].value)) within->rows[kept++] = within->rows[i];
  within->n = kept;
  return LIND_OK;
}

static inline void lind_within_release(lind_within *within) { free(within->rows); }

/* Estimate, se and degrees of freedom become a term; NANs where there is nothing to judge by. */
static inline lind_term lind_within_term(const char *name, double estimate, double se, double df, double null,
                                         const lind_analysis_settings *settings) {
  if (!(df > 0.0) || !(se > 0.0)) return (lind_term){name, estimate, NAN, NAN, NAN, NAN, NAN, NAN};
  const double t = (estimate - null) / se, half = se * lind_draw_t_quantile(0.5 + settings->level / 2.0, df);
  return (lind_term){name, estimate, se, t, df, 2.0 * lind_draw_t_cdf(-fabs(t), df), estimate - half, estimate + half};
}

#endif
