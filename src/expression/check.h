/* check.h -- what the parts of the check share. check.c walks the tree, units.c knows the rules of dimensions, lower.c the
 * functions, genotype.c categories and genotypes, scope.c names. */
#ifndef LIND_EXPRESSION_CHECK_H
#define LIND_EXPRESSION_CHECK_H

#include "expression_internal.h"

typedef struct lind_checker {
  const lind_scope *scope;
  lind_arena *arena;
  int budget; /* nodes that the core may still take */
} lind_checker;

/* ---- check.c: parsed tree -> core
 * ------------------------------------------------------------------------------------------------ */

lind_err lind_check_value(lind_checker *checker, const lind_tree *tree, lind_tree **core) LIND_MUST_CHECK; /* number or truth */
lind_err lind_check_number(lind_checker *checker, const lind_tree *tree, lind_tree **core) LIND_MUST_CHECK;
lind_err lind_check_truth(lind_checker *checker, const lind_tree *tree, lind_tree **core) LIND_MUST_CHECK;
/* A new core node; constants are folded. */
lind_err lind_check_node(lind_checker *checker, lind_op op, lind_type type, lind_where where, int n, lind_tree *const *children,
                         lind_tree **node) LIND_MUST_CHECK;
lind_err lind_check_function(lind_checker *checker, lind_function function, lind_type type, lind_where where, int n,
                             lind_tree *const *children, lind_tree **node) LIND_MUST_CHECK;
lind_err lind_check_constant(lind_checker *checker, double value, lind_type type, lind_where where,
                             lind_tree **node) LIND_MUST_CHECK;
lind_err lind_check_copy(lind_checker *checker, const lind_tree *core, lind_tree **copy) LIND_MUST_CHECK;
/* condition ? a : b, whose types agree */
lind_err lind_check_select(lind_checker *checker, lind_tree *condition, lind_tree *a, lind_tree *b, lind_where where,
                           lind_tree **node) LIND_MUST_CHECK;

/* ---- scope.c
 * ----------------------------------------------------------------------------------------------------------------------- */

/* The symbol, available, or a sentence. */
lind_err lind_scope_symbol(const lind_scope *scope, const lind_tree *name, lind_arena *arena,
                           const lind_symbol **symbol) LIND_MUST_CHECK;
lind_err lind_scope_available(const lind_symbol *symbol, lind_where where) LIND_MUST_CHECK;

/* ---- units.c
 * ----------------------------------------------------------------------------------------------------------------------- */

enum { LIND_UNITS_TEXT = 160 };
typedef char lind_units_text[LIND_UNITS_TEXT];
/* "mg/L (concentration)", "a plain number", "a truth", ... */
const char *lind_units_describe(lind_type type, lind_units_text buffer);
/* The parsed tree in quotes, short. */
const char *lind_units_excerpt(const lind_tree *tree, lind_units_text buffer);
bool lind_units_bare_zero(const lind_tree *core);
/* a and b are numbers of one dimension, or one is a bare 0 that takes the other's. The sentence is
 * "'whole' verb A to B", with A and B in words. */
lind_err lind_units_agree(const lind_tree *whole, lind_where where, const char *verb, const char *to, lind_tree *a,
                          lind_tree *b) LIND_MUST_CHECK;
/* `part` of `whole`, whose core is given, is dimensionless, else a sentence. */
lind_err lind_units_plain(const lind_tree *whole, const lind_tree *part, const lind_tree *core) LIND_MUST_CHECK;
lind_err lind_units_product(const lind_tree *whole, lind_dimension a, lind_dimension b, bool divide,
                            lind_dimension *result) LIND_MUST_CHECK;
lind_err lind_units_power(const lind_tree *whole, const lind_tree *base, const lind_tree *exponent,
                          lind_dimension *result) LIND_MUST_CHECK;
lind_err lind_units_root(const lind_tree *whole, lind_dimension a, lind_dimension *result) LIND_MUST_CHECK;

/* ---- lower.c: functions -> core
 * ------------------------------------------------------------------------------------------------------ */

lind_err lind_lower_call(lind_checker *checker, const lind_tree *call, lind_tree **core) LIND_MUST_CHECK;
bool lind_lower_knows(const char *name);
/* The value of an else case, or NULL; *n is the number of arguments before it. A case anywhere but last is a sentence if it is
 * `else`. */
lind_err lind_lower_else(const lind_tree *call, int *n, const lind_tree **otherwise) LIND_MUST_CHECK;

/* The numbers agree in dimension, bare zeros aside; else "'call' verb A to B". */
lind_err lind_lower_values(const lind_tree *call, int n, lind_tree **values, const char *verb, const char *to) LIND_MUST_CHECK;

/* ---- genotype.c
 * ---------------------------------------------------------------------------------------------------------------------- */

bool lind_genotype_compares(lind_checker *checker, const lind_tree *tree); /* is == or != about levels? */
lind_err lind_genotype_compare(lind_checker *checker, const lind_tree *tree, lind_tree **core) LIND_MUST_CHECK;
lind_err lind_genotype_count(lind_checker *checker, const lind_tree *call, lind_tree **core) LIND_MUST_CHECK;
lind_err lind_genotype_alleles(lind_checker *checker, const lind_tree *call, lind_tree **core) LIND_MUST_CHECK;
lind_err lind_genotype_genotypes(lind_checker *checker, const lind_tree *call, lind_tree **core) LIND_MUST_CHECK;

#endif
