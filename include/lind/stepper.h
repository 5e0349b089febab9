/* stepper.h -- engines: advance the lanes of a pack, each over its own interval with its own step size and error test.
 *
 * Never fails for numerical reasons: a lane that stops carries a status and its last good state. Allocates nothing: workspace is
 * sized once by lind_stepper_bytes. The bits of a lane's result do not depend on the other lanes.
 */
#ifndef LIND_STEPPER_H
#define LIND_STEPPER_H

#include <stddef.h>
#include <stdint.h>

#include "lind/error.h"
#include "lind/kernel.h"

typedef struct lind_tolerance {
  double relative;      /* 1e-6 */
  double absolute;      /* in the canonical unit of each state */
  double smallest_step; /* h; a step below it stops the lane */
  uint32_t most_steps;  /* attempts (steps and rejected) in one call, per lane */
} lind_tolerance;

typedef struct lind_work {
  uint64_t steps, rejected, rhs; /* rhs counts pack evaluations; steps and rejected count lanes */
} lind_work;

/* The pack that is advanced. time, step: in h. The caller owns x[n_states]. */
typedef struct lind_advance {
  lind_lane time;   /* in: where each lane is; out: its target, or where it stopped */
  lind_lane target; /* lanes with target <= time, or status != OK, rest */
  lind_lane step;   /* last step size; 0 = let the engine guess; kept from call to call */
  lind_lane_status status[LIND_LANES];
  lind_lane *x;   /* [n_states] */
  lind_work work; /* added to */
} lind_advance;

typedef struct lind_stepper {
  const char *name, *summary, *source;
  size_t (*bytes)(int n_states); /* REQUIRED: workspace */
  /* REQUIRED. Call `restart` behaviour: after a dose or a changed frame nothing has to be told; the engine keeps no memory but
   * step. */
  void (*advance)(const lind_kernel *kernel, const lind_lane *frame, const lind_tolerance *tolerance, lind_advance *pack,
                  void *workspace);
} lind_stepper;

extern const lind_stepper lind_stepper_rk; /* explicit Runge-Kutta 5(4) pair, src/numerics/stepper_rk.c */

const lind_stepper *lind_stepper_find(const char *name); /* NULL if unknown */
const char *const *lind_stepper_names(int *n);

/* Reference: SUNDIALS CVODE (BDF, dense, generated Jacobian when the kernel has one), one lane at a time. Fails with
 * LIND_ERR_NUMERIC. */
lind_err lind_cvode_advance(const lind_kernel *kernel, const lind_lane *frame, int lane, double relative, double absolute,
                            double time, double target, double *x /* [n_states] in, out */) LIND_MUST_CHECK;

#endif
