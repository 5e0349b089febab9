/* Equal vertices are one: a hash table of what has been made. */
#include "graph.h"

#include <math.h>
#include <string.h>

#include "../expression/expression_internal.h"

enum { FIRST_ROOM = 256, MOST_VERTICES = 4000000 };

lind_err lind_graph_init(lind_graph *graph, lind_arena *arena) {
  lind_graph made = {.arena = arena, .room = FIRST_ROOM, .n_buckets = 4 * FIRST_ROOM};
  LIND_TAKE(made.vertices, arena, made.room);
  LIND_TAKE(made.buckets, arena, made.n_buckets);
  *graph = made;
  return LIND_OK;
}

static uint64_t mix(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15); /* Fibonacci hashing: Knuth, TAOCP 3, 6.4 */
  return hash ^ (hash >> 29);
}

static uint64_t hash_of(const lind_vertex *v) {
  uint64_t bits;
  memcpy(&bits, &v->value, sizeof bits);
  uint64_t hash = mix((uint64_t)v->op * 64 + (uint64_t)v->function, bits);
  hash = mix(hash, (uint64_t)v->leaf << 32 | (uint64_t)v->index);
  for (int i = 0; i < v->n; ++i) hash = mix(hash, (uint64_t)v->child[i] + 1);
  return hash;
}

static bool same(const lind_vertex *a, const lind_vertex *b) {
  if (a->op != b->op || a->function != b->function || a->leaf != b->leaf || a->index != b->index || a->n != b->n) return false;
  if (a->truth != b->truth || memcmp(&a->value, &b->value, sizeof a->value) != 0) return false;
  for (int i = 0; i < a->n; ++i)
    if (a->child[i] != b->child[i]) return false;
  return true;
}

static int bucket_of(const lind_graph *graph, const lind_vertex *v) {
  const uint64_t mask = (uint64_t)graph->n_buckets - 1;
  uint64_t at = hash_of(v) & mask;
  while (graph->buckets[at] != 0 && !same(&graph->vertices[graph->buckets[at] - 1], v)) at = (at + 1) & mask;
  return (int)at;
}

static lind_err grow(lind_graph *graph) {
  lind_vertex *vertices;
  int *buckets;
  LIND_CHECK(graph->n < MOST_VERTICES, LIND_ERR_INPUT, "the model has more than %d operations once it is written out",
             MOST_VERTICES);
  LIND_TAKE(vertices, graph->arena, 2 * graph->room);
  LIND_TAKE(buckets, graph->arena, 2 * graph->n_buckets);
  memcpy(vertices, graph->vertices, (size_t)graph->n * sizeof *vertices);
  graph->vertices = vertices;
  graph->buckets = buckets;
  graph->room *= 2;
  graph->n_buckets *= 2;
  for (int i = 0; i < graph->n; ++i) graph->buckets[bucket_of(graph, &graph->vertices[i])] = i + 1;
  return LIND_OK;
}

static lind_err intern(lind_graph *graph, const lind_vertex *v, int *id) {
  int at = bucket_of(graph, v);
  if (graph->buckets[at] == 0) {
    if (graph->n == graph->room) {
      LIND_TRY(grow(graph));
      at = bucket_of(graph, v);
    }
    graph->vertices[graph->n++] = *v;
    graph->buckets[at] = graph->n;
  }
  *id = graph->buckets[at] - 1;
  return LIND_OK;
}

static lind_err constant(lind_graph *graph, double value, bool truth, int *id) {
  return intern(graph, &(lind_vertex){.op = LIND_OP_CONSTANT, .value = value, .truth = truth}, id);
}

lind_err lind_graph_constant(lind_graph *graph, double value, int *id) { return constant(graph, value, false, id); }

lind_err lind_graph_leaf(lind_graph *graph, lind_leaf leaf, int index, int *id) {
  return intern(graph, &(lind_vertex){.op = LIND_OP_SLOT, .leaf = leaf, .index = index}, id);
}

bool lind_graph_is(const lind_graph *graph, int id, double value) {
  const lind_vertex *v = &graph->vertices[id];
  return v->op == LIND_OP_CONSTANT && !v->truth && v->value == value;
}

/* ---- simplification ----------------------------------------------------------------------------------------------------------
 */

static bool is_truth(const lind_graph *graph, lind_op op, const int *children) {
  switch (op) {
    case LIND_OP_LESS:
    case LIND_OP_LESS_EQUAL:
    case LIND_OP_EQUAL:
    case LIND_OP_DIFFERENT:
    case LIND_OP_AND:
    case LIND_OP_OR:
    case LIND_OP_NOT:
      return true;
    case LIND_OP_SELECT:
      return graph->vertices[children[1]].truth;
    default:
      return false;
  }
}

/* All children are constants and the result is finite. */
static bool folds(const lind_graph *graph, const lind_vertex *v, double *value) {
  double x[3] = {0};
  for (int i = 0; i < v->n; ++i) {
    const lind_vertex *child = &graph->vertices[v->child[i]];
    if (child->op != LIND_OP_CONSTANT) return false;
    x[i] = child->value;
  }
  *value = lind_expression_apply(v->op, v->function, x);
  return isfinite(*value);
}

/* x^2, x^3, x^4, x^-1 and x^0.5 without pow(). */
static lind_err add_power(lind_graph *graph, int base, double exponent, bool *done, int *id) {
  int square, one;
  *done = true;
  if (exponent == 1.0) {
    *id = base;
    return LIND_OK;
  }
  if (exponent == 0.0) return lind_graph_constant(graph, 1.0, id);
  if (exponent == 0.5) return lind_graph_call(graph, LIND_FN_SQRT, base, id);
  if (exponent == -1.0) {
    LIND_TRY(lind_graph_constant(graph, 1.0, &one));
    return lind_graph_binary(graph, LIND_OP_DIVIDE, one, base, id);
  }
  *done = exponent == 2.0 || exponent == 3.0 || exponent == 4.0;
  if (!*done) return LIND_OK;
  LIND_TRY(lind_graph_binary(graph, LIND_OP_MULTIPLY, base, base, &square));
  if (exponent == 3.0) return lind_graph_binary(graph, LIND_OP_MULTIPLY, square, base, id);
  if (exponent == 4.0) return lind_graph_binary(graph, LIND_OP_MULTIPLY, square, square, id);
  *id = square;
  return LIND_OK;
}

/* The older or simpler vertex that a sum or product comes to, else -1. */
static int simpler_sum(const lind_graph *graph, lind_op op, int a, int b) {
  if (op == LIND_OP_ADD && lind_graph_is(graph, a, 0)) return b;
  if ((op == LIND_OP_ADD || op == LIND_OP_SUBTRACT) && lind_graph_is(graph, b, 0)) return a;
  if (op == LIND_OP_MULTIPLY && (lind_graph_is(graph, a, 0) || lind_graph_is(graph, b, 1))) return a;
  if (op == LIND_OP_MULTIPLY && (lind_graph_is(graph, b, 0) || lind_graph_is(graph, a, 1))) return b;
  if (op == LIND_OP_DIVIDE && (lind_graph_is(graph, a, 0) || lind_graph_is(graph, b, 1))) return a;
  return -1;
}

static lind_err simplify(lind_graph *graph, const lind_vertex *v, bool *done, int *id) {
  const int a = v->n > 0 ? v->child[0] : -1, b = v->n > 1 ? v->child[1] : -1;
  double value;
  *done = true;
  if (folds(graph, v, &value)) return constant(graph, value, v->truth, id);
  switch (v->op) {
    case LIND_OP_ADD:
    case LIND_OP_SUBTRACT:
    case LIND_OP_MULTIPLY:
    case LIND_OP_DIVIDE:
      *id = simpler_sum(graph, v->op, a, b);
      if (*id >= 0) return LIND_OK;
      if (v->op == LIND_OP_SUBTRACT && lind_graph_is(graph, a, 0)) return lind_graph_unary(graph, LIND_OP_NEGATE, b, id);
      if (v->op == LIND_OP_MULTIPLY && lind_graph_is(graph, a, -1)) return lind_graph_unary(graph, LIND_OP_NEGATE, b, id);
      if (v->op == LIND_OP_MULTIPLY && lind_graph_is(graph, b, -1)) return lind_graph_unary(graph, LIND_OP_NEGATE, a, id);
      break;
    case LIND_OP_NEGATE:
      *id = graph->vertices[a].op == LIND_OP_NEGATE ? graph->vertices[a].child[0] : -1;
      if (*id >= 0) return LIND_OK;
      break;
    case LIND_OP_SELECT:
      if (b == v->child[2]) {
        *id = b;
        return LIND_OK;
      }
      break;
    case LIND_OP_POWER:
      if (graph->vertices[b].op == LIND_OP_CONSTANT) return add_power(graph, a, graph->vertices[b].value, done, id);
      break;
    default:
      break;
  }
  *done = false;
  return LIND_OK;
}

/* a + b and b + a are one vertex. */
static void sort_children(lind_vertex *v) {
  const bool commutes = v->op == LIND_OP_ADD || v->op == LIND_OP_MULTIPLY || v->op == LIND_OP_AND || v->op == LIND_OP_OR ||
                        v->op == LIND_OP_EQUAL || v->op == LIND_OP_DIFFERENT;
  if (!commutes || v->child[0] <= v->child[1]) return;
  const int first = v->child[0];
  v->child[0] = v->child[1];
  v->child[1] = first;
}

lind_err lind_graph_add(lind_graph *graph, lind_op op, lind_function function, int n, const int *children, int *id) {
  lind_vertex v = {.op = op, .function = op == LIND_OP_FUNCTION ? function : 0, .n = n};
  bool done;
  int found;
  memcpy(v.child, children, (size_t)n * sizeof *children);
  v.truth = is_truth(graph, op, children);
  LIND_TRY(simplify(graph, &v, &done, &found));
  if (!done) {
    sort_children(&v);
    LIND_TRY(intern(graph, &v, &found));
  }
  *id = found;
  return LIND_OK;
}

lind_err lind_graph_unary(lind_graph *graph, lind_op op, int a, int *id) { return lind_graph_add(graph, op, 0, 1, &a, id); }

lind_err lind_graph_binary(lind_graph *graph, lind_op op, int a, int b, int *id) {
  return lind_graph_add(graph, op, 0, 2, (const int[]){a, b}, id);
}

lind_err lind_graph_call(lind_graph *graph, lind_function function, int a, int *id) {
  return lind_graph_add(graph, LIND_OP_FUNCTION, function, 1, &a, id);
}

/* ---- trees -------------------------------------------------------------------------------------------------------------------
 */

lind_err lind_graph_tree(lind_graph *graph, const lind_tree *core, const int *variables, int *id) {
  int children[3];
  if (core->op == LIND_OP_CONSTANT) return constant(graph, core->value, core->type.kind == LIND_TYPE_TRUTH, id);
  if (core->op == LIND_OP_SLOT) {
    const lind_leaf kind = (lind_leaf)(core->slot / LIND_LEAF_SPAN);
    const int index = core->slot % LIND_LEAF_SPAN;
    if (kind != LIND_LEAF_VARIABLE) return lind_graph_leaf(graph, kind, index, id);
    *id = variables[index];
    return LIND_OK;
  }
  for (int i = 0; i < core->n; ++i) LIND_TRY(lind_graph_tree(graph, core->children[i], variables, &children[i]));
  return lind_graph_add(graph, core->op, core->function, core->n, children, id);
}

void lind_graph_reach(const lind_graph *graph, bool *marks) {
  for (int i = graph->n - 1; i >= 0; --i)
    for (int k = 0; marks[i] && k < graph->vertices[i].n; ++k) marks[graph->vertices[i].child[k]] = true;
}
