/* plan_groups.c -- how patients are split: groups of the protocol, categories and genotypes of the cohort, randomisation strata.
 */
#include <math.h>
#include <string.h>

#include "lind/text.h"
#include "plan_parts.h"

enum { MOST_LEVELS = 120, MOST_STRATA = 4096 };

/* Diplotypes of a gene as levels, in the order of the pair (a <= b): code = a * n + b - a (a + 1) / 2. */
static lind_err diplotypes(const lind_levels *alleles, lind_arena *arena, lind_levels *levels) {
  const int n = alleles->n, total = n * (n + 1) / 2;
  const char **names;
  LIND_TAKE(names, arena, total);
  int k = 0;
  for (int a = 0; a < n; a++)
    for (int b = a; b < n; b++) names[k++] = lind_arena_format(arena, "%s/%s", alleles->names[a], alleles->names[b]);
  *levels = (lind_levels){total, names};
  return LIND_OK;
}

static lind_err from_column(const lind_plan *plan, const char *name, lind_where where, lind_arena *arena,
                            lind_grouping *grouping) {
  const lind_column *column = lind_cohort_find(plan->cohort, name);
  if (column == NULL) {
    const int n = plan->cohort->n_columns + plan->protocol->n_groups;
    const char **names;
    LIND_TAKE(names, arena, n);
    for (int i = 0; i < n; i++)
      names[i] =
          i < plan->cohort->n_columns ? plan->cohort->columns[i].name : plan->protocol->groups[i - plan->cohort->n_columns].name;
    char suggestion[128];
    LIND_CHECK_AT(false, LIND_ERR_INPUT, where, "'%s' is not a group of the protocol nor a column of cohort %s%s", name,
                  plan->cohort->name, lind_text_suggestion(name, names, (size_t)n, suggestion, sizeof suggestion));
  }
  LIND_CHECK_AT(column->type.kind == LIND_TYPE_CATEGORY || column->type.kind == LIND_TYPE_GENOTYPE, LIND_ERR_INPUT, where,
                "'%s' is a number, which cannot split patients; define a group with `value:` and `labels:`", name);
  grouping->column_slot = column->slot;
  grouping->genotype = column->type.kind == LIND_TYPE_GENOTYPE;
  if (grouping->genotype)
    LIND_TRY(diplotypes(column->type.levels, arena, &grouping->levels));
  else
    grouping->levels = *column->type.levels;
  LIND_CHECK_AT(grouping->levels.n <= MOST_LEVELS, LIND_ERR_INPUT, where,
                "'%s' has %d levels, too many to split patients by (at most %d); define a group that joins some", name,
                grouping->levels.n, MOST_LEVELS);
  return LIND_OK;
}

static lind_err from_expression(const lind_plan *plan, const lind_group *group, lind_arena *arena, lind_grouping *grouping) {
  lind_scope *scope;
  lind_tree *tree, *core;
  const char **labels;
  LIND_TRY(lind_plan_parts_scope(plan, plan->protocol->n_definitions, true, "a group", arena, &scope));
  LIND_TRY(lind_expression_parse(group->value.text, group->value.where, arena, &tree));
  LIND_TRY(lind_expression_check_number(tree, scope, lind_unit_dimensionless, arena, &core));
  LIND_TRY(lind_program_create(core, arena, &grouping->program));
  LIND_CHECK_AT(group->labels.n > 0 && group->labels.n <= MOST_LEVELS, LIND_ERR_INPUT, group->value.where,
                "groups.%s has %d labels; it needs one for each value 0, 1, .. of its expression, at most %d", group->name,
                group->labels.n, MOST_LEVELS);
  LIND_TAKE(labels, arena, group->labels.n);
  for (int i = 0; i < group->labels.n; i++) labels[i] = group->labels.at[i].text;
  grouping->levels = (lind_levels){group->labels.n, labels};
  return LIND_OK;
}

/* The index of the grouping called `name`, added if it is new. */
static lind_err need(lind_plan *plan, lind_grouping *groupings, int most, const char *name, lind_where where, lind_arena *arena,
                     int *index) {
  for (int i = 0; i < plan->n_groupings; i++)
    if (strcmp(groupings[i].name, name) == 0) {
      *index = i;
      return LIND_OK;
    }
  LIND_CHECK_AT(plan->n_groupings < most, LIND_ERR_INPUT, where, "more than %d ways to split patients", most);
  lind_grouping grouping = {.name = name, .title = name, .column_slot = -1};
  const lind_group *group = NULL;
  for (int i = 0; i < plan->protocol->n_groups; i++)
    if (strcmp(plan->protocol->groups[i].name, name) == 0) group = &plan->protocol->groups[i];
  const bool is_column = group != NULL && group->labels.n == 0;
  if (group != NULL && !is_column)
    LIND_TRY(from_expression(plan, group, arena, &grouping));
  else
    LIND_TRY(from_column(plan, is_column ? group->value.text : name, is_column ? group->value.where : where, arena, &grouping));
  if (group != NULL && group->title != NULL) grouping.title = group->title;
  groupings[plan->n_groupings] = grouping;
  *index = plan->n_groupings++;
  return LIND_OK;
}

static bool is_endpoint(const lind_plan *plan, const char *name) {
  for (int e = 0; e < plan->protocol->n_endpoints; e++)
    if (strcmp(plan->protocol->endpoints[e].name, name) == 0) return true;
  return false;
}

static lind_err need_all(lind_plan *plan, lind_grouping *groupings, int most, const lind_words_list *list, bool numbers_too,
                         lind_arena *arena) {
  int at;
  for (int k = 0; k < list->n; k++) {
    const lind_column *column = lind_cohort_find(plan->cohort, list->at[k].text);
    if (numbers_too && column != NULL && column->type.kind == LIND_TYPE_NUMBER) continue;
    if (numbers_too && column == NULL && is_endpoint(plan, list->at[k].text)) continue;
    LIND_TRY(need(plan, groupings, most, list->at[k].text, list->at[k].where, arena, &at));
  }
  return LIND_OK;
}

lind_err lind_plan_parts_groups(lind_plan *plan, lind_arena *arena) {
  enum { MOST = 32 };
  static const char *const all[] = {"all"};
  const lind_protocol *protocol = plan->protocol;
  lind_grouping *groupings;
  int *factors, at;
  LIND_TAKE(groupings, arena, MOST);
  LIND_TAKE(factors, arena, protocol->strata.n + 1);
  groupings[0] = (lind_grouping){.name = "all", .title = "All patients", .levels = {1, all}, .column_slot = -1};
  plan->n_groupings = 1;
  plan->groupings = groupings;
  for (int i = 0; i < protocol->n_groups; i++)
    LIND_TRY(need(plan, groupings, MOST, protocol->groups[i].name, protocol->groups[i].value.where, arena, &at));
  for (int i = 0; i < protocol->n_analyses; i++) {
    const lind_analysis *analysis = &protocol->analyses[i];
    LIND_TRY(need_all(plan, groupings, MOST, &analysis->by, false, arena));
    LIND_TRY(need_all(plan, groupings, MOST, &analysis->stratify, false, arena));
    LIND_TRY(need_all(plan, groupings, MOST, &analysis->adjust, true, arena));
  }
  plan->n_strata = 1;
  for (int i = 0; i < protocol->strata.n; i++) {
    LIND_TRY(need(plan, groupings, MOST, protocol->strata.at[i].text, protocol->strata.at[i].where, arena, &factors[i]));
    plan->n_strata *= groupings[factors[i]].levels.n;
    LIND_CHECK_AT(plan->n_strata <= MOST_STRATA, LIND_ERR_INPUT, protocol->strata.at[i].where,
                  "randomise.strata make more than %d strata; use fewer or coarser ones", MOST_STRATA);
  }
  plan->n_strata_factors = protocol->strata.n;
  plan->strata_factors = factors;
  double ratios[64];
  for (int a = 0; a < protocol->n_arms && a < 64; a++) ratios[a] = protocol->arms[a].ratio;
  const bool permuted = protocol->randomise == 0;
  LIND_TRY(lind_random_purposes_add(&plan->purposes, LIND_RANDOMISER_BLOCK));
  LIND_TRY(lind_random_purposes_add(&plan->purposes, LIND_RANDOMISER_ORDER));
  LIND_TRY(lind_random_purposes_add(&plan->purposes, LIND_RANDOMISER_SIMPLE));
  LIND_TRY(lind_random_purposes_add(&plan->purposes, LIND_RECRUIT_ARRIVAL));
  return lind_randomiser_create(ratios, protocol->n_arms, protocol->blocks.at, permuted ? protocol->blocks.n : 0,
                                protocol->arms[0].where, arena, &plan->randomiser);
}
