/* What a name means where. */
#include <stdio.h>
#include <string.h>

#include "build.h"
#include "lind/text.h"

static const char *const alone[LIND_MADE_COUNT] = {
    [LIND_MADE_OF_NUMBERS] = "only numbers can stand here",
    [LIND_MADE_OF_PARAMETERS] = "only parameters and numbers can stand here",
    [LIND_MADE_OF_FRAME] = "it changes with time, and this is worked out between events",
};

static lind_err add(lind_builder *b, const lind_named *name, lind_says says) {
  lind_names *names = &b->names;
  const char *later =
      lind_arena_format(b->arena, "it is defined on line %d, below; move its definition above this one", name->where.line);
  LIND_CHECK(later != NULL, LIND_ERR_MEMORY, "no memory for the names of %s", name->where.file);
  for (int i = 0; i < names->n; ++i) {
    const lind_symbol *old = &names->symbols[0][i];
    if (strcmp(old->name, name->name) != 0) continue;
    if (names->where[i].line == 0)
      return lind_error_fail_at(LIND_ERR_INPUT, name->where, "'%s' is already the name of the time of the simulation",
                                name->name);
    const bool here = strcmp(names->where[i].file, name->where.file) == 0;
    return lind_error_fail_at(LIND_ERR_INPUT, name->where, "'%s' is already defined on line %d%s%s as %s", name->name,
                              names->where[i].line, here ? "" : " of ", here ? "" : names->where[i].file,
                              lind_statement_noun(names->says[i]));
  }
  for (int m = 0; m < LIND_MADE_COUNT; ++m)
    names->symbols[m][names->n] = (lind_symbol){.name = name->name, .slot = -1, .about = later};
  names->says[names->n] = says;
  names->where[names->n++] = name->where;
  return LIND_OK;
}

lind_err lind_names_collect(lind_builder *b) {
  int n = 1;
  for (int i = 0; i < b->n_statements; ++i) n += b->statements[i].n;
  for (int m = 0; m < LIND_MADE_COUNT; ++m) LIND_TAKE(b->names.symbols[m], b->arena, n);
  LIND_TAKE(b->names.says, b->arena, n);
  LIND_TAKE(b->names.where, b->arena, n);
  LIND_TAKE(b->names.defined, b->arena, n);
  LIND_TRY(add(b, &(lind_named){.name = "time"}, LIND_SAYS_TIME));
  for (int i = 0; i < b->n_statements; ++i) {
    const lind_statement *s = &b->statements[i];
    const bool again = s->kind == LIND_SAYS_OUTPUT && s->value == NULL; /* an output that has been defined as something else */
    for (int k = 0; k < s->n && lind_statement_defines(s->kind) && !again; ++k) LIND_TRY(add(b, &s->names[k], s->kind));
  }
  return LIND_OK;
}

static int index_of(const lind_builder *b, const char *name) {
  for (int i = 0; i < b->names.n; ++i)
    if (strcmp(b->names.symbols[0][i].name, name) == 0) return i;
  return -1;
}

void lind_names_define(lind_builder *b, const char *name, lind_type type, int slot, const char *about, lind_made_of least) {
  const int i = index_of(b, name);
  b->names.defined[i] = true;
  for (int m = 0; m < LIND_MADE_COUNT; ++m) {
    lind_symbol *symbol = &b->names.symbols[m][i];
    symbol->type = type;
    symbol->slot = (int)least <= m ? slot : -1;
    symbol->about = (int)least <= m ? about : alone[m];
  }
}

void lind_names_deny(lind_builder *b, const char *name, const char *why) {
  const int i = index_of(b, name);
  b->names.defined[i] = true;
  for (int m = 0; m < LIND_MADE_COUNT; ++m) b->names.symbols[m][i].about = why; /* the slot stays -1 */
}

const lind_symbol *lind_names_find(const lind_builder *b, const char *name) {
  const int i = index_of(b, name);
  return i >= 0 && b->names.defined[i] ? &b->names.symbols[LIND_MADE_OF_ALL][i] : NULL;
}

static void mark(lind_builder *b, const lind_tree *core) {
  if (core->op == LIND_OP_SLOT) {
    const int kind = core->slot / LIND_LEAF_SPAN;
    if (b->used[kind] != NULL) b->used[kind][core->slot % LIND_LEAF_SPAN] = true;
  }
  for (int i = 0; i < core->n; ++i) mark(b, core->children[i]);
}

/* The names of the file, and behind them the delays that have been written so far. */
static lind_err scope_of(lind_builder *b, lind_tree *tree, lind_made_of made_of, const char *what, lind_scope scopes[2]) {
  LIND_TRY(lind_delays_lower(b, tree, made_of));
  scopes[1] = (lind_scope){.symbols = b->delay_symbols, .n = b->n_delays};
  scopes[0] = (lind_scope){.symbols = b->names.symbols[made_of], .n = b->names.n, .outer = &scopes[1], .what = what};
  return LIND_OK;
}

lind_err lind_names_check(lind_builder *b, lind_tree *tree, lind_made_of made_of, const char *what, lind_tree **core) {
  lind_scope scopes[2];
  lind_tree *made;
  LIND_TRY(scope_of(b, tree, made_of, what, scopes));
  LIND_TRY(lind_expression_check(tree, scopes, b->arena, &made));
  mark(b, made);
  *core = made;
  return LIND_OK;
}

lind_err lind_names_check_number(lind_builder *b, lind_tree *tree, lind_made_of made_of, const char *what,
                                 lind_dimension dimension, lind_tree **core) {
  lind_scope scopes[2];
  lind_tree *made;
  LIND_TRY(scope_of(b, tree, made_of, what, scopes));
  LIND_TRY(lind_expression_check_number(tree, scopes, dimension, b->arena, &made));
  mark(b, made);
  *core = made;
  return LIND_OK;
}

lind_made_of lind_names_made_of(const lind_builder *b, const lind_tree *core) {
  lind_made_of least = LIND_MADE_OF_NUMBERS;
  if (core->op == LIND_OP_SLOT) {
    const int kind = core->slot / LIND_LEAF_SPAN;
    if (kind == LIND_LEAF_PARAMETER)
      least = LIND_MADE_OF_PARAMETERS;
    else if (kind <= LIND_LEAF_DRIFT)
      least = LIND_MADE_OF_FRAME;
    else if (kind == LIND_LEAF_VARIABLE && !b->dynamic[core->slot % LIND_LEAF_SPAN])
      least = LIND_MADE_OF_FRAME; /* parameters only are not told apart: their programs run on parameters, not on variables */
    else
      least = LIND_MADE_OF_ALL;
  }
  for (int i = 0; i < core->n; ++i) {
    const lind_made_of child = lind_names_made_of(b, core->children[i]);
    if (child > least) least = child;
  }
  return least;
}

static lind_err unused(const char *noun, const char *name, lind_where where) {
  return lind_error_fail_at(LIND_ERR_INPUT, where, "the %s '%s' is not used; use it or remove it", noun, name);
}

lind_err lind_names_unused(const lind_builder *b) {
  const lind_model *m = b->model;
  for (int i = 0; i < m->n_parameters; ++i)
    if (!b->used[LIND_LEAF_PARAMETER][i])
      return unused(b->names.says[index_of(b, b->parameters[i].name)] == LIND_SAYS_INPUT ? "input" : "parameter",
                    b->parameters[i].name, b->parameters[i].where);
  for (int i = 0; i < m->n_randoms; ++i)
    if (!b->used[LIND_LEAF_RANDOM][i]) return unused("random effect", b->randoms[i].name, b->randoms[i].where);
  for (int i = 0; i < m->n_drifts; ++i)
    if (!b->used[LIND_LEAF_DRIFT][i]) return unused("drift", b->drifts[i].name, b->drifts[i].where);
  for (int i = 0; i < m->n_covariates; ++i) {
    const lind_model_covariate *c = &b->covariates[i]; /* slot still counts from the first covariate */
    const bool second = c->type.kind == LIND_TYPE_GENOTYPE && b->used[LIND_LEAF_COVARIATE][c->slot + 1];
    const bool moving = c->course == LIND_COVARIATE_LINEAR && b->used[LIND_LEAF_VARIABLE][b->covariate_variables[i]];
    if (!b->used[LIND_LEAF_COVARIATE][c->slot] && !second && !moving) return unused("covariate", c->name, c->where);
  }
  return LIND_OK;
}
