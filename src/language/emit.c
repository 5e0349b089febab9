/* The kernel as C: one statement an operation, each over the 8 lanes of a pack (lane_math.h).
 *
 * A part with many statements is cut into functions of CHUNK statements, whose shared values go through an array: compilers need
 * more than linear time in the length of a straight run of code. */
#include <stdio.h>

#include "../expression/expression_internal.h"
#include "buffer.h"
#include "model_tree.h"

enum { CHUNK = 600 };

typedef struct emitter {
  const lind_model *model;
  const lind_model_tree *tree;
  lind_buffer out;
  lind_part part;
  bool *work;  /* [graph.n] the part's statements */
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
  const int slot = v->op == LIND_OP_SLOT ? lind_layout_slot(e->tree, v) : e->part.fills_frame ? -1 : e->tree->derived_slot[id];
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

/* The function of lane_math.h, or NULL. */
static const char *function_of(const lind_vertex *v) {
  static const char *const operators[LIND_OP_CORE_COUNT] = {
      [LIND_OP_NEGATE] = "lind_v8_neg",   [LIND_OP_ADD] = "lind_v8_add",       [LIND_OP_SUBTRACT] = "lind_v8_sub",
      [LIND_OP_MULTIPLY] = "lind_v8_mul", [LIND_OP_DIVIDE] = "lind_v8_div",    [LIND_OP_POWER] = "lind_v8_pow",
      [LIND_OP_LESS] = "lind_v8_lt",      [LIND_OP_LESS_EQUAL] = "lind_v8_le", [LIND_OP_EQUAL] = "lind_v8_eq",
      [LIND_OP_DIFFERENT] = "lind_v8_ne", [LIND_OP_AND] = "lind_m8_and",       [LIND_OP_OR] = "lind_m8_or",
      [LIND_OP_NOT] = "lind_m8_not",      [LIND_OP_SELECT] = "lind_v8_select",
  };
  static const char *const functions[LIND_FN_COUNT] = {
      [LIND_FN_EXP] = "lind_v8_exp",   [LIND_FN_LOG] = "lind_v8_log", [LIND_FN_LOG10] = "lind_v8_log10",
      [LIND_FN_SQRT] = "lind_v8_sqrt", [LIND_FN_ABS] = "lind_v8_abs", [LIND_FN_FLOOR] = "lind_v8_floor",
      [LIND_FN_CEIL] = "lind_v8_ceil", [LIND_FN_MIN] = "lind_v8_min", [LIND_FN_MAX] = "lind_v8_max",
      [LIND_FN_SIN] = "lind_v8_sin",   [LIND_FN_COS] = "lind_v8_cos", [LIND_FN_TANH] = "lind_v8_tanh",
  };
  return v->op == LIND_OP_FUNCTION ? functions[v->function] : operators[v->op];
}

static void statement(emitter *e, int id) {
  const lind_vertex *v = &e->tree->graph.vertices[id];
  const int chunk = e->chunk[id];
  operand_text text[3];
  for (int k = 0; k < v->n; ++k) (void)operand(e, v->child[k], chunk, text[k]);
  lind_buffer_put(&e->out, "  const %s v%d = ", v->truth ? "lind_m8" : "lind_v8", id);
  if (v->op == LIND_OP_SELECT && v->truth)
    lind_buffer_put(&e->out, "lind_m8_or(lind_m8_and(%s, %s), lind_m8_except(%s, %s));\n", text[0], text[1], text[2], text[0]);
  else if (v->n == 3)
    lind_buffer_put(&e->out, "%s(%s, %s, %s);\n", function_of(v), text[0], text[1], text[2]);
  else if (v->n == 2)
    lind_buffer_put(&e->out, "%s(%s, %s);\n", function_of(v), text[0], text[1]);
  else
    lind_buffer_put(&e->out, "%s(%s);\n", function_of(v), text[0]);
  if (e->shared[id] >= 0)
    lind_buffer_put(&e->out,
                    v->truth ? "  lind_v8_store(&shared[%d], lind_v8_truth(v%d));\n" : "  lind_v8_store(&shared[%d], v%d);\n",
                    e->shared[id], id);
}

static void result(emitter *e, int place, int id, int chunk) {
  operand_text text;
  const bool truth = e->tree->graph.vertices[id].truth;
  if (e->part.fills_frame)
    lind_buffer_put(&e->out, "  lind_v8_store(&frame[%d], ", e->tree->derived_slot[id]);
  else
    lind_buffer_put(&e->out, "  lind_v8_store(&out[%d], ", place);
  lind_buffer_put(&e->out, truth ? "lind_v8_truth(%s));\n" : "%s);\n", operand(e, id, chunk, text));
}

/* ---- parts -------------------------------------------------------------------------------------------------------------------
 */

static void share(emitter *e, int child, int chunk) {
  if (e->work[child] && e->chunk[child] != chunk && e->shared[child] < 0) e->shared[child] = e->n_shared++;
}

/* Which function each statement stands in, and which values pass between functions. A result is stored where it is worked out;
 * those that are no statement of the part go last. */
static lind_err cut(emitter *e, lind_arena *arena) {
  const lind_graph *graph = &e->tree->graph;
  LIND_TAKE(e->work, arena, graph->n);
  LIND_TAKE(e->chunk, arena, graph->n);
  LIND_TAKE(e->shared, arena, graph->n);
  lind_layout_work(e->tree, &e->part, e->work);
  e->n_work = e->n_shared = 0;
  for (int i = 0; i < graph->n; ++i) {
    e->chunk[i] = e->work[i] ? e->n_work++ / CHUNK : -1;
    e->shared[i] = -1;
  }
  e->n_chunks = e->n_work / CHUNK + 1;
  for (int i = 0; i < graph->n; ++i)
    for (int k = 0; e->work[i] && k < graph->vertices[i].n; ++k) share(e, graph->vertices[i].child[k], e->chunk[i]);
  return LIND_OK;
}

static const char *const arguments = "const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *out";
static const char *const arguments_individual = "lind_lane *frame";

static void body(emitter *e, int chunk) {
  const int last = e->n_chunks - 1;
  if (!e->part.fills_frame) lind_buffer_put(&e->out, "  (void)time, (void)frame, (void)x, (void)out;\n");
  for (int i = 0; i < e->tree->graph.n; ++i)
    if (e->work[i] && e->chunk[i] == chunk) statement(e, i);
  for (int i = 0; i < e->part.n; ++i) {
    const int id = e->part.roots[i];
    if ((e->work[id] ? e->chunk[id] : last) == chunk) result(e, i, id, chunk);
  }
}

static lind_err emit_part(emitter *e, int part, lind_arena *arena) {
  e->part = lind_layout_part(e->model, part);
  if (e->part.n == 0 && part >= LIND_PART_BIOAVAILABILITY) return LIND_OK;
  LIND_TRY(cut(e, arena));
  const char *name = e->part.name, *formal = e->part.fills_frame ? arguments_individual : arguments;
  const char *actual = e->part.fills_frame ? "frame" : "time, frame, x, out";
  for (int c = 0; c < e->n_chunks; ++c) {
    if (e->n_chunks == 1)
      lind_buffer_put(&e->out, "\nstatic inline void work_%s(%s) {\n", name, formal);
    else
      lind_buffer_put(&e->out, "\nstatic __attribute__((noinline)) void work_%s_%d(%s, lind_lane *shared) {\n  (void)shared;\n",
                      name, c, formal);
    if (e->part.fills_frame) lind_buffer_put(&e->out, "  (void)frame;\n");
    body(e, c);
    lind_buffer_put(&e->out, "}\n");
  }
  if (e->n_chunks == 1) return LIND_OK;
  lind_buffer_put(&e->out, "\nstatic inline void work_%s(%s) {\n  lind_lane shared[%d];\n", name, formal, e->n_shared + 1);
  for (int c = 0; c < e->n_chunks; ++c) lind_buffer_put(&e->out, "  work_%s_%d(%s, shared);\n", name, c, actual);
  lind_buffer_put(&e->out, "}\n");
  return LIND_OK;
}

static void emit_places(lind_buffer *out, const char *name, const int *places, int n) {
  lind_buffer_put(out, "\nstatic const int %s[] = {", name);
  for (int i = 0; i < n; ++i) lind_buffer_put(out, "%d,", places[i]);
  lind_buffer_put(out, n > 0 ? "};\n" : "0};\n");
}

/* The functions with the signatures of kernel.h. */
static void emit_entries(emitter *e, const char *symbol) {
  lind_buffer *out = &e->out;
  lind_buffer_put(out,
                  "\nstatic void kernel_individual(const void *self, lind_lane *frame) {\n  (void)self;\n"
                  "  work_individual(frame);\n}\n");
  lind_buffer_put(out,
                  "static void kernel_initial(const void *self, const lind_lane *frame, lind_lane *x) {\n  (void)self;\n"
                  "  work_initial((const lind_lane *)0, frame, (const lind_lane *)0, x);\n}\n");
  for (int i = 0; i < 3; ++i) {
    const char *name = (const char *const[]){"rhs", "jacobian", "outputs"}[i];
    lind_buffer_put(out,
                    "static void kernel_%s(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x,\n"
                    "                          lind_lane *out) {\n  (void)self;\n  work_%s(time, frame, x, out);\n}\n",
                    name, name);
  }
  if (e->tree->bioavailability != NULL)
    lind_buffer_put(out,
                    "static const lind_lane *const none = 0;\nstatic void kernel_dosing(const void *self, const lind_lane "
                    "*frame, lind_lane *bioavailability, lind_lane *lag, "
                    "lind_lane *rate, lind_lane *duration) {\n  (void)self;\n"
                    "  work_bioavailability(none, frame, none, bioavailability);\n  work_lag(none, frame, none, lag);\n"
                    "  work_rate(none, frame, none, rate);\n  work_duration(none, frame, none, duration);\n}\n");
  emit_places(out, "row", e->tree->row, e->tree->n_entries);
  emit_places(out, "column", e->tree->column, e->tree->n_entries);
  lind_buffer_put(out,
                  "\nextern const lind_kernel %s;\nconst lind_kernel %s = {\n  .n_states = %d, .n_frame = %d, .n_outputs = %d,\n",
                  symbol, symbol, e->model->kernel.n_states, e->model->kernel.n_frame, e->model->kernel.n_outputs);
  lind_buffer_put(out,
                  "  .individual = kernel_individual, .initial = kernel_initial, .rhs = kernel_rhs,\n"
                  "  .n_entries = %d, .row = row, .column = column,\n"
                  "  .jacobian = kernel_jacobian, .outputs = kernel_outputs%s};\n",
                  e->tree->n_entries, e->tree->bioavailability != NULL ? ", .dosing = kernel_dosing" : "");
}

lind_err lind_emit_kernel(const lind_model *model, const char *symbol, lind_arena *arena, const char **text) {
  emitter e = {.model = model, .tree = model->tree, .out = {.arena = arena}};
  lind_buffer_put(&e.out, "/* Generated from model %.100s, text %s. */\n", model->name, model->hash);
  for (int p = 0; p < LIND_PART_COUNT; ++p) LIND_TRY(emit_part(&e, p, arena));
  emit_entries(&e, symbol);
  return lind_buffer_finish(&e.out, text);
}
