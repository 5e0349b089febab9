/* Analysis of covariance: R's lm and its sandwich by hand on twelve rows; what covariates buy; what must not matter. */
#include "lind/random.h"
#include "reduce_case.h"

enum { N = 12 };
static const double x[N] = {5.1, 6.3, 4.4, 7.7, 6.9, 5.8, 4.9, 8.2, 7.1, 6.0, 5.5, 6.6};
static const double s[N] = {0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 1, 0};
static const uint8_t t[N] = {1, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0};
static const double y[N] = {10.2, 13.1, 7.9, 12.4, 14.8, 9.6, 11.0, 15.9, 11.7, 9.9, 12.6, 10.8};

static lind_answer ancova_of(const lind_analysis_set *set, const char *variance, const char *interaction) {
  const lind_estimator *ancova = lind_estimator_find("ancova");
  lind_analysis_settings settings = {.level = 0.95};
  lind_answer answer = {0};
  lind_estimator_preset(ancova, &settings);
  assert_int_equal(lind_estimator_set(ancova, "test", "variance", variance, (lind_where){0}, &settings), LIND_OK);
  assert_int_equal(lind_estimator_set(ancova, "test", "interaction", interaction, (lind_where){0}, &settings), LIND_OK);
  assert_int_equal(ancova->estimate(set, &settings, &answer), LIND_OK);
  return answer;
}

static const double *const columns[] = {x, s};
static const char *const names[] = {"x", "s"};

static lind_analysis_set twelve(int n_covariates) {
  return (lind_analysis_set){.n = N,
                             .treated = t,
                             .value = y,
                             .n_strata = 1,
                             .n_covariates = n_covariates,
                             .covariate = columns,
                             .covariate_name = names};
}

static void is_what_lm_gives(void **state) { /* R 4.2: summary(lm(y ~ t + x + s)), confint */
  const lind_analysis_set set = twelve(2);
  const lind_answer a = ancova_of(&set, "classical", "no");
  (void)state;
  assert_int_equal(a.n, 12);
  assert_int_equal(a.n_terms, 3);
  assert_near(a.terms[0].estimate, 2.59790918235378721, 1e-13);
  assert_near(a.terms[0].se, 0.30967247410202325, 1e-13);
  assert_near(a.terms[0].statistic, 8.3892157024517857, 1e-12);
  assert_near(a.terms[0].df, 8, 0.0);
  assert_near(a.terms[0].p, 3.0972073817350935e-05, 1e-15);
  assert_near(a.terms[0].lower, 1.8838031765156167, 1e-12);
  assert_near(a.terms[0].upper, 3.3120151881919577, 1e-12);
  assert_string_equal(a.terms[1].name, "x");
  assert_near(a.terms[1].estimate, 1.53024859893662901, 1e-13);
  assert_near(a.terms[1].se, 0.13258071245113601, 1e-13);
  assert_near(a.terms[2].estimate, 0.39185946256645898, 1e-13);
  assert_near(a.terms[2].p, 2.4074508959500551e-01, 1e-12);
}

static void robust_errors_are_the_sandwich(void **state) { /* R: B X' diag(e^2 w) X B */
  const char *const kinds[] = {"hc0", "hc1", "hc2", "hc3"};
  const double se[] = {0.28000935288905937, 0.3429400188925531, 0.3600636605840235, 0.46598235101256502};
  const lind_analysis_set set = twelve(2);
  (void)state;
  for (int k = 0; k < 4; k++) assert_near(ancova_of(&set, kinds[k], "no").terms[0].se, se[k], 1e-13);
}

static void arms_may_have_their_own_slopes(void **state) { /* R: lm(y ~ t * (xc + sc)), covariates centred */
  const lind_analysis_set set = twelve(2);
  const lind_answer a = ancova_of(&set, "classical", "yes");
  (void)state;
  assert_near(a.terms[0].estimate, 2.5553314513083034, 1e-13);
  assert_near(a.terms[0].se, 0.18470748989405472, 1e-13);
  assert_near(a.terms[0].df, 6, 0.0);
}

static void without_covariates_it_is_student(void **state) {
  const lind_analysis_set set = twelve(0);
  const lind_answer a = ancova_of(&set, "classical", "no");
  lind_answer b = {0};
  (void)state;
  assert_int_equal(lind_estimator_find("student")->estimate(&set, &(lind_analysis_settings){.level = 0.95}, &b), LIND_OK);
  assert_same_term(&a.terms[0], &b.terms[0], 1e-13);
}

static void holes_and_empty_levels_are_left_out(void **state) {
  double with_hole[N], nobody[N] = {0}, y_hole[N];
  const double *const three[] = {with_hole, nobody, s};
  const char *const called[] = {"x", "site 9", "s"};
  (void)state;
  memcpy(with_hole, x, sizeof x);
  memcpy(y_hole, y, sizeof y);
  with_hole[3] = NAN;
  y_hole[7] = NAN;
  lind_analysis_set set = twelve(0);
  set.value = y_hole;
  set.n_covariates = 3;
  set.covariate = three;
  set.covariate_name = called;
  const lind_answer a = ancova_of(&set, "hc3", "no");
  assert_int_equal(a.n, 10);
  assert_int_equal(a.missing, 2);
  assert_near(a.terms[0].df, 10 - 4, 0.0); /* the level that nobody has takes no degree of freedom */
  assert_nan(a.terms[2].estimate);
  set.n = 0;
  assert_nan(ancova_of(&set, "hc3", "no").terms[0].estimate);
}

/* A covariate that explains rho^2 of the variance leaves sqrt(1 - rho^2) of the standard error. */
static void a_covariate_shrinks_the_error(void **state) {
  enum { M = 4000 };
  static double z[M], value[M];
  static uint8_t treated[M];
  const double *const column[] = {z};
  const char *const name[] = {"z"};
  const double rho = 0.6;
  const lind_purpose why = lind_random_purpose("test/ancova");
  (void)state;
  for (uint32_t i = 0; i < M; i++) {
    const lind_who who = {1747, 0, i, 0};
    treated[i] = i % 2;
    z[i] = lind_random_normal(who, why, 0);
    value[i] = rho * z[i] + sqrt(1.0 - rho * rho) * lind_random_normal(who, why, 1);
  }
  lind_analysis_set set = {
      .n = M, .treated = treated, .value = value, .n_strata = 1, .n_covariates = 1, .covariate = column, .covariate_name = name};
  const double adjusted = ancova_of(&set, "hc3", "no").terms[0].se;
  set.n_covariates = 0;
  const double plain = ancova_of(&set, "hc3", "no").terms[0].se;
  assert_near(adjusted / plain, sqrt(1.0 - rho * rho), 0.02); /* 4000 rows: sd of the ratio about 0.008 */
}

static void settings_are_checked(void **state) {
  const lind_estimator *ancova = lind_estimator_find("ancova");
  lind_analysis_settings settings = {0};
  (void)state;
  assert_int_equal(lind_estimator_set(ancova, "--setting", "varience", "hc3", (lind_where){0}, &settings), LIND_ERR_INPUT);
  assert_non_null(strstr(lind_error_message(), "'variance'"));
  assert_int_equal(lind_estimator_set(ancova, "--setting", "variance", "hc4", (lind_where){0}, &settings), LIND_ERR_INPUT);
  assert_non_null(strstr(lind_error_message(), "hc3"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(is_what_lm_gives),
      cmocka_unit_test(robust_errors_are_the_sandwich),
      cmocka_unit_test(arms_may_have_their_own_slopes),
      cmocka_unit_test(without_covariates_it_is_student),
      cmocka_unit_test(holes_and_empty_levels_are_left_out),
      cmocka_unit_test(a_covariate_shrinks_the_error),
      cmocka_unit_test(settings_are_checked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
