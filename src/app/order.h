/* order.h -- in which order blocks are drawn: stages whose blocks are expected to take long come first (longest processing time
 * first, Graham, SIAM J. Appl. Math. 17:416, 1969), so that no rank begins a long block when the others have nothing left.
 * Results cannot tell. A pure function of the plans and of what is done, so that all ranks agree. Memory goes with the holes in
 * what is done, not with blocks. Depends on: study.h. */
#ifndef LIND_ORDER_H
#define LIND_ORDER_H

#include "study.h"

typedef struct lind_order {
  uint64_t n, lives; /* blocks that are due, and their patients */
  size_t n_runs, room;
  struct lind_order_run {
    uint64_t place, first; /* places place .. of the order are jobs first .., up to the next run's place */
  } * runs;
} lind_order;

typedef bool (*lind_order_done)(const void *context, uint64_t job);

lind_err lind_order_create(const lind_study *study, lind_order_done done, const void *context,
                           lind_order **order) LIND_MUST_CHECK;
void lind_order_destroy(lind_order **order);
uint64_t lind_order_at(const void *order, uint64_t place); /* the job there; void *: of a plain callback */
/* What a block of the plan is expected to cost; only ratios mean anything. */
double lind_order_cost(const lind_plan *plan);

#endif
