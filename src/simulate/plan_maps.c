/* plan_maps.c -- a model's covariates in the cohort's row: which slots, and whose codes. */
#include <string.h>

#include "lind/plan.h"
#include "lind/text.h"

/* The cohort's codes are indices into its own levels; the model has its own order, and perhaps `other`. */
static lind_err map_codes(const lind_plan *plan, const lind_model *model, const lind_model_covariate *wanted,
                          const lind_column *column, lind_arena *arena, const double **code) {
  double *map;
  LIND_TAKE(map, arena, column->type.levels->n);
  const lind_levels *model_levels = wanted->type.levels;
  for (int i = 0; i < column->type.levels->n; i++) {
    const char *name = column->type.levels->names[i];
    int found = -1;
    for (int k = 0; k < model_levels->n; k++)
      if (strcmp(model_levels->names[k], name) == 0) found = k;
    if (found < 0 && wanted->other) found = model_levels->n - 1;
    char list[256];
    LIND_CHECK_AT(found >= 0, LIND_ERR_INPUT, wanted->where,
                  "covariate %s of model %s knows %s, but cohort %s can draw '%s'; name it in the model or declare `other`",
                  wanted->name, model->name, lind_text_list(model_levels->names, (size_t)model_levels->n, list, sizeof list),
                  plan->cohort->name, name);
    map[i] = found;
  }
  *code = map;
  return LIND_OK;
}

lind_err lind_plan_maps(const lind_plan *plan, const lind_model *model, lind_arena *arena, const struct lind_plan_map **result) {
  static const char *const kinds[] = {"a number", "a truth", "a category", "a genotype"};
  struct lind_plan_map *maps;
  LIND_TAKE(maps, arena, model->n_covariates + 1);
  for (int i = 0; i < model->n_covariates; i++) {
    const lind_model_covariate *wanted = &model->covariates[i];
    const lind_column *column = lind_cohort_find(plan->cohort, wanted->name);
    maps[i] = (struct lind_plan_map){0, wanted->slot, 0, NULL};
    if (column == NULL && wanted->optional) continue; /* n = 0: the frame keeps its zeros */
    LIND_CHECK_AT(column != NULL, LIND_ERR_INPUT, wanted->where,
                  "model %s needs the covariate %s, which cohort %s does not have; add it to %s", model->name, wanted->name,
                  plan->cohort->name, plan->cohort->path);
    LIND_CHECK_AT(column->type.kind == wanted->type.kind, LIND_ERR_INPUT, column->where,
                  "%s is %s in cohort %s, but model %s needs %s", wanted->name, kinds[column->type.kind], plan->cohort->name,
                  model->name, kinds[wanted->type.kind]);
    char have[64], need[64];
    LIND_CHECK_AT(lind_unit_same_dimension(column->type.dimension, wanted->type.dimension), LIND_ERR_UNIT, column->where,
                  "%s is %s in cohort %s, but model %s needs %s", wanted->name,
                  lind_unit_dimension_words(column->type.dimension, have, sizeof have), plan->cohort->name, model->name,
                  lind_unit_dimension_words(wanted->type.dimension, need, sizeof need));
    maps[i] = (struct lind_plan_map){column->slot, wanted->slot, column->type.kind == LIND_TYPE_GENOTYPE ? 2 : 1, NULL};
    if (column->type.kind == LIND_TYPE_CATEGORY || column->type.kind == LIND_TYPE_GENOTYPE)
      LIND_TRY(map_codes(plan, model, wanted, column, arena, &maps[i].code));
  }
  *result = maps;
  return LIND_OK;
}

void lind_plan_covariates(const lind_model *model, const struct lind_plan_map *maps, const double *row, size_t stride,
                          double *given) {
  for (int k = 0; k < model->n_covariates; k++) {
    const struct lind_plan_map *map = &maps[k];
    const int slots = lind_model_covariate_slots(&model->covariates[k]);
    for (int a = 0; a < slots; a++) given[map->to + a] = 0.0; /* a line's slope, too: the cohort knows one value, it stays */
    if (map->n == 0) continue;
    const double first = row[(size_t)map->from * stride];
    given[map->to] = map->code != NULL ? map->code[(int)first] : first;
    if (map->n < 2) continue;
    const double one = given[map->to], other = map->code[(int)row[(size_t)(map->from + 1) * stride]];
    given[map->to] = one < other ? one : other; /* the model's codes, smaller first */
    given[map->to + 1] = one < other ? other : one;
  }
}
