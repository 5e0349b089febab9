/* plan_parts.h -- the steps of lind_plan_create, one file each. Each fills its own fields of the plan and may read those before
 * it. */
#ifndef LIND_PLAN_PARTS_H
#define LIND_PLAN_PARTS_H

#include "lind/plan.h"

lind_err lind_plan_parts_model(lind_plan *plan,
                               lind_arena *arena) LIND_MUST_CHECK; /* parameters, randoms, drifts, maps, measures */
lind_err lind_plan_parts_unsure(lind_plan *plan, lind_arena *arena) LIND_MUST_CHECK;    /* how well the parameters are known */
lind_err lind_plan_parts_rules(lind_plan *plan, lind_arena *arena) LIND_MUST_CHECK;     /* definitions, eligibility, dosing */
lind_err lind_plan_parts_groups(lind_plan *plan, lind_arena *arena) LIND_MUST_CHECK;    /* groupings, strata, randomiser */
lind_err lind_plan_parts_screening(lind_plan *plan, lind_arena *arena) LIND_MUST_CHECK; /* after rules and controllers */
lind_err lind_plan_parts_visits(lind_plan *plan, lind_arena *arena) LIND_MUST_CHECK;

lind_err lind_plan_parts_controllers(lind_plan *plan, lind_arena *arena) LIND_MUST_CHECK; /* after the rules */

lind_err lind_plan_parts_habits(lind_plan *plan, lind_arena *arena) LIND_MUST_CHECK; /* after the rules, before the controllers */

lind_err lind_plan_parts_traces(lind_plan *plan, lind_arena *arena) LIND_MUST_CHECK; /* outputs sampled between visits */
/* The stream and the list of who is kept; after the blocks. */
lind_err lind_plan_parts_trajectories(lind_plan *plan, lind_arena *arena) LIND_MUST_CHECK;
/* Parameters whose values an arm changes. After the values. */
lind_err lind_plan_parts_arms(lind_plan *plan, lind_arena *arena) LIND_MUST_CHECK;
/* Values of the model's parameters as the protocol writes them under `key`: parameter at[i] is value[i], canonical.
 * [overrides->n] */
lind_err lind_plan_parts_overrides(const lind_plan *plan, const lind_overrides *overrides, const char *key, lind_arena *arena,
                                   int **at, double **value) LIND_MUST_CHECK;

lind_err lind_plan_parts_importance(lind_plan *plan, lind_arena *arena) LIND_MUST_CHECK; /* after the random effects */
/* After all others. Adds to the hash what policies rest on; nothing where there is none. */
lind_err lind_plan_parts_policies(lind_plan *plan, lind_arena *arena, lind_digest *hash) LIND_MUST_CHECK;

/* Twins and people from outside: plans of their own. After everything else. */
lind_err lind_plan_parts_shadows(lind_plan *plan, const lind_node *root, lind_back_end back_end,
                                 lind_arena *arena) LIND_MUST_CHECK;

/* The random stream "family/name". */
lind_err lind_plan_parts_purpose(lind_plan *plan, const char *family, const char *name, lind_purpose *purpose) LIND_MUST_CHECK;
/* An output of the model, or a sentence about `key`. */
lind_err lind_plan_parts_output(const lind_plan *plan, lind_words name, const char *key, lind_arena *arena,
                                int *output) LIND_MUST_CHECK;
/* An expression in its scope. NULL where it is absent. */
lind_err lind_plan_parts_compile(const lind_scope *scope, lind_words words, bool truth, lind_dimension dimension,
                                 lind_arena *arena, const lind_program **program) LIND_MUST_CHECK;
/* The state that `into` names (`text` NULL: the model's only dosing state). `key`: "dosing.start", for messages. */
lind_err lind_plan_parts_dosed(const lind_plan *plan, const char *key, lind_where where, lind_words into, lind_arena *arena,
                               int *state) LIND_MUST_CHECK;

/* What an expression of this plan may name, after the first n_definitions are settled. enrolling: only what is known before
 * randomisation; the rest is known by name but not available, and says so. */
lind_err lind_plan_parts_scope(const lind_plan *plan, int n_definitions, bool enrolling, const char *what, lind_arena *arena,
                               lind_scope **scope) LIND_MUST_CHECK;

#endif
