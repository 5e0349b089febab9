/* cvode_lane.h -- one lane of a pack as SUNDIALS CVODE sees it: variable-order BDF, dense Newton matrix, the kernel's Jacobian if
 * it has one, input rates added.
 *
 * Invariants: after lind_cvode_lane_start a solution depends on what start and the kernel were given, bit for bit, not on what
 * the object was used for before (tests/numerics/stepper_cvode.c). The kernel works on packs, so the lane's state is copied into
 * all 8 lanes and only its own is read back. Memory of the objects: lind_cvode_lane_bytes. Depends on: kernel.h, SUNDIALS.
 */
#ifndef LIND_CVODE_LANE_H
#define LIND_CVODE_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

#include "lind/kernel.h"

typedef struct lind_cvode_lane {
  /* the caller's, set before start and before each step; x and result are scratch and may be shared by lanes */
  const lind_kernel *kernel;
  const lind_lane *frame, *input; /* input [n_states] or NULL */
  int lane;
  lind_lane *x, *result; /* [lind_cvode_lane_states], [lind_cvode_lane_results] */
  /* the object's */
  void *memory;                 /* CVODE's; NULL: not created */
  N_Vector state, trial, spare; /* trial, spare: the caller's, no part of the solution */
  SUNMatrix matrix;
  SUNLinearSolver solver;
  /* out */
  bool not_finite;   /* the kernel gave a number that is not finite since the caller last cleared this */
  unsigned long rhs; /* evaluations, added to */
} lind_cvode_lane;

/* A system without states gets one that stays at 0, so that looks and triggers need no second path. */
int lind_cvode_lane_states(const lind_kernel *kernel);
size_t lind_cvode_lane_results(const lind_kernel *kernel);
/* Of one object on the heap, without SUNDIALS' own bookkeeping of a few kB. */
size_t lind_cvode_lane_bytes(const lind_kernel *kernel);

/* kernel is set. Returns false without memory; destroy it then as well. */
bool lind_cvode_lane_create(lind_cvode_lane *c, SUNContext context);
void lind_cvode_lane_destroy(lind_cvode_lane *c);

/* From c->state at `time`, never beyond `target`; nothing is remembered; c->spare is lost. `absolute` as in lind_tolerance.
 * Returns a CVODE flag. */
int lind_cvode_lane_start(lind_cvode_lane *c, double relative, double absolute, double smallest_step, double time, double target);

/* The system's right side with input and its dense Jacobian at (time, state) of this lane, as SUNDIALS wants them; 1 where a
 * number is not finite. */
int lind_cvode_lane_rhs(double time, N_Vector state, N_Vector rates, void *lane);
int lind_cvode_lane_jacobian(double time, N_Vector state, SUNMatrix matrix, lind_cvode_lane *c);

/* SUNDIALS would print to stderr. */
void lind_cvode_lane_silence(int code, const char *module, const char *function, char *message, void *user);

#endif
