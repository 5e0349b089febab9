/* quantiles -- a table of probabilities and values, straight lines between them. Below the first and above the last probability
 * stand the first and the last value: a table from 0.0005 to 0.9995 puts 0.05 % of people on each end. */
#include <string.h>

#include "../recipe.h"
#include "lind/draw.h"

typedef struct {
  int n;
  double *p, *x;
} quantiles;

typedef struct {
  lind_words table, column;
} keys;

static const lind_key rows[] = {
    {"table", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, offsetof(keys, table),
     "a CSV file with the column `p`, a column of values and, for `by`, a column of that name"},
    {"column", LIND_KEY_WORDS, NULL, 0, 0, "value", NULL, offsetof(keys, column),
     "the column of values; its header carries the unit: `weight [kg]`"},
    {0},
};

static lind_err unit_read(const lind_csv *csv, int column, const lind_kind_input *in, double *scale) {
  lind_unit unit;
  const lind_where header = {csv->path, 0, 0};
  const lind_err bad = lind_unit_parse(csv->units[column][0] != '\0' ? csv->units[column] : "1", &unit);
  if (bad != LIND_OK) return lind_error_fail_at(bad, header, "column '%s': %s", csv->columns[column], lind_error_message());
  if (!in->measure->known) *in->measure = (lind_measure){true, csv->columns[column], unit};
  LIND_CHECK_AT(lind_unit_same_dimension(unit.dimension, in->measure->unit.dimension), LIND_ERR_UNIT, header,
                "column '%s' is in [%s], but '%s' of %s is in [%s]", csv->columns[column], csv->units[column], in->measure->first,
                in->node->path, in->measure->unit.text);
  *scale = unit.scale;
  return LIND_OK;
}

/* One row into the table: probabilities rise, values do not fall. */
static lind_err row_read(const lind_csv *csv, size_t row, int at_p, int at_x, double scale, quantiles *q) {
  double p, x;
  LIND_TRY(lind_csv_number(csv, row, at_p, &p));
  LIND_TRY(lind_csv_number(csv, row, at_x, &x));
  x *= scale;
  LIND_CHECK_AT(p >= 0 && p <= 1, LIND_ERR_INPUT, lind_csv_where(csv, row, at_p), "p is %g; it must be between 0 and 1", p);
  LIND_CHECK_AT(q->n == 1 || p > q->p[q->n - 1], LIND_ERR_INPUT, lind_csv_where(csv, row, at_p),
                "p is %g after %g; probabilities must rise", p, q->p[q->n - 1]);
  LIND_CHECK_AT(q->n == 1 || x >= q->x[q->n - 1], LIND_ERR_INPUT, lind_csv_where(csv, row, at_x),
                "%s is %s below the row before it; quantiles must not fall", csv->columns[at_x],
                lind_csv_at(csv, row, at_x)->text);
  q->p[q->n] = p;
  q->x[q->n++] = x;
  return LIND_OK;
}

static lind_err quantiles_read(const lind_kind_input *in, const void **parameters, const char **words) {
  keys k = {0};
  const lind_csv *csv = NULL;
  int at_p = 0, at_x = 0, at_by = -1;
  double scale = 1;
  quantiles *q;
  LIND_TAKE(q, in->builder->arena, 1);
  LIND_TRY(lind_schema_read(in->node, in->node->path, rows, in->builder->arena, &k));
  LIND_TRY(lind_table_read(in->builder, &k.table, &csv));
  LIND_TRY(lind_csv_column(csv, "p", &at_p));
  LIND_TRY(lind_csv_column(csv, k.column.text, &at_x));
  if (in->by != NULL) at_by = lind_csv_find(csv, in->by);
  LIND_TRY(unit_read(csv, at_x, in, &scale));
  LIND_TAKE(q->p, in->builder->arena, csv->n_rows + 2);
  LIND_TAKE(q->x, in->builder->arena, csv->n_rows + 2);
  q->n = 1; /* place for p = 0 */
  for (size_t row = 0; row < csv->n_rows; row++)
    if (at_by < 0 || strcmp(lind_csv_at(csv, row, at_by)->text, in->level) == 0)
      LIND_TRY(row_read(csv, row, at_p, at_x, scale, q));
  LIND_CHECK_AT(q->n > 2, LIND_ERR_INPUT, ((lind_where){csv->path, 0, 0}), "%s needs two rows or more%s%s%s%s; there is %d",
                in->node->path, at_by < 0 ? "" : " with ", at_by < 0 ? "" : in->by, at_by < 0 ? "" : " ",
                at_by < 0 ? "" : in->level, q->n - 1);
  q->x[0] = q->x[1];
  if (q->p[1] <= 0) { /* the table has its own row for p = 0 */
    q->p++;
    q->x++;
    q->n--;
  }
  if (q->p[q->n - 1] < 1) {
    q->p[q->n] = 1;
    q->x[q->n] = q->x[q->n - 1];
    q->n++;
  }
  *words = lind_arena_format(in->builder->arena, "quantiles of column %s in %s", k.column.text, k.table.text);
  *parameters = q;
  return LIND_OK;
}

static double quantiles_draw(const void *parameters, double u) {
  const quantiles *q = parameters;
  return lind_draw_table(u, q->p, q->x, q->n);
}

const lind_kind lind_quantiles_kind = {
    .name = "quantiles",
    .summary = "piecewise linear through a table of quantiles",
    .source = "linear interpolation of the empirical quantile function",
    .rows = rows,
    .read = quantiles_read,
    .draw = quantiles_draw,
};
