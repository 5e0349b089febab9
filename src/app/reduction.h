/* reduction.h -- from the records of all ranks to the tallies of all stages, on rank 0. Depends on: study.h. */
#ifndef LIND_REDUCTION_H
#define LIND_REDUCTION_H

#include "study.h"

/* Rank 0 knows which blocks are where (create, rescan); from now on everybody does. Collective. */
lind_err lind_reduction_share(lind_store *store, lind_crew *crew) LIND_MUST_CHECK;
/* tallies [n_stages] on rank 0, to destroy also after a failure; elsewhere they stay NULL. Every rank binds sheaves of blocks,
 * rank 0 takes them in order. crew NULL: this process alone, of a store that is only read. Collective. */
lind_err lind_reduction_run(const lind_study *study, lind_crew *crew, lind_store *store, const char *out,
                            lind_tally *tallies[]) LIND_MUST_CHECK;

#endif
