/* The names of a module get what it is called in front, with a dot. */
#include <string.h>

#include "compose.h"
#include "references.h"

typedef struct renaming {
  lind_arena *arena;
  const char *alias;
  int n;
  const char **names; /* [n] that the module calls its own, but for covariates, which are the patient's */
} renaming;

static lind_err collect(void *context, const char **name, lind_where where) {
  renaming *r = context;
  (void)where;
  r->names[r->n++] = *name;
  return LIND_OK;
}

static lind_err collect_all(renaming *r, lind_statement *statements, int n) {
  int room = 0;
  for (int i = 0; i < n; ++i) room += statements[i].n + statements[i].n_items;
  LIND_TAKE(r->names, r->arena, room);
  for (int i = 0; i < n; ++i)
    if (lind_statement_defines(statements[i].kind) && statements[i].kind != LIND_SAYS_COVARIATE)
      LIND_TRY(lind_references_own(&statements[i], collect, r));
  return LIND_OK;
}

static lind_err put_in_front(renaming *r, const char **name) {
  const char *made = lind_arena_format(r->arena, "%s.%s", r->alias, *name);
  LIND_CHECK(made != NULL, LIND_ERR_MEMORY, "no memory for the names of the module '%s'", r->alias);
  *name = made;
  return LIND_OK;
}

static bool is_own(const renaming *r, const char *name) {
  for (int i = 0; i < r->n; ++i)
    if (strcmp(r->names[i], name) == 0) return true;
  return false;
}

static lind_err rename_reference(void *context, const char **name, lind_where where) {
  (void)where;
  return is_own(context, *name) ? put_in_front(context, name) : LIND_OK;
}

static lind_err rename_own(void *context, const char **name, lind_where where) {
  (void)where;
  return put_in_front(context, name);
}

/* `output weight`, a covariate again: the output is the module's, what it shows the patient's. */
static lind_err show_covariate(renaming *r, lind_statement *s) {
  if (s->kind != LIND_SAYS_OUTPUT || s->value != NULL || is_own(r, s->names[0].name)) return LIND_OK;
  return lind_expression_parse(s->names[0].name, s->names[0].where, r->arena, &s->value);
}

lind_err lind_rename_module(lind_arena *arena, const char *alias, lind_statement *statements, int n) {
  renaming r = {.arena = arena, .alias = alias};
  LIND_TRY(collect_all(&r, statements, n));
  for (int i = 0; i < n; ++i) {
    lind_statement *s = &statements[i];
    LIND_TRY(show_covariate(&r, s));
    LIND_TRY(lind_references_read(s, rename_reference, &r));
    if (s->kind != LIND_SAYS_COVARIATE) LIND_TRY(lind_references_own(s, rename_own, &r));
    if (s->kind == LIND_SAYS_TRANSIT) s->extra.name = s->names[0].name;
  }
  return LIND_OK;
}
