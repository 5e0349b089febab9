/* Particles on the linear and normal model: what a Kalman filter says, with an error that falls as N^-1/2. */
#include "linear.h"

enum { RUNS = 24 };

typedef struct answer {
  double mean[2], score, accepted;
  uint32_t resampled;
} answer;

static answer filter(twin_case *c, int n, uint64_t seed) {
  lind_twin_particles p;
  lind_twin_judgement j;
  answer a;
  memset(&a, 0, sizeof a); /* its bytes are compared */
  must(lind_twin_particles_take(c->world, n, 2, c->arena, &p));
  c->patient.who.seed = seed;
  while (lind_twin_filter(c->twin, &c->patient, &p, &j)) a.score += j.score;
  for (int i = 0; i < n; i++) {
    double eta[2];
    lind_twin_effects(c->world, &p.layout, p.z + (size_t)i * (size_t)p.most, 0, eta);
    for (int k = 0; k < 2; k++) a.mean[k] += p.weight[i] * eta[k];
  }
  a.resampled = p.resampled;
  a.accepted = p.accepted;
  return a;
}

static void open_linear(twin_case *c, int values) {
  *c = (twin_case){0};
  twin_text(c, linear_text, "rk");
  c->settings.tolerance.relative = 1e-6;
  c->settings.knots = 24.0;
  twin_open(c);
  linear_see(c, values);
}

/* Root mean square error of both means and of the score, and the mean of the errors, over RUNS seeds. */
static void errors(twin_case *c, int values, int n, double rms[3], double mean[3]) {
  const double exact[3] = {linear_given(values, 0, 0, 0, 0).mean, linear_given(values, 1, 0, 1, 0).mean,
                           linear_given(values, 0, 0, 0, 0).evidence};
  for (int k = 0; k < 3; k++) rms[k] = mean[k] = 0.0;
  for (int r = 0; r < RUNS; r++) {
    const answer a = filter(c, n, 100 + (uint64_t)r);
    const double found[3] = {a.mean[0], a.mean[1], a.score};
    for (int k = 0; k < 3; k++) {
      rms[k] += (found[k] - exact[k]) * (found[k] - exact[k]) / RUNS;
      mean[k] += (found[k] - exact[k]) / RUNS;
    }
  }
  for (int k = 0; k < 3; k++) rms[k] = sqrt(rms[k]);
}

/* 16 times the particles: a quarter of the error. The ratio of two root mean squares of RUNS values has a relative error of
 * about 1 / sqrt(RUNS); three of them give the bounds. */
static void error_falls_with_the_root(void **state) {
  twin_case c;
  double few[3], many[3], bias[3];
  (void)state;
  open_linear(&c, 8);
  errors(&c, 8, 64, few, bias);
  errors(&c, 8, 1024, many, bias);
  for (int k = 0; k < 3; k++) {
    const double ratio = few[k] / many[k], bound = exp(3.0 / sqrt(RUNS));
    if (!(ratio > 4.0 / bound && ratio < 4.0 * bound)) fail_msg("%d: %g over %g is %g, not 4", k, few[k], many[k], ratio);
    assert_near(bias[k], 0.0, 4.5 * many[k] / sqrt(RUNS));
  }
  twin_close(&c);
}

/* It resampled and moved, or nothing above was tested. */
static void particles_move(void **state) {
  twin_case c;
  (void)state;
  open_linear(&c, LINEAR);
  const answer a = filter(&c, 512, 7), again = filter(&c, 512, 7);
  assert_true(a.resampled >= 2);
  assert_true(a.accepted > 0.1 && a.accepted < 0.9);
  assert_memory_equal(&a, &again, sizeof a);
  twin_close(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(error_falls_with_the_root), cmocka_unit_test(particles_move)};
  lind_draw_prepare();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
