/* h5.h -- the few things every HDF5 call here needs: the lock, a sentence for a failure, handles that close themselves, and
 * strings.
 *
 * The library is built without thread safety and its state is one per process, so all calls are made between enter and leave.
 * Depends on: error.h, HDF5.
 */
#ifndef LIND_STORE_H5_H
#define LIND_STORE_H5_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>

#include "lind/arena.h"
#include "lind/error.h"

void lind_h5_enter(void); /* not recursive */
void lind_h5_leave(void);

const char *lind_h5_reason(char *buffer, size_t size); /* what went wrong innermost, into buffer */

/* A handle of any kind that is given back when it goes out of scope. */
void lind_h5_drop(hid_t *id);
#define LIND_H5_OWN __attribute__((cleanup(lind_h5_drop))) hid_t

/* `call` is an HDF5 call that answers < 0 on failure; "PATH cannot be WHAT: reason". */
lind_err lind_h5_fail(const char *source, int line, const char *path, const char *what);
#define LIND_H5(call, path, what)                                            \
  do {                                                                       \
    if ((call) < 0) return lind_h5_fail(__FILE__, __LINE__, (path), (what)); \
  } while (0)

/* A file for writing, truncated, without times, `userblock` bytes (0 or 512) left free at its head; and one for reading. */
lind_err lind_h5_create(const char *path, hsize_t userblock, hid_t *file) LIND_MUST_CHECK;
lind_err lind_h5_open(const char *path, hid_t *file) LIND_MUST_CHECK;
/* The same as create, in memory: the disk has no part in it, and `path` is only a name. */
lind_err lind_h5_draft(const char *path, hsize_t userblock, hid_t *file) LIND_MUST_CHECK;
/* Its bytes, the user block among them, which may be filled; they go with the file. */
lind_err lind_h5_draft_bytes(hid_t file, hsize_t userblock, const char *path, unsigned char **bytes, size_t *n) LIND_MUST_CHECK;
/* What is still to be written to a file of create goes nowhere from now on. */
void lind_h5_divert(hid_t file);
/* Close a file of create. HDF5 cannot close one that it cannot write, and crashes at exit for it: when `keep` is false, or the
 * disk is full, what it has still to write goes nowhere. */
lind_err lind_h5_close(hid_t *file, bool keep, const char *path) LIND_MUST_CHECK;

/* Property lists without times, or a negative number. */
hid_t lind_h5_group_list(void); /* links in order of creation */
hid_t lind_h5_dataset_list(void);

/* Strings are UTF-8 of a fixed length, padded with NUL: variable ones live in a heap whose layout is not ours to promise. */
lind_err lind_h5_words_write(hid_t object, const char *name, const char *const *words, int n, const char *path) LIND_MUST_CHECK;
lind_err lind_h5_word_write(hid_t object, const char *name, const char *word, const char *path) LIND_MUST_CHECK; /* NULL is "" */
lind_err lind_h5_words_read(hid_t object, const char *name, lind_arena *arena, const char *path, const char *const **words,
                            int *n) LIND_MUST_CHECK; /* none: n 0 */
lind_err lind_h5_word_read(hid_t object, const char *name, lind_arena *arena, const char *path,
                           const char **word) LIND_MUST_CHECK;

#endif
