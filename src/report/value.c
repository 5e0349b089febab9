/* value.c -- documents to numbers, numbers to words. */
#include "value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DASH       "\xE2\x80\x93" /* en dash: no number */
#define MINUS      "\xE2\x88\x92" /* U+2212 */
#define THIN       "\xE2\x80\xAF" /* U+202F narrow no-break space, between thousands */
#define PLUS_MINUS " \xC2\xB1 "

const char *lind_value_text(const json_t *object, const char *key, const char *absent) {
  const json_t *value = json_object_get(object, key);
  return json_is_string(value) ? json_string_value(value) : absent;
}

static double number(const json_t *value) { return json_is_number(value) ? json_number_value(value) : (double)NAN; }

double lind_value_number(const json_t *object, const char *key) { return number(json_object_get(object, key)); }

double lind_value_at(const json_t *object, const char *key, size_t index) {
  return number(json_array_get(json_object_get(object, key), index));
}

int lind_value_decimals(double value, double error) {
  double scale = fabs(error);
  if (!(scale > 0.0) || !isfinite(scale)) { /* no error known: three digits */
    if (!(fabs(value) > 0.0) || !isfinite(value)) return 1;
    const int after = 2 - (int)floor(log10(fabs(value)));
    return after < 0 ? 0 : after > 4 ? 4 : after;
  }
  int decimals = -(int)floor(log10(scale));
  if (scale * pow(10.0, decimals) < 1.95) decimals++;
  return decimals < 0 ? 0 : decimals > 5 ? 5 : decimals;
}

lind_value_words lind_value_fixed(double value, int decimals) {
  lind_value_words words = {DASH};
  if (!isfinite(value) || fabs(value) > 1e30) return words;
  char digits[64];
  (void)snprintf(digits, sizeof digits, "%.*f", decimals, fabs(value));
  const bool zero = strspn(digits, "0.,") == strlen(digits); /* no "-0.0" */
  char *out = words.text;
  *out = '\0';
  if (value < 0.0 && !zero) out = stpcpy(out, MINUS);
  const size_t whole = strspn(digits, "0123456789");
  for (size_t i = 0; digits[i] != '\0'; i++) {
    if (i > 0 && i < whole && whole > 4 && (whole - i) % 3 == 0) out = stpcpy(out, THIN);
    *out++ = i == whole ? '.' : digits[i]; /* whatever the locale's decimal point is */
    *out = '\0';
  }
  return words;
}

lind_value_words lind_value_with_error(double value, double error) {
  const int decimals = lind_value_decimals(value, error);
  lind_value_words words = lind_value_fixed(value, decimals);
  if (isfinite(value) && isfinite(error)) {
    const size_t used = strlen(words.text);
    (void)snprintf(words.text + used, sizeof words.text - used, PLUS_MINUS "%.60s", lind_value_fixed(error, decimals).text);
  }
  return words;
}

lind_value_words lind_value_interval(double lower, double upper, int decimals) {
  lind_value_words words = {DASH};
  if (isfinite(lower) && isfinite(upper))
    (void)snprintf(words.text, sizeof words.text, "%.60s to %.60s", lind_value_fixed(lower, decimals).text,
                   lind_value_fixed(upper, decimals).text);
  return words;
}

lind_value_words lind_value_short(double value) {
  lind_value_words words = {DASH};
  if (!isfinite(value)) return words;
  (void)snprintf(words.text, sizeof words.text, "%s%.6g", value < 0.0 ? MINUS : "", fabs(value));
  char *point = strchr(words.text, ',');
  if (point != NULL) *point = '.';
  return words;
}

lind_value_words lind_value_plain(double value) {
  int decimals = 0; /* as it was published: no digit added, none lost up to six */
  while (decimals < 6 && isfinite(value) && fabs(value * pow(10.0, decimals) - round(value * pow(10.0, decimals))) > 1e-6)
    decimals++;
  return lind_value_fixed(value, decimals);
}

lind_value_words lind_value_unit(const char *unit) {
  lind_value_words words = {""};
  if (unit != NULL && unit[0] != '\0' && strcmp(unit, "1") != 0) (void)snprintf(words.text, sizeof words.text, " %s", unit);
  return words;
}
