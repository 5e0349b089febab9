#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crew_inside.h"

enum { THREADS_MAX = 4096 };

/* The first number of "4" or "4,2"; 0 if there is none. */
static int openmp_threads(void) {
  const char *text = getenv("OMP_NUM_THREADS");
  const long n = text != NULL ? strtol(text, NULL, 10) : 0;
  return n > 0 && n <= THREADS_MAX ? (int)n : 0;
}

/* A core that k ranks of the node may use is a k-th of a core for each. masks[n_ranks] of the node. */
static int part_of_cores(const cpu_set_t *mine, const cpu_set_t *masks, int n_ranks) {
  double part = 0;
  for (int core = 0; core < CPU_SETSIZE; core++) {
    if (!CPU_ISSET((size_t)core, mine)) continue;
    int sharing = 0;
    for (int i = 0; i < n_ranks; i++) sharing += CPU_ISSET((size_t)core, &masks[i]) != 0;
    part += 1.0 / sharing;
  }
  const int threads = (int)(part + 1e-9); /* k-ths of a core add up to a core */
  return threads < 1 ? 1 : threads > THREADS_MAX ? THREADS_MAX : threads;
}

static void affinity(cpu_set_t *mask) {
  CPU_ZERO(mask);
  if (sched_getaffinity(0, sizeof *mask, mask) == 0 && CPU_COUNT(mask) > 0) return;
  const long online = sysconf(_SC_NPROCESSORS_ONLN); /* more processors than a cpu_set_t holds */
  for (long core = 0; core < (online > 0 ? online : 1) && core < CPU_SETSIZE; core++) CPU_SET((size_t)core, mask);
}

static lind_err node_masks(MPI_Comm node, const cpu_set_t *mine, int *threads) {
  int n_ranks;
  LIND_MPI(MPI_Comm_size(node, &n_ranks));
  cpu_set_t *masks = calloc((size_t)n_ranks, sizeof *masks);
  LIND_CHECK(masks != NULL, LIND_ERR_MEMORY, "no memory for the core masks of %d ranks", n_ranks);
  const int code = MPI_Allgather(mine, sizeof *mine, MPI_BYTE, masks, sizeof *mine, MPI_BYTE, node);
  if (code == MPI_SUCCESS) *threads = part_of_cores(mine, masks, n_ranks);
  free(masks);
  LIND_MPI(code);
  return LIND_OK;
}

lind_err lind_crew_cores(MPI_Comm world, int *threads) {
  cpu_set_t mine;
  affinity(&mine);
  int found = part_of_cores(&mine, &mine, 1);
  if (world != MPI_COMM_NULL) {
    MPI_Comm node;
    LIND_MPI(MPI_Comm_split_type(world, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node));
    const lind_err err = node_masks(node, &mine, &found);
    (void)MPI_Comm_free(&node);
    LIND_TRY(err);
  }
  *threads = openmp_threads() > 0 ? openmp_threads() : found;
  return LIND_OK;
}
