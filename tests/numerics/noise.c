/* noise.c -- the engines for stochastic equations against closed forms: orders, moments of the schemes themselves, one path for
 * twins, what stops and looks may change. Normal limits are at 4.5 standard errors: about 1 in 10^5 a check, and the draws are
 * fixed. */
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
#include "lind/draw.h"
#include "lind/stepper.h"

#define ARGUMENTS const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x
#define UNUSED    (void)self, (void)time, (void)frame, (void)x
#define EACH_LANE for (int i = 0; i < LIND_LANES; i++)

static _Alignas(64) unsigned char workspace[1 << 13];
static const lind_tolerance usual = {1e-6, 1e-9, 1e-9, 1000000};
static const lind_purpose purposes[] = {0x51, 0x52};
static const lind_stepper *const engines[] = {&lind_stepper_euler_maruyama, &lind_stepper_milstein};

static void assert_near(double value, double expected, double absolute) {
  if (!(fabs(value - expected) <= absolute)) fail_msg("%.17g instead of %.17g", value, expected);
}

/* Geometric Brownian motion, dx = mu x dt + sigma x dW; frame: mu, sigma. */
static void growth_rhs(ARGUMENTS, lind_lane *dx) {
  UNUSED;
  EACH_LANE dx[0].of[i] = frame[0].of[i] * x[0].of[i];
}
static void growth_diffusion(ARGUMENTS, lind_lane *g) {
  UNUSED;
  EACH_LANE g[0].of[i] = frame[1].of[i] * x[0].of[i], g[1].of[i] = frame[1].of[i] * frame[1].of[i] * x[0].of[i];
}
static const int first_state[] = {0}, both_states[] = {0, 1};
static const lind_kernel growth = {
    .n_states = 1, .n_frame = 2, .rhs = growth_rhs, .n_noises = 1, .noisy = first_state, .diffusion = growth_diffusion};

/* Two independent Ornstein-Uhlenbeck processes, dx = theta (mean - x) dt + sd dW; frame: theta, mean, sd. */
static void revert_rhs(ARGUMENTS, lind_lane *dx) {
  UNUSED;
  for (int k = 0; k < 2; k++) EACH_LANE dx[k].of[i] = frame[0].of[i] * (frame[1].of[i] - x[k].of[i]);
}
static void revert_diffusion(ARGUMENTS, lind_lane *g) {
  UNUSED;
  EACH_LANE g[0].of[i] = g[1].of[i] = frame[2].of[i], g[2].of[i] = g[3].of[i] = 0;
}
static const lind_kernel revert = {
    .n_states = 2, .n_frame = 3, .rhs = revert_rhs, .n_noises = 2, .noisy = both_states, .diffusion = revert_diffusion};

static void advance(const lind_stepper *engine, const lind_kernel *kernel, const lind_lane *frame, lind_advance *pack) {
  assert_null(engine->refuses(kernel));
  assert_true(engine->bytes(kernel) <= sizeof workspace);
  engine->advance(kernel, frame, &usual, pack, workspace);
  EACH_LANE {
    assert_int_equal(pack->status[i], LIND_LANE_OK);
    assert_true(pack->time.of[i] == pack->target.of[i]);
  }
}

static void seat(lind_who who[LIND_LANES], int first) { EACH_LANE who[i] = (lind_who){.seed = 7, .seat = (uint32_t)(first + i)}; }

/* ---- orders on geometric Brownian motion, whose solution on the same path is x0 exp((mu - sigma^2 / 2) t + sigma W(t)) */

enum { PATHS = 4096, LEVELS = 5 };
static const double mu = 0.7, sigma = 0.6;

typedef struct misses {
  double strong, weak; /* mean of |miss| and of the square's miss at t = 1 */
  double mean, square; /* of the numerical solution */
  double mean_error, square_error;
} misses;

/* Cells of 2^-level; with `cut` every cell is stopped in after that share of it. */
static misses walk(const lind_stepper *engine, int level, double cut) {
  const int cells = 1 << level;
  const double grid = 1.0 / cells;
  const lind_lane frame[] = {all(mu), all(sigma)};
  misses m = {0};
  double fourth = 0;
  for (int path = 0; path < PATHS; path += LIND_LANES) {
    lind_who who[LIND_LANES];
    seat(who, path);
    lind_lane x = all(1);
    lind_advance pack = {.x = &x, .who = who, .purposes = purposes, .grid = grid};
    for (int cell = 0; cell < cells && cut > 0; cell++) {
      pack.target = all((cell + cut) * grid);
      advance(engine, &growth, frame, &pack);
    }
    pack.target = all(1);
    advance(engine, &growth, frame, &pack);
    EACH_LANE {
      double w = 0;
      for (int cell = 0; cell < cells; cell++) w += sqrt(grid) * lind_random_normal(who[i], purposes[0], (uint32_t)cell);
      const double exact = exp(mu - sigma * sigma / 2 + sigma * w);
      m.strong += fabs(x.of[i] - exact) / PATHS, m.weak += (x.of[i] * x.of[i] - exact * exact) / PATHS;
      m.mean += x.of[i] / PATHS, m.square += x.of[i] * x.of[i] / PATHS, fourth += pow(x.of[i], 4) / PATHS;
    }
  }
  m.mean_error = sqrt((m.square - m.mean * m.mean) / PATHS);
  m.square_error = sqrt((fourth - m.square * m.square) / PATHS);
  return m;
}

/* Slope of log2 of the strong error over the levels. */
static double strong_order(const lind_stepper *engine, double cut) {
  double slope = 0;
  for (int level = 3; level < 3 + LEVELS; level++)
    slope -= (level - 5) * log2(walk(engine, level, cut).strong) / 10; /* least squares: sum of (level - 5)^2 is 10 */
  return slope;
}

static void strong_orders(void **state) {
  (void)state;
  assert_near(strong_order(&lind_stepper_euler_maruyama, 0), 0.5, 0.07);
  assert_near(strong_order(&lind_stepper_milstein, 0), 1, 0.07);
}

/* A stop in every single cell: the orders stay, and so does what they converge to. */
static void stops_keep_the_orders(void **state) {
  (void)state;
  assert_near(strong_order(&lind_stepper_euler_maruyama, 0.375), 0.5, 0.07);
  assert_near(strong_order(&lind_stepper_milstein, 0.375), 1, 0.07);
}

/* Second moment of a cell of h: the drift's flow, the noise that it carries along a straight line, Milstein's term. */
static double second_moment(double h, int milstein) {
  const double carried = expm1(mu * h) / (mu * h);
  return exp(2 * mu * h) + sigma * sigma * h * carried * carried + milstein * pow(sigma, 4) * h * h / 2;
}

/* Mean of the square's miss on the same path (that of the mean is 0): of order 1 for both. Milstein's is the less noisy. */
static void weak_order_is_one(void **state) {
  (void)state;
  const double coarse = walk(&lind_stepper_milstein, 3, 0).weak, fine = walk(&lind_stepper_milstein, 6, 0).weak;
  assert_near(log2(coarse / fine) / 3, 1, 0.1);
  assert_near(coarse, pow(second_moment(1.0 / 8, 1), 8) - exp(2 * mu + sigma * sigma), 0.02);
}

/* The mean is the solution's, whatever the grid. */
static void growth_has_the_moments_of_the_schemes(void **state) {
  (void)state;
  for (int level = 0; level <= 4; level += 2)
    for (int e = 0; e < 2; e++) {
      const misses m = walk(engines[e], level, 0);
      assert_near(m.mean, exp(mu), 4.5 * m.mean_error);
      assert_near(m.square, pow(second_moment(1.0 / (1 << level), e), 1 << level), 4.5 * m.square_error);
    }
}

/* Ornstein-Uhlenbeck: an autoregression with a = exp(-theta h), as the process itself is; a cell adds sd^2 (1 - a)^2 / (theta^2
 * h), so that after n cells the mean is m + (x0 - m) a^n, the variance that times (1 - a^2n) / (1 - a^2); the law is normal, and
 * two noises do not know each other. */
static void reversion_has_the_law_of_the_scheme(void **state) {
  (void)state;
  const double theta = 0.4, level = 3, sd = 0.5, h = 0.25, n = 10, a = exp(-theta * h);
  const double mean = level + (1 - level) * pow(a, n), cell = pow(sd * (1 - a) / theta, 2) / h;
  const double variance = cell * (1 - pow(a, 2 * n)) / (1 - a * a);
  const lind_lane frame[] = {all(theta), all(level), all(sd)};
  double sum[2] = {0}, square[2] = {0}, product = 0;
  int below[2] = {0};
  for (int path = 0; path < PATHS; path += LIND_LANES) {
    lind_who who[LIND_LANES];
    seat(who, path);
    lind_lane x[2] = {all(1), all(1)};
    lind_advance pack = {.x = x, .who = who, .purposes = purposes, .grid = h, .target = all(n * h)};
    advance(&lind_stepper_milstein, &revert, frame, &pack);
    EACH_LANE {
      double z[2];
      for (int k = 0; k < 2; k++) {
        z[k] = (x[k].of[i] - mean) / sqrt(variance);
        sum[k] += z[k], square[k] += z[k] * z[k], below[k] += z[k] < -1;
      }
      product += z[0] * z[1];
    }
  }
  const double share = lind_draw_normal_cdf(-1);
  for (int k = 0; k < 2; k++) {
    assert_near(sum[k] / sqrt(PATHS), 0, 4.5);
    assert_near((square[k] - PATHS) / sqrt(2 * PATHS), 0, 4.5);
    assert_near(below[k], PATHS * share, 4.5 * sqrt(PATHS * share * (1 - share)));
  }
  assert_near(product / sqrt(PATHS), 0, 4.5);
}

/* ---- one path for twins, whoever sits beside them */

/* The arms differ in a dose; with additive noise the difference of the twins is the drift's decay and no more. */
static void twins_live_the_same_noise(void **state) {
  (void)state;
  for (int e = 0; e < 2; e++) {
    lind_who who[LIND_LANES];
    seat(who, 40);
    const lind_lane frame[] = {all(0.4), all(3), all(0.5)};
    lind_lane x[2] = {all(1), all(1)}, y[2] = {all(1), all(1)};
    lind_advance a = {.x = x, .who = who, .purposes = purposes, .grid = 0.25}, b = a;
    b.x = y;
    a.target = b.target = all(2);
    advance(engines[e], &revert, frame, &a);
    advance(engines[e], &revert, frame, &b);
    EACH_LANE y[0].of[i] += 10;
    a.target = b.target = all(5);
    advance(engines[e], &revert, frame, &a);
    advance(engines[e], &revert, frame, &b);
    EACH_LANE {
      assert_near(y[0].of[i] - x[0].of[i], 10 * exp(-0.4 * 3), 1e-9);
      assert_true(y[1].of[i] == x[1].of[i]);
      for (int k = 0; k < i; k++) assert_true(x[0].of[i] != x[0].of[k]);
    }
  }
}

/* Patient p in lane `lane` of a pack of other patients, ghosts and lanes that are done; ends at time p + 1.3. */
static double lived(const lind_stepper *engine, int p, int lane, int mix) {
  lind_who who[LIND_LANES];
  seat(who, 1000 + mix);
  who[lane].seat = (uint32_t)p;
  lind_lane frame[] = {all(mu), all(sigma)}, x = all(1);
  lind_advance pack = {.x = &x, .who = who, .purposes = purposes, .grid = 0.125};
  EACH_LANE {
    pack.target.of[i] = 0.7 * (i + mix);
    if ((i + mix) % 4 == 0) pack.status[i] = LIND_LANE_IDLE;
    if ((i + mix) % 4 == 1) frame[0].of[i] = 1e308;
    if ((i + mix) % 4 == 2) x.of[i] = NAN;
    if ((i + mix) % 4 == 3) frame[0].of[i] = -100; /* many steps a cell */
  }
  pack.status[lane] = LIND_LANE_OK, frame[0].of[lane] = mu, x.of[lane] = 1, pack.target.of[lane] = p + 1.3;
  memset(workspace, 0xff, sizeof workspace);
  engine->advance(&growth, frame, &usual, &pack, workspace);
  assert_int_equal(pack.status[lane], LIND_LANE_OK);
  return x.of[lane];
}

static void neighbours_do_not_matter(void **state) {
  (void)state;
  for (int e = 0; e < 2; e++)
    for (int p = 0; p < 3; p++) {
      const double alone = lived(engines[e], p, 0, 0);
      for (int lane = 0; lane < LIND_LANES; lane++)
        for (int mix = 0; mix < 4; mix++) assert_true(lived(engines[e], p, lane, mix) == alone);
    }
}

/* ---- stops and looks */

typedef struct sight {
  int n;
  double x[LIND_LANES][64], every;
} sight;

static void sees(void *context, lind_advance *pack, unsigned lanes, const lind_lane *x) {
  sight *s = context;
  EACH_LANE {
    if (!(lanes >> i & 1)) continue;
    const int n = (int)lround(pack->look.of[i] / s->every) - 1;
    s->x[i][n] = x[0].of[i];
    pack->look.of[i] = s->every * (n + 2);
  }
}

/* Stops at nodes and looks anywhere leave the bits alone; a look is, to the bit, what a first stop in its cell finds. */
static void what_may_and_may_not_change_a_path(void **state) {
  (void)state;
  for (int e = 0; e < 2; e++) {
    lind_who who[LIND_LANES];
    seat(who, 60);
    const lind_lane frame[] = {all(mu), all(sigma)};
    const lind_advance begin = {.who = who, .purposes = purposes, .grid = 0.25};
    lind_lane straight = all(1), stopped = all(1), looked = all(1), inside = all(1);
    lind_advance a = begin, b = begin, c = begin;
    a.x = &straight, a.target = all(3);
    advance(engines[e], &growth, frame, &a);
    b.x = &stopped;
    for (int k = 1; k <= 6; k++) {
      b.target = all(0.5 * k);
      advance(engines[e], &growth, frame, &b);
    }
    sight seen = {.every = 0.1};
    c.x = &looked, c.target = all(3), c.look = all(0.1), c.seen = sees, c.context = &seen;
    advance(engines[e], &growth, frame, &c);
    assert_memory_equal(&straight, &stopped, sizeof straight);
    assert_memory_equal(&straight, &looked, sizeof straight);
    assert_int_equal(a.work.rhs, 12 * 9); /* one step of the pair a cell */
    for (int k = 1; k < 30; k++) {
      lind_advance d = begin;
      inside = all(1), d.x = &inside, d.target = all(0.1 * k);
      advance(engines[e], &growth, frame, &d);
      EACH_LANE assert_true(inside.of[i] == seen.x[i][k - 1]);
    }
  }
}

/* Increments are shared out in proportion: with additive noise and no drift a stop inside a cell changes rounding alone. */
static void additive_noise_is_shared_exactly(void **state) {
  (void)state;
  lind_who who[LIND_LANES];
  seat(who, 80);
  const lind_lane frame[] = {all(0), all(0), all(2)};
  for (int e = 0; e < 2; e++) {
    lind_lane x[2] = {all(0), all(0)};
    lind_advance pack = {.x = x, .who = who, .purposes = purposes, .grid = 1};
    double node[3] = {0};
    for (int k = 0; k < 2; k++) node[k + 1] = node[k] + 2 * lind_random_normal(who[3], purposes[0], (uint32_t)k);
    for (double t = 0.3; t < 2; t += 0.2) {
      pack.target = all(t);
      advance(engines[e], &revert, frame, &pack);
      assert_near(x[0].of[3], t < 1 ? t * node[1] : node[1] + (t - 1) * (node[2] - node[1]), 1e-13);
    }
  }
}

/* Infusions count as drift: x = r t exactly, whatever the noise of another state. */
static void infusions_are_drift(void **state) {
  (void)state;
  lind_who who[LIND_LANES];
  seat(who, 0);
  const lind_lane frame[] = {all(0), all(0), all(0)}, input[] = {all(2.5), all(0)};
  lind_lane x[2] = {all(1), all(1)};
  lind_advance pack = {.x = x, .input = input, .who = who, .purposes = purposes, .grid = 0.5, .target = all(3.2)};
  advance(&lind_stepper_euler_maruyama, &revert, frame, &pack);
  EACH_LANE {
    assert_near(x[0].of[i], 1 + 2.5 * 3.2, 1e-12); /* the pair's weights add up to 1 within 1e-13 */
    assert_true(x[1].of[i] == 1);
  }
}

static void above_one(ARGUMENTS, lind_lane *g) {
  UNUSED;
  EACH_LANE g[0].of[i] = x[0].of[i] - 1;
}

/* Brownian motion meets 1 on the polygon through its nodes; what is left of the path is the same as without the event. */
static void an_event_stops_the_path_where_it_crosses(void **state) {
  (void)state;
  lind_kernel kernel = revert;
  kernel.n_triggers = 1, kernel.triggers = above_one;
  lind_who who[LIND_LANES];
  seat(who, 200);
  const lind_lane frame[] = {all(0), all(0), all(1)};
  lind_lane x[2] = {all(0), all(0)};
  lind_advance pack = {.x = x, .who = who, .purposes = purposes, .grid = 0.5, .target = all(20)};
  lind_stepper_milstein.advance(&kernel, frame, &usual, &pack, workspace);
  int fired = 0;
  EACH_LANE {
    double before = 0, after = 0;
    int cell = -1;
    do {
      cell++, before = after;
      after += sqrt(0.5) * lind_random_normal(who[i], purposes[0], (uint32_t)cell);
    } while (after <= 1 && cell < 39);
    const double crossing = after > 1 ? 0.5 * (cell + (1 - before) / (after - before)) : 20;
    assert_near(pack.time.of[i], crossing, 1e-9);
    assert_int_equal(pack.trigger[i], after > 1 ? 0 : LIND_TRIGGER_NONE);
    fired += after > 1;
  }
  assert_true(fired > 0);
  advance(&lind_stepper_milstein, &revert, frame, &pack);
  EACH_LANE {
    double w = 0;
    for (int cell = 0; cell < 40; cell++) w += sqrt(0.5) * lind_random_normal(who[i], purposes[0], (uint32_t)cell);
    assert_near(x[0].of[i], w, 1e-9);
  }
}

/* ---- how lanes stop */

static void lanes_stop_with_a_status(void **state) {
  (void)state;
  lind_who who[LIND_LANES];
  seat(who, 0);
  const lind_tolerance few = {1e-6, 1e-9, 1e-9, 20};
  lind_lane frame[] = {all(mu), all(sigma)}, x = all(1);
  lind_advance pack = {.x = &x, .who = who, .purposes = purposes, .grid = 0.125, .target = all(2)};
  frame[0].of[1] = 1e308, x.of[1] = 100;      /* overflows */
  pack.target.of[2] = 3;                      /* 24 cells */
  pack.time.of[3] = -1;                       /* before the first address */
  pack.time.of[4] = 0x1p24 * 0.125 - 0.125;   /* the last cell */
  pack.target.of[4] = 0x1p24 * 0.125 + 0.125; /* one more */
  pack.status[5] = LIND_LANE_IDLE;
  lind_stepper_milstein.advance(&growth, frame, &few, &pack, workspace);
  assert_int_equal(pack.status[0], LIND_LANE_OK);
  assert_int_equal(pack.status[1], LIND_LANE_NOT_FINITE);
  assert_true(pack.time.of[1] == 0 && x.of[1] == 100);
  assert_int_equal(pack.status[2], LIND_LANE_STEPS);
  assert_true(pack.time.of[2] == 2.5);
  assert_int_equal(pack.status[3], LIND_LANE_STEPS);
  assert_int_equal(pack.status[4], LIND_LANE_STEPS);
  assert_true(pack.time.of[4] == 0x1p24 * 0.125);
  assert_int_equal(pack.status[5], LIND_LANE_IDLE);
  assert_true(pack.time.of[5] == 0 && x.of[5] == 1);
}

static void they_say_what_they_cannot_take(void **state) {
  (void)state;
  for (int e = 0; e < 2; e++) {
    lind_kernel kernel = growth;
    assert_null(engines[e]->refuses(&kernel));
    kernel.n_delays = 1;
    assert_non_null(strstr(engines[e]->refuses(&kernel), "delays"));
    assert_non_null(strstr(engines[e]->refuses(&decay), "noise"));
    assert_ptr_equal(lind_stepper_find(engines[e]->name), engines[e]);
  }
  assert_ptr_equal(lind_stepper_find("euler-maruyama"), &lind_stepper_euler_maruyama);
}

int main(void) {
  lind_draw_prepare();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(strong_orders),
      cmocka_unit_test(stops_keep_the_orders),
      cmocka_unit_test(weak_order_is_one),
      cmocka_unit_test(growth_has_the_moments_of_the_schemes),
      cmocka_unit_test(reversion_has_the_law_of_the_scheme),
      cmocka_unit_test(twins_live_the_same_noise),
      cmocka_unit_test(neighbours_do_not_matter),
      cmocka_unit_test(what_may_and_may_not_change_a_path),
      cmocka_unit_test(additive_noise_is_shared_exactly),
      cmocka_unit_test(infusions_are_drift),
      cmocka_unit_test(an_event_stops_the_path_where_it_crosses),
      cmocka_unit_test(lanes_stop_with_a_status),
      cmocka_unit_test(they_say_what_they_cannot_take),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
