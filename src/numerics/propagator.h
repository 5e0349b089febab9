/* propagator.h -- x' = A x + u with constant A and u: x(t + dt) = P(dt) x(t) + Phi(dt) u, and the matrices that were worked out
 * before.
 *
 * The matrices are a pure function of a lane's A and dt. What was made is kept in a few slots, each with the dt of each lane; the
 * A it was made from is compared, entry by entry, so nobody has to say that a patient or a parameter changed. Whether a matrix
 * was found, made or gathered from several slots changes no bit.
 *
 * A step may have nodes: shares of dt at which the driving rows are wanted (the stages of a Runge-Kutta pair).
 * Inside src/numerics only. Nothing is allocated. Shown by tests/numerics/propagator.c.
 */
#ifndef LIND_NUMERICS_PROPAGATOR_H
#define LIND_NUMERICS_PROPAGATOR_H

#include "exponential.h"
#include "lane_math.h"

enum { LIND_PROPAGATOR_SLOTS = 12 };

typedef struct lind_propagator_shape {
  int n;
  int n_nodes, n_driving; /* 0: none */
  const double *node;     /* [n_nodes] shares of dt */
  const int *driving;     /* [n_driving] rows */
} lind_propagator_shape;

/* A block holds the matrices of one step: P [n * n] and its driving rows at each node, [n_nodes][n_driving][n]; then, from `half`
 * on, the same of Phi. */
typedef struct lind_propagator {
  lind_propagator_shape shape;
  lind_exponential exponential;
  struct lind_propagator_memory *memory; /* what lasts from call to call */
  lind_lane *a, *b;                      /* [n * n], [n]: the coefficients of this call; the caller fills them */
  lind_lane *known, *scratch;            /* [n * n] coefficients that the slots were made from; [2 * n * n] */
  lind_lane *blocks;
  size_t half; /* lanes */
} lind_propagator;

size_t lind_propagator_bytes(const lind_propagator_shape *shape); /* a multiple of 64 */
/* storage: 64-byte aligned, zero at first, left alone between calls. */
void lind_propagator_view(lind_propagator *p, const lind_propagator_shape *shape, void *storage);

/* After p->a was filled: what these lanes' slots were made from other coefficients is forgotten. */
void lind_propagator_renew(lind_propagator *p, unsigned lanes);

/* What a block is wanted for. */
enum {
  LIND_PROPAGATOR_DRIVEN = 1,   /* there is a u: with Phi */
  LIND_PROPAGATOR_NODES = 2,    /* with the rows at the nodes */
  LIND_PROPAGATOR_FLEETING = 4, /* it will not be wanted again */
};

/* The block of a step of dt h in these lanes; valid until the next call. A matrix that could not be made is NaN. */
const lind_lane *lind_propagator_find(lind_propagator *p, unsigned lanes, lind_v8 dt, unsigned wants);

/* y = P x + Phi u, [n]; u NULL: 0. A state that is 0 is +0. y is not x. */
void lind_propagator_apply(const lind_propagator *p, const lind_lane *block, const lind_lane *x, const lind_lane *u,
                           lind_lane *y);

/* Where the row of driving state d at node k begins in a block. */
static inline size_t lind_propagator_node(const lind_propagator *p, int k, int d) {
  const size_t n = (size_t)p->shape.n;
  return n * n + (size_t)(k * p->shape.n_driving + d) * n;
}

/* sum + row `row` of a matrix, entries[n], times x[n]. */
static inline lind_v8 lind_propagator_sum(const lind_propagator *p, int row, const lind_lane *entries, const lind_lane *x,
                                          lind_v8 sum) {
  const int *place = &p->exponential.place[row * p->shape.n];
  for (int c = 0; c < p->exponential.count[row]; c++)
    sum = lind_v8_fma(lind_v8_load(&entries[place[c]]), lind_v8_load(&x[place[c]]), sum);
  return sum;
}

/* One state after the step, or at a node: the rows of P and Phi at `entries` of a block. + 0 makes every zero +0: which terms
 * were skipped cannot be seen. */
static inline lind_v8 lind_propagator_row(const lind_propagator *p, int row, const lind_lane *entries, const lind_lane *x,
                                          const lind_lane *u) {
  lind_v8 sum = lind_propagator_sum(p, row, entries, x, lind_v8_fill(0));
  if (u) sum = lind_propagator_sum(p, row, entries + p->half, u, sum);
  return lind_v8_add(sum, lind_v8_fill(0));
}

/* dt as it is looked for: differences of times carry the rounding of the times, so 0.1 h is many different doubles. Returns the
 * nearest multiple of 2^-36 h; `left` is what is left, for lind_propagator_shift. Where the rates are too fast for that (the
 * square of rate times `left` above 2^-53) dt is kept and left is 0. */
lind_v8 lind_propagator_grain(const lind_propagator *p, lind_v8 dt, lind_v8 *left);
/* x += left (A x + u): the rest of the step. work[n]. */
void lind_propagator_shift(const lind_propagator *p, lind_v8 left, const lind_lane *u, lind_lane *x, lind_lane *work);

#endif
