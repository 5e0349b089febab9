/* stiff.c -- the stiff engine on problems with published answers, on linear invariants, and against CVODE.
 *
 * Answers: test set for IVP solvers, release 2.4 (Mazzia, Magherini 2008), computed there with RADAU5 at 1e-18; Robertson's at
 * 0.4 to 4e4: the comments of LSODE (Hindmarsh 1983), to the 4 digits that its tolerance of 1e-4 warrants. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lanes_case.h"
#include "lind/stepper.h"
#include "stiff_kernels.h"

enum { MOST_STATES = 8 };
static _Alignas(64) unsigned char workspace[1 << 16];

static void assert_close(double value, double expected, double relative) {
  if (!(fabs(value - expected) <= relative * fabs(expected))) fail_msg("%.17g instead of %.17g", value, expected);
}

static void advance(const lind_kernel *kernel, const lind_lane *frame, const lind_tolerance *tolerance, lind_advance *pack) {
  assert_true(lind_stepper_rosenbrock.bytes(kernel) <= sizeof workspace);
  lind_stepper_rosenbrock.advance(kernel, frame, tolerance, pack, workspace);
  for (int i = 0; i < LIND_LANES; i++) assert_int_equal(pack->status[i], LIND_LANE_OK);
}

/* Steps of a lane from `start` to `end`; x[n_states] is lane 5 there. */
static uint64_t solve(const lind_kernel *kernel, double parameter, const double *start, double end, double tolerance,
                      double absolute, double *x) {
  const lind_tolerance both = {tolerance, absolute, 1e-12, 100000};
  const lind_lane frame = all(parameter);
  lind_lane pack_x[MOST_STATES];
  for (int k = 0; k < kernel->n_states; k++) pack_x[k] = all(start[k]);
  lind_advance pack = {.target = all(end), .x = pack_x};
  advance(kernel, &frame, &both, &pack);
  for (int k = 0; k < kernel->n_states; k++) x[k] = pack_x[k].of[5];
  return pack.work.steps / 8;
}

static void hires_ends_as_published(void **state) {
  (void)state;
  const double start[] = {1, 0, 0, 0, 0, 0, 0, 0.0057};
  const double end[] = {0.7371312573325668e-3, 0.1442485726316185e-3, 0.5888729740967575e-4, 0.1175651343283149e-2,
                        0.2386356198831331e-2, 0.6238968252742796e-2, 0.2849998395185769e-2, 0.2850001604814231e-2};
  double x[8];
  for (double tolerance = 1e-4; tolerance > 5e-11; tolerance /= 100) {
    const uint64_t steps = solve(&hires, 0, start, 321.8122, tolerance, tolerance * 1e-4, x);
    for (int k = 0; k < 8; k++) assert_close(x[k], end[k], 10 * tolerance);
    assert_true((double)steps < 7 * pow(tolerance, -0.3)); /* measured: 5.3 to 3.6 */
  }
}

static void van_der_pol_ends_as_published(void **state) {
  (void)state;
  const double start[] = {2, 0};
  double x[2];
  for (double tolerance = 1e-5; tolerance > 5e-10; tolerance /= 10) {
    const uint64_t steps = solve(&pol, 1000, start, 2000, tolerance, tolerance * 1e-3, x);
    assert_close(x[0], 0.1706167732170469e1, 20 * tolerance);
    assert_close(x[1], -0.8928097010248125e-3, 20 * tolerance);
    assert_true((double)steps < 17 * pow(tolerance, -0.3)); /* 14 to 10 */
  }
}

static void robertson_ends_as_published(void **state) {
  (void)state;
  const double start[] = {1, 0, 0};
  double x[3];
  for (double tolerance = 1e-4; tolerance > 5e-9; tolerance /= 10) {
    const uint64_t steps = solve(&robertson, 0, start, 1e11, tolerance, tolerance * 1e-12, x);
    assert_close(x[0], 0.2083340149701255e-7, 10 * tolerance);
    assert_close(x[1], 0.8333360770334713e-13, 10 * tolerance);
    assert_close(x[2], 0.9999999791665050, tolerance);
    assert_true((double)steps < 12 * pow(tolerance, -0.3)); /* 11 to 7 */
  }
}

/* 12 decades of time; LSODE's comments, CVODE at 1e-10, and the sum of the three, which no step may change. */
static void robertson_on_its_way(void **state) {
  (void)state;
  static const double lsode[][3] = {
      {9.851726e-01, 3.386406e-05, 1.479357e-02}, {9.055142e-01, 2.240418e-05, 9.446344e-02},
      {7.158050e-01, 9.184616e-06, 2.841858e-01}, {4.504846e-01, 3.222434e-06, 5.495122e-01},
      {1.831701e-01, 8.940379e-07, 8.168290e-01}, {3.897016e-02, 1.621193e-07, 9.610297e-01},
  };
  double x[3] = {1, 0, 0}, y[3] = {1, 0, 0}, time = 0;
  for (int decade = 0; decade < 12; decade++) {
    const double end = 0.4 * pow(10, decade), start[] = {1, 0, 0};
    solve(&robertson, 0, start, end, 1e-8, 1e-20, x);
    assert_int_equal(lind_cvode_advance(&robertson, NULL, 0, NULL, 1e-10, 1e-18, time, end, y), LIND_OK);
    for (int k = 0; k < 3; k++) {
      assert_close(x[k], y[k], 1e-6);
      if (decade < 6) assert_close(x[k], lsode[decade][k], 6e-4);
    }
    assert_close(x[0] + x[1] + x[2], 1, 1e-13);
    time = end;
  }
}

/* Drug in all its forms changes by elimination alone: with kel = kint = 0 it is conserved, and so is target with kdeg (R0 - R)
 * bound and free where R = R0 stays: here only the first, through binding with kon up to 1e5. */
static void drug_is_conserved(void **state) {
  (void)state;
  lind_lane frame[4] = {all(0), all(0), all(0), all(1)}, x[4] = {all(50), all(3), all(1), all(0)};
  for (int i = 0; i < LIND_LANES; i++) frame[1].of[i] = pow(10, i - 2);
  const lind_tolerance usual = {1e-5, 1e-8, 1e-9, 100000};
  lind_advance pack = {.target = all(500), .x = x};
  advance(&tmdd, frame, &usual, &pack);
  for (int i = 0; i < LIND_LANES; i++) assert_close(x[0].of[i] + x[1].of[i] + x[3].of[i], 53, 1e-12);
}

/* Two doses into eight patients whose binding differs by 7 decades. */
static void agrees_with_cvode(void **state) {
  (void)state;
  lind_lane frame[4] = {all(0.0015), all(0), all(0.05), all(1)}, x[4] = {all(50), all(0), all(1), all(0)};
  double y[LIND_LANES][4];
  for (int i = 0; i < LIND_LANES; i++) {
    frame[1].of[i] = pow(10, i - 3);
    for (int k = 0; k < 4; k++) y[i][k] = x[k].of[i];
  }
  const lind_tolerance fine = {1e-8, 1e-12, 1e-12, 100000};
  lind_advance pack = {.x = x};
  for (int dose = 0; dose < 2; dose++) {
    pack.target = all(300.0 * (dose + 1));
    advance(&tmdd, frame, &fine, &pack);
    for (int i = 0; i < LIND_LANES; i++) {
      const lind_err code = lind_cvode_advance(&tmdd, frame, i, NULL, 1e-10, 1e-14, 300.0 * dose, 300.0 * (dose + 1), y[i]);
      assert_int_equal(code, LIND_OK);
      for (int k = 0; k < 4; k++) assert_close(x[k].of[i], y[i][k], 1e-6);
      x[0].of[i] += 50, y[i][0] += 50;
    }
  }
}

/* Where nothing is stiff, too: saturable, with a daily rhythm, in the reference model of the other engines' tests. */
static void agrees_with_rk(void **state) {
  (void)state;
  lind_lane frame[DRUG_FRAME], x[DRUG_STATES], y[DRUG_STATES];
  for (int i = 0; i < LIND_LANES; i++) drug_patient(i, frame, x, i);
  memcpy(y, x, sizeof x);
  const lind_tolerance fine = {1e-9, 1e-12, 1e-12, 100000};
  lind_advance a = {.target = all(48), .x = x}, b = {.target = all(48), .x = y};
  advance(&drug, frame, &fine, &a);
  lind_stepper_rk.advance(&drug, frame, &fine, &b, workspace);
  for (int k = 1; k < DRUG_STATES; k++)
    for (int i = 0; i < LIND_LANES; i++) assert_close(x[k].of[i], y[k].of[i], 1e-7);
}

/* Workload W3: 1,000 patients, 150 nmol at 0 and 336 h; the cohort's checksums at 672 h, from mrgsolve at 1e-12. */
static void the_benchmark_has_its_checksums(void **state) {
  (void)state;
  FILE *file = popen("gzip -dc " LIND_TEST_SHARED "/data/benchmarks/w3_cohort.csv.gz 2>/dev/null", "r");
  char line[512];
  if (!file || !fgets(line, sizeof line, file)) skip();
  const lind_tolerance usual = {1e-6, 1e-9, 1e-9, 100000};
  double sum[2] = {0}, square[2] = {0};
  int n = 0;
  for (int more = 1; more; n += 8) {
    lind_lane frame[4], x[4] = {all(0), all(0), all(0), all(0)}, dose;
    for (int i = 0; i < LIND_LANES && more; i++) {
      double v;
      more = fgets(line, sizeof line, file) &&
             sscanf(line, "%*d,%lf,%lf,%lf,%lf,%lf", &v, &frame[0].of[i], &frame[1].of[i], &frame[2].of[i], &frame[3].of[i]) == 5;
      dose.of[i] = 150 / v, x[0].of[i] = dose.of[i], x[2].of[i] = frame[3].of[i];
    }
    if (!more) break;
    lind_advance pack = {.x = x, .target = all(336)};
    advance(&tmdd, frame, &usual, &pack);
    for (int i = 0; i < LIND_LANES; i++) x[0].of[i] += dose.of[i];
    pack.target = all(672);
    advance(&tmdd, frame, &usual, &pack);
    for (int i = 0; i < LIND_LANES; i++)
      for (int k = 0; k < 2; k++) sum[k] += x[2 * k].of[i], square[k] += x[2 * k].of[i] * x[2 * k].of[i];
  }
  pclose(file);
  assert_int_equal(n, 1000);
  const double mean[] = {0.919582, 0.835831}, sd[] = {3.682826, 0.444286};
  for (int k = 0; k < 2; k++) {
    assert_close(sum[k] / n, mean[k], 1e-6);
    assert_close(sqrt((square[k] - sum[k] * sum[k] / n) / (n - 1)), sd[k], 1e-6);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hires_ends_as_published),
      cmocka_unit_test(van_der_pol_ends_as_published),
      cmocka_unit_test(robertson_ends_as_published),
      cmocka_unit_test(robertson_on_its_way),
      cmocka_unit_test(drug_is_conserved),
      cmocka_unit_test(agrees_with_cvode),
      cmocka_unit_test(agrees_with_rk),
      cmocka_unit_test(the_benchmark_has_its_checksums),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
