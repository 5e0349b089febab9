/* stiffness.c -- the fastest decay of systems whose eigenvalues are known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "kernels.h"
#include "numerics/stiffness.h"

/* frame: the four entries of a 2 x 2 Jacobian */
static void four(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *entries) {
  (void)self, (void)time, (void)x;
  memcpy(entries, frame, 4 * sizeof *entries);
}
static const int rows[] = {0, 0, 1, 1}, columns[] = {0, 1, 0, 1}, first[] = {0};
static const lind_kernel square = {.n_states = 2, .n_frame = 4, .n_entries = 4, .row = rows, .column = columns, .jacobian = four};

static const lind_tolerance tolerance = {1e-6, 1e-9, 1e-10, 1000};

static void rates_of(const lind_kernel *kernel, double m[LIND_LANES][4], const double size[2], int rest_only, lind_lane *rate) {
  static lind_lane scratch[64];
  lind_lane frame[4], x[2], time = {{0}};
  assert_true(lind_stiffness_lanes(kernel) <= 64);
  for (int i = 0; i < LIND_LANES; i++) {
    for (int k = 0; k < 4; k++) frame[k].of[i] = m[i][k];
    for (int k = 0; k < 2; k++) x[k].of[i] = size[k];
  }
  lind_stiffness_rates(kernel, frame, &tolerance, &time, x, rest_only, scratch, rate);
}

static double cases[LIND_LANES][4] = {
    {-1000, 0, 0, -1},      /* two decays */
    {-1, 5, 0, -50},        /* triangular: the second is the faster one */
    {-501, 499, 499, -501}, /* -2 and -1000, neither along an axis */
    {0, 30, -30, 0},        /* a pure oscillation */
    {40, 0, 0, -1},         /* growth */
    {-100, 20, -20, -100},  /* a spiral that mostly decays: modulus */
    {0, 0, 0, 0},           /* nothing happens */
    {INFINITY, 0, 0, -1},   /* nothing to be said */
};
static const double expected[LIND_LANES] = {1000, 50, 1000, 0, 0, 101.98039027185569, 0, 0};

static void known_eigenvalues(void **state) {
  (void)state;
  lind_lane rate;
  rates_of(&square, cases, (const double[]){1, 1}, 0, &rate);
  for (int i = 0; i < LIND_LANES; i++)
    if (!(fabs(rate.of[i] - expected[i]) <= 1e-4 * expected[i]))
      fail_msg("lane %d: %.9g instead of %g", i, rate.of[i], expected[i]);
}

/* The same system with the first state in ng and the second in kg. */
static void units_do_not_matter(void **state) {
  (void)state;
  double other[LIND_LANES][4];
  for (int i = 0; i < LIND_LANES; i++) {
    memcpy(other[i], cases[i], sizeof other[i]);
    other[i][1] *= 1e12, other[i][2] *= 1e-12;
  }
  lind_lane rate;
  rates_of(&square, other, (const double[]){1e12, 1}, 0, &rate);
  for (int i = 0; i < 7; i++) assert_true(fabs(rate.of[i] - expected[i]) <= 1e-2 * expected[i]);
}

/* What a linear part does by itself is nobody's burden. */
static void only_the_rest_counts(void **state) {
  (void)state;
  lind_kernel part = square;
  part.n_linear = 1, part.linear = first;
  lind_lane rate;
  rates_of(&part, cases, (const double[]){1, 1}, 1, &rate);
  for (int i = 0; i < LIND_LANES; i++) assert_true(fabs(rate.of[i] + fmin(cases[i][3], 0)) <= 1e-12 * fabs(cases[i][3]));
}

static void neighbours_do_not_matter(void **state) {
  (void)state;
  lind_lane rate, turned;
  double other[LIND_LANES][4];
  rates_of(&square, cases, (const double[]){1, 1}, 0, &rate);
  for (int shift = 0; shift < LIND_LANES; shift++) {
    for (int i = 0; i < LIND_LANES; i++) memcpy(other[i], cases[(i + shift) % LIND_LANES], sizeof other[i]);
    rates_of(&square, other, (const double[]){1, 1}, 0, &turned);
    for (int i = 0; i < LIND_LANES; i++) assert_memory_equal(&turned.of[i], &rate.of[(i + shift) % LIND_LANES], sizeof(double));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(known_eigenvalues),
      cmocka_unit_test(units_do_not_matter),
      cmocka_unit_test(only_the_rest_counts),
      cmocka_unit_test(neighbours_do_not_matter),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
