/* twin_table.c -- the text of a patient's record, and of a plan behind it, so that both are read by the same reader. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lind/text.h"
#include "twin_session.h"

lind_err lind_twin_table_read(const char *path, lind_arena *arena, const char **text) {
  FILE *file = fopen(path, "rb");
  LIND_CHECK(file != NULL, LIND_ERR_INPUT, "%s cannot be read: %s", path, strerror(errno));
  char *bytes = NULL;
  size_t room = 0;
  const ssize_t n = getdelim(&bytes, &room, '\0', file);
  (void)fclose(file);
  *text = lind_arena_text(arena, n > 0 ? bytes : "");
  free(bytes);
  LIND_CHECK(*text != NULL, LIND_ERR_MEMORY, "no memory for %s", path);
  return LIND_OK;
}

static void put_cell(FILE *out, const char *text) {
  fputc('"', out);
  for (; *text != '\0'; text++) {
    if (*text == '"') fputc('"', out);
    fputc(*text, out);
  }
  fputc('"', out);
}

static void put_head(FILE *out, const lind_csv *record) {
  for (int c = 0; c < record->n_columns; c++) {
    char head[300];
    (void)snprintf(head, sizeof head, record->units[c][0] != '\0' ? "%.200s [%.80s]" : "%.200s", record->columns[c],
                   record->units[c]);
    put_cell(out, head);
    fputc(c + 1 < record->n_columns ? ',' : '\n', out);
  }
}

/* A plan says the patient's own things in the record's own units. */
static lind_err check_columns(const lind_csv *record, const lind_csv *plan) {
  char suggestion[128];
  for (int c = 0; c < plan->n_columns; c++) {
    int at = -1;
    for (int k = 0; k < record->n_columns; k++)
      if (lind_text_equal_nocase(record->columns[k], plan->columns[c])) at = k;
    LIND_CHECK_AT(
        at >= 0, LIND_ERR_INPUT, lind_csv_head(plan, c), "the record of the twin, %s, has no column '%s'%s", record->path,
        plan->columns[c],
        lind_text_suggestion(plan->columns[c], record->columns, (size_t)record->n_columns, suggestion, sizeof suggestion));
    LIND_CHECK_AT(strcmp(record->units[at], plan->units[c]) == 0, LIND_ERR_UNIT, lind_csv_head(plan, c),
                  "%s is in '%s' here and in '%s' in the record of the twin, %s; a plan goes on in the record's units",
                  plan->columns[c], plan->units[c], record->units[at], record->path);
  }
  return LIND_OK;
}

static int column_of(const lind_csv *csv, const char *name) {
  for (int c = 0; c < csv->n_columns; c++)
    if (lind_text_equal_nocase(csv->columns[c], name)) return c;
  return -1;
}

lind_err lind_twin_table_join(const lind_csv *record, const lind_csv *plan, lind_arena *arena, const char **text) {
  char *bytes = NULL;
  size_t length = 0;
  const int id = column_of(record, "ID"), own = column_of(plan, "ID");
  LIND_TRY(check_columns(record, plan));
  for (size_t row = 0; own >= 0 && id >= 0 && row < plan->n_rows; row++)
    LIND_CHECK_AT(strcmp(lind_csv_at(plan, row, own)->text, lind_csv_at(record, 0, id)->text) == 0, LIND_ERR_INPUT,
                  lind_csv_where(plan, row, own), "ID is '%s'; the twin is of '%s'", lind_csv_at(plan, row, own)->text,
                  lind_csv_at(record, 0, id)->text);
  FILE *out = open_memstream(&bytes, &length);
  LIND_CHECK(out != NULL, LIND_ERR_MEMORY, "no memory for %s", plan->path);
  put_head(out, record);
  for (size_t row = 0; row < record->n_rows + plan->n_rows; row++)
    for (int c = 0; c < record->n_columns; c++) {
      const int at = row < record->n_rows ? c : column_of(plan, record->columns[c]);
      const char *cell = ".";
      if (row < record->n_rows)
        cell = lind_csv_at(record, row, c)->text;
      else if (c == id)
        cell = lind_csv_at(record, 0, id)->text;
      else if (at >= 0)
        cell = lind_csv_at(plan, row - record->n_rows, at)->text;
      put_cell(out, cell);
      fputc(c + 1 < record->n_columns ? ',' : '\n', out);
    }
  const bool whole = fclose(out) == 0;
  *text = whole ? lind_arena_text(arena, bytes) : NULL;
  free(bytes);
  LIND_CHECK(*text != NULL, LIND_ERR_MEMORY, "no memory for %s", plan->path);
  return LIND_OK;
}
