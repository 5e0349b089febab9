#include <string.h>

#include "lind/text.h"
#include "sections.h"

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

lind_err lind_keys_check(const char *name, lind_where where, const char *what) {
  bool good = is_letter(name[0]);
  for (const char *c = name; *c != '\0'; ++c) good = good && (is_letter(*c) || is_digit(*c) || *c == '-' || *c == '_');
  LIND_CHECK_AT(good, LIND_ERR_INPUT, where, "'%s' is no name for %s; a letter, then letters, digits, - and _ are", name, what);
  return LIND_OK;
}

lind_err lind_keys_check_definition(const char *of, const char *name, lind_where where) {
  static const char *const taken[] = {"if",
                                      "then",
                                      "else",
                                      "and",
                                      "or",
                                      "not",
                                      "in",
                                      "true",
                                      "false",
                                      "count",
                                      "alleles",
                                      "genotypes",
                                      "allele",
                                      "table",
                                      "round",
                                      "clamp",
                                      "pow",
                                      "day",
                                      "visit",
                                      "dose"
#define FUNCTION(name, text, arity) , text
                                      LIND_FUNCTION_LIST(FUNCTION)
#undef FUNCTION
  };
  bool good = is_letter(name[0]);
  for (const char *c = name; *c != '\0'; ++c) good = good && (is_letter(*c) || is_digit(*c) || *c == '_');
  LIND_CHECK_AT(good, LIND_ERR_INPUT, where, "'%s' is no name for a definition; a letter, then letters, digits and _ are", name);
  const bool earlier_dose = strncmp(name, "dose_", 5) == 0 && name[5] >= '1' && name[5] <= '7' && name[6] == '\0';
  bool known = earlier_dose;
  for (size_t i = 0; i < sizeof taken / sizeof *taken; ++i) known = known || strcmp(name, taken[i]) == 0;
  LIND_CHECK_AT(!known, LIND_ERR_INPUT, where, "%s.%s has a name that rules know already; choose another", of, name);
  return LIND_OK;
}

lind_err lind_keys_mapping(const lind_node *node, const char *section, const char *what, const lind_node **mapping) {
  static const lind_node nothing = {.kind = LIND_NODE_MAPPING, .path = ""};
  if (node == NULL) {
    *mapping = &nothing;
    return LIND_OK;
  }
  LIND_CHECK_AT(node->kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, node->where, "%s must be a mapping of names", section);
  for (int i = 0; i < node->n; ++i) LIND_TRY(lind_keys_check(node->keys[i], node->key_where[i], what));
  *mapping = node;
  return LIND_OK;
}

static const char *name_at(const void *first, size_t stride, int i) {
  const char *name;
  memcpy(&name, (const char *)first + stride * (size_t)i, sizeof name); /* `name` stands first in every struct that has one */
  return name;
}

int lind_keys_find(const char *name, const void *first, int n, size_t stride) {
  for (int i = 0; i < n; ++i)
    if (strcmp(name_at(first, stride, i), name) == 0) return i;
  return -1;
}

lind_err lind_keys_known(const lind_words *word, const char *key, const char *what, const void *first, int n, size_t stride) {
  if (lind_keys_find(word->text, first, n, stride) >= 0) return LIND_OK;
  enum { KNOWN_MAX = 256 };
  const char *known[KNOWN_MAX] = {NULL};
  const int n_known = n < KNOWN_MAX ? n : KNOWN_MAX;
  for (int i = 0; i < n_known; ++i) known[i] = name_at(first, stride, i);
  const char *nearest = lind_text_nearest(word->text, known, (size_t)n_known);
  char list[400];
  if (nearest != NULL)
    return lind_error_fail_at(LIND_ERR_INPUT, word->where, "%s names '%s', which is no %s; did you mean '%s'?", key, word->text,
                              what, nearest);
  if (n_known == 0)
    return lind_error_fail_at(LIND_ERR_INPUT, word->where, "%s names '%s', but the protocol has no %s", key, word->text, what);
  return lind_error_fail_at(LIND_ERR_INPUT, word->where, "%s names '%s', which is no %s; known are %s", key, word->text, what,
                            lind_text_list(known, (size_t)n_known, list, sizeof list));
}
