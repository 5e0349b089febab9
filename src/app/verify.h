/* verify.h -- what `lind verify` has found so far, and its chapters. Depends on: past.h. */
#ifndef LIND_VERIFY_H
#define LIND_VERIFY_H

#include "past.h"

typedef struct lind_verify {
  int right, wrong;
  bool goes_on; /* an extension was begun: the directory is larger than its results */
} lind_verify;

void LIND_PRINTF(3, 4) lind_verify_judge(lind_verify *v, bool is_right, const char *format, ...);
void lind_verify_tell(void *verify, bool is_right, const char *words); /* the same, as a callback */
/* Segments, if they are kept: each as it was written, and estimates.json and results.h5 from them alone. `again`: the study of
 * the run. */
void lind_verify_segments(const lind_past *past, lind_study *again, lind_arena *arena, lind_verify *v);
/* Is the page that of the documents? Only the lind that made it can tell. */
void lind_verify_report(const lind_past *past, lind_arena *arena, lind_verify *v);

#endif
