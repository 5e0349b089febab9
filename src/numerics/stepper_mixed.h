/* stepper_mixed.h -- models of which a part is linear: that part by its matrix exponential, the rest by an explicit pair that
 * finds the linear states, exactly, at its stages. Half of the engine `exact`. */
#ifndef LIND_NUMERICS_STEPPER_MIXED_H
#define LIND_NUMERICS_STEPPER_MIXED_H

#include "lind/stepper.h"

/* For kernels with 0 < n_linear < n_states. Workspace: as for lind_stepper. */
size_t lind_stepper_mixed_bytes(const lind_kernel *kernel);
void lind_stepper_mixed_advance(const lind_kernel *kernel, const lind_lane *frame, const lind_tolerance *tolerance,
                                lind_advance *pack, void *workspace);

#endif
