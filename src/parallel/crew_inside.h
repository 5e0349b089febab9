/* crew_inside.h -- what the files of this folder share: the crew itself, waiting without spinning, MPI's errors as sentences.
 * Depends on: crew.h, MPI. */
#ifndef LIND_PARALLEL_CREW_INSIDE_H
#define LIND_PARALLEL_CREW_INSIDE_H

#include <mpi.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include "lind/crew.h"

enum { LIND_CREW_MESSAGE = 2048 };

enum {
  LIND_CREW_NEXT,
  LIND_CREW_FINISHED,
  LIND_CREW_WORDS
}; /* rank 0's window: the job that comes next; jobs others have finished */

typedef struct lind_crew_beat lind_crew_beat;
typedef struct lind_crew_cores {
  cpu_set_t mask;               /* of this rank */
  bool exclusive;               /* no other rank of the node may use them */
  int node_cores, node_threads; /* of all ranks of the node */
} lind_crew_cores;

struct lind_crew {
  int ranks, rank, threads;
  lind_crew_cores cores;
  bool pinned;       /* each worker to a core of the mask */
  bool started;      /* MPI, by us */
  MPI_Comm world;    /* ours alone; MPI_COMM_NULL on one rank */
  int team_size;     /* 0: there are no teams, jobs are run by threads */
  MPI_Comm team;     /* mine; MPI_COMM_NULL without teams and on one rank */
  void *serving;     /* crew_run.c: the run whose job is under way in a team; NULL */
  MPI_Win window;    /* LIND_CREW_WORDS int64 on rank 0, in one passive epoch for life */
  int64_t next;      /* the counter of a crew of one */
  atomic_ullong own; /* jobs finished here */
  uint64_t others;   /* and elsewhere, as last heard */
  uint64_t told;     /* of own, what the window holds */
  struct {           /* the one request that may be under way: crew_counter.c */
    bool open;
    int64_t change[LIND_CREW_WORDS], before[LIND_CREW_WORDS];
    MPI_Request request;
  } asking;
  lind_crew_waits waits;
  lind_crew_beat *beat; /* NULL: one rank */
  lind_err agreed;      /* the last failure that every rank has heard of */
};

/* Wait for a request; sleeping between looks, because the rank's threads, or others on an oversubscribed node, can use the core.
 * `meanwhile` (or NULL) is called about 5 times a second. LIND_ERR_STOPPED once the crew is given up: the request is then still
 * open, and what it writes to must never be freed or left. */
lind_err lind_crew_wait(lind_crew *crew, MPI_Request *request, void (*meanwhile)(void *context), void *context) LIND_MUST_CHECK;
typedef struct lind_crew_meanwhile {
  void (*call)(void *context);
  void *context;
} lind_crew_meanwhile;
/* MPI_Iallreduce of words of 8 bytes, and MPI_Ibcast, in place, through memory that outlives them; collective over `comm`. */
lind_err lind_crew_reduce(lind_crew *crew, MPI_Comm comm, void *words, size_t n, MPI_Datatype type, MPI_Op op,
                          lind_crew_meanwhile meanwhile) LIND_MUST_CHECK;
#define LIND_CREW_NOTHING ((lind_crew_meanwhile){NULL, NULL})
lind_err lind_crew_spread(lind_crew *crew, MPI_Comm comm, int root, void *bytes, size_t n) LIND_MUST_CHECK;

/* Signs of life (crew_beat.c). create is collective, destroy is local. A master thread looks whenever it wakes: gives and takes
 * signs, at most every few milliseconds; LIND_ERR_STOPPED once the crew is given up. Between begin and end it promises to look
 * often; elsewhere the end of a wait tells the others that it may be silent. */
lind_err lind_crew_beat_create(lind_crew *crew) LIND_MUST_CHECK;
void lind_crew_beat_destroy(lind_crew *crew);
lind_err lind_crew_look(lind_crew *crew) LIND_MUST_CHECK;
void lind_crew_beat_begin(lind_crew *crew);
void lind_crew_beat_end(lind_crew *crew);
void lind_crew_beat_waited(lind_crew *crew);
/* This rank cannot take part any more, for this reason: from here on the crew is given up, and the others hear of it as soon as
 * this rank has saved what it has. For whatever fails on one rank between two collective calls. Returns LIND_ERR_STOPPED. */
lind_err lind_crew_break(lind_crew *crew, const char *source, int line, const char *format, ...) LIND_PRINTF(4, 5);

/* A call of MPI while the crew is being made, and one of a crew that is there. */
const char *lind_crew_mpi_reason(int code, char text[MPI_MAX_ERROR_STRING]); /* returns `text` */
#define LIND_MPI(call)                                                                                                      \
  do {                                                                                                                      \
    int lind_mpi_ = (call);                                                                                                 \
    char lind_why_[MPI_MAX_ERROR_STRING];                                                                                   \
    LIND_CHECK(lind_mpi_ == MPI_SUCCESS, LIND_ERR_MPI, "MPI failed: %s (%.*s)", lind_crew_mpi_reason(lind_mpi_, lind_why_), \
               (int)strcspn(#call, "("), #call);                                                                            \
  } while (0)
#define LIND_CREW_MPI(crew, call)                                                                                             \
  do {                                                                                                                        \
    int lind_mpi_ = (call);                                                                                                   \
    char lind_why_[MPI_MAX_ERROR_STRING];                                                                                     \
    if (lind_mpi_ != MPI_SUCCESS)                                                                                             \
      return lind_crew_break((crew), __FILE__, __LINE__, "MPI failed: %s (%.*s)", lind_crew_mpi_reason(lind_mpi_, lind_why_), \
                             (int)strcspn(#call, "("), #call);                                                                \
  } while (0)

double lind_crew_now(void); /* seconds, monotonic */

/* The leader's word to its team; the largest word of a team. Trivial in teams of one. Collective over the team. */
lind_err lind_crew_team_tell(lind_crew *crew, int64_t *word) LIND_MUST_CHECK;
lind_err lind_crew_team_most(lind_crew *crew, int64_t *word) LIND_MUST_CHECK;

/* How many tasks a launcher says there are (1: none says so), and its name. `reachable`: MPI has a way to find them. */
typedef struct lind_crew_launch {
  int tasks;
  const char *launcher;
  bool reachable;
} lind_crew_launch;
lind_crew_launch lind_crew_launch_read(void);

/* The cores of this rank, and its threads: as asked, OMP_NUM_THREADS, or its part of the cores that the ranks of this node may
 * use. Collective. */
lind_err lind_crew_cores_find(MPI_Comm world, int asked, lind_crew_cores *cores, int *threads) LIND_MUST_CHECK;
void lind_crew_cores_words(const cpu_set_t *mask, char *text, size_t size);
bool lind_crew_pin_wanted(const lind_crew_cores *cores, int threads);
void lind_crew_pin_worker(const lind_crew *crew, int thread);
void lind_crew_pin_release(const lind_crew *crew);
/* Refuses parallelism within parallelism, from the environment alone. */
lind_err lind_crew_nest_check(int asked) LIND_MUST_CHECK;
/* From begin to end this process goes by SIGTERM once its parent is gone. NULL: nobody looks. */
typedef struct lind_crew_orphan lind_crew_orphan;
lind_crew_orphan *lind_crew_orphan_begin(void);
void lind_crew_orphan_end(lind_crew_orphan *orphan);

/* The window; trivial for a crew of one. Reset is collective. One request at a time: `ask` adds n to the counter and tells what
 * was finished here; once `hear` has `heard`, `next` is where the counter was before, and crew->others is up to date. Neither
 * waits. */
lind_err lind_crew_counter_create(lind_crew *crew) LIND_MUST_CHECK;
void lind_crew_counter_destroy(lind_crew *crew);
lind_err lind_crew_counter_reset(lind_crew *crew) LIND_MUST_CHECK;
lind_err lind_crew_counter_ask(lind_crew *crew, uint64_t n) LIND_MUST_CHECK;
lind_err lind_crew_counter_hear(lind_crew *crew, bool *heard, uint64_t *next) LIND_MUST_CHECK;
/* Added to the counter by whoever wants the drawing to end, once: from then on everybody finds at least this. It can be added by
 * 2^20 ranks before 63 bits are full. */
#define LIND_CREW_END (UINT64_C(1) << 42)

/* How long a group should last, s, where the slowest answer of late took so long. Pure. */
double lind_crew_group_seconds(int ranks, double answer);
/* How many jobs a rank should draw at once: what lasts its threads so many seconds at `mean` seconds a job (0: not known yet), at
 * most left / (2 hands), so that groups shrink towards the end and nobody sits on a queue while others are idle. 0 near the end:
 * then only idle workers draw. Pure. */
uint64_t lind_crew_group_size(uint64_t left, int hands, int threads, double mean, double seconds, uint64_t most);

#endif
