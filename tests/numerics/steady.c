/* steady.c -- steady states with closed forms; sentences where there is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "kernels.h"
#include "lind/steady.h"

enum { CHAIN = 12 };
static const int place[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};

static void assert_near(double value, double expected, double relative) {
  if (!(fabs(value - expected) <= relative * fabs(expected))) fail_msg("%.17g instead of %.17g", value, expected);
}

#define UNUSED (void)self, (void)time

/* Turnover with saturable loss: x' = kin - vmax x / (km + x); x = kin km / (vmax - kin). frame: kin, vmax, km. */
static void turnover_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  UNUSED;
  for (int i = 0; i < LIND_LANES; i++) dx->of[i] = frame[0].of[i] - frame[1].of[i] * x->of[i] / (frame[2].of[i] + x->of[i]);
}
static void turnover_jacobian(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *j) {
  UNUSED;
  for (int i = 0; i < LIND_LANES; i++)
    j->of[i] = -frame[1].of[i] * frame[2].of[i] / ((frame[2].of[i] + x->of[i]) * (frame[2].of[i] + x->of[i]));
}
static const lind_kernel turnover = {.n_states = 1,
                                     .n_frame = 3,
                                     .rhs = turnover_rhs,
                                     .n_entries = 1,
                                     .row = place,
                                     .column = place,
                                     .jacobian = turnover_jacobian};

static void saturable_turnover(void **state) {
  (void)state;
  lind_lane frame[3];
  for (int i = 0; i < LIND_LANES; i++) {
    frame[0].of[i] = 1 + i, frame[1].of[i] = 1.001 * (1 + i) + 5 * (i % 3 == 1), frame[2].of[i] = 0.01 * pow(10, i % 4);
  }
  static const double starts[] = {0, 1e-3, 1, 50, 1e4};
  lind_kernel differences = turnover;
  differences.jacobian = NULL;
  for (int i = 0; i < LIND_LANES; i++)
    for (size_t k = 0; k < sizeof starts / sizeof starts[0]; k++) {
      const double expected = frame[0].of[i] * frame[2].of[i] / (frame[1].of[i] - frame[0].of[i]);
      double x = starts[k];
      if (lind_steady_state(&turnover, frame, i, NULL, 0, &x) != LIND_OK)
        fail_msg("from %g: %s", starts[k], lind_error_message());
      assert_near(x, expected, 1e-10);
      if (k > 1) continue;
      assert_int_equal(lind_steady_state(&differences, frame, i, NULL, 0, &x), LIND_OK); /* is one already */
      assert_near(x, expected, 1e-10);
    }
}

/* More comes in than can leave: nothing is found, and x is left alone. */
static void none_is_a_sentence(void **state) {
  (void)state;
  lind_lane frame[3];
  for (int i = 0; i < LIND_LANES; i++) frame[0].of[i] = 2, frame[1].of[i] = 1.5, frame[2].of[i] = 1;
  double x = 0.25;
  assert_int_equal(lind_steady_state(&turnover, frame, 3, NULL, 0, &x), LIND_ERR_NUMERIC);
  assert_non_null(strstr(lind_error_message(), "no steady state was found"));
  assert_true(x == 0.25);
}

/* Indirect response: R' = kin (1 - c / (ic50 + c)) - kout R under a constant infusion into c' = r - k c; frame: kin, kout, ic50,
 * k. */
static void response_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  UNUSED;
  for (int i = 0; i < LIND_LANES; i++) {
    const double c = x[0].of[i], hold = 1 - c / (frame[2].of[i] + c);
    dx[0].of[i] = -frame[3].of[i] * c;
    dx[1].of[i] = frame[0].of[i] * hold - frame[1].of[i] * x[1].of[i];
  }
}
static void response_jacobian(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *j) {
  UNUSED;
  for (int i = 0; i < LIND_LANES; i++) {
    const double sum = frame[2].of[i] + x[0].of[i];
    j[0].of[i] = -frame[3].of[i];
    j[1].of[i] = -frame[0].of[i] * frame[2].of[i] / (sum * sum);
    j[2].of[i] = -frame[1].of[i];
  }
}
static const int response_row[] = {0, 1, 1}, response_column[] = {0, 0, 1};
static const lind_kernel response = {.n_states = 2,
                                     .n_frame = 4,
                                     .rhs = response_rhs,
                                     .n_entries = 3,
                                     .row = response_row,
                                     .column = response_column,
                                     .jacobian = response_jacobian};

static void indirect_response(void **state) {
  (void)state;
  lind_lane frame[4], input[2] = {{{0}}};
  for (int i = 0; i < LIND_LANES; i++) {
    frame[0].of[i] = 10 + i, frame[1].of[i] = 0.1, frame[2].of[i] = 0.2, frame[3].of[i] = 0.05 * (1 + i);
    input[0].of[i] = 0.02 * i;
  }
  for (int i = 0; i < LIND_LANES; i++) {
    double x[2] = {0, 0};
    assert_int_equal(lind_steady_state(&response, frame, i, NULL, 0, x), LIND_OK);
    assert_true(fabs(x[0]) < 1e-12);
    assert_near(x[1], frame[0].of[i] / 0.1, 1e-12); /* the baseline */
    assert_int_equal(lind_steady_state(&response, frame, i, input, 0, x), LIND_OK);
    const double c = 0.02 * i / frame[3].of[i];
    assert_true(fabs(x[0] - c) <= 1e-12);
    assert_near(x[1], frame[0].of[i] / 0.1 * 0.2 / (0.2 + c), 1e-12);
  }
}

/* A chain x1 -> x2 -> ... whose rates span eight orders; the end inhibits the inflow: x1' = r / (1 + x12) - k1 x1. All flows
 * equal f with f = r / (1 + f / k12), so f = (-k12 + sqrt(k12^2 + 4 k12 r)) / 2. frame: r, then the rates. */
static void chain_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  UNUSED;
  for (int i = 0; i < LIND_LANES; i++)
    for (int k = 0; k < CHAIN; k++) {
      const double in = k == 0 ? frame[0].of[i] / (1 + x[CHAIN - 1].of[i]) : frame[k].of[i] * x[k - 1].of[i];
      dx[k].of[i] = in - frame[k + 1].of[i] * x[k].of[i];
    }
}
static void chain_jacobian(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *j) {
  UNUSED;
  for (int i = 0; i < LIND_LANES; i++) {
    const double sum = 1 + x[CHAIN - 1].of[i];
    for (int k = 0; k < CHAIN; k++) {
      j[2 * k].of[i] = -frame[k + 1].of[i];
      j[2 * k + 1].of[i] = k == 0 ? -frame[0].of[i] / (sum * sum) : frame[k].of[i];
    }
  }
}

static void a_chain_with_feedback(void **state) {
  (void)state;
  static int row[2 * CHAIN], column[2 * CHAIN];
  for (int k = 0; k < CHAIN; k++) {
    row[2 * k] = row[2 * k + 1] = k;
    column[2 * k] = k, column[2 * k + 1] = k == 0 ? CHAIN - 1 : k - 1;
  }
  const lind_kernel chain = {.n_states = CHAIN,
                             .n_frame = CHAIN + 1,
                             .rhs = chain_rhs,
                             .n_entries = 2 * CHAIN,
                             .row = row,
                             .column = column,
                             .jacobian = chain_jacobian};
  lind_lane frame[CHAIN + 1];
  for (int i = 0; i < LIND_LANES; i++) {
    frame[0].of[i] = 3 * (1 + i);
    for (int k = 1; k <= CHAIN; k++) frame[k].of[i] = pow(10, 4 * sin(1.3 * k + i));
  }
  for (int i = 0; i < LIND_LANES; i++) {
    double x[CHAIN] = {0};
    if (lind_steady_state(&chain, frame, i, NULL, 0, x) != LIND_OK) fail_msg("%s", lind_error_message());
    const double last = frame[CHAIN].of[i], flow = 2 * frame[0].of[i] / (1 + sqrt(1 + 4 * frame[0].of[i] / last));
    for (int k = 0; k < CHAIN; k++) assert_near(x[k] * frame[k + 1].of[i], flow, 1e-10);
  }
}

/* Two states that only exchange: their sum is conserved. */
static void exchange_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  UNUSED, (void)frame;
  for (int i = 0; i < LIND_LANES; i++) {
    dx[0].of[i] = x[1].of[i] - 2 * x[0].of[i];
    dx[1].of[i] = -dx[0].of[i];
  }
}
static void exchange_jacobian(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *j) {
  UNUSED, (void)frame, (void)x;
  static const double entries[] = {-2, 1, 2, -1};
  for (int e = 0; e < 4; e++)
    for (int i = 0; i < LIND_LANES; i++) j[e].of[i] = entries[e];
}
static void what_is_conserved_has_none(void **state) {
  (void)state;
  static const int row[] = {0, 0, 1, 1}, column[] = {0, 1, 0, 1};
  const lind_kernel exchange = {
      .n_states = 2, .rhs = exchange_rhs, .n_entries = 4, .row = row, .column = column, .jacobian = exchange_jacobian};
  double x[2] = {1, 0};
  assert_int_equal(lind_steady_state(&exchange, NULL, 0, NULL, 0, x), LIND_ERR_NUMERIC);
  assert_non_null(strstr(lind_error_message(), "the Jacobian is singular: what is conserved has no steady state of its own"));
  lind_kernel late = exchange;
  late.n_delays = 1;
  assert_int_equal(lind_steady_state(&late, NULL, 0, NULL, 0, x), LIND_ERR_NUMERIC);
  assert_string_equal(lind_error_message(), "no steady state is sought for a system with delays; this one has 1");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(saturable_turnover),    cmocka_unit_test(none_is_a_sentence),         cmocka_unit_test(indirect_response),
      cmocka_unit_test(a_chain_with_feedback), cmocka_unit_test(what_is_conserved_has_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
