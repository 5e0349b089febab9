/* Nobody waits for a busy host: rank 0 has jobs of a second on all its threads, the others have short ones and draw them from its
 * counter. Run alone and under mpirun with transports that need rank 0 to answer (ranks.cmake); a machine that is busy with
 * something else is told from a master that does not answer by a thread that only naps. */
#include <pthread.h>

#include "parallel/crew_inside.h"

/* cmocka needs the others before it */
/* clang-format off */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>
/* clang-format on */

static lind_crew *the_crew;

static void nap(double seconds) {
  (void)nanosleep(&(struct timespec){.tv_sec = (time_t)seconds, .tv_nsec = (long)(1e9 * (seconds - floor(seconds)))}, NULL);
}

/* ---- the control: how late this machine wakes a thread that sleeps a millisecond
 * -------------------------------------------------------------
 */

typedef struct napper {
  atomic_bool done;
  double latest;
} napper;

static void *nap_on(void *at) {
  napper *n = at;
  while (!atomic_load(&n->done)) {
    const double start = lind_crew_now();
    nap(1e-3);
    n->latest = fmax(n->latest, lind_crew_now() - start - 1e-3);
  }
  return NULL;
}

/* ---- a busy host
 * ---------------------------------------------------------------------------------------------------------------------------
 */

static lind_err job_run(void *context, int thread, uint64_t job) {
  (void)thread;
  (void)job;
  const double until = lind_crew_now() + 1;
  if (lind_crew_rank(context) > 0) nap(2e-3);
  while (lind_crew_rank(context) == 0 && lind_crew_now() < until) continue; /* it does not let go of its core */
  return LIND_OK;
}

/* most[0]: the longest wait of any worker, most[1]: how late any nap was, ms, on all ranks. */
static void with_a_busy_host(double most[2]) {
  const int ranks = lind_crew_ranks(the_crew);
  const uint64_t n = ranks == 1 ? 6 : 2000 * (uint64_t)ranks;
  napper control = {.latest = 0};
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, nap_on, &control), 0);
  const lind_err err = lind_crew_run(the_crew, &(lind_crew_work){.n = n, .run = job_run, .context = the_crew});
  atomic_store(&control.done, true);
  (void)pthread_join(thread, NULL);
  const lind_crew_waits waits = lind_crew_waited(the_crew);
  most[0] = 1e3 * waits.longest;
  most[1] = 1e3 * control.latest;
  const lind_err shared = lind_crew_most(the_crew, most, 2);
  printf(
      "rank %d: %llu jobs, %llu draws, longest wait %.2f ms, all %.1f ms; master %.0f wakes/s, %.2f %% of a core; a nap was %.1f "
      "ms late\n",
      lind_crew_rank(the_crew), (unsigned long long)waits.jobs, (unsigned long long)waits.draws, 1e3 * waits.longest,
      1e3 * waits.sum, (double)waits.wakes / waits.wall, 100 * waits.master / waits.wall, 1e3 * control.latest);
  assert_int_equal(err, LIND_OK);
  assert_int_equal(shared, LIND_OK);
  if (waits.wall > 1) assert_true(waits.master < 0.1 * waits.wall); /* the master sleeps */
}

/* A machine that does something else in between cannot say no; one that is busy all the time is asked for 50 ms more than what it
 * adds to a nap there and back. A rank 0 that does not answer is seen each time. */
static void nobody_waits_for_a_busy_host(void **state) {
  (void)state;
  enum { MOST_MS = 50, TIMES = 3 };
  double most[2];
  bool is_well = false;
  for (int time = 0; time < TIMES && !is_well; time++) {
    with_a_busy_host(most);
    is_well = most[0] <= (time + 1 < TIMES ? MOST_MS : MOST_MS + 2 * most[1]);
  }
  if (!is_well) fail_msg("a worker waited %.1f ms for a draw, a nap was at most %.1f ms late", most[0], most[1]);
}

/* ---- the end of a run
 * -------------------------------------------------------------------------------------------------------------------------
 */

typedef struct mixed {
  uint64_t n, first_long;
} mixed;

static lind_err mixed_run(void *context, int thread, uint64_t job) {
  const mixed *m = context;
  (void)thread;
  nap(job >= m->first_long ? 0.3 : 0.01);
  return LIND_OK;
}

static uint64_t long_first(const void *context, uint64_t place) { return ((const mixed *)context)->n - 1 - place; }

static double tail_of(mixed *m, uint64_t (*at)(const void *, uint64_t)) {
  assert_int_equal(lind_crew_run(the_crew, &(lind_crew_work){.n = m->n, .at = at, .run = mixed_run, .context = m}), LIND_OK);
  const lind_crew_waits waits = lind_crew_waited(the_crew);
  double share[1] = {waits.tail / waits.wall};
  const double accounted = waits.busy + waits.sum + waits.tail, all = lind_crew_threads(the_crew) * waits.wall;
  assert_int_equal(lind_crew_most(the_crew, share, 1), LIND_OK);
  assert_true(accounted < 1.01 * all && accounted > 0.8 * all); /* busy, waiting or done: there is nothing else */
  return share[0];
}

/* A long job that is begun last keeps one thread busy while the others have nothing. The jobs sleep: a busy machine does not
 * matter. */
static void long_jobs_first_leave_a_short_tail(void **state) {
  (void)state;
  const int hands = lind_crew_ranks(the_crew) * lind_crew_threads(the_crew);
  if (hands < 2) skip();
  mixed m = {.n = 60 * (uint64_t)hands + 1, .first_long = 60 * (uint64_t)hands};
  const double last = tail_of(&m, NULL), first = tail_of(&m, long_first);
  assert_true(last > 0.2);
  assert_true(first < 0.5 * last);
}

static void groups_shrink(void **state) {
  (void)state;
  uint64_t left = 1000000, draws = 0, before = UINT64_MAX;
  while (left > 0) {
    uint64_t size = lind_crew_group_size(left, 64, 8, 1e-3, 0.1, 2048);
    assert_true(size <= before && size <= 2048);
    assert_true((double)size * 1e-3 <= 0.11 * 8);
    assert_true(size * 128 <= left);
    before = size;
    left -= size > 0 ? size : 1;
    draws++;
  }
  assert_in_range(draws, 1000, 5000); /* 1000 s of work for 64 hands: a few a second a rank */
  assert_int_equal(lind_crew_group_size(1000000, 64, 8, 60, 0.1, 2048), 1); /* minutes: one ahead */
  assert_int_equal(lind_crew_group_size(127, 64, 8, 60, 0.1, 2048), 0);     /* the end: who is idle draws */
  assert_int_equal(lind_crew_group_size(1000000, 64, 8, 0, 0.1, 2048), 8);  /* nothing is known: one each */
  assert_int_equal(lind_crew_group_size(UINT64_C(1) << 40, 64, 8, 1e-9, 0.1, 2048), 2048);
  assert_int_equal(lind_crew_group_size(UINT64_C(1) << 40, 80000, 8, 1e-2, 0.5, 2048), 400);
}

static void groups_outlast_answers(void **state) {
  (void)state;
  assert_true(lind_crew_group_seconds(8, 0) == 0.1);
  assert_true(lind_crew_group_seconds(8, 1e-3) == 0.1);
  assert_true(lind_crew_group_seconds(8, 0.08) >= 3 * 0.08); /* half of it is there when the next is asked for */
  assert_true(lind_crew_group_seconds(8, 10) == 0.5);        /* nobody sits on work for long */
  assert_true(lind_crew_group_seconds(3000, 0) == 0.3);      /* ten thousand draws a second */
  assert_true(lind_crew_group_seconds(100000, 0) == 0.5);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(groups_shrink),
      cmocka_unit_test(groups_outlast_answers),
      cmocka_unit_test(nobody_waits_for_a_busy_host),
      cmocka_unit_test(long_jobs_first_leave_a_short_tail),
  };
  if (lind_crew_create(argc > 1 ? atoi(argv[1]) : 2, &the_crew) != LIND_OK) {
    (void)fprintf(stderr, "%s\n", lind_error_message());
    return 1;
  }
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  lind_crew_destroy(&the_crew);
  return failed != 0;
}
