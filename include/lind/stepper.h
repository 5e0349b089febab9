/* stepper.h -- engines: advance the lanes of a pack, each over its own interval with its own step size and error test.
 *
 * Never fails for numerical reasons: a lane that stops carries a status and its last good state. Allocates nothing: workspace is
 * sized once by `bytes` and zeroed once by its owner. The bits of a lane's result do not depend on the other lanes.
 *
 * Between two calls the caller may change states, frame and input as it likes: an engine may keep what it worked out (a matrix
 * exponential, a step size) only where it can see that what it was made from has not changed. lind_advance.step = 0 in a lane
 * says that another patient sits there now.
 */
#ifndef LIND_STEPPER_H
#define LIND_STEPPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lind/error.h"
#include "lind/kernel.h"
#include "lind/random.h"

typedef struct lind_tolerance {
  double relative;      /* 1e-6 */
  double absolute;      /* in the unit that each state is declared in: times lind_kernel.unit[k] in canonical units */
  double smallest_step; /* h; a step below it stops the lane (cvode, which starts at order 1, goes as low as time resolves) */
  uint32_t most_steps;  /* attempts (steps and rejected) in one call, per lane */
} lind_tolerance;

typedef struct lind_work {
  uint64_t steps, rejected, rhs; /* rhs counts pack evaluations; steps and rejected count lanes */
  uint64_t rescued;              /* times that a lane was taken over by another engine because one had given it up */
} lind_work;

static inline void lind_work_add(lind_work *sum, const lind_work *more) {
  sum->steps += more->steps;
  sum->rejected += more->rejected;
  sum->rhs += more->rhs;
  sum->rescued += more->rescued;
}

enum { LIND_TRIGGER_NONE = -1 };

/* The pack that is advanced. time, step: in h. The caller owns x[n_states]. */
typedef struct lind_advance lind_advance;
struct lind_advance {
  lind_lane time;   /* in: where each lane is; out: its target, or where it stopped */
  lind_lane target; /* lanes with target <= time, or status != OK, rest */
  lind_lane step;   /* last step size; 0 = let the engine guess; kept from call to call */
  lind_lane_status status[LIND_LANES];
  lind_lane *x;           /* [n_states] */
  const lind_lane *input; /* [n_states] what infusions add to each rate, per h, constant over the call; NULL: nothing */
  int alone;              /* lind_rescue_advance rescues nobody */
  lind_work work;         /* added to */

  /* Looking on: a lane that passes `look` reports its states there and goes on, without a step being cut for it. `seen` is called
   * with the lanes that have passed theirs and x[n_states] at look (valid in those lanes alone); it moves their look to a later
   * time, INFINITY if there is none. A look at the target itself is reported before the lane rests; looks do not lie behind
   * `time`. NULL: nobody looks. */
  lind_lane look;
  bool aside; /* looks leave no trace: no step, bit or count of work is other than without them. Without this an engine may let
                 a step end on a look where that is cheaper, and its rounding shows */
  void (*seen)(void *context, lind_advance *pack, unsigned lanes, const lind_lane *x);
  void *context;

  /* Out: which trigger stopped the lane short of its target, LIND_TRIGGER_NONE in the others. time and x are then just behind the
   * root, status is OK; the caller resets and calls again. */
  int trigger[LIND_LANES];

  /* Noise, for kernels that have it: whose it is and why, at nodes k * grid h. */
  const lind_who *who;          /* [LIND_LANES] */
  const lind_purpose *purposes; /* [n_noises] */
  double grid;
};

typedef struct lind_stepper {
  const char *name, *summary, *source;
  /* REQUIRED: workspace for this kernel. */
  size_t (*bytes)(const lind_kernel *kernel);
  /* OPTIONAL: NULL, or why this engine cannot take the kernel ("it needs a Jacobian"). */
  const char *(*refuses)(const lind_kernel *kernel);
  /* REQUIRED. After a dose or a changed frame nothing has to be told. */
  void (*advance)(const lind_kernel *kernel, const lind_lane *frame, const lind_tolerance *tolerance, lind_advance *pack,
                  void *workspace);
  /* OPTIONAL: frees what the engine's library holds on behalf of the workspace; the caller frees the workspace itself. Such
   * memory is bounded, allocated when a lane first needs it, never again, and counted apart from `bytes`. NULL: it holds nothing.
   */
  void (*release)(const lind_kernel *kernel, void *workspace);
  bool alone; /* nobody else can go on with its lanes */
} lind_stepper;

extern const lind_stepper lind_stepper_rk;             /* explicit Runge-Kutta pair, src/numerics/stepper_rk.c */
extern const lind_stepper lind_stepper_exact;          /* matrix exponential of linear systems, src/numerics/stepper_exact.c */
extern const lind_stepper lind_stepper_rosenbrock;     /* for stiff systems, src/numerics/stepper_rosenbrock.c */
extern const lind_stepper lind_stepper_milstein;       /* noise, strong order 1: src/numerics/stepper_milstein.c */
extern const lind_stepper lind_stepper_euler_maruyama; /* noise, 1/2: src/numerics/stepper_euler_maruyama.c */
extern const lind_stepper lind_stepper_cvode;          /* SUNDIALS CVODE, src/numerics/stepper_cvode.c */
extern const lind_stepper lind_stepper_auto;           /* picks among the others, src/numerics/stepper_auto.c */

const lind_stepper *lind_stepper_find(const char *name); /* NULL if unknown */
const char *const *lind_stepper_names(int *n);
/* What runs this kernel, in words for reports: "exact (linear); cvode where that fails". Returns `text`; 250
 * characters are enough. */
const char *lind_stepper_choice(const lind_stepper *stepper, const lind_kernel *kernel, char *text, size_t size);

/* An engine with cvode behind it: a lane that the engine gives up on (STEPS, STEP_SIZE, NOT_FINITE) goes on with cvode from its
 * last good state, within the call, and stays there until another patient sits there. It is the engine alone where cvode refuses
 * the kernel, and for `auto`, which has its own successors. Arguments are the engine's; the workspace is as large as `bytes` says
 * and released by `release`. */
size_t lind_rescue_bytes(const lind_stepper *stepper, const lind_kernel *kernel);
void lind_rescue_advance(const lind_stepper *stepper, const lind_kernel *kernel, const lind_lane *frame,
                         const lind_tolerance *tolerance, lind_advance *pack, void *workspace);
void lind_rescue_release(const lind_stepper *stepper, const lind_kernel *kernel, void *workspace);

/* Reference: SUNDIALS CVODE (BDF, dense, generated Jacobian when the kernel has one), one lane at a time, input NULL or as in
 * lind_advance; triggers are not watched. Fails with LIND_ERR_NUMERIC. */
lind_err lind_cvode_advance(const lind_kernel *kernel, const lind_lane *frame, int lane, const lind_lane *input, double relative,
                            double absolute, double time, double target, double *x /* [n_states] in, out */) LIND_MUST_CHECK;

#endif
