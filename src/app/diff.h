/* diff.h -- two finished runs compared, as one document. Depends on: past.h. */
#ifndef LIND_DIFF_H
#define LIND_DIFF_H

#include "past.h"

/* a, b, same_study (plan), same_digest, same_bytes (results.h5); inputs[], settings[], makers[] with what, a, b; columns[] of
 * results.h5 that differ; estimates[] side by side; first_block where one study has two results; same_documents
 * (estimates.json); damaged[] with run and words: files that do not match their checksums. New. */
json_t *lind_diff_make(const lind_past *a, const lind_past *b, lind_arena *arena);
void lind_diff_tell(const json_t *diff, FILE *out); /* in words */
bool lind_diff_is_same(const json_t *diff);         /* one study, one digest, the same bytes, nothing damaged */

#endif
