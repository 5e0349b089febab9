/* noise_stiff.c -- rates that are fast for the grid of the noise: the drift of the engines for stochastic equations is that of
 * the ordinary equation, or the lane says that it cannot be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <math.h>

#include "lanes_case.h"
#include "lind/draw.h"
#include "lind/stepper.h"

#define ARGUMENTS const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x
#define UNUSED    (void)self, (void)time, (void)frame, (void)x
#define EACH_LANE for (int i = 0; i < LIND_LANES; i++)

static _Alignas(64) unsigned char workspace[1 << 13];
static const lind_tolerance usual = {1e-6, 1e-9, 1e-9, 1000000};
static const lind_purpose purposes[] = {0x51};
static const lind_stepper *const engines[] = {&lind_stepper_euler_maruyama, &lind_stepper_milstein};

static void assert_near(double value, double expected, double absolute) {
  if (!(fabs(value - expected) <= absolute)) fail_msg("%.17g instead of %.17g", value, expected);
}
static void seat(lind_who who[LIND_LANES]) { EACH_LANE who[i] = (lind_who){.seed = 7, .seat = (uint32_t)i}; }

/* Absorption, elimination, and an effect that reverts to 3 and trembles; frame: ka, ke, theta, sd, tremble in proportion. */
enum { DEPOT, CENTRAL, EFFECT, STATES };
static void absorption_rhs(ARGUMENTS, lind_lane *dx) {
  UNUSED;
  EACH_LANE {
    const double enters = frame[0].of[i] * x[DEPOT].of[i];
    dx[DEPOT].of[i] = -enters;
    dx[CENTRAL].of[i] = enters - frame[1].of[i] * x[CENTRAL].of[i];
    dx[EFFECT].of[i] = frame[2].of[i] * (3 - x[EFFECT].of[i]);
  }
}
static void absorption_diffusion(ARGUMENTS, lind_lane *g) {
  UNUSED;
  EACH_LANE {
    g[0].of[i] = frame[3].of[i] + frame[4].of[i] * x[EFFECT].of[i];
    g[1].of[i] = frame[4].of[i] * g[0].of[i];
  }
}
static const int effect[] = {EFFECT};
static const lind_kernel absorption = {
    .n_states = STATES, .n_frame = 5, .rhs = absorption_rhs, .n_noises = 1, .noisy = effect, .diffusion = absorption_diffusion};

static void advance(const lind_stepper *engine, const lind_lane *frame, lind_advance *pack) {
  assert_true(engine->bytes(&absorption) <= sizeof workspace);
  engine->advance(&absorption, frame, &usual, pack, workspace);
}

static double bateman(double ka, double ke, double t) { return 100 * ka / (ka - ke) * (exp(-ke * t) - exp(-ka * t)); }

static const double ke = 0.1;

/* Of 100 mg in the depot at time 0; errors in mg at rtol 1e-6: measured 4e-7. */
static void check_amounts(const lind_lane *frame, int lane, double t, const lind_lane *x) {
  const double ka = frame[0].of[lane];
  assert_near(x[DEPOT].of[lane], 100 * exp(-ka * t), 2e-6);
  assert_near(x[CENTRAL].of[lane], bateman(ka, ke, t), 2e-6);
}

static void look_checks(void *context, lind_advance *pack, unsigned lanes, const lind_lane *x) {
  EACH_LANE {
    if (!(lanes >> i & 1)) continue;
    check_amounts(context, i, pack->look.of[i], x);
    pack->look.of[i] += 0.35;
  }
}

/* ka from 0.5 to 500 per grid: with stops inside cells, with looks, beside a state with noise of both kinds. */
static void absorption_is_exact_beside_noise(void **state) {
  (void)state;
  lind_who who[LIND_LANES];
  seat(who);
  const lind_lane ka = {{0.5, 1, 2.5, 5, 50, 100, 200, 500}}, frame[] = {ka, all(ke), all(0.2), all(0.3), all(0.1)};
  for (int e = 0; e < 2; e++) {
    lind_lane x[STATES] = {all(100), all(0), all(1)};
    lind_advance pack = {.x = x, .who = who, .purposes = purposes, .grid = 1, .seen = look_checks, .context = (void *)frame};
    pack.look = all(0.05);
    for (double t = 0.4; t < 24; t += 0.4) {
      pack.target = all(t);
      advance(engines[e], frame, &pack);
      EACH_LANE assert_int_equal(pack.status[i], LIND_LANE_OK);
      EACH_LANE check_amounts(frame, i, t, x);
    }
    EACH_LANE assert_true(x[EFFECT].of[i] != 3);
    assert_true(pack.look.of[0] > 23);
  }
}

/* The solution is affine in additive noise, so a path and its mirror image have the mean between them: that of the ordinary
 * equation. A rate of 50 per cell, too: of the noise's spread it leaves as little as the process would, not more. */
static void additive_noise_leaves_the_mean_alone(void **state) {
  (void)state;
  lind_who who[LIND_LANES];
  seat(who);
  const lind_lane theta = {{0.05, 0.1, 0.2, 0.5, 1, 2, 5, 50}};
  const lind_lane up[] = {all(1), all(ke), theta, all(0.5), all(0)}, down[] = {all(1), all(ke), theta, all(-0.5), all(0)};
  for (int e = 0; e < 2; e++) {
    lind_lane x[STATES] = {all(0), all(0), all(8)}, y[STATES] = {all(0), all(0), all(8)};
    lind_advance a = {.x = x, .who = who, .purposes = purposes, .grid = 1, .target = all(24)}, b = a;
    b.x = y;
    advance(engines[e], up, &a);
    advance(engines[e], down, &b);
    EACH_LANE {
      const double mean = 3 + 5 * exp(-theta.of[i] * 24);
      assert_near((x[EFFECT].of[i] + y[EFFECT].of[i]) / 2, mean, 1e-6);
      assert_true(fabs(x[EFFECT].of[i] - mean) < 4.5 * 0.5 / sqrt(2 * theta.of[i]));
      assert_true(x[EFFECT].of[i] != y[EFFECT].of[i]);
    }
  }
}

/* With additive noise the path within a cell is the solution of one equation: stops change it by the tolerance alone. */
static void stops_leave_additive_noise_alone(void **state) {
  (void)state;
  lind_who who[LIND_LANES];
  seat(who);
  const lind_lane frame[] = {all(2.5), all(ke), all(0.7), all(0.5), all(0)};
  for (int e = 0; e < 2; e++) {
    lind_lane x[STATES] = {all(100), all(0), all(8)}, y[STATES] = {all(100), all(0), all(8)};
    lind_advance a = {.x = x, .who = who, .purposes = purposes, .grid = 1}, b = a;
    a.target = all(5), b.x = y;
    advance(engines[e], frame, &a);
    for (int k = 1; k <= 20; k++) {
      b.target = all(0.25 * k);
      advance(engines[e], frame, &b);
    }
    EACH_LANE assert_near(y[EFFECT].of[i], x[EFFECT].of[i], 1e-9);
  }
}

/* 1e5 per cell is more than 1000 steps take the pair through; the lane keeps its last good state, the others go on. */
static void what_is_too_stiff_says_so(void **state) {
  (void)state;
  lind_who who[LIND_LANES];
  seat(who);
  lind_lane frame[] = {all(2.5), all(ke), all(0.2), all(0.3), all(0)}, x[STATES] = {all(100), all(0), all(1)};
  frame[0].of[3] = 1e5;
  for (int e = 0; e < 2; e++) {
    lind_lane z[STATES] = {x[0], x[1], x[2]};
    lind_advance pack = {.x = z, .who = who, .purposes = purposes, .grid = 1, .target = all(24)};
    advance(engines[e], frame, &pack);
    EACH_LANE assert_int_equal(pack.status[i], i == 3 ? LIND_LANE_GRID : LIND_LANE_OK);
    assert_true(pack.time.of[3] == 0 && z[DEPOT].of[3] == 100);
    lind_advance fine = {.x = x, .who = who, .purposes = purposes, .grid = 1. / 128, .target = all(1. / 16)};
    lind_lane y[STATES] = {x[0], x[1], x[2]};
    fine.x = y;
    advance(engines[e], frame, &fine);
    assert_int_equal(fine.status[3], LIND_LANE_OK);
    check_amounts(frame, 3, 1. / 16, y);
  }
}

int main(void) {
  lind_draw_prepare();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(absorption_is_exact_beside_noise),
      cmocka_unit_test(additive_noise_leaves_the_mean_alone),
      cmocka_unit_test(stops_leave_additive_noise_alone),
      cmocka_unit_test(what_is_too_stiff_says_so),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
