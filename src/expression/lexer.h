/* lexer.h -- the words of an expression, one at a time. Text that is no word becomes a LIND_TOKEN_BAD with its problem, so that a
 * caller who stops in front of it (lind_expression_parse_head) never hears of it. Private to src/expression and src/language. */
#ifndef LIND_EXPRESSION_LEXER_H
#define LIND_EXPRESSION_LEXER_H

#include <stddef.h>

#include "lind/error.h"

typedef enum {
  LIND_TOKEN_END,
  LIND_TOKEN_NUMBER, /* value */
  LIND_TOKEN_NAME,   /* letters, digits, _ and inner dots */
  LIND_TOKEN_TEXT,   /* start, length: what stands between the quotes */
  LIND_TOKEN_UNIT,   /* start, length: what stands between the brackets, trimmed */
  LIND_TOKEN_OPEN,
  LIND_TOKEN_CLOSE,
  LIND_TOKEN_COMMA,
  LIND_TOKEN_ASSIGN,
  LIND_TOKEN_PLUS,
  LIND_TOKEN_MINUS,
  LIND_TOKEN_TIMES,
  LIND_TOKEN_DIVIDE,
  LIND_TOKEN_POWER,
  LIND_TOKEN_LESS,
  LIND_TOKEN_LESS_EQUAL,
  LIND_TOKEN_GREATER,
  LIND_TOKEN_GREATER_EQUAL,
  LIND_TOKEN_EQUAL,
  LIND_TOKEN_DIFFERENT,
  LIND_TOKEN_IF,
  LIND_TOKEN_THEN,
  LIND_TOKEN_ELSE,
  LIND_TOKEN_AND,
  LIND_TOKEN_OR,
  LIND_TOKEN_NOT,
  LIND_TOKEN_IN,
  LIND_TOKEN_TRUE,
  LIND_TOKEN_FALSE,
  LIND_TOKEN_BAD, /* problem: the end of a sentence that begins with the quoted token */
  LIND_TOKEN_COUNT
} lind_token_kind;

typedef struct lind_token {
  lind_token_kind kind;
  const char *start; /* the payload: without quotes and brackets */
  size_t length;
  const char *begin, *end; /* the whole token in the text */
  lind_where where;
  double value;
  const char *problem;
} lind_token;

typedef struct lind_lexer {
  const char *at;
  lind_where where; /* of *at; columns count characters, not bytes */
  int first_column; /* where the lines after the first begin */
} lind_lexer;

void lind_lexer_init(lind_lexer *lexer, const char *text, lind_where origin, int first_column);
/* Blanks, line ends and comments (# to the end of the line) are skipped. At the end of the text: LIND_TOKEN_END, again and again.
 */
lind_token lind_lexer_next(lind_lexer *lexer);

#endif
