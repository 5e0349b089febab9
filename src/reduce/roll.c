#include "lind/roll.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE_BYTES = 1 << 20, ROWS_LEAST = 64, PATH = 4096 };
enum { DIGIT = 11, DIGITS = 6, COUNTERS = 1 << DIGIT, SOUGHT = 2 * LIND_ROLL_QUANTILES };

struct lind_roll {
  size_t n_columns, rows; /* of a piece */
  uint64_t n_rows, added;
  double *piece; /* [n_columns][rows], the one at hand; NULL once all of them lie in the file */
  int file;      /* -1: none, there is one piece */
  char directory[PATH];
};

/* ---- size
 * ---------------------------------------------------------------------------------------------------------------------------- */

static size_t rows_of(size_t n_columns, uint64_t n_rows) {
  const size_t fit = PIECE_BYTES / sizeof(double) / (n_columns > 0 ? n_columns : 1), most = fit > ROWS_LEAST ? fit : ROWS_LEAST;
  return n_rows < most ? (size_t)n_rows : most;
}

size_t lind_roll_bytes(size_t n_columns, uint64_t n_rows) {
  return (rows_of(n_columns, n_rows) * n_columns + 1) * sizeof(double) + sizeof(lind_roll);
}

double lind_roll_disk(size_t n_columns, uint64_t n_rows) {
  const size_t rows = rows_of(n_columns, n_rows);
  if (rows == n_rows) return 0.0;
  return ceil((double)n_rows / (double)rows) * (double)rows * (double)n_columns * sizeof(double);
}

/* ---- life
 * ---------------------------------------------------------------------------------------------------------------------------- */

/* Not every file system has O_TMPFILE; a file whose name is taken away at once is the same. */
static int file_open(const char *directory) {
  char path[PATH + 16];
  int file = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0) return file;
  (void)snprintf(path, sizeof path, "%s/rows.XXXXXX", directory);
  file = mkstemp(path);
  if (file >= 0) (void)unlink(path);
  return file;
}

lind_err lind_roll_create(const char *directory, size_t n_columns, uint64_t n_rows, lind_roll **result) {
  uint64_t numbers, bytes;
  LIND_CHECK(!__builtin_mul_overflow(n_columns, n_rows, &numbers) && !__builtin_mul_overflow(numbers, sizeof(double), &bytes) &&
                 bytes <= INT64_MAX / 2,
             LIND_ERR_INPUT, "%zu numbers of each of %llu replicates are more than a file can hold; choose fewer replicates",
             n_columns, (unsigned long long)n_rows);
  LIND_CHECK(directory == NULL || strlen(directory) < PATH, LIND_ERR_INPUT, "%.64s... is too long a path", directory);
  lind_roll *roll = calloc(1, sizeof *roll);
  LIND_CHECK(roll != NULL, LIND_ERR_MEMORY, "no memory for the numbers of %llu replicates", (unsigned long long)n_rows);
  *roll = (lind_roll){.n_columns = n_columns, .n_rows = n_rows, .file = -1};
  roll->rows = directory != NULL ? rows_of(n_columns, n_rows) : (size_t)n_rows;
  (void)snprintf(roll->directory, sizeof roll->directory, "%s", directory != NULL ? directory : "");
  roll->piece = malloc((roll->rows * n_columns + 1) * sizeof *roll->piece);
  if (roll->piece == NULL) {
    lind_roll_destroy(&roll);
    LIND_CHECK(false, LIND_ERR_MEMORY, "no memory for %zu numbers of %zu replicates", n_columns, (size_t)n_rows);
  }
  *result = roll;
  return LIND_OK;
}

void lind_roll_destroy(lind_roll **roll) {
  if (roll == NULL || *roll == NULL) return;
  if ((*roll)->file >= 0) (void)close((*roll)->file);
  free((*roll)->piece);
  free(*roll);
  *roll = NULL;
}

/* ---- writing
 * ---------------------------------------------------------------------------------------------------------------------------- */

static size_t piece_bytes(const lind_roll *roll) { return roll->rows * roll->n_columns * sizeof(double); }

static lind_err piece_write(lind_roll *roll, uint64_t piece) {
  if (roll->file < 0) roll->file = file_open(roll->directory);
  LIND_CHECK(roll->file >= 0, LIND_ERR_FILE, "%s has no room for a file of the replicates' numbers: %s", roll->directory,
             strerror(errno));
  const char *bytes = (const char *)roll->piece;
  const size_t n = piece_bytes(roll);
  for (size_t done = 0; done < n;) {
    const ssize_t now = pwrite(roll->file, bytes + done, n - done, (off_t)(piece * n + done));
    if (now < 0 && errno == EINTR) continue;
    LIND_CHECK(now > 0, LIND_ERR_FILE, "the numbers of %llu replicates (%.0f MiB) cannot be written to %s: %s",
               (unsigned long long)roll->n_rows, lind_roll_disk(roll->n_columns, roll->n_rows) / 1048576.0, roll->directory,
               strerror(errno));
    done += (size_t)now;
  }
  return LIND_OK;
}

lind_err lind_roll_add(lind_roll *roll, const double *row) {
  assert(roll->added < roll->n_rows);
  const size_t at = roll->added % roll->rows;
  if (at == 0 && roll->added > 0) LIND_TRY(piece_write(roll, roll->added / roll->rows - 1));
  for (size_t c = 0; c < roll->n_columns; c++) roll->piece[c * roll->rows + at] = row[c];
  roll->added++;
  return LIND_OK;
}

lind_err lind_roll_end(lind_roll *roll) {
  assert(roll->added == roll->n_rows);
  if (roll->n_rows <= roll->rows) return LIND_OK;
  LIND_TRY(piece_write(roll, (roll->n_rows - 1) / roll->rows));
  free(roll->piece);
  roll->piece = NULL;
  return LIND_OK;
}

/* ---- reading
 * ---------------------------------------------------------------------------------------------------------------------------- */

size_t lind_roll_rows(const lind_roll *roll) { return roll->rows; }

lind_err lind_roll_read(const lind_roll *roll, size_t column, uint64_t piece, double *values, size_t *n) {
  const uint64_t first = piece * roll->rows, left = first < roll->n_rows ? roll->n_rows - first : 0;
  const size_t here = left < roll->rows ? (size_t)left : roll->rows, bytes = here * sizeof *values;
  assert(column < roll->n_columns);
  if (here > 0 && roll->file < 0) memcpy(values, roll->piece + column * roll->rows, bytes);
  const off_t start = (off_t)(piece * piece_bytes(roll) + column * roll->rows * sizeof *values);
  for (size_t done = 0; roll->file >= 0 && done < bytes;) {
    const ssize_t now = pread(roll->file, (char *)values + done, bytes - done, start + (off_t)done);
    if (now < 0 && errno == EINTR) continue;
    LIND_CHECK(now > 0, LIND_ERR_FILE, "the replicates' numbers in %s cannot be read again: %s", roll->directory,
               now < 0 ? strerror(errno) : "the file has become shorter");
    done += (size_t)now;
  }
  *n = here;
  return LIND_OK;
}

/* ---- quantiles
 * ---------------------------------------------------------------------------------------------------------------------------- */

/* Doubles as integers of the same order. */
static uint64_t order_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double value_of(uint64_t order) {
  const uint64_t bits = order >> 63 ? order & ~(UINT64_C(1) << 63) : ~order;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

typedef struct sought {            /* the number that has `before` others in front of it, among those that begin with `prefix` */
  uint64_t prefix, before, *count; /* [COUNTERS] by the digit behind the prefix */
} sought;

/* How often each digit comes behind each prefix. *total: numbers that are not NAN. */
static lind_err count_digits(const lind_roll *roll, size_t column, int pass, sought *s, int n, double *values, uint64_t *total) {
  const int behind = 64 - DIGIT * (pass + 1), shift = behind > 0 ? behind : 0, width = behind > 0 ? DIGIT : DIGIT + behind;
  const uint64_t digit = (UINT64_C(1) << width) - 1;
  size_t here = 1;
  for (int i = 0; i < n; i++) memset(s[i].count, 0, COUNTERS * sizeof *s[i].count);
  *total = 0;
  for (uint64_t piece = 0; here > 0; piece++) {
    LIND_TRY(lind_roll_read(roll, column, piece, values, &here));
    for (size_t r = 0; r < here; r++) {
      if (isnan(values[r])) continue;
      const uint64_t order = order_of(values[r]), prefix = shift + width < 64 ? order >> (shift + width) : 0;
      ++*total;
      for (int i = 0; i < n; i++)
        if (s[i].prefix == prefix) s[i].count[order >> shift & digit]++;
    }
  }
  for (int i = 0; i<n && * total> 0; i++) {
    uint64_t next = 0;
    while (s[i].before >= s[i].count[next]) s[i].before -= s[i].count[next++];
    s[i].prefix = s[i].prefix << width | next;
  }
  return LIND_OK;
}

/* Which numbers, counted from the least, are asked for: two for each quantile. */
static void settle_ranks(const double *q, int n, uint64_t total, sought *s) {
  for (int i = 0; i < n; i++) {
    const uint64_t low = (uint64_t)floor(q[i] * (double)(total - 1)), high = low + 1 < total ? low + 1 : low;
    s[2 * i].before = low;
    s[2 * i + 1].before = high;
  }
}

static lind_err select_numbers(const lind_roll *roll, size_t column, const double *q, int n, double *memory, double *value) {
  sought s[SOUGHT] = {{0}};
  uint64_t total;
  double *values = memory;
  for (int i = 0; i < 2 * n; i++) s[i].count = (uint64_t *)(void *)(memory + roll->rows) + (size_t)i * COUNTERS;
  LIND_TRY(count_digits(roll, column, 0, s, 0, values, &total));
  for (int i = 0; i < n; i++) value[i] = NAN;
  if (total == 0) return LIND_OK;
  settle_ranks(q, n, total, s);
  for (int pass = 0; pass < DIGITS; pass++) LIND_TRY(count_digits(roll, column, pass, s, 2 * n, values, &total));
  for (int i = 0; i < n; i++) {
    const double at = q[i] * (double)(total - 1), low = value_of(s[2 * i].prefix), high = value_of(s[2 * i + 1].prefix);
    value[i] = low + (at - floor(at)) * (high - low);
  }
  return LIND_OK;
}

lind_err lind_roll_quantiles(const lind_roll *roll, size_t column, const double *q, int n, double *value) {
  assert(n <= LIND_ROLL_QUANTILES);
  double *memory = malloc(roll->rows * sizeof(double) + SOUGHT * COUNTERS * sizeof(uint64_t));
  LIND_CHECK(memory != NULL, LIND_ERR_MEMORY, "no memory for the quantiles of %zu numbers", (size_t)roll->n_rows);
  const lind_err err = select_numbers(roll, column, q, n, memory, value);
  free(memory);
  return err;
}
