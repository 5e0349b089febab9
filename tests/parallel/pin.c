/* Workers sit on cores of their own exactly where the rank has one for each and shares none; the master, and everybody
 * afterwards, keeps the rank's own cores. `pin RANKS_SHARE`: under mpirun, 1 if ranks may use each other's cores (ranks.cmake).
 */
#include "parallel/crew_inside.h"

/* cmocka needs the others before it */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
/* clang-format on */

enum { THREADS = 8, JOBS = 64 };

static lind_crew *the_crew;
static int ranks_share;

typedef struct seen {
  cpu_set_t mask[THREADS];
} seen;

static lind_err job_run(void *context, int thread, uint64_t job) {
  seen *s = context;
  (void)job;
  (void)nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL); /* so that everybody gets some */
  if (thread < THREADS) (void)sched_getaffinity(0, sizeof s->mask[thread], &s->mask[thread]);
  return LIND_OK;
}

static void look(seen *s) {
  memset(s, 0, sizeof *s);
  assert_int_equal(lind_crew_run(the_crew, &(lind_crew_work){.n = JOBS, .run = job_run, .context = s}), LIND_OK);
}

static void workers_have_cores_of_their_own(void **state) {
  (void)state;
  seen s;
  cpu_set_t before, after, all;
  (void)sched_getaffinity(0, sizeof before, &before);
  look(&s);
  (void)sched_getaffinity(0, sizeof after, &after);
  const int threads = lind_crew_threads(the_crew), cores = CPU_COUNT(&before);
  const bool due = threads == cores && !ranks_share;
  CPU_ZERO(&all);
  for (int t = 0; t < threads && t < THREADS; t++) {
    if (CPU_COUNT(&s.mask[t]) == 0) continue; /* it got no job */
    assert_int_equal(CPU_COUNT(&s.mask[t]), due ? 1 : cores);
    for (int core = 0; due && core < CPU_SETSIZE; core++) {
      if (!CPU_ISSET((size_t)core, &s.mask[t])) continue;
      assert_false(CPU_ISSET((size_t)core, &all));
      assert_true(CPU_ISSET((size_t)core, &before));
    }
    CPU_OR(&all, &all, &s.mask[t]);
  }
  assert_true(CPU_EQUAL(&before, &after));
}

static void the_roster_says_so(void **state) {
  (void)state;
  const int ranks = lind_crew_ranks(the_crew), threads = lind_crew_threads(the_crew);
  lind_crew_post *posts = calloc((size_t)ranks, sizeof *posts);
  char text[320], due[128];
  const lind_err err = lind_crew_roster(the_crew, posts);
  if (lind_crew_rank(the_crew) == 0) {
    cpu_set_t mask;
    (void)sched_getaffinity(0, sizeof mask, &mask);
    (void)snprintf(due, sizeof due, "%d rank%s x %d thread%s on 1 host", ranks, ranks > 1 ? "s" : "", threads,
                   threads > 1 ? "s" : "");
    assert_int_equal(strncmp(lind_crew_roster_words(posts, ranks, text, sizeof text), due, strlen(due)), 0);
    const bool crowded = strstr(text, "they take turns") != NULL,
               pinned = strstr(text, "each thread on a core of its own") != NULL;
    assert_int_equal(crowded, posts[0].node_threads > posts[0].node_cores);
    assert_int_equal(pinned, !ranks_share && threads == CPU_COUNT(&mask));
  }
  free(posts);
  assert_int_equal(err, LIND_OK);
}

static void words_of_many_hosts(void **state) {
  (void)state;
  char text[320];
  lind_crew_post posts[4] = {{.host = "a", .threads = 2, .pinned = true, .node_threads = 4, .node_cores = 4},
                             {.host = "a", .threads = 2, .pinned = true, .node_threads = 4, .node_cores = 4},
                             {.host = "b", .threads = 2, .pinned = true, .node_threads = 4, .node_cores = 4},
                             {.host = "b", .threads = 2, .pinned = true, .node_threads = 4, .node_cores = 4}};
  assert_string_equal(lind_crew_roster_words(posts, 4, text, sizeof text),
                      "4 ranks x 2 threads on 2 hosts, each thread on a core of its own");
  posts[3].pinned = false;
  assert_string_equal(lind_crew_roster_words(posts, 4, text, sizeof text),
                      "4 ranks x 2 threads on 2 hosts, placed by the operating system");
  posts[3].threads = 6;
  posts[3].node_threads = 8;
  assert_string_equal(lind_crew_roster_words(posts, 4, text, sizeof text),
                      "4 ranks x 2 to 6 threads on 2 hosts; more threads (8) than cores (4) on b: they take turns");
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(workers_have_cores_of_their_own),
      cmocka_unit_test(the_roster_says_so),
      cmocka_unit_test(words_of_many_hosts),
  };
  ranks_share = argc > 1 ? atoi(argv[1]) : 0;
  if (lind_crew_create(argc > 2 ? atoi(argv[2]) : 0, &the_crew) != LIND_OK) {
    (void)fprintf(stderr, "%s\n", lind_error_message());
    return 1;
  }
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  lind_crew_destroy(&the_crew);
  return failed != 0;
}
