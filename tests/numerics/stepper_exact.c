/* stepper_exact.c -- linear systems: one, two and three compartments in closed form, chains, infusions, superposition, looks,
 * state events, what is kept between calls, how it stops. */
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
#include "linear.h"

static _Alignas(64) unsigned char workspace[1 << 20];
static const lind_tolerance unused = {1, 1, 1, 1000};

static void fresh_workspace(const lind_kernel *kernel) {
  assert_true(lind_stepper_exact.bytes(kernel) <= sizeof workspace);
  assert_null(lind_stepper_exact.refuses(kernel));
  memset(workspace, 0, sizeof workspace);
}

static void advance(const lind_kernel *kernel, const lind_lane *frame, lind_advance *pack) {
  lind_stepper_exact.advance(kernel, frame, &unused, pack, workspace);
}

static void assert_close(double value, double expected, double relative) {
  if (!(fabs(value - expected) <= relative * fabs(expected)))
    fail_msg("%.17g instead of %.17g, relative %.2g", value, expected, value / expected - 1);
}

static void assert_all_there(const lind_advance *pack) {
  for (int i = 0; i < LIND_LANES; i++) {
    assert_int_equal(pack->status[i], LIND_LANE_OK);
    assert_true(pack->time.of[i] == pack->target.of[i]);
  }
}

/* ---- closed forms ---- */

static const int one = 1, two = 2, three = 3, four = 4, ten = 10;

static void one_compartment(void **state) {
  (void)state;
  const lind_kernel kernel = linear_kernel(&one);
  lind_lane frame[2] = {all(0), all(0)}, x = all(100), rate = all(0);
  lind_advance pack = {.time = all(2), .x = &x, .input = &rate};
  for (int i = 0; i < LIND_LANES; i++) {
    linear_flow(frame, 1, 0, -1, 0.01 * pow(3, i), i);
    pack.target.of[i] = 2 + 10. / (i + 1);
    rate.of[i] = i % 2 ? 5 * i : 0;
  }
  fresh_workspace(&kernel);
  advance(&kernel, frame, &pack);
  assert_all_there(&pack);
  for (int i = 0; i < LIND_LANES; i++) {
    const double k = 0.01 * pow(3, i), t = 10. / (i + 1);
    assert_close(x.of[i], 100 * exp(-k * t) - rate.of[i] / k * expm1(-k * t), 1e-14);
  }
  assert_int_equal(pack.work.steps, 8);
}

/* Bateman's function where ka and ke may meet: ka e^(-ke t) t (1 - e^(-y)) / y, y = (ka - ke) t. */
static double bateman(double ka, double ke, double t) {
  const double y = (ka - ke) * t;
  return ka * exp(-ke * t) * t * (y != 0 ? -expm1(-y) / y : 1);
}

static void absorption_meets_elimination(void **state) {
  (void)state;
  const lind_kernel kernel = linear_kernel(&two);
  const double apart[LIND_LANES] = {0, 1e-12, -1e-12, 1e-8, -1e-8, 1e-3, 1, 20};
  lind_lane frame[6], x[2] = {all(100), all(0)};
  memset(frame, 0, sizeof frame);
  for (int i = 0; i < LIND_LANES; i++) {
    linear_flow(frame, 2, 0, 1, 0.3 * (1 + apart[i]), i);
    linear_flow(frame, 2, 1, -1, 0.3, i);
  }
  lind_advance pack = {.time = all(0), .x = x};
  fresh_workspace(&kernel);
  double doses = 0;
  for (int day = 1; day <= 3; day++) {
    pack.target = all(24 * day);
    advance(&kernel, frame, &pack);
    assert_all_there(&pack);
    doses++;
    for (int i = 0; i < LIND_LANES; i++) {
      double expected = 0;
      for (int d = 0; d < doses; d++) expected += 100 * bateman(-frame[0].of[i], 0.3, 24 * (day - d));
      assert_close(x[1].of[i], expected, 1e-13);
      x[0].of[i] += 100;
    }
  }
}

/* Central and peripheral after a bolus: both exponents from the quadratic of k10, k12, k21. */
static void two_compartments(void **state) {
  (void)state;
  const lind_kernel kernel = linear_kernel(&two);
  lind_lane frame[6], x[2] = {all(100), all(0)};
  memset(frame, 0, sizeof frame);
  for (int i = 0; i < LIND_LANES; i++) {
    linear_flow(frame, 2, 0, -1, 0.1 * (i + 1), i);
    linear_flow(frame, 2, 0, 1, 0.5, i);
    linear_flow(frame, 2, 1, 0, 0.05 * (i + 1), i);
  }
  lind_advance pack = {.time = all(0), .target = all(6), .x = x};
  fresh_workspace(&kernel);
  advance(&kernel, frame, &pack);
  for (int i = 0; i < LIND_LANES; i++) {
    const double k10 = 0.1 * (i + 1), k12 = 0.5, k21 = 0.05 * (i + 1), sum = k10 + k12 + k21;
    const double alpha = (sum + sqrt(sum * sum - 4 * k10 * k21)) / 2, beta = k10 * k21 / alpha;
    const double fast = (alpha - k21) / (alpha - beta), slow = (k21 - beta) / (alpha - beta);
    assert_close(x[0].of[i], 100 * (fast * exp(-alpha * 6) + slow * exp(-beta * 6)), 1e-13);
    assert_close(x[1].of[i], 100 * k12 / (alpha - beta) * (exp(-beta * 6) - exp(-alpha * 6)), 1e-13);
  }
}

/* Three compartments with exponents chosen first: central and two others that exchange with it alone. With roots r of the cubic,
 * central = sum of 100 prod(k_j1 - r) / prod(r' - r) e^(-r t). The rates follow from the roots (0.1, 0.5, 3) and k21 0.3, k31 1.
 */
static void three_compartments(void **state) {
  (void)state;
  const lind_kernel kernel = linear_kernel(&three);
  const double r[] = {0.1, 0.5, 3}, k21 = 0.3, k31 = 1;
  const double k10 = r[0] * r[1] * r[2] / (k21 * k31), s1 = r[0] + r[1] + r[2], s2 = r[0] * r[1] + r[0] * r[2] + r[1] * r[2];
  const double k12 = (s2 - k21 * s1 - k10 * k31 + k21 * k21) / (k31 - k21), k13 = s1 - k10 - k12 - k21 - k31;
  assert_true(k12 > 0 && k13 > 0);
  lind_lane frame[12], x[3] = {all(100), all(0), all(0)};
  memset(frame, 0, sizeof frame);
  for (int i = 0; i < LIND_LANES; i++) {
    linear_flow(frame, 3, 0, -1, k10, i);
    linear_flow(frame, 3, 0, 1, k12, i), linear_flow(frame, 3, 1, 0, k21, i);
    linear_flow(frame, 3, 0, 2, k13, i), linear_flow(frame, 3, 2, 0, k31, i);
  }
  lind_advance pack = {.time = all(0), .x = x};
  for (int i = 0; i < LIND_LANES; i++) pack.target.of[i] = 0.25 * (1 << i);
  fresh_workspace(&kernel);
  advance(&kernel, frame, &pack);
  for (int i = 0; i < LIND_LANES; i++) {
    double expected = 0;
    for (int j = 0; j < 3; j++) {
      const double others = (r[(j + 1) % 3] - r[j]) * (r[(j + 2) % 3] - r[j]);
      expected += 100 * (k21 - r[j]) * (k31 - r[j]) / others * exp(-r[j] * pack.target.of[i]);
    }
    assert_close(x[0].of[i], expected, 1e-13);
  }
}

/* What has left ten equal compartments is Erlang's distribution. */
static void erlang(void **state) {
  (void)state;
  const lind_kernel kernel = linear_kernel(&ten);
  static lind_lane frame[110], x[10];
  memset(frame, 0, sizeof frame), memset(x, 0, sizeof x);
  x[0] = all(1);
  for (int i = 0; i < LIND_LANES; i++)
    for (int s = 0; s < 10; s++) linear_flow(frame, 10, s, s < 9 ? s + 1 : -1, 1.5 + 0.1 * i, i);
  lind_advance pack = {.time = all(0), .target = all(8), .x = x};
  fresh_workspace(&kernel);
  advance(&kernel, frame, &pack);
  for (int i = 0; i < LIND_LANES; i++) {
    const double z = (1.5 + 0.1 * i) * 8;
    double inside = 0, sum = 0, term = exp(-z);
    for (int s = 0; s < 10; s++) {
      assert_close(x[s].of[i], term, 2e-14);
      inside += term, sum += x[s].of[i];
      term *= z / (s + 1);
    }
    assert_close(sum, inside, 2e-14);
  }
}

/* ---- linearity ---- */

static void random_four(unsigned seed, lind_lane frame[20]) {
  memset(frame, 0, 20 * sizeof *frame);
  for (int lane = 0; lane < LIND_LANES; lane++)
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        seed = seed * 1664525u + 1013904223u;
        if (i != j) linear_flow(frame, 4, i, j, (seed >> 20) / 4096., lane);
      }
      linear_flow(frame, 4, i, -1, 0.1 * i, lane);
      frame[16 + i].of[lane] = i == 2 ? 0.7 : 0; /* b: made within the body */
    }
}

static void after(const lind_lane *frame, const lind_lane start[4], const lind_lane *input, double t, lind_lane x[4]) {
  const lind_kernel kernel = linear_kernel(&four);
  memcpy(x, start, 4 * sizeof *x);
  lind_advance pack = {.time = all(0), .target = all(t), .x = x, .input = input};
  advance(&kernel, frame, &pack);
  assert_all_there(&pack);
}

/* The answer to two things at once is the sum of the answers; b is one more thing. */
static void answers_add_up(void **state) {
  (void)state;
  lind_lane frame[20], none[20];
  const lind_lane a[4] = {all(10), all(0), all(3), all(1)}, zero[4] = {all(0), all(0), all(0), all(0)};
  const lind_lane flow[4] = {all(2), all(0), all(0), all(0.5)};
  lind_lane both[4], bolus[4], infused[4], made[4];
  random_four(9, frame);
  memcpy(none, frame, sizeof none);
  memset(none + 16, 0, 4 * sizeof *none);
  const lind_kernel kernel = linear_kernel(&four);
  fresh_workspace(&kernel);
  after(frame, a, flow, 5, both);
  after(none, a, NULL, 5, bolus);
  after(none, zero, flow, 5, infused);
  after(frame, zero, NULL, 5, made);
  for (int s = 0; s < 4; s++)
    for (int i = 0; i < LIND_LANES; i++) assert_close(bolus[s].of[i] + infused[s].of[i] + made[s].of[i], both[s].of[i], 1e-14);
}

/* An infusion that stops equals one that goes on less the same one begun later. */
static void an_infusion_that_stops(void **state) {
  (void)state;
  lind_lane frame[20];
  random_four(4, frame);
  memset(frame + 16, 0, 4 * sizeof *frame);
  const lind_lane zero[4] = {all(0), all(0), all(0), all(0)}, flow[4] = {all(2), all(0), all(0), all(0)};
  lind_lane stopped[4], end[4], longer[4], later[4];
  const lind_kernel kernel = linear_kernel(&four);
  fresh_workspace(&kernel);
  after(frame, zero, flow, 3, stopped);
  after(frame, stopped, NULL, 4, end);
  after(frame, zero, flow, 7, longer);
  after(frame, zero, flow, 4, later);
  for (int s = 0; s < 4; s++)
    for (int i = 0; i < LIND_LANES; i++) assert_close(end[s].of[i], longer[s].of[i] - later[s].of[i], 1e-13);
}

static void it_oscillates(void **state) {
  (void)state;
  const lind_kernel kernel = linear_kernel(&two);
  lind_lane frame[6], x[2] = {all(0), all(1)};
  memset(frame, 0, sizeof frame);
  for (int i = 0; i < LIND_LANES; i++) frame[1].of[i] = 0.2 * (i + 1), frame[2].of[i] = -0.2 * (i + 1);
  lind_advance pack = {.time = all(0), .target = all(30), .x = x};
  fresh_workspace(&kernel);
  advance(&kernel, frame, &pack);
  for (int i = 0; i < LIND_LANES; i++) {
    assert_true(fabs(x[0].of[i] - sin(6. * (i + 1))) < 1e-13);
    assert_true(fabs(x[1].of[i] - cos(6. * (i + 1))) < 1e-13);
  }
}

/* ---- looks ---- */

typedef struct watcher {
  double every, seen[LIND_LANES][400];
  int n[LIND_LANES];
} watcher;

static void watch(void *context, lind_advance *pack, unsigned lanes, const lind_lane *x) {
  watcher *w = context;
  for (int i = 0; i < LIND_LANES; i++)
    if (lanes >> i & 1) {
      w->seen[i][w->n[i]++] = x[0].of[i];
      pack->look.of[i] = w->every * (1 + 0.5 * (i % 3)) * w->n[i];
    }
}

static void looks_see_the_solution(void **state) {
  (void)state;
  const lind_kernel kernel = linear_kernel(&one);
  lind_lane frame[2] = {all(0), all(0)}, x = all(100);
  for (int i = 0; i < LIND_LANES; i++) linear_flow(frame, 1, 0, -1, 0.1 + 0.1 * i, i);
  watcher w = {.every = 0.1};
  lind_advance pack = {.time = all(0), .target = all(24.05), .x = &x, .look = all(0), .seen = watch, .context = &w};
  fresh_workspace(&kernel);
  advance(&kernel, frame, &pack);
  assert_all_there(&pack);
  for (int i = 0; i < LIND_LANES; i++) {
    const double step = w.every * (1 + 0.5 * (i % 3));
    assert_int_equal(w.n[i], (int)(24.05 / step) + 1); /* the start is looked at, too */
    for (int k = 0; k < w.n[i]; k++) assert_close(w.seen[i][k], 100 * exp(-(0.1 + 0.1 * i) * step * k), 1e-13);
    assert_close(x.of[i], 100 * exp(-(0.1 + 0.1 * i) * 24.05), 1e-13);
  }
}

/* Rates from the microhertz to the megahertz: what rounds dt to a grain gives back what it took. */
static void a_grain_is_not_lost(void **state) {
  (void)state;
  const lind_kernel kernel = linear_kernel(&one);
  lind_lane frame[2] = {all(0), all(0)}, x = all(1);
  lind_advance pack = {.time = all(0), .x = &x};
  for (int i = 0; i < LIND_LANES; i++) {
    const double k = 1e-3 * pow(20, i);
    linear_flow(frame, 1, 0, -1, k, i);
    pack.target.of[i] = 0.777777777777 / k;
  }
  fresh_workspace(&kernel);
  advance(&kernel, frame, &pack);
  for (int i = 0; i < LIND_LANES; i++) assert_close(x.of[i], exp(frame[0].of[i] * pack.target.of[i]), 1e-15);
}

/* ---- events ---- */

/* Fires when the only state falls below 20 or rises above 60. */
static void gates(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *g) {
  (void)self, (void)time, (void)frame;
  lind_v8_store(&g[0], lind_v8_sub(lind_v8_fill(20), lind_v8_load(x)));
  lind_v8_store(&g[1], lind_v8_sub(lind_v8_load(x), lind_v8_fill(60)));
}

static void events_stop_the_lane(void **state) {
  (void)state;
  lind_kernel kernel = linear_kernel(&one);
  kernel.n_triggers = 2, kernel.triggers = gates;
  lind_lane frame[2] = {all(0), all(0)}, x = all(50), rate = all(0);
  for (int i = 0; i < LIND_LANES; i++) linear_flow(frame, 1, 0, -1, 0.1 * (i + 1), i), rate.of[i] = i % 2 ? 100 * (i + 1) : 0;
  watcher w = {.every = 1};
  lind_advance pack = {.time = all(3), .target = all(100), .x = &x, .input = &rate, .look = all(4), .seen = watch, .context = &w};
  for (int i = 0; i < LIND_LANES; i++) w.n[i] = (int)(4 / (1 + 0.5 * (i % 3)));
  fresh_workspace(&kernel);
  advance(&kernel, frame, &pack);
  for (int i = 0; i < LIND_LANES; i++) {
    const double k = 0.1 * (i + 1), full = rate.of[i] / k;
    const double way = i % 2 ? log((full - 50) / (full - 60)) / k : log(50. / 20) / k;
    assert_int_equal(pack.status[i], LIND_LANE_OK);
    assert_int_equal(pack.trigger[i], i % 2);
    assert_true(fabs(pack.time.of[i] - 3 - way) < 1e-13 * 100);
    assert_close(x.of[i], i % 2 ? 60 : 20, 1e-12);
    assert_true(i % 2 ? x.of[i] > 60 : x.of[i] < 20);
    assert_true(pack.look.of[i] > pack.time.of[i]);
  }
  x = all(40), rate = all(0); /* from 40 down to 20 */
  advance(&kernel, frame, &pack);
  for (int i = 0; i < LIND_LANES; i++) assert_int_equal(pack.trigger[i], 0);
}

/* ---- status, memory ---- */

static void resting_lanes_are_left_alone(void **state) {
  (void)state;
  const lind_kernel kernel = linear_kernel(&one);
  lind_lane frame[2] = {all(-0.3), all(0)}, x = all(100);
  lind_advance pack = {.time = all(5), .target = all(6), .step = all(0.25), .x = &x};
  pack.status[1] = LIND_LANE_IDLE, frame[0].of[1] = NAN;
  pack.status[2] = LIND_LANE_NOT_FINITE, x.of[2] = NAN;
  pack.target.of[3] = 5, pack.target.of[4] = 4;
  fresh_workspace(&kernel);
  advance(&kernel, frame, &pack);
  assert_int_equal(pack.status[1], LIND_LANE_IDLE);
  for (int i = 1; i <= 4; i++)
    assert_true(pack.time.of[i] == 5 && pack.step.of[i] == 0.25 && (i == 2 ? isnan(x.of[i]) : x.of[i] == 100));
  assert_close(x.of[0], 100 * exp(-0.3), 1e-15);
  assert_int_equal(pack.work.steps, 4);
}

static void what_is_no_number_stops(void **state) {
  (void)state;
  const lind_kernel kernel = linear_kernel(&two);
  lind_lane frame[6], x[2] = {all(100), all(1)};
  memset(frame, 0, sizeof frame);
  for (int i = 0; i < LIND_LANES; i++) linear_flow(frame, 2, 0, 1, 0.5, i), linear_flow(frame, 2, 1, -1, 0.2, i);
  frame[3].of[0] = 100; /* grows by e^2400 */
  frame[2].of[1] = NAN, frame[0].of[2] = -INFINITY, x[0].of[3] = NAN, x[1].of[4] = INFINITY, frame[5].of[5] = NAN;
  lind_advance pack = {.time = all(0), .target = all(24), .x = x};
  fresh_workspace(&kernel);
  advance(&kernel, frame, &pack);
  for (int i = 0; i < 6; i++) {
    assert_int_equal(pack.status[i], LIND_LANE_NOT_FINITE);
    assert_true(pack.time.of[i] == 0 && (i == 4 || x[1].of[i] == 1));
  }
  for (int i = 6; i < LIND_LANES; i++) {
    assert_int_equal(pack.status[i], LIND_LANE_OK);
    assert_close(x[1].of[i], 100 * bateman(0.5, 0.2, 24) + exp(-4.8), 1e-14);
  }
}

static void what_it_refuses(void **state) {
  (void)state;
  lind_kernel kernel = linear_kernel(&two);
  assert_null(lind_stepper_exact.refuses(&kernel));
  kernel.n_delays = 1;
  assert_non_null(lind_stepper_exact.refuses(&kernel));
  kernel.n_delays = 0, kernel.n_noises = 1;
  assert_non_null(lind_stepper_exact.refuses(&kernel));
  kernel.n_noises = 0, kernel.n_linear = 0;
  assert_non_null(lind_stepper_exact.refuses(&kernel));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_compartment),
      cmocka_unit_test(absorption_meets_elimination),
      cmocka_unit_test(two_compartments),
      cmocka_unit_test(three_compartments),
      cmocka_unit_test(erlang),
      cmocka_unit_test(answers_add_up),
      cmocka_unit_test(an_infusion_that_stops),
      cmocka_unit_test(it_oscillates),
      cmocka_unit_test(looks_see_the_solution),
      cmocka_unit_test(a_grain_is_not_lost),
      cmocka_unit_test(events_stop_the_lane),
      cmocka_unit_test(resting_lanes_are_left_alone),
      cmocka_unit_test(what_is_no_number_stops),
      cmocka_unit_test(what_it_refuses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
