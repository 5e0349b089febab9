/* The run directory: records come back as they were put, in block order, after a resume and from any rank; and who may write. */
#include "lind/store.h"

#include <pthread.h>
#include <sys/wait.h>

#include "store_test.h"

static const lind_store_study OTHER = {.world = "fedcba9876543210", .cpu_class = CLASS};
static const lind_store_study WIDER = {.world = PLAN, .cpu_class = "x86-64-v4 finz"};

static void records_come_back_in_block_order(void **state) {
  static const uint64_t order[] = {7, 2, 39, 0, 41, 12, 3};
  lind_store *store = NULL;
  walk w;
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  for (int i = 0; i < 7; i++) {
    GOOD(sample_put(store, 0, order[i]));
    GOOD(sample_put(store, 5, order[i] + 100));
    if (i % 2 == 0) GOOD(lind_store_flush(store));
  }
  assert_int_equal(lind_store_blocks(store, 0), 7);
  assert_int_equal(lind_store_blocks(store, 5), 7);
  assert_int_equal(lind_store_blocks(store, 1), 0);
  GOOD(store_walk(store, 0, &w));
  static const uint64_t sorted[] = {0, 2, 3, 7, 12, 39, 41};
  assert_int_equal(w.n, 7);
  assert_memory_equal(w.blocks, sorted, sizeof sorted);
  GOOD(store_walk(store, 1, &w));
  assert_int_equal(w.n, 0);
  lind_store_destroy(&store);
}

static void what_waits_is_not_safe(void **state) {
  lind_store *store = NULL;
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  GOOD(sample_put(store, 0, 1));
  assert_int_equal(lind_store_blocks(store, 0), 0);
  GOOD(lind_store_flush(store));
  assert_int_equal(lind_store_blocks(store, 0), 1);
  GOOD(lind_store_flush(store)); /* nothing waits: no empty segment */
  assert_true(file_exists(in(state, "run/segments/0-0.h5")));
  assert_false(file_exists(in(state, "run/segments/0-1.h5")));
  lind_store_destroy(&store);
}

static void a_resume_knows_what_is_safe(void **state) {
  lind_store *store = NULL;
  walk w;
  for (uint64_t round = 0; round < 3; round++) {
    GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
    assert_string_equal(lind_store_notice(store), "");
    for (uint64_t block = 0; block < 30; block++) assert_int_equal(store_has(store, 0, block), block < 10 * round);
    assert_false(store_has(store, 1, 0));
    for (uint64_t block = 10 * round; block < 10 * round + 10; block++) GOOD(sample_put(store, 0, block));
    lind_store_destroy(&store); /* writes what waits */
  }
  GOOD(lind_store_open(in(state, "run"), &store));
  GOOD(store_walk(store, 0, &w));
  assert_int_equal(w.n, 30);
  lind_digest digest;
  uint64_t number;
  sample thirteen;
  sample_fill(&thirteen, 0, 13);
  assert_true(lind_store_record(store, 0, 13, &digest, &number));
  assert_true(number == 13 && lind_digest_equal(digest, lind_sink_record_digest(&thirteen.record)));
  assert_false(lind_store_record(store, 0, 30, &digest, &number));
  char due[700];
  (void)snprintf(due, sizeof due, "%s is open for reading only", in(state, "run"));
  REFUSED(sample_put(store, 0, 99), LIND_ERR_FILE, due);
  lind_store_destroy(&store);
}

/* Rank 0 sees what the others wrote once it looks again; ranks that open together answer `has` alike. */
static void ranks_share_a_directory(void **state) {
  lind_store *stores[3] = {NULL};
  walk w;
  GOOD(lind_store_create(in(state, "run"), &STUDY, &stores[0]));
  for (int rank = 1; rank < 3; rank++) GOOD(lind_store_join(in(state, "run"), rank, &STUDY, &stores[rank]));
  for (uint64_t block = 0; block < 300; block++) {
    GOOD(sample_put(stores[block % 3], 0, block));
    if (block % 7 == 0) GOOD(lind_store_flush(stores[block % 3]));
  }
  for (int rank = 0; rank < 3; rank++) GOOD(lind_store_flush(stores[rank]));
  assert_int_equal(lind_store_blocks(stores[0], 0), 100);
  assert_false(store_has(stores[0], 0, 0));
  GOOD(lind_store_rescan(stores[0]));
  assert_int_equal(lind_store_blocks(stores[0], 0), 300);
  assert_true(store_has(stores[0], 0, 1));
  GOOD(store_walk(stores[0], 0, &w));
  assert_int_equal(w.n, 300);
  char due[700];
  (void)snprintf(due, sizeof due, "%s can be cleaned only by the one who created it", in(state, "run"));
  REFUSED(lind_store_clean(stores[1]), LIND_ERR_FILE, due);
  for (int rank = 0; rank < 3; rank++) lind_store_destroy(&stores[rank]);

  GOOD(lind_store_create(in(state, "run"), &STUDY, &stores[0])); /* on fewer ranks, then more */
  GOOD(lind_store_join(in(state, "run"), 7, &STUDY, &stores[1]));
  assert_false(store_has(stores[1], 0, 0)); /* until it is told */
  size_t bytes;
  const void *index;
  GOOD(lind_store_index(stores[0], &index, &bytes));
  GOOD(lind_store_heed(stores[1], index, bytes));
  for (uint64_t block = 0; block < 300; block++) assert_true(store_has(stores[1], 0, block));
  for (int rank = 0; rank < 2; rank++) lind_store_destroy(&stores[rank]);
}

/* What ranks say they have written is what rank 0 finds when it opens their files. */
static void news_are_what_the_files_hold(void **state) {
  lind_store *stores[3] = {NULL};
  GOOD(lind_store_create(in(state, "run"), &STUDY, &stores[0]));
  for (int rank = 1; rank < 3; rank++) GOOD(lind_store_join(in(state, "run"), rank, &STUDY, &stores[rank]));
  for (uint64_t block = 0; block < 300; block++) { /* 14 segments a rank: some are merged on the way */
    GOOD(sample_put(stores[block % 3], 0, block));
    if (block % 21 < 3) GOOD(lind_store_flush(stores[block % 3]));
  }
  const void *index;
  size_t bytes;
  for (int rank = 0; rank < 3; rank++) {
    GOOD(lind_store_flush(stores[rank]));
    const void *news = lind_store_news(stores[rank], &bytes);
    GOOD(lind_store_learn(stores[0], news, bytes));
  }
  GOOD(lind_store_index(stores[0], &index, &bytes));
  void *told = malloc(bytes);
  assert_non_null(told);
  memcpy(told, index, bytes);
  assert_int_equal(lind_store_blocks(stores[0], 0), 300);
  for (int rank = 0; rank < 3; rank++) lind_store_destroy(&stores[rank]);

  size_t n;
  GOOD(lind_store_create(in(state, "run"), &STUDY, &stores[0]));
  GOOD(lind_store_index(stores[0], &index, &n));
  assert_int_equal(n, bytes);
  assert_memory_equal(index, told, n);
  free(told);
  lind_store_destroy(&stores[0]);
}

static void a_segment_closes_when_it_is_full_or_old(void **state) {
  lind_store *store = NULL;
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  lind_store_pace(store, 1e9, 1000); /* a record has over 250 bytes */
  for (uint64_t block = 0; block < 40; block++) GOOD(sample_put(store, 0, block));
  assert_in_range(lind_store_blocks(store, 0), 36, 40);
  lind_store_pace(store, 0, 1 << 30);
  GOOD(sample_put(store, 0, 40));
  assert_int_equal(lind_store_blocks(store, 0), 41);
  lind_store_destroy(&store);
}

static void *put_many(void *context) {
  lind_store *const *job = context;
  static _Atomic uint64_t next;
  for (uint64_t block; (block = next++) < 2000;)
    if (sample_put(*job, 3, block) != LIND_OK) return context;
  return NULL;
}

static void threads_put_together(void **state) {
  lind_store *store = NULL;
  pthread_t threads[4];
  walk w;
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  lind_store_pace(store, 1e9, 100000);
  for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, put_many, &store), 0);
  for (int i = 0; i < 4; i++) {
    void *failed = NULL;
    assert_int_equal(pthread_join(threads[i], &failed), 0);
    assert_null(failed);
  }
  GOOD(lind_store_flush(store));
  GOOD(store_walk(store, 3, &w));
  assert_int_equal(w.n, 2000);
  for (uint64_t block = 0; block < 2000; block++) assert_int_equal(w.blocks[block], block);
  lind_store_destroy(&store);
}

/* 100 segments, more than are kept open at a time, and neighbours far apart. */
static void a_walk_needs_few_open_files(void **state) {
  lind_store *store = NULL;
  walk w;
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  for (uint64_t segment = 0; segment < 100; segment++) {
    for (uint64_t i = 0; i < 5; i++) GOOD(sample_put(store, 0, i * 100 + segment));
    GOOD(lind_store_flush(store));
  }
  GOOD(store_walk(store, 0, &w));
  assert_int_equal(w.n, 500);
  lind_store_destroy(&store);
}

static void a_clean_directory_is_empty_of_segments(void **state) {
  lind_store *store = NULL;
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  GOOD(sample_put(store, 0, 1));
  GOOD(lind_store_clean(store));
  assert_int_equal(lind_store_blocks(store, 0), 0);
  lind_store_destroy(&store);
  assert_false(file_exists(in(state, "run/segments")));
  assert_true(file_exists(in(state, "run/plan.json")));
  GOOD(lind_store_open(in(state, "run"), &store));
  assert_int_equal(lind_store_blocks(store, 0), 0);
  lind_store_destroy(&store);
}

/* ---- who may write
 * ------------------------------------------------------------------------------------------------------------------------- */

static void another_plan_is_refused(void **state) {
  lind_store *store = NULL;
  char due[700];
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  lind_store_destroy(&store);
  (void)snprintf(due, sizeof due,
                 "%s belongs to another plan (hash 0123456789ab, this one fedcba987654); choose another --out or delete it",
                 in(state, "run"));
  REFUSED(lind_store_create(in(state, "run"), &OTHER, &store), LIND_ERR_PLAN, due);
  (void)snprintf(due, sizeof due,
                 "%s was begun on CPU class 'x86-64-v3 finz' and this is 'x86-64-v4 finz', so numbers could differ in their last "
                 "bits; resume "
                 "on the first or choose another --out",
                 in(state, "run"));
  REFUSED(lind_store_create(in(state, "run"), &WIDER, &store), LIND_ERR_PLAN, due);
  assert_null(store);
}

static void a_strange_directory_is_refused(void **state) {
  lind_store *store = NULL;
  char due[700];
  file_write(in(state, "thesis.tex"), "x", 1);
  (void)snprintf(due, sizeof due, "%s exists and was not made by lind; choose another --out", (const char *)*state);
  REFUSED(lind_store_create(*state, &STUDY, &store), LIND_ERR_PLAN, due);
  assert_false(file_exists(in(state, "segments"))); /* nothing written */
  (void)snprintf(due, sizeof due, "%s is not a run directory of lind: it has no plan.json", (const char *)*state);
  REFUSED(lind_store_open(*state, &store), LIND_ERR_PLAN, due);
}

static void a_file_is_no_directory(void **state) {
  lind_store *store = NULL;
  char due[700];
  file_write(in(state, "file"), "x", 1);
  (void)snprintf(due, sizeof due, "%s is not writable: it is a file, not a directory", in(state, "file"));
  REFUSED(lind_store_create(in(state, "file"), &STUDY, &store), LIND_ERR_INPUT, due);
  (void)snprintf(due, sizeof due, "%s is not writable: Not a directory", in(state, "file/run"));
  REFUSED(lind_store_create(in(state, "file/run"), &STUDY, &store), LIND_ERR_FILE, due);
}

static void an_empty_or_just_begun_directory_is_taken(void **state) {
  lind_store *store = NULL;
  GOOD(lind_store_create(*state, &STUDY, &store)); /* exists and is empty */
  lind_store_destroy(&store);
  /* killed before plan.json had its name */
  assert_int_equal(rename(in(state, "plan.json"), in(state, "plan.json.tmp")), 0);
  GOOD(lind_store_create(*state, &STUDY, &store));
  lind_store_destroy(&store);
  GOOD(lind_store_create(in(state, "a/b/c/"), &STUDY, &store)); /* with those above it */
  lind_store_destroy(&store);
  assert_true(file_exists(in(state, "a/b/c/plan.json")));
}

static void a_second_writer_is_refused(void **state) {
  lind_store *store = NULL, *second = NULL;
  char due[700], host[64] = "";
  (void)gethostname(host, sizeof host - 1);
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  (void)snprintf(due, sizeof due, "%s is being written by process %ld on %s since 20", in(state, "run"), (long)getpid(), host);
  assert_int_equal(lind_store_create(in(state, "run"), &STUDY, &second), LIND_ERR_FILE);
  assert_memory_equal(lind_error_message(), due, strlen(due));
  assert_non_null(strstr(lind_error_message(), "Z; wait for it or choose another --out"));
  assert_null(second);
  const pid_t child = fork(); /* from another process, too */
  if (child == 0) _exit(lind_store_create(in(state, "run"), &STUDY, &second) == LIND_ERR_FILE ? 0 : 1);
  int status = 1;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  lind_store_destroy(&store);
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  lind_store_destroy(&store);
}

static void a_version_that_differs_is_refused(void **state) {
  lind_store *store = NULL;
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  lind_store_destroy(&store);
  static const char made[] = "{\"plan\": \"" PLAN "\", \"cpu_class\": \"" CLASS "\", \"lind\": \"0.0.1\", \"stages\": []}";
  file_write(in(state, "run/plan.json"), made, strlen(made));
  assert_int_equal(lind_store_create(in(state, "run"), &STUDY, &store), LIND_ERR_PLAN);
  assert_non_null(strstr(lind_error_message(), "was begun by lind 0.0.1 and this is "));
}

/* ---- digests
 * -----------------------------------------------------------------------------------------------------------------------------------
 */

static void a_digest_sees_every_bit_and_the_shape(void **state) {
  (void)state;
  sample a, b;
  sample_fill(&a, 1, 25);
  sample_fill(&b, 1, 25);
  const lind_digest due = lind_sink_record_digest(&a.record);
  assert_true(lind_digest_equal(due, lind_sink_record_digest(&b.record))); /* of the numbers, not of where they lie */
  b.reals[2] = 0.0;                                                        /* was -0 */
  assert_false(lind_digest_equal(due, lind_sink_record_digest(&b.record)));
  sample_fill(&b, 1, 25);
  b.counts[6]++;
  assert_false(lind_digest_equal(due, lind_sink_record_digest(&b.record)));
  sample_fill(&b, 1, 25);
  b.rows[49] = nextafter(b.rows[49], 0);
  assert_false(lind_digest_equal(due, lind_sink_record_digest(&b.record)));
  sample_fill(&b, 1, 25);
  b.course[35] = nextafter(b.course[35], 0);
  assert_false(lind_digest_equal(due, lind_sink_record_digest(&b.record)));
  sample_fill(&b, 1, 25);
  b.record.n_course_rows = 36, b.record.n_course_columns = 1;
  assert_false(lind_digest_equal(due, lind_sink_record_digest(&b.record)));
  sample_fill(&b, 1, 25);
  b.record.n_rows = 50;
  b.record.n_columns = 1; /* the same 50 numbers in another shape */
  assert_false(lind_digest_equal(due, lind_sink_record_digest(&b.record)));
  sample_fill(&b, 1, 25);
  b.record.first_seat = 1;
  assert_false(lind_digest_equal(due, lind_sink_record_digest(&b.record)));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scratch_open, scratch_close)

int main(void) {
  const struct CMUnitTest tests[] = {
      CASE(records_come_back_in_block_order),
      CASE(what_waits_is_not_safe),
      CASE(a_resume_knows_what_is_safe),
      CASE(ranks_share_a_directory),
      CASE(news_are_what_the_files_hold),
      CASE(a_segment_closes_when_it_is_full_or_old),
      CASE(threads_put_together),
      CASE(a_walk_needs_few_open_files),
      CASE(a_clean_directory_is_empty_of_segments),
      CASE(another_plan_is_refused),
      CASE(a_strange_directory_is_refused),
      CASE(a_file_is_no_directory),
      CASE(an_empty_or_just_begun_directory_is_taken),
      CASE(a_second_writer_is_refused),
      CASE(a_version_that_differs_is_refused),
      CASE(a_digest_sees_every_bit_and_the_shape),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
