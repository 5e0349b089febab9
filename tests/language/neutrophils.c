/* Docetaxel and neutrophils: the rest under a constant effect in closed form; nadir and overshoot under an exponential
 * concentration as worked out apart from lind (see docs/theory/neutrophils.md). */
#include "bench.h"

enum { STEP = 1 };

static double count_of(bench *b, int lane) {
  const int at = lind_model_find_output(b->model, "anc");
  return bench_output(b, "anc")->of[lane] / b->model->outputs[at].unit.scale;
}

static double scale_of(const bench *b, const char *parameter) {
  return b->model->parameters[lind_model_find_parameter(b->model, parameter)].unit.scale;
}

static void change(bench *b, const char *parameter, double value) {
  bench_parameter_all(b, parameter, value * scale_of(b, parameter));
}

/* A linear effect, one compartment; the doses are concentrations times 1 L. */
static void open_linear(bench *b, double elimination, double mtt, double slope, double gamma) {
  bench_open(b, "pd.docetaxel_neutrophils", LIND_BACK_END_COMPILED);
  change(b, "tvcl", elimination);
  change(b, "tvvc", 1);
  change(b, "tvq", 0);
  change(b, "emax", 0);
  change(b, "slope", slope);
  change(b, "tvmtt", mtt);
  change(b, "tvgamma", gamma);
  bench_start(b);
}

static void a_constant_effect(void **state) {
  (void)state;
  bench b;
  open_linear(&b, 0, 89.3, 1, 0.163);
  const int central = lind_model_find_state(b.model, "central");
  for (int i = 0; i < LIND_LANES; ++i) b.x[central].of[i] = 0.05 * i * b.model->states[central].unit.scale; /* effect */
  bench_advance_rk(&b, 20000);
  for (int i = 0; i < LIND_LANES; ++i) {
    const double due = 5050 * pow(1 - 0.05 * i, 1 / 0.163);
    if (!(fabs(count_of(&b, i) / due - 1) < 1e-6)) fail_msg("effect %g: %.9g, not %.9g", 0.05 * i, count_of(&b, i), due);
  }
  bench_close(&b);
}

static void nadir_and_overshoot(void **state) {
  (void)state;
  bench b;
  double least = INFINITY, most = 0, at_least = 0, at_most = 0;
  open_linear(&b, 0.05, 88.7, 8.58 / 0.808, 0.161);
  bench_dose(&b, "central", 0.2 * 0.808);
  for (int t = STEP; t <= 800; t += STEP) {
    bench_advance_rk(&b, t);
    const double n = count_of(&b, 0);
    if (n < least) least = n, at_least = t;
    if (n > most) most = n, at_most = t;
  }
  /* on a grid of 1 h a flat extreme is met to 1e-4 of its depth */
  assert_true(fabs(least - 1518.032) < 0.1 && fabs(at_least - 185.82) <= 1);
  assert_true(fabs(most - 5890.101) < 0.1 && fabs(at_most - 486.76) <= 1);
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_constant_effect),
      cmocka_unit_test(nadir_and_overshoot),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
