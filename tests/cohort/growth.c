/* cohorts/children.yaml and cohorts/preterm.yaml: weights by the growth chart, ages, gestation. */
#include "cohort_test.h"
#include "lind/draw.h"

enum { N = 40000 };

static void weights_are_those_of_the_chart(void **state) {
  const lind_cohort *cohort = cohort_shipped(*state, "children");
  const people p = people_draw(*state, cohort, N);
  const double *age = people_column(&p, cohort, "age"), *weight = people_column(&p, cohort, "weight"),
               *sex = people_column(&p, cohort, "sex"), *z = people_column(&p, cohort, "weight_z"),
               *pma = people_column(&p, cohort, "pma"), *g = people_column(&p, cohort, "gestation");
  const double year = 24 * 365.25, kg = 1e6;
  double below = 0, n = 0, newborn = 0, n_newborn = 0;
  for (size_t i = 0; i < N; i++) {
    assert_true(age[i] >= 0 && age[i] <= 18 * year && weight[i] > 1 * kg && weight[i] < 200 * kg);
    assert_near(pma[i], g[i] + age[i], 1e-9);
    if (age[i] < 28 * 24 && sex[i] == level_code(cohort, "sex", "male"))
      newborn += weight[i] / kg < 3.53 + (4.37 - 3.53) * age[i] / (28 * 24), n_newborn++;
    below += z[i] < 0, n++;
  }
  assert_near(below / n, 0.5, 4 * 0.5 / sqrt(n));
  /* half of the newborn boys are below the chart's median: 3.53 kg at birth, 4.0 at half a month (nearly straight lines) */
  assert_near(newborn / n_newborn, 0.5, 0.06);
}

/* z is recovered from the weight by the chart's own formula, at every age and for both sexes. */
static void the_chart_gives_the_score_back(void **state) {
  const lind_cohort *cohort = cohort_shipped(*state, "children");
  const people p = people_draw(*state, cohort, 4000);
  const double *weight = people_column(&p, cohort, "weight"), *z = people_column(&p, cohort, "weight_z"),
               *L = people_column(&p, cohort, "L"), *M = people_column(&p, cohort, "M"), *S = people_column(&p, cohort, "S");
  for (size_t i = 0; i < 4000; i++) assert_near((pow(weight[i] / M[i], L[i]) - 1) / (L[i] * S[i]), z[i], 1e-8);
}

/* Gestation of PiPS: median 28.0 weeks, 1,010 g (the cut at 23 and 31 moves the median of a normal of 28.0 a little down). */
static void preterm_infants_are_those_of_pips(void **state) {
  const lind_cohort *cohort = cohort_shipped(*state, "preterm");
  const people p = people_draw(*state, cohort, N);
  const double *g = people_column(&p, cohort, "gestation"), *weight = people_column(&p, cohort, "weight");
  const double *by_age = sorted(*state, g, N), *by_weight = sorted(*state, weight, N);
  const double lower = lind_draw_normal_cdf(-5 / 1.9), upper = lind_draw_normal_cdf(3 / 1.9);
  const double median = 28 + 1.9 * lind_draw_normal_quantile((lower + upper) / 2);
  assert_near(by_age[N / 2] / (24 * 7), median, 4 * 1.25 * 1.7 / sqrt(N));
  assert_near(median, 28.0, 0.15);
  assert_near(by_weight[N / 2] / 1000, 1010, 40);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(weights_are_those_of_the_chart, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(the_chart_gives_the_score_back, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(preterm_infants_are_those_of_pips, arena_open, arena_close),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
