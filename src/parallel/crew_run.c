/* crew_run.c -- a run from its beginning to the one outcome of all ranks: master and workers of each rank, or teams of ranks. */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

#include "crew_pool.h"

/* The owner of the lowest failed job tells the others. */
static lind_err failure_share(lind_crew_pool *p, uint64_t lowest) {
  struct {
    int32_t code;
    char message[LIND_CREW_MESSAGE];
  } told = {.code = (int32_t)p->code};
  int64_t owner = p->failed_job == lowest ? p->crew->rank : INT32_MAX;
  if (p->crew->ranks > 1) LIND_TRY(lind_crew_reduce(p->crew, p->crew->world, &owner, 1, MPI_INT64_T, MPI_MIN, LIND_CREW_NOTHING));
  (void)snprintf(told.message, sizeof told.message, "%s", p->message);
  if (p->crew->ranks > 1) LIND_TRY(lind_crew_spread(p->crew, p->crew->world, (int)owner, &told, sizeof told));
  lind_error_set(told.message);
  return lind_error_trace((lind_err)told.code, __FILE__, __LINE__, "a job of lind_crew_run");
}

/* From each worker's last job to the end of everybody's. */
static void note_tail(lind_crew_pool *p) {
  const double now = lind_crew_now();
  lind_crew_waits *waits = &p->crew->waits;
  waits->wall = now - p->began;
  for (int thread = 0; thread < p->crew->threads; thread++) waits->tail += now - p->idle_since[thread];
}

static lind_err outcome(lind_crew_pool *p) {
  lind_crew *crew = p->crew;
  const uint64_t own = atomic_load(&crew->own);
  uint64_t lowest[2] = {p->failed_job, p->stopped || lind_crew_stopping() ? 0 : 1}, total = own;
  if (crew->ranks > 1) {
    const lind_crew_meanwhile reporting = {lind_crew_pool_report, p}; /* others still work */
    LIND_TRY(lind_crew_reduce(crew, crew->world, lowest, 2, MPI_UINT64_T, MPI_MIN, reporting));
    LIND_TRY(p->trouble);
    LIND_TRY(lind_crew_reduce(crew, crew->world, &total, 1, MPI_UINT64_T, MPI_SUM, LIND_CREW_NOTHING));
  }
  note_tail(p);
  LIND_TRY(lind_crew_pool_settle(p));
  LIND_TRY(p->trouble);
  crew->others = total - own;
  if (lowest[0] != LIND_CREW_END) return failure_share(p, lowest[0]);
  LIND_CHECK(lowest[1] != 0, LIND_ERR_STOPPED,
             "stopped early, %llu of %llu blocks were finished now; run the same command again to resume",
             (unsigned long long)total, (unsigned long long)p->work->n);
  return LIND_OK;
}

static lind_err pool_run(lind_crew_pool *p) {
  LIND_TRY(lind_crew_counter_reset(p->crew));
  lind_crew_beat_begin(p->crew);
  p->began = p->ticked = p->reported = lind_crew_now();
  p->crew->waits = (lind_crew_waits){0};
  for (int thread = 0; thread < p->crew->threads; thread++) p->idle_since[thread] = p->began;
  if (p->crew->team_size > 0) {
    lind_crew_pool_team(p);
    LIND_TRY(p->trouble);
    return outcome(p);
  }
  omp_set_dynamic(0);
#pragma omp parallel default(none) shared(p) num_threads(p->crew->threads + 1)
  {
    if (omp_get_thread_num() == 0)
      lind_crew_pool_lead(p, omp_get_num_threads() == 1);
    else
      lind_crew_pool_work(p, omp_get_thread_num() - 1);
  }
  LIND_TRY(p->trouble);
  return outcome(p);
}

lind_err lind_crew_run(lind_crew *crew, const lind_crew_work *work) {
  LIND_CHECK(work->n < LIND_CREW_END, LIND_ERR_INPUT, "%llu jobs are more than can be counted", (unsigned long long)work->n);
  lind_crew_pool *p = calloc(1, sizeof *p + (size_t)crew->threads * sizeof p->idle_since[0]);
  if (p == NULL && crew->ranks > 1) return lind_crew_break(crew, __FILE__, __LINE__, "no memory for a crew's queue");
  LIND_CHECK(p != NULL, LIND_ERR_MEMORY, "no memory for a crew's queue");
  p->crew = crew;
  p->work = work;
  p->failed_job = LIND_CREW_END;
  pthread_condattr_t monotonic;
  (void)pthread_condattr_init(&monotonic);
  (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  (void)pthread_mutex_init(&p->gate, NULL);
  (void)pthread_cond_init(&p->jobs, NULL);
  (void)pthread_cond_init(&p->news, &monotonic);
  const lind_err err = pool_run(p);
  lind_crew_beat_end(crew);
  if (err != LIND_OK && p->trouble == LIND_OK) crew->agreed = err;
  (void)pthread_cond_destroy(&p->jobs);
  (void)pthread_cond_destroy(&p->news);
  (void)pthread_mutex_destroy(&p->gate);
  (void)pthread_condattr_destroy(&monotonic);
  free(p);
  return err;
}

uint64_t lind_crew_finished(const lind_crew *crew) { return atomic_load(&crew->own) + crew->others; }
