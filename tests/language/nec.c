/* disease.nec: risk and onset by gestation against the closed forms and the numbers of its sheet. */
#include "bench.h"

enum { NEC, SEVERE, SEPSIS, DEATH };

static void usual(bench *b) { /* the factor is 1: formula, a girl of mean weight */
  bench_open(b, "disease.nec", LIND_BACK_END_COMPILED);
  bench_number(b, "weight_z", 0);
  bench_number(b, "unit_effect", 0);
  for (int i = 0; i < LIND_LANES; i++) {
    bench_put(b, bench_covariate(b, "milk")->slot, i, bench_level(bench_covariate(b, "milk"), "formula"));
    bench_put(b, bench_covariate(b, "sex")->slot, i, bench_level(bench_covariate(b, "sex"), "female"));
    for (int r = 0; r < b->model->n_randoms; r++) bench_put(b, b->model->randoms[r].slot, i, 1e9);
  }
}

static int random_slot(const bench *b, const char *name) {
  const int at = lind_model_find_random(b->model, name);
  assert_true(at >= 0);
  return b->model->randoms[at].slot;
}

/* h at which the event happens, lane by lane */
static lind_lane times(bench *b, const char *event) {
  lind_lane zero = {{0}}, g[8], at;
  const int e = lind_model_find_event(b->model, event);
  assert_true(e >= 0);
  bench_start(b);
  b->model->kernel.triggers(b->model->kernel.self, &zero, b->frame, b->x, g);
  for (int i = 0; i < LIND_LANES; i++) at.of[i] = -g[b->model->events[e].trigger].of[i];
  return at;
}

/* The share of uniform thresholds below which the event happens, by bisection on the threshold. */
static double risk_by_events(bench *b, const char *event, const char *threshold) {
  double low = 0, high = 50;
  while (high - low > 1e-13) {
    const double middle = (low + high) / 2;
    for (int i = 0; i < LIND_LANES; i++) bench_put(b, random_slot(b, threshold), i, middle);
    if (times(b, event).of[3] < 24 * 365.25 * 100)
      low = middle;
    else
      high = middle;
  }
  return 1 - exp(-low);
}

static void risk_by_gestation(void **state) {
  (void)state;
  static const double risk[] = {0.2684, 0.2161, 0.1727, 0.1373, 0.1086, 0.0857, 0.0674, 0.0529, 0.0414, 0.0324};
  bench b;
  usual(&b);
  for (int g = 23; g <= 32; g++) {
    bench_number(&b, "gestation", g);
    const double found = risk_by_events(&b, "nec", "nec_threshold");
    bench_start(&b);
    assert_true(fabs(found - risk[g - 23]) < 6e-5); /* as printed */
    assert_true(fabs(found - (1 - exp(-0.08955 * exp(-0.25 * (g - 28))))) < 1e-9);
    assert_true(fabs(bench_output(&b, "risk")->of[1] - found) < 1e-9);
  }
  bench_close(&b);
}

/* Given NEC, the share that is severe; with the risk of NEC it is the severe curve. */
static void severe_by_gestation(void **state) {
  (void)state;
  static const double risk[] = {0.1574, 0.1124, 0.0797, 0.0562, 0.0395, 0.0277, 0.0193, 0.0135, 0.0094};
  bench b;
  usual(&b);
  for (int w = 23; w <= 31; w++) {
    bench_number(&b, "gestation", w + 0.5);
    for (int i = 0; i < LIND_LANES; i++) bench_put(&b, random_slot(&b, "nec_threshold"), i, 1e-4);
    const double share = risk_by_events(&b, "severe_nec", "severity");
    bench_start(&b);
    assert_true(fabs(share * bench_output(&b, "risk")->of[0] - risk[w - 23]) < 6e-5);
  }
  bench_close(&b);
}

static void onset(void **state) {
  (void)state;
  static const struct {
    double gestation, median, before_14;
  } row[] = {{24, 30, 0.102}, {26, 22, 0.226}, {28, 14, 0.500}, {30, 8, 0.825}, {32, 8, 0.825}, {22, 34, 0.0696}};
  bench b;
  usual(&b);
  for (size_t r = 0; r < sizeof row / sizeof *row; r++) {
    bench_number(&b, "gestation", row[r].gestation);
    bench_start(&b);
    const double hazard = 0.08955 * exp(-0.25 * (row[r].gestation - 28));
    for (int i = 0; i < LIND_LANES; i++)
      bench_put(&b, random_slot(&b, "nec_threshold"), i, hazard * (i == 0 ? row[r].before_14 : 0.5));
    const lind_lane at = times(&b, "nec");
    assert_true(fabs(at.of[1] / 24 - row[r].median) < 1e-9);
    assert_true(fabs(at.of[0] / 24 - 14) < 0.07); /* three digits of the share */
    /* the distribution function of the onset: lognormal, log sd 0.6 */
    assert_true(fabs(erfc(-log(at.of[0] / 24 / row[r].median) / 0.6 / sqrt(2)) / 2 - row[r].before_14) < 1e-12);
  }
  bench_close(&b);
}

/* Each factor multiplies the cumulative hazard, the treatment by its exposure. */
static void factors_multiply(void **state) {
  (void)state;
  bench b;
  usual(&b);
  bench_number(&b, "gestation", 28);
  bench_start(&b);
  const double usual_hazard = -log(1 - bench_output(&b, "risk")->of[0]);
  bench_number(&b, "weight_z", -2);
  bench_number(&b, "unit_effect", 0.4);
  for (int i = 0; i < LIND_LANES; i++) {
    bench_put(&b, bench_covariate(&b, "milk")->slot, i, bench_level(bench_covariate(&b, "milk"), i % 2 ? "mother" : "donor"));
    bench_put(&b, bench_covariate(&b, "sex")->slot, i, bench_level(bench_covariate(&b, "sex"), "male"));
  }
  bench_start(&b);
  const double rest = 1.25 * 1.25 * 1.1 * exp(0.4);
  assert_true(fabs(-log(1 - bench_output(&b, "risk")->of[0]) / usual_hazard / (rest * 0.53) - 1) < 2e-4);
  assert_true(fabs(-log(1 - bench_output(&b, "risk")->of[1]) / usual_hazard / (rest * 0.69) - 1) < 2e-4);
  bench_parameter_all(&b, "hazard_ratio", 0.6);
  bench_parameter_all(&b, "exposure", 0.5);
  const double treated = -log(1 - risk_by_events(&b, "nec", "nec_threshold"));
  assert_true(fabs(treated / usual_hazard / (rest * 0.69) / sqrt(0.6) - 1) < 2e-4); /* lane 3: mother */
  bench_close(&b);
}

static void sepsis_and_death(void **state) {
  (void)state;
  bench b;
  usual(&b);
  bench_number(&b, "gestation", 28);
  assert_true(fabs(risk_by_events(&b, "sepsis", "sepsis_threshold") - (1 - exp(-0.36))) < 1e-9);
  for (int i = 0; i < LIND_LANES; i++) bench_put(&b, random_slot(&b, "sepsis_threshold"), i, 0.18);
  assert_true(fabs(times(&b, "sepsis").of[0] / 24 - 12) < 1e-9);
  bench_number(&b, "gestation", 25);
  assert_true(fabs(risk_by_events(&b, "death", "death_threshold") - (1 - exp(-exp(-1.9)))) < 1e-6);
  /* death of severe NEC: 48 % of it, five days later */
  for (int i = 0; i < LIND_LANES; i++) {
    bench_put(&b, random_slot(&b, "death_threshold"), i, 1e9);
    bench_put(&b, random_slot(&b, "nec_threshold"), i, 1e-3);
    bench_put(&b, random_slot(&b, "severity"), i, 1e-3);
    bench_put(&b, random_slot(&b, "survival"), i, -log(1 - 0.479));
  }
  const lind_lane nec = times(&b, "nec"), death = times(&b, "death");
  assert_true(fabs(death.of[0] - nec.of[0] - 120) < 1e-9);
  for (int i = 0; i < LIND_LANES; i++) bench_put(&b, random_slot(&b, "survival"), i, -log(1 - 0.481));
  assert_true(times(&b, "death").of[0] > 1e6);
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(risk_by_gestation), cmocka_unit_test(severe_by_gestation), cmocka_unit_test(onset),
      cmocka_unit_test(factors_multiply),  cmocka_unit_test(sepsis_and_death),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
