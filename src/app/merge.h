/* merge.h -- `lind merge`: parts of one study become its results; finished studies become one table. Depends on: command.h. */
#ifndef LIND_MERGE_H
#define LIND_MERGE_H

#include "command.h"

/* Directories of one study, each with some of its blocks, into `out`, which is then what `lind run` would have left. */
lind_err lind_merge_parts(const char *out, int n, const char *const *directories, bool json, lind_arena *arena) LIND_MUST_CHECK;

#endif
