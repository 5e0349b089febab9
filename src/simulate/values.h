/* values.h -- the numbers of a model under one set of parameters: of the plan, or of one replicate where parameters are
 * uncertain.
 */
#ifndef LIND_SIMULATE_VALUES_H
#define LIND_SIMULATE_VALUES_H

#include "lind/plan.h"

/* Room for everything but the parameters, which stay where they are. */
lind_err lind_values_take(const lind_plan *plan, lind_arena *arena, lind_plan_values *values) LIND_MUST_CHECK;
/* Work out the rest from values->parameters. Fails where a standard deviation is negative and the like. */
lind_err lind_values_settle(const lind_plan *plan, lind_plan_values *values) LIND_MUST_CHECK;
/* The set of a replicate. Cannot fail where planning has tried it. */
lind_err lind_values_draw(const lind_plan *plan, uint32_t replicate, lind_plan_values *values) LIND_MUST_CHECK;
/* Bytes of `values` and their pieces, in memory that starts at `at` (NULL: only count). */
size_t lind_values_lay(const lind_plan *plan, void *at, lind_plan_values *values);

#endif
