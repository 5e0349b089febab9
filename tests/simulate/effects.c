/* Random effects of a life that are not normal, and covariates on a line. */
#include "simulate_case.h"

enum { PEOPLE = 2000 };

static int rising(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The distribution function is 1 - exp(-x / 30 h) to Kolmogorov's bound at 1e-4 (2.225 / sqrt n); the effect stays, and has
 * nothing to do with the one beside it. */
static void exponential(void **state) {
  static double x[PEOPLE];
  trial t = trial_open("effects");
  (void)state;
  double apart = 0.0, together = 0.0;
  trial_run(&t, 0);
  for (int s = 0; s < PEOPLE; s++) {
    x[s] = visit_value(t.desk, s, 0, 0);
    assert_true(x[s] > 0.0 && x[s] == visit_value(t.desk, s, 0, 1));
    together += (x[s] / 30.0 - 1.0) * visit_value(t.desk, s, 1, 0) / 0.5 / PEOPLE;
  }
  qsort(x, PEOPLE, sizeof *x, rising);
  for (int s = 0; s < PEOPLE; s++) apart = fmax(apart, fabs(1.0 - exp(-x[s] / 30.0) - (s + 0.5) / PEOPLE) + 0.5 / PEOPLE);
  assert_true(apart < 2.225 / sqrt(PEOPLE));
  assert_near(together, 0.0, 4.5 / sqrt(PEOPLE));
  trial_close(&t);
}

/* A cohort knows one value: the line is flat. */
static void flat_line(void **state) {
  trial t = trial_open("effects");
  (void)state;
  trial_run(&t, 0);
  for (int s = 0; s < PEOPLE; s++) {
    const double age = visit_value(t.desk, s, 2, 0);
    assert_true(age >= 18.0 && age <= 80.0 && age == visit_value(t.desk, s, 2, 1));
  }
  trial_close(&t);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(exponential), cmocka_unit_test(flat_line)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
