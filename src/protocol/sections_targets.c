/* sections_targets.c -- published numbers, in a file of their own or in place; they are shown and change no result. */
#include <math.h>
#include <string.h>

#include "lind/text.h"
#include "sections.h"

static const char *const mark_names[] = {"read", "memory", "computed"}; /* in the order of lind_rows_marks */

static lind_err check_level(const lind_rows_target_shape *shape, const lind_protocol *protocol) {
  const int g = lind_keys_find(shape->group.text, protocol->groups, protocol->n_groups, sizeof(lind_group));
  if (strcmp(shape->group.text, "all") == 0) {
    LIND_CHECK_AT(strcmp(shape->level.text, "all") == 0, LIND_ERR_INPUT, shape->level.where,
                  "a target has level '%s' without a group; name the group", shape->level.text);
    return LIND_OK;
  }
  if (g < 0 || protocol->groups[g].labels.n == 0) return LIND_OK; /* a column: the plan knows its levels */
  const lind_words_list *labels = &protocol->groups[g].labels;
  return lind_keys_known(&shape->level, "a target's level", "label of its group", labels->at, labels->n, sizeof(lind_words));
}

static lind_err check_target(const lind_node *node, const lind_rows_target_shape *shape, const lind_protocol *protocol) {
  const bool effect = shape->analysis.text != NULL;
  const bool level = shape->endpoint.text != NULL && shape->arm.text != NULL;
  LIND_CHECK_AT(effect != level && (!effect || (shape->endpoint.text == NULL && shape->arm.text == NULL)), LIND_ERR_INPUT,
                node->where, "a target names either an analysis, for an effect, or an endpoint and an arm, for a level");
  LIND_CHECK_AT(isnan(shape->lower) || isnan(shape->upper) || shape->lower <= shape->upper, LIND_ERR_INPUT,
                lind_sections_place(node, "upper"), "a target's upper is %g; it must not be less than lower, which is %g",
                shape->upper, shape->lower);
  if (level) {
    LIND_TRY(lind_keys_known(&shape->endpoint, "a target", "endpoint", protocol->endpoints, protocol->n_endpoints,
                             sizeof(lind_endpoint)));
    LIND_TRY(lind_keys_known(&shape->arm, "a target", protocol->n_periods > 1 ? "treatment" : "arm", protocol->treatments,
                             protocol->n_treatments, sizeof(lind_treatment)));
    return check_level(shape, protocol);
  }
  LIND_TRY(
      lind_keys_known(&shape->analysis, "a target", "analysis", protocol->analyses, protocol->n_analyses, sizeof(lind_analysis)));
  const int a = lind_keys_find(shape->analysis.text, protocol->analyses, protocol->n_analyses, sizeof(lind_analysis));
  const lind_analysis *analysis = &protocol->analyses[a];
  LIND_TRY(lind_keys_known(&shape->group, "a target's group", "entry of its analysis's by", analysis->by.at, analysis->by.n,
                           sizeof(lind_words)));
  return check_level(shape, protocol);
}

static lind_err read_target(const lind_node *node, lind_arena *arena, const lind_protocol *protocol, lind_target *target) {
  lind_rows_target_shape shape = {0};
  LIND_CHECK_AT(node->kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, node->where, "a target must be a mapping with an estimate");
  LIND_TRY(lind_schema_read(node, "a target", lind_rows_target, arena, &shape));
  LIND_TRY(check_target(node, &shape, protocol));
  *target = (lind_target){.analysis = shape.analysis.text,
                          .endpoint = shape.endpoint.text,
                          .arm = shape.arm.text,
                          .group = shape.group.text,
                          .level = shape.level.text,
                          .estimate = shape.estimate,
                          .lower = shape.lower,
                          .upper = shape.upper,
                          .source = shape.source.text,
                          .mark = mark_names[shape.mark],
                          .where = node->where};
  return LIND_OK;
}

lind_err lind_sections_targets(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  if (node == NULL) return LIND_OK;
  const lind_node *list = node;
  if (node->kind == LIND_NODE_SCALAR)
    LIND_TRY(lind_document_read(lind_protocol_path(node->text, node->where.file, arena), arena, &list));
  LIND_CHECK_AT(list->kind == LIND_NODE_SEQUENCE, LIND_ERR_INPUT, list->where,
                "targets must be a list, or the path of a file that is one");
  lind_target *made;
  LIND_TAKE(made, arena, list->n);
  for (int i = 0; i < list->n; ++i) LIND_TRY(read_target(&list->items[i], arena, protocol, &made[i]));
  protocol->n_targets = list->n;
  protocol->targets = made;
  return LIND_OK;
}
