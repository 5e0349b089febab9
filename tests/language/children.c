/* pk.children: the anchors of maturation, allometry, the adult to the last bit, and doses that match an adult's exposure. */
#include "bench.h"

static void person(bench *b, double kg, double week) {
  bench_number(b, "weight", kg);
  bench_number(b, "pma", week);
  for (int r = 0; r < b->model->n_randoms; r++)
    for (int i = 0; i < LIND_LANES; i++) bench_put(b, b->model->randoms[r].slot, i, 0);
}

/* Rhodin 2009: PMA^3.4 / (47.7^3.4 + PMA^3.4) */
static void maturation_has_its_anchors(void **state) {
  (void)state;
  static const double row[][2] = {{28, 0.14048}, {34, 0.24028}, {40, 0.35467}, {47.7, 0.5}, {52, 0.57284}, {92, 0.90320}};
  bench b;
  bench_open(&b, "pk.children", LIND_BACK_END_COMPILED);
  for (size_t k = 0; k < sizeof row / sizeof *row; k++) {
    person(&b, 3, row[k][0]);
    bench_start(&b);
    assert_true(fabs(bench_output(&b, "mature")->of[2] - row[k][1]) < 6e-6);
  }
  bench_close(&b);
}

/* 70 kg and full maturation: the same numbers as the adult's own model, dose by dose, at any random effects. */
static void at_70_kg_it_is_the_adult(void **state) {
  (void)state;
  bench child, adult;
  bench_open(&child, "pk.children", LIND_BACK_END_COMPILED);
  bench_open(&adult, "pk.two_compartment", LIND_BACK_END_COMPILED);
  person(&child, 70, INFINITY);
  bench *const both[2] = {&child, &adult};
  for (int k = 0; k < 2; k++) {
    for (int i = 0; i < LIND_LANES; i++) {
      bench_put(both[k], both[k]->model->randoms[0].slot, i, 0.1 * (i - 3));
      bench_put(both[k], both[k]->model->randoms[1].slot, i, 0.2 * sin(i));
    }
    bench_start(both[k]);
    for (int i = 0; i < LIND_LANES; i++) assert_true(both[k]->time == 0);
  }
  /* what the equations are made of agrees to the last bit, whatever the engine does with it */
  for (int n = 0; n < 20; n++) {
    static lind_lane x[4], dx[2][4], time;
    for (int s = 0; s < 4; s++)
      for (int i = 0; i < LIND_LANES; i++) x[s].of[i] = 10 + 9 * sin(1 + n + 7 * s + i);
    for (int k = 0; k < 2; k++) both[k]->model->kernel.rhs(both[k]->model->kernel.self, &time, both[k]->frame, x, dx[k]);
    for (int s = 0; s < 3; s++) assert_memory_equal(&dx[0][s], &dx[1][s], sizeof(lind_lane));
    for (int k = 0; k < 2; k++)
      for (int s = 0; s < 3; s++) both[k]->x[s] = x[s];
    const lind_lane a = *bench_output(&child, "conc"), c = *bench_output(&adult, "conc");
    assert_memory_equal(&a, &c, sizeof a);
  }
  bench_close(&child);
  bench_close(&adult);
}

static void size_scales_by_its_exponents(void **state) {
  (void)state;
  bench b;
  bench_open(&b, "pk.children", LIND_BACK_END_COMPILED);
  for (int k = 0; k < 5; k++) {
    const double kg = (const double[]){1, 3.5, 12, 35, 140}[k], pma = (const double[]){30, 40, 120, 500, INFINITY}[k];
    static lind_lane x[4], dx[4], time;
    person(&b, kg, pma);
    bench_start(&b);
    for (int i = 0; i < LIND_LANES; i++) x[0].of[i] = 0, x[1].of[i] = 1, x[2].of[i] = 0;
    b.model->kernel.rhs(b.model->kernel.self, &time, b.frame, x, dx);
    const double size = kg / 70, mature = isinf(pma) ? 1 : pow(pma, 3.4) / (pow(47.7, 3.4) + pow(pma, 3.4));
    const double cl = 5 * pow(size, 0.75) * mature, q = 8 * pow(size, 0.75), vc = 50 * size;
    assert_true(fabs(dx[1].of[0] / (-(cl + q) / vc) - 1) < 1e-13);
    assert_true(fabs(dx[2].of[0] / (q / vc) - 1) < 1e-13);
  }
  bench_close(&b);
}

/* From birth to 18 years: a dose by clearance has the adult's area; one per kilogram has (weight / 70 kg)^0.25 / maturity of it.
 */
static void doses_match_exposure(void **state) {
  (void)state;
  static const double row[][2] = {{1.0, 28}, {3.5, 40}, {10, 92}, {32, 560}, {60, 980}};
  for (size_t k = 0; k < sizeof row / sizeof *row; k++) {
    const double size = row[k][0] / 70, mature = 1 / (1 + pow(47.7 / row[k][1], 3.4));
    const double dose[] = {100 * pow(size, 0.75) * mature, 100 * size}, want[] = {1, pow(size, 0.25) / mature};
    for (int rule = 0; rule < 2; rule++) {
      bench b;
      bench_open(&b, "pk.children", LIND_BACK_END_COMPILED);
      person(&b, row[k][0], row[k][1]);
      bench_start(&b);
      bench_dose(&b, "central", dose[rule]);
      bench_advance_rk(&b, 24 * 365);
      const double found = bench_output(&b, "relative")->of[4];
      if (!(fabs(found / want[rule] - 1) < 1e-6)) fail_msg("%g kg, rule %d: %.9g, not %.9g", row[k][0], rule, found, want[rule]);
      bench_close(&b);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(maturation_has_its_anchors),
      cmocka_unit_test(at_70_kg_it_is_the_adult),
      cmocka_unit_test(size_scales_by_its_exponents),
      cmocka_unit_test(doses_match_exposure),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
