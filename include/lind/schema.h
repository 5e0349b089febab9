/* schema.h -- one table a section: the rows read, validate, name the nearest known key, print `lind describe` and write the
 * reference page. Depends on: document.h, unit.h.
 */
#ifndef LIND_SCHEMA_H
#define LIND_SCHEMA_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lind/arena.h"
#include "lind/document.h"
#include "lind/unit.h"

/* A piece of text with its place: an expression, a name, a path. text NULL = absent. */
typedef struct lind_words {
  const char *text;
  lind_where where;
} lind_words;
typedef struct lind_words_list {
  int n;
  const lind_words *at;
} lind_words_list;
typedef struct lind_numbers {
  int n;
  const double *at;
} lind_numbers;

/* what stands in the struct at `offset` */
typedef enum {
  LIND_KEY_WORDS,      /* lind_words: a scalar as it is (titles, names, paths, expressions)                               */
  LIND_KEY_WORDS_LIST, /* lind_words_list: a sequence of scalars; a single scalar is a list of one                        */
  LIND_KEY_NUMBER,     /* double: dimensionless, inside [lower, upper]                                                    */
  LIND_KEY_NUMBERS,    /* lind_numbers: a sequence of them, or one                                                        */
  LIND_KEY_COUNT,      /* uint64_t                                                                                        */
  LIND_KEY_FLAG,       /* int: true/false/yes/no                                                                          */
  LIND_KEY_QUANTITY,   /* double, canonical: a scalar with a unit of the dimension of `unit`                              */
  LIND_KEY_QUANTITIES, /* lind_numbers, canonical                                                                         */
  LIND_KEY_CHOICE,     /* int: index in `choices` ("a|b|c")                                                               */
  LIND_KEY_NODE,       /* const lind_node *: read by somebody else                                                        */
} lind_key_kind;

typedef struct lind_key {
  const char *key;
  lind_key_kind kind;
  const char *unit;    /* QUANTITY*: a unit of the right dimension, shown as the example; else NULL */
  double lower, upper; /* inclusive bounds, in `unit` for quantities; both 0 = none; +-INFINITY = none on that side; a lower
                          bound of DBL_MIN means "more than 0" */
  const char *preset;  /* default, as it would be written ("5 day", "[1, 2]"); NULL: REQUIRED; "": optional, and where absent
                          NAN/NULL/0/-1 (choice) */
  const char *choices; /* CHOICE: "a|b|c" */
  size_t offset;       /* offsetof(struct, field) */
  const char *sentence;
} lind_key;

/* rows ends with a row whose key is NULL. Fills the struct `into`; unknown key -> sentence with the nearest known. A row with the
 * key
 * "*" allows other keys (they are not read). A key without a value is an error, optional or not. On failure `into` is untouched.
 * `section` names the section in messages when the node is the root. */
lind_err lind_schema_read(const lind_node *mapping, const char *section, const lind_key *rows, lind_arena *arena,
                          void *into) LIND_MUST_CHECK;
/* A single value, for callers that walk a mapping themselves. `row->offset` is not used. */
lind_err lind_schema_read_value(const lind_node *value, const lind_key *row, lind_arena *arena, void *into) LIND_MUST_CHECK;

typedef struct lind_section {
  const char *name; /* "arms.NAME" */
  const char *sentence;
  const lind_key *rows;
} lind_section;
void lind_schema_describe(FILE *out, const lind_section *section);          /* a terminal table */
void lind_schema_describe_markdown(FILE *out, const lind_section *section); /* the reference page */

#endif
