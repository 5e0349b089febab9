/* measure.c -- how large is the region in which a field is above a level.
 *
 * The square between four centres is cut into four triangles that meet in its middle, whose value is the mean; in a triangle the
 * field is linear, and the area above the level is exact. A corner that is no tissue has no value: it takes the mean of the
 * others, and its quarter of the square does not count. So a wholly filled organ has the area of its cells. Order 2 for smooth
 * fields. Shown by tests/tissue/measure.c. */
#include <stdlib.h>
#include <string.h>

#include "tissue_inside.h"

/* Share of a triangle in which a linear function with these corners (less the level) is above 0. */
static double share(double a, double b, double c) {
  const int above = (a > 0.0) + (b > 0.0) + (c > 0.0);
  if (above == 0 || above == 3) return above == 3 ? 1.0 : 0.0;
  /* one corner is on its own side: its triangle is (a / (a - b)) (a / (a - c)) of the whole */
  const bool odd = above == 1;
  double own = a, first = b, second = c;
  if ((b > 0.0) == odd) own = b, first = a, second = c;
  if ((c > 0.0) == odd) own = c, first = a, second = b;
  const double part = own / (own - first) * (own / (own - second));
  return odd ? part : 1.0 - part;
}

/* Share of a square with these values and corners that exist; 0 where none does. */
static double square(const double v[4], const unsigned char m[4], double level) {
  const int n = m[0] + m[1] + m[2] + m[3];
  if (n == 0) return 0.0;
  double mean = 0.0, corner[4];
  for (int k = 0; k < 4; k++)
    if (m[k]) mean += v[k];
  mean /= n;
  for (int k = 0; k < 4; k++) corner[k] = (m[k] ? v[k] : mean) - level;
  double sum = 0.0;
  for (int k = 0; k < 4; k++) sum += share(corner[k], corner[(k + 1) % 4], mean - level);
  return 0.25 * sum * 0.25 * n;
}

double lind_tissue_measure_area(const lind_tissue_cells *cells, lind_tissue_part part, const double *around, double spacing,
                                double level) {
  const int wide = part.nx + 2;
  double sum = 0.0;
  /* a rank has the squares up and right of its cells, and those before its first ones where the slice begins */
  for (int j = part.y0 == 0 ? 0 : 1; j <= part.ny; j++)
    for (int i = part.x0 == 0 ? 0 : 1; i <= part.nx; i++) {
      const double *v = around + j * wide + i;
      const unsigned char *m = cells->mask + j * wide + i;
      sum += square((const double[]){v[0], v[1], v[wide + 1], v[wide]}, (const unsigned char[]){m[0], m[1], m[wide + 1], m[wide]},
                    level);
    }
  return sum * spacing * spacing;
}

lind_err lind_tissue_space_area(const lind_tissue_space *space, const double *whole, double level, double *area) {
  const lind_tissue_part part = {0, 0, space->nx, space->ny};
  const size_t nx = (size_t)space->nx, ny = (size_t)space->ny;
  lind_tissue_cells cells;
  double *around = calloc((nx + 2) * (ny + 2), sizeof *around);
  LIND_CHECK(around != NULL, LIND_ERR_MEMORY, "no memory for a slice");
  for (size_t j = 0; j < ny; j++) memcpy(around + (j + 1) * (nx + 2) + 1, whole + j * nx, nx * sizeof *whole);
  const lind_err err = lind_tissue_cells_create(space, part, &cells);
  if (err == LIND_OK) {
    *area = lind_tissue_measure_area(&cells, part, around, space->spacing, level);
    lind_tissue_cells_release(&cells);
  }
  free(around);
  return err;
}
