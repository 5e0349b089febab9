/* crew_worker.c -- a worker takes jobs from the queue, and notes how long it stood without one. */
#include <math.h>
#include <stdio.h>

#include "crew_pool.h"

static const double of_late = 0.1; /* the weight of the last job in the mean: the order puts long jobs first, so that it falls */

static void note_failure(lind_crew_pool *p, uint64_t job, lind_err err) {
  p->waiting = 0;
  if (err == LIND_ERR_STOPPED) {
    p->stopped = true; /* the job saw the flag itself */
  } else if (job < p->failed_job) {
    p->failed_job = job;
    p->code = err;
    (void)snprintf(p->message, sizeof p->message, "%s", lind_error_message());
  }
}

void lind_crew_pool_job(lind_crew_pool *p, int thread, uint64_t job) {
  const double start = lind_crew_now();
  const lind_err err = p->work->run(p->work->context, thread, job);
  const double end = lind_crew_now(), seconds = end - start;
  (void)pthread_mutex_lock(&p->gate);
  lind_crew_waits *waits = &p->crew->waits;
  p->idle_since[thread] = end;
  p->mean = waits->jobs > 0 ? p->mean + fmax(of_late, 1.0 / (double)(waits->jobs + 1)) * (seconds - p->mean) : seconds;
  waits->busy += seconds;
  waits->jobs++;
  if (err != LIND_OK)
    note_failure(p, job, err);
  else if (lind_crew_leads(p->crew))
    atomic_fetch_add(&p->crew->own, 1);
  (void)pthread_mutex_unlock(&p->gate);
}

void lind_crew_pool_waited(lind_crew_pool *p, double since) {
  const double seconds = lind_crew_now() - since;
  p->crew->waits.sum += seconds;
  p->crew->waits.longest = fmax(p->crew->waits.longest, seconds);
}

void lind_crew_pool_run_one(lind_crew_pool *p, int thread) {
  const uint64_t job = p->queue[p->head];
  p->head = (p->head + 1) % LIND_CREW_QUEUE;
  p->waiting--;
  p->running++;
  if (p->waiting == p->low && !p->exhausted) (void)pthread_cond_signal(&p->news);
  (void)pthread_mutex_unlock(&p->gate);
  lind_crew_pool_job(p, thread, job);
  (void)pthread_mutex_lock(&p->gate);
  p->running--;
}

void lind_crew_pool_work(lind_crew_pool *p, int thread) {
  lind_crew_pin_worker(p->crew, thread);
  (void)pthread_mutex_lock(&p->gate);
  for (;;) {
    if (p->waiting == 0 && !p->closed) {
      const double since = p->idle_since[thread];
      p->idle++;
      (void)pthread_cond_signal(&p->news);
      while (p->waiting == 0 && !p->closed) (void)pthread_cond_wait(&p->jobs, &p->gate);
      p->idle--;
      if (p->waiting > 0) lind_crew_pool_waited(p, since);
    }
    if (p->waiting == 0) break;
    lind_crew_pool_run_one(p, thread);
    if (p->exhausted && p->running == 0) (void)pthread_cond_signal(&p->news);
  }
  (void)pthread_mutex_unlock(&p->gate);
  lind_crew_pin_release(p->crew);
}
