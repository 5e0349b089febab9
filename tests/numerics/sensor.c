/* The error of a worn sensor: closed-form moments, the spline's order and conditions, addresses. */
/* clang-format off */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
/* clang-format on */

#include "lind/sensor.h"

/* Dexcom of the reference, mg/dL. */
static const lind_sensor cgm = {-0.5444, 1.6898, 15.9574, -5.47, 0.7, 0.25, 39, 600};

static lind_who who_of(uint32_t seat) { return (lind_who){.seed = 7, .replicate = 1, .seat = seat}; }

/* Stationary e ~ N(0, 0.49 / 0.51): E = xi - lambda exp(v / (2 d^2)) sinh(g / d), and Var and quantiles of Johnson's SU. The
 * paths are independent, the last reading of each is used: bounds are 4 standard errors. */
static void stationary_moments(void **state) {
  enum { N = 40000 };
  const double v = 0.49 / 0.51, d = cgm.delta, g = cgm.gamma, l = cgm.lambda, w = exp(v / (d * d));
  const double mean = cgm.xi - l * exp(v / (2 * d * d)) * sinh(g / d);
  const double variance = l * l / 2 * (w - 1) * (w * cosh(2 * g / d) + 1);
  double sum = 0, squares = 0, size = 0, below = 0, above = 0;
  (void)state;
  assert_true(fabs(mean - 0.71866) < 5e-6); /* as the reference has it */
  for (uint32_t k = 0; k < N; k++) {
    lind_sensor_place place = {0};
    const double e = lind_sensor_error(&cgm, &place, who_of(k), 99, 10.0); /* node 40 */
    sum += e;
    squares += (e - mean) * (e - mean);
    size += fabs(e);
    below += e < cgm.xi + l * sinh((-1.6448536269514722 * sqrt(v) - g) / d);
    above += e > cgm.xi + l * sinh((1.6448536269514722 * sqrt(v) - g) / d);
  }
  assert_true(fabs(sum / N - mean) < 4 * sqrt(variance / N));
  assert_true(fabs(squares / N / variance - 1) < 4 * sqrt(5.203 / N)); /* kurtosis 6.203, by quadrature */
  assert_true(fabs(size / N - 8.70776) < 4 * 7.889 / sqrt(N));         /* both by quadrature */
  assert_true(fabs(below / N - 0.05) < 4 * sqrt(0.05 * 0.95 / N) && fabs(above / N - 0.05) < 4 * sqrt(0.05 * 0.95 / N));
}

/* What is read every 3 min, over the second block of many wearers, as the reference has it from 400,000 draws: between nodes the
 * spline trembles a little less. */
static void what_is_read_every_three_minutes(void **state) {
  enum { N = 20000, READINGS = 50 };
  static double all[N * READINGS];
  double sum = 0, size = 0, squares = 0, low = 0, high = 0;
  (void)state;
  for (uint32_t k = 0; k < N; k++) {
    lind_sensor_place place = {0};
    for (int r = 0; r < READINGS; r++)
      all[k * READINGS + (uint32_t)r] = lind_sensor_error(&cgm, &place, who_of(k), 17, 2.5 + 0.05 * r);
  }
  for (int k = 0; k < N * READINGS; k++) {
    sum += all[k] / (N * READINGS);
    size += fabs(all[k]) / (N * READINGS);
    squares += all[k] * all[k] / (N * READINGS);
    low += all[k] < -16.3;
    high += all[k] > 20.7;
  }
  const double sd = sqrt(squares - sum * sum);
  if (!(fabs(sum - 0.719) < 0.15 && fabs(sd - 11.65) < 0.12 && fabs(size - 8.65) < 0.08))
    fail_msg("mean %.4f, sd %.4f, mean size %.4f", sum, sd, size);
  assert_true(fabs(low / (N * READINGS) - 0.05) < 0.003 && fabs(high / (N * READINGS) - 0.05) < 0.003);
}

/* Node after node by the recursion that defines it, across blocks. */
static void nodes_follow_the_recursion(void **state) {
  lind_sensor_place place = {0};
  double e = 0;
  (void)state;
  for (uint32_t n = 0; n < 35; n++) {
    const double z = lind_random_normal(who_of(3), 5, n);
    e = n == 0 ? z : cgm.keep * (e + z);
    const double due = cgm.xi + cgm.lambda * sinh((e - cgm.gamma) / cgm.delta);
    assert_true(lind_sensor_error(&cgm, &place, who_of(3), 5, n * cgm.every) == due);
  }
}

/* What is read does not depend on what was read before, nor on who else reads. */
static void a_reading_is_its_time(void **state) {
  lind_sensor_place forward = {0}, back = {0};
  double once[400];
  (void)state;
  for (int k = 0; k < 400; k++) once[k] = lind_sensor_error(&cgm, &forward, who_of(1), 2, k * 0.05);
  for (int k = 399; k >= 0; k -= 7) assert_true(lind_sensor_error(&cgm, &back, who_of(1), 2, k * 0.05) == once[k]);
  for (int k = 0; k < 400; k += 31) {
    lind_sensor_place fresh = {0};
    assert_true(lind_sensor_error(&cgm, &fresh, who_of(1), 2, k * 0.05) == once[k]);
  }
}

/* The spline: through its nodes, continuous with two derivatives inside a block, one cubic over the first two intervals (not a
 * knot) and the last two; blocks meet. */
static void the_spline_is_one(void **state) {
  lind_sensor_place place = {0};
  double at[41];
  (void)state;
  for (int k = 0; k <= 40; k++) at[k] = lind_sensor_error(&cgm, &place, who_of(8), 4, k * cgm.every / 4);
  /* fourth differences of a cubic vanish: over intervals 0-1 and 8-9, not over 4-5 */
  const int begins[] = {0, 1, 2, 3, 4, 32, 33, 34, 35, 36};
  for (int k = 0; k < 10; k++) {
    const double *y = at + begins[k];
    assert_true(fabs(y[0] - 4 * y[1] + 6 * y[2] - 4 * y[3] + y[4]) < 1e-9);
  }
  /* inside a block value, slope and curvature from the left are those from the right: one-sided formulas of cubics */
  for (int n = 2; n <= 8; n++) {
    const double *y = at + 4 * n;
    const double slope_left = (11 * y[0] - 18 * y[-1] + 9 * y[-2] - 2 * y[-3]) / 6;
    const double slope_right = (-11 * y[0] + 18 * y[1] - 9 * y[2] + 2 * y[3]) / 6;
    const double bend_left = 2 * y[0] - 5 * y[-1] + 4 * y[-2] - y[-3], bend_right = 2 * y[0] - 5 * y[1] + 4 * y[2] - y[3];
    assert_true(fabs(slope_left - slope_right) < 1e-9 && fabs(bend_left - bend_right) < 1e-9);
  }
  lind_sensor_place left = {0}, right = {0};
  const double edge = 10 * cgm.every;
  assert_true(fabs(lind_sensor_error(&cgm, &left, who_of(8), 4, edge - 1e-7) -
                   lind_sensor_error(&cgm, &right, who_of(8), 4, edge)) < 1e-3);
}

static void what_is_shown_has_limits(void **state) {
  (void)state;
  assert_true(lind_sensor_show(&cgm, 100, 5) == 105);
  assert_true(lind_sensor_show(&cgm, 40, -5) == 39 && lind_sensor_show(&cgm, 599, 5) == 600);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(stationary_moments),         cmocka_unit_test(what_is_read_every_three_minutes),
      cmocka_unit_test(nodes_follow_the_recursion), cmocka_unit_test(a_reading_is_its_time),
      cmocka_unit_test(the_spline_is_one),          cmocka_unit_test(what_is_shown_has_limits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
