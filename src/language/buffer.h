/* buffer.h -- text that grows in an arena. A failure is kept and reported by the last call. */
#ifndef LIND_LANGUAGE_BUFFER_H
#define LIND_LANGUAGE_BUFFER_H

#include <stdbool.h>

#include "lind/arena.h"

typedef struct lind_buffer {
  lind_arena *arena;
  char *text;
  size_t used, room;
  bool failed;
} lind_buffer;

void lind_buffer_put(lind_buffer *buffer, const char *format, ...) LIND_PRINTF(2, 3);
void lind_buffer_append(lind_buffer *buffer, const char *text, size_t length);
lind_err lind_buffer_finish(const lind_buffer *buffer, const char **text) LIND_MUST_CHECK;

#endif
