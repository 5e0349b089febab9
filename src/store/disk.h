/* disk.h -- files that are there whole or not at all. Everything is synced before it gets its name. Depends on: error.h. */
#ifndef LIND_STORE_DISK_H
#define LIND_STORE_DISK_H

#include <stdbool.h>
#include <stddef.h>

#include "lind/digest.h"
#include "lind/error.h"

enum { LIND_DISK_PATH = 4096 };

/* "a/b" into buffer of LIND_DISK_PATH; fails where it does not fit. */
lind_err lind_disk_join(const char *directory, const char *name, char *path) LIND_MUST_CHECK;
/* Make the directory and those above it; "DIR is not writable: reason" otherwise. */
lind_err lind_disk_make(const char *directory) LIND_MUST_CHECK;
/* "PATH cannot be read: reason", by errno: LIND_ERR_DAMAGED where the disk itself has lost it (EIO), else LIND_ERR_FILE. */
lind_err lind_disk_unread(const char *path, int reason);
bool lind_disk_exists(const char *path); /* no: nothing bears that name; yes also where that cannot be seen */
/* Sync the file `from`, rename it to `to` in the same directory, sync the directory. */
lind_err lind_disk_publish(const char *from, const char *to) LIND_MUST_CHECK;
/* Names that have been made in the directory, by link(2) for example, are there after a crash, too. */
lind_err lind_disk_sync(const char *directory) LIND_MUST_CHECK;
/* Write n bytes to path.tmp and publish it. */
lind_err lind_disk_write(const char *path, const void *bytes, size_t n) LIND_MUST_CHECK;
/* The digest of a file's bytes from `offset` on. */
lind_err lind_disk_digest(const char *path, size_t offset, lind_digest *digest) LIND_MUST_CHECK;

/* The same of n bytes in memory. */
lind_digest lind_disk_digest_bytes(const void *bytes, size_t n);

/* Call visit with every name in the directory but . and .., in no order; an absent directory is an empty one. */
typedef lind_err (*lind_disk_visit)(void *context, const char *name);
lind_err lind_disk_list(const char *directory, lind_disk_visit visit, void *context) LIND_MUST_CHECK;

#endif
