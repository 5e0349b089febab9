/* delay(state, lag): a state as it was. Each becomes a symbol of its own, named as it is written, in front of the check of the
 * expression that it stands in. */
#include <string.h>

#include "../expression/expression_internal.h"
#include "build.h"

static lind_err room(lind_builder *b) {
  lind_symbol *symbols;
  int *states, *lags;
  if (b->n_delays < b->room_delays) return LIND_OK;
  b->room_delays = 2 * b->room_delays + 8;
  LIND_TAKE(symbols, b->arena, b->room_delays);
  LIND_TAKE(states, b->arena, b->room_delays);
  LIND_TAKE(lags, b->arena, b->room_delays);
  for (int i = 0; i < b->n_delays; ++i) {
    symbols[i] = b->delay_symbols[i];
    states[i] = b->delay_states[i];
    lags[i] = b->delay_lags[i];
  }
  b->delay_symbols = symbols;
  b->delay_states = states;
  b->delay_lags = lags;
  return LIND_OK;
}

/* The delay of that state and lag: an old one, or a new one whose symbol has the name. */
static lind_err delay_of(lind_builder *b, int state, int lag, const char *name, const char **symbol) {
  for (int i = 0; i < b->n_delays; ++i)
    if (b->delay_states[i] == state && b->delay_lags[i] == lag) {
      *symbol = b->delay_symbols[i].name;
      return LIND_OK;
    }
  LIND_TRY(room(b));
  const int index = b->n_delays++;
  b->delay_states[index] = state;
  b->delay_lags[index] = lag;
  b->delay_symbols[index] = (lind_symbol){.name = name,
                                          .type = lind_expression_number(b->states[state].unit.dimension),
                                          .slot = lind_leaf_slot(LIND_LEAF_DELAYED, index),
                                          .about = b->states[state].about};
  *symbol = name;
  return LIND_OK;
}

static lind_err lower(lind_builder *b, lind_tree *call, lind_made_of made_of) {
  const char *name, *symbol;
  lind_tree *core;
  int state = -1, lag;
  LIND_CHECK_AT(made_of == LIND_MADE_OF_ALL, LIND_ERR_INPUT, call->where,
                "delay(...) is not available here: it changes with time, as states do");
  LIND_CHECK_AT(call->n == 2, LIND_ERR_INPUT, call->where, "delay has %d argument%s; it is written delay(state, lag)", call->n,
                call->n == 1 ? "" : "s");
  const lind_tree *of = call->children[0];
  LIND_CHECK_AT(of->op == LIND_OP_NAME, LIND_ERR_INPUT, of->where,
                "delay(state, lag) looks back on a state; give what you want to look back on a state of its own");
  LIND_TRY(lind_states_find(b, &(lind_named){.name = of->text, .where = of->where}, "delay", &state));
  LIND_TRY(lind_expression_text(call, b->arena, &name));
  LIND_TRY(lind_names_check_number(b, call->children[1], LIND_MADE_OF_FRAME, "a lag", lind_build_time, &core));
  LIND_TRY(lind_graph_tree(&b->tree->graph, core, b->variables, &lag));
  const lind_vertex *v = &b->tree->graph.vertices[lag];
  LIND_CHECK_AT(v->op != LIND_OP_CONSTANT || v->value > 0.0, LIND_ERR_INPUT, call->children[1]->where,
                "the lag of delay(...) is %g h; it must be above 0", v->value);
  LIND_TRY(delay_of(b, state, lag, name, &symbol));
  call->op = LIND_OP_NAME;
  call->text = symbol;
  call->n = 0;
  return LIND_OK;
}

lind_err lind_delays_lower(lind_builder *b, lind_tree *tree, lind_made_of made_of) {
  if (tree->op == LIND_OP_CALL && strcmp(tree->text, "delay") == 0) return lower(b, tree, made_of);
  for (int i = 0; i < tree->n; ++i) LIND_TRY(lind_delays_lower(b, tree->children[i], made_of));
  return LIND_OK;
}

lind_err lind_delays_refuse(const lind_builder *b, int id, lind_where where, const char *what) {
  const lind_graph *graph = &b->tree->graph;
  bool *marks;
  if (b->n_delays == 0) return LIND_OK;
  LIND_TAKE(marks, b->arena, graph->n);
  marks[id] = true;
  lind_graph_reach(graph, marks);
  for (int i = 0; i < graph->n; ++i)
    LIND_CHECK_AT(!marks[i] || graph->vertices[i].op != LIND_OP_SLOT || graph->vertices[i].leaf != LIND_LEAF_DELAYED,
                  LIND_ERR_INPUT, where, "%s cannot be made of delay(...), which only rates and outputs can read", what);
  return LIND_OK;
}
