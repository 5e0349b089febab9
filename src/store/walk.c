#include "walk.h"

#include <stdlib.h>

#include "disk.h"

enum { OPEN_FILES = 64 }; /* a walk in block order comes back to a file often: blocks are dealt out in turn */

struct lind_walk {
  struct {
    struct lind_folder_name name;
    lind_segment_file *file;
    uint64_t used;
  } places[OPEN_FILES];
  uint64_t clock;
  lind_arena *memory;
};

lind_err lind_walk_create(lind_walk **walk) {
  lind_walk *w = calloc(1, sizeof *w);
  LIND_CHECK(w != NULL, LIND_ERR_MEMORY, "no memory to read segments");
  const lind_err err = lind_arena_create(&w->memory);
  if (err != LIND_OK)
    free(w);
  else
    *walk = w;
  return err;
}

void lind_walk_forget(lind_walk *walk) {
  for (int i = 0; walk != NULL && i < OPEN_FILES; i++) lind_segment_close(&walk->places[i].file);
}

void lind_walk_destroy(lind_walk **walk) {
  if (walk == NULL || *walk == NULL) return;
  lind_walk_forget(*walk);
  lind_arena_destroy(&(*walk)->memory);
  free(*walk);
  *walk = NULL;
}

static lind_err segment_find(lind_walk *w, const lind_folder *folder, const lind_catalogue_entry *entry,
                             lind_segment_file **file) {
  int oldest = 0;
  w->clock++;
  for (int i = 0; i < OPEN_FILES; i++) {
    if (w->places[i].file != NULL && w->places[i].name.rank == entry->rank && w->places[i].name.sequence == entry->sequence) {
      w->places[i].used = w->clock;
      *file = w->places[i].file;
      return LIND_OK;
    }
    if (w->places[i].used < w->places[oldest].used) oldest = i;
  }
  char path[LIND_DISK_PATH];
  const struct lind_folder_name name = {entry->rank, entry->sequence};
  LIND_TRY(lind_folder_path(folder, name, path));
  lind_segment_close(&w->places[oldest].file);
  LIND_TRY(lind_segment_open(path, folder->study->world, &w->places[oldest].file));
  w->places[oldest].name = name;
  w->places[oldest].used = w->clock;
  *file = w->places[oldest].file;
  return LIND_OK;
}

static lind_err entry_visit(lind_walk *w, const lind_folder *folder, const lind_catalogue_entry *entry, lind_sink_visit visit,
                            void *context) {
  const lind_arena_place empty = lind_arena_mark(w->memory);
  lind_segment_file *file = NULL;
  lind_block_record record;
  LIND_TRY(segment_find(w, folder, entry, &file));
  LIND_TRY(lind_segment_record(file, entry->row, w->memory, &record));
  LIND_CHECK(record.stage == entry->stage && record.block == entry->written, LIND_ERR_DAMAGED,
             "segments/%d-%u.h5 changed while it was read: block %llu of stage %u is not where it was", entry->rank,
             entry->sequence, (unsigned long long)entry->written, entry->stage);
  record.block = entry->block;
  LIND_TRY(visit(context, &record));
  lind_arena_rewind(w->memory, empty);
  return LIND_OK;
}

lind_err lind_walk_blocks(lind_walk *walk, const lind_folder *folder, const lind_catalogue *catalogue, uint32_t stage,
                          uint64_t first, uint64_t end, lind_sink_visit visit, void *context) {
  size_t from, to;
  const lind_arena_place empty = lind_arena_mark(walk->memory);
  lind_err err = LIND_OK;
  lind_catalogue_range(catalogue, stage, first, end, &from, &to);
  for (size_t i = from; i < to && err == LIND_OK; i++) err = entry_visit(walk, folder, &catalogue->entries[i], visit, context);
  lind_arena_rewind(walk->memory, empty); /* also behind a failure */
  return err;
}
