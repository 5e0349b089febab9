/* The CSV reader: RFC 4180, places of cells, units of headers, sentences of bad tables. */
/* cmocka needs these before it */
/* clang-format off */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
/* clang-format on */

#include "lind/csv.h"

static int arena_open(void **state) { return lind_arena_create((lind_arena **)state) != LIND_OK; }
static int arena_close(void **state) {
  lind_arena *arena = *state;
  lind_arena_destroy(&arena);
  return 0;
}

static const lind_csv *good(void **state, const char *text) {
  const lind_csv *csv = NULL;
  if (lind_csv_read_text(text, "t.csv", *state, &csv) != LIND_OK) fail_msg("%s", lind_error_message());
  return csv;
}

static void bad(void **state, const char *text, const char *sentence) {
  const lind_csv *csv = NULL;
  assert_int_equal(lind_csv_read_text(text, "t.csv", *state, &csv), LIND_ERR_INPUT);
  assert_string_equal(lind_error_message(), sentence);
  assert_null(csv);
}

static void cells_are_read(void **state) {
  const lind_csv *csv = good(state,
                             "\xEF\xBB\xBF# a remark\r\n\r\nname, age [year] ,\"of, note\"\r\n anna ,  41,\"says "
                             "\"\"no\"\"\"\r\nben,,\"two\nlines\" \n");
  assert_int_equal(csv->n_columns, 3);
  assert_int_equal(csv->n_rows, 2);
  assert_string_equal(csv->columns[1], "age");
  assert_int_equal(lind_csv_head(csv, 1).line, 3);
  assert_int_equal(lind_csv_head(csv, 1).column, 7);
  assert_string_equal(csv->units[1], "year");
  assert_string_equal(csv->columns[2], "of, note");
  assert_string_equal(csv->units[2], "");
  assert_string_equal(lind_csv_at(csv, 0, 0)->text, "anna");
  assert_string_equal(lind_csv_at(csv, 0, 2)->text, "says \"no\"");
  assert_string_equal(lind_csv_at(csv, 1, 1)->text, "");
  assert_string_equal(lind_csv_at(csv, 1, 2)->text, "two\nlines");
  assert_int_equal(lind_csv_where(csv, 0, 1).line, 4);
  assert_int_equal(lind_csv_where(csv, 0, 1).column, 10);
  assert_int_equal(lind_csv_where(csv, 1, 0).line, 5);
}

static void line_numbers_survive_quoted_lines(void **state) {
  const lind_csv *csv = good(state, "a,b\n\"x\ny\",1\nz,2");
  assert_int_equal(csv->n_rows, 2);
  assert_int_equal(lind_csv_where(csv, 0, 1).line, 3);
  assert_int_equal(lind_csv_where(csv, 1, 0).line, 4);
  assert_string_equal(lind_csv_at(csv, 1, 1)->text, "2");
}

static void numbers_and_missing_values(void **state) {
  const lind_csv *csv = good(state, "a,b\n1.5,x\nNA,\n.,3\n-2e3,4\n");
  const double *values = NULL;
  double value = 0;
  assert_int_equal(lind_csv_numbers(csv, 0, *state, &values), LIND_OK);
  assert_true(values[0] == 1.5 && isnan(values[1]) && isnan(values[2]) && values[3] == -2000);
  assert_int_equal(lind_csv_number(csv, 0, 1, &value), LIND_ERR_INPUT);
  assert_string_equal(lind_error_message(), "t.csv:2:5: b 'x' is no number");
}

static void columns_are_found(void **state) {
  const lind_csv *csv = good(state, "allele,ancestry,frequency\n");
  int column = -1;
  assert_int_equal(csv->n_rows, 0);
  assert_int_equal(lind_csv_find(csv, "ancestry"), 1);
  assert_int_equal(lind_csv_find(csv, "age"), -1);
  assert_int_equal(lind_csv_column(csv, "frequency", &column), LIND_OK);
  assert_int_equal(column, 2);
  assert_int_equal(lind_csv_column(csv, "frequencies", &column), LIND_ERR_INPUT);
  assert_string_equal(
      lind_error_message(),
      "t.csv: there is no column 'frequencies'; there is allele, ancestry and frequency (did you mean 'frequency'?)");
  assert_int_equal(column, 2);
}

static void bad_tables_get_a_sentence(void **state) {
  bad(state, "", "t.csv: the table is empty; its first line names the columns");
  bad(state, "# only a remark\n\n", "t.csv: the table is empty; its first line names the columns");
  bad(state, "a,b\n1,2\n1,2,3\n", "t.csv:3:1: the row has 3 cells, the header 2");
  bad(state, "a,b\n1\n", "t.csv:2:1: the row has 1 cell, the header 2");
  bad(state, "a,b\n1,\"2\n", "t.csv:2:3: the quote that opens here is never closed");
  bad(state, "a,b\n\"1\"x,2\n", "t.csv:2:4: after a closing quote comes a comma or the end of the line, not 'x'");
  bad(state, "a,a\n1,2\n", "t.csv:1:3: there are two columns 'a'");
  bad(state, "a,\n1,2\n", "t.csv:1:3: a column has no name");
}

static void files_and_digests(void **state) {
  const lind_csv *one = good(state, "a\n1\n"), *same = good(state, "a\n1\n"), *other = good(state, "a\n2\n"), *file = NULL;
  assert_true(lind_digest_equal(one->digest, same->digest));
  assert_false(lind_digest_equal(one->digest, other->digest));
  char path[] = "/tmp/lind-csv-XXXXXX";
  FILE *out = fdopen(mkstemp(path), "w");
  fputs("a\n1\n", out);
  fclose(out);
  assert_int_equal(lind_csv_read(path, *state, &file), LIND_OK);
  assert_true(lind_digest_equal(one->digest, file->digest));
  out = fopen(path, "w");
  fwrite("a\n1\0\n", 1, 5, out);
  fclose(out);
  assert_int_equal(lind_csv_read(path, *state, &file), LIND_ERR_INPUT);
  remove(path);
  assert_int_equal(lind_csv_read(path, *state, &file), LIND_ERR_INPUT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(cells_are_read, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(line_numbers_survive_quoted_lines, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(numbers_and_missing_values, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(columns_are_found, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(bad_tables_get_a_sentence, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(files_and_digests, arena_open, arena_close),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
