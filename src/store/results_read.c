#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "disk.h"
#include "lind/text.h"
#include "results_file.h"

/* ---- a table that is open
 * ------------------------------------------------------------------------------------------------------------------ */

enum { NAMES_MAX = 256 };

typedef struct names { /* of the objects of a kind */
  lind_arena *arena;
  H5O_type_t kind;
  size_t n;
  const char *list[NAMES_MAX];
} names;

static herr_t names_visit(hid_t object, const char *name, const H5O_info_t *info, void *data) {
  names *found = data;
  (void)object;
  if (info->type != found->kind || found->n == NAMES_MAX || strcmp(name, ".") == 0) return 0;
  const char *copy = lind_arena_text(found->arena, name);
  if (copy != NULL) found->list[found->n++] = copy;
  return 0;
}

/* "PATH has no table 'x' (did you mean 'y'?)" */
static lind_err absent(lind_arena *arena, hid_t file, const char *path, const char *what, H5O_type_t kind, const char *wanted) {
  char suggestion[300];
  names *found;
  LIND_TAKE(found, arena, 1);
  found->arena = arena;
  found->kind = kind;
  (void)H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, names_visit, found, H5O_INFO_BASIC);
  return lind_error_fail(LIND_ERR_INPUT, __FILE__, __LINE__, "%s has no %s '%s'%s", path, what, wanted,
                         lind_text_suggestion(wanted, found->list, found->n, suggestion, sizeof suggestion));
}

/* Is there an object of this kind at "a/b/c"? HDF5 asks for every step by itself. */
static bool exists(hid_t file, const char *name, H5O_type_t kind) {
  char part[1024];
  const size_t n = strlen(name);
  if (n == 0 || n >= sizeof part) return false;
  for (size_t i = 1; i <= n; i++) {
    if (name[i] != '/' && name[i] != '\0') continue;
    memcpy(part, name, i);
    part[i] = '\0';
    if (H5Lexists(file, part, H5P_DEFAULT) <= 0) return false;
  }
  H5O_info_t info;
  return H5Oget_info_by_name2(file, name, &info, H5O_INFO_BASIC, H5P_DEFAULT) >= 0 && info.type == kind;
}

static lind_err kind_read(lind_results_reader *r, hid_t dataset, lind_field *field) {
  LIND_H5_OWN type = H5Dget_type(dataset);
  LIND_H5(type, r->path, "read");
  const H5T_class_t class = H5Tget_class(type);
  LIND_CHECK(class == H5T_FLOAT || class == H5T_INTEGER, LIND_ERR_FILE, "%s cannot be read: column %s of table %s is not numeric",
             r->path, field->name, r->group);
  field->kind = class == H5T_FLOAT ? LIND_FIELD_REAL : H5Tget_size(type) == 8 ? LIND_FIELD_COUNT : LIND_FIELD_CODE;
  return LIND_OK;
}

static lind_err column_open(lind_results_reader *r, hsize_t at, bool *is_column) {
  char name[256];
  const ssize_t n = H5Lget_name_by_idx(r->table, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, at, name, sizeof name, H5P_DEFAULT);
  LIND_H5(n, r->path, "read");
  H5O_info_t info;
  LIND_H5(H5Oget_info_by_name2(r->table, name, &info, H5O_INFO_BASIC, H5P_DEFAULT), r->path, "read");
  *is_column = info.type == H5O_TYPE_DATASET;
  if (!*is_column) return LIND_OK; /* a table below this one */
  lind_field *field = &r->fields[r->n_fields];
  hid_t *dataset = &r->datasets[r->n_fields];
  *dataset = H5Dopen2(r->table, name, H5P_DEFAULT);
  LIND_H5(*dataset, r->path, "read");
  field->name = lind_arena_text(r->arena, name);
  LIND_TRY(kind_read(r, *dataset, field));
  LIND_TRY(lind_h5_word_read(*dataset, "unit", r->arena, r->path, &field->unit));
  LIND_TRY(lind_h5_word_read(*dataset, "description", r->arena, r->path, &field->about));
  LIND_TRY(lind_h5_words_read(*dataset, "labels", r->arena, r->path, &field->labels, &field->n_labels));
  LIND_H5_OWN space = H5Dget_space(*dataset);
  const hssize_t rows = H5Sget_simple_extent_npoints(space);
  LIND_H5(rows, r->path, "read");
  LIND_CHECK(r->n_fields == 0 || (size_t)rows == r->n_rows, LIND_ERR_FILE,
             "%s cannot be read: column %s of table %s has %zu rows, the one before %zu", r->path, name, r->group, (size_t)rows,
             r->n_rows);
  r->n_rows = (size_t)rows;
  return LIND_OK;
}

lind_err lind_results_reader_init(lind_results_reader *r, lind_arena *arena, const char *path, const char *group) {
  *r = (lind_results_reader){.arena = arena, .path = path, .group = group, .file = H5I_INVALID_HID, .table = H5I_INVALID_HID};
  LIND_CHECK(lind_disk_exists(path), LIND_ERR_FILE, "%s cannot be read: there is no such file", path);
  LIND_TRY(lind_h5_open(path, &r->file));
  if (!exists(r->file, group, H5O_TYPE_GROUP)) return absent(arena, r->file, path, "table", H5O_TYPE_GROUP, group);
  r->table = H5Gopen2(r->file, group, H5P_DEFAULT);
  H5G_info_t info;
  LIND_H5(r->table, path, "read");
  LIND_H5(H5Gget_info(r->table, &info), path, "read");
  LIND_TAKE(r->datasets, arena, info.nlinks);
  LIND_TAKE(r->fields, arena, info.nlinks);
  for (hsize_t i = 0; i < info.nlinks; i++) r->datasets[i] = H5I_INVALID_HID;
  for (hsize_t i = 0; i < info.nlinks; i++) {
    bool is_column = false;
    LIND_TRY(column_open(r, i, &is_column));
    r->n_fields += is_column;
  }
  return LIND_OK;
}

void lind_results_reader_release(lind_results_reader *r) {
  if (r->file >= 0) (void)H5Fclose(r->file); /* strong: everything in it closes, too */
  r->file = H5I_INVALID_HID;
}

lind_err lind_results_reader_piece(lind_results_reader *r, int column, size_t first, size_t n, double *values) {
  if (n == 0) return LIND_OK;
  const hid_t dataset = r->datasets[column];
  const hsize_t start = first, count = n;
  LIND_H5_OWN from = H5Dget_space(dataset);
  LIND_H5_OWN to = H5Screate_simple(1, &count, NULL);
  LIND_H5(to, r->path, "read");
  LIND_H5(H5Sselect_hyperslab(from, H5S_SELECT_SET, &start, NULL, &count, NULL), r->path, "read");
  if (r->fields[column].kind == LIND_FIELD_REAL) {
    LIND_H5(H5Dread(dataset, H5T_NATIVE_DOUBLE, to, from, H5P_DEFAULT, values), r->path, "read");
    return LIND_OK;
  }
  int64_t *integers;
  const lind_arena_place place = lind_arena_mark(r->arena);
  LIND_TAKE(integers, r->arena, n);
  LIND_H5(H5Dread(dataset, H5T_NATIVE_INT64, to, from, H5P_DEFAULT, integers), r->path, "read");
  const int64_t missing = r->fields[column].kind == LIND_FIELD_COUNT ? INT64_MIN : LIND_RESULTS_CODE_MISSING;
  for (size_t i = 0; i < n; i++) values[i] = integers[i] == missing ? (double)NAN : (double)integers[i];
  lind_arena_rewind(r->arena, place);
  return LIND_OK;
}

/* ---- a whole table, and a text
 * ------------------------------------------------------------------------------------------------------------- */

typedef struct owned { /* what a view really is */
  lind_results_view view;
  lind_arena *arena;
} owned;

static lind_err view_fill(lind_results_reader *r, size_t from, size_t most, lind_results_view *view) {
  const size_t begin = from < r->n_rows ? from : r->n_rows, rows = r->n_rows - begin < most ? r->n_rows - begin : most;
  LIND_TAKE(view->data, r->arena, r->n_fields);
  for (int i = 0; i < r->n_fields; i++) {
    LIND_TAKE(view->data[i], r->arena, rows);
    for (size_t first = 0; first < rows; first += LIND_RESULTS_PIECE) {
      const size_t n = rows - first < LIND_RESULTS_PIECE ? rows - first : LIND_RESULTS_PIECE;
      LIND_TRY(lind_results_reader_piece(r, i, begin + first, n, view->data[i] + first));
    }
  }
  view->n_fields = r->n_fields;
  view->n_rows = rows;
  view->fields = r->fields;
  return LIND_OK;
}

lind_err lind_results_read(const char *path, const char *group, lind_results_view **view) {
  return lind_results_read_rows(path, group, 0, SIZE_MAX, view);
}

lind_err lind_results_read_rows(const char *path, const char *group, size_t first, size_t n, lind_results_view **view) {
  owned *made = calloc(1, sizeof *made);
  LIND_CHECK(made != NULL, LIND_ERR_MEMORY, "no memory to read %s", path);
  lind_results_view *borrowed = &made->view;
  lind_err err = lind_arena_create(&made->arena);
  if (err == LIND_OK) {
    lind_results_reader reader;
    lind_h5_enter();
    err = lind_results_reader_init(&reader, made->arena, path, group);
    if (err == LIND_OK) err = view_fill(&reader, first, n, borrowed);
    lind_results_reader_release(&reader);
    lind_h5_leave();
  }
  if (err != LIND_OK)
    lind_results_view_destroy(&borrowed);
  else
    *view = borrowed;
  return err;
}

void lind_results_view_destroy(lind_results_view **view) {
  if (view == NULL || *view == NULL) return;
  owned *made = (owned *)*view;
  lind_arena_destroy(&made->arena);
  free(made);
  *view = NULL;
}

static lind_err text_read(hid_t file, lind_arena *arena, const char *path, const char *dataset, char **text) {
  if (!exists(file, dataset, H5O_TYPE_DATASET)) return absent(arena, file, path, "text", H5O_TYPE_DATASET, dataset);
  LIND_H5_OWN opened = H5Dopen2(file, dataset, H5P_DEFAULT);
  LIND_H5(opened, path, "read");
  LIND_H5_OWN type = H5Dget_type(opened);
  LIND_H5_OWN space = H5Dget_space(opened);
  LIND_CHECK(H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 && H5Sget_simple_extent_npoints(space) == 1,
             LIND_ERR_INPUT, "%s in %s is not a text", dataset, path);
  const size_t n = H5Tget_size(type);
  char *read = calloc(n + 1, 1);
  LIND_CHECK(read != NULL, LIND_ERR_MEMORY, "no memory for the %zu bytes of %s", n, dataset);
  if (H5Dread(opened, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, read) < 0) {
    free(read);
    return lind_h5_fail(__FILE__, __LINE__, path, "read");
  }
  *text = read;
  return LIND_OK;
}

static lind_err text_open(lind_arena *arena, const char *path, const char *dataset, char **text) {
  LIND_CHECK(lind_disk_exists(path), LIND_ERR_FILE, "%s cannot be read: there is no such file", path);
  hid_t file;
  LIND_TRY(lind_h5_open(path, &file));
  const lind_err err = text_read(file, arena, path, dataset, text);
  (void)H5Fclose(file);
  return err;
}

lind_err lind_results_read_text(const char *path, const char *dataset, char **text) {
  lind_arena *arena = NULL;
  LIND_TRY(lind_arena_create(&arena));
  lind_h5_enter();
  const lind_err err = text_open(arena, path, dataset, text);
  lind_h5_leave();
  lind_arena_destroy(&arena);
  return err;
}

/* ---- some rows
 * -------------------------------------------------------------------------------------------------------------------------------
 */

/* The first row that is not before `key`, or, where `behind`, that is behind it. */
static lind_err bound(lind_results_reader *r, const double key[2], bool behind, size_t *row) {
  size_t low = 0, high = r->n_rows;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    double at[2];
    for (int k = 0; k < 2; k++) LIND_TRY(lind_results_reader_piece(r, k, middle, 1, &at[k]));
    const bool is_before = at[0] < key[0] || (at[0] == key[0] && (at[1] < key[1] || (behind && at[1] == key[1])));
    if (is_before)
      low = middle + 1;
    else
      high = middle;
  }
  *row = low;
  return LIND_OK;
}

lind_err lind_results_find(const char *path, const char *group, const double key[2], size_t *first, size_t *n) {
  lind_arena *arena = NULL;
  lind_results_reader reader;
  size_t begin = 0, end = 0;
  LIND_TRY(lind_arena_create(&arena));
  lind_h5_enter();
  lind_err err = lind_results_reader_init(&reader, arena, path, group);
  if (err == LIND_OK && reader.n_fields < 2)
    err = lind_error_fail(LIND_ERR_INPUT, __FILE__, __LINE__, "table %s of %s has not two columns to find a row by", group, path);
  if (err == LIND_OK) err = bound(&reader, key, false, &begin);
  if (err == LIND_OK) err = bound(&reader, key, true, &end);
  lind_results_reader_release(&reader);
  lind_h5_leave();
  lind_arena_destroy(&arena);
  LIND_TRY(err);
  *first = begin;
  *n = end - begin;
  return LIND_OK;
}
