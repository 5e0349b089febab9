/* Names: looking them up, and the sentence when they are not there. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "lind/text.h"

const lind_symbol *lind_expression_find(const lind_scope *scope, const char *name) {
  for (; scope != NULL; scope = scope->outer)
    for (int i = 0; i < scope->n; ++i)
      if (strcmp(scope->symbols[i].name, name) == 0) return &scope->symbols[i];
  return NULL;
}

static lind_err unknown(const lind_scope *scope, const lind_tree *name, lind_arena *arena) {
  size_t n = 0;
  const char **names;
  for (const lind_scope *s = scope; s != NULL; s = s->outer) n += (size_t)s->n;
  LIND_TAKE(names, arena, n);
  n = 0;
  for (const lind_scope *s = scope; s != NULL; s = s->outer)
    for (int i = 0; i < s->n; ++i) names[n++] = s->symbols[i].name;
  const char *in = scope != NULL && scope->what != NULL ? " in " : "";
  const char *what = scope != NULL && scope->what != NULL ? scope->what : " here";
  const char *nearest = lind_text_nearest(name->text, names, n);
  if (nearest != NULL)
    return lind_error_fail_at(LIND_ERR_INPUT, name->where, "'%s' is not known%s%s; did you mean '%s'?", name->text, in, what,
                              nearest);
  if (n == 0)
    return lind_error_fail_at(LIND_ERR_INPUT, name->where, "'%s' is not known%s%s, where only numbers can stand", name->text, in,
                              what);
  char list[240];
  return lind_error_fail_at(LIND_ERR_INPUT, name->where, "'%s' is not known%s%s; known are %s", name->text, in, what,
                            lind_text_list(names, n, list, sizeof list));
}

lind_err lind_scope_available(const lind_symbol *symbol, lind_where where) {
  LIND_CHECK_AT(symbol->slot >= 0, LIND_ERR_INPUT, where, "'%s' is not available here%s%s", symbol->name,
                symbol->about != NULL && symbol->about[0] != '\0' ? ": " : "", symbol->about != NULL ? symbol->about : "");
  return LIND_OK;
}

lind_err lind_scope_symbol(const lind_scope *scope, const lind_tree *name, lind_arena *arena, const lind_symbol **symbol) {
  const lind_symbol *known = lind_expression_find(scope, name->text);
  if (known == NULL && lind_lower_knows(name->text))
    return lind_error_fail_at(LIND_ERR_INPUT, name->where, "'%s' is a function and is written %s(...)", name->text, name->text);
  if (known == NULL) return unknown(scope, name, arena);
  LIND_TRY(lind_scope_available(known, name->where));
  *symbol = known;
  return LIND_OK;
}
