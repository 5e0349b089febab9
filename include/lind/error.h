/* error.h -- how anything fails in lind.
 *
 * A fallible function returns lind_err and leaves its outputs (the last arguments) untouched on failure. The message is one
 * sentence in a thread-local buffer, written where the fault is known; every LIND_TRY on the way up adds a line of trace that
 * only `--trace` prints. Nothing below src/app exits or aborts. Depends on: the C library only.
 */
#ifndef LIND_ERROR_H
#define LIND_ERROR_H

#include <stdio.h>

/*    code              exit  sentence                                                                                      */
#define LIND_ERR_LIST(X)                                              \
  X(LIND_OK, 0, "success")                                            \
  X(LIND_ERR_INPUT, 2, "the input is not valid")                      \
  X(LIND_ERR_UNIT, 2, "units do not agree")                           \
  X(LIND_ERR_PLAN, 2, "the output directory belongs to another plan") \
  X(LIND_ERR_FILE, 1, "a file could not be read or written")          \
  X(LIND_ERR_DAMAGED, 1, "a file is not what was written")            \
  X(LIND_ERR_MEMORY, 1, "out of memory")                              \
  X(LIND_ERR_NUMERIC, 1, "a computation failed")                      \
  X(LIND_ERR_MPI, 1, "MPI could not be started")                      \
  X(LIND_ERR_STOPPED, 75, "stopped early; run the same command again to resume")

#define LIND_ERR_ENUM(code, status, sentence) code,
typedef enum { LIND_ERR_LIST(LIND_ERR_ENUM) LIND_ERR_COUNT } lind_err;
#undef LIND_ERR_ENUM

#define LIND_MUST_CHECK                __attribute__((warn_unused_result))
#define LIND_PRINTF(text_at, first_at) __attribute__((format(printf, text_at, first_at)))

/* A place in a text that somebody wrote. line and column count from 1; line 0 means "no place known". file is borrowed. */
typedef struct lind_where {
  const char *file;
  int line, column;
} lind_where;

/* Set the message and return `code`. */
lind_err lind_error_fail(lind_err code, const char *source, int line, const char *format, ...) LIND_PRINTF(4, 5);
/* The same with "file:line:column: " before the sentence. */
lind_err lind_error_fail_at(lind_err code, lind_where where, const char *format, ...) LIND_PRINTF(3, 4);
/* Add a line of trace; returns `code`, so that it can stand in a return. */
lind_err lind_error_trace(lind_err code, const char *source, int line, const char *call);

const char *lind_error_message(void);     /* the sentence of this thread's last failure, "" if none */
const char *lind_error_backtrace(void);   /* its trace, one line a LIND_TRY */
void lind_error_set(const char *message); /* carry a message that came from another thread or rank */
void lind_error_clear(void);
const char *lind_error_name(lind_err code); /* "LIND_ERR_UNIT" */
const char *lind_error_sentence(lind_err code);
int lind_error_exit_status(lind_err code);
/* What errno `number` says of a file that cannot be written, and what to do about it. Borrowed, as strerror's. */
const char *lind_error_reason(int number);

#define LIND_TRY(call)                                                                       \
  do {                                                                                       \
    lind_err lind_try_ = (call);                                                             \
    if (lind_try_ != LIND_OK) return lind_error_trace(lind_try_, __FILE__, __LINE__, #call); \
  } while (0)

/* For what a user or a file can get wrong: a sentence with the key, the value and what would be right. */
#define LIND_CHECK(condition, code, ...)                                               \
  do {                                                                                 \
    if (!(condition)) return lind_error_fail((code), __FILE__, __LINE__, __VA_ARGS__); \
  } while (0)

/* The same, at a place in the user's text. */
#define LIND_CHECK_AT(condition, code, where, ...)                             \
  do {                                                                         \
    if (!(condition)) return lind_error_fail_at((code), (where), __VA_ARGS__); \
  } while (0)

#endif
