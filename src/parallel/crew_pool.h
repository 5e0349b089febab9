/* crew_pool.h -- one lind_crew_run while it runs: what workers and master share. The gate guards what is under it; nobody holds
 * it while running a job or calling MPI. Depends on: crew_inside.h. */
#ifndef LIND_PARALLEL_CREW_POOL_H
#define LIND_PARALLEL_CREW_POOL_H

#include <pthread.h>

#include "crew_inside.h"

enum { LIND_CREW_QUEUE = 4096 };

typedef struct lind_crew_pool {
  lind_crew *crew;
  const lind_crew_work *work;
  double began;
  /* the master's own */
  double reported;  /* when the counter was asked last */
  double answer;    /* s that the slowest answer of late took */
  double ticked;    /* and progress shown */
  uint64_t next;    /* where the counter was when last seen */
  uint64_t drawn;   /* teams: the place that was drawn last, and */
  bool has_drawn;   /* nobody has taken it yet */
  bool ended;       /* this rank has ended the drawing */
  bool saved;       /* and has said that what is done must go to disk */
  lind_err trouble; /* MPI's */
  /* under the gate */
  pthread_mutex_t gate;
  pthread_cond_t jobs, news; /* for workers; for the master */
  uint64_t queue[LIND_CREW_QUEUE];
  size_t head, waiting, low; /* at `low` waiting jobs the master draws again */
  int idle, running;
  bool exhausted; /* there are no more to draw */
  bool closed;    /* workers go home */
  bool stopped;
  double mean;         /* s a job, of late; 0: none has finished */
  uint64_t failed_job; /* LIND_CREW_END: none */
  lind_err code;
  char message[LIND_CREW_MESSAGE];
  double idle_since[]; /* [threads] the end of each worker's last job */
} lind_crew_pool;

void lind_crew_pool_work(lind_crew_pool *pool, int thread); /* a worker, until the pool is closed */
void lind_crew_pool_run_one(lind_crew_pool *pool,
                            int thread); /* the first of the queue. With the gate, which it lets go meanwhile */
void lind_crew_pool_job(lind_crew_pool *pool, int thread, uint64_t job); /* without the gate */
void lind_crew_pool_waited(lind_crew_pool *pool, double since);          /* for a draw, until now. With the gate, or alone */
void lind_crew_pool_lead(lind_crew_pool *pool, bool is_alone);           /* the master; alone: there are no workers but itself */
void lind_crew_pool_team(lind_crew_pool *pool);                          /* instead, where ranks work in teams */
void lind_crew_pool_report(void *pool); /* ask how far everybody is, show it: when it is time for that */
lind_err lind_crew_pool_settle(lind_crew_pool *pool) LIND_MUST_CHECK; /* wait until nothing is asked any more */

#endif
