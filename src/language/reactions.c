/* Mass action: a reaction runs at its constant times the states on its left, each to the power of its number of molecules, and
 * each run takes and makes that many of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"

enum { NONE = -1 };

typedef struct stoichiometry {
  int n;
  int *state, *net; /* [n] what one run makes of a state; below 0: takes */
} stoichiometry;

/* The states of both sides, all of one unit. */
static lind_err read_species(const lind_builder *b, const lind_statement *s, int *states[2], lind_dimension *dimension) {
  const lind_model_state *first = NULL;
  for (int side = 0; side < 2; ++side)
    for (int i = 0; i < s->side[side].n; ++i) {
      const lind_named *name = &s->side[side].species[i];
      LIND_TRY(lind_states_find(b, name, "reaction", &states[side][i]));
      const lind_model_state *state = &b->states[states[side][i]];
      if (first == NULL) first = state;
      LIND_CHECK_AT(lind_unit_same_dimension(first->unit.dimension, state->unit.dimension), LIND_ERR_UNIT, name->where,
                    "the states of a reaction have units of one kind, but '%s' is in %s and '%s' in %s", first->name,
                    first->unit.text[0] != '\0' ? first->unit.text : "1", state->name,
                    state->unit.text[0] != '\0' ? state->unit.text : "1");
    }
  *dimension = first->unit.dimension;
  return LIND_OK;
}

/* constant * A^a * B^b; the constant has the unit that makes the product one of the states per time. */
static lind_err run(lind_builder *b, const lind_side *side, const int *states, lind_tree *constant, lind_dimension dimension,
                    int *id) {
  lind_graph *graph = &b->tree->graph;
  lind_dimension expected = lind_unit_divide(dimension, lind_build_time);
  lind_tree *core;
  for (int i = 0; i < side->n; ++i)
    for (int k = 0; k < side->count[i]; ++k) {
      for (int d = 0; d < LIND_DIM_COUNT; ++d)
        LIND_CHECK_AT(abs(expected.halves[d] - dimension.halves[d]) <= INT8_MAX, LIND_ERR_UNIT, side->species[i].where,
                      "the rate constant of this reaction has a unit with too high a power");
      expected = lind_unit_divide(expected, dimension);
    }
  LIND_TRY(lind_names_check_number(b, constant, LIND_MADE_OF_ALL, "a rate constant", expected, &core));
  LIND_TRY(lind_graph_tree(graph, core, b->variables, id));
  for (int i = 0; i < side->n; ++i)
    for (int k = 0; k < side->count[i]; ++k) {
      int state;
      LIND_TRY(lind_graph_leaf(graph, LIND_LEAF_STATE, states[i], &state));
      LIND_TRY(lind_graph_binary(graph, LIND_OP_MULTIPLY, *id, state, id));
    }
  return LIND_OK;
}

static void count(stoichiometry *net, const lind_side *side, const int *states, int sign) {
  for (int i = 0; i < side->n; ++i) {
    int at = 0;
    while (at < net->n && net->state[at] != states[i]) ++at;
    if (at == net->n) {
      net->state[net->n] = states[i];
      net->net[net->n++] = 0;
    }
    net->net[at] += sign * side->count[i];
  }
}

/* sum += times flux, where the sum may be NONE */
static lind_err add(lind_graph *graph, int *sum, int times, int flux) {
  int factor, part = flux;
  if (times == 0) return LIND_OK;
  if (abs(times) > 1) {
    LIND_TRY(lind_graph_constant(graph, abs(times), &factor));
    LIND_TRY(lind_graph_binary(graph, LIND_OP_MULTIPLY, factor, flux, &part));
  }
  if (*sum != NONE) return lind_graph_binary(graph, times > 0 ? LIND_OP_ADD : LIND_OP_SUBTRACT, *sum, part, sum);
  if (times < 0) return lind_graph_unary(graph, LIND_OP_NEGATE, part, sum);
  *sum = part;
  return LIND_OK;
}

lind_err lind_reactions_add(lind_builder *b, const lind_statement *s) {
  const int most = s->side[0].n + s->side[1].n;
  lind_graph *graph = &b->tree->graph;
  lind_dimension dimension;
  stoichiometry net = {0};
  int *states[2], flux, back;
  for (int k = 0; k < 2; ++k) LIND_TAKE(states[k], b->arena, s->side[k].n);
  LIND_TAKE(net.state, b->arena, most);
  LIND_TAKE(net.net, b->arena, most);
  LIND_TRY(read_species(b, s, states, &dimension));
  LIND_TRY(run(b, &s->side[0], states[0], s->value, dimension, &flux));
  if (s->back != NULL) {
    LIND_TRY(run(b, &s->side[1], states[1], s->back, dimension, &back));
    LIND_TRY(lind_graph_binary(graph, LIND_OP_SUBTRACT, flux, back, &flux));
  }
  count(&net, &s->side[0], states[0], -1);
  count(&net, &s->side[1], states[1], 1);
  int moved = 0;
  for (int i = 0; i < net.n; ++i) {
    moved += net.net[i] != 0;
    if (b->reactions[net.state[i]] == NONE && net.net[i] == 0)
      LIND_TRY(lind_graph_constant(graph, 0.0, &b->reactions[net.state[i]]));
    LIND_TRY(add(graph, &b->reactions[net.state[i]], net.net[i], flux));
  }
  LIND_CHECK_AT(moved > 0, LIND_ERR_INPUT, s->where, "the reaction makes what it takes: it changes no state");
  if (s->n > 0) (void)lind_build_vertex(b, s->names[0].name, s->text, lind_unit_divide(dimension, lind_build_time), flux);
  return LIND_OK;
}
