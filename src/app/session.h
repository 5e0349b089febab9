/* session.h -- who has worked on a run directory: sessions.jsonl has a line when `lind run` or `lind merge` begins on it and one
 * when it ends. The first says what was asked for, with the keys of provenance.json, so that the study can be wired again before
 * anything is finished; provenance.json repeats them all. A session without an end was killed. Depends on: study.h, Jansson.
 */
#ifndef LIND_SESSION_H
#define LIND_SESSION_H

#include <jansson.h>

#include "study.h"

/* Append the beginning to `out`/sessions.jsonl (rank 0; the directory is there and locked). `merged`, if not NULL: the
 * directories that are merged. Gathers the hosts. Collective. */
lind_err lind_session_begin(const lind_study *study, lind_crew *crew, const char *out, const json_t *merged,
                            lind_arena *arena) LIND_MUST_CHECK;
/* Append the end, as far as that is still possible (rank 0): patients lived, or, of a run that is not through, jobs finished;
 * which patients these were is known to the segments alone. Not collective. */
void lind_session_end(const lind_study *study, const char *out, lind_err how, lind_arena *arena);

/* All sessions of a directory, each an object, the oldest first; NULL where there are none. A torn line is left out. */
json_t *lind_session_list(const char *out, lind_arena *arena);

/* An extension of the finished run in `out` was begun and is not finished; `plan_hash` is that of its results. */
bool lind_session_goes_on(const char *out, const char *plan_hash, lind_arena *arena);
/* What makes another plan of `study` than of the one that was begun in `out`, as far as the last session says: "seed 2 (was
 * 1747), cohorts/eu-pact.yaml (cohort)"; "" where that is not known. In the arena; NULL: no memory. */
const char *lind_session_difference(const lind_study *study, const char *out, lind_arena *arena);

/* What was asked for, into `into`, under the keys that provenance.json has, too: lind_past_study wires it again. Returned. */
json_t *lind_session_request(const lind_study *study, json_t *into);
const char *lind_session_now(char when[32]); /* UTC; returned */

#endif
