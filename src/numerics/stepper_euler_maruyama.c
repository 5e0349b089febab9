/* stepper_euler_maruyama.c -- the scheme of Euler and Maruyama on an addressed Wiener path: noise.h. */
#include "noise.h"

static void euler_maruyama_advance(const lind_kernel *kernel, const lind_lane *frame, const lind_tolerance *tolerance,
                                   lind_advance *pack, void *workspace) {
  lind_noise_advance(LIND_NOISE_EULER, kernel, frame, tolerance, pack, workspace);
}

const lind_stepper lind_stepper_euler_maruyama = {
    .name = "euler-maruyama",
    .summary = "Euler's scheme of strong order 1/2, for equations with noise",
    .source = "doi:10.1007/978-3-662-12616-5",
    .bytes = lind_noise_bytes,
    .refuses = lind_noise_refuses,
    .advance = euler_maruyama_advance,
};
