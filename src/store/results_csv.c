#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk.h"
#include "lind/csv.h"
#include "results_file.h"

static void header_write(FILE *out, const lind_results_reader *r) {
  for (int i = 0; i < r->n_fields; i++) {
    if (i > 0) (void)fputc(',', out);
    lind_csv_put_head(out, &r->fields[i]);
  }
  (void)fputc('\n', out);
}

static lind_err rows_write(FILE *out, lind_results_reader *r) {
  double *piece;
  LIND_TAKE(piece, r->arena, (size_t)r->n_fields * LIND_RESULTS_PIECE);
  for (size_t first = 0; first < r->n_rows; first += LIND_RESULTS_PIECE) {
    const size_t n = r->n_rows - first < LIND_RESULTS_PIECE ? r->n_rows - first : LIND_RESULTS_PIECE;
    for (int i = 0; i < r->n_fields; i++)
      LIND_TRY(lind_results_reader_piece(r, i, first, n, piece + (size_t)i * LIND_RESULTS_PIECE));
    for (size_t row = 0; row < n; row++) {
      for (int i = 0; i < r->n_fields; i++) {
        if (i > 0) (void)fputc(',', out);
        lind_csv_put_value(out, &r->fields[i], piece[(size_t)i * LIND_RESULTS_PIECE + row]);
      }
      (void)fputc('\n', out);
    }
  }
  return LIND_OK;
}

static lind_err table_write(FILE *out, lind_arena *arena, const char *path, const char *group) {
  lind_results_reader reader;
  lind_h5_enter();
  lind_err err = lind_results_reader_init(&reader, arena, path, group);
  if (err == LIND_OK) header_write(out, &reader);
  if (err == LIND_OK) err = rows_write(out, &reader);
  lind_results_reader_release(&reader);
  lind_h5_leave();
  return err;
}

lind_err lind_results_csv(const char *path, const char *group, const char *out) {
  char temporary[LIND_DISK_PATH];
  LIND_CHECK(snprintf(temporary, sizeof temporary, "%s.tmp", out) < (int)sizeof temporary, LIND_ERR_FILE,
             "%.64s... is too long a path", out);
  lind_arena *arena = NULL;
  LIND_TRY(lind_arena_create(&arena));
  lind_err err = LIND_OK;
  FILE *file = fopen(temporary, "wbe");
  if (file == NULL) err = lind_error_fail(LIND_ERR_FILE, __FILE__, __LINE__, "%s cannot be written: %s", out, strerror(errno));
  if (file != NULL) {
    const locale_t c_locale = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0); /* a point, whatever the user's language */
    const locale_t before = uselocale(c_locale);
    err = table_write(file, arena, path, group);
    (void)uselocale(before);
    if (c_locale != (locale_t)0) freelocale(c_locale);
    const bool written = !ferror(file);
    if ((fclose(file) != 0 || !written) && err == LIND_OK)
      err = lind_error_fail(LIND_ERR_FILE, __FILE__, __LINE__, "%s cannot be written: %s", out, strerror(errno));
    if (err == LIND_OK) err = lind_disk_publish(temporary, out);
    if (err != LIND_OK) (void)unlink(temporary);
  }
  lind_arena_destroy(&arena);
  return err;
}
