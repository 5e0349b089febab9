/* recorder.h -- trajectories of a block: memory for those of its patients who are kept, and the record's second table of it.
 * Nothing is allocated between create and release. Depends on: lind/reduce.h. */
#ifndef LIND_REDUCE_RECORDER_H
#define LIND_REDUCE_RECORDER_H

#include "lind/reduce.h"

typedef struct lind_recorder {
  const lind_plan *plan;
  lind_recording recording; /* of the replicate at hand */
  double *rows;             /* [most_kept][most][n_columns] */
  int *place, *n;           /* [capacity], [most_kept] */
  size_t used;              /* places of the block so far */
} lind_recorder;

size_t lind_recorder_bytes(const lind_layout *layout); /* 0 where nobody is kept */
lind_err lind_recorder_create(const lind_layout *layout, lind_recorder *recorder) LIND_MUST_CHECK;
void lind_recorder_release(lind_recorder *recorder);
void lind_recorder_begin(lind_recorder *recorder); /* a block */
/* Before seats [0, n) of the desk are lived: who of them is recorded, and where. */
void lind_recorder_attend(lind_recorder *recorder, lind_desk *desk, int n);
/* After: what seats from `used` on have left is no part of the trial, which had stopped. */
void lind_recorder_leave(lind_recorder *recorder, lind_desk *desk, int used);
/* The block's rows, without gaps, into the record. */
void lind_recorder_fill(lind_recorder *recorder, lind_block_record *record);

#endif
