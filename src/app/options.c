/* options.c -- command lines are input, too: one sentence with the nearest known name. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "lind/text.h"

static const lind_option *find(const lind_option *options, const char *name, size_t length) {
  for (; options->name != NULL; options++)
    if (strlen(options->name) == length && strncmp(options->name, name, length) == 0) return options;
  return NULL;
}

static lind_err unknown(const lind_option *options, const char *name, int length) {
  const char *names[64];
  size_t n = 0;
  char word[128], suggestion[160];
  for (; options[n].name != NULL && n < 64; n++) names[n] = options[n].name;
  (void)snprintf(word, sizeof word, "%.*s", length, name);
  return lind_error_fail(LIND_ERR_INPUT, __FILE__, __LINE__, "%s is not an option of this command%s", word,
                         lind_text_suggestion(word, names, n, suggestion, sizeof suggestion));
}

/* What would be a count: 1e5 is one in other words. Returns `text`. */
static const char *count_hint(const char *value, char *text, size_t size) {
  char *end;
  const double number = strtod(value, &end);
  text[0] = '\0';
  if (value[0] != '\0' && strspn(value, "0123456789") == strlen(value))
    (void)snprintf(text, size, " below 18446744073709551616");
  else if (end != value && *end == '\0' && !signbit(number) && number <= 9007199254740992.0 && number == floor(number))
    (void)snprintf(text, size, "; %.0f would be right", number);
  return text;
}

static lind_err take(const lind_option *option, const char *value) {
  char hint[64];
  unsigned long long count;
  switch (option->kind) {
    case LIND_OPTION_TEXT:
      *(const char **)option->into = value;
      return LIND_OK;
    case LIND_OPTION_FLAG:
      *(bool *)option->into = true;
      return LIND_OK;
    case LIND_OPTION_COUNT:
      LIND_CHECK(lind_text_count(value, &count), LIND_ERR_INPUT, "%s is '%s'; it must be a whole number%s", option->name, value,
                 count_hint(value, hint, sizeof hint));
      *(uint64_t *)option->into = count;
      return LIND_OK;
    case LIND_OPTION_LIST:
      break;
  }
  lind_option_list *list = option->into;
  LIND_CHECK(list->n < 64, LIND_ERR_INPUT, "%s is given more than 64 times", option->name);
  list->at[list->n++] = value;
  return LIND_OK;
}

lind_err lind_options_read(int n, char **arguments, const lind_option *options, const char **positional, int most,
                           int *n_positional) {
  *n_positional = 0;
  for (int i = 0; i < n; i++) {
    const char *word = arguments[i];
    if (word[0] == '-' && isalpha((unsigned char)word[1])) return unknown(options, word, (int)strlen(word));
    if (strncmp(word, "--", 2) != 0) {
      LIND_CHECK(*n_positional < most, LIND_ERR_INPUT, "'%s' is one argument too many", word);
      positional[(*n_positional)++] = word;
      continue;
    }
    const char *equals = strchr(word, '=');
    const size_t length = equals != NULL ? (size_t)(equals - word) : strlen(word);
    const lind_option *option = find(options, word, length);
    if (option == NULL) return unknown(options, word, (int)length);
    if (option->kind == LIND_OPTION_FLAG) {
      LIND_CHECK(equals == NULL, LIND_ERR_INPUT, "%s takes no value", option->name);
      LIND_TRY(take(option, NULL));
      continue;
    }
    const char *value = equals != NULL ? equals + 1 : i + 1 < n ? arguments[++i] : NULL;
    LIND_CHECK(value != NULL, LIND_ERR_INPUT, "%s needs a value", option->name);
    LIND_TRY(take(option, value));
  }
  return LIND_OK;
}
