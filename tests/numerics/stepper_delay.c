/* stepper_delay.c -- delays in the explicit engine: piecewise polynomials, doses and their echoes, order, Mackey and Glass's
 * equation against values in 40 digits, neighbours, what is forgotten.
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

static _Alignas(64) unsigned char workspace[4 << 20];
static const lind_tolerance usual = {1e-6, 1e-9, 1e-9, 100000}, fine = {1e-10, 1e-12, 1e-9, 100000};

static void advance(const lind_kernel *kernel, const lind_lane *frame, const lind_tolerance *tolerance, lind_advance *pack) {
  assert_true(lind_stepper_rk.bytes(kernel) <= sizeof workspace);
  lind_stepper_rk.advance(kernel, frame, tolerance, pack, workspace);
}

static void assert_near(double value, double expected, double absolute) {
  if (!(fabs(value - expected) <= absolute)) fail_msg("%.17g instead of %.17g", value, expected);
}

/* x'(t) = -c x(t - lag); frame: c, lag. */
static void echo_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  (void)self, (void)time;
  lind_v8_store(dx, lind_v8_neg(lind_v8_mul(lind_v8_load(frame), lind_v8_load(&x[1]))));
}
static void lag_of_frame(const void *self, const lind_lane *frame, lind_lane *lag) {
  (void)self;
  lag[0] = frame[1];
}
static void from_nothing(const void *self, const lind_lane *frame, lind_lane *x) {
  (void)self, (void)frame;
  x[0] = all(0);
}
static const int first_state[] = {0};
static const lind_kernel echo = {
    .n_states = 1, .n_frame = 2, .rhs = echo_rhs, .n_delays = 1, .delayed = first_state, .delays = lag_of_frame};
static const lind_kernel dosed_echo = {.n_states = 1,
                                       .n_frame = 2,
                                       .initial = from_nothing,
                                       .rhs = echo_rhs,
                                       .n_delays = 1,
                                       .delayed = first_state,
                                       .delays = lag_of_frame};

/* From 1 before and at time 0: sum over k of (-c)^k (t - (k - 1) lag)^k / k!, while the bracket is positive. */
static double echo_exact(double c, double lag, double t) {
  double sum = 1, factorial = 1;
  for (int k = 1; t - (k - 1) * lag > 0; k++) sum += pow(-c * (t - (k - 1) * lag), k) / (factorial *= k);
  return sum;
}
/* From 0 before and 1 at time 0: sum over k of (-c)^k (t - k lag)^k / k!. */
static double pulse_exact(double c, double lag, double t) {
  double sum = t >= 0, factorial = 1;
  for (int k = 1; t - k * lag > 0; k++) sum += pow(-c * (t - k * lag), k) / (factorial *= k);
  return sum;
}

static void polynomials_are_followed(void **state) {
  (void)state;
  lind_lane frame[2], x = all(1);
  for (int i = 0; i < LIND_LANES; i++) frame[0].of[i] = 0.2 + 0.1 * i, frame[1].of[i] = 1 + 0.13 * i;
  lind_advance pack = {.time = all(0), .x = &x};
  for (int call = 1; call <= 40; call++) {
    pack.target = all(0.37 * call);
    advance(&echo, frame, call <= 10 ? &usual : &fine, &pack);
    assert_all_ok(&pack);
    /* up to five lags the solution has degree five: the pair and its extension are exact */
    for (int i = 0; i < LIND_LANES; i++)
      assert_near(x.of[i], echo_exact(frame[0].of[i], frame[1].of[i], 0.37 * call), call <= 10 ? 1e-12 : 2e-9);
  }
}

/* Doses at irregular times, by superposition; each comes back one lag later, as a kink of the rate, then of its slope. */
static void doses_echo(void **state) {
  (void)state;
  lind_lane frame[2], x = all(0);
  for (int i = 0; i < LIND_LANES; i++) frame[0].of[i] = 0.3, frame[1].of[i] = 2 + 0.5 * i;
  lind_advance pack = {.time = all(0), .x = &x};
  double when[8], size[8];
  for (int dose = 0; dose < 8; dose++) {
    when[dose] = pack.time.of[0], size[dose] = 1 + dose % 3;
    for (int i = 0; i < LIND_LANES; i++) x.of[i] += size[dose];
    pack.target = all(when[dose] + 1.3 + 0.41 * dose);
    advance(&dosed_echo, frame, &fine, &pack);
    assert_all_ok(&pack);
    for (int i = 0; i < LIND_LANES; i++) {
      double expected = 0;
      for (int k = 0; k <= dose; k++) expected += size[k] * pulse_exact(0.3, frame[1].of[i], pack.time.of[0] - when[k]);
      assert_near(x.of[i], expected, 1e-9);
    }
  }
  assert_true(pack.work.rejected < pack.work.steps / 10); /* steps end at the kinks rather than being thrown back by them */
}

/* x' = r x (1 - x(t - lag)), Hutchinson's equation, in steps of lag / n. */
static void hutchinson_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  (void)self, (void)time;
  const lind_v8 free = lind_v8_sub(lind_v8_fill(1), lind_v8_load(&x[1]));
  lind_v8_store(dx, lind_v8_mul(lind_v8_load(frame), lind_v8_mul(lind_v8_load(x), free)));
}
static const lind_kernel hutchinson = {
    .n_states = 1, .n_frame = 2, .rhs = hutchinson_rhs, .n_delays = 1, .delayed = first_state, .delays = lag_of_frame};

static double hutchinson_after(int n) {
  const lind_tolerance loose = {1e20, 1e20, 1e-9, 1}; /* the whole interval is tried at once */
  const lind_lane frame[2] = {all(1.4), all(1)};
  lind_lane x = all(0.3);
  memset(workspace, 0, sizeof workspace);
  lind_advance pack = {.time = all(0), .x = &x};
  for (int i = 1; i <= 8 * n; i++) {
    pack.target = all((double)i / n);
    advance(&hutchinson, frame, &loose, &pack);
    assert_all_ok(&pack);
  }
  assert_int_equal(pack.work.steps, 64 * n);
  return x.of[5];
}

static void order_is_six_with_delays(void **state) {
  (void)state;
  const double limit = hutchinson_after(256), coarse = fabs(hutchinson_after(4) - limit),
               middle = fabs(hutchinson_after(8) - limit);
  const double better = fabs(hutchinson_after(16) - limit);
  assert_true(log2(coarse / middle) > 5.5 && log2(coarse / middle) < 7.6);
  assert_true(log2(middle / better) > 5.5 && log2(middle / better) < 7.6);
}

/* x' = beta xd / (1 + xd^n) - gamma x. frame: beta, lag, gamma, n. Values: method of steps with Taylor series of order 34 in
 * arithmetic of 40 digits (two subdivisions agree to 20). */
static void glass_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  (void)self, (void)time;
  const lind_v8 before = lind_v8_load(&x[1]), power = lind_v8_pow(before, lind_v8_load(&frame[3]));
  const lind_v8 in = lind_v8_div(lind_v8_mul(lind_v8_load(&frame[0]), before), lind_v8_add(lind_v8_fill(1), power));
  lind_v8_store(dx, lind_v8_sub(in, lind_v8_mul(lind_v8_load(&frame[2]), lind_v8_load(x))));
}
static const lind_kernel glass = {
    .n_states = 1, .n_frame = 4, .rhs = glass_rhs, .n_delays = 1, .delayed = first_state, .delays = lag_of_frame};

static void mackey_and_glass(void **state) {
  (void)state;
  const double times[2][4] = {{10, 30, 60, 100}, {1, 3, 10, 20}};
  const double values[2][4] = {
      {0.65240429250500145, 1.0238382549950819, 0.82906727589340043, 1.0137240165241167},
      {0.81527446456336810, 1.1886972855271970, 1.1229567573441570, 1.0546984439520653},
  };
  const double set[2][5] = {{0.2, 17, 0.1, 10, 1.2}, {2, 2, 1, 9.65, 0.5}};
  lind_lane frame[4], x;
  lind_advance pack = {.time = all(0), .x = &x};
  for (int i = 0; i < LIND_LANES; i++) {
    for (int k = 0; k < 4; k++) frame[k].of[i] = set[i % 2][k];
    x.of[i] = set[i % 2][4];
  }
  for (int call = 0; call < 4; call++) {
    for (int i = 0; i < LIND_LANES; i++) pack.target.of[i] = times[i % 2][call];
    advance(&glass, frame, &fine, &pack);
    assert_all_ok(&pack);
    for (int i = 0; i < LIND_LANES; i++) assert_near(x.of[i], values[i % 2][call], 3e-8);
  }
  assert_true(fabs(x.of[1] - values[1][3]) > 0); /* errors grow: the answer is not a constant */
}

/* Looks are given the delayed state, too: here it is the state as it was seen one lag before. */
enum { LOOKS = 60 };
static double seen[LIND_LANES][LOOKS][2];
static void sees(void *context, lind_advance *pack, unsigned lanes, const lind_lane *x) {
  (void)context;
  for (int i = 0; i < LIND_LANES; i++) {
    if (!(lanes >> i & 1)) continue;
    const int n = (int)lround(pack->look.of[i] * 4);
    seen[i][n][0] = x[0].of[i], seen[i][n][1] = x[1].of[i];
    pack->look.of[i] = n + 1 < LOOKS ? 0.25 * (n + 1) : INFINITY;
  }
}

static void looks_are_given_the_past(void **state) {
  (void)state;
  lind_lane frame[2] = {all(0.8), all(1.5)}, x = all(1);
  lind_advance pack = {.time = all(0), .target = all(20), .x = &x, .seen = sees};
  advance(&echo, frame, &usual, &pack);
  for (int i = 0; i < LIND_LANES; i++)
    for (int n = 0; n < LOOKS; n++) {
      assert_near(seen[i][n][0], echo_exact(0.8, 1.5, 0.25 * n), 3e-6);
      assert_near(seen[i][n][1], n < 6 ? 1 : seen[i][n - 6][0], 1e-9);
    }
}

/* A lane is given to another patient (step = 0): nothing of the first is remembered. */
static void a_new_patient_has_another_past(void **state) {
  (void)state;
  lind_lane frame[2] = {all(0.5), all(1)}, x = all(1);
  lind_advance pack = {.time = all(0), .target = all(7.3), .x = &x};
  advance(&echo, frame, &usual, &pack);
  pack.step.of[2] = 0, pack.time.of[2] = 3, x.of[2] = 2;
  pack.target = all(12);
  advance(&echo, frame, &usual, &pack);
  for (int i = 0; i < LIND_LANES; i++) assert_near(x.of[i], i == 2 ? 2 * echo_exact(0.5, 1, 9) : echo_exact(0.5, 1, 12), 2e-6);
}

/* Two states, two lags: an oscillator that is held back by where it was. */
static void pair_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  (void)self, (void)time;
  const lind_v8 w = lind_v8_load(&frame[0]);
  lind_v8_store(&dx[0], lind_v8_sub(lind_v8_mul(w, lind_v8_load(&x[1])), lind_v8_mul(lind_v8_fill(0.2), lind_v8_load(&x[2]))));
  lind_v8_store(&dx[1], lind_v8_sub(lind_v8_neg(lind_v8_mul(w, lind_v8_load(&x[0]))), lind_v8_load(&x[3])));
}
static void pair_lags(const void *self, const lind_lane *frame, lind_lane *lag) {
  (void)self;
  lag[0] = frame[1], lag[1] = frame[2];
}
static const int both_states[] = {0, 1};
static const lind_kernel pair = {
    .n_states = 2, .n_frame = 3, .rhs = pair_rhs, .n_delays = 2, .delayed = both_states, .delays = pair_lags};

typedef struct trace {
  double x[12][2], step[12];
} trace;

static void run_pairs(const int number[LIND_LANES], trace *traces) {
  lind_lane frame[3], x[2] = {all(0), all(1)};
  lind_advance pack = {.time = all(0), .x = x};
  memset(workspace, 0xff, sizeof workspace); /* NaN: what an earlier pack left there */
  for (int i = 0; i < LIND_LANES; i++) {
    frame[0].of[i] = 1 + 0.1 * number[i], frame[1].of[i] = 1 + 0.07 * number[i], frame[2].of[i] = 0.4 + 0.03 * number[i];
    if (number[i] > 50) pack.status[i] = LIND_LANE_IDLE, frame[1].of[i] = NAN;
    if (number[i] > 30 && number[i] < 40) frame[2].of[i] = -1; /* stops at once */
  }
  for (int call = 0; call < 12; call++) {
    for (int i = 0; i < LIND_LANES; i++) {
      pack.target.of[i] = (1.1 + 0.05 * (number[i] % 7)) * (call + 1);
      if (call % 3 == number[i] % 3) x[0].of[i] += 0.5;
    }
    advance(&pair, frame, &usual, &pack);
    for (int i = 0; i < LIND_LANES; i++) {
      for (int k = 0; k < 2; k++) traces[i].x[call][k] = x[k].of[i];
      traces[i].step[call] = pack.step.of[i];
      if (number[i] > 30 && number[i] < 40) assert_int_equal(pack.status[i], LIND_LANE_NOT_FINITE);
    }
  }
}

static void neighbours_do_not_matter(void **state) {
  (void)state;
  trace straight[LIND_LANES], other[LIND_LANES];
  const int number[LIND_LANES] = {0, 1, 2, 3, 4, 5, 6, 7};
  run_pairs(number, straight);
  for (int i = 0; i < LIND_LANES; i++)
    assert_true(isfinite(straight[i].x[11][1]) && straight[i].x[11][0] != straight[i].x[10][0]);
  for (int turn = 1; turn < LIND_LANES; turn += 2)
    for (int shift = 0; shift < LIND_LANES; shift += 3) {
      int order[LIND_LANES];
      for (int i = 0; i < LIND_LANES; i++) order[i] = (turn * i + shift) % LIND_LANES;
      run_pairs(order, other);
      for (int i = 0; i < LIND_LANES; i++) assert_memory_equal(&other[i], &straight[order[i]], sizeof(trace));
    }
  for (int lane = 0; lane < LIND_LANES; lane++) {
    int beside[LIND_LANES] = {60, 35, 20, 60, 10, 11, 60, 36};
    beside[lane] = 5;
    run_pairs(beside, other);
    assert_memory_equal(&other[lane], &straight[5], sizeof(trace));
  }
}

/* A lag of a thousand steps: more than is kept. The lane stops and says so; one with a short lag goes on. */
static void what_is_forgotten_stops_the_lane(void **state) {
  (void)state;
  lind_lane frame[3] = {all(8), all(0.3), all(500)}, x[2] = {all(0), all(1)};
  frame[2].of[3] = 0.4;
  lind_advance pack = {.time = all(0), .target = all(600), .x = x};
  advance(&pair, frame, &usual, &pack);
  for (int i = 0; i < LIND_LANES; i++) {
    if (i == 3)
      assert_int_equal(pack.status[i], LIND_LANE_OK);
    else
      assert_int_equal(pack.status[i], LIND_LANE_HISTORY);
  }
  assert_true(pack.time.of[0] > 1 && pack.time.of[0] < 500);
}

static int clear(void **state) {
  (void)state;
  memset(workspace, 0, sizeof workspace);
  return 0;
}
#define test(name) cmocka_unit_test_setup(name, clear)

int main(void) {
  const struct CMUnitTest tests[] = {
      test(polynomials_are_followed), test(doses_echo),
      test(order_is_six_with_delays), test(mackey_and_glass),
      test(looks_are_given_the_past), test(a_new_patient_has_another_past),
      test(neighbours_do_not_matter), test(what_is_forgotten_stops_the_lane),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
