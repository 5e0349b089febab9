/* table_case.h -- cells of a table that the program wrote. Depends on: lind/csv.h, program_case.h. */
#ifndef LIND_TEST_TABLE_CASE_H
#define LIND_TEST_TABLE_CASE_H

#include <math.h>

#include "lind/csv.h"
#include "program_case.h"

static inline const lind_csv *table_read(const char *path, lind_arena *arena) {
  const lind_csv *csv = NULL;
  if (lind_csv_read(path, arena, &csv) != LIND_OK) fail_msg("%s", lind_error_message());
  return csv;
}

static inline double value_at(const lind_csv *csv, size_t row, const char *name) {
  double value = NAN;
  const int column = lind_csv_find(csv, name);
  if (column < 0) fail_msg("no column %s", name);
  if (lind_csv_number(csv, row, column, &value) != LIND_OK) fail_msg("%s", lind_error_message());
  return value;
}

#endif
