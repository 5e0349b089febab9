/* Statements about how states change: state, transit, d/dt, noise, reaction, when, event. */
#include <math.h>
#include <string.h>

#include "statement_parts.h"

enum { LONGEST_CHAIN = 200, SPECIES_MAX = 32, MOLECULES_MAX = 10 };

/* ---- states
 * ------------------------------------------------------------------------------------------------------------------------- */

/* In any order: dose(...), = initial value, about. */
static lind_err read_rest_of_state(lind_reader *r, lind_statement *s) {
  for (;;) {
    if (s->request.name == NULL && lind_reader_is_word(r, "dose"))
      LIND_TRY(lind_statement_request(r, "dose", &s->request));
    else if (s->value == NULL && lind_reader_accept(r, LIND_TOKEN_ASSIGN))
      LIND_TRY(lind_reader_expression(r, &s->value));
    else if (s->text == NULL && r->token.kind == LIND_TOKEN_TEXT)
      LIND_TRY(lind_statement_about(r, s));
    else
      return LIND_OK;
  }
}

lind_err lind_statement_state(lind_reader *r, lind_statement *s) {
  LIND_TRY(lind_statement_name(r, "the state's name", s));
  LIND_TRY(lind_statement_unit(r, "the state's unit in brackets ([1] for a plain number)", s));
  return read_rest_of_state(r, s);
}

/* How many compartments: names have to be known before anything has a value, so that a number must stand there. */
static lind_err chain_length(const lind_request *chain, int *n) {
  for (int i = 0; i < chain->n; ++i) {
    const lind_argument *a = &chain->arguments[i];
    if (a->key == NULL || strcmp(a->key, "n") != 0) continue;
    const lind_tree *value = a->values[0];
    const bool whole = !a->list && value->op == LIND_OP_CONSTANT && value->text != NULL && value->value == floor(value->value);
    LIND_CHECK_AT(whole && value->value >= 1.0 && value->value <= LONGEST_CHAIN, LIND_ERR_INPUT, a->where,
                  "n of %s(...) is a whole number of compartments, from 1 to %d", chain->name, LONGEST_CHAIN);
    *n = (int)value->value;
    return LIND_OK;
  }
  return lind_error_fail_at(LIND_ERR_INPUT, chain->where, "%s(...) needs 'n = ...', the number of its compartments", chain->name);
}

/* transit NAME(n = 4, rate = k, input = e) [unit] ...: the names are NAME, NAME.1 to NAME.n, NAME.out. */
lind_err lind_statement_transit(lind_reader *r, lind_statement *s) {
  int n = 0;
  LIND_TRY(lind_statement_request(r, "the chain's name", &s->extra));
  LIND_TRY(chain_length(&s->extra, &n));
  s->n = n + 2;
  LIND_TAKE(s->names, r->arena, s->n);
  for (int i = 0; i < s->n; ++i) {
    const char *name = i == 0       ? s->extra.name
                       : i == n + 1 ? lind_arena_format(r->arena, "%s.out", s->extra.name)
                                    : lind_arena_format(r->arena, "%s.%d", s->extra.name, i);
    LIND_CHECK(name != NULL, LIND_ERR_MEMORY, "no memory for the chain %s", s->extra.name);
    s->names[i] = (lind_named){.name = name, .where = s->extra.where};
  }
  LIND_TRY(lind_statement_unit(r, "the unit of the chain's states in brackets", s));
  return read_rest_of_state(r, s);
}

/* (NAME) = expression */
static lind_err read_of_state(lind_reader *r, lind_statement *s) {
  LIND_TRY(lind_reader_need(r, LIND_TOKEN_OPEN, "'(' and a state"));
  LIND_TRY(lind_statement_name(r, "a state's name", s));
  LIND_TRY(lind_reader_need(r, LIND_TOKEN_CLOSE, "')'"));
  LIND_TRY(lind_reader_need(r, LIND_TOKEN_ASSIGN, "'='"));
  LIND_TRY(lind_reader_expression(r, &s->value));
  return lind_statement_about(r, s);
}

lind_err lind_statement_derivative(lind_reader *r, lind_statement *s) { /* d/dt(NAME) = ... */
  (void)lind_reader_take(r);
  LIND_TRY(lind_reader_need(r, LIND_TOKEN_DIVIDE, "d/dt(...)"));
  if (!lind_reader_accept_word(r, "dt")) return lind_reader_unexpected(r, "d/dt(...)");
  return read_of_state(r, s);
}

lind_err lind_statement_noise(lind_reader *r, lind_statement *s) { return read_of_state(r, s); }

/* ---- reactions
 * ---------------------------------------------------------------------------------------------------------------------- */

/* `NAME:` in front of what a reaction or a state event says. */
static lind_err read_label(lind_reader *r, lind_statement *s) {
  lind_reader ahead = *r;
  if (r->token.kind != LIND_TOKEN_NAME) return LIND_OK;
  (void)lind_reader_take(&ahead);
  if (!lind_reader_accept_mark(&ahead, ':')) return LIND_OK;
  LIND_TRY(lind_statement_name(r, "a name", s));
  (void)lind_reader_take(r);
  return LIND_OK;
}

static bool side_ends(const lind_reader *r) {
  return r->token.kind == LIND_TOKEN_MINUS || r->token.kind == LIND_TOKEN_LESS || lind_reader_is_word(r, "at");
}

/* 2 A + B, or nothing */
static lind_err read_side(lind_reader *r, lind_side *side) {
  int molecules = 0;
  if (side_ends(r)) return LIND_OK;
  LIND_TAKE(side->species, r->arena, SPECIES_MAX);
  LIND_TAKE(side->count, r->arena, SPECIES_MAX);
  do {
    const lind_where where = r->token.where;
    double count = 1.0;
    LIND_CHECK_AT(side->n < SPECIES_MAX, LIND_ERR_INPUT, where, "more than %d species stand on one side of a reaction",
                  SPECIES_MAX);
    if (r->token.kind == LIND_TOKEN_NUMBER) count = lind_reader_take(r).value;
    LIND_CHECK_AT(count >= 1.0 && count <= MOLECULES_MAX && count == floor(count), LIND_ERR_INPUT, where,
                  "a reaction takes and makes whole numbers of molecules, from 1 to %d", MOLECULES_MAX);
    side->count[side->n] = (int)count;
    molecules += (int)count;
    LIND_CHECK_AT(molecules <= MOLECULES_MAX, LIND_ERR_INPUT, where, "more than %d molecules stand on one side of a reaction",
                  MOLECULES_MAX);
    LIND_TRY(lind_reader_name(r, "a state", &side->species[side->n].name, &side->species[side->n].where));
    side->n++;
  } while (lind_reader_accept(r, LIND_TOKEN_PLUS));
  return LIND_OK;
}

/* [NAME:] A + B <-> C at on, off */
lind_err lind_statement_reaction(lind_reader *r, lind_statement *s) {
  LIND_TRY(read_label(r, s));
  LIND_TRY(read_side(r, &s->side[0]));
  const bool both_ways = lind_reader_accept(r, LIND_TOKEN_LESS);
  if (!lind_reader_accept(r, LIND_TOKEN_MINUS) || !lind_reader_accept(r, LIND_TOKEN_GREATER))
    return lind_reader_unexpected(r, "'->' or '<->'");
  LIND_TRY(read_side(r, &s->side[1]));
  LIND_CHECK_AT(s->side[0].n + s->side[1].n > 0, LIND_ERR_INPUT, s->where, "a reaction needs a state on one of its sides");
  if (!lind_reader_accept_word(r, "at")) return lind_reader_unexpected(r, "'at' and the rate constant");
  LIND_TRY(lind_reader_expression(r, &s->value));
  if (both_ways) {
    LIND_TRY(lind_reader_need(r, LIND_TOKEN_COMMA, "',' and the rate constant of the way back"));
    LIND_TRY(lind_reader_expression(r, &s->back));
  }
  return lind_statement_about(r, s);
}

/* ---- events
 * ------------------------------------------------------------------------------------------------------------------------- */

static lind_err read_reset(lind_reader *r, lind_statement *s) {
  LIND_CHECK_AT(s->n_items < LIND_STATEMENT_ITEMS, LIND_ERR_INPUT, r->token.where, "an event resets more than %d states",
                LIND_STATEMENT_ITEMS);
  lind_named *item = &s->items[s->n_items];
  LIND_TRY(lind_reader_name(r, "a state, or mark", &item->name, &item->where));
  LIND_TRY(lind_reader_need(r, LIND_TOKEN_ASSIGN, "'=' and the state's value after the event"));
  LIND_TRY(lind_reader_expression(r, &s->item_values[s->n_items]));
  s->n_items++;
  return LIND_OK;
}

/* behind `then`: x = e, y = e */
static lind_err read_resets(lind_reader *r, lind_statement *s) {
  LIND_TAKE(s->items, r->arena, LIND_STATEMENT_ITEMS);
  LIND_TAKE(s->item_values, r->arena, LIND_STATEMENT_ITEMS);
  do LIND_TRY(read_reset(r, s));
  while (lind_reader_accept(r, LIND_TOKEN_COMMA));
  return LIND_OK;
}

static bool only_marks(const lind_reader *r) {
  lind_reader ahead = *r;
  if (!lind_reader_accept_word(&ahead, "mark")) return false;
  return ahead.token.kind != LIND_TOKEN_ASSIGN; /* a state may have that name */
}

/* [NAME:] CONDITION then x = e, y = e */
lind_err lind_statement_when(lind_reader *r, lind_statement *s) {
  LIND_TRY(read_label(r, s));
  LIND_TRY(lind_reader_expression(r, &s->value));
  LIND_TRY(lind_reader_need(r, LIND_TOKEN_THEN, "'then' and what happens (x = ..., or mark)"));
  s->mark = only_marks(r);
  if (s->mark)
    (void)lind_reader_take(r);
  else
    LIND_TRY(read_resets(r, s));
  return lind_statement_about(r, s);
}

/* NAME when CONDITION, NAME at TIME, or NAME hazard = e: the names are then NAME, NAME.hazard, NAME.cumulative_hazard,
 * NAME.threshold. */
lind_err lind_statement_event(lind_reader *r, lind_statement *s) {
  static const char *const parts[] = {"hazard", "cumulative_hazard", "threshold"};
  lind_named name;
  LIND_TRY(lind_reader_name(r, "the event's name", &name.name, &name.where));
  LIND_TAKE(s->names, r->arena, 4);
  s->names[s->n++] = name;
  s->hazard = lind_reader_accept_word(r, "hazard");
  s->at = !s->hazard && lind_reader_accept_word(r, "at");
  if (s->hazard)
    LIND_TRY(lind_reader_need(r, LIND_TOKEN_ASSIGN, "'=' and the hazard"));
  else if (!s->at && !lind_reader_accept_word(r, "when"))
    return lind_reader_unexpected(r, "hazard = ..., at and a time, or when and a condition,");
  for (int i = 0; i < 3 && s->hazard; ++i) {
    name.name = lind_arena_format(r->arena, "%s.%s", s->names[0].name, parts[i]);
    LIND_CHECK(name.name != NULL, LIND_ERR_MEMORY, "no memory for the event %s", s->names[0].name);
    s->names[s->n++] = name;
  }
  LIND_TRY(lind_reader_expression(r, &s->value));
  if (lind_reader_accept(r, LIND_TOKEN_THEN)) LIND_TRY(read_resets(r, s));
  return lind_statement_about(r, s);
}
