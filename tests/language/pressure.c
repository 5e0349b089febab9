/* A drug on the circulation with its kidney: pd.emax in closed form, organ.kidney_salt alone, and what must hold of
 * organ.hypertension_treated at rest: salt goes out as it comes in, and without help from the kidney a vasodilator achieves
 * little. */
#include "bench.h"

static void change(bench *b, int lane, const char *name, double value) {
  const lind_quantity *p = &b->model->parameters[bench_parameter(b, name)];
  bench_put(b, p->slot, lane, value * p->unit.scale);
}

static double look(bench *b, const char *name, int lane) {
  const int at = lind_model_find_output(b->model, name);
  return bench_output(b, name)->of[lane] / b->model->outputs[at].unit.scale;
}

/* The effect site fills as 1 - exp(-ke0 t); E = Emax r^h / (1 + r^h), r = site / EC50. */
static void emax(void **state) {
  (void)state;
  bench b;
  bench_open(&b, "pd.emax", LIND_BACK_END_COMPILED);
  for (int i = 0; i < LIND_LANES; ++i) {
    change(&b, i, "conc", 0.5 * i);
    change(&b, i, "hill", 1 + 0.25 * i);
    change(&b, i, "ke0", 0.3);
  }
  bench_start(&b);
  bench_advance_rk(&b, 4);
  for (int i = 0; i < LIND_LANES; ++i) {
    const double site = 0.5 * i * (1 - exp(-0.3 * 4)), strength = pow(site, 1 + 0.25 * i);
    assert_true(fabs(look(&b, "effect", i) - 0.3 * strength / (1 + strength)) < 1e-9);
  }
  bench_close(&b);
}

/* At a constant pressure the volume rests where excretion is intake: V = V0 (1 + (ln(I / I0) - 6 (MAP / MAP0 - 1)) / 4). */
static void salt_at_a_pressure(void **state) {
  (void)state;
  bench b;
  bench_open(&b, "organ.kidney_salt", LIND_BACK_END_COMPILED);
  for (int i = 0; i < LIND_LANES; ++i) {
    change(&b, i, "map", 85 + 2 * i);
    change(&b, i, "intake", 100 + 20 * i);
  }
  bench_start(&b);
  bench_advance_rk(&b, 24 * 400);
  for (int i = 0; i < LIND_LANES; ++i) {
    const double rest = 15 * (1 + (log((100 + 20 * i) / 150.0) - 6 * ((85 + 2 * i) / 93.0 - 1)) / 4);
    assert_true(fabs(look(&b, "ecf", i) - rest) < 1e-6);
    assert_true(fabs(look(&b, "urine", i) / (100 + 20 * i) - 1) < 1e-6);
  }
  bench_close(&b);
}

static void advance(bench *b, double target) {
  const lind_kernel *k = &b->model->kernel;
  const lind_tolerance tolerance = {.relative = 1e-7, .absolute = 1e-9, .smallest_step = 1e-12, .most_steps = 1000000};
  lind_advance pack = {.x = b->x};
  void *workspace = lind_arena_take(b->arena, lind_stepper_rosenbrock.bytes(k), 1);
  for (int i = 0; i < LIND_LANES; ++i) {
    pack.time.of[i] = b->time;
    pack.target.of[i] = target;
  }
  lind_stepper_rosenbrock.advance(k, b->frame, &tolerance, &pack, workspace);
  for (int i = 0; i < LIND_LANES; ++i) assert_int_equal(pack.status[i], LIND_LANE_OK);
  b->time = target;
}

/* Even lanes: the kidney is not helped; odd ones: it is. The dilation is 0, 0.1, 0.2, 0.3, from a drug that does not leave. */
static void treated(void **state) {
  (void)state;
  bench b;
  double map[LIND_LANES];
  bench_open(&b, "organ.hypertension_treated", LIND_BACK_END_COMPILED);
  for (int i = 0; i < LIND_LANES; ++i) {
    change(&b, i, "natriuresis", i % 2 == 0 ? 0 : 4);
    change(&b, i, "drug.tvcl", 0);
    change(&b, i, "action.emax", i / 2 * 0.1 * 2); /* at EC50 */
  }
  bench_start(&b);
  bench_dose(&b, "drug.central", 8e-3 * 1300);
  advance(&b, 24 * 300);
  for (int i = 0; i < LIND_LANES; ++i) {
    map[i] = look(&b, "map", i);
    assert_true(fabs(look(&b, "action.effect", i) - i / 2 * 0.1) < 1e-6);
    assert_true(fabs(look(&b, "kidney.urine", i) / 150 - 1) < 1e-4);
    const double fall = map[i] - look(&b, "body.cvp", i), flow = look(&b, "body.output", i) * 1000 / 60;
    assert_true(fabs(fall / (look(&b, "body.svr", i) * flow) - 1) < 1e-4);
    assert_true(fabs(look(&b, "body.volume", i) - 5000) < 1e-6);
  }
  for (int i = 2; i < LIND_LANES; ++i) {
    assert_true(map[i] < map[i - 2]);
    if (i % 2 == 1) assert_true(map[1] - map[i] > 2 * (map[0] - map[i - 1]));
  }
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(emax), cmocka_unit_test(salt_at_a_pressure), cmocka_unit_test(treated)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
