#include "claim.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "disk.h"
#include "extent.h"

static const char *const fields[] = {"plan", "cpu_class", "lind"};

/* How far it goes: an object a stage. */
static lind_err stages_read(const json_t *list, const char *path, lind_arena *arena, lind_store_study *study) {
  lind_store_stage *stages;
  const size_t n = json_array_size(list);
  LIND_CHECK(json_is_array(list) && n <= 4096, LIND_ERR_FILE, "%s has no list under \"stages\"", path);
  LIND_TAKE(stages, arena, n + 1);
  for (size_t s = 0; s < n; s++) {
    json_int_t patients, replicates, whole, seats, stored;
    const int failed = json_unpack(json_array_get(list, s), "{s:I, s:I, s:I, s:I, s:I}", "patients", &patients, "replicates",
                                   &replicates, "block_replicates", &whole, "block_seats", &seats, "stored", &stored);
    LIND_CHECK(failed == 0 && patients > 0 && replicates > 0 && whole >= 0 && seats > 0 && stored >= 0, LIND_ERR_FILE,
               "%s does not say how many patients and replicates stage %zu has", path, s);
    stages[s] = (lind_store_stage){.patients = (uint64_t)patients,
                                   .replicates = (uint64_t)replicates,
                                   .block_replicates = (uint64_t)whole,
                                   .block_seats = (uint64_t)seats,
                                   .stored = (uint64_t)stored};
  }
  study->n_stages = (int)n;
  study->stages = stages;
  return LIND_OK;
}

lind_err lind_claim_read(const char *directory, lind_arena *arena, lind_claim *claim) {
  char path[LIND_DISK_PATH];
  LIND_TRY(lind_disk_join(directory, "plan.json", path));
  LIND_CHECK(lind_disk_exists(path), LIND_ERR_PLAN, "%s is not a run directory of lind: it has no plan.json", directory);
  json_error_t fault;
  json_t *root = json_load_file(path, 0, &fault);
  LIND_CHECK(root != NULL || fault.line > 0, LIND_ERR_FILE, "plan.json cannot be read: %s", fault.text);
  LIND_CHECK(root != NULL, LIND_ERR_FILE, "%s:%d:%d: %s", path, fault.line, fault.column, fault.text);
  const char *texts[3] = {NULL, NULL, NULL};
  for (int i = 0; i < 3; i++) texts[i] = lind_arena_text(arena, json_string_value(json_object_get(root, fields[i])));
  lind_claim made = {.study = {.world = texts[0], .cpu_class = texts[1]}, .version = texts[2]};
  const lind_err err = stages_read(json_object_get(root, "stages"), path, arena, &made.study);
  json_decref(root);
  for (int i = 0; i < 3; i++) LIND_CHECK(texts[i] != NULL, LIND_ERR_FILE, "%s has no text under \"%s\"", path, fields[i]);
  LIND_TRY(err);
  *claim = made;
  return LIND_OK;
}

static lind_err claim_write(const char *directory, const lind_claim *claim) {
  char path[LIND_DISK_PATH];
  LIND_TRY(lind_disk_join(directory, "plan.json", path));
  const lind_store_study *study = &claim->study;
  json_t *stages = json_array();
  for (int s = 0; s < study->n_stages; s++) {
    const lind_store_stage *stage = &study->stages[s];
    json_array_append_new(
        stages, json_pack("{s:I, s:I, s:I, s:I, s:I}", "patients", (json_int_t)stage->patients, "replicates",
                          (json_int_t)stage->replicates, "block_replicates", (json_int_t)stage->block_replicates, "block_seats",
                          (json_int_t)stage->block_seats, "stored", (json_int_t)stage->stored));
  }
  json_t *root = json_pack("{s:s, s:s, s:s, s:o}", fields[0], study->world, fields[1], study->cpu_class, fields[2],
                           claim->version, "stages", stages);
  LIND_CHECK(root != NULL, LIND_ERR_INPUT, "the plan's hash '%.64s' and the CPU class '%.64s' must be UTF-8", study->world,
             study->cpu_class);
  char *text = json_dumps(root, JSON_INDENT(2));
  json_decref(root);
  LIND_CHECK(text != NULL, LIND_ERR_MEMORY, "no memory for %s", path);
  const lind_err err = lind_disk_write(path, text, strlen(text));
  free(text);
  LIND_TRY(err);
  return LIND_OK;
}

/* A directory that was killed between mkdir and plan.json holds segments/lock and perhaps plan.json.tmp, and nothing else. */
static lind_err visit_segments(void *context, const char *name) {
  int *foreign = context;
  *foreign |= strcmp(name, "lock") != 0;
  return LIND_OK;
}

static lind_err visit_directory(void *context, const char *name) {
  int *foreign = context;
  *foreign |= strcmp(name, "segments") != 0 && strcmp(name, "plan.json.tmp") != 0;
  return LIND_OK;
}

static lind_err compare(const char *directory, const lind_claim *made, const lind_claim *claim) {
  LIND_CHECK(strcmp(made->study.world, claim->study.world) == 0, LIND_ERR_PLAN,
             "%s belongs to another plan (hash %.12s, this one %.12s); choose another --out or delete it", directory,
             made->study.world, claim->study.world);
  LIND_CHECK(strcmp(made->study.cpu_class, claim->study.cpu_class) == 0, LIND_ERR_PLAN,
             "%s was begun on CPU class '%s' and this is '%s', so numbers could differ in their last bits; resume on the first "
             "or choose "
             "another --out",
             directory, made->study.cpu_class, claim->study.cpu_class);
  LIND_CHECK(strcmp(made->version, claim->version) == 0, LIND_ERR_PLAN,
             "%s was begun by lind %s and this is %s; resume with the first or choose another --out", directory, made->version,
             claim->version);
  return lind_extent_compare(directory, &made->study, &claim->study);
}

lind_err lind_claim_check(const char *directory, const lind_claim *claim) {
  char path[LIND_DISK_PATH], segments[LIND_DISK_PATH];
  LIND_TRY(lind_disk_join(directory, "plan.json", path));
  LIND_TRY(lind_disk_join(directory, "segments", segments));
  struct stat about;
  if (stat(directory, &about) != 0) {
    LIND_CHECK(errno == ENOENT, LIND_ERR_FILE, "%s is not writable: %s", directory, lind_error_reason(errno));
    return LIND_OK;
  }
  LIND_CHECK(S_ISDIR(about.st_mode), LIND_ERR_INPUT, "%s is not writable: it is a file, not a directory", directory);
  if (!lind_disk_exists(path)) {
    int foreign = 0;
    LIND_TRY(lind_disk_list(directory, visit_directory, &foreign));
    if (!foreign) LIND_TRY(lind_disk_list(segments, visit_segments, &foreign));
    LIND_CHECK(!foreign, LIND_ERR_PLAN, "%s exists and was not made by lind; choose another --out", directory);
    return LIND_OK;
  }
  lind_arena *arena = NULL;
  LIND_TRY(lind_arena_create(&arena));
  lind_claim made;
  lind_err err = lind_claim_read(directory, arena, &made);
  if (err == LIND_OK) err = compare(directory, &made, claim);
  lind_arena_destroy(&arena);
  return err;
}

/* "process 12 on host since 2026-01-31T12:00:00Z" of the one who holds the lock. */
static void holder_read(int fd, char *text, size_t size) {
  const ssize_t n = pread(fd, text, size - 1, 0);
  text[n > 0 ? n : 0] = '\0';
  text[strcspn(text, "\n")] = '\0';
  if (text[0] == '\0') (void)snprintf(text, size, "a process that has not said its name");
}

typedef enum { LOCK_FREE, LOCK_HELD, LOCK_NONE /* the file system has no locks */ } lock_state;

/* flock works between the hosts of NFS; some cluster file systems have it switched off, and know the other kind. */
static lock_state lock_try(int fd) {
  struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) return LOCK_FREE;
  if (errno == EWOULDBLOCK) return LOCK_HELD;
  if (fcntl(fd, F_OFD_SETLK, &whole) == 0) return LOCK_FREE;
  return errno == EAGAIN || errno == EACCES ? LOCK_HELD : LOCK_NONE;
}

static lind_err lock_take(const char *directory, const char *path, int *lock, bool *is_sure) {
  for (;;) {
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    LIND_CHECK(fd >= 0, LIND_ERR_FILE, "%s is not writable: %s", directory, lind_error_reason(errno));
    const lock_state state = lock_try(fd);
    if (state == LOCK_HELD) {
      char holder[160];
      holder_read(fd, holder, sizeof holder);
      (void)close(fd);
      LIND_CHECK(false, LIND_ERR_FILE, "%s is being written by %s; wait for it or choose another --out", directory, holder);
    }
    struct stat held, named; /* the last holder may have removed the name between our open and our lock */
    if (fstat(fd, &held) == 0 && stat(path, &named) == 0 && held.st_ino == named.st_ino && held.st_dev == named.st_dev) {
      *lock = fd;
      *is_sure = state == LOCK_FREE;
      return LIND_OK;
    }
    (void)close(fd);
  }
}

/* Say how far the study goes now; what was said before is part of it. */
static lind_err settle(const char *directory, const char *path, const lind_claim *claim) {
  if (!lind_disk_exists(path)) return claim_write(directory, claim);
  lind_arena *arena = NULL;
  LIND_TRY(lind_arena_create(&arena));
  lind_claim made = {.version = NULL};
  lind_err err = lind_claim_read(directory, arena, &made);
  if (err == LIND_OK && !lind_extent_same(&made.study, &claim->study)) err = claim_write(directory, claim);
  lind_arena_destroy(&arena);
  return err;
}

static lind_err begin(const char *directory, const lind_claim *claim, int lock) {
  char host[64] = "", when[32], path[LIND_DISK_PATH];
  const time_t now = time(NULL);
  struct tm utc;
  (void)gethostname(host, sizeof host - 1);
  (void)strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
  LIND_CHECK(ftruncate(lock, 0) == 0 && dprintf(lock, "process %ld on %s since %s\n", (long)getpid(), host, when) > 0,
             LIND_ERR_FILE, "%s is not writable: %s", directory, lind_error_reason(errno));
  LIND_TRY(lind_claim_check(directory, claim)); /* again: another may have been here before we held the lock */
  LIND_TRY(lind_disk_join(directory, "plan.json", path));
  return settle(directory, path, claim);
}

lind_err lind_claim_take(const char *directory, const lind_claim *claim, int *lock, bool *is_sure) {
  char path[LIND_DISK_PATH];
  LIND_TRY(lind_claim_check(directory, claim));
  LIND_TRY(lind_disk_make(directory));
  LIND_TRY(lind_disk_join(directory, "segments", path));
  LIND_CHECK(mkdir(path, 0777) == 0 || errno == EEXIST, LIND_ERR_FILE, "%s is not writable: %s", directory,
             lind_error_reason(errno));
  LIND_TRY(lind_disk_join(directory, "segments/lock", path));
  int fd = -1;
  LIND_TRY(lock_take(directory, path, &fd, is_sure));
  const lind_err err = begin(directory, claim, fd);
  if (err != LIND_OK) {
    (void)close(fd);
    return err;
  }
  *lock = fd;
  return LIND_OK;
}

void lind_claim_release(const char *directory, int *lock, int finished) {
  if (*lock < 0) return;
  char path[LIND_DISK_PATH];
  if (finished && lind_disk_join(directory, "segments/lock", path) == LIND_OK) {
    (void)unlink(path); /* while we hold it: see lock_take */
    if (lind_disk_join(directory, "segments", path) == LIND_OK) (void)rmdir(path);
  }
  (void)close(*lock);
  *lock = -1;
}
