/* The lane evaluator as a kernel, for machines without a compiler: each part is a list of programs on a board of lanes. A value
 * that is used more than once, or that stands too deep, is worked out once and kept on the board.
 *
 * Board: [frame | time | states | delayed states | kept values]. */
#include <string.h>

#include "../expression/expression_internal.h"
#include "model_tree.h"

enum { DEEPEST = 100 };

typedef struct step {
  const lind_program *program;
  int to; /* board slot; from n_board on: results */
} step;

typedef struct part_steps {
  int n, n_board, n_cleared;
  const step *steps;
} part_steps;

typedef struct machine {
  int n_x, n_frame, n_given; /* n_x: states and delayed states */
  const lind_sparse *sparse;
  part_steps part[LIND_PART_COUNT];
} machine;

typedef struct builder {
  const lind_model_tree *tree;
  const lind_model *model;
  lind_arena *arena;
  lind_part part;
  int *kept;        /* [graph.n] board slot, or -1 */
  lind_tree **made; /* [graph.n] trees of the work that is not kept */
} builder;

/* ---- building -----------------------------------------------------------------------------------------------------------------
 */

static int board_slot(const builder *b, int id) {
  const lind_vertex *v = &b->tree->graph.vertices[id];
  if (b->kept[id] >= 0) return b->kept[id];
  if (v->op != LIND_OP_SLOT) return b->part.takes == LIND_TAKES_FRAME_TO_FILL ? -1 : b->tree->derived_slot[id];
  const int slot = lind_layout_slot(b->tree, v);
  if (slot >= 0) return slot;
  if (v->leaf == LIND_LEAF_TIME) return b->model->kernel.n_frame;
  return b->model->kernel.n_frame + 1 + v->index + (v->leaf == LIND_LEAF_DELAYED ? b->model->n_states : 0);
}

static lind_err leaf(const builder *b, int id, lind_tree **tree) {
  const lind_vertex *v = &b->tree->graph.vertices[id];
  const lind_type type = v->truth ? lind_expression_truth : lind_expression_plain;
  if (v->op == LIND_OP_CONSTANT) return lind_expression_constant(b->arena, v->value, type, (lind_where){0}, tree);
  const int slot = board_slot(b, id);
  if (slot < 0) {
    *tree = b->made[id];
    return LIND_OK;
  }
  LIND_TRY(lind_expression_node(b->arena, LIND_OP_SLOT, type, (lind_where){0}, 0, NULL, tree));
  (*tree)->slot = slot;
  return LIND_OK;
}

/* How often each statement is used, and which are to be kept. */
static lind_err plan_board(builder *b, const bool *work, int *n_board) {
  const lind_graph *graph = &b->tree->graph;
  int *uses, *depth;
  LIND_TAKE(uses, b->arena, graph->n);
  LIND_TAKE(depth, b->arena, graph->n);
  for (int i = 0; i < b->part.n; ++i) uses[b->part.roots[i]] += 2; /* results are kept too: they are copied from the board */
  for (int i = 0; i < graph->n; ++i)
    for (int k = 0; work[i] && k < graph->vertices[i].n; ++k) uses[graph->vertices[i].child[k]]++;
  *n_board = b->model->kernel.n_frame + 1 + b->model->n_states + b->tree->n_delays;
  for (int i = 0; i < graph->n; ++i) {
    b->kept[i] = -1;
    if (!work[i]) continue;
    for (int k = 0; k < graph->vertices[i].n; ++k) {
      const int below = depth[graph->vertices[i].child[k]] + 1;
      if (below > depth[i]) depth[i] = below;
    }
    if (uses[i] < 2 && depth[i] < DEEPEST) continue;
    depth[i] = 0;
    b->kept[i] = (*n_board)++;
  }
  return LIND_OK;
}

static lind_err build_part(builder *b, int which, part_steps *steps) {
  const lind_graph *graph = &b->tree->graph;
  bool *work;
  step *list;
  part_steps made = {0};
  b->part = lind_layout_part(b->model, which);
  LIND_TAKE(work, b->arena, graph->n);
  LIND_TAKE(b->kept, b->arena, graph->n);
  LIND_TAKE(b->made, b->arena, graph->n);
  LIND_TAKE(list, b->arena, graph->n + b->part.n);
  lind_layout_work(b->tree, &b->part, work);
  LIND_TRY(plan_board(b, work, &made.n_board));
  made.n_cleared = b->part.n_cleared;
  for (int i = 0; i < graph->n; ++i) {
    const lind_vertex *v = &graph->vertices[i];
    lind_tree *children[3];
    if (!work[i]) continue;
    for (int k = 0; k < v->n; ++k) LIND_TRY(leaf(b, v->child[k], &children[k]));
    LIND_TRY(lind_expression_node(b->arena, v->op, v->truth ? lind_expression_truth : lind_expression_plain, (lind_where){0},
                                  v->n, children, &b->made[i]));
    b->made[i]->function = v->function;
    if (b->kept[i] < 0) continue;
    LIND_TRY(lind_program_create(b->made[i], b->arena, &list[made.n].program));
    list[made.n++].to = b->kept[i];
  }
  for (int i = 0; i < b->part.n; ++i) {
    lind_tree *tree;
    LIND_TRY(leaf(b, b->part.roots[i], &tree));
    LIND_TRY(lind_program_create(tree, b->arena, &list[made.n].program));
    list[made.n++].to = made.n_board + (b->part.places != NULL ? b->part.places[i] : i);
  }
  made.steps = list;
  *steps = made;
  return LIND_OK;
}

/* ---- running ------------------------------------------------------------------------------------------------------------------
 */

static void run(const machine *m, int which, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *out) {
  const part_steps *part = &m->part[which];
  lind_lane board[part->n_board];
  memset(out, 0, (size_t)part->n_cleared * sizeof *out);
  memcpy(board, frame, (size_t)m->n_frame * sizeof *board);
  if (time != NULL) board[m->n_frame] = *time;
  if (x != NULL) memcpy(board + m->n_frame + 1, x, (size_t)m->n_x * sizeof *board);
  for (int i = 0; i < part->n; ++i) {
    const int to = part->steps[i].to;
    lind_lane result; /* a program may read where it writes */
    lind_program_run(part->steps[i].program, board, &result);
    if (to < part->n_board)
      board[to] = result;
    else
      out[to - part->n_board] = result;
  }
}

static void individual(const void *self, lind_lane *frame) {
  const machine *m = self;
  run(m, LIND_PART_INDIVIDUAL, NULL, frame, NULL, frame + m->n_given);
}

#define EVALUATOR_FRAME(name, part) \
  static void name(const void *self, const lind_lane *frame, lind_lane *out) { run(self, part, NULL, frame, NULL, out); }
#define EVALUATOR_ALL(name, part)                                                                                         \
  static void name(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *out) { \
    run(self, part, time, frame, x, out);                                                                                 \
  }

EVALUATOR_FRAME(initial, LIND_PART_INITIAL)
EVALUATOR_FRAME(delays, LIND_PART_DELAYS)
EVALUATOR_ALL(rhs, LIND_PART_RHS)
EVALUATOR_ALL(outputs, LIND_PART_OUTPUTS)
EVALUATOR_ALL(jacobian, LIND_PART_JACOBIAN)
EVALUATOR_ALL(slope, LIND_PART_SLOPE)
EVALUATOR_ALL(rest, LIND_PART_REST)
EVALUATOR_ALL(triggers, LIND_PART_TRIGGERS)
EVALUATOR_ALL(reset, LIND_PART_RESET)
EVALUATOR_ALL(diffusion, LIND_PART_DIFFUSION)

static void dosing(const void *self, const lind_lane *frame, lind_lane *bioavailability, lind_lane *lag, lind_lane *rate,
                   lind_lane *duration) {
  run(self, LIND_PART_BIOAVAILABILITY, NULL, frame, NULL, bioavailability);
  run(self, LIND_PART_LAG, NULL, frame, NULL, lag);
  run(self, LIND_PART_RATE, NULL, frame, NULL, rate);
  run(self, LIND_PART_DURATION, NULL, frame, NULL, duration);
}

static void coefficients(const void *self, const lind_lane *frame, lind_lane *a, lind_lane *b) {
  run(self, LIND_PART_MATRIX, NULL, frame, NULL, a);
  run(self, LIND_PART_CONSTANTS, NULL, frame, NULL, b);
}

static void factor(const void *self, const lind_lane *shift, const lind_lane *entries, lind_lane *factors) {
  lind_sparse_factor(((const machine *)self)->sparse, shift, entries, factors);
}

static void solve(const void *self, const lind_lane *factors, lind_lane *b) {
  lind_sparse_solve(((const machine *)self)->sparse, factors, b);
}

lind_err lind_evaluator_kernel(const lind_model *model, lind_arena *arena, lind_kernel *kernel) {
  builder b = {.tree = model->tree, .model = model, .arena = arena};
  machine *m;
  LIND_TAKE(m, arena, 1);
  m->n_x = model->n_states + model->tree->n_delays;
  m->n_frame = model->kernel.n_frame;
  m->n_given = model->tree->n_given;
  m->sparse = &model->tree->sparse;
  for (int p = 0; p < LIND_PART_COUNT; ++p) LIND_TRY(build_part(&b, p, &m->part[p]));
  lind_kernel made = model->kernel;
  made.self = m;
  made.individual = individual;
  made.initial = initial;
  made.rhs = rhs;
  made.outputs = outputs;
  made.jacobian = jacobian;
  made.factor = factor;
  made.solve = solve;
  made.slope = lind_layout_has(model, LIND_PART_SLOPE) ? slope : NULL;
  made.dosing = lind_layout_has(model, LIND_PART_BIOAVAILABILITY) ? dosing : NULL;
  made.coefficients = lind_layout_has(model, LIND_PART_MATRIX) ? coefficients : NULL;
  made.rest = lind_layout_has(model, LIND_PART_REST) ? rest : NULL;
  made.triggers = lind_layout_has(model, LIND_PART_TRIGGERS) ? triggers : NULL;
  made.reset = lind_layout_has(model, LIND_PART_RESET) ? reset : NULL;
  made.delays = lind_layout_has(model, LIND_PART_DELAYS) ? delays : NULL;
  made.diffusion = lind_layout_has(model, LIND_PART_DIFFUSION) ? diffusion : NULL;
  *kernel = made;
  return LIND_OK;
}
