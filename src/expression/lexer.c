#include "lexer.h"

#include <stdbool.h>
#include <string.h>

#include "lind/text.h"

static const struct {
  const char *word;
  lind_token_kind kind;
} keywords[] = {
    {"if", LIND_TOKEN_IF},   {"then", LIND_TOKEN_THEN}, {"else", LIND_TOKEN_ELSE},
    {"and", LIND_TOKEN_AND}, {"or", LIND_TOKEN_OR},     {"not", LIND_TOKEN_NOT},
    {"in", LIND_TOKEN_IN},   {"true", LIND_TOKEN_TRUE}, {"false", LIND_TOKEN_FALSE},
};

/* Longer marks first. A row with a problem is what other languages write. */
static const struct {
  const char *mark;
  lind_token_kind kind;
  const char *problem;
} marks[] = {
    {"<=", LIND_TOKEN_LESS_EQUAL, NULL},
    {">=", LIND_TOKEN_GREATER_EQUAL, NULL},
    {"==", LIND_TOKEN_EQUAL, NULL},
    {"!=", LIND_TOKEN_DIFFERENT, NULL},
    {"<>", LIND_TOKEN_BAD, "is not an operator; 'different' is written !="},
    {"&&", LIND_TOKEN_BAD, "is not an operator; write 'and'"},
    {"||", LIND_TOKEN_BAD, "is not an operator; write 'or'"},
    {"**", LIND_TOKEN_BAD, "is not an operator; a power is written ^"},
    {"!", LIND_TOKEN_BAD, "is not an operator; write 'not'"},
    {"(", LIND_TOKEN_OPEN, NULL},
    {")", LIND_TOKEN_CLOSE, NULL},
    {",", LIND_TOKEN_COMMA, NULL},
    {"=", LIND_TOKEN_ASSIGN, NULL},
    {"+", LIND_TOKEN_PLUS, NULL},
    {"-", LIND_TOKEN_MINUS, NULL},
    {"*", LIND_TOKEN_TIMES, NULL},
    {"/", LIND_TOKEN_DIVIDE, NULL},
    {"^", LIND_TOKEN_POWER, NULL},
    {"<", LIND_TOKEN_LESS, NULL},
    {">", LIND_TOKEN_GREATER, NULL},
    {"]", LIND_TOKEN_BAD, "has no '[' before it"},
};

/* ctype.h asks the locale; this does not */
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
static bool is_continuation(char c) { return ((unsigned char)c & 0xC0u) == 0x80u; } /* of a UTF-8 character */

static void step(lind_lexer *lexer) {
  if (*lexer->at == '\n') {
    ++lexer->where.line;
    lexer->where.column = lexer->first_column;
  } else if (!is_continuation(lexer->at[1])) {
    ++lexer->where.column;
  }
  ++lexer->at;
}

static void advance(lind_lexer *lexer, const char *to) {
  while (lexer->at < to) step(lexer);
}

void lind_lexer_init(lind_lexer *lexer, const char *text, lind_where origin, int first_column) {
  *lexer = (lind_lexer){.at = text, .where = origin, .first_column = first_column};
}

static void skip(lind_lexer *lexer) {
  for (;;) {
    while (is_blank(*lexer->at)) step(lexer);
    if (*lexer->at != '#') return;
    while (*lexer->at != '\0' && *lexer->at != '\n') step(lexer);
  }
}

static void read_number(lind_token *token) {
  const char *p = token->begin;
  while (is_digit(*p) || *p == '.') ++p;
  if (*p == 'e' || *p == 'E') {
    const char *power = p + 1;
    if (*power == '+' || *power == '-') ++power;
    if (is_digit(*power)) p = power;
  }
  while (is_letter(*p) || is_digit(*p) || *p == '.') ++p;
  token->end = p;
  token->length = (size_t)(p - token->begin);
  const size_t read = lind_text_number_head(token->begin, &token->value);
  token->kind = read == token->length ? LIND_TOKEN_NUMBER : LIND_TOKEN_BAD;
  token->problem = read > 0 ? "is neither a number nor a name (a product is written 2 * x, a quantity 2 [mg])"
                            : "is not a number that fits (at most 1.8e308 in size)";
}

static void read_name(lind_token *token) {
  const char *p = token->begin;
  while (is_letter(*p) || is_digit(*p) || (*p == '.' && (is_letter(p[1]) || is_digit(p[1])))) ++p;
  token->kind = LIND_TOKEN_NAME;
  token->end = p;
  token->length = (size_t)(p - token->begin);
  for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; ++i)
    if (strlen(keywords[i].word) == token->length && memcmp(keywords[i].word, token->begin, token->length) == 0)
      token->kind = keywords[i].kind;
}

/* Text in quotes, a unit in brackets: both end on the line they begin on. */
static void read_enclosed(lind_token *token, char close, lind_token_kind kind, const char *problem) {
  const char *p = token->begin + 1;
  while (*p != close && *p != '\0' && *p != '\n') ++p;
  token->start = token->begin + 1;
  token->length = (size_t)(p - token->start);
  token->kind = kind;
  if (*p != close) {
    token->kind = LIND_TOKEN_BAD;
    token->problem = problem;
    token->start = token->begin;
    token->length = 1;
    token->end = token->begin + 1;
    return;
  }
  token->end = p + 1;
  if (kind != LIND_TOKEN_UNIT) return;
  while (token->length > 0 && is_blank(token->start[0])) ++token->start, --token->length;
  while (token->length > 0 && is_blank(token->start[token->length - 1])) --token->length;
}

static void read_mark(lind_token *token) {
  for (size_t i = 0; i < sizeof marks / sizeof marks[0]; ++i) {
    const size_t length = strlen(marks[i].mark);
    if (strncmp(token->begin, marks[i].mark, length) != 0) continue;
    token->kind = marks[i].kind;
    token->problem = marks[i].problem;
    token->length = length;
    token->end = token->begin + length;
    return;
  }
  token->kind = LIND_TOKEN_BAD;
  token->problem = "is not understood in an expression";
  token->length = 1;
  while (is_continuation(token->begin[token->length]) && token->length < 4) ++token->length;
  token->end = token->begin + token->length;
}

lind_token lind_lexer_next(lind_lexer *lexer) {
  skip(lexer);
  const char *p = lexer->at;
  lind_token token = {.kind = LIND_TOKEN_END, .start = p, .begin = p, .end = p, .where = lexer->where};
  if (*p == '\0')
    return token;
  else if (is_digit(*p) || (*p == '.' && is_digit(p[1])))
    read_number(&token);
  else if (is_letter(*p))
    read_name(&token);
  else if (*p == '"' || *p == '\'')
    read_enclosed(&token, *p, LIND_TOKEN_TEXT, "begins a text that has no closing quote");
  else if (*p == '[')
    read_enclosed(&token, ']', LIND_TOKEN_UNIT, "begins a unit that has no ']'");
  else
    read_mark(&token);
  advance(lexer, token.end);
  return token;
}
