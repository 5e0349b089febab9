/* plan_rules.c -- definitions, eligibility and dosing rules become programs on one frame:
 * [cohort row | day, visit, dose, dose_1 .. dose_7 | measures | lowest of each so far |
 * definitions]. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conduct.h"
#include "lind/text.h"
#include "plan_parts.h"

static lind_dimension dose_dimension(const lind_plan *plan) {
  for (int k = 0; k < plan->model->n_states; k++)
    if (plan->model->states[k].doses) return plan->model->states[k].unit.dimension;
  return lind_unit_dimensionless;
}

lind_err lind_plan_parts_scope(const lind_plan *plan, int n_definitions, bool enrolling, const char *what, lind_arena *arena,
                               lind_scope **result) {
  static const char *const later = "it is known only at visits, after randomisation";
  const lind_type number = {.kind = LIND_TYPE_NUMBER};
  const lind_type dose = {.kind = LIND_TYPE_NUMBER, .dimension = dose_dimension(plan)};
  lind_symbol *symbols;
  lind_scope *scope;
  LIND_TAKE(symbols, arena, 3 + LIND_DOSE_MEMORY + 2 * plan->n_measures + n_definitions);
  LIND_TAKE(scope, arena, 1);
  int n = 0;
  symbols[n++] = (lind_symbol){"day", number, enrolling ? -1 : plan->slot_day, enrolling ? later : "protocol day"};
  symbols[n++] = (lind_symbol){"visit", number, enrolling ? -1 : plan->slot_visit, enrolling ? later : "visits before this one"};
  symbols[n++] = (lind_symbol){"dose", dose, enrolling ? -1 : plan->slot_dose, enrolling ? later : "the current dose"};
  for (int k = 1; k <= LIND_DOSE_MEMORY; k++)
    symbols[n++] = (lind_symbol){lind_arena_format(arena, "dose_%d", k), dose, enrolling ? -1 : plan->slot_dose + k,
                                 enrolling ? later : "the dose of that many days before today"};
  for (int m = 0; m < plan->n_measures; m++) {
    const lind_model_output *output = &plan->model->outputs[plan->measures[m].output];
    symbols[n++] = (lind_symbol){output->name,
                                 {.kind = LIND_TYPE_NUMBER, .dimension = output->unit.dimension},
                                 enrolling ? -1 : plan->slot_measures + m,
                                 enrolling ? later : "as measured last"};
    symbols[n++] = (lind_symbol){lind_arena_format(arena, "lowest_%s", output->name),
                                 {.kind = LIND_TYPE_NUMBER, .dimension = output->unit.dimension},
                                 enrolling ? -1 : plan->slot_lowest + m,
                                 enrolling ? later : "the lowest measured so far, the last one included"};
  }
  for (int i = 0; i < n_definitions; i++) {
    const bool hidden = enrolling && plan->definition_moves[i];
    symbols[n++] = (lind_symbol){plan->protocol->definitions[i].name, plan->definition_types[i],
                                 hidden ? -1 : plan->slot_definitions + i, hidden ? later : "defined in the protocol"};
  }
  *scope = (lind_scope){symbols, n, &plan->cohort->scope, what};
  *result = scope;
  return LIND_OK;
}

static bool rests_on_motion(const lind_plan *plan, const lind_tree *core, int n_definitions) {
  for (int slot = plan->slot_day; slot < plan->slot_definitions; slot++)
    if (lind_expression_uses(core, slot)) return true;
  for (int i = 0; i < n_definitions; i++)
    if (plan->definition_moves[i] && lind_expression_uses(core, plan->slot_definitions + i)) return true;
  return false;
}

/* ---- which definitions anything asks for: a shared file of rules may name columns that this cohort does not have
 * ---------------------- */

static void need_names(const lind_protocol *protocol, const lind_tree *tree, bool *needed) {
  if (tree->text != NULL)
    for (int i = 0; i < protocol->n_definitions; i++)
      if (strcmp(protocol->definitions[i].name, tree->text) == 0) needed[i] = true;
  for (int k = 0; k < tree->n; k++) need_names(protocol, tree->children[k], needed);
}

static lind_err need_words(const lind_protocol *protocol, lind_words words, lind_arena *arena, bool *needed) {
  lind_tree *tree;
  if (words.text == NULL) return LIND_OK;
  LIND_TRY(lind_expression_parse(words.text, words.where, arena, &tree));
  need_names(protocol, tree, needed);
  return LIND_OK;
}

static lind_err need_controller(const lind_protocol *protocol, const lind_controller *item, lind_arena *arena, bool *needed) {
  const lind_words own[] = {item->when, item->infuse, item->give};
  for (int w = 0; w < 3; w++) LIND_TRY(need_words(protocol, own[w], arena, needed));
  for (int m = 0; m < item->n_memory; m++) {
    LIND_TRY(need_words(protocol, item->memory[m].start, arena, needed));
    LIND_TRY(need_words(protocol, item->memory[m].next, arena, needed));
  }
  return LIND_OK;
}

static lind_err find_needed(const lind_protocol *protocol, lind_arena *arena, bool *needed) {
  LIND_TRY(need_words(protocol, protocol->eligible, arena, needed));
  LIND_TRY(need_words(protocol, protocol->screening, arena, needed));
  for (int g = 0; g < protocol->n_groups; g++) LIND_TRY(need_words(protocol, protocol->groups[g].value, arena, needed));
  for (int t = 0; t < protocol->n_treatments; t++)
    for (int k = 0; k < protocol->treatments[t].dosing.n; k++)
      for (int i = 0; i < protocol->n_dosing; i++) {
        const lind_dosing *item = &protocol->dosing[i];
        if (strcmp(item->name, protocol->treatments[t].dosing.at[k].text) != 0) continue;
        const lind_words all[] = {item->when, item->dose, item->skip, item->recheck, item->reduce, item->hold, item->give};
        for (int w = 0; w < 7; w++) LIND_TRY(need_words(protocol, all[w], arena, needed));
      }
  for (int h = 0; h < protocol->n_habits; h++) LIND_TRY(need_words(protocol, protocol->habits[h].amount, arena, needed));
  for (int c = 0; c < protocol->n_controllers; c++) LIND_TRY(need_controller(protocol, &protocol->controllers[c], arena, needed));
  for (int i = protocol->n_definitions - 1; i >= 0; i--) { /* a definition rests on earlier ones only */
    lind_tree *tree;
    LIND_TRY(lind_expression_parse(protocol->definitions[i].value.text, protocol->definitions[i].value.where, arena, &tree));
    if (needed[i]) need_names(protocol, tree, needed);
  }
  return LIND_OK;
}

static bool is_used(const lind_protocol *protocol, int item) {
  for (int t = 0; t < protocol->n_treatments; t++)
    for (int k = 0; k < protocol->treatments[t].dosing.n; k++)
      if (strcmp(protocol->treatments[t].dosing.at[k].text, protocol->dosing[item].name) == 0) return true;
  return false;
}

static lind_err settle_definitions(lind_plan *plan, lind_arena *arena) {
  const lind_protocol *protocol = plan->protocol;
  bool *needed;
  const lind_program **programs;
  lind_type *types;
  bool *moves;
  LIND_TAKE(programs, arena, protocol->n_definitions + 1);
  LIND_TAKE(types, arena, protocol->n_definitions + 1);
  LIND_TAKE(moves, arena, protocol->n_definitions + 1);
  plan->definitions = programs;
  plan->definition_types = types;
  plan->definition_moves = moves;
  LIND_TAKE(needed, arena, protocol->n_definitions + 1);
  LIND_TRY(find_needed(protocol, arena, needed));
  for (int i = 0; i < protocol->n_definitions; i++) {
    const lind_words words = protocol->definitions[i].value;
    LIND_CHECK_AT(needed[i] || words.where.file == NULL || strcmp(words.where.file, "--set") != 0, LIND_ERR_INPUT, words.where,
                  "define.%s is asked for by nothing in the protocol, so that setting it changes nothing",
                  protocol->definitions[i].name);
    if (!needed[i]) continue; /* no program: it is never run */
    lind_scope *scope;
    lind_tree *tree, *core;
    LIND_TRY(lind_plan_parts_scope(plan, i, false, "a definition", arena, &scope));
    LIND_TRY(lind_expression_parse(words.text, words.where, arena, &tree));
    LIND_TRY(lind_expression_check(tree, scope, arena, &core));
    LIND_CHECK_AT(core->type.kind == LIND_TYPE_NUMBER || core->type.kind == LIND_TYPE_TRUTH, LIND_ERR_INPUT, words.where,
                  "define.%s must be a number or a truth; use the column itself for a category or a genotype",
                  protocol->definitions[i].name);
    LIND_TRY(lind_program_create(core, arena, &programs[i]));
    types[i] = core->type;
    moves[i] = rests_on_motion(plan, core, i);
  }
  return LIND_OK;
}

lind_err lind_plan_parts_compile(const lind_scope *scope, lind_words words, bool truth, lind_dimension dimension,
                                 lind_arena *arena, const lind_program **program) {
  *program = NULL;
  if (words.text == NULL) return LIND_OK;
  lind_tree *tree, *core;
  LIND_TRY(lind_expression_parse(words.text, words.where, arena, &tree));
  if (truth)
    LIND_TRY(lind_expression_check_truth(tree, scope, arena, &core));
  else
    LIND_TRY(lind_expression_check_number(tree, scope, dimension, arena, &core));
  return lind_program_create(core, arena, program);
}

lind_err lind_plan_parts_dosed(const lind_plan *plan, const char *key, lind_where where, lind_words into, lind_arena *arena,
                               int *state) {
  const lind_model *model = plan->model;
  const char **names;
  LIND_TAKE(names, arena, model->n_states + 1);
  int n = 0, last = -1;
  for (int k = 0; k < model->n_states; k++)
    if (model->states[k].doses) {
      names[n++] = model->states[k].name;
      last = k;
    }
  LIND_CHECK_AT(n > 0, LIND_ERR_INPUT, where, "%s gives a dose, but no state of model %s is declared `dose`", key, model->name);
  char list[256], suggestion[128];
  (void)lind_text_list(names, (size_t)n, list, sizeof list);
  if (into.text == NULL) {
    LIND_CHECK_AT(n == 1, LIND_ERR_INPUT, where, "%s needs `into:`, since model %s takes doses in %s", key, model->name, list);
    *state = last;
    return LIND_OK;
  }
  const int at = lind_model_find_state(model, into.text);
  LIND_CHECK_AT(at >= 0 && model->states[at].doses, LIND_ERR_INPUT, into.where, "%s.into is '%s'; model %s takes doses in %s%s",
                key, into.text, model->name, list,
                lind_text_suggestion(into.text, names, (size_t)n, suggestion, sizeof suggestion));
  *state = at;
  return LIND_OK;
}

/* Each dosed state has its own regimen: dose, interval, pauses, forgotten doses. */
static lind_err settle_regimen(lind_plan *plan, const lind_dosing *item, lind_arena *arena, lind_plan_dosing *dosing) {
  LIND_TRY(lind_plan_parts_dosed(plan, lind_arena_format(arena, "dosing.%s", item->name), item->where, item->into, arena,
                                 &dosing->state));
  const lind_model_state *state = &plan->model->states[dosing->state];
  LIND_CHECK_AT(
      lind_unit_same_dimension(state->unit.dimension, dose_dimension(plan)), LIND_ERR_UNIT, item->where,
      "dosing.%s doses %s, whose unit differs from that of the model's other dosed states; a protocol has one unit of dose",
      item->name, state->name);
  for (dosing->regimen = 0; dosing->regimen < plan->n_regimens; dosing->regimen++)
    if (plan->regimen_state[dosing->regimen] == dosing->state) return LIND_OK;
  LIND_CHECK_AT(plan->n_regimens < LIND_REGIMENS, LIND_ERR_INPUT, item->where,
                "dosing.%s doses a state beside %d others; a protocol can dose at most %d states", item->name, LIND_REGIMENS,
                LIND_REGIMENS);
  char words[60];
  const int length = plan->n_regimens == 0 ? snprintf(words, sizeof words, "conduct/miss")
                                           : snprintf(words, sizeof words, "conduct/miss/%s", state->name);
  LIND_CHECK(length < (int)sizeof words, LIND_ERR_INPUT, "the name '%s' is too long for a random stream", state->name);
  LIND_TRY(lind_random_purposes_add(&plan->purposes, words));
  plan->regimen_miss[plan->n_regimens] = lind_random_purpose(words);
  plan->regimen_state[plan->n_regimens++] = dosing->state;
  return LIND_OK;
}

/* 25 for 25 % would end all dosing: where the share is a number it is looked at. */
static lind_err check_share(const lind_dosing *item) {
  if (item->reduce.text == NULL) return LIND_OK;
  char *end;
  const double share = strtod(item->reduce.text, &end);
  LIND_CHECK_AT(end == item->reduce.text || *end != '\0' || (share > 0.0 && share <= 1.0), LIND_ERR_INPUT, item->reduce.where,
                "dosing.%s.reduce_by is %g; it is a share above 0 and at most 1, such as 0.25 for a quarter less", item->name,
                share);
  return LIND_OK;
}

static bool has_visits(const lind_protocol *protocol) {
  bool has = protocol->n_visits > 0;
  for (int i = 0; i < protocol->n_dosing; i++) has |= is_used(protocol, i) && protocol->dosing[i].recheck.text != NULL;
  return has;
}

static lind_err settle_dosing(lind_plan *plan, lind_arena *arena) {
  const lind_protocol *protocol = plan->protocol;
  lind_plan_dosing *dosing;
  lind_scope *scope;
  LIND_TAKE(dosing, arena, protocol->n_dosing + 1);
  LIND_TRY(lind_plan_parts_scope(plan, protocol->n_definitions, false, "a dosing rule", arena, &scope));
  lind_dimension time = lind_unit_dimensionless;
  time.halves[LIND_DIM_TIME] = 2;
  for (int i = 0; i < protocol->n_dosing; i++) {
    const lind_dosing *item = &protocol->dosing[i];
    dosing[i].item = item;
    dosing[i].state = -1;
    if (!is_used(protocol, i)) continue;
    LIND_CHECK_AT(!(item->every < 1.0) || !(protocol->miss > 0.0 || protocol->miss_after_miss > 0.0), LIND_ERR_INPUT, item->where,
                  "dosing.%s.every is %g h; where doses can be missed it must be at least 1 h, since one hour has one chance",
                  item->name, item->every);
    LIND_CHECK_AT(item->hold.text == NULL || has_visits(protocol), LIND_ERR_INPUT, item->hold.where,
                  "dosing.%s.hold_until is asked at visits, and there are none: the dose would be held for ever", item->name);
    LIND_CHECK_AT(item->dose.text == NULL || item->reduce.text == NULL, LIND_ERR_INPUT, item->reduce.where,
                  "dosing.%s has both dose and reduce_by; a rule sets the dose or reduces it", item->name);
    LIND_TRY(check_share(item));
    if (item->twin != NULL || item->dose.text != NULL || item->give.text != NULL || item->reduce.text != NULL ||
        item->hold.text != NULL || item->skip.text != NULL)
      LIND_TRY(settle_regimen(plan, item, arena, &dosing[i]));
    LIND_TRY(lind_plan_parts_compile(scope, item->when, true, lind_unit_dimensionless, arena, &dosing[i].when));
    LIND_TRY(lind_plan_parts_compile(scope, item->dose, false, dose_dimension(plan), arena, &dosing[i].dose));
    LIND_TRY(lind_plan_parts_compile(scope, item->skip, false, lind_unit_dimensionless, arena, &dosing[i].skip));
    LIND_TRY(lind_plan_parts_compile(scope, item->recheck, false, time, arena, &dosing[i].recheck));
    LIND_TRY(lind_plan_parts_compile(scope, item->reduce, false, lind_unit_dimensionless, arena, &dosing[i].reduce));
    LIND_TRY(lind_plan_parts_compile(scope, item->hold, true, lind_unit_dimensionless, arena, &dosing[i].hold));
    LIND_TRY(lind_plan_parts_compile(scope, item->give, false, dose_dimension(plan), arena, &dosing[i].give));
  }
  plan->dosing = dosing;
  const int **lists;
  LIND_TAKE(lists, arena, protocol->n_treatments + 1);
  for (int t = 0; t < protocol->n_treatments; t++) {
    const lind_treatment *treatment = &protocol->treatments[t];
    int *list, gives = 0;
    LIND_TAKE(list, arena, treatment->dosing.n + 1);
    for (int k = 0; k < treatment->dosing.n; k++)
      for (int i = 0; i < protocol->n_dosing; i++)
        if (strcmp(protocol->dosing[i].name, treatment->dosing.at[k].text) == 0) {
          list[k] = i;
          gives += dosing[i].give != NULL;
        }
    LIND_CHECK_AT(gives <= LIND_MOST_GIVEN, LIND_ERR_INPUT, treatment->where,
                  "the dosing of %s has %d items with `give`; at most %d can act on one occasion", treatment->name, gives,
                  LIND_MOST_GIVEN);
    lists[t] = list;
  }
  plan->treatment_dosing = lists;
  return LIND_OK;
}

lind_err lind_plan_parts_rules(lind_plan *plan, lind_arena *arena) {
  plan->slot_day = plan->cohort->n_slots;
  plan->slot_visit = plan->slot_day + 1;
  plan->slot_dose = plan->slot_day + 2;
  plan->slot_measures = plan->slot_dose + 1 + LIND_DOSE_MEMORY;
  plan->slot_lowest = plan->slot_measures + plan->n_measures;
  plan->slot_definitions = plan->slot_lowest + plan->n_measures;
  plan->slot_time = plan->slot_definitions + plan->protocol->n_definitions;
  plan->n_rule_slots = plan->slot_time;
  LIND_TRY(settle_definitions(plan, arena));
  lind_scope *scope;
  LIND_TRY(lind_plan_parts_scope(plan, plan->protocol->n_definitions, true, "an eligibility rule", arena, &scope));
  LIND_TRY(lind_plan_parts_compile(scope, plan->protocol->eligible, true, lind_unit_dimensionless, arena, &plan->eligible));
  return settle_dosing(plan, arena);
}
