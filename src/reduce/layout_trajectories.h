/* layout_trajectories.h -- the columns of stored trajectories. Depends on: lind/reduce.h. */
#ifndef LIND_REDUCE_LAYOUT_TRAJECTORIES_H
#define LIND_REDUCE_LAYOUT_TRAJECTORIES_H

#include "lind/reduce.h"

/* After the plan: layout->trajectories. */
lind_err lind_layout_trajectories_settle(lind_layout *layout, lind_arena *arena) LIND_MUST_CHECK;

#endif
