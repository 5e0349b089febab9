/* explain.h -- which number of a run comes from which input: the keys of the protocol that it rests on, each with its place, the
 * files with their hashes. What is not listed under a number, nor under `lives`, cannot change it; what is listed may.
 * Depends on: past.h. Not collective. */
#ifndef LIND_EXPLAIN_H
#define LIND_EXPLAIN_H

#include "past.h"

/* The format `lind-explanation-1` of docs/reference/results.md; the caller drops the reference. `study`: that of the run, wired
 * again. LIND_ERR_MEMORY alone. */
lind_err lind_explain_make(const lind_past *past, const lind_study *study, lind_arena *arena,
                           json_t **explanation) LIND_MUST_CHECK;
void lind_explain_tell(const json_t *explanation, FILE *out);
/* Are the inputs and the plan those of the run? Else places and hashes are of another one. */
bool lind_explain_holds(const json_t *explanation);

#endif
