/* A part as tables with a loop over them, for parts that would take a compiler too long: the tape of the evaluator, cut into runs
 * of one operation. What compiles is as small for the largest model as for any. */
#include "emit.h"
#include "tape.h"

/* An operand or a result: its kind in three bits, its index above. */
static int code_of(lind_tape_place place) { return (int)place.kind | place.index << 3; }

static int operation_of(const lind_tape_step *step) {
  return step->op == LIND_OP_FUNCTION ? LIND_OP_CORE_COUNT + (int)step->function : (int)step->op;
}

/* ---- what all tables share ---------------------------------------------------------------------------------------------------
 */

static const char head[] =
    "\ntypedef struct table {\n  int n_runs, n_cleared;\n  const int *operation, *length; /* [n_runs] */\n"
    "  const int *to, *from[3];\n  const lind_lane *constants;\n} table;\n"
    "\n#define TABLE_PLACE(code) base[(code) & 7][(code) >> 3]\n"
    "#define TABLE_TO lind_v8_store(&TABLE_PLACE(t->to[i]),\n"
    "#define TABLE_A lind_v8_load(&TABLE_PLACE(t->from[0][i]))\n"
    "#define TABLE_B lind_v8_load(&TABLE_PLACE(t->from[1][i]))\n"
    "#define TABLE_C lind_v8_load(&TABLE_PLACE(t->from[2][i]))\n";

static const char loop[] =
    "\nstatic void table_run(const table *t, const lind_lane *time, const lind_lane *frame, const lind_lane *x,\n"
    "                      lind_lane *board, lind_lane *out) {\n"
    "  lind_lane *const base[] = {(lind_lane *)frame, (lind_lane *)x, (lind_lane *)time, (lind_lane *)t->constants, board, "
    "out};\n"
    "  for (int i = 0; i < t->n_cleared; ++i) lind_v8_store(&out[i], lind_v8_fill(0));\n"
    "  for (int run = 0, i = 0; run < t->n_runs; ++run) {\n"
    "    const int end = i + t->length[run];\n"
    "    switch (t->operation[run]) {\n";

/* One case an operation. */
static void write_case(lind_buffer *out, lind_op op, lind_function function) {
  static const char *const arguments[] = {"", "TABLE_A", "TABLE_A, TABLE_B", "TABLE_A, TABLE_B, TABLE_C"};
  const char *name = lind_emit_function(op, function);
  const int arity = op == LIND_OP_FUNCTION ? lind_expression_function_arity(function) : lind_expression_operator(op)->arity;
  lind_buffer_put(out, "      case %d: for (; i < end; ++i) TABLE_TO ",
                  operation_of(&(lind_tape_step){.op = op, .function = function}));
  if (op == LIND_OP_SLOT)
    lind_buffer_put(out, "TABLE_A); break;\n");
  else if (op == LIND_OP_SELECT)
    lind_buffer_put(out, "%s(lind_m8_of(TABLE_A), TABLE_B, TABLE_C)); break;\n", name);
  else if (op == LIND_OP_NOT)
    lind_buffer_put(out, "lind_v8_truth(%s(lind_m8_of(TABLE_A)))); break;\n", name);
  else if (op == LIND_OP_AND || op == LIND_OP_OR)
    lind_buffer_put(out, "lind_v8_truth(%s(lind_m8_of(TABLE_A), lind_m8_of(TABLE_B)))); break;\n", name);
  else if (op >= LIND_OP_LESS && op <= LIND_OP_DIFFERENT)
    lind_buffer_put(out, "lind_v8_truth(%s(TABLE_A, TABLE_B))); break;\n", name);
  else
    lind_buffer_put(out, "%s(%s)); break;\n", name, arguments[arity]);
}

void lind_emit_table_head(lind_buffer *out) {
  lind_buffer_append(out, head, sizeof head - 1);
  lind_buffer_append(out, loop, sizeof loop - 1);
  for (int op = LIND_OP_SLOT; op < LIND_OP_CORE_COUNT; ++op) {
    if (op != LIND_OP_FUNCTION) write_case(out, (lind_op)op, LIND_FN_COUNT);
    for (int f = 0; op == LIND_OP_FUNCTION && f < LIND_FN_COUNT; ++f) write_case(out, (lind_op)op, (lind_function)f);
  }
  lind_buffer_put(out, "    }\n  }\n}\n");
}

/* ---- one part ----------------------------------------------------------------------------------------------------------------
 */

static lind_err write_runs(const lind_tape *tape, const char *name, lind_buffer *out, lind_arena *arena, int *n_runs) {
  int *operation, *length, n = 0;
  LIND_TAKE(operation, arena, tape->n);
  LIND_TAKE(length, arena, tape->n);
  for (int i = 0; i < tape->n; ++i) {
    const int now = operation_of(&tape->steps[i]);
    if (n == 0 || operation[n - 1] != now) operation[n++] = now;
    ++length[n - 1];
  }
  lind_buffer_put(out, "\n");
  lind_emit_places(out, lind_arena_format(arena, "%s_operation", name), operation, n);
  lind_emit_places(out, lind_arena_format(arena, "%s_length", name), length, n);
  *n_runs = n;
  return LIND_OK;
}

static lind_err write_operands(const lind_tape *tape, const char *name, lind_buffer *out, lind_arena *arena) {
  static const char *const names[] = {"a", "b", "c", "to"};
  int *codes;
  LIND_TAKE(codes, arena, tape->n);
  for (int k = 0; k < 4; ++k) {
    for (int i = 0; i < tape->n; ++i) codes[i] = code_of(k < 3 ? tape->steps[i].from[k] : tape->steps[i].to);
    lind_emit_places(out, lind_arena_format(arena, "%s_%s", name, names[k]), codes, tape->n);
  }
  lind_buffer_put(out, "static const lind_lane %s_constants[] = {", name);
  for (int i = 0; i < tape->n_constants; ++i) {
    const double value = tape->constants[i].of[0];
    lind_buffer_put(out, "\n{{%a,%a,%a,%a,%a,%a,%a,%a}},", value, value, value, value, value, value, value, value);
  }
  lind_buffer_put(out, tape->n_constants > 0 ? "};\n" : "{{0}}};\n");
  return LIND_OK;
}

lind_err lind_emit_table(const lind_model *model, int part, const char *formal, lind_buffer *out, lind_arena *arena) {
  const lind_part what = lind_layout_part(model, part);
  const bool fills = what.takes == LIND_TAKES_FRAME_TO_FILL, all = what.takes == LIND_TAKES_ALL;
  lind_tape tape;
  int n_runs;
  LIND_TRY(lind_tape_plan(model, part, arena, &tape));
  LIND_TRY(write_runs(&tape, what.name, out, arena, &n_runs));
  LIND_TRY(write_operands(&tape, what.name, out, arena));
  const char *n = what.name;
  lind_buffer_put(out, "\nstatic void work_%s(%s) {\n  lind_lane board[%d];\n", n, formal, tape.n_board + 1);
  lind_buffer_put(out, "  static const table t = {%d, %d, %s_operation, %s_length, %s_to, {%s_a, %s_b, %s_c}, %s_constants};\n",
                  n_runs, tape.n_cleared, n, n, n, n, n, n, n);
  lind_buffer_put(out, "  table_run(&t, %s, frame, %s, board, ", all ? "time" : "0", all ? "x" : "0");
  if (fills)
    lind_buffer_put(out, "frame + %d);\n}\n", model->tree->n_given);
  else
    lind_buffer_put(out, "out);\n}\n");
  return LIND_OK;
}
