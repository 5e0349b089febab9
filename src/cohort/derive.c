/* Derived covariates: expressions over the columns before them, and categories made out of categories. A truth becomes a category
 * no / yes, so that every column is a number, a category or a genotype. */
#include <string.h>

#include "lind/text.h"
#include "recipe.h"

typedef struct {
  lind_words value, from, unit, about;
  lind_words_list labels;
  const lind_node *levels;
  lind_curve_keys curve;
} keys;

const lind_key lind_derive_rows[] = {
    {"value", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, offsetof(keys, value), "an expression over the columns before it"},
    {"labels", LIND_KEY_WORDS_LIST, NULL, 0, 0, "", NULL, offsetof(keys, labels),
     "makes a category of `value`: 0 is the first label; it is rounded, and held between the first label and the last"},
    {"unit", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, offsetof(keys, unit), "unit of `value` in output"},
    {"from", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, offsetof(keys, from),
     "instead of `value`: a category whose levels are gathered"},
    {"levels", LIND_KEY_NODE, NULL, 0, 0, "", NULL, offsetof(keys, levels),
     "for `from`: a new level and the old level, or list of old levels, that it stands for; every old level once"},
    {"table", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, offsetof(keys, curve.table),
     "instead of `value`: a CSV file that is read at another number, by straight lines; beyond its ends the outermost value"},
    {"at", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, offsetof(keys, curve.at),
     "for `table`: the number at which it is read; the table has a column of that name, which rises"},
    {"column", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, offsetof(keys, curve.column), "for `table`: the column of values"},
    {"by", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, offsetof(keys, curve.by),
     "for `table`: a category before this one; the table has a column of that name with its levels"},
    {"about", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, offsetof(keys, about), "a sentence for people"},
    {0},
};

static const char *const truth_names[] = {"no", "yes"};
static const lind_levels truth_levels = {2, truth_names};

static lind_err levels_take(const lind_words_list *labels, lind_arena *arena, const lind_levels **levels) {
  lind_levels *taken;
  const char **names;
  LIND_TAKE(taken, arena, 1);
  LIND_TAKE(names, arena, labels->n);
  for (int i = 0; i < labels->n; i++) names[i] = labels->at[i].text;
  *taken = (lind_levels){labels->n, names};
  *levels = taken;
  return LIND_OK;
}

/* A number keeps the unit that is asked for, or the canonical one of its dimension. */
static lind_err unit_choose(const keys *k, const lind_node *node, const lind_tree *core, lind_unit *unit) {
  char text[48], is[80], wanted[80];
  if (k->unit.text == NULL) {
    return lind_unit_parse(lind_unit_dimension_text(core->type.dimension, text, sizeof text), unit);
  }
  const lind_err bad = lind_unit_parse(k->unit.text, unit);
  if (bad != LIND_OK) return lind_error_fail_at(bad, k->unit.where, "%s.unit: %s", node->path, lind_error_message());
  LIND_CHECK_AT(lind_unit_same_dimension(unit->dimension, core->type.dimension), LIND_ERR_UNIT, k->unit.where,
                "%s.unit: '%s' is %s, but the value is %s", node->path, k->unit.text,
                lind_unit_dimension_words(unit->dimension, is, sizeof is),
                lind_unit_dimension_words(core->type.dimension, wanted, sizeof wanted));
  return LIND_OK;
}

static lind_err value_type(lind_builder *builder, const keys *k, const lind_node *node, const lind_tree *core,
                           lind_column *column, lind_step *step) {
  const lind_type_kind kind = core->type.kind;
  column->unit.scale = 1;
  LIND_CHECK_AT(k->labels.n == 0 || (kind == LIND_TYPE_NUMBER && lind_unit_is_dimensionless(core->type.dimension)),
                LIND_ERR_INPUT, k->value.where, "%s: labels need a value that is a number without unit: 0 for '%s'", node->path,
                k->labels.at[0].text);
  if (kind == LIND_TYPE_NUMBER && k->labels.n == 0) {
    step->what = LIND_STEP_NUMBER;
    column->type = core->type;
    return unit_choose(k, node, core, &column->unit);
  }
  const lind_levels *levels = &truth_levels; /* the check lets only numbers and truths through */
  if (k->labels.n > 0) LIND_TRY(levels_take(&k->labels, builder->arena, &levels));
  step->what = LIND_STEP_CODE;
  step->n_codes = levels->n;
  column->type = (lind_type){.kind = LIND_TYPE_CATEGORY, .levels = levels};
  return LIND_OK;
}

static lind_err value_read(lind_builder *builder, const char *name, const lind_node *node, const keys *k, lind_where where) {
  lind_tree *tree = NULL, *core = NULL;
  const lind_scope scope = lind_builder_scope(builder, "a derived covariate");
  lind_column column = {.where = where, .about = k->about.text != NULL ? k->about.text : k->value.text};
  lind_step step = {.by = -1, .block = -1};
  LIND_TRY(lind_expression_parse(k->value.text, k->value.where, builder->arena, &tree));
  LIND_TRY(lind_expression_check(tree, &scope, builder->arena, &core));
  LIND_TRY(value_type(builder, k, node, core, &column, &step));
  LIND_TRY(lind_program_create(core, builder->arena, &step.program));
  return lind_builder_add(builder, name, &column, &step);
}

/* ---- gathering the levels of a category
 * --------------------------------------------------------------------------------------------- */

static lind_err level_assign(const lind_node *old, const lind_node *node, const lind_column *from, int code, double *recode) {
  const lind_levels *levels = from->type.levels;
  char near[80];
  LIND_CHECK_AT(old->kind == LIND_NODE_SCALAR, LIND_ERR_INPUT, old->where, "%s must be a level of %s, or a list of them",
                old->path, from->name);
  for (int i = 0; i < levels->n; i++) {
    if (strcmp(levels->names[i], old->text) != 0) continue;
    LIND_CHECK_AT(recode[i] < 0, LIND_ERR_INPUT, old->where, "%s: '%s' is already in '%s'", node->path, old->text,
                  node->keys[(int)recode[i]]);
    recode[i] = code;
    return LIND_OK;
  }
  return lind_error_fail_at(LIND_ERR_INPUT, old->where, "%s: '%s' is no level of %s%s", node->path, old->text, from->name,
                            lind_text_suggestion(old->text, levels->names, (size_t)levels->n, near, sizeof near));
}

static lind_err recode_read(lind_builder *builder, const char *name, const lind_node *node, const keys *k, lind_where where) {
  const lind_column *from = NULL;
  LIND_TRY(lind_builder_category(builder, &k->from, node->path, &from));
  const lind_node *levels = k->levels;
  LIND_CHECK_AT(levels != NULL && levels->kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, where,
                "%s needs `levels`: a new level and the levels of %s that it stands for", node->path, from->name);
  lind_levels *taken;
  double *recode;
  const int n_old = from->type.levels->n;
  LIND_TAKE(taken, builder->arena, 1);
  LIND_TAKE(recode, builder->arena, n_old);
  *taken = (lind_levels){levels->n, levels->keys};
  for (int i = 0; i < n_old; i++) recode[i] = -1;
  for (int i = 0; i < levels->n; i++) {
    const lind_node *item = &levels->items[i];
    const bool list = item->kind == LIND_NODE_SEQUENCE;
    for (int j = 0; j < (list ? item->n : 1); j++) LIND_TRY(level_assign(list ? &item->items[j] : item, levels, from, i, recode));
  }
  for (int i = 0; i < n_old; i++)
    LIND_CHECK_AT(recode[i] >= 0, LIND_ERR_INPUT, levels->where, "%s: '%s', a level of %s, is in none of them", levels->path,
                  from->type.levels->names[i], from->name);
  const lind_column column = {
      .type = {.kind = LIND_TYPE_CATEGORY, .levels = taken},
      .unit = {.scale = 1},
      .about = k->about.text != NULL ? k->about.text : lind_arena_format(builder->arena, "from %s", from->name),
      .where = where};
  const lind_step step = {.what = LIND_STEP_RECODE, .by = from->slot, .n_codes = taken->n, .block = -1, .recode = recode};
  return lind_builder_add(builder, name, &column, &step);
}

static lind_err one_read(lind_builder *builder, const char *name, const lind_node *node, lind_where where) {
  keys k = {0};
  if (node->kind == LIND_NODE_SCALAR)
    k.value = (lind_words){node->text, node->where};
  else
    LIND_TRY(lind_schema_read(node, "derived", lind_derive_rows, builder->arena, &k));
  const int ways = (k.value.text != NULL) + (k.from.text != NULL) + (k.curve.table.text != NULL);
  LIND_CHECK_AT(ways == 1, LIND_ERR_INPUT, where,
                "%s needs either `value`, an expression, or `from`, a category, or `table`, a file", node->path);
  LIND_CHECK_AT(k.value.text != NULL || (k.labels.n == 0 && k.unit.text == NULL), LIND_ERR_INPUT, where,
                k.from.text != NULL ? "%s: with `from` come `levels`, not labels or a unit"
                                    : "%s: with `table` come `at`, `column` and `by`, not labels or a unit",
                node->path);
  LIND_CHECK_AT(k.from.text != NULL || k.levels == NULL, LIND_ERR_INPUT, where, "%s: with `%s`, not levels", node->path,
                k.value.text != NULL ? "value` come `labels" : "table` come `at`, `column` and `by");
  LIND_CHECK_AT(k.curve.table.text != NULL || (k.curve.at.text == NULL && k.curve.column.text == NULL && k.curve.by.text == NULL),
                LIND_ERR_INPUT, where, "%s: at, column and by come with `table`", node->path);
  k.curve.about = k.about;
  if (k.curve.table.text != NULL) return lind_curve_read(builder, name, node, &k.curve, where);
  return k.value.text != NULL ? value_read(builder, name, node, &k, where) : recode_read(builder, name, node, &k, where);
}

lind_err lind_derive_read(lind_builder *builder, const lind_node *derived) {
  LIND_CHECK_AT(derived->kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, derived->where,
                "derived must be a mapping from a name to an expression");
  for (int i = 0; i < derived->n; i++) LIND_TRY(one_read(builder, derived->keys[i], &derived->items[i], derived->key_where[i]));
  return LIND_OK;
}
