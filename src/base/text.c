#include "lind/text.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_MAX = 63 }; /* nobody misspells a longer name by a letter */

static int lower(char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static int least(int a, int b) { return a < b ? a : b; }

bool lind_text_equal_nocase(const char *a, const char *b) {
  for (; *a != '\0' && lower(*a) == lower(*b); a++, b++) continue;
  return lower(*a) == lower(*b);
}

/* Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours (Damerau, CACM 7 (1964) 171;
 * Levenshtein, Sov. Phys. Dokl. 10 (1966) 707), no substring edited twice. */
static int distance(const char *a, size_t n_a, const char *b, size_t n_b) {
  int rows[3][WORD_MAX + 1];
  int *before = rows[0], *last = rows[1], *now = rows[2];
  for (size_t j = 0; j <= n_b; j++) last[j] = (int)j;
  for (size_t i = 1; i <= n_a; i++) {
    now[0] = (int)i;
    for (size_t j = 1; j <= n_b; j++) {
      const int change = lower(a[i - 1]) != lower(b[j - 1]);
      now[j] = least(least(last[j] + 1, now[j - 1] + 1), last[j - 1] + change);
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
        now[j] = least(now[j], before[j - 2] + 1);
    }
    int *const free_row = before;
    before = last;
    last = now;
    now = free_row;
  }
  return last[n_b];
}

const char *lind_text_nearest(const char *word, const char *const *names, size_t n) {
  const size_t n_word = strlen(word);
  if (n_word > WORD_MAX) return NULL;
  const char *nearest = NULL;
  int best = (int)(n_word / 3) + 2;
  for (size_t i = 0; i < n; i++) {
    const size_t n_name = strlen(names[i]);
    if (n_name > WORD_MAX) continue;
    const int d = distance(word, n_word, names[i], n_name);
    const size_t longer = n_word > n_name ? n_word : n_name;
    if (d >= best || (size_t)d >= longer) continue; /* a name that shares no letter is not near */
    best = d;
    nearest = names[i];
  }
  return nearest;
}

const char *lind_text_suggestion(const char *word, const char *const *names, size_t n, char *buffer, size_t size) {
  const char *nearest = lind_text_nearest(word, names, n);
  if (nearest != NULL)
    (void)snprintf(buffer, size, " (did you mean '%s'?)", nearest);
  else if (size > 0)
    buffer[0] = '\0';
  return buffer;
}

const char *lind_text_list(const char *const *names, size_t n, char *buffer, size_t size) {
  static const char cut[] = "...";
  if (size == 0) return buffer;
  buffer[0] = '\0';
  size_t used = 0;
  for (size_t i = 0; i < n; i++) {
    const char *between = i == 0 ? "" : i + 1 == n ? " and " : ", ";
    const size_t length = strlen(between) + strlen(names[i]);
    const size_t reserve = i + 1 == n ? 1 : sizeof ", ..."; /* so that the cut itself always fits */
    if (used + length + reserve > size) {
      (void)snprintf(buffer + used, size - used, "%s%s", i == 0 ? "" : ", ", cut);
      return buffer;
    }
    used += (size_t)snprintf(buffer + used, size - used, "%s%s", between, names[i]);
  }
  return buffer;
}

/* Length of the number's spelling at the head: [+-] digits [. digits] [e [+-] digits], at least one digit before the exponent. */
static size_t number_length(const char *text) {
  size_t at = text[0] == '+' || text[0] == '-', digits = 0;
  for (; is_digit(text[at]); at++) digits++;
  if (text[at] == '.') {
    at++;
    for (; is_digit(text[at]); at++) digits++;
  }
  if (digits == 0) return 0;
  if (text[at] == 'e' || text[at] == 'E') {
    size_t power = at + 1;
    if (text[power] == '+' || text[power] == '-') power++;
    if (is_digit(text[power])) {
      while (is_digit(text[power])) power++;
      at = power;
    }
  }
  return at;
}

size_t lind_text_number_head(const char *text, double *value) {
  const size_t n = number_length(text);
  if (n == 0) return 0;
  char small[64], *spelled = n < sizeof small ? small : malloc(n + 1);
  const locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  bool good = spelled != NULL && c_locale != (locale_t)0;
  if (good) {
    memcpy(spelled, text, n); /* strtod would read on: "0x5" */
    spelled[n] = '\0';
    const double number = strtod_l(spelled, NULL, c_locale);
    good = isfinite(number);
    if (good) *value = number;
  }
  if (c_locale != (locale_t)0) freelocale(c_locale);
  if (spelled != small) free(spelled);
  return good ? n : 0;
}

bool lind_text_number(const char *text, double *value) {
  double number;
  const size_t n = lind_text_number_head(text, &number);
  if (n == 0 || text[n] != '\0') return false;
  *value = number;
  return true;
}

bool lind_text_count(const char *text, unsigned long long *value) {
  unsigned long long count = 0;
  if (text[0] == '\0') return false;
  for (const char *c = text; *c != '\0'; c++) {
    if (!is_digit(*c)) return false;
    if (__builtin_mul_overflow(count, 10ULL, &count)) return false;
    if (__builtin_add_overflow(count, (unsigned long long)(*c - '0'), &count)) return false;
  }
  *value = count;
  return true;
}
