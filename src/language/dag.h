/* dag.h -- a model as one graph of numbered values: equal sub-expressions are one node, so common work is done once, derivatives stay small,
 * and both back ends (emit.c prints it as C, evaluate.c runs it) do the same operations in the same order. Private to src/language. */
#ifndef LIND_DAG_H
#define LIND_DAG_H

#include "lind/expression.h"
#include "lind/model.h"

typedef struct lind_dag_node {
  lind_op op;             /* CONSTANT, SLOT or an operation */
  lind_function function; /* FUNCTION */
  bool moves;             /* depends on a state or on time */
  int child[3];           /* -1 where there is none */
  double value;           /* CONSTANT */
  int slot;               /* SLOT: 0 .. n_inputs - 1 inputs, then states, then time */
} lind_dag_node;

typedef struct lind_dag {
  lind_arena *arena;
  int n, room;
  lind_dag_node *at;
  int n_buckets;
  int *bucket, *chain; /* hash of nodes */
  int n_inputs, n_states;
} lind_dag;

lind_err lind_dag_create(int n_inputs, int n_states, lind_arena *arena, lind_dag **dag) LIND_MUST_CHECK;
lind_err lind_dag_constant(lind_dag *dag, double value, int *node) LIND_MUST_CHECK;
lind_err lind_dag_slot(lind_dag *dag, int slot, int *node) LIND_MUST_CHECK;
lind_err lind_dag_add(lind_dag *dag, lind_op op, lind_function function, int a, int b, int c, int *node) LIND_MUST_CHECK;
/* node_of[slot]: what a slot of the checked tree stands for. */
lind_err lind_dag_tree(lind_dag *dag, const lind_tree *tree, const int *node_of, int *node) LIND_MUST_CHECK;
/* j[i * n_states + k] = d roots[i] / d state k, -1 where it is zero. */
lind_err lind_dag_jacobian(lind_dag *dag, const int *roots, int n_roots, int *j) LIND_MUST_CHECK;

/* ---- what both back ends take ------------------------------------------------------------------------------------------------------- */

typedef struct lind_model_tree {
  lind_dag *dag;
  int n_states, n_outputs, n_frame, n_inputs;
  const int *initial, *rate, *output, *bioavailability, *lag; /* nodes; the last two NULL if no state says them */
  const int *jacobian;                                        /* [n_states^2], -1 zero */
  int n_hoisted;
  const int *hoisted;      /* nodes kept in the frame: constant between events, computed by `individual` */
  const int *hoisted_slot; /* [dag->n] frame slot or -1 */
  const struct lind_draft *draft;
  struct lind_tree *const *random_sd; /* checked over the parameters */
  struct lind_tree *const *drift_value, *const *drift_tau, *const *drift_every;
  struct lind_tree *const *error_a, *const *error_b;
  struct lind_tree *const *correlation[64];
} lind_model_tree;

lind_err lind_emit_model(const lind_model *model, const char *symbol, char **text, size_t *length) LIND_MUST_CHECK; /* free() it */
lind_err lind_evaluate_attach(lind_model *model, lind_arena *arena) LIND_MUST_CHECK;

/* What generated C exports. */
typedef struct lind_generated {
  const char *hash;
  void (*individual)(const void *self, lind_lane *frame);
  void (*initial)(const void *self, const lind_lane *frame, lind_lane *x);
  void (*rhs)(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx);
  void (*jacobian)(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *j);
  void (*outputs)(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *y);
  void (*dosing)(const void *self, const lind_lane *frame, lind_lane *bioavailability, lind_lane *lag);
} lind_generated;

#endif
