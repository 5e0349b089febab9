/* bundle.h -- the files that are part of the program: style sheet, script, figure templates, drawing library. */
#ifndef LIND_BUNDLE_H
#define LIND_BUNDLE_H

#include <stddef.h>

typedef struct lind_bundle {
  const char *bytes; /* NUL-terminated as well; NULL if there is no file of that name */
  size_t n;
} lind_bundle;

/* "style", "script", "library" (empty in a build without npm), or a kind of figure: "forest", "replicates", "curve", "dots",
 * "survival". */
lind_bundle lind_bundle_view(const char *name);

#endif
