/* finish.h -- what is left when the blocks are done: results.h5, estimates.json, provenance.json, report.html, the answer on the
 * terminal. */
#ifndef LIND_FINISH_H
#define LIND_FINISH_H

#include <jansson.h>
#include <stdio.h>

#include "budget.h"
#include "posts.h"
#include "study.h"

typedef struct lind_finish {
  lind_study *study;
  lind_store *store;
  const char *out;
  int ranks, threads;
  double seconds;
  bool json, drop_segments;
  const lind_posts *posts;   /* NULL: nobody has lived anything now */
  const lind_budget *budget; /* as planned; NULL: it was not */
  double most;               /* bytes that any rank held until all lives were lived */
} lind_finish;

/* Everybody reduces, rank 0 writes. Collective. */
lind_err lind_finish_write(const lind_finish *finish, lind_crew *crew, lind_arena *arena) LIND_MUST_CHECK;
/* Has `out` the results of just this study? */
bool lind_finish_is_done(const char *out, const lind_study *study, lind_arena *arena);
/* From the segments of finish->store alone: the text of estimates.json, and results.h5 in the folder finish->out. */
lind_err lind_finish_again(const lind_finish *finish, lind_arena *arena, const char **estimates) LIND_MUST_CHECK;
lind_err lind_finish_provenance(const lind_finish *finish, const char *path, lind_arena *arena) LIND_MUST_CHECK;
json_t *lind_finish_inputs(const lind_study *study, lind_arena *arena); /* files by role, path and SHA-256 */
json_t *lind_finish_inputs_cohort(const char *path, lind_arena *arena); /* those of a cohort alone */
lind_err lind_finish_results(const lind_finish *finish, const lind_tally *tally, const char *estimates,
                             lind_arena *arena) LIND_MUST_CHECK;
/* Of how many replicates results.h5 holds rows; "" or a line that says how many are left out. */
uint64_t lind_finish_stored(const lind_protocol *protocol);
const char *lind_finish_left_out(const lind_protocol *protocol, char *text, size_t size);
lind_err lind_finish_dry_run(lind_study *study, lind_crew *crew, double held, FILE *out) LIND_MUST_CHECK;
lind_err lind_finish_directories(const char *path) LIND_MUST_CHECK; /* like mkdir -p */
const char *lind_finish_class(void);                                /* the CPU class and math library that bits depend on */
lind_err lind_finish_file(const char *path, const char *text) LIND_MUST_CHECK; /* see lind_store_write */

#endif
