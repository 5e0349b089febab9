/* linear.h -- any linear system as a kernel, x' = A x + b: the frame holds A by rows, then b. */
#ifndef LIND_TESTS_NUMERICS_LINEAR_H
#define LIND_TESTS_NUMERICS_LINEAR_H

#include <string.h>

#include "lind/kernel.h"
#include "numerics/lane_math.h"

enum { LINEAR_MOST = 12, LINEAR_FRAME = LINEAR_MOST * (LINEAR_MOST + 1) };

static const int linear_places[LINEAR_MOST] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};

static inline void linear_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x,
                              lind_lane *dx) {
  const int n = *(const int *)self;
  (void)time;
  for (int i = 0; i < n; i++) {
    lind_v8 sum = lind_v8_load(&frame[n * n + i]);
    for (int j = 0; j < n; j++) sum = lind_v8_fma(lind_v8_load(&frame[i * n + j]), lind_v8_load(&x[j]), sum);
    lind_v8_store(&dx[i], sum);
  }
}

static inline void linear_coefficients(const void *self, const lind_lane *frame, lind_lane *a, lind_lane *b) {
  const int n = *(const int *)self;
  memcpy(a, frame, (size_t)(n * n) * sizeof *a);
  memcpy(b, frame + n * n, (size_t)n * sizeof *b);
}

static inline lind_kernel linear_kernel(const int *n) {
  return (lind_kernel){.n_states = *n,
                       .n_frame = *n * (*n + 1),
                       .self = n,
                       .rhs = linear_rhs,
                       .n_linear = *n,
                       .linear = linear_places,
                       .coefficients = linear_coefficients};
}

/* a[row, column] of lane i. */
static inline double *linear_entry(lind_lane *frame, int n, int row, int column, int lane) {
  return &frame[row * n + column].of[lane];
}

/* A flow from one state to another; to = -1: out. */
static inline void linear_flow(lind_lane *frame, int n, int from, int to, double rate, int lane) {
  *linear_entry(frame, n, from, from, lane) -= rate;
  if (to >= 0) *linear_entry(frame, n, to, from, lane) += rate;
}

#endif
