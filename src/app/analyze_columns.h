/* analyze_columns.h -- columns of a table become the columns of one comparison. Depends on: csv.h, estimator.h. */
#ifndef LIND_ANALYZE_COLUMNS_H
#define LIND_ANALYZE_COLUMNS_H

#include "lind/arena.h"
#include "lind/csv.h"
#include "lind/estimator.h"

typedef struct lind_analyze_columns {
  const lind_csv *csv;
  int value, arm, event, weight, patient, period; /* columns; all but the first two -1: none */
  int forecast, twin, external;                   /* likewise */
  int n_adjust, n_stratify;
  int adjust[LIND_COVARIATES], stratify[LIND_COVARIATES];
} lind_analyze_columns;

/* The rows of two arms, checked as far as the estimator asks: shares are 0 or 1, events 0, 1 and perhaps 2. A column to adjust
 * for that holds words is a category: a column of 0 and 1 for each of its words but the first to stand in the table. */
lind_err lind_analyze_columns_read(const lind_analyze_columns *columns, const char *treated, const char *control,
                                   const lind_estimator *estimator, lind_arena *arena, lind_analysis_set *set) LIND_MUST_CHECK;

#endif
