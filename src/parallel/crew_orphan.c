/* crew_orphan.c -- while MPI starts, a launcher that dies leaves its ranks waiting for an answer for ever: they do not hear of it
 * before MPI has started (afterwards they do, from MPI). So a thread looks whether the parent is still the same process, and
 * where it is not, the process goes as it would have gone with its launcher. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "crew_inside.h"

enum { LOOK_SECONDS = 1 };

struct lind_crew_orphan {
  pthread_t thread;
  pthread_mutex_t gate;
  pthread_cond_t news;
  bool over;
  pid_t parent;
};

static void *look(void *at) {
  lind_crew_orphan *o = at;
  (void)pthread_mutex_lock(&o->gate);
  while (!o->over) {
    struct timespec until;
    if (getppid() != o->parent) (void)kill(getpid(), SIGTERM); /* nobody is there who could read a sentence */
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LOOK_SECONDS;
    (void)pthread_cond_timedwait(&o->news, &o->gate, &until);
  }
  (void)pthread_mutex_unlock(&o->gate);
  return NULL;
}

lind_crew_orphan *lind_crew_orphan_begin(void) {
  lind_crew_orphan *o = calloc(1, sizeof *o);
  if (o == NULL) return NULL;
  o->parent = getppid();
  (void)pthread_mutex_init(&o->gate, NULL);
  (void)pthread_cond_init(&o->news, NULL);
  sigset_t all, before; /* signals are for the others */
  (void)sigfillset(&all);
  (void)pthread_sigmask(SIG_SETMASK, &all, &before);
  const int code = pthread_create(&o->thread, NULL, look, o);
  (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (code == 0) return o;
  free(o);
  return NULL;
}

void lind_crew_orphan_end(lind_crew_orphan *o) {
  if (o == NULL) return;
  (void)pthread_mutex_lock(&o->gate);
  o->over = true;
  (void)pthread_cond_signal(&o->news);
  (void)pthread_mutex_unlock(&o->gate);
  (void)pthread_join(o->thread, NULL);
  (void)pthread_cond_destroy(&o->news);
  (void)pthread_mutex_destroy(&o->gate);
  free(o);
}
