/* past.h -- a finished run read back: what its documents say, the same study again, any seat of it again. Not collective. */
#ifndef LIND_PAST_H
#define LIND_PAST_H

#include <jansson.h>

#include "study.h"

typedef struct lind_past {
  const char *directory, *results, *estimates_path, *provenance_path, *report; /* paths; the files need not be there */
  json_t *estimates, *provenance;
  const char *fault; /* for commands that open results.h5: why it must not be opened; NULL */
} lind_past;

/* Both documents of `directory`. A directory without them is LIND_ERR_INPUT: it is no finished run. */
lind_err lind_past_create(const char *directory, const char *command, lind_arena *arena, lind_past *past) LIND_MUST_CHECK;
void lind_past_release(lind_past *past);
const char *lind_past_text(const json_t *object, const char *key); /* "" if it is not there */
/* A path that provenance names: as it was written, or from the directory in which the run was started. */
const char *lind_past_path(const lind_past *past, const char *written, lind_arena *arena);

/* A value in one line of JSON, in the arena; "none" where it is not there. */
const char *lind_past_shown(const json_t *value, lind_arena *arena);
/* Do two paths lead to one file or directory? Do two files hold the same bytes? No where one of them cannot be read. */
bool lind_past_is_one(const char *a, const char *b);
bool lind_past_is_same_bytes(const char *a, const char *b);
/* The tables that results.h5 may have, [n] names with their leading '/', in the arena; one that the protocol did not ask for is
 * not there. NULL: no memory. */
const char *const *lind_past_tables(const lind_past *past, lind_arena *arena, int *n);

/* The protocol of provenance with its overrides, patients, replicates and seed, wired again, and with nothing started. */
lind_err lind_past_wire(const lind_past *past, lind_arena *arena, lind_study **study) LIND_MUST_CHECK;
/* The same, started for this process alone; the caller stops it. */
lind_err lind_past_study(const lind_past *past, lind_arena *arena, lind_study **study) LIND_MUST_CHECK;
/* Is this the plan of the run? Else a replay is another patient's life. */
bool lind_past_is_same(const lind_past *past, const lind_study *study);
/* Endpoint values of a seat of the desk as results.h5 holds them: [n_endpoints] in the units of lind_layout_scale. */
void lind_past_endpoints(const lind_layout *layout, const lind_desk *desk, int seat, double *values, double *events);
/* The block of stage 0 that a seat belongs to, and the seats of each stratum before it in its cut replicate, in the arena; NULL
 * where replicates are whole. Cost: the enrolment of those before it. */
uint64_t lind_past_block(const lind_study *study, uint64_t replicate, uint64_t seat);
lind_err lind_past_base(const lind_study *study, lind_runner *runner, uint64_t block, lind_arena *arena,
                        const uint64_t **base) LIND_MUST_CHECK;
/* Live one seat of stage 0 again. Cost: its enrolment block, and for a cut replicate the enrolment of those before it. */
lind_err lind_past_replay(const lind_study *study, lind_runner *runner, uint64_t replicate, uint64_t seat, lind_arena *arena,
                          const lind_desk **desk, int *at) LIND_MUST_CHECK;

#endif
