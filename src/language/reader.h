/* reader.h -- the words of one statement. A statement is one line, or more while a bracket is open, a line ends in an operator or
 * the next one begins with one.
 */
#ifndef LIND_LANGUAGE_READER_H
#define LIND_LANGUAGE_READER_H

#include <stdbool.h>

#include "../expression/lexer.h"
#include "lind/expression.h"

/* A statement's text, cut out of the file. */
typedef struct lind_piece {
  const char *text;
  lind_where where;
} lind_piece;

/* The statements of a file; blank ones are left out. */
lind_err lind_reader_split(const char *text, const char *path, lind_arena *arena, lind_piece **pieces, int *n) LIND_MUST_CHECK;

typedef struct lind_reader {
  lind_lexer lexer;
  lind_token token; /* the next one, not yet taken */
  lind_arena *arena;
} lind_reader;

void lind_reader_init(lind_reader *reader, const lind_piece *piece, lind_arena *arena);
lind_token lind_reader_take(lind_reader *reader);
bool lind_reader_accept(lind_reader *reader, lind_token_kind kind);
bool lind_reader_accept_mark(lind_reader *reader, char mark); /* '~', ':', '{', '}': no tokens of an expression */
bool lind_reader_is_word(const lind_reader *reader, const char *word);
bool lind_reader_accept_word(lind_reader *reader, const char *word);
/* "expected" completes "... is expected, but 'x' stands here". */
lind_err lind_reader_unexpected(const lind_reader *reader, const char *expected) LIND_MUST_CHECK;
lind_err lind_reader_need(lind_reader *reader, lind_token_kind kind, const char *expected) LIND_MUST_CHECK;
lind_err lind_reader_name(lind_reader *reader, const char *expected, const char **name, lind_where *where) LIND_MUST_CHECK;
lind_err lind_reader_text(lind_reader *reader, const char *expected, const char **text) LIND_MUST_CHECK;
lind_err lind_reader_unit(lind_reader *reader, const char *expected, lind_unit *unit) LIND_MUST_CHECK;
lind_err lind_reader_expression(lind_reader *reader, lind_tree **tree) LIND_MUST_CHECK;
/* [a, b, c]: expressions, which may have units */
lind_err lind_reader_list(lind_reader *reader, lind_tree ***trees, int *n) LIND_MUST_CHECK;

#endif
