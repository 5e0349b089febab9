/* sections_dosing.c -- definitions, arms and the dosing items that arms name. */
#include <math.h>
#include <string.h>

#include "sections.h"

lind_err lind_sections_define(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  if (node == NULL) return LIND_OK;
  LIND_CHECK_AT(node->kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, node->where, "define must be a mapping of names to expressions");
  lind_definition *made;
  LIND_TAKE(made, arena, node->n);
  for (int i = 0; i < node->n; ++i) {
    LIND_TRY(lind_keys_check_definition("define", node->keys[i], node->key_where[i]));
    LIND_CHECK_AT(node->items[i].kind == LIND_NODE_SCALAR, LIND_ERR_INPUT, node->items[i].where,
                  "define.%s must be an expression", node->keys[i]);
    made[i] = (lind_definition){node->keys[i], {node->items[i].text, node->items[i].where}};
  }
  protocol->n_definitions = node->n;
  protocol->definitions = made;
  return LIND_OK;
}

static lind_err read_arm(const lind_node *node, const char *name, lind_where where, lind_arena *arena, lind_arm *arm) {
  LIND_CHECK_AT(node->kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, node->where, "arms.%s must be a mapping with dosing: [..]",
                name);
  lind_rows_arm_shape shape = {0};
  LIND_TRY(lind_schema_read(node, "arms", lind_rows_arm, arena, &shape));
  LIND_CHECK_AT(shape.arm.sequence.n > 0 || lind_document_find(node, "dosing") != NULL, LIND_ERR_INPUT, node->where,
                "arms.%s.dosing is missing; an arm needs it, or in a crossover a sequence: [..] of treatments", name);
  *arm = shape.arm;
  arm->name = name;
  arm->where = where;
  arm->title = shape.title.text == NULL ? name : shape.title.text;
  return lind_sections_parameters(shape.parameters, lind_arena_format(arena, "arms.%s.parameters", name), arena,
                                  &arm->parameters);
}

lind_err lind_sections_arms(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  const lind_node *arms;
  LIND_TRY(lind_keys_mapping(node, "arms", "an arm", &arms));
  LIND_CHECK_AT(arms->n > 0, LIND_ERR_INPUT, arms->where, "arms is empty; a trial has at least one arm");
  lind_arm *made;
  LIND_TAKE(made, arena, arms->n);
  for (int i = 0; i < arms->n; ++i) LIND_TRY(read_arm(&arms->items[i], arms->keys[i], arms->key_where[i], arena, &made[i]));
  protocol->n_arms = arms->n;
  protocol->arms = made;
  return LIND_OK;
}

/* round and most: what a dose may be measured in is the model's affair, so three dimensions are let in */
static lind_err read_limit(const lind_words *words, const char *name, const char *key, double *value) {
  *value = NAN;
  if (words->text == NULL) return LIND_OK;
  lind_unit unit, mass, amount, activity;
  LIND_TRY(lind_unit_parse("mg", &mass));
  LIND_TRY(lind_unit_parse("umol", &amount));
  LIND_TRY(lind_unit_parse("IU", &activity));
  double given;
  if (lind_unit_parse_quantity(words->text, &given, &unit) != LIND_OK)
    return lind_error_fail_at(LIND_ERR_INPUT, words->where, "dosing.%s.%s: %s", name, key, lind_error_message());
  const bool is_dose = lind_unit_same_dimension(unit.dimension, mass.dimension) ||
                       lind_unit_same_dimension(unit.dimension, amount.dimension) ||
                       lind_unit_same_dimension(unit.dimension, activity.dimension);
  LIND_CHECK_AT(is_dose, LIND_ERR_UNIT, words->where, "dosing.%s.%s is %s; it must be a dose, such as 0.5 mg", name, key,
                words->text);
  LIND_CHECK_AT(given > 0, LIND_ERR_INPUT, words->where, "dosing.%s.%s is %s; it must be more than 0", name, key, words->text);
  *value = given;
  return LIND_OK;
}

static lind_err check_occasions(const lind_node *node, const lind_dosing *item, double last_day) {
  const char *name = item->name;
  if (item->at == LIND_DOSING_DAYS) {
    LIND_CHECK_AT(lind_document_find(node, "days") != NULL, LIND_ERR_INPUT, item->where,
                  "dosing.%s.days is missing; at: days needs it", name);
    LIND_CHECK_AT(isnan(item->from) && isnan(item->to), LIND_ERR_INPUT,
                  lind_sections_place(node, isnan(item->from) ? "to" : "from"),
                  "dosing.%s has from or to, which only at: visits knows; list the days", name);
    return lind_sections_days(node, &item->days, last_day);
  }
  LIND_CHECK_AT(item->days.n == 0, LIND_ERR_INPUT, lind_sections_place(node, "days"),
                "dosing.%s.days has no meaning where at is visits; use from and to", name);
  LIND_CHECK_AT(isnan(item->from) || item->from == floor(item->from), LIND_ERR_INPUT, lind_sections_place(node, "from"),
                "dosing.%s.from is %g; a protocol day is a whole number", name, item->from);
  LIND_CHECK_AT(isnan(item->to) || item->to == floor(item->to), LIND_ERR_INPUT, lind_sections_place(node, "to"),
                "dosing.%s.to is %g; a protocol day is a whole number", name, item->to);
  LIND_CHECK_AT(isnan(item->from) || isnan(item->to) || item->from <= item->to, LIND_ERR_INPUT, lind_sections_place(node, "to"),
                "dosing.%s.to is %g; it must not be less than from, which is %g", name, item->to, item->from);
  return LIND_OK;
}

static lind_err read_dosing(const lind_node *node, const char *name, lind_where where, double last_day, lind_arena *arena,
                            lind_dosing *item) {
  LIND_CHECK_AT(node->kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, node->where,
                "dosing.%s must be a mapping with at: days or at: visits", name);
  lind_rows_dosing_shape shape = {0};
  LIND_TRY(lind_schema_read(node, "dosing", lind_rows_dosing, arena, &shape));
  *item = shape.dosing;
  item->name = name;
  item->where = where;
  LIND_TRY(read_limit(&shape.round, name, "round", &item->round));
  LIND_TRY(read_limit(&shape.most, name, "most", &item->most));
  if (isnan(item->every) && item->reduce.text == NULL) item->every = 24;
  if (isnan(item->over) && item->reduce.text == NULL) item->over = 0;
  const double a_day = item->every > 24 ? item->every / 24 : 24 / item->every;
  LIND_CHECK_AT(isnan(item->every) || fabs(a_day - round(a_day)) < 1e-9, LIND_ERR_INPUT, lind_sections_place(node, "every"),
                "dosing.%s.every is %g h; it must be a whole part of a day, as 24 h, 12 h or 8 h, or whole days", name,
                item->every);
  LIND_TRY(lind_sections_twin(shape.twin, item, arena, &item->twin));
  return check_occasions(node, item, last_day);
}

static bool is_used(const lind_protocol *protocol, const char *name) {
  for (int t = 0; t < protocol->n_treatments; ++t) {
    const lind_words_list *names = &protocol->treatments[t].dosing;
    if (lind_keys_find(name, names->at, names->n, sizeof(lind_words)) >= 0) return true;
  }
  return false;
}

/* After the arms: an item of an included file that no arm names may have days that this trial does not reach. */
lind_err lind_sections_dosing(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  const lind_node *items;
  LIND_TRY(lind_keys_mapping(node, "dosing", "a dosing item", &items));
  lind_dosing *made;
  LIND_TAKE(made, arena, items->n);
  for (int i = 0; i < items->n; ++i) {
    const double last_day = is_used(protocol, items->keys[i]) ? ceil(protocol->duration / 24) : INFINITY;
    LIND_TRY(read_dosing(&items->items[i], items->keys[i], items->key_where[i], last_day, arena, &made[i]));
  }
  protocol->n_dosing = items->n;
  protocol->dosing = made;
  for (int t = 0; t < protocol->n_treatments; ++t) {
    const lind_words_list *names = &protocol->treatments[t].dosing;
    const char *key = lind_sections_treatment_key(protocol, t, "dosing", arena);
    LIND_TRY(lind_sections_once(names, key));
    for (int i = 0; i < names->n; ++i) LIND_TRY(lind_keys_known(&names->at[i], key, "dosing item", made, items->n, sizeof *made));
  }
  return LIND_OK;
}
