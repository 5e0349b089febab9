/* settings.c -- what an estimator may be told, beside level and null: presets, and a setting as written. */
#include <math.h>
#include <string.h>

#include "lind/estimator.h"
#include "lind/text.h"

static int count_words(const char *const *words) {
  int n = 0;
  while (words[n] != NULL) n++;
  return n;
}

void lind_estimator_preset(const lind_estimator *estimator, lind_analysis_settings *settings) {
  for (int k = 0; estimator->settings != NULL && estimator->settings[k].name != NULL; k++)
    settings->of[k] = estimator->settings[k].preset;
}

static lind_err set_word(const lind_setting *row, const char *key, const char *value, lind_where where, double *into) {
  const int n = count_words(row->words);
  char list[300], suggestion[128];
  for (int w = 0; w < n; w++)
    if (strcmp(row->words[w], value) == 0) {
      *into = w;
      return LIND_OK;
    }
  LIND_CHECK_AT(false, LIND_ERR_INPUT, where, "%s: %s is '%s'; it may be %s%s", key, row->name, value,
                lind_text_list(row->words, (size_t)n, list, sizeof list),
                lind_text_suggestion(value, row->words, (size_t)n, suggestion, sizeof suggestion));
  return LIND_OK;
}

static lind_err set_number(const lind_setting *row, const char *key, const char *value, lind_where where, double *into) {
  double number;
  LIND_CHECK_AT(lind_text_number(value, &number), LIND_ERR_INPUT, where, "%s: %s is '%s'; it must be a number", key, row->name,
                value);
  LIND_CHECK_AT(number >= row->least && number <= row->most, LIND_ERR_INPUT, where, "%s: %s is %g; it must be between %g and %g",
                key, row->name, number, row->least, row->most);
  *into = number;
  return LIND_OK;
}

lind_err lind_estimator_set(const lind_estimator *estimator, const char *key, const char *name, const char *value,
                            lind_where where, lind_analysis_settings *settings) {
  const char *names[LIND_SETTINGS];
  int n = 0;
  for (; estimator->settings != NULL && estimator->settings[n].name != NULL; n++) names[n] = estimator->settings[n].name;
  for (int k = 0; k < n; k++)
    if (strcmp(names[k], name) == 0) {
      const lind_setting *row = &estimator->settings[k];
      return row->words != NULL ? set_word(row, key, value, where, &settings->of[k])
                                : set_number(row, key, value, where, &settings->of[k]);
    }
  char list[300], suggestion[128];
  LIND_CHECK_AT(false, LIND_ERR_INPUT, where, "%s: estimator %s has no setting '%s'; it has %s%s", key, estimator->name, name,
                n > 0 ? lind_text_list(names, (size_t)n, list, sizeof list) : "none",
                lind_text_suggestion(name, names, (size_t)n, suggestion, sizeof suggestion));
  return LIND_OK;
}
