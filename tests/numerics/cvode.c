/* cvode.c -- the reference engine against closed forms and against the Runge-Kutta pair. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "kernels.h"
#include "lanes_case.h"
#include "lind/stepper.h"

static void assert_close(double value, double expected, double relative) {
  if (!(fabs(value - expected) <= relative * fabs(expected))) fail_msg("%.17g instead of %.17g", value, expected);
}

static void closed_forms(void **state) {
  (void)state;
  lind_lane k;
  for (int i = 0; i < LIND_LANES; i++) k.of[i] = 0.1 * (i + 1);
  for (int lane = 0; lane < LIND_LANES; lane++) { /* its own lane of the frame; decay has a Jacobian, the oscillator none */
    double x[] = {100};
    assert_int_equal(lind_cvode_advance(&decay, &k, lane, NULL, 1e-9, 1e-12, 2, 7, x), LIND_OK);
    assert_close(x[0], 100 * exp(-k.of[lane] * 5), 1e-7);
    double y[] = {0, 1};
    assert_int_equal(lind_cvode_advance(&oscillator, &k, lane, NULL, 1e-10, 1e-12, 0, 5, y), LIND_OK);
    assert_close(y[0], sin(k.of[lane] * 5), 1e-6);
    assert_close(y[1], cos(k.of[lane] * 5), 1e-6);
  }
}

/* The stiffest lane an explicit method could not touch in a lifetime. */
static void stiff_closed_form(void **state) {
  (void)state;
  for (double stiff = 10; stiff < 1e10; stiff *= 100) {
    const lind_lane rate = all(stiff);
    double x[] = {1};
    assert_int_equal(lind_cvode_advance(&track, &rate, 2, NULL, 1e-9, 1e-12, 0, 12, x), LIND_OK);
    assert_close(x[0], cos(12), 1e-7);
  }
}

static void agree(const lind_kernel *kernel, const lind_lane *frame, const lind_lane *start, double end) {
  static _Alignas(64) unsigned char workspace[1 << 14];
  const lind_tolerance fine = {1e-10, 1e-12, 1e-12, 10000000};
  lind_lane x[DRUG_STATES];
  memcpy(x, start, (size_t)kernel->n_states * sizeof *x);
  lind_advance pack = {.time = all(0), .target = all(end), .step = all(0), .x = x};
  lind_stepper_rk.advance(kernel, frame, &fine, &pack, workspace);
  for (int lane = 0; lane < LIND_LANES; lane++) {
    double y[DRUG_STATES];
    for (int s = 0; s < kernel->n_states; s++) y[s] = start[s].of[lane];
    assert_int_equal(pack.status[lane], LIND_LANE_OK);
    assert_int_equal(lind_cvode_advance(kernel, frame, lane, NULL, 1e-10, 1e-12, 0, end, y), LIND_OK);
    for (int s = 0; s < kernel->n_states; s++) /* 1e-6, but for what has decayed to the absolute tolerance */
      if (fabs(x[s].of[lane] - y[s]) > 1e-10) assert_close(x[s].of[lane], y[s], 1e-6);
  }
}

static void agrees_with_rk_where_nothing_is_stiff(void **state) {
  (void)state;
  lind_lane frame[DRUG_FRAME], x[DRUG_STATES];
  for (int i = 0; i < LIND_LANES; i++) drug_patient(i, frame, x, i);
  agree(&drug, frame, x, 12);
}

static void agrees_with_rk_where_it_is_rather_stiff(void **state) {
  (void)state;
  lind_lane rate;
  for (int i = 0; i < LIND_LANES; i++) rate.of[i] = 300 * (i + 1);
  const lind_lane x = all(1.5);
  agree(&track, &rate, &x, 5);
}

/* The generated Jacobian is asked, and with the lane's own numbers. */
static void counting_jacobian(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *j) {
  ++**(int *const *)self;
  decay_jacobian(NULL, time, frame, x, j);
}

static void uses_the_kernels_jacobian(void **state) {
  (void)state;
  int calls = 0, *pointer = &calls;
  const lind_kernel counting = {.n_states = 1,
                                .n_frame = 1,
                                .self = &pointer,
                                .rhs = decay_rhs,
                                .n_entries = 1,
                                .row = decay_place,
                                .column = decay_place,
                                .jacobian = counting_jacobian};
  const lind_lane k = all(50);
  double x[] = {1};
  assert_int_equal(lind_cvode_advance(&counting, &k, 0, NULL, 1e-8, 1e-12, 0, 1, x), LIND_OK);
  assert_true(calls > 0);
}

static void nothing_to_do(void **state) {
  (void)state;
  const lind_lane k = all(1);
  double x[] = {42};
  assert_int_equal(lind_cvode_advance(&decay, &k, 0, NULL, 1e-6, 1e-9, 3, 3, x), LIND_OK);
  assert_true(x[0] == 42);
}

/* x = 1 / (2 - t^2) has no value beyond sqrt(2). The state is left as it was. */
static void failure_is_a_sentence(void **state) {
  (void)state;
  const lind_lane unused = all(0);
  double x[] = {0.5};
  assert_int_equal(lind_cvode_advance(&bend, &unused, 0, NULL, 1e-6, 1e-9, 0, 2, x), LIND_ERR_NUMERIC);
  assert_true(x[0] == 0.5);
  assert_non_null(strstr(lind_error_message(), "the reference solver stopped at 1.414"));
  assert_non_null(strstr(lind_error_message(), "on its way from 0 h to 2 h (CV_"));
  assert_int_equal(lind_cvode_advance(&bend, &unused, 0, NULL, -1, 1e-9, 0, 1, x), LIND_ERR_NUMERIC);
  assert_non_null(strstr(lind_error_message(), "relative (-1) and absolute (1e-09) tolerance must not be negative"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(closed_forms),
      cmocka_unit_test(stiff_closed_form),
      cmocka_unit_test(agrees_with_rk_where_nothing_is_stiff),
      cmocka_unit_test(agrees_with_rk_where_it_is_rather_stiff),
      cmocka_unit_test(uses_the_kernels_jacobian),
      cmocka_unit_test(nothing_to_do),
      cmocka_unit_test(failure_is_a_sentence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
