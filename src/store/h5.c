#include "h5.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { DRAFT_STEP = 4 << 20 }; /* a draft grows so much at a time */

/* The one mutable object of this folder: it guards a library that is itself one per process. */
static pthread_mutex_t library = PTHREAD_MUTEX_INITIALIZER;

void lind_h5_enter(void) {
  (void)pthread_mutex_lock(&library);
  (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* we say it in a sentence */
  (void)H5Eclear2(H5E_DEFAULT);
}

void lind_h5_leave(void) { (void)pthread_mutex_unlock(&library); }

typedef struct reason {
  char *buffer;
  size_t size;
} reason;

static herr_t reason_visit(unsigned n, const H5E_error2_t *error, void *data) {
  const reason *to = data;
  const char *words = error->desc != NULL ? error->desc : "", *number = strstr(words, "errno = ");
  int known = 0;
  if (number != NULL && sscanf(number, "errno = %d", &known) == 1 && known > 0) words = lind_error_reason(known);
  if (n == 0) (void)snprintf(to->buffer, to->size, "%s", words);
  return 0;
}

const char *lind_h5_reason(char *buffer, size_t size) {
  reason to = {buffer, size};
  (void)snprintf(buffer, size, "no reason given");
  (void)H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, reason_visit, &to);
  return buffer;
}

void lind_h5_drop(hid_t *id) {
  if (*id >= 0) (void)H5Idec_ref(*id);
  *id = H5I_INVALID_HID;
}

lind_err lind_h5_fail(const char *source, int line, const char *path, const char *what) {
  char buffer[512];
  return lind_error_fail(LIND_ERR_FILE, source, line, "%s cannot be %s: %s", path, what, lind_h5_reason(buffer, sizeof buffer));
}

/* HDF5's own locks are off: they fail on some cluster file systems, and segments are immutable while segments/lock keeps writers
 * apart. */
static hid_t access_list(void) {
  const hid_t list = H5Pcreate(H5P_FILE_ACCESS);
  if (list < 0 || H5Pset_libver_bounds(list, H5F_LIBVER_V18, H5F_LIBVER_V18) < 0 || H5Pset_file_locking(list, 0, 1) < 0 ||
      H5Pset_fclose_degree(list, H5F_CLOSE_STRONG) < 0)
    return H5I_INVALID_HID;
  return list;
}

static hid_t timeless(hid_t kind) {
  const hid_t list = H5Pcreate(kind);
  return list < 0 || H5Pset_obj_track_times(list, 0) < 0 ? H5I_INVALID_HID : list;
}

static lind_err file_create(const char *path, hsize_t userblock, hid_t access, hid_t *file) {
  LIND_H5_OWN creation = timeless(H5P_FILE_CREATE);
  LIND_H5(creation, path, "written");
  LIND_H5(H5Pset_userblock(creation, userblock), path, "written");
  LIND_H5(H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), path, "written");
  const hid_t opened = H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
  LIND_H5(opened, path, "written");
  *file = opened;
  return LIND_OK;
}

lind_err lind_h5_create(const char *path, hsize_t userblock, hid_t *file) {
  LIND_H5_OWN access = access_list();
  LIND_H5(access, path, "written");
  return file_create(path, userblock, access, file);
}

lind_err lind_h5_draft(const char *path, hsize_t userblock, hid_t *file) {
  LIND_H5_OWN access = access_list();
  LIND_H5(access, path, "written");
  LIND_H5(H5Pset_fapl_core(access, DRAFT_STEP, 0), path, "written");
  return file_create(path, userblock, access, file);
}

lind_err lind_h5_draft_bytes(hid_t file, hsize_t userblock, const char *path, unsigned char **bytes, size_t *n) {
  void *memory = NULL;
  LIND_H5(H5Fflush(file, H5F_SCOPE_LOCAL), path, "written");
  const ssize_t size = H5Fget_file_image(file, NULL, 0); /* of what is used; memory is taken in steps */
  LIND_H5(size, path, "written");
  LIND_H5(H5Fget_vfd_handle(file, H5P_DEFAULT, &memory), path, "written");
  *bytes = *(unsigned char **)memory;
  *n = (size_t)(userblock + (hsize_t)size);
  return LIND_OK;
}

/* The file's descriptor becomes one of memory, where limits on the size of files hold, too. */
void lind_h5_divert(hid_t file) {
  void *descriptor = NULL;
  const int nowhere = memfd_create("lind", MFD_CLOEXEC);
  if (nowhere >= 0 && H5Fget_vfd_handle(file, H5P_DEFAULT, &descriptor) >= 0) (void)dup2(nowhere, *(int *)descriptor);
  if (nowhere >= 0) (void)close(nowhere);
}

static void close_nowhere(hid_t file) {
  struct rlimit limit, none;
  lind_h5_divert(file);
  const bool is_limited = getrlimit(RLIMIT_FSIZE, &limit) == 0;
  none = limit;
  none.rlim_cur = none.rlim_max;
  if (is_limited) (void)setrlimit(RLIMIT_FSIZE, &none);
  (void)H5Fclose(file);
  if (is_limited) (void)setrlimit(RLIMIT_FSIZE, &limit);
}

lind_err lind_h5_close(hid_t *file, bool keep, const char *path) {
  lind_err err = LIND_OK;
  if (*file < 0) return LIND_OK;
  if (keep && H5Fflush(*file, H5F_SCOPE_LOCAL) < 0) err = lind_h5_fail(__FILE__, __LINE__, path, "written");
  if (!keep || err != LIND_OK)
    close_nowhere(*file);
  else if (H5Fclose(*file) < 0)
    err = lind_h5_fail(__FILE__, __LINE__, path, "written");
  *file = H5I_INVALID_HID;
  return err;
}

lind_err lind_h5_open(const char *path, hid_t *file) {
  LIND_H5_OWN access = access_list();
  LIND_H5(access, path, "read");
  const hid_t opened = H5Fopen(path, H5F_ACC_RDONLY, access);
  LIND_H5(opened, path, "read");
  *file = opened;
  return LIND_OK;
}

hid_t lind_h5_group_list(void) {
  const hid_t list = timeless(H5P_GROUP_CREATE);
  if (list >= 0 && H5Pset_link_creation_order(list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED) < 0) return H5I_INVALID_HID;
  return list;
}

hid_t lind_h5_dataset_list(void) { return timeless(H5P_DATASET_CREATE); }

static hid_t text_type(size_t size) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  if (type < 0 || H5Tset_size(type, size > 0 ? size : 1) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0 ||
      H5Tset_strpad(type, H5T_STR_NULLPAD) < 0)
    return H5I_INVALID_HID;
  return type;
}

static lind_err words_write(hid_t object, const char *name, const char *const *words, int n, hid_t space, lind_arena *arena,
                            const char *path) {
  size_t size = 1;
  for (int i = 0; i < n; i++) size = words[i] != NULL && strlen(words[i]) > size ? strlen(words[i]) : size;
  char *packed;
  LIND_TAKE(packed, arena, (size_t)n * size);
  for (int i = 0; i < n; i++)
    if (words[i] != NULL) memcpy(packed + (size_t)i * size, words[i], strlen(words[i]));
  LIND_H5_OWN type = text_type(size);
  LIND_H5(type, path, "written");
  LIND_H5_OWN attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  LIND_H5(attribute, path, "written");
  LIND_H5(H5Awrite(attribute, type, packed), path, "written");
  return LIND_OK;
}

static lind_err words_write_in(hid_t object, const char *name, const char *const *words, int n, hid_t space, const char *path) {
  LIND_H5(space, path, "written");
  lind_arena *arena = NULL;
  LIND_TRY(lind_arena_create(&arena));
  const lind_err err = words_write(object, name, words, n, space, arena, path);
  lind_arena_destroy(&arena);
  return err;
}

lind_err lind_h5_words_write(hid_t object, const char *name, const char *const *words, int n, const char *path) {
  const hsize_t extent = (hsize_t)n;
  LIND_H5_OWN space = H5Screate_simple(1, &extent, NULL);
  return words_write_in(object, name, words, n, space, path);
}

lind_err lind_h5_word_write(hid_t object, const char *name, const char *word, const char *path) {
  LIND_H5_OWN space = H5Screate(H5S_SCALAR);
  return words_write_in(object, name, &word, 1, space, path);
}

lind_err lind_h5_words_read(hid_t object, const char *name, lind_arena *arena, const char *path, const char *const **words,
                            int *n) {
  *n = 0;
  const htri_t there = H5Aexists(object, name);
  LIND_H5(there, path, "read");
  if (!there) return LIND_OK;
  LIND_H5_OWN attribute = H5Aopen(object, name, H5P_DEFAULT);
  LIND_H5(attribute, path, "read");
  LIND_H5_OWN space = H5Aget_space(attribute);
  LIND_H5_OWN stored = H5Aget_type(attribute);
  LIND_H5(stored, path, "read");
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  LIND_H5(count, path, "read");
  const size_t size = H5Tget_size(stored);
  LIND_CHECK(H5Tget_class(stored) == H5T_STRING && H5Tis_variable_str(stored) == 0 && size > 0, LIND_ERR_FILE,
             "%s cannot be read: its attribute %s is not text of a fixed length", path, name);
  char *packed, **list;
  LIND_TAKE(packed, arena, (size_t)count * size);
  LIND_TAKE(list, arena, (size_t)count);
  LIND_H5(H5Aread(attribute, stored, packed), path, "read");
  for (hssize_t i = 0; i < count; i++) {
    list[i] = lind_arena_format(arena, "%.*s", (int)size, packed + (size_t)i * size);
    LIND_CHECK(list[i] != NULL, LIND_ERR_MEMORY, "no memory for the attribute %s of %s", name, path);
  }
  *words = (const char *const *)list;
  *n = (int)count;
  return LIND_OK;
}

lind_err lind_h5_word_read(hid_t object, const char *name, lind_arena *arena, const char *path, const char **word) {
  const char *const *words = NULL;
  int n = 0;
  LIND_TRY(lind_h5_words_read(object, name, arena, path, &words, &n));
  *word = n > 0 ? words[0] : "";
  return LIND_OK;
}
