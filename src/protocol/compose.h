/* compose.h -- the whole document of a trial: a protocol file, the files it includes and the overrides, as one tree. */
#ifndef LIND_PROTOCOL_COMPOSE_H
#define LIND_PROTOCOL_COMPOSE_H

#include <stdbool.h>

#include "lind/digest.h"
#include "lind/protocol.h"

lind_err lind_compose_read(const char *path, const char *const *overrides, int n_overrides, lind_arena *arena,
                           const lind_node **root) LIND_MUST_CHECK;
/* One more override on a composed tree; the optional sections that it names are made where they are absent. */
lind_err lind_compose_override(const lind_node *root, const char *assignment, lind_arena *arena,
                               const lind_node **changed) LIND_MUST_CHECK;
/* Of keys and values, not of places or files; without the keys that say where things stand or what is shown beside the results
 * and, for the world, without those that only say how much of it is run. */
lind_digest lind_compose_digest(const lind_node *root, bool world);

#endif
