/* steady.h -- states in which a system rests: rates plus input are 0. One lane at a time; what it is found with is made and freed
 * in the call. Depends on: kernel.h, error.h.
 */
#ifndef LIND_STEADY_H
#define LIND_STEADY_H

#include "lind/error.h"
#include "lind/kernel.h"

/* Solves rhs(time, frame, x) + input = 0 for one lane by Newton's method with line search (SUNDIALS KINSOL) and the kernel's
 * Jacobian, or differences where it has none.
 *
 *   frame   [n_frame]   with derived slots filled
 *   lane                of the pack
 *   input   [n_states]  constant rates of infusions, per h; NULL: none
 *   time    h           rates that depend on time are taken at this one
 *   x       [n_states]  in: where the search begins; out: the steady state, to rounding; untouched on failure
 *
 * Where there are several, which one is found depends on the start; whether it is stable is not asked. Fails with
 * LIND_ERR_NUMERIC where the search ends without one, where the Jacobian is singular (what is conserved has no steady state of
 * its own: mind a state that only collects), and for kernels with delays. Noise is left out. Costs a few Jacobians and dense
 * factorisations. Source: Hindmarsh et al. 2005, doi:10.1145/1089014.1089020. Shown by tests/numerics/steady.c. */
lind_err lind_steady_state(const lind_kernel *kernel, const lind_lane *frame, int lane, const lind_lane *input, double time,
                           double *x) LIND_MUST_CHECK;

#endif
