/* States and what moves them: doses, derivatives, transit chains, noise. */
#include <stdio.h>
#include <string.h>

#include "../expression/expression_internal.h"
#include "build.h"
#include "lind/text.h"

enum { NONE = -1 };

/* The vertex of an expression over the frame, or of `otherwise` if there is none. */
static lind_err frame_vertex(lind_builder *b, lind_tree *tree, const char *what, lind_dimension dimension, double otherwise,
                             int *id) {
  lind_tree *core;
  if (tree == NULL) return lind_graph_constant(&b->tree->graph, otherwise, id);
  LIND_TRY(lind_names_check_number(b, tree, LIND_MADE_OF_FRAME, what, dimension, &core));
  return lind_graph_tree(&b->tree->graph, core, b->variables, id);
}

lind_err lind_states_add(lind_builder *b, const lind_named *name, lind_unit unit, const char *about, int *index) {
  const int at = b->model->n_states++;
  int zero, one;
  LIND_TRY(lind_graph_constant(&b->tree->graph, 0.0, &zero));
  LIND_TRY(lind_graph_constant(&b->tree->graph, 1.0, &one));
  b->states[at] = (lind_model_state){.name = name->name, .unit = unit, .about = about, .where = name->where};
  b->initial[at] = b->lag[at] = b->rate[at] = b->duration[at] = zero;
  b->bioavailability[at] = one;
  b->rhs[at] = b->reactions[at] = b->diffusion[at] = NONE;
  lind_names_define(b, name->name, lind_expression_number(unit.dimension), lind_leaf_slot(LIND_LEAF_STATE, at), about,
                    LIND_MADE_OF_ALL);
  *index = at;
  return LIND_OK;
}

static lind_err add_dosing(lind_builder *b, const lind_request *dose, int index) {
  static const char *const keys[] = {"bioavailability", "lag", "rate", "duration"};
  const lind_argument *found[4] = {NULL};
  lind_tree *value[4];
  if (dose->name == NULL) return LIND_OK;
  b->states[index].doses = true;
  LIND_TRY(lind_prior_arguments(dose, keys, 4, false, found));
  for (int k = 0; k < 4; ++k) {
    b->doses_specially |= found[k] != NULL;
    value[k] = found[k] != NULL ? found[k]->values[0] : NULL;
  }
  b->states[index].rates = found[2] != NULL;
  b->states[index].durations = found[3] != NULL;
  const lind_dimension flow = lind_unit_divide(b->states[index].unit.dimension, lind_build_time);
  LIND_TRY(frame_vertex(b, value[0], "a bioavailability", lind_unit_dimensionless, 1.0, &b->bioavailability[index]));
  LIND_TRY(frame_vertex(b, value[1], "a lag time", lind_build_time, 0.0, &b->lag[index]));
  LIND_TRY(frame_vertex(b, value[2], "a rate", flow, 0.0, &b->rate[index]));
  return frame_vertex(b, value[3], "a duration", lind_build_time, 0.0, &b->duration[index]);
}

/* Initial value and dosing see what is defined above the statement, not the state itself. */
lind_err lind_states_state(lind_builder *b, const lind_statement *s) {
  int initial, index;
  LIND_TRY(frame_vertex(b, s->value, "an initial value", s->unit.dimension, 0.0, &initial));
  LIND_TRY(lind_states_add(b, &s->names[0], s->unit, s->text, &index));
  b->initial[index] = initial;
  return add_dosing(b, &s->request, index);
}

/* ---- transit chains
 * ----------------------------------------------------------------------------------------------------------------- */

typedef struct chain {
  int rate, input; /* vertices */
} chain;

static lind_err read_chain(lind_builder *b, const lind_statement *s, chain *made) {
  static const char *const keys[] = {"n", "rate", "input"};
  const lind_dimension flow = lind_unit_divide(s->unit.dimension, lind_build_time);
  const lind_argument *found[3];
  lind_tree *core;
  LIND_TRY(lind_prior_arguments(&s->extra, keys, 3, false, found));
  LIND_CHECK_AT(found[1] != NULL, LIND_ERR_INPUT, s->extra.where, "%s(...) needs 'rate = ...', which empties each compartment",
                s->extra.name);
  LIND_TRY(lind_names_check_number(b, found[1]->values[0], LIND_MADE_OF_ALL, "the rate of a transit chain",
                                   lind_unit_divide(lind_unit_dimensionless, lind_build_time), &core));
  LIND_TRY(lind_graph_tree(&b->tree->graph, core, b->variables, &made->rate));
  if (found[2] == NULL) return lind_graph_constant(&b->tree->graph, 0.0, &made->input);
  LIND_TRY(lind_names_check_number(b, found[2]->values[0], LIND_MADE_OF_ALL, "the input of a transit chain", flow, &core));
  return lind_graph_tree(&b->tree->graph, core, b->variables, &made->input);
}

/* NAME.k' = (what comes from the one before) - rate NAME.k; NAME.out is what leaves the last. Doses enter the first. */
lind_err lind_states_transit(lind_builder *b, const lind_statement *s) {
  lind_graph *graph = &b->tree->graph;
  const int n = s->n - 2;
  chain c;
  int initial, flow, index = NONE;
  LIND_TRY(read_chain(b, s, &c));
  LIND_TRY(frame_vertex(b, s->value, "an initial value", s->unit.dimension, 0.0, &initial));
  flow = c.input;
  for (int k = 1; k <= n; ++k) {
    int content, out;
    LIND_TRY(lind_states_add(b, &s->names[k], s->unit, s->text, &index));
    if (k == 1) LIND_TRY(add_dosing(b, &s->request, index));
    b->initial[index] = initial;
    LIND_TRY(lind_graph_leaf(graph, LIND_LEAF_STATE, index, &content));
    LIND_TRY(lind_graph_binary(graph, LIND_OP_MULTIPLY, c.rate, content, &out));
    LIND_TRY(lind_graph_binary(graph, LIND_OP_SUBTRACT, flow, out, &b->rhs[index]));
    flow = out;
  }
  const lind_dimension dimension = lind_unit_divide(s->unit.dimension, lind_build_time);
  (void)lind_build_vertex(b, s->names[n + 1].name, s->text, dimension, flow);
  const char *why =
      lind_arena_format(b->arena, "it is a transit chain, whose compartments are %s.1 to %s.%d and whose outflow is %s",
                        s->names[0].name, s->names[0].name, n, s->names[n + 1].name);
  LIND_CHECK(why != NULL, LIND_ERR_MEMORY, "no memory for the chain %s", s->names[0].name);
  lind_names_deny(b, s->names[0].name, why);
  return LIND_OK;
}

/* ---- d/dt and noise
 * ----------------------------------------------------------------------------------------------------------------- */

lind_err lind_states_find(const lind_builder *b, const lind_named *name, const char *what, int *index) {
  const int n = b->model->n_states;
  const char **names;
  char suggestion[80];
  for (int i = 0; i < n; ++i)
    if (strcmp(b->states[i].name, name->name) == 0) {
      *index = i;
      return LIND_OK;
    }
  LIND_TAKE(names, b->arena, n);
  for (int i = 0; i < n; ++i) names[i] = b->states[i].name;
  return lind_error_fail_at(LIND_ERR_INPUT, name->where, "%s: '%s' is not a state that is declared above%s", what, name->name,
                            lind_text_suggestion(name->name, names, (size_t)n, suggestion, sizeof suggestion));
}

lind_err lind_states_derivative(lind_builder *b, const lind_statement *s) {
  char what[80];
  lind_tree *core;
  int index = NONE;
  (void)snprintf(what, sizeof what, "d/dt(%.60s)", s->names[0].name);
  LIND_TRY(lind_states_find(b, &s->names[0], what, &index));
  LIND_CHECK_AT(b->rhs[index] < 0, LIND_ERR_INPUT, s->where, "the derivative of '%s' is given twice", s->names[0].name);
  LIND_TRY(lind_names_check_number(b, s->value, LIND_MADE_OF_ALL, what,
                                   lind_unit_divide(b->states[index].unit.dimension, lind_build_time), &core));
  return lind_graph_tree(&b->tree->graph, core, b->variables, &b->rhs[index]);
}

/* dx = ... dt + g dW: a Wiener process has the unit of the square root of time. */
lind_err lind_states_noise(lind_builder *b, const lind_statement *s) {
  char what[80];
  lind_tree *core;
  int index = NONE;
  (void)snprintf(what, sizeof what, "noise(%.60s)", s->names[0].name);
  LIND_TRY(lind_states_find(b, &s->names[0], what, &index));
  LIND_CHECK_AT(b->diffusion[index] < 0, LIND_ERR_INPUT, s->where, "the noise of '%s' is given twice", s->names[0].name);
  LIND_TRY(lind_names_check_number(b, s->value, LIND_MADE_OF_ALL, what,
                                   lind_unit_divide(b->states[index].unit.dimension, lind_unit_power(lind_build_time, 1)),
                                   &core));
  LIND_TRY(lind_graph_tree(&b->tree->graph, core, b->variables, &b->diffusion[index]));
  return lind_delays_refuse(b, b->diffusion[index], s->value->where, "a noise");
}

lind_err lind_states_complete(lind_builder *b) {
  for (int i = 0; i < b->model->n_states; ++i) {
    const lind_model_state *state = &b->states[i];
    LIND_CHECK_AT(b->rhs[i] >= 0 || b->reactions[i] >= 0, LIND_ERR_INPUT, state->where,
                  "the state '%s' has no d/dt(%s) = ... and is in no reaction", state->name, state->name);
    if (b->rhs[i] < 0)
      b->rhs[i] = b->reactions[i];
    else if (b->reactions[i] >= 0)
      LIND_TRY(lind_graph_binary(&b->tree->graph, LIND_OP_ADD, b->rhs[i], b->reactions[i], &b->rhs[i]));
  }
  return LIND_OK;
}
