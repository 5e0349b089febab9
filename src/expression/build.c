/* Trees: their operators, making, copying and comparing them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expression_internal.h"
#include "lind/draw.h"

static const lind_operator operators[] = {
    [LIND_OP_CONSTANT] = {"constant", LIND_LEVEL_ATOM, 0, 0, 0},
    [LIND_OP_SLOT] = {"name", LIND_LEVEL_ATOM, 0, 0, 0},
    [LIND_OP_NEGATE] = {"-", LIND_LEVEL_UNARY, LIND_LEVEL_UNARY, LIND_LEVEL_UNARY, 1},
    [LIND_OP_ADD] = {"+", LIND_LEVEL_SUM, LIND_LEVEL_SUM, LIND_LEVEL_PRODUCT, 2},
    [LIND_OP_SUBTRACT] = {"-", LIND_LEVEL_SUM, LIND_LEVEL_SUM, LIND_LEVEL_PRODUCT, 2},
    [LIND_OP_MULTIPLY] = {"*", LIND_LEVEL_PRODUCT, LIND_LEVEL_PRODUCT, LIND_LEVEL_UNARY, 2},
    [LIND_OP_DIVIDE] = {"/", LIND_LEVEL_PRODUCT, LIND_LEVEL_PRODUCT, LIND_LEVEL_UNARY, 2},
    [LIND_OP_POWER] = {"^", LIND_LEVEL_POWER, LIND_LEVEL_POSTFIX, LIND_LEVEL_UNARY, 2},
    [LIND_OP_LESS] = {"<", LIND_LEVEL_COMPARE, LIND_LEVEL_SUM, LIND_LEVEL_SUM, 2},
    [LIND_OP_LESS_EQUAL] = {"<=", LIND_LEVEL_COMPARE, LIND_LEVEL_SUM, LIND_LEVEL_SUM, 2},
    [LIND_OP_EQUAL] = {"==", LIND_LEVEL_COMPARE, LIND_LEVEL_SUM, LIND_LEVEL_SUM, 2},
    [LIND_OP_DIFFERENT] = {"!=", LIND_LEVEL_COMPARE, LIND_LEVEL_SUM, LIND_LEVEL_SUM, 2},
    [LIND_OP_AND] = {"and", LIND_LEVEL_AND, LIND_LEVEL_AND, LIND_LEVEL_NOT, 2},
    [LIND_OP_OR] = {"or", LIND_LEVEL_OR, LIND_LEVEL_OR, LIND_LEVEL_AND, 2},
    [LIND_OP_NOT] = {"not", LIND_LEVEL_NOT, LIND_LEVEL_NOT, LIND_LEVEL_NOT, 1},
    [LIND_OP_SELECT] = {"if", LIND_LEVEL_IF, LIND_LEVEL_IF, LIND_LEVEL_IF, 3},
    [LIND_OP_FUNCTION] = {"function", LIND_LEVEL_ATOM, 0, 0, -1},
    [LIND_OP_NAME] = {"name", LIND_LEVEL_ATOM, 0, 0, 0},
    [LIND_OP_TEXT] = {"text", LIND_LEVEL_ATOM, 0, 0, 0},
    [LIND_OP_CALL] = {"call", LIND_LEVEL_ATOM, 0, 0, -1},
    [LIND_OP_IN] = {"in", LIND_LEVEL_POSTFIX, LIND_LEVEL_POSTFIX, LIND_LEVEL_POSTFIX, 1},
    [LIND_OP_CASE] = {"=", LIND_LEVEL_IF, LIND_LEVEL_OR, LIND_LEVEL_IF, -1},
};

static const struct {
  const char *text;
  int arity;
} functions[] = {
#define ROW(name, text, arity) {text, arity},
    LIND_FUNCTION_LIST(ROW)
#undef ROW
};

const lind_type lind_expression_plain = {.kind = LIND_TYPE_NUMBER};
const lind_type lind_expression_truth = {.kind = LIND_TYPE_TRUTH};

const lind_operator *lind_expression_operator(lind_op op) { return &operators[op]; }
const char *lind_expression_function_text(lind_function function) { return functions[function].text; }
int lind_expression_function_arity(lind_function function) { return functions[function].arity; }

lind_type lind_expression_number(lind_dimension dimension) {
  return (lind_type){.kind = LIND_TYPE_NUMBER, .dimension = dimension};
}

lind_err lind_expression_node(lind_arena *arena, lind_op op, lind_type type, lind_where where, int n, lind_tree *const *children,
                              lind_tree **node) {
  lind_tree *made = NULL;
  LIND_TAKE(made, arena, 1);
  made->op = op;
  made->type = type;
  made->where = where;
  made->slot = -1;
  made->n = n;
  if (n > 0) {
    LIND_TAKE(made->children, arena, n);
    memcpy(made->children, children, (size_t)n * sizeof *children);
  }
  *node = made;
  return LIND_OK;
}

lind_err lind_expression_constant(lind_arena *arena, double value, lind_type type, lind_where where, lind_tree **node) {
  lind_tree *made = NULL;
  LIND_TRY(lind_expression_node(arena, LIND_OP_CONSTANT, type, where, 0, NULL, &made));
  made->value = value;
  *node = made;
  return LIND_OK;
}

lind_err lind_expression_call(lind_arena *arena, lind_function function, lind_type type, lind_where where, int n,
                              lind_tree *const *children, lind_tree **node) {
  lind_tree *made = NULL;
  LIND_TRY(lind_expression_node(arena, LIND_OP_FUNCTION, type, where, n, children, &made));
  made->function = function;
  *node = made;
  return LIND_OK;
}

static lind_err too_large(lind_where where) {
  return lind_error_fail_at(LIND_ERR_INPUT, where,
                            "the expression has more than %d parts once its look-ups are written out; give its parts names",
                            LIND_EXPRESSION_NODES);
}

static lind_err copy_down(const lind_tree *tree, lind_arena *arena, int *budget, int levels, lind_tree **copy) {
  if (budget != NULL && ((*budget)-- <= 0 || levels <= 0)) return too_large(tree->where);
  lind_tree *made = NULL;
  LIND_TAKE(made, arena, 1);
  *made = *tree;
  if (tree->n > 0) {
    LIND_TAKE(made->children, arena, tree->n);
    for (int i = 0; i < tree->n; ++i) LIND_TRY(copy_down(tree->children[i], arena, budget, levels - 1, &made->children[i]));
  }
  *copy = made;
  return LIND_OK;
}

lind_err lind_expression_copy(const lind_tree *tree, lind_arena *arena, int *budget, lind_tree **copy) {
  return copy_down(tree, arena, budget, LIND_EXPRESSION_CORE_LEVELS, copy);
}

static bool same_type(const lind_type *a, const lind_type *b) {
  if (a->kind != b->kind) return false;
  return a->kind != LIND_TYPE_NUMBER || lind_unit_same_dimension(a->dimension, b->dimension);
}

bool lind_expression_same(const lind_tree *a, const lind_tree *b) {
  if (a == b) return true;
  if (a->op != b->op || a->n != b->n || !same_type(&a->type, &b->type)) return false;
  switch (a->op) {
    case LIND_OP_CONSTANT:
      if (memcmp(&a->value, &b->value, sizeof a->value) != 0) return false; /* 0 and -0 differ */
      break;
    case LIND_OP_SLOT:
      if (a->slot != b->slot) return false;
      break;
    case LIND_OP_FUNCTION:
      if (a->function != b->function) return false;
      break;
    case LIND_OP_NAME:
    case LIND_OP_TEXT:
    case LIND_OP_CALL:
      if (strcmp(a->text, b->text) != 0) return false;
      break;
    case LIND_OP_IN:
      if (strcmp(a->unit.text, b->unit.text) != 0) return false;
      break;
    default:
      break;
  }
  for (int i = 0; i < a->n; ++i)
    if (!lind_expression_same(a->children[i], b->children[i])) return false;
  return true;
}

bool lind_expression_deeper(const lind_tree *tree, int levels) {
  if (levels <= 0) return true;
  for (int i = 0; i < tree->n; ++i)
    if (lind_expression_deeper(tree->children[i], levels - 1)) return true;
  return false;
}

bool lind_expression_uses(const lind_tree *core, int slot) {
  if (core->op == LIND_OP_SLOT && core->slot == slot) return true;
  for (int i = 0; i < core->n; ++i)
    if (lind_expression_uses(core->children[i], slot)) return true;
  return false;
}

static double apply_function(lind_function function, const double x[3]) {
  switch (function) {
    case LIND_FN_EXP:
      return exp(x[0]);
    case LIND_FN_LOG:
      return log(x[0]);
    case LIND_FN_LOG10:
      return log10(x[0]);
    case LIND_FN_SQRT:
      return sqrt(x[0]);
    case LIND_FN_ABS:
      return fabs(x[0]);
    case LIND_FN_FLOOR:
      return floor(x[0]);
    case LIND_FN_CEIL:
      return ceil(x[0]);
    case LIND_FN_MIN:
      return x[0] < x[1] || isnan(x[0]) ? x[0] : x[1];
    case LIND_FN_MAX:
      return x[0] > x[1] || isnan(x[0]) ? x[0] : x[1];
    case LIND_FN_SIN:
      return sin(x[0]);
    case LIND_FN_COS:
      return cos(x[0]);
    case LIND_FN_TANH:
      return tanh(x[0]);
    case LIND_FN_ATAN:
      return atan(x[0]);
    case LIND_FN_NORMAL_QUANTILE:
      return lind_draw_normal_quantile(x[0]);
    case LIND_FN_COUNT:
      break;
  }
  return NAN;
}

double lind_expression_apply(lind_op op, lind_function function, const double x[3]) {
  switch (op) {
    case LIND_OP_NEGATE:
      return -x[0];
    case LIND_OP_ADD:
      return x[0] + x[1];
    case LIND_OP_SUBTRACT:
      return x[0] - x[1];
    case LIND_OP_MULTIPLY:
      return x[0] * x[1];
    case LIND_OP_DIVIDE:
      return x[0] / x[1];
    case LIND_OP_POWER:
      return pow(x[0], x[1]);
    case LIND_OP_LESS:
      return x[0] < x[1] ? 1.0 : 0.0;
    case LIND_OP_LESS_EQUAL:
      return x[0] <= x[1] ? 1.0 : 0.0;
    case LIND_OP_EQUAL:
      return x[0] == x[1] ? 1.0 : 0.0;
    case LIND_OP_DIFFERENT:
      return x[0] != x[1] ? 1.0 : 0.0;
    case LIND_OP_AND:
      return x[0] != 0.0 && x[1] != 0.0 ? 1.0 : 0.0;
    case LIND_OP_OR:
      return x[0] != 0.0 || x[1] != 0.0 ? 1.0 : 0.0;
    case LIND_OP_NOT:
      return x[0] == 0.0 ? 1.0 : 0.0;
    case LIND_OP_SELECT:
      return x[0] != 0.0 ? x[1] : x[2];
    case LIND_OP_FUNCTION:
      return apply_function(function, x);
    default:
      return NAN;
  }
}
