/* Distributions, drifts and residual errors: everything that is an expression over parameters. */
#include <stdio.h>
#include <string.h>

#include "../expression/expression_internal.h"
#include "build.h"
#include "lind/text.h"

lind_err lind_prior_arguments(const lind_request *request, const char *const *keys, int n, bool lists,
                              const lind_argument **found) {
  char list[120];
  for (int i = 0; i < n; ++i) found[i] = NULL;
  for (int k = 0; k < request->n; ++k) {
    const lind_argument *a = &request->arguments[k];
    int at = -1;
    for (int i = 0; i < n && a->key != NULL; ++i)
      if (strcmp(keys[i], a->key) == 0) at = i;
    if (a->key == NULL)
      return lind_error_fail_at(LIND_ERR_INPUT, a->where, "an argument of %s(...) is written %s = ...; known %s %s",
                                request->name, keys[0], n == 1 ? "is" : "are",
                                lind_text_list(keys, (size_t)n, list, sizeof list));
    LIND_CHECK_AT(at >= 0, LIND_ERR_INPUT, a->where, "'%s' is no argument of %s(...); known %s %s", a->key, request->name,
                  n == 1 ? "is" : "are", lind_text_list(keys, (size_t)n, list, sizeof list));
    LIND_CHECK_AT(found[at] == NULL, LIND_ERR_INPUT, a->where, "'%s' is given twice", a->key);
    LIND_CHECK_AT(lists || !a->list, LIND_ERR_INPUT, a->where, "'%s' of %s(...) is one value and no list", a->key, request->name);
    found[at] = a;
  }
  return LIND_OK;
}

static lind_err known(const lind_request *request, const char *const *names, int n, const char *kind, int *at) {
  char list[120], suggestion[80];
  *at = -1;
  for (int i = 0; i < n; ++i)
    if (strcmp(names[i], request->name) == 0) *at = i;
  LIND_CHECK_AT(*at >= 0, LIND_ERR_INPUT, request->where, "'%s' is no %s; known %s %s%s", request->name, kind,
                n == 1 ? "is" : "are", lind_text_list(names, (size_t)n, list, sizeof list),
                lind_text_suggestion(request->name, names, (size_t)n, suggestion, sizeof suggestion));
  return LIND_OK;
}

static lind_err needed(const lind_request *request, const lind_argument *argument, const char *key) {
  LIND_CHECK_AT(argument != NULL, LIND_ERR_INPUT, request->where, "%s(...) needs '%s = ...'", request->name, key);
  return LIND_OK;
}

static lind_err program(lind_builder *b, lind_tree *tree, const char *what, lind_dimension dimension, const lind_program **made) {
  lind_tree *core;
  LIND_TRY(lind_names_check_number(b, tree, LIND_MADE_OF_PARAMETERS, what, dimension, &core));
  return lind_program_create(core, b->arena, made);
}

/* ---- random effects
 * ---------------------------------------------------------------------------------------------------------------- */

static lind_err add_effects(lind_builder *b, const lind_statement *s, const lind_argument *sd, lind_random_block *block) {
  lind_model *m = b->model;
  for (int i = 0; i < s->n; ++i) {
    lind_tree *core;
    LIND_TRY(lind_names_check(b, sd->values[i], LIND_MADE_OF_PARAMETERS, "a standard deviation", &core));
    LIND_CHECK_AT(core->type.kind == LIND_TYPE_NUMBER, LIND_ERR_INPUT, sd->values[i]->where, "a standard deviation is a number");
    LIND_TRY(lind_program_create(core, b->arena, &block->sd[i]));
    const int index = m->n_randoms++;
    b->randoms[index] = (lind_model_random){.name = s->names[i].name,
                                            .kind = LIND_RANDOM_NORMAL,
                                            .occasion = s->occasion,
                                            .where = s->names[i].where,
                                            .slot = index,
                                            .block = b->tree->n_blocks,
                                            .row = i};
    lind_names_define(b, s->names[i].name, core->type, lind_leaf_slot(LIND_LEAF_RANDOM, index), s->text, LIND_MADE_OF_FRAME);
  }
  return LIND_OK;
}

static lind_err add_normal(lind_builder *b, const lind_statement *s) {
  static const char *const keys[] = {"sd", "correlation"};
  const lind_argument *found[2];
  const int pairs = s->n * (s->n - 1) / 2;
  LIND_TRY(lind_prior_arguments(&s->request, keys, 2, true, found));
  LIND_TRY(needed(&s->request, found[0], "sd"));
  LIND_CHECK_AT(found[0]->n == s->n, LIND_ERR_INPUT, found[0]->where, "sd has %d value%s for %d random effect%s", found[0]->n,
                found[0]->n == 1 ? "" : "s", s->n, s->n == 1 ? "" : "s; it is written sd = [a, b, ...]");
  const int n_correlations = found[1] == NULL ? 0 : found[1]->n;
  LIND_CHECK_AT(found[1] == NULL || n_correlations == pairs, LIND_ERR_INPUT, found[1]->where,
                "correlation has %d value%s; %d random effect%s need %d, the lower triangle row by row", n_correlations,
                n_correlations == 1 ? "" : "s", s->n, s->n == 1 ? "" : "s", pairs);
  lind_random_block block = {.first = b->model->n_randoms, .n = s->n, .where = s->names[0].where};
  LIND_TAKE(block.sd, b->arena, s->n);
  LIND_TRY(add_effects(b, s, found[0], &block));
  if (found[1] != NULL) LIND_TAKE(block.correlation, b->arena, pairs);
  for (int i = 0; i < n_correlations; ++i)
    LIND_TRY(program(b, found[1]->values[i], "a correlation", lind_unit_dimensionless, &block.correlation[i]));
  b->blocks[b->tree->n_blocks++] = block;
  return LIND_OK;
}

/* Effects of their own: nothing correlates them. `mean` is NULL for 1. */
static lind_err add_exponential(lind_builder *b, const lind_named *name, const lind_program *mean, int *index) {
  const int at = b->model->n_randoms++;
  lind_random_block *block = &b->blocks[b->tree->n_blocks];
  *block = (lind_random_block){.first = at, .n = 1, .where = name->where};
  LIND_TAKE(block->sd, b->arena, 1);
  block->sd[0] = mean;
  b->randoms[at] = (lind_model_random){
      .name = name->name, .kind = LIND_RANDOM_EXPONENTIAL, .where = name->where, .slot = at, .block = b->tree->n_blocks++};
  *index = at;
  return LIND_OK;
}

static lind_err read_exponential(lind_builder *b, const lind_statement *s) {
  static const char *const keys[] = {"mean"};
  const lind_argument *found[1];
  LIND_TRY(lind_prior_arguments(&s->request, keys, 1, true, found));
  LIND_TRY(needed(&s->request, found[0], "mean"));
  LIND_CHECK_AT(found[0]->n == s->n, LIND_ERR_INPUT, found[0]->where, "mean has %d value%s for %d random effect%s", found[0]->n,
                found[0]->n == 1 ? "" : "s", s->n, s->n == 1 ? "" : "s; it is written mean = [a, b, ...]");
  for (int i = 0; i < s->n; ++i) {
    const lind_program *mean;
    lind_tree *core;
    int index = 0;
    LIND_TRY(lind_names_check(b, found[0]->values[i], LIND_MADE_OF_PARAMETERS, "a mean", &core));
    LIND_CHECK_AT(core->type.kind == LIND_TYPE_NUMBER, LIND_ERR_INPUT, found[0]->values[i]->where, "a mean is a number");
    LIND_TRY(lind_program_create(core, b->arena, &mean));
    LIND_TRY(add_exponential(b, &s->names[i], mean, &index));
    b->randoms[index].occasion = s->occasion;
    lind_names_define(b, s->names[i].name, core->type, lind_leaf_slot(LIND_LEAF_RANDOM, index), s->text, LIND_MADE_OF_FRAME);
  }
  return LIND_OK;
}

lind_err lind_prior_threshold(lind_builder *b, const lind_named *name, int *index) {
  LIND_TRY(add_exponential(b, name, NULL, index));
  b->used[LIND_LEAF_RANDOM][*index] = true;
  lind_names_define(b, name->name, lind_expression_plain, lind_leaf_slot(LIND_LEAF_RANDOM, *index), "threshold of an event",
                    LIND_MADE_OF_FRAME);
  return LIND_OK;
}

lind_err lind_prior_random(lind_builder *b, const lind_statement *s) {
  static const char *const distributions[] = {"normal", "exponential"};
  int at;
  LIND_CHECK_AT(strcmp(s->request.name, "lognormal") != 0, LIND_ERR_INPUT, s->request.where,
                "'lognormal' is written as normal(...) here and exp(%s) where it is used", s->names[0].name);
  LIND_TRY(known(&s->request, distributions, 2, "distribution of a random effect", &at));
  return at == 0 ? add_normal(b, s) : read_exponential(b, s);
}

/* ---- drifts
 * -------------------------------------------------------------------------------------------------------------------------- */

lind_err lind_prior_drift(lind_builder *b, const lind_statement *s) {
  static const char *const processes[] = {"ornstein_uhlenbeck"}, *const keys[] = {"sd", "tau", "every"};
  const lind_argument *found[3];
  lind_drift_programs made = {0};
  lind_tree *core;
  int at;
  LIND_TRY(known(&s->request, processes, 1, "process of a drift", &at));
  LIND_TRY(lind_prior_arguments(&s->request, keys, 3, false, found));
  for (int i = 0; i < 3; ++i) LIND_TRY(needed(&s->request, found[i], keys[i]));
  LIND_TRY(lind_names_check(b, found[0]->values[0], LIND_MADE_OF_PARAMETERS, "a standard deviation", &core));
  LIND_CHECK_AT(core->type.kind == LIND_TYPE_NUMBER, LIND_ERR_INPUT, found[0]->where, "a standard deviation is a number");
  LIND_TRY(lind_program_create(core, b->arena, &made.sd));
  LIND_TRY(program(b, found[1]->values[0], "a time constant", lind_build_time, &made.tau));
  LIND_TRY(program(b, found[2]->values[0], "the grid of a drift", lind_build_time, &made.every));
  const int index = b->model->n_drifts++;
  b->drifts[index] = (lind_model_drift){.name = s->names[0].name, .where = s->names[0].where, .slot = index};
  b->drift_programs[index] = made;
  lind_names_define(b, s->names[0].name, core->type, lind_leaf_slot(LIND_LEAF_DRIFT, index), s->text, LIND_MADE_OF_FRAME);
  return LIND_OK;
}

/* ---- residual errors
 * ------------------------------------------------------------------------------------------------------------------- */

static lind_err add_correlation(lind_builder *b, const lind_request *request, lind_model_output *made,
                                lind_residual_programs *programs) {
  static const char *const keys[] = {"tau"};
  const lind_argument *found[1];
  if (request->name == NULL) return LIND_OK;
  LIND_TRY(lind_prior_arguments(request, keys, 1, false, found));
  LIND_TRY(needed(request, found[0], "tau"));
  LIND_TRY(program(b, found[0]->values[0], "a time constant", lind_build_time, &programs->tau));
  made->correlated = true;
  return LIND_OK;
}

/* sensor(gamma = .., ..): all but the limits are needed. */
static lind_err sensor_error(lind_builder *b, const lind_statement *s, lind_dimension dimension, lind_model_output *made,
                             lind_residual_programs *programs) {
  static const char *const keys[LIND_SENSOR_KEYS] = {"gamma", "delta", "lambda", "xi", "keep", "every", "low", "high"};
  const lind_argument *found[LIND_SENSOR_KEYS];
  LIND_TRY(lind_prior_arguments(&s->request, keys, LIND_SENSOR_KEYS, false, found));
  LIND_CHECK_AT(s->extra.name == NULL, LIND_ERR_INPUT, s->extra.where,
                "the errors of a sensor are correlated by its own keep and every; leave correlation(...) out");
  for (int k = 0; k < LIND_SENSOR_KEYS; ++k) {
    const bool own = k == LIND_SENSOR_LAMBDA || k == LIND_SENSOR_XI || k >= LIND_SENSOR_LOW;
    if (k < LIND_SENSOR_LOW) LIND_TRY(needed(&s->request, found[k], keys[k]));
    if (found[k] == NULL) continue;
    LIND_TRY(program(b, found[k]->values[0], "a sensor's error",
                     own                      ? dimension
                     : k == LIND_SENSOR_EVERY ? lind_build_time
                                              : lind_unit_dimensionless,
                     &programs->sensor[k]));
  }
  made->residual = LIND_ERROR_SENSOR;
  return LIND_OK;
}

lind_err lind_prior_residual(lind_builder *b, const lind_statement *s, lind_dimension dimension, lind_model_output *made,
                             lind_residual_programs *programs) {
  static const char *const names[] = {"additive", "proportional", "lognormal", "combined", "power", "beta", "sensor"};
  static const char *const usage[] = {"additive(a [unit])",    "proportional(a)",    "lognormal(a)",
                                      "combined(a [unit], b)", "power(a [unit], b)", "beta(precision, top [unit])"};
  static const struct {
    int n;
    bool unit[2]; /* a, b are in the output's */
  } rows[] = {{1, {true}}, {1, {false}}, {1, {false}}, {2, {true}}, {2, {true}}, {2, {false, true}}};
  const lind_request *request = &s->request;
  lind_residual_programs found = {0};
  int at;
  LIND_TRY(known(request, names, 7, "residual error", &at));
  if (LIND_ERROR_ADDITIVE + at == LIND_ERROR_SENSOR) return sensor_error(b, s, dimension, made, programs);
  const int n = rows[at].n;
  LIND_CHECK_AT(request->n == n, LIND_ERR_INPUT, request->where, "%s has %d argument%s; it is written %s", request->name,
                request->n, request->n == 1 ? "" : "s", usage[at]);
  for (int i = 0; i < n; ++i)
    LIND_CHECK_AT(request->arguments[i].key == NULL && !request->arguments[i].list, LIND_ERR_INPUT, request->arguments[i].where,
                  "%s is written %s", request->name, usage[at]);
  const lind_program **made_programs[2] = {&found.a, &found.b};
  for (int i = 0; i < n; ++i)
    LIND_TRY(program(b, request->arguments[i].values[0], "a residual error",
                     rows[at].unit[i] ? dimension : lind_unit_dimensionless, made_programs[i]));
  LIND_TRY(add_correlation(b, &s->extra, made, &found));
  *programs = found;
  made->residual = (lind_residual)(LIND_ERROR_ADDITIVE + at);
  return LIND_OK;
}
