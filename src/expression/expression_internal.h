/* expression_internal.h -- what src/language may want of src/expression beyond the public header: building, copying and comparing
 * trees, the table of operators (printing C goes by the same precedences), scalar meaning of a node (constant folding), the
 * lexer. */
#ifndef LIND_EXPRESSION_INTERNAL_H
#define LIND_EXPRESSION_INTERNAL_H

#include "lexer.h"
#include "lind/expression.h"

/* How tightly an operator binds; an operand of a lower level needs parentheses. */
enum {
  LIND_LEVEL_IF,
  LIND_LEVEL_OR,
  LIND_LEVEL_AND,
  LIND_LEVEL_NOT,
  LIND_LEVEL_COMPARE,
  LIND_LEVEL_SUM,
  LIND_LEVEL_PRODUCT,
  LIND_LEVEL_UNARY,
  LIND_LEVEL_POWER,
  LIND_LEVEL_POSTFIX,
  LIND_LEVEL_ATOM
};

typedef struct lind_operator {
  const char *text; /* "+" */
  int level;        /* of the node */
  int left, right;  /* levels that its operands need */
  int arity;        /* children of a core node; -1: not fixed */
} lind_operator;
const lind_operator *lind_expression_operator(lind_op op); /* for every lind_op */
const char *lind_expression_function_text(lind_function function);
int lind_expression_function_arity(lind_function function);

lind_type lind_expression_number(lind_dimension dimension);
extern const lind_type lind_expression_plain; /* a dimensionless number */
extern const lind_type lind_expression_truth;

lind_err lind_expression_constant(lind_arena *arena, double value, lind_type type, lind_where where,
                                  lind_tree **node) LIND_MUST_CHECK;
/* children[n] is copied (the array, not the nodes). FUNCTION: set node->function afterwards, or use _call. */
lind_err lind_expression_node(lind_arena *arena, lind_op op, lind_type type, lind_where where, int n, lind_tree *const *children,
                              lind_tree **node) LIND_MUST_CHECK;
lind_err lind_expression_call(lind_arena *arena, lind_function function, lind_type type, lind_where where, int n,
                              lind_tree *const *children, lind_tree **node) LIND_MUST_CHECK;
/* A deep copy. *budget counts down nodes and fails with a sentence at 0; NULL: any size. */
lind_err lind_expression_copy(const lind_tree *tree, lind_arena *arena, int *budget, lind_tree **copy) LIND_MUST_CHECK;
/* Same operators, functions, slots, values and types, in the same order (places and units as written do not matter). */
bool lind_expression_same(const lind_tree *a, const lind_tree *b);
/* Has the tree more than `levels` levels? Recursion is bounded by `levels`. */
bool lind_expression_deeper(const lind_tree *tree, int levels);
/* What a core operator or function makes of the values of its children (libm: to rounding what lanes get). NaN goes through min
 * and max. */
double lind_expression_apply(lind_op op, lind_function function, const double x[3]);
/* A decimal that reads back as the same double, as short as it can be: "0.1". */
const char *lind_expression_decimal(double value, char *buffer, size_t size);
/* The whole text of a tree of any size, in the arena. */
lind_err lind_expression_text(const lind_tree *tree, lind_arena *arena, const char **text) LIND_MUST_CHECK;

/* Beyond these a sentence says so: parentheses, calls and ifs inside one another; levels of a parsed tree; nodes and levels of a
 * checked one (look-ups are written out). They bound the stack that any walk over a tree needs. */
enum {
  LIND_EXPRESSION_NESTING = 200,
  LIND_EXPRESSION_LEVELS = 1000,
  LIND_EXPRESSION_NODES = 100000,
  LIND_EXPRESSION_CORE_LEVELS = 4000
};

#endif
