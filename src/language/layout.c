/* What is worked out where: a vertex that depends on a state or on time belongs to the functions that call for it; everything
 * else is worked out once, by `individual`, and what the other functions need of it gets a slot in the frame. */
#include "model_tree.h"

int lind_layout_slot(const lind_model_tree *tree, const lind_vertex *leaf) {
  return leaf->leaf <= LIND_LEAF_DRIFT ? tree->offset[leaf->leaf] + leaf->index : -1;
}

static bool is_work(const lind_vertex *v) { return v->op != LIND_OP_CONSTANT && v->op != LIND_OP_SLOT; }

static lind_err mark_dynamic(lind_model_tree *tree, lind_arena *arena) {
  const lind_graph *graph = &tree->graph;
  bool *dynamic;
  LIND_TAKE(dynamic, arena, graph->n);
  for (int i = 0; i < graph->n; ++i) {
    const lind_vertex *v = &graph->vertices[i];
    if (v->op == LIND_OP_SLOT) dynamic[i] = v->leaf > LIND_LEAF_DRIFT;
    for (int k = 0; k < v->n; ++k) dynamic[i] = dynamic[i] || dynamic[v->child[k]];
  }
  tree->dynamic = dynamic;
  return LIND_OK;
}

/* Static work that a dynamic vertex or a result of any part takes as it is. */
static lind_err mark_derived(const lind_model *model, lind_model_tree *tree, lind_arena *arena) {
  const lind_graph *graph = &tree->graph;
  bool *reached, *wanted;
  int *derived, *slot, n = 0;
  LIND_TAKE(reached, arena, graph->n);
  LIND_TAKE(wanted, arena, graph->n);
  LIND_TAKE(slot, arena, graph->n);
  for (int p = LIND_PART_INITIAL; p < LIND_PART_COUNT; ++p) {
    const lind_part part = lind_layout_part(model, p);
    for (int i = 0; i < part.n; ++i) reached[part.roots[i]] = wanted[part.roots[i]] = true;
  }
  lind_graph_reach(graph, reached);
  for (int i = 0; i < graph->n; ++i)
    for (int k = 0; reached[i] && tree->dynamic[i] && k < graph->vertices[i].n; ++k) wanted[graph->vertices[i].child[k]] = true;
  for (int i = 0; i < graph->n; ++i) {
    wanted[i] = wanted[i] && !tree->dynamic[i] && is_work(&graph->vertices[i]);
    slot[i] = wanted[i] ? tree->n_given + n++ : -1;
  }
  LIND_TAKE(derived, arena, n);
  for (int i = 0; i < graph->n; ++i)
    if (wanted[i]) derived[slot[i] - tree->n_given] = i;
  tree->n_derived = n;
  tree->derived = derived;
  tree->derived_slot = slot;
  return LIND_OK;
}

/* The entries that are not 0. */
static lind_err plan_jacobian(lind_model_tree *tree, int n, lind_arena *arena) {
  int *all, *row, *column, count = 0;
  LIND_TAKE(all, arena, n * n);
  LIND_TAKE(row, arena, n * n);
  LIND_TAKE(column, arena, n * n);
  LIND_TRY(lind_graph_derive(&tree->graph, tree->rhs, n, n, arena, all));
  for (int i = 0; i < n * n; ++i) {
    if (lind_graph_is(&tree->graph, all[i], 0)) continue;
    row[count] = i / n;
    column[count] = i % n;
    all[count++] = all[i];
  }
  tree->n_entries = count;
  tree->jacobian = all;
  tree->row = row;
  tree->column = column;
  return LIND_OK;
}

lind_err lind_layout_plan(lind_model *model, lind_model_tree *tree, lind_arena *arena) {
  const int n = model->n_states;
  LIND_TRY(plan_jacobian(tree, n, arena));
  model->tree = tree;
  LIND_TRY(mark_dynamic(tree, arena));
  LIND_TRY(mark_derived(model, tree, arena));
  model->kernel = (lind_kernel){.n_states = n,
                                .n_outputs = model->n_outputs,
                                .n_frame = tree->n_given + tree->n_derived,
                                .n_entries = tree->n_entries,
                                .row = tree->row,
                                .column = tree->column};
  return LIND_OK;
}

lind_part lind_layout_part(const lind_model *model, int part) {
  const lind_model_tree *tree = model->tree;
  const int n = model->n_states, doses = tree->bioavailability != NULL ? n : 0;
  const lind_part parts[LIND_PART_COUNT] = {
      [LIND_PART_INDIVIDUAL] = {"individual", tree->derived, tree->n_derived, true},
      [LIND_PART_INITIAL] = {"initial", tree->initial, n, false},
      [LIND_PART_RHS] = {"rhs", tree->rhs, n, false},
      [LIND_PART_JACOBIAN] = {"jacobian", tree->jacobian, tree->n_entries, false},
      [LIND_PART_OUTPUTS] = {"outputs", tree->outputs, model->n_outputs, false},
      [LIND_PART_BIOAVAILABILITY] = {"bioavailability", tree->bioavailability, doses, false},
      [LIND_PART_LAG] = {"lag", tree->lag, doses, false},
      [LIND_PART_RATE] = {"rate", tree->rate, doses, false},
      [LIND_PART_DURATION] = {"duration", tree->duration, doses, false},
  };
  return parts[part];
}

void lind_layout_work(const lind_model_tree *tree, const lind_part *part, bool *marks) {
  const lind_graph *graph = &tree->graph;
  for (int i = 0; i < part->n; ++i) marks[part->roots[i]] = true;
  for (int i = graph->n - 1; i >= 0; --i) {
    const lind_vertex *v = &graph->vertices[i];
    if (!marks[i]) continue;
    marks[i] = is_work(v) && (part->fills_frame || tree->derived_slot[i] < 0);
    for (int k = 0; marks[i] && k < v->n; ++k) marks[v->child[k]] = true;
  }
}
