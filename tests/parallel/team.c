/* Teams: each job once, by all ranks of one team at the same time; failures and the stop as in every crew. `team SIZE`: run under
 * mpirun (ranks.cmake). */
#include <mpi.h>

#include "lind/crew.h"

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
/* clang-format on */

enum { JOBS = 200 };

typedef struct bench {
  lind_crew *crew;
  int size;
  int64_t hits[JOBS], lead_hits[JOBS], members;
  uint64_t fail_at;
  lind_queue queue;
  int fails; /* place in its team of who fails */
} bench;

static lind_err job_run(void *context, int thread, uint64_t job) {
  bench *b = context;
  int together = 1, place = 0;
  const void *team = lind_crew_team(b->crew);
  if (team != NULL) {
    const MPI_Comm *comm = team;
    int64_t sum = (int64_t)job, all = 0;
    MPI_Comm_size(*comm, &together);
    MPI_Comm_rank(*comm, &place);
    MPI_Allreduce(&sum, &all, 1, MPI_INT64_T, MPI_SUM, *comm); /* everybody is here, with the same job */
    if (all != (int64_t)job * together) return lind_error_fail(LIND_ERR_NUMERIC, __FILE__, __LINE__, "another job");
  }
  lind_crew_serve(b->crew);
  if (thread != 0 || together != b->size) return lind_error_fail(LIND_ERR_NUMERIC, __FILE__, __LINE__, "another team");
  b->hits[job]++;
  b->lead_hits[job] += lind_crew_leads(b->crew);
  LIND_CHECK(job != b->fail_at || place != b->fails, LIND_ERR_NUMERIC, "job %llu failed, as it should", (unsigned long long)job);
  return LIND_OK;
}

static bool is_left_out(uint64_t job) { return job % 10 == 3; }

static uint64_t job_at(const void *context, uint64_t place) {
  (void)context;
  return place / 9 * 10 + place % 9 + (place % 9 >= 3);
}

static int size_asked = 1; /* of main's argument; const from then on */

static void run(bench *b, lind_queue queue, uint64_t fail_at, int fails, lind_err *err) {
  memset(b, 0, sizeof *b);
  b->queue = queue;
  b->size = size_asked;
  b->fail_at = fail_at;
  b->fails = fails;
  assert_int_equal(lind_crew_create(1, &b->crew), LIND_OK);
  assert_int_equal(lind_crew_teams(b->crew, size_asked), LIND_OK);
  const lind_crew_work work = {.n = JOBS - JOBS / 10, .at = job_at, .run = job_run, .context = b, .queue = b->queue};
  *err = lind_crew_run(b->crew, &work);
}

static void every_job_once_by_a_whole_team(lind_queue queue) {
  static bench b;
  lind_err err;
  run(&b, queue, UINT64_MAX, 0, &err);
  const uint64_t finished = lind_crew_finished(b.crew);
  assert_int_equal(lind_crew_sum(b.crew, b.hits, JOBS), LIND_OK);
  assert_int_equal(lind_crew_sum(b.crew, b.lead_hits, JOBS), LIND_OK);
  lind_crew_destroy(&b.crew);
  assert_int_equal(err, LIND_OK);
  for (uint64_t job = 0; job < JOBS; job++) {
    assert_int_equal(b.hits[job], is_left_out(job) ? 0 : size_asked);
    assert_int_equal(b.lead_hits[job], is_left_out(job) ? 0 : 1);
  }
  assert_int_equal(finished, JOBS - JOBS / 10);
}

static void teams_draw_from_the_counter(void **state) {
  (void)state;
  every_job_once_by_a_whole_team(LIND_QUEUE_GUIDED);
}

static void teams_take_what_is_theirs(void **state) {
  (void)state;
  every_job_once_by_a_whole_team(LIND_QUEUE_STATIC);
}

static void a_failure_of_any_member_is_everybodys(void **state) {
  (void)state;
  static bench b;
  for (int fails = 0; fails < 2 * size_asked; fails++) {
    lind_err err;
    run(&b, fails % 2 == 0 ? LIND_QUEUE_GUIDED : LIND_QUEUE_STATIC, 50, fails / 2, &err);
    lind_crew_destroy(&b.crew);
    assert_int_equal(err, LIND_ERR_NUMERIC);
    assert_non_null(strstr(lind_error_message(), "job 50 failed, as it should"));
  }
}

static void odd_sizes_are_refused(void **state) {
  (void)state;
  lind_crew *crew;
  assert_int_equal(lind_crew_create(1, &crew), LIND_OK);
  const lind_err err = lind_crew_teams(crew, lind_crew_ranks(crew) + 1), none = lind_crew_teams(crew, 0);
  lind_crew_destroy(&crew);
  assert_int_equal(err, LIND_ERR_INPUT);
  assert_int_equal(none, LIND_ERR_INPUT);
  assert_int_equal(lind_crew_create(2, &crew), LIND_OK);
  const lind_err threads = lind_crew_teams(crew, 1);
  lind_crew_destroy(&crew);
  assert_int_equal(threads, LIND_ERR_INPUT);
}

int main(int argc, char **argv) {
  if (argc > 1) size_asked = atoi(argv[1]);
  int provided;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided); /* several crews, one after the other */
  const struct CMUnitTest tests[] = {cmocka_unit_test(teams_draw_from_the_counter), cmocka_unit_test(teams_take_what_is_theirs),
                                     cmocka_unit_test(a_failure_of_any_member_is_everybodys),
                                     cmocka_unit_test(odd_sizes_are_refused)};
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  MPI_Finalize();
  return failed;
}
