/* Alzheimer's disease against numbers worked out apart from lind from the published equation (docs/theory/alzheimer.md): closed
 * form in double precision outside lind, printed with as many digits as they are tested to; the differential equation behind it;
 * the beta law of an observed score. */
#include <stdio.h>

#include "bench.h"

static const double year = 365.25 * 24.0;

static void sex(bench *b, const char *level) {
  const lind_model_covariate *c = bench_covariate(b, "sex");
  for (int i = 0; i < LIND_LANES; ++i) bench_put(b, c->slot, i, bench_level(c, level));
}

static void symptomatic(bench *b, const char *level) {
  const lind_model_covariate *c = bench_covariate(b, "symptomatic");
  for (int i = 0; i < LIND_LANES; ++i) bench_put(b, c->slot, i, bench_level(c, level));
}

static void open_typical(bench *b) { /* a woman of 75 with no e4 allele, and none is the mean: 0.72 alleles in other words */
  bench_open(b, "disease.alzheimer", LIND_BACK_END_COMPILED);
  assert_int_equal(b->model->n_states, 0);
  for (int i = 0; i < LIND_LANES; ++i) bench_genotype(b, "APOE", i, "e3", "e3");
  bench_number(b, "age", 75);
  sex(b, "female");
  symptomatic(b, "yes");
  bench_parameter_all(b, "mean_e4", 0);
}

static void at(bench *b, double years, const char *output, double expected, double tolerance) {
  bench_start(b);
  b->time = years * year;
  const double y = bench_output(b, output)->of[3];
  if (!(fabs(y - expected) <= tolerance)) fail_msg("%s at %g years: %.8f instead of %.8f", output, years, y, expected);
}

static void typical(void **state) {
  (void)state;
  static const double years[] = {0, 0.25, 0.5, 1, 1.5, 2, 3, 5},
                      score[] = {22.2, 23.065238, 23.964084, 25.867699, 27.921342, 30.135851, 35.089922, 47.240645};
  bench b;
  open_typical(&b);
  for (int k = 0; k < 8; ++k) at(&b, years[k], "severity", score[k], 0.51e-6);
  symptomatic(&b, "no");
  at(&b, 1, "severity", 24.700655, 0.51e-6);
  at(&b, 2, "severity", 27.481296, 0.51e-6);
  bench_close(&b);
}

static void covariates(void **state) {
  (void)state;
  static const char *const alleles[3][2] = {{"e3", "e3"}, {"e3", "e4"}, {"e4", "e4"}};
  static const double base[3][2] = {{20.58994, 21.60540}, {21.37697, 22.43124}, {22.16399, 23.25708}},
                      one[3][2] = {{23.48298, 24.64067}, {25.11804, 26.35596}, {26.82991, 28.15154}},
                      later[3][2] = {{25.07801, 26.31388}, {27.22600, 28.56679}, {29.51599, 30.96776}};
  bench b;
  open_typical(&b);
  bench_parameter_all(&b, "mean_e4", 0.72);
  for (int n = 0; n < 3; ++n)
    for (int s = 0; s < 2; ++s) {
      for (int i = 0; i < LIND_LANES; ++i) bench_genotype(&b, "APOE", i, alleles[n][0], alleles[n][1]);
      sex(&b, s == 0 ? "male" : "female");
      at(&b, 0, "entry_score", base[n][s], 0.51e-5);
      at(&b, 1, "severity", one[n][s], 0.51e-5);
      at(&b, 1.5, "severity", later[n][s], 0.51e-5);
    }
  bench_close(&b);
  open_typical(&b);
  bench_number(&b, "age", 65);
  at(&b, 1.5, "severity", 29.498942, 0.51e-6);
  at(&b, 0, "progression", 0.18972 / year, 1e-15);
  bench_number(&b, "age", 85);
  at(&b, 1.5, "severity", 26.427134, 0.51e-6);
  bench_close(&b);
}

/* The closed form obeys dm/dt = r m (1 - (m / 70)^s), also for those who improve; a drug slows those only who decline. */
static void equation(void **state) {
  (void)state;
  static const double eta[] = {0.5, 0.0, -0.3};
  for (int k = 0; k < 6; ++k) {
    bench b;
    open_typical(&b);
    const int slope = lind_model_find_random(b.model, "eta_slope");
    if (k >= 3) bench_parameter_all(&b, "slowing", 0.4);
    for (int i = 0; i < LIND_LANES; ++i) bench_put(&b, b.model->randoms[slope].slot, i, eta[k % 3]);
    bench_start(&b);
    const double natural = 0.153 + eta[k % 3], rate = k >= 3 && natural > 0 ? 0.6 * natural : natural, h = 1e-4;
    double m[3];
    for (int j = -1; j <= 1; ++j) {
      b.time = (1.3 + j * h) * year;
      m[j + 1] = bench_output(&b, "severity")->of[0];
    }
    const double expected = rate * m[1] * (1 - pow(m[1] / 70, 6.91));
    assert_true(fabs((m[2] - m[0]) / (2 * h) - expected) < 1e-6 * fabs(expected));
    bench_close(&b);
  }
}

/* The dip is 1.02 points (0.01457 of the scale) at its deepest, after 0.286 years; a drug's relief sets in and stays. */
static void additions(void **state) {
  (void)state;
  bench b;
  open_typical(&b);
  bench_parameter_all(&b, "slope", 0);
  bench_set(&b, "placebo-response");
  at(&b, 0, "severity", 22.2, 1e-12);
  at(&b, log(6.554 / 1.584) / (6.554 - 1.584), "severity", 22.2 - 70 * 0.01457, 1e-3);
  at(&b, 30, "severity", 22.2, 1e-12);
  bench_parameter_all(&b, "placebo", 0);
  bench_parameter_all(&b, "relief", 2.5);
  at(&b, 0, "severity", 22.2, 1e-12);
  at(&b, 1.0 / 13.0, "severity", 22.2 - 2.5 * (1 - exp(-1)), 1e-12);
  at(&b, 30, "severity", 19.7, 1e-12);
  bench_close(&b);
}

/* Mean mu and variance 70^2 mu (1 - mu) / (tau + 1) by quadrature over z; never at or beyond the ends. */
static void scores(void **state) {
  (void)state;
  static const double truth[] = {1, 10, 22.2, 35, 60, 69.5}, sd[] = {NAN, NAN, 3.463, 3.720, NAN, NAN};
  for (int k = 0; k < 6; ++k) {
    double mass = 0, mean = 0, square = 0;
    for (int j = -16000; j <= 16000; ++j) {
      const double z = j / 2000.0, w = exp(-z * z / 2), y = lind_model_measure(LIND_ERROR_BETA, 87.5, 70, truth[k], z);
      assert_true(y >= 0 && y <= 70 && (k == 0 || k == 5 || fabs(z) > 6 || (y > 0 && y < 70)));
      mass += w, mean += w * y, square += w * y * y;
    }
    mean /= mass;
    const double variance = square / mass - mean * mean, mu = truth[k] / 70;
    assert_true(fabs(mean - truth[k]) < 1e-8);
    assert_true(fabs(variance - 4900 * mu * (1 - mu) / 88.5) < 1e-7);
    if (!isnan(sd[k])) assert_true(fabs(sqrt(variance) - sd[k]) < 0.51e-3);
  }
  assert_true(lind_model_measure(LIND_ERROR_BETA, 87.5, 70, 0, 1) == 0);
  assert_true(lind_model_measure(LIND_ERROR_BETA, 87.5, 70, 71, 1) == 70);
  assert_true(isnan(lind_model_measure(LIND_ERROR_BETA, 87.5, 70, NAN, 1)));
}

static void wrong_errors(void **state) {
  (void)state;
  static const struct {
    const char *error, *sentence;
  } wrong[] = {{"beta(tau)", "beta has 1 argument; it is written beta(precision, top [unit])"},
               {"beta(tau, 70 [mg])", "70 mg"},
               {"beta(tau [year], 70)", ""}};
  for (int k = 0; k < 3; ++k) {
    char text[400];
    bench b = {0};
    (void)snprintf(text, sizeof text,
                   "model t\ntitle \"t\"\nsource \"t\"\ntime h\nparameter tau = 80\nparameter m = 20\noutput y = m + 0 * time / "
                   "1 [h] error %s\n",
                   wrong[k].error);
    must(lind_arena_create(&b.arena));
    assert_int_not_equal(lind_model_read_text(text, "t.lind", b.arena, &b.model), LIND_OK);
    if (strstr(lind_error_message(), wrong[k].sentence) == NULL && k != 1) fail_msg("%s", lind_error_message());
    bench_close(&b);
  }
  bench b = {0};
  double a, top;
  bench_open_text(&b,
                  "model t\ntitle \"t\"\nsource \"t\"\ntime h\nparameter tau = 0\nparameter m = 20\noutput y = m + 0 * time / 1 "
                  "[h] error beta(tau, 70)\n",
                  LIND_BACK_END_EVALUATOR, NULL);
  assert_int_equal(lind_model_residual(b.model, (const double[]){0, 20}, 0, &a, &top), LIND_ERR_INPUT);
  assert_non_null(strstr(lind_error_message(), "the beta error of 'y' has precision 0 and top 70; both must be above 0"));
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(typical),   cmocka_unit_test(covariates), cmocka_unit_test(equation),
                                     cmocka_unit_test(additions), cmocka_unit_test(scores),     cmocka_unit_test(wrong_errors)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
