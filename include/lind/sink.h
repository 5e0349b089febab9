/* sink.h -- the seam between science and storage: what one block leaves behind, and where it goes.
 *
 * A record is flat: reals a replicate, summed counts, and (for stored patients) rows and trajectories. Counts add exactly in any
 * order; reals belong to a replicate. What they mean is said once by the plan's field tables, not per record. Depends on:
 * error.h, digest.h.
 */
#ifndef LIND_SINK_H
#define LIND_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lind/digest.h"
#include "lind/error.h"

typedef enum { LIND_FIELD_REAL, LIND_FIELD_COUNT, LIND_FIELD_CODE /* index into labels */ } lind_field_kind;

typedef struct lind_field { /* one column of a table in results.h5 */
  const char *name, *unit, *about;
  lind_field_kind kind;
  int n_labels;
  const char *const *labels;
} lind_field;

typedef struct lind_block_record {
  uint32_t stage; /* 0 the main study, 1.. the scenarios of a sensitivity grid; big replicates use stages, too */
  uint64_t block;
  uint64_t first_replicate, n_replicates;
  uint64_t first_seat, n_seats; /* of the block: all seats of its replicates, or the cut of a large one */
  size_t n_reals, n_counts, n_rows, n_columns;
  const double *reals;   /* [n_replicates][n_reals] */
  const int64_t *counts; /* [n_counts], summed over the block */
  const double *rows;    /* [n_columns][n_rows]: the patients of the block that are stored, seat order */
  size_t n_course_rows, n_course_columns;
  const double *course; /* [n_course_rows][n_course_columns]: trajectories, by replicate, seat and time */
} lind_block_record;

lind_digest lind_sink_record_digest(const lind_block_record *record); /* of everything above */

typedef lind_err (*lind_sink_visit)(void *context, const lind_block_record *record);

typedef struct lind_sink {
  void *self;
  lind_err (*put)(void *self, const lind_block_record *record);  /* REQUIRED; thread-safe; copies */
  bool (*has)(const void *self, uint32_t stage, uint64_t block); /* REQUIRED: is it safe from an earlier run? */
  /* REQUIRED: visit the records of blocks first .. end - 1 of a stage in block order. Not thread-safe; after all ranks have
   * closed their segments. Records are checked against their checksums. */
  lind_err (*each)(void *self, uint32_t stage, uint64_t first, uint64_t end, lind_sink_visit visit, void *context);
  /* OPTIONAL: the end may be near: what was put goes to disk now, and what will be put at once. Thread-safe; best effort. */
  void (*hurry)(void *self);
} lind_sink;

#endif
