/* csv.h -- a table of text with a header line, in which every cell knows its place.
 *
 * RFC 4180: comma, "quoted" fields with "" for a quote, LF or CRLF. Blank lines and lines that begin with # are passed over, a
 * UTF-8 mark at the head too. A header cell `age [year]` is the column `age` with the unit `year`. Every row has as many cells as
 * the header, which has at most 10,000; a file has at most 4 GiB. The table lives in the caller's arena. Depends on: error.h,
 * arena.h, digest.h.
 */
#ifndef LIND_CSV_H
#define LIND_CSV_H

#include <stddef.h>
#include <stdio.h>

#include "lind/arena.h"
#include "lind/digest.h"
#include "lind/error.h"
#include "lind/sink.h"

typedef struct lind_csv_cell {
  const char *text; /* unquoted; blanks around an unquoted field are cut off */
  int line, column; /* of its first character, from 1; column counts bytes */
} lind_csv_cell;

typedef struct lind_csv {
  const char *path;
  int n_columns;
  const char *const *columns; /* [n_columns] names, all different */
  const char *const *units;   /* [n_columns] "" where the header gives none */
  const lind_csv_cell *heads; /* [n_columns] names, each with its place */
  size_t n_rows;
  const lind_csv_cell *cells; /* [n_rows][n_columns] */
  lind_digest digest;         /* of the bytes of the file */
} lind_csv;

lind_err lind_csv_read(const char *path, lind_arena *arena, const lind_csv **csv) LIND_MUST_CHECK;
lind_err lind_csv_read_text(const char *text, const char *name, lind_arena *arena, const lind_csv **csv) LIND_MUST_CHECK;

int lind_csv_find(const lind_csv *csv, const char *name); /* -1: no such column */
/* The same, or a sentence that names the nearest column. */
lind_err lind_csv_column(const lind_csv *csv, const char *name, int *column) LIND_MUST_CHECK;

const lind_csv_cell *lind_csv_at(const lind_csv *csv, size_t row, int column);
lind_where lind_csv_where(const lind_csv *csv, size_t row, int column); /* for messages */
lind_where lind_csv_head(const lind_csv *csv, int column);              /* of a column's name; below 0: of the first */

lind_err lind_csv_number(const lind_csv *csv, size_t row, int column, double *value) LIND_MUST_CHECK;
/* A whole column, [n_rows]; an empty cell, `.` or `NA` is missing: NAN. */
lind_err lind_csv_numbers(const lind_csv *csv, int column, lind_arena *arena, const double **values) LIND_MUST_CHECK;

/* A cell as RFC 4180 wants it: quoted where it holds a comma, a quote or a line's end. The stream keeps its own errors. */
void lind_csv_put(FILE *out, const char *text);
void lind_csv_put_number(FILE *out, double value); /* in 15 to 17 digits, as few as read back the same */
/* A table's column as lind_results_csv writes it: `name [unit]`, and its values. */
void lind_csv_put_head(FILE *out, const lind_field *field);
void lind_csv_put_value(FILE *out, const lind_field *field, double value);

#endif
