#include "dag.h"

#include <math.h>
#include <string.h>

#include "expression/expression_internal.h"

enum { MOST_NODES = 1 << 20 };

lind_err lind_dag_create(int n_inputs, int n_states, lind_arena *arena, lind_dag **result) {
  lind_dag *dag;
  LIND_TAKE(dag, arena, 1);
  dag->arena = arena;
  dag->n_inputs = n_inputs;
  dag->n_states = n_states;
  dag->n_buckets = 1 << 14;
  LIND_TAKE(dag->bucket, arena, dag->n_buckets);
  memset(dag->bucket, -1, (size_t)dag->n_buckets * sizeof *dag->bucket);
  *result = dag;
  return LIND_OK;
}

static unsigned hash(const lind_dag_node *node) {
  uint64_t bits;
  memcpy(&bits, &node->value, sizeof bits);
  uint64_t h = (uint64_t)node->op * 31 + (uint64_t)node->function;
  for (int k = 0; k < 3; k++) h = h * 1000003u + (uint64_t)(node->child[k] + 2);
  h = (h * 1000003u + (uint64_t)node->slot) ^ (bits * 0x9E3779B97F4A7C15u);
  return (unsigned)(h ^ (h >> 29));
}

static bool equal(const lind_dag_node *a, const lind_dag_node *b) {
  return a->op == b->op && a->function == b->function && memcmp(a->child, b->child, sizeof a->child) == 0 && a->slot == b->slot &&
         memcmp(&a->value, &b->value, sizeof a->value) == 0;
}

static lind_err grow(lind_dag *dag) {
  const int room = dag->room > 0 ? 2 * dag->room : 1024;
  lind_dag_node *at;
  int *chain;
  LIND_CHECK(room <= MOST_NODES, LIND_ERR_INPUT, "the model has more than %d operations", MOST_NODES / 2);
  LIND_TAKE(at, dag->arena, room);
  LIND_TAKE(chain, dag->arena, room);
  if (dag->n > 0) {
    memcpy(at, dag->at, (size_t)dag->n * sizeof *at);
    memcpy(chain, dag->chain, (size_t)dag->n * sizeof *chain);
  }
  dag->at = at;
  dag->chain = chain;
  dag->room = room;
  return LIND_OK;
}

static lind_err intern(lind_dag *dag, lind_dag_node node, int *result) {
  const unsigned b = hash(&node) % (unsigned)dag->n_buckets;
  for (int i = dag->bucket[b]; i >= 0; i = dag->chain[i])
    if (equal(&dag->at[i], &node)) {
      *result = i;
      return LIND_OK;
    }
  if (dag->n == dag->room) LIND_TRY(grow(dag));
  dag->at[dag->n] = node;
  dag->chain[dag->n] = dag->bucket[b];
  dag->bucket[b] = dag->n;
  *result = dag->n++;
  return LIND_OK;
}

lind_err lind_dag_constant(lind_dag *dag, double value, int *node) {
  return intern(dag, (lind_dag_node){.op = LIND_OP_CONSTANT, .child = {-1, -1, -1}, .value = value}, node);
}

lind_err lind_dag_slot(lind_dag *dag, int slot, int *node) {
  return intern(dag, (lind_dag_node){.op = LIND_OP_SLOT, .moves = slot >= dag->n_inputs, .child = {-1, -1, -1}, .slot = slot}, node);
}

static bool is_constant(const lind_dag *dag, int node, double value) {
  return node >= 0 && dag->at[node].op == LIND_OP_CONSTANT && dag->at[node].value == value;
}

/* Powers that are cheaper as products; both back ends see the result. */
static lind_err power(lind_dag *dag, int a, int b, int *node) {
  const double p = dag->at[b].op == LIND_OP_CONSTANT ? dag->at[b].value : NAN;
  int square;
  if (p == 1.0) {
    *node = a;
    return LIND_OK;
  }
  if (p == 0.5) return lind_dag_add(dag, LIND_OP_FUNCTION, LIND_FN_SQRT, a, -1, -1, node);
  if (p == 2.0 || p == 3.0) {
    LIND_TRY(lind_dag_add(dag, LIND_OP_MULTIPLY, 0, a, a, -1, &square));
    if (p == 2.0) *node = square;
    return p == 2.0 ? LIND_OK : lind_dag_add(dag, LIND_OP_MULTIPLY, 0, square, a, -1, node);
  }
  if (p == -1.0) {
    LIND_TRY(lind_dag_constant(dag, 1.0, &square));
    return lind_dag_add(dag, LIND_OP_DIVIDE, 0, square, a, -1, node);
  }
  return intern(dag, (lind_dag_node){.op = LIND_OP_POWER, .moves = dag->at[a].moves || dag->at[b].moves, .child = {a, b, -1}}, node);
}

lind_err lind_dag_add(lind_dag *dag, lind_op op, lind_function function, int a, int b, int c, int *node) {
  const int child[3] = {a, b, c};
  double x[3] = {0, 0, 0};
  bool all_constant = true, moves = false;
  for (int k = 0; k < 3 && child[k] >= 0; k++) {
    all_constant &= dag->at[child[k]].op == LIND_OP_CONSTANT;
    moves |= dag->at[child[k]].moves;
    x[k] = dag->at[child[k]].value;
  }
  if (all_constant) {
    const double value = lind_expression_apply(op, function, x);
    if (isfinite(value)) return lind_dag_constant(dag, value, node);
  }
  if (op == LIND_OP_MULTIPLY && (is_constant(dag, a, 1.0) || is_constant(dag, b, 1.0))) {
    *node = is_constant(dag, a, 1.0) ? b : a;
    return LIND_OK;
  }
  if ((op == LIND_OP_DIVIDE && is_constant(dag, b, 1.0)) || ((op == LIND_OP_ADD || op == LIND_OP_SUBTRACT) && is_constant(dag, b, 0.0))) {
    *node = a;
    return LIND_OK;
  }
  if (op == LIND_OP_ADD && is_constant(dag, a, 0.0)) {
    *node = b;
    return LIND_OK;
  }
  if (op == LIND_OP_POWER) return power(dag, a, b, node);
  return intern(dag, (lind_dag_node){.op = op, .function = op == LIND_OP_FUNCTION ? function : 0, .moves = moves, .child = {a, b, c}},
                node);
}

lind_err lind_dag_tree(lind_dag *dag, const lind_tree *tree, const int *node_of, int *node) {
  int child[3] = {-1, -1, -1};
  if (tree->op == LIND_OP_CONSTANT) return lind_dag_constant(dag, tree->value, node);
  if (tree->op == LIND_OP_SLOT) {
    *node = node_of[tree->slot];
    return LIND_OK;
  }
  for (int k = 0; k < tree->n && k < 3; k++) LIND_TRY(lind_dag_tree(dag, tree->children[k], node_of, &child[k]));
  return lind_dag_add(dag, tree->op, tree->function, child[0], child[1], child[2], node);
}
