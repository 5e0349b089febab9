/* store_test.h -- a scratch directory, and records whose every number follows from (stage, block). */
#ifndef LIND_TESTS_STORE_H
#define LIND_TESTS_STORE_H

/* cmocka needs the others before it */
/* clang-format off */
#include <ftw.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
/* clang-format on */

#include "lind/store.h"

#define PLAN  "0123456789abcdef0123456789abcdef"
#define CLASS "x86-64-v3 finz"

static const lind_store_study STUDY = {.world = PLAN, .cpu_class = CLASS};

static inline int scratch_drop(const char *path, const struct stat *about, int kind, struct FTW *place) {
  (void)about;
  (void)kind;
  (void)place;
  return remove(path);
}

static inline int scratch_open(void **state) {
  char *path = strdup(P_tmpdir "/lind-store-XXXXXX");
  *state = path;
  return path == NULL || mkdtemp(path) == NULL;
}

static inline int scratch_close(void **state) {
  const int failed = nftw(*state, scratch_drop, 16, FTW_DEPTH | FTW_PHYS);
  free(*state);
  return failed;
}

/* "DIR/name"; one of four buffers. */
static inline const char *in(void **state, const char *name) {
  static char buffers[4][512];
  static int at;
  at = (at + 1) % 4;
  (void)snprintf(buffers[at], sizeof buffers[at], "%s/%s", (const char *)*state, name);
  return buffers[at];
}

static inline int file_exists(const char *path) {
  struct stat about;
  return stat(path, &about) == 0;
}

static inline unsigned char *file_bytes(const char *path, size_t *n) {
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  assert_int_equal(fseek(file, 0, SEEK_END), 0);
  *n = (size_t)ftell(file);
  rewind(file);
  unsigned char *bytes = malloc(*n + 1);
  assert_non_null(bytes);
  assert_int_equal(fread(bytes, 1, *n, file), *n);
  bytes[*n] = '\0';
  (void)fclose(file);
  return bytes;
}

static inline void file_write(const char *path, const void *bytes, size_t n) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, n, file), n);
  assert_int_equal(fclose(file), 0);
}

enum { SAMPLE_REPLICATES = 3, SAMPLE_REALS = 4, SAMPLE_COUNTS = 7, SAMPLE_COLUMNS = 2, SAMPLE_ROWS_MAX = 40, SAMPLE_COURSE = 3 };

typedef struct sample {
  double reals[SAMPLE_REPLICATES * SAMPLE_REALS], rows[SAMPLE_COLUMNS * SAMPLE_ROWS_MAX], course[SAMPLE_COURSE * SAMPLE_ROWS_MAX];
  int64_t counts[SAMPLE_COUNTS];
  lind_block_record record;
} sample;

static inline void sample_fill(sample *s, uint32_t stage, uint64_t block) {
  const size_t n_rows = (size_t)(block % SAMPLE_ROWS_MAX);
  for (int i = 0; i < SAMPLE_REPLICATES * SAMPLE_REALS; i++) s->reals[i] = sin((double)block + i) / (1 + stage);
  for (int i = 0; i < SAMPLE_COUNTS; i++) s->counts[i] = (int64_t)block * 1000 - i + stage;
  for (size_t i = 0; i < SAMPLE_COLUMNS * n_rows; i++) s->rows[i] = (double)block + 1.0 / (double)(i + 1);
  for (size_t i = 0; i < SAMPLE_COURSE * n_rows; i++) s->course[i] = (double)block - 1.0 / (double)(i + 1);
  s->reals[1] = (double)NAN;
  s->reals[2] = -0.0;
  s->record = (lind_block_record){
      .stage = stage,
      .block = block,
      .first_replicate = block * SAMPLE_REPLICATES,
      .n_replicates = SAMPLE_REPLICATES,
      .first_seat = 0,
      .n_seats = 100 + block,
      .n_reals = SAMPLE_REALS,
      .n_counts = SAMPLE_COUNTS,
      .n_rows = n_rows,
      .n_columns = SAMPLE_COLUMNS,
      .reals = s->reals,
      .counts = s->counts,
      .rows = s->rows,
      .n_course_rows = n_rows / 2, /* some records have none */
      .n_course_columns = SAMPLE_COURSE,
      .course = s->course,
  };
}

static inline lind_err sample_put(lind_store *store, uint32_t stage, uint64_t block) {
  sample s;
  sample_fill(&s, stage, block);
  const lind_sink sink = lind_store_sink(store);
  return sink.put(sink.self, &s.record);
}

/* A visit that compares each record, number by number and bit by bit, and notes the order. */
typedef struct walk {
  size_t n;
  uint64_t last, blocks[4096];
} walk;

static inline lind_err walk_visit(void *context, const lind_block_record *r) {
  walk *w = context;
  sample s;
  sample_fill(&s, r->stage, r->block);
  const lind_block_record *due = &s.record;
  const int same = r->first_replicate == due->first_replicate && r->n_replicates == due->n_replicates &&
                   r->first_seat == due->first_seat && r->n_seats == due->n_seats && r->n_reals == due->n_reals &&
                   r->n_counts == due->n_counts && r->n_rows == due->n_rows && r->n_columns == due->n_columns &&
                   memcmp(r->reals, due->reals, sizeof s.reals) == 0 && memcmp(r->counts, due->counts, sizeof s.counts) == 0 &&
                   memcmp(r->rows, due->rows, due->n_rows * due->n_columns * sizeof *r->rows) == 0 &&
                   r->n_course_rows == due->n_course_rows && r->n_course_columns == due->n_course_columns &&
                   memcmp(r->course, due->course, due->n_course_rows * due->n_course_columns * sizeof *r->course) == 0;
  LIND_CHECK(same, LIND_ERR_NUMERIC, "block %llu came back with other numbers", (unsigned long long)r->block);
  LIND_CHECK(w->n == 0 || r->block > w->last, LIND_ERR_NUMERIC, "block %llu came out of order", (unsigned long long)r->block);
  w->blocks[w->n++ % 4096] = w->last = r->block;
  return LIND_OK;
}

static inline lind_err store_walk(lind_store *store, uint32_t stage, walk *w) {
  const lind_sink sink = lind_store_sink(store);
  *w = (walk){0};
  return sink.each(sink.self, stage, 0, UINT64_MAX, walk_visit, w);
}

static inline int store_has(lind_store *store, uint32_t stage, uint64_t block) {
  const lind_sink sink = lind_store_sink(store);
  return sink.has(sink.self, stage, block);
}

/* For asserting that a call succeeds, with its sentence where it does not. */
#define GOOD(call)                                              \
  do {                                                          \
    const lind_err good_ = (call);                              \
    if (good_ != LIND_OK) fail_msg("%s", lind_error_message()); \
  } while (0)

#define REFUSED(call, code, sentence)                      \
  do {                                                     \
    assert_int_equal((call), (code));                      \
    assert_string_equal(lind_error_message(), (sentence)); \
  } while (0)

#endif
