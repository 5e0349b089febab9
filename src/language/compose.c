/* A model and the modules that it uses as one list of statements. */
#include "compose.h"

#include <string.h>

#include "../expression/expression_internal.h"
#include "build.h"
#include "lind/text.h"

typedef struct list {
  int n, room;
  lind_statement *of;
} list;

static lind_err append(lind_arena *arena, list *to, const lind_statement *from, int n) {
  if (to->n + n > to->room) {
    lind_statement *more;
    to->room = 2 * (to->n + n);
    LIND_TAKE(more, arena, to->room);
    if (to->n > 0) memcpy(more, to->of, (size_t)to->n * sizeof *more);
    to->of = more;
  }
  if (n > 0) memcpy(to->of + to->n, from, (size_t)n * sizeof *from);
  to->n += n;
  return LIND_OK;
}

static bool is_heading(lind_says kind) { return kind <= LIND_SAYS_TIME; }

/* ---- which module
 * ------------------------------------------------------------------------------------------------------------------------ */

typedef struct source {
  const char *name, *path, *text;
  bool swapped;
} source;

static lind_err no_loop(lind_composition *c, const source *found, const lind_using *using, lind_where where) {
  const char *chain = "it";
  int depth = 0;
  for (const lind_using *u = using; u != NULL; u = u->by, ++depth) {
    if (strcmp(u->path, found->path) == 0)
      return lind_error_fail_at(LIND_ERR_INPUT, where, "'%s' cannot be part of itself: it uses %s", found->name, chain);
    chain = lind_arena_format(c->arena, "%s, which uses %s", u->name, chain);
    LIND_CHECK(chain != NULL, LIND_ERR_MEMORY, "no memory for the names of modules");
  }
  LIND_CHECK_AT(depth < LIND_COMPOSE_DEPTH, LIND_ERR_INPUT, where, "modules use modules more than %d deep", LIND_COMPOSE_DEPTH);
  return LIND_OK;
}

static lind_err find_source(lind_composition *c, const char *as, const lind_using *using, const lind_statement *use,
                            source *found) {
  const char *name = use->module.name, *from = using->path;
  bool quoted = use->quoted;
  lind_where where = use->module.where;
  found->swapped = false;
  for (int i = 0; i < c->n_swaps; ++i) {
    if (strcmp(c->swaps[i].module, as) != 0) continue;
    const size_t length = strlen(c->swaps[i].use);
    name = c->swaps[i].use;
    quoted = length > 5 && strcmp(name + length - 5, ".lind") == 0;
    from = NULL;
    where = c->swaps[i].where;
    found->swapped = c->swapped[i] = true;
  }
  LIND_CHECK_AT(c->library != NULL, LIND_ERR_INPUT, where, "the module '%s' cannot be found: there is no library", name);
  LIND_TRY(c->library->find(c->library, name, quoted, from, where, c->arena, &found->text, &found->path));
  found->name = name;
  return no_loop(c, found, using, where);
}

static lind_err note(lind_composition *c, const char *as, const source *from, const lind_model *alone) {
  LIND_CHECK(c->n_modules < LIND_COMPOSE_MODULES, LIND_ERR_INPUT, "%s: a model is made of more than %d modules", from->path,
             LIND_COMPOSE_MODULES);
  c->modules[c->n_modules++] = (lind_model_module){
      .as = as, .use = from->name, .path = from->path, .title = alone->title, .source = alone->source, .swapped = from->swapped};
  lind_buffer_put(&c->text, "\n# ---- module %s\n", as);
  lind_buffer_append(&c->text, from->text, strlen(from->text));
  return LIND_OK;
}

/* ---- what the file says about its module
 * ------------------------------------------------------------------------------------------------------- */

/* A covariate that is connected is one of the module only. */
static lind_err open_covariates(const lind_statement *own, int n_own, const char *alias, lind_statement *module, int n) {
  const size_t length = strlen(alias);
  for (int i = 0; i < n_own; ++i) {
    const char *port = own[i].names == NULL ? "" : own[i].names[0].name;
    if (own[i].kind != LIND_SAYS_CONNECT || strncmp(port, alias, length) != 0 || port[length] != '.') continue;
    for (int k = 0; k < n; ++k) {
      if (module[k].kind != LIND_SAYS_COVARIATE || strcmp(module[k].names[0].name, port + length + 1) != 0) continue;
      LIND_CHECK_AT(module[k].has_unit, LIND_ERR_INPUT, own[i].names[0].where,
                    "'%s' is a covariate with levels, which nothing can be connected to", port);
      module[k].kind = LIND_SAYS_INPUT;
    }
  }
  return LIND_OK;
}

static lind_err unknown_value(lind_arena *arena, const lind_named *name, const char *module, const lind_statement *statements,
                              int n) {
  const char **names;
  char suggestion[80];
  size_t known = 0;
  LIND_TAKE(names, arena, n + 1);
  for (int i = 0; i < n; ++i)
    if (statements[i].kind == LIND_SAYS_PARAMETER || statements[i].kind == LIND_SAYS_INPUT)
      names[known++] = statements[i].names[0].name;
  return lind_error_fail_at(LIND_ERR_INPUT, name->where, "'%s' is not a parameter of %s%s", name->name, module,
                            lind_text_suggestion(name->name, names, known, suggestion, sizeof suggestion));
}

/* use ... { parameter = value }: other defaults, of the same dimension. */
static lind_err give_values(lind_arena *arena, const lind_statement *use, lind_statement *module, int n) {
  const lind_scope nothing = {.what = "a parameter's value"};
  for (int i = 0; i < use->n_items; ++i) {
    lind_statement *to = NULL;
    lind_tree *core;
    lind_unit unit;
    for (int k = 0; k < n && to == NULL; ++k)
      if ((module[k].kind == LIND_SAYS_PARAMETER || module[k].kind == LIND_SAYS_INPUT) &&
          strcmp(module[k].names[0].name, use->items[i].name) == 0)
        to = &module[k];
    if (to == NULL) return unknown_value(arena, &use->items[i], use->module.name, module, n);
    for (int k = 0; k < i; ++k)
      LIND_CHECK_AT(strcmp(use->items[k].name, use->items[i].name) != 0, LIND_ERR_INPUT, use->items[i].where,
                    "'%s' is given twice", use->items[i].name);
    LIND_TRY(lind_connect_unit(arena, to, &unit));
    LIND_TRY(lind_expression_check_number(use->item_values[i], &nothing, unit.dimension, arena, &core));
    to->value = use->item_values[i];
  }
  return LIND_OK;
}

/* ---- modules
 * --------------------------------------------------------------------------------------------------------------------------- */

static lind_err bring_in(lind_composition *c, const char *prefix, const lind_using *using, const lind_statement *use,
                         const list *own, list *made) {
  const char *alias = use->names[0].name, *as = lind_arena_format(c->arena, "%s%s", prefix, alias),
             *inside = lind_arena_format(c->arena, "%s%s.", prefix, alias);
  lind_model *alone;
  source from;
  list module = {0};
  LIND_CHECK(as != NULL && inside != NULL, LIND_ERR_MEMORY, "no memory for the module %s", alias);
  LIND_TRY(find_source(c, as, using, use, &from));
  const lind_using deeper = {.name = from.name, .path = from.path, .by = using};
  LIND_TRY(lind_build_alone(c, inside, &deeper, from.text, &alone));
  LIND_TRY(note(c, as, &from, alone));
  LIND_TRY(lind_statement_read(from.text, from.path, c->arena, &module.of, &module.n));
  LIND_TRY(lind_compose(c, inside, &deeper, &module.of, &module.n));
  if (!from.swapped) LIND_TRY(give_values(c->arena, use, module.of, module.n));
  LIND_TRY(open_covariates(own->of, own->n, alias, module.of, module.n));
  LIND_TRY(lind_rename_module(c->arena, alias, module.of, module.n));
  for (int i = 0; i < module.n; ++i)
    if (!is_heading(module.of[i].kind)) LIND_TRY(append(c->arena, made, &module.of[i], 1));
  return LIND_OK;
}

/* ---- covariates
 * ------------------------------------------------------------------------------------------------------------------------ */

static bool same_levels(const lind_statement *a, const lind_statement *b) {
  if (a->levels.n != b->levels.n || a->other != b->other) return false;
  for (int i = 0; i < a->levels.n; ++i)
    if (strcmp(a->levels.names[i], b->levels.names[i]) != 0) return false;
  return true;
}

static lind_err one_covariate(lind_statement *first, const lind_statement *again) {
  const bool same = first->has_unit == again->has_unit && first->type == again->type && same_levels(first, again) &&
                    first->linear == again->linear && lind_unit_same_dimension(first->unit.dimension, again->unit.dimension);
  LIND_CHECK_AT(same, LIND_ERR_INPUT, again->where,
                "the covariate '%s' is another one than that of line %d of %s; covariates of one name are one of the patient, of "
                "one kind, unit or levels",
                again->names[0].name, first->where.line, first->where.file);
  first->optional = first->optional && again->optional;
  return LIND_OK;
}

/* Covariates of one name are one. */
static lind_err merge_covariates(list *made) {
  int kept = 0;
  for (int i = 0; i < made->n; ++i) {
    int k = 0;
    if (made->of[i].kind == LIND_SAYS_COVARIATE) {
      while (k < kept &&
             (made->of[k].kind != LIND_SAYS_COVARIATE || strcmp(made->of[k].names[0].name, made->of[i].names[0].name) != 0))
        ++k;
      if (k < kept) {
        LIND_TRY(one_covariate(&made->of[k], &made->of[i]));
        continue;
      }
    }
    made->of[kept++] = made->of[i];
  }
  made->n = kept;
  return LIND_OK;
}

/* ---- the whole
 * ------------------------------------------------------------------------------------------------------------------------ */

static lind_err called_once(const list *own, int at) {
  for (int i = 0; i < at; ++i)
    if (own->of[i].kind == LIND_SAYS_USE)
      LIND_CHECK_AT(strcmp(own->of[i].names[0].name, own->of[at].names[0].name) != 0, LIND_ERR_INPUT, own->of[at].names[0].where,
                    "two modules are called '%s'; the other is on line %d", own->of[at].names[0].name, own->of[i].where.line);
  return LIND_OK;
}

lind_err lind_compose(lind_composition *c, const char *as, const lind_using *using, lind_statement **statements, int *n) {
  const list own = {.n = *n, .of = *statements};
  list made = {0};
  bool composed = false;
  for (int i = 0; i < own.n; ++i) {
    composed |= own.of[i].kind == LIND_SAYS_USE || own.of[i].kind == LIND_SAYS_CONNECT;
    if (own.of[i].kind != LIND_SAYS_USE) continue;
    LIND_TRY(called_once(&own, i));
    LIND_TRY(bring_in(c, as, using, &own.of[i], &own, &made));
  }
  if (!composed) return LIND_OK;
  LIND_TRY(lind_connect_all(c, as, own.of, own.n, made.of, made.n));
  for (int i = 0; i < own.n; ++i)
    if (own.of[i].kind != LIND_SAYS_USE && own.of[i].kind != LIND_SAYS_CONNECT) LIND_TRY(append(c->arena, &made, &own.of[i], 1));
  LIND_TRY(merge_covariates(&made));
  LIND_TRY(lind_order_statements(c->arena, made.of, made.n));
  *statements = made.of;
  *n = made.n;
  return LIND_OK;
}
