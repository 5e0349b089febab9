/* plan_screening.c -- the rule that looks at outputs as measured at screening; and whether anything goes on between visits. */
#include <math.h>

#include "plan_parts.h"

/* The outputs in front of what an eligibility rule may name. */
static lind_err scope_of(const lind_plan *plan, lind_arena *arena, lind_scope **result) {
  const lind_model *model = plan->model;
  lind_symbol *symbols;
  lind_scope *scope, *outer;
  LIND_TAKE(symbols, arena, model->n_outputs + 1);
  LIND_TAKE(scope, arena, 1);
  LIND_TRY(lind_plan_parts_scope(plan, plan->protocol->n_definitions, true, "a screening rule", arena, &outer));
  for (int k = 0; k < model->n_outputs; k++)
    symbols[k] = (lind_symbol){model->outputs[k].name,
                               {.kind = LIND_TYPE_NUMBER, .dimension = model->outputs[k].unit.dimension},
                               plan->slot_screening + k,
                               "as measured at screening"};
  *scope = (lind_scope){symbols, model->n_outputs, outer, "a screening rule"};
  *result = scope;
  return LIND_OK;
}

static lind_err settle_outputs(lind_plan *plan, const lind_tree *core, lind_arena *arena) {
  bool *screened;
  lind_purpose *purposes;
  LIND_TAKE(screened, arena, plan->model->n_outputs + 1);
  LIND_TAKE(purposes, arena, plan->model->n_outputs + 1);
  for (int k = 0; k < plan->model->n_outputs; k++) {
    screened[k] = lind_expression_uses(core, plan->slot_screening + k);
    if (screened[k]) LIND_TRY(lind_plan_parts_purpose(plan, "screen", plan->model->outputs[k].name, &purposes[k]));
  }
  plan->screened = screened;
  plan->screening_purposes = purposes;
  return LIND_OK;
}

static bool is_still(const lind_plan *plan) {
  bool still = plan->model->n_states == 0 && plan->model->n_drifts == 0 && plan->n_controllers == 0 && plan->n_traces == 0 &&
               !plan->varies && plan->protocol->n_periods == 1;
  for (int a = 0; a < plan->protocol->n_arms; a++) still &= plan->protocol->arms[a].dosing.n == 0;
  return still;
}

lind_err lind_plan_parts_screening(lind_plan *plan, lind_arena *arena) {
  const lind_words words = plan->protocol->screening;
  plan->still = is_still(plan);
  if (words.text == NULL) return LIND_OK;
  lind_scope *scope;
  lind_tree *tree, *core;
  plan->slot_screening = plan->n_rule_slots;
  plan->n_rule_slots += plan->model->n_outputs;
  LIND_TRY(scope_of(plan, arena, &scope));
  LIND_TRY(lind_expression_parse(words.text, words.where, arena, &tree));
  LIND_TRY(lind_expression_check_truth(tree, scope, arena, &core));
  LIND_TRY(settle_outputs(plan, core, arena));
  return lind_program_create(core, arena, &plan->screening);
}
