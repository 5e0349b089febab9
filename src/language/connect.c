/* What is connected to what: an input or parameter of a module becomes a variable. */
#include <stdio.h>
#include <string.h>

#include "../expression/expression_internal.h"
#include "build.h"
#include "compose.h"
#include "lind/text.h"

static bool takes(lind_says kind) { return kind == LIND_SAYS_INPUT || kind == LIND_SAYS_PARAMETER; }

lind_err lind_connect_unit(lind_arena *arena, const lind_statement *given, lind_unit *unit) {
  const lind_scope nothing = {.what = "the value of a parameter"};
  lind_tree *core;
  if (given->has_unit) {
    *unit = given->unit;
    return LIND_OK;
  }
  const bool as_written = given->value->op == LIND_OP_CONSTANT && given->value->unit.text[0] != '\0';
  LIND_TRY(lind_expression_check(given->value, &nothing, arena, &core));
  *unit = as_written ? given->value->unit : lind_build_unit(core->type.dimension);
  return LIND_OK;
}

/* ---- sentences
 * ----------------------------------------------------------------------------------------------------------------------- */

static lind_err unknown_module(const lind_composition *c, const char *as, const lind_named *port) {
  const char *names[LIND_COMPOSE_MODULES];
  const size_t length = strcspn(port->name, "."), skip = strlen(as);
  char word[64], list[240], suggestion[80];
  size_t n = 0;
  for (int i = 0; i < c->n_modules; ++i) /* those of this file */
    if (strncmp(c->modules[i].as, as, skip) == 0 && strchr(c->modules[i].as + skip, '.') == NULL)
      names[n++] = c->modules[i].as + skip;
  for (size_t i = 0; i < n; ++i)
    if (strlen(names[i]) == length && strncmp(names[i], port->name, length) == 0) return LIND_OK;
  (void)snprintf(word, sizeof word, "%.*s", (int)length, port->name);
  LIND_CHECK_AT(port->name[length] == '.', LIND_ERR_INPUT, port->where,
                "'%s' is no input of a module; it is written connect MODULE.INPUT = ...", port->name);
  LIND_CHECK_AT(n > 0, LIND_ERR_INPUT, port->where, "there is no module '%s'; it is brought in above with use ... as %s", word,
                word);
  return lind_error_fail_at(LIND_ERR_INPUT, port->where, "there is no module '%s'%s; known %s %s", word,
                            lind_text_suggestion(word, names, n, suggestion, sizeof suggestion), n == 1 ? "is" : "are",
                            lind_text_list(names, n, list, sizeof list));
}

static lind_err unknown_port(const lind_composition *c, const lind_named *port, const lind_statement *made, int n) {
  const size_t length = strcspn(port->name, ".") + 1;
  const char **names;
  const char **names_inside;
  char list[240], suggestion[160] = "";
  size_t inputs = 0, all = 0;
  LIND_TAKE(names, c->arena, n);
  LIND_TAKE(names_inside, c->arena, n);
  for (int pass = 0; pass < 2; ++pass) /* inputs first: they want to be connected */
    for (int i = 0; i < n; ++i)
      if (takes(made[i].kind) && (made[i].kind == LIND_SAYS_INPUT) == (pass == 0) &&
          strncmp(made[i].names[0].name, port->name, length) == 0) {
        names[all] = made[i].names[0].name;
        names_inside[all] = names[all] + length; /* what stands in front of all is no likeness */
        ++all;
        inputs += pass == 0;
      }
  LIND_CHECK_AT(all > 0, LIND_ERR_INPUT, port->where, "'%s' is no input: the module '%.*s' has none, nor a parameter", port->name,
                (int)length - 1, port->name);
  const char *nearest = lind_text_nearest(port->name + length, names_inside, all);
  if (nearest != NULL)
    (void)snprintf(suggestion, sizeof suggestion, " (did you mean '%.*s%s'?)", (int)length, port->name, nearest);
  return lind_error_fail_at(LIND_ERR_INPUT, port->where, "'%s' is neither an input nor a parameter of the module%s; %s %s",
                            port->name, suggestion, inputs > 0 ? "inputs are" : "parameters are",
                            lind_text_list(names, inputs > 0 ? inputs : all, list, sizeof list));
}

static lind_err refused(const lind_statement *connect, const lind_statement *other) {
  const lind_named *port = &connect->names[0];
  LIND_CHECK_AT(other->kind != LIND_SAYS_CONNECT, LIND_ERR_INPUT, port->where, "'%s' is connected already, on line %d of %s",
                port->name, other->where.line, other->where.file);
  return lind_error_fail_at(LIND_ERR_INPUT, port->where,
                            "'%s' is %s of the module and takes nothing; an input or a parameter does", port->name,
                            lind_statement_noun(other->kind));
}

/* ---- connections
 * --------------------------------------------------------------------------------------------------------------------- */

static lind_err find(const lind_composition *c, const char *as, const lind_statement *connect, lind_statement *made, int n,
                     lind_statement **found) {
  const lind_named *port = &connect->names[0];
  for (int i = 0; i < n; ++i) {
    if (!lind_statement_defines(made[i].kind) || made[i].kind == LIND_SAYS_COVARIATE) continue;
    for (int k = 0; k < made[i].n; ++k) {
      if (strcmp(made[i].names[k].name, port->name) != 0) continue;
      if (!takes(made[i].kind)) return refused(connect, &made[i]);
      *found = &made[i];
      return LIND_OK;
    }
  }
  LIND_TRY(unknown_module(c, as, port));
  return unknown_port(c, port, made, n);
}

static lind_err note(lind_composition *c, const char *as, const lind_statement *s) {
  const char *text;
  LIND_TRY(lind_expression_text(s->value, c->arena, &text));
  const char *name = lind_arena_format(c->arena, "%s%s", as, s->names[0].name);
  LIND_CHECK(name != NULL, LIND_ERR_MEMORY, "no memory for a connection");
  if (c->n_connections == c->room_connections) {
    lind_model_connection *more;
    c->room_connections = 2 * c->room_connections + 16;
    LIND_TAKE(more, c->arena, c->room_connections);
    if (c->n_connections > 0) memcpy(more, c->connections, (size_t)c->n_connections * sizeof *more);
    c->connections = more;
  }
  c->connections[c->n_connections++] =
      (lind_model_connection){.input = name, .unit = s->unit, .from = text, .about = s->text, .where = s->where};
  return LIND_OK;
}

/* Values that a module's sets have for what is no parameter any more. */
static void forget(lind_statement *made, int n, const char *name) {
  for (int i = 0; i < n; ++i) {
    lind_statement *s = &made[i];
    int kept = 0;
    if (s->kind != LIND_SAYS_SET) continue;
    for (int k = 0; k < s->n_items; ++k) {
      if (strcmp(s->items[k].name, name) == 0) continue;
      s->items[kept] = s->items[k];
      s->item_values[kept++] = s->item_values[k];
    }
    s->n_items = kept;
  }
}

/* A value in braces for what is connected would be one in vain. */
static lind_err not_given(const lind_statement *connect, const lind_statement *own, int n_own) {
  const lind_named *port = &connect->names[0];
  for (int i = 0; i < n_own; ++i) {
    const size_t length = own[i].kind == LIND_SAYS_USE ? strlen(own[i].names[0].name) : 0;
    if (length == 0 || strncmp(own[i].names[0].name, port->name, length) != 0 || port->name[length] != '.') continue;
    for (int k = 0; k < own[i].n_items; ++k)
      LIND_CHECK_AT(strcmp(own[i].items[k].name, port->name + length + 1) != 0, LIND_ERR_INPUT, port->where,
                    "'%s' is connected here and has a value in braces on line %d; it can have one of the two", port->name,
                    own[i].items[k].where.line);
  }
  return LIND_OK;
}

lind_err lind_connect_all(lind_composition *c, const char *as, lind_statement *own, int n_own, lind_statement *made, int n) {
  for (int i = 0; i < n_own; ++i) {
    lind_statement *s = &own[i], *port = NULL;
    if (s->kind != LIND_SAYS_CONNECT) continue;
    LIND_TRY(find(c, as, s, made, n, &port));
    LIND_TRY(not_given(s, own, n_own));
    LIND_TRY(lind_connect_unit(c->arena, port, &s->unit));
    s->has_unit = true;
    s->unit_where = port->where;
    if (s->text == NULL) s->text = port->text;
    LIND_TRY(note(c, as, s));
    forget(made, n, s->names[0].name);
    *port = *s;
  }
  return LIND_OK;
}
