/* value.h -- looking things up in the documents (absent and null are both "not said") and writing numbers as people do. */
#ifndef LIND_VALUE_H
#define LIND_VALUE_H

#include <jansson.h>
#include <stdbool.h>

const char *lind_value_text(const json_t *object, const char *key, const char *absent);
double lind_value_number(const json_t *object, const char *key);           /* NAN where it is not a number */
double lind_value_at(const json_t *object, const char *key, size_t index); /* of an array */

enum { LIND_VALUE_TEXT = 128 };
typedef struct lind_value_words { /* returned by value so that several fit one call */
  char text[LIND_VALUE_TEXT];
} lind_value_words;

/* How many decimals a number deserves: its error is shown with one digit, two if the first is 1. Without an error: three digits.
 */
int lind_value_decimals(double value, double error);
lind_value_words lind_value_fixed(double value, int decimals);      /* "470 123", "-6.70" with a true minus; a dash for NAN */
lind_value_words lind_value_with_error(double value, double error); /* "6.70 ± 0.05"; no ± part where error is NAN */
lind_value_words lind_value_interval(double lower, double upper, int decimals); /* "3.3 to 10.1"; a dash where either is NAN */
lind_value_words lind_value_short(double value);    /* up to 6 digits, for parameters: "0.174", "1e-06" */
lind_value_words lind_value_plain(double value);    /* as published: up to 6 digits, no padding */
lind_value_words lind_value_unit(const char *unit); /* " %", " mg"; "" for "1" and "" */

#endif
