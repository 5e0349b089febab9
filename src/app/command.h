/* command.h -- one sub-command, one file: its name, its help, its function. */
#ifndef LIND_COMMAND_H
#define LIND_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "lind/arena.h"
#include "lind/error.h"

typedef struct lind_command {
  const char *name, *usage, *summary;
  const char *options; /* a line an option for `lind COMMAND --help`; NULL: the usage says it */
  /* arguments behind the command's name; returns what main turns into the exit status */
  lind_err (*run)(int n, char **arguments, lind_arena *arena);
} lind_command;

#define LIND_COMMAND_LIST(X) \
  X(run)                     \
  X(merge)                   \
  X(report) X(verify) X(diff) X(export) X(patient) X(cohort) X(model) X(simulate) X(twin) X(analyze) X(design) X(describe)

/* ---- options: a table a command, `--name value` or `--name=value`
 * --------------------------------------------------------------------- */

typedef enum { LIND_OPTION_TEXT, LIND_OPTION_COUNT, LIND_OPTION_FLAG, LIND_OPTION_LIST } lind_option_kind;
typedef struct lind_option_list {
  int n;
  const char *at[64];
} lind_option_list;
typedef struct lind_option {
  const char *name; /* "--out"; NULL ends the table */
  lind_option_kind kind;
  void *into; /* const char **, uint64_t *, bool *, lind_option_list * */
} lind_option;

/* Positional arguments go to `positional` (at most `most`); too many, unknown or incomplete options are sentences. */
lind_err lind_options_read(int n, char **arguments, const lind_option *options, const char **positional, int most,
                           int *n_positional) LIND_MUST_CHECK;

#endif
