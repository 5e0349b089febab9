/* Parameter uncertainty: a replicate is one state of knowledge, whose patients share it. */
#include "simulate_case.h"

#include <stdio.h>

#include "lind/draw.h"

#define DATA       LIND_SOURCE_DIR "/tests/simulate/data/unsure/"
#define COVARIANCE "uncertainty={covariance: " DATA "covariance.csv, log: [cl]}"

static double parameter_of(const trial *t, const char *name) {
  return t->desk->values.parameters[lind_model_find_parameter(t->plan->model, name)];
}

static void enrol(trial *t, uint32_t replicate) { lind_enrol(t->desk, replicate, 0, 4, NULL, NULL); }

static void a_table_gives_each_replicate_its_row(void **state) {
  (void)state;
  trial t = trial_open("unsure", "uncertainty={sets: " DATA "sets.csv}", "replicates=5");
  const double cl[3] = {4, 5, 6.5}, omega[3] = {0.2, 0.3, 0.4};
  for (uint32_t r = 0; r < 5; r++) {
    enrol(&t, r);
    assert_near(parameter_of(&t, "cl"), cl[r % 3], 1e-15);
    assert_near(parameter_of(&t, "omega_cl"), omega[r % 3], 1e-15);
    assert_near(parameter_of(&t, "v"), 50, 0); /* no column: as known */
    assert_near(t.desk->values.factor[0], omega[r % 3], 1e-15);
  }
  trial_close(&t);
}

static void the_covariance_comes_out(void **state) {
  (void)state;
  enum { N = 20000 };
  trial t = trial_open("unsure", COVARIANCE);
  double sum[2] = {0}, square[2] = {0}, cross = 0;
  for (uint32_t r = 0; r < N; r++) {
    enrol(&t, r);
    const double a = log(parameter_of(&t, "cl") / 5), b = parameter_of(&t, "v") - 50;
    sum[0] += a, sum[1] += b, square[0] += a * a, square[1] += b * b, cross += a * b;
  }
  /* standard errors of a mean, a variance and a covariance of N normal draws; 4 of them */
  const double n = N, root = sqrt(n);
  assert_near(sum[0] / n, 0, 4 * 0.1 / root);
  assert_near(sum[1] / n, 0, 4 * 2 / root);
  assert_near(square[0] / n, 0.01, 4 * 0.01 * sqrt(2) / root);
  assert_near(square[1] / n, 4, 4 * 4 * sqrt(2) / root);
  assert_near(cross / n, 0.1, 4 * sqrt(0.01 * 4 + 0.1 * 0.1) / root);
  trial_close(&t);
}

/* The values of a replicate are its own: no order, no neighbour, the same on every desk. */
static void a_replicate_keeps_its_values(void **state) {
  (void)state;
  trial t = trial_open("unsure", COVARIANCE), u = trial_open("unsure", COVARIANCE, "patients=8");
  enrol(&t, 7);
  const double cl = parameter_of(&t, "cl");
  enrol(&t, 3);
  assert_true(parameter_of(&t, "cl") != cl);
  enrol(&u, 7);
  assert_true(parameter_of(&u, "cl") == cl);
  trial_close(&t);
  trial_close(&u);
}

static void messages(void **state) {
  (void)state;
  static const struct {
    const char *set, *message;
  } cases[] = {
      {"uncertainty={log: [cl]}",
       "uncertainty needs either sets or covariance: a table of parameter sets, or the covariance matrix of "
       "estimates"},
      {"uncertainty={sets: " DATA "sets.csv, log: [cl]}", "uncertainty.log has no meaning where sets are given; leave it out"},
      {"uncertainty={sets: " DATA "unit.csv}", "column cl has the unit 'kg'; "},
      {"uncertainty={sets: " DATA "unknown.csv}", "'clr' is not a parameter of model unsure (did you mean 'cl'?)"},
      {"uncertainty={sets: " DATA "negative.csv}", "the parameters of replicate 1 cannot be used: "},
      {"uncertainty={covariance: " DATA "crooked.csv}", "the covariance of v and cl differs from that of cl and v"},
      {"uncertainty={covariance: " DATA "impossible.csv}",
       "the matrix is no covariance matrix: at this row it is not positive definite"},
      {"uncertainty={covariance: " DATA "covariance.csv, log: [cl, ka]}", "'ka' is not a parameter of model unsure"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    trial t = {0};
    assert_int_not_equal(trial_plan(&t, "unsure", (const char *const[]){cases[i].set, "replicates=2", NULL}), LIND_OK);
    if (strstr(lind_error_message(), cases[i].message) == NULL) fail_msg("%s: %s", cases[i].set, lind_error_message());
    lind_arena_destroy(&t.arena);
  }
}

static void factors_of_singular_matrices(void **state) {
  (void)state;
  const double once[] = {4, 2, 2, 1}, none[] = {0, 0, 0, 9}, bad[] = {1, 2, 2, 1}, apart[] = {0, 1, 1, 1};
  double l[4];
  assert_int_equal(lind_draw_factor(once, 2, l), -1); /* one direction only */
  assert_true(l[0] == 2 && l[1] == 0 && l[2] == 1 && l[3] == 0);
  assert_int_equal(lind_draw_factor(none, 2, l), -1);
  assert_true(l[0] == 0 && l[2] == 0 && l[3] == 3);
  assert_int_equal(lind_draw_factor(bad, 2, l), 1);
  assert_int_equal(lind_draw_factor(apart, 2, l), 1);
}

/* A value that no replicate would live by is no value. */
static void sets_and_parameters(void **state) {
  (void)state;
  trial t = {0};
  assert_int_not_equal(
      trial_plan(&t, "unsure", (const char *const[]){"uncertainty={sets: " DATA "sets.csv}", "model.parameters.cl=2 L/h", NULL}),
      LIND_OK);
  assert_non_null(strstr(lind_error_message(), "has a column cl, and model.parameters gives it a value"));
  lind_arena_destroy(&t.arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sets_and_parameters),
      cmocka_unit_test(a_table_gives_each_replicate_its_row),
      cmocka_unit_test(the_covariance_comes_out),
      cmocka_unit_test(a_replicate_keeps_its_values),
      cmocka_unit_test(messages),
      cmocka_unit_test(factors_of_singular_matrices),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
