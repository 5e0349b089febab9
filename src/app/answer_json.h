/* answer_json.h -- the one shape of every --json answer of an estimator or a design: method, n, terms, details.
 * Depends on: term.h, Jansson. */
#ifndef LIND_ANSWER_JSON_H
#define LIND_ANSWER_JSON_H

#include <jansson.h>

#include "lind/error.h"
#include "lind/term.h"

json_t *lind_answer_json_number(double value); /* null where it is not finite */
/* To standard output, 17 significant digits; n is null where it is not finite. Takes `details`. */
lind_err lind_answer_json_print(const char *method, double n, const lind_term *terms, int n_terms,
                                json_t *details) LIND_MUST_CHECK;

#endif
