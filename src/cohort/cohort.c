/* A cohort file, section by section, into a cohort. */
#include "lind/cohort.h"

#include <string.h>

#include "recipe.h"

typedef struct {
  lind_words cohort, title, source, eligible;
  const lind_node *ancestry, *genes, *listed, *covariates, *correlations, *derived;
  lind_words_list assumptions;
} keys;

static const lind_key rows[] = {
    {"cohort", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, offsetof(keys, cohort), "its name"},
    {"title", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, offsetof(keys, title), "a line for people"},
    {"source", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, offsetof(keys, source), "where the numbers come from"},
    {"ancestry", LIND_KEY_NODE, NULL, 0, 0, "", NULL, offsetof(keys, ancestry),
     "ancestry group: share, shares summing to 1; makes the category `ancestry`"},
    {"genes", LIND_KEY_NODE, NULL, 0, 0, "", NULL, offsetof(keys, genes), "genes and their tables of allele frequencies"},
    {"listed", LIND_KEY_NODE, NULL, 0, 0, "", NULL, offsetof(keys, listed),
     "a table of real or published people, a row each: section listed"},
    {"covariates", LIND_KEY_NODE, NULL, 0, 0, "", NULL, offsetof(keys, covariates), "what is drawn, in this order"},
    {"correlations", LIND_KEY_NODE, NULL, 0, 0, "", NULL, offsetof(keys, correlations),
     "`[a, b, r]`: Spearman rank correlations of drawn numbers"},
    {"derived", LIND_KEY_NODE, NULL, 0, 0, "", NULL, offsetof(keys, derived), "what is computed from the columns before it"},
    {"eligible", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, offsetof(keys, eligible), "a truth: who may take part; default everybody"},
    {"assumptions", LIND_KEY_WORDS_LIST, NULL, 0, 0, "", NULL, offsetof(keys, assumptions),
     "sentences: what is assumed, or not read in a source"},
    {0},
};

/* ---- sections, for describe and the reference page
 * ------------------------------------------------------------------------------- */

bool lind_cohort_section(int index, lind_section *section) {
  const lind_section fixed[] = {
      {"cohort", "A cohort: who takes part.", rows},
      {"genes.NAME", "A gene: two alleles drawn by ancestry.", lind_genome_rows},
      {"listed", "A table of people: each seat is one of them.", lind_listed_rows},
      {"covariates.NAME (category)", "A drawn category.", lind_phenotype_category_rows},
      {"covariates.NAME (number)", "A drawn number.", lind_phenotype_rows},
      {"derived.NAME", "A computed column; `NAME: expression` is short for `NAME: {value: expression}`.", lind_derive_rows},
      {"X.source.yaml", "A source card: every table X.csv has one beside it.", lind_table_card_rows},
  };
  const int n_fixed = (int)(sizeof fixed / sizeof fixed[0]);
  if (index < 0) return false;
  if (index < n_fixed) {
    *section = fixed[index];
    return true;
  }
  const lind_kind *kind = lind_kinds_at(index - n_fixed);
  if (kind == NULL) return false;
  *section = (lind_section){kind->name, kind->summary, kind->rows};
  return true;
}

/* ---- reading
 * ------------------------------------------------------------------------------------------------------------------------ */

static int items(const lind_node *node) { return node != NULL ? node->n : 0; }

static lind_err builder_start(lind_builder *builder, const keys *k) {
  int listed = 0;
  if (k->listed != NULL) LIND_TRY(lind_listed_columns(builder, k->listed, &listed));
  const int most = 1 + items(k->genes) + listed + items(k->covariates) + items(k->derived);
  LIND_TAKE(builder->columns, builder->arena, most);
  LIND_TAKE(builder->symbols, builder->arena, most);
  LIND_TAKE(builder->steps, builder->arena, most);
  return LIND_OK;
}

static lind_err eligible_read(const lind_builder *builder, const lind_words *words, const lind_program **program) {
  lind_tree *tree = NULL, *core = NULL;
  const lind_scope scope = lind_builder_scope(builder, "the cohort's eligibility rule");
  LIND_TRY(lind_expression_parse(words->text, words->where, builder->arena, &tree));
  LIND_TRY(lind_expression_check_truth(tree, &scope, builder->arena, &core));
  return lind_program_create(core, builder->arena, program);
}

static lind_where key_where(const lind_node *root, const char *key) {
  for (int i = 0; i < root->n; i++)
    if (strcmp(root->keys[i], key) == 0) return root->key_where[i];
  return root->where;
}

static lind_err sections_read(lind_builder *builder, const lind_node *root, const keys *k, struct lind_cohort_recipe *recipe) {
  LIND_TRY(builder_start(builder, k));
  if (k->ancestry != NULL) LIND_TRY(lind_genome_ancestry(builder, k->ancestry, key_where(root, "ancestry")));
  if (k->genes != NULL) LIND_TRY(lind_genome_read(builder, k->genes));
  if (k->listed != NULL) LIND_TRY(lind_listed_read(builder, k->listed, &recipe->list));
  if (k->covariates != NULL) LIND_TRY(lind_phenotype_read(builder, k->covariates));
  if (k->correlations != NULL) LIND_TRY(lind_correlate_read(builder, k->correlations, recipe));
  if (k->derived != NULL) LIND_TRY(lind_derive_read(builder, k->derived));
  if (k->eligible.text != NULL) LIND_TRY(eligible_read(builder, &k->eligible, &recipe->eligible));
  LIND_CHECK_AT(builder->n_columns > 0, LIND_ERR_INPUT, root->where,
                "cohort '%s' has no column; give it ancestry, genes, listed or covariates", k->cohort.text);
  recipe->steps = builder->steps;
  recipe->n_steps = builder->n_columns;
  return LIND_OK;
}

/* The file's own assumptions, then a sentence a table in the order of their reading. */
static lind_err assumptions_take(const lind_builder *builder, const keys *k, lind_cohort *cohort) {
  const char **all;
  const int n = k->assumptions.n + builder->n_tables;
  LIND_TAKE(all, builder->arena, n);
  for (int i = 0; i < k->assumptions.n; i++) all[i] = k->assumptions.at[i].text;
  int at = n;
  for (const lind_table *table = builder->tables; table != NULL; table = table->next) all[--at] = table->assumption;
  cohort->assumptions = all;
  cohort->n_assumptions = n;
  return LIND_OK;
}

lind_err lind_cohort_create(const lind_node *root, const char *path, lind_purposes *purposes, lind_arena *arena,
                            lind_cohort **cohort) {
  keys k = {0};
  lind_builder builder = {.arena = arena, .purposes = purposes};
  struct lind_cohort_recipe *recipe;
  lind_cohort *made;
  LIND_TAKE(recipe, arena, 1);
  LIND_TAKE(made, arena, 1);
  LIND_CHECK((builder.path = lind_arena_text(arena, path)) != NULL, LIND_ERR_MEMORY, "no memory for a path");
  LIND_TRY(lind_schema_read(root, "a cohort", rows, arena, &k));
  builder.digest = lind_builder_digest(builder.digest, root);
  LIND_TRY(sections_read(&builder, root, &k, recipe));
  *made = (lind_cohort){
      .name = k.cohort.text,
      .title = k.title.text,
      .source = k.source.text,
      .path = builder.path,
      .n_columns = builder.n_columns,
      .n_slots = builder.n_slots,
      .columns = builder.columns,
      .scope = lind_builder_scope(&builder, lind_arena_format(arena, "cohort %s", k.cohort.text)),
      .digest = builder.digest,
      .recipe = recipe,
  };
  LIND_TRY(assumptions_take(&builder, &k, made));
  *cohort = made;
  return LIND_OK;
}

const lind_column *lind_cohort_find(const lind_cohort *cohort, const char *name) {
  for (int i = 0; i < cohort->n_columns; i++)
    if (strcmp(cohort->columns[i].name, name) == 0) return &cohort->columns[i];
  return NULL;
}
