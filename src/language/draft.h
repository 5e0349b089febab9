/* draft.h -- a model as written: statements sorted by kind, expressions parsed but not yet checked. reader.c fills it, settle.c turns it
 * into a lind_model. Private to src/language. */
#ifndef LIND_DRAFT_H
#define LIND_DRAFT_H

#include "lind/model.h"

enum { LIND_DRAFT_MOST = 2048 };

typedef struct lind_draft_entry { /* whatever a statement defines; unused fields stay zero */
  const char *name, *about;
  lind_where where;
  lind_unit unit;
  bool has_unit, doses, other;
  lind_type_kind kind;            /* covariates */
  lind_levels levels;
  lind_tree *value;               /* definition, parameter, output, initial value, sd of a random effect or drift */
  lind_tree *second, *third;      /* drift: tau, every; state: bioavailability, lag; output: error a, b */
  lind_tree *rate;                /* state: d/dt */
  lind_where rate_where;
  lind_residual residual;
  int block, row;                 /* random effects */
} lind_draft_entry;

typedef struct lind_draft_list {
  int n, room;
  lind_draft_entry *at;
} lind_draft_list;

typedef struct lind_draft_block { /* of random effects */
  int first, n, n_correlations;
  lind_tree **correlations;       /* lower triangle, row by row */
  lind_where where;
} lind_draft_block;

typedef struct lind_draft_set {
  const char *name, *title, *source;
  lind_where where;
  lind_draft_list values;
} lind_draft_set;

typedef struct lind_draft {
  const char *name, *title, *source;
  lind_draft_list parameters, covariates, randoms, drifts, definitions, states, outputs;
  int n_blocks, n_sets;
  lind_draft_block blocks[64];
  lind_draft_set sets[32];
} lind_draft;

lind_err lind_draft_read(const char *text, const char *path, lind_arena *arena, lind_draft **draft) LIND_MUST_CHECK;
lind_err lind_draft_settle(const lind_draft *draft, const char *text, const char *path, lind_arena *arena, lind_model **model)
    LIND_MUST_CHECK;

#endif
