/* Differences of shares: Newcombe's published intervals, Fisher's published tables and all tables by brute force, symmetry,
 * edges. */
#include "lind/random.h"
#include "reduce_case.h"

typedef struct arm {
  double value[256];
  case_sample sample;
} arm;

static case_sample share(arm *a, int events, int n) {
  for (int i = 0; i < n; i++) a->value[i] = i < events;
  a->sample = (case_sample){(uint64_t)n, a->value, NULL};
  return a->sample;
}

static lind_term term_of(const char *name, int k1, int n1, int k2, int n2) {
  arm a, b;
  return case_answer(name, share(&a, k1, n1), share(&b, k2, n2), 0.95, 0.0).terms[0];
}

/* Newcombe 1998, Stat Med 17:873, table II, method 10. */
static void newcombe_table_ii(void **state) {
  static const struct {
    int k1, n1, k2, n2;
    double estimate, lower, upper;
  } rows[] = {
      {56, 70, 48, 80, 0.2000, 0.0524, 0.3339}, {9, 10, 3, 10, 0.6000, 0.1705, 0.8090}, {6, 7, 2, 7, 0.5714, 0.0582, 0.8062},
      {5, 56, 0, 29, 0.0893, -0.0381, 0.1926},  {0, 10, 0, 20, 0.0, -0.1611, 0.2775},   {0, 10, 0, 10, 0.0, -0.2775, 0.2775},
      {10, 10, 0, 20, 1.0, 0.6791, 1.0000},     {10, 10, 0, 10, 1.0, 0.6075, 1.0000},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    for (int k = 0; k < 2; k++) {
      const lind_term t = term_of(k ? "proportion-difference" : "fisher-exact", rows[i].k1, rows[i].n1, rows[i].k2, rows[i].n2);
      assert_near(t.estimate, rows[i].estimate, 5e-5);
      assert_near(t.lower, rows[i].lower, 5.001e-5);
      assert_near(t.upper, rows[i].upper, 5.001e-5);
    }
}

/* By hand: 30/100 against 15/100: pooled share 0.225, so z = 0.15 / sqrt(0.225 * 0.775 * 0.02); z^2 is Pearson's chi-square
 * without correction, 200 (30 * 85 - 15 * 70)^2 / (100 * 100 * 45 * 155). */
static void the_z_test_is_pearsons(void **state) {
  (void)state;
  const lind_term t = term_of("proportion-difference", 30, 100, 15, 100);
  assert_near(t.estimate, 0.15, 1e-15);
  assert_near(t.se, sqrt(0.3 * 0.7 / 100 + 0.15 * 0.85 / 100), 1e-15);
  assert_near(t.statistic * t.statistic, 200.0 * 1500.0 * 1500.0 / (100.0 * 100.0 * 45.0 * 155.0), 1e-12);
  assert_near(t.p, erfc(fabs(t.statistic) / sqrt(2.0)), 1e-14);
  arm a, b;
  const lind_term shifted = case_answer("proportion-difference", share(&a, 30, 100), share(&b, 15, 100), 0.95, 0.05).terms[0];
  assert_near(shifted.statistic, 0.10 / t.se, 1e-13); /* another null pools nothing */
}

static void fisher_known_tables(void **state) {
  (void)state;
  assert_near(term_of("fisher-exact", 2, 2, 0, 10).p, 1.0 / 66.0, 1e-14);
  assert_near(term_of("fisher-exact", 3, 4, 1, 4).p, 34.0 / 70.0, 1e-13); /* the lady tasting tea: 0.4857 */
  assert_near(term_of("fisher-exact", 4, 4, 0, 4).p, 2.0 / 70.0, 1e-14);
  assert_near(term_of("fisher-exact", 0, 5, 0, 7).p, 1.0, 0.0);
  assert_near(term_of("fisher-exact", 10, 15, 2, 15).p, 0.007775059838501802, 1e-15); /* in whole numbers */
}

static double choose(int n, int k) {
  double c = 1.0;
  for (int i = 1; i <= k; i++) c = c * (n - k + i) / i;
  return c;
}

/* Every table of every pair of small arms: the sum over tables that are no more likely, from binomial coefficients. */
static void fisher_by_brute_force(void **state) {
  (void)state;
  for (int n1 = 1; n1 <= 6; n1++)
    for (int n2 = 1; n2 <= 7; n2++)
      for (int k1 = 0; k1 <= n1; k1++)
        for (int k2 = 0; k2 <= n2; k2++) {
          const int total = k1 + k2;
          const double here = choose(n1, k1) * choose(n2, k2);
          double sum = 0.0;
          for (int i = 0; i <= n1; i++) {
            const double ways = total - i < 0 || total - i > n2 ? 0.0 : choose(n1, i) * choose(n2, total - i);
            if (ways <= here) sum += ways; /* whole numbers: ties are exact */
          }
          assert_near(term_of("fisher-exact", k1, n1, k2, n2).p, sum / choose(n1 + n2, total), 1e-12);
        }
}

static void swapping_the_arms_changes_the_sign(void **state) {
  (void)state;
  for (int k = 0; k < 2; k++) {
    const char *name = k ? "proportion-difference" : "fisher-exact";
    const lind_term a = term_of(name, 9, 25, 3, 14), b = term_of(name, 3, 14, 9, 25);
    const lind_term turned = {b.name, -b.estimate, b.se, -b.statistic, b.df, b.p, -b.upper, -b.lower};
    assert_same_term(&a, &turned, 1e-12);
    /* and counting failures instead of events does the same */
    const lind_term c = term_of(name, 16, 25, 11, 14);
    const lind_term other = {c.name, -c.estimate, c.se, -c.statistic, c.df, c.p, -c.upper, -c.lower};
    assert_same_term(&a, &other, 1e-12);
  }
}

static void intervals_stay_inside_and_nest(void **state) {
  (void)state;
  arm a, b;
  for (int k1 = 0; k1 <= 5; k1++)
    for (int k2 = 0; k2 <= 9; k2++) {
      const case_sample x = share(&a, k1, 5), y = share(&b, k2, 9);
      const lind_term narrow = case_answer("proportion-difference", x, y, 0.8, 0.0).terms[0];
      const lind_term wide = case_answer("proportion-difference", x, y, 0.99, 0.0).terms[0];
      assert_true(wide.lower >= -1.0 - 1e-12 && wide.upper <= 1.0 + 1e-12);
      assert_true(wide.lower <= narrow.lower && narrow.lower <= narrow.estimate + 1e-12);
      assert_true(wide.upper >= narrow.upper && narrow.upper >= narrow.estimate - 1e-12);
    }
}

static void missing_and_empty(void **state) {
  (void)state;
  arm a, b;
  case_sample x = share(&a, 3, 8), y = share(&b, 2, 9);
  a.value[7] = NAN;
  const lind_answer holed = case_answer("fisher-exact", x, y, 0.95, 0.0);
  assert_int_equal(holed.n, 16);
  assert_int_equal(holed.missing, 1);
  const lind_term whole = term_of("fisher-exact", 3, 7, 2, 9);
  assert_same_term(&holed.terms[0], &whole, 1e-14);
  x.n = 0;
  for (int k = 0; k < 2; k++) {
    const lind_answer empty = case_answer(k ? "proportion-difference" : "fisher-exact", x, y, 0.95, 0.0);
    assert_int_equal(empty.n, 9);
    assert_nan(empty.terms[0].estimate);
    assert_nan(empty.terms[0].p);
    assert_nan(empty.terms[0].lower);
  }
  assert_nan(term_of("proportion-difference", 0, 5, 0, 7).p); /* nothing varies */
}

/* Counts come back whole from moments that were merged in many small parts. */
static void merged_moments_give_the_same_answer(void **state) {
  (void)state;
  arm a, b;
  const case_sample x = share(&a, 77, 200), y = share(&b, 50, 190);
  lind_moments parts = {0};
  for (uint64_t at = 0; at < 200; at += 7) {
    const lind_moments part = case_moments((case_sample){at + 7 < 200 ? 7 : 200 - at, a.value + at, NULL});
    lind_moments_merge(&parts, &part);
  }
  for (int k = 0; k < 2; k++) {
    const char *name = k ? "proportion-difference" : "fisher-exact";
    const lind_answer direct = case_answer(name, x, y, 0.95, 0.0),
                      merged = case_from_moments(name, parts, case_moments(y), 0.95, 0.0);
    assert_same_term(&merged.terms[0], &direct.terms[0], 1e-12);
  }
}

/* Newcombe's interval covers about as often as it says, and Fisher's test never rejects more often than it says. */
static void coverage(void **state) {
  enum { TRIALS = 2000 };
  const lind_purpose why = lind_random_purpose("test/share");
  int hits = 0, rejected = 0;
  (void)state;
  for (uint32_t r = 0; r < TRIALS; r++) {
    double a[40], b[50], c[50];
    for (uint32_t i = 0; i < 40; i++) a[i] = lind_random_uniform((lind_who){5, r, i, 0}, why, 0) < 0.4;
    for (uint32_t i = 0; i < 50; i++) b[i] = lind_random_uniform((lind_who){5, r, 100 + i, 0}, why, 0) < 0.2;
    for (uint32_t i = 0; i < 50; i++) c[i] = lind_random_uniform((lind_who){5, r, 200 + i, 0}, why, 0) < 0.4;
    const lind_term t = case_answer("proportion-difference", SAMPLE(a), SAMPLE(b), 0.95, 0.0).terms[0];
    hits += t.lower <= 0.2 && 0.2 <= t.upper;
    rejected += case_answer("fisher-exact", SAMPLE(a), SAMPLE(c), 0.95, 0.0).terms[0].p < 0.05;
  }
  const double limit = 4.5 * sqrt(0.95 * 0.05 / TRIALS);
  assert_near((double)hits / TRIALS, 0.95, limit);
  assert_true((double)rejected / TRIALS < 0.05 + limit);
  assert_true(rejected > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(newcombe_table_ii),
      cmocka_unit_test(the_z_test_is_pearsons),
      cmocka_unit_test(fisher_known_tables),
      cmocka_unit_test(fisher_by_brute_force),
      cmocka_unit_test(swapping_the_arms_changes_the_sign),
      cmocka_unit_test(intervals_stay_inside_and_nest),
      cmocka_unit_test(missing_and_empty),
      cmocka_unit_test(merged_moments_give_the_same_answer),
      cmocka_unit_test(coverage),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
