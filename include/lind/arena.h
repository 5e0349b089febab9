/* arena.h -- memory that is taken piece by piece and given back all at once.
 *
 * Everything taken is zeroed and 64-byte aligned, and lives until the arena is rewound past it or destroyed. An arena belongs
 * to one thread at a time. Depends on: error.h.
 */
#ifndef LIND_ARENA_H
#define LIND_ARENA_H

#include <stddef.h>

#include "lind/error.h"

typedef struct lind_arena lind_arena;

lind_err lind_arena_create(lind_arena **arena) LIND_MUST_CHECK;
void lind_arena_destroy(lind_arena **arena); /* accepts NULL, leaves NULL */

/* count * size zeroed bytes; NULL only when the machine has no memory left (or the product overflows). count 0 is allowed. */
void *lind_arena_take(lind_arena *arena, size_t count, size_t size);
char *lind_arena_text(lind_arena *arena, const char *text); /* a copy; NULL for NULL */
char *lind_arena_format(lind_arena *arena, const char *format, ...) LIND_PRINTF(2, 3);

typedef struct lind_arena_place {
  void *chunk;
  size_t used;
} lind_arena_place;
lind_arena_place lind_arena_mark(const lind_arena *arena);
void lind_arena_rewind(lind_arena *arena, lind_arena_place place); /* keeps the chunks for the next block */
size_t lind_arena_bytes(const lind_arena *arena);                  /* held from the system */

/* For parsers: take or fail with a sentence. */
#define LIND_TAKE(pointer, arena, count)                                                                                 \
  do {                                                                                                                   \
    (pointer) = lind_arena_take((arena), (size_t)(count), sizeof *(pointer));                                            \
    LIND_CHECK((pointer) != NULL, LIND_ERR_MEMORY, "no memory for %zu x %zu bytes", (size_t)(count), sizeof *(pointer)); \
  } while (0)

#endif
