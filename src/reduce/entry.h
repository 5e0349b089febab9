/* entry.h -- when each seat of a replicate comes in, in h of calendar time: the column `entry` of an analysis set. It rises from
 * seat to seat, is a function of (seed, replicate, seat), and no part of the life. Depends on: plan.h.
 */
#ifndef LIND_ENTRY_H
#define LIND_ENTRY_H

#include "lind/plan.h"

/* entry[n] of the seats from first_seat on; all 0 where the protocol recruits at once. Cost: a draw for each seat from 0 on. */
void lind_entry_fill(const lind_plan *plan, uint32_t replicate, uint64_t first_seat, int n, double *entry);

#endif
