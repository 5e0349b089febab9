/* dense.h -- LU factors of shift I - J as a full matrix over lanes: what an engine uses where a kernel brings no sparse ones.
 *
 * No pivoting, as in the sparse factors: the caller looks at what comes out. Cost n^3 / 3 and n^2 multiplications.
 * Depends on: lind/kernel.h.
 */
#ifndef LIND_DENSE_H
#define LIND_DENSE_H

#include "lind/kernel.h"

int lind_dense_size(const lind_kernel *kernel); /* lanes that the factors take: n + n * n */

/* factors[lind_dense_size]: the reciprocal pivots, then L (below the diagonal, its own diagonal being 1) and U, row by row. */
void lind_dense_factor(const lind_kernel *kernel, const lind_lane *shift, const lind_lane *entries, lind_lane *factors);
void lind_dense_solve(const lind_kernel *kernel, const lind_lane *factors, lind_lane *b); /* b[n]: right side in, solution out */

#endif
