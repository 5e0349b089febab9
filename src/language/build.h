/* build.h -- from statements to a model: what the parts share. build.c walks the statements, names.c knows what a name means
 * where; given.c takes what comes from outside (covariates, parameters, sets), prior.c distributions and errors, states.c states
 * and what moves them, reactions.c mass action, triggers.c events, delays.c states as they were.
 */
#ifndef LIND_LANGUAGE_BUILD_H
#define LIND_LANGUAGE_BUILD_H

#include "compose.h"
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
  lind_model_trigger *triggers;
  lind_model_event *events;
  int n_covariate_slots, n_variables;
  int *variables;           /* graph ids */
  int *covariate_variables; /* [n_covariates] the variable that a linear one is */
  int *initial, *rhs, *output, *bioavailability, *lag, *rate, *duration;
  int *reactions, *diffusion; /* [n_states] what reactions add to a rate, and its noise; -1: none */
  bool *dynamic;              /* [n_variables] */
  bool doses_specially;
  bool *used[LIND_LEAF_COUNT]; /* by leaf and index; NULL where nobody asks */
  int *trigger_roots;          /* [n_triggers] graph ids */
  const int **trigger_resets;  /* [n_triggers][n_resets] graph ids */
  int n_delays, room_delays;
  lind_symbol *delay_symbols; /* [n_delays] "delay(x, 2 [h])" */
  int *delay_states, *delay_lags;
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
/* The name can never be used; `why` is the end of a sentence that says so. */
void lind_names_deny(lind_builder *b, const char *name, const char *why);
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
/* The error of an output of that dimension: fills residual and correlated of *made. */
lind_err lind_prior_residual(lind_builder *b, const lind_statement *s, lind_dimension dimension, lind_model_output *made,
                             lind_residual_programs *programs) LIND_MUST_CHECK;
/* The threshold of an event: exponential with mean 1. Returns its index. */
lind_err lind_prior_threshold(lind_builder *b, const lind_named *name, int *index) LIND_MUST_CHECK;
/* Refuse arguments that are not among keys[n], twice or lists where `lists` is false. */
lind_err lind_prior_arguments(const lind_request *request, const char *const *keys, int n, bool lists,
                              const lind_argument **found) LIND_MUST_CHECK;

/* ---- given.c
 * --------------------------------------------------------------------------------------------------------------------- */

lind_err lind_given_covariate(lind_builder *b, const lind_statement *s) LIND_MUST_CHECK;
lind_err lind_given_parameter(lind_builder *b, const lind_statement *s) LIND_MUST_CHECK;
lind_err lind_given_set(lind_builder *b, const lind_statement *s) LIND_MUST_CHECK;

/* ---- states.c
 * -------------------------------------------------------------------------------------------------------------------- */

lind_err lind_states_state(lind_builder *b, const lind_statement *s) LIND_MUST_CHECK;
lind_err lind_states_transit(lind_builder *b, const lind_statement *s) LIND_MUST_CHECK;
lind_err lind_states_derivative(lind_builder *b, const lind_statement *s) LIND_MUST_CHECK;
lind_err lind_states_noise(lind_builder *b, const lind_statement *s) LIND_MUST_CHECK;
/* A state without doses whose initial value is the number 0. */
lind_err lind_states_add(lind_builder *b, const lind_named *name, lind_unit unit, const char *about, int *index) LIND_MUST_CHECK;
/* The index of a state that is declared above, or a sentence that begins with `what`. */
lind_err lind_states_find(const lind_builder *b, const lind_named *name, const char *what, int *index) LIND_MUST_CHECK;
/* Every state changes somehow: sums up what d/dt and reactions say. */
lind_err lind_states_complete(lind_builder *b) LIND_MUST_CHECK;

/* ---- reactions.c, triggers.c, delays.c
 * --------------------------------------------------------------------------------------------------------------------- */

lind_err lind_reactions_add(lind_builder *b, const lind_statement *s) LIND_MUST_CHECK;
lind_err lind_triggers_when(lind_builder *b, const lind_statement *s) LIND_MUST_CHECK;
lind_err lind_triggers_event(lind_builder *b, const lind_statement *s) LIND_MUST_CHECK;
/* The tree's triggers and resets, once all states are known. */
lind_err lind_triggers_place(lind_builder *b) LIND_MUST_CHECK;
/* Each delay(state, lag) in a parsed tree becomes the name of a symbol in b->delay_symbols. */
lind_err lind_delays_lower(lind_builder *b, lind_tree *tree, lind_made_of made_of) LIND_MUST_CHECK;
/* The value `id` of `what` ("a noise") is not made of states as they were: engines know those in rates and outputs only. */
lind_err lind_delays_refuse(const lind_builder *b, int id, lind_where where, const char *what) LIND_MUST_CHECK;

/* ---- build.c
 * -------------------------------------------------------------------------------------------------------------------- */

extern const lind_dimension lind_build_time;
lind_unit lind_build_unit(lind_dimension dimension); /* the canonical one */
/* A variable of that name whose value is a checked tree, or a vertex of the graph. */
lind_err lind_build_variable(lind_builder *b, const char *name, const char *about, const lind_tree *core) LIND_MUST_CHECK;
int lind_build_vertex(lind_builder *b, const char *name, const char *about, lind_dimension dimension, int id);
/* c: arena, library and swaps; what was composed is added. */
lind_err lind_build_model(const char *text, const char *path, lind_composition *c, lind_model **model) LIND_MUST_CHECK;
/* A module by itself, so that what is wrong with it is said in its own words: checked, without a layout. */
lind_err lind_build_alone(const lind_composition *c, const char *as, const lind_using *using, const char *text,
                          lind_model **model) LIND_MUST_CHECK;

#endif
