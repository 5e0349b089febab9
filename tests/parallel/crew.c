/* Ranks and threads: every job once whoever runs it, one error for all, exact sums. Run alone and under mpirun (ranks.cmake); a
 * failed assertion on one rank leaves the others waiting until the time limit, so assertions follow collective calls. */
#include "lind/crew.h"

/* cmocka needs the others before it */
/* clang-format off */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
/* clang-format on */

enum { JOBS = 500 };

typedef struct bench {
  lind_crew *crew;
  atomic_int hits[JOBS];
  atomic_int most_threads, ticks;
  int threads;
  uint64_t fail_from; /* jobs from here on fail */
  int skip;           /* multiples of it are left out */
  lind_queue queue;
  uint64_t finished_seen;
  long sleep_us; /* of the slowest jobs */
} bench;

static void nap(long us) { (void)nanosleep(&(struct timespec){.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000}, NULL); }

static lind_err job_run(void *context, int thread, uint64_t job) {
  bench *b = context;
  if (thread < 0 || thread >= b->threads)
    return lind_error_fail(LIND_ERR_NUMERIC, __FILE__, __LINE__, "thread %d does not exist", thread);
  atomic_fetch_add(&b->hits[job], 1);
  if (job % 17 == 0) nap(b->sleep_us);
  LIND_CHECK(job < b->fail_from, LIND_ERR_NUMERIC, "job %llu failed, as it should", (unsigned long long)job);
  return LIND_OK;
}

/* All jobs but the multiples of `skip`. */
static uint64_t job_at(const void *context, uint64_t place) {
  const bench *b = context;
  return b->skip > 0 ? place + place / (uint64_t)(b->skip - 1) + 1 : place;
}

static void tick(void *context) {
  bench *b = context;
  atomic_fetch_add(&b->ticks, 1);
  const uint64_t finished = lind_crew_finished(b->crew);
  if (finished < b->finished_seen) b->finished_seen = UINT64_MAX; /* progress never goes back */
  if (b->finished_seen != UINT64_MAX) b->finished_seen = finished;
}

static lind_err bench_run(bench *b, int threads, uint64_t n) {
  lind_crew_work work = {.n = n, .at = job_at, .run = job_run, .tick = tick, .context = b, .queue = b->queue};
  b->threads = threads;
  return lind_crew_run(b->crew, &work);
}

/* How often each job was run, over all ranks. */
static void hits_sum(bench *b, int64_t hits[JOBS]) {
  for (int i = 0; i < JOBS; i++) hits[i] = atomic_load(&b->hits[i]);
  assert_int_equal(lind_crew_sum(b->crew, hits, JOBS), LIND_OK);
}

static void fresh(bench *b, lind_crew *crew) {
  memset(b, 0, sizeof *b);
  b->crew = crew;
  b->fail_from = UINT64_MAX;
  b->sleep_us = 3000;
}

static void every_job_is_run_once(void **state) {
  bench b;
  int64_t hits[JOBS];
  fresh(&b, *state);
  assert_int_equal(bench_run(&b, lind_crew_threads(b.crew), JOBS), LIND_OK);
  hits_sum(&b, hits);
  for (int i = 0; i < JOBS; i++) assert_int_equal(hits[i], 1);
  assert_int_equal(lind_crew_finished(b.crew), JOBS);
}

static void an_order_leaves_jobs_out(void **state) {
  bench b;
  int64_t hits[JOBS];
  const int left = JOBS - (JOBS + 2) / 3;
  fresh(&b, *state);
  b.skip = 3;
  assert_int_equal(bench_run(&b, lind_crew_threads(b.crew), left), LIND_OK);
  hits_sum(&b, hits);
  for (int i = 0; i < JOBS; i++) assert_int_equal(hits[i], i % 3 != 0);
  assert_int_equal(lind_crew_finished(b.crew), left);
}

/* Rank r takes places r, r + R, ..: who runs a job is known, and nobody asks for one. */
static void a_static_queue_is_dealt_out(void **state) {
  bench b;
  int64_t hits[JOBS];
  fresh(&b, *state);
  b.queue = LIND_QUEUE_STATIC;
  const int rank = lind_crew_rank(b.crew), ranks = lind_crew_ranks(b.crew);
  const lind_err err = bench_run(&b, lind_crew_threads(b.crew), JOBS);
  const uint64_t finished = lind_crew_finished(b.crew);
  int wrong = 0;
  for (int i = 0; i < JOBS; i++) wrong += atomic_load(&b.hits[i]) != (i % ranks == rank);
  hits_sum(&b, hits);
  assert_int_equal(err, LIND_OK);
  assert_int_equal(wrong, 0);
  for (int i = 0; i < JOBS; i++) assert_int_equal(hits[i], 1);
  assert_int_equal(finished, JOBS);
  assert_int_equal(lind_crew_waited(b.crew).draws, 0);
}

static void a_failure_stops_a_static_queue(void **state) {
  bench b;
  int64_t hits[JOBS], total = 0;
  fresh(&b, *state);
  b.queue = LIND_QUEUE_STATIC;
  b.fail_from = 20; /* of the last rank that has one, if it is alone to fail */
  b.sleep_us = 100000;
  const lind_err err = bench_run(&b, lind_crew_threads(b.crew), JOBS);
  hits_sum(&b, hits);
  for (int i = 0; i < JOBS; i++) total += hits[i];
  assert_int_equal(err, LIND_ERR_NUMERIC);
  assert_true(total < JOBS);
}

static void no_jobs_and_fewer_jobs_than_hands(void **state) {
  for (uint64_t n = 0; n < 4; n++) {
    bench b;
    int64_t hits[JOBS];
    fresh(&b, *state);
    assert_int_equal(bench_run(&b, lind_crew_threads(b.crew), n), LIND_OK);
    hits_sum(&b, hits);
    for (int i = 0; i < JOBS; i++) assert_int_equal(hits[i], (uint64_t)i < n);
  }
}

static void the_lowest_failure_is_everybodys(void **state) {
  bench b;
  int64_t hits[JOBS];
  fresh(&b, *state);
  b.fail_from = 100;
  const lind_err err = bench_run(&b, lind_crew_threads(b.crew), JOBS);
  char message[256];
  (void)snprintf(message, sizeof message, "%s", lind_error_message());
  hits_sum(&b, hits);
  assert_int_equal(err, LIND_ERR_NUMERIC);
  int64_t total = 0, lowest = JOBS;
  for (int i = 0; i < JOBS; i++) {
    assert_in_range(hits[i], 0, 1);
    total += hits[i];
    if (i >= 100 && hits[i] == 1 && i < lowest) lowest = i;
  }
  char due[256];
  (void)snprintf(due, sizeof due, "job %lld failed, as it should", (long long)lowest);
  assert_string_equal(message, due);
  assert_true(total < JOBS); /* the first failure stops the drawing of jobs */
}

static void one_failure_is_found_wherever_it_is(void **state) {
  bench b;
  fresh(&b, *state);
  b.fail_from = JOBS - 1;
  assert_int_equal(bench_run(&b, lind_crew_threads(b.crew), JOBS), LIND_ERR_NUMERIC);
  assert_string_equal(lind_error_message(), "job 499 failed, as it should");
  /* Jobs that were drawn and not begun when their rank heard of the failure are nobody's: what has finished is what has run. */
  int64_t hits[JOBS], ran = 0;
  hits_sum(&b, hits);
  for (int i = 0; i < JOBS; i++) {
    assert_in_range(hits[i], 0, 1);
    ran += hits[i];
  }
  assert_int_equal(hits[JOBS - 1], 1);
  assert_int_equal(lind_crew_finished(b.crew), ran - 1);
}

static void progress_ticks_on_rank_0_only(void **state) {
  bench b;
  fresh(&b, *state);
  b.sleep_us = 600000; /* two jobs of 0.6 s */
  assert_int_equal(bench_run(&b, lind_crew_threads(b.crew), 18), LIND_OK);
  if (lind_crew_rank(b.crew) == 0) {
    assert_in_range(atomic_load(&b.ticks), 2, 30);
    assert_true(b.finished_seen <= 18);
  } else {
    assert_int_equal(atomic_load(&b.ticks), 0);
  }
}

/* A crew that waits must not burn a core: one long job, and the process time of everybody together stays far below the wall time.
 */
static void waiting_costs_nothing(void **state) {
  bench b;
  fresh(&b, *state);
  b.sleep_us = 1000000;
  struct timespec before, after;
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
  const lind_err err = bench_run(&b, lind_crew_threads(b.crew), 1);
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
  assert_int_equal(err, LIND_OK);
  const double used = (double)(after.tv_sec - before.tv_sec) + 1e-9 * (double)(after.tv_nsec - before.tv_nsec);
  assert_true(used < 0.5);
}

static void sums_are_exact(void **state) {
  lind_crew *crew = *state;
  const int64_t ranks = lind_crew_ranks(crew), rank = lind_crew_rank(crew);
  int64_t counts[3] = {rank + 1, (INT64_C(1) << 60) + rank, -rank}; /* 2^60 + 1 is no double */
  assert_int_equal(lind_crew_sum(crew, counts, 3), LIND_OK);
  assert_int_equal(counts[0], ranks * (ranks + 1) / 2);
  assert_true(counts[1] == ranks * (INT64_C(1) << 60) + ranks * (ranks - 1) / 2);
  assert_int_equal(counts[2], -ranks * (ranks - 1) / 2);
}

static void the_most_knows_nan_and_signs(void **state) {
  lind_crew *crew = *state;
  const int rank = lind_crew_rank(crew), ranks = lind_crew_ranks(crew);
  double values[4] = {-1.5 * rank, rank, rank == 0 ? (double)-INFINITY : (double)NAN, (double)NAN};
  assert_int_equal(lind_crew_most(crew, values, 4), LIND_OK);
  assert_true(values[0] == 0);
  assert_true(values[1] == ranks - 1);
  assert_true(isinf(values[2]) && values[2] < 0);
  assert_true(isnan(values[3]));
}

static void rank_0_shares(void **state) {
  lind_crew *crew = *state;
  char text[64] = "";
  if (lind_crew_rank(crew) == 0) (void)snprintf(text, sizeof text, "a plan's hash");
  assert_int_equal(lind_crew_share(crew, text, sizeof text), LIND_OK);
  assert_string_equal(text, "a plan's hash");
}

static lind_err rank_fail(lind_err err, int rank) {
  return err == LIND_OK ? err : lind_error_fail(err, __FILE__, __LINE__, "%s of rank %d", lind_error_name(err), rank);
}

static void the_worst_is_agreed(void **state) {
  lind_crew *crew = *state;
  const int rank = lind_crew_rank(crew), ranks = lind_crew_ranks(crew);
  assert_int_equal(lind_crew_agree(crew, LIND_OK), LIND_OK);

  assert_int_equal(lind_crew_agree(crew, rank_fail(rank == ranks - 1 ? LIND_ERR_STOPPED : LIND_OK, rank)), LIND_ERR_STOPPED);
  char due[64];
  (void)snprintf(due, sizeof due, "LIND_ERR_STOPPED of rank %d", ranks - 1);
  assert_string_equal(lind_error_message(), due);

  /* a failure is worse than a stop; of failures the lowest rank's is told */
  const lind_err mine = rank == 0 && ranks > 1 ? LIND_ERR_STOPPED : rank == 1 || ranks == 1 ? LIND_ERR_FILE : LIND_ERR_INPUT;
  assert_int_equal(lind_crew_agree(crew, rank_fail(mine, rank)), LIND_ERR_FILE);
  (void)snprintf(due, sizeof due, "LIND_ERR_FILE of rank %d", ranks > 1 ? 1 : 0);
  assert_string_equal(lind_error_message(), due);
}

/* Tens of thousands of empty jobs: the drawing itself, with the queue filling and emptying. */
static atomic_llong light_sum;
static lind_err light_run(void *context, int thread, uint64_t job) {
  (void)context;
  (void)thread;
  atomic_fetch_add(&light_sum, (long long)job);
  return LIND_OK;
}

static void many_light_jobs(void **state) {
  lind_crew *crew = *state;
  const uint64_t n = 50000;
  atomic_store(&light_sum, 0);
  assert_int_equal(lind_crew_run(crew, &(lind_crew_work){.n = n, .run = light_run}), LIND_OK);
  int64_t sum = atomic_load(&light_sum);
  assert_int_equal(lind_crew_sum(crew, &sum, 1), LIND_OK);
  assert_int_equal(sum, n * (n - 1) / 2);
}

static lind_crew *the_crew; /* MPI starts once a process: cases share it */
static int crew_setup(void **state) {
  *state = the_crew;
  return 0;
}

int main(int argc, char **argv) {
  const int threads = argc > 1 ? atoi(argv[1]) : 3;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(every_job_is_run_once, crew_setup),
      cmocka_unit_test_setup(an_order_leaves_jobs_out, crew_setup),
      cmocka_unit_test_setup(a_static_queue_is_dealt_out, crew_setup),
      cmocka_unit_test_setup(a_failure_stops_a_static_queue, crew_setup),
      cmocka_unit_test_setup(no_jobs_and_fewer_jobs_than_hands, crew_setup),
      cmocka_unit_test_setup(the_lowest_failure_is_everybodys, crew_setup),
      cmocka_unit_test_setup(one_failure_is_found_wherever_it_is, crew_setup),
      cmocka_unit_test_setup(progress_ticks_on_rank_0_only, crew_setup),
      cmocka_unit_test_setup(waiting_costs_nothing, crew_setup),
      cmocka_unit_test_setup(sums_are_exact, crew_setup),
      cmocka_unit_test_setup(the_most_knows_nan_and_signs, crew_setup),
      cmocka_unit_test_setup(rank_0_shares, crew_setup),
      cmocka_unit_test_setup(the_worst_is_agreed, crew_setup),
      cmocka_unit_test_setup(many_light_jobs, crew_setup),
  };
  if (lind_crew_create(threads, &the_crew) != LIND_OK) {
    (void)fprintf(stderr, "%s\n", lind_error_message());
    return 1;
  }
  int failed = argc > 2 && lind_crew_ranks(the_crew) != atoi(argv[2]); /* the launcher's promise */
  failed += cmocka_run_group_tests(tests, NULL, NULL);
  lind_crew_destroy(&the_crew);
  return failed != 0;
}
