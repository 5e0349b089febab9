/* Functions -> core. One row a function. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "lind/text.h"

enum { ARGUMENTS_MAX = 1000 };

typedef struct function_row function_row;
struct function_row {
  const char *name, *usage;
  int least, most; /* arguments */
  lind_err (*lower)(lind_checker *checker, const function_row *row, const lind_tree *call, lind_tree **core);
  lind_function function; /* where it is one of the core */
};

/* exp(x): a plain number of a plain number */
static lind_err lower_plain(lind_checker *checker, const function_row *row, const lind_tree *call, lind_tree **core) {
  lind_tree *x;
  LIND_TRY(lind_check_number(checker, call->children[0], &x));
  LIND_TRY(lind_units_plain(call, call->children[0], x));
  return lind_check_function(checker, row->function, lind_expression_plain, call->where, 1, &x, core);
}

static lind_err lower_sqrt(lind_checker *checker, const function_row *row, const lind_tree *call, lind_tree **core) {
  lind_tree *x;
  lind_dimension dimension;
  LIND_TRY(lind_check_number(checker, call->children[0], &x));
  LIND_TRY(lind_units_root(call, x->type.dimension, &dimension));
  return lind_check_function(checker, row->function, lind_expression_number(dimension), call->where, 1, &x, core);
}

static lind_err lower_abs(lind_checker *checker, const function_row *row, const lind_tree *call, lind_tree **core) {
  lind_tree *x;
  LIND_TRY(lind_check_number(checker, call->children[0], &x));
  return lind_check_function(checker, row->function, x->type, call->where, 1, &x, core);
}

/* min(a, b, c) = min(min(a, b), c) */
static lind_err lower_extreme(lind_checker *checker, const function_row *row, const lind_tree *call, lind_tree **core) {
  lind_tree **x;
  LIND_TAKE(x, checker->arena, call->n);
  for (int i = 0; i < call->n; ++i) LIND_TRY(lind_check_number(checker, call->children[i], &x[i]));
  LIND_TRY(lind_lower_values(call, call->n, x, "compares", "with"));
  lind_tree *pair[2] = {x[0]};
  for (int i = 1; i < call->n; ++i) {
    pair[1] = x[i];
    LIND_TRY(lind_check_function(checker, row->function, pair[0]->type, call->where, 2, pair, &pair[0]));
  }
  *core = pair[0];
  return LIND_OK;
}

static lind_err lower_pow(lind_checker *checker, const function_row *row, const lind_tree *call, lind_tree **core) {
  (void)row;
  lind_tree *pair[2];
  lind_dimension dimension;
  LIND_TRY(lind_check_number(checker, call->children[0], &pair[0]));
  LIND_TRY(lind_check_number(checker, call->children[1], &pair[1]));
  LIND_TRY(lind_units_power(call, pair[0], pair[1], &dimension));
  return lind_check_node(checker, LIND_OP_POWER, lind_expression_number(dimension), call->where, 2, pair, core);
}

/* floor(x / to + 0.5) * to; a half goes up */
static lind_err lower_round(lind_checker *checker, const function_row *row, const lind_tree *call, lind_tree **core) {
  (void)row;
  lind_tree *pair[2], *to = NULL;
  const lind_where where = call->where;
  LIND_TRY(lind_check_number(checker, call->children[0], &pair[0]));
  if (call->n == 1) {
    LIND_TRY(lind_units_plain(call, call->children[0], pair[0]));
  } else {
    LIND_TRY(lind_check_number(checker, call->children[1], &pair[1]));
    LIND_TRY(lind_units_agree(call, call->children[1]->where, "rounds", "to a multiple of", pair[0], pair[1]));
    LIND_CHECK_AT(pair[1]->op != LIND_OP_CONSTANT || pair[1]->value > 0.0, LIND_ERR_INPUT, call->children[1]->where,
                  "round(x, to) needs a step 'to' above 0");
    LIND_TRY(lind_check_copy(checker, pair[1], &to));
    LIND_TRY(lind_check_node(checker, LIND_OP_DIVIDE, lind_expression_plain, where, 2, pair, &pair[0]));
  }
  LIND_TRY(lind_check_constant(checker, 0.5, lind_expression_plain, where, &pair[1]));
  LIND_TRY(lind_check_node(checker, LIND_OP_ADD, lind_expression_plain, where, 2, pair, &pair[0]));
  LIND_TRY(lind_check_function(checker, LIND_FN_FLOOR, lind_expression_plain, where, 1, pair, &pair[0]));
  if (to != NULL) {
    pair[1] = to;
    LIND_TRY(lind_check_node(checker, LIND_OP_MULTIPLY, to->type, where, 2, pair, &pair[0]));
  }
  *core = pair[0];
  return LIND_OK;
}

static lind_err lower_clamp(lind_checker *checker, const function_row *row, const lind_tree *call, lind_tree **core) {
  (void)row;
  lind_tree *x[3];
  for (int i = 0; i < 3; ++i) LIND_TRY(lind_check_number(checker, call->children[i], &x[i]));
  LIND_TRY(lind_lower_values(call, 3, x, "compares", "with"));
  LIND_CHECK_AT(x[1]->op != LIND_OP_CONSTANT || x[2]->op != LIND_OP_CONSTANT || x[1]->value <= x[2]->value, LIND_ERR_INPUT,
                call->where, "clamp(x, lo, hi) needs lo below hi");
  LIND_TRY(lind_check_function(checker, LIND_FN_MAX, x[0]->type, call->where, 2, x, &x[0]));
  x[1] = x[2];
  return lind_check_function(checker, LIND_FN_MIN, x[0]->type, call->where, 2, x, core);
}

lind_err lind_lower_else(const lind_tree *call, int *n, const lind_tree **otherwise) {
  int cases = call->n;
  const lind_tree *last = NULL;
  for (int i = 0; i < call->n; ++i) {
    const lind_tree *part = call->children[i];
    if (part->op != LIND_OP_CASE || part->n != 1) continue;
    LIND_CHECK_AT(i == call->n - 1, LIND_ERR_INPUT, part->where, "'else' of %s(...) must be the last", call->text);
    last = part->children[0];
    cases = i;
  }
  *otherwise = last;
  *n = cases;
  return LIND_OK;
}

lind_err lind_lower_values(const lind_tree *call, int n, lind_tree **values, const char *verb, const char *to) {
  int reference = 0;
  while (reference < n - 1 && lind_units_bare_zero(values[reference])) ++reference;
  for (int i = 0; i < n; ++i) LIND_TRY(lind_units_agree(call, values[i]->where, verb, to, values[reference], values[i]));
  return LIND_OK;
}

static lind_err table_bound(lind_checker *checker, const lind_tree *call, const lind_tree *row, lind_tree *x, lind_tree **bound) {
  LIND_CHECK_AT(row->op == LIND_OP_CASE, LIND_ERR_INPUT, row->where,
                "a row of table(x, ...) is written bound = value, as in 1.5 = 8 [mg]");
  lind_tree *made;
  LIND_TRY(lind_check_number(checker, row->children[0], &made));
  LIND_CHECK_AT(made->op == LIND_OP_CONSTANT, LIND_ERR_INPUT, row->where, "the bounds of a table must be constants");
  LIND_TRY(lind_units_agree(call, row->where, "compares", "with", x, made));
  *bound = made;
  return LIND_OK;
}

/* x < b1 ? v1 : x < b2 ? v2 : ... : else */
static lind_err lower_table(lind_checker *checker, const function_row *row, const lind_tree *call, lind_tree **core) {
  (void)row;
  int n;
  const lind_tree *otherwise;
  LIND_TRY(lind_lower_else(call, &n, &otherwise));
  LIND_CHECK_AT(otherwise != NULL, LIND_ERR_INPUT, call->where,
                "table(...) has no 'else = value' for what lies above its last bound");
  LIND_CHECK_AT(n >= 2, LIND_ERR_INPUT, call->where, "table(x, bound = value, ..., else = value) needs at least one bound");
  const int rows = n - 1;
  lind_tree *x, **bounds, **values;
  LIND_TAKE(bounds, checker->arena, rows);
  LIND_TAKE(values, checker->arena, n);
  LIND_TRY(lind_check_number(checker, call->children[0], &x));
  for (int i = 0; i < rows; ++i) {
    const lind_tree *part = call->children[i + 1];
    LIND_TRY(table_bound(checker, call, part, x, &bounds[i]));
    LIND_CHECK_AT(i == 0 || bounds[i]->value > bounds[i - 1]->value, LIND_ERR_INPUT, part->where,
                  "the bounds of a table must rise, and bound %d does not", i + 1);
    LIND_TRY(lind_check_number(checker, part->children[1], &values[i]));
  }
  LIND_TRY(lind_check_number(checker, otherwise, &values[rows]));
  LIND_TRY(lind_lower_values(call, n, values, "gives", "or"));
  lind_tree *chain = values[rows];
  for (int i = rows - 1; i >= 0; --i) {
    lind_tree *pair[2] = {x, bounds[i]}, *below;
    if (i > 0) LIND_TRY(lind_check_copy(checker, x, &pair[0]));
    LIND_TRY(lind_check_node(checker, LIND_OP_LESS, lind_expression_truth, bounds[i]->where, 2, pair, &below));
    LIND_TRY(lind_check_select(checker, below, values[i], chain, call->children[i + 1]->where, &chain));
  }
  *core = chain;
  return LIND_OK;
}

static lind_err lower_count(lind_checker *checker, const function_row *row, const lind_tree *call, lind_tree **core) {
  (void)row;
  return lind_genotype_count(checker, call, core);
}

static lind_err lower_alleles(lind_checker *checker, const function_row *row, const lind_tree *call, lind_tree **core) {
  (void)row;
  return lind_genotype_alleles(checker, call, core);
}

static lind_err lower_genotypes(lind_checker *checker, const function_row *row, const lind_tree *call, lind_tree **core) {
  (void)row;
  return lind_genotype_genotypes(checker, call, core);
}

static lind_err lower_allele(lind_checker *checker, const function_row *row, const lind_tree *call, lind_tree **core) {
  (void)checker, (void)row, (void)core;
  return lind_error_fail_at(LIND_ERR_INPUT, call->where, "allele(...) is no number; compare it with an allele, as in %s",
                            row->usage);
}

static const function_row rows[] = {
    {"exp", "exp(x)", 1, 1, lower_plain, LIND_FN_EXP},
    {"log", "log(x)", 1, 1, lower_plain, LIND_FN_LOG},
    {"log10", "log10(x)", 1, 1, lower_plain, LIND_FN_LOG10},
    {"sin", "sin(x)", 1, 1, lower_plain, LIND_FN_SIN},
    {"cos", "cos(x)", 1, 1, lower_plain, LIND_FN_COS},
    {"tanh", "tanh(x)", 1, 1, lower_plain, LIND_FN_TANH},
    {"atan", "atan(x)", 1, 1, lower_plain, LIND_FN_ATAN},
    {"normal_quantile", "normal_quantile(p)", 1, 1, lower_plain, LIND_FN_NORMAL_QUANTILE},
    {"floor", "floor(x)", 1, 1, lower_plain, LIND_FN_FLOOR},
    {"ceil", "ceil(x)", 1, 1, lower_plain, LIND_FN_CEIL},
    {"sqrt", "sqrt(x)", 1, 1, lower_sqrt, LIND_FN_SQRT},
    {"abs", "abs(x)", 1, 1, lower_abs, LIND_FN_ABS},
    {"min", "min(a, b, ...)", 2, ARGUMENTS_MAX, lower_extreme, LIND_FN_MIN},
    {"max", "max(a, b, ...)", 2, ARGUMENTS_MAX, lower_extreme, LIND_FN_MAX},
    {"pow", "pow(x, n)", 2, 2, lower_pow, LIND_FN_COUNT},
    {"round", "round(x) or round(x, to)", 1, 2, lower_round, LIND_FN_COUNT},
    {"clamp", "clamp(x, lo, hi)", 3, 3, lower_clamp, LIND_FN_COUNT},
    {"table", "table(x, bound = value, ..., else = value)", 2, ARGUMENTS_MAX, lower_table, LIND_FN_COUNT},
    {"count", "count(gene, \"*3\")", 2, 2, lower_count, LIND_FN_COUNT},
    {"alleles", "alleles(gene, \"*1\" = a, ..., else = c)", 2, ARGUMENTS_MAX, lower_alleles, LIND_FN_COUNT},
    {"genotypes", "genotypes(gene, \"*1/*2\" = a, ..., else = c)", 2, ARGUMENTS_MAX, lower_genotypes, LIND_FN_COUNT},
    {"allele", "allele(gene, 1) == \"*1\"", 2, 2, lower_allele, LIND_FN_COUNT},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static const function_row *row_of(const char *name) {
  for (int i = 0; i < ROWS; ++i)
    if (strcmp(rows[i].name, name) == 0) return &rows[i];
  return NULL;
}

bool lind_lower_knows(const char *name) { return row_of(name) != NULL; }

static __attribute__((noinline)) lind_err unknown(const lind_checker *checker, const lind_tree *call) {
  const char *names[ROWS];
  char list[240];
  for (int i = 0; i < ROWS; ++i) names[i] = rows[i].name;
  if (lind_expression_find(checker->scope, call->text) != NULL)
    return lind_error_fail_at(LIND_ERR_INPUT, call->where, "'%s' is no function; a product is written %s * (...)", call->text,
                              call->text);
  const char *nearest = lind_text_nearest(call->text, names, ROWS);
  if (nearest != NULL)
    return lind_error_fail_at(LIND_ERR_INPUT, call->where, "'%s' is not a function; did you mean '%s'?", call->text, nearest);
  return lind_error_fail_at(LIND_ERR_INPUT, call->where, "'%s' is not a function; known are %s", call->text,
                            lind_text_list(names, ROWS, list, sizeof list));
}

lind_err lind_lower_call(lind_checker *checker, const lind_tree *call, lind_tree **core) {
  const function_row *row = row_of(call->text);
  if (row == NULL) return unknown(checker, call);
  LIND_CHECK_AT(call->n >= row->least && call->n <= row->most, LIND_ERR_INPUT, call->where,
                "%s has %d argument%s; it is written %s", row->name, call->n, call->n == 1 ? "" : "s", row->usage);
  return row->lower(checker, row, call, core);
}
