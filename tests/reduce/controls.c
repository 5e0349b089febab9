/* Controls: against each other, R's glm with stacked estimating equations (data/controls.R), quadrature, and many small trials.
 */
#include "lind/csv.h"
#include "lind/draw.h"
#include "lind/random.h"
#include "reduce/controls/mixture.h"
#include "reduce_case.h"

enum { N = 80, TRIALS = 4000, SEATS = 100 };

static lind_answer ask(const char *name, const lind_analysis_set *set, const char *setting, const char *value) {
  const lind_estimator *estimator = lind_estimator_find(name);
  lind_analysis_settings settings = {.level = 0.95, .null = 0.0};
  lind_answer answer;
  assert_non_null(estimator);
  lind_estimator_preset(estimator, &settings);
  if (setting != NULL)
    assert_int_equal(lind_estimator_set(estimator, "settings", setting, value, (lind_where){0}, &settings), LIND_OK);
  if (estimator->estimate(set, &settings, &answer) != LIND_OK) fail_msg("%s", lind_error_message());
  return answer;
}

/* ---- external: R */

static void weights_as_in_r(void **state) {
  lind_arena *arena;
  const lind_csv *csv;
  double value[N], age[N], e4[N];
  const double *covariates[] = {age, e4};
  const char *const names[] = {"age", "e4"};
  uint8_t treated[N], external[N];
  (void)state;
  assert_int_equal(lind_arena_create(&arena), LIND_OK);
  if (lind_csv_read(LIND_SOURCE_DIR "/tests/reduce/data/controls.csv", arena, &csv) != LIND_OK)
    fail_msg("%s", lind_error_message());
  assert_int_equal(csv->n_rows, N);
  for (size_t i = 0; i < N; i++) {
    double arm;
    assert_int_equal(lind_csv_number(csv, i, 0, &arm) | lind_csv_number(csv, i, 1, &value[i]) |
                         lind_csv_number(csv, i, 2, &age[i]) | lind_csv_number(csv, i, 3, &e4[i]),
                     LIND_OK);
    treated[i] = arm == 1.0;
    external[i] = arm == 0.0;
  }
  const lind_analysis_set set = {.n = N,
                                 .treated = treated,
                                 .value = value,
                                 .n_strata = 1,
                                 .n_covariates = 2,
                                 .covariate = covariates,
                                 .covariate_name = names,
                                 .external = external};
  const lind_answer answer = ask("external", &set, NULL, NULL);
  assert_int_equal(answer.n, N);
  assert_near(answer.terms[0].estimate, -0.9782648167, 1e-9);
  assert_near(answer.terms[0].se, 0.7405569896, 1e-9);
  assert_near(answer.terms[1].estimate, 33.9283134547, 1e-6);
  assert_near(answer.terms[2].estimate, 0.1455416122, 1e-9);
  assert_near(answer.terms[3].estimate, 0.0535213436, 1e-8);
  for (size_t i = 0; i < N; i++) age[i] = treated[i]; /* a covariate that tells the sources apart: nobody is comparable */
  assert_nan(ask("external", &set, NULL, NULL).terms[0].estimate);
  lind_arena_destroy(&arena);
}

/* ---- small sets by hand */

static const double outcomes[] = {3, 5, 1, 2, 9, 4, 6, 7, 5, 8, NAN, 6, 2};
static const double computed[] = {5, 6, 2, 2, 9, 7, 5, 6, 6, 7, 3, 5, 3};
static const uint8_t arms[] = {1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1, 0, 0};
static const uint8_t outside[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1};

static lind_analysis_set small(void) {
  return (lind_analysis_set){
      .n = 13, .treated = arms, .value = outcomes, .n_strata = 1, .forecast = computed, .twin = computed, .external = outside};
}

static void concurrent_is_welch_without_the_outside(void **state) {
  const lind_analysis_set set = small(), inside = {.n = 9, .treated = arms, .value = outcomes, .n_strata = 1};
  const lind_answer a = ask("concurrent", &set, NULL, NULL), b = ask("welch", &inside, NULL, NULL);
  (void)state;
  assert_near(a.terms[0].estimate, b.terms[0].estimate, 0.0);
  assert_near(a.terms[0].se, b.terms[0].se, 0.0);
  assert_near(a.terms[0].upper, b.terms[0].upper, 0.0);
  assert_int_equal(a.missing, 1);
}

/* Differences of the five treated who were seen: -2, -1, -1, 0, 0. */
static void a_twin_each(void **state) {
  const lind_analysis_set set = small();
  const lind_answer answer = ask("counterfactual", &set, NULL, NULL);
  (void)state;
  assert_int_equal(answer.n, 5);
  assert_int_equal(answer.missing, 1);
  assert_near(answer.terms[0].estimate, -0.8, 1e-15);
  assert_near(answer.terms[0].se, sqrt(2.8 / 4 / 5), 1e-15);
  assert_near(answer.terms[0].df, 4.0, 0.0);
}

static void procova_is_ancova_on_the_forecast(void **state) {
  const double *columns[] = {computed};
  const char *const names[] = {"forecast"};
  lind_analysis_set set = small(), with = small();
  with.n = set.n = 9;
  with.n_covariates = 1;
  with.covariate = columns;
  with.covariate_name = names;
  const lind_answer a = ask("procova", &set, "variance", "classical"), b = ask("ancova", &with, "variance", "classical");
  (void)state;
  assert_near(a.terms[0].estimate, b.terms[0].estimate, 0.0);
  assert_near(a.terms[0].se, b.terms[0].se, 0.0);
  assert_string_equal(a.terms[1].name, "forecast");
  const double rho = a.terms[2].estimate;
  assert_true(rho > 0.0 && rho < 1.0);
  assert_near(a.terms[3].estimate, rho * rho, 1e-15);
}

/* ---- hybrid: closed form against a sum over the control's mean */

static void mixture_by_quadrature(void **state) {
  static const lind_mixture priors[] = {
      {{0.5, 0.5}, {6, 6}, {0.3, 9}}, {{0.9, 0.1}, {2, 2}, {0.05, 16}}, {{0.2, 0.8}, {7, 6}, {1, 4}}};
  (void)state;
  for (int k = 0; k < 3; k++) {
    const lind_mixture *prior = &priors[k], after = lind_mixture_after(prior, 5.0, 0.4);
    double mass = 0, mean = 0, square = 0, below = 0;
    for (int i = -40000; i <= 40000; i++) {
      const double x = 5.0 + i * 2.5e-4, gap = x - 5.0;
      double density = 0;
      for (int c = 0; c < 2; c++) {
        const double d = x - prior->mean[c];
        density += prior->weight[c] / sqrt(prior->variance[c]) * exp(-0.5 * d * d / prior->variance[c]);
      }
      density *= exp(-0.5 * gap * gap / 0.4);
      mass += density, mean += density * x, square += density * x * x, below += x < 4.5 ? density : x == 4.5 ? density / 2 : 0;
    }
    mean /= mass;
    assert_near(lind_mixture_mean(&after), mean, 1e-9);
    assert_near(lind_mixture_variance(&after), square / mass - mean * mean, 1e-9);
    assert_near(lind_mixture_below(&after, 4.5), below / mass, 1e-7);
    assert_near(lind_mixture_below(&after, lind_mixture_quantile(&after, 0.025)), 0.025, 1e-13);
    assert_near(after.weight[0] + after.weight[1], 1.0, 1e-15);
  }
}

/* Where the outside agrees it is borrowed from; where it does not, it loses its weight. */
static void hybrid_lets_go(void **state) {
  double value[90];
  uint8_t treated[90], external[90];
  double before = 1.0;
  (void)state;
  for (int shift = 0; shift < 5; shift++) {
    for (int i = 0; i < 90; i++) {
      treated[i] = i < 30;
      external[i] = i >= 60;
      value[i] = lind_draw_normal_quantile((i % 30 + 0.5) / 30.0) * 3.0 - 2.0 * treated[i] + 2.0 * shift * external[i];
    }
    const lind_analysis_set set = {.n = 90, .treated = treated, .value = value, .n_strata = 1, .external = external};
    const lind_answer answer = ask("hybrid", &set, NULL, NULL);
    if (shift == 0) {
      assert_near(answer.terms[0].estimate, -2.0, 1e-12);
      assert_true(answer.terms[0].se < ask("concurrent", &set, NULL, NULL).terms[0].se);
      assert_true(answer.terms[2].estimate > 15.0); /* patients borrowed of 30 */
    }
    assert_true(answer.terms[1].estimate < before || shift == 0);
    before = answer.terms[1].estimate;
  }
  assert_true(before < 0.01);
}

/* ---- 4,000 trials without effect: the standard error shrinks by sqrt(1 - rho^2), the error rate stays */

static void saving_is_rho_squared(void **state) {
  static double value[SEATS], forecast[SEATS];
  static uint8_t treated[SEATS];
  lind_moments plain = {0}, adjusted = {0}, saving = {0};
  int errors = 0;
  (void)state;
  for (uint32_t trial = 0; trial < TRIALS; trial++) {
    for (uint32_t i = 0; i < SEATS; i++) {
      const lind_who who = {7, trial, i, 0};
      forecast[i] = lind_random_normal(who, lind_random_purpose("test/forecast"), 0);
      value[i] = 0.6 * forecast[i] + 0.8 * lind_random_normal(who, lind_random_purpose("test/rest"), 0);
      treated[i] = i % 2;
    }
    const lind_analysis_set set = {.n = SEATS, .treated = treated, .value = value, .n_strata = 1, .forecast = forecast};
    const lind_answer a = ask("concurrent", &set, NULL, NULL), b = ask("procova", &set, NULL, NULL);
    lind_moments_add(&plain, a.terms[0].estimate);
    lind_moments_add(&adjusted, b.terms[0].estimate);
    lind_moments_add(&saving, b.terms[3].estimate);
    errors += b.terms[0].p < 0.05;
  }
  /* the ratio of two correlated standard deviations: its own is below sqrt(1 / trials) of it */
  assert_near(sqrt(adjusted.m2 / plain.m2), sqrt(1 - 0.36), 4.0 * 0.8 / sqrt(TRIALS));
  assert_near(1.0 - adjusted.m2 / plain.m2, saving.mean, 0.06);
  assert_near(saving.mean, 0.36, 0.01); /* rho^2 is biased upwards by about (1 - rho^2)^2 / n */
  assert_near((double)errors / TRIALS, 0.05, 3.5 * sqrt(0.05 * 0.95 / TRIALS));
}

int main(void) {
  lind_draw_prepare();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(weights_as_in_r),       cmocka_unit_test(concurrent_is_welch_without_the_outside),
      cmocka_unit_test(a_twin_each),           cmocka_unit_test(procova_is_ancova_on_the_forecast),
      cmocka_unit_test(hybrid_lets_go),        cmocka_unit_test(mixture_by_quadrature),
      cmocka_unit_test(saving_is_rho_squared),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
