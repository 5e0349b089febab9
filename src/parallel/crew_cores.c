/* crew_cores.c -- the cores of this rank, who shares them, and how many threads work on them when nobody says. */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crew_inside.h"

enum { THREADS_MAX = 4096 };

static int openmp_threads(void) {
  const char *text = getenv("OMP_NUM_THREADS");
  const long n = text != NULL ? strtol(text, NULL, 10) : 0;
  return n > 0 && n <= THREADS_MAX ? (int)n : 0;
}

/* A core that k ranks of the node may use is a k-th of a core for each. masks[n_ranks] of the node. */
static int part_of_cores(const cpu_set_t *mine, const cpu_set_t *masks, int n_ranks, bool *exclusive) {
  double part = 0;
  *exclusive = true;
  for (int core = 0; core < CPU_SETSIZE; core++) {
    if (!CPU_ISSET((size_t)core, mine)) continue;
    int sharing = 0;
    for (int i = 0; i < n_ranks; i++) sharing += CPU_ISSET((size_t)core, &masks[i]) != 0;
    part += 1.0 / sharing;
    if (sharing > 1) *exclusive = false;
  }
  const int threads = (int)(part + 1e-9); /* k-ths of a core add up to a core */
  return threads < 1 ? 1 : threads > THREADS_MAX ? THREADS_MAX : threads;
}

/* Where OMP_PROC_BIND or OMP_PLACES are set, OpenMP has already bound this thread to the first of its places: all of them count.
 */
static void places(cpu_set_t *mask) {
  int procs[THREADS_MAX];
  for (int place = 0; place < omp_get_num_places(); place++) {
    const int n = omp_get_place_num_procs(place);
    if (n > THREADS_MAX) continue;
    omp_get_place_proc_ids(place, procs);
    for (int i = 0; i < n; i++)
      if (procs[i] < CPU_SETSIZE) CPU_SET((size_t)procs[i], mask);
  }
}

static void affinity(cpu_set_t *mask) {
  CPU_ZERO(mask);
  places(mask);
  if (CPU_COUNT(mask) > 0 || (sched_getaffinity(0, sizeof *mask, mask) == 0 && CPU_COUNT(mask) > 0)) return;
  const long online = sysconf(_SC_NPROCESSORS_ONLN); /* more processors than a cpu_set_t holds */
  for (long core = 0; core < (online > 0 ? online : 1) && core < CPU_SETSIZE; core++) CPU_SET((size_t)core, mask);
}

static lind_err node_masks(MPI_Comm node, lind_crew_cores *cores, int *found) {
  int n_ranks;
  LIND_MPI(MPI_Comm_size(node, &n_ranks));
  cpu_set_t *masks = calloc((size_t)n_ranks, sizeof *masks), all;
  LIND_CHECK(masks != NULL, LIND_ERR_MEMORY, "no memory for the core masks of %d ranks", n_ranks);
  const int code = MPI_Allgather(&cores->mask, sizeof all, MPI_BYTE, masks, sizeof all, MPI_BYTE, node);
  if (code == MPI_SUCCESS) *found = part_of_cores(&cores->mask, masks, n_ranks, &cores->exclusive);
  CPU_ZERO(&all);
  for (int i = 0; i < n_ranks; i++) CPU_OR(&all, &all, &masks[i]);
  cores->node_cores = CPU_COUNT(&all);
  free(masks);
  LIND_MPI(code);
  return LIND_OK;
}

/* OMP_NUM_THREADS, or the part of the cores; OMP_THREAD_LIMIT leaves one for the master. */
static int threads_settle(int asked, int found) {
  const int limit = omp_get_thread_limit();
  if (asked > 0) return asked;
  if (openmp_threads() > 0) return openmp_threads();
  const int most = limit > 1 ? limit - 1 : 1;
  return found < most ? found : most;
}

lind_err lind_crew_cores_find(MPI_Comm world, int asked, lind_crew_cores *cores, int *threads) {
  int found;
  affinity(&cores->mask);
  if (world == MPI_COMM_NULL) {
    found = part_of_cores(&cores->mask, &cores->mask, 1, &cores->exclusive);
    cores->node_cores = CPU_COUNT(&cores->mask);
    cores->node_threads = *threads = threads_settle(asked, found);
    return LIND_OK;
  }
  MPI_Comm node;
  LIND_MPI(MPI_Comm_split_type(world, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node));
  const lind_err err = node_masks(node, cores, &found);
  if (err == LIND_OK) *threads = threads_settle(asked, found);
  const int code = err == LIND_OK ? MPI_Allreduce(threads, &cores->node_threads, 1, MPI_INT, MPI_SUM, node) : MPI_SUCCESS;
  (void)MPI_Comm_free(&node);
  LIND_TRY(err);
  LIND_MPI(code);
  return LIND_OK;
}

/* "0-3,8" of a mask. */
void lind_crew_cores_words(const cpu_set_t *mask, char *text, size_t size) {
  size_t used = 0;
  text[0] = '\0';
  for (int core = 0; core < CPU_SETSIZE && used < size; core++) {
    if (!CPU_ISSET((size_t)core, mask)) continue;
    const int first = core;
    while (core + 1 < CPU_SETSIZE && CPU_ISSET((size_t)(core + 1), mask)) core++;
    const char *comma = used > 0 ? "," : "";
    used += (size_t)(core > first ? snprintf(text + used, size - used, "%s%d-%d", comma, first, core)
                                  : snprintf(text + used, size - used, "%s%d", comma, first));
  }
}
