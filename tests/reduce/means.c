/* Welch's and Student's t: known answers, symmetry, shifts and scales, missing values, small samples, coverage. */
#include "lind/random.h"
#include "reduce_case.h"

/* Student 1908: hours of sleep gained under two drugs; R's `sleep`. */
static const double first[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
static const double second[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};

/* R 4: t.test(extra ~ group, data = sleep), and with var.equal = TRUE. */
static void sleep_as_in_r(void **state) {
  (void)state;
  const lind_answer welch = case_answer("welch", SAMPLE(first), SAMPLE(second), 0.95, 0.0);
  assert_int_equal(welch.n, 20);
  assert_int_equal(welch.missing, 0);
  assert_int_equal(welch.n_terms, 1);
  assert_near(welch.terms[0].estimate, 0.75 - 2.33, 1e-14);
  assert_near(welch.terms[0].statistic, -1.8608, 5e-5);
  assert_near(welch.terms[0].df, 17.776, 5e-4);
  assert_near(welch.terms[0].p, 0.07939, 5e-6);
  assert_near(welch.terms[0].lower, -3.3654832, 5e-8);
  assert_near(welch.terms[0].upper, 0.2054832, 5e-8);
  const lind_answer pooled = case_answer("student", SAMPLE(first), SAMPLE(second), 0.95, 0.0);
  assert_near(pooled.terms[0].statistic, -1.8608, 5e-5);
  assert_near(pooled.terms[0].df, 18.0, 0.0);
  assert_near(pooled.terms[0].p, 0.07919, 5e-6);
  assert_near(pooled.terms[0].lower, -3.363874, 5e-7);
  assert_near(pooled.terms[0].upper, 0.203874, 5e-7);
}

/* By hand: 1, 2, 3 against 2, 4: means 2 and 3, variances 1 and 2, so se^2 = 1/3 + 1 (Welch) and (2 + 2) / 3 * (1/3 + 1/2)
 * (pooled). */
static void by_hand(void **state) {
  (void)state;
  const double a[] = {1, 2, 3}, b[] = {2, 4};
  const lind_answer welch = case_answer("welch", SAMPLE(a), SAMPLE(b), 0.9, 0.0);
  assert_near(welch.terms[0].se, sqrt(4.0 / 3.0), 1e-15);
  assert_near(welch.terms[0].df, (16.0 / 9.0) / (1.0 / 18.0 + 1.0), 1e-14);
  const lind_answer pooled = case_answer("student", SAMPLE(a), SAMPLE(b), 0.9, 0.0);
  assert_near(pooled.terms[0].se, sqrt(10.0 / 9.0), 1e-15);
  assert_near(pooled.terms[0].df, 3.0, 0.0);
  assert_near(pooled.terms[0].statistic, -1.0 / sqrt(10.0 / 9.0), 1e-15);
  assert_near(pooled.terms[0].upper, -1.0 + 2.353363434801823 * sqrt(10.0 / 9.0), 1e-9); /* t(0.95; 3), any table: 2.353 */
}

/* With equal sizes the two standard errors agree; only the degrees of freedom differ. */
static void equal_sizes_equal_errors(void **state) {
  (void)state;
  const lind_answer welch = case_answer("welch", SAMPLE(first), SAMPLE(second), 0.95, 0.0);
  const lind_answer pooled = case_answer("student", SAMPLE(first), SAMPLE(second), 0.95, 0.0);
  assert_near(welch.terms[0].se, pooled.terms[0].se, 1e-15);
  assert_true(welch.terms[0].df < pooled.terms[0].df);
}

static void swapping_the_arms_changes_the_sign(void **state) {
  (void)state;
  for (int k = 0; k < 2; k++) {
    const char *name = k ? "welch" : "student";
    const lind_term a = case_answer(name, SAMPLE(first), SAMPLE(second), 0.95, 0.0).terms[0];
    const lind_term b = case_answer(name, SAMPLE(second), SAMPLE(first), 0.95, 0.0).terms[0];
    const lind_term turned = {b.name, -b.estimate, b.se, -b.statistic, b.df, b.p, -b.upper, -b.lower};
    assert_same_term(&a, &turned, 1e-14);
  }
}

static void shifts_and_scales(void **state) {
  (void)state;
  double moved_first[10], moved_second[10];
  for (int i = 0; i < 10; i++) {
    moved_first[i] = 3.0 * (first[i] + 100.0);
    moved_second[i] = 3.0 * (second[i] + 100.0);
  }
  for (int k = 0; k < 2; k++) {
    const char *name = k ? "welch" : "student";
    const lind_term a = case_answer(name, SAMPLE(first), SAMPLE(second), 0.95, 0.0).terms[0];
    const lind_term b = case_answer(name, SAMPLE(moved_first), SAMPLE(moved_second), 0.95, 0.0).terms[0];
    const lind_term back = {b.name, b.estimate / 3, b.se / 3, b.statistic, b.df, b.p, b.lower / 3, b.upper / 3};
    assert_same_term(&back, &a, 1e-12);
  }
}

/* A null of d is a null of 0 after d is taken off every treated value; the interval does not know the null. */
static void the_null_is_a_shift(void **state) {
  (void)state;
  double less[10];
  for (int i = 0; i < 10; i++) less[i] = first[i] + 1.0;
  for (int k = 0; k < 2; k++) {
    const char *name = k ? "welch" : "student";
    const lind_term a = case_answer(name, SAMPLE(first), SAMPLE(second), 0.95, -1.0).terms[0];
    const lind_term b = case_answer(name, SAMPLE(less), SAMPLE(second), 0.95, 0.0).terms[0];
    assert_near(a.statistic, b.statistic, 1e-13);
    assert_near(a.p, b.p, 1e-13);
    assert_near(a.lower, case_answer(name, SAMPLE(first), SAMPLE(second), 0.95, 0.0).terms[0].lower, 0.0);
  }
}

/* p is below 1 - level exactly where the interval leaves the null out. */
static void test_and_interval_agree(void **state) {
  (void)state;
  for (int k = 0; k < 2; k++) {
    const char *name = k ? "welch" : "student";
    const lind_term t = case_answer(name, SAMPLE(first), SAMPLE(second), 0.95, 0.0).terms[0];
    assert_near(case_answer(name, SAMPLE(first), SAMPLE(second), 0.95, t.lower).terms[0].p, 0.05, 1e-9);
    assert_near(case_answer(name, SAMPLE(first), SAMPLE(second), 0.95, t.upper).terms[0].p, 0.05, 1e-9);
    const lind_term wide = case_answer(name, SAMPLE(first), SAMPLE(second), 1.0 - t.p, 0.0).terms[0];
    assert_near(wide.upper, 0.0, 1e-9);
  }
}

static void missing_values_are_counted_and_left_out(void **state) {
  (void)state;
  double holed[12], other[11];
  memcpy(holed, first, sizeof first);
  memcpy(other + 1, second, sizeof second);
  holed[10] = holed[11] = other[0] = NAN;
  for (int k = 0; k < 2; k++) {
    const char *name = k ? "welch" : "student";
    const lind_answer a = case_answer(name, SAMPLE(holed), SAMPLE(other), 0.95, 0.0);
    const lind_answer b = case_answer(name, SAMPLE(first), SAMPLE(second), 0.95, 0.0);
    assert_int_equal(a.n, 20);
    assert_int_equal(a.missing, 3);
    assert_same_term(&a.terms[0], &b.terms[0], 0.0);
  }
}

static void too_small_gives_nan(void **state) {
  (void)state;
  static const double one[] = {1.0}, same[] = {2.0, 2.0, 2.0}, gone[] = {NAN, NAN};
  const case_sample none = {0, one, NULL};
  for (int k = 0; k < 2; k++) {
    const char *name = k ? "welch" : "student";
    const lind_term empty = case_answer(name, none, SAMPLE(first), 0.95, 0.0).terms[0];
    assert_nan(empty.estimate);
    assert_nan(empty.p);
    const lind_term missing = case_answer(name, SAMPLE(first), SAMPLE(gone), 0.95, 0.0).terms[0];
    assert_nan(missing.estimate);
    assert_nan(missing.lower);
    const lind_term single = case_answer(name, SAMPLE(one), SAMPLE(one), 0.95, 0.0).terms[0];
    assert_near(single.estimate, 0.0, 0.0);
    assert_nan(single.se);
    assert_nan(single.upper);
    const lind_term flat =
        case_answer(name, SAMPLE(same), SAMPLE(same), 0.95, 0.0).terms[0]; /* no spread: nothing to test with */
    assert_near(flat.estimate, 0.0, 0.0);
    assert_nan(flat.p);
  }
}

static void moments_give_the_same_answer(void **state) {
  (void)state;
  for (int k = 0; k < 2; k++) {
    const char *name = k ? "welch" : "student";
    const lind_answer a = case_answer(name, SAMPLE(first), SAMPLE(second), 0.95, 0.5);
    lind_moments parts = case_moments((case_sample){3, first, NULL});
    const lind_moments rest = case_moments((case_sample){7, first + 3, NULL});
    lind_moments_merge(&parts, &rest);
    const lind_answer b = case_from_moments(name, parts, case_moments(SAMPLE(second)), 0.95, 0.5);
    assert_int_equal(a.n, b.n);
    assert_same_term(&a.terms[0], &b.terms[0], 1e-13);
  }
}

/* 2000 trials of 8 against 15 with sd 3 and 1 and a true difference of 2: Welch's 95 % interval covers it, and 0.95 of the
 * binomial counts lie within 4.5 standard errors; the pooled interval, which assumes equal variances, covers too seldom where the
 * smaller arm varies more, and as it should where both vary alike. */
static double covered(const char *name, double sd, uint32_t seed) {
  enum { TRIALS = 2000 };
  const lind_purpose why = lind_random_purpose("test/normal");
  int hits = 0;
  for (uint32_t r = 0; r < TRIALS; r++) {
    double a[8], b[15];
    for (uint32_t i = 0; i < 8; i++) a[i] = 2.0 + sd * lind_random_normal((lind_who){seed, r, i, 0}, why, 0);
    for (uint32_t i = 0; i < 15; i++) b[i] = lind_random_normal((lind_who){seed, r, 100 + i, 0}, why, 0);
    const lind_term t = case_answer(name, SAMPLE(a), SAMPLE(b), 0.95, 0.0).terms[0];
    hits += t.lower <= 2.0 && 2.0 <= t.upper;
  }
  return (double)hits / TRIALS;
}

static void coverage(void **state) {
  (void)state;
  const double limit = 4.5 * sqrt(0.95 * 0.05 / 2000.0);
  assert_near(covered("welch", 3.0, 1), 0.95, limit);
  assert_near(covered("welch", 1.0, 2), 0.95, limit);
  assert_near(covered("student", 1.0, 3), 0.95, limit);
  assert_true(covered("student", 3.0, 4) < 0.95 - limit);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sleep_as_in_r),
      cmocka_unit_test(by_hand),
      cmocka_unit_test(equal_sizes_equal_errors),
      cmocka_unit_test(swapping_the_arms_changes_the_sign),
      cmocka_unit_test(shifts_and_scales),
      cmocka_unit_test(the_null_is_a_shift),
      cmocka_unit_test(test_and_interval_agree),
      cmocka_unit_test(missing_values_are_counted_and_left_out),
      cmocka_unit_test(too_small_gives_nan),
      cmocka_unit_test(moments_give_the_same_answer),
      cmocka_unit_test(coverage),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
