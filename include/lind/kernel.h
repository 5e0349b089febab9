/* kernel.h -- a system of differential equations over the lanes of a pack: what generated C and the lane evaluator both fill, and
 * what every engine takes. Canonical units, time in h.
 *
 * `frame` holds everything about the patients that is not a state, [n_frame] lanes: parameters, covariates (a genotype takes two
 * slots: allele codes), random effects, drifts, then what derives from them. `individual` fills the derived part; it is called
 * when an input changed (start, drift node, covariate change), and the other functions only read. All functions are pure and work
 * lane by lane.
 */
#ifndef LIND_KERNEL_H
#define LIND_KERNEL_H

#include "lind/lane.h"

typedef struct lind_kernel {
  int n_states, n_frame, n_outputs;
  const void *self; /* passed to each function: the evaluator's programs; NULL for generated code */

  void (*individual)(const void *self, lind_lane *frame);                  /* REQUIRED */
  void (*initial)(const void *self, const lind_lane *frame, lind_lane *x); /* REQUIRED: x[n_states] at time 0 */
  void (*rhs)(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x,
              lind_lane *dx); /* REQUIRED: dx[n_states], per h */
  void (*jacobian)(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x,
                   lind_lane *j); /* OPTIONAL: j[row * n_states + column] */
  void (*outputs)(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x,
                  lind_lane *y); /* REQUIRED: y[n_outputs], without residual error */
  /* Share of a dose of state k that enters (bioavailability) and delay of entry in h; [n_states] each. OPTIONAL: 1 and 0. */
  void (*dosing)(const void *self, const lind_lane *frame, lind_lane *bioavailability, lind_lane *lag);
} lind_kernel;

#endif
