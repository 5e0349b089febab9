#include "segment.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk.h"
#include "extent.h"
#include "h5.h"
#include "pack.h"
#include "segment_head.h"

static const size_t item_size[LIND_SEGMENT_PILES] = {
    [LIND_SEGMENT_HEADS] = LIND_SEGMENT_WORDS * sizeof(uint64_t),
    [LIND_SEGMENT_REALS] = sizeof(double),
    [LIND_SEGMENT_COUNTS] = 1, /* packed */
    [LIND_SEGMENT_ROWS] = sizeof(double),
    [LIND_SEGMENT_COURSE] = sizeof(double),
};

void lind_segment_release(lind_segment *segment) {
  for (int i = 0; i < LIND_SEGMENT_PILES; i++) free(segment->piles[i].items);
  *segment = (lind_segment){0};
}

void lind_segment_clear(lind_segment *segment) {
  for (int i = 0; i < LIND_SEGMENT_PILES; i++) segment->piles[i].n = 0;
}

size_t lind_segment_records(const lind_segment *segment) { return segment->piles[LIND_SEGMENT_HEADS].n; }

size_t lind_segment_bytes(const lind_segment *segment) {
  size_t bytes = 0;
  for (int i = 0; i < LIND_SEGMENT_PILES; i++) bytes += segment->piles[i].n * item_size[i];
  return bytes;
}

static lind_err reserve(lind_segment *segment, int pile, size_t more) {
  struct lind_segment_pile *p = &segment->piles[pile];
  if (more <= p->capacity - p->n) return LIND_OK;
  const size_t capacity = p->capacity + p->capacity / 2 > p->n + more ? p->capacity + p->capacity / 2 : p->n + more;
  void *grown = reallocarray(p->items, capacity, item_size[pile]);
  LIND_CHECK(grown != NULL, LIND_ERR_MEMORY, "no memory for %zu bytes of records that wait to be stored",
             capacity * item_size[pile]);
  p->items = grown;
  p->capacity = capacity;
  return LIND_OK;
}

static void append(lind_segment *segment, int pile, const void *items, size_t n) {
  struct lind_segment_pile *p = &segment->piles[pile];
  if (n > 0) memcpy((char *)p->items + p->n * item_size[pile], items, n * item_size[pile]);
  p->n += n;
}

lind_err lind_segment_add(lind_segment *segment, const lind_block_record *record) {
  const size_t n_reals = record->n_replicates * record->n_reals, n_rows = record->n_rows * record->n_columns,
               n_course = record->n_course_rows * record->n_course_columns;
  const lind_digest digest = lind_sink_record_digest(record);
  struct lind_segment_pile *packed = &segment->piles[LIND_SEGMENT_COUNTS];
  LIND_CHECK(record->n_counts <= LIND_SEGMENT_COUNTS_MOST, LIND_ERR_INPUT,
             "a block leaves %zu counts; a segment holds %d: draw fewer curves, or less often", record->n_counts,
             (int)LIND_SEGMENT_COUNTS_MOST);
  LIND_TRY(reserve(segment, LIND_SEGMENT_COUNTS, record->n_counts * LIND_PACK_MOST));
  const size_t n_bytes =
      record->n_counts > 0 ? lind_pack_counts(record->counts, record->n_counts, (unsigned char *)packed->items + packed->n) : 0;
  const uint64_t head[LIND_SEGMENT_WORDS] = {
      [LIND_HEAD_STAGE] = record->stage,
      [LIND_HEAD_BLOCK] = record->block,
      [LIND_HEAD_FIRST_REPLICATE] = record->first_replicate,
      [LIND_HEAD_N_REPLICATES] = record->n_replicates,
      [LIND_HEAD_FIRST_SEAT] = record->first_seat,
      [LIND_HEAD_N_SEATS] = record->n_seats,
      [LIND_HEAD_N_REALS] = record->n_reals,
      [LIND_HEAD_N_COUNTS] = record->n_counts,
      [LIND_HEAD_N_ROWS] = record->n_rows,
      [LIND_HEAD_N_COLUMNS] = record->n_columns,
      [LIND_HEAD_REALS_AT] = segment->piles[LIND_SEGMENT_REALS].n,
      [LIND_HEAD_COUNTS_AT] = segment->piles[LIND_SEGMENT_COUNTS].n,
      [LIND_HEAD_COUNTS_BYTES] = n_bytes,
      [LIND_HEAD_ROWS_AT] = segment->piles[LIND_SEGMENT_ROWS].n,
      [LIND_HEAD_N_COURSE_ROWS] = record->n_course_rows,
      [LIND_HEAD_N_COURSE_COLUMNS] = record->n_course_columns,
      [LIND_HEAD_COURSE_AT] = segment->piles[LIND_SEGMENT_COURSE].n,
      [LIND_HEAD_DIGEST_HIGH] = digest.high,
      [LIND_HEAD_DIGEST_LOW] = digest.low,
  };
  LIND_TRY(reserve(segment, LIND_SEGMENT_HEADS, 1));
  LIND_TRY(reserve(segment, LIND_SEGMENT_REALS, n_reals));
  LIND_TRY(reserve(segment, LIND_SEGMENT_ROWS, n_rows));
  LIND_TRY(reserve(segment, LIND_SEGMENT_COURSE, n_course));
  append(segment, LIND_SEGMENT_HEADS, head, 1);
  append(segment, LIND_SEGMENT_REALS, record->reals, n_reals);
  packed->n += n_bytes;
  append(segment, LIND_SEGMENT_ROWS, record->rows, n_rows);
  append(segment, LIND_SEGMENT_COURSE, record->course, n_course);
  return LIND_OK;
}

static lind_block_record shape_of(const uint64_t head[LIND_SEGMENT_WORDS]) {
  return (lind_block_record){.stage = (uint32_t)head[LIND_HEAD_STAGE],
                             .block = head[LIND_HEAD_BLOCK],
                             .first_replicate = head[LIND_HEAD_FIRST_REPLICATE],
                             .n_replicates = head[LIND_HEAD_N_REPLICATES],
                             .first_seat = head[LIND_HEAD_FIRST_SEAT],
                             .n_seats = head[LIND_HEAD_N_SEATS],
                             .n_rows = head[LIND_HEAD_N_ROWS]};
}

lind_err lind_segment_list(const lind_segment *segment, const lind_store_study *study, int rank, uint32_t sequence,
                           lind_catalogue *catalogue) {
  const uint64_t(*heads)[LIND_SEGMENT_WORDS] = segment->piles[LIND_SEGMENT_HEADS].items;
  for (size_t i = 0; i < lind_segment_records(segment); i++) {
    const lind_block_record shape = shape_of(heads[i]);
    uint64_t block;
    if (!lind_extent_place(study, &shape, &block)) continue;
    const lind_catalogue_entry entry = {
        .block = block,
        .written = heads[i][LIND_HEAD_BLOCK],
        .stage = (uint32_t)heads[i][LIND_HEAD_STAGE],
        .rank = rank,
        .sequence = sequence,
        .row = (uint32_t)i,
        .digest = {.high = heads[i][LIND_HEAD_DIGEST_HIGH], .low = heads[i][LIND_HEAD_DIGEST_LOW]},
    };
    LIND_TRY(lind_catalogue_add(catalogue, &entry, 1));
  }
  return LIND_OK;
}

/* ---- writing
 * ------------------------------------------------------------------------------------------------------------------------- */

static lind_err dataset_write(hid_t file, int pile, const lind_segment *segment, const char *path) {
  const hsize_t extent[2] = {segment->piles[pile].n, LIND_SEGMENT_WORDS};
  LIND_H5_OWN space = H5Screate_simple(pile == LIND_SEGMENT_HEADS ? 2 : 1, extent, NULL);
  LIND_H5_OWN list = lind_h5_dataset_list();
  LIND_H5(space, path, "written");
  LIND_H5(list, path, "written");
  const lind_segment_kind kind = lind_segment_kinds(pile);
  LIND_H5_OWN dataset = H5Dcreate2(file, kind.name, kind.stored, space, H5P_DEFAULT, list, H5P_DEFAULT);
  LIND_H5(dataset, path, "written");
  if (segment->piles[pile].n > 0)
    LIND_H5(H5Dwrite(dataset, kind.native, H5S_ALL, H5S_ALL, H5P_DEFAULT, segment->piles[pile].items), path, "written");
  return LIND_OK;
}

static lind_err draft_write(hid_t file, const lind_segment *segment, const char *path, const char *plan_hash) {
  LIND_TRY(lind_h5_word_write(file, "plan", plan_hash, path));
  for (int pile = 0; pile < LIND_SEGMENT_PILES; pile++) LIND_TRY(dataset_write(file, pile, segment, path));
  return LIND_OK;
}

/* HDF5 has the library's lock; the disk may be slow, and others go on meanwhile. */
lind_err lind_segment_write(const lind_segment *segment, const char *path, const char *plan_hash) {
  hid_t file = H5I_INVALID_HID;
  unsigned char *bytes = NULL;
  size_t n = 0;
  lind_h5_enter();
  lind_err err = lind_h5_draft(path, LIND_SEGMENT_HEAD_BYTES, &file);
  if (err == LIND_OK) err = draft_write(file, segment, path, plan_hash);
  if (err == LIND_OK) err = lind_h5_draft_bytes(file, LIND_SEGMENT_HEAD_BYTES, path, &bytes, &n);
  lind_h5_leave();
  if (err == LIND_OK) {
    lind_segment_seal(bytes, n);
    err = lind_disk_write(path, bytes, n);
  }
  lind_h5_enter();
  lind_h5_drop(&file);
  lind_h5_leave();
  return err;
}
