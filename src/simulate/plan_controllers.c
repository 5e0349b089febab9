/* plan_controllers.c -- what controllers read, remember and do becomes programs on the rules' frame, behind the definitions:
 * [.. | time | reads and memory of the first | of the second | ..]. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "conduct.h"
#include "plan_parts.h"

enum { SAMPLES = (1 << 24) - 1 }; /* a sample is 24 bits of a random address: see random.h */

static const lind_dimension of_time = {.halves = {[LIND_DIM_TIME] = 2}};

/* Names that hide those of rules: the time, what it reads, what it remembers. `n_memory`: so many are known yet. */
static lind_err make_scope(const lind_plan *plan, const lind_plan_controller *c, const lind_type *types, int n_memory,
                           lind_arena *arena, lind_scope **result) {
  const lind_controller *item = c->item;
  lind_scope *rules, *scope;
  lind_symbol *symbols;
  int n = 0;
  LIND_TRY(lind_plan_parts_scope(plan, plan->protocol->n_definitions, false, "a controller", arena, &rules));
  LIND_TAKE(symbols, arena, 1 + plan->n_told + item->read.n + item->n_memory);
  LIND_TAKE(scope, arena, 1);
  symbols[n++] = (lind_symbol){"time", {.kind = LIND_TYPE_NUMBER, .dimension = of_time}, plan->slot_time, "time since the start"};
  for (int i = 0; i < plan->n_told; i++) {
    const lind_model_state *state = &plan->model->states[plan->told[i]];
    symbols[n++] = (lind_symbol){lind_arena_format(arena, "announced.%s", state->name),
                                 {.kind = LIND_TYPE_NUMBER, .dimension = state->unit.dimension},
                                 plan->slot_told + i,
                                 "announced since the sample before"};
  }
  for (int i = 0; i < item->read.n; i++)
    symbols[n++] = (lind_symbol){item->read.at[i].text,
                                 {.kind = LIND_TYPE_NUMBER, .dimension = plan->model->outputs[c->outputs[i]].unit.dimension},
                                 c->slot_reads + i,
                                 "as read now"};
  for (int i = 0; i < n_memory; i++)
    symbols[n++] = (lind_symbol){item->memory[i].name, types[i], c->slot_memory + i, "as remembered"};
  *scope = (lind_scope){symbols, n, rules, "a controller"};
  *result = scope;
  return LIND_OK;
}

static lind_err settle_reads(lind_plan *plan, lind_plan_controller *c, lind_arena *arena) {
  const lind_controller *item = c->item;
  int *outputs;
  lind_purpose *purposes;
  char family[60];
  LIND_TAKE(outputs, arena, item->read.n + 1);
  LIND_TAKE(purposes, arena, item->read.n + 1);
  LIND_CHECK_AT((size_t)snprintf(family, sizeof family, "controller/%s", item->name) < sizeof family, LIND_ERR_INPUT, item->where,
                "the name '%s' is too long for a random stream", item->name);
  for (int i = 0; i < item->read.n; i++) {
    outputs[i] = plan->residual_outputs[c->first_residual + i];
    LIND_TRY(lind_plan_parts_purpose(plan, family, item->read.at[i].text, &purposes[i]));
  }
  c->outputs = outputs;
  c->purposes = purposes;
  return LIND_OK;
}

static lind_err settle_memory(lind_plan *plan, lind_plan_controller *c, lind_type *types, lind_arena *arena) {
  const lind_controller *item = c->item;
  const lind_program **start, **next;
  lind_scope *scope, *before;
  lind_tree *tree, *core;
  LIND_CHECK_AT(item->n_memory <= LIND_MOST_MEMORY, LIND_ERR_INPUT, item->where,
                "controllers.%s remembers %d numbers; at most %d can be kept", item->name, item->n_memory, LIND_MOST_MEMORY);
  LIND_TAKE(start, arena, item->n_memory + 1);
  LIND_TAKE(next, arena, item->n_memory + 1);
  LIND_TRY(lind_plan_parts_scope(plan, plan->protocol->n_definitions, true, "the start of a memory", arena, &before));
  for (int i = 0; i < item->n_memory; i++) {
    const lind_words words = item->memory[i].start;
    LIND_TRY(lind_expression_parse(words.text, words.where, arena, &tree));
    LIND_TRY(lind_expression_check(tree, before, arena, &core));
    LIND_CHECK_AT(core->type.kind == LIND_TYPE_NUMBER, LIND_ERR_INPUT, words.where,
                  "controllers.%s.memory.%s.start must be a number", item->name, item->memory[i].name);
    LIND_TRY(lind_program_create(core, arena, &start[i]));
    types[i] = core->type;
  }
  LIND_TRY(make_scope(plan, c, types, item->n_memory, arena, &scope));
  for (int i = 0; i < item->n_memory; i++)
    LIND_TRY(lind_plan_parts_compile(scope, item->memory[i].next, false, types[i].dimension, arena, &next[i]));
  c->start = start;
  c->next = next;
  return LIND_OK;
}

/* "35 U/h", of the dimension that the state asks for; `none` where it is absent. */
static lind_err read_limit(const lind_controller *item, const char *key, lind_words words, lind_dimension dimension, double none,
                           double *limit) {
  lind_unit unit;
  char is[80], wanted[80];
  *limit = none;
  if (words.text == NULL) return LIND_OK;
  const lind_err bad = lind_unit_parse_quantity(words.text, limit, &unit);
  if (bad != LIND_OK) return lind_error_fail_at(bad, words.where, "controllers.%s.%s: %s", item->name, key, lind_error_message());
  LIND_CHECK_AT(lind_unit_same_dimension(unit.dimension, dimension), LIND_ERR_UNIT, words.where,
                "controllers.%s.%s is '%s', which is %s; it must be %s", item->name, key, words.text,
                lind_unit_dimension_words(unit.dimension, is, sizeof is),
                lind_unit_dimension_words(dimension, wanted, sizeof wanted));
  LIND_CHECK_AT(*limit > 0.0, LIND_ERR_INPUT, words.where, "controllers.%s.%s is '%s'; it must be above 0", item->name, key,
                words.text);
  return LIND_OK;
}

static lind_err settle_limits(lind_plan_controller *c, lind_dimension amount) {
  const lind_controller *item = c->item;
  const lind_dimension rate = lind_unit_divide(amount, of_time);
  LIND_TRY(read_limit(item, "infuse_most", item->infuse_most, rate, INFINITY, &c->infuse_most));
  LIND_TRY(read_limit(item, "infuse_round", item->infuse_round, rate, 0.0, &c->infuse_round));
  LIND_TRY(read_limit(item, "give_most", item->give_most, amount, INFINITY, &c->give_most));
  LIND_TRY(read_limit(item, "give_round", item->give_round, amount, 0.0, &c->give_round));
  return read_limit(item, "day_most", item->day_most, amount, INFINITY, &c->day_most);
}

static lind_err settle(lind_plan *plan, lind_plan_controller *c, lind_arena *arena) {
  const lind_controller *item = c->item;
  lind_type *types;
  lind_scope *scope;
  LIND_CHECK_AT(plan->protocol->duration / item->every < SAMPLES, LIND_ERR_INPUT, item->where,
                "controllers.%s looks every %g h; a trial of %g day can have at most %d samples", item->name, item->every,
                plan->protocol->duration / 24.0, SAMPLES);
  c->slot_reads = plan->n_rule_slots;
  c->slot_memory = c->slot_reads + item->read.n;
  c->slot_errors = c->slot_memory + item->n_memory; /* no name leads there */
  plan->n_rule_slots = c->slot_errors + item->read.n;
  LIND_TAKE(types, arena, item->n_memory + 1);
  LIND_TRY(settle_reads(plan, c, arena));
  LIND_TRY(settle_memory(plan, c, types, arena));
  LIND_TRY(lind_plan_parts_dosed(plan, lind_arena_format(arena, "controllers.%s", item->name), item->where, item->into, arena,
                                 &c->state));
  const lind_dimension amount = plan->model->states[c->state].unit.dimension;
  LIND_TRY(settle_limits(c, amount));
  LIND_TRY(make_scope(plan, c, types, item->n_memory, arena, &scope));
  LIND_TRY(lind_plan_parts_compile(scope, item->when, true, lind_unit_dimensionless, arena, &c->when));
  LIND_TRY(lind_plan_parts_compile(scope, item->infuse, false, lind_unit_divide(amount, of_time), arena, &c->infuse));
  return lind_plan_parts_compile(scope, item->give, false, amount, arena, &c->give);
}

lind_err lind_plan_parts_controllers(lind_plan *plan, lind_arena *arena) {
  const lind_protocol *protocol = plan->protocol;
  lind_plan_controller *made;
  const int **lists;
  int residual = plan->n_measures;
  LIND_TAKE(made, arena, protocol->n_controllers + 1);
  LIND_TAKE(lists, arena, protocol->n_treatments + 1);
  plan->slot_time = plan->n_rule_slots++;
  for (int c = 0; c < protocol->n_controllers; c++) {
    made[c] = (lind_plan_controller){.item = &protocol->controllers[c], .first_residual = residual};
    residual += protocol->controllers[c].read.n;
    LIND_TRY(settle(plan, &made[c], arena));
  }
  for (int t = 0; t < protocol->n_treatments; t++) {
    const lind_words_list names = protocol->treatments[t].controllers;
    int *list;
    LIND_TAKE(list, arena, names.n + 1);
    for (int k = 0; k < names.n; k++)
      for (int c = 0; c < protocol->n_controllers; c++)
        if (strcmp(protocol->controllers[c].name, names.at[k].text) == 0) list[k] = c;
    LIND_CHECK_AT(names.n <= LIND_MOST_GIVEN, LIND_ERR_INPUT, protocol->treatments[t].where,
                  "%s has %d controllers; at most %d act together", protocol->treatments[t].name, names.n, LIND_MOST_GIVEN);
    lists[t] = list;
  }
  plan->n_controllers = protocol->n_controllers;
  plan->controllers = made;
  plan->treatment_controllers = lists;
  plan->drug = plan->n_regimens > 0 ? plan->regimen_state[0] : plan->n_controllers > 0 ? made[0].state : -1;
  return LIND_OK;
}
