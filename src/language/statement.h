/* statement.h -- a model file as a list of statements: what is written, not yet what it means. */
#ifndef LIND_LANGUAGE_STATEMENT_H
#define LIND_LANGUAGE_STATEMENT_H

#include "reader.h"

typedef enum {
  LIND_SAYS_MODEL,
  LIND_SAYS_TITLE,
  LIND_SAYS_SOURCE,
  LIND_SAYS_TIME,
  LIND_SAYS_COVARIATE,
  LIND_SAYS_PARAMETER,
  LIND_SAYS_RANDOM,
  LIND_SAYS_DRIFT,
  LIND_SAYS_VARIABLE,
  LIND_SAYS_STATE,
  LIND_SAYS_TRANSIT,
  LIND_SAYS_DERIVATIVE,
  LIND_SAYS_NOISE,
  LIND_SAYS_REACTION,
  LIND_SAYS_WHEN,
  LIND_SAYS_EVENT,
  LIND_SAYS_OUTPUT,
  LIND_SAYS_INPUT,
  LIND_SAYS_USE,
  LIND_SAYS_CONNECT,
  LIND_SAYS_SET
} lind_says;

typedef struct lind_named {
  const char *name;
  lind_where where;
} lind_named;

typedef struct lind_argument { /* key = value, key = [values], or a value alone (key NULL) */
  const char *key;
  lind_where where;
  bool list;
  int n;
  lind_tree **values;
} lind_argument;

typedef struct lind_request { /* normal(...), proportional(...), dose(...) */
  const char *name;           /* NULL: absent */
  lind_where where;
  int n;
  lind_argument *arguments;
} lind_request;

typedef struct lind_side { /* of a reaction: 2 A + B */
  int n;
  lind_named *species; /* [n] */
  int *count;          /* [n] */
} lind_side;

typedef struct lind_statement {
  lind_says kind;
  lind_where where;
  int n;
  lind_named *names;          /* [n] what it defines; of d/dt(x) and noise(x) the state; of a set: its name; of use: what the
                                 module is called here; of connect: the port */
  const char *text;           /* title, source, "about" */
  const char *title, *source; /* of a set */
  bool has_unit;
  lind_unit unit;
  lind_where unit_where;
  lind_type_kind type; /* covariate */
  lind_levels levels;
  bool other, optional, linear;
  bool occasion;        /* random */
  bool hazard, at;      /* event: its hazard or its time is given, not its condition */
  bool mark;            /* when: nothing is reset */
  lind_tree *value;     /* NULL: absent; of when and event: the condition, hazard or time; of a reaction: the rate constant */
  lind_tree *back;      /* the rate constant of a reversible reaction's way back */
  lind_request request; /* distribution, error, dose */
  lind_request extra;   /* how errors are correlated; the arguments of a transit chain */
  lind_side side[2];    /* reaction */
  lind_named module;    /* use: what */
  bool quoted;          /* use: the module is a path */
  int n_items;          /* set, use: parameters; when, event: states that are reset */
  lind_named *items;
  lind_tree **item_values;
} lind_statement;

/* More statements than pieces come of one line such as `model x title "..."`. */
lind_err lind_statement_read(const char *text, const char *path, lind_arena *arena, lind_statement **statements,
                             int *n) LIND_MUST_CHECK;
const char *lind_statement_noun(lind_says kind); /* "a parameter" */
bool lind_statement_defines(lind_says kind);     /* its names may be used in expressions */

#endif
