/* document.h -- a YAML file as an immutable tree in which every key and value knows its place.
 *
 * Only mappings, sequences, scalars (as text: nothing is silently a boolean or a number) and nulls. Duplicate keys, aliases,
 * anchors and tags are refused with a sentence. The tree lives in the caller's arena. The only home of libfyaml is
 * src/base/document.c. Depends on: error.h, arena.h.
 */
#ifndef LIND_DOCUMENT_H
#define LIND_DOCUMENT_H

#include <stdbool.h>

#include "lind/arena.h"
#include "lind/error.h"

typedef enum { LIND_NODE_NULL, LIND_NODE_SCALAR, LIND_NODE_SEQUENCE, LIND_NODE_MAPPING } lind_node_kind;

typedef struct lind_node lind_node;
struct lind_node {
  lind_node_kind kind;
  lind_where where;            /* of the first character of the value: behind the quote of a quoted one, the indented start of the
                                  first line of a block, the dash of an empty item; of the key where the value is null */
  const char *path;            /* "arms.standard.ratio", for messages; "" for the root */
  const char *text;            /* scalar: as written, unquoted; else NULL */
  bool quoted;                 /* scalar was quoted or a block */
  int n;                       /* items */
  const lind_node *items;      /* [n] values */
  const char *const *keys;     /* [n] mapping only */
  const lind_where *key_where; /* [n] mapping only; of a quoted key: behind its quote */
};

/* A missing file, or one that is no UTF-8, no YAML, empty, larger than 16 MiB, nested more than 48 levels deep, or with more than
 * 10,000 keys in one mapping: LIND_ERR_INPUT. Columns count characters, not bytes. */
lind_err lind_document_read(const char *path, lind_arena *arena, const lind_node **root) LIND_MUST_CHECK;
lind_err lind_document_read_text(const char *text, const char *name, lind_arena *arena, const lind_node **root) LIND_MUST_CHECK;

/* `assignment` is "arms.standard.ratio=2" or "visits.days=[4, 6]": the value is YAML flow text, and none is a null. Returns a new
 * root that shares what did not change. A key that does not exist yet is added to its (existing) parent mapping; sequences take
 * an index "a.0.b"; a key that itself has dots is found. The place of what was set is {"--set", 1, column}. */
lind_err lind_document_override(const lind_node *root, const char *assignment, lind_arena *arena,
                                const lind_node **changed) LIND_MUST_CHECK;

const lind_node *lind_document_find(const lind_node *mapping, const char *key); /* NULL if absent or not a mapping */

#endif
