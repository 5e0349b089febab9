/* sums.h -- checksums.txt: SHA-256 of what a run leaves, in the format of sha256sum. Segments carry their own digests, and inputs
 * stand in provenance.json. Depends on: arena.h, error.h. Not collective. */
#ifndef LIND_SUMS_H
#define LIND_SUMS_H

#include <stdbool.h>

#include "lind/arena.h"
#include "lind/error.h"

lind_err lind_sums_write(const char *directory, lind_arena *arena) LIND_MUST_CHECK;
/* The line of one file again, because that file alone was made again; without checksums.txt nothing is done. */
lind_err lind_sums_renew(const char *directory, const char *name, lind_arena *arena) LIND_MUST_CHECK;
/* Tells of every file that should be covered, once: right or not, and in words why. */
typedef void (*lind_sums_tell)(void *context, bool is_right, const char *words);
void lind_sums_check(const char *directory, lind_arena *arena, lind_sums_tell tell, void *context);
/* The same without results.h5, which is large and whose reader guards it. */
void lind_sums_check_documents(const char *directory, lind_arena *arena, lind_sums_tell tell, void *context);
/* The same without what an extension changes when it begins: plan.json and sessions.jsonl. */
void lind_sums_check_results(const char *directory, lind_arena *arena, lind_sums_tell tell, void *context);
/* One file against its line alone: what does not match is not shown to a library that trusts what it reads, as HDF5 does. Without
 * checksums.txt, or a line of this file in it, nothing is known: LIND_OK. */
lind_err lind_sums_guard(const char *directory, const char *name, lind_arena *arena) LIND_MUST_CHECK;
/* Is `path` a file that a run has left in `directory`, or one among its segments? */
bool lind_sums_covers(const char *directory, const char *path, lind_arena *arena);
/* The first that is wrong is LIND_ERR_INPUT with the directory's name. */
lind_err lind_sums_trust(const char *directory, lind_arena *arena) LIND_MUST_CHECK;

#endif
