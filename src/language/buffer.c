#include "buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void lind_buffer_append(lind_buffer *buffer, const char *text, size_t length) {
  if (buffer->failed) return;
  if (buffer->used + length + 1 > buffer->room) {
    const size_t room = 2 * (buffer->used + length + 1) + 1024;
    char *more = lind_arena_take(buffer->arena, room, 1);
    if (more == NULL) {
      buffer->failed = true;
      return;
    }
    if (buffer->used > 0) memcpy(more, buffer->text, buffer->used);
    buffer->text = more;
    buffer->room = room;
  }
  memcpy(buffer->text + buffer->used, text, length);
  buffer->used += length;
  buffer->text[buffer->used] = '\0';
}

void lind_buffer_put(lind_buffer *buffer, const char *format, ...) {
  char line[1024];
  va_list arguments;
  va_start(arguments, format);
  const int length = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  if (length < 0 || (size_t)length >= sizeof line)
    buffer->failed = true;
  else
    lind_buffer_append(buffer, line, (size_t)length);
}

lind_err lind_buffer_finish(const lind_buffer *buffer, const char **text) {
  LIND_CHECK(!buffer->failed, LIND_ERR_MEMORY, "no memory for a text of more than %zu characters", buffer->used);
  *text = buffer->text != NULL ? buffer->text : "";
  return LIND_OK;
}
