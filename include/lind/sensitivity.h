/* sensitivity.h -- how outputs answer to what stands in a patient's frame: parameters, covariates, random effects.
 *
 * Forward sensitivities by SUNDIALS CVODES: with each solution x the system s' = J s + df/dp, s = dx/dp, is integrated under
 * error control, J being the kernel's Jacobian; what depends on p directly (rates, initial values, doses, outputs) is
 * differentiated by differences of order 4, one lane a point. One lane of a pack at a time; everything is made and freed in the
 * call. Depends on: kernel.h, error.h.
 */
#ifndef LIND_SENSITIVITY_H
#define LIND_SENSITIVITY_H

#include "lind/error.h"
#include "lind/kernel.h"

typedef struct lind_sensitivity_dose {
  double time, amount; /* h, not before the task begins; canonical */
  double rate;         /* 0: at once; above 0: infused at this rate per h, for share * amount / rate h; -1, -2: at the rate or
                          over the duration that the model gives */
  int state;
} lind_sensitivity_dose;

typedef struct lind_sensitivity {
  const lind_kernel *kernel;
  const lind_lane *frame; /* [n_frame]; derived slots are worked out anew */
  int lane;
  double relative, absolute; /* as in lind_tolerance; 1e-8, 1e-10 are good for slopes to 6 digits */
  int n_doses;
  const lind_sensitivity_dose *doses; /* in any order */
  double begin;                       /* h */
  int n_times;
  const double *times; /* h, rising, not before `begin`; a time at which something is given sees it, unless */
  const int *sees;     /* [n_times] it sees no more of what is given at its own time than the first so many `doses`; NULL: all */
  int n_slots;
  const int *slots; /* of the frame: numbers that the patient is made from, none that derive from them */
  const double
      *scales; /* [n_slots] size of what is a small change's thousandfold; NULL or 0: the value itself, 1 where that is 0 */
} lind_sensitivity;

/* From kernel->initial at `begin`.
 *
 *   states    [n_times][n_states]            x
 *   outputs   [n_times][n_outputs]           y, without residual error
 *   slopes    [n_times][n_outputs][n_slots]  dy/dp
 *   state_slopes [n_times][n_states][n_slots] dx/dp
 *
 * Any of them may be NULL. Covered are bioavailability, lag, modelled rates and durations that depend on p, boluses and
 * infusions, whatever overlaps. Not covered, and refused: triggers, delays, noise, a kernel without a Jacobian. Where a model has
 * a corner (a comparison, a level of a category) at just this p, its slope is neither side's. Fails with LIND_ERR_NUMERIC, or
 * LIND_ERR_INPUT for what is asked wrongly; outputs are then unspecified. Cost: 1 + n_slots solutions, and n_slots / 2
 * evaluations of the rates for each of one. Source: Hindmarsh et al. 2005, doi:10.1145/1089014.1089020 (CVODES). Shown by
 * tests/numerics/sensitivity.c. */
lind_err lind_sensitivity_solve(const lind_sensitivity *task, double *states, double *outputs, double *slopes,
                                double *state_slopes) LIND_MUST_CHECK;

#endif
