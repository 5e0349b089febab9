#include "lind/crew.h"

#include <stdlib.h>
#include <time.h>

#include "crew_inside.h"

enum { THREADS_MAX = 4096 };

const char *lind_crew_mpi_reason(int code, char text[MPI_MAX_ERROR_STRING]) {
  int n = 0;
  text[0] = '\0';
  (void)MPI_Error_string(code, text, &n);
  return text;
}

/* Debian configures its Open MPI with `osc = ^ucx,pt2pt`; nothing is left then that makes a window between hosts on plain TCP.
 * What works over any network may be used again, unless somebody has chosen. */
static void windows_allow(void) { (void)setenv("OMPI_MCA_osc", "^ucx", 0); }

static lind_err mpi_start(lind_crew *crew) {
  int is_running = 0, provided = MPI_THREAD_SINGLE;
  LIND_MPI(MPI_Initialized(&is_running));
  if (is_running) {
    LIND_MPI(MPI_Query_thread(&provided));
  } else {
    windows_allow();
    lind_crew_orphan *orphan = lind_crew_orphan_begin();
    const int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
    lind_crew_orphan_end(orphan);
    LIND_MPI(code);
    crew->started = true;
  }
  LIND_CHECK(provided >= MPI_THREAD_FUNNELED, LIND_ERR_MPI,
             "this MPI cannot be used beside threads (it offers no MPI_THREAD_FUNNELED)");
  LIND_MPI(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN));
  LIND_MPI(MPI_Comm_size(MPI_COMM_WORLD, &crew->ranks));
  LIND_MPI(MPI_Comm_rank(MPI_COMM_WORLD, &crew->rank));
  return LIND_OK;
}

static lind_err refuse_singletons(lind_crew_launch launch) {
  return lind_error_fail(
      LIND_ERR_INPUT, __FILE__, __LINE__,
      "%s announces %d tasks but MPI sees only this one, and each would write the same directory; start lind with `srun "
      "--mpi=pmix` or Open MPI's `mpirun`",
      launch.launcher, launch.tasks);
}

static lind_err crew_begin(lind_crew *crew, int threads) {
  LIND_TRY(lind_crew_nest_check(threads));
  const lind_crew_launch launch = lind_crew_launch_read();
  const bool may_be_many =
      launch.tasks > 1 || (launch.reachable && getenv("OMPI_COMM_WORLD_SIZE") == NULL && getenv("SLURM_STEP_NUM_TASKS") == NULL);
  if (launch.tasks > 1 && !launch.reachable) return refuse_singletons(launch);
  if (may_be_many) LIND_TRY(mpi_start(crew));
  if (launch.tasks > 1 && crew->ranks == 1) return refuse_singletons(launch);
  if (crew->ranks > 1) {
    LIND_MPI(MPI_Comm_dup(MPI_COMM_WORLD, &crew->world));
    LIND_MPI(MPI_Comm_set_errhandler(crew->world, MPI_ERRORS_RETURN));
  }
  LIND_TRY(lind_crew_cores_find(crew->world, threads, &crew->cores, &crew->threads));
  crew->pinned = lind_crew_pin_wanted(&crew->cores, crew->threads);
  LIND_TRY(lind_crew_beat_create(crew));
  return lind_crew_counter_create(crew);
}

lind_err lind_crew_create(int threads, lind_crew **crew) {
  LIND_CHECK(threads >= 0 && threads <= THREADS_MAX, LIND_ERR_INPUT,
             "threads: %d is not a number of threads; 0 (as many as there are cores) to %d would be right", threads, THREADS_MAX);
  lind_crew *c = calloc(1, sizeof *c);
  LIND_CHECK(c != NULL, LIND_ERR_MEMORY, "no memory for a crew");
  c->ranks = 1;
  c->world = MPI_COMM_NULL;
  c->team = MPI_COMM_NULL;
  c->window = MPI_WIN_NULL;
  const lind_err err = crew_begin(c, threads);
  if (err == LIND_OK) {
    *crew = c;
    return LIND_OK;
  }
  /* Of all ranks alike, or: others may wait in a call that this rank has left. Where all have failed rank 0 says it, and ends
   * all. */
  if (c->ranks == 1 || err == LIND_ERR_INPUT)
    lind_crew_destroy(&c);
  else if (c->rank > 0)
    (void)nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
  return err;
}

void lind_crew_destroy(lind_crew **crew) {
  if (crew == NULL || *crew == NULL) return;
  lind_crew *c = *crew;
  *crew = NULL;
  if (lind_crew_lost(c)) return; /* MPI may still write to it, and cannot be left without those who are gone */
  lind_crew_counter_destroy(c);
  lind_crew_beat_destroy(c);
  if (c->team != MPI_COMM_NULL) (void)MPI_Comm_free(&c->team);
  if (c->world != MPI_COMM_NULL) (void)MPI_Comm_free(&c->world);
  if (c->started) (void)MPI_Finalize();
  free(c);
}

bool lind_crew_speaks(const lind_crew *crew, lind_err err) { return crew == NULL || crew->rank == 0 || err != crew->agreed; }
int lind_crew_ranks(const lind_crew *crew) { return crew->ranks; }
int lind_crew_rank(const lind_crew *crew) { return crew->rank; }
int lind_crew_threads(const lind_crew *crew) { return crew->threads; }
lind_crew_waits lind_crew_waited(const lind_crew *crew) { return crew->waits; }
