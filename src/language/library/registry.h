/* registry.h -- what the build puts into the program about the shipped models; written by lind-modelc (src/language/tool). */
#ifndef LIND_LANGUAGE_REGISTRY_H
#define LIND_LANGUAGE_REGISTRY_H

#include "lind/kernel.h"

typedef struct lind_registry_entry {
  const char *name; /* "pgx.warfarin" */
  const char *path; /* "pgx/warfarin.lind", for messages */
  const char *text; /* the file's, without its modules */
  char hash[33];    /* of the whole text, with them */
  const lind_kernel *kernel;
} lind_registry_entry;

extern const int lind_registry_n;
extern const lind_registry_entry lind_registry_models[]; /* by name */
extern const char *const lind_registry_names[];
/* lane.h, kernel.h and lane_math.h as one text without #include "...": what generated C begins with. */
extern const char lind_registry_headers[];

#endif
