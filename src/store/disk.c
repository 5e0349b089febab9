#include "disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 20 }; /* part of the digest's definition: lind_digest_add depends on the split */

lind_err lind_disk_join(const char *directory, const char *name, char *path) {
  const int n = snprintf(path, LIND_DISK_PATH, "%s/%s", directory, name);
  LIND_CHECK(n > 0 && n < LIND_DISK_PATH, LIND_ERR_FILE, "%.64s... is too long a path; at most %d bytes are allowed", directory,
             LIND_DISK_PATH - 1);
  return LIND_OK;
}

lind_err lind_disk_unread(const char *path, int reason) {
  return lind_error_fail(reason == EIO ? LIND_ERR_DAMAGED : LIND_ERR_FILE, __FILE__, __LINE__, "%s cannot be read: %s", path,
                         strerror(reason));
}

bool lind_disk_exists(const char *path) {
  struct stat about;
  return lstat(path, &about) == 0 || (errno != ENOENT && errno != ENOTDIR && errno != ESTALE);
}

lind_err lind_disk_make(const char *directory) {
  char path[LIND_DISK_PATH];
  const size_t n = strlen(directory);
  LIND_CHECK(n > 0 && n < sizeof path, LIND_ERR_FILE, "'%.64s' is not a directory's name", directory);
  memcpy(path, directory, n + 1);
  for (size_t i = 1; i <= n; i++) {
    if (path[i] != '/' && path[i] != '\0') continue;
    const char kept = path[i];
    path[i] = '\0';
    const bool made = mkdir(path, 0777) == 0 || errno == EEXIST || (kept == '/' && lind_disk_exists(path));
    LIND_CHECK(made, LIND_ERR_FILE, "%s is not writable: %s", directory, lind_error_reason(errno));
    path[i] = kept;
  }
  struct stat about;
  LIND_CHECK(stat(directory, &about) == 0, LIND_ERR_FILE, "%s is not writable: %s", directory, lind_error_reason(errno));
  LIND_CHECK(S_ISDIR(about.st_mode), LIND_ERR_FILE, "%s is not writable: it is a file, not a directory", directory);
  return LIND_OK;
}

static lind_err sync_path(const char *path, int flags) {
  const int fd = open(path, flags | O_CLOEXEC);
  LIND_CHECK(fd >= 0, LIND_ERR_FILE, "%s cannot be opened: %s", path, lind_error_reason(errno));
  const int failed = fsync(fd), reason = errno;
  (void)close(fd);
  /* some network file systems cannot sync a directory and say so with EINVAL; a file must sync */
  LIND_CHECK(failed == 0 || ((flags & O_DIRECTORY) != 0 && reason == EINVAL), LIND_ERR_FILE, "%s cannot be synced to disk: %s",
             path, lind_error_reason(reason));
  return LIND_OK;
}

static lind_err sync_parent(const char *path) {
  char parent[LIND_DISK_PATH];
  const char *slash = strrchr(path, '/');
  const size_t n = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
  LIND_CHECK(n < sizeof parent, LIND_ERR_FILE, "%.64s... is too long a path", path);
  memcpy(parent, path, n);
  parent[n] = '\0';
  return sync_path(n == 0 ? "." : parent, O_RDONLY | O_DIRECTORY);
}

lind_err lind_disk_sync(const char *directory) { return sync_path(directory, O_RDONLY | O_DIRECTORY); }

lind_err lind_disk_publish(const char *from, const char *to) {
  LIND_TRY(sync_path(from, O_RDONLY));
  LIND_CHECK(rename(from, to) == 0, LIND_ERR_FILE, "%s cannot be renamed to %s: %s", from, to, lind_error_reason(errno));
  LIND_TRY(sync_parent(to));
  return LIND_OK;
}

/* What was written to `temporary` gets its name, or goes. */
static lind_err finish_write(FILE *file, bool good, const char *temporary, const char *path) {
  int reason = good ? 0 : errno;
  if (fclose(file) != 0 && good) {
    good = false;
    reason = errno;
  }
  const lind_err err =
      good ? lind_disk_publish(temporary, path)
           : lind_error_fail(LIND_ERR_FILE, __FILE__, __LINE__, "%s cannot be written: %s", path, lind_error_reason(reason));
  if (err != LIND_OK) (void)unlink(temporary);
  return err;
}

static lind_err begin_write(const char *path, char temporary[LIND_DISK_PATH + 8], FILE **file) {
  LIND_CHECK(strlen(path) < LIND_DISK_PATH, LIND_ERR_FILE, "%.64s... is too long a path", path);
  (void)snprintf(temporary, LIND_DISK_PATH + 8, "%s.tmp", path);
  *file = fopen(temporary, "wbe");
  LIND_CHECK(*file != NULL, LIND_ERR_FILE, "%s cannot be written: %s", path, lind_error_reason(errno));
  return LIND_OK;
}

lind_err lind_disk_write(const char *path, const void *bytes, size_t n) {
  char temporary[LIND_DISK_PATH + 8];
  FILE *file;
  LIND_TRY(begin_write(path, temporary, &file));
  return finish_write(file, fwrite(bytes, 1, n, file) == n, temporary, path);
}

lind_err lind_disk_digest(const char *path, size_t offset, lind_digest *digest) {
  FILE *file = fopen(path, "rbe");
  if (file == NULL) return lind_disk_unread(path, errno);
  char *piece = malloc(PIECE);
  bool good = piece != NULL && fseeko(file, (off_t)offset, SEEK_SET) == 0;
  lind_digest sum = {0, 0};
  for (size_t n = PIECE; good && n == PIECE;) {
    n = fread(piece, 1, PIECE, file);
    good = !ferror(file);
    sum = lind_digest_add(sum, piece, n);
  }
  const int reason = errno;
  free(piece);
  (void)fclose(file);
  if (!good) return lind_disk_unread(path, reason);
  *digest = sum;
  return LIND_OK;
}

lind_digest lind_disk_digest_bytes(const void *bytes, size_t n) {
  lind_digest sum = {0, 0};
  const char *at = bytes;
  for (size_t piece = PIECE; piece == PIECE; at += piece, n -= piece) {
    piece = n < PIECE ? n : PIECE;
    sum = lind_digest_add(sum, at, piece);
  }
  return sum;
}

lind_err lind_disk_list(const char *directory, lind_disk_visit visit, void *context) {
  DIR *opened = opendir(directory);
  if (opened == NULL && errno == ENOENT) return LIND_OK;
  LIND_CHECK(opened != NULL, LIND_ERR_FILE, "%s cannot be read: %s", directory, strerror(errno));
  lind_err err = LIND_OK;
  struct dirent *entry = NULL;
  while (err == LIND_OK && (errno = 0, entry = readdir(opened)) != NULL) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    err = visit(context, entry->d_name);
  }
  if (err == LIND_OK && errno != 0)
    err = lind_error_fail(LIND_ERR_FILE, __FILE__, __LINE__, "%s cannot be read: %s", directory, strerror(errno));
  (void)closedir(opened);
  return err;
}
