/* frame.h -- what a model knows about the people of a pack: parameters, covariates, random effects. Who fills it, for a life or
 * for a look at screening, fills it here. Pure; allocates nothing.
 */
#ifndef LIND_SIMULATE_FRAME_H
#define LIND_SIMULATE_FRAME_H

#include "lind/plan.h"

enum { LIND_FRAME_RANDOMS = 64 }; /* what one life keeps on the stack */

/* The random effects of one person on an occasion, eta[n_randoms]. */
void lind_frame_effects(const lind_plan *plan, const lind_plan_values *values, lind_who who, uint32_t occasion, double *eta);
/* Parameters (those of `arm`; -1: of no arm) and covariates from the cohort's rows in `rules`. */
void lind_frame_fill(const lind_plan *plan, const lind_plan_values *values, int arm, const lind_lane *rules, lind_lane *frame);

#endif
