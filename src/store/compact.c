#include "compact.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk.h"
#include "extent.h"

typedef struct lind_folder_name name;

/* ---- what a rank has written
 * ------------------------------------------------------------------------------------------------------- */

void lind_compact_release(lind_compact_pile *pile) {
  free(pile->layers);
  *pile = (lind_compact_pile){0};
}

lind_err lind_compact_push(lind_compact_pile *pile, uint32_t sequence, size_t bytes) {
  if (pile->n == pile->capacity) {
    const size_t capacity = 2 * pile->capacity + 16;
    struct lind_compact_layer *grown = reallocarray(pile->layers, capacity, sizeof *grown);
    LIND_CHECK(grown != NULL, LIND_ERR_MEMORY, "no memory for the names of %zu segments", capacity);
    pile->layers = grown;
    pile->capacity = capacity;
  }
  pile->layers[pile->n++] = (struct lind_compact_layer){sequence, 0, bytes};
  return LIND_OK;
}

size_t lind_compact_due(const lind_compact_pile *pile) {
  if (pile->n < LIND_COMPACT_FAN) return 0;
  const struct lind_compact_layer *last = &pile->layers[pile->n - LIND_COMPACT_FAN];
  size_t bytes = 0;
  for (int i = 0; i < LIND_COMPACT_FAN; i++) {
    if (last[i].level != last[0].level) return 0;
    bytes += last[i].bytes;
  }
  return bytes <= LIND_COMPACT_BYTES ? LIND_COMPACT_FAN : 0;
}

size_t lind_compact_last(const lind_compact_pile *pile) {
  size_t n = 0, bytes = 0;
  for (; n < pile->n && n < LIND_COMPACT_FAN; n++) {
    bytes += pile->layers[pile->n - 1 - n].bytes;
    if (bytes > LIND_COMPACT_BYTES) break;
  }
  return n < 2 ? 0 : n;
}

/* ---- merging
 * ----------------------------------------------------------------------------------------------------------------------- */

/* Does the study need this record of this segment, or is it superseded, or safe elsewhere? */
static bool is_needed(const lind_folder *folder, name source, const lind_block_record *record) {
  uint64_t block;
  if (!lind_extent_place(folder->study, record, &block)) return false;
  const lind_catalogue_entry *kept = lind_catalogue_find(&folder->known, record->stage, block);
  return kept == NULL || (kept->rank == source.rank && kept->sequence == source.sequence);
}

static lind_err copy_records(const lind_folder *folder, name source, lind_segment_file *file, lind_segment *merged) {
  lind_arena *memory = NULL;
  LIND_TRY(lind_arena_create(&memory));
  const lind_arena_place empty = lind_arena_mark(memory);
  lind_err err = LIND_OK;
  for (uint32_t row = 0; row < lind_segment_file_records(file) && err == LIND_OK; row++) {
    lind_block_record record;
    err = lind_segment_record(file, row, memory, &record);
    if (err == LIND_OK && is_needed(folder, source, &record)) err = lind_segment_add(merged, &record);
    lind_arena_rewind(memory, empty);
  }
  lind_arena_destroy(&memory);
  return err;
}

static lind_err gather(const lind_folder *folder, name source, lind_segment *merged) {
  char path[LIND_DISK_PATH];
  lind_segment_file *file = NULL;
  LIND_TRY(lind_folder_path(folder, source, path));
  LIND_TRY(lind_segment_open(path, folder->study->world, &file));
  const lind_err err = copy_records(folder, source, file, merged);
  lind_segment_close(&file);
  return err;
}

static lind_err take_away(const lind_folder *folder, name source) {
  char path[LIND_DISK_PATH];
  LIND_TRY(lind_folder_path(folder, source, path));
  LIND_CHECK(unlink(path) == 0 || errno == ENOENT, LIND_ERR_FILE, "%s cannot be deleted: %s", path, lind_error_reason(errno));
  return LIND_OK;
}

lind_err lind_compact_merge(const lind_folder *folder, const name *sources, size_t n, lind_segment *merged) {
  for (size_t i = 0; i < n; i++) LIND_TRY(gather(folder, sources[i], merged));
  if (lind_segment_records(merged) > 0) LIND_TRY(lind_folder_write(folder, merged));
  for (size_t i = 0; i < n; i++) LIND_TRY(take_away(folder, sources[i]));
  return LIND_OK;
}

/* ---- the whole folder
 * ----------------------------------------------------------------------------------------------------------------------- */

static size_t size_of(const lind_folder *folder, name n) {
  char path[LIND_DISK_PATH];
  struct stat about;
  const bool known = lind_folder_path(folder, n, path) == LIND_OK && stat(path, &about) == 0;
  return known ? (size_t)about.st_size : LIND_COMPACT_BYTES;
}

static lind_err merge_group(lind_folder *folder, const name *group, size_t n) {
  if (n < 2) return LIND_OK;
  lind_segment merged = {0};
  const lind_err err = lind_compact_merge(folder, group, n, &merged);
  folder->sequence++;
  lind_segment_release(&merged);
  return err;
}

/* `small` holds the names to merge, `n` of them. */
static lind_err merge_groups(lind_folder *folder, const name *small, size_t n, size_t most) {
  size_t first = 0, bytes = 0, moved = 0;
  for (size_t i = 0; i < n; i++) {
    const size_t size = size_of(folder, small[i]);
    moved += size;
    if (moved > most) return merge_group(folder, small + first, i - first);
    if (bytes + size > LIND_COMPACT_BYTES) {
      LIND_TRY(merge_group(folder, small + first, i - first));
      first = i;
      bytes = 0;
    }
    bytes += size;
  }
  return merge_group(folder, small + first, n - first);
}

lind_err lind_compact_all(lind_folder *folder, size_t most) {
  const size_t n = folder->n_names;
  bool *used = calloc(n + 1, sizeof *used);
  name *small = calloc(n + 1, sizeof *small);
  size_t n_small = 0;
  lind_err err = used != NULL && small != NULL
                     ? LIND_OK
                     : lind_error_fail(LIND_ERR_MEMORY, __FILE__, __LINE__, "no memory for the names of %zu segments", n);
  for (size_t i = 0; err == LIND_OK && i < folder->known.n; i++) {
    const lind_catalogue_entry *entry = &folder->known.entries[i];
    const name *at = lind_folder_find(folder, (name){entry->rank, entry->sequence});
    if (at != NULL) used[at - folder->names] = true;
  }
  for (size_t i = 0; err == LIND_OK && i < n; i++) {
    if (!used[i])
      err = take_away(folder, folder->names[i]);
    else if (size_of(folder, folder->names[i]) < LIND_COMPACT_BYTES / 2)
      small[n_small++] = folder->names[i];
  }
  if (err == LIND_OK) err = merge_groups(folder, small, n_small, most);
  free(used);
  free(small);
  return err;
}
