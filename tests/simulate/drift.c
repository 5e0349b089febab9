/* Drifts and curves: stationary from the first day, correlated as the process says, constant between nodes, the same histogram as
 * the lives. */
#include "simulate_case.h"

enum { PEOPLE = 1500, DAYS = 24 };

static double x[PEOPLE][DAYS];

/* Every day of every patient, read at visits. */
static trial drifting(void) {
  trial t = trial_open("drift");
  t.desk->curve = test_calloc((size_t)t.desk->n_curve_times * LIND_CURVE_BINS, sizeof(int64_t));
  trial_run(&t, 0);
  for (int s = 0; s < PEOPLE; s++)
    for (int v = 0; v < DAYS; v++) x[s][v] = visit_value(t.desk, s, 0, v);
  return t;
}

static void drifting_end(trial *t) {
  test_free(t->desk->curve);
  trial_close(t);
}

/* Mean 0 and variance sd^2 on every day: the variance of n normals is within 4.5 sd^2 sqrt(2 / n). */
static void stationary_from_the_first_day(void **state) {
  trial t = drifting();
  (void)state;
  for (int v = 0; v < DAYS; v++) {
    double mean = 0.0, square = 0.0;
    for (int s = 0; s < PEOPLE; s++) {
      mean += x[s][v] / PEOPLE;
      square += x[s][v] * x[s][v] / PEOPLE;
    }
    assert_near(mean, 0.0, 4.5 * 0.7 / sqrt(PEOPLE));
    assert_near(square, 0.49, 4.5 * 0.49 * sqrt(2.0 / PEOPLE));
  }
  drifting_end(&t);
}

/* exp(-k days / 4 days) after k days; the error of a mean product of PEOPLE pairs is at most sd^2 sqrt(2 / PEOPLE). */
static void correlated_as_said(void **state) {
  trial t = drifting();
  (void)state;
  for (int k = 1; k < 9; k++)
    for (int v = 0; v + k < DAYS; v += 3) {
      double product = 0.0;
      for (int s = 0; s < PEOPLE; s++) product += x[s][v] * x[s][v + k] / PEOPLE;
      assert_near(product, 0.49 * exp(-k / 4.0), 4.5 * 0.49 * sqrt(2.0 / PEOPLE));
    }
  drifting_end(&t);
}

/* Steps of the chain are normals of their own: x(v + 1) - r x(v) does not depend on what was before. */
static void new_at_every_node(void **state) {
  trial t = drifting();
  const double r = exp(-0.25), sd = 0.7 * sqrt(1.0 - r * r);
  double product = 0.0, square = 0.0, n = 0.0;
  (void)state;
  for (int s = 0; s < PEOPLE; s++)
    for (int v = 1; v + 1 < DAYS; v++, n++) {
      const double kick = x[s][v + 1] - r * x[s][v], before = x[s][v] - r * x[s][v - 1];
      product += kick * before;
      square += kick * kick;
    }
  assert_near(product / n, 0.0, 4.5 * sd * sd / sqrt(n));
  assert_near(square / n, sd * sd, 4.5 * sd * sd * sqrt(2.0 / n));
  drifting_end(&t);
}

/* The histogram at day d is that of the values of that day; at noon the drift is still that of the morning. */
static void curves_count_everybody(void **state) {
  trial t = drifting();
  (void)state;
  assert_int_equal(t.desk->n_curve_times, 57); /* every 12 h from 0 to 28 days */
  for (int v = 0; v < DAYS; v++) {
    int64_t wanted[LIND_CURVE_BINS] = {0};
    for (int s = 0; s < PEOPLE; s++) {
      const double place = floor((x[s][v] + 2.0) / 4.0 * LIND_CURVE_BINS);
      wanted[(int)fmax(0.0, fmin(place, LIND_CURVE_BINS - 1))]++; /* beyond the bounds: the outermost bin */
    }
    assert_memory_equal(t.desk->curve + (2 * v) * LIND_CURVE_BINS, wanted, sizeof wanted);
    assert_memory_equal(t.desk->curve + (2 * v + 1) * LIND_CURVE_BINS, wanted, sizeof wanted);
  }
  drifting_end(&t);
}

/* A grid that meets the days only to rounding: visits stay in the morning, and every stop is there. */
static void an_awkward_grid(void **state) {
  trial t = trial_open("maze", "patients=300", "curves.every=2.1818181818181817 h"); /* 11 a day */
  (void)state;
  trial_run(&t, 0);
  for (int s = 0; s < 300; s++) {
    assert_int_not_equal(t.desk->reason[s], LIND_END_FAILED);
    for (int v = 0; v < t.desk->n_visits[s]; v++) assert_near(fmod(visit_time(t.desk, s, v), 24.0), 0.0, 0.0);
  }
  trial_close(&t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(stationary_from_the_first_day), cmocka_unit_test(correlated_as_said), cmocka_unit_test(new_at_every_node),
      cmocka_unit_test(curves_count_everybody),        cmocka_unit_test(an_awkward_grid),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
