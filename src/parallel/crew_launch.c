#include <stdlib.h>

#include "crew_inside.h"
#include "lind/text.h"

/* Who starts several processes and says so, nearest first: mpirun under SLURM starts its daemons by srun, so its own word comes
 * before SLURM's. SLURM_NTASKS says nothing: it is set in a batch script, too, where one process runs; only srun sets
 * SLURM_STEP_NUM_TASKS above 1 (srun(1), "output environment variables"; mpirun(1), "environment variables"). */
static const struct {
  const char *variable, *launcher;
} launchers[] = {
    {"OMPI_COMM_WORLD_SIZE", "Open MPI"},
    {"PMI_SIZE", "PMI"},
    {"SLURM_STEP_NUM_TASKS", "SLURM"},
};

enum { TASKS_MAX = 1 << 24 };

static int count_read(const char *variable, int absent) {
  const char *text = getenv(variable);
  unsigned long long n;
  return text != NULL && lind_text_count(text, &n) && n <= TASKS_MAX ? (int)n : absent;
}

lind_crew_launch lind_crew_launch_read(void) {
  /* Open MPI 4 finds its peers through PMIx only, which its mpirun and srun --mpi=pmix provide */
  const int rank = count_read("PMIX_RANK", -1);
  lind_crew_launch launch = {.tasks = 1, .launcher = "PMIx", .reachable = rank >= 0};
  for (size_t i = 0; i < sizeof launchers / sizeof *launchers; i++) {
    const int tasks = count_read(launchers[i].variable, 0);
    if (tasks == 0) continue;
    launch.tasks = tasks;
    launch.launcher = launchers[i].launcher;
    return launch;
  }
  if (rank > 0) launch.tasks = rank + 1; /* at least; another PMIx launcher's rank 0 cannot know, and asks MPI */
  return launch;
}
