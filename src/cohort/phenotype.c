/* Covariates that are drawn: categories by shares, numbers by a distribution, either for everybody or for each level of an
 * earlier category (`by`). */
#include <math.h>
#include <string.h>

#include "lind/text.h"
#include "recipe.h"

#define SHARE_TOLERANCE 1e-6

typedef struct {
  const lind_node *levels;
  lind_words by, about;
} category_keys;

const lind_key lind_phenotype_category_rows[] = {
    {"levels", LIND_KEY_NODE, NULL, 0, 0, NULL, NULL, offsetof(category_keys, levels),
     "level: share, shares summing to 1; with `by`, one such mapping for each level of that category"},
    {"by", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, offsetof(category_keys, by), "a category that stands before this one"},
    {"about", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, offsetof(category_keys, about), "a sentence for people"},
    {0},
};

typedef struct {
  lind_words distribution, by, shared, about;
} continuous_keys;

/* "*": the keys of the distribution, and with `by` the levels, each a mapping of such keys */
const lind_key lind_phenotype_rows[] = {
    {"distribution", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, offsetof(continuous_keys, distribution), "the kind of distribution"},
    {"by", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, offsetof(continuous_keys, by),
     "a category before this one: its levels are keys here, each a mapping of the distribution's keys that differ"},
    {"shared", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, offsetof(continuous_keys, shared),
     "a category before this one, such as a site: all of a replicate who are of one level have the same draw"},
    {"about", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, offsetof(continuous_keys, about), "a sentence for people"},
    {"*", LIND_KEY_NODE, NULL, 0, 0, "", NULL, 0, "the distribution's own keys"},
    {0},
};

static int name_find(const char *const *names, int n, const char *name) {
  for (int i = 0; i < n; i++)
    if (strcmp(names[i], name) == 0) return i;
  return -1;
}

/* ---- shares
 * ---------------------------------------------------------------------------------------------------------------------- */

lind_err lind_phenotype_levels(const lind_node *node, lind_arena *arena, lind_levels **levels) {
  LIND_CHECK_AT(node->kind == LIND_NODE_MAPPING && node->n > 0, LIND_ERR_INPUT, node->where,
                "%s must be a mapping from a level to its share: `{female: 0.4, male: 0.6}`", node->path);
  lind_levels *taken;
  LIND_TAKE(taken, arena, 1);
  *taken = (lind_levels){.n = node->n, .names = node->keys};
  *levels = taken;
  return LIND_OK;
}

lind_err lind_phenotype_shares(const lind_node *node, const lind_levels *levels, lind_arena *arena, double *share) {
  static const lind_key row = {.key = "share", .kind = LIND_KEY_NUMBER, .lower = 0, .upper = 1, .sentence = "a share"};
  LIND_CHECK_AT(node->kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, node->where,
                "%s must be a mapping from a level to its share: `{female: 0.4, male: 0.6}`", node->path);
  double sum = 0;
  for (int i = 0; i < levels->n; i++) share[i] = 0;
  for (int i = 0; i < node->n; i++) {
    const int at = name_find(levels->names, levels->n, node->keys[i]);
    LIND_TRY(lind_schema_read_value(&node->items[i], &row, arena, &share[at]));
    sum += share[at];
  }
  LIND_CHECK_AT(fabs(sum - 1) <= SHARE_TOLERANCE, LIND_ERR_INPUT, node->where, "the shares of %s sum to %.6g; they must sum to 1",
                node->path, sum);
  return LIND_OK;
}

void lind_phenotype_accumulate(double *share, int n) {
  double sum = 0, run = 0;
  for (int i = 0; i < n; i++) sum += share[i];
  for (int i = 0; i < n; i++) share[i] = (run += share[i]) / sum;
}

/* ---- categories
 * -------------------------------------------------------------------------------------------------------------------- */

/* All levels that any entry of `levels` names, in the order of their first appearance. */
static lind_err levels_union(const lind_node *entries, lind_arena *arena, lind_levels **levels) {
  int most = 0;
  for (int i = 0; i < entries->n; i++) {
    const lind_node *entry = &entries->items[i];
    LIND_CHECK_AT(entry->kind == LIND_NODE_MAPPING && entry->n > 0, LIND_ERR_INPUT, entry->where,
                  "%s must be a mapping from a level to its share: `{female: 0.4, male: 0.6}`", entry->path);
    most += entry->n;
  }
  lind_levels *taken;
  const char **names;
  LIND_TAKE(taken, arena, 1);
  LIND_TAKE(names, arena, most);
  taken->names = names;
  for (int i = 0; i < entries->n; i++)
    for (int j = 0; j < entries->items[i].n; j++)
      if (name_find(names, taken->n, entries->items[i].keys[j]) < 0) names[taken->n++] = entries->items[i].keys[j];
  *levels = taken;
  return LIND_OK;
}

/* `entries` has an entry for every level of `by` and no other. */
static lind_err entries_check(const lind_node *entries, const lind_column *by) {
  const lind_levels *levels = by->type.levels;
  char near[80];
  LIND_CHECK_AT(entries->kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, entries->where,
                "%s must be a mapping with an entry for each level of %s", entries->path, by->name);
  for (int i = 0; i < entries->n; i++)
    LIND_CHECK_AT(name_find(levels->names, levels->n, entries->keys[i]) >= 0, LIND_ERR_INPUT, entries->key_where[i],
                  "%s: '%s' is no level of %s%s", entries->path, entries->keys[i], by->name,
                  lind_text_suggestion(entries->keys[i], levels->names, (size_t)levels->n, near, sizeof near));
  for (int i = 0; i < levels->n; i++)
    LIND_CHECK_AT(lind_document_find(entries, levels->names[i]) != NULL, LIND_ERR_INPUT, entries->where,
                  "%s has no entry for '%s', a level of %s", entries->path, levels->names[i], by->name);
  return LIND_OK;
}

static lind_err category_shares(lind_builder *builder, const lind_node *node, const lind_column *by, lind_levels **levels,
                                const double **cumulative) {
  lind_levels *all = NULL;
  if (by != NULL) LIND_TRY(entries_check(node, by));
  LIND_TRY(by != NULL ? levels_union(node, builder->arena, &all) : lind_phenotype_levels(node, builder->arena, &all));
  const int n_rows = by != NULL ? by->type.levels->n : 1;
  double *rows;
  LIND_TAKE(rows, builder->arena, n_rows * all->n);
  for (int i = 0; i < n_rows; i++) {
    const lind_node *shares = by != NULL ? lind_document_find(node, by->type.levels->names[i]) : node;
    LIND_TRY(lind_phenotype_shares(shares, all, builder->arena, rows + i * all->n));
    lind_phenotype_accumulate(rows + i * all->n, all->n);
  }
  *levels = all;
  *cumulative = rows;
  return LIND_OK;
}

static lind_err category_read(lind_builder *builder, const char *name, const lind_node *node, lind_where where) {
  category_keys k = {0};
  const lind_column *by = NULL;
  lind_levels *levels = NULL;
  LIND_TRY(lind_schema_read(node, "covariates", lind_phenotype_category_rows, builder->arena, &k));
  if (k.by.text != NULL) LIND_TRY(lind_builder_category(builder, &k.by, node->path, &by));
  lind_step step = {.what = LIND_STEP_CATEGORY, .by = by != NULL ? by->slot : -1, .block = -1};
  LIND_TRY(category_shares(builder, k.levels, by, &levels, &step.cumulative));
  LIND_TRY(lind_builder_purpose(builder, name, where, &step.purpose));
  step.n_codes = levels->n;
  lind_column column = {.type = {.kind = LIND_TYPE_CATEGORY, .levels = levels}, .unit = {.scale = 1}, .where = where};
  char all[200];
  column.about = k.about.text != NULL ? k.about.text
                                      : lind_arena_format(builder->arena, "drawn from %s%s%s",
                                                          lind_text_list(levels->names, (size_t)levels->n, all, sizeof all),
                                                          by != NULL ? " by " : "", by != NULL ? by->name : "");
  return lind_builder_add(builder, name, &column, &step);
}

/* ---- numbers
 * ------------------------------------------------------------------------------------------------------------------------ */

static bool is_head_key(const char *key) {
  return strcmp(key, "distribution") == 0 || strcmp(key, "by") == 0 || strcmp(key, "shared") == 0 || strcmp(key, "about") == 0;
}

static bool is_level_key(const char *key, const lind_column *by) {
  return by != NULL && name_find(by->type.levels->names, by->type.levels->n, key) >= 0;
}

/* A key that is neither a head key nor a level nor the distribution's own is refused here, where all of them are known. */
static lind_err keys_check(const lind_node *node, const lind_kind *kind, const lind_column *by, lind_arena *arena) {
  const char **names;
  size_t n = 0;
  char near[80];
  LIND_TAKE(names, arena, 16 + (by != NULL ? by->type.levels->n : 0));
  names[n++] = "distribution";
  names[n++] = "by";
  names[n++] = "shared";
  names[n++] = "about";
  for (const lind_key *row = kind->rows; row->key != NULL; row++) names[n++] = row->key;
  for (int i = 0; by != NULL && i < by->type.levels->n; i++) names[n++] = by->type.levels->names[i];
  for (int i = 0; i < node->n; i++)
    LIND_CHECK_AT(name_find(names, (int)n, node->keys[i]) >= 0, LIND_ERR_INPUT, node->key_where[i],
                  "%s: '%s' is no key of a %s distribution%s%s%s", node->path, node->keys[i], kind->name,
                  by != NULL ? " and no level of " : "", by != NULL ? by->name : "",
                  lind_text_suggestion(node->keys[i], names, n, near, sizeof near));
  return LIND_OK;
}

/* The keys of one level: its own, then those of the covariate that it does not repeat. */
static lind_err keys_merge(const lind_node *node, const lind_node *level, const char *level_name, const lind_column *by,
                           lind_arena *arena, lind_node *merged) {
  LIND_CHECK_AT(level == NULL || level->kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, level->where,
                "%s must be a mapping of the distribution's keys", level->path);
  const int n_own = level != NULL ? level->n : 0;
  lind_node *items;
  const char **keys;
  lind_where *places;
  LIND_TAKE(items, arena, n_own + node->n);
  LIND_TAKE(keys, arena, n_own + node->n);
  LIND_TAKE(places, arena, n_own + node->n);
  int n = 0;
  for (int i = 0; i < n_own; i++, n++) {
    items[n] = level->items[i];
    keys[n] = level->keys[i];
    places[n] = level->key_where[i];
  }
  for (int i = 0; i < node->n; i++) {
    if (is_head_key(node->keys[i]) || is_level_key(node->keys[i], by) || name_find(keys, n_own, node->keys[i]) >= 0) continue;
    items[n] = node->items[i];
    keys[n] = node->keys[i];
    places[n++] = node->key_where[i];
  }
  *merged = (lind_node){.kind = LIND_NODE_MAPPING, .n = n, .items = items, .keys = keys, .key_where = places};
  merged->where = level != NULL ? level->where : node->where;
  merged->path = level_name != NULL ? lind_arena_format(arena, "%s.%s", node->path, level_name) : node->path;
  LIND_CHECK(merged->path != NULL, LIND_ERR_MEMORY, "no memory for a path");
  return LIND_OK;
}

/* The distribution for each level of `by`, or the one for everybody. `words`: in a sentence. */
static lind_err margins_read(lind_builder *builder, const lind_node *node, const lind_kind *kind, const lind_column *by,
                             lind_measure *measure, const lind_margin **margins, const char **words) {
  const int n = by != NULL ? by->type.levels->n : 1;
  lind_margin *taken;
  LIND_TAKE(taken, builder->arena, n);
  const char *all = NULL;
  for (int i = 0; i < n; i++) {
    const char *level = by != NULL ? by->type.levels->names[i] : NULL, *one = NULL;
    lind_node merged;
    LIND_TRY(keys_merge(node, level != NULL ? lind_document_find(node, level) : NULL, level, by, builder->arena, &merged));
    const lind_kind_input input = {&merged, by != NULL ? by->name : NULL, level, measure, builder};
    taken[i].kind = kind;
    LIND_TRY(kind->read(&input, &taken[i].parameters, &one));
    all = level == NULL
              ? one
              : lind_arena_format(builder->arena, "%s%s%s: %s", all != NULL ? all : "", all != NULL ? "; " : "", level, one);
    LIND_CHECK(all != NULL, LIND_ERR_MEMORY, "no memory for a sentence");
  }
  *margins = taken;
  *words = all;
  return LIND_OK;
}

static lind_err kind_find(const lind_words *written, const lind_node *node, const lind_kind **kind) {
  const char *names[32];
  char near[80], all[200];
  const int n = lind_kinds_names(names, 32);
  *kind = lind_kinds_find(written->text);
  LIND_CHECK_AT(*kind != NULL, LIND_ERR_INPUT, written->where, "%s: there is no distribution '%s'; there is %s%s", node->path,
                written->text, lind_text_list(names, (size_t)n, all, sizeof all),
                lind_text_suggestion(written->text, names, (size_t)n, near, sizeof near));
  return LIND_OK;
}

static lind_err continuous_read(lind_builder *builder, const char *name, const lind_node *node, lind_where where) {
  continuous_keys k = {0};
  const lind_kind *kind = NULL;
  const lind_column *by = NULL, *shared = NULL;
  const char *words = NULL;
  lind_measure measure = {0};
  LIND_TRY(lind_schema_read(node, "covariates", lind_phenotype_rows, builder->arena, &k));
  LIND_TRY(kind_find(&k.distribution, node, &kind));
  if (k.by.text != NULL) LIND_TRY(lind_builder_category(builder, &k.by, node->path, &by));
  if (k.shared.text != NULL) LIND_TRY(lind_builder_category(builder, &k.shared, node->path, &shared));
  LIND_TRY(keys_check(node, kind, by, builder->arena));
  lind_step step = {.what = LIND_STEP_CONTINUOUS,
                    .by = by != NULL ? by->slot : -1,
                    .block = -1,
                    .shared = shared != NULL,
                    .cluster = shared != NULL ? shared->slot : -1};
  LIND_TRY(margins_read(builder, node, kind, by, &measure, &step.margins, &words));
  if (!kind->fixed) LIND_TRY(lind_builder_purpose(builder, name, where, &step.purpose));
  const lind_column column = {
      .type = {.kind = LIND_TYPE_NUMBER, .dimension = measure.unit.dimension},
      .unit = measure.unit,
      .about = k.about.text != NULL ? k.about.text
               : shared != NULL     ? lind_arena_format(builder->arena, "%s; one draw for each level of %s", words, shared->name)
                                    : words,
      .where = where};
  return lind_builder_add(builder, name, &column, &step);
}

lind_err lind_phenotype_read(lind_builder *builder, const lind_node *covariates) {
  LIND_CHECK_AT(covariates->kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, covariates->where,
                "covariates must be a mapping from a name to how it is drawn");
  for (int i = 0; i < covariates->n; i++) {
    const lind_node *node = &covariates->items[i];
    const bool continuous = lind_document_find(node, "distribution") != NULL;
    LIND_CHECK_AT(continuous || lind_document_find(node, "levels") != NULL, LIND_ERR_INPUT, covariates->key_where[i],
                  "%s needs `distribution` (a number) or `levels` (a category)", node->path);
    if (continuous)
      LIND_TRY(continuous_read(builder, covariates->keys[i], node, covariates->key_where[i]));
    else
      LIND_TRY(category_read(builder, covariates->keys[i], node, covariates->key_where[i]));
  }
  return LIND_OK;
}
