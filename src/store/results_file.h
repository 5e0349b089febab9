/* results_file.h -- what the writer and the readers of results.h5 share: how a kind of column is stored. Depends on: h5.h,
 * store.h. */
#ifndef LIND_STORE_RESULTS_FILE_H
#define LIND_STORE_RESULTS_FILE_H

#include "h5.h"
#include "lind/store.h"

/* Rows of a chunk, and of every piece that is read or written at once: fixed, because the file's bytes depend on it. 128 KiB of
 * doubles. */
enum { LIND_RESULTS_PIECE = 16384 };
enum { LIND_RESULTS_CODE_MISSING = -1, LIND_RESULTS_SMALL_LABELS = 127 /* codes that fit int8 */ };

static inline hid_t lind_results_stored(const lind_field *field) {
  switch (field->kind) {
    case LIND_FIELD_COUNT:
      return H5T_STD_I64LE;
    case LIND_FIELD_CODE:
      return field->n_labels > 0 && field->n_labels <= LIND_RESULTS_SMALL_LABELS ? H5T_STD_I8LE : H5T_STD_I32LE;
    default:
      return H5T_IEEE_F64LE;
  }
}

typedef struct lind_results_reader { /* a table that is open; its column order is the order of creation */
  lind_arena *arena;
  const char *path, *group;
  hid_t file, table;
  hid_t *datasets;
  lind_field *fields;
  int n_fields;
  size_t n_rows;
} lind_results_reader;

/* Within enter and leave; release also after a failure. */
lind_err lind_results_reader_init(lind_results_reader *reader, lind_arena *arena, const char *path,
                                  const char *group) LIND_MUST_CHECK;
void lind_results_reader_release(lind_results_reader *reader);
/* Rows [first, first + n) of a column as doubles, NaN where missing. */
lind_err lind_results_reader_piece(lind_results_reader *reader, int column, size_t first, size_t n,
                                   double *values) LIND_MUST_CHECK;

#endif
