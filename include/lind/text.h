/* text.h -- small questions about words: the nearest known name, number parsing that does not depend on the locale, words that
 * depend on a count. Depends on: the C library only. */
#ifndef LIND_TEXT_H
#define LIND_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* The entry of names[n] nearest to `word` (Damerau-Levenshtein, case-blind, at most a third of its length + 1, and not the
 * whole word), the first of equals, or NULL. */
const char *lind_text_nearest(const char *word, const char *const *names, size_t n);
/* " (did you mean 'x'?)" or "" -- written into buffer and returned, to end a sentence with. */
const char *lind_text_suggestion(const char *word, const char *const *names, size_t n, char *buffer, size_t size);
/* "a, b and c" of names[n] into buffer, cut with "..." where it does not fit; returned. */
const char *lind_text_list(const char *const *names, size_t n, char *buffer, size_t size);
/* The whole of `text` is one finite decimal number (C locale, no hex, no inf or nan). */
bool lind_text_number(const char *text, double *value);
/* The number at the head of `text` ("5 mg", "1e3/h"): how many characters it takes, 0 if there is none. */
size_t lind_text_number_head(const char *text, double *value);
/* The whole of `text` is a decimal integer without sign that fits. */
bool lind_text_count(const char *text, unsigned long long *value);
bool lind_text_equal_nocase(const char *a, const char *b);

#endif
