/* document_parse.h -- a piece of YAML that stands somewhere else than at the head of a file. Inside src/base only. */
#ifndef LIND_BASE_DOCUMENT_PARSE_H
#define LIND_BASE_DOCUMENT_PARSE_H

#include "lind/document.h"

typedef struct lind_document_origin {
  const char *name;     /* in messages; lives as long as the tree */
  const char *path;     /* of the root, in the tree that it will join; "" */
  int column;           /* how many characters stand before the text on its first line */
  lind_where key_where; /* of the key that owns the root; file NULL: none. An empty text is refused where there is no key. */
} lind_document_origin;

lind_err lind_document_parse(const char *text, size_t n, const lind_document_origin *origin, lind_arena *arena,
                             lind_node *root) LIND_MUST_CHECK;

#endif
