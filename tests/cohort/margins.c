/* Margins against closed forms (Kolmogorov-Smirnov), rank correlations within levels, bounds, shares and Hardy-Weinberg counts
 * (chi-square). Seeds are fixed, so a test either always passes or never does; limits are those of probability 0.001. */
#include "cohort_test.h"
#include "lind/draw.h"

enum { N = 40000 };
#define YEAR (365.25 * 24) /* h */

/* sqrt(n) D above 1.95 has probability 0.001 (Kolmogorov's distribution). */
static void follows(lind_arena *arena, const double *x, size_t n, double (*cdf)(double x)) {
  const double *s = sorted(arena, x, n);
  double most = 0;
  for (size_t i = 0; i < n; i++) {
    const double f = cdf(s[i]);
    most = fmax(most, fmax(f - (double)i / (double)n, (double)(i + 1) / (double)n - f));
  }
  if (sqrt((double)n) * most >= 1.95) fail_msg("sqrt(n) D is %g", sqrt((double)n) * most);
}

static double phi(double x) { return 0.5 * erfc(-x / sqrt(2)); }
static double truncated_age(double x) {
  const double a = phi((18. - 67) / 13), b = phi((95. - 67) / 13);
  return (phi((x / YEAR - 67) / 13) - a) / (b - a);
}
static double female_weight(double x) { return phi(log(x / 76e6) / 0.2); }
static double male_weight(double x) {
  const double b = phi(log(120e6 / 88e6) / 0.25);
  return phi(log(x / 88e6) / 0.25) / b;
}
static double flat(double x) { return (x - 2) / 3; }
static double share_beta(double x) { /* beta(2, 3): 6 x^2 - 8 x^3 + 3 x^4 */
  const double y = (x - 10) / 20;
  return y * y * (6 - 8 * y + 3 * y * y);
}

static const char text[] = HEAD
    "covariates:\n"
    "  sex: {levels: {female: 0.39, male: 0.61}}\n"
    "  age: {distribution: normal, mean: 67 year, sd: 13 year, lower: 18 year, upper: 95 year}\n"
    "  weight: {distribution: lognormal, by: sex, female: {median: 76 kg, log_sd: 0.2}, male: {median: 88 kg, log_sd: 0.25, "
    "upper: 120 kg}}\n"
    "  score: {distribution: uniform, lower: 2, upper: 5}\n"
    "  part: {distribution: beta, a: 2, b: 3, lower: 10 mg, upper: 30 mg}\n"
    "  fixed: {distribution: constant, value: 5 mg/L}\n"
    "correlations:\n"
    "  - [age, weight, -0.3]\n"
    "  - [score, age, 0.5]\n"
    "  - [part, weight, 0.8]\n";

static void margins_are_closed_forms(void **state) {
  const lind_cohort *cohort = cohort_of(*state, text);
  const people p = people_draw(*state, cohort, N);
  const double *sex = people_column(&p, cohort, "sex"), *weight = people_column(&p, cohort, "weight");
  size_t n;
  follows(*state, people_column(&p, cohort, "age"), N, truncated_age);
  const double *of = subset(*state, weight, sex, 0, N, &n);
  follows(*state, of, n, female_weight);
  of = subset(*state, weight, sex, 1, N, &n);
  follows(*state, of, n, male_weight);
  follows(*state, people_column(&p, cohort, "score"), N, flat);
  follows(*state, people_column(&p, cohort, "part"), N, share_beta);
  for (size_t i = 0; i < N; i++) assert_true(people_column(&p, cohort, "fixed")[i] == 5);
}

static void bounds_hold(void **state) {
  const lind_cohort *cohort = cohort_of(*state, HEAD
                                        "covariates:\n"
                                        "  a: {distribution: normal, mean: 0, sd: 1, lower: 1.5, upper: 2}\n"
                                        "  b: {distribution: lognormal, median: 1, log_sd: 2, lower: 3, upper: 3.5}\n"
                                        "  c: {distribution: normal, mean: 0, sd: 1, lower: 9, upper: 9.5}\n"
                                        "correlations: [[a, b, 0.9]]\n");
  const people p = people_draw(*state, cohort, N);
  const double *a = sorted(*state, people_column(&p, cohort, "a"), N), *b = sorted(*state, people_column(&p, cohort, "b"), N),
               *c = sorted(*state, people_column(&p, cohort, "c"), N);
  assert_true(a[0] >= 1.5 && a[0] < 1.501 && a[N - 1] <= 2 && a[N - 1] > 1.999);
  assert_true(b[0] >= 3 && b[0] < 3.001 && b[N - 1] <= 3.5 && b[N - 1] > 3.499);
  assert_true(c[0] >= 9 && c[N - 1] <= 9.5 && c[0] < c[N / 2] && c[N / 2] < c[N - 1]); /* the far tail keeps its shape */
}

static void rank_is_near(double is, double wanted, size_t n) {
  /* the standard error of Spearman's r is below 1.03 / sqrt(n) at 0 and falls with |r| */
  if (fabs(is - wanted) > 3 * 1.03 / sqrt((double)n)) fail_msg("rank correlation %g, wanted %g", is, wanted);
}

static void rank_correlations_are_as_asked(void **state) {
  const lind_cohort *cohort = cohort_of(*state, text);
  const people p = people_draw(*state, cohort, N);
  const double *sex = people_column(&p, cohort, "sex");
  for (int code = 0; code < 2; code++) { /* within each level: margins differ between them */
    size_t n;
    const double *age = subset(*state, people_column(&p, cohort, "age"), sex, code, N, &n);
    const double *weight = subset(*state, people_column(&p, cohort, "weight"), sex, code, N, &n);
    const double *part = subset(*state, people_column(&p, cohort, "part"), sex, code, N, &n);
    const double *score = subset(*state, people_column(&p, cohort, "score"), sex, code, N, &n);
    rank_is_near(spearman(*state, age, weight, n), -0.3, n);
    rank_is_near(spearman(*state, age, score, n), 0.5, n);
    rank_is_near(spearman(*state, part, weight, n), 0.8, n);
    rank_is_near(spearman(*state, part, score, n), 0, n); /* not given: none */
  }
}

/* Enough people to tell 2 sin(pi r / 6) from r itself, which would give 0.483. */
static void rank_is_not_the_normal_correlation(void **state) {
  enum { MANY = 160000 };
  const lind_cohort *cohort = cohort_of(*state, HEAD
                                        "covariates:\n"
                                        "  a: {distribution: normal, mean: 0, sd: 1}\n"
                                        "  b: {distribution: uniform, lower: 0, upper: 1}\n"
                                        "correlations: [[a, b, 0.5]]\n");
  const people p = people_draw(*state, cohort, MANY);
  rank_is_near(spearman(*state, people_column(&p, cohort, "a"), people_column(&p, cohort, "b"), MANY), 0.5, MANY);
}

/* Sum of (count - expected)^2 / expected against its 0.999 quantile. */
static void counts_agree(const double *count, const double *expected, int n) {
  double sum = 0;
  for (int i = 0; i < n; i++) sum += (count[i] - expected[i]) * (count[i] - expected[i]) / expected[i];
  if (lind_draw_chisq_upper(sum, n - 1) < 0.001) fail_msg("chi-square %g with %d degrees of freedom", sum, n - 1);
}

static void shares_are_kept_within_levels(void **state) {
  const lind_cohort *cohort =
      cohort_of(*state, HEAD
                "ancestry: {EUR: 0.6, AAC: 0.4}\n"
                "covariates:\n"
                "  dose: {by: ancestry, levels: {EUR: {low: 0.7, high: 0.3}, AAC: {none: 0.2, high: 0.5, low: 0.3}}}\n");
  const people p = people_draw(*state, cohort, N);
  const double *ancestry = people_column(&p, cohort, "ancestry"), *dose = people_column(&p, cohort, "dose");
  double count[6] = {0};
  for (size_t i = 0; i < N; i++) count[(int)(3 * ancestry[i] + dose[i])]++;
  assert_int_equal(level_code(cohort, "dose", "low"), 0);
  assert_int_equal(level_code(cohort, "dose", "none"), 2);
  assert_true(count[2] == 0); /* EUR has no `none` */
  const double found[] = {count[0], count[1], count[3], count[4], count[5]};
  const double expected[] = {N * 0.42, N * 0.18, N * 0.12, N * 0.20, N * 0.08};
  counts_agree(found, expected, 5);
}

static void genotypes_are_in_hardy_weinberg_proportions(void **state) {
  const lind_cohort *cohort = cohort_of(*state, HEAD
                                        "ancestry: {EUR: 0.5, EAS: 0.5}\n"
                                        "genes:\n  VKORC1: {table: tables/VKORC1.csv}\n");
  const people p = people_draw(*state, cohort, N);
  const double *ancestry = people_column(&p, cohort, "ancestry");
  const int slot = lind_cohort_find(cohort, "VKORC1")->slot;
  const double a[] = {0.3865, 0.9065}; /* as in the table */
  double count[6] = {0}, expected[6];
  for (size_t i = 0; i < N; i++) count[(int)(3 * ancestry[i] + p.value[slot][i] + p.value[slot + 1][i])]++;
  for (int i = 0; i < 2; i++) {
    const double n = N / 2.;
    expected[3 * i] = n * (1 - a[i]) * (1 - a[i]);
    expected[3 * i + 1] = n * 2 * a[i] * (1 - a[i]);
    expected[3 * i + 2] = n * a[i] * a[i];
  }
  counts_agree(count, expected, 6);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(margins_are_closed_forms, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(bounds_hold, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(rank_correlations_are_as_asked, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(rank_is_not_the_normal_correlation, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(shares_are_kept_within_levels, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(genotypes_are_in_hardy_weinberg_proportions, arena_open, arena_close),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
