/* crew_nest.c -- parallelism within parallelism is refused, before MPI starts: threads of a worker would take the cores of the
 * other workers, and a launcher within a launcher makes several runs of one directory. */
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "crew_inside.h"
#include "lind/text.h"

static unsigned long long count_of(const char *variable) {
  const char *text = getenv(variable);
  unsigned long long n;
  return text != NULL && lind_text_count(text, &n) ? n : 0;
}

static lind_err check_threads(int asked) {
  const char *list = getenv("OMP_NUM_THREADS");
  LIND_CHECK(asked > 0 || list == NULL || strchr(list, ',') == NULL, LIND_ERR_INPUT,
             "OMP_NUM_THREADS is %s, threads within threads, which lind has not; one number, such as %.*s, would be right", list,
             (int)strcspn(list, ","), list);
  LIND_CHECK(count_of("OMP_MAX_ACTIVE_LEVELS") <= 1, LIND_ERR_INPUT,
             "OMP_MAX_ACTIVE_LEVELS is %s, threads within threads, which lind has not; 1 would be right, or nothing",
             getenv("OMP_MAX_ACTIVE_LEVELS"));
  LIND_CHECK(
      omp_get_level() == 0, LIND_ERR_INPUT,
      "this is already within a parallel region, and threads within threads are not what lind has; start the crew outside");
  const unsigned long long n = asked > 0 ? (unsigned long long)asked : count_of("OMP_NUM_THREADS");
  const int limit = omp_get_thread_limit();
  LIND_CHECK(
      n <= 1 || n + 1 <= (unsigned long long)limit, LIND_ERR_INPUT,
      "%llu threads and the one that hands out their work are more than OMP_THREAD_LIMIT allows, which is %d; --threads %d "
      "would be right",
      n, limit, limit > 1 ? limit - 1 : 1);
  return LIND_OK;
}

/* mpirun starts its daemons by srun, one task a node: more of them on a node are several mpirun in one step. */
static lind_err check_launchers(void) {
  const char *ranks = getenv("OMPI_COMM_WORLD_SIZE"), *tasks = getenv("SLURM_STEP_TASKS_PER_NODE");
  if (ranks == NULL || tasks == NULL) return LIND_OK;
  const long most = strtol(tasks, NULL, 10); /* "4", "4(x2)", "4,3" */
  LIND_CHECK(most <= 1, LIND_ERR_INPUT,
             "each of %s tasks of a SLURM step started an mpirun of its own, and each would write the same directory; use one of "
             "the two: `srun --mpi=pmix lind run ...`, or `mpirun lind run ...` without srun",
             tasks);
  return LIND_OK;
}

lind_err lind_crew_nest_check(int asked) {
  LIND_TRY(check_threads(asked));
  return check_launchers();
}
