/* Derivatives by the forward chain: for each leaf one pass over the graph, from leaves to roots. A vertex that does not depend
 * on the leaf costs nothing, and what derivatives share with the equations and with each other is shared: divisions by one vertex
 * take its reciprocal. */
#include <math.h>
#include <string.h>

#include "graph.h"

enum { NONE = -1 }; /* the derivative is 0 */

static lind_err scaled(lind_graph *g, lind_op op, int a, int b, int *id) { /* a op b, where a may be NONE */
  *id = NONE;
  return a == NONE ? LIND_OK : lind_graph_binary(g, op, a, b, id);
}

static lind_err sum(lind_graph *g, lind_op op, int a, int b, int *id) { /* a +- b, where either may be NONE */
  if (b == NONE || (a == NONE && op == LIND_OP_ADD)) {
    *id = b == NONE ? a : b;
    return LIND_OK;
  }
  return a == NONE ? lind_graph_unary(g, LIND_OP_NEGATE, b, id) : lind_graph_binary(g, op, a, b, id);
}

static lind_err choice(lind_graph *g, int condition, int a, int b, int *id) {
  int zero;
  *id = NONE;
  if (a == NONE && b == NONE) return LIND_OK;
  LIND_TRY(lind_graph_constant(g, 0.0, &zero));
  return lind_graph_add(g, LIND_OP_SELECT, 0, 3, (const int[]){condition, a == NONE ? zero : a, b == NONE ? zero : b}, id);
}

static lind_err over(lind_graph *g, int a, int b, int *id) { /* a / b, where a may be NONE */
  int one, reciprocal;
  *id = NONE;
  if (a == NONE) return LIND_OK;
  LIND_TRY(lind_graph_constant(g, 1.0, &one));
  LIND_TRY(lind_graph_binary(g, LIND_OP_DIVIDE, one, b, &reciprocal));
  return lind_graph_binary(g, LIND_OP_MULTIPLY, a, reciprocal, id);
}

/* (a / b)' = (a' - (a / b) b') / b */
static lind_err quotient(lind_graph *g, int self, int b, int da, int db, int *id) {
  int part, top;
  LIND_TRY(scaled(g, LIND_OP_MULTIPLY, db, self, &part));
  LIND_TRY(sum(g, LIND_OP_SUBTRACT, da, part, &top));
  return over(g, top, b, id);
}

/* (a ^ b)' = b a^(b-1) a' + a^b log(a) b', where the second is 0 at a = 0 */
static lind_err power(lind_graph *g, int self, int a, int b, int da, int db, int *id) {
  int one, less, raised, slope, first = NONE, second = NONE;
  if (da != NONE) {
    LIND_TRY(lind_graph_constant(g, 1.0, &one));
    LIND_TRY(lind_graph_binary(g, LIND_OP_SUBTRACT, b, one, &less));
    LIND_TRY(lind_graph_binary(g, LIND_OP_POWER, a, less, &raised));
    LIND_TRY(lind_graph_binary(g, LIND_OP_MULTIPLY, b, raised, &slope));
    LIND_TRY(lind_graph_binary(g, LIND_OP_MULTIPLY, slope, da, &first));
  }
  if (db != NONE) {
    int zero, positive, log_a, product;
    LIND_TRY(lind_graph_constant(g, 0.0, &zero));
    LIND_TRY(lind_graph_binary(g, LIND_OP_LESS, zero, a, &positive));
    LIND_TRY(lind_graph_call(g, LIND_FN_LOG, a, &log_a));
    LIND_TRY(lind_graph_binary(g, LIND_OP_MULTIPLY, self, log_a, &product));
    LIND_TRY(lind_graph_binary(g, LIND_OP_MULTIPLY, product, db, &second));
    LIND_TRY(choice(g, positive, second, NONE, &second));
  }
  return sum(g, LIND_OP_ADD, first, second, id);
}

static lind_err hyperbolic(lind_graph *g, int self, int da, int *id) { /* tanh' = 1 - tanh^2 */
  int square, one, slope;
  LIND_TRY(lind_graph_binary(g, LIND_OP_MULTIPLY, self, self, &square));
  LIND_TRY(lind_graph_constant(g, 1.0, &one));
  LIND_TRY(lind_graph_binary(g, LIND_OP_SUBTRACT, one, square, &slope));
  return lind_graph_binary(g, LIND_OP_MULTIPLY, slope, da, id);
}

static lind_err arc(lind_graph *g, int a, int da, int *id) { /* atan' = 1 / (1 + x^2) */
  int square, one, under;
  LIND_TRY(lind_graph_binary(g, LIND_OP_MULTIPLY, a, a, &square));
  LIND_TRY(lind_graph_constant(g, 1.0, &one));
  LIND_TRY(lind_graph_binary(g, LIND_OP_ADD, one, square, &under));
  return lind_graph_binary(g, LIND_OP_DIVIDE, da, under, id);
}

/* The quantile z of p has dz/dp = sqrt(2 pi) exp(z^2 / 2). */
static lind_err quantile(lind_graph *g, int self, int da, int *id) {
  int square, half, scale, slope;
  LIND_TRY(lind_graph_binary(g, LIND_OP_MULTIPLY, self, self, &square));
  LIND_TRY(lind_graph_constant(g, 0.5, &half));
  LIND_TRY(lind_graph_binary(g, LIND_OP_MULTIPLY, half, square, &slope));
  LIND_TRY(lind_graph_call(g, LIND_FN_EXP, slope, &slope));
  LIND_TRY(lind_graph_constant(g, sqrt(2.0 * M_PI), &scale));
  LIND_TRY(lind_graph_binary(g, LIND_OP_MULTIPLY, scale, slope, &slope));
  return lind_graph_binary(g, LIND_OP_MULTIPLY, slope, da, id);
}

static lind_err function_of_two(lind_graph *g, const lind_vertex *v, int da, int db, int *id) {
  int first_less; /* min(a, b) is a < b ? a : b; max has them swapped */
  const bool least = v->function == LIND_FN_MIN;
  LIND_TRY(lind_graph_binary(g, LIND_OP_LESS, v->child[least ? 0 : 1], v->child[least ? 1 : 0], &first_less));
  return choice(g, first_less, da, db, id);
}

static lind_err function_of_one(lind_graph *g, lind_function function, int self, int a, int da, int *id) {
  int part, other;
  switch (function) {
    case LIND_FN_EXP:
      return lind_graph_binary(g, LIND_OP_MULTIPLY, self, da, id);
    case LIND_FN_LOG:
      return over(g, da, a, id);
    case LIND_FN_LOG10:
      LIND_TRY(lind_graph_constant(g, M_LN10, &other));
      LIND_TRY(lind_graph_binary(g, LIND_OP_MULTIPLY, a, other, &part));
      return over(g, da, part, id);
    case LIND_FN_SQRT:
      LIND_TRY(lind_graph_constant(g, 0.5, &other));
      LIND_TRY(lind_graph_binary(g, LIND_OP_DIVIDE, other, self, &part));
      return lind_graph_binary(g, LIND_OP_MULTIPLY, part, da, id);
    case LIND_FN_ABS:
      LIND_TRY(lind_graph_constant(g, 0.0, &other));
      LIND_TRY(lind_graph_binary(g, LIND_OP_LESS, a, other, &other));
      LIND_TRY(lind_graph_unary(g, LIND_OP_NEGATE, da, &part));
      return choice(g, other, part, da, id);
    case LIND_FN_SIN:
      LIND_TRY(lind_graph_call(g, LIND_FN_COS, a, &part));
      return lind_graph_binary(g, LIND_OP_MULTIPLY, part, da, id);
    case LIND_FN_COS:
      LIND_TRY(lind_graph_call(g, LIND_FN_SIN, a, &part));
      LIND_TRY(lind_graph_unary(g, LIND_OP_NEGATE, part, &part));
      return lind_graph_binary(g, LIND_OP_MULTIPLY, part, da, id);
    case LIND_FN_TANH:
      return hyperbolic(g, self, da, id);
    case LIND_FN_ATAN:
      return arc(g, a, da, id);
    case LIND_FN_NORMAL_QUANTILE:
      return quantile(g, self, da, id);
    default: /* floor and ceil are flat */
      *id = NONE;
      return LIND_OK;
  }
}

/* d[] holds the derivatives of the vertices before `self`. */
static lind_err derivative(lind_graph *g, int self, const int *d, int *id) {
  const lind_vertex v = g->vertices[self]; /* a copy: the graph grows */
  const int a = v.child[0], b = v.n > 1 ? v.child[1] : NONE;
  const int da = v.n > 0 ? d[a] : NONE, db = v.n > 1 ? d[b] : NONE;
  int left, right;
  *id = NONE;
  switch (v.op) {
    case LIND_OP_NEGATE:
      return da == NONE ? LIND_OK : lind_graph_unary(g, LIND_OP_NEGATE, da, id);
    case LIND_OP_ADD:
    case LIND_OP_SUBTRACT:
      return sum(g, v.op, da, db, id);
    case LIND_OP_MULTIPLY:
      LIND_TRY(scaled(g, LIND_OP_MULTIPLY, da, b, &left));
      LIND_TRY(scaled(g, LIND_OP_MULTIPLY, db, a, &right));
      return sum(g, LIND_OP_ADD, left, right, id);
    case LIND_OP_DIVIDE:
      return quotient(g, self, b, da, db, id);
    case LIND_OP_POWER:
      return power(g, self, a, b, da, db, id);
    case LIND_OP_SELECT:
      return v.truth ? LIND_OK : choice(g, a, db, d[v.child[2]], id);
    case LIND_OP_FUNCTION:
      if (da == NONE && db == NONE) return LIND_OK;
      return v.n == 2 ? function_of_two(g, &v, da, db, id) : function_of_one(g, v.function, self, a, da, id);
    default: /* truths are flat */
      return LIND_OK;
  }
}

lind_err lind_graph_derive(lind_graph *graph, const int *roots, int n_roots, const int *leaves, int n_leaves, lind_arena *arena,
                           int *derivative_of) {
  const int n = graph->n;
  int *d, zero;
  bool *needed;
  LIND_TAKE(d, arena, n);
  LIND_TAKE(needed, arena, n);
  for (int i = 0; i < n_roots; ++i) needed[roots[i]] = true;
  lind_graph_reach(&(lind_graph){.n = n, .vertices = graph->vertices}, needed);
  LIND_TRY(lind_graph_constant(graph, 0.0, &zero));
  for (int j = 0; j < n_leaves; ++j) {
    for (int i = 0; i < n; ++i) {
      const lind_vertex *v = &graph->vertices[i];
      d[i] = NONE;
      if (i == leaves[j])
        LIND_TRY(lind_graph_constant(graph, 1.0, &d[i]));
      else if (needed[i] && !v->truth) {
        bool touched = false;
        for (int k = 0; k < v->n; ++k) touched = touched || d[v->child[k]] != NONE;
        if (touched) LIND_TRY(derivative(graph, i, d, &d[i]));
      }
    }
    for (int i = 0; i < n_roots; ++i) derivative_of[i * n_leaves + j] = d[roots[i]] == NONE ? zero : d[roots[i]];
  }
  return LIND_OK;
}
