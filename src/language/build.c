/* The walk over the statements of a file, in its order; parameter sets last. Headings, variables and outputs are done here. */
#include "build.h"

#include <stdio.h>
#include <string.h>

#include "../expression/expression_internal.h"
#include "lind/digest.h"
#include "lind/text.h"

const lind_dimension lind_build_time = {.halves = {[LIND_DIM_TIME] = 2}};

lind_unit lind_build_unit(lind_dimension dimension) {
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
  LIND_CHECK_AT(lind_unit_same_dimension(s->unit.dimension, lind_build_time), LIND_ERR_UNIT, s->unit_where,
                "'%s' is no unit of time", s->unit.text);
  b->model->time = s->unit;
  return LIND_OK;
}

/* ---- variables
 * -------------------------------------------------------------------------------------------------------------------- */

static int define(lind_builder *b, const char *name, const char *about, lind_type type, int id, bool dynamic) {
  const int index = b->n_variables++;
  b->variables[index] = id;
  b->dynamic[index] = dynamic;
  lind_names_define(b, name, type, lind_leaf_slot(LIND_LEAF_VARIABLE, index), about,
                    dynamic ? LIND_MADE_OF_ALL : LIND_MADE_OF_FRAME);
  return index;
}

lind_err lind_build_variable(lind_builder *b, const char *name, const char *about, const lind_tree *core) {
  int id;
  LIND_TRY(lind_graph_tree(&b->tree->graph, core, b->variables, &id));
  (void)define(b, name, about, core->type, id, lind_names_made_of(b, core) == LIND_MADE_OF_ALL);
  return LIND_OK;
}

int lind_build_vertex(lind_builder *b, const char *name, const char *about, lind_dimension dimension, int id) {
  return define(b, name, about, lind_expression_number(dimension), id, true);
}

static lind_err variable(lind_builder *b, const lind_statement *s) {
  lind_tree *core;
  LIND_TRY(lind_names_check(b, s->value, LIND_MADE_OF_ALL, "this model", &core));
  return lind_build_variable(b, s->names[0].name, s->text, core);
}

/* An input that something is connected to: a variable with the unit that the module asks for. */
static lind_err connection(lind_builder *b, const lind_statement *s) {
  const lind_named *port = &s->names[0];
  const bool nothing = s->value->op == LIND_OP_CONSTANT && s->value->value == 0.0 && s->value->unit.text[0] == '\0';
  const char *text;
  char from[64];
  lind_tree *core;
  LIND_TRY(lind_expression_text(s->value, b->arena, &text));
  LIND_TRY(lind_names_check(b, s->value, LIND_MADE_OF_ALL, "a connection", &core));
  LIND_CHECK_AT(core->type.kind == LIND_TYPE_NUMBER, LIND_ERR_INPUT, s->value->where, "'%s' is no number, but the input '%s' is",
                text, port->name);
  (void)lind_unit_dimension_text(core->type.dimension, from, sizeof from);
  LIND_CHECK_AT(nothing || lind_unit_same_dimension(core->type.dimension, s->unit.dimension), LIND_ERR_UNIT, s->value->where,
                "'%s' is %s, but '%s', which it is connected to, takes %s (%s, line %d)", text,
                from[0] != '\0' ? from : "a plain number", port->name, s->unit.text[0] != '\0' ? s->unit.text : "a plain number",
                s->unit_where.file, s->unit_where.line);
  if (nothing) LIND_TRY(lind_names_check_number(b, s->value, LIND_MADE_OF_ALL, "a connection", s->unit.dimension, &core));
  return lind_build_variable(b, port->name, s->text, core);
}

/* ---- outputs
 * ------------------------------------------------------------------------------------------------------------------------ */

/* `output map = heart.map` shows an output again, in its unit. */
static lind_unit inherited(const lind_builder *b, const lind_tree *value, lind_dimension dimension) {
  for (int i = 0; value != NULL && value->op == LIND_OP_NAME && i < b->model->n_outputs; ++i)
    if (strcmp(b->outputs[i].name, value->text) == 0) return b->outputs[i].unit;
  return lind_build_unit(dimension);
}

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
  if (s->value != NULL) LIND_TRY(lind_build_variable(b, name->name, s->text, core));
  lind_model_output made = {.name = name->name,
                            .unit = s->has_unit ? s->unit : inherited(b, s->value, core->type.dimension),
                            .about = s->text,
                            .where = name->where};
  if (made.about == NULL && s->value == NULL) made.about = lind_names_find(b, name->name)->about;
  if (s->request.name != NULL) LIND_TRY(lind_prior_residual(b, s, core->type.dimension, &made, &b->residuals[index]));
  b->outputs[index] = made;
  ++m->n_outputs;
  return LIND_OK;
}

/* ---- the whole
 * ------------------------------------------------------------------------------------------------------------------------ */

static lind_err rooms(lind_builder *b) {
  int n = 1; /* of whatever kind there are at most so many */
  for (int i = 0; i < b->n_statements; ++i) n += b->statements[i].n > 0 ? b->statements[i].n : 1;
  LIND_TAKE(b->parameters, b->arena, n);
  LIND_TAKE(b->covariates, b->arena, n);
  LIND_TAKE(b->randoms, b->arena, n);
  LIND_TAKE(b->drifts, b->arena, n);
  LIND_TAKE(b->states, b->arena, n);
  LIND_TAKE(b->outputs, b->arena, n);
  LIND_TAKE(b->sets, b->arena, n);
  LIND_TAKE(b->triggers, b->arena, n);
  LIND_TAKE(b->events, b->arena, n);
  LIND_TAKE(b->dynamic, b->arena, n);
  LIND_TAKE(b->blocks, b->arena, n);
  LIND_TAKE(b->drift_programs, b->arena, n);
  LIND_TAKE(b->residuals, b->arena, n);
  LIND_TAKE(b->trigger_resets, b->arena, n);
  int **const ids[] = {&b->variables, &b->covariate_variables, &b->initial,   &b->rhs,
                       &b->output,    &b->bioavailability,     &b->lag,       &b->rate,
                       &b->duration,  &b->reactions,           &b->diffusion, &b->trigger_roots};
  for (size_t i = 0; i < sizeof ids / sizeof ids[0]; ++i) LIND_TAKE(*ids[i], b->arena, n);
  for (int k = 0; k <= LIND_LEAF_DRIFT; ++k) LIND_TAKE(b->used[k], b->arena, 3 * n); /* a linear covariate takes three */
  LIND_TAKE(b->used[LIND_LEAF_VARIABLE], b->arena, n);
  return LIND_OK;
}

static lind_err statement(lind_builder *b, const lind_statement *s) {
  static lind_err (*const kinds[])(lind_builder *, const lind_statement *) = {
      [LIND_SAYS_MODEL] = heading,
      [LIND_SAYS_TITLE] = heading,
      [LIND_SAYS_SOURCE] = heading,
      [LIND_SAYS_TIME] = heading,
      [LIND_SAYS_COVARIATE] = lind_given_covariate,
      [LIND_SAYS_PARAMETER] = lind_given_parameter,
      [LIND_SAYS_RANDOM] = lind_prior_random,
      [LIND_SAYS_DRIFT] = lind_prior_drift,
      [LIND_SAYS_VARIABLE] = variable,
      [LIND_SAYS_STATE] = lind_states_state,
      [LIND_SAYS_TRANSIT] = lind_states_transit,
      [LIND_SAYS_DERIVATIVE] = lind_states_derivative,
      [LIND_SAYS_NOISE] = lind_states_noise,
      [LIND_SAYS_REACTION] = lind_reactions_add,
      [LIND_SAYS_WHEN] = lind_triggers_when,
      [LIND_SAYS_EVENT] = lind_triggers_event,
      [LIND_SAYS_OUTPUT] = output,
      [LIND_SAYS_INPUT] = lind_given_parameter,
      [LIND_SAYS_CONNECT] = connection,
  };
  return s->kind == LIND_SAYS_SET ? LIND_OK : kinds[s->kind](b, s);
}

static lind_err complete(lind_builder *b, const char *path) {
  const lind_model *m = b->model;
  const lind_where start = {.file = path, .line = 1, .column = 1};
  LIND_CHECK_AT(m->name != NULL, LIND_ERR_INPUT, start, "a model begins with `model NAME`");
  LIND_TRY(lind_states_complete(b));
  LIND_CHECK_AT(m->n_outputs > 0, LIND_ERR_INPUT, start, "the model '%s' has no output; one is written output NAME = ...",
                m->name);
  return lind_names_unused(b);
}

/* States with noise, by index. */
static lind_err place_noise(lind_builder *b) {
  int *noisy, *diffusion, n = 0;
  LIND_TAKE(noisy, b->arena, b->model->n_states);
  LIND_TAKE(diffusion, b->arena, b->model->n_states);
  for (int i = 0; i < b->model->n_states; ++i) {
    if (b->diffusion[i] < 0) continue;
    noisy[n] = i;
    diffusion[n++] = b->diffusion[i];
  }
  b->tree->n_noises = n;
  b->tree->noisy = noisy;
  b->tree->diffusion = diffusion;
  return LIND_OK;
}

static void place_tree(lind_builder *b) {
  lind_model_tree *tree = b->tree;
  tree->initial = b->initial;
  tree->rhs = b->rhs;
  tree->outputs = b->output;
  tree->bioavailability = b->doses_specially ? b->bioavailability : NULL;
  tree->lag = b->doses_specially ? b->lag : NULL;
  tree->rate = b->doses_specially ? b->rate : NULL;
  tree->duration = b->doses_specially ? b->duration : NULL;
  tree->n_delays = b->n_delays;
  tree->delayed = b->delay_states;
  tree->delays = b->delay_lags;
  tree->blocks = b->blocks;
  tree->drifts = b->drift_programs;
  tree->residuals = b->residuals;
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
  m->triggers = b->triggers;
  m->events = b->events;
  place_tree(b);
}

/* What the statements say: everything but how it is laid out. */
static lind_err understand(lind_builder *b, const char *path) {
  LIND_TRY(lind_graph_init(&b->tree->graph, b->arena));
  LIND_TRY(rooms(b));
  LIND_TRY(lind_names_collect(b));
  lind_names_define(b, "time", lind_expression_number(lind_build_time), lind_leaf_slot(LIND_LEAF_TIME, 0), "time since the start",
                    LIND_MADE_OF_ALL);
  for (int i = 0; i < b->n_statements; ++i) LIND_TRY(statement(b, &b->statements[i]));
  for (int i = 0; i < b->n_statements; ++i)
    if (b->statements[i].kind == LIND_SAYS_SET) LIND_TRY(lind_given_set(b, &b->statements[i]));
  return complete(b, path);
}

static lind_err read(lind_builder *b, lind_composition *c, const char *as, const lind_using *using, const char *text) {
  lind_statement *statements;
  LIND_TAKE(b->model, b->arena, 1);
  LIND_TAKE(b->tree, b->arena, 1);
  b->model->path = lind_arena_text(b->arena, using->path);
  LIND_CHECK(b->model->path != NULL, LIND_ERR_MEMORY, "no memory for the model %s", using->path);
  b->model->time = (lind_unit){.dimension = lind_build_time, .scale = 1, .text = "h"};
  LIND_TRY(lind_statement_read(text, b->model->path, b->arena, &statements, &b->n_statements));
  LIND_TRY(lind_compose(c, as, using, &statements, &b->n_statements));
  b->statements = statements;
  return understand(b, b->model->path);
}

lind_err lind_build_alone(const lind_composition *c, const char *as, const lind_using *using, const char *text,
                          lind_model **model) {
  lind_composition own = *c;
  lind_builder b = {.arena = c->arena};
  own.text = (lind_buffer){.arena = c->arena};
  own.connections = NULL;
  own.n_modules = own.n_connections = own.room_connections = 0;
  LIND_TAKE(own.modules, c->arena, LIND_COMPOSE_MODULES);
  LIND_TRY(read(&b, &own, as, using, text));
  *model = b.model;
  return LIND_OK;
}

/* The file, and behind it the modules that it uses. */
static lind_err keep_text(lind_model *m, lind_composition *c, const char *text) {
  const char *modules = "";
  if (c->n_modules > 0) LIND_TRY(lind_buffer_finish(&c->text, &modules));
  m->text = lind_arena_format(c->arena, "%s%s", text, modules);
  LIND_CHECK(m->text != NULL, LIND_ERR_MEMORY, "no memory for the model %s", m->path);
  (void)lind_digest_text(lind_digest_add_text((lind_digest){0, 0}, m->text), m->hash);
  m->n_modules = c->n_modules;
  m->modules = c->modules;
  m->n_connections = c->n_connections;
  m->connections = c->connections;
  return LIND_OK;
}

lind_err lind_build_model(const char *text, const char *path, lind_composition *c, lind_model **model) {
  lind_builder b = {.arena = c->arena};
  const lind_using using = {.name = path, .path = path};
  c->text.arena = c->arena;
  LIND_TAKE(c->modules, c->arena, LIND_COMPOSE_MODULES);
  LIND_TAKE(c->swapped, c->arena, c->n_swaps);
  LIND_TRY(read(&b, c, "", &using, text));
  LIND_TRY(keep_text(b.model, c, text));
  place(&b);
  LIND_TRY(place_noise(&b));
  LIND_TRY(lind_triggers_place(&b));
  LIND_TRY(lind_layout_plan(b.model, b.tree, c->arena));
  *model = b.model;
  return LIND_OK;
}
