/* walk.h -- records in block order, wherever they lie. The segments that were read last stay open between two walks, because the
 * next one often goes on where this one ended. Depends on: folder.h. */
#ifndef LIND_STORE_WALK_H
#define LIND_STORE_WALK_H

#include "folder.h"

typedef struct lind_walk lind_walk;
lind_err lind_walk_create(lind_walk **walk) LIND_MUST_CHECK;
void lind_walk_destroy(lind_walk **walk); /* accepts NULL */
void lind_walk_forget(lind_walk *walk);   /* closes every segment; accepts NULL */
/* Visit the records of blocks first .. end - 1 of a stage of a sorted catalogue, as far as they are there. */
lind_err lind_walk_blocks(lind_walk *walk, const lind_folder *folder, const lind_catalogue *catalogue, uint32_t stage,
                          uint64_t first, uint64_t end, lind_sink_visit visit, void *context) LIND_MUST_CHECK;

#endif
