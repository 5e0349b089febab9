/* crew_master.c -- the master of a rank: draws groups of jobs into the queue, one ahead of the workers, and never waits in MPI.
 * It sleeps in between and wakes for a worker whose queue runs low, for an answer that is due, for the progress report, and, on
 * rank 0 of several, every millisecond so that MPI can serve the others (docs/decisions/0014-the-master-sleeps.md). */
#include <math.h>
#include <sys/resource.h>
#include <time.h>

#include "crew_pool.h"

enum { LOOKS = 4 };

/* Assumed, and harmless to results. */
static const double tick_seconds = 0.2, stop_seconds = 0.05, serve_seconds = 1e-3, look_seconds = 5e-5;
static const double answer_kept = 0.95;       /* from one answer to the next: a slow one counts for seconds */
static const double reports_per_second = 5e3; /* to rank 0, of all ranks together */

/* ---- what to ask for
 * -----------------------------------------------------------------------------------------------------------------------
 */

static bool must_end(const lind_crew_pool *p) { return p->stopped || p->failed_job != LIND_CREW_END || p->trouble != LIND_OK; }

/* How many jobs to draw now. With the gate. */
static uint64_t jobs_wanted(lind_crew_pool *p, bool is_alone) {
  const lind_crew *crew = p->crew;
  if (is_alone) return p->waiting == 0;
  const uint64_t left = p->next < p->work->n ? p->work->n - p->next : 0;
  const double seconds = lind_crew_group_seconds(crew->ranks, p->answer);
  const uint64_t group =
      lind_crew_group_size(left, crew->ranks * crew->threads, crew->threads, p->mean, seconds, LIND_CREW_QUEUE / 2);
  const size_t hungry = (size_t)p->idle > p->waiting ? (size_t)p->idle - p->waiting : 0;
  p->low = (size_t)(group / 2);
  if (hungry > 0) return hungry + group < LIND_CREW_QUEUE - p->waiting ? hungry + group : LIND_CREW_QUEUE - p->waiting;
  return p->waiting <= p->low ? group : 0;
}

/* Static: the next of this rank's places are drawn from nobody. With the gate. */
static void places_push(lind_crew_pool *p, uint64_t first, uint64_t n, uint64_t stride) {
  const lind_crew_work *work = p->work;
  size_t n_pushed = 0;
  if (must_end(p)) return; /* drawn too late: nobody runs them */
  for (uint64_t i = 0, place = first; i < n && place < work->n; i++, place += stride, n_pushed++)
    p->queue[(p->head + p->waiting++) % LIND_CREW_QUEUE] = work->at != NULL ? work->at(work->context, place) : place;
  if (n_pushed > 1) (void)pthread_cond_broadcast(&p->jobs);
  if (n_pushed == 1) (void)pthread_cond_signal(&p->jobs);
}

static void static_draw(lind_crew_pool *p) {
  const uint64_t stride = (uint64_t)p->crew->ranks, room = LIND_CREW_QUEUE - p->waiting;
  if (p->exhausted || p->waiting > LIND_CREW_QUEUE / 2) return;
  p->low = LIND_CREW_QUEUE / 2;
  if (p->next == 0) p->next = (uint64_t)p->crew->rank;
  places_push(p, p->next, room, stride);
  p->next += room * stride;
  p->exhausted = p->next >= p->work->n;
}

/* ---- asking and hearing
 * --------------------------------------------------------------------------------------------------------------------
 */

static void note_trouble(lind_crew_pool *p, lind_err err) {
  if (err != LIND_OK && p->trouble == LIND_OK) p->trouble = err;
}

/* Without the gate. Some networks answer before they let go of who asked: the clock begins before. */
static void ask(lind_crew_pool *p, uint64_t n) {
  p->reported = lind_crew_now();
  note_trouble(p, lind_crew_counter_ask(p->crew, n));
}

/* What has come, into the queue. With the gate, which it lets go while MPI looks. */
static bool hear(lind_crew_pool *p, uint64_t asked) {
  bool heard;
  uint64_t first = 0;
  (void)pthread_mutex_unlock(&p->gate);
  const lind_err err = lind_crew_counter_hear(p->crew, &heard, &first);
  (void)pthread_mutex_lock(&p->gate);
  note_trouble(p, err);
  if (err != LIND_OK || first >= LIND_CREW_END) { /* somebody has ended it */
    p->exhausted = true;
    p->waiting = 0;
    return true;
  }
  if (!heard) return false;
  p->answer = fmax(answer_kept * p->answer, lind_crew_now() - p->reported);
  if (p->work->queue == LIND_QUEUE_STATIC) return true;
  p->next = first + asked;
  if (p->next >= p->work->n) p->exhausted = true;
  places_push(p, first, asked, 1);
  p->crew->waits.draws += asked > 0 && asked < LIND_CREW_END;
  return true;
}

/* What is done goes to disk before anybody waits for the others: a launcher that sends SIGTERM kills soon. Without the gate. */
static void save(lind_crew_pool *p) {
  if (p->saved || p->work->save == NULL) return;
  p->saved = true;
  p->work->save(p->work->context);
}

static double report_seconds(const lind_crew *crew) { return fmax(tick_seconds, crew->ranks / reports_per_second); }

static void tick(lind_crew_pool *p) {
  if (p->crew->rank != 0 || p->work->tick == NULL || lind_crew_now() - p->ticked < tick_seconds) return;
  p->work->tick(p->work->context);
  p->ticked = lind_crew_now();
}

/* A message may need MPI's attention more than once. */
static lind_err mpi_serve(lind_crew *crew) {
  int ignored;
  for (int look = 0; look < LOOKS && crew->ranks > 1; look++)
    LIND_CREW_MPI(crew, MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, crew->world, &ignored, MPI_STATUS_IGNORE));
  return LIND_OK;
}

/* Outside the loop: what has come is of a team's leader, or says how far the others are. */
static lind_err listen(lind_crew_pool *p) {
  bool heard;
  const bool is_draw = p->crew->asking.change[LIND_CREW_NEXT] == 1;
  LIND_TRY(lind_crew_counter_hear(p->crew, &heard, &p->next));
  if (!heard || !is_draw) return LIND_OK;
  p->drawn = p->next;
  p->has_drawn = true;
  return LIND_OK;
}

void lind_crew_pool_report(void *at) {
  lind_crew_pool *p = at;
  if (lind_crew_stopping()) save(p);
  note_trouble(p, lind_crew_look(p->crew));
  note_trouble(p, listen(p));
  note_trouble(p, mpi_serve(p->crew));
  if (!p->crew->asking.open && lind_crew_now() - p->reported >= report_seconds(p->crew)) ask(p, 0);
  tick(p);
}

lind_err lind_crew_pool_settle(lind_crew_pool *p) {
  while (p->crew->asking.open) {
    LIND_TRY(lind_crew_look(p->crew));
    LIND_TRY(listen(p));
    if (p->crew->asking.open) (void)nanosleep(&(struct timespec){.tv_nsec = (long)(1e9 * look_seconds)}, NULL);
  }
  return LIND_OK;
}

/* ---- the loop
 * ------------------------------------------------------------------------------------------------------------------------------
 */

static void sleep_for_news(lind_crew_pool *p, double seconds) {
  struct timespec until;
  (void)clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_nsec += (long)(seconds * 1e9);
  until.tv_sec += until.tv_nsec / 1000000000;
  until.tv_nsec %= 1000000000;
  (void)pthread_cond_timedwait(&p->news, &p->gate, &until);
}

/* Ask for what is wanted; true: something was asked. With the gate, which it lets go while it asks. */
static bool decide(lind_crew_pool *p, bool is_alone, uint64_t *asked) {
  if (p->crew->asking.open) return false;
  const bool is_end = must_end(p) && !p->ended, is_due = lind_crew_now() - p->reported >= report_seconds(p->crew);
  if (is_end) {
    p->ended = p->exhausted = true;
    p->waiting = 0;
  }
  if (p->work->queue == LIND_QUEUE_STATIC) static_draw(p);
  *asked = is_end ? LIND_CREW_END : p->exhausted || p->work->queue == LIND_QUEUE_STATIC ? 0 : jobs_wanted(p, is_alone);
  if (*asked == 0 && !(is_due && p->trouble == LIND_OK)) return false;
  (void)pthread_mutex_unlock(&p->gate);
  ask(p, *asked);
  (void)pthread_mutex_lock(&p->gate);
  return true;
}

static double processor_seconds(void) {
  struct rusage used;
  (void)getrusage(RUSAGE_THREAD, &used);
  return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + 1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

void lind_crew_pool_lead(lind_crew_pool *p, bool is_alone) {
  const bool serves = p->crew->ranks > 1 && p->crew->rank == 0;
  const double before = processor_seconds();
  double look = look_seconds;
  uint64_t asked = 0;
  (void)pthread_mutex_lock(&p->gate);
  for (;; p->crew->waits.wakes++) {
    if (lind_crew_stopping()) p->stopped = true;
    bool is_news = decide(p, is_alone, &asked);
    if (p->crew->asking.open && hear(p, asked)) is_news = true;
    if (is_alone && p->waiting > 0) lind_crew_pool_run_one(p, 0);
    const bool asking = p->crew->asking.open;
    if (p->exhausted && !asking && p->waiting == 0 && p->running == 0 && (p->ended || !must_end(p))) break;
    look = asking && !is_news ? fmin(2 * look, serve_seconds) : look_seconds;
    if (!is_news && !is_alone) sleep_for_news(p, asking && p->idle > 0 ? look : asking || serves ? serve_seconds : stop_seconds);
    const bool is_end = must_end(p);
    (void)pthread_mutex_unlock(&p->gate);
    if (is_end) save(p);
    tick(p);
    note_trouble(p, lind_crew_look(p->crew));
    if (serves) note_trouble(p, mpi_serve(p->crew));
    (void)pthread_mutex_lock(&p->gate);
  }
  p->closed = true;
  (void)pthread_cond_broadcast(&p->jobs);
  (void)pthread_mutex_unlock(&p->gate);
  if (!is_alone) p->crew->waits.master = processor_seconds() - before;
}
