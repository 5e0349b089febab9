/* exponential.h -- exp(A t) and its integral over the lanes of a pack, each lane with its own matrix and its own t.
 *
 * exp by scaling, a Taylor polynomial and squaring; how often is each lane's own number, so a lane's bits never depend on its
 * neighbours. A matrix without negative entries off its diagonal (every compartmental model) is shifted until it has none at all:
 * then nothing is ever subtracted and each entry keeps its own digits, however small it is (Xue and Ye 2013,
 * Mathematics of Computation 82, 1577; Shao, Gao and Xue 2014, Linear Algebra and its Applications). Nothing is said about
 * eigenvalues, so equal and nearly equal rates are no special case.
 *
 * Places that are 0 in every lane of every power are skipped; that changes no bit of the others.
 * Inside src/numerics only; depends on lane.h. Shown by tests/numerics/exponential.c.
 */
#ifndef LIND_NUMERICS_EXPONENTIAL_H
#define LIND_NUMERICS_EXPONENTIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "lind/lane.h"

enum { LIND_EXPONENTIAL_CHUNK = 5, LIND_EXPONENTIAL_DEGREE = LIND_EXPONENTIAL_CHUNK * LIND_EXPONENTIAL_CHUNK };

/* Views of the caller's storage. */
typedef struct lind_exponential {
  int n;
  int *count;              /* [n] places of row i that may be other than 0 */
  int *place;              /* [n * n] row i: their columns, rising, from place[i * n] */
  lind_lane *power;        /* [CHUNK][n * n] */
  lind_lane *first, *next; /* [n * n] scratch */
} lind_exponential;

size_t lind_exponential_bytes(int n); /* a multiple of 64 */
/* storage: 64-byte aligned, zero at first; a pattern found before is found again. */
void lind_exponential_view(lind_exponential *e, int n, void *storage);

/* Where exp(A t) may be other than 0, whatever t is, and any matrix whose places are among A's: reachability in the graph of
 * a[n * n], by rows. Wanted before the functions below, again whenever some place of `a` stops being 0. Cost n^3 bit operations.
 */
void lind_exponential_pattern(lind_exponential *e, const lind_lane *a);

/* How often t is halved, and the powers of A, which then lie in e->power: for the parts of this step, until the next one. */
typedef struct lind_exponential_step {
  lind_lane shift, h, squarings;
  int most; /* squarings of any lane */
} lind_exponential_step;

/* t[lanes] >= 0. Cost 4 products of matrices. */
void lind_exponential_begin(const lind_exponential *e, const lind_lane *a, const lind_lane *t, lind_exponential_step *step);

/* p = exp(a share t), phi = integral of exp(a s) over s from 0 to share t, unless NULL; [n * n] by rows; 0 < share <= 1. Places
 * outside the pattern are not written, or 0. NaN where a or t is not finite or their product is beyond 2^30 to 2^31 (six digits
 * would be left). p does not depend on whether phi is wanted. Relative error of each entry: below 2^-51 max(2, |a| t) for a
 * shifted matrix; relative to the norm and 2^-50 |a| t otherwise. Cost about 4 + log2 |a| t products, twice that with phi. */
void lind_exponential_part(const lind_exponential *e, const lind_exponential_step *step, double share, lind_lane *p,
                           lind_lane *phi);

#endif
