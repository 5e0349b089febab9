/* The parts of a kernel as C: one statement an operation, each over the 8 lanes of a pack (lane_math.h).
 *
 * A part with many statements is cut into functions of LIND_EMIT_CHUNK statements, whose shared values go through an array:
 * compilers need more than linear time in the length of a straight run of code. */
#include <stdio.h>

#include "emit.h"

typedef struct emitter {
  const lind_model *model;
  const lind_model_tree *tree;
  lind_buffer *out;
  lind_part part;
  bool fills_frame;
  int *work;   /* [n_work] the part's statements */
  int *chunk;  /* [graph.n] which function a statement is in; -1 */
  int *shared; /* [graph.n] place in the array of shared values; -1 */
  int n_work, n_chunks, n_shared;
} emitter;

/* ---- operands ----------------------------------------------------------------------------------------------------------------
 */

typedef char operand_text[96];

/* Text of vertex `id` inside function `chunk`. */
static const char *operand(const emitter *e, int id, int chunk, operand_text text) {
  const lind_vertex *v = &e->tree->graph.vertices[id];
  const char *open = v->truth ? "lind_m8_of(" : "", *close = v->truth ? ")" : "";
  const int slot = v->op == LIND_OP_SLOT ? lind_layout_slot(e->tree, v) : e->fills_frame ? -1 : e->tree->derived_slot[id];
  if (v->op == LIND_OP_CONSTANT)
    (void)snprintf(text, sizeof(operand_text), "%slind_v8_fill(%a)%s", open, v->value, close);
  else if (slot >= 0)
    (void)snprintf(text, sizeof(operand_text), "%slind_v8_load(&frame[%d])%s", open, slot, close);
  else if (v->op == LIND_OP_SLOT && v->leaf == LIND_LEAF_TIME)
    (void)snprintf(text, sizeof(operand_text), "lind_v8_load(time)");
  else if (v->op == LIND_OP_SLOT)
    (void)snprintf(text, sizeof(operand_text), "lind_v8_load(&x[%d])",
                   v->index + (v->leaf == LIND_LEAF_DELAYED ? e->model->n_states : 0));
  else if (e->chunk[id] != chunk)
    (void)snprintf(text, sizeof(operand_text), "%slind_v8_load(&shared[%d])%s", open, e->shared[id], close);
  else
    (void)snprintf(text, sizeof(operand_text), "v%d", id);
  return text;
}

const char *lind_emit_function(lind_op op, lind_function function) {
  static const char *const operators[LIND_OP_CORE_COUNT] = {
      [LIND_OP_NEGATE] = "lind_v8_neg",   [LIND_OP_ADD] = "lind_v8_add",       [LIND_OP_SUBTRACT] = "lind_v8_sub",
      [LIND_OP_MULTIPLY] = "lind_v8_mul", [LIND_OP_DIVIDE] = "lind_v8_div",    [LIND_OP_POWER] = "lind_v8_pow",
      [LIND_OP_LESS] = "lind_v8_lt",      [LIND_OP_LESS_EQUAL] = "lind_v8_le", [LIND_OP_EQUAL] = "lind_v8_eq",
      [LIND_OP_DIFFERENT] = "lind_v8_ne", [LIND_OP_AND] = "lind_m8_and",       [LIND_OP_OR] = "lind_m8_or",
      [LIND_OP_NOT] = "lind_m8_not",      [LIND_OP_SELECT] = "lind_v8_select",
  };
  static const char *const functions[LIND_FN_COUNT] = {
      [LIND_FN_EXP] = "lind_v8_exp",     [LIND_FN_LOG] = "lind_v8_log",
      [LIND_FN_LOG10] = "lind_v8_log10", [LIND_FN_SQRT] = "lind_v8_sqrt",
      [LIND_FN_ABS] = "lind_v8_abs",     [LIND_FN_FLOOR] = "lind_v8_floor",
      [LIND_FN_CEIL] = "lind_v8_ceil",   [LIND_FN_MIN] = "lind_v8_min",
      [LIND_FN_MAX] = "lind_v8_max",     [LIND_FN_SIN] = "lind_v8_sin",
      [LIND_FN_COS] = "lind_v8_cos",     [LIND_FN_TANH] = "lind_v8_tanh",
      [LIND_FN_ATAN] = "lind_v8_atan",   [LIND_FN_NORMAL_QUANTILE] = "lind_v8_normal_quantile",
  };
  return op == LIND_OP_FUNCTION ? functions[function] : operators[op];
}

static void statement(emitter *e, int id) {
  const lind_vertex *v = &e->tree->graph.vertices[id];
  const int chunk = e->chunk[id];
  operand_text text[3];
  for (int k = 0; k < v->n; ++k) (void)operand(e, v->child[k], chunk, text[k]);
  lind_buffer_put(e->out, "  const %s v%d = ", v->truth ? "lind_m8" : "lind_v8", id);
  if (v->op == LIND_OP_SELECT && v->truth)
    lind_buffer_put(e->out, "lind_m8_or(lind_m8_and(%s, %s), lind_m8_except(%s, %s));\n", text[0], text[1], text[2], text[0]);
  else if (v->n == 3)
    lind_buffer_put(e->out, "%s(%s, %s, %s);\n", lind_emit_function(v->op, v->function), text[0], text[1], text[2]);
  else if (v->n == 2)
    lind_buffer_put(e->out, "%s(%s, %s);\n", lind_emit_function(v->op, v->function), text[0], text[1]);
  else
    lind_buffer_put(e->out, "%s(%s);\n", lind_emit_function(v->op, v->function), text[0]);
  if (e->shared[id] >= 0)
    lind_buffer_put(e->out,
                    v->truth ? "  lind_v8_store(&shared[%d], lind_v8_truth(v%d));\n" : "  lind_v8_store(&shared[%d], v%d);\n",
                    e->shared[id], id);
}

static void result(emitter *e, int i, int chunk) {
  const int id = e->part.roots[i];
  operand_text text;
  const bool truth = e->tree->graph.vertices[id].truth;
  if (e->fills_frame)
    lind_buffer_put(e->out, "  lind_v8_store(&frame[%d], ", e->tree->derived_slot[id]);
  else
    lind_buffer_put(e->out, "  lind_v8_store(&out[%d], ", e->part.places != NULL ? e->part.places[i] : i);
  lind_buffer_put(e->out, truth ? "lind_v8_truth(%s));\n" : "%s);\n", operand(e, id, chunk, text));
}

/* ---- parts -------------------------------------------------------------------------------------------------------------------
 */

/* Which function each statement stands in, and which values pass between functions. A result is stored where it is worked out;
 * those that are no statement of the part are spread over the functions. */
static lind_err cut(emitter *e, lind_arena *arena) {
  const lind_graph *graph = &e->tree->graph;
  bool *marks;
  LIND_TAKE(marks, arena, graph->n);
  LIND_TAKE(e->work, arena, graph->n);
  LIND_TAKE(e->chunk, arena, graph->n);
  LIND_TAKE(e->shared, arena, graph->n);
  lind_layout_work(e->tree, &e->part, marks);
  for (int i = 0; i < graph->n; ++i) {
    e->chunk[i] = marks[i] ? e->n_work / LIND_EMIT_CHUNK : -1;
    e->shared[i] = -1;
    if (marks[i]) e->work[e->n_work++] = i;
  }
  e->n_chunks = (e->n_work > e->part.n ? e->n_work : e->part.n) / LIND_EMIT_CHUNK + 1;
  for (int w = 0; w < e->n_work; ++w) {
    const lind_vertex *v = &graph->vertices[e->work[w]];
    for (int k = 0; k < v->n; ++k) {
      const int child = v->child[k];
      if (marks[child] && e->chunk[child] != e->chunk[e->work[w]] && e->shared[child] < 0) e->shared[child] = e->n_shared++;
    }
  }
  return LIND_OK;
}

static void body(emitter *e, int chunk) {
  const int first = chunk * LIND_EMIT_CHUNK;
  if (chunk == 0 && e->part.n_cleared > 0)
    lind_buffer_put(e->out, "  for (int i = 0; i < %d; ++i) lind_v8_store(&out[i], lind_v8_fill(0));\n", e->part.n_cleared);
  for (int w = first; w < e->n_work && w < first + LIND_EMIT_CHUNK; ++w) statement(e, e->work[w]);
  for (int i = 0; i < e->part.n; ++i) {
    const int home = e->chunk[e->part.roots[i]];
    if ((home >= 0 ? home : i / LIND_EMIT_CHUNK) == chunk) result(e, i, chunk);
  }
}

lind_err lind_emit_part(const lind_model *model, int part, bool *tables, lind_buffer *out, lind_arena *arena) {
  static const struct {
    const char *formal, *actual, *unused;
  } texts[] = {
      [LIND_TAKES_FRAME_TO_FILL] = {"lind_lane *frame", "frame", "(void)frame"},
      [LIND_TAKES_FRAME] = {"const lind_lane *frame, lind_lane *out", "frame, out", "(void)frame, (void)out"},
      [LIND_TAKES_ALL] = {"const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *out",
                          "time, frame, x, out", "(void)time, (void)frame, (void)x, (void)out"},
  };
  emitter e = {.model = model, .tree = model->tree, .out = out, .part = lind_layout_part(model, part)};
  const char *name = e.part.name, *formal = texts[e.part.takes].formal, *unused = texts[e.part.takes].unused;
  e.fills_frame = e.part.takes == LIND_TAKES_FRAME_TO_FILL;
  LIND_TRY(cut(&e, arena));
  if (e.n_work + e.part.n > LIND_EMIT_MOST) {
    if (!*tables) lind_emit_table_head(out);
    *tables = true;
    return lind_emit_table(model, part, formal, out, arena);
  }
  for (int c = 0; c < e.n_chunks; ++c) {
    if (e.n_chunks == 1)
      lind_buffer_put(out, "\nstatic inline void work_%s(%s) {\n  %s;\n", name, formal, unused);
    else
      lind_buffer_put(out, "\nstatic __attribute__((noinline)) void work_%s_%d(%s, lind_lane *shared) {\n  %s, (void)shared;\n",
                      name, c, formal, unused);
    body(&e, c);
    lind_buffer_put(out, "}\n");
  }
  if (e.n_chunks == 1) return LIND_OK;
  lind_buffer_put(out, "\nstatic inline void work_%s(%s) {\n  lind_lane shared[%d];\n", name, formal, e.n_shared + 1);
  for (int c = 0; c < e.n_chunks; ++c) lind_buffer_put(out, "  work_%s_%d(%s, shared);\n", name, c, texts[e.part.takes].actual);
  lind_buffer_put(out, "}\n");
  return LIND_OK;
}
