/* Tree -> text that parses back to the same tree (with the same names in scope). Trees from before the check are printed too:
 * messages quote them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expression_internal.h"

typedef struct sink {
  char *buffer;
  size_t size, used; /* used: what the whole text needs, without its end */
} sink;

static void put_n(sink *out, const char *text, size_t n) {
  for (size_t i = 0; i < n; ++i)
    if (out->used + i + 1 < out->size) out->buffer[out->used + i] = text[i];
  out->used += n;
}

static void put(sink *out, const char *text) { put_n(out, text, strlen(text)); }

const char *lind_expression_decimal(double value, char *buffer, size_t size) {
  for (int digits = 15; digits <= 17; ++digits) {
    (void)snprintf(buffer, size, "%.*g", digits, value);
    if (strtod(buffer, NULL) == value) break;
  }
  return buffer;
}

static void put_quoted(sink *out, const char *text) {
  const char *quote = strchr(text, '"') == NULL ? "\"" : "'";
  put(out, quote);
  put(out, text);
  put(out, quote);
}

/* Its unit as written where the number reads back exactly, else the canonical unit of its dimension. */
static __attribute__((noinline)) void put_number(sink *out, const lind_tree *tree) {
  char digits[40], unit[80];
  const lind_dimension dimension = tree->type.dimension;
  if (tree->text != NULL && tree->value == 0.0) { /* a bare 0 goes with any dimension */
    put(out, "0");
    return;
  }
  const char *name = lind_unit_is_dimensionless(dimension) ? "" : lind_unit_dimension_text(dimension, unit, sizeof unit);
  double value = tree->value;
  if (tree->unit.text[0] != '\0' && lind_unit_same_dimension(tree->unit.dimension, dimension)) {
    const double written = value / tree->unit.scale;
    const double near[3] = {written, nextafter(written, -INFINITY), nextafter(written, INFINITY)};
    for (int i = 0; i < 3; ++i) {
      if (near[i] * tree->unit.scale != tree->value) continue;
      value = near[i];
      name = tree->unit.text;
      break;
    }
  }
  put(out, lind_expression_decimal(value, digits, sizeof digits));
  if (name[0] == '\0') return;
  put(out, " [");
  put(out, name);
  put(out, "]");
}

static void put_constant(sink *out, const lind_tree *tree) {
  const lind_levels *levels = tree->type.levels;
  switch (tree->type.kind) {
    case LIND_TYPE_NUMBER:
      put_number(out, tree);
      break;
    case LIND_TYPE_TRUTH:
      put(out, tree->value != 0.0 ? "true" : "false");
      break;
    case LIND_TYPE_CATEGORY:
    case LIND_TYPE_GENOTYPE:
      put_quoted(out, levels != NULL && tree->value >= 0 && tree->value < levels->n ? levels->names[(int)tree->value] : "?");
      break;
  }
}

static void put_slot(sink *out, const lind_tree *tree) {
  const char *name = tree->text != NULL ? tree->text : "?";
  if (tree->type.kind != LIND_TYPE_GENOTYPE) {
    put(out, name);
    return;
  }
  put(out, "allele(");
  put(out, name);
  put(out, tree->value == 2.0 ? ", 2)" : ", 1)"); /* which of the two: see lind_genotype_slot */
}

/* How tightly the printed text of a node binds: a negative constant is a unary minus. */
static int level_of(const lind_tree *tree) {
  if (tree->op == LIND_OP_CONSTANT && tree->type.kind == LIND_TYPE_NUMBER && (tree->value < 0.0 || signbit(tree->value)))
    return LIND_LEVEL_UNARY;
  return lind_expression_operator(tree->op)->level;
}

static void put_tree(sink *out, const lind_tree *tree, int level);

static void put_arguments(sink *out, const char *name, const lind_tree *tree) {
  put(out, name);
  put(out, "(");
  for (int i = 0; i < tree->n; ++i) {
    if (i > 0) put(out, ", ");
    put_tree(out, tree->children[i], LIND_LEVEL_IF);
  }
  put(out, ")");
}

static void put_select(sink *out, const lind_tree *tree) {
  put(out, "if ");
  put_tree(out, tree->children[0], LIND_LEVEL_OR);
  put(out, " then ");
  put_tree(out, tree->children[1], LIND_LEVEL_IF);
  put(out, " else ");
  put_tree(out, tree->children[2], LIND_LEVEL_IF);
}

static void put_binary(sink *out, const lind_tree *tree) {
  const lind_operator *row = lind_expression_operator(tree->op);
  const bool swapped = tree->text != NULL && tree->text[0] == '>';
  put_tree(out, tree->children[swapped ? 1 : 0], row->left);
  if (tree->op != LIND_OP_POWER) put(out, " ");
  put(out, swapped ? tree->text : row->text);
  if (tree->op != LIND_OP_POWER) put(out, " ");
  put_tree(out, tree->children[swapped ? 0 : 1], row->right);
}

static void put_case(sink *out, const lind_tree *tree) {
  if (tree->n == 2)
    put_tree(out, tree->children[0], LIND_LEVEL_IF);
  else
    put(out, "else");
  put(out, " = ");
  put_tree(out, tree->children[tree->n - 1], LIND_LEVEL_IF);
}

static void put_open(sink *out, const lind_tree *tree) {
  switch (tree->op) {
    case LIND_OP_CONSTANT:
      put_constant(out, tree);
      break;
    case LIND_OP_SLOT:
      put_slot(out, tree);
      break;
    case LIND_OP_NAME:
      put(out, tree->text);
      break;
    case LIND_OP_TEXT:
      put_quoted(out, tree->text);
      break;
    case LIND_OP_CALL:
      put_arguments(out, tree->text, tree);
      break;
    case LIND_OP_FUNCTION:
      put_arguments(out, lind_expression_function_text(tree->function), tree);
      break;
    case LIND_OP_NEGATE:
    case LIND_OP_NOT:
      put(out, tree->op == LIND_OP_NOT ? "not " : "-");
      put_tree(out, tree->children[0], lind_expression_operator(tree->op)->left);
      break;
    case LIND_OP_SELECT:
      put_select(out, tree);
      break;
    case LIND_OP_CASE:
      put_case(out, tree);
      break;
    case LIND_OP_IN:
      put_tree(out, tree->children[0], LIND_LEVEL_POSTFIX);
      put(out, " in [");
      put(out, tree->unit.text[0] != '\0' ? tree->unit.text : "1");
      put(out, "]");
      break;
    default:
      put_binary(out, tree);
      break;
  }
}

static void put_tree(sink *out, const lind_tree *tree, int level) {
  const bool closed = level_of(tree) < level;
  if (closed) put(out, "(");
  put_open(out, tree);
  if (closed) put(out, ")");
}

static void finish(sink *out) {
  if (out->size == 0) return;
  out->buffer[out->used < out->size ? out->used : out->size - 1] = '\0';
}

void lind_expression_print(const lind_tree *core, char *buffer, size_t size) {
  sink out = {.buffer = buffer, .size = size};
  put_tree(&out, core, LIND_LEVEL_IF);
  finish(&out);
}

lind_err lind_expression_text(const lind_tree *tree, lind_arena *arena, const char **text) {
  sink length = {.buffer = NULL};
  put_tree(&length, tree, LIND_LEVEL_IF);
  sink out = {.size = length.used + 1};
  LIND_TAKE(out.buffer, arena, out.size);
  put_tree(&out, tree, LIND_LEVEL_IF);
  finish(&out);
  *text = out.buffer;
  return LIND_OK;
}
