/* study_extent.c -- how far a study goes, as a run directory must know it, and whether its replicates could take more patients.
 *
 * A seat's life, its place in its stratum and, with a rate of recruitment, its date follow from (seed, replicate, seat) and the
 * seats before it: more patients change none of it. What depends on how many there are in all is listed here.
 */
#include <math.h>

#include "finish.h"

/* NULL: the first seats of a larger replicate are those of a smaller one. */
static const char *fixed(const lind_plan *plan) {
  const lind_recruit *recruit = &plan->protocol->recruit;
  if (plan->block_replicates > 0) return "a replicate that is not larger than block_max is decided as a whole";
  if (recruit->n > 0 && !isnan(recruit->over)) return "recruit.over spreads the dates of all over one time";
  if (plan->outside != NULL) return "people from outside have the seats behind the last patient";
  return NULL;
}

lind_err lind_study_extent(const lind_study *study, lind_arena *arena, lind_store_study *extent) {
  lind_store_stage *stages;
  LIND_TAKE(stages, arena, study->n_stages);
  for (int s = 0; s < study->n_stages; s++) {
    const lind_plan *plan = study->stage[s].plan;
    stages[s] = (lind_store_stage){.patients = plan->protocol->patients,
                                   .replicates = plan->protocol->replicates,
                                   .block_replicates = plan->block_replicates,
                                   .block_seats = plan->block_seats,
                                   .stored = study->stage[s].store_rows ? plan->protocol->store_patients : 0,
                                   .fixed = fixed(plan)};
  }
  *extent =
      (lind_store_study){.world = study->world, .cpu_class = lind_finish_class(), .n_stages = study->n_stages, .stages = stages};
  return LIND_OK;
}
