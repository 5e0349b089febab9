/* The master thread draws jobs from the counter into a short queue; workers take them from there. The master sleeps in between
 * and wakes for a hungry worker, for the progress report, and, on rank 0 of several, every millisecond so that MPI can serve the
 * others. */
#include <omp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "crew_inside.h"

enum { QUEUE = 4096 };

/* Assumed, and harmless to results: long enough to hide a draw (microseconds here, a millisecond from another node). */
static const double queue_seconds = 5e-3, long_job_seconds = 0.1, tick_seconds = 0.2, stop_seconds = 0.05, serve_seconds = 1e-3;

typedef struct pool {
  lind_crew *crew;
  const lind_crew_work *work;
  /* the master's own */
  double ticked;
  uint64_t next;    /* where the counter was when last seen */
  lind_err trouble; /* MPI's */
  /* under the gate */
  pthread_mutex_t gate;
  pthread_cond_t jobs, news; /* for workers; for the master */
  uint64_t queue[QUEUE];
  size_t head, waiting, low; /* at `low` waiting jobs the master draws again */
  int idle, running;
  bool exhausted; /* the counter has no more */
  bool closed;    /* workers go home */
  bool stopped;
  uint64_t n_timed, failed_job; /* LIND_CREW_END: none */
  double seconds;
  lind_err code;
  char message[LIND_CREW_MESSAGE];
} pool;

/* ---- jobs
 * ----------------------------------------------------------------------------------------------------------------------------------
 */

/* Run one, without the gate; then, with it, note how it went. */
static void job_run(pool *p, int thread, uint64_t job) {
  const double start = lind_crew_now();
  const lind_err err = p->work->run(p->work->context, thread, job);
  const double seconds = lind_crew_now() - start;
  (void)pthread_mutex_lock(&p->gate);
  p->seconds += seconds;
  p->n_timed++;
  if (err == LIND_OK) {
    if (lind_crew_leads(p->crew)) atomic_fetch_add(&p->crew->own, 1);
  } else {
    if (err == LIND_ERR_STOPPED) {
      p->stopped = true; /* the job saw the flag itself */
    } else if (job < p->failed_job) {
      p->failed_job = job;
      p->code = err;
      (void)snprintf(p->message, sizeof p->message, "%s", lind_error_message());
    }
    p->waiting = 0;
  }
  (void)pthread_mutex_unlock(&p->gate);
}

static void worker(pool *p, int thread) {
  (void)pthread_mutex_lock(&p->gate);
  for (;;) {
    while (p->waiting == 0 && !p->closed) {
      p->idle++;
      (void)pthread_cond_signal(&p->news);
      (void)pthread_cond_wait(&p->jobs, &p->gate);
      p->idle--;
    }
    if (p->waiting == 0) break;
    const uint64_t job = p->queue[p->head];
    p->head = (p->head + 1) % QUEUE;
    p->waiting--;
    p->running++;
    if (p->waiting == p->low && !p->exhausted) (void)pthread_cond_signal(&p->news);
    (void)pthread_mutex_unlock(&p->gate);
    job_run(p, thread, job);
    (void)pthread_mutex_lock(&p->gate);
    p->running--;
    if (p->exhausted && p->running == 0) (void)pthread_cond_signal(&p->news);
  }
  (void)pthread_mutex_unlock(&p->gate);
}

/* ---- the master
 * ------------------------------------------------------------------------------------------------------------------------------
 */

/* How many jobs should be drawn now: one for every idle worker, some ahead while jobs are short, and fewer towards the end so
 * that no rank is left with a queue while others are idle. With the gate. */
static uint64_t jobs_wanted(pool *p) {
  const double mean = p->n_timed > 0 ? p->seconds / (double)p->n_timed : 1;
  double ahead = 0;
  if (mean < long_job_seconds) ahead = mean * QUEUE > queue_seconds ? queue_seconds / mean * p->crew->threads + 1 : QUEUE;
  const uint64_t left = p->next < p->work->n ? p->work->n - p->next : 0;
  double most = (double)left / (2.0 * p->crew->ranks * p->crew->threads);
  if (most > QUEUE) most = QUEUE;
  if (ahead > most) ahead = most;
  p->low = (size_t)(ahead / 2);
  if (p->waiting > p->low && p->waiting >= (size_t)p->idle) return 0;
  const double due = p->idle + ahead;
  return due >= (double)p->waiting + 1 ? (uint64_t)due - p->waiting : 0;
}

/* Draw `n` jobs; push those that are not done yet. Comes and goes with the gate, and lets it go while it asks. */
static void jobs_draw(pool *p, uint64_t n) {
  const lind_crew_work *work = p->work;
  uint64_t first = 0, fresh[QUEUE];
  size_t n_fresh = 0;
  (void)pthread_mutex_unlock(&p->gate);
  const lind_err err = lind_crew_counter_claim(p->crew, n, &first);
  for (uint64_t job = first; err == LIND_OK && job < work->n && job < first + n; job++)
    if (work->done == NULL || !work->done(work->context, job)) fresh[n_fresh++] = job;
  (void)pthread_mutex_lock(&p->gate);
  if (err != LIND_OK) p->trouble = err;
  p->next = first + n;
  if (err != LIND_OK || first + n >= work->n) p->exhausted = true;
  if (p->failed_job != LIND_CREW_END || p->stopped) return; /* drawn too late: nobody runs them */
  for (size_t i = 0; i < n_fresh; i++) p->queue[(p->head + p->waiting++) % QUEUE] = fresh[i];
  if (n_fresh > 1) (void)pthread_cond_broadcast(&p->jobs);
  if (n_fresh == 1) (void)pthread_cond_signal(&p->jobs);
}

/* Without the gate. */
static void report(pool *p) {
  const lind_err err = lind_crew_counter_report(p->crew, &p->next);
  if (err != LIND_OK) p->trouble = err;
  if (p->crew->rank == 0 && p->work->tick != NULL) p->work->tick(p->work->context);
  p->ticked = lind_crew_now();
}

static void report_meanwhile(void *context) { report(context); }

/* Nobody draws any more, here or elsewhere. With the gate. */
static void jobs_end(pool *p) {
  p->waiting = 0;
  p->exhausted = true;
  (void)pthread_mutex_unlock(&p->gate);
  const lind_err err = lind_crew_counter_end(p->crew);
  (void)pthread_mutex_lock(&p->gate);
  if (err != LIND_OK) p->trouble = err;
}

static void sleep_for_news(pool *p, double seconds) {
  struct timespec until;
  (void)clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_nsec += (long)(seconds * 1e9);
  until.tv_sec += until.tv_nsec / 1000000000;
  until.tv_nsec %= 1000000000;
  (void)pthread_cond_timedwait(&p->news, &p->gate, &until);
}

/* On a team of one (OMP_THREAD_LIMIT) the master is the worker, too. With the gate. */
static void job_run_alone(pool *p) {
  const uint64_t job = p->queue[p->head];
  p->head = (p->head + 1) % QUEUE;
  p->waiting--;
  (void)pthread_mutex_unlock(&p->gate);
  job_run(p, 0, job);
  (void)pthread_mutex_lock(&p->gate);
}

static void mpi_serve(pool *p) {
  int ignored;
  if (p->crew->ranks > 1 && MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, p->crew->world, &ignored, MPI_STATUS_IGNORE) != MPI_SUCCESS)
    p->trouble = lind_error_fail(LIND_ERR_PEER, __FILE__, __LINE__, "MPI failed while jobs were running");
}

static void master(pool *p, bool is_alone) {
  const bool serves = p->crew->ranks > 1 && p->crew->rank == 0;
  bool ended = false;
  (void)pthread_mutex_lock(&p->gate);
  for (;;) {
    if (lind_crew_stopping()) p->stopped = true;
    const bool far = p->next >= LIND_CREW_END; /* somebody else has ended it */
    if (!ended && (far || p->stopped || p->failed_job != LIND_CREW_END || p->trouble != LIND_OK)) {
      jobs_end(p);
      ended = true;
    }
    if (is_alone && p->waiting > 0) job_run_alone(p);
    const uint64_t wanted = p->exhausted ? 0 : is_alone ? p->waiting == 0 : jobs_wanted(p);
    if (wanted > 0) jobs_draw(p, wanted < QUEUE - p->waiting ? wanted : QUEUE - p->waiting);
    if (p->exhausted && p->waiting == 0 && p->running == 0) break;
    const bool must_sleep = wanted == 0 && !is_alone;
    if (must_sleep) sleep_for_news(p, serves ? serve_seconds : stop_seconds);
    (void)pthread_mutex_unlock(&p->gate);
    if (lind_crew_now() - p->ticked >= tick_seconds)
      report(p);
    else if (serves)
      mpi_serve(p);
    (void)pthread_mutex_lock(&p->gate);
  }
  p->closed = true;
  (void)pthread_cond_broadcast(&p->jobs);
  (void)pthread_mutex_unlock(&p->gate);
}

/* ---- teams: everybody is a master, and its own worker
 * ------------------------------------------------------------------------------------------------------------------------------
 */

/* The leader's: the next job, -1 if there is none. */
static int64_t team_next(pool *p) {
  for (;;) {
    uint64_t job;
    if (lind_crew_stopping()) p->stopped = true;
    if (p->stopped || p->failed_job != LIND_CREW_END) {
      p->trouble = lind_crew_counter_end(p->crew);
      return -1;
    }
    p->trouble = lind_crew_counter_claim(p->crew, 1, &job);
    if (p->trouble != LIND_OK) return -1;
    p->next = job + 1;
    if (job >= p->work->n) return -1;
    if (p->work->done == NULL || !p->work->done(p->work->context, job)) return (int64_t)job;
  }
}

static void team(pool *p) {
  lind_crew *crew = p->crew;
  crew->serving = p;
  for (;;) {
    int64_t job = lind_crew_leads(crew) ? team_next(p) : 0, failed;
    const lind_err told = lind_crew_team_tell(crew, &job);
    if (told != LIND_OK) p->trouble = told;
    if (p->trouble != LIND_OK || job < 0) break;
    job_run(p, 0, (uint64_t)job);
    failed = p->failed_job != LIND_CREW_END || p->stopped;
    const lind_err agreed = lind_crew_team_most(crew, &failed);
    if (agreed != LIND_OK) p->trouble = agreed;
    if (failed != 0 && p->failed_job == LIND_CREW_END) p->stopped = true; /* who failed says why */
  }
  crew->serving = NULL;
}

void lind_crew_serve(void *at) {
  const lind_crew *crew = at;
  pool *p = crew->serving;
  if (p == NULL) return;
  if (lind_crew_now() - p->ticked >= tick_seconds)
    report(p);
  else
    mpi_serve(p);
}

/* ---- the end
 * ---------------------------------------------------------------------------------------------------------------------------------
 */

/* The owner of the lowest failed job tells the others. */
static lind_err failure_share(pool *p, uint64_t lowest) {
  struct {
    int32_t owner, code;
    char message[LIND_CREW_MESSAGE];
  } told = {.owner = p->failed_job == lowest ? p->crew->rank : INT32_MAX, .code = (int32_t)p->code};
  MPI_Request request;
  if (p->crew->ranks > 1) {
    LIND_MPI(MPI_Iallreduce(MPI_IN_PLACE, &told.owner, 1, MPI_INT32_T, MPI_MIN, p->crew->world, &request));
    LIND_TRY(lind_crew_wait(&request, NULL, NULL));
  }
  const int owner = told.owner;
  (void)snprintf(told.message, sizeof told.message, "%s", p->message);
  if (p->crew->ranks > 1) {
    LIND_MPI(MPI_Ibcast(&told, (int)sizeof told, MPI_BYTE, owner, p->crew->world, &request));
    LIND_TRY(lind_crew_wait(&request, NULL, NULL));
  }
  lind_error_set(told.message);
  return lind_error_trace((lind_err)told.code, __FILE__, __LINE__, "a job of lind_crew_run");
}

static lind_err outcome(pool *p) {
  lind_crew *crew = p->crew;
  const uint64_t own = atomic_load(&crew->own);
  uint64_t lowest[2] = {p->failed_job, p->stopped || lind_crew_stopping() ? 0 : 1}, total = own;
  if (crew->ranks > 1) {
    MPI_Request request;
    LIND_MPI(MPI_Iallreduce(MPI_IN_PLACE, lowest, 2, MPI_UINT64_T, MPI_MIN, crew->world, &request));
    LIND_TRY(lind_crew_wait(&request, report_meanwhile, p)); /* others still work: go on reporting */
    LIND_TRY(p->trouble);
    LIND_MPI(MPI_Iallreduce(MPI_IN_PLACE, &total, 1, MPI_UINT64_T, MPI_SUM, crew->world, &request));
    LIND_TRY(lind_crew_wait(&request, NULL, NULL));
  }
  crew->others = total - own;
  if (lowest[0] != LIND_CREW_END) return failure_share(p, lowest[0]);
  LIND_CHECK(lowest[1] != 0, LIND_ERR_STOPPED, "stopped early, %llu jobs were finished; run the same command again to resume",
             (unsigned long long)total);
  return LIND_OK;
}

static lind_err pool_run(pool *p) {
  LIND_TRY(lind_crew_counter_reset(p->crew));
  p->ticked = lind_crew_now();
  if (p->crew->team_size > 0) {
    team(p);
    LIND_TRY(p->trouble);
    report(p);
    return outcome(p);
  }
#pragma omp parallel default(none) shared(p) num_threads(p->crew->threads + 1)
  {
    if (omp_get_thread_num() == 0)
      master(p, omp_get_num_threads() == 1);
    else
      worker(p, omp_get_thread_num() - 1);
  }
  LIND_TRY(p->trouble);
  report(p);
  return outcome(p);
}

lind_err lind_crew_run(lind_crew *crew, const lind_crew_work *work) {
  LIND_CHECK(work->n < LIND_CREW_END, LIND_ERR_INPUT, "%llu jobs are more than can be counted", (unsigned long long)work->n);
  pool *p = calloc(1, sizeof *p);
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
  (void)pthread_cond_destroy(&p->jobs);
  (void)pthread_cond_destroy(&p->news);
  (void)pthread_mutex_destroy(&p->gate);
  (void)pthread_condattr_destroy(&monotonic);
  free(p);
  return err;
}

uint64_t lind_crew_finished(const lind_crew *crew) { return atomic_load(&crew->own) + crew->others; }
