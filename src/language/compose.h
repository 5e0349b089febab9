/* compose.h -- a model that uses others becomes one list of statements: `use` brings in the statements of a module, whose names
 * get the module's in front; `connect` makes a variable of an input; what is left is put into an order in which everything is
 * defined above its use. What comes out is what one would have written by hand: nothing behind it knows of modules.
 *
 * Invariants: covariates are the patient's and keep their names; a model without `use` passes unchanged, in its own order.
 */
#ifndef LIND_LANGUAGE_COMPOSE_H
#define LIND_LANGUAGE_COMPOSE_H

#include "buffer.h"
#include "lind/model.h"
#include "statement.h"

/* Where the texts of modules come from. */
typedef struct lind_library {
  /* The text of `name`, a shipped model or (quoted) a path relative to `from`; path: for messages. */
  lind_err (*find)(const struct lind_library *library, const char *name, bool quoted, const char *from, lind_where where,
                   lind_arena *arena, const char **text, const char **path);
  const void *context;
} lind_library;

/* Who uses whom: a module cannot use itself. */
typedef struct lind_using {
  const char *name, *path;
  const struct lind_using *by; /* NULL: the model itself */
} lind_using;

enum { LIND_COMPOSE_MODULES = 64, LIND_COMPOSE_DEPTH = 8 };

typedef struct lind_composition {
  lind_arena *arena;
  const lind_library *library; /* NULL: there are no modules */
  const lind_model_swap *swaps;
  int n_swaps;
  int n_modules, n_connections, room_connections;
  lind_model_module *modules; /* [LIND_COMPOSE_MODULES] */
  lind_model_connection *connections;
  lind_buffer text; /* of the modules, in the order of their use */
  bool *swapped;    /* [n_swaps] the module was found */
} lind_composition;

/* statements[n] is replaced; `as` is what the model is called in the whole ("" for the whole, "heart."). */
lind_err lind_compose(lind_composition *c, const char *as, const lind_using *using, lind_statement **statements,
                      int *n) LIND_MUST_CHECK;

/* rename.c: the names of a module get `alias` and a dot in front; covariates keep theirs, but for those that are connected, which
 * become inputs. */
lind_err lind_rename_module(lind_arena *arena, const char *alias, lind_statement *statements, int n) LIND_MUST_CHECK;
/* order.c: everything below what it is made of, otherwise as it stands; a loop is a sentence. */
lind_err lind_order_statements(lind_arena *arena, lind_statement *statements, int n) LIND_MUST_CHECK;
/* connect.c: makes each connect among own[n_own] the definition of what it names in made[n], statements of modules. */
lind_err lind_connect_all(lind_composition *c, const char *as, lind_statement *own, int n_own, lind_statement *made,
                          int n) LIND_MUST_CHECK;
/* The dimension of a parameter's or input's value; `unit` as written where there is one. */
lind_err lind_connect_unit(lind_arena *arena, const lind_statement *given, lind_unit *unit) LIND_MUST_CHECK;

#endif
