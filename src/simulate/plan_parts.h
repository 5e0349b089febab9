/* plan_parts.h -- the steps of lind_plan_create, one file each. Each fills its own fields of the plan and may read those before
 * it. */
#ifndef LIND_PLAN_PARTS_H
#define LIND_PLAN_PARTS_H

#include "lind/plan.h"

lind_err lind_plan_parts_model(lind_plan *plan,
                               lind_arena *arena) LIND_MUST_CHECK; /* parameters, randoms, drifts, maps, measures */
lind_err lind_plan_parts_unsure(lind_plan *plan, lind_arena *arena) LIND_MUST_CHECK; /* how well the parameters are known */
lind_err lind_plan_parts_rules(lind_plan *plan, lind_arena *arena) LIND_MUST_CHECK;  /* definitions, eligibility, dosing */
lind_err lind_plan_parts_groups(lind_plan *plan, lind_arena *arena) LIND_MUST_CHECK; /* groupings, strata, randomiser */
lind_err lind_plan_parts_visits(lind_plan *plan, lind_arena *arena) LIND_MUST_CHECK;

/* What an expression of this plan may name, after the first n_definitions are settled. enrolling: only what is known before
 * randomisation; the rest is known by name but not available, and says so. */
lind_err lind_plan_parts_scope(const lind_plan *plan, int n_definitions, bool enrolling, const char *what, lind_arena *arena,
                               lind_scope **scope) LIND_MUST_CHECK;

#endif
