#include "lind/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined __has_feature
#if __has_feature(address_sanitizer) /* clang's way of saying it */
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define HIDE(pointer, n) ASAN_POISON_MEMORY_REGION(pointer, n) /* so that a stale or too long access is seen */
#define SHOW(pointer, n) ASAN_UNPOISON_MEMORY_REGION(pointer, n)
#else
#define HIDE(pointer, n) ((void)(pointer), (void)(n))
#define SHOW(pointer, n) ((void)(pointer), (void)(n))
#endif

enum { ALIGNMENT = 64, CHUNK_MIN = 1 << 16, CHUNK_DOUBLING_END = 1 << 24 };

/* A chunk's bytes start ALIGNMENT bytes behind its head. */
typedef struct chunk chunk;
struct chunk {
  chunk *next;
  size_t size; /* of the bytes */
};
_Static_assert(sizeof(chunk) <= ALIGNMENT, "the head of a chunk fits in front of its bytes");

struct lind_arena {
  chunk *first, *current; /* NULL until something is taken */
  size_t used;            /* of current */
  size_t held;
};

static char *chunk_bytes(chunk *c) { return (char *)c + ALIGNMENT; }

lind_err lind_arena_create(lind_arena **arena) {
  lind_arena *a = calloc(1, sizeof *a);
  LIND_CHECK(a != NULL, LIND_ERR_MEMORY, "no memory for an arena");
  *arena = a;
  return LIND_OK;
}

void lind_arena_destroy(lind_arena **arena) {
  if (arena == NULL || *arena == NULL) return;
  for (chunk *c = (*arena)->first; c != NULL;) {
    chunk *next = c->next;
    SHOW(chunk_bytes(c), c->size);
    free(c);
    c = next;
  }
  free(*arena);
  *arena = NULL;
}

/* Make the chunk behind `current` one that holds `bytes`: the one that is there, or a new one in front of it. */
static bool arena_advance(lind_arena *arena, size_t bytes) {
  chunk *next = arena->current != NULL ? arena->current->next : arena->first;
  if (next == NULL || next->size < bytes) {
    size_t size = arena->held < CHUNK_MIN ? CHUNK_MIN : arena->held < CHUNK_DOUBLING_END ? arena->held : CHUNK_DOUBLING_END;
    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (size < bytes) size = bytes;
    if (size > SIZE_MAX - ALIGNMENT) return false;
    chunk *fresh = aligned_alloc(ALIGNMENT, size + ALIGNMENT);
    if (fresh == NULL) return false;
    fresh->next = next;
    fresh->size = size;
    HIDE(chunk_bytes(fresh), size);
    if (arena->current != NULL) {
      arena->current->next = fresh;
    } else {
      arena->first = fresh;
    }
    arena->held += size + ALIGNMENT;
    next = fresh;
  }
  arena->current = next;
  arena->used = 0;
  return true;
}

void *lind_arena_take(lind_arena *arena, size_t count, size_t size) {
  size_t bytes, room;
  if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2) return NULL;
  room = bytes == 0 ? ALIGNMENT : (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  if (arena->current == NULL || arena->current->size - arena->used < room)
    if (!arena_advance(arena, room)) return NULL;
  char *taken = chunk_bytes(arena->current) + arena->used;
  arena->used += room;
  SHOW(taken, bytes);
  memset(taken, 0, bytes);
  return taken;
}

char *lind_arena_text(lind_arena *arena, const char *text) {
  if (text == NULL) return NULL;
  const size_t n = strlen(text) + 1;
  char *copy = lind_arena_take(arena, n, 1);
  if (copy != NULL) memcpy(copy, text, n);
  return copy;
}

char *lind_arena_format(lind_arena *arena, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  const int n = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  char *text = n < 0 ? NULL : lind_arena_take(arena, (size_t)n + 1, 1);
  if (text != NULL) (void)vsnprintf(text, (size_t)n + 1, format, again);
  va_end(again);
  return text;
}

lind_arena_place lind_arena_mark(const lind_arena *arena) {
  return (lind_arena_place){.chunk = arena->current, .used = arena->used};
}

void lind_arena_rewind(lind_arena *arena, lind_arena_place place) {
  arena->current = place.chunk;
  arena->used = place.used;
  /* what is behind the place may be taken again; until then nobody may look at it */
  if (arena->current != NULL) HIDE(chunk_bytes(arena->current) + place.used, arena->current->size - place.used);
  for (chunk *c = arena->current != NULL ? arena->current->next : arena->first; c != NULL; c = c->next)
    HIDE(chunk_bytes(c), c->size);
}

size_t lind_arena_bytes(const lind_arena *arena) { return arena->held; }
