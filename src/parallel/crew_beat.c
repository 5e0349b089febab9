/* crew_beat.c -- signs of life. MPI has no word for a peer that is gone: whoever waits for it waits for ever. So every rank sends
 * rank 0 a beat now and then, and rank 0 answers it; who has given no sign for the crew's patience is given up, and then
 * everybody who hears of it. These are plain messages, so they tell of processes and not of memory that a dead one has left
 * behind.
 *
 * Who is silent for a good reason says so before: between two waits outside of lind_crew_run a rank is `away` (it writes results,
 * it reads segments), and gets LONGER as much patience. Time is counted in looks, each worth a slice at most: a job that was
 * suspended has not been silent.
 *
 * A rank has one beat under way at most, and rank 0 sends nothing but answers and `away`: a message to a peer that is gone could
 * end this process, too. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "crew_inside.h"

enum { TAG = 7, LONGER = 60, BEATS = 6, SLICES = 20, NAMED = 4, HOST = 64, ALARM = 10 };

static const double look_seconds = 2e-3, saved_seconds = 0.1, patience_default = 60;

/* ALIVE: I am here. AWAY: I may be silent from now on. LOST: we give up (rank 0's answer). SAVED: I have given up and my blocks
 * are on disk. OVER: everybody has (rank 0's answer). */
typedef enum { ALIVE, AWAY, LOST, SAVED, OVER } word;

typedef struct peer {
  double heard; /* on the clock of looks */
  MPI_Request request;
  int32_t said, told; /* words: its last, my last */
  bool asks;          /* it waits for an answer */
  char host[HOST];
} peer;

struct lind_crew_beat {
  MPI_Comm comm;
  double patience;
  double looked, clock;                     /* when; seconds in which this process could look */
  double asked, scanned;                    /* a rank's last beat, on the wall; rank 0's last look at everybody, on the clock */
  bool present, waits_for_answer, is_first; /* of its node */
  int32_t hears;                            /* what comes in */
  MPI_Request hearing;                      /* from rank 0, or from anybody */
  bool is_lost, has_lost, is_over;          /* the crew is given up; by this rank's own ears; everybody has saved what it has */
  bool is_broken, has_saved;                /* given up because this rank cannot go on; its blocks are on disk, which is said */
  double lost_at; /* on the clock: when rank 0 was lost, when a broken rank began to wait for the others */
  char sentence[LIND_CREW_MESSAGE];
  int n_peers;
  peer peers[]; /* rank 0: everybody; others: rank 0 */
};

/* ---- words ---- */

static peer *peer_of(lind_crew_beat *b, int rank) { return &b->peers[b->n_peers == 1 ? 0 : rank]; }

static bool is_sent(peer *p) {
  int done = 1;
  if (p->request != MPI_REQUEST_NULL) (void)MPI_Test(&p->request, &done, MPI_STATUS_IGNORE);
  return done;
}

/* False: the last word has not left yet. What fails here shows as silence. */
static bool say(lind_crew_beat *b, int rank, word what) {
  peer *p = peer_of(b, rank);
  if (!is_sent(p)) return false;
  p->told = (int32_t)what;
  if (MPI_Isend(&p->told, 1, MPI_INT32_T, rank, TAG, b->comm, &p->request) != MPI_SUCCESS) p->request = MPI_REQUEST_NULL;
  return true;
}

static void listen(lind_crew_beat *b, int rank) {
  if (MPI_Irecv(&b->hears, 1, MPI_INT32_T, rank, TAG, b->comm, &b->hearing) != MPI_SUCCESS) b->hearing = MPI_REQUEST_NULL;
}

static void answer(lind_crew *crew, int rank) {
  lind_crew_beat *b = crew->beat;
  peer *p = peer_of(b, rank);
  if (p->asks && say(b, rank, b->is_over ? OVER : b->is_lost ? LOST : ALIVE)) p->asks = false;
}

/* What rank 0 says. */
static void heed(lind_crew_beat *b, word said) {
  if (said != AWAY) b->waits_for_answer = false;
  if (said == OVER) b->is_over = true;
  if (said != LOST || b->is_lost) return;
  b->is_lost = true;
  (void)snprintf(b->sentence, sizeof b->sentence,
                 "stopped early: rank 0 has given up a rank that is gone; run the same command again to resume");
}

/* Only who has given up says that it has saved. */
static void hear_of_break(lind_crew_beat *b, int rank) {
  if (b->is_lost) return;
  b->is_lost = true; /* and it has said why */
  (void)snprintf(b->sentence, sizeof b->sentence,
                 "stopped early: rank %d on %s cannot go on; run the same command again to resume", rank, b->peers[rank].host);
}

static void hear(lind_crew *crew) {
  lind_crew_beat *b = crew->beat;
  const int from = crew->rank == 0 ? MPI_ANY_SOURCE : 0;
  for (;;) {
    int done = 0;
    MPI_Status status;
    if (b->hearing == MPI_REQUEST_NULL || MPI_Test(&b->hearing, &done, &status) != MPI_SUCCESS || !done) return;
    const int rank = crew->rank == 0 ? status.MPI_SOURCE : 0;
    peer *p = peer_of(b, rank);
    p->heard = b->clock;
    p->said = b->hears;
    listen(b, from);
    if (crew->rank == 0) {
      if (p->said == SAVED) hear_of_break(b, rank);
      p->asks |= p->said != AWAY;
      answer(crew, rank);
    } else {
      heed(b, (word)p->said);
    }
  }
}

/* ---- silence ---- */

static double silence_of(const lind_crew_beat *b, const peer *p) { return b->clock - p->heard; }

static bool is_gone(const lind_crew_beat *b, const peer *p, double share) {
  return silence_of(b, p) > share * b->patience * (p->said == AWAY ? LONGER : 1);
}

static void give_up(lind_crew *crew) {
  lind_crew_beat *b = crew->beat;
  char names[NAMED * (HOST + 32)] = "";
  int n = 0;
  double least = 0;
  b->is_lost = b->has_lost = true;
  b->lost_at = b->clock;
  for (int r = 0; r < b->n_peers; r++) {
    const peer *p = &b->peers[r];
    if ((crew->rank == 0 && r == 0) || !is_gone(b, p, 0.6)) continue;
    if (n == 0 || silence_of(b, p) < least) least = silence_of(b, p);
    const size_t used = strlen(names);
    if (n++ < NAMED) (void)snprintf(names + used, sizeof names - used, "%srank %d on %s", used == 0 ? "" : ", ", r, p->host);
  }
  char more[64] = "";
  if (n > NAMED) (void)snprintf(more, sizeof more, " and %d ranks more", n - NAMED);
  (void)snprintf(
      b->sentence, sizeof b->sentence,
      "stopped early: no sign of %s%s for %.3g s, so a process, a host or the link to it is gone; what was finished is "
      "saved, run the same command again to resume",
      names, more, least);
}

static void scan(lind_crew *crew) {
  lind_crew_beat *b = crew->beat;
  bool gone = false;
  b->scanned = b->clock;
  for (int r = crew->rank == 0 ? 1 : 0; r < b->n_peers; r++) {
    answer(crew, r); /* one whose last answer had not left */
    gone |= is_gone(b, &b->peers[r], 1);
  }
  if (gone && !b->is_lost) give_up(crew);
}

/* ---- looks ---- */

static void look(lind_crew *crew) {
  lind_crew_beat *b = crew->beat;
  const double now = lind_crew_now(), gone = now - b->looked, pace = b->has_saved ? saved_seconds : b->patience / BEATS;
  if (gone < look_seconds) return;
  b->looked = now;
  b->clock += gone < b->patience / SLICES ? gone : b->patience / SLICES;
  hear(crew);
  if (crew->rank != 0 && !b->is_over && !b->waits_for_answer && now - b->asked >= pace &&
      say(b, 0, b->has_saved ? SAVED : ALIVE)) {
    b->asked = now;
    b->waits_for_answer = true;
  }
  if (b->clock - b->scanned >= b->patience / BEATS / 2) scan(crew);
}

static lind_err fail(const lind_crew *crew) {
  return lind_error_fail(LIND_ERR_STOPPED, __FILE__, __LINE__, "%s", crew->beat->sentence);
}

lind_err lind_crew_look(lind_crew *crew) {
  if (crew->beat == NULL) return LIND_OK;
  if (crew->beat->patience > 0) look(crew);
  return crew->beat->is_lost ? fail(crew) : LIND_OK;
}

lind_err lind_crew_break(lind_crew *crew, const char *source, int line, const char *format, ...) {
  lind_crew_beat *b = crew->beat;
  char reason[LIND_CREW_MESSAGE / 2], host[HOST] = "";
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(reason, sizeof reason, format, arguments);
  va_end(arguments);
  if (!b->is_lost) {
    b->is_lost = b->is_broken = true;
    (void)gethostname(host, sizeof host - 1);
    (void)snprintf(b->sentence, sizeof b->sentence,
                   "stopped early: rank %d on %s cannot go on, %s; run the same command again to resume", crew->rank, host,
                   reason);
  }
  return lind_error_fail(LIND_ERR_STOPPED, source, line, "%s", b->sentence);
}

lind_err lind_crew_quit(lind_crew *crew, lind_err err) {
  char reason[LIND_CREW_MESSAGE / 2];
  if (err == LIND_OK || err == crew->agreed || crew->beat == NULL || crew->beat->is_lost) return err;
  (void)snprintf(reason, sizeof reason, "%s", lind_error_message());
  const lind_err ignored = lind_crew_break(crew, __FILE__, __LINE__, "%s", reason);
  (void)ignored;
  lind_error_set(reason);
  return err;
}

/* The others hear that this rank may be silent, if they think that it is not. */
static void go_away(lind_crew *crew) {
  lind_crew_beat *b = crew->beat;
  if (b == NULL || b->is_lost) return;
  for (int r = crew->rank == 0 ? 1 : 0; r < b->n_peers; r++)
    if (b->peers[r].told == ALIVE && !is_gone(b, &b->peers[r], 0.5)) (void)say(b, r, AWAY);
}

void lind_crew_beat_begin(lind_crew *crew) {
  if (crew->beat != NULL) crew->beat->present = true;
}

void lind_crew_beat_end(lind_crew *crew) {
  if (crew->beat != NULL) crew->beat->present = false;
  go_away(crew);
}

void lind_crew_beat_waited(lind_crew *crew) {
  if (crew->beat != NULL && !crew->beat->present) go_away(crew);
}

/* ---- life ---- */

/* Rank 0 learns the names of all hosts, the others that of rank 0. */
static lind_err hosts_read(lind_crew *crew) {
  lind_crew_beat *b = crew->beat;
  char mine[HOST] = "", *all = calloc((size_t)crew->ranks, HOST);
  LIND_CHECK(all != NULL, LIND_ERR_MEMORY, "no memory for the names of %d hosts", crew->ranks);
  (void)gethostname(mine, sizeof mine - 1);
  const int code = MPI_Gather(mine, HOST, MPI_CHAR, all, HOST, MPI_CHAR, 0, crew->world);
  for (int r = 0; r < b->n_peers; r++) memcpy(b->peers[r].host, all + (size_t)r * HOST, HOST);
  free(all);
  LIND_MPI(code);
  LIND_MPI(MPI_Bcast(b->peers[0].host, HOST, MPI_CHAR, 0, crew->world));
  return LIND_OK;
}

static lind_err is_first_read(lind_crew *crew) {
  MPI_Comm node;
  int rank;
  LIND_MPI(MPI_Comm_split_type(crew->world, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node));
  LIND_MPI(MPI_Comm_rank(node, &rank));
  LIND_MPI(MPI_Comm_free(&node));
  crew->beat->is_first = rank == 0;
  return LIND_OK;
}

lind_err lind_crew_beat_create(lind_crew *crew) {
  if (crew->ranks == 1) return LIND_OK;
  const int n = crew->rank == 0 ? crew->ranks : 1;
  lind_crew_beat *b = calloc(1, sizeof *b + (size_t)n * sizeof b->peers[0]);
  LIND_CHECK(b != NULL, LIND_ERR_MEMORY, "no memory for the beats of %d ranks", crew->ranks);
  b->comm = MPI_COMM_NULL;
  b->hearing = MPI_REQUEST_NULL;
  b->patience = patience_default;
  b->n_peers = n;
  for (int r = 0; r < n; r++) {
    b->peers[r].request = MPI_REQUEST_NULL;
    b->peers[r].said = b->peers[r].told = AWAY;
  }
  crew->beat = b;
  LIND_MPI(MPI_Comm_dup(crew->world, &b->comm));
  LIND_MPI(MPI_Comm_set_errhandler(b->comm, MPI_ERRORS_RETURN));
  LIND_TRY(hosts_read(crew));
  LIND_TRY(is_first_read(crew));
  b->looked = b->asked = lind_crew_now();
  listen(b, crew->rank == 0 ? MPI_ANY_SOURCE : 0);
  return LIND_OK;
}

void lind_crew_beat_destroy(lind_crew *crew) {
  lind_crew_beat *b = crew->beat;
  if (b == NULL) return;
  if (b->hearing != MPI_REQUEST_NULL) {
    (void)MPI_Cancel(&b->hearing);
    (void)MPI_Wait(&b->hearing, MPI_STATUS_IGNORE);
  }
  for (int r = 0; r < b->n_peers; r++)
    if (b->peers[r].request != MPI_REQUEST_NULL) (void)MPI_Wait(&b->peers[r].request, MPI_STATUS_IGNORE);
  if (b->comm != MPI_COMM_NULL) (void)MPI_Comm_free(&b->comm);
  free(b);
  crew->beat = NULL;
}

/* ---- the end of a crew that is given up ---- */

void lind_crew_patience(lind_crew *crew, double seconds) {
  if (crew->beat != NULL) crew->beat->patience = seconds;
}

bool lind_crew_lost(const lind_crew *crew) { return crew != NULL && crew->beat != NULL && crew->beat->is_lost; }

const char *lind_crew_lost_words(const lind_crew *crew) {
  const lind_crew_beat *b = crew->beat;
  return b->is_broken || (b->has_lost && (crew->rank == 0 || b->is_first)) ? b->sentence : NULL;
}

/* Everybody whom rank 0 still hears has saved what it has, and knows that the others have. */
static bool is_over(lind_crew *crew) {
  lind_crew_beat *b = crew->beat;
  bool saved = true, told = true;
  for (int r = 1; r < b->n_peers; r++) {
    if (is_gone(b, &b->peers[r], 1)) continue;
    saved &= b->peers[r].said == SAVED;
    told &= b->peers[r].told == OVER && is_sent(&b->peers[r]);
  }
  b->is_over |= saved;
  return saved && told;
}

/* A broken rank may be deaf, too. */
static bool hears_nobody(const lind_crew *crew) {
  const lind_crew_beat *b = crew->beat;
  for (int r = crew->rank == 0 ? 1 : 0; r < b->n_peers; r++)
    if (silence_of(b, &b->peers[r]) <= b->patience) return false;
  return b->clock - b->lost_at > b->patience;
}

/* A rank that has lost rank 0 waits for its neighbours, who find that out a little later; one that was told, or cannot go on,
 * waits for rank 0. */
static bool may_leave(lind_crew *crew) {
  lind_crew_beat *b = crew->beat;
  if (b->is_broken && hears_nobody(crew)) return true;
  if (crew->rank == 0) return is_over(crew);
  if (b->has_lost) return b->clock - b->lost_at > b->patience / 2;
  return b->is_over || is_gone(b, &b->peers[0], 1);
}

/* Ends what MPI has begun in this process; comes back where it has begun nothing. */
static void end_all(int status) {
  int is_begun = 0, is_over = 0;
  (void)MPI_Initialized(&is_begun);
  if (!is_begun || MPI_Finalized(&is_over) != MPI_SUCCESS || is_over) return;
  (void)signal(SIGALRM, SIG_DFL); /* MPI_Abort asks the launcher, which may be gone, too */
  (void)alarm(ALARM);
  (void)MPI_Abort(MPI_COMM_WORLD, status);
}

void lind_crew_leave(lind_crew *crew, int status) {
  if (lind_crew_lost(crew)) {
    lind_crew_beat *b = crew->beat;
    b->has_saved = !b->has_lost;
    if (b->is_broken) b->lost_at = b->clock;
  }
  while (lind_crew_lost(crew) && crew->beat->patience > 0 && !may_leave(crew)) {
    (void)nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    look(crew);
  }
  end_all(status);
}
