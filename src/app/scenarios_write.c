/* scenarios_write.c -- the table of studies for a spreadsheet, for programs, for HDF5 readers, and for the eye. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "finish.h"
#include "lind/csv.h"
#include "scenarios.h"

/* ---- scenarios.csv: as RFC 4180 wants cells ---------------------------------------------------------------- */

static void csv_write(const lind_scenarios *s, FILE *out) {
  for (int c = 0; c < s->n_columns; c++) {
    const lind_scenarios_column *column = &s->columns[c];
    char name[512];
    const bool has_unit = strcmp(column->unit, "1") != 0 && strncmp(column->unit, "see", 3) != 0;
    (void)snprintf(name, sizeof name, has_unit ? "%s [%s]" : "%s", column->name, column->unit);
    (void)fputs(c > 0 ? "," : "", out);
    lind_csv_put(out, name);
  }
  for (size_t row = 0; row < s->n_rows; row++) {
    (void)fputc('\n', out);
    for (int c = 0; c < s->n_columns; c++) {
      (void)fputs(c > 0 ? "," : "", out);
      if (s->columns[c].is_words)
        lind_csv_put(out, s->columns[c].words[row]);
      else if (!isnan(s->columns[c].numbers[row]))
        lind_csv_put_number(out, s->columns[c].numbers[row]);
    }
  }
  (void)fputc('\n', out);
}

/* ---- scenarios.json ---------------------------------------------------------------------------------------- */

static json_t *cell_json(const lind_scenarios_column *column, size_t row) {
  if (column->is_words) return json_string(column->words[row]);
  return isfinite(column->numbers[row]) ? json_real(column->numbers[row]) : json_null();
}

lind_err lind_scenarios_json(const lind_scenarios *s, lind_arena *arena, const char **kept) {
  json_t *root = json_pack("{s:s,s:i}", "format", "lind-scenarios-1", "scenarios", s->n), *columns = json_array(),
         *rows = json_array();
  for (int c = 0; c < s->n_columns; c++)
    json_array_append_new(columns, json_pack("{s:s,s:s,s:s,s:b}", "name", s->columns[c].name, "unit", s->columns[c].unit,
                                             "description", s->columns[c].about, "differs", c > 0 && c <= s->n_keys));
  for (size_t row = 0; row < s->n_rows; row++) {
    json_t *object = json_object();
    for (int c = 0; c < s->n_columns; c++) json_object_set_new(object, s->columns[c].name, cell_json(&s->columns[c], row));
    json_array_append_new(rows, object);
  }
  json_object_set_new(root, "columns", columns);
  json_object_set_new(root, "rows", rows);
  char *text = json_dumps(root, JSON_INDENT(1) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(17));
  json_decref(root);
  LIND_CHECK(text != NULL, LIND_ERR_MEMORY, "no memory for the table of %d studies", s->n);
  *kept = lind_arena_format(arena, "%s\n", text);
  free(text);
  return LIND_OK;
}

/* ---- scenarios.h5 ------------------------------------------------------------------------------------------ */

static int label_of(const char **labels, int *n, const char *word) {
  for (int i = 0; i < *n; i++)
    if (strcmp(labels[i], word) == 0) return i;
  labels[*n] = word;
  return (*n)++;
}

static lind_err h5_table(const lind_scenarios *s, lind_results *results, lind_arena *arena) {
  lind_field *fields;
  double *data;
  LIND_TAKE(fields, arena, s->n_columns);
  LIND_TAKE(data, arena, (size_t)s->n_columns * s->n_rows + 1);
  for (int c = 0; c < s->n_columns; c++) {
    const lind_scenarios_column *column = &s->columns[c];
    double *to = data + (size_t)c * s->n_rows;
    fields[c] = (lind_field){column->name, column->unit, column->about, LIND_FIELD_REAL, 0, NULL};
    if (!column->is_words) {
      memcpy(to, column->numbers, s->n_rows * sizeof *to);
      continue;
    }
    const char **labels;
    LIND_TAKE(labels, arena, s->n_rows + 1);
    for (size_t row = 0; row < s->n_rows; row++) to[row] = label_of(labels, &fields[c].n_labels, column->words[row]);
    fields[c].kind = LIND_FIELD_CODE;
    fields[c].labels = labels;
  }
  LIND_TRY(lind_results_table(results, "/scenarios", "studies side by side, a row for each term of each analysis", fields,
                              s->n_columns, "study, analysis, term"));
  return s->n_rows > 0 ? lind_results_append(results, data, s->n_rows) : LIND_OK;
}

static lind_err h5_write(const lind_scenarios *s, const char *path, lind_arena *arena) {
  lind_results *results;
  LIND_TRY(lind_results_create(path, &results));
  const lind_err err = h5_table(s, results, arena);
  if (err != LIND_OK) {
    lind_results_abandon(&results);
    return err;
  }
  return lind_results_close(&results);
}

/* ---- for the eye ------------------------------------------------------------------------------------------- */

static const lind_scenarios_column *column_of(const lind_scenarios *s, const char *name) {
  for (int c = 1 + s->n_keys; c < s->n_columns; c++)
    if (strcmp(s->columns[c].name, name) == 0) return &s->columns[c];
  return NULL;
}

enum { CELL = 40 };

static void number_words(char *cell, double value, double error) {
  if (isnan(value))
    (void)snprintf(cell, CELL, "-");
  else if (isnan(error))
    (void)snprintf(cell, CELL, "%.6g", value);
  else {
    const int digits = error > 0.0 && error < 1e6 ? (int)fmax(0.0, 1.0 - floor(log10(error))) : 2;
    (void)snprintf(cell, CELL, "%.*f ± %.*f", digits < 9 ? digits : 9, value, digits < 9 ? digits : 9, error);
  }
}

/* What is told of a row in a narrow place: who, what differs, the effect, power, sizes. */
static void row_words(const lind_scenarios *s, size_t row, char (*cells)[CELL]) {
  int n = 0;
  for (int c = 0; c <= s->n_keys; c++) {
    const lind_scenarios_column *column = &s->columns[c];
    if (column->is_words)
      (void)snprintf(cells[n++], CELL, "%.*s", CELL - 1, column->words[row]);
    else
      number_words(cells[n++], column->numbers[row], NAN);
  }
  (void)snprintf(cells[n++], CELL, "%.*s", CELL - 1, column_of(s, "analysis")->words[row]);
  number_words(cells[n++], column_of(s, "estimate")->numbers[row], column_of(s, "mcse")->numbers[row]);
  (void)snprintf(cells[n++], CELL, "%.*s", CELL - 1, column_of(s, "unit")->words[row]);
  number_words(cells[n++], 100.0 * column_of(s, "power")->numbers[row], 100.0 * column_of(s, "power_mcse")->numbers[row]);
  number_words(cells[n++], column_of(s, "patients_mean")->numbers[row], NAN);
  number_words(cells[n++], column_of(s, "failed")->numbers[row], NAN);
}

static int width_of(const char *text) {
  int n = 0;
  for (; *text != '\0'; text++) n += ((unsigned char)*text & 0xC0U) != 0x80U;
  return n;
}

static void heads_words(const lind_scenarios *s, char (*cells)[CELL]) {
  static const char *const heads[] = {"analysis", "effect", "unit", "power, %", "patients", "failed"};
  for (int c = 0; c <= s->n_keys; c++) {
    const lind_scenarios_column *column = &s->columns[c];
    const bool has_unit = !column->is_words && strcmp(column->unit, "1") != 0;
    const char *name = strlen(column->name) < 28 ? column->name : column->name + strlen(column->name) - 27;
    (void)snprintf(cells[c], CELL, has_unit ? "%s, %.8s" : "%s", name, column->unit);
  }
  for (int i = 0; i < 6; i++) (void)snprintf(cells[1 + s->n_keys + i], CELL, "%s", heads[i]);
}

void lind_scenarios_show(const lind_scenarios *s, FILE *out) {
  enum { MOST = 1 + 64 + 6 };
  char cells[MOST][CELL];
  int width[MOST] = {0};
  const int n = 1 + s->n_keys + 6 < MOST ? 1 + s->n_keys + 6 : MOST;
  if (1 + s->n_keys + 6 > MOST) return;
  heads_words(s, cells);
  for (int c = 0; c < n; c++) width[c] = width_of(cells[c]);
  for (size_t row = 0; row < s->n_rows; row++) {
    if (!s->is_first[row]) continue;
    row_words(s, row, cells);
    for (int c = 0; c < n; c++) width[c] = width_of(cells[c]) > width[c] ? width_of(cells[c]) : width[c];
  }
  heads_words(s, cells);
  for (int c = 0; c < n; c++) (void)fprintf(out, "%s%*s", cells[c], c + 1 < n ? width[c] - width_of(cells[c]) + 2 : 0, "");
  (void)fputc('\n', out);
  for (size_t row = 0; row < s->n_rows; row++) {
    if (!s->is_first[row]) continue;
    row_words(s, row, cells);
    for (int c = 0; c < n; c++) (void)fprintf(out, "%s%*s", cells[c], c + 1 < n ? width[c] - width_of(cells[c]) + 2 : 0, "");
    (void)fputc('\n', out);
  }
}

/* ---- all of them ------------------------------------------------------------------------------------------- */

lind_err lind_scenarios_write(const lind_scenarios *s, const char *out, lind_arena *arena) {
  char *text = NULL;
  size_t size = 0;
  const char *json;
  FILE *memory = open_memstream(&text, &size);
  LIND_CHECK(memory != NULL, LIND_ERR_MEMORY, "no memory for the table of %d studies", s->n);
  csv_write(s, memory);
  const bool good = fclose(memory) == 0;
  lind_err err = good ? lind_finish_file(lind_arena_format(arena, "%s/scenarios.csv", out), text) : LIND_ERR_MEMORY;
  free(text);
  LIND_TRY(err);
  LIND_TRY(lind_scenarios_json(s, arena, &json));
  LIND_TRY(lind_finish_file(lind_arena_format(arena, "%s/scenarios.json", out), json));
  return h5_write(s, lind_arena_format(arena, "%s/scenarios.h5", out), arena);
}
