/* build.h -- from statements to a model: what the parts share. build.c walks the statements, names.c knows what a name means
 * where, prior.c reads distributions and errors.
 */
#ifndef LIND_LANGUAGE_BUILD_H
#define LIND_LANGUAGE_BUILD_H

#include "model_tree.h"
#include "statement.h"

/* What an expression may be made of. */
typedef enum {
  LIND_MADE_OF_NUMBERS,
  LIND_MADE_OF_PARAMETERS, /* sd, residual errors */
  LIND_MADE_OF_FRAME,      /* initial values, dosing: whatever does not depend on states and time */
  LIND_MADE_OF_ALL,
  LIND_MADE_COUNT
} lind_made_of;

typedef struct lind_names {
  int n;
  lind_says *says;
  lind_where *where;
  bool *defined;
  lind_symbol *symbols[LIND_MADE_COUNT]; /* [n] each: a name that may not stand there has slot -1 */
} lind_names;

typedef struct lind_builder {
  lind_arena *arena;
  const lind_statement *statements;
  int n_statements;
  lind_names names;
  lind_model *model;
  lind_model_tree *tree;
  lind_quantity *parameters;
  lind_model_covariate *covariates;
  lind_model_random *randoms;
  lind_model_drift *drifts;
  lind_model_state *states;
  lind_model_output *outputs;
  lind_model_set *sets;
  int n_covariate_slots, n_variables;
  int *variables; /* graph ids */
  int *initial, *rhs, *output, *bioavailability, *lag, *rate, *duration;
  bool *dynamic; /* [n_variables] */
  bool doses_specially;
  bool *used[LIND_LEAF_VARIABLE]; /* by leaf and index */
  lind_random_block *blocks;
  lind_drift_programs *drift_programs;
  lind_residual_programs *residuals;
} lind_builder;

/* ---- names.c
 * --------------------------------------------------------------------------------------------------------------------- */

/* All names of the file, not yet defined; two of one name are a sentence. */
lind_err lind_names_collect(lind_builder *b) LIND_MUST_CHECK;
/* From here on the name may be used: everywhere from `least` on; elsewhere `kind` says why not. */
void lind_names_define(lind_builder *b, const char *name, lind_type type, int slot, const char *about, lind_made_of least);
const lind_symbol *lind_names_find(const lind_builder *b, const char *name);
/* Check `tree`, mark what it uses. `what` is "the value of a parameter", for messages. */
lind_err lind_names_check(lind_builder *b, lind_tree *tree, lind_made_of made_of, const char *what,
                          lind_tree **core) LIND_MUST_CHECK;
lind_err lind_names_check_number(lind_builder *b, lind_tree *tree, lind_made_of made_of, const char *what,
                                 lind_dimension dimension, lind_tree **core) LIND_MUST_CHECK;
/* The least context in which a checked tree may stand. */
lind_made_of lind_names_made_of(const lind_builder *b, const lind_tree *core);
/* Parameters, covariates, random effects and drifts that nothing uses. */
lind_err lind_names_unused(const lind_builder *b) LIND_MUST_CHECK;

/* ---- prior.c
 * --------------------------------------------------------------------------------------------------------------------- */

lind_err lind_prior_random(lind_builder *b, const lind_statement *s) LIND_MUST_CHECK;
lind_err lind_prior_drift(lind_builder *b, const lind_statement *s) LIND_MUST_CHECK;
lind_err lind_prior_residual(lind_builder *b, const lind_request *request, lind_dimension dimension, lind_residual *kind,
                             lind_residual_programs *programs) LIND_MUST_CHECK;
/* Refuse arguments that are not among keys[n], twice or lists where `lists` is false. */
lind_err lind_prior_arguments(const lind_request *request, const char *const *keys, int n, bool lists,
                              const lind_argument **found) LIND_MUST_CHECK;

/* build.c */
lind_err lind_build_model(const char *text, const char *path, lind_arena *arena, lind_model **model) LIND_MUST_CHECK;

#endif
