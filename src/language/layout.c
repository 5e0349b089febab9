/* What is worked out where: a vertex that depends on a state or on time belongs to the functions that call for it; everything
 * else is worked out once, by `individual`, and what the other functions need of it gets a slot in the frame. */
#include "linear.h"
#include "model_tree.h"

int lind_layout_slot(const lind_model_tree *tree, const lind_vertex *leaf) {
  return leaf->leaf <= LIND_LEAF_DRIFT ? tree->offset[leaf->leaf] + leaf->index : -1;
}

static bool is_work(const lind_vertex *v) { return v->op != LIND_OP_CONSTANT && v->op != LIND_OP_SLOT; }

lind_err lind_layout_dynamic(const lind_graph *graph, lind_arena *arena, const bool **dynamic) {
  bool *made;
  LIND_TAKE(made, arena, graph->n);
  for (int i = 0; i < graph->n; ++i) {
    const lind_vertex *v = &graph->vertices[i];
    if (v->op == LIND_OP_SLOT) made[i] = v->leaf > LIND_LEAF_DRIFT;
    for (int k = 0; k < v->n; ++k) made[i] = made[i] || made[v->child[k]];
  }
  *dynamic = made;
  return LIND_OK;
}

/* ---- the vertices of a kernel's functions ------------------------------------------------------------------------------------
 */

static lind_err replace(const int *replaced, const int **roots, int n, lind_arena *arena) {
  int *made;
  if (n == 0) return LIND_OK;
  LIND_TAKE(made, arena, n);
  for (int i = 0; i < n; ++i) made[i] = replaced[(*roots)[i]];
  *roots = made;
  return LIND_OK;
}

static lind_err plan_reciprocals(const lind_model *model, lind_model_tree *tree, lind_arena *arena) {
  const int *replaced;
  LIND_TRY(lind_reciprocal_replace(&tree->graph, arena, &replaced));
  LIND_TRY(replace(replaced, &tree->rhs, model->n_states, arena));
  LIND_TRY(replace(replaced, &tree->outputs, model->n_outputs, arena));
  LIND_TRY(replace(replaced, &tree->triggers, tree->n_triggers, arena));
  LIND_TRY(replace(replaced, &tree->resets, tree->n_triggers * model->n_states, arena));
  return replace(replaced, &tree->diffusion, tree->n_noises, arena);
}

/* The entries that are not 0. */
static lind_err plan_jacobian(lind_model_tree *tree, int n, lind_arena *arena) {
  int *all, *row, *column, *states, count = 0;
  LIND_TAKE(all, arena, n * n);
  LIND_TAKE(row, arena, n * n);
  LIND_TAKE(column, arena, n * n);
  LIND_TAKE(states, arena, n);
  for (int k = 0; k < n; ++k) LIND_TRY(lind_graph_leaf(&tree->graph, LIND_LEAF_STATE, k, &states[k]));
  LIND_TRY(lind_graph_derive(&tree->graph, tree->rhs, n, states, n, arena, all));
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

static lind_err plan_slope(lind_model_tree *tree, int n, lind_arena *arena) {
  int *slope, time;
  bool *reached;
  LIND_TRY(lind_graph_leaf(&tree->graph, LIND_LEAF_TIME, 0, &time));
  LIND_TAKE(reached, arena, tree->graph.n);
  for (int k = 0; k < n; ++k) reached[tree->rhs[k]] = true;
  lind_graph_reach(&tree->graph, reached);
  if (!reached[time]) return LIND_OK;
  LIND_TAKE(slope, arena, n);
  LIND_TRY(lind_graph_derive(&tree->graph, tree->rhs, n, &time, 1, arena, slope));
  tree->slope = slope;
  return LIND_OK;
}

static lind_err plan_noise(lind_model_tree *tree, lind_arena *arena) {
  int *noise;
  const int n = tree->n_noises;
  LIND_TAKE(noise, arena, 2 * n);
  for (int k = 0; k < n; ++k) {
    int state, slope;
    LIND_TRY(lind_graph_leaf(&tree->graph, LIND_LEAF_STATE, tree->noisy[k], &state));
    LIND_TRY(lind_graph_derive(&tree->graph, &tree->diffusion[k], 1, &state, 1, arena, &slope));
    noise[k] = tree->diffusion[k];
    LIND_TRY(lind_graph_binary(&tree->graph, LIND_OP_MULTIPLY, tree->diffusion[k], slope, &noise[n + k]));
  }
  tree->noise = noise;
  return LIND_OK;
}

/* ---- the frame ---------------------------------------------------------------------------------------------------------------
 */

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

lind_err lind_layout_plan(lind_model *model, lind_model_tree *tree, lind_arena *arena) {
  const int n = model->n_states;
  double *unit;
  LIND_TAKE(unit, arena, n);
  for (int i = 0; i < n; i++) unit[i] = model->states[i].unit.scale;
  LIND_TRY(plan_reciprocals(model, tree, arena));
  LIND_TRY(lind_linear_plan(tree, n, arena));
  LIND_TRY(plan_jacobian(tree, n, arena));
  LIND_TRY(lind_sparse_plan(n, tree->n_entries, tree->row, tree->column, arena, &tree->sparse));
  LIND_TRY(plan_slope(tree, n, arena));
  LIND_TRY(plan_noise(tree, arena));
  model->tree = tree;
  LIND_TRY(lind_layout_dynamic(&tree->graph, arena, &tree->dynamic));
  LIND_TRY(mark_derived(model, tree, arena));
  model->kernel = (lind_kernel){.n_states = n,
                                .unit = unit,
                                .n_outputs = model->n_outputs,
                                .n_frame = tree->n_given + tree->n_derived,
                                .n_entries = tree->n_entries,
                                .row = tree->row,
                                .column = tree->column,
                                .n_factors = tree->sparse.n_factors,
                                .n_linear = tree->linear.n,
                                .linear = tree->linear.states,
                                .n_driving = tree->linear.n_driving,
                                .driving = tree->linear.driving,
                                .n_triggers = tree->n_triggers,
                                .n_delays = tree->n_delays,
                                .delayed = tree->delayed,
                                .n_noises = tree->n_noises,
                                .noisy = tree->noisy};
  return LIND_OK;
}

/* ---- parts -------------------------------------------------------------------------------------------------------------------
 */

lind_part lind_layout_part(const lind_model *model, int part) {
  const lind_model_tree *tree = model->tree;
  const lind_linear *linear = &tree->linear;
  const int n = model->n_states, doses = tree->bioavailability != NULL ? n : 0, n_linear = linear->n;
  const lind_part parts[LIND_PART_COUNT] = {
      [LIND_PART_INDIVIDUAL] = {"individual", LIND_TAKES_FRAME_TO_FILL, tree->derived, tree->n_derived, NULL, 0},
      [LIND_PART_INITIAL] = {"initial", LIND_TAKES_FRAME, tree->initial, n, NULL, 0},
      [LIND_PART_RHS] = {"rhs", LIND_TAKES_ALL, tree->rhs, n, NULL, 0},
      [LIND_PART_OUTPUTS] = {"outputs", LIND_TAKES_ALL, tree->outputs, model->n_outputs, NULL, 0},
      [LIND_PART_BIOAVAILABILITY] = {"bioavailability", LIND_TAKES_FRAME, tree->bioavailability, doses, NULL, 0},
      [LIND_PART_LAG] = {"lag", LIND_TAKES_FRAME, tree->lag, doses, NULL, 0},
      [LIND_PART_RATE] = {"rate", LIND_TAKES_FRAME, tree->rate, doses, NULL, 0},
      [LIND_PART_DURATION] = {"duration", LIND_TAKES_FRAME, tree->duration, doses, NULL, 0},
      [LIND_PART_JACOBIAN] = {"jacobian", LIND_TAKES_ALL, tree->jacobian, tree->n_entries, NULL, 0},
      [LIND_PART_SLOPE] = {"slope", LIND_TAKES_ALL, tree->slope, tree->slope != NULL ? n : 0, NULL, 0},
      [LIND_PART_MATRIX] = {"matrix", LIND_TAKES_FRAME, linear->matrix, linear->n_matrix, linear->places, n_linear * n_linear},
      [LIND_PART_CONSTANTS] = {"constants", LIND_TAKES_FRAME, linear->constants, n_linear, NULL, 0},
      [LIND_PART_REST] = {"rest", LIND_TAKES_ALL, linear->rest, n_linear > 0 ? linear->n_rest : 0, linear->rest_states, 0},
      [LIND_PART_TRIGGERS] = {"triggers", LIND_TAKES_ALL, tree->triggers, tree->n_triggers, NULL, 0},
      [LIND_PART_RESET] = {"reset", LIND_TAKES_ALL, tree->resets, tree->n_triggers * n, NULL, 0},
      [LIND_PART_DELAYS] = {"delays", LIND_TAKES_FRAME, tree->delays, tree->n_delays, NULL, 0},
      [LIND_PART_DIFFUSION] = {"diffusion", LIND_TAKES_ALL, tree->noise, 2 * tree->n_noises, NULL, 0},
  };
  return parts[part];
}

bool lind_layout_has(const lind_model *model, int part) {
  if (part <= LIND_PART_OUTPUTS || part == LIND_PART_JACOBIAN) return true;
  if (part == LIND_PART_RESET) return model->tree->n_triggers > 0; /* which have nothing to reset where there are no states */
  if (part == LIND_PART_MATRIX) return model->tree->linear.n > 0;  /* which may be all 0 */
  return lind_layout_part(model, part).n > 0;
}

void lind_layout_work(const lind_model_tree *tree, const lind_part *part, bool *marks) {
  const lind_graph *graph = &tree->graph;
  for (int i = 0; i < part->n; ++i) marks[part->roots[i]] = true;
  for (int i = graph->n - 1; i >= 0; --i) {
    const lind_vertex *v = &graph->vertices[i];
    if (!marks[i]) continue;
    marks[i] = is_work(v) && (part->takes == LIND_TAKES_FRAME_TO_FILL || tree->derived_slot[i] < 0);
    for (int k = 0; marks[i] && k < v->n; ++k) marks[v->child[k]] = true;
  }
}
