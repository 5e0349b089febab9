#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk.h"
#include "pack.h"
#include "segment_head.h"

/* ---- the head: whole or not at all
 * ----------------------------------------------------------------------------------------------------- */

static void head_text(lind_digest digest, char text[LIND_SEGMENT_HEAD_BYTES]) {
  char hex[33];
  memset(text, 0, LIND_SEGMENT_HEAD_BYTES);
  (void)snprintf(text, LIND_SEGMENT_HEAD_BYTES, "lind segment %d\n%s\n", LIND_SEGMENT_FORMAT, lind_digest_text(digest, hex));
}

void lind_segment_seal(unsigned char *file, size_t n) {
  head_text(lind_disk_digest_bytes(file + LIND_SEGMENT_HEAD_BYTES, n - LIND_SEGMENT_HEAD_BYTES), (char *)file);
}

lind_err lind_segment_check(const char *path) {
  char due[LIND_SEGMENT_HEAD_BYTES], found[LIND_SEGMENT_HEAD_BYTES];
  lind_digest digest;
  LIND_TRY(lind_disk_digest(path, LIND_SEGMENT_HEAD_BYTES, &digest));
  head_text(digest, due);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return lind_disk_unread(path, errno);
  const ssize_t n = pread(fd, found, sizeof found, 0);
  const int reason = errno;
  (void)close(fd);
  if (n < 0) return lind_disk_unread(path, reason);
  int format = LIND_SEGMENT_FORMAT;
  found[LIND_SEGMENT_HEAD_BYTES - 1] = '\0';
  if (n == (ssize_t)sizeof found && sscanf(found, "lind segment %3d\n", &format) != 1) format = LIND_SEGMENT_FORMAT;
  LIND_CHECK(format == LIND_SEGMENT_FORMAT, LIND_ERR_DAMAGED,
             "%s is of format %d, of another version of lind; this one reads format %d", path, format, LIND_SEGMENT_FORMAT);
  LIND_CHECK(n == (ssize_t)sizeof found && memcmp(due, found, sizeof due) == 0, LIND_ERR_DAMAGED,
             "%s does not match its checksum", path);
  return LIND_OK;
}

/* ---- records
 * --------------------------------------------------------------------------------------------------------------------------- */

/* HDF5 says where the piles lie, and is closed: an open HDF5 file takes half a MiB, and a walk in block order has many open. */
struct lind_segment_file {
  char path[LIND_DISK_PATH];
  int descriptor;
  off_t start[LIND_SEGMENT_PILES]; /* bytes are as in memory: little-endian, in one run */
  hsize_t n[LIND_SEGMENT_PILES];
};

static lind_err plan_compare(hid_t file, const char *path, const char *plan_hash) {
  lind_arena *arena = NULL;
  LIND_TRY(lind_arena_create(&arena));
  const char *found = "";
  lind_err err = lind_h5_word_read(file, "plan", arena, path, &found);
  if (err == LIND_OK && strcmp(found, plan_hash) != 0)
    err = lind_error_fail(LIND_ERR_DAMAGED, __FILE__, __LINE__, "%s belongs to another plan (hash %.12s, this one %.12s)", path,
                          found, plan_hash);
  lind_arena_destroy(&arena);
  return err;
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a pile is read as it lies");

static lind_err pile_find(lind_segment_file *f, hid_t file, int pile) {
  const int rank_due = pile == LIND_SEGMENT_HEADS ? 2 : 1;
  LIND_H5_OWN dataset = H5Dopen2(file, lind_segment_kinds(pile).name, H5P_DEFAULT);
  LIND_H5(dataset, f->path, "read");
  LIND_H5_OWN space = H5Dget_space(dataset);
  LIND_H5_OWN type = H5Dget_type(dataset);
  hsize_t extent[2] = {0, 0};
  bool good = H5Sget_simple_extent_ndims(space) == rank_due && H5Sget_simple_extent_dims(space, extent, NULL) == rank_due &&
              (rank_due == 1 || extent[1] == LIND_SEGMENT_WORDS) && extent[0] <= UINT32_MAX * (hsize_t)LIND_SEGMENT_WORDS &&
              H5Tequal(type, lind_segment_kinds(pile).stored) > 0;
  const haddr_t start = good && extent[0] > 0 ? H5Dget_offset(dataset) : 0; /* undefined unless it is in one run */
  good = good && start <= INT64_MAX / 2;
  LIND_CHECK(good, LIND_ERR_DAMAGED, "%s cannot be read: /%s does not have the shape of a segment", f->path,
             lind_segment_kinds(pile).name);
  f->n[pile] = extent[0];
  f->start[pile] = (off_t)start;
  return LIND_OK;
}

static lind_err piles_find(lind_segment_file *f, const char *plan_hash) {
  hid_t file;
  LIND_TRY(lind_h5_open(f->path, &file));
  lind_err err = plan_compare(file, f->path, plan_hash);
  for (int pile = 0; pile < LIND_SEGMENT_PILES && err == LIND_OK; pile++) err = pile_find(f, file, pile);
  (void)H5Fclose(file);
  return err;
}

/* HDF5 does not say why it cannot read a file: the file is at fault, unless this process has no descriptor left. */
static lind_err blame(lind_err err, int descriptor) {
  const int another = err == LIND_ERR_FILE ? dup(descriptor) : -1;
  if (another < 0) return err;
  (void)close(another);
  return LIND_ERR_DAMAGED;
}

lind_err lind_segment_open(const char *path, const char *plan_hash, lind_segment_file **file) {
  lind_segment_file *f = calloc(1, sizeof *f);
  LIND_CHECK(f != NULL, LIND_ERR_MEMORY, "no memory to open %s", path);
  (void)snprintf(f->path, sizeof f->path, "%s", path);
  f->descriptor = open(path, O_RDONLY | O_CLOEXEC);
  const int reason = errno;
  lind_err err = LIND_OK;
  if (f->descriptor < 0) {
    err = lind_disk_unread(path, reason);
  } else {
    lind_h5_enter();
    err = piles_find(f, plan_hash);
    lind_h5_leave();
    err = blame(err, f->descriptor);
  }
  if (err != LIND_OK)
    lind_segment_close(&f);
  else
    *file = f;
  return err;
}

void lind_segment_close(lind_segment_file **file) {
  if (file == NULL || *file == NULL) return;
  if ((*file)->descriptor >= 0) (void)close((*file)->descriptor);
  free(*file);
  *file = NULL;
}

uint32_t lind_segment_file_records(const lind_segment_file *file) { return (uint32_t)file->n[LIND_SEGMENT_HEADS]; }

/* `bytes` bytes of a pile, from `from` on. */
static lind_err bytes_read(const lind_segment_file *f, int pile, size_t from, size_t bytes, void *items) {
  for (size_t done = 0; done < bytes;) {
    const ssize_t now = pread(f->descriptor, (char *)items + done, bytes - done, f->start[pile] + (off_t)(from + done));
    if (now < 0 && errno == EINTR) continue;
    LIND_CHECK(now > 0, LIND_ERR_FILE, "%s cannot be read: %s", f->path, now < 0 ? strerror(errno) : "it is shorter than it was");
    done += (size_t)now;
  }
  return LIND_OK;
}

static lind_err heads_read(lind_segment_file *f, lind_segment *heads) {
  struct lind_segment_pile *pile = &heads->piles[LIND_SEGMENT_HEADS];
  const size_t n = (size_t)f->n[LIND_SEGMENT_HEADS];
  if (n == 0) return LIND_OK;
  pile->items = calloc(n, LIND_SEGMENT_WORDS * sizeof(uint64_t));
  LIND_CHECK(pile->items != NULL, LIND_ERR_MEMORY, "no memory for the %zu heads of %s", n, f->path);
  pile->capacity = n;
  LIND_TRY(bytes_read(f, LIND_SEGMENT_HEADS, 0, n * LIND_SEGMENT_WORDS * sizeof(uint64_t), pile->items));
  pile->n = n;
  return LIND_OK;
}

lind_err lind_segment_read_heads(const char *path, const char *plan_hash, lind_segment *heads) {
  lind_segment_file *file = NULL;
  LIND_TRY(lind_segment_open(path, plan_hash, &file));
  const lind_err err = heads_read(file, heads);
  lind_segment_close(&file);
  return err;
}

/* Items [at, at + n) of a pile; a head that points outside is a damaged one. */
static lind_err piece_read(lind_segment_file *f, int pile, uint64_t at, uint64_t n, lind_arena *memory, void **items) {
  const size_t width = pile == LIND_SEGMENT_HEADS    ? LIND_SEGMENT_WORDS * sizeof(uint64_t)
                       : pile == LIND_SEGMENT_COUNTS ? 1
                                                     : sizeof(double);
  LIND_CHECK(n <= f->n[pile] && at <= f->n[pile] - n, LIND_ERR_DAMAGED, "%s is damaged: a record points behind the end of /%s",
             f->path, lind_segment_kinds(pile).name);
  *items = lind_arena_take(memory, n, width);
  LIND_CHECK(*items != NULL, LIND_ERR_MEMORY, "no memory for a record of %s", f->path);
  return bytes_read(f, pile, at * width, n * width, *items);
}

static lind_err counts_read(lind_segment_file *f, const uint64_t head[LIND_SEGMENT_WORDS], lind_arena *memory, void **counts) {
  void *packed;
  const uint64_t n = head[LIND_HEAD_N_COUNTS];
  LIND_TRY(piece_read(f, LIND_SEGMENT_COUNTS, head[LIND_HEAD_COUNTS_AT], head[LIND_HEAD_COUNTS_BYTES], memory, &packed));
  LIND_CHECK(n <= LIND_SEGMENT_COUNTS_MOST, LIND_ERR_DAMAGED, "%s is damaged: a record has an impossible shape", f->path);
  *counts = lind_arena_take(memory, n, sizeof(int64_t));
  LIND_CHECK(*counts != NULL, LIND_ERR_MEMORY, "no memory for a record of %s", f->path);
  LIND_CHECK(lind_pack_open(packed, head[LIND_HEAD_COUNTS_BYTES], n, *counts), LIND_ERR_DAMAGED,
             "%s is damaged: the counts of a record cannot be unpacked", f->path);
  return LIND_OK;
}

static lind_err record_read(lind_segment_file *f, uint32_t row, lind_arena *memory, lind_block_record *record,
                            lind_digest *digest) {
  void *head_items, *reals, *counts, *rows, *course;
  LIND_TRY(piece_read(f, LIND_SEGMENT_HEADS, row, 1, memory, &head_items));
  const uint64_t *head = head_items;
  uint64_t n_reals, n_rows, n_course;
  LIND_CHECK(!__builtin_mul_overflow(head[LIND_HEAD_N_REPLICATES], head[LIND_HEAD_N_REALS], &n_reals) &&
                 !__builtin_mul_overflow(head[LIND_HEAD_N_ROWS], head[LIND_HEAD_N_COLUMNS], &n_rows) &&
                 !__builtin_mul_overflow(head[LIND_HEAD_N_COURSE_ROWS], head[LIND_HEAD_N_COURSE_COLUMNS], &n_course),
             LIND_ERR_DAMAGED, "%s is damaged: a record has an impossible shape", f->path);
  LIND_TRY(piece_read(f, LIND_SEGMENT_REALS, head[LIND_HEAD_REALS_AT], n_reals, memory, &reals));
  LIND_TRY(counts_read(f, head, memory, &counts));
  LIND_TRY(piece_read(f, LIND_SEGMENT_ROWS, head[LIND_HEAD_ROWS_AT], n_rows, memory, &rows));
  LIND_TRY(piece_read(f, LIND_SEGMENT_COURSE, head[LIND_HEAD_COURSE_AT], n_course, memory, &course));
  *digest = (lind_digest){.high = head[LIND_HEAD_DIGEST_HIGH], .low = head[LIND_HEAD_DIGEST_LOW]};
  *record = (lind_block_record){
      .stage = (uint32_t)head[LIND_HEAD_STAGE],
      .block = head[LIND_HEAD_BLOCK],
      .first_replicate = head[LIND_HEAD_FIRST_REPLICATE],
      .n_replicates = head[LIND_HEAD_N_REPLICATES],
      .first_seat = head[LIND_HEAD_FIRST_SEAT],
      .n_seats = head[LIND_HEAD_N_SEATS],
      .n_reals = head[LIND_HEAD_N_REALS],
      .n_counts = head[LIND_HEAD_N_COUNTS],
      .n_rows = head[LIND_HEAD_N_ROWS],
      .n_columns = head[LIND_HEAD_N_COLUMNS],
      .reals = reals,
      .counts = counts,
      .rows = rows,
      .n_course_rows = head[LIND_HEAD_N_COURSE_ROWS],
      .n_course_columns = head[LIND_HEAD_N_COURSE_COLUMNS],
      .course = course,
  };
  return LIND_OK;
}

lind_err lind_segment_record(lind_segment_file *file, uint32_t row, lind_arena *memory, lind_block_record *record) {
  lind_block_record found;
  lind_digest digest;
  LIND_TRY(record_read(file, row, memory, &found, &digest));
  LIND_CHECK(lind_digest_equal(digest, lind_sink_record_digest(&found)), LIND_ERR_DAMAGED,
             "%s is damaged: block %llu of stage %u does not match its checksum; run the same command again to redo its blocks",
             file->path, (unsigned long long)found.block, found.stage);
  *record = found;
  return LIND_OK;
}
