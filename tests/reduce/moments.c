/* Moments: the definition, merging in any split, missing values, large offsets. And the lists of estimators and endpoints. */
#include "lind/random.h"
#include "reduce_case.h"

enum { N = 101 };

static void fill(double x[N], double offset) {
  const lind_purpose why = lind_random_purpose("test/moments");
  for (uint32_t i = 0; i < N; i++) x[i] = offset + lind_random_normal((lind_who){1, 0, i, 0}, why, 0);
}

static void two_pass(const double x[N], double *mean, double *m2) {
  long double sum = 0.0L, squares = 0.0L;
  for (int i = 0; i < N; i++) sum += x[i];
  for (int i = 0; i < N; i++) squares += (x[i] - sum / N) * (x[i] - sum / N);
  *mean = (double)(sum / N);
  *m2 = (double)squares;
}

static void as_defined(void **state) {
  double x[N], mean, m2;
  (void)state;
  for (double offset = 0.0; offset < 2e6; offset += 1e6) {
    fill(x, offset);
    two_pass(x, &mean, &m2);
    const lind_moments m = case_moments(SAMPLE(x));
    assert_near(m.n, N, 0.0);
    assert_near(m.mean, mean, 1e-14 * fmax(1.0, offset));
    assert_near(m.m2, m2, m2 * (offset > 0.0 ? 1e-7 : 1e-13)); /* naive sums of squares would lose all digits at 1e6 */
  }
}

static void any_split_merges_to_the_whole(void **state) {
  double x[N];
  (void)state;
  fill(x, 50.0);
  const lind_moments whole = case_moments(SAMPLE(x));
  for (uint64_t cut = 0; cut <= N; cut++)
    for (uint64_t second = cut; second <= N; second += 13) {
      lind_moments m = {0};
      const lind_moments parts[] = {case_moments((case_sample){cut, x, NULL}),
                                    case_moments((case_sample){second - cut, x + cut, NULL}),
                                    case_moments((case_sample){N - second, x + second, NULL})};
      for (int k = 0; k < 3; k++) lind_moments_merge(&m, &parts[k]);
      assert_near(m.n, N, 0.0);
      assert_near(m.mean, whole.mean, 1e-13);
      assert_near(m.m2, whole.m2, 1e-11);
    }
}

static void missing_values_are_counted(void **state) {
  static const double x[] = {NAN, 1.0, NAN, 3.0}, gone[] = {NAN, NAN, NAN};
  (void)state;
  lind_moments m = case_moments(SAMPLE(x));
  const lind_moments none = case_moments(SAMPLE(gone));
  assert_near(m.n, 2.0, 0.0);
  assert_near(m.missing, 2.0, 0.0);
  assert_near(m.mean, 2.0, 0.0);
  assert_near(m.m2, 2.0, 0.0);
  lind_moments_merge(&m, &none);
  assert_near(m.n, 2.0, 0.0);
  assert_near(m.missing, 5.0, 0.0);
  assert_near(m.mean, 2.0, 0.0);
  lind_moments empty = {0};
  lind_moments_merge(&empty, &m);
  assert_memory_equal(&empty, &m, sizeof m); /* the first merge is a copy */
}

/* Every listed name finds its own entry, which says what it is and can do what it must. */
static void registries(void **state) {
  int n;
  (void)state;
  const char *const *names = lind_estimator_names(&n);
  assert_true(n >= 5);
  for (int i = 0; i < n; i++) {
    const lind_estimator *found = lind_estimator_find(names[i]);
    assert_non_null(found);
    assert_string_equal(found->name, names[i]);
    assert_true(found->summary != NULL && found->source != NULL && found->effect != NULL && found->estimate != NULL);
  }
  names = lind_endpoint_names(&n);
  assert_true(n >= 8);
  for (int i = 0; i < n; i++) {
    const lind_endpoint_kind *found = lind_endpoint_find(names[i]);
    assert_non_null(found);
    assert_string_equal(found->name, names[i]);
    assert_true(found->summary != NULL && found->source != NULL && (found->value != NULL || found->of_series != NULL));
  }
  assert_null(lind_estimator_find("t"));
  assert_null(lind_endpoint_find(""));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(as_defined),
      cmocka_unit_test(any_split_merges_to_the_whole),
      cmocka_unit_test(missing_values_are_counted),
      cmocka_unit_test(registries),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
