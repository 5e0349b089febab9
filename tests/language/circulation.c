/* organ.circulation: at rest resistance times output is the fall of pressure, both sides pump alike and no blood is lost;
 * averaged over a beat it rests where the pulsatile model of six compartments does (docs/theory/circulation.md), in fifteen
 * patients. */
#include "bench.h"

enum { CASES = 15, SHOWN = 10 };

typedef struct setting {
  const char *name;
  double value; /* in the parameter's unit */
} setting;

/* rate, sbp, dbp, map, cvp, pap, wedge, stroke, edv, output */
static const char *const shown[SHOWN] = {"rate", "sbp", "dbp", "map", "cvp", "pap", "wedge", "stroke", "edv", "output"};
static const double near[SHOWN] = {0.8, 1.5, 1.5, 1, 0.1, 0.8, 0.8, 1, 7, 0.07};

static const struct {
  const char *name;
  setting change[4];
  double pulsatile[SHOWN];
} cases[CASES] = {
    {"normal", {{NULL, 0}}, {72.0, 109.3, 74.8, 92.84, 6.815, 15.79, 8.91, 71.69, 131.7, 5.162}},
    {"bled 500", {{"added", -500}}, {86.66, 95.84, 71.56, 84.47, 4.974, 11.52, 5.67, 50.67, 99.93, 4.391}},
    {"bled 1000", {{"added", -1000}}, {109.1, 78.26, 63.12, 71.31, 3.144, 7.29, 2.64, 31.96, 70.68, 3.487}},
    {"bled 1000, no reflex",
     {{"added", -1000}, {"reflex", 0}},
     {72.0, 37.57, 24.9, 31.52, -0.033, 3.26, 0.74, 26.3, 57.81, 1.893}},
    {"bled 1500", {{"added", -1500}}, {134.4, 50.88, 43.03, 47.33, 0.786, 2.88, -0.14, 16.81, 45.44, 2.260}},
    {"systolic failure", {{"csl0", 1}}, {76.84, 105.2, 73.95, 89.90, 6.501, 20.28, 13.82, 63.09, 181.7, 4.848}},
    {"the same and 750 mL",
     {{"csl0", 1}, {"added", 750}},
     {62.95, 122.7, 76.87, 99.81, 9.384, 28.47, 20.67, 92.99, 249.4, 5.854}},
    {"diastolic failure", {{"cdl", 6}}, {75.49, 105.5, 74.25, 90.69, 6.735, 21.29, 14.73, 65.20, 122.1, 4.922}},
    {"the same and 500 mL", {{"cdl", 6}, {"added", 500}}, {65.68, 117.1, 76.2, 97.39, 8.689, 27.18, 19.72, 85.22, 152.0, 5.597}},
    {"hypertension", {{"ra0", 1.5}, {"set_point", 115}}, {68.91, 132.8, 99.87, 117.1, 5.767, 15.42, 9.34, 66.13, 137.7, 4.557}},
    {"resistance only", {{"ra0", 1.5}}, {63.06, 115.2, 82.93, 99.71, 4.973, 14.14, 8.69, 64.76, 132.7, 4.084}},
    {"dilation 0.1",
     {{"ra0", 1.5}, {"set_point", 115}, {"dilation", 0.1}},
     {71.59, 131.2, 97.7, 115.3, 6.283, 15.85, 9.37, 67.86, 137.0, 4.858}},
    {"dilation 0.2",
     {{"ra0", 1.5}, {"set_point", 115}, {"dilation", 0.2}},
     {74.95, 129.3, 95.33, 113.2, 6.888, 16.32, 9.37, 69.51, 135.9, 5.210}},
    {"dilation 0.3",
     {{"ra0", 1.5}, {"set_point", 115}, {"dilation", 0.3}},
     {79.31, 126.8, 92.56, 110.7, 7.609, 16.83, 9.33, 70.91, 134.0, 5.624}},
    {"slowing 1/6",
     {{"ra0", 1.5}, {"set_point", 115}, {"slowing", 1.0 / 6}},
     {59.24, 133.1, 96.53, 115.7, 5.973, 16.11, 10.21, 74.68, 144.9, 4.424}},
};

static void change(bench *b, int lane, const char *name, double value) {
  const lind_quantity *p = &b->model->parameters[bench_parameter(b, name)];
  bench_put(b, p->slot, lane, value * p->unit.scale);
}

static double look(bench *b, const char *name, int lane) {
  const int at = lind_model_find_output(b->model, name);
  return bench_output(b, name)->of[lane] / b->model->outputs[at].unit.scale;
}

/* Cases first to first + 7, at rest. */
static void open_cases(bench *b, int first) {
  bench_open(b, "organ.circulation", LIND_BACK_END_COMPILED);
  for (int i = 0; i < LIND_LANES; ++i)
    for (int k = 0; k < 4 && first + i < CASES && cases[first + i].change[k].name != NULL; ++k)
      change(b, i, cases[first + i].change[k].name, cases[first + i].change[k].value);
  bench_start(b);
  bench_advance_rk(b, 0.7);
}

static void rests_where_the_pulsatile_model_does(void **state) {
  (void)state;
  double furthest[SHOWN] = {0};
  int failed = 0;
  for (int first = 0; first < CASES; first += LIND_LANES) {
    bench b;
    open_cases(&b, first);
    for (int i = 0; i < LIND_LANES && first + i < CASES; ++i)
      for (int k = 0; k < SHOWN; ++k) {
        const double got = look(&b, shown[k], i), due = cases[first + i].pulsatile[k];
        furthest[k] = fmax(furthest[k], fabs(got - due));
        if (fabs(got - due) < near[k]) continue;
        ++failed;
        print_error("%s: %s is %g, not %g\n", cases[first + i].name, shown[k], got, due);
      }
    bench_close(&b);
  }
  for (int k = 0; k < SHOWN; ++k) print_message("%-7s within %.2f\n", shown[k], furthest[k]);
  assert_int_equal(failed, 0);
}

/* To rounding and what is left of the way to rest: (map - cvp) = svr output; what goes out left goes out right; 5000 mL. */
static void identities(void **state) {
  (void)state;
  for (int first = 0; first < CASES; first += LIND_LANES) {
    bench b;
    open_cases(&b, first);
    const int out_l = lind_model_find_output(b.model, "output");
    for (int i = 0; i < LIND_LANES; ++i) {
      const double fall = look(&b, "map", i) - look(&b, "cvp", i), flow = look(&b, "output", i) * 1000 / 60;
      const double lungs = (look(&b, "pap", i) - look(&b, "wedge", i)) / 0.08;
      assert_true(out_l >= 0 && fabs(fall / (look(&b, "svr", i) * flow) - 1) < 1e-6);
      assert_true(fabs(lungs / flow - 1) < 1e-6);
      assert_true(fabs(look(&b, "volume", i) - 5000) < 1e-7);
    }
    bench_close(&b);
  }
}

/* A reflex that resets forgets: it ends where the patient without reflex does. */
static void resetting_forgets(void **state) {
  (void)state;
  bench b;
  bench_open(&b, "organ.circulation", LIND_BACK_END_COMPILED);
  for (int i = 0; i < LIND_LANES; ++i) {
    change(&b, i, "dilation", 0.1 * (i / 2));
    change(&b, i, i % 2 == 0 ? "reflex" : "resetting", i % 2);
    change(&b, i, "memory", 0.002);
  }
  bench_start(&b);
  bench_advance_rk(&b, 2.5);
  for (int i = 0; i < LIND_LANES; i += 2) {
    assert_true(fabs(look(&b, "map", i) - look(&b, "map", i + 1)) < 1e-3);
    assert_true(i == 0 || look(&b, "map", i) < look(&b, "map", i - 2) - 3);
  }
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(rests_where_the_pulsatile_model_does), cmocka_unit_test(identities),
                                     cmocka_unit_test(resetting_forgets)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
