/* The rules of dimensions, and their sentences. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

/* "concentration (mass/volume)" -> "concentration": the unit stands beside it already */
static void describe_number(lind_dimension dimension, lind_units_text buffer) {
  char unit[64], words[64];
  if (lind_unit_is_dimensionless(dimension)) {
    (void)snprintf(buffer, LIND_UNITS_TEXT, "a plain number");
    return;
  }
  (void)lind_unit_dimension_text(dimension, unit, sizeof unit);
  (void)lind_unit_dimension_words(dimension, words, sizeof words);
  char *note = strstr(words, " (");
  if (note != NULL) *note = '\0';
  if (words[0] == '\0' || strcmp(words, unit) == 0)
    (void)snprintf(buffer, LIND_UNITS_TEXT, "%s", unit);
  else
    (void)snprintf(buffer, LIND_UNITS_TEXT, "%s (%s)", unit, words);
}

const char *lind_units_describe(lind_type type, lind_units_text buffer) {
  switch (type.kind) {
    case LIND_TYPE_NUMBER:
      describe_number(type.dimension, buffer);
      return buffer;
    case LIND_TYPE_TRUTH:
      return "a truth (yes or no)";
    case LIND_TYPE_CATEGORY:
      return "a category";
    case LIND_TYPE_GENOTYPE:
      return "a genotype";
  }
  return "?";
}

const char *lind_units_excerpt(const lind_tree *tree, lind_units_text buffer) {
  enum { SHORT = 60 };
  lind_expression_print(tree, buffer, LIND_UNITS_TEXT);
  if (strlen(buffer) > SHORT) {
    size_t end = SHORT - 3;
    while (end > 0 && ((unsigned char)buffer[end] & 0xC0u) == 0x80u) --end; /* whole characters */
    memcpy(buffer + end, "...", 4);
  }
  return buffer;
}

bool lind_units_bare_zero(const lind_tree *core) {
  return core->op == LIND_OP_CONSTANT && core->type.kind == LIND_TYPE_NUMBER && core->text != NULL && core->value == 0.0 &&
         lind_unit_is_dimensionless(core->type.dimension);
}

static bool is_bare(const lind_tree *core) { return core->op == LIND_OP_CONSTANT && core->text != NULL; }

static __attribute__((noinline)) lind_err disagree(const lind_tree *whole, lind_where where, const char *verb, const char *to,
                                                   const lind_tree *a, const lind_tree *b) {
  lind_units_text text_whole, text_a, text_b, hint = "";
  const lind_tree *other = is_bare(a) ? b : is_bare(b) ? a : NULL;
  if (other != NULL) {
    (void)snprintf(hint, sizeof hint, "; a quantity is written with its unit in brackets");
  }
  return lind_error_fail_at(LIND_ERR_UNIT, where, "'%s' %s %s %s %s%s", lind_units_excerpt(whole, text_whole), verb,
                            lind_units_describe(a->type, text_a), to, lind_units_describe(b->type, text_b), hint);
}

lind_err lind_units_agree(const lind_tree *whole, lind_where where, const char *verb, const char *to, lind_tree *a,
                          lind_tree *b) {
  if (lind_unit_same_dimension(a->type.dimension, b->type.dimension)) return LIND_OK;
  if (lind_units_bare_zero(a))
    a->type.dimension = b->type.dimension;
  else if (lind_units_bare_zero(b))
    b->type.dimension = a->type.dimension;
  else
    return disagree(whole, where, verb, to, a, b);
  return LIND_OK;
}

lind_err lind_units_plain(const lind_tree *whole, const lind_tree *part, const lind_tree *core) {
  if (lind_unit_is_dimensionless(core->type.dimension)) return LIND_OK;
  lind_units_text text_whole, text_part, text_type;
  char unit[64];
  return lind_error_fail_at(LIND_ERR_UNIT, part->where, "'%s' needs a plain number, but '%s' is %s; x in [%s] makes one",
                            lind_units_excerpt(whole, text_whole), lind_units_excerpt(part, text_part),
                            lind_units_describe(core->type, text_type),
                            lind_unit_dimension_text(core->type.dimension, unit, sizeof unit));
}

static lind_err too_high(const lind_tree *whole) {
  lind_units_text text;
  return lind_error_fail_at(LIND_ERR_UNIT, whole->where, "'%s' has a unit with a power that is no half of an integer up to 63",
                            lind_units_excerpt(whole, text));
}

lind_err lind_units_product(const lind_tree *whole, lind_dimension a, lind_dimension b, bool divide, lind_dimension *result) {
  for (int i = 0; i < LIND_DIM_COUNT; ++i) {
    const int halves = divide ? a.halves[i] - b.halves[i] : a.halves[i] + b.halves[i];
    if (halves > INT8_MAX || halves < -INT8_MAX) return too_high(whole);
  }
  *result = divide ? lind_unit_divide(a, b) : lind_unit_multiply(a, b);
  return LIND_OK;
}

static lind_err raise(const lind_tree *whole, lind_dimension a, int halves, lind_dimension *result) {
  for (int i = 0; i < LIND_DIM_COUNT; ++i) {
    const int twice = a.halves[i] * halves;
    if (twice % 2 != 0 || twice > 2 * INT8_MAX || twice < -2 * INT8_MAX) return too_high(whole);
  }
  *result = lind_unit_power(a, halves);
  return LIND_OK;
}

lind_err lind_units_root(const lind_tree *whole, lind_dimension a, lind_dimension *result) { return raise(whole, a, 1, result); }

lind_err lind_units_power(const lind_tree *whole, const lind_tree *base, const lind_tree *exponent, lind_dimension *result) {
  lind_units_text text_whole, text_type;
  LIND_CHECK_AT(lind_unit_is_dimensionless(exponent->type.dimension), LIND_ERR_UNIT, whole->where,
                "the exponent of '%s' is %s; it must be a plain number", lind_units_excerpt(whole, text_whole),
                lind_units_describe(exponent->type, text_type));
  if (lind_unit_is_dimensionless(base->type.dimension)) {
    *result = lind_unit_dimensionless;
    return LIND_OK;
  }
  const double halves = 2.0 * exponent->value;
  LIND_CHECK_AT(exponent->op == LIND_OP_CONSTANT && halves == floor(halves), LIND_ERR_UNIT, whole->where,
                "'%s' raises %s to a power that is not a constant integer or half-integer; x in [unit] makes a plain number",
                lind_units_excerpt(whole, text_whole), lind_units_describe(base->type, text_type));
  if (fabs(halves) > 2 * INT8_MAX) return too_high(whole);
  return raise(whole, base->type.dimension, (int)halves, result);
}
