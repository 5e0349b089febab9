#include "lind/csv.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lind/text.h"

enum { FILE_PIECE = 1 << 16, COLUMNS_MAX = 10000 };
static const size_t file_max = (size_t)4 << 30;

typedef struct {
  const char *name; /* of the file */
  char *at;         /* next character; fields are unquoted in place, behind it */
  const char *line_start;
  int line;
} scanner;

static lind_where scanner_where(const scanner *s) { return (lind_where){s->name, s->line, (int)(s->at - s->line_start) + 1}; }

static bool is_blank(char c) { return c == ' ' || c == '\t'; }
static bool is_line_end(const char *c) { return *c == '\n' || (*c == '\r' && c[1] == '\n'); }

static void line_next(scanner *s) {
  if (*s->at == '\r') s->at++;
  if (*s->at == '\n') s->at++;
  s->line++;
  s->line_start = s->at;
}

/* Pass over blank lines and comments; false at the end of the text. */
static bool row_begins(scanner *s) {
  while (*s->at != '\0') {
    const char *c = s->at;
    while (is_blank(*c)) c++;
    if (*c != '#' && *c != '\0' && !is_line_end(c)) return true;
    while (*s->at != '\0' && !is_line_end(s->at)) s->at++;
    if (*s->at != '\0') line_next(s);
  }
  return false;
}

static lind_err field_quoted(scanner *s, char **end) {
  const lind_where open = scanner_where(s);
  char *out = ++s->at;
  for (; *s->at != '"' || s->at[1] == '"'; s->at++) {
    LIND_CHECK_AT(*s->at != '\0', LIND_ERR_INPUT, open, "the quote that opens here is never closed");
    if (*s->at == '\n') {
      s->line++;
      s->line_start = s->at + 1;
    }
    if (*s->at == '"') s->at++; /* "" is one quote */
    *out++ = *s->at;
  }
  s->at++;
  *end = out;
  while (is_blank(*s->at)) s->at++;
  LIND_CHECK_AT(*s->at == ',' || *s->at == '\0' || is_line_end(s->at), LIND_ERR_INPUT, scanner_where(s),
                "after a closing quote comes a comma or the end of the line, not '%c'", *s->at);
  return LIND_OK;
}

/* One field; the scanner stands on the comma, line end or end of text behind it. The cell's text is ended by *stop = 0 once the
 * character there has been seen. */
static lind_err field_read(scanner *s, lind_csv_cell *cell, char **stop) {
  while (is_blank(*s->at)) s->at++;
  *cell = (lind_csv_cell){.line = s->line, .column = scanner_where(s).column};
  if (*s->at == '"') {
    cell->text = s->at + 1;
    return field_quoted(s, stop);
  }
  cell->text = s->at;
  while (*s->at != '\0' && *s->at != ',' && !is_line_end(s->at)) s->at++;
  *stop = s->at;
  while (*stop > cell->text && is_blank((*stop)[-1])) (*stop)--;
  return LIND_OK;
}

/* A row of fields into cells; n is how many were found. At most `most` are kept. */
static lind_err row_read(scanner *s, lind_csv_cell *cells, size_t most, size_t *n) {
  for (*n = 0;;) {
    lind_csv_cell cell;
    char *stop = NULL;
    LIND_TRY(field_read(s, &cell, &stop));
    const char behind = *s->at;
    const bool line_end = behind != '\0' && is_line_end(s->at);
    if (line_end) line_next(s);
    if (behind == ',') s->at++;
    *stop = '\0';
    if (*n < most) cells[*n] = cell;
    ++*n;
    if (behind != ',') return LIND_OK;
  }
}

static lind_err header_split(const lind_csv_cell *cell, const char *file, lind_arena *arena, const char **name,
                             const char **unit) {
  char *copy = lind_arena_text(arena, cell->text);
  LIND_CHECK(copy != NULL, LIND_ERR_MEMORY, "no memory for a header");
  const lind_where where = {file, cell->line, cell->column};
  *unit = "";
  char *open = strchr(copy, '[');
  if (open != NULL && copy[strlen(copy) - 1] == ']') {
    copy[strlen(copy) - 1] = '\0';
    *unit = open + 1;
    while (open > copy && is_blank(open[-1])) open--;
    *open = '\0';
  }
  LIND_CHECK_AT(copy[0] != '\0', LIND_ERR_INPUT, where, "a column has no name");
  *name = copy;
  return LIND_OK;
}

static lind_err header_read(scanner *s, lind_csv *csv, lind_csv_cell *cells, size_t most, lind_arena *arena) {
  size_t n = 0;
  LIND_CHECK_AT(row_begins(s), LIND_ERR_INPUT, ((lind_where){s->name, 0, 0}),
                "the table is empty; its first line names the columns");
  LIND_TRY(row_read(s, cells, most, &n));
  LIND_CHECK_AT(n <= COLUMNS_MAX, LIND_ERR_INPUT, ((lind_where){s->name, cells[0].line, 1}),
                "the table has %zu columns; at most %d are read", n, COLUMNS_MAX);
  const char **names, **units;
  lind_csv_cell *heads;
  LIND_TAKE(heads, arena, n);
  memcpy(heads, cells, n * sizeof *heads);
  LIND_TAKE(names, arena, n);
  LIND_TAKE(units, arena, n);
  for (size_t i = 0; i < n; i++) {
    LIND_TRY(header_split(&cells[i], s->name, arena, &names[i], &units[i]));
    for (size_t j = 0; j < i; j++)
      LIND_CHECK_AT(strcmp(names[i], names[j]) != 0, LIND_ERR_INPUT, ((lind_where){s->name, cells[i].line, cells[i].column}),
                    "there are two columns '%s'", names[i]);
  }
  csv->n_columns = (int)n;
  csv->columns = names;
  csv->units = units;
  for (size_t i = 0; i < n; i++) heads[i].text = names[i];
  csv->heads = heads;
  return LIND_OK;
}

/* text is ours to write in */
static lind_err table_read(char *text, const char *name, lind_arena *arena, const lind_csv **csv) {
  size_t most = 1;
  for (const char *c = text; *c != '\0'; c++) most += *c == ',' || *c == '\n';
  lind_csv *table;
  lind_csv_cell *cells;
  LIND_TAKE(table, arena, 1);
  LIND_TAKE(cells, arena, most);
  table->path = lind_arena_text(arena, name);
  LIND_CHECK(table->path != NULL, LIND_ERR_MEMORY, "no memory for a table");
  table->digest = lind_digest_add(table->digest, text, strlen(text));
  if (strncmp(text, "\xEF\xBB\xBF", 3) == 0) text += 3;
  scanner s = {.name = table->path, .at = text, .line_start = text, .line = 1};
  LIND_TRY(header_read(&s, table, cells, most, arena));
  const size_t width = (size_t)table->n_columns;
  while (row_begins(&s)) {
    size_t n = 0;
    const lind_where where = scanner_where(&s);
    LIND_TRY(row_read(&s, cells + table->n_rows * width, width, &n));
    LIND_CHECK_AT(n == width, LIND_ERR_INPUT, where, "the row has %zu cell%s, the header %zu", n, n == 1 ? "" : "s", width);
    table->n_rows++;
  }
  table->cells = cells;
  *csv = table;
  return LIND_OK;
}

lind_err lind_csv_read_text(const char *text, const char *name, lind_arena *arena, const lind_csv **csv) {
  char *copy = lind_arena_text(arena, text);
  LIND_CHECK(copy != NULL, LIND_ERR_MEMORY, "no memory for %s", name);
  return table_read(copy, name, arena, csv);
}

/* The bytes of a file with a zero behind them; free() it. A pipe has no size, so it grows. */
static lind_err file_bytes(const char *path, char **bytes, size_t *n_bytes) {
  FILE *file = fopen(path, "rb");
  LIND_CHECK(file != NULL, LIND_ERR_INPUT, "%s cannot be read: %s", path, strerror(errno));
  char *held = NULL;
  size_t n = 0, room = 0, got = 0;
  do {
    if (room - n < FILE_PIECE + 1) {
      char *more = realloc(held, room = 2 * room + FILE_PIECE + 1);
      if (more == NULL) break;
      held = more;
    }
    n += got = fread(held + n, 1, FILE_PIECE, file);
  } while (got > 0 && n <= file_max);
  const bool large = n > file_max;
  const int failed = ferror(file) || got > 0 || held == NULL || large, reason = errno;
  (void)fclose(file);
  if (failed) free(held);
  LIND_CHECK(!large, LIND_ERR_INPUT, "%s is larger than %zu GiB; cut it into tables", path, file_max >> 30);
  LIND_CHECK(!failed, LIND_ERR_INPUT, "%s cannot be read: %s", path, strerror(reason));
  held[n] = '\0';
  *bytes = held;
  *n_bytes = n;
  return LIND_OK;
}

lind_err lind_csv_read(const char *path, lind_arena *arena, const lind_csv **csv) {
  char *bytes = NULL;
  size_t n = 0;
  LIND_TRY(file_bytes(path, &bytes, &n));
  const bool whole = strlen(bytes) == n;
  char *copy = whole ? lind_arena_text(arena, bytes) : NULL;
  free(bytes);
  LIND_CHECK(whole, LIND_ERR_INPUT, "%s holds a zero byte: it is no text table", path);
  LIND_CHECK(copy != NULL, LIND_ERR_MEMORY, "no memory for %s", path);
  return table_read(copy, path, arena, csv);
}

int lind_csv_find(const lind_csv *csv, const char *name) {
  for (int i = 0; i < csv->n_columns; i++)
    if (strcmp(csv->columns[i], name) == 0) return i;
  return -1;
}

lind_err lind_csv_column(const lind_csv *csv, const char *name, int *column) {
  const int found = lind_csv_find(csv, name);
  char near[160], all[240];
  const size_t n = (size_t)csv->n_columns;
  LIND_CHECK_AT(found >= 0, LIND_ERR_INPUT, ((lind_where){csv->path, 0, 0}), "there is no column '%s'; there is %s%s", name,
                lind_text_list(csv->columns, n, all, sizeof all), lind_text_suggestion(name, csv->columns, n, near, sizeof near));
  *column = found;
  return LIND_OK;
}

const lind_csv_cell *lind_csv_at(const lind_csv *csv, size_t row, int column) {
  return &csv->cells[row * (size_t)csv->n_columns + (size_t)column];
}

lind_where lind_csv_where(const lind_csv *csv, size_t row, int column) {
  const lind_csv_cell *cell = lind_csv_at(csv, row, column);
  return (lind_where){csv->path, cell->line, cell->column};
}

lind_where lind_csv_head(const lind_csv *csv, int column) {
  const lind_csv_cell *cell = &csv->heads[column < 0 ? 0 : column];
  return (lind_where){csv->path, cell->line, cell->column};
}

lind_err lind_csv_number(const lind_csv *csv, size_t row, int column, double *value) {
  const char *text = lind_csv_at(csv, row, column)->text;
  LIND_CHECK_AT(lind_text_number(text, value), LIND_ERR_INPUT, lind_csv_where(csv, row, column), "%s '%s' is no number",
                csv->columns[column], text);
  return LIND_OK;
}

lind_err lind_csv_numbers(const lind_csv *csv, int column, lind_arena *arena, const double **values) {
  double *taken;
  LIND_TAKE(taken, arena, csv->n_rows);
  for (size_t row = 0; row < csv->n_rows; row++) {
    const char *text = lind_csv_at(csv, row, column)->text;
    if (text[0] == '\0' || strcmp(text, ".") == 0 || strcmp(text, "NA") == 0 || strcmp(text, "NaN") == 0)
      taken[row] = NAN;
    else
      LIND_TRY(lind_csv_number(csv, row, column, &taken[row]));
  }
  *values = taken;
  return LIND_OK;
}

void lind_csv_put(FILE *out, const char *text) {
  if (strpbrk(text, ",\"\r\n") == NULL) {
    (void)fputs(text, out);
    return;
  }
  (void)fputc('"', out);
  for (; *text != '\0'; text++) {
    if (*text == '"') (void)fputc('"', out);
    (void)fputc(*text, out);
  }
  (void)fputc('"', out);
}

void lind_csv_put_number(FILE *out, double value) {
  char text[40];
  int digits = 15;
  do (void)snprintf(text, sizeof text, "%.*g", digits, value);
  while (strtod(text, NULL) != value && digits++ < 17);
  (void)fputs(text, out);
}

void lind_csv_put_head(FILE *out, const lind_field *field) {
  char *name = NULL;
  const bool made = field->unit[0] != '\0' && asprintf(&name, "%s [%s]", field->name, field->unit) >= 0;
  lind_csv_put(out, made ? name : field->name);
  if (made) free(name);
}

void lind_csv_put_value(FILE *out, const lind_field *field, double value) {
  if (field->kind != LIND_FIELD_REAL && isnan(value)) return;
  if (isnan(value))
    (void)fputs("NaN", out);
  else if (isinf(value))
    (void)fputs(value > 0 ? "Inf" : "-Inf", out);
  else if (field->kind == LIND_FIELD_CODE && value >= 0.0 && value < field->n_labels)
    lind_csv_put(out, field->labels[(int)value]);
  else if (field->kind != LIND_FIELD_REAL)
    (void)fprintf(out, "%.0f", value); /* a count of 64 bits may be beyond any signed one */
  else
    (void)fprintf(out, "%.17g", value);
}
