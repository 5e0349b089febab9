#include "extent.h"

#include <string.h>

static uint64_t least(uint64_t a, uint64_t b) { return a < b ? a : b; }

static bool place_whole(const lind_store_stage *s, const lind_block_record *shape, uint64_t *block) {
  if (shape->first_replicate >= s->replicates || shape->first_replicate % s->block_replicates != 0) return false;
  *block = shape->first_replicate / s->block_replicates;
  return shape->n_replicates == least(s->block_replicates, s->replicates - shape->first_replicate) && shape->first_seat == 0 &&
         shape->n_seats == s->patients;
}

static bool place_cut(const lind_store_stage *s, const lind_block_record *shape, uint64_t *block) {
  if (shape->first_replicate >= s->replicates || shape->first_seat >= s->patients || shape->first_seat % s->block_seats != 0)
    return false;
  *block = shape->first_replicate * ((s->patients + s->block_seats - 1) / s->block_seats) + shape->first_seat / s->block_seats;
  return shape->n_replicates == 1 && shape->n_seats == least(s->block_seats, s->patients - shape->first_seat);
}

bool lind_extent_place(const lind_store_study *study, const lind_block_record *shape, uint64_t *block) {
  *block = shape->block;
  if (study->n_stages == 0) return true;
  if (shape->stage >= (uint32_t)study->n_stages) return false;
  const lind_store_stage *s = &study->stages[shape->stage];
  if (!(s->block_replicates > 0 ? place_whole(s, shape, block) : place_cut(s, shape, block))) return false;
  /* whose rows are stored goes by the number of the block */
  return *block == shape->block || (*block * s->block_seats < s->stored) == (shape->n_rows > 0);
}

lind_err lind_extent_copy(const lind_store_study *study, lind_arena *arena, lind_store_study *copy) {
  lind_store_stage *stages;
  LIND_TAKE(stages, arena, study->n_stages + 1);
  for (int s = 0; s < study->n_stages; s++) stages[s] = study->stages[s];
  *copy = (lind_store_study){.world = lind_arena_text(arena, study->world),
                             .cpu_class = lind_arena_text(arena, study->cpu_class),
                             .n_stages = study->n_stages,
                             .stages = stages};
  LIND_CHECK(copy->world != NULL && copy->cpu_class != NULL, LIND_ERR_MEMORY, "no memory for a store");
  return LIND_OK;
}

static lind_err compare_stage(const char *directory, const lind_store_stage *made, const lind_store_stage *now) {
  LIND_CHECK(made->replicates <= now->replicates, LIND_ERR_PLAN,
             "%s was begun with %llu replicates and %llu are asked for; it can have more, not fewer: choose another --out",
             directory, (unsigned long long)made->replicates, (unsigned long long)now->replicates);
  LIND_CHECK(made->patients <= now->patients, LIND_ERR_PLAN,
             "%s was begun with %llu patients a replicate and %llu are asked for; it cannot have fewer: choose another --out",
             directory, (unsigned long long)made->patients, (unsigned long long)now->patients);
  if (made->patients == now->patients) return LIND_OK;
  const char *reason =
      made->block_replicates > 0 ? "a replicate that is not larger than block_max is decided as a whole" : now->fixed;
  LIND_CHECK(reason == NULL, LIND_ERR_PLAN,
             "%s was begun with %llu patients a replicate and %llu are asked for, but %s, so that nothing of it could be used; "
             "choose another --out",
             directory, (unsigned long long)made->patients, (unsigned long long)now->patients, reason);
  return LIND_OK;
}

lind_err lind_extent_compare(const char *directory, const lind_store_study *made, const lind_store_study *study) {
  if (made->n_stages == 0 || study->n_stages == 0) return LIND_OK;
  LIND_CHECK(made->n_stages == study->n_stages, LIND_ERR_PLAN,
             "%s was begun as a study of %d stages and this one has %d; choose another --out", directory, made->n_stages,
             study->n_stages);
  for (int s = 0; s < study->n_stages; s++) LIND_TRY(compare_stage(directory, &made->stages[s], &study->stages[s]));
  return LIND_OK;
}

bool lind_extent_same(const lind_store_study *made, const lind_store_study *study) {
  bool same = made->n_stages == study->n_stages;
  for (int s = 0; same && s < study->n_stages; s++)
    same = made->stages[s].patients == study->stages[s].patients && made->stages[s].replicates == study->stages[s].replicates;
  return same;
}
