/* sections_habits.c -- what patients take by themselves. */
#include <math.h>

#include "sections.h"

lind_err lind_sections_habits(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  const lind_node *items;
  lind_habit *made;
  LIND_TRY(lind_keys_mapping(node, "habits", "a habit", &items));
  LIND_TAKE(made, arena, items->n + 1);
  for (int i = 0; i < items->n; ++i) {
    lind_rows_habit_shape shape = {0};
    LIND_CHECK_AT(items->items[i].kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, items->items[i].where,
                  "habits.%s must be a mapping with at: and amount:", items->keys[i]);
    LIND_TRY(lind_schema_read(&items->items[i], "habits", lind_rows_habit, arena, &shape));
    made[i] = shape.habit;
    made[i].name = items->keys[i];
    made[i].where = items->key_where[i];
    LIND_CHECK_AT(made[i].at < 24, LIND_ERR_INPUT, lind_sections_place(&items->items[i], "at"),
                  "habits.%s.at is %g h; a time of the day is before 24 h", made[i].name, made[i].at);
    if (made[i].days.n > 0) LIND_TRY(lind_sections_days(&items->items[i], &made[i].days, ceil(protocol->duration / 24)));
  }
  protocol->n_habits = items->n;
  protocol->habits = made;
  return LIND_OK;
}
