#include "lind/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

enum { MESSAGE_SIZE = 2048, TRACE_SIZE = 4096 };

static _Thread_local char message[MESSAGE_SIZE];
static _Thread_local char trace[TRACE_SIZE];

static const struct {
  const char *name, *sentence;
  int status;
} codes[] = {
#define ROW(code, status, sentence) {#code, sentence, status},
    LIND_ERR_LIST(ROW)
#undef ROW
};

static void trace_line(const char *source, int line, const char *what) {
  const size_t used = strlen(trace);
  if (used + 1 < sizeof trace) (void)snprintf(trace + used, sizeof trace - used, "  %s:%d  %s\n", source, line, what);
}

/* A sentence may quote a file, and a terminal obeys control characters. */
static void sentence_keep(const char text[MESSAGE_SIZE]) {
  for (size_t i = 0; i < MESSAGE_SIZE; i++) {
    const bool controls = (text[i] > 0 && text[i] < ' ' && text[i] != '\n' && text[i] != '\t') || text[i] == 127;
    message[i] = controls ? '?' : text[i];
    if (text[i] == '\0') return;
  }
}

lind_err lind_error_fail(lind_err code, const char *source, int line, const char *format, ...) {
  char text[MESSAGE_SIZE]; /* the arguments may point into the old message */
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  sentence_keep(text);
  trace[0] = '\0';
  trace_line(source, line, codes[code].sentence);
  return code;
}

lind_err lind_error_fail_at(lind_err code, lind_where where, const char *format, ...) {
  char text[MESSAGE_SIZE] = "";
  size_t used = 0;
  if (where.file != NULL && where.line > 0)
    used = (size_t)snprintf(text, sizeof text, "%s:%d:%d: ", where.file, where.line, where.column);
  else if (where.file != NULL)
    used = (size_t)snprintf(text, sizeof text, "%s: ", where.file);
  if (used >= sizeof text) used = sizeof text - 1;
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(text + used, sizeof text - used, format, arguments);
  va_end(arguments);
  sentence_keep(text);
  trace[0] = '\0';
  return code;
}

lind_err lind_error_trace(lind_err code, const char *source, int line, const char *call) {
  trace_line(source, line, call);
  return code;
}

const char *lind_error_message(void) { return message; }
const char *lind_error_backtrace(void) { return trace; }

void lind_error_set(const char *text) {
  char copy[MESSAGE_SIZE];
  (void)snprintf(copy, sizeof copy, "%s", text);
  sentence_keep(copy);
  trace[0] = '\0';
}

void lind_error_clear(void) {
  message[0] = '\0';
  trace[0] = '\0';
}

const char *lind_error_name(lind_err code) { return codes[code].name; }
const char *lind_error_sentence(lind_err code) { return codes[code].sentence; }
int lind_error_exit_status(lind_err code) { return codes[code].status; }

const char *lind_error_reason(int number) {
  switch (number) {
    case ENOSPC:
      return "No space left on device; make room and run the same command again";
    case EDQUOT:
      return "Disk quota exceeded; make room and run the same command again";
    case EROFS:
      return "Read-only file system; make it writable and run the same command again";
    case EFBIG:
      return "File too large; raise the limit (ulimit -f) and run the same command again";
    default:
      return strerror(number);
  }
}
