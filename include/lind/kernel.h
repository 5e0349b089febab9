/* kernel.h -- a system of differential equations over the lanes of a pack: what generated C and the lane evaluator both fill, and
 * what every engine takes. Canonical units, time in h.
 *
 * `frame` holds everything about the patients that is not a state, [n_frame] lanes: parameters, covariates (a genotype takes two
 * slots: allele codes), random effects, drifts, then what derives from them. `individual` fills the derived part; it is called
 * when an input changed (start, drift node, covariate change), and the other functions only read. All functions are pure and work
 * lane by lane.
 *
 * Rates of infusions are no part of a kernel: an engine adds lind_advance.input to what `rhs` and `rest` say.
 */
#ifndef LIND_KERNEL_H
#define LIND_KERNEL_H

#include "lind/lane.h"

typedef struct lind_kernel {
  int n_states, n_frame, n_outputs;
  const double *unit; /* [n_states] canonical value of 1 in the unit that a state is declared in; NULL: 1 everywhere */
  const void *self;   /* passed to each function: the evaluator's programs; NULL for generated code */

  void (*individual)(const void *self, lind_lane *frame);                  /* REQUIRED */
  void (*initial)(const void *self, const lind_lane *frame, lind_lane *x); /* REQUIRED: x[n_states] at time 0 */
  void (*rhs)(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x,
              lind_lane *dx); /* REQUIRED: dx[n_states], per h */
  void (*outputs)(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x,
                  lind_lane *y); /* REQUIRED: y[n_outputs], without residual error */
  /* A dose into state k, [n_states] each: share that enters (bioavailability), delay of entry in h, and the rate (canonical
   * amount per h) or the duration (h) that a record with RATE -1 or -2 asks the model for; 0 where the model gives none.
   * OPTIONAL: 1, 0, 0, 0. */
  void (*dosing)(const void *self, const lind_lane *frame, lind_lane *bioavailability, lind_lane *lag, lind_lane *rate,
                 lind_lane *duration);

  /* ---- the Jacobian, sparse: entry e is d rate[row[e]] / d x[column[e]]; by row, then by column. OPTIONAL, all of it. */
  int n_entries;
  const int *row, *column; /* [n_entries] */
  void (*jacobian)(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *entries);
  /* d rate / d time at constant states, [n_states]. NULL: no rate depends on time. */
  void (*slope)(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dt);
  /* LU factors of shift I - J without pivoting, in an order that keeps them sparse. factors[n_factors]; the first n_states are
   * the reciprocal pivots. A pivot of 0 gives factors that are not finite. */
  int n_factors;
  void (*factor)(const void *self, const lind_lane *shift, const lind_lane *entries, lind_lane *factors);
  void (*solve)(const void *self, const lind_lane *factors, lind_lane *b); /* b[n_states]: right side in, solution out */

  /* ---- the linear part: the largest set of states without noise whose rates are a x + b over states of the set alone, with a
   * and b from the frame. n_linear = 0: there is none. */
  int n_linear;
  const int *linear;                                                                          /* [n_linear] states, rising */
  void (*coefficients)(const void *self, const lind_lane *frame, lind_lane *a, lind_lane *b); /* a[row * n_linear + column] */
  int n_driving;                                                                              /* linear states that others read */
  const int *driving;                                                                         /* [n_driving] places in `linear` */
  void (*rest)(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x,
               lind_lane *dx); /* as rhs, for the states that are not in `linear`; leaves the others' dx alone. NULL where all
                                 states are of one kind */

  /* ---- state events: trigger t fires where g[t] passes from <= 0 to > 0. OPTIONAL. */
  int n_triggers;
  void (*triggers)(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *g);
  /* after[t * n_states + k]: state k once trigger t has fired. */
  void (*reset)(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *after);

  /* ---- delays: whatever is given x reads state delayed[k], as it was lag[k] h ago, at x[n_states + k]; the
   * Jacobian takes it as a constant. OPTIONAL. */
  int n_delays;
  const int *delayed;                                                       /* [n_delays] states */
  void (*delays)(const void *self, const lind_lane *frame, lind_lane *lag); /* [n_delays] h, above 0 */

  /* ---- noise: dx = rhs dt + g dW for the states noisy[k], each with its own Wiener process. OPTIONAL. */
  int n_noises;
  const int *noisy; /* [n_noises] states, rising */
  /* g[n_noises], and g dg/dx of the state's own x (Milstein's term) at g[n_noises + k]. */
  void (*diffusion)(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *g);
} lind_kernel;

/* entries[n_entries] of the Jacobian as a full matrix, dense[row * n_states + column]. */
void lind_kernel_dense(const lind_kernel *kernel, const lind_lane *entries, lind_lane *dense);

#endif
