/* sections_control.c -- twins, patients from outside, and the grid on which controls made of them are judged. */
#include <math.h>
#include <string.h>

#include "sections.h"

lind_err lind_sections_shadows(const lind_node *twin, const lind_node *external, lind_arena *arena, lind_protocol *protocol) {
  if (twin != NULL) {
    lind_rows_shadow_shape shape = {0};
    LIND_TRY(lind_schema_read(twin, "twin", lind_rows_computed, arena, &shape));
    protocol->twin = (lind_twin_spec){.given = true, .arm = shape.arm, .knows = shape.knows};
    LIND_TRY(lind_sections_parameters(shape.parameters, "twin.parameters", arena, &protocol->twin.parameters));
  }
  if (external == NULL) return LIND_OK;
  lind_rows_shadow_shape shape = {0};
  LIND_TRY(lind_schema_read(external, "external", lind_rows_external, arena, &shape));
  protocol->outside = (lind_outside){.given = true, .cohort = shape.cohort, .patients = shape.patients, .arm = shape.arm};
  return lind_sections_parameters(shape.parameters, "external.parameters", arena, &protocol->outside.parameters);
}

/* ---- the grid
 * ----------------------------------------------------------------------------------------------------------------------- */

const char *const lind_protocol_robust_axes[LIND_ROBUST_AXES] = {"drift", "slope", "population"};

int lind_protocol_robust_points(const lind_protocol *protocol) {
  int n = protocol->robustness.given;
  for (int a = 0; a < LIND_ROBUST_AXES; ++a) n *= 1 + protocol->robustness.n[a];
  return n;
}

void lind_protocol_robust_levels(const lind_protocol *protocol, int point, int levels[LIND_ROBUST_AXES]) {
  for (int a = LIND_ROBUST_AXES - 1; a >= 0; --a) {
    levels[a] = point % (1 + protocol->robustness.n[a]);
    point /= 1 + protocol->robustness.n[a];
  }
}

static lind_err read_axis(const lind_node *node, int axis, lind_arena *arena, lind_robustness *grid) {
  char key[64];
  const lind_node *levels;
  lind_robust_level *made;
  (void)snprintf(key, sizeof key, "robustness.%s", lind_protocol_robust_axes[axis]);
  LIND_TRY(lind_keys_mapping(node, key, "a level", &levels));
  LIND_CHECK_AT(levels->n > 0, LIND_ERR_INPUT, node->where, "%s is empty; it must name at least one way to be wrong", key);
  LIND_TAKE(made, arena, levels->n);
  for (int i = 0; i < levels->n; ++i) {
    lind_rows_level_shape shape = {0};
    LIND_CHECK_AT(levels->items[i].kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, levels->items[i].where,
                  "%s.%s must be a mapping with set: [..]", key, levels->keys[i]);
    LIND_TRY(lind_schema_read(&levels->items[i], "robustness.AXIS", lind_rows_level, arena, &shape));
    LIND_CHECK_AT(shape.set.n > 0, LIND_ERR_INPUT, levels->items[i].where, "%s.%s.set is empty; it must change something", key,
                  levels->keys[i]);
    made[i] = (lind_robust_level){levels->keys[i], shape.title.text == NULL ? levels->keys[i] : shape.title.text, shape.set};
  }
  grid->n[axis] = levels->n;
  grid->level[axis] = made;
  return LIND_OK;
}

lind_err lind_sections_robustness(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  if (node == NULL) return LIND_OK;
  lind_rows_robustness_shape shape = {0};
  lind_robustness grid = {.given = true};
  LIND_TRY(lind_schema_read(node, "robustness", lind_rows_robustness, arena, &shape));
  LIND_CHECK_AT(shape.no_effect.n > 0, LIND_ERR_INPUT, node->where,
                "robustness.no_effect is empty; it must take the effect away, or no type I error can be counted");
  for (int a = 0; a < LIND_ROBUST_AXES; ++a) LIND_TRY(read_axis(shape.axis[a], a, arena, &grid));
  grid.title = shape.title.text == NULL ? "What if the control is wrong?" : shape.title.text;
  grid.replicates = shape.replicates > 0 ? shape.replicates : protocol->replicates;
  grid.no_effect = shape.no_effect;
  protocol->robustness = grid;
  return LIND_OK;
}
