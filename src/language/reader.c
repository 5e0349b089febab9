#include "reader.h"

#include <stdio.h>
#include <string.h>

/* ---- statements
 * ---------------------------------------------------------------------------------------------------------------- */

typedef struct scanner {
  const char *at;
  int line, column;
  int depth;
  bool goes_on; /* the last word or mark asks for more */
} scanner;

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

static void step(scanner *s) {
  if (*s->at == '\n') {
    ++s->line;
    s->column = 1;
  } else if (((unsigned char)s->at[1] & 0xC0u) != 0x80u) {
    ++s->column; /* characters, not bytes */
  }
  ++s->at;
}

static bool word_goes_on(const char *word, size_t length) {
  static const char *const words[] = {"and", "or", "not", "if", "then", "else", "in"};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; ++i)
    if (strlen(words[i]) == length && memcmp(words[i], word, length) == 0) return true;
  return false;
}

/* One word, text, comment or mark. */
static void scan_item(scanner *s) {
  const char c = *s->at;
  if (c == '#') {
    while (*s->at != '\0' && *s->at != '\n') step(s);
  } else if (c == '"' || c == '\'') {
    do step(s);
    while (*s->at != '\0' && *s->at != '\n' && *s->at != c);
    if (*s->at == c) step(s);
    s->goes_on = false;
  } else if (is_letter(c)) {
    const char *start = s->at;
    while (is_letter(*s->at)) step(s);
    s->goes_on = word_goes_on(start, (size_t)(s->at - start));
  } else {
    if (strchr("([{", c) != NULL) ++s->depth;
    if (strchr(")]}", c) != NULL && s->depth > 0) --s->depth;
    if (strchr(" \t\r", c) == NULL) s->goes_on = strchr("+-*/^=<>,~!:", c) != NULL;
    step(s);
  }
}

static bool next_line_goes_on(const scanner *s) { /* no statement begins with an operator */
  const char *p = s->at;
  for (;;) {
    p += strspn(p, " \t\r\n");
    if (*p != '#') return *p != '\0' && strchr("+-*/^=<>,~)]", *p) != NULL;
    p += strcspn(p, "\n");
  }
}

/* A statement that begins at *s; true if it is one. */
static bool scan_statement(scanner *s, const char **begin, lind_where *where) {
  while (*s->at != '\0' && strchr(" \t\r\n", *s->at) != NULL) step(s);
  *begin = s->at;
  where->line = s->line;
  where->column = s->column;
  s->depth = 0;
  s->goes_on = false;
  while (*s->at != '\0' && (*s->at != '\n' || s->depth > 0 || s->goes_on || next_line_goes_on(s))) {
    if (*s->at == '\n')
      step(s);
    else
      scan_item(s);
  }
  return **begin != '#' && s->at > *begin;
}

lind_err lind_reader_split(const char *text, const char *path, lind_arena *arena, lind_piece **pieces, int *n) {
  scanner s = {.at = text, .line = 1, .column = 1};
  lind_piece *made;
  int room = 64, count = 0;
  LIND_TAKE(made, arena, room);
  while (*s.at != '\0') {
    const char *begin;
    lind_where where = {.file = path};
    if (!scan_statement(&s, &begin, &where)) continue;
    if (count == room) {
      lind_piece *more;
      LIND_TAKE(more, arena, 2 * room);
      memcpy(more, made, (size_t)room * sizeof *made);
      made = more;
      room *= 2;
    }
    char *copy;
    LIND_TAKE(copy, arena, s.at - begin + 1);
    memcpy(copy, begin, (size_t)(s.at - begin));
    made[count++] = (lind_piece){.text = copy, .where = where};
  }
  *pieces = made;
  *n = count;
  return LIND_OK;
}

/* ---- words
 * --------------------------------------------------------------------------------------------------------------------- */

void lind_reader_init(lind_reader *reader, const lind_piece *piece, lind_arena *arena) {
  reader->arena = arena;
  lind_lexer_init(&reader->lexer, piece->text, piece->where, 1);
  reader->token = lind_lexer_next(&reader->lexer);
}

lind_token lind_reader_take(lind_reader *reader) {
  const lind_token taken = reader->token;
  reader->token = lind_lexer_next(&reader->lexer);
  return taken;
}

bool lind_reader_accept(lind_reader *reader, lind_token_kind kind) {
  if (reader->token.kind != kind) return false;
  (void)lind_reader_take(reader);
  return true;
}

bool lind_reader_accept_mark(lind_reader *reader, char mark) {
  if (reader->token.kind != LIND_TOKEN_BAD || reader->token.begin[0] != mark) return false;
  (void)lind_reader_take(reader);
  return true;
}

bool lind_reader_is_word(const lind_reader *reader, const char *word) {
  const lind_token *token = &reader->token;
  return token->kind == LIND_TOKEN_NAME && strlen(word) == token->length && memcmp(token->start, word, token->length) == 0;
}

bool lind_reader_accept_word(lind_reader *reader, const char *word) {
  if (!lind_reader_is_word(reader, word)) return false;
  (void)lind_reader_take(reader);
  return true;
}

lind_err lind_reader_unexpected(const lind_reader *reader, const char *expected) {
  const lind_token *token = &reader->token;
  const int length = (int)(token->end - token->begin);
  if (token->kind == LIND_TOKEN_END)
    return lind_error_fail_at(LIND_ERR_INPUT, token->where, "%s is expected, but the statement ends", expected);
  if (token->kind == LIND_TOKEN_BAD && strchr("~{}:", token->begin[0]) == NULL)
    return lind_error_fail_at(LIND_ERR_INPUT, token->where, "'%.*s' %s", length > 40 ? 40 : length, token->begin, token->problem);
  return lind_error_fail_at(LIND_ERR_INPUT, token->where, "%s is expected, but '%.*s%s' stands here", expected,
                            length > 40 ? 40 : length, token->begin, length > 40 ? "..." : "");
}

lind_err lind_reader_need(lind_reader *reader, lind_token_kind kind, const char *expected) {
  return lind_reader_accept(reader, kind) ? LIND_OK : lind_reader_unexpected(reader, expected);
}

static lind_err copy(lind_reader *reader, const lind_token *token, const char **text) {
  char *made;
  LIND_TAKE(made, reader->arena, token->length + 1);
  memcpy(made, token->start, token->length);
  *text = made;
  return LIND_OK;
}

lind_err lind_reader_name(lind_reader *reader, const char *expected, const char **name, lind_where *where) {
  if (reader->token.kind != LIND_TOKEN_NAME) return lind_reader_unexpected(reader, expected);
  const lind_token token = lind_reader_take(reader);
  *where = token.where;
  return copy(reader, &token, name);
}

lind_err lind_reader_text(lind_reader *reader, const char *expected, const char **text) {
  if (reader->token.kind != LIND_TOKEN_TEXT) return lind_reader_unexpected(reader, expected);
  const lind_token token = lind_reader_take(reader);
  return copy(reader, &token, text);
}

lind_err lind_reader_unit(lind_reader *reader, const char *expected, lind_unit *unit) {
  if (reader->token.kind != LIND_TOKEN_UNIT) return lind_reader_unexpected(reader, expected);
  const char *text;
  const lind_token token = lind_reader_take(reader);
  LIND_TRY(copy(reader, &token, &text));
  const lind_err err = lind_unit_parse(text, unit);
  return err == LIND_OK ? LIND_OK : lind_error_fail_at(err, token.where, "%s", lind_error_message());
}

/* ---- expressions
 * ----------------------------------------------------------------------------------------------------------------- */

lind_err lind_reader_expression(lind_reader *reader, lind_tree **tree) {
  const char *end;
  LIND_TRY(lind_expression_parse_head(reader->token.begin, reader->token.where, reader->arena, tree, &end));
  while (reader->token.kind != LIND_TOKEN_END && reader->token.begin < end) (void)lind_reader_take(reader);
  return LIND_OK;
}

/* The lexer takes "[a [mg], b]" for a unit that ends at the first ']': a list is read from behind its '[' instead. */
lind_err lind_reader_list(lind_reader *reader, lind_tree ***trees, int *n) {
  lind_tree **made;
  int count = 0, room = 0;
  lind_lexer inside = reader->lexer;
  lind_where where = reader->token.where;
  for (const char *p = reader->token.begin; *p != '\0'; ++p) room += *p == ',';
  LIND_TAKE(made, reader->arena, room + 1);
  ++where.column;
  lind_lexer_init(&inside, reader->token.begin + 1, where, 1);
  reader->lexer = inside;
  reader->token = lind_lexer_next(&reader->lexer);
  do LIND_TRY(lind_reader_expression(reader, &made[count++]));
  while (lind_reader_accept(reader, LIND_TOKEN_COMMA));
  if (reader->token.begin[0] != ']') return lind_reader_unexpected(reader, "',' or ']' of the list");
  (void)lind_reader_take(reader);
  *trees = made;
  *n = count;
  return LIND_OK;
}
