/* recipe.h -- inside src/cohort: the steps by which a row is drawn, and the builder that reads them out of a file.
 *
 * Steps run in the order of the file: ancestry, genes, listed, covariates, derived. A step reads only slots that earlier steps
 * wrote.
 */
#ifndef LIND_COHORT_RECIPE_H
#define LIND_COHORT_RECIPE_H

#include <stdbool.h>

#include "lind/cohort.h"
#include "lind/csv.h"
#include "lind/schema.h"

enum { LIND_RECIPE_CORRELATED = 32 }; /* most correlated covariates: their lanes stand on the stack of the draw */

typedef struct lind_builder lind_builder;

/* The dimension of a column: set by the first quantity that is read for it, kept by all others. */
typedef struct lind_measure {
  bool known;
  const char *first; /* the quantity that set it, as written */
  lind_unit unit;
} lind_measure;

/* ---- a distribution kind: one file in kinds/, one line in kinds/list.h
 * -------------------------------------------------------------- */

typedef struct lind_kind_input {
  const lind_node *node; /* a mapping with the kind's keys only */
  const char *by;        /* the category that splits the covariate, NULL if none does */
  const char *level;     /* its level */
  lind_measure *measure;
  lind_builder *builder;
} lind_kind_input;

typedef struct lind_kind {
  const char *name, *summary, *source;
  const lind_key *rows;
  bool fixed; /* has no spread, so nothing can be correlated with it */
  /* REQUIRED. words: the distribution with its parameters, for people */
  lind_err (*read)(const lind_kind_input *input, const void **parameters, const char **words);
  double (*draw)(const void *parameters, double u); /* REQUIRED: the inverse distribution function, canonical units */
} lind_kind;

const lind_kind *lind_kinds_at(int index); /* NULL past the end */
const lind_kind *lind_kinds_find(const char *name);
int lind_kinds_names(const char **names, int most);

/* ---- the recipe
 * -------------------------------------------------------------------------------------------------------------------- */

typedef enum {
  LIND_STEP_CATEGORY,   /* one uniform against cumulative[level of by] */
  LIND_STEP_GENOTYPE,   /* two alleles, independent given ancestry: Hardy-Weinberg */
  LIND_STEP_CONTINUOUS, /* margins[level of by] at a uniform of its own or of the correlated block */
  LIND_STEP_NUMBER,     /* program */
  LIND_STEP_CODE,       /* program, to the nearest of 0 .. n_codes - 1 */
  LIND_STEP_RECODE,     /* recode[level of by] */
  LIND_STEP_LISTED,     /* listed[person], and second[person] of a genotype */
  LIND_STEP_CURVE,      /* curves[level of by] at the number in slot `cluster` */
  LIND_STEP_COUNT
} lind_step_kind;

typedef struct lind_margin {
  const lind_kind *kind;
  const void *parameters;
} lind_margin;

typedef struct lind_curve { /* straight lines through (x, y); beyond its ends the outermost y */
  int n;
  const double *x, *y; /* [n] canonical, x rising */
} lind_curve;

typedef struct lind_step {
  lind_step_kind what;
  int slot;
  int by;      /* slot of the category it depends on; -1: none, and the tables below have one row */
  int n_codes; /* levels, alleles */
  int block;   /* place among the correlated covariates; -1 */
  bool shared; /* one draw for each level of the category in slot `cluster`, in a replicate */
  int cluster; /* of a curve: the slot of the number at which it is read */
  lind_purpose purpose;
  const double *cumulative; /* [levels of by][n_codes] */
  const lind_margin *margins;
  const double *recode;
  const lind_curve *curves; /* [levels of by] */
  const lind_program *program;
  double *listed, *second; /* [persons of the list] */
} lind_step;

/* A list of people: who sits where. */
typedef struct lind_list {
  uint32_t n;               /* 0: there is no list */
  const double *cumulative; /* [n] shares; NULL: seat s is person s mod n */
  lind_purpose purpose;
  const char *words; /* for people */
} lind_list;

struct lind_cohort_recipe {
  int n_steps;
  const lind_step *steps;
  int n_block; /* correlated covariates */
  lind_purpose block[LIND_RECIPE_CORRELATED];
  const double *factor;         /* [n_block][n_block] lower Cholesky factor of the normal-score correlations */
  const lind_program *eligible; /* NULL: everybody is */
  lind_list list;
};

/* ---- the builder
 * --------------------------------------------------------------------------------------------------------------------- */

typedef struct lind_table lind_table;
struct lind_table {
  const lind_table *next;
  const char *path;
  const lind_csv *csv;
  const char *assumption; /* the source card in a sentence */
};

struct lind_builder {
  lind_arena *arena;
  lind_purposes *purposes;
  const char *path; /* of the cohort file */
  lind_column *columns;
  lind_symbol *symbols; /* the columns so far */
  lind_step *steps;     /* step i draws column i */
  int n_columns, n_slots;
  const lind_table *tables; /* the last one first */
  int n_tables;
  lind_digest digest;
};

/* A column and its step, appended. The name is checked: an identifier, no keyword, not yet taken. */
lind_err lind_builder_add(lind_builder *builder, const char *name, const lind_column *column,
                          const lind_step *step) LIND_MUST_CHECK;
lind_err lind_builder_purpose(lind_builder *builder, const char *name, lind_where where, lind_purpose *purpose) LIND_MUST_CHECK;
/* The category column that `words` names. */
lind_err lind_builder_category(const lind_builder *builder, const lind_words *words, const char *key,
                               const lind_column **column) LIND_MUST_CHECK;
lind_scope lind_builder_scope(const lind_builder *builder, const char *what); /* the columns so far */
/* "5 kg" in canonical units, of the column's dimension. `key` is its key in `node`. */
lind_err lind_builder_quantity(const lind_node *node, const char *key, const lind_words *words, lind_measure *measure,
                               double *canonical) LIND_MUST_CHECK;
lind_digest lind_builder_digest(lind_digest state, const lind_node *node); /* keys and values, not places */

/* A table with its source card (X.csv has X.source.yaml), from beside the cohort file; the same file twice is read once. */
lind_err lind_table_read(lind_builder *builder, const lind_words *path, const lind_csv **csv) LIND_MUST_CHECK;
extern const lind_key lind_table_card_rows[];
/* The different texts of a column in the order of their first appearance; none may be empty. */
lind_err lind_table_levels(const lind_csv *csv, int column, lind_arena *arena, lind_levels **levels) LIND_MUST_CHECK;
int lind_table_level(const lind_levels *levels, const char *name); /* -1: there is none */

/* Shares of `node` (a mapping level -> share) into share[levels->n]; they sum to 1. */
lind_err lind_phenotype_shares(const lind_node *node, const lind_levels *levels, lind_arena *arena,
                               double *share) LIND_MUST_CHECK;
lind_err lind_phenotype_levels(const lind_node *node, lind_arena *arena, lind_levels **levels) LIND_MUST_CHECK;
void lind_phenotype_accumulate(double *share, int n); /* rescaled to sum to 1, then cumulative */

/* A derived number that is read from a table at another number: curve.c. */
typedef struct lind_curve_keys {
  lind_words table, column, at, by, about;
} lind_curve_keys;
lind_err lind_curve_read(lind_builder *builder, const char *name, const lind_node *node, const lind_curve_keys *keys,
                         lind_where where) LIND_MUST_CHECK;

/* The sections of a cohort file. */
lind_err lind_genome_ancestry(lind_builder *builder, const lind_node *node, lind_where where) LIND_MUST_CHECK;
lind_err lind_genome_read(lind_builder *builder, const lind_node *genes) LIND_MUST_CHECK;
lind_err lind_listed_columns(lind_builder *builder, const lind_node *listed, int *most) LIND_MUST_CHECK; /* at most so many */
lind_err lind_listed_read(lind_builder *builder, const lind_node *listed, lind_list *list) LIND_MUST_CHECK;
lind_err lind_phenotype_read(lind_builder *builder, const lind_node *covariates) LIND_MUST_CHECK;
lind_err lind_correlate_read(lind_builder *builder, const lind_node *correlations,
                             struct lind_cohort_recipe *recipe) LIND_MUST_CHECK;
lind_err lind_derive_read(lind_builder *builder, const lind_node *derived) LIND_MUST_CHECK;

extern const lind_key lind_genome_rows[], lind_phenotype_category_rows[], lind_phenotype_rows[], lind_derive_rows[],
    lind_listed_rows[];

#endif
