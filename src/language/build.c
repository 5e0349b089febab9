/* The walk over the statements of a file: one function a kind, in the order of the file; parameter sets last. */
#include "build.h"

#include <stdio.h>
#include <string.h>

#include "../expression/expression_internal.h"
#include "lind/digest.h"
#include "lind/text.h"

static const lind_dimension of_time = {.halves = {[LIND_DIM_TIME] = 2}};

static lind_unit canonical(lind_dimension dimension) {
  lind_unit unit = {.dimension = dimension, .scale = 1.0};
  if (!lind_unit_is_dimensionless(dimension)) (void)lind_unit_dimension_text(dimension, unit.text, sizeof unit.text);
  return unit;
}

/* ---- heading
 * --------------------------------------------------------------------------------------------------------------------- */

static lind_err once(const lind_statement *s, const char **place, const char *text) {
  LIND_CHECK_AT(*place == NULL, LIND_ERR_INPUT, s->where, "%s is given twice", lind_statement_noun(s->kind));
  *place = text;
  return LIND_OK;
}

static lind_err heading(lind_builder *b, const lind_statement *s) {
  if (s->kind == LIND_SAYS_MODEL) return once(s, &b->model->name, s->names[0].name);
  if (s->kind == LIND_SAYS_TITLE) return once(s, &b->model->title, s->text);
  if (s->kind == LIND_SAYS_SOURCE) return once(s, &b->model->source, s->text);
  LIND_CHECK_AT(lind_unit_same_dimension(s->unit.dimension, of_time), LIND_ERR_UNIT, s->unit_where, "'%s' is no unit of time",
                s->unit.text);
  return LIND_OK;
}

/* ---- definitions
 * ------------------------------------------------------------------------------------------------------------------ */

static lind_err covariate(lind_builder *b, const lind_statement *s) {
  lind_model *m = b->model;
  lind_levels *levels = NULL;
  const lind_type_kind kind = s->has_unit ? LIND_TYPE_NUMBER : s->type;
  lind_model_covariate made = {.name = s->names[0].name,
                               .type = {.kind = kind, .dimension = s->unit.dimension},
                               .other = s->other,
                               .optional = s->optional,
                               .unit = s->has_unit ? s->unit : canonical(lind_unit_dimensionless),
                               .about = s->text,
                               .where = s->names[0].where,
                               .slot = b->n_covariate_slots};
  if (kind != LIND_TYPE_NUMBER) {
    LIND_TAKE(levels, b->arena, 1);
    *levels = s->levels;
    made.type.levels = levels;
  }
  b->covariates[m->n_covariates++] = made;
  lind_names_define(b, made.name, made.type, lind_leaf_slot(LIND_LEAF_COVARIATE, made.slot), s->text, LIND_MADE_OF_FRAME);
  b->n_covariate_slots += kind == LIND_TYPE_GENOTYPE ? 2 : 1;
  return LIND_OK;
}

static lind_err parameter(lind_builder *b, const lind_statement *s) {
  lind_tree *core;
  LIND_TRY(lind_names_check(b, s->value, LIND_MADE_OF_NUMBERS, "the value of a parameter", &core));
  LIND_CHECK_AT(core->type.kind == LIND_TYPE_NUMBER && core->op == LIND_OP_CONSTANT, LIND_ERR_INPUT, s->value->where,
                "the value of parameter '%s' is a number with its unit", s->names[0].name);
  const int index = b->model->n_parameters++;
  const bool as_written = s->value->op == LIND_OP_CONSTANT && s->value->unit.text[0] != '\0';
  b->parameters[index] = (lind_quantity){.name = s->names[0].name,
                                         .unit = as_written ? s->value->unit : canonical(core->type.dimension),
                                         .value = core->value,
                                         .about = s->text,
                                         .where = s->names[0].where,
                                         .slot = index};
  lind_names_define(b, s->names[0].name, core->type, lind_leaf_slot(LIND_LEAF_PARAMETER, index), s->text,
                    LIND_MADE_OF_PARAMETERS);
  return LIND_OK;
}

static lind_err define_variable(lind_builder *b, const lind_statement *s, const lind_tree *core) {
  const int index = b->n_variables++;
  const lind_made_of least = lind_names_made_of(b, core);
  LIND_TRY(lind_graph_tree(&b->tree->graph, core, b->variables, &b->variables[index]));
  b->dynamic[index] = least == LIND_MADE_OF_ALL;
  lind_names_define(b, s->names[0].name, core->type, lind_leaf_slot(LIND_LEAF_VARIABLE, index), s->text,
                    b->dynamic[index] ? LIND_MADE_OF_ALL : LIND_MADE_OF_FRAME);
  return LIND_OK;
}

static lind_err variable(lind_builder *b, const lind_statement *s) {
  lind_tree *core;
  LIND_TRY(lind_names_check(b, s->value, LIND_MADE_OF_ALL, "this model", &core));
  return define_variable(b, s, core);
}

/* ---- states
 * ------------------------------------------------------------------------------------------------------------------------- */

/* The vertex of an expression over the frame, or of `otherwise` if there is none. */
static lind_err frame_vertex(lind_builder *b, lind_tree *tree, const char *what, lind_dimension dimension, double otherwise,
                             int *id) {
  lind_tree *core;
  if (tree == NULL) return lind_graph_constant(&b->tree->graph, otherwise, id);
  LIND_TRY(lind_names_check_number(b, tree, LIND_MADE_OF_FRAME, what, dimension, &core));
  return lind_graph_tree(&b->tree->graph, core, b->variables, id);
}

static lind_err state(lind_builder *b, const lind_statement *s) {
  static const char *const keys[] = {"bioavailability", "lag", "rate", "duration"};
  const lind_argument *found[4] = {NULL};
  const int index = b->model->n_states++;
  const lind_request *dose = &s->request;
  if (dose->name != NULL) LIND_TRY(lind_prior_arguments(dose, keys, 4, false, found));
  for (int k = 0; k < 4; ++k) b->doses_specially |= found[k] != NULL;
  LIND_TRY(frame_vertex(b, s->value, "an initial value", s->unit.dimension, 0.0, &b->initial[index]));
  LIND_TRY(frame_vertex(b, found[0] != NULL ? found[0]->values[0] : NULL, "a bioavailability", lind_unit_dimensionless, 1.0,
                        &b->bioavailability[index]));
  LIND_TRY(frame_vertex(b, found[1] != NULL ? found[1]->values[0] : NULL, "a lag time", of_time, 0.0, &b->lag[index]));
  LIND_TRY(frame_vertex(b, found[2] != NULL ? found[2]->values[0] : NULL, "a rate", lind_unit_divide(s->unit.dimension, of_time),
                        0.0, &b->rate[index]));
  LIND_TRY(frame_vertex(b, found[3] != NULL ? found[3]->values[0] : NULL, "a duration", of_time, 0.0, &b->duration[index]));
  b->states[index] = (lind_model_state){
      .name = s->names[0].name, .unit = s->unit, .about = s->text, .where = s->names[0].where, .doses = dose->name != NULL};
  b->rhs[index] = -1;
  lind_names_define(b, s->names[0].name, lind_expression_number(s->unit.dimension), lind_leaf_slot(LIND_LEAF_STATE, index),
                    s->text, LIND_MADE_OF_ALL);
  return LIND_OK;
}

static int state_index(const lind_builder *b, const char *name) {
  for (int i = 0; i < b->model->n_states; ++i)
    if (strcmp(b->states[i].name, name) == 0) return i;
  return -1;
}

static lind_err derivative(lind_builder *b, const lind_statement *s) {
  const char *name = s->names[0].name, *names[256];
  char suggestion[80], what[80];
  lind_tree *core;
  const int index = state_index(b, name);
  if (index < 0) {
    size_t n = 0;
    for (; n < 256 && n < (size_t)b->model->n_states; ++n) names[n] = b->states[n].name;
    return lind_error_fail_at(LIND_ERR_INPUT, s->names[0].where, "d/dt(%s): '%s' is not a state that is declared above%s", name,
                              name, lind_text_suggestion(name, names, n, suggestion, sizeof suggestion));
  }
  LIND_CHECK_AT(b->rhs[index] < 0, LIND_ERR_INPUT, s->where, "the derivative of '%s' is given twice", name);
  (void)snprintf(what, sizeof what, "d/dt(%.60s)", name);
  LIND_TRY(lind_names_check_number(b, s->value, LIND_MADE_OF_ALL, what,
                                   lind_unit_divide(b->states[index].unit.dimension, of_time), &core));
  return lind_graph_tree(&b->tree->graph, core, b->variables, &b->rhs[index]);
}

/* ---- outputs
 * ------------------------------------------------------------------------------------------------------------------------ */

static lind_err output(lind_builder *b, const lind_statement *s) {
  lind_model *m = b->model;
  const lind_named *name = &s->names[0];
  const int index = m->n_outputs;
  lind_tree *value = s->value, *core;
  for (int i = 0; i < index; ++i)
    LIND_CHECK_AT(strcmp(b->outputs[i].name, name->name) != 0, LIND_ERR_INPUT, name->where, "the output '%s' is given twice",
                  name->name);
  if (value == NULL) LIND_TRY(lind_expression_parse(name->name, name->where, b->arena, &value));
  if (s->has_unit)
    LIND_TRY(lind_names_check_number(b, value, LIND_MADE_OF_ALL, "an output", s->unit.dimension, &core));
  else
    LIND_TRY(lind_names_check(b, value, LIND_MADE_OF_ALL, "an output", &core));
  LIND_CHECK_AT(core->type.kind == LIND_TYPE_NUMBER, LIND_ERR_INPUT, name->where,
                "the output '%s' is a truth and must be a number", name->name);
  LIND_TRY(lind_graph_tree(&b->tree->graph, core, b->variables, &b->output[index]));
  if (s->value != NULL) LIND_TRY(define_variable(b, s, core));
  lind_model_output made = {.name = name->name,
                            .unit = s->has_unit ? s->unit : canonical(core->type.dimension),
                            .about = s->text,
                            .where = name->where};
  if (made.about == NULL && s->value == NULL) made.about = lind_names_find(b, name->name)->about;
  if (s->request.name != NULL)
    LIND_TRY(lind_prior_residual(b, &s->request, core->type.dimension, &made.residual, &b->residuals[index]));
  b->outputs[index] = made;
  ++m->n_outputs;
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

static lind_err set(lind_builder *b, const lind_statement *s) {
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

/* ---- the whole
 * ------------------------------------------------------------------------------------------------------------------------ */

static lind_err rooms(lind_builder *b) {
  int n = 1; /* of whatever kind there are at most so many */
  for (int i = 0; i < b->n_statements; ++i) n += b->statements[i].n;
  LIND_TAKE(b->parameters, b->arena, n);
  LIND_TAKE(b->covariates, b->arena, n);
  LIND_TAKE(b->randoms, b->arena, n);
  LIND_TAKE(b->drifts, b->arena, n);
  LIND_TAKE(b->states, b->arena, n);
  LIND_TAKE(b->outputs, b->arena, n);
  LIND_TAKE(b->sets, b->arena, n);
  LIND_TAKE(b->variables, b->arena, n);
  LIND_TAKE(b->initial, b->arena, n);
  LIND_TAKE(b->rhs, b->arena, n);
  LIND_TAKE(b->output, b->arena, n);
  LIND_TAKE(b->bioavailability, b->arena, n);
  LIND_TAKE(b->lag, b->arena, n);
  LIND_TAKE(b->rate, b->arena, n);
  LIND_TAKE(b->duration, b->arena, n);
  LIND_TAKE(b->dynamic, b->arena, n);
  LIND_TAKE(b->blocks, b->arena, n);
  LIND_TAKE(b->drift_programs, b->arena, n);
  LIND_TAKE(b->residuals, b->arena, n);
  for (int k = 0; k < LIND_LEAF_VARIABLE; ++k) LIND_TAKE(b->used[k], b->arena, 2 * n); /* a genotype takes two */
  return LIND_OK;
}

static lind_err statement(lind_builder *b, const lind_statement *s) {
  static lind_err (*const kinds[])(lind_builder *, const lind_statement *) = {
      [LIND_SAYS_MODEL] = heading,
      [LIND_SAYS_TITLE] = heading,
      [LIND_SAYS_SOURCE] = heading,
      [LIND_SAYS_TIME] = heading,
      [LIND_SAYS_COVARIATE] = covariate,
      [LIND_SAYS_PARAMETER] = parameter,
      [LIND_SAYS_RANDOM] = lind_prior_random,
      [LIND_SAYS_DRIFT] = lind_prior_drift,
      [LIND_SAYS_VARIABLE] = variable,
      [LIND_SAYS_STATE] = state,
      [LIND_SAYS_DERIVATIVE] = derivative,
      [LIND_SAYS_OUTPUT] = output,
  };
  return s->kind == LIND_SAYS_SET ? LIND_OK : kinds[s->kind](b, s);
}

static lind_err complete(const lind_builder *b, const char *path) {
  const lind_model *m = b->model;
  const lind_where start = {.file = path, .line = 1, .column = 1};
  LIND_CHECK_AT(m->name != NULL, LIND_ERR_INPUT, start, "a model begins with `model NAME`");
  for (int i = 0; i < m->n_states; ++i)
    LIND_CHECK_AT(b->rhs[i] >= 0, LIND_ERR_INPUT, b->states[i].where, "the state '%s' has no d/dt(%s) = ...", b->states[i].name,
                  b->states[i].name);
  LIND_CHECK_AT(m->n_outputs > 0, LIND_ERR_INPUT, start, "the model '%s' has no output; one is written output NAME = ...",
                m->name);
  return lind_names_unused(b);
}

/* Kinds of leaves stand in the frame one after the other. */
static void place(lind_builder *b) {
  lind_model *m = b->model;
  int *offset = b->tree->offset;
  offset[LIND_LEAF_COVARIATE] = m->n_parameters;
  offset[LIND_LEAF_RANDOM] = offset[LIND_LEAF_COVARIATE] + b->n_covariate_slots;
  offset[LIND_LEAF_DRIFT] = offset[LIND_LEAF_RANDOM] + m->n_randoms;
  b->tree->n_given = offset[LIND_LEAF_DRIFT] + m->n_drifts;
  for (int i = 0; i < m->n_covariates; ++i) b->covariates[i].slot += offset[LIND_LEAF_COVARIATE];
  for (int i = 0; i < m->n_randoms; ++i) b->randoms[i].slot += offset[LIND_LEAF_RANDOM];
  for (int i = 0; i < m->n_drifts; ++i) b->drifts[i].slot += offset[LIND_LEAF_DRIFT];
  m->parameters = b->parameters;
  m->covariates = b->covariates;
  m->randoms = b->randoms;
  m->drifts = b->drifts;
  m->states = b->states;
  m->outputs = b->outputs;
  m->sets = b->sets;
  b->tree->initial = b->initial;
  b->tree->rhs = b->rhs;
  b->tree->outputs = b->output;
  b->tree->bioavailability = b->doses_specially ? b->bioavailability : NULL;
  b->tree->lag = b->doses_specially ? b->lag : NULL;
  b->tree->rate = b->doses_specially ? b->rate : NULL;
  b->tree->duration = b->doses_specially ? b->duration : NULL;
  b->tree->blocks = b->blocks;
  b->tree->drifts = b->drift_programs;
  b->tree->residuals = b->residuals;
}

lind_err lind_build_model(const char *text, const char *path, lind_arena *arena, lind_model **model) {
  lind_builder b = {.arena = arena};
  lind_statement *statements;
  LIND_TAKE(b.model, arena, 1);
  LIND_TAKE(b.tree, arena, 1);
  b.model->text = lind_arena_text(arena, text);
  b.model->path = lind_arena_text(arena, path);
  LIND_CHECK(b.model->text != NULL && b.model->path != NULL, LIND_ERR_MEMORY, "no memory for the model %s", path);
  (void)lind_digest_text(lind_digest_add_text((lind_digest){0, 0}, text), b.model->hash);
  LIND_TRY(lind_statement_read(b.model->text, b.model->path, arena, &statements, &b.n_statements));
  b.statements = statements;
  LIND_TRY(lind_graph_init(&b.tree->graph, arena));
  LIND_TRY(rooms(&b));
  LIND_TRY(lind_names_collect(&b));
  lind_names_define(&b, "time", lind_expression_number(of_time), lind_leaf_slot(LIND_LEAF_TIME, 0), "time since the start",
                    LIND_MADE_OF_ALL);
  for (int i = 0; i < b.n_statements; ++i) LIND_TRY(statement(&b, &statements[i]));
  for (int i = 0; i < b.n_statements; ++i)
    if (statements[i].kind == LIND_SAYS_SET) LIND_TRY(set(&b, &statements[i]));
  LIND_TRY(complete(&b, b.model->path));
  place(&b);
  LIND_TRY(lind_layout_plan(b.model, b.tree, arena));
  *model = b.model;
  return LIND_OK;
}
