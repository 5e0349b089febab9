/* space.c -- the map of a slice: shapes painted one over the other, looked at in SAMPLES x SAMPLES points of each cell. */
#include <math.h>
#include <string.h>

#include "lind/csv.h"
#include "lind/text.h"
#include "tissue_inside.h"

enum { SAMPLES = 8, MOST_CELLS = 1 << 24 };

static const char *const tissues[] = {"white", "grey", "fluid", "outside"};
static const char *const kinds[] = {"ellipse", "box"};

typedef struct shape {
  int kind, tissue;
  double x, y, a, b, cos, sin; /* dm; half axes */
} shape;

static lind_err read_choice(const lind_csv *csv, size_t row, int column, const char *const *names, size_t n, int *choice) {
  const lind_csv_cell *cell = lind_csv_at(csv, row, column);
  char list[128], suggestion[128];
  for (size_t k = 0; k < n; k++)
    if (strcmp(cell->text, names[k]) == 0) {
      *choice = (int)k;
      return LIND_OK;
    }
  return lind_error_fail_at(LIND_ERR_INPUT, lind_csv_where(csv, row, column), "'%s' is not one of %s%s", cell->text,
                            lind_text_list(names, n, list, sizeof list),
                            lind_text_suggestion(cell->text, names, n, suggestion, sizeof suggestion));
}

static lind_err read_length(const lind_csv *csv, size_t row, int column, double *dm) {
  lind_unit unit;
  double scale;
  lind_dimension length = lind_unit_dimensionless;
  length.halves[LIND_DIM_LENGTH] = 2;
  char words[32];
  (void)snprintf(words, sizeof words, "1 %s", csv->units[column]);
  const bool good = csv->units[column][0] != '\0' && lind_unit_parse_quantity(words, &scale, &unit) == LIND_OK &&
                    lind_unit_same_dimension(unit.dimension, length);
  LIND_CHECK_AT(good, LIND_ERR_UNIT, lind_csv_head(csv, column),
                "column %s has the unit '%s'; a length is needed, such as %s [mm]", csv->columns[column], csv->units[column],
                csv->columns[column]);
  LIND_TRY(lind_csv_number(csv, row, column, dm));
  LIND_CHECK_AT(isfinite(*dm), LIND_ERR_INPUT, lind_csv_where(csv, row, column), "%s is missing", csv->columns[column]);
  *dm *= scale;
  return LIND_OK;
}

static lind_err read_shape(const lind_csv *csv, size_t row, const int column[7], shape *s) {
  double turn;
  LIND_TRY(read_choice(csv, row, column[0], kinds, 2, &s->kind));
  LIND_TRY(read_choice(csv, row, column[1], tissues, 4, &s->tissue));
  LIND_TRY(read_length(csv, row, column[2], &s->x));
  LIND_TRY(read_length(csv, row, column[3], &s->y));
  LIND_TRY(read_length(csv, row, column[4], &s->a));
  LIND_TRY(read_length(csv, row, column[5], &s->b));
  LIND_TRY(lind_csv_number(csv, row, column[6], &turn));
  LIND_CHECK_AT(s->a > 0.0 && s->b > 0.0, LIND_ERR_INPUT, lind_csv_where(csv, row, column[4]), "half axes must be above 0");
  LIND_CHECK_AT(isfinite(turn), LIND_ERR_INPUT, lind_csv_where(csv, row, column[6]), "turn is missing; 0 is upright");
  s->cos = cos(turn * M_PI / 180.0);
  s->sin = sin(turn * M_PI / 180.0);
  return LIND_OK;
}

static int tissue_at(const shape *shapes, size_t n, double x, double y) {
  for (size_t k = n; k > 0; k--) { /* the last one lies on top */
    const shape *s = &shapes[k - 1];
    const double dx = x - s->x, dy = y - s->y, u = (s->cos * dx + s->sin * dy) / s->a, v = (s->cos * dy - s->sin * dx) / s->b;
    if (s->kind == 0 ? u * u + v * v <= 1.0 : fabs(u) <= 1.0 && fabs(v) <= 1.0) return s->tissue;
  }
  return 3;
}

static lind_err rasterise(const shape *shapes, size_t n, lind_arena *arena, lind_tissue_space *space) {
  double *white, *grey;
  LIND_TAKE(white, arena, (size_t)space->nx * (size_t)space->ny);
  LIND_TAKE(grey, arena, (size_t)space->nx * (size_t)space->ny);
  for (int j = 0; j < space->ny; j++)
    for (int i = 0; i < space->nx; i++) {
      int count[4] = {0};
      for (int k = 0; k < SAMPLES * SAMPLES; k++)
        count[tissue_at(shapes, n, (i + (k % SAMPLES + 0.5) / SAMPLES) * space->spacing,
                        (j + (k / SAMPLES + 0.5) / SAMPLES) * space->spacing)]++;
      white[j * space->nx + i] = (double)count[0] / (SAMPLES * SAMPLES);
      grey[j * space->nx + i] = (double)count[1] / (SAMPLES * SAMPLES);
    }
  space->white = white;
  space->grey = grey;
  return LIND_OK;
}

lind_err lind_tissue_space_read(const char *path, lind_where where, double spacing, lind_arena *arena, lind_tissue_space *space) {
  static const char *const names[] = {"shape", "tissue", "x", "y", "a", "b", "turn"};
  const lind_csv *csv;
  int column[7];
  shape *shapes;
  LIND_TRY(lind_csv_read(path, arena, &csv));
  for (int k = 0; k < 7; k++) LIND_TRY(lind_csv_column(csv, names[k], &column[k]));
  LIND_TAKE(shapes, arena, csv->n_rows + 1);
  double wide = 0.0, high = 0.0;
  for (size_t r = 0; r < csv->n_rows; r++) {
    LIND_TRY(read_shape(csv, r, column, &shapes[r]));
    if (shapes[r].tissue > 1) continue;
    const double reach = hypot(shapes[r].a, shapes[r].b);
    const bool upright = shapes[r].sin == 0.0;
    wide = fmax(wide, shapes[r].x + (upright ? shapes[r].a : reach));
    high = fmax(high, shapes[r].y + (upright ? shapes[r].b : reach));
  }
  const double nx = ceil(wide / spacing - 1e-9), ny = ceil(high / spacing - 1e-9);
  LIND_CHECK_AT(nx >= 3 && ny >= 3 && nx * ny <= MOST_CELLS, LIND_ERR_INPUT, where,
                "tissue.spacing is %g mm, which makes %.0f x %.0f cells of %s; from 3 x 3 to %d cells are possible",
                spacing * 100.0, nx, ny, path, MOST_CELLS);
  *space = (lind_tissue_space){.nx = (int)nx, .ny = (int)ny, .spacing = spacing};
  return rasterise(shapes, csv->n_rows, arena, space);
}

lind_digest lind_tissue_space_digest(const lind_tissue_space *space) {
  const size_t bytes = (size_t)space->nx * (size_t)space->ny * sizeof(double);
  lind_digest digest = lind_digest_add_integer((lind_digest){0, 0}, space->nx);
  digest = lind_digest_add_integer(digest, space->ny);
  digest = lind_digest_add(digest, &space->spacing, sizeof space->spacing);
  digest = lind_digest_add(digest, space->white, bytes);
  return lind_digest_add(digest, space->grey, bytes);
}
