/* Numbers that are read from a table at another number, by straight lines: growth charts and the like. */
#include <string.h>

#include "lind/text.h"
#include "recipe.h"

static lind_err number_find(const lind_builder *builder, const lind_words *words, const char *path, const lind_column **column) {
  const char **names;
  char near[120], all[240];
  size_t n = 0;
  LIND_TAKE(names, builder->arena, builder->n_columns);
  for (int i = 0; i < builder->n_columns; i++) {
    if (builder->columns[i].type.kind != LIND_TYPE_NUMBER) continue;
    if (strcmp(builder->columns[i].name, words->text) == 0) {
      *column = &builder->columns[i];
      return LIND_OK;
    }
    names[n++] = builder->columns[i].name;
  }
  return lind_error_fail_at(LIND_ERR_INPUT, words->where, "%s.at: '%s' is no number before this one; there is %s%s", path,
                            words->text, n > 0 ? lind_text_list(names, n, all, sizeof all) : "none yet",
                            lind_text_suggestion(words->text, names, n, near, sizeof near));
}

static lind_err unit_of(const lind_csv *csv, int column, lind_unit *unit) {
  const lind_err bad = lind_unit_parse(csv->units[column][0] != '\0' ? csv->units[column] : "1", unit);
  if (bad == LIND_OK) return LIND_OK;
  return lind_error_fail_at(bad, (lind_where){csv->path, 0, 0}, "column '%s': %s", csv->columns[column], lind_error_message());
}

/* The rows of one level (at_by < 0: all rows). */
static lind_err rows_read(const lind_csv *csv, const int at[3], const char *level, const double scale[2], lind_arena *arena,
                          lind_curve *curve) {
  double *x, *y;
  int n = 0;
  LIND_TAKE(x, arena, csv->n_rows + 1);
  LIND_TAKE(y, arena, csv->n_rows + 1);
  for (size_t row = 0; row < csv->n_rows; row++) {
    if (at[2] >= 0 && strcmp(lind_csv_at(csv, row, at[2])->text, level) != 0) continue;
    LIND_TRY(lind_csv_number(csv, row, at[0], &x[n]));
    LIND_TRY(lind_csv_number(csv, row, at[1], &y[n]));
    x[n] *= scale[0];
    y[n] *= scale[1];
    LIND_CHECK_AT(n == 0 || x[n] > x[n - 1], LIND_ERR_INPUT, lind_csv_where(csv, row, at[0]),
                  "%s is %s, not above the row before it; it must rise", csv->columns[at[0]], lind_csv_at(csv, row, at[0])->text);
    n++;
  }
  LIND_CHECK_AT(n >= 2, LIND_ERR_INPUT, ((lind_where){csv->path, 0, 0}), "two rows or more are needed%s%s; there %s %d",
                at[2] >= 0 ? " with " : "", at[2] >= 0 ? level : "", n == 1 ? "is" : "are", n);
  *curve = (lind_curve){n, x, y};
  return LIND_OK;
}

lind_err lind_curve_read(lind_builder *builder, const char *name, const lind_node *node, const lind_curve_keys *keys,
                         lind_where where) {
  const lind_column *of = NULL, *by = NULL;
  const lind_csv *csv = NULL;
  lind_unit units[2];
  int at[3] = {0, 0, -1};
  lind_curve *curves;
  LIND_CHECK_AT(keys->at.text != NULL && keys->column.text != NULL, LIND_ERR_INPUT, where,
                "%s: `table` needs `at`, a number, and `column`, the values", node->path);
  LIND_TRY(number_find(builder, &keys->at, node->path, &of));
  if (keys->by.text != NULL) LIND_TRY(lind_builder_category(builder, &keys->by, node->path, &by));
  LIND_TRY(lind_table_read(builder, &keys->table, &csv));
  LIND_TRY(lind_csv_column(csv, keys->at.text, &at[0]));
  LIND_TRY(lind_csv_column(csv, keys->column.text, &at[1]));
  if (by != NULL) LIND_TRY(lind_csv_column(csv, by->name, &at[2]));
  for (int i = 0; i < 2; i++) LIND_TRY(unit_of(csv, at[i], &units[i]));
  LIND_CHECK_AT(lind_unit_same_dimension(units[0].dimension, of->type.dimension), LIND_ERR_UNIT, keys->at.where,
                "%s: column '%s' of %s is in [%s], but %s is in [%s]", node->path, of->name, keys->table.text, csv->units[at[0]],
                of->name, of->unit.text);
  const int n = by != NULL ? by->type.levels->n : 1;
  LIND_TAKE(curves, builder->arena, n);
  for (int i = 0; i < n; i++)
    LIND_TRY(rows_read(csv, at, by != NULL ? by->type.levels->names[i] : NULL, (const double[2]){units[0].scale, units[1].scale},
                       builder->arena, &curves[i]));
  const lind_column column = {
      .type = {.kind = LIND_TYPE_NUMBER, .dimension = units[1].dimension},
      .unit = units[1],
      .about = keys->about.text != NULL
                   ? keys->about.text
                   : lind_arena_format(builder->arena, "column %s of %s at %s", keys->column.text, keys->table.text, of->name),
      .where = where};
  const lind_step step = {
      .what = LIND_STEP_CURVE, .by = by != NULL ? by->slot : -1, .block = -1, .cluster = of->slot, .curves = curves};
  return lind_builder_add(builder, name, &column, &step);
}
