/* main.c -- `lind COMMAND ...`: finds the command, runs it, turns its error into one sentence and an exit status. */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "build_facts.h"
#include "command.h"
#include "lind/draw.h"
#include "lind/text.h"

#define LIND_COMMAND(name) extern const lind_command lind_command_##name;
LIND_COMMAND_LIST(LIND_COMMAND)
#undef LIND_COMMAND

#define LIND_COMMAND(name) &lind_command_##name,
static const lind_command *const commands[] = {LIND_COMMAND_LIST(LIND_COMMAND)};
#undef LIND_COMMAND
enum { N_COMMANDS = sizeof commands / sizeof *commands };

static void help(FILE *out) {
  fprintf(out, "lind %s runs clinical trials on virtual patients.\n\n", LIND_VERSION);
  for (int i = 0; i < N_COMMANDS; i++) fprintf(out, "  lind %s\n      %s\n", commands[i]->usage, commands[i]->summary);
  fprintf(out,
          "\nIn parallel: mpirun -n N lind run ..., srun --mpi=pmix lind run ...\n"
          "Exit status: 0 done, 1 the run failed, 2 the input is wrong, 75 stopped early and can be resumed.\n");
}

static const lind_command *find(const char *name) {
  for (int i = 0; i < N_COMMANDS; i++)
    if (strcmp(commands[i]->name, name) == 0) return commands[i];
  return NULL;
}

static lind_err dispatch(int n, char **arguments, lind_arena *arena) {
  const lind_command *command = find(arguments[0]);
  if (command == NULL) {
    const char *names[N_COMMANDS];
    char suggestion[128];
    for (int i = 0; i < N_COMMANDS; i++) names[i] = commands[i]->name;
    LIND_CHECK(false, LIND_ERR_INPUT, "'%s' is not a command of lind%s; `lind --help` lists them", arguments[0],
               lind_text_suggestion(arguments[0], names, N_COMMANDS, suggestion, sizeof suggestion));
  }
  for (int i = 1; i < n; i++)
    if (strcmp(arguments[i], "--help") == 0) {
      printf("lind %s\n    %s\n", command->usage, command->summary);
      if (command->options != NULL) printf("\n%s", command->options);
      return LIND_OK;
    }
  return command->run(n - 1, arguments + 1, arena);
}

/* What is large comes from the kernel and goes back to it when it is freed. Left to itself, the allocator keeps ever larger
 * pieces once it has seen one, and the peak of a run depends on the order in which things were freed. */
static void settle_memory(void) { (void)mallopt(M_MMAP_THRESHOLD, 1 << 20); }

/* An answer that did not get where it was sent is none. */
static lind_err answer_end(void) {
  errno = 0;
  const bool good = fflush(stdout) == 0 && !ferror(stdout);
  LIND_CHECK(good, LIND_ERR_FILE, "the answer cannot be written to the standard output: %s",
             errno != 0 ? strerror(errno) : "a part of it is lost");
  return LIND_OK;
}

int main(int argc, char **argv) {
  bool trace = false;
  int n = 1;
  for (int i = 1; i < argc; i++) { /* --trace belongs to lind itself, wherever it stands */
    if (strcmp(argv[i], "--trace") == 0)
      trace = true;
    else
      argv[n++] = argv[i];
  }
  if (n < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
    help(n < 2 ? stderr : stdout);
    return n < 2 ? 2 : 0;
  }
  if (strcmp(argv[1], "--version") == 0) {
    printf("lind %s (%s)\n", LIND_VERSION, LIND_REVISION);
    return 0;
  }
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
    fprintf(stderr,
            "lind: this processor has no AVX2 or no FMA, without which lind cannot run; choose other nodes (sbatch "
            "--constraint)\n");
    return 1;
  }
  settle_memory();
  lind_draw_prepare();
  lind_arena *arena = NULL;
  lind_err err = lind_arena_create(&arena);
  if (err == LIND_OK) err = dispatch(n - 1, argv + 1, arena);
  if (err == LIND_OK) err = answer_end();
  if (err != LIND_OK && lind_error_message()[0] != '\0') fprintf(stderr, "lind: %s\n", lind_error_message());
  if (err != LIND_OK && trace) fprintf(stderr, "%s", lind_error_backtrace());
  lind_arena_destroy(&arena);
  return lind_error_exit_status(err);
}
