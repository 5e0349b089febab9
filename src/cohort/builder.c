/* What every section of a cohort file needs: columns, purposes, quantities, digests. */
#include <ctype.h>
#include <string.h>

#include "lind/text.h"
#include "recipe.h"

enum { NAME_MAX_LENGTH = 40 }; /* "cohort/" and a name fit in a purpose */

static const char *const keywords[] = {"if", "then", "else", "and", "or", "not", "in"};

static bool is_name(const char *text) {
  if (!isalpha((unsigned char)text[0]) && text[0] != '_') return false;
  for (const char *c = text; *c != '\0'; c++)
    if (!isalnum((unsigned char)*c) && *c != '_') return false;
  return strlen(text) <= NAME_MAX_LENGTH;
}

lind_err lind_builder_add(lind_builder *builder, const char *name, const lind_column *column, const lind_step *step) {
  LIND_CHECK_AT(is_name(name), LIND_ERR_INPUT, column->where,
                "'%s' cannot name a column; a name has letters, digits and _, begins with no digit and has at most %d characters",
                name, NAME_MAX_LENGTH);
  for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
    LIND_CHECK_AT(strcmp(name, keywords[i]) != 0, LIND_ERR_INPUT, column->where,
                  "'%s' is a word of expressions; call the column something else", name);
  for (int i = 0; i < builder->n_columns; i++)
    LIND_CHECK_AT(strcmp(name, builder->columns[i].name) != 0, LIND_ERR_INPUT, column->where,
                  "there are two columns '%s'; the first is in line %d", name, builder->columns[i].where.line);
  const int at = builder->n_columns, slot = builder->n_slots;
  builder->columns[at] = *column;
  builder->columns[at].name = name;
  builder->columns[at].slot = slot;
  builder->symbols[at] = (lind_symbol){.name = name, .type = column->type, .slot = slot, .about = column->about};
  builder->steps[at] = *step;
  builder->steps[at].slot = slot;
  builder->n_columns++;
  builder->n_slots += column->type.kind == LIND_TYPE_GENOTYPE ? 2 : 1;
  return LIND_OK;
}

lind_err lind_builder_purpose(lind_builder *builder, const char *name, lind_where where, lind_purpose *purpose) {
  char full[60];
  LIND_CHECK_AT(is_name(name), LIND_ERR_INPUT, where,
                "'%s' cannot name a column; a name has letters, digits and _, begins with no digit and has at most %d characters",
                name, NAME_MAX_LENGTH);
  (void)snprintf(full, sizeof full, "cohort/%s", name);
  LIND_TRY(lind_random_purposes_add(builder->purposes, full));
  *purpose = lind_random_purpose(full);
  return LIND_OK;
}

lind_err lind_builder_category(const lind_builder *builder, const lind_words *words, const char *key,
                               const lind_column **column) {
  const char **names;
  char near[120], all[240];
  size_t n = 0;
  LIND_TAKE(names, builder->arena, builder->n_columns);
  for (int i = 0; i < builder->n_columns; i++) {
    if (builder->columns[i].type.kind != LIND_TYPE_CATEGORY) continue;
    if (strcmp(builder->columns[i].name, words->text) == 0) {
      *column = &builder->columns[i];
      return LIND_OK;
    }
    names[n++] = builder->columns[i].name;
  }
  LIND_CHECK_AT(n > 0, LIND_ERR_INPUT, words->where, "%s: '%s' is no category before this one; there is none yet", key,
                words->text);
  return lind_error_fail_at(LIND_ERR_INPUT, words->where, "%s: '%s' is no category before this one; there is %s%s", key,
                            words->text, lind_text_list(names, n, all, sizeof all),
                            lind_text_suggestion(words->text, names, n, near, sizeof near));
}

lind_scope lind_builder_scope(const lind_builder *builder, const char *what) {
  return (lind_scope){.symbols = builder->symbols, .n = builder->n_columns, .what = what};
}

lind_err lind_builder_quantity(const lind_node *node, const char *key, const lind_words *words, lind_measure *measure,
                               double *canonical) {
  lind_unit unit;
  double value;
  const lind_err bad = lind_unit_parse_quantity(words->text, &value, &unit);
  if (bad != LIND_OK) return lind_error_fail_at(bad, words->where, "%s.%s: %s", node->path, key, lind_error_message());
  if (!measure->known) *measure = (lind_measure){.known = true, .first = words->text, .unit = unit};
  const bool same = lind_unit_same_dimension(unit.dimension, measure->unit.dimension);
  char is[80], wanted[80];
  LIND_CHECK_AT(same || !lind_unit_is_dimensionless(unit.dimension), LIND_ERR_UNIT, words->where,
                "%s.%s: '%s' has no unit; write '%s %s', as in '%s' before it", node->path, key, words->text, words->text,
                measure->unit.text, measure->first);
  LIND_CHECK_AT(same, LIND_ERR_UNIT, words->where, "%s.%s: '%s' is %s, but '%s' before it is %s", node->path, key, words->text,
                lind_unit_dimension_words(unit.dimension, is, sizeof is), measure->first,
                lind_unit_dimension_words(measure->unit.dimension, wanted, sizeof wanted));
  *canonical = value;
  return LIND_OK;
}

lind_digest lind_builder_digest(lind_digest state, const lind_node *node) {
  state = lind_digest_add_integer(state, node->kind);
  state = lind_digest_add_integer(state, node->n);
  if (node->text != NULL) state = lind_digest_add_text(state, node->text);
  for (int i = 0; i < node->n; i++) {
    if (node->kind == LIND_NODE_MAPPING) state = lind_digest_add_text(state, node->keys[i]);
    state = lind_builder_digest(state, &node->items[i]);
  }
  return state;
}
