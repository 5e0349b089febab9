#include <signal.h>
#include <stdatomic.h>

#include "crew_inside.h"

/* Assumed: shorter than what launchers wait between SIGTERM and SIGKILL (Open MPI: 1 s, SLURM: 30 s), long enough for most
 * blocks. */
static const double grace_seconds = 0.5;

/* A signal has nowhere else to write to: the flag and its time are the mutable objects of the folder. */
static volatile sig_atomic_t stopping;
static _Atomic double since; /* written before the flag */

static void notice(int signal) {
  (void)signal;
  if (stopping) return;
  atomic_store(&since, lind_crew_now());
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

bool lind_crew_hurried(void) { return stopping != 0 && lind_crew_now() - atomic_load(&since) > grace_seconds; }
