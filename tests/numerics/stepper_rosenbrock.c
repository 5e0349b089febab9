/* stepper_rosenbrock.c -- the stiff engine: order, closed forms, error in proportion to the tolerance, looks, events, how it
 * stops. Published stiff problems: stiff.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "lanes_case.h"
#include "lind/stepper.h"
#include "numerics/rodas5p.h"
#include "stiff_kernels.h"

enum { MOST_STATES = 8, MOST_LOOKS = 200 };
static _Alignas(64) unsigned char workspace[1 << 15];
static const lind_tolerance usual = {1e-6, 1e-9, 1e-9, 100000};

static void advance(const lind_kernel *kernel, const lind_lane *frame, const lind_tolerance *tolerance, lind_advance *pack) {
  assert_null(lind_stepper_rosenbrock.refuses(kernel));
  assert_true(lind_stepper_rosenbrock.bytes(kernel) <= sizeof workspace);
  lind_stepper_rosenbrock.advance(kernel, frame, tolerance, pack, workspace);
}

static void assert_near(double value, double expected, double absolute) {
  if (!(fabs(value - expected) <= absolute)) fail_msg("%.17g instead of %.17g", value, expected);
}

/* With a tolerance that nothing fails and a step hint above each interval, every call is one step of the interval's length. */
static double fixed_step_error(const lind_kernel *kernel, const lind_lane *frame, const double *start, double end, int steps,
                               double exact) {
  const lind_tolerance loose = {1e12, 1e12, 1e-9, 1};
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
  assert_int_equal(pack.work.rhs, 8 * steps); /* one a stage */
  return fabs(x[0].of[3] - exact);
}

static void order_is_five(void **state) {
  (void)state;
  const lind_lane one = all(1);
  const double start[] = {1}, half[] = {0.5};
  for (int n = 8; n <= 16; n *= 2) {
    const double coarse = fixed_step_error(&relax, &one, start, 2, n, cos(2));
    assert_near(log2(coarse / fixed_step_error(&relax, &one, start, 2, 2 * n, cos(2))), 5, 0.1);
  }
  for (int n = 16; n <= 64; n *= 2) { /* neither linear nor autonomous */
    const double coarse = fixed_step_error(&bent, &one, half, 1.2, n, 1 / 0.56);
    assert_near(log2(coarse / fixed_step_error(&bent, &one, half, 1.2, 2 * n, 1 / 0.56)), 5, 0.2);
  }
}

/* Prothero and Robinson's problem, x' = -L (x - cos t) - sin t, at a fixed L h: methods lose order where that is large. Rodas5P
 * keeps 4, as its author says (2023, section 3), and its error falls with L. */
static void order_in_the_stiff_limit(void **state) {
  (void)state;
  const double start[] = {1};
  for (double z = 10; z < 2e5; z *= 10)
    for (int n = 16; n <= 32; n *= 2) {
      const lind_lane rate = all(z * n / 2), twice = all(z * n);
      const double coarse = fixed_step_error(&relax, &rate, start, 2, n, cos(2));
      assert_near(log2(coarse / fixed_step_error(&relax, &twice, start, 2, 2 * n, cos(2))), 4, 0.15);
      assert_true(coarse * z < 1e-6);
    }
}

/* However stiff: ten times the tolerance, and not many more steps than at L = 1. */
static void stiffness_costs_nothing(void **state) {
  (void)state;
  lind_lane rate, x = all(1);
  for (int i = 0; i < LIND_LANES; i++) rate.of[i] = pow(10, i + 2);
  lind_advance pack = {.time = all(0), .target = all(20), .step = all(0), .x = &x};
  advance(&relax, &rate, &usual, &pack);
  assert_all_ok(&pack);
  for (int i = 0; i < LIND_LANES; i++) assert_near(x.of[i], cos(20), 1e-5);
  assert_true(pack.work.steps < 8 * 200);
}

static double wave_error(double tolerance, uint64_t *steps) {
  const lind_lane w = all(1);
  lind_lane x[2] = {all(0), all(1)};
  const lind_tolerance both = {tolerance, tolerance, 1e-12, 100000};
  lind_advance pack = {.time = all(0), .target = all(20), .step = all(0), .x = x};
  advance(&wave, &w, &both, &pack);
  assert_all_ok(&pack);
  *steps = pack.work.steps / 8;
  return fabs(x[0].of[0] - sin(20)) + fabs(x[1].of[0] - cos(20));
}

static void error_follows_the_tolerance(void **state) {
  (void)state;
  uint64_t first = 0, last = 0;
  for (double tolerance = 1e-4; tolerance > 5e-12; tolerance /= 10) {
    const double error = wave_error(tolerance, &last);
    assert_true(error < 50 * tolerance);
    if (tolerance == 1e-4) first = last;
  }
  assert_near(log10((double)last / (double)first) / 7, 0.2, 0.03);
}

/* Eight rates, eight intervals, eight infusions in one pack: x = r / k + (x0 - r / k) exp(-k t). */
static void infusions_follow_their_closed_form(void **state) {
  (void)state;
  lind_lane k, input, x = all(100);
  lind_advance pack = {.time = all(1), .step = all(0), .x = &x, .input = &input};
  for (int i = 0; i < LIND_LANES; i++) {
    k.of[i] = 0.01 * pow(6, i), input.of[i] = 7. * i;
    pack.target.of[i] = 1 + 10. / (i + 1);
  }
  advance(&decay, &k, &usual, &pack);
  assert_all_ok(&pack);
  for (int i = 0; i < LIND_LANES; i++) {
    const double level = input.of[i] / k.of[i];
    assert_near(x.of[i], level + (100 - level) * exp(-k.of[i] * 10 / (i + 1)), 3e-4);
  }
}

/* A dose is found by the pace of things, not by a row of rejected steps, although the step before it was hours long. */
static void a_dose_is_a_restart(void **state) {
  (void)state;
  const lind_lane k = all(3000);
  lind_lane x = all(0);
  lind_advance pack = {.time = all(0), .step = all(0), .x = &x};
  for (int dose = 0; dose < 6; dose++) {
    for (int i = 0; i < LIND_LANES; i++) x.of[i] += 100;
    pack.target = all(8.0 * (dose + 1));
    advance(&decay, &k, &usual, &pack);
    assert_all_ok(&pack);
    assert_near(x.of[4], 0, 1e-8);
  }
  assert_true(pack.work.rejected <= 8 * 6 * 2);
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

/* ---- looks and events */

typedef struct sight {
  int n;
  double time[MOST_LOOKS], x[MOST_LOOKS];
} sight;

static void sight_taken(void *context, lind_advance *pack, unsigned lanes, const lind_lane *x) {
  sight *s = context;
  for (int i = 0; i < LIND_LANES; i++) {
    if (!(lanes >> i & 1)) continue;
    assert_true(s[i].n < MOST_LOOKS);
    s[i].time[s[i].n] = pack->look.of[i], s[i].x[s[i].n] = x[0].of[i];
    s[i].n++;
    pack->look.of[i] += 0.25;
  }
}

static void looks_see_the_solution(void **state) {
  (void)state;
  lind_lane rate, x = all(1), y = all(1);
  for (int i = 0; i < LIND_LANES; i++) rate.of[i] = pow(10, i);
  sight seen[LIND_LANES];
  memset(seen, 0, sizeof seen);
  lind_advance blind = {.time = all(0), .target = all(20), .x = &y};
  lind_advance pack = {.time = all(0), .target = all(20), .x = &x, .look = all(0), .seen = sight_taken, .context = seen};
  advance(&relax, &rate, &usual, &blind);
  advance(&relax, &rate, &usual, &pack);
  for (int i = 0; i < LIND_LANES; i++) {
    assert_int_equal(seen[i].n, 81);
    for (int k = 0; k < 81; k++) assert_near(seen[i].x[k], cos(0.25 * k), 5e-5);
  }
  assert_memory_equal(&x, &y, sizeof x); /* who looks disturbs nothing */
  assert_int_equal(pack.work.rhs, blind.work.rhs);
}

/* Within a step the order is 4: error of the middle of one step of h, h^5. */
static double middle_error(double h) {
  const lind_tolerance loose = {1e12, 1e12, 1e-9, 1};
  const lind_lane w = all(1);
  lind_lane x[2] = {all(0), all(1)};
  static sight seen[LIND_LANES];
  memset(seen, 0, sizeof seen);
  lind_advance pack = {
      .time = all(0), .target = all(h), .step = all(10), .x = x, .look = all(h / 2), .seen = sight_taken, .context = seen};
  advance(&wave, &w, &loose, &pack);
  return fabs(seen[2].x[0] - sin(h / 2));
}

static void order_within_a_step_is_four(void **state) {
  (void)state;
  for (double h = 0.05; h < 0.21; h *= 2) assert_near(log2(middle_error(h) / middle_error(h / 2)), 5, 0.4);
}

static void over_a_half(ARGUMENTS, lind_lane *g) {
  UNUSED;
  EACH_LANE g[0].of[i] = X(0) - 0.5;
}

/* sin w t passes 1/2 at t = pi / (6 w). */
static void an_event_stops_the_lane_at_its_root(void **state) {
  (void)state;
  lind_kernel kernel = wave;
  kernel.n_triggers = 1, kernel.triggers = over_a_half;
  lind_lane w, x[2] = {all(0), all(1)};
  for (int i = 0; i < LIND_LANES; i++) w.of[i] = 0.2 * (i + 1);
  const lind_tolerance fine = {1e-9, 1e-10, 1e-9, 100000};
  lind_advance pack = {.time = all(0), .target = all(1), .x = x};
  advance(&kernel, &w, &fine, &pack);
  for (int i = 0; i < LIND_LANES; i++) {
    const double root = acos(-1) / (6 * w.of[i]);
    assert_int_equal(pack.status[i], LIND_LANE_OK);
    assert_int_equal(pack.trigger[i], root < 1 ? 0 : LIND_TRIGGER_NONE);
    assert_near(pack.time.of[i], fmin(root, 1), 1e-7);
    if (root < 1) assert_true(x[0].of[i] > 0.5 && x[0].of[i] < 0.5 + 1e-9);
  }
}

/* ---- linear algebra */

static void sparse_factors_and_full_ones_agree(void **state) {
  (void)state;
  lind_kernel full = tmdd;
  full.factor = NULL, full.solve = NULL;
  lind_lane frame[4] = {all(0.0015), all(10), all(0.05), all(1)};
  for (int i = 0; i < LIND_LANES; i++) frame[1].of[i] = pow(10, i - 3);
  lind_lane x[4] = {all(50), all(0), all(1), all(0)}, y[4] = {all(50), all(0), all(1), all(0)};
  lind_advance a = {.time = all(0), .target = all(300), .x = x}, b = {.time = all(0), .target = all(300), .x = y};
  advance(&tmdd, frame, &usual, &a);
  advance(&full, frame, &usual, &b);
  assert_all_ok(&a);
  assert_all_ok(&b);
  for (int k = 0; k < 4; k++)
    for (int i = 0; i < LIND_LANES; i++) assert_near(x[k].of[i], y[k].of[i], 1e-7 * fabs(x[k].of[i]) + 1e-9);
}

/* x' = x - 10 y, y' = 10 x - 30 y: stable, but 1 / (gamma h) - 1 is the first pivot, and a step of 1 / gamma makes it 0. */
static void twist_rhs(ARGUMENTS, lind_lane *dx) {
  UNUSED;
  EACH_LANE dx[0].of[i] = X(0) - 10 * X(1), dx[1].of[i] = 10 * X(0) - 30 * X(1);
}
static void twist_jacobian(ARGUMENTS, lind_lane *j) {
  UNUSED;
  const double e[] = {1, -10, 10, -30};
  EACH_LANE for (int k = 0; k < 4; k++) j[k].of[i] = e[k];
}

static void a_pivot_that_vanishes_costs_a_smaller_step(void **state) {
  (void)state;
  const int row[] = {0, 0, 1, 1}, column[] = {0, 1, 0, 1};
  const lind_kernel twist = {
      .n_states = 2, .rhs = twist_rhs, .n_entries = 4, .row = row, .column = column, .jacobian = twist_jacobian};
  for (double off = 0; off < 1e-9; off = off * 10 + 1e-16) { /* exactly 0, and growth 1e16 to 1e8 */
    lind_lane x[2] = {all(1e-3), all(0)};
    const lind_tolerance loose = {1e3, 1e3, 1e-9, 100};
    const double end = 1 / rodas_gamma * (1 + off);
    lind_advance pack = {.time = all(0), .target = all(end), .step = all(end), .x = x};
    advance(&twist, NULL, &loose, &pack);
    assert_all_ok(&pack);
    assert_true(off > 2e-9 || pack.work.rejected >= 8);
    assert_near(x[0].of[0], 0, 1e-3);
  }
}

static void never_factor(const void *self, const lind_lane *shift, const lind_lane *entries, lind_lane *factors) {
  (void)self, (void)shift, (void)entries;
  EACH_LANE factors[0].of[i] = INFINITY;
}
static void never_solve(const void *self, const lind_lane *factors, lind_lane *b) {
  (void)self;
  EACH_LANE b[0].of[i] *= factors[0].of[i];
}

static void a_matrix_that_cannot_be_factored_stops_the_lane(void **state) {
  (void)state;
  lind_kernel kernel = decay;
  kernel.n_factors = 1, kernel.factor = never_factor, kernel.solve = never_solve;
  const lind_lane k = all(1);
  lind_lane x = all(2);
  lind_advance pack = {.time = all(0), .target = all(1), .x = &x};
  advance(&kernel, &k, &usual, &pack);
  for (int i = 0; i < LIND_LANES; i++) {
    assert_int_equal(pack.status[i], LIND_LANE_NOT_FINITE);
    assert_true(pack.time.of[i] == 0 && x.of[i] == 2);
  }
  assert_true(pack.work.rejected < 8 * 30);
}

/* ---- how lanes stop */

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
  advance(&wave, &w, &few, &pack);
  for (int i = 0; i < 7; i++) {
    assert_int_equal(pack.status[i], LIND_LANE_STEPS);
    assert_true(pack.time.of[i] > 0.5 && pack.time.of[i] < 1000);
    assert_near(x[0].of[i], sin(pack.time.of[i]), 1e-6); /* its last good state */
  }
  assert_int_equal(pack.status[7], LIND_LANE_OK);
  assert_true(pack.work.steps + pack.work.rejected <= 8 * 20);
}

/* x = 1 / (2 - t^2) leaves the numbers at sqrt(2); the step shrinks to the limit there. */
static void a_pole_stops_the_lane_before_it(void **state) {
  (void)state;
  lind_lane x = all(0.5);
  x.of[6] = NAN;
  lind_advance pack = {.time = all(0), .target = all(2), .step = all(0), .x = &x};
  advance(&bent, NULL, &usual, &pack);
  for (int i = 0; i < LIND_LANES; i++) {
    if (i == 6) continue;
    assert_true(pack.status[i] == LIND_LANE_STEP_SIZE || pack.status[i] == LIND_LANE_NOT_FINITE);
    assert_near(pack.time.of[i], sqrt(2), 1e-4);
    assert_true(isfinite(x.of[i]));
  }
  assert_int_equal(pack.status[6], LIND_LANE_NOT_FINITE);
  assert_true(isnan(x.of[6]) && pack.time.of[6] == 0);
}

/* The kernel's self collects the latest time it was asked about. */
static void watch_rhs(ARGUMENTS, lind_lane *dx) {
  double *latest = *(double *const *)self;
  for (int i = 0; i < LIND_LANES; i++) latest[i] = fmax(latest[i], time->of[i]);
  decay_rhs(NULL, time, frame, x, dx);
}

static void no_rate_is_taken_beyond_the_target(void **state) {
  (void)state;
  double latest[LIND_LANES] = {0}, *pointer = latest;
  lind_kernel watch = decay;
  watch.self = &pointer, watch.rhs = watch_rhs;
  lind_lane k, x = all(1);
  lind_advance pack = {.time = all(0), .step = all(0), .x = &x};
  for (int call = 1; call < 40; call++) {
    for (int i = 0; i < LIND_LANES; i++) k.of[i] = 0.1 * (i + 1), pack.target.of[i] = 0.7 * call + 0.01 * i;
    advance(&watch, &k, &usual, &pack);
    for (int i = 0; i < LIND_LANES; i++) assert_true(latest[i] == pack.target.of[i] && pack.time.of[i] == pack.target.of[i]);
  }
}

static void it_says_what_it_cannot_take(void **state) {
  (void)state;
  lind_kernel kernel = decay;
  assert_null(lind_stepper_rosenbrock.refuses(&kernel));
  kernel.jacobian = NULL;
  assert_non_null(strstr(lind_stepper_rosenbrock.refuses(&kernel), "Jacobian"));
  kernel = decay, kernel.n_delays = 1;
  assert_non_null(strstr(lind_stepper_rosenbrock.refuses(&kernel), "delays"));
  kernel = decay, kernel.n_noises = 1;
  assert_non_null(strstr(lind_stepper_rosenbrock.refuses(&kernel), "noise"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(order_is_five),
      cmocka_unit_test(order_in_the_stiff_limit),
      cmocka_unit_test(stiffness_costs_nothing),
      cmocka_unit_test(error_follows_the_tolerance),
      cmocka_unit_test(infusions_follow_their_closed_form),
      cmocka_unit_test(a_dose_is_a_restart),
      cmocka_unit_test(a_short_interval_is_not_remembered),
      cmocka_unit_test(a_state_at_rest_costs_one_step),
      cmocka_unit_test(looks_see_the_solution),
      cmocka_unit_test(order_within_a_step_is_four),
      cmocka_unit_test(an_event_stops_the_lane_at_its_root),
      cmocka_unit_test(sparse_factors_and_full_ones_agree),
      cmocka_unit_test(a_pivot_that_vanishes_costs_a_smaller_step),
      cmocka_unit_test(a_matrix_that_cannot_be_factored_stops_the_lane),
      cmocka_unit_test(resting_lanes_are_left_alone),
      cmocka_unit_test(too_many_steps),
      cmocka_unit_test(a_pole_stops_the_lane_before_it),
      cmocka_unit_test(no_rate_is_taken_beyond_the_target),
      cmocka_unit_test(it_says_what_it_cannot_take),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
