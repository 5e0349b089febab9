/* kernels.h -- small systems with known answers for the stepper tests. */
#ifndef LIND_TESTS_NUMERICS_KERNELS_H
#define LIND_TESTS_NUMERICS_KERNELS_H

#include <math.h>

#include "lind/kernel.h"
#include "numerics/lane_math.h"

/* x' = -k x; frame: k. Solution x0 exp(-k t). */
static inline void decay_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  (void)self, (void)time;
  lind_v8_store(dx, lind_v8_neg(lind_v8_mul(lind_v8_load(frame), lind_v8_load(x))));
}
static inline void decay_jacobian(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x,
                                  lind_lane *j) {
  (void)self, (void)time, (void)x;
  lind_v8_store(j, lind_v8_neg(lind_v8_load(frame)));
}
static const int decay_place[] = {0};
static const lind_kernel decay = {.n_states = 1,
                                  .n_frame = 1,
                                  .rhs = decay_rhs,
                                  .n_entries = 1,
                                  .row = decay_place,
                                  .column = decay_place,
                                  .jacobian = decay_jacobian};

/* x' = w y, y' = -w x; frame: w. From (0, 1): (sin w t, cos w t). */
static inline void oscillator_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x,
                                  lind_lane *dx) {
  (void)self, (void)time;
  const lind_v8 w = lind_v8_load(frame);
  lind_v8_store(&dx[0], lind_v8_mul(w, lind_v8_load(&x[1])));
  lind_v8_store(&dx[1], lind_v8_neg(lind_v8_mul(w, lind_v8_load(&x[0]))));
}
static const lind_kernel oscillator = {.n_states = 2, .n_frame = 1, .rhs = oscillator_rhs};

/* x' = -L (x - cos t) - sin t; frame: L. From 1: cos t, however stiff. */
static inline void track_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  (void)self;
  const lind_v8 t = lind_v8_load(time), off = lind_v8_sub(lind_v8_load(x), lind_v8_cos(t));
  lind_v8_store(dx, lind_v8_sub(lind_v8_neg(lind_v8_mul(lind_v8_load(frame), off)), lind_v8_sin(t)));
}
static const lind_kernel track = {.n_states = 1, .n_frame = 1, .rhs = track_rhs};

/* x' = 2 t x^2 with x(0) = 1/2: x = 1 / (2 - t^2). Neither linear nor autonomous. */
static inline void bend_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  (void)self, (void)frame;
  const lind_v8 t = lind_v8_load(time), a = lind_v8_load(x);
  lind_v8_store(dx, lind_v8_mul(lind_v8_mul(lind_v8_fill(2), t), lind_v8_mul(a, a)));
}
static const lind_kernel bend = {.n_states = 1, .n_frame = 1, .rhs = bend_rhs};

/* Depot, central, peripheral, effect: first-order absorption, saturable elimination, a Hill stimulus with a daily rhythm.
 * frame: ka, vmax, km, v, k12, k21, kout, ec50, gamma. Nonlinear in everything that patients differ in. */
enum { DRUG_STATES = 4, DRUG_FRAME = 9 };
static inline void drug_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  (void)self;
  const lind_v8 ka = lind_v8_load(&frame[0]), vmax = lind_v8_load(&frame[1]), km = lind_v8_load(&frame[2]);
  const lind_v8 v = lind_v8_load(&frame[3]), k12 = lind_v8_load(&frame[4]), k21 = lind_v8_load(&frame[5]);
  const lind_v8 kout = lind_v8_load(&frame[6]), ec50 = lind_v8_load(&frame[7]), gamma = lind_v8_load(&frame[8]);
  const lind_v8 depot = lind_v8_load(&x[0]), central = lind_v8_load(&x[1]), tissue = lind_v8_load(&x[2]),
                effect = lind_v8_load(&x[3]);
  const lind_v8 c = lind_v8_max(lind_v8_div(central, v), lind_v8_fill(0));
  const lind_v8 in = lind_v8_mul(ka, depot), out = lind_v8_div(lind_v8_mul(vmax, c), lind_v8_add(km, c));
  const lind_v8 exchange = lind_v8_sub(lind_v8_mul(k12, central), lind_v8_mul(k21, tissue));
  const lind_v8 hill = lind_v8_pow(lind_v8_div(c, ec50), gamma);
  const lind_v8 drive = lind_v8_div(hill, lind_v8_add(lind_v8_fill(1), hill));
  const lind_v8 rhythm =
      lind_v8_fma(lind_v8_fill(0.2), lind_v8_cos(lind_v8_mul(lind_v8_load(time), lind_v8_fill(M_PI / 12))), lind_v8_fill(1));
  lind_v8_store(&dx[0], lind_v8_neg(in));
  lind_v8_store(&dx[1], lind_v8_sub(lind_v8_sub(in, out), exchange));
  lind_v8_store(&dx[2], exchange);
  lind_v8_store(&dx[3], lind_v8_mul(kout, lind_v8_sub(lind_v8_add(rhythm, drive), effect)));
}
static inline void drug_jacobian(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x,
                                 lind_lane *j) {
  (void)self, (void)time;
  for (int i = 0; i < LIND_LANES; i++) {
    const double ka = frame[0].of[i], vmax = frame[1].of[i], km = frame[2].of[i], v = frame[3].of[i], kout = frame[6].of[i];
    const double c = fmax(x[1].of[i] / v, 0), hill = pow(c / frame[7].of[i], frame[8].of[i]);
    const double out = x[1].of[i] > 0 ? vmax * km / ((km + c) * (km + c)) / v : 0;
    const double drive = x[1].of[i] > 0 ? frame[8].of[i] * hill / (c * (1 + hill) * (1 + hill)) / v : 0;
    const double e[] = {-ka, ka, -out - frame[4].of[i], frame[5].of[i], frame[4].of[i], -frame[5].of[i], kout * drive, -kout};
    for (int k = 0; k < 8; k++) j[k].of[i] = e[k];
  }
}
static inline void drug_slope(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x,
                              lind_lane *dt) {
  (void)self, (void)x;
  for (int i = 0; i < LIND_LANES; i++) {
    dt[0].of[i] = dt[1].of[i] = dt[2].of[i] = 0;
    dt[3].of[i] = -0.2 * frame[6].of[i] * M_PI / 12 * sin(time->of[i] * M_PI / 12);
  }
}
static const int drug_row[] = {0, 1, 1, 1, 2, 2, 3, 3}, drug_column[] = {0, 0, 1, 2, 1, 2, 1, 3};
static const lind_kernel drug = {.n_states = DRUG_STATES,
                                 .n_frame = DRUG_FRAME,
                                 .rhs = drug_rhs,
                                 .n_entries = 8,
                                 .row = drug_row,
                                 .column = drug_column,
                                 .jacobian = drug_jacobian,
                                 .slope = drug_slope};

/* Patient p of an endless supply, in one lane. */
static inline void drug_patient(int p, lind_lane frame[DRUG_FRAME], lind_lane x[DRUG_STATES], int lane) {
  static const double typical[DRUG_FRAME] = {1.1, 20, 5, 30, 0.3, 0.2, 0.15, 0.8, 2.2};
  for (int i = 0; i < DRUG_FRAME; i++) frame[i].of[lane] = typical[i] * (1 + 0.6 * sin(1.7 * p + 2.3 * i));
  const double start[DRUG_STATES] = {100 + 10 * p, 0, 0, 1.2};
  for (int i = 0; i < DRUG_STATES; i++) x[i].of[lane] = start[i];
}

#endif
