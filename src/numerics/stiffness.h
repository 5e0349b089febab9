/* stiffness.h -- how stiff is each lane just now: the fastest decay in the system, by power iteration on the generated Jacobian.
 *
 * Lane by lane, no lane's bits depend on its neighbours. Depends on: kernel.h, lane_math.h.
 */
#ifndef LIND_STIFFNESS_H
#define LIND_STIFFNESS_H

#include "lind/stepper.h"

/* Lanes of scratch that lind_stiffness_rates needs. */
size_t lind_stiffness_lanes(const lind_kernel *kernel);

/* rate[lane], 1/h: the modulus of the dominant eigenvalue of the Jacobian at (time, x) where it is negative or nearly so; 0 where
 * it oscillates, grows or is not finite. States are weighed by the tolerance, so that units do not matter. rest_only: the block
 * of the states that are not in kernel->linear (whose rates nobody in the linear part reads, so its eigenvalues are the
 * system's). */
void lind_stiffness_rates(const lind_kernel *kernel, const lind_lane *frame, const lind_tolerance *tolerance,
                          const lind_lane *time, const lind_lane *x, int rest_only, lind_lane *scratch, lind_lane *rate);

#endif
