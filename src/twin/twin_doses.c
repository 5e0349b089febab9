/* twin_doses.c -- candidate doses as they are written: '1 mg:10 mg:0.5 mg', '2 mg, 3 mg'; rewards as expressions. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "twin_inside.h"

typedef struct reader {
  const char *key;
  lind_words words;
  lind_dimension dimension;
  double *doses;
  int n;
  lind_unit unit;
} reader;

static lind_err read_part(reader *r, const char *part, double *value) {
  char have[64], need[64];
  if (lind_unit_parse_quantity(part, value, &r->unit) != LIND_OK)
    return lind_error_fail_at(LIND_ERR_INPUT, r->words.where, "%s: '%s': %s; '1 mg:10 mg:0.5 mg' would be right", r->key, part,
                              lind_error_message());
  LIND_CHECK_AT(lind_unit_same_dimension(r->unit.dimension, r->dimension), LIND_ERR_UNIT, r->words.where,
                "%s: '%s' is %s, but the doses are %s", r->key, part,
                lind_unit_dimension_words(r->unit.dimension, have, sizeof have),
                lind_unit_dimension_words(r->dimension, need, sizeof need));
  return LIND_OK;
}

static lind_err add(reader *r, const char *item) {
  char copy[200], *rest = copy, *piece;
  double part[3] = {0};
  const lind_where where = r->words.where;
  int n = 0;
  while (*item == ' ') item++;
  LIND_CHECK_AT(strlen(item) < sizeof copy, LIND_ERR_INPUT, where, "%s: '%.40s...' is too long for a dose", r->key, item);
  (void)snprintf(copy, sizeof copy, "%s", item);
  while ((piece = strsep(&rest, ":")) != NULL) {
    while (*piece == ' ') piece++;
    LIND_CHECK_AT(n < 3, LIND_ERR_INPUT, where, "%s: '%s' is no from:to:by", r->key, item);
    LIND_TRY(read_part(r, piece, &part[n++]));
  }
  LIND_CHECK_AT(n != 2, LIND_ERR_INPUT, where, "%s: '%s' is no from:to:by, such as '1 mg:10 mg:0.5 mg'", r->key, item);
  LIND_CHECK_AT(part[0] >= 0.0, LIND_ERR_INPUT, where, "%s: '%s'; a dose must not be below 0", r->key, item);
  LIND_CHECK_AT(n == 1 || (part[1] >= part[0] && part[2] > 0.0), LIND_ERR_INPUT, where,
                "%s: '%s' goes from a smaller dose to a larger one by a step above 0", r->key, item);
  const double many = n == 1 ? 1.0 : floor((part[1] - part[0]) / part[2] * (1.0 + 1e-12)) + 1.0;
  LIND_CHECK_AT(r->n + many <= LIND_TWIN_DOSES, LIND_ERR_INPUT, where, "%s: '%s'; at most %d doses can be compared", r->key, item,
                LIND_TWIN_DOSES);
  for (int k = 0; k < (int)many; k++) r->doses[r->n++] = part[0] + k * part[2];
  return LIND_OK;
}

lind_err lind_twin_doses_read(const char *key, lind_words words, lind_dimension dimension, lind_arena *arena,
                              lind_twin_question *question, lind_unit *unit) {
  reader r = {.key = key, .words = words, .dimension = dimension};
  char *copy, *piece;
  LIND_TAKE(r.doses, arena, LIND_TWIN_DOSES);
  LIND_TAKE(copy, arena, strlen(words.text) + 1);
  memcpy(copy, words.text, strlen(words.text) + 1);
  while ((piece = strsep(&copy, ",")) != NULL) LIND_TRY(add(&r, piece));
  question->dose = r.doses;
  question->n = r.n;
  *unit = r.unit;
  return LIND_OK;
}

lind_err lind_twin_doses_reward(const lind_model *model, int state, lind_words words, lind_arena *arena,
                                const lind_program **program) {
  const int n = model->n_outputs;
  const lind_dimension time = {.halves = {[LIND_DIM_TIME] = 2}};
  lind_symbol *symbols;
  lind_scope *scope;
  lind_tree *tree, *core;
  LIND_TAKE(symbols, arena, n + 2);
  LIND_TAKE(scope, arena, 1);
  for (int k = 0; k < n; k++)
    symbols[k] = (lind_symbol){model->outputs[k].name,
                               {.kind = LIND_TYPE_NUMBER, .dimension = model->outputs[k].unit.dimension},
                               k,
                               "an output of the model"};
  symbols[n] = (lind_symbol){
      "dose", {.kind = LIND_TYPE_NUMBER, .dimension = model->states[state].unit.dimension}, n, "the candidate dose"};
  symbols[n + 1] = (lind_symbol){"ahead", {.kind = LIND_TYPE_NUMBER, .dimension = time}, n + 1, "time since the decision"};
  *scope = (lind_scope){.symbols = symbols, .n = n + 2, .what = "a reward"};
  LIND_TRY(lind_expression_parse(words.text, words.where, arena, &tree));
  LIND_TRY(lind_expression_check_number(tree, scope, lind_unit_dimensionless, arena, &core));
  return lind_program_create(core, arena, program);
}
