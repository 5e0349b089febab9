/* sparse.h -- which operations the LU factors of shift I - J need where J is sparse, worked out once for a model.
 *
 * Pivots stand on the diagonal and are taken in an order that keeps the factors sparse (Markowitz, Management Science 3 (1957)
 * 255; Duff, Erisman and Reid, Direct Methods for Sparse Matrices, 1986, section 7.2). Factors of row s: its multipliers (left of
 * the pivot) and then what is right of the pivot, both by the order of elimination of their columns; the reciprocal of the pivot
 * stands apart, at place s.
 */
#ifndef LIND_LANGUAGE_SPARSE_H
#define LIND_LANGUAGE_SPARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "lind/arena.h"
#include "lind/kernel.h"

typedef struct lind_sparse {
  int n, n_factors;
  const int *order;        /* [n] states in the order of elimination */
  const int *rank;         /* [n] place of a state in `order` */
  const int *start;        /* [n + 1] row of state order[i]: places start[i] .. start[i + 1] - 1 */
  const int *middle;       /* [n] from this place on the row stands right of its pivot */
  const int *column;       /* [n_factors] state */
  const int *entry;        /* [n_factors] of the Jacobian; -1: none there */
  int64_t multiplications; /* of one factorisation, without the n divisions */
} lind_sparse;

/* row, column: [n_entries] places of the Jacobian, no place twice. */
lind_err lind_sparse_plan(int n, int n_entries, const int *row, const int *column, lind_arena *arena,
                          lind_sparse *sparse) LIND_MUST_CHECK;
/* Where row order[i] holds column `state`, searched from place `from` on. */
int lind_sparse_place(const lind_sparse *sparse, int i, int from, int state);

/* sparse_lanes.c: lind_kernel.factor and .solve, as loops over the plan. */
void lind_sparse_factor(const lind_sparse *sparse, const lind_lane *shift, const lind_lane *entries, lind_lane *factors);
void lind_sparse_solve(const lind_sparse *sparse, const lind_lane *factors, lind_lane *b);

#endif
