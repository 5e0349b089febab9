/* extent.h -- how far a study goes: which block of it a record is, and whether a directory that was made for fewer replicates or
 * patients may go on as this study. Depends on: store.h. */
#ifndef LIND_STORE_EXTENT_H
#define LIND_STORE_EXTENT_H

#include "lind/arena.h"
#include "lind/store.h"

/* The block that holds just these replicates and seats; false where this study has none, as for a last block that was shorter
 * when it was lived. The number that the record was given does not matter, as it changes with the patients of a replicate. */
bool lind_extent_place(const lind_store_study *study, const lind_block_record *shape, uint64_t *block);
/* The study's own copy. */
lind_err lind_extent_copy(const lind_store_study *study, lind_arena *arena, lind_store_study *copy) LIND_MUST_CHECK;
/* LIND_ERR_PLAN with a sentence where what was made cannot be part of `study`: it goes further, or its replicates cannot take
 * more patients. Either may have no stages: then nothing is known of them. */
lind_err lind_extent_compare(const char *directory, const lind_store_study *made, const lind_store_study *study) LIND_MUST_CHECK;
bool lind_extent_same(const lind_store_study *made, const lind_store_study *study);

#endif
