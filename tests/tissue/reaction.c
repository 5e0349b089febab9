/* The whole of a step against exact solutions: a travelling wave (order 2), the speed of a front, fractions of radiation. */
#include <stdio.h>

#include "fisher.h"

enum { LENGTH = 120 }; /* mm */

/* Largest difference from the exact wave after 50 days, D 0.1, rho 0.06. Ends are far: c is 1 and 0 there. */
static double wave_error(double spacing, double step) {
  const int nx = (int)(LENGTH / spacing + 0.5);
  lind_tissue_space space = fisher_slab(nx, 3, spacing, 0);
  fisher_patient p;
  fisher_begin(&p, space, 0.1, 0.06, FISHER_WAVE, 40.0, 0.0, step, NULL);
  double *c = fisher_field_at(&p, 50.0), worst = 0.0;
  for (int i = 0; i < nx; i++) worst = fmax(worst, fabs(c[nx + i] - fisher_wave((i + 0.5) * spacing - 40.0, 50.0, 0.1, 0.06)));
  free(c);
  fisher_end(&p);
  fisher_slab_free(&space);
  return worst;
}

static void wave_has_order_two(void **state) {
  (void)state;
  const double coarse = wave_error(1.0, 2.0), middle = wave_error(0.5, 1.0), fine = wave_error(0.25, 0.5);
  print_message("wave: errors %.3e %.3e %.3e, orders %.3f %.3f\n", coarse, middle, fine, log2(coarse / middle),
                log2(middle / fine));
  assert_true(log2(coarse / middle) > 1.9 && log2(coarse / middle) < 2.3);
  assert_true(log2(middle / fine) > 1.95 && log2(middle / fine) < 2.1);
  /* each alone: in space with short steps, in time by differences at one spacing */
  const double space_one = wave_error(1.0, 0.1), space_two = wave_error(0.5, 0.1);
  print_message("in space alone: %.3e %.3e, order %.3f\n", space_one, space_two, log2(space_one / space_two));
  assert_true(log2(space_one / space_two) > 1.9 && log2(space_one / space_two) < 2.1);
}

/* In time alone: three steps at one spacing; what space leaves is the same in all and drops out. */
static void *wave_field(double step) {
  lind_tissue_space space = fisher_slab(2 * LENGTH, 3, 0.5, 0);
  fisher_patient p;
  fisher_begin(&p, space, 0.1, 0.06, FISHER_WAVE, 40.0, 0.0, step, NULL);
  double *c = fisher_field_at(&p, 50.0);
  fisher_end(&p);
  fisher_slab_free(&space);
  return c;
}

static void time_has_order_two(void **state) {
  (void)state;
  double *c[3], first = 0.0, second = 0.0;
  for (int k = 0; k < 3; k++) c[k] = wave_field(5.0 / (1 << k));
  for (int i = 0; i < 6 * LENGTH; i++) {
    first = fmax(first, fabs(c[0][i] - c[1][i]));
    second = fmax(second, fabs(c[1][i] - c[2][i]));
  }
  print_message("in time alone: differences %.3e %.3e, order %.3f\n", first, second, log2(first / second));
  assert_true(log2(first / second) > 1.9 && log2(first / second) < 2.2);
  for (int k = 0; k < 3; k++) free(c[k]);
}

/* Where c = 1/2, in mm. */
static double front(fisher_patient *p, double days) {
  double *c = fisher_field_at(p, days), at = NAN;
  const int nx = p->space.nx;
  for (int i = 0; i + 1 < nx; i++)
    if (c[nx + i] > 0.5 && c[nx + i + 1] <= 0.5)
      at = (i + 0.5 + (c[nx + i] - 0.5) / (c[nx + i] - c[nx + i + 1])) * p->space.spacing / mm;
  free(c);
  return at;
}

/* From a step the speed is v (1 - 3 / (4 rho t)) and less (Bramson 1983): two late times give v by Richardson's rule. */
static void front_has_least_speed(void **state) {
  (void)state;
  const double d = 0.1, rho = 0.06, v = 2.0 * sqrt(d * rho);
  lind_tissue_space space = fisher_slab(700, 3, 0.5, 0);
  double x[4];
  const double t[4] = {600.0, 640.0, 1200.0, 1240.0}; /* rho t from 36 */
  for (int k = 0; k < 4; k++) {
    fisher_patient p;
    fisher_begin(&p, space, d, rho, FISHER_PLANE, 20.0, 0.0, 1.0, NULL);
    x[k] = front(&p, t[k]);
    fisher_end(&p);
  }
  const double early = (x[1] - x[0]) / 40.0, late = (x[3] - x[2]) / 40.0;
  const double limit = (1220.0 * late - 620.0 * early) / 600.0;
  print_message("front: %.6f, %.6f, limit %.6f mm/day; 2 sqrt(D rho) is %.6f\n", early, late, limit, v);
  assert_true(fabs(limit / v - 1.0) < 0.02);
  assert_true(early < late && late < 1.01 * v);
  assert_true(fabs(early / v / (1.0 - 0.75 / (rho * 620.0)) - 1.0) < 0.01);
  fisher_slab_free(&space);
}

/* ln S = -n (alpha d + beta d2), BED = n d (1 + d / 10): the table of the schedules, without growth. */
static void courses_are_linear_quadratic(void **state) {
  (void)state;
  static const struct {
    int n;
    double dose, alpha, survival, effective;
  } rows[] = {{30, 2.0, 0.025, 0.165299, 72.0},     {30, 2.0, 0.036, 0.0748702, 72.0},    {30, 2.0, 0.06, 0.0132999, 72.0},
              {30, 2.0, 0.3, 4.16140e-10, 72.0},    {28, 1.8, 0.025, 0.226095, 59.4720},  {28, 1.8, 0.036, 0.117538, 59.4720},
              {28, 1.8, 0.06, 0.0282032, 59.4720},  {28, 1.8, 0.3, 1.78440e-8, 59.4720},  {34, 1.8, 0.025, 0.164409, 72.2160},
              {34, 1.8, 0.036, 0.0742902, 72.2160}, {34, 1.8, 0.06, 0.0131286, 72.2160},  {34, 1.8, 0.3, 3.90029e-10, 72.2160},
              {15, 2.67, 0.025, 0.281230, 50.7433}, {15, 2.67, 0.036, 0.160934, 50.7433}, {15, 2.67, 0.06, 0.0476153, 50.7433},
              {15, 2.67, 0.3, 2.44756e-7, 50.7433}};
  lind_tissue_space space = fisher_slab(6, 5, 1.0, 3);
  for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
    fisher_patient p;
    fisher_begin(&p, space, 0.1, 0.0, FISHER_FLAT, 0.0, 0.0, 1.0, NULL);
    for (int i = 0; i < LIND_LANES; i++) p.frame[FISHER_ALPHA].of[i] = rows[r].alpha;
    const double before = p.x[FISHER_BURDEN].of[0];
    assert_true(fabs(before - 0.3 * 30.0 * mm * mm) < 1e-15);
    for (int k = 0; k < rows[r].n; k++) {
      p.x[FISHER_RADIATION].of[0] += rows[r].dose;
      (void)fisher_live(&p, k + 1.0);
      assert_true(p.x[FISHER_RADIATION].of[0] == 0.0);
    }
    const double survival = p.x[FISHER_BURDEN].of[0] / before, bed = -log(survival) / rows[r].alpha;
    assert_true(fabs(survival / rows[r].survival - 1.0) < 5e-6); /* six digits */
    assert_true(fabs(bed - rows[r].n * rows[r].dose * (1.0 + rows[r].dose / 10.0)) < 1e-9 * bed);
    assert_true(fabs(bed - rows[r].effective) < 5.1e-5);
    fisher_end(&p);
  }
  fisher_slab_free(&space);
}

/* An event within a step: its time does not depend on the steps but by their error. */
static void events_are_found(void **state) {
  (void)state;
  double time[3];
  const double step[3] = {4.0, 2.0, 1.0};
  for (int k = 0; k < 3; k++) {
    lind_tissue_space space = fisher_slab(60, 60, 1.0, 0);
    fisher_patient p;
    fisher_begin(&p, space, 0.1, 0.06, FISHER_GAUSS, 30.0, 30.0, step[k], NULL);
    assert_int_equal(fisher_live(&p, 200.0), 1);
    time[k] = p.pack.time.of[0] / day;
    assert_true(fabs(fisher_radius(p.x[FISHER_T2].of[0]) - 15.0) < 5e-3);
    (void)fisher_live(&p, time[k] + 10.0); /* it does not fire again */
    assert_true(p.pack.time.of[0] > (time[k] + 9.999) * day);
    fisher_end(&p);
    fisher_slab_free(&space);
  }
  print_message("T2 radius is 15 mm on day %.4f, %.4f, %.4f\n", time[0], time[1], time[2]);
  assert_true(fabs(time[1] - time[2]) < 0.05 && fabs(time[0] - time[1]) < 0.2);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(wave_has_order_two), cmocka_unit_test(time_has_order_two),
                                     cmocka_unit_test(front_has_least_speed), cmocka_unit_test(courses_are_linear_quadratic),
                                     cmocka_unit_test(events_are_found)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
