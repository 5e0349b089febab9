/* progress.h -- a bar on a terminal, one line a minute otherwise. Rank 0 only. */
#ifndef LIND_PROGRESS_H
#define LIND_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct lind_progress {
  uint64_t jobs, ready, patients;
  double began, said;
  bool terminal;
} lind_progress;

void lind_progress_begin(lind_progress *progress, uint64_t jobs, uint64_t ready, uint64_t patients);
void lind_progress_show(lind_progress *progress, uint64_t finished);
void lind_progress_end(lind_progress *progress, uint64_t finished);
double lind_progress_now(void); /* s, monotonic */

#endif
