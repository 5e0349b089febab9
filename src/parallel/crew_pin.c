/* crew_pin.c -- each worker on a core of its own, where the rank has exactly a core for each and shares none with another rank.
 * With fewer threads than cores the operating system knows better which of them are free (two runs side by side would both sit on
 * the first ones). OMP_PROC_BIND and OMP_PLACES are the user's word: then OpenMP places the threads. The master is never pinned.
 */
#include <stdlib.h>

#include "crew_inside.h"

bool lind_crew_pin_wanted(const lind_crew_cores *cores, int threads) {
  static const char *const words[] = {"OMP_PROC_BIND", "OMP_PLACES", "GOMP_CPU_AFFINITY"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (getenv(words[i]) != NULL) return false;
  return cores->exclusive && threads == CPU_COUNT(&cores->mask);
}

void lind_crew_pin_worker(const lind_crew *crew, int thread) {
  if (!crew->pinned) return;
  int core = -1;
  for (int left = thread; left >= 0 && core < CPU_SETSIZE; left--) do
      core++;
    while (core < CPU_SETSIZE && !CPU_ISSET((size_t)core, &crew->cores.mask));
  cpu_set_t one;
  CPU_ZERO(&one);
  if (core < CPU_SETSIZE) CPU_SET((size_t)core, &one);
  (void)sched_setaffinity(0, sizeof one, &one); /* of this thread; a core that has gone away meanwhile changes nothing */
}

/* OpenMP's threads outlive the run: the next crew may have another number of them. */
void lind_crew_pin_release(const lind_crew *crew) {
  if (crew->pinned) (void)sched_setaffinity(0, sizeof crew->cores.mask, &crew->cores.mask);
}
