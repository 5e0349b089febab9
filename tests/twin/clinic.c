/* Twins of 1,000 people who are what the model says: forecast intervals and posteriors hold what they claim, and each visit that
 * is learnt from makes forecasts of the rest better. With an argument: 1,000 people and the particles, too (nightly). */
#include "clinic.h"

/* cmocka.h needs the others before it */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
/* clang-format on */

enum { POINTS = 400, LEARNT = 5, ASKED = 5 }; /* visits learnt from; the visit that is forecast, from 0 */

static int people = 200;
static bool at_length = false;

static const lind_twin_settings quick = {.tolerance = {.relative = 1e-4, .absolute = 1e-5}};

/* 99.9 % of binomial counts lie within 3.29 sd. */
static void holds(const char *what, int inside, int n) {
  const double share = (double)inside / n, band = 3.29 * sqrt(0.95 * 0.05 / n);
  printf("%s: %.4f of %d\n", what, share, n);
  if (fabs(share - 0.95) > band) fail_msg("%s: %.4f of %d, not 0.95 within %.4f", what, share, n, band);
}

/* A clinician learns of visits until now, and of doses until the visit that is asked for. */
static void forget_the_rest(clinic *c) { c->patient.n = c->sights[ASKED].record + 1; }

static void within(const double *value, const double *weight, int n, double truth, int *inside) {
  int order[CLINIC_POINTS];
  const double low = lind_twin_forecast_quantile(value, weight, n, 0.025, order),
               high = lind_twin_forecast_quantile(value, weight, n, 0.975, order);
  *inside += truth >= low && truth <= high;
}

/* INR at the visit as the points have it: true, and measured. */
static void foresee(clinic *c, lind_twin *twin, const lind_twin_world *world, const lind_twin_points *points, double *truth,
                    double *measured) {
  static double outputs[CLINIC_POINTS * 8];
  const int inr = c->sights[ASKED].output, n_outputs = c->model->n_outputs;
  lind_twin_forecast(twin, &c->patient, points, c->sights[ASKED].record, outputs);
  for (int s = 0; s < points->n; s++) {
    truth[s] = outputs[s * n_outputs + inr];
    measured[s] = lind_twin_forecast_measured(world, c->patient.who, s, 0, inr, truth[s]);
  }
}

static void cover(double drift, double knots, const char *what) {
  static double z[CLINIC_POINTS * 64], truth[CLINIC_POINTS], measured[CLINIC_POINTS];
  lind_twin_settings settings = quick;
  clinic c;
  int inside[3] = {0}, converged = 0;
  char words[100];
  settings.knots = knots;
  clinic_open(&c, settings, drift);
  for (int i = 0; i < people; i++) {
    clinic_meet(&c, (uint32_t)i, 0.0);
    forget_the_rest(&c);
    lind_twin_posterior *p = &c.posterior;
    lind_twin_fit(c.twin, &c.patient, LEARNT, false, p);
    converged += p->converged;
    lind_twin_draw(p, c.patient.who, POINTS, z);
    const lind_twin_points points = {p->layout, POINTS, p->layout.n, z, NULL};
    foresee(&c, c.twin, c.world, &points, truth, measured);
    within(truth, NULL, POINTS, c.truth[ASKED], &inside[0]);
    within(measured, NULL, POINTS, c.sights[ASKED].value, &inside[1]);
    inside[2] += fabs(c.z[2] - p->z[2]) < 1.96 * sqrt(p->covariance[2 * p->layout.n + 2]); /* eta_ec */
  }
  static const char *const names[] = {"true INR", "measured INR", "sensitivity"};
  for (int k = 0; k < 3; k++) {
    (void)snprintf(words, sizeof words, "%s, %s", what, names[k]);
    holds(words, inside[k], people);
  }
  assert_true(converged >= people - people / 100);
  clinic_close(&c);
}

static void laplace_intervals_hold(void **state) {
  (void)state;
  cover(0.0, 0.0, "mode");
  if (at_length) cover(0.23, 0.0, "mode, drift, knots every 5 days");
}

static void particles_hold(void **state) {
  enum { N = 512 };
  static double truth[CLINIC_POINTS], measured[CLINIC_POINTS];
  clinic c;
  int inside[2] = {0};
  const int n = at_length ? 500 : 50;
  (void)state;
  clinic_open(&c, quick, at_length ? 0.23 : 0.0);
  for (int i = 0; i < n; i++) {
    lind_twin_particles p;
    lind_twin_judgement judgement;
    lind_arena *arena;
    clinic_must(lind_arena_create(&arena));
    clinic_meet(&c, (uint32_t)i, 0.0);
    forget_the_rest(&c);
    c.patient.n_sights = LEARNT;
    clinic_must(lind_twin_particles_take(c.nature, N, 4, arena, &p));
    while (lind_twin_filter(c.mother, &c.patient, &p, &judgement)) {
    }
    const lind_twin_points points = {p.layout, N, p.most, p.z, p.weight};
    foresee(&c, c.mother, c.nature, &points, truth, measured);
    within(truth, p.weight, N, c.truth[ASKED], &inside[0]);
    within(measured, p.weight, N, c.sights[ASKED].value, &inside[1]);
    lind_arena_destroy(&arena);
  }
  holds("particles, true INR", inside[0], n);
  holds("particles, measured INR", inside[1], n);
  clinic_close(&c);
}

/* The true INR of day 57 from the first k visits, the last of them on day 22: the mean square of its logarithm's error falls. */
static void each_visit_helps(void **state) {
  enum { LAST = 6 };
  double error[LAST + 1] = {0};
  clinic c;
  (void)state;
  clinic_open(&c, quick, 0.0);
  for (int i = 0; i < people; i++) {
    clinic_meet(&c, (uint32_t)i, 0.0);
    c.patient.n = c.sights[LAST].record + 1;
    for (int k = 0; k <= LAST; k++) {
      double outputs[8];
      lind_twin_fit(c.twin, &c.patient, k, k > 0, &c.posterior);
      const lind_twin_points mode = {c.posterior.layout, 1, c.posterior.layout.n, c.posterior.z, NULL};
      lind_twin_forecast(c.twin, &c.patient, &mode, c.sights[LAST].record, outputs);
      const double miss = log(outputs[c.sights[LAST].output] / c.truth[LAST]);
      error[k] += miss * miss / people;
    }
  }
  for (int k = 0; k <= LAST; k++) {
    printf("%d visits: %.4f\n", k, sqrt(error[k]));
    assert_true(k == 0 || error[k] < error[k - 1]);
  }
  assert_true(error[LAST] < 0.25 * error[0]);
  clinic_close(&c);
}

int main(int argc, char **argv) {
  (void)argv;
  const struct CMUnitTest tests[] = {cmocka_unit_test(laplace_intervals_hold), cmocka_unit_test(particles_hold),
                                     cmocka_unit_test(each_visit_helps)};
  if (argc > 1) {
    people = 1000;
    at_length = true;
  }
  return cmocka_run_group_tests(tests, NULL, NULL);
}
