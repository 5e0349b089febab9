/* stepper_cvode.c -- CVODE as an engine: closed forms, looks, triggers, statuses, and what may and may not be remembered. */
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

static _Alignas(64) unsigned char memory[1 << 16];
static const lind_tolerance usual = {1e-8, 1e-10, 1e-12, 100000};

static void assert_near(double value, double expected, double absolute) {
  if (!(fabs(value - expected) <= absolute)) fail_msg("%.17g instead of %.17g", value, expected);
}

/* A workspace of its own for each test. */
static void fresh(const lind_kernel *kernel) {
  assert_true(lind_stepper_cvode.bytes(kernel) <= sizeof memory);
  memset(memory, 0, sizeof memory);
}

static void advance(const lind_kernel *kernel, const lind_lane *frame, lind_advance *pack) {
  lind_stepper_cvode.advance(kernel, frame, &usual, pack, memory);
}

static void done(const lind_kernel *kernel) { lind_stepper_cvode.release(kernel, memory); }

/* ---- looks: x' = -k x + r from 5, looked at each quarter */

typedef struct onlooker {
  int n[LIND_LANES];
  double x[LIND_LANES][200], every;
} onlooker;

static void sees(void *context, lind_advance *pack, unsigned lanes, const lind_lane *x) {
  onlooker *o = context;
  for (int i = 0; i < LIND_LANES; i++) {
    if (!(lanes >> i & 1)) continue;
    assert_true(o->n[i] < 200);
    o->x[i][o->n[i]++] = x[0].of[i];
    pack->look.of[i] = o->every * o->n[i];
  }
}

static void lanes_infusions_and_looks(void **state) {
  (void)state;
  static onlooker seen = {.every = 0.25};
  lind_lane k, rate, x = all(5);
  for (int i = 0; i < LIND_LANES; i++) k.of[i] = 0.1 * (i + 1), rate.of[i] = 3 * i;
  lind_advance pack = {
      .time = all(0), .target = all(10), .x = &x, .input = &rate, .look = all(0), .seen = sees, .context = &seen};
  pack.target.of[6] = 0;
  pack.status[7] = LIND_LANE_IDLE;
  fresh(&decay);
  advance(&decay, &k, &pack);
  for (int i = 0; i < 6; i++) {
    assert_int_equal(seen.n[i], 41); /* the start, each quarter, the target */
    assert_true(pack.time.of[i] == 10 && pack.status[i] == LIND_LANE_OK && pack.step.of[i] > 0);
    for (int n = 0; n < 41; n++) {
      const double left = exp(-k.of[i] * 0.25 * n), level = rate.of[i] / k.of[i];
      assert_near(seen.x[i][n], 5 * left + level * (1 - left), 1e-6 * (5 + level));
    }
    assert_true(seen.x[i][0] == 5 && seen.x[i][40] == x.of[i]);
  }
  assert_true(seen.n[6] == 0 && seen.n[7] == 0 && x.of[6] == 5 && x.of[7] == 5);
  assert_true(pack.work.steps > 0 && pack.work.rhs >= pack.work.steps);
  done(&decay);
}

/* ---- triggers: a clock that is set back when it strikes */

static void clock_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  (void)self, (void)time, (void)x;
  dx[0] = frame[0];
}
static void clock_triggers(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *g) {
  (void)self, (void)frame;
  lind_v8_store(&g[0], lind_v8_sub(lind_v8_load(time), lind_v8_fill(7.5)));
  lind_v8_store(&g[1], lind_v8_sub(lind_v8_load(x), lind_v8_fill(1)));
}
static const lind_kernel striking = {.n_states = 1, .n_frame = 1, .rhs = clock_rhs, .n_triggers = 2, .triggers = clock_triggers};

static void a_clock_strikes(void **state) {
  (void)state;
  lind_lane speed, x = all(0);
  int strikes[LIND_LANES] = {0}, noon[LIND_LANES] = {0};
  for (int i = 0; i < LIND_LANES; i++) speed.of[i] = 0.3 + 0.1 * i;
  lind_advance pack = {.time = all(0), .target = all(20.1), .x = &x};
  fresh(&striking);
  for (int call = 0; call < 40; call++) {
    advance(&striking, &speed, &pack);
    for (int i = 0; i < LIND_LANES; i++) {
      assert_int_equal(pack.status[i], LIND_LANE_OK);
      if (pack.trigger[i] == 1) assert_near(pack.time.of[i] * speed.of[i], ++strikes[i], 1e-9), x.of[i] = 0;
      if (pack.trigger[i] == 0) assert_near(pack.time.of[i], 7.5, 1e-13), noon[i]++;
    }
  }
  for (int i = 0; i < LIND_LANES; i++) {
    assert_int_equal(strikes[i], (int)(20.1 * speed.of[i]));
    assert_int_equal(noon[i], 1);
    assert_true(pack.time.of[i] == 20.1 && pack.trigger[i] == LIND_TRIGGER_NONE);
  }
  done(&striking);
}

/* ---- statuses */

/* x = 1 / (2 - t^2): the pole stops the lane with its last good state, the limit of steps stops it earlier. */
static void a_lane_stops_with_its_last_good_state(void **state) {
  (void)state;
  const lind_lane unused = all(0);
  lind_lane x = all(0.5);
  lind_advance pack = {.time = all(0), .target = all(2), .x = &x};
  x.of[1] = NAN;
  pack.target.of[2] = 1;
  fresh(&bend);
  advance(&bend, &unused, &pack);
  assert_true(pack.status[0] == LIND_LANE_STEP_SIZE || pack.status[0] == LIND_LANE_NOT_FINITE);
  assert_true(pack.time.of[0] > 1.41421 && pack.time.of[0] < 1.41422 && x.of[0] > 1e4 && isfinite(x.of[0]));
  assert_int_equal(pack.status[1], LIND_LANE_NOT_FINITE);
  assert_true(pack.time.of[1] == 0);
  assert_int_equal(pack.status[2], LIND_LANE_OK);
  assert_near(x.of[2], 1, 1e-6);
  const lind_tolerance hurried = {1e-8, 1e-10, 1e-12, 12};
  lind_advance second = {.time = all(0), .target = all(1), .x = &x};
  x = all(0.5);
  lind_stepper_cvode.advance(&bend, &unused, &hurried, &second, memory);
  for (int i = 0; i < LIND_LANES; i++) {
    assert_int_equal(second.status[i], LIND_LANE_STEPS);
    assert_true(second.time.of[i] > 0 && second.time.of[i] < 1);
    assert_near(x.of[i], 1 / (2 - second.time.of[i] * second.time.of[i]), 1e-6);
  }
  assert_int_equal(second.work.steps + second.work.rejected, 8 * 12);
  done(&bend);
}

static void undefined_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  (void)self, (void)frame, (void)x; /* defined up to time 1 */
  lind_v8_store(dx, lind_v8_log(lind_v8_sub(lind_v8_fill(1), lind_v8_load(time))));
}
static void not_finite_has_its_status(void **state) {
  (void)state;
  static const lind_kernel undefined = {.n_states = 1, .rhs = undefined_rhs};
  lind_lane x = all(0);
  lind_advance pack = {.time = all(0), .target = all(3), .x = &x};
  pack.time.of[5] = 2;
  fresh(&undefined);
  advance(&undefined, NULL, &pack);
  for (int i = 0; i < LIND_LANES; i++) assert_int_equal(pack.status[i], LIND_LANE_NOT_FINITE);
  assert_true(pack.time.of[0] > 0.99 && pack.time.of[0] <= 1 && pack.time.of[5] == 2);
  done(&undefined);
}

static void no_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  (void)self, (void)time, (void)frame, (void)x, (void)dx;
}
static void seven_triggers(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *g) {
  (void)self, (void)frame, (void)x;
  lind_v8_store(g, lind_v8_sub(lind_v8_load(time), lind_v8_fill(7)));
}
static const lind_kernel empty = {.n_states = 0, .rhs = no_rhs, .n_triggers = 1, .triggers = seven_triggers};

/* One unit in the last place of time further; no states at all: nothing to integrate, and still there. */
static void nothing_to_integrate(void **state) {
  (void)state;
  const lind_lane k = all(1);
  lind_lane x = all(3);
  lind_advance pack = {.time = all(1000), .target = all(nextafter(1000, 2000)), .x = &x};
  fresh(&decay);
  advance(&decay, &k, &pack);
  assert_true(pack.time.of[0] > 1000 && pack.status[0] == LIND_LANE_OK && x.of[0] == 3);
  done(&decay);
  lind_advance waits = {.time = all(0), .target = all(10)};
  fresh(&empty);
  advance(&empty, NULL, &waits);
  for (int i = 0; i < LIND_LANES; i++) assert_int_equal(waits.trigger[i], 0), assert_near(waits.time.of[i], 7, 1e-13);
  advance(&empty, NULL, &waits);
  for (int i = 0; i < LIND_LANES; i++) assert_true(waits.time.of[i] == 10 && waits.status[i] == LIND_LANE_OK);
  done(&empty);
}

/* ---- what is remembered */

static uint64_t steps_of(double every, double nudge, double *end) {
  lind_lane frame[DRUG_FRAME], x[DRUG_STATES];
  for (int i = 0; i < LIND_LANES; i++) drug_patient(i, frame, x, i);
  lind_advance pack = {.time = all(0), .x = x};
  fresh(&drug);
  for (double target = every; target <= 48; target += every) {
    pack.target = all(target);
    advance(&drug, frame, &pack);
    for (int i = 0; i < LIND_LANES; i++) x[0].of[i] += nudge;
  }
  *end = x[3].of[2];
  done(&drug);
  return pack.work.steps;
}

/* Stops cost little; a nudge too small to matter makes every stop a new start. */
static void goes_on_where_nothing_changed(void **state) {
  (void)state;
  double whole, stops, starts;
  const uint64_t whole_steps = steps_of(48, 0, &whole), stops_steps = steps_of(1, 0, &stops);
  const uint64_t starts_steps = steps_of(1, 1e-12, &starts);
  assert_near(stops, whole, 1e-6);
  assert_near(starts, whole, 1e-6);
  assert_true(stops_steps < 4 * whole_steps);
  assert_true(starts_steps > 2 * stops_steps);
}

typedef struct life {
  double x[5][DRUG_STATES], time[5], step[5];
} life;

/* Patient p in `lane`, five calls of which some go on and some start anew; the others are `beside`. */
static life live(int p, int lane, int beside) {
  life made;
  lind_lane frame[DRUG_FRAME], x[DRUG_STATES];
  lind_advance pack = {.time = all(0), .x = x};
  for (int i = 0; i < LIND_LANES; i++) drug_patient(i == lane ? p : beside + i, frame, x, i);
  if (beside == 7) frame[3].of[(lane + 1) % LIND_LANES] = 0, pack.status[(lane + 3) % LIND_LANES] = LIND_LANE_IDLE;
  for (int call = 0; call < 5; call++) {
    pack.target = all(7 * (call + 1));
    advance(&drug, frame, &pack);
    for (int s = 0; s < DRUG_STATES; s++) made.x[call][s] = x[s].of[lane];
    made.time[call] = pack.time.of[lane], made.step[call] = pack.step.of[lane];
    if (call == 1) x[0].of[lane] += 50;
    if (call == 2) frame[4].of[lane] *= 1.5;
  }
  return made;
}

static void who_sits_or_sat_there_does_not_matter(void **state) {
  (void)state;
  fresh(&drug);
  const life alone = live(3, 0, 20);
  done(&drug);
  fresh(&drug);
  for (int lane = 0; lane < LIND_LANES; lane++)
    for (int beside = 0; beside < 9; beside += 1 + lane) { /* the same workspace all the time: after other patients */
      const life again = live(3, lane, beside);
      assert_memory_equal(&again, &alone, sizeof alone);
    }
  done(&drug);
}

static void refuses_what_it_cannot(void **state) {
  (void)state;
  lind_kernel odd = drug;
  assert_null(lind_stepper_cvode.refuses(&odd));
  odd.n_delays = 1;
  assert_string_equal(lind_stepper_cvode.refuses(&odd), "CVODE keeps no past for delays");
  odd.n_delays = 0, odd.n_noises = 1;
  assert_string_equal(lind_stepper_cvode.refuses(&odd), "CVODE knows no noise");
  assert_ptr_equal(lind_stepper_find("cvode"), &lind_stepper_cvode);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lanes_infusions_and_looks),
      cmocka_unit_test(a_clock_strikes),
      cmocka_unit_test(a_lane_stops_with_its_last_good_state),
      cmocka_unit_test(not_finite_has_its_status),
      cmocka_unit_test(nothing_to_integrate),
      cmocka_unit_test(goes_on_where_nothing_changed),
      cmocka_unit_test(who_sits_or_sat_there_does_not_matter),
      cmocka_unit_test(refuses_what_it_cannot),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
