/* layout_analysis.c -- what each analysis tells its estimator: settings, covariates, strata. */
#include "layout_analysis.h"

#include <math.h>
#include <string.h>

static int grouping_of(const lind_plan *plan, const char *name) {
  int g = 0; /* the plan has made one for every name but numbers */
  while (g < plan->n_groupings - 1 && strcmp(plan->groupings[g].name, name) != 0) g++;
  return g;
}

static int endpoint_of(const lind_protocol *protocol, const char *name) {
  for (int e = 0; e < protocol->n_endpoints; e++)
    if (strcmp(protocol->endpoints[e].name, name) == 0) return e;
  return -1;
}

/* An endpoint may be adjusted for if it looks at day 1: what is measured later may be an effect of the treatment. */
static lind_err settle_endpoint(const lind_plan *plan, const lind_analysis *analysis, lind_words name, int e,
                                lind_layout_covariate *made) {
  const lind_endpoint *endpoint = &plan->protocol->endpoints[e];
  LIND_CHECK_AT(
      endpoint->at == 0.0, LIND_ERR_INPUT, name.where,
      "analysis.%s adjusts for endpoint %s, which is not that of day 1 (kind: value, at: 0 day): what is measured after "
      "treatment began may be its effect",
      analysis->name, name.text);
  *made = (lind_layout_covariate){name.text, -1, 1.0, -1, -1, e, -1};
  return LIND_OK;
}

/* The same number from outside. */
static lind_err settle_outside(const lind_plan *plan, const lind_analysis *analysis, lind_words name, const lind_column *column,
                               lind_layout_covariate *made) {
  if (plan->outside == NULL) return LIND_OK;
  const lind_column *other = lind_cohort_find(plan->outside->cohort, name.text);
  LIND_CHECK_AT(other != NULL && other->type.kind == LIND_TYPE_NUMBER &&
                    lind_unit_same_dimension(other->type.dimension, column->type.dimension),
                LIND_ERR_INPUT, name.where, "analysis.%s adjusts for %s, which cohort %s of the external patients does not have",
                analysis->name, name.text, plan->outside->cohort->name);
  made->outside_slot = other->slot;
  return LIND_OK;
}

static lind_err same_levels(const lind_plan *plan, const lind_analysis *analysis, lind_words name, int g) {
  if (plan->outside == NULL) return LIND_OK;
  const lind_levels *here = &plan->groupings[g].levels, *there = &plan->outside->groupings[g].levels;
  bool same = here->n == there->n;
  for (int l = 0; same && l < here->n; l++) same = strcmp(here->names[l], there->names[l]) == 0;
  LIND_CHECK_AT(same, LIND_ERR_INPUT, name.where, "analysis.%s adjusts for %s, whose levels differ in cohort %s", analysis->name,
                name.text, plan->outside->cohort->name);
  return LIND_OK;
}

/* Numbers are one column each; a grouping of n levels is n - 1 of 0 and 1, its first level is where nothing is added. */
static lind_err settle_covariates(const lind_plan *plan, const lind_analysis *analysis, lind_arena *arena,
                                  lind_layout_analysis *made) {
  lind_layout_covariate *covariates;
  LIND_TAKE(covariates, arena, LIND_COVARIATES + 1);
  LIND_TAKE(made->covariate_names, arena, LIND_COVARIATES + 1);
  for (int k = 0; k < analysis->adjust.n; k++) {
    const lind_words *name = &analysis->adjust.at[k];
    const lind_column *column = lind_cohort_find(plan->cohort, name->text);
    const int e = column == NULL ? endpoint_of(plan->protocol, name->text) : -1;
    const bool number = e >= 0 || (column != NULL && column->type.kind == LIND_TYPE_NUMBER);
    const int g = number ? 0 : grouping_of(plan, name->text), n = number ? 1 : plan->groupings[g].levels.n - 1;
    LIND_CHECK_AT(made->n_covariates + n <= LIND_COVARIATES, LIND_ERR_INPUT, name->where,
                  "analysis.%s.adjust makes more than %d covariates; join levels or leave some out", analysis->name,
                  LIND_COVARIATES);
    if (!number) LIND_TRY(same_levels(plan, analysis, *name, g));
    for (int l = 1; l <= n; l++) {
      lind_layout_covariate *at = &covariates[made->n_covariates];
      *at = (lind_layout_covariate){name->text, -1, 1.0, g, l, -1, -1};
      if (e >= 0) {
        LIND_TRY(settle_endpoint(plan, analysis, *name, e, at));
      } else if (number) {
        *at = (lind_layout_covariate){name->text, column->slot, column->unit.scale, -1, -1, -1, -1};
        LIND_TRY(settle_outside(plan, analysis, *name, column, at));
      } else {
        at->name = lind_arena_format(arena, "%s %s", name->text, plan->groupings[g].levels.names[l]);
      }
      made->covariate_names[made->n_covariates++] = at->name;
    }
  }
  made->covariates = covariates;
  return LIND_OK;
}

static lind_err settle_strata(const lind_plan *plan, const lind_analysis *analysis, lind_arena *arena,
                              lind_layout_analysis *made) {
  enum { MOST_STRATA = 4096 };
  int *stratify;
  LIND_TAKE(stratify, arena, analysis->stratify.n + 1);
  made->n_strata = 1;
  made->n_stratify = analysis->stratify.n;
  for (int k = 0; k < analysis->stratify.n; k++) {
    stratify[k] = grouping_of(plan, analysis->stratify.at[k].text);
    made->n_strata *= plan->groupings[stratify[k]].levels.n;
    LIND_CHECK_AT(made->n_strata <= MOST_STRATA, LIND_ERR_INPUT, analysis->stratify.at[k].where,
                  "analysis.%s.stratify makes more than %d strata; use fewer or coarser ones", analysis->name, MOST_STRATA);
  }
  made->stratify = stratify;
  return LIND_OK;
}

static lind_err settle(const lind_plan *plan, const lind_analysis *analysis, lind_arena *arena, lind_layout_analysis *made) {
  const lind_estimator *estimator = lind_estimator_find(analysis->estimator.text);
  const char *key = lind_arena_format(arena, "analysis.%s.settings", analysis->name);
  lind_estimator_preset(estimator, &made->settings);
  made->settings.level = analysis->level;
  made->settings.null = !isnan(analysis->null) ? analysis->null : estimator->ratio ? 1.0 : 0.0;
  LIND_CHECK_AT(!estimator->ratio || made->settings.null > 0.0, LIND_ERR_INPUT, analysis->where,
                "analysis.%s.null is %g; no effect of a ratio is above 0, such as 1", analysis->name, made->settings.null);
  for (int k = 0; k < analysis->n_settings; k++)
    LIND_TRY(lind_estimator_set(estimator, key, analysis->setting_name[k].text, analysis->setting_value[k].text,
                                analysis->setting_value[k].where, &made->settings));
  LIND_CHECK_AT(analysis->adjust.n == 0 || estimator->adjusts, LIND_ERR_INPUT, analysis->adjust.at[0].where,
                "analysis.%s adjusts for %s, but estimator %s cannot adjust", analysis->name, analysis->adjust.at[0].text,
                estimator->name);
  LIND_CHECK_AT(analysis->stratify.n == 0 || estimator->stratifies, LIND_ERR_INPUT, analysis->stratify.at[0].where,
                "analysis.%s stratifies by %s, but estimator %s has no strata", analysis->name, analysis->stratify.at[0].text,
                estimator->name);
  LIND_CHECK_AT(
      analysis->stratify.n == 0 || plan->block_replicates > 0, LIND_ERR_INPUT, analysis->stratify.at[0].where,
      "analysis.%s stratifies, which takes every patient at once; a replicate of %llu patients is larger than block_max "
      "(%llu); raise block_max",
      analysis->name, (unsigned long long)plan->protocol->patients, (unsigned long long)plan->protocol->block_max);
  LIND_CHECK_AT(plan->tilts == NULL || estimator->weighs, LIND_ERR_INPUT, analysis->estimator.where,
                "analysis.%s.estimator %s cannot weigh patients, which importance sampling asks for; weighted-difference can",
                analysis->name, estimator->name);
  LIND_TRY(settle_covariates(plan, analysis, arena, made));
  return settle_strata(plan, analysis, arena, made);
}

lind_err lind_layout_analysis_settle(lind_layout *layout, lind_arena *arena) {
  lind_layout_analysis *made;
  const lind_protocol *protocol = layout->plan->protocol;
  LIND_TAKE(made, arena, protocol->n_analyses + 1);
  for (int i = 0; i < protocol->n_analyses; i++) LIND_TRY(settle(layout->plan, &protocol->analyses[i], arena, &made[i]));
  layout->analyses = made;
  return LIND_OK;
}
