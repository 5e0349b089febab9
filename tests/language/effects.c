/* Effects, errors and covariates that move: occasions, exponential effects, power and correlated errors, linear covariates. */
#include "agree.h"

static const char text[] =
    "model m\n"
    "covariate weight [kg] linear \"weighed\"\n"
    "covariate albumin [g/L] optional linear\n"
    "covariate sex category(\"f\", \"m\")\n"
    "parameter s = 0.2\n"
    "parameter mean = 3 [h]\n"
    "parameter tau = 2 [day]\n"
    "random eta ~ normal(sd = s)\n"
    "random iov_cl, iov_v ~ normal(sd = [s, s / 2], correlation = [0.5]) occasion \"between occasions\"\n"
    "random wait, rest ~ exponential(mean = [mean, 2 * mean])\n"
    "k = 0.1 [1/h] * exp(eta + iov_cl - iov_v) * (weight / (70 [kg])) ^ 0.75 * (if sex == \"f\" then 1 else 2)\n"
    "state x [ug] = 1 [mg]\n"
    "d/dt(x) = -k * x * (if time > wait + rest then albumin / (40 [g/L]) else 1)\n"
    "output a [ug] = x error power(2 [ug], 0.7) correlation(tau = tau) \"amount\"\n"
    "output b [mg] = x error power(2 [ug], 0.7)\n"
    "output c [mg] = x error additive(0.3 [mg]) correlation(tau = 6 [h])\n"
    "output rate = k\n";

static void random_effects(void **state) {
  (void)state;
  const double p[] = {0.2, 3, 48};
  double f[25];
  bench b;
  bench_open_text(&b, text, LIND_BACK_END_EVALUATOR, NULL);
  const lind_model *m = b.model;
  assert_int_equal(m->n_randoms, 5);
  for (int k = 0; k < 5; ++k) {
    assert_int_equal(m->randoms[k].occasion, k == 1 || k == 2);
    assert_int_equal(m->randoms[k].kind, k >= 3 ? LIND_RANDOM_EXPONENTIAL : LIND_RANDOM_NORMAL);
  }
  must(lind_model_random_factor(m, p, f));
  assert_true(f[0] == 0.2 && f[6] == 0.2 && f[11] == 0.05 && fabs(f[12] - 0.1 * sqrt(0.75)) < 1e-16);
  assert_true(f[18] == 3 && f[24] == 6 && f[23] == 0 && f[15] == 0);
  assert_true(m->randoms[3].block != m->randoms[4].block);
  assert_int_equal(lind_model_random_factor(m, (const double[]){0.2, -3, 48}, f), LIND_ERR_INPUT);
  assert_string_equal(lind_error_message(), "t.lind:10:8: the mean of 'wait' is -3; it must be 0 or more");
  bench_close(&b);
}

/* sd = a (y / 1 [unit])^b, whatever the unit: 2 ug at 1 ug; 2 ug at 1 mg. */
static void power_errors(void **state) {
  (void)state;
  const double p[] = {0.2, 3, 48};
  double a, c;
  bench b;
  bench_open_text(&b, text, LIND_BACK_END_EVALUATOR, NULL);
  assert_int_equal(b.model->outputs[0].residual, LIND_ERROR_POWER);
  for (int z = -2; z <= 2; ++z) {
    must(lind_model_residual(b.model, p, 0, &a, &c));
    assert_true(fabs(lind_model_measure(LIND_ERROR_POWER, a, c, 0.5, z) - (0.5 + 0.002 * pow(500, 0.7) * z)) < 1e-14);
    must(lind_model_residual(b.model, p, 1, &a, &c));
    assert_true(fabs(lind_model_measure(LIND_ERROR_POWER, a, c, 0.5, z) - (0.5 + 0.002 * pow(0.5, 0.7) * z)) < 1e-15);
    assert_true(fabs(lind_model_measure(LIND_ERROR_POWER, 0.3, 1, 7, z) -
                     lind_model_measure(LIND_ERROR_PROPORTIONAL, 0.3, 0, 7, z)) < 1e-14);
    assert_true(lind_model_measure(LIND_ERROR_POWER, 0.3, 0, 7, z) == lind_model_measure(LIND_ERROR_ADDITIVE, 0.3, 0, 7, z));
  }
  bench_close(&b);
}

/* z keeps variance 1, correlation exp(-t / tau), and does not mind how a way is cut into pieces. */
static void correlated_errors(void **state) {
  (void)state;
  const double p[] = {0.2, 3, 48}, none[] = {0.2, 3, 0};
  double tau;
  bench b;
  bench_open_text(&b, text, LIND_BACK_END_EVALUATOR, NULL);
  const bool correlated[] = {true, false, true, false};
  const double expected[] = {48, 0, 6, 0};
  for (int k = 0; k < 4; ++k) {
    assert_int_equal(b.model->outputs[k].correlated, correlated[k]);
    must(lind_model_residual_tau(b.model, p, k, &tau));
    assert_true(tau == expected[k]);
  }
  assert_int_equal(lind_model_residual_tau(b.model, none, 0, &tau), LIND_ERR_INPUT);
  assert_string_equal(lind_error_message(), "t.lind:14:8: tau of the errors of 'a' is 0 h; it must be above 0");
  for (double t = 0.25; t < 100; t *= 2) {
    const double keep = lind_model_correlate(1, t, 6, 0), kick = lind_model_correlate(0, t, 6, 1);
    const double first = lind_model_correlate(1, 0.3 * t, 6, 0), first_kick = lind_model_correlate(0, 0.3 * t, 6, 1);
    const double second = lind_model_correlate(1, 0.7 * t, 6, 0), second_kick = lind_model_correlate(0, 0.7 * t, 6, 1);
    assert_true(fabs(keep - exp(-t / 6)) < 1e-15 && fabs(keep * keep + kick * kick - 1) < 1e-15);
    assert_true(fabs(first * second - keep) < 1e-15);
    assert_true(fabs(second * second * first_kick * first_kick + second_kick * second_kick - kick * kick) < 1e-15);
  }
  assert_true(lind_model_correlate(0.7, 0, 6, 3) == 0.7);
  bench_close(&b);
}

/* Three slots each: value, slope, from. The rate follows the line; a slope of 0 is a constant. */
static void linear_covariates(void **state) {
  (void)state;
  bench b;
  lind_lane dx, time;
  bench_open_text(&b, text, LIND_BACK_END_EVALUATOR, NULL);
  const lind_model *m = b.model;
  const lind_model_covariate *weight = &m->covariates[0], *albumin = &m->covariates[1], *sex = &m->covariates[2];
  assert_int_equal(weight->course, LIND_COVARIATE_LINEAR);
  assert_true(albumin->course == LIND_COVARIATE_LINEAR && albumin->optional && sex->course == LIND_COVARIATE_CONSTANT);
  assert_true(albumin->slot == weight->slot + 3 && sex->slot == albumin->slot + 3 && m->randoms[0].slot == sex->slot + 1);
  assert_int_equal(lind_model_covariate_slots(weight), 3);
  for (int i = 0; i < LIND_LANES; ++i) {
    const double values[] = {70e6, i * 1e6, 2, 40e3, 0, 0};
    for (int k = 0; k < 6; ++k) bench_put(&b, weight->slot + k, i, values[k]);
    time.of[i] = 2 + i;
  }
  bench_start(&b);
  m->kernel.rhs(m->kernel.self, &time, b.frame, b.x, &dx);
  m->kernel.outputs(m->kernel.self, &time, b.frame, b.x, b.y);
  for (int i = 0; i < LIND_LANES; ++i) {
    const double k = 0.1 * pow((70.0 + i * i) / 70, 0.75);
    assert_true(fabs(b.y[3].of[i] / k - 1) < 1e-14 && fabs(dx.of[i] / -k - 1) < 1e-14);
  }
  bench_close(&b);
}

/* Models without states: outputs of the frame and of time, from every back end and engine. */
static void without_states(void **state) {
  (void)state;
  static const char line[] =
      "model m\nparameter a = 2 [mg]\nrandom eta ~ normal(sd = 0.1)\ncovariate dose [mg] linear\n"
      "output y = a * exp(eta) + dose\noutput t = time\n";
  char cache[] = "/tmp/lind-test-XXXXXX", command[100];
  bench b[2];
  const lind_lane time = {{0, 1, 2, 3, 4, 5, 6, 7}};
  assert_non_null(mkdtemp(cache));
  bench_open_text(&b[0], line, LIND_BACK_END_COMPILED, cache);
  bench_open_text(&b[1], line, LIND_BACK_END_EVALUATOR, NULL);
  for (int e = 0; e < 2; ++e) {
    bench_put(&b[e], b[e].model->covariates[0].slot + 1, 5, 0.5);
    bench_start(&b[e]);
    bench_advance_rk(&b[e], 10);
    assert_true(fabs(bench_output(&b[e], "y")->of[5] - 7) < 1e-14 && bench_output(&b[e], "t")->of[2] == 10);
  }
  agree_kernels("m", &b[0].model->kernel, &b[1].model->kernel, &time, b[0].frame, b[0].x);
  bench_close(&b[0]);
  bench_close(&b[1]);
  (void)snprintf(command, sizeof command, "rm -r %s", cache);
  assert_int_equal(system(command), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(random_effects),    cmocka_unit_test(power_errors),   cmocka_unit_test(correlated_errors),
      cmocka_unit_test(linear_covariates), cmocka_unit_test(without_states),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
