/* The kidney's modules against numbers worked out apart from lind (docs/theory/kidney.md): a drug that injures what clears it,
 * salt and water. */
#include "bench.h"

static void put(bench *b, const char *name, double value) { /* in its own unit */
  const lind_quantity *p = &b->model->parameters[bench_parameter(b, name)];
  bench_parameter_all(b, name, value * p->unit.scale);
}

static double look(bench *b, const char *name) {
  const int at = lind_model_find_output(b->model, name);
  assert_true(at >= 0);
  return bench_output(b, name)->of[0] / b->model->outputs[at].unit.scale;
}

static void man_of_60(bench *b) {
  bench_number(b, "age", 60);
  bench_number(b, "weight", 70);
  for (int i = 0; i < LIND_LANES; ++i)
    bench_put(b, bench_covariate(b, "sex")->slot, i, bench_level(bench_covariate(b, "sex"), "male"));
}

/* To the digits of the table. */
static void near(const char *what, double got, double due) {
  if (!(fabs(got - due) <= 1.6e-6 * fmax(1, due))) fail_msg("%s is %.9g, not %.9g", what, got, due);
}

/* GFR halved by pressure at 0: c = 20 - 10 exp(-t / 18 h) mg/L. */
static void creatinine_lags(void **state) {
  (void)state;
  bench b;
  bench_open(&b, "organ.kidney_clearance", LIND_BACK_END_COMPILED);
  man_of_60(&b);
  put(&b, "map", 60);
  bench_start(&b);
  assert_true(fabs(look(&b, "gfr") - 77.777777777777778 / 2) < 1e-9);
  const double times[] = {6.420, 12.477, 24, 41.45, 48};
  for (size_t i = 0; i < sizeof times / sizeof times[0]; ++i) {
    bench_advance_rk(&b, times[i]);
    assert_true(fabs(look(&b, "scr") - (2 - exp(-times[i] / 18))) < 1e-8);
  }
  bench_close(&b);
}

typedef struct at_time {
  double time, trough, injury, scr, gfr;
} at_time;

/* Troughs before the next dose, every `interval` h. */
static void regimen(const char *model, const char *drug, const char *kidney, int interval, double k_i, const at_time due[3]) {
  bench b;
  char name[64];
  int next = 0;
  if (strchr(model, '\n') == NULL)
    bench_open(&b, model, LIND_BACK_END_COMPILED);
  else
    bench_open_text(&b, model, LIND_BACK_END_EVALUATOR, NULL);
  man_of_60(&b);
  (void)snprintf(name, sizeof name, "%s.k_i", kidney);
  put(&b, name, k_i);
  bench_start(&b);
  for (int t = 0; t <= 240; t += interval) {
    if (t > 0) bench_advance_rk(&b, t);
    if (next < 3 && t == (int)due[next].time) {
      (void)snprintf(name, sizeof name, "%s.conc", drug);
      near("the trough", look(&b, name), due[next].trough);
      (void)snprintf(name, sizeof name, "%s.damage", kidney);
      near("the injury", look(&b, name), due[next].injury);
      (void)snprintf(name, sizeof name, "%s.scr", kidney);
      near("creatinine", look(&b, name), due[next].scr);
      (void)snprintf(name, sizeof name, "%s.gfr", kidney);
      near("filtration", look(&b, name), due[next].gfr);
      ++next;
    }
    (void)snprintf(name, sizeof name, "%s.central", drug);
    bench_dose(&b, name, 1000);
    b.step = (lind_lane){{0}};
  }
  assert_int_equal(next, 3);
  bench_close(&b);
}

static void feedback_both_ways(void **state) {
  (void)state;
  static const at_time healthy[3] = {
      {48, 10.14769, 0, 1, 77.777778}, {120, 10.28426, 0, 1, 77.777778}, {240, 10.28447, 0, 1, 77.777778}};
  static const at_time twelve[3] = {{48, 12.25117, 0.176559, 1.150392, 65.4186},
                                    {120, 17.98829, 0.401230, 1.509161, 49.6917},
                                    {240, 25.04631, 0.555630, 1.967384, 38.8837}};
  static const at_time eight[3] = {{48, 24.95040, 0.316516, 1.284277, 55.6217},
                                   {120, 41.01693, 0.579709, 1.953106, 37.1982},
                                   {240, 50.82758, 0.646590, 2.373032, 32.5165}};
  regimen("organ.nephrotoxic_drug", "drug", "kidney", 12, 0, healthy);
  regimen("organ.nephrotoxic_drug", "drug", "kidney", 12, 0.02, twelve);
  regimen("organ.nephrotoxic_drug", "drug", "kidney", 8, 0.02, eight);
}

/* The same modules, one connection less: the loop is what raises the exposure. */
static void one_way_only(void **state) {
  (void)state;
  static const at_time unlinked[3] = {{48, 10.14769, 0.159890, 1.138440, 66.5855},
                                      {120, 10.28426, 0.298170, 1.355090, 56.9059},
                                      {240, 10.28447, 0.353533, 1.476014, 53.0305}};
  regimen(
      "model one_way\nuse pk.one_compartment as drug {\n tvcl = 4.5 [L/h]\n tvv = 50 [L]\n}\n"
      "use organ.kidney_clearance as kidney\nconnect kidney.conc = drug.conc\noutput c = drug.conc\n",
      "drug", "kidney", 12, 0.02, unlinked);
}

/* ---- salt and water
 * ----------------------------------------------------------------------------------------------------------------- */

/* With a pressure that goes with the volume, as a stand-in for the circulation. */
static const char alone[] =
    "model alone\nuse organ.kidney_salt as kidney\nconnect kidney.map = 93 [mmHg] * kidney.volume / kidney.volume0\n"
    "output ecf = kidney.ecf\n";

static void salt(void **state) {
  (void)state;
  static const double days[4] = {1, 3, 7, 14};
  static const struct {
    double intake, volume[4];
  } due[] = {{300, {15.717476, 16.019216, 16.039653, 16.039721}}, {30, {14.359661, 13.690399, 13.108698, 12.757728}}};
  for (size_t r = 0; r < 2; ++r) {
    bench b;
    bench_open_text(&b, alone, LIND_BACK_END_EVALUATOR, NULL);
    put(&b, "kidney.intake", due[r].intake);
    bench_start(&b);
    for (int i = 0; i < 4; ++i) {
      bench_advance_rk(&b, 24 * days[i]);
      near("the volume", look(&b, "ecf"), due[r].volume[i]);
    }
    bench_advance_rk(&b, 24 * 200);
    const double rest = 15 * (1 + log(due[r].intake / 150) / 10); /* exact */
    assert_true(fabs(look(&b, "ecf") - rest) < 1e-5);
    bench_close(&b);
  }
}

/* The first six hours of each day. */
static void diuretic(void **state) {
  (void)state;
  static const double days[4] = {1, 3, 7, 14}, due[4] = {14.319325, 13.965538, 13.874715, 13.869391};
  bench b;
  int next = 0;
  bench_open_text(&b, alone, LIND_BACK_END_EVALUATOR, NULL);
  bench_start(&b);
  for (int day = 0; day < 14; ++day)
    for (int part = 0; part < 2; ++part) {
      put(&b, "kidney.diuresis", part == 0 ? 6 : 0);
      b.model->kernel.individual(b.model->kernel.self, b.frame);
      b.step = (lind_lane){{0}};
      bench_advance_rk(&b, 24 * day + (part == 0 ? 6 : 24));
      if (part == 1 && day + 1 == (int)days[next]) near("the volume", look(&b, "ecf"), due[next++]);
    }
  assert_int_equal(next, 4);
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(creatinine_lags), cmocka_unit_test(feedback_both_ways),
                                     cmocka_unit_test(one_way_only), cmocka_unit_test(salt), cmocka_unit_test(diuretic)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
