/* Boundaries of repeated looks: published tables, an integral by another rule, a walk by chance, and what must be true of any. */
#include "lind/sequential.h"
#include "lind/draw.h"
#include "lind/random.h"
#include "protocol_case.h"

static lind_sequential evenly(int n) {
  lind_sequential looks = {.n = n};
  for (int k = 0; k < n; k++) {
    looks.t[k] = (k + 1.0) / n;
    looks.lower[k] = -INFINITY;
  }
  return looks;
}

static void spend(lind_sequential *looks, lind_spending spending, double alpha, int symmetric) {
  double spent[LIND_SEQUENTIAL_LOOKS];
  for (int k = 0; k < looks->n; k++) spent[k] = lind_spending_used(&spending, alpha, looks->t[k]);
  lind_sequential_spend(looks, spent, symmetric);
}

static const lind_spending of = {LIND_SPENDING_OBRIEN_FLEMING, 0.0}, pocock = {LIND_SPENDING_POCOCK, 0.0};

/* The three looks of the reference sheet; five of Lan and DeMets' program (Reboussin et al. 2000, from memory); Pocock type, K =
 * 5, two-sided 0.05 (the same program, from memory); Hwang-Shih-DeCani -4 as gsDesign's default prints it (from memory). */
static void spending_bounds(void **state) {
  static const double three[] = {3.71030, 2.51143, 1.99305}, five[] = {4.8769, 3.3569, 2.6803, 2.2898, 2.0310};
  static const double even[] = {2.4380, 2.4268, 2.4101, 2.3966, 2.3859}, hsd[] = {3.0107, 2.5465, 1.9992};
  (void)state;
  lind_sequential looks = evenly(3);
  spend(&looks, of, 0.025, 0);
  for (int k = 0; k < 3; k++) assert_near(looks.upper[k], three[k], 6e-6);
  looks = evenly(5);
  spend(&looks, of, 0.025, 1);
  for (int k = 0; k < 5; k++) assert_near(looks.upper[k], five[k], 1.5e-4);
  spend(&looks, pocock, 0.025, 1);
  for (int k = 0; k < 5; k++) assert_near(looks.upper[k], even[k], 1.5e-4);
  looks = evenly(3);
  spend(&looks, (lind_spending){LIND_SPENDING_HSD, -4.0}, 0.025, 0);
  for (int k = 0; k < 3; k++) assert_near(looks.upper[k], hsd[k], 6e-5);
}

/* Jennison & Turnbull 2000, tables 2.1, 2.3 and 2.9 at two-sided 0.05 (from memory; three decimals). */
static void classical_bounds(void **state) {
  static const struct {
    int n;
    double delta, c;
  } rows[] = {{2, 0.5, 2.178}, {3, 0.5, 2.289}, {4, 0.5, 2.361}, {5, 0.5, 2.413}, {2, 0.0, 1.977},
              {3, 0.0, 2.004}, {4, 0.0, 2.024}, {5, 0.0, 2.040}, {5, 0.25, 2.136}};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    lind_sequential looks = evenly(rows[i].n);
    assert_near(lind_sequential_shape(&looks, 0.025, rows[i].delta, 1), rows[i].c, 6e-4);
  }
}

static double normal_density(double z) { return exp(-0.5 * z * z) / sqrt(2.0 * M_PI); }

/* Two looks, by the trapezoidal rule on 40,000 points and erfc instead of panels of Gauss and GSL. */
static void another_rule(void **state) {
  (void)state;
  const double t = 0.3, drift = 1.7, c1 = 2.2, c2 = 1.9, low = -0.4;
  lind_sequential looks = {2, {t, 1.0}, {c1, c2}, {low, -INFINITY}};
  double above[2], below[2], sum = 0.0;
  const int n = 40000;
  for (int i = 0; i <= n; i++) {
    const double z = low + (c1 - low) * i / n, x = (c2 - z * sqrt(t) - drift * (1.0 - t)) / sqrt(1.0 - t);
    sum += (i == 0 || i == n ? 0.5 : 1.0) * normal_density(z - drift * sqrt(t)) * 0.5 * erfc(x / sqrt(2.0));
  }
  lind_sequential_cross(&looks, drift, above, below);
  assert_near(above[0], 0.5 * erfc((c1 - drift * sqrt(t)) / sqrt(2.0)), 1e-15);
  assert_near(below[0], 0.5 * erfc((drift * sqrt(t) - low) / sqrt(2.0)), 1e-15);
  assert_near(above[1], sum * (c1 - low) / n, 1e-9);
  assert_true(below[1] == 0.0);
}

/* A look that cannot stop is no look: whatever stands between, the rest keeps its chances. Also looks very near each other. */
static void idle_looks(void **state) {
  (void)state;
  lind_sequential few = {2, {0.4, 1.0}, {2.5, 2.0}, {-1.0, -INFINITY}}, many = {.n = 6};
  static const double t[] = {0.1, 0.4, 0.405, 0.6, 0.95, 1.0};
  for (int k = 0; k < 6; k++) {
    many.t[k] = t[k];
    many.upper[k] = k == 1 ? 2.5 : k == 5 ? 2.0 : INFINITY;
    many.lower[k] = k == 1 ? -1.0 : -INFINITY;
  }
  double above[6], below[6], a[2], b[2];
  lind_sequential_cross(&few, 2.0, a, b);
  lind_sequential_cross(&many, 2.0, above, below);
  assert_near(above[1], a[0], 1e-12);
  assert_near(below[1], b[0], 1e-12);
  assert_near(above[5], a[1], 1e-11);
}

/* 400,000 walks with unequal steps; limits are four binomial standard errors. */
static void by_chance(void **state) {
  enum { N = 400000, K = 4 };
  (void)state;
  lind_sequential looks = {K, {0.2, 0.5, 0.6, 1.0}, {2.9, 2.4, 2.3, 2.0}, {-0.5, 0.3, 0.6, 2.0}};
  double above[K], below[K];
  int up[K] = {0}, down[K] = {0};
  const double drift = 1.9;
  const lind_purpose purpose = lind_random_purpose("test/walk");
  for (uint32_t i = 0; i < N; i++) {
    double w = 0.0, before = 0.0;
    for (uint32_t k = 0; k < K; k++) {
      const double step = looks.t[k] - before;
      w += drift * step + sqrt(step) * lind_random_normal((lind_who){.seed = 9, .seat = i}, purpose, k);
      before = looks.t[k];
      const double z = w / sqrt(before);
      if (z < looks.upper[k] && z > looks.lower[k]) continue;
      up[k] += z >= looks.upper[k];
      down[k] += z < looks.upper[k];
      break;
    }
  }
  lind_sequential_cross(&looks, drift, above, below);
  for (int k = 0; k < K; k++) {
    assert_near(up[k] / (double)N, above[k], 4.0 * sqrt(above[k] / N));
    assert_near(down[k] / (double)N, below[k], 4.0 * sqrt(below[k] / N));
  }
}

/* gsDesign's default design, as it prints it (from memory): 3 looks, beta 0.1 spent by HSD -2, non-binding. And: all of beta and
 * no more is spent at the drift that is returned; alpha is kept without the lower bounds, and with binding ones the upper fall.
 */
static void futility(void **state) {
  double spent[3], lost[3], above[3], below[3], sum = 0.0;
  const lind_spending up = {LIND_SPENDING_HSD, -4.0}, down = {LIND_SPENDING_HSD, -2.0};
  (void)state;
  lind_sequential looks = evenly(3), binding = evenly(3);
  for (int k = 0; k < 3; k++) {
    spent[k] = lind_spending_used(&up, 0.025, looks.t[k]);
    lost[k] = lind_spending_used(&down, 0.1, looks.t[k]);
  }
  lind_sequential_spend(&looks, spent, 0);
  const double drift = lind_sequential_futility(&looks, spent, lost, 0);
  assert_near(looks.lower[0], -0.2387, 6e-5);
  assert_near(looks.lower[1], 0.9411, 6e-5);
  assert_near(drift * drift / pow(1.959963984540054 + 1.2815515655446004, 2.0), 1.0699, 6e-5);
  lind_sequential_cross(&looks, drift, above, below);
  for (int k = 0; k < 3; k++) {
    sum += above[k];
    assert_near(below[k], lost[k] - (k > 0 ? lost[k - 1] : 0.0), 1e-8);
  }
  assert_near(sum, 0.9, 1e-8);
  assert_true(lind_sequential_futility(&binding, spent, lost, 1) < drift);
  assert_true(binding.upper[2] < looks.upper[2]);
  lind_sequential_cross(&binding, 0.0, above, below);
  for (int k = 0; k < 3; k++) assert_near(above[k], spent[k] - (k > 0 ? spent[k - 1] : 0.0), 1e-9);
}

/* Every function spends nothing at 0, all at 1, and more and more between. */
static void spending_functions(void **state) {
  static const lind_spending all[] = {{LIND_SPENDING_OBRIEN_FLEMING, 0},
                                      {LIND_SPENDING_POCOCK, 0},
                                      {LIND_SPENDING_HSD, -4},
                                      {LIND_SPENDING_HSD, 0},
                                      {LIND_SPENDING_HSD, 3},
                                      {LIND_SPENDING_POWER, 3}};
  (void)state;
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    double before = lind_spending_used(&all[i], 0.025, 0.0);
    assert_true(before == 0.0);
    assert_true(lind_spending_used(&all[i], 0.025, 1.0) == 0.025);
    assert_true(lind_spending_used(&all[i], 0.025, 1.3) == 0.025);
    assert_near(lind_spending_used(&all[i], 0.025, 1.0 - 1e-12), 0.025, 1e-11);
    for (int k = 1; k <= 20; k++) {
      const double now = lind_spending_used(&all[i], 0.025, k / 20.0);
      assert_true(now > before);
      before = now;
    }
  }
  assert_near(lind_spending_used(&pocock, 0.025, 0.5), 0.025 * log(1.0 + (M_E - 1.0) * 0.5), 1e-17);
  assert_near(lind_spending_used(&of, 0.025, 0.25), erfc(2.241402727604947 / 0.5 / sqrt(2.0)), 1e-12);
}

int main(void) {
  lind_draw_prepare();
  const struct CMUnitTest tests[] = {cmocka_unit_test(spending_bounds),   cmocka_unit_test(classical_bounds),
                                     cmocka_unit_test(another_rule),      cmocka_unit_test(idle_looks),
                                     cmocka_unit_test(by_chance),         cmocka_unit_test(futility),
                                     cmocka_unit_test(spending_functions)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
