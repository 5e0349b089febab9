/* stepper_auto.c -- who takes a lane, when it is handed on, and that nobody else notices. */
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

static _Alignas(64) unsigned char memory[1 << 18];
static const lind_tolerance usual = {1e-6, 1e-9, 1e-10, 100000};

static void assert_near(double value, double expected, double absolute) {
  if (!(fabs(value - expected) <= absolute)) fail_msg("%.17g instead of %.17g", value, expected);
}

/* x' = -L (x - cos t) - sin t with its Jacobian: cos t however stiff */
static void track_jacobian(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *j) {
  (void)self, (void)time, (void)x;
  lind_v8_store(j, lind_v8_neg(lind_v8_load(frame)));
}
static void track_slope(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dt) {
  (void)self, (void)x;
  const lind_v8 t = lind_v8_load(time), rise = lind_v8_mul(lind_v8_load(frame), lind_v8_sin(t));
  lind_v8_store(dt, lind_v8_neg(lind_v8_add(rise, lind_v8_cos(t))));
}
static void track_factor(const void *self, const lind_lane *shift, const lind_lane *entries, lind_lane *factors) {
  (void)self;
  lind_v8_store(factors, lind_v8_div(lind_v8_fill(1), lind_v8_sub(lind_v8_load(shift), lind_v8_load(entries))));
}
static void track_solve(const void *self, const lind_lane *factors, lind_lane *b) {
  (void)self;
  lind_v8_store(b, lind_v8_mul(lind_v8_load(factors), lind_v8_load(b)));
}
static const lind_kernel tracks = {.n_states = 1,
                                   .n_frame = 1,
                                   .rhs = track_rhs,
                                   .n_entries = 1,
                                   .row = decay_place,
                                   .column = decay_place,
                                   .jacobian = track_jacobian,
                                   .slope = track_slope,
                                   .n_factors = 1,
                                   .factor = track_factor,
                                   .solve = track_solve};

static void fresh(size_t bytes) {
  assert_true(bytes <= sizeof memory);
  memset(memory, 0, sizeof memory);
}

/* ---- auto */

/* From lazy to 1e6 times stiffer in one pack: all are right, none is expensive. */
static void stiff_lanes_leave(void **state) {
  (void)state;
  lind_lane rate, x = all(1);
  for (int i = 0; i < LIND_LANES; i++) rate.of[i] = 0.1 * pow(10, i);
  lind_advance pack = {.time = all(0), .x = &x};
  fresh(lind_stepper_auto.bytes(&tracks));
  for (int call = 1; call <= 10; call++) {
    pack.target = all(5 * call);
    lind_stepper_auto.advance(&tracks, &rate, &usual, &pack, memory);
    for (int i = 0; i < LIND_LANES; i++) {
      assert_int_equal(pack.status[i], LIND_LANE_OK);
      assert_near(x.of[i], cos(5 * call), 1e-4);
    }
  }
  assert_true(pack.work.steps < 8 * 1000);
  assert_int_equal(pack.work.rescued, 0);
  lind_stepper_auto.release(&tracks, memory);
}

/* Steps that stability bounds are noticed over many short calls, too. */
static void short_calls_are_added_up(void **state) {
  (void)state;
  const lind_lane rate = all(1000); /* 24 steps a call */
  lind_lane x = all(1);
  lind_advance pack = {.time = all(0), .x = &x};
  fresh(lind_stepper_auto.bytes(&tracks));
  uint64_t steps[8];
  for (int call = 0; call < 8; call++) {
    const uint64_t before = pack.work.steps;
    pack.target = all(0.08 * (call + 1));
    lind_stepper_auto.advance(&tracks, &rate, &usual, &pack, memory);
    steps[call] = (pack.work.steps - before) / 8;
  }
  assert_true(steps[1] >= 16 && steps[7] < 16);
  assert_near(x.of[3], cos(0.64), 1e-5);
  lind_stepper_auto.release(&tracks, memory);
}

/* Where nothing is stiff and nothing linear is known, auto is rk to the bit. */
static void what_is_not_stiff_stays(void **state) {
  (void)state;
  lind_lane rate, x = all(1.5), y = all(1.5);
  for (int i = 0; i < LIND_LANES; i++) rate.of[i] = 0.2 * i;
  lind_advance pack = {.time = all(0), .x = &x}, plain = {.time = all(0), .x = &y};
  fresh(lind_stepper_auto.bytes(&tracks));
  static _Alignas(64) unsigned char other[1 << 12];
  assert_true(lind_stepper_rk.bytes(&tracks) <= sizeof other);
  for (int call = 1; call <= 10; call++) {
    pack.target = plain.target = all(3 * call);
    lind_stepper_auto.advance(&tracks, &rate, &usual, &pack, memory);
    lind_stepper_rk.advance(&tracks, &rate, &usual, &plain, other);
    assert_memory_equal(&x, &y, sizeof x);
    assert_memory_equal(&pack.step, &plain.step, sizeof pack.step);
  }
  lind_stepper_auto.release(&tracks, memory);
}

/* ---- rescue */

static const lind_tolerance hurried = {1e-6, 1e-9, 1e-10, 200};

static void rescue(const lind_kernel *kernel, const lind_lane *frame, lind_advance *pack) {
  lind_rescue_advance(&lind_stepper_rk, kernel, frame, &hurried, pack, memory);
}

static void cvode_takes_over_and_keeps(void **state) {
  (void)state;
  lind_lane rate = all(0.5), x = all(1);
  rate.of[3] = 1e5, rate.of[6] = 1e4;
  lind_advance pack = {.time = all(0), .target = all(5), .x = &x};
  fresh(lind_rescue_bytes(&lind_stepper_rk, &tracks));
  rescue(&tracks, &rate, &pack);
  assert_int_equal(pack.work.rescued, 2);
  assert_int_equal(pack.work.rejected + pack.work.steps > 2 * 200, 1);
  const uint64_t first = pack.work.steps;
  pack.target = all(10);
  rescue(&tracks, &rate, &pack);
  assert_int_equal(pack.work.rescued, 2); /* they are where they belong */
  assert_true(pack.work.steps - first < first / 2);
  for (int i = 0; i < LIND_LANES; i++) {
    assert_int_equal(pack.status[i], LIND_LANE_OK);
    assert_true(pack.time.of[i] == 10);
    assert_near(x.of[i], cos(10), 1e-4);
  }
  x.of[3] = 1, pack.time.of[3] = 0, pack.step.of[3] = 0; /* another patient, as stiff */
  rescue(&tracks, &rate, &pack);
  assert_int_equal(pack.work.rescued, 3);
  assert_near(x.of[3], cos(10), 1e-4);
  x.of[3] = 1, pack.time.of[3] = 0, pack.step.of[3] = 0, rate.of[3] = 1; /* one who is not */
  rescue(&tracks, &rate, &pack);
  assert_int_equal(pack.work.rescued, 3);
  assert_near(x.of[3], cos(10), 1e-4);
  pack.alone = 1, pack.step = all(0), pack.time = all(0), x = all(1); /* unless nobody is to */
  rate.of[3] = 1e5;
  rescue(&tracks, &rate, &pack);
  assert_int_equal(pack.work.rescued, 3);
  assert_int_equal(pack.status[3], LIND_LANE_STEPS);
  assert_int_equal(pack.status[2], LIND_LANE_OK);
  lind_rescue_release(&lind_stepper_rk, &tracks, memory);
}

/* Who comes after a lane that was handed on begins with the first engine, though the lane first rests for a call. */
static void a_rest_is_no_seat(void **state) {
  (void)state;
  lind_lane rate = all(0.5), x = all(1);
  rate.of[3] = 1e5;
  lind_advance pack = {.time = all(0), .target = all(5), .x = &x};
  fresh(lind_rescue_bytes(&lind_stepper_rk, &tracks));
  rescue(&tracks, &rate, &pack);
  assert_int_equal(pack.work.rescued, 1);
  pack.time.of[3] = pack.target.of[3] = pack.step.of[3] = 0;
  pack.target.of[2] = 6;
  rescue(&tracks, &rate, &pack);
  assert_true(pack.step.of[3] == 0);
  pack.target.of[3] = 5;
  rescue(&tracks, &rate, &pack);
  assert_int_equal(pack.work.rescued, 2); /* rk has tried again */
  lind_rescue_release(&lind_stepper_rk, &tracks, memory);
}

/* x = 1 / (2 - t^2): nobody passes the pole; the lane stops there, the others go on. */
static void what_nobody_can_is_data(void **state) {
  (void)state;
  const lind_lane unused = all(0);
  lind_lane x = all(0.5);
  lind_advance pack = {.time = all(0), .target = all(1), .x = &x};
  pack.target.of[2] = 2;
  pack.status[4] = LIND_LANE_STEPS; /* stopped before: stays so */
  fresh(lind_rescue_bytes(&lind_stepper_rk, &bend));
  rescue(&bend, &unused, &pack);
  assert_int_equal(pack.work.rescued, 1);
  assert_int_not_equal(pack.status[2], LIND_LANE_OK);
  assert_true(pack.time.of[2] > 1.414 && pack.time.of[2] < 1.4143);
  assert_int_equal(pack.status[4], LIND_LANE_STEPS);
  assert_true(x.of[4] == 0.5 && pack.time.of[4] == 0);
  assert_near(x.of[1], 1, 1e-5);
  const double stopped = pack.time.of[2];
  pack.target = all(1.2);
  rescue(&bend, &unused, &pack);
  assert_true(pack.time.of[2] == stopped);
  assert_near(x.of[1], 1 / (2 - 1.44), 1e-4);
  lind_rescue_release(&lind_stepper_rk, &bend, memory);
}

/* ---- looks and triggers pass from hand to hand */

static int looks[LIND_LANES];

static void sees(void *context, lind_advance *pack, unsigned lanes, const lind_lane *x) {
  (void)context;
  for (int i = 0; i < LIND_LANES; i++) {
    if (!(lanes >> i & 1)) continue;
    assert_near(x->of[i], cos(pack->look.of[i]), 1e-4);
    pack->look.of[i] = 0.01 * ++looks[i];
  }
}

static void clock_strikes(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *g) {
  (void)self, (void)frame, (void)x;
  lind_v8_store(g, lind_v8_sub(lind_v8_load(time), lind_v8_fill(2.5)));
}

static void each_look_is_taken_once(void **state) {
  (void)state;
  lind_kernel striking = tracks;
  striking.n_triggers = 1, striking.triggers = clock_strikes;
  lind_lane rate, x = all(1);
  for (int i = 0; i < LIND_LANES; i++) rate.of[i] = pow(10, i), looks[i] = 0;
  lind_advance pack = {.time = all(0), .target = all(5), .x = &x, .look = all(0), .seen = sees};
  fresh(lind_rescue_bytes(&lind_stepper_rk, &striking));
  rescue(&striking, &rate, &pack);
  for (int i = 0; i < LIND_LANES; i++) {
    assert_int_equal(pack.trigger[i], 0);
    assert_near(pack.time.of[i], 2.5, 1e-13);
  }
  rescue(&striking, &rate, &pack);
  assert_true(pack.work.rescued >= 4);
  for (int i = 0; i < LIND_LANES; i++) {
    assert_true(pack.time.of[i] == 5 && pack.trigger[i] == LIND_TRIGGER_NONE);
    assert_int_equal(looks[i], 501);
  }
  lind_rescue_release(&lind_stepper_rk, &striking, memory);
}

/* ---- neighbours */

enum { CALLS = 6 };
typedef struct life {
  double x[CALLS], time[CALLS], step[CALLS];
  int status[CALLS];
} life;

/* Patient p: stiffness, doses and calls of p's own; every third one breaks down on the way. Runs in whatever is in `memory`. */
static void live(const lind_stepper *stepper, const int patient[LIND_LANES], life lives[LIND_LANES]) {
  lind_lane rate, x = all(1);
  lind_advance pack = {.time = all(0), .x = &x};
  for (int i = 0; i < LIND_LANES; i++) {
    rate.of[i] = pow(10, patient[i] % 8 - 1);
    if (patient[i] > 50) pack.status[i] = LIND_LANE_IDLE;
  }
  for (int call = 0; call < CALLS; call++) {
    for (int i = 0; i < LIND_LANES; i++) {
      pack.target.of[i] = (call + 1) * (1 + 0.3 * (patient[i] % 5));
      if (patient[i] % 3 == 2 && call == 4) x.of[i] = NAN;
    }
    if (stepper == &lind_stepper_auto)
      stepper->advance(&tracks, &rate, &hurried, &pack, memory);
    else
      lind_rescue_advance(stepper, &tracks, &rate, &hurried, &pack, memory);
    for (int i = 0; i < LIND_LANES; i++) {
      lives[i].x[call] = x.of[i], lives[i].time[call] = pack.time.of[i], lives[i].step[call] = pack.step.of[i];
      lives[i].status[call] = (int)pack.status[i];
    }
  }
}

static void who_sits_or_sat_there_does_not_matter(void **state) {
  (void)state;
  static const lind_stepper *const steppers[] = {&lind_stepper_auto, &lind_stepper_rk};
  for (int e = 0; e < 2; e++) {
    const int number[LIND_LANES] = {0, 1, 2, 3, 4, 5, 6, 7};
    life straight[LIND_LANES], turned[LIND_LANES];
    fresh(e == 0 ? lind_stepper_auto.bytes(&tracks) : lind_rescue_bytes(steppers[e], &tracks));
    live(steppers[e], number, straight);
    for (int shift = 0; shift < LIND_LANES; shift++)
      for (int ghosts = 0; ghosts < 3; ghosts++) { /* the same workspace, where other patients have been */
        int order[LIND_LANES];
        for (int i = 0; i < LIND_LANES; i++) order[i] = ghosts && i % 3 < ghosts ? 60 + i : (3 * i + shift) % LIND_LANES;
        live(steppers[e], order, turned);
        for (int i = 0; i < LIND_LANES; i++)
          if (order[i] < 8) assert_memory_equal(&turned[i], &straight[order[i]], sizeof(life));
      }
    assert_int_equal(straight[5].status[CALLS - 1], LIND_LANE_NOT_FINITE);
    assert_int_equal(straight[6].status[CALLS - 1], LIND_LANE_OK);
    assert_near(straight[6].x[CALLS - 1], cos(straight[6].time[CALLS - 1]), 1e-4);
    if (e == 0)
      lind_stepper_auto.release(&tracks, memory);
    else
      lind_rescue_release(steppers[e], &tracks, memory);
  }
}

/* ---- words */

static void track_diffusion(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *g) {
  (void)self, (void)time, (void)frame, (void)x;
  g[0] = g[1] = all(0);
}
static void track_delays(const void *self, const lind_lane *frame, lind_lane *lag) {
  (void)self, (void)frame;
  lag[0] = all(1);
}
static void track_coefficients(const void *self, const lind_lane *frame, lind_lane *a, lind_lane *b) {
  (void)self, (void)frame;
  a[0] = all(-1), b[0] = all(0);
}

static void it_says_what_it_picked(void **state) {
  (void)state;
  char text[250];
  static const int noisy_place[] = {0};
  lind_kernel noisy = tracks, late = tracks, linear = tracks;
  noisy.n_noises = 1, noisy.noisy = noisy_place, noisy.diffusion = track_diffusion;
  late.n_delays = 1, late.delayed = noisy_place, late.delays = track_delays;
  linear.n_linear = 1, linear.linear = noisy_place, linear.coefficients = track_coefficients;
  assert_ptr_equal(strstr(lind_stepper_choice(&lind_stepper_auto, &tracks, text, sizeof text), "rk (not linear); "), text);
  assert_non_null(strstr(text, "for a patient who turns out stiff"));
  assert_string_equal(lind_stepper_choice(&lind_stepper_rk, &tracks, text, sizeof text),
                      "rk (as asked for); cvode where that fails");
  assert_string_equal(lind_stepper_choice(&lind_stepper_cvode, &tracks, text, sizeof text), "cvode (as asked for)");
  assert_string_equal(lind_stepper_choice(&lind_stepper_auto, &noisy, text, sizeof text), "milstein (noise in 1 of 1 states)");
  assert_string_equal(lind_stepper_choice(&lind_stepper_auto, &late, text, sizeof text), "rk (delays)");
  assert_string_equal(lind_stepper_choice(&lind_stepper_auto, &linear, text, sizeof text),
                      "exact (linear); cvode where that fails");
  noisy.n_delays = 1;
  assert_string_equal(lind_stepper_auto.refuses(&noisy), "no engine takes this kind of system");
  assert_null(lind_stepper_auto.refuses(&tracks));
  char small[12];
  assert_string_equal(lind_stepper_choice(&lind_stepper_rk, &tracks, small, sizeof small), "rk (as aske");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(stiff_lanes_leave),       cmocka_unit_test(short_calls_are_added_up),
      cmocka_unit_test(what_is_not_stiff_stays), cmocka_unit_test(cvode_takes_over_and_keeps),
      cmocka_unit_test(a_rest_is_no_seat),       cmocka_unit_test(what_nobody_can_is_data),
      cmocka_unit_test(each_look_is_taken_once), cmocka_unit_test(who_sits_or_sat_there_does_not_matter),
      cmocka_unit_test(it_says_what_it_picked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
