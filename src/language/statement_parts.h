/* statement_parts.h -- what the readers of statements share, and the statements about how states change (statement_change.c).
 * Each fills *s, whose kind and place are known.
 */
#ifndef LIND_LANGUAGE_STATEMENT_PARTS_H
#define LIND_LANGUAGE_STATEMENT_PARTS_H

#include "statement.h"

enum { LIND_STATEMENT_ITEMS = 1024 }; /* values of a set, resets of an event */

/* ---- statement.c: parts
 * -------------------------------------------------------------------------------------------------------------- */

lind_err lind_statement_name(lind_reader *r, const char *expected, lind_statement *s) LIND_MUST_CHECK;
lind_err lind_statement_about(lind_reader *r, lind_statement *s) LIND_MUST_CHECK; /* a text, if one stands here */
lind_err lind_statement_unit(lind_reader *r, const char *expected, lind_statement *s) LIND_MUST_CHECK;
/* name(key = value, ...) or a name alone */
lind_err lind_statement_request(lind_reader *r, const char *expected, lind_request *request) LIND_MUST_CHECK;

/* ---- statement_change.c
 * -------------------------------------------------------------------------------------------------------------- */

lind_err lind_statement_state(lind_reader *r, lind_statement *s) LIND_MUST_CHECK;
lind_err lind_statement_transit(lind_reader *r, lind_statement *s) LIND_MUST_CHECK;
lind_err lind_statement_derivative(lind_reader *r, lind_statement *s) LIND_MUST_CHECK;
lind_err lind_statement_noise(lind_reader *r, lind_statement *s) LIND_MUST_CHECK;
lind_err lind_statement_reaction(lind_reader *r, lind_statement *s) LIND_MUST_CHECK;
lind_err lind_statement_when(lind_reader *r, lind_statement *s) LIND_MUST_CHECK;
lind_err lind_statement_event(lind_reader *r, lind_statement *s) LIND_MUST_CHECK;

#endif
