/* What comes from outside: covariates, parameters, parameter sets. */
#include <string.h>

#include "../expression/expression_internal.h"
#include "build.h"
#include "lind/text.h"

/* A linear covariate is value + slope (time - from). */
static lind_err moving(lind_builder *b, int covariate) {
  const lind_model_covariate *c = &b->covariates[covariate];
  lind_graph *graph = &b->tree->graph;
  int part[3], time, id;
  for (int k = 0; k < 3; ++k) LIND_TRY(lind_graph_leaf(graph, LIND_LEAF_COVARIATE, c->slot + k, &part[k]));
  LIND_TRY(lind_graph_leaf(graph, LIND_LEAF_TIME, 0, &time));
  LIND_TRY(lind_graph_binary(graph, LIND_OP_SUBTRACT, time, part[2], &id));
  LIND_TRY(lind_graph_binary(graph, LIND_OP_MULTIPLY, part[1], id, &id));
  LIND_TRY(lind_graph_binary(graph, LIND_OP_ADD, part[0], id, &id));
  b->covariate_variables[covariate] = lind_build_vertex(b, c->name, c->about, c->unit.dimension, id);
  return LIND_OK;
}

lind_err lind_given_covariate(lind_builder *b, const lind_statement *s) {
  lind_model *m = b->model;
  lind_levels *levels = NULL;
  const lind_type_kind kind = s->has_unit ? LIND_TYPE_NUMBER : s->type;
  lind_model_covariate made = {.name = s->names[0].name,
                               .type = {.kind = kind, .dimension = s->unit.dimension},
                               .other = s->other,
                               .optional = s->optional,
                               .course = s->linear ? LIND_COVARIATE_LINEAR : LIND_COVARIATE_CONSTANT,
                               .unit = s->has_unit ? s->unit : lind_build_unit(lind_unit_dimensionless),
                               .about = s->text,
                               .where = s->names[0].where,
                               .slot = b->n_covariate_slots};
  if (kind != LIND_TYPE_NUMBER) {
    LIND_TAKE(levels, b->arena, 1);
    *levels = s->levels;
    made.type.levels = levels;
  }
  const int index = m->n_covariates++;
  b->covariates[index] = made;
  b->n_covariate_slots += lind_model_covariate_slots(&made);
  if (made.course == LIND_COVARIATE_LINEAR) return moving(b, index);
  lind_names_define(b, made.name, made.type, lind_leaf_slot(LIND_LEAF_COVARIATE, made.slot), s->text, LIND_MADE_OF_FRAME);
  return LIND_OK;
}

/* An input to which nothing is connected is a parameter. */
lind_err lind_given_parameter(lind_builder *b, const lind_statement *s) {
  lind_tree *core;
  if (s->has_unit)
    LIND_TRY(lind_names_check_number(b, s->value, LIND_MADE_OF_NUMBERS, "the value of an input", s->unit.dimension, &core));
  else
    LIND_TRY(lind_names_check(b, s->value, LIND_MADE_OF_NUMBERS, "the value of a parameter", &core));
  LIND_CHECK_AT(core->type.kind == LIND_TYPE_NUMBER && core->op == LIND_OP_CONSTANT, LIND_ERR_INPUT, s->value->where,
                "the value of %s '%s' is a number with its unit", s->kind == LIND_SAYS_INPUT ? "input" : "parameter",
                s->names[0].name);
  const int index = b->model->n_parameters++;
  const bool as_written = s->value->op == LIND_OP_CONSTANT && s->value->unit.text[0] != '\0';
  b->parameters[index] = (lind_quantity){.name = s->names[0].name,
                                         .unit = s->has_unit  ? s->unit
                                                 : as_written ? s->value->unit
                                                              : lind_build_unit(core->type.dimension),
                                         .value = core->value,
                                         .about = s->text,
                                         .where = s->names[0].where,
                                         .slot = index};
  lind_names_define(b, s->names[0].name, core->type, lind_leaf_slot(LIND_LEAF_PARAMETER, index), s->text,
                    LIND_MADE_OF_PARAMETERS);
  return LIND_OK;
}

/* ---- parameter sets
 * ------------------------------------------------------------------------------------------------------------------ */

static lind_err parameter_index(const lind_builder *b, const lind_named *name, int *index) {
  const int n = b->model->n_parameters;
  const char **names;
  char suggestion[80];
  *index = -1;
  for (int i = 0; i < n; ++i)
    if (strcmp(b->parameters[i].name, name->name) == 0) *index = i;
  if (*index >= 0) return LIND_OK;
  LIND_TAKE(names, b->arena, n);
  for (int i = 0; i < n; ++i) names[i] = b->parameters[i].name;
  return lind_error_fail_at(LIND_ERR_INPUT, name->where, "'%s' is not a parameter of this model%s", name->name,
                            lind_text_suggestion(name->name, names, (size_t)n, suggestion, sizeof suggestion));
}

lind_err lind_given_set(lind_builder *b, const lind_statement *s) {
  lind_model_set *made = &b->sets[b->model->n_sets];
  int *index;
  double *value;
  for (int i = 0; i < b->model->n_sets; ++i)
    LIND_CHECK_AT(strcmp(b->sets[i].name, s->names[0].name) != 0, LIND_ERR_INPUT, s->names[0].where,
                  "the set '%s' is given twice", s->names[0].name);
  LIND_TAKE(index, b->arena, s->n_items);
  LIND_TAKE(value, b->arena, s->n_items);
  for (int i = 0; i < s->n_items; ++i) {
    lind_tree *core;
    LIND_TRY(parameter_index(b, &s->items[i], &index[i]));
    for (int k = 0; k < i; ++k)
      LIND_CHECK_AT(index[k] != index[i], LIND_ERR_INPUT, s->items[i].where, "'%s' is given twice in the set '%s'",
                    s->items[i].name, s->names[0].name);
    LIND_TRY(lind_names_check_number(b, s->item_values[i], LIND_MADE_OF_NUMBERS, "a parameter set",
                                     b->parameters[index[i]].unit.dimension, &core));
    value[i] = core->value;
  }
  *made = (lind_model_set){
      .name = s->names[0].name, .title = s->title, .source = s->source, .n = s->n_items, .parameter = index, .value = value};
  b->model->n_sets++;
  return LIND_OK;
}
