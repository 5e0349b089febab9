/* The lane evaluator: a core tree becomes a list of instructions on registers. A child that needs more registers goes first
 * (Sethi and Ullman, J. ACM 17 (1970) 715), so that LIND_PROGRAM_DEPTH registers are enough for any tree that fits into memory.
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "apply.h"
#include "expression_internal.h"

typedef enum { PLACE_REGISTER, PLACE_SLOT, PLACE_CONSTANT } place_kind;

typedef struct place {
  int16_t kind;
  int16_t unused;
  int32_t index;
} place;

typedef struct instruction {
  lind_apply apply;
  int to; /* register */
  place from[3];
} instruction;

struct lind_program {
  int n, n_constants, n_slots; /* n_slots: one above the highest slot */
  place result;
  const instruction *instructions;
  const lind_lane *constants;
};

typedef struct builder {
  lind_program program;
  instruction *instructions;
  lind_lane *constants;
  lind_where where;
} builder;

/* ---- tree -> instructions
 * ----------------------------------------------------------------------------------------------------------- */

/* A tree in post-order: node i's children stand before it. */
typedef struct flat {
  const lind_tree *tree;
  int child[3];
  int need; /* registers; 0 for a leaf */
} flat;

static int node_count(const lind_tree *tree) {
  int n = 1;
  for (int i = 0; i < tree->n; ++i) n += node_count(tree->children[i]);
  return n;
}

/* Children by need, the greatest first (stable). */
static void order_of(const flat *all, const flat *node, int order[3]) {
  for (int i = 0; i < node->tree->n; ++i) {
    int j = i;
    for (; j > 0 && all[node->child[order[j - 1]]].need < all[node->child[i]].need; --j) order[j] = order[j - 1];
    order[j] = i;
  }
}

static int flatten(const lind_tree *tree, flat *all, int *n) {
  flat node = {.tree = tree};
  for (int i = 0; i < tree->n; ++i) node.child[i] = flatten(tree->children[i], all, n);
  if (tree->n > 0) {
    int order[3], held = 0;
    node.need = 1;
    order_of(all, &node, order);
    for (int i = 0; i < tree->n; ++i) {
      const int child = all[node.child[order[i]]].need;
      if (child == 0) continue;
      if (child + held > node.need) node.need = child + held;
      ++held;
    }
  }
  all[*n] = node;
  return (*n)++;
}

static lind_err check_core(const lind_tree *tree) {
  const bool core = tree->op < LIND_OP_CORE_COUNT;
  const int arity = !core                          ? -1
                    : tree->op == LIND_OP_FUNCTION ? lind_expression_function_arity(tree->function)
                                                   : lind_expression_operator(tree->op)->arity;
  LIND_CHECK_AT(arity == tree->n && (tree->op != LIND_OP_SLOT || tree->slot >= 0), LIND_ERR_INPUT, tree->where,
                "this expression has not been checked before it is evaluated");
  for (int i = 0; i < tree->n; ++i) LIND_TRY(check_core(tree->children[i]));
  return LIND_OK;
}

static place constant(builder *b, double value) {
  lind_lane *lane = &b->constants[b->program.n_constants];
  for (int i = 0; i < LIND_LANES; ++i) lane->of[i] = value;
  return (place){.kind = PLACE_CONSTANT, .index = b->program.n_constants++};
}

static void put(builder *b, lind_apply apply, int to, place x, place y, place z) {
  b->instructions[b->program.n++] = (instruction){.apply = apply, .to = to, .from = {x, y, z}};
}

/* x^2 and x^0.5 are what they are; pow() is for the rest. */
static bool put_power(builder *b, const lind_tree *tree, int to, const place from[3]) {
  const lind_tree *exponent = tree->children[1];
  if (exponent->op != LIND_OP_CONSTANT) return false;
  if (exponent->value == 2.0)
    put(b, lind_apply_of(LIND_OP_MULTIPLY, LIND_FN_COUNT), to, from[0], from[0], from[0]);
  else if (exponent->value == 0.5)
    put(b, lind_apply_of(LIND_OP_FUNCTION, LIND_FN_SQRT), to, from[0], from[0], from[0]);
  else
    return false;
  return true;
}

/* Instructions for node `i`, into registers from `base` on; where its value is. */
static place emit(builder *b, const flat *all, int i, int base) {
  const flat *node = &all[i];
  const lind_tree *tree = node->tree;
  if (tree->op == LIND_OP_SLOT) {
    if (tree->slot >= b->program.n_slots) b->program.n_slots = tree->slot + 1;
    return (place){.kind = PLACE_SLOT, .index = tree->slot};
  }
  if (tree->op == LIND_OP_CONSTANT) return constant(b, tree->value);
  int order[3], held = 0;
  place from[3] = {{0}};
  order_of(all, node, order);
  for (int k = 0; k < tree->n; ++k) {
    from[order[k]] = emit(b, all, node->child[order[k]], base + held);
    if (from[order[k]].kind == PLACE_REGISTER) ++held;
  }
  for (int k = tree->n; k < 3; ++k) from[k] = from[0];
  if (tree->op != LIND_OP_POWER || !put_power(b, tree, base, from))
    put(b, lind_apply_of(tree->op, tree->function), base, from[0], from[1], from[2]);
  return (place){.kind = PLACE_REGISTER, .index = base};
}

lind_err lind_program_create(const lind_tree *core, lind_arena *arena, const lind_program **program) {
  lind_program *made;
  builder b = {.where = core->where};
  flat *all;
  int n = 0;
  LIND_TRY(check_core(core));
  const int count = node_count(core);
  LIND_TAKE(made, arena, 1);
  LIND_TAKE(b.instructions, arena, count);
  LIND_TAKE(b.constants, arena, count);
  LIND_TAKE(all, arena, count);
  const int root = flatten(core, all, &n);
  LIND_CHECK_AT(all[root].need <= LIND_PROGRAM_DEPTH, LIND_ERR_INPUT, core->where,
                "the expression needs %d intermediate results at once and may have %d; give its parts names", all[root].need,
                LIND_PROGRAM_DEPTH);
  b.program.result = emit(&b, all, root, 0);
  b.program.instructions = b.instructions;
  b.program.constants = b.constants;
  *made = b.program;
  *program = made;
  return LIND_OK;
}

/* ---- running
 * -------------------------------------------------------------------------------------------------------------------------- */

void lind_program_run(const lind_program *program, const lind_lane *frame, lind_lane *result) {
  lind_lane registers[LIND_PROGRAM_DEPTH];
  const lind_lane *const base[3] = {registers, frame, program->constants};
  for (int i = 0; i < program->n; ++i) {
    const instruction *step = &program->instructions[i];
    const place *from = step->from;
    step->apply(&registers[step->to], &base[from[0].kind][from[0].index], &base[from[1].kind][from[1].index],
                &base[from[2].kind][from[2].index]);
  }
  *result = base[program->result.kind][program->result.index];
}

/* The operand in every lane, so that one patient gets bit for bit what a lane of a pack gets. */
static const lind_lane *operand(const lind_program *program, place from, const lind_lane *registers, const double *slots,
                                lind_lane *spread) {
  if (from.kind == PLACE_REGISTER) return &registers[from.index];
  if (from.kind == PLACE_CONSTANT) return &program->constants[from.index];
  for (int i = 0; i < LIND_LANES; ++i) spread->of[i] = slots[from.index];
  return spread;
}

double lind_program_run_one(const lind_program *program, const double *slots, int n_slots) {
  lind_lane registers[LIND_PROGRAM_DEPTH], spread[3];
  assert(program->n_slots <= n_slots);
  if (program->n_slots > n_slots) return NAN;
  for (int i = 0; i < program->n; ++i) {
    const instruction *step = &program->instructions[i];
    const lind_lane *x[3];
    for (int k = 0; k < 3; ++k) x[k] = operand(program, step->from[k], registers, slots, &spread[k]);
    step->apply(&registers[step->to], x[0], x[1], x[2]);
  }
  return operand(program, program->result, registers, slots, &spread[0])->of[0];
}
