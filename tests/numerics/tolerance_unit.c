/* tolerance_unit.c -- the absolute tolerance counts in the unit that a state is declared in: in other units an engine takes the
 * same steps and finds the same numbers: to the bit, for units are powers of two, but for CVODE, whose pivots depend on them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lind/stepper.h"
#include "numerics/lane_math.h"

/* Van der Pol's oscillator, mu = 10, whose states are in units of frame[0] and frame[1]. */
static void no_more(const void *self, lind_lane *frame) { (void)self, (void)frame; }

static void rates(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  (void)self, (void)time;
  for (int i = 0; i < LIND_LANES; i++) {
    const double a = x[0].of[i] / frame[0].of[i], b = x[1].of[i] / frame[1].of[i];
    dx[0].of[i] = b * frame[0].of[i];
    dx[1].of[i] = (10 * (1 - a * a) * b - a) * frame[1].of[i];
  }
}

static void jacobian(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *entries) {
  (void)self, (void)time;
  for (int i = 0; i < LIND_LANES; i++) {
    const double a = x[0].of[i] / frame[0].of[i], b = x[1].of[i] / frame[1].of[i], ratio = frame[1].of[i] / frame[0].of[i];
    entries[0].of[i] = 1 / ratio;
    entries[1].of[i] = (-20 * a * b - 1) * ratio;
    entries[2].of[i] = 10 * (1 - a * a);
  }
}

static const int row[] = {0, 1, 1}, column[] = {1, 0, 1};

typedef struct found {
  double x[2]; /* in units */
  uint64_t steps, rejected;
} found;

static found solve(const lind_stepper *engine, const double *unit, const double *declared) {
  const lind_kernel kernel = {.n_states = 2,
                              .n_frame = 2,
                              .unit = declared,
                              .individual = no_more,
                              .rhs = rates,
                              .n_entries = 3,
                              .row = row,
                              .column = column,
                              .jacobian = jacobian};
  const lind_tolerance tolerance = {1e-12, 1e-5, 1e-12, 1000000}; /* the absolute one decides */
  lind_lane frame[2], x[2];
  lind_advance pack = {.x = x};
  for (int i = 0; i < LIND_LANES; i++) {
    for (int k = 0; k < 2; k++) frame[k].of[i] = unit[k];
    x[0].of[i] = 2 * unit[0];
    x[1].of[i] = 0;
    pack.target.of[i] = 30;
  }
  void *workspace = aligned_alloc(64, (engine->bytes(&kernel) + 63) / 64 * 64);
  assert_non_null(workspace);
  memset(workspace, 0, engine->bytes(&kernel));
  engine->advance(&kernel, frame, &tolerance, &pack, workspace);
  if (engine->release != NULL) engine->release(&kernel, workspace);
  free(workspace);
  assert_int_equal(pack.status[3], LIND_LANE_OK);
  return (found){{x[0].of[3] / unit[0], x[1].of[3] / unit[1]}, pack.work.steps, pack.work.rejected};
}

static void same_in_every_unit(void **state) {
  (void)state;
  static const char *const engines[] = {"rk", "rosenbrock", "cvode"};
  static const double plain[2] = {1, 1}, others[2] = {0x1p60, 0x1p-40};
  for (int e = 0; e < 3; e++) {
    const lind_stepper *engine = lind_stepper_find(engines[e]);
    assert_non_null(engine);
    const found a = solve(engine, plain, NULL), b = solve(engine, plain, plain), c = solve(engine, others, others);
    const found wrong = solve(engine, others, NULL);
    for (int k = 0; k < 2; k++) {
      assert_memory_equal(&a.x[k], &b.x[k], sizeof(double));
      assert_true(fabs(a.x[k] - c.x[k]) <= (e < 2 ? 0 : 1e-6) * fabs(a.x[k])); /* a hundredth of CVODE's error */
    }
    assert_int_equal(a.steps, b.steps);
    assert_int_equal(a.steps, c.steps);
    assert_int_equal(a.rejected, c.rejected);
    assert_true(wrong.steps != a.steps); /* or the test could not tell */
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(same_in_every_unit)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
