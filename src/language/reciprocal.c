/* x / v with x dynamic and v not becomes x * (1 / v). It costs a rounding, half a unit in the last place, and saves most of the
 * divisions of a step. */
#include <math.h>

#include "model_tree.h"

/* A constant whose reciprocal overflows or is not normal stays a divisor. */
static bool has_reciprocal(const lind_vertex *divisor) {
  return divisor->op != LIND_OP_CONSTANT || isnormal(1.0 / divisor->value);
}

lind_err lind_reciprocal_replace(lind_graph *graph, lind_arena *arena, const int **replaced) {
  const int before = graph->n;
  const bool *dynamic;
  int *made, one;
  LIND_TRY(lind_layout_dynamic(graph, arena, &dynamic));
  LIND_TRY(lind_graph_constant(graph, 1.0, &one));
  LIND_TAKE(made, arena, before);
  for (int i = 0; i < before; ++i) {
    const lind_vertex v = graph->vertices[i]; /* a copy: the graph grows */
    int children[3], reciprocal;
    made[i] = i;
    if (!dynamic[i] || v.n == 0) continue;
    for (int k = 0; k < v.n; ++k) children[k] = made[v.child[k]];
    if (v.op == LIND_OP_DIVIDE && !dynamic[v.child[1]] && has_reciprocal(&graph->vertices[v.child[1]])) {
      LIND_TRY(lind_graph_binary(graph, LIND_OP_DIVIDE, one, children[1], &reciprocal));
      LIND_TRY(lind_graph_binary(graph, LIND_OP_MULTIPLY, children[0], reciprocal, &made[i]));
    } else {
      LIND_TRY(lind_graph_add(graph, v.op, v.function, v.n, children, &made[i]));
    }
  }
  *replaced = made;
  return LIND_OK;
}
