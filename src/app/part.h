/* part.h -- `lind run --part K/N`: every N-th block in a directory of its own, to be merged when all are there. Depends on:
 * study.h. */
#ifndef LIND_PART_H
#define LIND_PART_H

#include "study.h"

lind_err lind_part_read(const char *text, lind_study_request *request) LIND_MUST_CHECK; /* "3/10"; NULL: all */
/* A directory belongs to one part: the other's blocks would be lived twice. Not collective. */
lind_err lind_part_check(const lind_study_request *request, const char *out, lind_arena *arena) LIND_MUST_CHECK;
/* Blocks of a part. part, parts: as in the request. */
uint64_t lind_part_blocks(const lind_study *study, uint64_t part, uint64_t parts);
/* What is there, and how to go on. */
void lind_part_tell(const lind_study *study, const char *out, bool json);

#endif
