/* segment.h -- one immutable file of records: gathered in memory, written in one go, read back a record at a time.
 *
 * The file: 512 bytes of head with the XXH3 digest of the rest, so that a damaged one is known before HDF5 sees it; then HDF5
 * with attribute plan, /heads [n][19] (the record's shape, where its numbers start, its digest), /reals, /counts (see pack.h),
 * /rows, /course. Depends on: sink.h.
 */
#ifndef LIND_STORE_SEGMENT_H
#define LIND_STORE_SEGMENT_H

#include "catalogue.h"
#include "lind/arena.h"
#include "lind/store.h"

enum { LIND_SEGMENT_PILES = 5 };

typedef struct lind_segment { /* zeroed is empty */
  struct lind_segment_pile {
    void *items;
    size_t n, capacity;
  } piles[LIND_SEGMENT_PILES];
} lind_segment;

void lind_segment_release(lind_segment *segment);
void lind_segment_clear(lind_segment *segment); /* keeps the memory */
size_t lind_segment_records(const lind_segment *segment);
size_t lind_segment_bytes(const lind_segment *segment);
lind_err lind_segment_add(lind_segment *segment, const lind_block_record *record) LIND_MUST_CHECK;
/* Write under a temporary name, close, sync, rename, sync the directory. */
lind_err lind_segment_write(const lind_segment *segment, const char *path, const char *plan_hash) LIND_MUST_CHECK;
/* Add what it holds of the study to the catalogue, as segments/<rank>-<sequence>.h5. */
lind_err lind_segment_list(const lind_segment *segment, const lind_store_study *study, int rank, uint32_t sequence,
                           lind_catalogue *catalogue) LIND_MUST_CHECK;

/* Is every byte as it was written? */
lind_err lind_segment_check(const char *path) LIND_MUST_CHECK;
/* Read the heads only, into an empty segment. */
lind_err lind_segment_read_heads(const char *path, const char *plan_hash, lind_segment *heads) LIND_MUST_CHECK;

typedef struct lind_segment_file lind_segment_file;
lind_err lind_segment_open(const char *path, const char *plan_hash, lind_segment_file **file) LIND_MUST_CHECK;
void lind_segment_close(lind_segment_file **file);
uint32_t lind_segment_file_records(const lind_segment_file *file);
/* The record at `row`, its numbers in `memory` (valid until that is rewound); compared with its digest. */
lind_err lind_segment_record(lind_segment_file *file, uint32_t row, lind_arena *memory,
                             lind_block_record *record) LIND_MUST_CHECK;

#endif
