/* stepper_rk.c -- the explicit pair: order, closed forms, error in proportion to the tolerance, what it remembers, how it stops.
 */
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

enum { MOST_STATES = 8 };
static _Alignas(64) unsigned char workspace[MOST_STATES * 64 * sizeof(lind_lane)];
static const lind_tolerance usual = {1e-6, 1e-9, 1e-9, 100000};

static void advance(const lind_kernel *kernel, const lind_lane *frame, const lind_tolerance *tolerance, lind_advance *pack) {
  assert_true(lind_stepper_rk.bytes(kernel) <= sizeof workspace);
  lind_stepper_rk.advance(kernel, frame, tolerance, pack, workspace);
}

static void assert_near(double value, double expected, double absolute) {
  if (!(fabs(value - expected) <= absolute)) fail_msg("%.17g instead of %.17g", value, expected);
}

/* With a tolerance that nothing fails and a step hint above each interval, every call is one step of the interval's length. */
static double fixed_step_error(const lind_kernel *kernel, const lind_lane *frame, const double *start, double end, int steps,
                               double exact) {
  const lind_tolerance loose = {1e6, 1e6, 1e-9, 1};
  lind_lane x[MOST_STATES];
  for (int i = 0; i < kernel->n_states; i++) x[i] = all(start[i]);
  lind_advance pack = {.time = all(0), .step = all(10 * end), .x = x};
  for (int i = 1; i <= steps; i++) {
    pack.target = all(end * i / steps);
    advance(kernel, frame, &loose, &pack);
    assert_all_ok(&pack);
  }
  assert_int_equal(pack.work.steps, 8 * steps);
  assert_int_equal(pack.work.rejected, 0);
  assert_int_equal(pack.work.rhs, 9 * steps); /* one at the start of a call, eight a step */
  return fabs(x[0].of[3] - exact);
}

/* By its conditions (stepper_rk_pair.c) the order is 6; the terms of order 7 in its error are 400 times larger than those of
 * order 6, so that halving the step shows 7 until rounding errors come in. */
static void assert_order(const lind_kernel *kernel, const double *start, double end, int steps, double exact) {
  const lind_lane one = all(1);
  const double coarse = fixed_step_error(kernel, &one, start, end, steps, exact);
  const double order = log2(coarse / fixed_step_error(kernel, &one, start, end, 2 * steps, exact));
  if (!(order > 6 && order < 7.6)) fail_msg("order %g at %d steps", order, steps);
}

static void order_is_six_or_better(void **state) {
  (void)state;
  const double wave[] = {0, 1}, half[] = {0.5}, one[] = {1};
  assert_order(&oscillator, wave, 4, 4, sin(4));
  assert_order(&oscillator, wave, 4, 8, sin(4));
  assert_order(&decay, one, 4, 8, exp(-4));
  assert_order(&track, one, 4, 8, cos(4));
  assert_order(&bend, half, 1.2, 16, 1 / (2 - 1.44));
  assert_order(&bend, half, 1.2, 32, 1 / (2 - 1.44));
}

/* Eight rates, eight intervals, in one pack. */
static void decay_follows_its_exponential(void **state) {
  (void)state;
  lind_lane k, x = all(100);
  lind_advance pack = {.time = all(1), .step = all(0), .x = &x};
  for (int i = 0; i < LIND_LANES; i++) k.of[i] = 0.01 * pow(3, i), pack.target.of[i] = 1 + 10. / (i + 1);
  advance(&decay, &k, &usual, &pack);
  assert_all_ok(&pack);
  for (int i = 0; i < LIND_LANES; i++) assert_near(x.of[i], 100 * exp(-k.of[i] * 10 / (i + 1)), 5e-4);
  assert_true(pack.work.steps > 8 && pack.work.rhs >= 8);
}

static void oscillator_keeps_its_phase(void **state) {
  (void)state;
  lind_lane w, x[2] = {all(0), all(1)};
  for (int i = 0; i < LIND_LANES; i++) w.of[i] = 0.2 * (i + 1);
  const lind_tolerance fine = {1e-10, 1e-10, 1e-9, 100000};
  lind_advance pack = {.time = all(0), .target = all(30), .step = all(0), .x = x};
  advance(&oscillator, &w, &fine, &pack);
  assert_all_ok(&pack);
  for (int i = 0; i < LIND_LANES; i++) {
    assert_near(x[0].of[i], sin(w.of[i] * 30), 2e-8);
    assert_near(x[1].of[i], cos(w.of[i] * 30), 2e-8);
  }
}

static double oscillator_error(double tolerance, uint64_t *steps) {
  const lind_lane w = all(1);
  lind_lane x[2] = {all(0), all(1)};
  const lind_tolerance both = {tolerance, tolerance, 1e-12, 100000};
  lind_advance pack = {.time = all(0), .target = all(20), .step = all(0), .x = x};
  advance(&oscillator, &w, &both, &pack);
  assert_all_ok(&pack);
  *steps = pack.work.steps / 8;
  return fabs(x[0].of[0] - sin(20)) + fabs(x[1].of[0] - cos(20));
}

/* Eight decades of tolerance: the error stays within a factor of 50 of it, and steps grow like its power -1/6. */
static void error_follows_the_tolerance(void **state) {
  (void)state;
  uint64_t first = 0, last = 0;
  for (double tolerance = 1e-4; tolerance > 5e-12; tolerance /= 10) {
    const double error = oscillator_error(tolerance, &last);
    assert_true(error < 50 * tolerance);
    if (tolerance == 1e-4) first = last;
  }
  assert_near(log10((double)last / (double)first) / 7, 1. / 6, 0.02);
}

static void a_dose_is_a_restart(void **state) {
  (void)state;
  const lind_lane k = all(0.3);
  lind_lane x = all(0);
  lind_advance pack = {.time = all(0), .step = all(0), .x = &x};
  double expected = 0;
  for (int dose = 0; dose < 6; dose++) {
    for (int i = 0; i < LIND_LANES; i++) x.of[i] += 100;
    pack.target = all(8.0 * (dose + 1));
    advance(&decay, &k, &usual, &pack);
    assert_all_ok(&pack);
    expected = (expected + 100) * exp(-0.3 * 8);
    assert_near(x.of[4], expected, 1e-4);
  }
}

/* A target a second away does not make the next long interval start with steps of a second. */
static void a_short_interval_is_not_remembered(void **state) {
  (void)state;
  const lind_lane k = all(0.3);
  lind_lane x = all(100);
  lind_advance pack = {.time = all(0), .target = all(4), .step = all(0), .x = &x};
  advance(&decay, &k, &usual, &pack);
  const double step = pack.step.of[0];
  assert_true(step > 0.1);
  for (int i = 0; i < 5; i++) {
    for (int lane = 0; lane < LIND_LANES; lane++) pack.target.of[lane] += 1. / 3600;
    advance(&decay, &k, &usual, &pack);
    assert_all_ok(&pack);
    assert_true(pack.step.of[0] >= step);
  }
}

/* A first guess is needed only for a lane without a step: one more evaluation, whoever needs it. */
static void the_first_step_is_guessed_once(void **state) {
  (void)state;
  const lind_lane k = all(0.3);
  lind_lane x = all(100);
  const lind_tolerance loose = {1e6, 1e6, 1e-9, 10};
  lind_advance pack = {.time = all(0), .target = all(1e-3), .step = all(1), .x = &x};
  advance(&decay, &k, &loose, &pack);
  assert_int_equal(pack.work.rhs, 9);
  pack.target = all(2e-3), pack.step.of[6] = 0;
  advance(&decay, &k, &loose, &pack);
  assert_int_equal((pack.work.rhs - 9 - 2) % 8, 0); /* the start, the guess, and eight for each step */
  assert_true(pack.step.of[6] > 0);
}

/* Nothing to integrate: an empty patient crosses a month in one step. */
static void a_state_at_rest_costs_one_step(void **state) {
  (void)state;
  const lind_lane k = all(0.3);
  lind_lane x = all(0);
  lind_advance pack = {.time = all(0), .target = all(720), .step = all(0), .x = &x};
  advance(&decay, &k, &usual, &pack);
  assert_all_ok(&pack);
  assert_int_equal(pack.work.steps, 8);
  assert_true(x.of[0] == 0);
}

/* The kernel's self collects the latest time it was asked about. */
static void watch_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  double *latest = *(double *const *)self;
  for (int i = 0; i < LIND_LANES; i++) latest[i] = fmax(latest[i], time->of[i]);
  decay_rhs(NULL, time, frame, x, dx);
}

static void no_rate_is_taken_beyond_the_target(void **state) {
  (void)state;
  double latest[LIND_LANES] = {0}, *pointer = latest;
  const lind_kernel watch = {.n_states = 1, .n_frame = 1, .self = &pointer, .rhs = watch_rhs};
  lind_lane k, x = all(1);
  lind_advance pack = {.time = all(0), .step = all(0), .x = &x};
  for (int call = 1; call < 40; call++) {
    for (int i = 0; i < LIND_LANES; i++) k.of[i] = 0.1 * (i + 1), pack.target.of[i] = 0.7 * call + 0.01 * i;
    advance(&watch, &k, &usual, &pack);
    for (int i = 0; i < LIND_LANES; i++) assert_true(latest[i] == pack.target.of[i] && pack.time.of[i] == pack.target.of[i]);
  }
}

static void resting_lanes_are_left_alone(void **state) {
  (void)state;
  const lind_lane k = all(0.3);
  lind_lane x = all(100);
  lind_advance pack = {.time = all(5), .target = all(6), .step = all(0.25), .x = &x};
  pack.status[1] = LIND_LANE_IDLE;
  pack.status[2] = LIND_LANE_NOT_FINITE, x.of[2] = NAN;
  pack.target.of[3] = 5;
  pack.target.of[4] = 4;
  advance(&decay, &k, &usual, &pack);
  assert_int_equal(pack.status[1], LIND_LANE_IDLE);
  assert_int_equal(pack.status[2], LIND_LANE_NOT_FINITE);
  for (int i = 1; i <= 4; i++)
    assert_true(pack.time.of[i] == 5 && pack.step.of[i] == 0.25 && (i == 2 ? isnan(x.of[i]) : x.of[i] == 100));
  assert_near(x.of[0], 100 * exp(-0.3), 1e-4);
  const lind_work before = pack.work;
  advance(&decay, &k, &usual, &pack); /* all are there */
  assert_memory_equal(&before, &pack.work, sizeof before);
}

static void too_many_steps(void **state) {
  (void)state;
  const lind_lane w = all(1);
  lind_lane x[2] = {all(0), all(1)};
  const lind_tolerance few = {1e-8, 1e-8, 1e-9, 20};
  lind_advance pack = {.time = all(0), .target = all(1000), .step = all(0.05), .x = x};
  pack.target.of[7] = 0.5;
  advance(&oscillator, &w, &few, &pack);
  for (int i = 0; i < 7; i++) {
    assert_int_equal(pack.status[i], LIND_LANE_STEPS);
    assert_true(pack.time.of[i] > 0.5 && pack.time.of[i] < 1000);
    assert_near(x[0].of[i], sin(pack.time.of[i]), 1e-6); /* its last good state */
  }
  assert_int_equal(pack.status[7], LIND_LANE_OK);
  assert_true(pack.work.steps + pack.work.rejected <= 8 * 20);
}

/* Stability, not accuracy, limits an explicit method here: it needs steps near 3.3 / k. */
static void too_small_a_step(void **state) {
  (void)state;
  lind_lane k = all(1e6), x = all(2);
  k.of[0] = 1;
  const lind_tolerance coarse = {1e-6, 1e-9, 0.01, 100000};
  lind_advance pack = {.time = all(0), .target = all(1), .step = all(0), .x = &x};
  advance(&track, &k, &coarse, &pack);
  assert_int_equal(pack.status[0], LIND_LANE_OK);
  for (int i = 1; i < LIND_LANES; i++) {
    assert_int_equal(pack.status[i], LIND_LANE_STEP_SIZE);
    assert_true(x.of[i] == 2 && pack.time.of[i] == 0);
  }
}

/* x = 1 / (2 - t^2) leaves the numbers at sqrt(2); the step shrinks to the limit there. */
static void a_pole_stops_the_lane_before_it(void **state) {
  (void)state;
  const lind_lane unused = all(0);
  lind_lane x = all(0.5);
  lind_advance pack = {.time = all(0), .target = all(2), .step = all(0), .x = &x};
  advance(&bend, &unused, &usual, &pack);
  for (int i = 0; i < LIND_LANES; i++) {
    assert_true(pack.status[i] == LIND_LANE_STEP_SIZE || pack.status[i] == LIND_LANE_NOT_FINITE);
    assert_near(pack.time.of[i], sqrt(2), 1e-4);
    assert_true(isfinite(x.of[i]));
  }
}

/* x' = 1 + sqrt(1 - x), which is no number beyond x = 1. From 0: with s = sqrt(1 - x), t = 2 ((1 - s) + log((1 + s) / 2)); s = 0
 * at t = 2 (1 - log 2). */
static void edge_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  (void)self, (void)time, (void)frame;
  const lind_v8 one = lind_v8_fill(1);
  lind_v8_store(dx, lind_v8_add(one, lind_v8_sqrt(lind_v8_sub(one, lind_v8_load(x)))));
}

static void a_state_that_stops_being_a_number(void **state) {
  (void)state;
  const lind_kernel edge = {.n_states = 1, .rhs = edge_rhs};
  lind_lane x = all(0);
  lind_advance pack = {.time = all(0), .target = all(2), .step = all(0.5), .x = &x};
  pack.target.of[5] = 0.5;
  x.of[6] = NAN;
  advance(&edge, NULL, &usual, &pack);
  for (int i = 0; i < 5; i++) {
    assert_int_equal(pack.status[i], LIND_LANE_NOT_FINITE);
    assert_near(pack.time.of[i], 2 * (1 - log(2)), 1e-4);
    assert_true(x.of[i] <= 1 && x.of[i] > 0.999);
  }
  assert_int_equal(pack.status[5], LIND_LANE_OK);
  assert_int_equal(pack.status[6], LIND_LANE_NOT_FINITE);
  assert_true(isnan(x.of[6]) && pack.time.of[6] == 0);
}

/* x' = 9 - x, no number above 10: a first step of 5 h throws a stage over the edge, halving brings it back. */
static void fence_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  (void)self, (void)time, (void)frame;
  const lind_v8 a = lind_v8_load(x), rate = lind_v8_sub(lind_v8_fill(9), a);
  lind_v8_store(dx, lind_v8_select(lind_v8_gt(a, lind_v8_fill(10)), lind_v8_fill(NAN), rate));
}

static void a_wild_trial_step_is_halved(void **state) {
  (void)state;
  const lind_kernel fence = {.n_states = 1, .rhs = fence_rhs};
  lind_lane x = all(0);
  lind_advance pack = {.time = all(0), .target = all(8), .step = all(5), .x = &x};
  advance(&fence, NULL, &usual, &pack);
  assert_all_ok(&pack);
  for (int i = 0; i < LIND_LANES; i++) assert_near(x.of[i], 9 * (1 - exp(-8)), 1e-4);
  assert_true(pack.work.rejected >= 8);
}

/* An infinite state with a finite rate must not pass for a good step (its scale is infinite too). */
static void jump_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  (void)self, (void)time, (void)frame, (void)x;
  lind_v8_store(dx, lind_v8_fill(1e305));
}

static void an_infinite_state_is_no_success(void **state) {
  (void)state;
  const lind_kernel jump = {.n_states = 1, .rhs = jump_rhs};
  lind_lane x = all(0);
  lind_advance pack = {.time = all(0), .target = all(1e5), .step = all(5e4), .x = &x};
  advance(&jump, NULL, &usual, &pack);
  for (int i = 0; i < LIND_LANES; i++) {
    assert_int_equal(pack.status[i], LIND_LANE_NOT_FINITE);
    assert_true(isfinite(x.of[i]) && pack.time.of[i] > 1790 && pack.time.of[i] < 1798);
  }
}

static void steppers_are_found_by_name(void **state) {
  (void)state;
  int n = 0;
  const char *const *names = lind_stepper_names(&n);
  assert_true(n >= 1);
  for (int i = 0; i < n; i++) {
    const lind_stepper *stepper = lind_stepper_find(names[i]);
    assert_non_null(stepper);
    assert_string_equal(stepper->name, names[i]);
    assert_true(stepper->bytes && stepper->advance && strlen(stepper->summary) > 10 && strncmp(stepper->source, "doi:", 4) == 0);
  }
  assert_ptr_equal(lind_stepper_find("rk"), &lind_stepper_rk);
  assert_null(lind_stepper_find("euler"));
}

/* Every test has a workspace as its owner made it. */
static int clear(void **state) {
  (void)state;
  memset(workspace, 0, sizeof workspace);
  return 0;
}
#define test(name) cmocka_unit_test_setup(name, clear)

int main(void) {
  const struct CMUnitTest tests[] = {
      test(order_is_six_or_better),
      test(decay_follows_its_exponential),
      test(oscillator_keeps_its_phase),
      test(error_follows_the_tolerance),
      test(a_dose_is_a_restart),
      test(a_short_interval_is_not_remembered),
      test(the_first_step_is_guessed_once),
      test(a_state_at_rest_costs_one_step),
      test(no_rate_is_taken_beyond_the_target),
      test(resting_lanes_are_left_alone),
      test(too_many_steps),
      test(too_small_a_step),
      test(a_pole_stops_the_lane_before_it),
      test(a_state_that_stops_being_a_number),
      test(a_wild_trial_step_is_halved),
      test(an_infinite_state_is_no_success),
      test(steppers_are_found_by_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
