/* graph.h -- a model's equations as one graph of shared values: equal expressions are one node, so that common parts are worked
 * out once, derivatives do not explode, and both back ends walk the same operations.
 *
 * Invariants: children stand before their parents (every pass is one loop over ids, never a recursion); a node is never changed.
 * Nodes hold the core operators of expression.h only; constants are folded, and sums and products with 0 and 1 do not occur.
 */
#ifndef LIND_LANGUAGE_GRAPH_H
#define LIND_LANGUAGE_GRAPH_H

#include "lind/expression.h"

/* Where a leaf's value comes from. The first four stand in the frame, in this order. */
typedef enum {
  LIND_LEAF_PARAMETER,
  LIND_LEAF_COVARIATE, /* index counts slots: a genotype takes two */
  LIND_LEAF_RANDOM,
  LIND_LEAF_DRIFT,
  LIND_LEAF_STATE,
  LIND_LEAF_DELAYED, /* index counts delays (lind_model_tree.delayed): a state as it was; constant where derivatives are taken */
  LIND_LEAF_TIME,
  LIND_LEAF_VARIABLE, /* only in checked trees; the graph has the variable's node instead */
  LIND_LEAF_COUNT
} lind_leaf;

/* While a file is read, a checked tree names leaf `index` of `kind` by this slot: places in the frame are known at its end only.
 * Parameters keep theirs. */
enum { LIND_LEAF_SPAN = 1 << 24 };
static inline int lind_leaf_slot(lind_leaf kind, int index) { return (int)kind * LIND_LEAF_SPAN + index; }

typedef struct lind_vertex {
  lind_op op; /* SLOT: a leaf */
  lind_function function;
  lind_leaf leaf;
  int index; /* of the leaf */
  bool truth;
  int n;
  int child[3];
  double value; /* CONSTANT */
} lind_vertex;

typedef struct lind_graph {
  lind_arena *arena;
  int n, room;
  lind_vertex *vertices;
  int n_buckets; /* a power of 2 */
  int *buckets;  /* id + 1 of a vertex; 0 is empty; open addressing */
} lind_graph;

lind_err lind_graph_init(lind_graph *graph, lind_arena *arena) LIND_MUST_CHECK;
lind_err lind_graph_constant(lind_graph *graph, double value, int *id) LIND_MUST_CHECK;
lind_err lind_graph_leaf(lind_graph *graph, lind_leaf leaf, int index, int *id) LIND_MUST_CHECK;
/* children[n] are ids. The result may be an older, simpler or constant vertex. */
lind_err lind_graph_add(lind_graph *graph, lind_op op, lind_function function, int n, const int *children,
                        int *id) LIND_MUST_CHECK;
lind_err lind_graph_unary(lind_graph *graph, lind_op op, int a, int *id) LIND_MUST_CHECK;
lind_err lind_graph_binary(lind_graph *graph, lind_op op, int a, int b, int *id) LIND_MUST_CHECK;
lind_err lind_graph_call(lind_graph *graph, lind_function function, int a, int *id) LIND_MUST_CHECK;
/* A checked tree; variables[i] is the id of variable i. */
lind_err lind_graph_tree(lind_graph *graph, const lind_tree *core, const int *variables, int *id) LIND_MUST_CHECK;
/* The value of a vertex, if it is this constant. */
bool lind_graph_is(const lind_graph *graph, int id, double value);
/* marks[graph->n]: sets to true whatever the marked ones are made of. */
void lind_graph_reach(const lind_graph *graph, bool *marks);

/* derive.c: derivative[i * n_leaves + j] is the id of d roots[i] / d leaves[j]. A derivative that is 0 is the constant 0; truths
 * are flat. */
lind_err lind_graph_derive(lind_graph *graph, const int *roots, int n_roots, const int *leaves, int n_leaves, lind_arena *arena,
                           int *derivative) LIND_MUST_CHECK;

#endif
