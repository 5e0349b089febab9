/* stepper_mixed.c -- models of which a part is linear: order, closed forms, agreement with the explicit engine, what limits a
 * step, looks, state events, infusions, how it stops. */
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
#include "mixed.h"

static _Alignas(64) unsigned char workspace[1 << 18], other[1 << 14];

static void fresh_workspace(const lind_kernel *kernel) {
  assert_true(lind_stepper_exact.bytes(kernel) <= sizeof workspace);
  assert_null(lind_stepper_exact.refuses(kernel));
  memset(workspace, 0, sizeof workspace);
}

static void assert_near(double value, double expected, double absolute) {
  if (!(fabs(value - expected) <= absolute)) fail_msg("%.17g instead of %.17g", value, expected);
}

static void assert_all_there(const lind_advance *pack) {
  for (int i = 0; i < LIND_LANES; i++) {
    assert_int_equal(pack->status[i], LIND_LANE_OK);
    assert_true(pack->time.of[i] == pack->target.of[i]);
  }
}

/* ---- a closed form: a' = -k a is linear, y' = a - m y is called the rest. frame: k, m. */

static void tail_rest(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  (void)self, (void)time;
  lind_v8_store(&dx[1], lind_v8_fnma(lind_v8_load(&frame[1]), lind_v8_load(&x[1]), lind_v8_load(&x[0])));
}
static void tail_coefficients(const void *self, const lind_lane *frame, lind_lane *a, lind_lane *b) {
  (void)self;
  lind_v8_store(a, lind_v8_neg(lind_v8_load(frame)));
  lind_v8_store(b, lind_v8_fill(0));
}
static const int first_state[1] = {0};
static const lind_kernel tail = {.n_states = 2,
                                 .n_frame = 2,
                                 .n_linear = 1,
                                 .linear = first_state,
                                 .coefficients = tail_coefficients,
                                 .n_driving = 1,
                                 .driving = first_state,
                                 .rest = tail_rest};
/* From (a, y), with infusions into both. */
static double tail_exact(double k, double m, double a, double y, double into_a, double into_y, double t) {
  const double rest = a - into_a / k; /* a(t) = into_a / k + rest e^-kt */
  return y * exp(-m * t) + (into_a / k + into_y) / m * -expm1(-m * t) + rest * (exp(-k * t) - exp(-m * t)) / (m - k);
}

/* y' = a y / 50, not linear in both: y = 3 e^(2 (1 - e^-kt) / k) from a = 100. */
static void growth_rest(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  (void)self, (void)time, (void)frame;
  lind_v8_store(&dx[1], lind_v8_mul(lind_v8_fill(0.02), lind_v8_mul(lind_v8_load(&x[0]), lind_v8_load(&x[1]))));
}

/* With a tolerance that nothing fails and a step hint above each interval, every call is one step of the interval's length. */
static double fixed_step_error(int steps) {
  lind_kernel kernel = tail;
  kernel.rest = growth_rest;
  const lind_tolerance loose = {1e6, 1e6, 1e-9, 1};
  const lind_lane frame[2] = {all(0.5), all(0)};
  lind_lane x[2] = {all(100), all(3)};
  lind_advance pack = {.time = all(0), .step = all(1000), .x = x};
  fresh_workspace(&kernel);
  for (int i = 1; i <= steps; i++) {
    pack.target = all(3. * i / steps);
    lind_stepper_exact.advance(&kernel, frame, &loose, &pack, workspace);
    assert_all_there(&pack);
  }
  assert_int_equal(pack.work.steps, 8 * steps);
  assert_near(x[0].of[2], 100 * exp(-1.5), 1e-12);
  return fabs(x[1].of[2] - 3 * exp(-2 * expm1(-1.5) / 0.5));
}

static void order_is_six(void **state) {
  (void)state;
  for (int n = 4; n <= 32; n *= 2) /* the pair's leading error is small: the next one shows, too */
    assert_near(log2(fixed_step_error(n) / fixed_step_error(2 * n)), 6.5, 0.7);
}

/* Eight rates, eight intervals, infusions into both parts, in one pack. */
static void it_follows_the_closed_form(void **state) {
  (void)state;
  const lind_tolerance fine = {1e-9, 1e-9, 1e-9, 10000};
  lind_lane frame[2], x[2] = {all(100), all(3)}, input[2];
  lind_advance pack = {.time = all(1), .x = x, .input = input};
  for (int i = 0; i < LIND_LANES; i++) {
    frame[0].of[i] = 0.1 * pow(2, i), frame[1].of[i] = 0.07 + 0.05 * i;
    pack.target.of[i] = 1 + 24. / (i + 1);
    input[0].of[i] = i % 2 ? 5 * i : 0, input[1].of[i] = i % 3 ? 2 : 0;
  }
  fresh_workspace(&tail);
  lind_stepper_exact.advance(&tail, frame, &fine, &pack, workspace);
  assert_all_there(&pack);
  for (int i = 0; i < LIND_LANES; i++) {
    const double k = frame[0].of[i], t = 24. / (i + 1), a = input[0].of[i] / k;
    assert_near(x[0].of[i], a + (100 - a) * exp(-k * t), 1e-11);
    assert_near(x[1].of[i], tail_exact(k, frame[1].of[i], 100, 3, input[0].of[i], input[1].of[i], t), 1e-6);
  }
}

/* ---- against the explicit engine */

static void week(const lind_stepper *engine, double tolerance, lind_lane *x, lind_work *work) {
  const lind_tolerance both = {tolerance, tolerance, 1e-10, 1000000};
  lind_lane frame[MIXED_FRAME];
  for (int i = 0; i < LIND_LANES; i++) mixed_patient(i, frame, x, i);
  lind_advance pack = {.x = x};
  for (int day = 1; day <= 7; day++) {
    for (int i = 0; i < LIND_LANES; i++) x[0].of[i] += 100, pack.target.of[i] = 24 * day + 0.1 * i;
    engine->advance(&mixed_kernel, frame, &both, &pack, engine == &lind_stepper_exact ? workspace : other);
    assert_all_there(&pack);
  }
  *work = pack.work;
}

/* Six decades of tolerance: the error stays within a factor of 50 of it, relative to the largest response. */
static void error_follows_the_tolerance(void **state) {
  (void)state;
  lind_lane exact[MIXED_STATES], x[MIXED_STATES];
  lind_work work, least = {0};
  assert_true(lind_stepper_rk.bytes(&mixed_kernel) <= sizeof other);
  week(&lind_stepper_rk, 1e-13, exact, &work);
  for (double tolerance = 1e-4; tolerance > 5e-11; tolerance /= 10) {
    fresh_workspace(&mixed_kernel);
    week(&lind_stepper_exact, tolerance, x, &work);
    for (int i = 0; i < LIND_LANES; i++) {
      for (int s = 0; s < MIXED_STATES; s++)
        if (s != 1) assert_near(x[s].of[i], exact[s].of[i], 1e-10 * 300);
      assert_near(x[1].of[i], exact[1].of[i], 50 * tolerance * exact[1].of[i]);
    }
    assert_true(work.steps > least.steps);
    least = work;
  }
}

/* How fast the drug is absorbed and exchanged limits no step once it is: steps of the explicit engine are bound to 3.3 / ka. */
static void fast_absorption_costs_little(void **state) {
  (void)state;
  const lind_tolerance usual = {1e-4, 1e-4, 1e-9, 10000};
  lind_lane frame[MIXED_FRAME], x[MIXED_STATES];
  for (int i = 0; i < LIND_LANES; i++) {
    mixed_patient(i, frame, x, i);
    frame[0].of[i] = 30 + 10 * i;
  }
  lind_advance pack = {.x = x};
  fresh_workspace(&mixed_kernel);
  for (int day = 1; day <= 10; day++) {
    for (int i = 0; i < LIND_LANES; i++) x[0].of[i] += 100;
    pack.target = all(24 * day);
    lind_stepper_exact.advance(&mixed_kernel, frame, &usual, &pack, workspace);
    assert_all_there(&pack);
  }
  assert_true(pack.work.steps < 10 * 8 * 20); /* 10 days, 8 lanes; the explicit engine would take 218 to 800 a day */
}

/* ---- looks and events on the closed form */

typedef struct watcher {
  double worst_linear, worst_rest;
  int n[LIND_LANES];
} watcher;

static double tail_k(int i) { return 0.5 + 0.2 * i; }

static void watch(void *context, lind_advance *pack, unsigned lanes, const lind_lane *x) {
  watcher *w = context;
  for (int i = 0; i < LIND_LANES; i++)
    if (lanes >> i & 1) {
      const double t = pack->look.of[i];
      w->worst_linear = fmax(w->worst_linear, fabs(x[0].of[i] / (100 * exp(-tail_k(i) * t)) - 1));
      w->worst_rest = fmax(w->worst_rest, fabs(x[1].of[i] - tail_exact(tail_k(i), 0.15, 100, 3, 0, 0, t)));
      pack->look.of[i] = (0.1 + 0.05 * i) * ++w->n[i];
    }
}

static void looks_see_the_solution(void **state) {
  (void)state;
  const lind_tolerance fine = {1e-7, 1e-7, 1e-9, 10000};
  lind_lane frame[2] = {all(0), all(0.15)}, x[2] = {all(100), all(3)};
  for (int i = 0; i < LIND_LANES; i++) frame[0].of[i] = tail_k(i);
  watcher w = {0};
  lind_advance pack = {.time = all(0), .target = all(24.02), .x = x, .look = all(0), .seen = watch, .context = &w};
  fresh_workspace(&tail);
  lind_stepper_exact.advance(&tail, frame, &fine, &pack, workspace);
  assert_all_there(&pack);
  for (int i = 0; i < LIND_LANES; i++) assert_int_equal(w.n[i], (int)(24.02 / (0.1 + 0.05 * i)) + 1);
  assert_true(w.worst_linear < 1e-13);
  assert_true(w.worst_rest < 1e-3); /* of values up to 85, with the extension of order 4 */
  assert_true(pack.work.steps < 8 * 60);
}

static void note_step(void *context, lind_advance *pack, unsigned lanes, const lind_lane *x) {
  (void)x;
  for (int i = 0; i < LIND_LANES; i++)
    if (lanes >> i & 1) pack->look.of[i] += 6, ++*(int *)context;
}

/* Looks every 6 h lie on the ladder: the response there is as good as at the end of a step. */
static void even_looks_end_a_step(void **state) {
  (void)state;
  const lind_tolerance usual = {1e-4, 1e-4, 1e-9, 10000};
  const lind_lane frame[2] = {all(0.2), all(0.05)};
  lind_lane x[2] = {all(100), all(3)};
  int n = 0;
  lind_advance pack = {.time = all(0), .target = all(24), .x = x, .look = all(6), .seen = note_step, .context = &n};
  fresh_workspace(&tail);
  lind_stepper_exact.advance(&tail, frame, &usual, &pack, workspace);
  assert_all_there(&pack);
  assert_int_equal(n, 4 * 8);
}

/* Trigger 0: the linear state falls below 20. Trigger 1: the rest rises above 60. */
static void gates(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *g) {
  (void)self, (void)time, (void)frame;
  lind_v8_store(&g[0], lind_v8_sub(lind_v8_fill(20), lind_v8_load(&x[0])));
  lind_v8_store(&g[1], lind_v8_sub(lind_v8_load(&x[1]), lind_v8_fill(60)));
}

static void events_stop_the_lane(void **state) {
  (void)state;
  lind_kernel kernel = tail;
  kernel.n_triggers = 2, kernel.triggers = gates;
  const lind_tolerance fine = {1e-9, 1e-9, 1e-9, 10000};
  lind_lane frame[2] = {all(0), all(0.1)}, x[2] = {all(100), all(3)};
  for (int i = 0; i < LIND_LANES; i++) frame[0].of[i] = 0.2 + 0.4 * i;
  lind_advance pack = {.time = all(0), .target = all(100), .x = x};
  fresh_workspace(&kernel);
  lind_stepper_exact.advance(&kernel, frame, &fine, &pack, workspace);
  int n[2] = {0, 0};
  for (int i = 0; i < LIND_LANES; i++) {
    const double k = frame[0].of[i], fall = log(5) / k, t = pack.time.of[i];
    const int rises = tail_exact(k, 0.1, 100, 3, 0, 0, fall) > 60;
    assert_int_equal(pack.status[i], LIND_LANE_OK);
    assert_int_equal(pack.trigger[i], rises);
    n[rises]++;
    if (rises) assert_near(tail_exact(k, 0.1, 100, 3, 0, 0, t), 60, 1e-6);
    if (!rises) assert_near(t, fall, 1e-13 * fall);
    assert_true(rises ? x[1].of[i] > 60 && t < fall : x[0].of[i] < 20);
  }
  assert_true(n[0] > 0 && n[1] > 0);
}

/* ---- how it stops */

/* x1' = -L (x1 - x0), which is stiff for a large L = frame[1]. */
static void stiff_rest(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  (void)self, (void)time;
  lind_v8_store(&dx[1], lind_v8_mul(lind_v8_load(&frame[1]), lind_v8_sub(lind_v8_load(&x[0]), lind_v8_load(&x[1]))));
}

static void a_stiff_rest_says_so(void **state) {
  (void)state;
  lind_kernel kernel = tail;
  kernel.rest = stiff_rest;
  const lind_tolerance usual = {1e-6, 1e-6, 1e-9, 500}, coarse = {1e-6, 1e-6, 0.01, 100000};
  lind_lane frame[2] = {all(0.1), all(1e5)}, x[2] = {all(100), all(1)};
  frame[1].of[3] = 1;
  lind_advance pack = {.time = all(0), .target = all(24), .x = x};
  fresh_workspace(&kernel);
  lind_stepper_exact.advance(&kernel, frame, &usual, &pack, workspace);
  for (int i = 0; i < LIND_LANES; i++) {
    assert_int_equal(pack.status[i], i == 3 ? LIND_LANE_OK : LIND_LANE_STEPS);
    assert_near(x[0].of[i], 100 * exp(-0.1 * pack.time.of[i]), 1e-10); /* the last good state, in both parts */
    if (i != 3) assert_true(pack.time.of[i] > 0 && pack.time.of[i] < 24 && fabs(x[1].of[i] - x[0].of[i]) < 1);
  }
  x[0] = all(100), x[1] = all(1);
  lind_advance again = {.time = all(0), .target = all(24), .x = x};
  lind_stepper_exact.advance(&kernel, frame, &coarse, &again, workspace);
  for (int i = 0; i < LIND_LANES; i++) assert_int_equal(again.status[i], i == 3 ? LIND_LANE_OK : LIND_LANE_STEP_SIZE);
}

static void what_is_no_number_stops(void **state) {
  (void)state;
  const lind_tolerance usual = {1e-6, 1e-6, 1e-9, 500};
  lind_lane frame[2] = {all(0.1), all(0.2)}, x[2] = {all(100), all(1)};
  frame[0].of[0] = NAN, frame[1].of[1] = NAN, x[0].of[2] = INFINITY, x[1].of[3] = NAN, frame[0].of[4] = -100;
  lind_advance pack = {.time = all(0), .target = all(24), .x = x};
  fresh_workspace(&tail);
  lind_stepper_exact.advance(&tail, frame, &usual, &pack, workspace);
  for (int i = 0; i < LIND_LANES; i++) {
    assert_true(i < 5 ? pack.status[i] != LIND_LANE_OK : pack.status[i] == LIND_LANE_OK);
    if (i < 4) assert_int_equal(pack.status[i], LIND_LANE_NOT_FINITE);
  }
}

/* A century in one call, with steps of days: the ladder goes on for ever. */
static void a_long_way(void **state) {
  (void)state;
  const lind_tolerance exact = {1e-6, 1e-9, 1e-10, 100000};
  const double k = 1e-6, m = 0.05, until = 876581;
  lind_lane frame[] = {all(k), all(m)}, x[] = {all(1), all(0)};
  lind_advance pack = {.time = all(0), .target = all(until), .x = x};
  fresh_workspace(&tail);
  lind_stepper_exact.advance(&tail, frame, &exact, &pack, workspace);
  assert_all_there(&pack);
  assert_near(x[1].of[0], exp(-k * until) / (m - k), 1e-4);
  assert_true(pack.work.steps < 8 * 40000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_long_way),
      cmocka_unit_test(order_is_six),
      cmocka_unit_test(it_follows_the_closed_form),
      cmocka_unit_test(error_follows_the_tolerance),
      cmocka_unit_test(fast_absorption_costs_little),
      cmocka_unit_test(looks_see_the_solution),
      cmocka_unit_test(even_looks_end_a_step),
      cmocka_unit_test(events_stop_the_lane),
      cmocka_unit_test(a_stiff_rest_says_so),
      cmocka_unit_test(what_is_no_number_stops),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
