/* What the language says: every construct once, with closed forms. */
#include "bench.h"

static const char everything[] =
    "model everything  title \"all constructs\"  source \"this test\"  time day\n"
    "# a comment, then a blank line\n"
    "\n"
    "covariate age [year] \"at the start\"\n"
    "covariate sex category(\"female\", \"male\")\n"
    "covariate gene genotype(\"*1\", \"*2\", other) optional \"a gene\"\n"
    "parameter cl_1 = 3 [L/day] \"clearance of an allele\"\n"
    "parameter cl_2 = 2 * 0.5 [L/day]\n"
    "parameter v = 20 [L]\n"
    "parameter s1 = 0.3\n"
    "parameter s2 = 0.4\n"
    "parameter rho = 0.5\n"
    "parameter noise = 50 [ug/L]\n"
    "random eta_cl, eta_v ~ normal(sd = [s1, s2], correlation = [rho]) \"a block\"\n"
    "random shift ~ normal(sd = 2 [mg])\n"
    "drift d ~ ornstein_uhlenbeck(sd = s1 / 3, tau = 20 [day], every = 12 [h])\n"
    "old = age > 60 [year]\n"
    "cl = alleles(gene, \"*1\" = cl_1, else = cl_2)\n"
    "     * exp(eta_cl + d)   # goes on: a line that begins with an operator\n"
    "vd = v * exp(\n"
    "  eta_v\n"
    ") * (if old and\n"
    "     sex == \"male\" then 2 else 1)\n"
    "state x [mg] dose(bioavailability = if old then 0.5 else 1,\n"
    "                  lag = 2 [h]) = 100 [mg] + shift \"drug\"\n"
    "state area [mg*day/L]\n"
    "d/dt(x) = -cl / vd * x\n"
    "d/dt(area) = x / vd\n"
    "conc = x / vd \"concentration\"\n"
    "output conc [ug/L] error combined(noise, 0.1)\n"
    "output total = area error lognormal(s1)\n"
    "output amount = x error additive(noise * v)\n"
    "output relative = x / (100 [mg]) error proportional(0.05)\n"
    "output clock = time\n"
    "set slow-1 \"slow ones\" { source \"nobody\" cl_1 = 1 [L/day]\n"
    "  cl_2 = 500 [mL/day] }\n"
    "set empty { }\n";

static void structure(void **state) {
  (void)state;
  bench b;
  bench_open_text(&b, everything, LIND_BACK_END_EVALUATOR, NULL);
  const lind_model *m = b.model;
  assert_string_equal(m->name, "everything");
  assert_string_equal(m->title, "all constructs");
  assert_string_equal(m->source, "this test");
  assert_string_equal(m->text, everything);
  assert_int_equal(strlen(m->hash), 32);
  assert_int_equal(m->n_parameters, 7);
  assert_int_equal(m->n_covariates, 3);
  assert_int_equal(m->n_randoms, 3);
  assert_int_equal(m->n_drifts, 1);
  assert_int_equal(m->n_states, 2);
  assert_int_equal(m->n_outputs, 5);
  assert_int_equal(m->n_sets, 2);
  /* the frame: parameters, covariates with two slots for the gene, random effects, drift, derived */
  assert_int_equal(m->parameters[6].slot, 6);
  assert_int_equal(m->covariates[0].slot, 7);
  assert_int_equal(m->covariates[2].slot, 9);
  assert_int_equal(m->randoms[0].slot, 11);
  assert_int_equal(m->drifts[0].slot, 14);
  assert_true(m->kernel.n_frame > 15);
  assert_string_equal(m->parameters[0].unit.text, "L/day");
  assert_string_equal(m->parameters[0].about, "clearance of an allele");
  assert_true(fabs(m->parameters[0].value - 3.0 / 24) < 1e-16);
  assert_true(fabs(m->parameters[1].value - 1.0 / 24) < 1e-16);
  assert_true(m->covariates[2].other && m->covariates[2].optional && !m->covariates[1].other && !m->covariates[1].optional);
  assert_string_equal(m->covariates[2].type.levels->names[2], "other");
  assert_true(m->randoms[0].block == 0 && m->randoms[1].block == 0 && m->randoms[2].block == 1 && m->randoms[1].row == 1);
  assert_true(m->states[0].doses && !m->states[1].doses);
  assert_string_equal(m->outputs[0].unit.text, "ug/L");
  assert_string_equal(m->outputs[0].about, "concentration");
  assert_string_equal(m->outputs[2].unit.text, "mg");
  assert_int_equal(m->outputs[0].where.line, 30);
  assert_int_equal(m->outputs[0].where.column, 8);
  bench_close(&b);
}

static void finders_and_sets(void **state) {
  (void)state;
  bench b;
  bench_open_text(&b, everything, LIND_BACK_END_EVALUATOR, NULL);
  const lind_model *m = b.model;
  assert_int_equal(lind_model_find_parameter(m, "v"), 2);
  assert_int_equal(lind_model_find_parameter(m, "x"), -1);
  assert_int_equal(lind_model_find_state(m, "area"), 1);
  assert_int_equal(lind_model_find_output(m, "total"), 1);
  assert_int_equal(lind_model_find_set(m, "slow-1"), 0);
  assert_string_equal(m->sets[0].title, "slow ones");
  assert_string_equal(m->sets[0].source, "nobody");
  assert_int_equal(m->sets[0].n, 2);
  assert_int_equal(m->sets[0].parameter[1], 1);
  assert_true(fabs(m->sets[0].value[1] - 0.5 / 24) < 1e-16);
  assert_int_equal(m->sets[1].n, 0);
  bench_close(&b);
}

/* x(t) and its area in closed form, for men and women, old and young, three genes. */
static void runs(void **state) {
  (void)state;
  bench b;
  bench_open_text(&b, everything, LIND_BACK_END_EVALUATOR, NULL);
  const lind_model *m = b.model;
  for (int i = 0; i < LIND_LANES; ++i) {
    bench_put(&b, m->covariates[0].slot, i, (i & 1 ? 70 : 50) * m->covariates[0].unit.scale);
    bench_put(&b, m->covariates[1].slot, i, i & 2 ? 1 : 0);
    bench_put(&b, m->covariates[2].slot, i, i & 4 ? 0 : 1);
    bench_put(&b, m->covariates[2].slot + 1, i, 2);
    bench_put(&b, m->randoms[0].slot, i, 0.1 * i);
    bench_put(&b, m->randoms[2].slot, i, i);
    bench_put(&b, m->drifts[0].slot, i, -0.05 * i);
  }
  bench_start(&b);
  bench_advance_rk(&b, 36);
  for (int i = 0; i < LIND_LANES; ++i) {
    const double cl = (i & 4 ? 4 : 2) * exp(0.05 * i) / 24, v = (i & 3) == 3 ? 40 : 20, x = (100 + i) * exp(-cl / v * 36);
    assert_true(fabs(bench_output(&b, "conc")->of[i] / (x / v) - 1) < 1e-8);
    assert_true(fabs(bench_output(&b, "total")->of[i] / ((100 + i - x) / cl) - 1) < 1e-8);
    assert_true(fabs(bench_output(&b, "relative")->of[i] / (x / 100) - 1) < 1e-8);
    assert_true(bench_output(&b, "clock")->of[i] == 36);
  }
  lind_lane share[2], lag[2], rate[2], duration[2];
  m->kernel.dosing(m->kernel.self, b.frame, share, lag, rate, duration);
  for (int i = 0; i < LIND_LANES; ++i) {
    assert_true(share[0].of[i] == (i & 1 ? 0.5 : 1.0) && lag[0].of[i] == 2);
    assert_true(share[1].of[i] == 1 && lag[1].of[i] == 0);
  }
  bench_close(&b);
}

static void parameters_of(const bench *b, double *p) {
  for (int k = 0; k < b->model->n_parameters; ++k) p[k] = b->model->parameters[k].value;
}

/* factor x factor' is the covariance that the file states */
static void random_factor(void **state) {
  (void)state;
  const double covariance[3][3] = {{0.09, 0.06, 0}, {0.06, 0.16, 0}, {0, 0, 4}};
  double p[7], factor[9];
  bench b;
  bench_open_text(&b, everything, LIND_BACK_END_EVALUATOR, NULL);
  parameters_of(&b, p);
  must(lind_model_random_factor(b.model, p, factor));
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) {
      double sum = 0;
      for (int k = 0; k < 3; ++k) sum += factor[3 * i + k] * factor[3 * j + k];
      assert_true(fabs(sum - covariance[i][j]) < 1e-15);
      if (j > i) assert_true(factor[3 * i + j] == 0);
    }
  p[5] = 1.25;
  assert_int_equal(lind_model_random_factor(b.model, p, factor), LIND_ERR_INPUT);
  assert_string_equal(lind_error_message(),
                      "t.lind:14:8: the correlation of 'eta_v' and 'eta_cl' is 1.25; it must be from -1 to 1");
  p[5] = -1;
  assert_int_equal(lind_model_random_factor(b.model, p, factor), LIND_ERR_INPUT);
  assert_string_equal(lind_error_message(),
                      "t.lind:14:16: the correlations of 'eta_v' with the effects before it cannot hold together: "
                      "the matrix is not positive definite");
  p[5] = 0.5, p[4] = 0; /* an effect that is switched off keeps its correlation */
  must(lind_model_random_factor(b.model, p, factor));
  assert_true(factor[3] == 0 && factor[4] == 0 && fabs(factor[0] - 0.3) < 1e-16);
  p[3] = -0.1;
  assert_int_equal(lind_model_random_factor(b.model, p, factor), LIND_ERR_INPUT);
  assert_string_equal(lind_error_message(), "t.lind:14:8: the standard deviation of 'eta_cl' is -0.1; it must be 0 or more");
  bench_close(&b);
}

static void drift_and_residual(void **state) {
  (void)state;
  double p[7], sd, tau, every, a, c;
  bench b;
  bench_open_text(&b, everything, LIND_BACK_END_EVALUATOR, NULL);
  parameters_of(&b, p);
  must(lind_model_drift_values(b.model, p, 0, &sd, &tau, &every));
  assert_true(fabs(sd - 0.1) < 1e-16 && tau == 480 && every == 12);
  const double expected[5][2] = {{0.05, 0.1}, {0.3, 0}, {1, 0}, {0.05, 0}, {0, 0}};
  const lind_residual kinds[5] = {LIND_ERROR_COMBINED, LIND_ERROR_LOGNORMAL, LIND_ERROR_ADDITIVE, LIND_ERROR_PROPORTIONAL,
                                  LIND_ERROR_NONE};
  for (int k = 0; k < 5; ++k) {
    must(lind_model_residual(b.model, p, k, &a, &c));
    assert_int_equal(b.model->outputs[k].residual, kinds[k]);
    assert_true(fabs(a - expected[k][0]) < 1e-15 && fabs(c - expected[k][1]) < 1e-15);
  }
  p[3] = -1;
  assert_int_equal(lind_model_residual(b.model, p, 1, &a, &c), LIND_ERR_INPUT);
  assert_string_equal(lind_error_message(), "t.lind:31:8: the residual error of 'total' is -1; it must be 0 or more");
  bench_close(&b);
}

static void measure(void **state) {
  (void)state;
  for (int k = -2; k <= 2; ++k) {
    assert_true(lind_model_measure(LIND_ERROR_NONE, 3, 4, 10, k) == 10);
    assert_true(fabs(lind_model_measure(LIND_ERROR_ADDITIVE, 0.5, 0, 10, k) - (10 + 0.5 * k)) < 1e-14);
    assert_true(fabs(lind_model_measure(LIND_ERROR_PROPORTIONAL, 0.1, 0, 10, k) - (10 + 1.0 * k)) < 1e-14);
    assert_true(fabs(lind_model_measure(LIND_ERROR_LOGNORMAL, 0.1, 0, 10, k) / (10 * exp(0.1 * k)) - 1) < 1e-15);
    assert_true(fabs(lind_model_measure(LIND_ERROR_COMBINED, 3, 0.4, 10, k) - (10 + 5.0 * k)) < 1e-14);
  }
}

/* A model may be all outputs: nothing has to be advanced. */
static void without_states(void **state) {
  (void)state;
  bench b;
  lind_lane time = {{0, 1, 2, 3, 4, 5, 6, 7}};
  bench_open_text(&b, "model line\nparameter slope = 2 [1/h]\noutput y = slope * time\n", LIND_BACK_END_EVALUATOR, NULL);
  bench_start(&b);
  b.model->kernel.outputs(b.model->kernel.self, &time, b.frame, b.x, b.y);
  for (int i = 0; i < LIND_LANES; ++i) assert_true(b.y[0].of[i] == 2.0 * i);
  bench_close(&b);
}

/* Textbook: one compartment, oral dose (the Bateman function), and two compartments after a bolus (bi-exponential). */
static void pharmacokinetics(void **state) {
  (void)state;
  bench one, two;
  bench_open(&one, "pk.one_compartment", LIND_BACK_END_ANY);
  bench_start(&one);
  bench_dose(&one, "depot", 100);
  bench_advance_rk(&one, 7);
  const double k = 5.0 / 35, bateman = 100.0 / 35 * 1 / (1 - k) * (exp(-k * 7) - exp(-7.0));
  assert_true(fabs(bench_output(&one, "conc")->of[0] / bateman - 1) < 1e-8);
  bench_close(&one);
  bench_open(&two, "pk.two_compartment", LIND_BACK_END_ANY);
  bench_start(&two);
  bench_dose(&two, "central", 100);
  bench_advance_rk(&two, 7);
  const double out = 5.0 / 50, there = 8.0 / 50, back = 8.0 / 100, sum = out + there + back,
               root = sqrt(sum * sum - 4 * out * back);
  const double fast = (sum + root) / 2, slow = (sum - root) / 2;
  const double central = 100 / root * ((fast - back) * exp(-fast * 7) + (back - slow) * exp(-slow * 7));
  assert_true(fabs(bench_output(&two, "conc")->of[0] / (central / 50) - 1) < 1e-8);
  bench_close(&two);
}

/* Doses add up and nothing else happens. */
static void nothing_happens(void **state) {
  (void)state;
  bench b;
  bench_open(&b, "pk.none", LIND_BACK_END_ANY);
  for (int i = 0; i < LIND_LANES; ++i) bench_put(&b, b.model->randoms[0].slot, i, i - 3);
  bench_start(&b);
  for (int day = 1; day <= 10; ++day) {
    bench_dose(&b, "dose_taken", 7);
    bench_advance_rk(&b, 24 * day);
  }
  for (int i = 0; i < LIND_LANES; ++i) {
    assert_true(b.x[lind_model_find_state(b.model, "dose_taken")].of[i] == 70);
    assert_true(bench_output(&b, "score")->of[i] == 100 + 15 * (i - 3));
  }
  bench_close(&b);
}

/* The pool of ascorbate: 1500 mg fall to 300 mg in ln 5 / k = 53.6 days on nothing; 10 mg a day keep 300 mg. */
static void ascorbate(void **state) {
  (void)state;
  bench b;
  bench_open(&b, "nutrition.ascorbate", LIND_BACK_END_ANY);
  bench_number(&b, "pool", 1500);
  bench_parameter_all(&b, "intake", 0);
  bench_start(&b);
  bench_advance_rk(&b, 24 * log(5) / 0.03);
  assert_true(fabs(bench_output(&b, "ascorbate")->of[0] - 300) < 1e-5);
  bench_parameter_all(&b, "intake", 10.0 / 24);
  b.model->kernel.individual(b.model->kernel.self, b.frame);
  bench_advance_rk(&b, b.time + 24 * 100);
  assert_true(fabs(bench_output(&b, "ascorbate")->of[0] - 300) < 1e-5);
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(structure),       cmocka_unit_test(finders_and_sets),   cmocka_unit_test(runs),
      cmocka_unit_test(random_factor),   cmocka_unit_test(drift_and_residual), cmocka_unit_test(measure),
      cmocka_unit_test(without_states),  cmocka_unit_test(pharmacokinetics),   cmocka_unit_test(ascorbate),
      cmocka_unit_test(nothing_happens),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
