/* Parsed tree -> core: names become slots, types and dimensions are checked, constants are folded. The parsed tree is not
 * changed, so that it can be checked again in another scope. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lind/text.h"

/* ---- making nodes
 * ------------------------------------------------------------------------------------------------------------------ */

static lind_err spend(lind_checker *checker, lind_where where) {
  LIND_CHECK_AT(checker->budget-- > 0, LIND_ERR_INPUT, where,
                "the expression has more than %d parts once its look-ups are written out; give its parts names",
                LIND_EXPRESSION_NODES);
  return LIND_OK;
}

lind_err lind_check_constant(lind_checker *checker, double value, lind_type type, lind_where where, lind_tree **node) {
  LIND_TRY(spend(checker, where));
  return lind_expression_constant(checker->arena, value, type, where, node);
}

lind_err lind_check_copy(lind_checker *checker, const lind_tree *core, lind_tree **copy) {
  return lind_expression_copy(core, checker->arena, &checker->budget, copy);
}

static __attribute__((noinline)) lind_err not_finite(const lind_tree *core) {
  lind_units_text text;
  return lind_error_fail_at(LIND_ERR_INPUT, core->where, "'%s' is not a finite number", lind_units_excerpt(core, text));
}

/* A node whose children are all constants becomes a constant; a choice that is known becomes what is chosen. */
static lind_err fold(lind_tree *node, lind_tree **folded) {
  double x[3] = {0};
  if (node->op == LIND_OP_SELECT && node->children[0]->op == LIND_OP_CONSTANT) {
    *folded = node->children[node->children[0]->value != 0.0 ? 1 : 2];
    return LIND_OK;
  }
  *folded = node;
  if (node->n == 0) return LIND_OK;
  for (int i = 0; i < node->n; ++i) {
    if (node->children[i]->op != LIND_OP_CONSTANT) return LIND_OK;
    x[i] = node->children[i]->value;
  }
  const double value = lind_expression_apply(node->op, node->function, x);
  if (!isfinite(value)) return not_finite(node);
  node->op = LIND_OP_CONSTANT;
  node->value = value;
  node->text = NULL;
  node->n = 0;
  node->children = NULL;
  return LIND_OK;
}

lind_err lind_check_node(lind_checker *checker, lind_op op, lind_type type, lind_where where, int n, lind_tree *const *children,
                         lind_tree **node) {
  lind_tree *made;
  LIND_TRY(spend(checker, where));
  LIND_TRY(lind_expression_node(checker->arena, op, type, where, n, children, &made));
  return fold(made, node);
}

lind_err lind_check_function(lind_checker *checker, lind_function function, lind_type type, lind_where where, int n,
                             lind_tree *const *children, lind_tree **node) {
  lind_tree *made;
  LIND_TRY(spend(checker, where));
  LIND_TRY(lind_expression_call(checker->arena, function, type, where, n, children, &made));
  return fold(made, node);
}

lind_err lind_check_select(lind_checker *checker, lind_tree *condition, lind_tree *a, lind_tree *b, lind_where where,
                           lind_tree **node) {
  lind_tree *const parts[3] = {condition, a, b};
  return lind_check_node(checker, LIND_OP_SELECT, a->type, where, 3, parts, node);
}

/* ---- leaves
 * ------------------------------------------------------------------------------------------------------------------------- */

static __attribute__((noinline)) lind_err not_a_value(const lind_symbol *symbol, lind_where where) {
  char list[160];
  const lind_levels *levels = symbol->type.levels;
  const bool genotype = symbol->type.kind == LIND_TYPE_GENOTYPE;
  return lind_error_fail_at(
      LIND_ERR_INPUT, where, "'%s' is a %s (%s) and no number: %s", symbol->name, genotype ? "genotype" : "category",
      lind_text_list(levels->names, (size_t)levels->n, list, sizeof list),
      genotype ? "use == \"*1/*2\", count(...), alleles(...) or genotypes(...)" : "compare it with one of its levels in quotes");
}

static lind_err check_name(lind_checker *checker, const lind_tree *tree, lind_tree **core) {
  const lind_symbol *symbol;
  LIND_TRY(lind_scope_symbol(checker->scope, tree, checker->arena, &symbol));
  if (symbol->type.kind == LIND_TYPE_CATEGORY || symbol->type.kind == LIND_TYPE_GENOTYPE) return not_a_value(symbol, tree->where);
  lind_tree *made;
  LIND_TRY(lind_check_node(checker, LIND_OP_SLOT, symbol->type, tree->where, 0, NULL, &made));
  made->slot = symbol->slot;
  made->text = symbol->name;
  *core = made;
  return LIND_OK;
}

static lind_err check_constant(lind_checker *checker, const lind_tree *tree, lind_tree **core) {
  lind_tree *made;
  LIND_TRY(lind_check_constant(checker, tree->value, tree->type, tree->where, &made));
  made->text = tree->text;
  made->unit = tree->unit;
  *core = made;
  return LIND_OK;
}

/* ---- operators
 * ------------------------------------------------------------------------------------------------------------------------ */

static lind_err check_in(lind_checker *checker, const lind_tree *tree, lind_tree **core) {
  lind_tree *parts[2];
  LIND_TRY(lind_check_number(checker, tree->children[0], &parts[0]));
  LIND_TRY(lind_check_constant(checker, tree->unit.scale, lind_expression_number(tree->unit.dimension), tree->where, &parts[1]));
  parts[1]->unit = tree->unit;
  LIND_TRY(lind_units_agree(tree, tree->where, "asks for", "in", parts[0], parts[1]));
  return lind_check_node(checker, LIND_OP_DIVIDE, lind_expression_plain, tree->where, 2, parts, core);
}

static lind_err check_arithmetic(lind_checker *checker, const lind_tree *tree, lind_tree **core) {
  lind_tree *parts[2];
  lind_dimension dimension;
  LIND_TRY(lind_check_number(checker, tree->children[0], &parts[0]));
  LIND_TRY(lind_check_number(checker, tree->children[1], &parts[1]));
  switch (tree->op) {
    case LIND_OP_ADD:
      LIND_TRY(lind_units_agree(tree, tree->where, "adds", "to", parts[0], parts[1]));
      dimension = parts[0]->type.dimension;
      break;
    case LIND_OP_SUBTRACT:
      LIND_TRY(lind_units_agree(tree, tree->where, "subtracts", "from", parts[1], parts[0]));
      dimension = parts[0]->type.dimension;
      break;
    case LIND_OP_POWER:
      LIND_TRY(lind_units_power(tree, parts[0], parts[1], &dimension));
      break;
    default:
      LIND_TRY(
          lind_units_product(tree, parts[0]->type.dimension, parts[1]->type.dimension, tree->op == LIND_OP_DIVIDE, &dimension));
      break;
  }
  return lind_check_node(checker, tree->op, lind_expression_number(dimension), tree->where, 2, parts, core);
}

static lind_err check_comparison(lind_checker *checker, const lind_tree *tree, lind_tree **core) {
  if (lind_genotype_compares(checker, tree)) return lind_genotype_compare(checker, tree, core);
  lind_tree *parts[2], *made;
  LIND_TRY(lind_check_number(checker, tree->children[0], &parts[0]));
  LIND_TRY(lind_check_number(checker, tree->children[1], &parts[1]));
  const int first = tree->text != NULL ? 1 : 0; /* "a > b" is kept as b < a */
  LIND_TRY(lind_units_agree(tree, tree->where, "compares", "with", parts[first], parts[1 - first]));
  LIND_TRY(lind_check_node(checker, tree->op, lind_expression_truth, tree->where, 2, parts, &made));
  if (made->op == tree->op) made->text = tree->text;
  *core = made;
  return LIND_OK;
}

static lind_err check_logic(lind_checker *checker, const lind_tree *tree, lind_tree **core) {
  lind_tree *parts[2];
  for (int i = 0; i < tree->n; ++i) LIND_TRY(lind_check_truth(checker, tree->children[i], &parts[i]));
  return lind_check_node(checker, tree->op, lind_expression_truth, tree->where, tree->n, parts, core);
}

static lind_err check_negate(lind_checker *checker, const lind_tree *tree, lind_tree **core) {
  lind_tree *part;
  LIND_TRY(lind_check_number(checker, tree->children[0], &part));
  return lind_check_node(checker, LIND_OP_NEGATE, part->type, tree->where, 1, &part, core);
}

static lind_err check_if(lind_checker *checker, const lind_tree *tree, lind_tree **core) {
  lind_tree *condition, *a, *b;
  LIND_TRY(lind_check_truth(checker, tree->children[0], &condition));
  LIND_TRY(lind_check_value(checker, tree->children[1], &a));
  if (a->type.kind == LIND_TYPE_TRUTH) {
    LIND_TRY(lind_check_truth(checker, tree->children[2], &b));
  } else {
    LIND_TRY(lind_check_number(checker, tree->children[2], &b));
    LIND_TRY(lind_units_agree(tree, tree->children[2]->where, "gives", "or", a, b));
  }
  return lind_check_select(checker, condition, a, b, tree->where, core);
}

/* ---- the walk
 * ------------------------------------------------------------------------------------------------------------------------- */

lind_err lind_check_value(lind_checker *checker, const lind_tree *tree, lind_tree **core) {
  switch (tree->op) {
    case LIND_OP_CONSTANT:
      return check_constant(checker, tree, core);
    case LIND_OP_NAME:
      return check_name(checker, tree, core);
    case LIND_OP_TEXT:
      return lind_error_fail_at(LIND_ERR_INPUT, tree->where, "the text \"%.60s\" stands where a number is expected", tree->text);
    case LIND_OP_CALL:
      return lind_lower_call(checker, tree, core);
    case LIND_OP_IN:
      return check_in(checker, tree, core);
    case LIND_OP_NEGATE:
      return check_negate(checker, tree, core);
    case LIND_OP_ADD:
    case LIND_OP_SUBTRACT:
    case LIND_OP_MULTIPLY:
    case LIND_OP_DIVIDE:
    case LIND_OP_POWER:
      return check_arithmetic(checker, tree, core);
    case LIND_OP_LESS:
    case LIND_OP_LESS_EQUAL:
    case LIND_OP_EQUAL:
    case LIND_OP_DIFFERENT:
      return check_comparison(checker, tree, core);
    case LIND_OP_AND:
    case LIND_OP_OR:
    case LIND_OP_NOT:
      return check_logic(checker, tree, core);
    case LIND_OP_SELECT:
      return check_if(checker, tree, core);
    default: /* a case is only seen by alleles, genotypes and table */
      return lind_error_fail_at(LIND_ERR_INPUT, tree->where,
                                "'key = value' belongs into alleles(...), genotypes(...) or table(...)");
  }
}

static __attribute__((noinline)) lind_err wrong_kind(const lind_tree *tree, const lind_tree *core, const char *expected) {
  lind_units_text text, type;
  return lind_error_fail_at(LIND_ERR_INPUT, tree->where, "'%s' is %s and stands where %s is expected",
                            lind_units_excerpt(tree, text), lind_units_describe(core->type, type), expected);
}

lind_err lind_check_number(lind_checker *checker, const lind_tree *tree, lind_tree **core) {
  lind_tree *made;
  LIND_TRY(lind_check_value(checker, tree, &made));
  if (made->type.kind != LIND_TYPE_NUMBER) return wrong_kind(tree, made, "a number");
  *core = made;
  return LIND_OK;
}

lind_err lind_check_truth(lind_checker *checker, const lind_tree *tree, lind_tree **core) {
  lind_tree *made;
  LIND_TRY(lind_check_value(checker, tree, &made));
  if (made->type.kind != LIND_TYPE_TRUTH) return wrong_kind(tree, made, "a truth such as x > 0");
  *core = made;
  return LIND_OK;
}

/* ---- public
 * --------------------------------------------------------------------------------------------------------------------------- */

lind_err lind_expression_check(lind_tree *tree, const lind_scope *scope, lind_arena *arena, lind_tree **core) {
  lind_checker checker = {.scope = scope, .arena = arena, .budget = LIND_EXPRESSION_NODES};
  lind_tree *made;
  LIND_TRY(lind_check_value(&checker, tree, &made));
  LIND_CHECK_AT(!lind_expression_deeper(made, LIND_EXPRESSION_CORE_LEVELS), LIND_ERR_INPUT, tree->where,
                "the expression is more than %d levels deep once its look-ups are written out; give its parts names",
                LIND_EXPRESSION_CORE_LEVELS);
  *core = made;
  return LIND_OK;
}

lind_err lind_expression_check_number(lind_tree *tree, const lind_scope *scope, lind_dimension dimension, lind_arena *arena,
                                      lind_tree **core) {
  lind_tree *made;
  LIND_TRY(lind_expression_check(tree, scope, arena, &made));
  if (made->type.kind != LIND_TYPE_NUMBER) return wrong_kind(tree, made, "a number");
  if (!lind_unit_same_dimension(made->type.dimension, dimension)) {
    lind_units_text text, is, must;
    LIND_CHECK_AT(lind_units_bare_zero(made), LIND_ERR_UNIT, tree->where, "'%s' is %s where %s is expected",
                  lind_units_excerpt(tree, text), lind_units_describe(made->type, is),
                  lind_units_describe(lind_expression_number(dimension), must));
    made->type.dimension = dimension;
  }
  *core = made;
  return LIND_OK;
}

lind_err lind_expression_check_truth(lind_tree *tree, const lind_scope *scope, lind_arena *arena, lind_tree **core) {
  lind_tree *made;
  LIND_TRY(lind_expression_check(tree, scope, arena, &made));
  if (made->type.kind != LIND_TYPE_TRUTH) return wrong_kind(tree, made, "a truth such as x > 0");
  *core = made;
  return LIND_OK;
}
