/* crew.h -- ranks and threads. The only home of MPI (tissue excepted) and of OpenMP regions is src/parallel. Nothing observable
 * may depend on what this does. `threads` workers run jobs; the calling (master) thread hands them out, makes every MPI call
 * (funneled), never waits in one, and sleeps in between, so a rank answers its peers while its jobs are long. MPI is started only
 * when a launcher announces several tasks, or when asked. Depends on: error.h.
 */
#ifndef LIND_CREW_H
#define LIND_CREW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lind/error.h"

typedef struct lind_crew lind_crew;

/* threads 0: OMP_NUM_THREADS or the cores of this process's affinity, shared among the ranks of this node. Refuses
 * (LIND_ERR_INPUT, naming `srun --mpi=pmix` and `mpirun`) when SLURM, Open MPI or PMIx announces several tasks but the MPI world
 * is one: N singletons would write one directory; and parallelism within parallelism (OMP_NUM_THREADS=4,2,
 * OMP_MAX_ACTIVE_LEVELS above 1, an mpirun in each of several SLURM tasks, a parallel region around the call). Where MPI or
 * memory fails it instead (LIND_ERR_MPI, LIND_ERR_MEMORY), MPI is left as it is: lind_crew_leave(NULL, ..) must follow.
 * Collective. */
lind_err lind_crew_create(int threads, lind_crew **crew) LIND_MUST_CHECK;
void lind_crew_destroy(lind_crew **crew); /* collective; finalises MPI if it was started */
int lind_crew_ranks(const lind_crew *crew);
int lind_crew_rank(const lind_crew *crew);
int lind_crew_threads(const lind_crew *crew);

/* How places of the order are handed out. Guided: from a shared counter, in groups that shrink with what is left, one group
 * ahead. Static: rank r (with teams: team r) takes places r, r + R, ... and asks nobody:
 * where all jobs cost the same, and to compare. Results never depend on it. */
typedef enum { LIND_QUEUE_GUIDED, LIND_QUEUE_STATIC } lind_queue;

typedef struct lind_crew_work {
  uint64_t n;                                          /* places 0 .. n - 1 of an order: what is to be run */
  uint64_t (*at)(const void *context, uint64_t place); /* the job there; NULL: job = place. The same on every rank; any thread */
  lind_err (*run)(void *context, int thread, uint64_t job); /* called by any thread of any rank */
  void (*tick)(void *context);                              /* rank 0, master thread, about 5 times a second: progress; NULL */
  void (*save)(void *context); /* master thread, once, as soon as a stop or a failure is seen, beside running jobs: put on disk
                                * what is done, because the launcher may be in a hurry; NULL */
  void *context;
  lind_queue queue;
} lind_crew_work;

/* Run every job once, in about that order, on anyone. Requests to the counter never wait (MPI_Rget_accumulate, master thread
 * only). The first failure stops the drawing of jobs, running jobs finish, and every rank returns the same error: that of the
 * lowest failed job seen, with its message. Returns LIND_ERR_STOPPED on every rank if any rank saw the stop flag. Collective. */
lind_err lind_crew_run(lind_crew *crew, const lind_crew_work *work) LIND_MUST_CHECK;
/* jobs finished so far on all ranks in this or the last lind_crew_run; for progress (exact for this rank, others as last
 * reported; exact everywhere once lind_crew_run has returned). */
uint64_t lind_crew_finished(const lind_crew *crew);

/* Where the time of this rank's workers went in the last lind_crew_run, s. Each worker is busy, waits for a draw that brings it a
 * job, or has no more to do while others still have (the tail: from its last job to the end of the last rank's). */
typedef struct lind_crew_waits {
  double wall, busy;   /* of the run; of all workers in jobs */
  double longest, sum; /* waits for draws: of one worker at once; of all workers together */
  double tail;         /* of all workers together */
  double master;       /* CPU time of the master thread */
  uint64_t wakes, draws, jobs;
} lind_crew_waits;
lind_crew_waits lind_crew_waited(const lind_crew *crew);

/* Who works where. Workers are pinned, each to a core of its own, where their rank has exactly one for each, shares none with
 * another rank, and neither OMP_PROC_BIND nor OMP_PLACES says otherwise. */
typedef struct lind_crew_post {
  char host[64], cores[64]; /* "0-3,8" */
  int threads;
  bool pinned;
  int node_threads, node_cores; /* of all ranks on this host */
  lind_crew_waits waits;        /* of the last lind_crew_run */
} lind_crew_post;
/* posts[ranks], filled on rank 0. Collective. */
lind_err lind_crew_roster(lind_crew *crew, lind_crew_post *posts) LIND_MUST_CHECK;
/* "4 ranks x 2 threads on 2 hosts, each thread on a core of its own"; returns `text`. */
const char *lind_crew_roster_words(const lind_crew_post *posts, int n, char *text, size_t size);

/* ---- teams: from now on ranks k size .. (k + 1) size - 1 work on each job together, all of them on their master threads, so a
 * job may call MPI on the team's communicator. Leaders draw from the same counter as before. Refuses a size that does not divide
 * the ranks, and threads beside the master. Collective. */
lind_err lind_crew_teams(lind_crew *crew, int size) LIND_MUST_CHECK;
const void *lind_crew_team(const lind_crew *crew); /* MPI_Comm *; NULL: there is one rank, or there are no teams */
bool lind_crew_leads(const lind_crew *crew);       /* the first of its team: what a job leaves is put by it alone */
/* From within a job of a team, now and then: answers peers, calls `tick`. `crew` is void * so that this is a plain callback. */
void lind_crew_serve(void *crew);

lind_err lind_crew_agree(lind_crew *crew, lind_err mine) LIND_MUST_CHECK; /* worst of all ranks (success < stopped < the others),
                                                                           * lowest rank's code and message; collective */
lind_err lind_crew_share(lind_crew *crew, void *bytes, size_t n) LIND_MUST_CHECK;   /* from rank 0 to all; collective */
lind_err lind_crew_sum(lind_crew *crew, int64_t *counts, size_t n) LIND_MUST_CHECK; /* exact, in place, everywhere; collective */
lind_err lind_crew_most(lind_crew *crew, double *values,
                        size_t n) LIND_MUST_CHECK; /* maximum; NaN only where all are; collective */

/* Items 0 .. n - 1: number k is made by rank k % ranks, all ranks at once, and taken by rank 0 in order. */
typedef struct lind_crew_pipe {
  uint64_t n;
  size_t most;                                                                 /* bytes of an item, below 2 GiB */
  lind_err (*make)(void *context, uint64_t item, void *bytes, size_t *n);      /* bytes [most]: n are set */
  lind_err (*take)(void *context, uint64_t item, const void *bytes, size_t n); /* rank 0 */
  void *context;
} lind_crew_pipe;
size_t lind_crew_pipe_bytes(int ranks, size_t most); /* that a rank holds meanwhile */
/* On the master threads. A failure anywhere ends the making and the taking, and is every rank's. Collective. */
lind_err lind_crew_pipe_run(lind_crew *crew, const lind_crew_pipe *pipe) LIND_MUST_CHECK;

/* ---- peers that are gone. Ranks of a crew give signs of life; where one has given none for `seconds` (60; 0: for ever), the
 * crew is given up: every waiting or running call returns LIND_ERR_STOPPED on every rank that can still hear, after its running
 * jobs. Time in which a rank itself did not run (a suspended job) does not count, and one that does long work between two
 * collective calls has 60 times as long. The crew is given up as well, at once, where a rank cannot go on because MPI or memory
 * fails it. Then nothing collective may be called but leave. */
void lind_crew_patience(lind_crew *crew, double seconds); /* the same on every rank; local */
/* Should this rank say why? What all ranks agreed on is said by rank 0 alone. Accepts NULL. */
bool lind_crew_speaks(const lind_crew *crew, lind_err err);
bool lind_crew_lost(const lind_crew *crew);              /* the crew is given up; accepts NULL */
const char *lind_crew_lost_words(const lind_crew *crew); /* the sentence, on those ranks that should say it; else NULL */
/* `err` has come to this rank alone: unless all have agreed on it the others may wait in a call that this rank has left, so the
 * crew is given up, with the message of `err` as the reason. The message stays. Returns `err`. Local; nothing in a crew of one.
 */
lind_err lind_crew_quit(lind_crew *crew, lind_err err);
/* The last call of a process whose crew is given up, or, crew NULL, could not be made: waits until those who can still save have
 * saved, and ends the process and its launcher's job with this status. */
void lind_crew_leave(lind_crew *crew, int status);

/* SIGINT, SIGTERM, SIGUSR1 set a flag that lind_crew_run sees between jobs; a second SIGINT ends the process. Installed by app.
 */
void lind_crew_catch_signals(void);
bool lind_crew_stopping(void);
/* Half a second after that: what is not finished by now is left, because the next signal may be SIGKILL. A job that sees this
 * returns LIND_ERR_STOPPED. Cheap while nobody stops. */
bool lind_crew_hurried(void);

#endif
