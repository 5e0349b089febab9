/* Ancestry and genes: allele frequencies by ancestry, two independent alleles a person (Hardy-Weinberg proportions within each
 * ancestry: Hardy 1908, doi:10.1126/science.28.706.49). */
#include <math.h>
#include <string.h>

#include "lind/text.h"
#include "recipe.h"

/* CPIC frequencies are printed with 6 digits and sum to 1 within 1e-6; a sum that is off by more than this is a mistake. What is
 * left over is spread in proportion: every frequency is divided by the sum. */
#define SUM_TOLERANCE 1e-4

typedef struct {
  lind_words table, about;
} keys;

const lind_key lind_genome_rows[] = {
    {"table", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, offsetof(keys, table),
     "a CSV file with columns allele, ancestry and frequency, a source card X.source.yaml beside X.csv"},
    {"about", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, offsetof(keys, about), "a sentence for people"},
    {0},
};

lind_err lind_genome_ancestry(lind_builder *builder, const lind_node *node, lind_where where) {
  lind_levels *levels = NULL;
  double *share;
  lind_purpose purpose = 0;
  LIND_TRY(lind_phenotype_levels(node, builder->arena, &levels));
  LIND_TAKE(share, builder->arena, levels->n);
  LIND_TRY(lind_phenotype_shares(node, levels, builder->arena, share));
  lind_phenotype_accumulate(share, levels->n);
  LIND_TRY(lind_builder_purpose(builder, "ancestry", where, &purpose));
  const lind_column column = {.type = {.kind = LIND_TYPE_CATEGORY, .levels = levels},
                              .unit = {.scale = 1},
                              .about = "ancestry group: frequencies of alleles are given for each",
                              .where = where};
  const lind_step step = {
      .what = LIND_STEP_CATEGORY, .by = -1, .n_codes = levels->n, .block = -1, .purpose = purpose, .cumulative = share};
  return lind_builder_add(builder, "ancestry", &column, &step);
}

typedef struct {
  const char *gene, *file; /* as written */
  const lind_csv *csv;
  int at_allele, at_ancestry, at_frequency;
  lind_levels *alleles, *ancestries;
  double *frequency; /* [ancestries][alleles], -1 where the table has no row */
} gene_table;

static lind_err table_fill(gene_table *t) {
  for (size_t row = 0; row < t->csv->n_rows; row++) {
    const char *allele = lind_csv_at(t->csv, row, t->at_allele)->text, *ancestry = lind_csv_at(t->csv, row, t->at_ancestry)->text;
    double *cell =
               &t->frequency[lind_table_level(t->ancestries, ancestry) * t->alleles->n + lind_table_level(t->alleles, allele)],
           value;
    LIND_TRY(lind_csv_number(t->csv, row, t->at_frequency, &value));
    LIND_CHECK_AT(value >= 0 && value <= 1, LIND_ERR_INPUT, lind_csv_where(t->csv, row, t->at_frequency),
                  "frequency is %g; it must be between 0 and 1", value);
    LIND_CHECK_AT(*cell < 0, LIND_ERR_INPUT, lind_csv_where(t->csv, row, t->at_allele), "allele %s of %s in %s stands here again",
                  allele, t->gene, ancestry);
    *cell = value;
  }
  return LIND_OK;
}

/* Every ancestry of the table, used or not, sums to 1; the message names its last row. */
static lind_err table_sums(const gene_table *t) {
  for (int a = 0; a < t->ancestries->n; a++) {
    double sum = 0;
    for (int i = 0; i < t->alleles->n; i++) sum += fmax(t->frequency[a * t->alleles->n + i], 0);
    if (fabs(sum - 1) <= SUM_TOLERANCE) continue;
    size_t last = 0;
    for (size_t row = 0; row < t->csv->n_rows; row++)
      if (strcmp(lind_csv_at(t->csv, row, t->at_ancestry)->text, t->ancestries->names[a]) == 0) last = row;
    return lind_error_fail_at(LIND_ERR_INPUT, lind_csv_where(t->csv, last, t->at_frequency),
                              "frequencies of %s in %s sum to %.6g; they must sum to 1", t->gene, t->ancestries->names[a], sum);
  }
  return LIND_OK;
}

static lind_err table_open(lind_builder *builder, gene_table *t, const lind_words *table) {
  LIND_TRY(lind_table_read(builder, table, &t->csv));
  LIND_TRY(lind_csv_column(t->csv, "allele", &t->at_allele));
  LIND_TRY(lind_csv_column(t->csv, "ancestry", &t->at_ancestry));
  LIND_TRY(lind_csv_column(t->csv, "frequency", &t->at_frequency));
  LIND_TRY(lind_table_levels(t->csv, t->at_allele, builder->arena, &t->alleles));
  LIND_TRY(lind_table_levels(t->csv, t->at_ancestry, builder->arena, &t->ancestries));
  const int n = t->alleles->n * t->ancestries->n;
  LIND_TAKE(t->frequency, builder->arena, n);
  for (int i = 0; i < n; i++) t->frequency[i] = -1;
  LIND_TRY(table_fill(t));
  return table_sums(t);
}

/* The rows of the cohort's ancestries, cumulative. */
static lind_err table_select(lind_builder *builder, const gene_table *t, const lind_levels *wanted, lind_where where,
                             const double **cumulative) {
  double *rows;
  char near[80], all[200];
  const int n = t->alleles->n;
  LIND_TAKE(rows, builder->arena, wanted->n * n);
  for (int a = 0; a < wanted->n; a++) {
    const int from = lind_table_level(t->ancestries, wanted->names[a]);
    const size_t n_names = (size_t)t->ancestries->n;
    LIND_CHECK_AT(from >= 0, LIND_ERR_INPUT, where, "gene %s: %s has no ancestry '%s'; it has %s%s", t->gene, t->file,
                  wanted->names[a], lind_text_list(t->ancestries->names, n_names, all, sizeof all),
                  lind_text_suggestion(wanted->names[a], t->ancestries->names, n_names, near, sizeof near));
    for (int i = 0; i < n; i++) rows[a * n + i] = fmax(t->frequency[from * n + i], 0);
    lind_phenotype_accumulate(rows + a * n, n);
  }
  *cumulative = rows;
  return LIND_OK;
}

static lind_err gene_read(lind_builder *builder, const char *name, const lind_node *node, lind_where where,
                          const lind_column *ancestry) {
  keys k = {0};
  LIND_TRY(lind_schema_read(node, "genes", lind_genome_rows, builder->arena, &k));
  gene_table t = {.gene = name, .file = k.table.text};
  lind_step step = {.what = LIND_STEP_GENOTYPE, .by = ancestry->slot, .block = -1};
  LIND_TRY(table_open(builder, &t, &k.table));
  LIND_TRY(table_select(builder, &t, ancestry->type.levels, k.table.where, &step.cumulative));
  LIND_TRY(lind_builder_purpose(builder, name, where, &step.purpose));
  step.n_codes = t.alleles->n;
  lind_column column = {.type = {.kind = LIND_TYPE_GENOTYPE, .levels = t.alleles}, .unit = {.scale = 1}, .where = where};
  column.about = k.about.text != NULL ? k.about.text
                                      : lind_arena_format(builder->arena, "two alleles, drawn by ancestry from %s", k.table.text);
  return lind_builder_add(builder, name, &column, &step);
}

lind_err lind_genome_read(lind_builder *builder, const lind_node *genes) {
  LIND_CHECK_AT(genes->kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, genes->where,
                "genes must be a mapping from a gene's name to its table: `CYP2C9: {table: tables/CYP2C9.csv}`");
  const lind_column *ancestry = builder->n_columns > 0 ? &builder->columns[0] : NULL;
  LIND_CHECK_AT(ancestry != NULL && strcmp(ancestry->name, "ancestry") == 0, LIND_ERR_INPUT, genes->where,
                "genes are drawn by ancestry, but the cohort has no `ancestry: {EUR: 1}`");
  for (int i = 0; i < genes->n; i++)
    LIND_TRY(gene_read(builder, genes->keys[i], &genes->items[i], genes->key_where[i], ancestry));
  return LIND_OK;
}
