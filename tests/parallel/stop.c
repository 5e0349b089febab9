/* A signal stops the drawing of jobs on every rank; what runs is finished. Run alone and under mpirun (ranks.cmake). */
/* cmocka needs the others before it */
/* clang-format off */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
/* clang-format on */

#include "lind/crew.h"

enum { JOBS = 2000 };

static lind_crew *the_crew;
static atomic_int begun, ended;

static lind_err job_run(void *context, int thread, uint64_t job) {
  (void)context;
  (void)thread;
  atomic_fetch_add(&begun, 1);
  (void)nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
  if (job == 40) (void)raise(SIGUSR1); /* on the one rank that has it */
  atomic_fetch_add(&ended, 1);
  return LIND_OK;
}

static void a_signal_stops_every_rank(void **state) {
  (void)state;
  lind_crew_catch_signals();
  assert_false(lind_crew_stopping());
  const lind_err err = lind_crew_run(the_crew, &(lind_crew_work){.n = JOBS, .run = job_run});
  int64_t counts[3] = {atomic_load(&begun), atomic_load(&ended), lind_crew_stopping()};
  char message[128], due[128];
  (void)snprintf(message, sizeof message, "%s", lind_error_message());
  assert_int_equal(lind_crew_sum(the_crew, counts, 3), LIND_OK);
  assert_int_equal(err, LIND_ERR_STOPPED);
  assert_int_equal(counts[2], 1); /* one rank saw it, all stopped */
  assert_int_equal(counts[0], counts[1]);
  assert_in_range(counts[0], 20, JOBS - 1);
  assert_int_equal(lind_crew_finished(the_crew), counts[1]);
  (void)snprintf(due, sizeof due, "stopped early, %d of %d blocks were finished now; run the same command again to resume",
                 (int)counts[1], (int)JOBS);
  assert_string_equal(message, due);
}

static void the_flag_stays(void **state) {
  (void)state;
  const int before = atomic_load(&begun);
  const lind_err err = lind_crew_run(the_crew, &(lind_crew_work){.n = JOBS, .run = job_run});
  int64_t more = atomic_load(&begun) - before;
  assert_int_equal(lind_crew_sum(the_crew, &more, 1), LIND_OK);
  assert_int_equal(err, LIND_ERR_STOPPED);
  assert_true(more < JOBS);
  if (lind_crew_ranks(the_crew) == 1) assert_int_equal(more, 0);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_signal_stops_every_rank),
      cmocka_unit_test(the_flag_stays),
  };
  if (lind_crew_create(argc > 1 ? atoi(argv[1]) : 2, &the_crew) != LIND_OK) {
    (void)fprintf(stderr, "%s\n", lind_error_message());
    return 1;
  }
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  lind_crew_destroy(&the_crew);
  return failed != 0;
}
