/* adopt.c -- the segments of another directory of the same plan become this one's, too. The other directory is only read. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "disk.h"
#include "folder.h"

typedef struct adoption {
  lind_folder *into;
  const char *from; /* directory */
} adoption;

/* The same file under a second name, or its bytes again where file systems or their rules do not allow that. */
static lind_err bytes_copy(const char *from, const char *to) {
  char temporary[LIND_DISK_PATH + 8], bytes[1 << 16];
  (void)snprintf(temporary, sizeof temporary, "%s.tmp", to);
  FILE *in = fopen(from, "rbe"), *out = in != NULL ? fopen(temporary, "wbe") : NULL;
  int reason = in == NULL || out == NULL ? errno : 0;
  for (size_t n; reason == 0 && (n = fread(bytes, 1, sizeof bytes, in)) > 0;)
    if (fwrite(bytes, 1, n, out) != n) reason = errno;
  if (in != NULL && reason == 0 && ferror(in)) reason = EIO;
  if (in != NULL) (void)fclose(in);
  if (out != NULL && fclose(out) != 0 && reason == 0) reason = errno;
  if (reason != 0) (void)unlink(temporary);
  LIND_CHECK(reason == 0, LIND_ERR_FILE, "%s cannot be copied to %s: %s", from, to, lind_error_reason(reason));
  LIND_TRY(lind_segment_check(temporary)); /* what arrived is what was there */
  return lind_disk_publish(temporary, to);
}

static bool is_new(const lind_folder *folder, const lind_segment *heads) {
  lind_catalogue there = {0};
  bool fresh = lind_segment_list(heads, folder->study, 0, 0, &there) != LIND_OK;
  for (size_t i = 0; i < there.n; i++)
    fresh |= !lind_catalogue_has(&folder->known, there.entries[i].stage, there.entries[i].block);
  lind_catalogue_release(&there);
  return fresh;
}

static lind_err visit(void *context, const char *name) {
  const adoption *a = context;
  char inside[256], from[LIND_DISK_PATH], to[LIND_DISK_PATH];
  int rank, length = 0;
  unsigned sequence;
  if (sscanf(name, "%d-%u.h5%n", &rank, &sequence, &length) != 2 || length == 0 || name[length] != '\0') return LIND_OK;
  (void)snprintf(inside, sizeof inside, "segments/%.200s", name);
  LIND_TRY(lind_disk_join(a->from, inside, from));
  LIND_TRY(lind_segment_check(from));
  lind_segment heads = {0};
  const lind_err err = lind_segment_read_heads(from, a->into->study->world, &heads);
  const bool wanted = err == LIND_OK && is_new(a->into, &heads);
  lind_segment_release(&heads);
  LIND_TRY(err);
  if (!wanted) return LIND_OK;
  (void)snprintf(inside, sizeof inside, "segments/%d-%u.h5", a->into->rank, a->into->sequence++);
  LIND_TRY(lind_disk_join(a->into->directory, inside, to));
  return linkat(AT_FDCWD, from, AT_FDCWD, to, AT_SYMLINK_FOLLOW) == 0 ? LIND_OK : bytes_copy(from, to);
}

/* A directory that is being written changes under our hands. */
static lind_err watch(const char *directory, int *lock) {
  char path[LIND_DISK_PATH];
  LIND_TRY(lind_disk_join(directory, "segments/lock", path));
  *lock = open(path, O_RDONLY | O_CLOEXEC);
  LIND_CHECK(*lock < 0 || flock(*lock, LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK, LIND_ERR_INPUT,
             "%s is being written; wait until its run has ended", directory);
  return LIND_OK;
}

lind_err lind_folder_adopt(lind_folder *folder, const char *from) {
  char segments[LIND_DISK_PATH];
  adoption a = {folder, from};
  int lock = -1;
  LIND_TRY(lind_disk_join(from, "segments", segments));
  lind_err err = watch(from, &lock);
  if (err == LIND_OK) err = lind_disk_list(segments, visit, &a);
  if (lock >= 0) (void)close(lock);
  LIND_TRY(err);
  LIND_TRY(lind_disk_join(folder->directory, "segments", segments));
  return lind_disk_sync(segments);
}
