/* Areas of known shapes, and the lines around them. */
#include "fisher.h"
#include "tissue/tissue_inside.h"

/* A cone of slope 1 around (20.3, 19.6): the area above -r is a disk. */
static lind_tissue_space cone(int n, double spacing, double **values) {
  lind_tissue_space space = fisher_slab(n, n, spacing, 0);
  *values = calloc((size_t)n * (size_t)n, sizeof **values);
  for (int k = 0; k < n * n; k++) (*values)[k] = 30.0 - hypot((k % n + 0.5) * spacing - 20.3, (k / n + 0.5) * spacing - 19.6);
  return space;
}

static double *surrounded(const double *values, int n) {
  double *around = calloc((size_t)(n + 2) * (size_t)(n + 2), sizeof *around);
  for (int j = 0; j < n; j++) memcpy(around + (j + 1) * (n + 2) + 1, values + j * n, (size_t)n * sizeof *values);
  return around;
}

static double disk_error(int n, double radius) {
  double *values;
  lind_tissue_space space = cone(n, 40.0 / n, &values);
  const lind_tissue_part part = {0, 0, n, n};
  lind_tissue_cells cells;
  assert_int_equal(lind_tissue_cells_create(&space, part, &cells), LIND_OK);
  double *around = surrounded(values, n);
  const double area = lind_tissue_measure_area(&cells, part, around, space.spacing, 30.0 - radius);
  lind_tissue_cells_release(&cells);
  free(around);
  free(values);
  fisher_slab_free(&space);
  return area / (M_PI * radius * radius * mm * mm) - 1.0;
}

static void disks_have_their_area(void **state) {
  (void)state;
  for (int radius = 4; radius <= 16; radius += 4) {
    const double coarse = disk_error(40, radius), fine = disk_error(80, radius);
    print_message("disk of %d mm: relative errors %.2e, %.2e\n", radius, coarse, fine);
    assert_true(fabs(coarse) < 0.3 / (radius * radius) && fabs(fine) < 0.075 / (radius * radius)); /* order 2 */
  }
}

/* A full organ has the area of its cells, whatever its shape; an empty one has none. */
static void whole_organs_count_their_cells(void **state) {
  (void)state;
  enum { N = 12 };
  lind_tissue_space space = fisher_slab(N, N, 1.5, 0);
  double *white = (double *)(uintptr_t)space.white, values[N * N];
  int n = 0;
  for (int k = 0; k < N * N; k++) {
    white[k] = k % 5 == 0 || (k / N > 3 && k % N > 6) ? 0.0 : 1.0;
    n += white[k] > 0.0;
    values[k] = white[k];
  }
  const lind_tissue_part part = {0, 0, N, N};
  lind_tissue_cells cells;
  assert_int_equal(lind_tissue_cells_create(&space, part, &cells), LIND_OK);
  assert_int_equal(cells.n, n);
  double *around = surrounded(values, N);
  assert_true(fabs(lind_tissue_measure_area(&cells, part, around, space.spacing, 0.16) - n * 2.25 * mm * mm) < 1e-15);
  assert_true(lind_tissue_measure_area(&cells, part, around, space.spacing, 1.0) == 0.0);
  lind_tissue_cells_release(&cells);
  free(around);
  fisher_slab_free(&space);
}

static void lines_lie_on_the_level(void **state) {
  (void)state;
  double *values;
  lind_tissue_space space = cone(80, 0.5, &values);
  lind_tissue_lines *lines;
  assert_int_equal(lind_tissue_lines_create(&space, values, 20.0, &lines), LIND_OK);
  assert_int_equal(lines->n_lines, 1);
  const int last = lines->n_points - 1;
  assert_true(lines->x[0] == lines->x[last] && lines->y[0] == lines->y[last]); /* closed */
  double length = 0.0;
  for (int k = 0; k < last; k++) {
    assert_true(fabs(hypot(lines->x[k] / mm - 20.3, lines->y[k] / mm - 19.6) - 10.0) < 0.01);
    length += hypot(lines->x[k + 1] - lines->x[k], lines->y[k + 1] - lines->y[k]) / mm;
  }
  print_message("a circle of 10 mm: %d points, length %.4f mm\n", lines->n_points, length);
  assert_true(fabs(length / (20.0 * M_PI) - 1.0) < 2e-3);
  lind_tissue_lines_destroy(&lines);
  /* beyond the walls: an open line of a quarter */
  assert_int_equal(lind_tissue_lines_create(&space, values, 30.0 - 25.0, &lines), LIND_OK);
  assert_true(lines->n_lines >= 1);
  for (int l = 0; l < lines->n_lines; l++) assert_true(lines->first[l + 1] - lines->first[l] > 2);
  lind_tissue_lines_destroy(&lines);
  /* two hills on a saddle: two rings below it are one */
  for (int k = 0; k < 80 * 80; k++) {
    const double x = (k % 80 - 39.5) / 10.0, y = (k / 80 - 39.5) / 10.0;
    values[k] = -pow(x * x - 4.0, 2.0) / 4.0 - y * y; /* tops at x = +-2, the saddle between them has -4 */
  }
  assert_int_equal(lind_tissue_lines_create(&space, values, -3.0, &lines), LIND_OK);
  assert_int_equal(lines->n_lines, 2);
  lind_tissue_lines_destroy(&lines);
  assert_int_equal(lind_tissue_lines_create(&space, values, -4.2, &lines), LIND_OK);
  assert_int_equal(lines->n_lines, 1);
  lind_tissue_lines_destroy(&lines);
  free(values);
  fisher_slab_free(&space);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(disks_have_their_area), cmocka_unit_test(whole_organs_count_their_cells),
                                     cmocka_unit_test(lines_lie_on_the_level)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
