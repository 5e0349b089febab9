/* reader.c -- the statements of a .lind file. One function a statement; a table says which word begins which. */
#include <ctype.h>
#include <string.h>

#include "draft.h"
#include "expression/expression_internal.h"
#include "lind/text.h"

typedef struct reader {
  lind_lexer lexer;
  lind_arena *arena;
  lind_draft *draft;
} reader;

static lind_token peek(const reader *r) {
  lind_lexer copy = r->lexer;
  return lind_lexer_next(&copy);
}
static lind_token take(reader *r) { return lind_lexer_next(&r->lexer); }

static bool is_word(lind_token token, const char *word) {
  return token.kind == LIND_TOKEN_NAME && token.length == strlen(word) && strncmp(token.start, word, token.length) == 0;
}
static bool is_sign(lind_token token, char sign) { return token.kind == LIND_TOKEN_BAD && token.begin[0] == sign; }

static char *copy(reader *r, const char *start, size_t length) {
  char *text = lind_arena_take(r->arena, length + 1, 1);
  if (text != NULL) memcpy(text, start, length);
  return text;
}

static void words_of(lind_token token, char buffer[80]) {
  if (token.kind == LIND_TOKEN_END) (void)snprintf(buffer, 80, "the end of the file");
  else (void)snprintf(buffer, 80, "'%.*s'", (int)(token.end - token.begin > 60 ? 60 : token.end - token.begin), token.begin);
}

static lind_err expect(reader *r, bool ok, lind_token token, const char *wanted) {
  (void)r;
  char found[80];
  words_of(token, found);
  LIND_CHECK_AT(ok, LIND_ERR_INPUT, token.where, "%s is needed here, not %s", wanted, found);
  return LIND_OK;
}

static lind_err take_kind(reader *r, lind_token_kind kind, const char *wanted, lind_token *token) {
  *token = take(r);
  return expect(r, token->kind == kind, *token, wanted);
}

static lind_err take_name(reader *r, const char *wanted, const char **name, lind_where *where) {
  lind_token token;
  LIND_TRY(take_kind(r, LIND_TOKEN_NAME, wanted, &token));
  *name = copy(r, token.start, token.length);
  if (where != NULL) *where = token.where;
  return LIND_OK;
}

static lind_err take_text(reader *r, const char *wanted, const char **text) {
  lind_token token;
  LIND_TRY(take_kind(r, LIND_TOKEN_TEXT, wanted, &token));
  *text = copy(r, token.start, token.length);
  return LIND_OK;
}

/* Put the lexer behind what an expression used up. BAD tokens such as ~ or { are skipped the same way. */
static void move_to(reader *r, const char *end) {
  for (; r->lexer.at < end; r->lexer.at++) {
    if (*r->lexer.at == '\n') {
      r->lexer.where.line++;
      r->lexer.where.column = r->lexer.first_column;
    } else if (((unsigned char)*r->lexer.at & 0xC0) != 0x80) {
      r->lexer.where.column++;
    }
  }
}

static lind_err take_sign(reader *r, char sign, const char *wanted) {
  const lind_token token = peek(r);
  LIND_TRY(expect(r, is_sign(token, sign), token, wanted));
  move_to(r, token.begin);
  move_to(r, token.begin + 1);
  return LIND_OK;
}

static lind_err take_expression(reader *r, lind_tree **tree) {
  const char *end;
  LIND_TRY(lind_expression_parse_head(r->lexer.at, r->lexer.where, r->arena, tree, &end));
  move_to(r, end);
  return LIND_OK;
}

static lind_err unit_of(reader *r, lind_token token, lind_unit *unit) {
  const char *text = copy(r, token.start, token.length);
  if (lind_unit_parse(text, unit) != LIND_OK)
    return lind_error_fail_at(LIND_ERR_UNIT, token.where, "%s", lind_arena_text(r->arena, lind_error_message()));
  return LIND_OK;
}

static lind_err maybe_unit(reader *r, lind_draft_entry *entry) {
  const lind_token token = peek(r);
  if (token.kind != LIND_TOKEN_UNIT) return LIND_OK;
  (void)take(r);
  entry->has_unit = true;
  return unit_of(r, token, &entry->unit);
}

static lind_err maybe_about(reader *r, lind_draft_entry *entry) {
  if (peek(r).kind != LIND_TOKEN_TEXT) return LIND_OK;
  return take_text(r, "a description", &entry->about);
}

/* Names are unique across everything that an expression can use. */
static lind_err add(reader *r, lind_draft_list *list, lind_draft_entry **entry, const char *name, lind_where where) {
  lind_draft *d = r->draft;
  const lind_draft_list *all[] = {&d->parameters, &d->covariates, &d->randoms, &d->drifts, &d->definitions, &d->states, NULL};
  for (int k = 0; all[k] != NULL; k++)
    for (int i = 0; i < all[k]->n; i++)
      LIND_CHECK_AT(list == &d->outputs || strcmp(all[k]->at[i].name, name) != 0, LIND_ERR_INPUT, where,
                    "'%s' is defined twice; the first is on line %d", name, all[k]->at[i].where.line);
  for (int i = 0; i < d->outputs.n; i++)
    LIND_CHECK_AT(strcmp(d->outputs.at[i].name, name) != 0 || (list != &d->outputs), LIND_ERR_INPUT, where,
                  "output '%s' is defined twice; the first is on line %d", name, d->outputs.at[i].where.line);
  LIND_CHECK_AT(list->n < LIND_DRAFT_MOST, LIND_ERR_INPUT, where, "more than %d statements of one kind", LIND_DRAFT_MOST);
  if (list->n == list->room) {
    const int room = list->room > 0 ? 2 * list->room : 16;
    lind_draft_entry *at;
    LIND_TAKE(at, r->arena, room);
    if (list->n > 0) memcpy(at, list->at, (size_t)list->n * sizeof *at);
    list->at = at;
    list->room = room;
  }
  *entry = &list->at[list->n++];
  **entry = (lind_draft_entry){.name = name, .where = where};
  return LIND_OK;
}

/* ---- statements ------------------------------------------------------------------------------------------------------------------- */

static lind_err read_model(reader *r) {
  const char *name;
  LIND_TRY(take_name(r, "the model's name", &name, NULL));
  r->draft->name = name;
  return LIND_OK;
}
static lind_err read_title(reader *r) { return take_text(r, "a title in quotes", &r->draft->title); }
static lind_err read_source(reader *r) { return take_text(r, "a source in quotes", &r->draft->source); }

static lind_err read_time(reader *r) {
  lind_token token;
  lind_unit unit;
  LIND_TRY(take_kind(r, LIND_TOKEN_NAME, "a unit of time", &token));
  LIND_TRY(unit_of(r, token, &unit));
  LIND_CHECK_AT(unit.dimension.halves[LIND_DIM_TIME] == 2, LIND_ERR_UNIT, token.where, "time is '%s'; a unit of time is needed, such as h",
                unit.text);
  return LIND_OK;
}

static lind_err read_levels(reader *r, lind_draft_entry *entry) {
  const char **names;
  lind_token token;
  int n = 0;
  LIND_TAKE(names, r->arena, 128);
  LIND_TRY(take_kind(r, LIND_TOKEN_OPEN, "'('", &token));
  for (;;) {
    token = take(r);
    if (is_word(token, "other")) {
      entry->other = true;
      names[n++] = "other";
      LIND_TRY(take_kind(r, LIND_TOKEN_CLOSE, "')' behind `other`", &token));
      break;
    }
    LIND_TRY(expect(r, token.kind == LIND_TOKEN_TEXT && n < 120, token, "a level in quotes, or `other`"));
    names[n++] = copy(r, token.start, token.length);
    token = take(r);
    if (token.kind == LIND_TOKEN_CLOSE) break;
    LIND_TRY(expect(r, token.kind == LIND_TOKEN_COMMA, token, "',' or ')'"));
  }
  entry->levels = (lind_levels){n, names};
  return LIND_OK;
}

static lind_err read_covariate(reader *r) {
  const char *name;
  lind_where where;
  lind_draft_entry *entry;
  LIND_TRY(take_name(r, "the covariate's name", &name, &where));
  LIND_TRY(add(r, &r->draft->covariates, &entry, name, where));
  const lind_token token = peek(r);
  if (is_word(token, "genotype") || is_word(token, "category")) {
    (void)take(r);
    entry->kind = is_word(token, "genotype") ? LIND_TYPE_GENOTYPE : LIND_TYPE_CATEGORY;
    LIND_TRY(read_levels(r, entry));
  } else {
    LIND_TRY(maybe_unit(r, entry));
    LIND_CHECK_AT(entry->has_unit, LIND_ERR_UNIT, where,
                  "covariate %s needs a unit, such as [kg] or [1], or genotype(...) or category(...)", name);
  }
  return maybe_about(r, entry);
}

static lind_err read_parameter(reader *r) {
  const char *name;
  lind_where where;
  lind_draft_entry *entry;
  lind_token token;
  LIND_TRY(take_name(r, "the parameter's name", &name, &where));
  LIND_TRY(add(r, &r->draft->parameters, &entry, name, where));
  LIND_TRY(take_kind(r, LIND_TOKEN_ASSIGN, "'='", &token));
  LIND_TRY(take_expression(r, &entry->value));
  return maybe_about(r, entry);
}

/* `key = expression` inside parentheses; the caller has seen the key. */
static lind_err named_value(reader *r, lind_tree **tree) {
  lind_token token;
  LIND_TRY(take_kind(r, LIND_TOKEN_ASSIGN, "'='", &token));
  return take_expression(r, tree);
}

/* `[a, b]` reads as a unit to the lexer: split it here. */
static lind_err bracket_list(reader *r, lind_token token, lind_tree **trees, int most, int *n) {
  const char *at = token.start, *end = token.start + token.length;
  *n = 0;
  while (at < end) {
    const char *comma = memchr(at, ',', (size_t)(end - at));
    const char *stop = comma != NULL ? comma : end;
    lind_where where = token.where;
    where.column += (int)(at - token.begin);
    LIND_CHECK_AT(*n < most, LIND_ERR_INPUT, where, "more than %d values in one list", most);
    LIND_TRY(lind_expression_parse(copy(r, at, (size_t)(stop - at)), where, r->arena, &trees[(*n)++]));
    at = stop + 1;
  }
  return LIND_OK;
}

static lind_err one_or_list(reader *r, lind_tree **trees, int most, int *n) {
  lind_token token;
  LIND_TRY(take_kind(r, LIND_TOKEN_ASSIGN, "'='", &token));
  token = peek(r);
  if (token.kind != LIND_TOKEN_UNIT) {
    *n = 1;
    return take_expression(r, &trees[0]);
  }
  (void)take(r);
  return bracket_list(r, token, trees, most, n);
}

static lind_err read_random(reader *r) {
  enum { MOST = 24 };
  lind_draft *d = r->draft;
  lind_tree *sd[MOST], **correlations;
  lind_token token;
  int n = 0, n_sd = 0, n_correlations = 0, first = d->randoms.n;
  LIND_TAKE(correlations, r->arena, MOST * MOST);
  for (;;) {
    const char *name;
    lind_where where;
    lind_draft_entry *entry;
    LIND_TRY(take_name(r, "the random effect's name", &name, &where));
    LIND_CHECK_AT(n < MOST && d->n_blocks < 64, LIND_ERR_INPUT, where, "more than %d effects in a block or 64 blocks", MOST);
    LIND_TRY(add(r, &d->randoms, &entry, name, where));
    entry->block = d->n_blocks;
    entry->row = n++;
    if (peek(r).kind != LIND_TOKEN_COMMA) break;
    (void)take(r);
  }
  LIND_TRY(take_sign(r, '~', "'~'"));
  token = take(r);
  LIND_TRY(expect(r, is_word(token, "normal"), token, "normal(sd = ...)"));
  LIND_TRY(take_kind(r, LIND_TOKEN_OPEN, "'('", &token));
  do {
    token = take(r);
    if (is_word(token, "sd")) LIND_TRY(one_or_list(r, sd, MOST, &n_sd));
    else if (is_word(token, "correlation")) LIND_TRY(one_or_list(r, correlations, MOST * MOST, &n_correlations));
    else LIND_TRY(expect(r, false, token, "sd or correlation"));
    token = take(r);
  } while (token.kind == LIND_TOKEN_COMMA);
  LIND_TRY(expect(r, token.kind == LIND_TOKEN_CLOSE, token, "',' or ')'"));
  LIND_CHECK_AT(n_sd == n, LIND_ERR_INPUT, d->randoms.at[first].where, "%d random effects have %d values of sd; one for each is needed", n, n_sd);
  LIND_CHECK_AT(n_correlations == 0 || n_correlations == n * (n - 1) / 2, LIND_ERR_INPUT, d->randoms.at[first].where,
                "%d random effects have %d correlations; %d are needed, the lower triangle row by row", n, n_correlations, n * (n - 1) / 2);
  for (int i = 0; i < n; i++) d->randoms.at[first + i].value = sd[i];
  d->blocks[d->n_blocks++] = (lind_draft_block){first, n, n_correlations, correlations, d->randoms.at[first].where};
  return LIND_OK;
}

static lind_err read_drift(reader *r) {
  const char *name;
  lind_where where;
  lind_draft_entry *entry;
  lind_token token;
  LIND_TRY(take_name(r, "the drift's name", &name, &where));
  LIND_TRY(add(r, &r->draft->drifts, &entry, name, where));
  LIND_TRY(take_sign(r, '~', "'~'"));
  token = take(r);
  LIND_TRY(expect(r, is_word(token, "ornstein_uhlenbeck"), token, "ornstein_uhlenbeck(sd = ..., tau = ..., every = ...)"));
  LIND_TRY(take_kind(r, LIND_TOKEN_OPEN, "'('", &token));
  do {
    token = take(r);
    lind_tree **into = is_word(token, "sd") ? &entry->value : is_word(token, "tau") ? &entry->second
                       : is_word(token, "every") ? &entry->third : NULL;
    LIND_TRY(expect(r, into != NULL, token, "sd, tau or every"));
    LIND_TRY(named_value(r, into));
    token = take(r);
  } while (token.kind == LIND_TOKEN_COMMA);
  LIND_TRY(expect(r, token.kind == LIND_TOKEN_CLOSE, token, "',' or ')'"));
  LIND_CHECK_AT(entry->value && entry->second && entry->third, LIND_ERR_INPUT, where, "drift %s needs sd, tau and every", name);
  return LIND_OK;
}

static lind_err read_dose(reader *r, lind_draft_entry *entry) {
  lind_token token;
  entry->doses = true;
  if (peek(r).kind != LIND_TOKEN_OPEN) return LIND_OK;
  (void)take(r);
  do {
    token = take(r);
    lind_tree **into = is_word(token, "bioavailability") ? &entry->second : is_word(token, "lag") ? &entry->third : NULL;
    LIND_TRY(expect(r, into != NULL, token, "bioavailability or lag"));
    LIND_TRY(named_value(r, into));
    token = take(r);
  } while (token.kind == LIND_TOKEN_COMMA);
  return expect(r, token.kind == LIND_TOKEN_CLOSE, token, "',' or ')'");
}

static lind_err read_state(reader *r) {
  const char *name;
  lind_where where;
  lind_draft_entry *entry;
  LIND_TRY(take_name(r, "the state's name", &name, &where));
  LIND_TRY(add(r, &r->draft->states, &entry, name, where));
  LIND_TRY(maybe_unit(r, entry));
  LIND_CHECK_AT(entry->has_unit, LIND_ERR_UNIT, where, "state %s needs a unit, such as [mg] or [1]", name);
  LIND_TRY(maybe_about(r, entry));
  if (is_word(peek(r), "dose")) {
    (void)take(r);
    LIND_TRY(read_dose(r, entry));
  }
  if (peek(r).kind == LIND_TOKEN_ASSIGN) LIND_TRY(named_value(r, &entry->value));
  return maybe_about(r, entry);
}

static lind_err read_error(reader *r, lind_draft_entry *entry) {
  static const struct {
    const char *word;
    lind_residual kind;
    int n;
  } kinds[] = {{"additive", LIND_ERROR_ADDITIVE, 1}, {"proportional", LIND_ERROR_PROPORTIONAL, 1},
               {"lognormal", LIND_ERROR_LOGNORMAL, 1}, {"combined", LIND_ERROR_COMBINED, 2}};
  lind_token token = take(r);
  int k = 0;
  while (k < 4 && !is_word(token, kinds[k].word)) k++;
  LIND_TRY(expect(r, k < 4, token, "additive(..), proportional(..), lognormal(..) or combined(.., ..)"));
  entry->residual = kinds[k].kind;
  LIND_TRY(take_kind(r, LIND_TOKEN_OPEN, "'('", &token));
  LIND_TRY(take_expression(r, &entry->second));
  if (kinds[k].n == 2) {
    LIND_TRY(take_kind(r, LIND_TOKEN_COMMA, "',' and the proportional part", &token));
    LIND_TRY(take_expression(r, &entry->third));
  }
  return take_kind(r, LIND_TOKEN_CLOSE, "')'", &token);
}

static lind_err read_output(reader *r) {
  const char *name;
  lind_where where;
  lind_draft_entry *entry;
  LIND_TRY(take_name(r, "the output's name", &name, &where));
  LIND_TRY(add(r, &r->draft->outputs, &entry, name, where));
  LIND_TRY(maybe_unit(r, entry)); /* the unit it is shown in */
  if (peek(r).kind == LIND_TOKEN_ASSIGN) LIND_TRY(named_value(r, &entry->value));
  LIND_TRY(maybe_about(r, entry));
  if (is_word(peek(r), "error")) {
    (void)take(r);
    LIND_TRY(read_error(r, entry));
  }
  return maybe_about(r, entry);
}

static lind_err read_rate(reader *r) { /* behind `d`: /dt(name) = e */
  lind_token token;
  LIND_TRY(take_kind(r, LIND_TOKEN_DIVIDE, "'/dt(state)'", &token));
  token = take(r);
  LIND_TRY(expect(r, is_word(token, "dt"), token, "'dt(state)'"));
  LIND_TRY(take_kind(r, LIND_TOKEN_OPEN, "'('", &token));
  const char *name;
  lind_where where;
  LIND_TRY(take_name(r, "a state", &name, &where));
  LIND_TRY(take_kind(r, LIND_TOKEN_CLOSE, "')'", &token));
  lind_draft_entry *state = NULL;
  const char *names[256];
  size_t n = 0;
  for (int i = 0; i < r->draft->states.n; i++) {
    if (strcmp(r->draft->states.at[i].name, name) == 0) state = &r->draft->states.at[i];
    if (n < 256) names[n++] = r->draft->states.at[i].name;
  }
  char suggestion[128];
  LIND_CHECK_AT(state != NULL, LIND_ERR_INPUT, where, "'%s' is not a state declared above%s", name,
                lind_text_suggestion(name, names, n, suggestion, sizeof suggestion));
  LIND_CHECK_AT(state->rate == NULL, LIND_ERR_INPUT, where, "d/dt(%s) is given twice; the first is on line %d", name,
                state->rate_where.line);
  state->rate_where = where;
  return named_value(r, &state->rate);
}

static lind_err read_set(reader *r) {
  lind_draft *d = r->draft;
  lind_token token = peek(r);
  move_to(r, token.begin);
  const char *start = r->lexer.at;
  size_t length = 0;
  while (isalnum((unsigned char)start[length]) || start[length] == '-' || start[length] == '_') length++;
  LIND_TRY(expect(r, length > 0, token, "the set's name"));
  LIND_CHECK_AT(d->n_sets < 32, LIND_ERR_INPUT, token.where, "more than 32 parameter sets");
  lind_draft_set *set = &d->sets[d->n_sets++];
  *set = (lind_draft_set){.name = copy(r, start, length), .where = token.where};
  move_to(r, start + length);
  if (peek(r).kind == LIND_TOKEN_TEXT) LIND_TRY(take_text(r, "a title", &set->title));
  LIND_TRY(take_sign(r, '{', "'{'"));
  for (;;) {
    token = peek(r);
    if (is_sign(token, '}')) return take_sign(r, '}', "'}'");
    token = take(r);
    LIND_TRY(expect(r, token.kind == LIND_TOKEN_NAME, token, "a parameter, or '}'"));
    if (is_word(token, "source") && peek(r).kind == LIND_TOKEN_TEXT) {
      LIND_TRY(take_text(r, "a source", &set->source));
      continue;
    }
    if (set->values.n == set->values.room) {
      lind_draft_entry *at;
      LIND_TAKE(at, r->arena, set->values.room + 64);
      if (set->values.n > 0) memcpy(at, set->values.at, (size_t)set->values.n * sizeof *at);
      set->values.at = at;
      set->values.room += 64;
    }
    lind_draft_entry *entry = &set->values.at[set->values.n++];
    *entry = (lind_draft_entry){.name = copy(r, token.start, token.length), .where = token.where};
    LIND_TRY(named_value(r, &entry->value));
  }
}

static lind_err read_definition(reader *r, lind_token name) {
  lind_draft_entry *entry;
  lind_token token;
  static const char *const keywords[] = {"model", "title", "source", "time", "covariate", "parameter", "random",
                                         "drift", "state", "output", "set"};
  char suggestion[128];
  const char *text = copy(r, name.start, name.length);
  token = peek(r);
  LIND_CHECK_AT(token.kind == LIND_TOKEN_ASSIGN, LIND_ERR_INPUT, name.where, "'%s' begins no statement%s", text,
                lind_text_suggestion(text, keywords, sizeof keywords / sizeof *keywords, suggestion, sizeof suggestion));
  LIND_TRY(add(r, &r->draft->definitions, &entry, text, name.where));
  LIND_TRY(named_value(r, &entry->value));
  return maybe_about(r, entry);
}

lind_err lind_draft_read(const char *text, const char *path, lind_arena *arena, lind_draft **draft) {
  static const struct {
    const char *word;
    lind_err (*read)(reader *);
  } statements[] = {{"model", read_model},   {"title", read_title}, {"source", read_source}, {"time", read_time},
                    {"covariate", read_covariate}, {"parameter", read_parameter}, {"random", read_random}, {"drift", read_drift},
                    {"state", read_state},   {"output", read_output}, {"set", read_set}, {"d", read_rate}};
  reader r = {.arena = arena};
  LIND_TAKE(r.draft, arena, 1);
  lind_lexer_init(&r.lexer, text, (lind_where){path, 1, 1}, 1);
  for (;;) {
    const lind_token token = take(&r);
    if (token.kind == LIND_TOKEN_END) break;
    LIND_TRY(expect(&r, token.kind == LIND_TOKEN_NAME, token, "a statement"));
    const lind_token next = peek(&r);
    size_t k = 0;
    while (k < sizeof statements / sizeof *statements && !is_word(token, statements[k].word)) k++;
    const bool keyword = k < sizeof statements / sizeof *statements && next.kind != LIND_TOKEN_ASSIGN &&
                         (statements[k].read != read_rate || next.kind == LIND_TOKEN_DIVIDE);
    if (keyword) LIND_TRY(statements[k].read(&r));
    else LIND_TRY(read_definition(&r, token));
  }
  LIND_CHECK(r.draft->name != NULL, LIND_ERR_INPUT, "%s: the model has no name; begin it with `model NAME`", path);
  *draft = r.draft;
  return LIND_OK;
}
