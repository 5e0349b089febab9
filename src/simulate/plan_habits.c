/* plan_habits.c -- what patients take by themselves: states, amounts, random streams, and what controllers are told. */
#include <stdio.h>

#include "plan_parts.h"

static lind_err settle_purposes(lind_plan *plan, lind_plan_habit *made) {
  char family[60];
  LIND_CHECK_AT((size_t)snprintf(family, sizeof family, "habit/%s", made->item->name) < sizeof family, LIND_ERR_INPUT,
                made->item->where, "the name '%s' is too long for a random stream", made->item->name);
  LIND_TRY(lind_plan_parts_purpose(plan, family, "time", &made->time));
  LIND_TRY(lind_plan_parts_purpose(plan, family, "size", &made->size));
  LIND_TRY(lind_plan_parts_purpose(plan, family, "missed", &made->missed));
  LIND_TRY(lind_plan_parts_purpose(plan, family, "estimate", &made->estimate));
  return lind_plan_parts_purpose(plan, family, "announced", &made->announced);
}

lind_err lind_plan_parts_habits(lind_plan *plan, lind_arena *arena) {
  const lind_protocol *protocol = plan->protocol;
  lind_plan_habit *made;
  lind_scope *scope;
  int *told;
  LIND_TAKE(made, arena, protocol->n_habits + 1);
  LIND_TAKE(told, arena, protocol->n_habits + 1);
  LIND_CHECK_AT(protocol->n_habits <= LIND_MOST_HABITS, LIND_ERR_INPUT, protocol->habits[LIND_MOST_HABITS].where,
                "habits has %d items; at most %d are possible", protocol->n_habits, LIND_MOST_HABITS);
  LIND_TRY(lind_plan_parts_scope(plan, protocol->n_definitions, true, "the amount of a habit", arena, &scope));
  for (int h = 0; h < protocol->n_habits; h++) {
    const lind_habit *item = &protocol->habits[h];
    made[h].item = item;
    LIND_TRY(lind_plan_parts_dosed(plan, lind_arena_format(arena, "habits.%s", item->name), item->where, item->into, arena,
                                   &made[h].state));
    const lind_dimension amount = plan->model->states[made[h].state].unit.dimension;
    LIND_TRY(lind_plan_parts_compile(scope, item->amount, false, amount, arena, &made[h].amount));
    LIND_TRY(settle_purposes(plan, &made[h]));
    while (made[h].told < plan->n_told && told[made[h].told] != made[h].state) made[h].told++;
    if (made[h].told == plan->n_told) told[plan->n_told++] = made[h].state;
  }
  plan->n_habits = protocol->n_habits;
  plan->habits = made;
  plan->told = told;
  plan->slot_told = plan->n_rule_slots;
  plan->n_rule_slots += plan->n_told;
  return LIND_OK;
}
