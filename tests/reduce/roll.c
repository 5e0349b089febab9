/* Rolls: what is in a file reads as what is in memory, quantiles are those of the sorted numbers, and a full disk is a sentence.
 */
#include "lind/roll.h"

#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { COLUMNS = 24, ROWS = 50001 };

/* Numbers of every size and sign, many of them equal, some that are none. */
static double number(size_t column, uint64_t row) {
  const uint64_t h = (row * 2654435761u ^ column * 40503u) * UINT64_C(0x9E3779B97F4A7C15) >> 20;
  if (column == 1) return NAN;
  if (column == 2) return (double)(h % 7) - 3.0;
  if (column == 3) return h % 5 == 0 ? NAN : ldexp((double)(h % 1000003) - 5e5, (int)(h % 600) - 300);
  if (column == 4) return h % 1000 == 0 ? INFINITY : -(double)h;
  if (column == 5) return 0.1 + 1e-17 * (double)(h % 4096); /* neighbours in the last bits */
  return (double)(column * 1000003 + row);
}

static lind_roll *filled(const char *directory, uint64_t rows) {
  lind_roll *roll;
  double row[COLUMNS];
  if (lind_roll_create(directory, COLUMNS, rows, &roll) != LIND_OK) fail_msg("%s", lind_error_message());
  for (uint64_t r = 0; r < rows; r++) {
    for (size_t c = 0; c < COLUMNS; c++) row[c] = number(c, r);
    if (lind_roll_add(roll, row) != LIND_OK) fail_msg("%s", lind_error_message());
  }
  assert_int_equal(lind_roll_end(roll), LIND_OK);
  return roll;
}

static char *folder(char *path) {
  strcpy(path, "/tmp/lind-roll-XXXXXX");
  assert_non_null(mkdtemp(path));
  return path;
}

static int names_in(const char *path) {
  DIR *at = opendir(path);
  int n = 0;
  assert_non_null(at);
  while (readdir(at) != NULL) n++;
  (void)closedir(at);
  return n - 2;
}

static void check_column(const lind_roll *roll, size_t column, uint64_t rows) {
  double *values = malloc((lind_roll_rows(roll) + 1) * sizeof *values);
  uint64_t seen = 0;
  size_t n = 1;
  assert_non_null(values);
  for (uint64_t piece = 0; n > 0; piece++) {
    assert_int_equal(lind_roll_read(roll, column, piece, values, &n), LIND_OK);
    for (size_t i = 0; i < n; i++, seen++) {
      const double due = number(column, seen);
      assert_memory_equal(&values[i], &due, sizeof due);
    }
  }
  assert_int_equal(seen, rows);
  free(values);
}

/* One row more or less than pieces hold, too. */
static void a_file_reads_as_memory(void **state) {
  char path[64];
  (void)state;
  folder(path);
  const uint64_t piece = lind_roll_bytes(COLUMNS, ROWS) / (COLUMNS * sizeof(double)) - 1;
  uint64_t rows[] = {1, 0, 0, 0, 0, ROWS};
  for (uint64_t k = 0; k < 4; k++) rows[1 + k] = (piece + k) * (1 + k / 3) - k / 3;
  for (int k = 0; k < 6; k++) {
    lind_roll *file = filled(path, rows[k]), *memory = filled(NULL, rows[k]);
    assert_int_equal(lind_roll_rows(memory), rows[k]);
    assert_true(lind_roll_rows(file) * COLUMNS * sizeof(double) <= 1 << 20);
    assert_int_equal(lind_roll_disk(COLUMNS, rows[k]) > 0, lind_roll_rows(file) < rows[k]);
    assert_int_equal(names_in(path), 0); /* whatever kills us, nothing is left */
    for (size_t c = 0; c < COLUMNS; c++) {
      check_column(file, c, rows[k]);
      check_column(memory, c, rows[k]);
    }
    lind_roll_destroy(&file);
    lind_roll_destroy(&memory);
    lind_roll_destroy(&file);
  }
  assert_int_equal(rmdir(path), 0);
}

static int rising(const void *x, const void *y) {
  const double a = *(const double *)x, b = *(const double *)y;
  return (a > b) - (a < b);
}

static void quantiles_are_those_of_the_sorted(void **state) {
  static const double q[] = {0.05, 0.5, 0.95, 1.0};
  static double sorted[ROWS];
  char path[64];
  (void)state;
  folder(path);
  for (uint64_t rows = 1; rows <= ROWS; rows = rows < 8          ? rows + 1
                                               : rows * 9 < ROWS ? rows * 9
                                               : rows == ROWS    ? ROWS + 1
                                                                 : ROWS) {
    lind_roll *roll = filled(path, rows);
    for (size_t c = 0; c < 8; c++) {
      size_t n = 0;
      double value[4];
      for (uint64_t r = 0; r < rows; r++)
        if (!isnan(number(c, r))) sorted[n++] = number(c, r);
      qsort(sorted, n, sizeof *sorted, rising);
      assert_int_equal(lind_roll_quantiles(roll, c, q, 4, value), LIND_OK);
      for (int k = 0; k < 4; k++) {
        const double at = q[k] * (double)(n - 1);
        const size_t low = n > 0 ? (size_t)floor(at) : 0, high = low + 1 < n ? low + 1 : low;
        const double due = n > 0 ? sorted[low] + (at - (double)low) * (sorted[high] - sorted[low]) : NAN;
        assert_true(isnan(due) ? isnan(value[k]) : value[k] == due);
      }
    }
    lind_roll_destroy(&roll);
  }
  assert_int_equal(rmdir(path), 0);
}

/* In a process of its own, whose files may not grow: 0 where the sentence came. */
static int fill_a_small_disk(const char *path) {
  const struct rlimit limit = {3 << 20, 3 << 20};
  lind_roll *roll;
  double row[COLUMNS] = {0};
  lind_err err = LIND_OK;
  (void)signal(SIGXFSZ, SIG_IGN);
  if (setrlimit(RLIMIT_FSIZE, &limit) != 0 || lind_roll_create(path, COLUMNS, ROWS, &roll) != LIND_OK) return 2;
  for (uint64_t r = 0; r < ROWS && err == LIND_OK; r++) err = lind_roll_add(roll, row);
  lind_roll_destroy(&roll);
  return err == LIND_ERR_FILE && strstr(lind_error_message(), "cannot be written to /tmp/lind-roll-") != NULL ? 0 : 1;
}

static void a_full_disk_is_a_sentence(void **state) {
  char path[64];
  int status;
  (void)state;
  folder(path);
  const pid_t child = fork();
  if (child == 0) _exit(fill_a_small_disk(path));
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 0);
  assert_int_equal(rmdir(path), 0);
}

static void impossible_sizes(void **state) {
  lind_roll *roll = NULL;
  (void)state;
  assert_int_equal(lind_roll_create(NULL, SIZE_MAX / 4, 5, &roll), LIND_ERR_INPUT);
  assert_int_equal(lind_roll_create(NULL, 1 << 20, UINT64_C(1) << 50, &roll), LIND_ERR_INPUT);
  assert_non_null(strstr(lind_error_message(), "more than a file can hold"));
  assert_int_equal(lind_roll_create("/no/such/place", COLUMNS, ROWS, &roll), LIND_OK); /* made when it is needed */
  double row[COLUMNS] = {0};
  lind_err err = LIND_OK;
  for (uint64_t r = 0; r < ROWS && err == LIND_OK; r++) err = lind_roll_add(roll, row);
  assert_int_equal(err, LIND_ERR_FILE);
  assert_string_equal(lind_error_message(),
                      "/no/such/place has no room for a file of the replicates' numbers: No such file or directory");
  lind_roll_destroy(&roll);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_file_reads_as_memory),
      cmocka_unit_test(quantiles_are_those_of_the_sorted),
      cmocka_unit_test(a_full_disk_is_a_sentence),
      cmocka_unit_test(impossible_sizes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
