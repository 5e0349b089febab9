/* mixed.h -- depot, central, peripheral (linear) and a response to the central amount that is not: the usual shape of a model.
 *
 * frame: ka, k10, k12, k21, kin, kout, ec50 (amount), power. State 1 is the response, so that linear states are not the first
 * ones: depot 0, response 1, central 2, peripheral 3. The response falls as the drug inhibits its making. */
#ifndef LIND_TESTS_NUMERICS_MIXED_H
#define LIND_TESTS_NUMERICS_MIXED_H

#include <math.h>

#include "lind/kernel.h"
#include "numerics/lane_math.h"

enum { MIXED_STATES = 4, MIXED_FRAME = 8, MIXED_LINEAR = 3 };

static inline void mixed_rest(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x,
                              lind_lane *dx) {
  (void)self, (void)time;
  const lind_v8 kin = lind_v8_load(&frame[4]), kout = lind_v8_load(&frame[5]), one = lind_v8_fill(1);
  const lind_v8 ratio = lind_v8_div(lind_v8_max(lind_v8_load(&x[2]), lind_v8_fill(0)), lind_v8_load(&frame[6]));
  const lind_v8 hill = lind_v8_pow(ratio, lind_v8_load(&frame[7]));
  const lind_v8 made = lind_v8_div(kin, lind_v8_add(one, hill));
  lind_v8_store(&dx[1], lind_v8_sub(made, lind_v8_mul(kout, lind_v8_load(&x[1]))));
}

static inline void mixed_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  const lind_v8 ka = lind_v8_load(&frame[0]), k10 = lind_v8_load(&frame[1]), k12 = lind_v8_load(&frame[2]);
  const lind_v8 in = lind_v8_mul(ka, lind_v8_load(&x[0])), central = lind_v8_load(&x[2]);
  const lind_v8 exchange = lind_v8_sub(lind_v8_mul(k12, central), lind_v8_mul(lind_v8_load(&frame[3]), lind_v8_load(&x[3])));
  lind_v8_store(&dx[0], lind_v8_neg(in));
  lind_v8_store(&dx[2], lind_v8_sub(lind_v8_sub(in, lind_v8_mul(k10, central)), exchange));
  lind_v8_store(&dx[3], exchange);
  mixed_rest(self, time, frame, x, dx);
}

static inline void mixed_coefficients(const void *self, const lind_lane *frame, lind_lane *a, lind_lane *b) {
  (void)self;
  const lind_v8 ka = lind_v8_load(&frame[0]), k10 = lind_v8_load(&frame[1]), k12 = lind_v8_load(&frame[2]);
  const lind_v8 k21 = lind_v8_load(&frame[3]), zero = lind_v8_fill(0);
  const lind_v8 rows[9] = {lind_v8_neg(ka), zero, zero, ka, lind_v8_neg(lind_v8_add(k10, k12)), k21, zero, k12, lind_v8_neg(k21)};
  for (int e = 0; e < 9; e++) lind_v8_store(&a[e], rows[e]);
  for (int i = 0; i < 3; i++) lind_v8_store(&b[i], zero);
}

static const int mixed_linear[MIXED_LINEAR] = {0, 2, 3}, mixed_driving[1] = {1};
static const lind_kernel mixed_kernel = {.n_states = MIXED_STATES,
                                         .n_frame = MIXED_FRAME,
                                         .rhs = mixed_rhs,
                                         .n_linear = MIXED_LINEAR,
                                         .linear = mixed_linear,
                                         .coefficients = mixed_coefficients,
                                         .n_driving = 1,
                                         .driving = mixed_driving,
                                         .rest = mixed_rest};

/* Patient p of an endless supply, in one lane; x at rest without the drug. */
static inline void mixed_patient(int p, lind_lane frame[MIXED_FRAME], lind_lane x[MIXED_STATES], int lane) {
  static const double typical[MIXED_FRAME] = {1.2, 0.1, 0.16, 0.08, 10, 0.1, 15, 1.5};
  for (int i = 0; i < MIXED_FRAME; i++) frame[i].of[lane] = typical[i] * (1 + 0.4 * sin(1.7 * p + 2.3 * i));
  for (int i = 0; i < MIXED_STATES; i++) x[i].of[lane] = 0;
  x[1].of[lane] = frame[4].of[lane] / frame[5].of[lane];
}

#endif
