/* Statements, one function a kind. */
#include "statement_parts.h"

#include <string.h>

#include "lind/text.h"

enum { LEVELS_MAX = 256, ARGUMENTS_MAX = 8, NAMES_MAX = 64, HEADINGS = 4, STATEMENTS_MAX = 8000 };

lind_err lind_statement_name(lind_reader *r, const char *expected, lind_statement *s) {
  LIND_TAKE(s->names, r->arena, 1);
  s->n = 1;
  return lind_reader_name(r, expected, &s->names[0].name, &s->names[0].where);
}

lind_err lind_statement_about(lind_reader *r, lind_statement *s) {
  return r->token.kind == LIND_TOKEN_TEXT && s->text == NULL ? lind_reader_text(r, "a text", &s->text) : LIND_OK;
}

lind_err lind_statement_unit(lind_reader *r, const char *expected, lind_statement *s) {
  s->unit_where = r->token.where;
  s->has_unit = true;
  return lind_reader_unit(r, expected, &s->unit);
}

/* ---- requests: name(key = value, ...)
 * ------------------------------------------------------------------------------------------ */

static lind_err read_argument(lind_reader *r, lind_argument *argument) {
  lind_reader ahead = *r;
  argument->where = r->token.where;
  if (ahead.token.kind == LIND_TOKEN_NAME) { /* `key =`, where no expression has '=' */
    (void)lind_reader_take(&ahead);
    if (ahead.token.kind == LIND_TOKEN_ASSIGN) {
      LIND_TRY(lind_reader_name(r, "a name", &argument->key, &argument->where));
      (void)lind_reader_take(r);
    }
  }
  if (r->token.begin[0] == '[') {
    argument->list = true;
    return lind_reader_list(r, &argument->values, &argument->n);
  }
  LIND_TAKE(argument->values, r->arena, 1);
  argument->n = 1;
  return lind_reader_expression(r, &argument->values[0]);
}

lind_err lind_statement_request(lind_reader *r, const char *expected, lind_request *request) {
  LIND_TRY(lind_reader_name(r, expected, &request->name, &request->where));
  LIND_TAKE(request->arguments, r->arena, ARGUMENTS_MAX);
  if (!lind_reader_accept(r, LIND_TOKEN_OPEN)) return LIND_OK;
  if (lind_reader_accept(r, LIND_TOKEN_CLOSE)) return LIND_OK;
  do {
    LIND_CHECK_AT(request->n < ARGUMENTS_MAX, LIND_ERR_INPUT, r->token.where, "%s(...) has more than %d arguments", request->name,
                  ARGUMENTS_MAX);
    LIND_TRY(read_argument(r, &request->arguments[request->n++]));
  } while (lind_reader_accept(r, LIND_TOKEN_COMMA));
  return lind_reader_need(r, LIND_TOKEN_CLOSE, "',' or ')'");
}

/* ---- kinds
 * ----------------------------------------------------------------------------------------------------------------------- */

static lind_err read_text(lind_reader *r, lind_statement *s) { return lind_reader_text(r, "a text in quotes", &s->text); }

static lind_err read_model(lind_reader *r, lind_statement *s) { return lind_statement_name(r, "the model's name", s); }

static lind_err read_time(lind_reader *r, lind_statement *s) {
  const char *text;
  s->unit_where = r->token.where;
  s->has_unit = true;
  if (r->token.kind == LIND_TOKEN_UNIT) return lind_statement_unit(r, "a unit of time", s);
  LIND_TRY(lind_reader_name(r, "a unit of time, such as h", &text, &s->unit_where));
  const lind_err err = lind_unit_parse(text, &s->unit);
  return err == LIND_OK ? LIND_OK : lind_error_fail_at(err, s->unit_where, "%s", lind_error_message());
}

static lind_err read_levels(lind_reader *r, lind_statement *s) {
  const char **names;
  LIND_TAKE(names, r->arena, LEVELS_MAX);
  LIND_TRY(lind_reader_need(r, LIND_TOKEN_OPEN, "'(' and the levels in quotes"));
  do {
    const lind_where where = r->token.where;
    LIND_CHECK_AT(!s->other, LIND_ERR_INPUT, where, "'other' must be the last of the levels of '%s'", s->names[0].name);
    LIND_CHECK_AT(s->levels.n < LEVELS_MAX, LIND_ERR_INPUT, where, "'%s' has more than %d levels", s->names[0].name, LEVELS_MAX);
    if (lind_reader_accept_word(r, "other")) {
      s->other = true;
      names[s->levels.n++] = "other";
      continue;
    }
    const char *name;
    LIND_TRY(lind_reader_text(r, "a level in quotes, or other", &name));
    LIND_CHECK_AT(strcmp(name, "other") != 0, LIND_ERR_INPUT, where,
                  "the level \"other\" of '%s' is written other, without quotes: it stands for all that are not named",
                  s->names[0].name);
    LIND_CHECK_AT(name[0] != '\0', LIND_ERR_INPUT, where, "a level of '%s' is empty", s->names[0].name);
    for (int i = 0; i < s->levels.n; ++i)
      LIND_CHECK_AT(strcmp(names[i], name) != 0, LIND_ERR_INPUT, where, "the level \"%s\" of '%s' is named twice", name,
                    s->names[0].name);
    names[s->levels.n++] = name;
  } while (lind_reader_accept(r, LIND_TOKEN_COMMA));
  s->levels.names = names;
  return lind_reader_need(r, LIND_TOKEN_CLOSE, "',' or ')'");
}

static lind_err read_covariate(lind_reader *r, lind_statement *s) {
  static const char expected[] = "a unit in brackets, genotype(...) or category(...)";
  LIND_TRY(lind_statement_name(r, "the covariate's name", s));
  if (lind_reader_accept_word(r, "genotype")) {
    s->type = LIND_TYPE_GENOTYPE;
    LIND_TRY(read_levels(r, s));
  } else if (lind_reader_accept_word(r, "category")) {
    s->type = LIND_TYPE_CATEGORY;
    LIND_TRY(read_levels(r, s));
  } else {
    LIND_TRY(lind_statement_unit(r, expected, s));
  }
  for (;;) {
    if (!s->optional && lind_reader_is_word(r, "optional"))
      s->optional = lind_reader_accept_word(r, "optional");
    else if (!s->linear && s->has_unit && lind_reader_is_word(r, "linear"))
      s->linear = lind_reader_accept_word(r, "linear");
    else if (s->text == NULL && r->token.kind == LIND_TOKEN_TEXT)
      LIND_TRY(lind_statement_about(r, s));
    else
      return LIND_OK;
  }
}

static lind_err read_parameter(lind_reader *r, lind_statement *s) {
  LIND_TRY(lind_statement_name(r, "the parameter's name", s));
  LIND_TRY(lind_reader_need(r, LIND_TOKEN_ASSIGN, "'=' and the parameter's value"));
  LIND_TRY(lind_reader_expression(r, &s->value));
  return lind_statement_about(r, s);
}

static lind_err read_random(lind_reader *r, lind_statement *s) {
  LIND_TAKE(s->names, r->arena, NAMES_MAX);
  do {
    LIND_CHECK_AT(s->n < NAMES_MAX, LIND_ERR_INPUT, r->token.where, "more than %d random effects stand in one block", NAMES_MAX);
    LIND_TRY(lind_reader_name(r, "the name of a random effect", &s->names[s->n].name, &s->names[s->n].where));
    s->n++;
  } while (lind_reader_accept(r, LIND_TOKEN_COMMA));
  if (!lind_reader_accept_mark(r, '~')) return lind_reader_unexpected(r, "'~' and a distribution");
  LIND_TRY(lind_statement_request(r, "normal(sd = ...)", &s->request));
  s->occasion = lind_reader_accept_word(r, "occasion");
  LIND_TRY(lind_statement_about(r, s));
  if (!s->occasion) s->occasion = lind_reader_accept_word(r, "occasion");
  return LIND_OK;
}

static lind_err read_drift(lind_reader *r, lind_statement *s) {
  LIND_TRY(lind_statement_name(r, "the drift's name", s));
  if (!lind_reader_accept_mark(r, '~')) return lind_reader_unexpected(r, "'~' and a process");
  LIND_TRY(lind_statement_request(r, "ornstein_uhlenbeck(sd = ..., tau = ..., every = ...)", &s->request));
  return lind_statement_about(r, s);
}

static lind_err read_output(lind_reader *r, lind_statement *s) {
  LIND_TRY(lind_statement_name(r, "the output's name", s));
  if (r->token.kind == LIND_TOKEN_UNIT) LIND_TRY(lind_statement_unit(r, "a unit", s));
  if (lind_reader_accept(r, LIND_TOKEN_ASSIGN)) LIND_TRY(lind_reader_expression(r, &s->value));
  for (;;) {
    if (s->request.name == NULL && lind_reader_accept_word(r, "error"))
      LIND_TRY(lind_statement_request(
          r, "additive(...), proportional(...), lognormal(...), combined(...), power(...) or sensor(...)", &s->request));
    else if (s->request.name != NULL && s->extra.name == NULL && lind_reader_is_word(r, "correlation"))
      LIND_TRY(lind_statement_request(r, "correlation(tau = ...)", &s->extra));
    else if (s->text == NULL && r->token.kind == LIND_TOKEN_TEXT)
      LIND_TRY(lind_statement_about(r, s));
    else
      return LIND_OK;
  }
}

static lind_err read_variable(lind_reader *r, lind_statement *s) {
  LIND_TRY(lind_statement_name(r, "a name", s));
  LIND_TRY(lind_reader_need(r, LIND_TOKEN_ASSIGN, "'='"));
  LIND_TRY(lind_reader_expression(r, &s->value));
  return lind_statement_about(r, s);
}

static lind_err read_set_item(lind_reader *r, lind_statement *s) {
  LIND_CHECK_AT(s->n_items < LIND_STATEMENT_ITEMS, LIND_ERR_INPUT, r->token.where, "the set '%s' has more than %d values",
                s->names[0].name, LIND_STATEMENT_ITEMS);
  lind_named *item = &s->items[s->n_items];
  LIND_TRY(lind_reader_name(r, "a parameter's name or '}'", &item->name, &item->where));
  LIND_TRY(lind_reader_need(r, LIND_TOKEN_ASSIGN, "'=' and a value"));
  LIND_TRY(lind_reader_expression(r, &s->item_values[s->n_items]));
  s->n_items++;
  return LIND_OK;
}

/* The name of a set may have hyphens: xia-2024 is read piece by piece. */
static lind_err read_set_name(lind_reader *r, lind_statement *s) {
  LIND_TAKE(s->names, r->arena, 1);
  s->n = 1;
  const lind_token first = r->token;
  if (first.kind != LIND_TOKEN_NAME) return lind_reader_unexpected(r, "the set's name");
  const char *p = first.begin;
  while ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || *p == '_' || *p == '-' || *p == '.')
    ++p;
  char *copy;
  LIND_TAKE(copy, r->arena, p - first.begin + 1);
  memcpy(copy, first.begin, (size_t)(p - first.begin));
  s->names[0] = (lind_named){.name = copy, .where = first.where};
  lind_where where = first.where;
  where.column += (int)(p - first.begin);
  lind_lexer_init(&r->lexer, p, where, 1);
  (void)lind_reader_take(r);
  return LIND_OK;
}

/* behind '{': name = value ... } */
static lind_err read_values(lind_reader *r, lind_statement *s) {
  LIND_TAKE(s->items, r->arena, LIND_STATEMENT_ITEMS);
  LIND_TAKE(s->item_values, r->arena, LIND_STATEMENT_ITEMS);
  while (!lind_reader_accept_mark(r, '}')) {
    if (s->source == NULL && lind_reader_accept_word(r, "source"))
      LIND_TRY(lind_reader_text(r, "a source in quotes", &s->source));
    else
      LIND_TRY(read_set_item(r, s));
  }
  return LIND_OK;
}

static lind_err read_set(lind_reader *r, lind_statement *s) {
  LIND_TRY(read_set_name(r, s));
  if (r->token.kind == LIND_TOKEN_TEXT) LIND_TRY(lind_reader_text(r, "a title", &s->title));
  if (!lind_reader_accept_mark(r, '{')) return lind_reader_unexpected(r, "'{' and the set's values");
  return read_values(r, s);
}

/* ---- composition
 * ------------------------------------------------------------------------------------------------------------------- */

/* input NAME [unit] = value */
static lind_err read_input(lind_reader *r, lind_statement *s) {
  LIND_TRY(lind_statement_name(r, "the input's name", s));
  LIND_TRY(lind_statement_unit(r, "the input's unit in brackets ([1] for a plain number)", s));
  LIND_TRY(lind_reader_need(r, LIND_TOKEN_ASSIGN, "'=' and the value that the input has where nothing is connected"));
  LIND_TRY(lind_reader_expression(r, &s->value));
  return lind_statement_about(r, s);
}

/* use MODULE as NAME { parameter = value ... } */
static lind_err read_use(lind_reader *r, lind_statement *s) {
  s->module.where = r->token.where;
  s->quoted = r->token.kind == LIND_TOKEN_TEXT;
  if (s->quoted)
    LIND_TRY(lind_reader_text(r, "a path in quotes", &s->module.name));
  else
    LIND_TRY(lind_reader_name(r, "a shipped model's name, or a path in quotes", &s->module.name, &s->module.where));
  if (!lind_reader_accept_word(r, "as")) return lind_reader_unexpected(r, "'as' and what the module is called here");
  LIND_TRY(lind_statement_name(r, "what the module is called here", s));
  LIND_CHECK_AT(strchr(s->names[0].name, '.') == NULL, LIND_ERR_INPUT, s->names[0].where,
                "what a module is called has no dot, but '%s' has; the dot stands between it and the module's own names",
                s->names[0].name);
  LIND_TRY(lind_statement_about(r, s));
  return lind_reader_accept_mark(r, '{') ? read_values(r, s) : LIND_OK;
}

/* connect PORT = expression */
static lind_err read_connect(lind_reader *r, lind_statement *s) {
  LIND_TRY(lind_statement_name(r, "an input of a module, such as heart.drug_conc,", s));
  LIND_TRY(lind_reader_need(r, LIND_TOKEN_ASSIGN, "'=' and what is connected"));
  LIND_TRY(lind_reader_expression(r, &s->value));
  return lind_statement_about(r, s);
}

/* ---- a file
 * ---------------------------------------------------------------------------------------------------------------------- */

static const struct {
  const char *word; /* NULL: none */
  const char *noun;
  lind_err (*read)(lind_reader *, lind_statement *);
} kinds[] = {
    [LIND_SAYS_MODEL] = {"model", "the model", read_model},
    [LIND_SAYS_TITLE] = {"title", "a title", read_text},
    [LIND_SAYS_SOURCE] = {"source", "a source", read_text},
    [LIND_SAYS_TIME] = {"time", "the time", read_time},
    [LIND_SAYS_COVARIATE] = {"covariate", "a covariate", read_covariate},
    [LIND_SAYS_PARAMETER] = {"parameter", "a parameter", read_parameter},
    [LIND_SAYS_RANDOM] = {"random", "a random effect", read_random},
    [LIND_SAYS_DRIFT] = {"drift", "a drift", read_drift},
    [LIND_SAYS_VARIABLE] = {NULL, "a variable", read_variable},
    [LIND_SAYS_STATE] = {"state", "a state", lind_statement_state},
    [LIND_SAYS_TRANSIT] = {"transit", "part of a transit chain", lind_statement_transit},
    [LIND_SAYS_DERIVATIVE] = {NULL, "a derivative", lind_statement_derivative},
    [LIND_SAYS_NOISE] = {"noise", "a noise", lind_statement_noise},
    [LIND_SAYS_REACTION] = {"reaction", "a reaction", lind_statement_reaction},
    [LIND_SAYS_WHEN] = {"when", "a state event", lind_statement_when},
    [LIND_SAYS_EVENT] = {"event", "an event", lind_statement_event},
    [LIND_SAYS_OUTPUT] = {"output", "an output", read_output},
    [LIND_SAYS_INPUT] = {"input", "an input", read_input},
    [LIND_SAYS_USE] = {"use", "a module", read_use},
    [LIND_SAYS_CONNECT] = {"connect", "a connection", read_connect},
    [LIND_SAYS_SET] = {"set", "a parameter set", read_set},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

const char *lind_statement_noun(lind_says kind) { return kinds[kind].noun; }

bool lind_statement_defines(lind_says kind) { /* the names of the others are names of something else, or of the file */
  return kind != LIND_SAYS_MODEL && kind != LIND_SAYS_DERIVATIVE && kind != LIND_SAYS_NOISE && kind != LIND_SAYS_SET &&
         kind != LIND_SAYS_USE;
}

static lind_err unknown(const lind_reader *r, const lind_token *first) {
  const char *words[KINDS];
  size_t n = 0;
  char word[64] = "", list[400];
  if (first->kind != LIND_TOKEN_NAME)
    return lind_error_fail_at(
        LIND_ERR_INPUT, first->where,
        "a statement cannot begin with '%.*s'; a line goes on where it ends in an operator or inside brackets",
        (int)(first->end - first->begin), first->begin);
  for (int i = 0; i < KINDS; ++i)
    if (kinds[i].word != NULL) words[n++] = kinds[i].word;
  memcpy(word, first->start, first->length < sizeof word ? first->length : sizeof word - 1);
  const char *nearest = lind_text_nearest(word, words, n);
  if (nearest != NULL && r->token.kind != LIND_TOKEN_OPEN)
    return lind_error_fail_at(LIND_ERR_INPUT, first->where, "'%s' begins no statement; did you mean '%s'?", word, nearest);
  return lind_error_fail_at(LIND_ERR_INPUT, first->where,
                            "'%s' begins no statement; known are %s, d/dt(state) = ... and name = ...", word,
                            lind_text_list(words, n, list, sizeof list));
}

/* Which kind begins here; its first word is taken, unless the kind has none. */
static lind_err kind_of(lind_reader *r, lind_says *kind) {
  lind_reader ahead = *r;
  const lind_token first = lind_reader_take(&ahead);
  const bool named = first.kind == LIND_TOKEN_NAME;
  if (named && ahead.token.kind == LIND_TOKEN_ASSIGN) {
    *kind = LIND_SAYS_VARIABLE;
    return LIND_OK;
  }
  if (lind_reader_is_word(r, "d") && ahead.token.kind == LIND_TOKEN_DIVIDE) {
    *kind = LIND_SAYS_DERIVATIVE;
    return LIND_OK;
  }
  for (int i = 0; i < KINDS; ++i)
    if (kinds[i].word != NULL && lind_reader_accept_word(r, kinds[i].word)) {
      *kind = (lind_says)i;
      return LIND_OK;
    }
  return unknown(&ahead, &first);
}

/* Words that may follow on the line that names the model. */
static bool is_heading(const lind_reader *r) {
  return lind_reader_is_word(r, "title") || lind_reader_is_word(r, "source") || lind_reader_is_word(r, "time");
}

lind_err lind_statement_read(const char *text, const char *path, lind_arena *arena, lind_statement **statements, int *n) {
  lind_piece *pieces;
  lind_statement *made;
  int n_pieces, count = 0;
  LIND_TRY(lind_reader_split(text, path, arena, &pieces, &n_pieces));
  LIND_CHECK_AT(n_pieces <= STATEMENTS_MAX, LIND_ERR_INPUT, pieces[n_pieces - 1].where,
                "a file has at most %d statements, and this has %d; make modules of its parts", STATEMENTS_MAX, n_pieces);
  LIND_TAKE(made, arena, n_pieces * HEADINGS); /* title, source and time may share the model's line */
  for (int i = 0; i < n_pieces; ++i) {
    lind_reader r;
    lind_reader_init(&r, &pieces[i], arena);
    for (int k = 0; k < HEADINGS; ++k) {
      lind_statement *s = &made[count];
      s->where = r.token.where;
      LIND_TRY(kind_of(&r, &s->kind));
      LIND_TRY(kinds[s->kind].read(&r, s));
      ++count;
      if (s->kind > LIND_SAYS_TIME || !is_heading(&r)) break;
    }
    if (r.token.kind != LIND_TOKEN_END) return lind_reader_unexpected(&r, "the end of the statement");
  }
  *statements = made;
  *n = count;
  return LIND_OK;
}
