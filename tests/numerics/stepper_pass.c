/* stepper_pass.c -- looks by dense output, state events and infusions, shown with the explicit engine against closed forms. */
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

enum { MOST_LOOKS = 400, MOST_STATES = 4 };
static _Alignas(64) unsigned char workspace[1 << 16];
static const lind_tolerance usual = {1e-6, 1e-9, 1e-9, 100000}, fine = {1e-11, 1e-12, 1e-9, 100000};

static void advance(const lind_kernel *kernel, const lind_lane *frame, const lind_tolerance *tolerance, lind_advance *pack) {
  assert_true(lind_stepper_rk.bytes(kernel) <= sizeof workspace);
  lind_stepper_rk.advance(kernel, frame, tolerance, pack, workspace);
}

static void assert_near(double value, double expected, double absolute) {
  if (!(fabs(value - expected) <= absolute)) fail_msg("%.17g instead of %.17g", value, expected);
}

static void assert_there(const lind_advance *pack, int lane) {
  assert_int_equal(pack->status[lane], LIND_LANE_OK);
  assert_int_equal(pack->trigger[lane], LIND_TRIGGER_NONE);
  assert_true(pack->time.of[lane] == pack->target.of[lane]);
}

/* ---- who looks: every `every` h, from pack->look on */

typedef struct onlooker {
  int n_states;
  double every[LIND_LANES];
  int n[LIND_LANES];
  double time[LIND_LANES][MOST_LOOKS], x[LIND_LANES][MOST_LOOKS][MOST_STATES];
} onlooker;

static void onlooker_sees(void *context, lind_advance *pack, unsigned lanes, const lind_lane *x) {
  onlooker *o = context;
  assert_true(lanes != 0 && lanes < 256);
  for (int i = 0; i < LIND_LANES; i++) {
    if (!(lanes >> i & 1)) continue;
    assert_true(o->n[i] < MOST_LOOKS);
    o->time[i][o->n[i]] = pack->look.of[i];
    for (int k = 0; k < o->n_states; k++) o->x[i][o->n[i]][k] = x[k].of[i];
    pack->look.of[i] = o->every[i] > 0 ? pack->look.of[i] + o->every[i] : INFINITY;
    o->n[i]++;
  }
}

static onlooker seen; /* of the test that runs */

static void watch(lind_advance *pack, int n_states, double first, double every) {
  memset(&seen, 0, sizeof seen);
  seen.n_states = n_states;
  for (int i = 0; i < LIND_LANES; i++) seen.every[i] = every;
  pack->look = all(first), pack->seen = onlooker_sees, pack->context = &seen;
}

/* A look costs accuracy within the tolerance and nothing else: the lanes end at the same bits after the same work. */
static void looks_do_not_disturb(void **state) {
  (void)state;
  lind_lane w, x[2] = {all(0), all(1)}, y[2] = {all(0), all(1)};
  for (int i = 0; i < LIND_LANES; i++) w.of[i] = 0.1 * (i + 1);
  lind_advance alone = {.time = all(0), .target = all(30), .x = x}, seen_pack = {.time = all(0), .target = all(30), .x = y};
  advance(&oscillator, &w, &usual, &alone);
  watch(&seen_pack, 2, 0, 0.25);
  advance(&oscillator, &w, &usual, &seen_pack);
  assert_memory_equal(x, y, sizeof x);
  assert_memory_equal(&alone.step, &seen_pack.step, sizeof alone.step);
  assert_int_equal(alone.work.steps, seen_pack.work.steps);
  for (int i = 0; i < LIND_LANES; i++) {
    assert_there(&seen_pack, i);
    assert_int_equal(seen.n[i], 121); /* the start, each quarter, the target */
    for (int k = 0; k < 121; k++) {
      assert_true(seen.time[i][k] == 0.25 * k);
      assert_near(seen.x[i][k][0], sin(w.of[i] * 0.25 * k), 3e-5);
      assert_near(seen.x[i][k][1], cos(w.of[i] * 0.25 * k), 3e-5);
    }
    assert_true(seen.x[i][0][0] == 0 && seen.x[i][0][1] == 1);                       /* at the start: the state itself */
    assert_true(seen.x[i][120][0] == y[0].of[i] && seen.x[i][120][1] == y[1].of[i]); /* at the target: the state itself */
  }
}

/* The same looks, once by dense output, once by stepping onto each. */
static void looks_agree_with_steps(void **state) {
  (void)state;
  lind_lane frame[DRUG_FRAME], x[DRUG_STATES], y[DRUG_STATES];
  for (int i = 0; i < LIND_LANES; i++) drug_patient(i, frame, x, i);
  memcpy(y, x, sizeof y);
  lind_advance looks = {.time = all(0), .target = all(24), .x = x}, steps = {.time = all(0), .x = y};
  watch(&looks, DRUG_STATES, 0.5, 0.5);
  advance(&drug, frame, &usual, &looks);
  for (int k = 0; k < 48; k++) {
    steps.target = all(0.5 * (k + 1));
    advance(&drug, frame, &fine, &steps);
    for (int i = 0; i < LIND_LANES; i++)
      for (int s = 0; s < DRUG_STATES; s++) assert_near(seen.x[i][k][s], y[s].of[i], 5e-6 * (1 + fabs(y[s].of[i])));
  }
  for (int i = 0; i < LIND_LANES; i++) assert_int_equal(seen.n[i], 48);
}

static void each_lane_looks_when_it_likes(void **state) {
  (void)state;
  const lind_lane k = all(0.3);
  lind_lane x = all(100);
  lind_advance pack = {.time = all(0), .target = all(8), .x = &x};
  watch(&pack, 1, 1, 0);
  for (int i = 0; i < LIND_LANES; i++) pack.look.of[i] = 0.7 * (i + 1), seen.every[i] = i % 2 ? 0 : 0.02;
  pack.look.of[7] = INFINITY;
  pack.target.of[6] = 0;
  advance(&decay, &k, &usual, &pack);
  for (int i = 0; i < LIND_LANES; i++) {
    for (int n = 0; n < seen.n[i] && n < 3; n++) assert_near(seen.x[i][n][0], 100 * exp(-0.3 * seen.time[i][n]), 1e-3);
    if (i % 2 && i < 7) assert_int_equal(seen.n[i], 1);
    seen.n[i] = 0;
  }
  assert_true(pack.look.of[7] == INFINITY && pack.look.of[6] == 0.7 * 7);
}

/* ---- infusions */

/* x' = -k x + r: the closed form of an infusion, then of what it leaves behind. */
static void an_infusion_is_added_to_the_rates(void **state) {
  (void)state;
  lind_lane k, rate, x = all(5);
  for (int i = 0; i < LIND_LANES; i++) k.of[i] = 0.05 * (i + 1), rate.of[i] = 10 * i;
  lind_advance pack = {.time = all(0), .target = all(4), .x = &x, .input = &rate};
  watch(&pack, 1, 1, 1);
  advance(&decay, &k, &usual, &pack);
  for (int i = 0; i < LIND_LANES; i++)
    for (int n = 0; n < 4; n++) {
      const double left = exp(-k.of[i] * (n + 1)), level = rate.of[i] / k.of[i];
      assert_near(seen.x[i][n][0], 5 * left + level * (1 - left), 2e-5 * (5 + 4 * rate.of[i]));
    }
  lind_lane before = x;
  pack.input = NULL, pack.target = all(10);
  advance(&decay, &k, &usual, &pack);
  for (int i = 0; i < LIND_LANES; i++) assert_near(x.of[i], before.of[i] * exp(-k.of[i] * 6), 2e-5 * before.of[i]);
}

/* ---- events */

/* decay falls below frame[1] */
static void below_triggers(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *g) {
  (void)self, (void)time;
  lind_v8_store(g, lind_v8_sub(lind_v8_load(&frame[1]), lind_v8_load(x)));
}
static const lind_kernel below = {.n_states = 1, .n_frame = 2, .rhs = decay_rhs, .n_triggers = 1, .triggers = below_triggers};

static double worst_fall(const lind_tolerance *tolerance) {
  lind_lane frame[2], x = all(100);
  double worst = 0;
  for (int i = 0; i < LIND_LANES; i++) frame[0].of[i] = 0.1 * (i + 1), frame[1].of[i] = 90 / (1. + i);
  lind_advance pack = {.time = all(2), .target = all(200), .x = &x};
  advance(&below, frame, tolerance, &pack);
  for (int i = 0; i < LIND_LANES; i++) {
    const double falls = 2 + log(100 / frame[1].of[i]) / frame[0].of[i];
    assert_int_equal(pack.trigger[i], 0);
    assert_int_equal(pack.status[i], LIND_LANE_OK);
    assert_true(x.of[i] < frame[1].of[i]); /* behind the root, just */
    assert_near(x.of[i], frame[1].of[i], 1e-11 * frame[1].of[i]);
    worst = fmax(worst, fabs(pack.time.of[i] - falls) / falls);
  }
  return worst;
}

static void a_fall_below_a_threshold_is_timed(void **state) {
  (void)state;
  const lind_tolerance middle = {1e-8, 1e-9, 1e-9, 100000};
  assert_true(worst_fall(&usual) < 1e-7);
  assert_true(worst_fall(&middle) < 1e-9);
  assert_true(worst_fall(&fine) < 5e-12);
}

/* Resting lanes and lanes that stay away from the threshold have no event; one that starts behind it has none until it returns.
 */
static void what_is_already_past_does_not_fire(void **state) {
  (void)state;
  lind_lane frame[2] = {all(0.2), all(50)}, x = all(40), rate = all(0);
  rate.of[1] = 12; /* towards 60, above the threshold */
  lind_advance pack = {.time = all(0), .target = all(20), .x = &x, .input = &rate};
  x.of[2] = 100, pack.target.of[2] = 1; /* does not get there */
  x.of[3] = 100, pack.target.of[3] = 0; /* rests */
  advance(&below, frame, &usual, &pack);
  assert_there(&pack, 0), assert_there(&pack, 1), assert_there(&pack, 2), assert_there(&pack, 3);
  assert_true(x.of[1] > 50);
  rate.of[1] = 0, pack.target = all(40);
  const double from = x.of[1];
  advance(&below, frame, &usual, &pack);
  assert_int_equal(pack.trigger[1], 0);
  assert_near(pack.time.of[1], 20 + log(from / 50) / 0.2, 1e-5);
  assert_there(&pack, 0);
}

static void looks_stop_at_the_event(void **state) {
  (void)state;
  lind_lane frame[2] = {all(0.2), all(50)}, x = all(100);
  const double falls = log(2) / 0.2;
  lind_advance pack = {.time = all(0), .target = all(20), .x = &x};
  watch(&pack, 1, 0.1, 0.1);
  advance(&below, frame, &usual, &pack);
  for (int i = 0; i < LIND_LANES; i++) {
    assert_int_equal(pack.trigger[i], 0);
    assert_int_equal(seen.n[i], (int)floor(falls / 0.1));
    assert_true(pack.look.of[i] > pack.time.of[i]);
    for (int n = 0; n < seen.n[i]; n++) assert_true(seen.x[i][n][0] >= 50);
  }
  x = all(100); /* the caller's reset, then on */
  pack.target = pack.look;
  advance(&below, frame, &usual, &pack);
  for (int i = 0; i < LIND_LANES; i++) {
    assert_there(&pack, i);
    assert_near(seen.x[i][seen.n[i] - 1][0], 100 * exp(-0.2 * (0.1 * 35 - falls)), 1e-2);
  }
}

/* A ball: height, speed. It bounces with 0.8 of its speed: after the first fall from height h0 at t0 = sqrt(2 h0 / g), bounce n
 * is at t0 (1 + 2 (0.8 + ... + 0.8^n)). */
static void ball_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  (void)self, (void)time;
  dx[0] = x[1];
  lind_v8_store(&dx[1], lind_v8_neg(lind_v8_load(frame)));
}
static void ball_triggers(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *g) {
  (void)self, (void)time, (void)frame;
  lind_v8_store(g, lind_v8_neg(lind_v8_load(x)));
}
static const lind_kernel ball = {.n_states = 2, .n_frame = 1, .rhs = ball_rhs, .n_triggers = 1, .triggers = ball_triggers};

static void a_ball_bounces_in_time(void **state) {
  (void)state;
  lind_lane gravity, x[2] = {all(1), all(0)};
  for (int i = 0; i < LIND_LANES; i++) gravity.of[i] = 9.81 / (1 + i);
  lind_advance pack = {.time = all(0), .target = all(1e9), .x = x};
  double sum = 1;
  for (int n = 0; n < 25; n++) {
    if (n > 0) sum += 2 * pow(0.8, n);
    advance(&ball, &gravity, &usual, &pack);
    for (int i = 0; i < LIND_LANES; i++) {
      const double first = sqrt(2 / gravity.of[i]);
      assert_int_equal(pack.trigger[i], 0);
      assert_near(pack.time.of[i], first * sum, 1e-10 * first * sum);
      assert_near(x[1].of[i], -gravity.of[i] * first * pow(0.8, n), 1e-9);
      x[1].of[i] *= -0.8; /* the height stays below 0 by a rounding error: it is past the trigger until it rises */
    }
  }
}

/* Two alarms on the sine, one on the clock. */
static void wave_triggers(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *g) {
  (void)self, (void)frame;
  const lind_v8 sine = lind_v8_load(&x[0]);
  lind_v8_store(&g[0], lind_v8_sub(sine, lind_v8_fill(0.75)));
  lind_v8_store(&g[1], lind_v8_sub(lind_v8_fill(-0.5), sine));
  lind_v8_store(&g[2], lind_v8_sub(lind_v8_load(time), lind_v8_fill(3)));
}
static const lind_kernel wave = {.n_states = 2, .n_frame = 1, .rhs = oscillator_rhs, .n_triggers = 3, .triggers = wave_triggers};

static void the_first_of_several_fires(void **state) {
  (void)state;
  const lind_lane w = all(1);
  lind_lane x[2] = {all(0), all(1)};
  lind_advance pack = {.time = all(0), .target = all(19), .x = x};
  const double up = asin(0.75), down = M_PI + M_PI / 6;
  const double when[] = {up, 3, down, up + 2 * M_PI, down + 2 * M_PI, up + 4 * M_PI, down + 4 * M_PI};
  const int which[] = {0, 2, 1, 0, 1, 0, 1};
  for (int n = 0; n < 7; n++) {
    advance(&wave, &w, &fine, &pack);
    for (int i = 0; i < LIND_LANES; i++) {
      assert_int_equal(pack.trigger[i], which[n]);
      assert_near(pack.time.of[i], when[n], which[n] == 2 ? 1e-14 : 1e-9);
    }
  }
  advance(&wave, &w, &fine, &pack);
  assert_there(&pack, 4);
}

static void an_event_at_the_target_fires(void **state) {
  (void)state;
  const lind_lane w = all(1e-3);
  lind_lane x[2] = {all(0), all(1)};
  lind_advance pack = {.time = all(0), .target = all(nextafter(3, 4)), .x = x};
  pack.target.of[3] = 3;
  advance(&wave, &w, &usual, &pack);
  for (int i = 0; i < LIND_LANES; i++) {
    assert_int_equal(pack.trigger[i], i == 3 ? LIND_TRIGGER_NONE : 2);
    assert_true(pack.time.of[i] == pack.target.of[i]);
  }
}

/* ---- neighbours: looks and events of a patient are the same bits in every lane, beside whomever */

typedef struct trace {
  int n, trigger[20];
  double end[20], x[20][MOST_STATES], seen[MOST_LOOKS][MOST_STATES];
} trace;

static void run_waves(const int number[LIND_LANES], trace *traces) {
  lind_lane w, x[2] = {all(0), all(1)};
  lind_advance pack = {.time = all(0), .x = x};
  memset(traces, 0, LIND_LANES * sizeof *traces);
  watch(&pack, 2, 0, 0);
  for (int i = 0; i < LIND_LANES; i++) {
    w.of[i] = 0.4 + 0.31 * number[i], pack.target.of[i] = 12 + number[i] % 3;
    pack.look.of[i] = 0.1 * number[i], seen.every[i] = 0.3 + 0.05 * number[i];
    if (number[i] > 50) pack.status[i] = LIND_LANE_IDLE, w.of[i] = NAN;
    if (number[i] > 30) x[0].of[i] = 1e300;
  }
  for (int call = 0; call < 20; call++) {
    advance(&wave, &w, &usual, &pack);
    for (int i = 0; i < LIND_LANES; i++) {
      traces[i].trigger[call] = pack.trigger[i], traces[i].end[call] = pack.time.of[i];
      for (int k = 0; k < 2; k++) traces[i].x[call][k] = x[k].of[i];
    }
  }
  for (int i = 0; i < LIND_LANES; i++) {
    traces[i].n = seen.n[i];
    memcpy(traces[i].seen, seen.x[i], sizeof traces[i].seen);
  }
}

static void neighbours_do_not_matter(void **state) {
  (void)state;
  static trace straight[LIND_LANES], other[LIND_LANES];
  const int number[LIND_LANES] = {0, 1, 2, 3, 4, 5, 6, 7};
  run_waves(number, straight);
  for (int i = 0; i < LIND_LANES; i++)
    assert_true(straight[i].n > 10 && straight[i].trigger[0] == 0 && straight[i].trigger[2] >= 0);
  for (int turn = 1; turn < LIND_LANES; turn += 2)
    for (int shift = 0; shift < LIND_LANES; shift++) {
      int order[LIND_LANES];
      for (int i = 0; i < LIND_LANES; i++) order[i] = (turn * i + shift) % LIND_LANES;
      run_waves(order, other);
      for (int i = 0; i < LIND_LANES; i++) assert_memory_equal(&other[i], &straight[order[i]], sizeof(trace));
    }
  for (int lane = 0; lane < LIND_LANES; lane++) {
    int beside[LIND_LANES] = {60, 40, 20, 60, 10, 11, 60, 41};
    beside[lane] = 5;
    run_waves(beside, other);
    assert_memory_equal(&other[lane], &straight[5], sizeof(trace));
  }
}

static int clear(void **state) {
  (void)state;
  memset(workspace, 0, sizeof workspace);
  return 0;
}
#define test(name) cmocka_unit_test_setup(name, clear)

int main(void) {
  const struct CMUnitTest tests[] = {
      test(looks_do_not_disturb),
      test(looks_agree_with_steps),
      test(each_lane_looks_when_it_likes),
      test(an_infusion_is_added_to_the_rates),
      test(a_fall_below_a_threshold_is_timed),
      test(what_is_already_past_does_not_fire),
      test(looks_stop_at_the_event),
      test(a_ball_bounces_in_time),
      test(the_first_of_several_fires),
      test(an_event_at_the_target_fires),
      test(neighbours_do_not_matter),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
