/* bundle.h -- the files that are part of the program: style sheet, script, figure templates, drawing library. */
#ifndef LIND_BUNDLE_H
#define LIND_BUNDLE_H

#include <stddef.h>

typedef struct lind_bundle {
  const char *name; /* "style.css", "forest" (a figure), ... */
  const char *bytes;
  size_t n;
} lind_bundle;

const lind_bundle *lind_bundle_find(const char *name); /* NULL if there is none */

#endif
