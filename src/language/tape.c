/* Planning a tape: the roots go in batches; in a batch every vertex stands as late as its readers let it, level by level, equal
 * operations together. */
#include "tape.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH = 256, NOWHERE = -1 };

typedef struct entry { /* sorts by level, then by what is done */
  int level, operation, id;
} entry;

typedef struct planner {
  const lind_model *model;
  const lind_model_tree *tree;
  lind_part part;
  bool *work;             /* [graph.n] the part's statements */
  int *level;             /* [graph.n] of the batch, from the end: 0 is last; NOWHERE */
  int *last;              /* [graph.n] the step that reads it last */
  lind_tape_place *place; /* [graph.n] */
  entry *order;           /* [n] */
  int n;
} planner;

static int operation_of(const lind_vertex *v) {
  return v->op == LIND_OP_FUNCTION ? LIND_OP_CORE_COUNT + (int)v->function : (int)v->op;
}

static int compare(const void *left, const void *right) {
  const entry *a = left, *b = right;
  if (a->level != b->level) return a->level > b->level ? -1 : 1;
  if (a->operation != b->operation) return a->operation < b->operation ? -1 : 1;
  return a->id < b->id ? -1 : 1;
}

/* Roots first .. end - 1 and what they are made of, as far as no batch before has it. */
static void plan_batch(planner *p, int first, int end) {
  const lind_graph *graph = &p->tree->graph;
  const int before = p->n;
  int top = 0;
  for (int i = first; i < end; ++i) {
    const int id = p->part.roots[i];
    if (p->work[id] && p->level[id] == NOWHERE) p->level[id] = 0;
    if (id > top) top = id;
  }
  for (int id = top; id >= 0; --id) {
    const lind_vertex *v = &graph->vertices[id];
    if (p->level[id] < 0) continue;
    p->order[p->n++] = (entry){p->level[id], operation_of(v), id};
    for (int k = 0; k < v->n; ++k) {
      int *below = &p->level[v->child[k]];
      if (p->work[v->child[k]] && *below != NOWHERE - 1 && *below <= p->level[id]) *below = p->level[id] + 1;
    }
    p->level[id] = NOWHERE - 1; /* taken */
  }
  qsort(p->order + before, (size_t)(p->n - before), sizeof *p->order, compare);
}

static lind_tape_place leaf_place(const planner *p, int id, lind_tape *tape, lind_lane *constants) {
  const lind_vertex *v = &p->tree->graph.vertices[id];
  if (v->op == LIND_OP_CONSTANT) {
    for (int i = 0; i < LIND_LANES; ++i) constants[tape->n_constants].of[i] = v->value;
    return (lind_tape_place){LIND_TAPE_CONSTANT, tape->n_constants++};
  }
  const int slot = v->op == LIND_OP_SLOT ? lind_layout_slot(p->tree, v) : p->tree->derived_slot[id];
  if (slot >= 0) return (lind_tape_place){LIND_TAPE_FRAME, slot};
  if (v->leaf == LIND_LEAF_TIME) return (lind_tape_place){LIND_TAPE_TIME, 0};
  return (lind_tape_place){LIND_TAPE_STATE, v->index + (v->leaf == LIND_LEAF_DELAYED ? p->model->n_states : 0)};
}

/* Leaves and results have their places; who reads what last. */
static void plan_places(planner *p, lind_tape *tape, lind_lane *constants) {
  const lind_graph *graph = &p->tree->graph;
  for (int i = 0; i < graph->n; ++i) p->place[i] = (lind_tape_place){LIND_TAPE_BOARD, NOWHERE};
  for (int s = 0; s < p->n; ++s) {
    const lind_vertex *v = &graph->vertices[p->order[s].id];
    for (int k = 0; k < v->n; ++k) {
      const int child = v->child[k];
      p->last[child] = s;
      if (!p->work[child] && p->place[child].index == NOWHERE) p->place[child] = leaf_place(p, child, tape, constants);
    }
  }
  for (int i = 0; i < p->part.n; ++i) {
    const int id = p->part.roots[i], to = p->part.places != NULL ? p->part.places[i] : i;
    if (p->place[id].index != NOWHERE) continue;
    p->place[id] = p->work[id] ? (lind_tape_place){LIND_TAPE_OUT, to} : leaf_place(p, id, tape, constants);
  }
}

static lind_err plan_steps(planner *p, lind_tape *tape, lind_arena *arena) {
  const lind_graph *graph = &p->tree->graph;
  lind_tape_step *steps;
  int *free_places, n_free = 0;
  LIND_TAKE(steps, arena, p->n + p->part.n);
  LIND_TAKE(free_places, arena, p->n);
  for (int s = 0; s < p->n; ++s) {
    const int id = p->order[s].id;
    const lind_vertex *v = &graph->vertices[id];
    lind_tape_step step = {.op = v->op, .function = v->function, .apply = lind_apply_of(v->op, v->function)};
    for (int k = 0; k < 3; ++k) step.from[k] = p->place[v->child[k < v->n ? k : 0]];
    for (int k = 0; k < v->n; ++k) {
      const int child = v->child[k];
      if (!p->work[child] || p->place[child].kind != LIND_TAPE_BOARD || p->last[child] != s) continue;
      free_places[n_free++] = p->place[child].index;
      p->last[child] = NOWHERE; /* x * x frees x once */
    }
    if (p->place[id].index == NOWHERE) p->place[id].index = n_free > 0 ? free_places[--n_free] : tape->n_board++;
    step.to = p->place[id];
    steps[s] = step;
  }
  tape->n = p->n;
  for (int i = 0; i < p->part.n; ++i) { /* results that are leaves, or that another place has already */
    const lind_tape_place from = p->place[p->part.roots[i]];
    const int to = p->part.places != NULL ? p->part.places[i] : i;
    if (from.kind == LIND_TAPE_OUT && from.index == to) continue;
    steps[tape->n++] = (lind_tape_step){.op = LIND_OP_SLOT, .to = {LIND_TAPE_OUT, to}, .from = {from, from, from}};
  }
  tape->steps = steps;
  return LIND_OK;
}

lind_err lind_tape_plan(const lind_model *model, int part, lind_arena *arena, lind_tape *tape) {
  const lind_graph *graph = &model->tree->graph;
  planner p = {.model = model, .tree = model->tree, .part = lind_layout_part(model, part)};
  lind_tape made = {.n_cleared = p.part.n_cleared};
  lind_lane *constants;
  int n_constants = 0;
  LIND_TAKE(p.work, arena, graph->n);
  LIND_TAKE(p.level, arena, graph->n);
  LIND_TAKE(p.last, arena, graph->n);
  LIND_TAKE(p.place, arena, graph->n);
  LIND_TAKE(p.order, arena, graph->n);
  lind_layout_work(model->tree, &p.part, p.work);
  for (int i = 0; i < graph->n; ++i) {
    p.level[i] = NOWHERE;
    n_constants += graph->vertices[i].op == LIND_OP_CONSTANT;
  }
  LIND_TAKE(constants, arena, n_constants);
  for (int first = 0; first < p.part.n; first += BATCH)
    plan_batch(&p, first, first + BATCH < p.part.n ? first + BATCH : p.part.n);
  plan_places(&p, &made, constants);
  LIND_TRY(plan_steps(&p, &made, arena));
  made.constants = constants;
  *tape = made;
  return LIND_OK;
}

void lind_tape_run(const lind_tape *tape, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *out) {
  lind_lane board[tape->n_board + 1];
  const lind_lane *const from[LIND_TAPE_KINDS] = {frame, x, time, tape->constants, board, out};
  lind_lane *const to[LIND_TAPE_KINDS] = {NULL, NULL, NULL, NULL, board, out};
  memset(out, 0, (size_t)tape->n_cleared * sizeof *out);
  for (int i = 0; i < tape->n; ++i) {
    const lind_tape_step *s = &tape->steps[i];
    const lind_lane *a = &from[s->from[0].kind][s->from[0].index];
    lind_lane *result = &to[s->to.kind][s->to.index];
    if (s->apply == NULL)
      *result = *a;
    else
      s->apply(result, a, &from[s->from[1].kind][s->from[1].index], &from[s->from[2].kind][s->from[2].index]);
  }
}
