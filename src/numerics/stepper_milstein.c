/* stepper_milstein.c -- the scheme of Milstein on an addressed Wiener path: noise.h. */
#include "noise.h"

static void milstein_advance(const lind_kernel *kernel, const lind_lane *frame, const lind_tolerance *tolerance,
                             lind_advance *pack, void *workspace) {
  lind_noise_advance(LIND_NOISE_MILSTEIN, kernel, frame, tolerance, pack, workspace);
}

const lind_stepper lind_stepper_milstein = {
    .name = "milstein",
    .summary = "Milstein's scheme of strong order 1, for equations with noise",
    .source = "doi:10.1007/978-3-662-12616-5",
    .bytes = lind_noise_bytes,
    .refuses = lind_noise_refuses,
    .advance = milstein_advance,
};
