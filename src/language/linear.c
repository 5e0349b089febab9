/* The linear part: the largest set of states whose rates are a x + b over states of the set alone, a and b from the frame.
 *
 * All states begin in the set; one whose rate is not affine in what is left leaves it, until none leaves. Affine is decided by
 * how the rate is written, vertex by vertex: a condition, a least or a power of a state is not affine, whatever its derivative.
 */
#include "linear.h"

#include <string.h>

typedef enum { FREE, AFFINE, OTHER } degree; /* of a vertex in the states of the set */

static degree more(degree a, degree b) { return a > b ? a : b; }

static degree degree_of(const lind_vertex *v, const degree *of, const bool *in) {
  degree most = FREE;
  if (v->op == LIND_OP_SLOT) {
    if (v->leaf <= LIND_LEAF_DRIFT) return FREE;
    return v->leaf == LIND_LEAF_STATE && in[v->index] ? AFFINE : OTHER;
  }
  for (int k = 0; k < v->n; ++k) most = more(most, of[v->child[k]]);
  switch (v->op) {
    case LIND_OP_NEGATE:
    case LIND_OP_ADD:
    case LIND_OP_SUBTRACT:
      return most;
    case LIND_OP_MULTIPLY:
      return of[v->child[0]] == FREE || of[v->child[1]] == FREE ? most : OTHER;
    case LIND_OP_DIVIDE:
      return of[v->child[1]] == FREE ? most : OTHER;
    case LIND_OP_SELECT:
      return of[v->child[0]] == FREE && !v->truth ? most : most == FREE ? FREE : OTHER;
    default:
      return most == FREE ? FREE : OTHER;
  }
}

/* Leaves the set as it is after the last pass in in[], and the degrees in it. */
static void eliminate(const lind_model_tree *tree, int n_states, bool *in, degree *of) {
  const lind_graph *graph = &tree->graph;
  for (bool changed = true; changed;) {
    changed = false;
    for (int i = 0; i < graph->n; ++i) of[i] = degree_of(&graph->vertices[i], of, in);
    for (int k = 0; k < n_states; ++k) {
      if (!in[k] || of[tree->rhs[k]] != OTHER) continue;
      in[k] = false;
      changed = true;
    }
  }
}

/* constants[i]: the rate of linear state i where all states of the set are 0. */
static lind_err constants_of(lind_graph *graph, const int *rates, int n, const degree *of, lind_arena *arena, int *constants) {
  const int before = graph->n;
  int *at_zero;
  bool *needed;
  LIND_TAKE(at_zero, arena, before);
  LIND_TAKE(needed, arena, before);
  for (int i = 0; i < n; ++i) needed[rates[i]] = true;
  lind_graph_reach(graph, needed);
  for (int i = 0; i < before; ++i) {
    const lind_vertex v = graph->vertices[i]; /* a copy: the graph grows */
    int children[3];
    at_zero[i] = i;
    if (!needed[i] || of[i] == FREE) continue;
    for (int k = 0; k < v.n; ++k) children[k] = at_zero[v.child[k]];
    LIND_TRY(v.op == LIND_OP_SLOT ? lind_graph_constant(graph, 0.0, &at_zero[i])
                                  : lind_graph_add(graph, v.op, v.function, v.n, children, &at_zero[i]));
  }
  for (int i = 0; i < n; ++i) constants[i] = at_zero[rates[i]];
  return LIND_OK;
}

/* Places in linear[n] of the states that the other rates read. */
static lind_err driving_of(const lind_graph *graph, lind_linear *made, lind_arena *arena) {
  int *driving;
  bool *read;
  LIND_TAKE(driving, arena, made->n);
  LIND_TAKE(read, arena, graph->n);
  for (int i = 0; i < made->n_rest; ++i) read[made->rest[i]] = true;
  lind_graph_reach(graph, read);
  for (int id = 0; id < graph->n; ++id) {
    const lind_vertex *v = &graph->vertices[id];
    for (int i = 0; read[id] && v->op == LIND_OP_SLOT && v->leaf == LIND_LEAF_STATE && i < made->n; ++i)
      if (made->states[i] == v->index) driving[made->n_driving++] = i;
  }
  for (int i = 1; i < made->n_driving; ++i) /* leaves stand in the order in which the text names them */
    for (int j = i; j > 0 && driving[j - 1] > driving[j]; --j) {
      const int kept = driving[j];
      driving[j] = driving[j - 1];
      driving[j - 1] = kept;
    }
  made->driving = driving;
  return LIND_OK;
}

static lind_err matrix_of(lind_graph *graph, const int *rates, lind_linear *made, lind_arena *arena) {
  const int n = made->n;
  int *leaves, *all, *places;
  LIND_TAKE(leaves, arena, n);
  LIND_TAKE(all, arena, n * n);
  LIND_TAKE(places, arena, n * n);
  for (int i = 0; i < n; ++i) LIND_TRY(lind_graph_leaf(graph, LIND_LEAF_STATE, made->states[i], &leaves[i]));
  LIND_TRY(lind_graph_derive(graph, rates, n, leaves, n, arena, all));
  for (int i = 0; i < n * n; ++i) {
    if (lind_graph_is(graph, all[i], 0)) continue;
    places[made->n_matrix] = i;
    all[made->n_matrix++] = all[i];
  }
  made->matrix = all;
  made->places = places;
  return LIND_OK;
}

lind_err lind_linear_plan(lind_model_tree *tree, int n_states, lind_arena *arena) {
  lind_linear made = {0};
  int *states, *rates, *constants, *rest, *rest_states;
  bool *in;
  degree *of;
  LIND_TAKE(in, arena, n_states);
  LIND_TAKE(of, arena, tree->graph.n);
  LIND_TAKE(states, arena, n_states);
  LIND_TAKE(rates, arena, n_states);
  LIND_TAKE(constants, arena, n_states);
  LIND_TAKE(rest, arena, n_states);
  LIND_TAKE(rest_states, arena, n_states);
  for (int k = 0; k < n_states; ++k) in[k] = true;
  for (int k = 0; k < tree->n_noises; ++k) in[tree->noisy[k]] = false;
  eliminate(tree, n_states, in, of);
  for (int k = 0; k < n_states; ++k) {
    if (in[k]) {
      states[made.n] = k;
      rates[made.n++] = tree->rhs[k];
    } else {
      rest_states[made.n_rest] = k;
      rest[made.n_rest++] = tree->rhs[k];
    }
  }
  made.states = states;
  made.rest = rest;
  made.rest_states = rest_states;
  made.constants = constants;
  LIND_TRY(driving_of(&tree->graph, &made, arena));
  LIND_TRY(constants_of(&tree->graph, rates, made.n, of, arena, constants));
  LIND_TRY(matrix_of(&tree->graph, rates, &made, arena));
  tree->linear = made;
  return LIND_OK;
}
