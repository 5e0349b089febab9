#include <signal.h>

#include "lind/crew.h"

/* A signal has nowhere else to write to: this flag is the one mutable object of the folder. */
static volatile sig_atomic_t stopping;

static void notice(int signal) {
  (void)signal;
  stopping = 1;
}

void lind_crew_catch_signals(void) {
  static const struct {
    int signal, flags;
  } rows[] = {
      {SIGINT, SA_RESTART | (int)SA_RESETHAND}, /* a second one ends the process: somebody is in a hurry */
      {SIGTERM, SA_RESTART},                    /* SLURM's, before the time limit */
      {SIGUSR1, SA_RESTART},                    /* sbatch --signal=USR1@120 */
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct sigaction action = {.sa_handler = notice, .sa_flags = rows[i].flags};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(rows[i].signal, &action, NULL);
  }
}

bool lind_crew_stopping(void) { return stopping != 0; }
