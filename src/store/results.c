#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk.h"
#include "results_file.h"

enum { DEFLATE_LEVEL = 4, LABELS_MAX = INT32_MAX };

typedef struct column {
  lind_field field; /* a copy, in the table's arena */
  hid_t dataset;    /* negative until the first piece is full */
  double *waiting;  /* [LIND_RESULTS_PIECE] */
} column;

struct lind_results {
  char path[LIND_DISK_PATH], temporary[LIND_DISK_PATH + 8];
  hid_t file;
  /* the table begun last: pieces are gathered here, so that how rows come in does not show in the file */
  lind_arena *arena;
  hid_t table; /* negative if none */
  const char *group, *axes;
  column *columns;
  int n_columns;
  size_t n_waiting, n_written;
};

/* ---- columns
 * -----------------------------------------------------------------------------------------------------------------------------
 */

static lind_err field_copy(lind_arena *arena, const lind_field *from, lind_field *to) {
  *to = *from;
  to->name = lind_arena_text(arena, from->name);
  to->unit = lind_arena_text(arena, from->unit != NULL ? from->unit : "");
  to->about = lind_arena_text(arena, from->about != NULL ? from->about : "");
  const char **labels;
  LIND_TAKE(labels, arena, from->kind == LIND_FIELD_CODE ? from->n_labels : 0);
  to->labels = labels;
  if (from->kind != LIND_FIELD_CODE) to->n_labels = 0;
  for (int i = 0; i < to->n_labels; i++) labels[i] = lind_arena_text(arena, from->labels[i]);
  LIND_CHECK(to->name != NULL && to->unit != NULL && to->about != NULL, LIND_ERR_MEMORY, "no memory for a column");
  return LIND_OK;
}

static lind_err missing_write(hid_t dataset, const lind_field *field, const char *path) {
  if (field->kind == LIND_FIELD_REAL) return LIND_OK;
  const int64_t missing = field->kind == LIND_FIELD_COUNT ? INT64_MIN : LIND_RESULTS_CODE_MISSING;
  LIND_H5_OWN space = H5Screate(H5S_SCALAR);
  LIND_H5(space, path, "written");
  LIND_H5_OWN attribute = H5Acreate2(dataset, "missing", lind_results_stored(field), space, H5P_DEFAULT, H5P_DEFAULT);
  LIND_H5(attribute, path, "written");
  LIND_H5(H5Awrite(attribute, H5T_NATIVE_INT64, &missing), path, "written");
  return LIND_OK;
}

/* Long columns are chunked, shuffled and deflated; a column of less than a chunk is stored as it is. */
static lind_err column_create(lind_results *r, column *c, bool is_long) {
  const hsize_t extent = is_long ? 0 : r->n_waiting, limit = H5S_UNLIMITED, chunk = LIND_RESULTS_PIECE;
  LIND_H5_OWN space = H5Screate_simple(1, &extent, is_long ? &limit : NULL);
  LIND_H5_OWN list = lind_h5_dataset_list();
  LIND_H5_OWN access = H5Pcreate(H5P_DATASET_ACCESS);
  LIND_H5(space, r->path, "written");
  LIND_H5(list, r->path, "written");
  LIND_H5(access, r->path, "written");
  if (is_long) {
    LIND_H5(H5Pset_chunk(list, 1, &chunk), r->path, "written");
    LIND_H5(H5Pset_shuffle(list), r->path, "written");
    LIND_H5(H5Pset_deflate(list, DEFLATE_LEVEL), r->path, "written");
    LIND_H5(H5Pset_chunk_cache(access, 0, 0, 0.0), r->path, "written"); /* whole chunks are written, in our order */
  }
  c->dataset = H5Dcreate2(r->table, c->field.name, lind_results_stored(&c->field), space, H5P_DEFAULT, list, access);
  LIND_H5(c->dataset, r->path, "written");
  LIND_TRY(lind_h5_word_write(c->dataset, "unit", c->field.unit, r->path));
  LIND_TRY(lind_h5_word_write(c->dataset, "description", c->field.about, r->path));
  LIND_TRY(lind_h5_word_write(c->dataset, "axes", r->axes, r->path));
  if (c->field.n_labels > 0) LIND_TRY(lind_h5_words_write(c->dataset, "labels", c->field.labels, c->field.n_labels, r->path));
  return missing_write(c->dataset, &c->field, r->path);
}

static lind_err column_write(lind_results *r, column *c) {
  const hsize_t start = r->n_written, n = r->n_waiting, extent = start + n;
  if (n == 0) return LIND_OK;
  if (r->n_written > 0 || n == LIND_RESULTS_PIECE) LIND_H5(H5Dset_extent(c->dataset, &extent), r->path, "written");
  LIND_H5_OWN to = H5Dget_space(c->dataset);
  LIND_H5_OWN from = H5Screate_simple(1, &n, NULL);
  LIND_H5(from, r->path, "written");
  LIND_H5(H5Sselect_hyperslab(to, H5S_SELECT_SET, &start, NULL, &n, NULL), r->path, "written");
  if (c->field.kind == LIND_FIELD_REAL) {
    LIND_H5(H5Dwrite(c->dataset, H5T_NATIVE_DOUBLE, from, to, H5P_DEFAULT, c->waiting), r->path, "written");
    return LIND_OK;
  }
  int64_t *integers;
  const lind_arena_place place = lind_arena_mark(r->arena);
  LIND_TAKE(integers, r->arena, n);
  const int64_t missing = c->field.kind == LIND_FIELD_COUNT ? INT64_MIN : LIND_RESULTS_CODE_MISSING;
  for (size_t i = 0; i < n; i++) integers[i] = isnan(c->waiting[i]) ? missing : (int64_t)c->waiting[i];
  const herr_t written = H5Dwrite(c->dataset, H5T_NATIVE_INT64, from, to, H5P_DEFAULT, integers);
  lind_arena_rewind(r->arena, place);
  LIND_H5(written, r->path, "written");
  return LIND_OK;
}

/* Write the piece that waits: a full one, or the last of a table. */
static lind_err piece_write(lind_results *r) {
  const bool is_long = r->n_waiting == LIND_RESULTS_PIECE;
  for (int i = 0; i < r->n_columns; i++) {
    if (r->columns[i].dataset < 0) LIND_TRY(column_create(r, &r->columns[i], is_long));
    LIND_TRY(column_write(r, &r->columns[i]));
  }
  r->n_written += r->n_waiting;
  r->n_waiting = 0;
  return LIND_OK;
}

static void table_drop(lind_results *r) {
  for (int i = 0; i < r->n_columns; i++) lind_h5_drop(&r->columns[i].dataset);
  lind_h5_drop(&r->table);
  lind_arena_destroy(&r->arena);
  r->columns = NULL;
  r->n_columns = 0;
}

/* What a dataset still holds goes to the file before it is closed: HDF5 would be silent about what it cannot write, and crash at
 * the end of the process for a dataset that it could not close. */
static lind_err dataset_flush(lind_results *r, hid_t dataset) {
  if (dataset < 0 || H5Dflush(dataset) >= 0) return LIND_OK;
  const lind_err err = lind_h5_fail(__FILE__, __LINE__, r->path, "written");
  lind_h5_divert(r->file);
  return err;
}

static lind_err table_end(lind_results *r) {
  lind_err err = r->table < 0 ? LIND_OK : piece_write(r);
  if (err != LIND_OK) lind_h5_divert(r->file);
  for (int i = 0; i < r->n_columns && err == LIND_OK; i++) err = dataset_flush(r, r->columns[i].dataset);
  table_drop(r);
  return err;
}

/* ---- tables and texts
 * ---------------------------------------------------------------------------------------------------------------------- */

/* Open the groups of "a/b/c" one by one, making those that are not there (HDF5's own way would give them times). `leave_last`:
 * not the last. */
static lind_err group_open(lind_results *r, const char *name, bool leave_last, hid_t *group, const char **last) {
  LIND_H5_OWN list = lind_h5_group_list();
  LIND_H5(list, r->path, "written");
  LIND_H5_OWN at = H5Gopen2(r->file, "/", H5P_DEFAULT);
  LIND_H5(at, r->path, "written");
  const char *rest = name + strspn(name, "/");
  for (;;) {
    const size_t n = strcspn(rest, "/");
    if (rest[n] == '\0' && leave_last) break;
    char part[256];
    LIND_CHECK(n > 0 && n < sizeof part, LIND_ERR_INPUT, "'%.300s' is not a name for a table of %s", name, r->path);
    memcpy(part, rest, n);
    part[n] = '\0';
    const htri_t there = H5Lexists(at, part, H5P_DEFAULT);
    const hid_t next = there > 0 ? H5Gopen2(at, part, H5P_DEFAULT) : H5Gcreate2(at, part, H5P_DEFAULT, list, H5P_DEFAULT);
    LIND_H5(next, r->path, "written");
    lind_h5_drop(&at);
    at = next;
    if (rest[n] == '\0') break;
    rest += n + 1;
  }
  *group = at;
  *last = rest;
  at = H5I_INVALID_HID;
  return LIND_OK;
}

static lind_err table_begin(lind_results *r, const char *group, const char *about, const lind_field *fields, int n_fields,
                            const char *axes) {
  LIND_TRY(table_end(r));
  const char *last;
  LIND_TRY(lind_arena_create(&r->arena));
  r->n_written = r->n_waiting = 0;
  r->group = lind_arena_text(r->arena, group);
  r->axes = lind_arena_text(r->arena, axes != NULL ? axes : "");
  LIND_TAKE(r->columns, r->arena, n_fields);
  for (int i = 0; i < n_fields; i++) r->columns[i].dataset = H5I_INVALID_HID;
  r->n_columns = n_fields;
  LIND_TRY(group_open(r, group, false, &r->table, &last));
  LIND_TRY(lind_h5_word_write(r->table, "description", about, r->path));
  LIND_TRY(lind_h5_word_write(r->table, "axes", axes, r->path));
  for (int i = 0; i < n_fields; i++) {
    const lind_field *f = &fields[i];
    LIND_CHECK(f->name != NULL && f->name[0] != '\0' && strchr(f->name, '/') == NULL && strcmp(f->name, ".") != 0, LIND_ERR_INPUT,
               "'%s' is not a name for a column of table %s", f->name != NULL ? f->name : "", group);
    for (int j = 0; j < i; j++)
      LIND_CHECK(strcmp(f->name, fields[j].name) != 0, LIND_ERR_INPUT, "table %s has two columns '%s'", group, f->name);
    LIND_TRY(field_copy(r->arena, f, &r->columns[i].field));
    LIND_TAKE(r->columns[i].waiting, r->arena, LIND_RESULTS_PIECE);
  }
  return LIND_OK;
}

lind_err lind_results_table(lind_results *results, const char *group, const char *about, const lind_field *fields, int n_fields,
                            const char *axes) {
  lind_h5_enter();
  const lind_err err = table_begin(results, group, about, fields, n_fields, axes);
  if (err != LIND_OK) table_drop(results);
  lind_h5_leave();
  return err;
}

static lind_err value_check(const lind_results *r, const lind_field *f, double value) {
  if (f->kind == LIND_FIELD_REAL || isnan(value)) return LIND_OK;
  const bool whole = value == trunc(value) && fabs(value) <= 0x1p53;
  LIND_CHECK(whole || f->kind != LIND_FIELD_COUNT, LIND_ERR_INPUT,
             "column %s of table %s counts, and %.17g is not a whole number", f->name, r->group, value);
  const int limit = f->n_labels > 0 ? f->n_labels : LABELS_MAX;
  LIND_CHECK(f->kind != LIND_FIELD_CODE || (whole && value >= LIND_RESULTS_CODE_MISSING && value < limit), LIND_ERR_INPUT,
             "column %s of table %s has codes 0 to %d, and %.17g is none of them", f->name, r->group, limit - 1, value);
  return LIND_OK;
}

lind_err lind_results_append(lind_results *results, const double *data, size_t n_rows) {
  lind_results *r = results;
  LIND_CHECK(r->table >= 0, LIND_ERR_INPUT, "%s has no table to append to", r->path);
  for (int i = 0; i < r->n_columns; i++) /* all first: a refused call leaves nothing behind */
    for (size_t row = 0; row < n_rows; row++) LIND_TRY(value_check(r, &r->columns[i].field, data[(size_t)i * n_rows + row]));
  for (size_t done = 0; done < n_rows;) {
    const size_t room = LIND_RESULTS_PIECE - r->n_waiting, n = n_rows - done < room ? n_rows - done : room;
    for (int i = 0; i < r->n_columns; i++)
      memcpy(r->columns[i].waiting + r->n_waiting, data + (size_t)i * n_rows + done, n * sizeof *data);
    r->n_waiting += n;
    done += n;
    if (r->n_waiting < LIND_RESULTS_PIECE) continue;
    lind_h5_enter();
    const lind_err err = piece_write(r);
    lind_h5_leave();
    LIND_TRY(err);
  }
  return LIND_OK;
}

static lind_err text_write(lind_results *r, const char *dataset, const char *about, const char *text) {
  LIND_TRY(table_end(r)); /* objects lie in the file in the order of the calls */
  LIND_H5_OWN group = H5I_INVALID_HID;
  const char *last;
  LIND_TRY(group_open(r, dataset, true, &group, &last));
  LIND_H5_OWN type = H5Tcopy(H5T_C_S1);
  LIND_H5_OWN space = H5Screate(H5S_SCALAR);
  LIND_H5_OWN list = lind_h5_dataset_list();
  const size_t n = strlen(text) > 0 ? strlen(text) : 1;
  const bool good =
      H5Tset_size(type, n) >= 0 && H5Tset_cset(type, H5T_CSET_UTF8) >= 0 && H5Tset_strpad(type, H5T_STR_NULLPAD) >= 0;
  LIND_H5(good ? 0 : -1, r->path, "written");
  LIND_H5_OWN made = H5Dcreate2(group, last, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
  LIND_H5(made, r->path, "written");
  LIND_H5(H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text), r->path, "written");
  LIND_TRY(lind_h5_word_write(made, "description", about, r->path));
  return dataset_flush(r, made);
}

lind_err lind_results_text(lind_results *results, const char *dataset, const char *about, const char *text) {
  lind_h5_enter();
  const lind_err err = text_write(results, dataset, about, text);
  lind_h5_leave();
  return err;
}

/* ---- life
 * --------------------------------------------------------------------------------------------------------------------------------
 */

lind_err lind_results_create(const char *path, lind_results **results) {
  LIND_CHECK(strlen(path) < LIND_DISK_PATH, LIND_ERR_FILE, "%.64s... is too long a path", path);
  lind_results *r = calloc(1, sizeof *r);
  LIND_CHECK(r != NULL, LIND_ERR_MEMORY, "no memory for %s", path);
  (void)snprintf(r->path, sizeof r->path, "%s", path);
  (void)snprintf(r->temporary, sizeof r->temporary, "%s.tmp", path);
  r->table = r->file = H5I_INVALID_HID;
  lind_h5_enter();
  const lind_err err = lind_h5_create(r->temporary, 0, &r->file);
  lind_h5_leave();
  if (err != LIND_OK) {
    (void)unlink(r->temporary);
    free(r);
    return err;
  }
  *results = r;
  return LIND_OK;
}

lind_err lind_results_close(lind_results **results) {
  lind_results *r = *results;
  lind_h5_enter();
  lind_err err = table_end(r);
  const lind_err closed = lind_h5_close(&r->file, err == LIND_OK, r->path);
  lind_h5_leave();
  if (err == LIND_OK) err = closed;
  if (err == LIND_OK) err = lind_disk_publish(r->temporary, r->path);
  lind_results_abandon(results);
  return err;
}

void lind_results_abandon(lind_results **results) {
  if (results == NULL || *results == NULL) return;
  lind_results *r = *results;
  lind_h5_enter();
  if (r->file >= 0) lind_h5_divert(r->file);
  table_drop(r);
  const lind_err nothing = lind_h5_close(&r->file, false, r->path);
  (void)nothing;
  lind_h5_leave();
  (void)unlink(r->temporary); /* gone already after a good close */
  free(r);
  *results = NULL;
}
