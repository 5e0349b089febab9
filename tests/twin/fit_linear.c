/* Linear and normal: mode, covariance, evidence are the closed form, whatever knots and lanes do. */
#include "linear.h"

static void open_linear(twin_case *c) {
  *c = (twin_case){0};
  twin_text(c, linear_text, "rk");
  c->settings.knots = 24.0; /* every node */
  c->settings.close = 1e-8;
  twin_open(c);
  linear_see(c, LINEAR);
}

/* Effects are the root of their covariance times z. */
static double effect_covariance(const twin_case *c, const lind_twin_posterior *p, int one, int other) {
  double sum = 0.0, root[4];
  const int n = p->layout.n;
  must(lind_model_random_factor(c->model, c->parameters, root));
  for (int i = 0; i <= one; i++)
    for (int j = 0; j <= other; j++) sum += root[2 * one + i] * p->covariance[i * n + j] * root[2 * other + j];
  return sum;
}

static void equals_the_closed_form(void **state) {
  twin_case c;
  (void)state;
  open_linear(&c);
  lind_twin_posterior p = twin_posterior(&c);
  for (int n = 1; n <= LINEAR; n++) {
    double eta[2];
    lind_twin_fit(c.twin, &c.patient, n, n > 1, &p);
    assert_true(p.converged);
    lind_twin_effects(c.world, &p.layout, p.z, 0, eta);
    for (int one = 0; one < 2; one++) {
      assert_near(eta[one], linear_given(n, one, 0, one, 0).mean, 1e-8);
      for (int other = 0; other < 2; other++)
        assert_near(effect_covariance(&c, &p, one, other), linear_given(n, one, 0, other, 0).covariance, 1e-8);
    }
    assert_near(p.evidence, linear_given(n, 0, 0, 0, 0).evidence, 1e-8);
  }
  twin_close(&c);
}

/* Nothing measured is nothing learnt. */
static void knows_the_prior(void **state) {
  twin_case c;
  (void)state;
  open_linear(&c);
  lind_twin_posterior p = twin_posterior(&c);
  lind_twin_fit(c.twin, &c.patient, 0, false, &p);
  assert_true(p.converged);
  for (int i = 0; i < p.layout.n; i++)
    for (int j = 0; j < p.layout.n; j++) assert_near(p.covariance[i * p.layout.n + j], i == j, 0.0);
  assert_near(p.evidence, 0.0, 1e-12);
  twin_close(&c);
}

/* What was fitted before, and by which desk, cannot be told from the bits. */
static void forgets_whom_it_served(void **state) {
  twin_case c;
  (void)state;
  open_linear(&c);
  lind_twin_posterior p = twin_posterior(&c), q = twin_posterior(&c);
  lind_twin *other;
  must(lind_twin_create(c.world, &other));
  lind_twin_fit(c.twin, &c.patient, 9, false, &p);
  lind_twin_fit(c.twin, &c.patient, LINEAR, false, &p);
  lind_twin_fit(other, &c.patient, LINEAR, false, &q);
  assert_int_equal(p.steps, q.steps);
  assert_memory_equal(p.z, q.z, (size_t)p.layout.n * sizeof *p.z);
  assert_memory_equal(p.covariance, q.covariance, (size_t)(p.layout.n * p.layout.n) * sizeof *p.z);
  lind_twin_destroy(&other);
  twin_close(&c);
}

/* Forecasts of the truth: mean and sd of many points against the closed form, five days behind the last value. */
static void forecasts_as_it_should(void **state) {
  enum { POINTS = 4000 };
  twin_case c;
  (void)state;
  open_linear(&c);
  lind_twin_posterior p = twin_posterior(&c);
  lind_twin_fit(c.twin, &c.patient, LINEAR, false, &p);
  const int from = twin_observe(&c, 24.0 * 35.0);
  double *z = lind_arena_take(c.arena, POINTS * (size_t)p.layout.n, sizeof *z), truth[POINTS], mean = 0.0, square = 0.0;
  lind_twin_draw(&p, c.patient.who, POINTS, z);
  const lind_twin_points points = {p.layout, POINTS, p.layout.n, z, NULL};
  lind_twin_forecast(c.twin, &c.patient, &points, from, truth);
  for (int s = 0; s < POINTS; s++) {
    mean += truth[s] / POINTS;
    square += truth[s] * truth[s] / POINTS;
  }
  const linear_answer exact = linear_given(LINEAR, 3, 35.0, 3, 35.0);
  const double variance = exact.covariance - linear_error * linear_error;
  assert_near(mean, exact.mean, 4.5 * sqrt(variance / POINTS));
  assert_near(square - mean * mean, variance, 4.5 * variance * sqrt(2.0 / (POINTS / 2)));
  twin_close(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(equals_the_closed_form), cmocka_unit_test(knows_the_prior),
                                     cmocka_unit_test(forgets_whom_it_served), cmocka_unit_test(forecasts_as_it_should)};
  lind_draw_prepare();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
