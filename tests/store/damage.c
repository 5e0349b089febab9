/* A run may die at any moment and disks may lie: what is found afterwards is whole or set aside, never wrong. */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "store_test.h"

static const lind_store_study OTHER = {.world = "fedcba9876543210", .cpu_class = CLASS};

/* ---- kill -9
 * -------------------------------------------------------------------------------------------------------------------------------
 */

/* Put blocks from `first` on, a segment every few; say after each flush what must be safe by now. Never returns. */
static void put_until_killed(const char *directory, uint64_t first, int told) {
  lind_store *store = NULL;
  if (lind_store_create(directory, &STUDY, &store) != LIND_OK) _exit(1);
  lind_store_pace(store, 0.002, 4000);
  for (uint64_t block = first;; block++) {
    if (sample_put(store, 0, block) != LIND_OK) _exit(2);
    const uint64_t safe = lind_store_blocks(store, 0);
    if (write(told, &safe, sizeof safe) != (ssize_t)sizeof safe) _exit(3);
  }
}

static uint64_t killed_after(const char *directory, uint64_t first, long us) {
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    (void)close(ends[0]);
    put_until_killed(directory, first, ends[1]);
  }
  (void)close(ends[1]);
  uint64_t told, safe = 0;
  struct timespec start, t;
  (void)clock_gettime(CLOCK_MONOTONIC, &start);
  do { /* reading keeps the pipe from filling up */
    if (read(ends[0], &told, sizeof told) != (ssize_t)sizeof told) break;
    safe = told;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
  } while ((t.tv_sec - start.tv_sec) * 1000000 + (t.tv_nsec - start.tv_nsec) / 1000 < us);
  assert_int_equal(kill(child, SIGKILL), 0);
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFSIGNALED(status)); /* it had not failed by itself */
  while (read(ends[0], &told, sizeof told) == (ssize_t)sizeof told) safe = told;
  (void)close(ends[0]);
  return safe;
}

static void a_killed_run_leaves_whole_records(void **state) {
  uint64_t n = 0;
  unsigned moment = 12345;
  for (int round = 0; round < 25 && n < 3500; round++) {
    moment = moment * 1103515245u + 12345u; /* the C standard's example generator: any moment will do */
    const uint64_t told = killed_after(in(state, "run"), n, (long)(moment >> 16) % 30000);
    lind_store *store = NULL;
    walk w;
    GOOD(lind_store_create(in(state, "run"), &STUDY, &store)); /* the lock went with its holder */
    assert_string_equal(lind_store_notice(store), "");         /* what has a name is whole */
    GOOD(store_walk(store, 0, &w));
    assert_true(w.n >= told); /* what was said to be safe is there */
    assert_int_equal(w.n, lind_store_blocks(store, 0));
    for (uint64_t i = 0; i < w.n; i++) assert_int_equal(w.blocks[i], i);
    n = w.n;
    lind_store_destroy(&store);
  }
  assert_true(n > 0);
}

/* ---- damage
 * --------------------------------------------------------------------------------------------------------------------------------
 */

static void three_segments(void **state) {
  lind_store *store = NULL;
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  for (uint64_t block = 0; block < 30; block++) {
    GOOD(sample_put(store, 0, block));
    if (block % 10 == 9) GOOD(lind_store_flush(store));
  }
  lind_store_destroy(&store);
}

/* Blocks 10 to 19 are gone, the others are there, and the damaged segment can be seen beside them. */
static void the_middle_is_set_aside(void **state, const char *reason) {
  lind_store *store = NULL;
  char due[900];
  walk w;
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  (void)snprintf(due, sizeof due, "%s %s; it is set aside as *.damaged and its blocks are run again",
                 in(state, "run/segments/0-1.h5"), reason);
  assert_string_equal(lind_store_notice(store), due);
  for (uint64_t block = 0; block < 30; block++) assert_int_equal(store_has(store, 0, block), block < 10 || block >= 20);
  assert_false(file_exists(in(state, "run/segments/0-1.h5")));
  assert_true(file_exists(in(state, "run/segments/0-1.h5.damaged")));
  for (uint64_t block = 10; block < 20; block++) GOOD(sample_put(store, 0, block));
  GOOD(lind_store_flush(store));
  GOOD(store_walk(store, 0, &w));
  assert_int_equal(w.n, 30);
  lind_store_destroy(&store);
}

static void a_changed_byte_is_seen_wherever_it_is(void **state) {
  size_t n;
  three_segments(state);
  unsigned char *whole = file_bytes(in(state, "run/segments/0-1.h5"), &n);
  lind_store *store = NULL;
  for (size_t at = 0; at < n; at += n / 40 + 1) {
    whole[at] ^= 0x10;
    file_write(in(state, "run/segments/0-1.h5"), whole, n);
    whole[at] ^= 0x10;
    GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
    assert_false(store_has(store, 0, 10));
    assert_int_equal(lind_store_blocks(store, 0), 20);
    lind_store_destroy(&store);
  }
  whole[n / 2] ^= 1;
  file_write(in(state, "run/segments/0-1.h5"), whole, n);
  free(whole);
  the_middle_is_set_aside(state, "does not match its checksum");
}

/* Format 2, with counts of eight bytes: its blocks are run again, and the sentence says why. */
static void a_segment_of_another_version_is_set_aside(void **state) {
  size_t n;
  three_segments(state);
  unsigned char *whole = file_bytes(in(state, "run/segments/0-1.h5"), &n);
  assert_memory_equal(whole, "lind segment 3\n", 15);
  whole[13] = '2';
  file_write(in(state, "run/segments/0-1.h5"), whole, n);
  free(whole);
  the_middle_is_set_aside(state, "is of format 2, of another version of lind; this one reads format 3");
}

static void a_short_or_empty_segment_is_seen(void **state) {
  three_segments(state);
  assert_int_equal(truncate(in(state, "run/segments/0-1.h5"), 3000), 0);
  the_middle_is_set_aside(state, "does not match its checksum");
  assert_int_equal(truncate(in(state, "run/segments/0-3.h5"), 0), 0);
  lind_store *store = NULL;
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  assert_int_equal(lind_store_blocks(store, 0), 20);
  lind_store_destroy(&store);
}

static void a_segment_of_another_plan_is_set_aside(void **state) {
  lind_store *store = NULL;
  three_segments(state);
  GOOD(lind_store_create(in(state, "other"), &OTHER, &store));
  for (uint64_t block = 10; block < 20; block++) GOOD(sample_put(store, 0, block));
  lind_store_destroy(&store);
  assert_int_equal(rename(in(state, "other/segments/0-0.h5"), in(state, "run/segments/0-1.h5")), 0);
  the_middle_is_set_aside(state, "belongs to another plan (hash fedcba987654, this one 0123456789ab)");
}

/* A limit of open files, permissions, a server that does not answer: the blocks are there, and nothing is lived again for that.
 */
static void what_cannot_be_read_now_is_not_damaged(void **state) {
  lind_store *store = NULL;
  three_segments(state);
  const char *path = in(state, "run/segments/0-1.h5");
  char away[600], due[900];
  (void)snprintf(away, sizeof away, "%s", in(state, "away"));
  assert_int_equal(rename(path, away), 0);
  assert_int_equal(symlink("0-1.h5", path), 0); /* leads to itself */
  assert_int_equal(lind_store_create(in(state, "run"), &STUDY, &store), LIND_ERR_FILE);
  (void)snprintf(due, sizeof due, "%s cannot be read: Too many levels of symbolic links", path);
  assert_string_equal(lind_error_message(), due);
  assert_int_equal(unlink(path), 0); /* nothing has moved it */
  assert_int_equal(rename(away, path), 0);
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  assert_string_equal(lind_store_notice(store), "");
  for (uint64_t block = 0; block < 30; block++) assert_true(store_has(store, 0, block));
  lind_store_destroy(&store);
}

/* While a run goes on a damaged record is a failure: its blocks cannot be run again in the middle of a walk. */
static void a_walk_checks_every_record(void **state) {
  size_t n;
  lind_store *store = NULL;
  walk w;
  three_segments(state);
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  unsigned char *whole = file_bytes(in(state, "run/segments/0-1.h5"), &n);
  sample s;
  sample_fill(&s, 0, 15); /* a number that is in block 15 and nowhere else */
  unsigned char *found = memmem(whole, n, &s.rows[2], sizeof s.rows[2]);
  assert_non_null(found);
  found[0] ^= 1;
  file_write(in(state, "run/segments/0-1.h5"), whole, n);
  free(whole);
  assert_int_equal(store_walk(store, 0, &w), LIND_ERR_DAMAGED);
  char due[900];
  (void)snprintf(due, sizeof due,
                 "%s is damaged: block 15 of stage 0 does not match its checksum; run the same command again to redo its blocks",
                 in(state, "run/segments/0-1.h5"));
  assert_string_equal(lind_error_message(), due);
  lind_store_destroy(&store);
}

static void a_block_that_differs_between_segments_is_refused(void **state) {
  lind_store *store = NULL;
  sample s;
  three_segments(state);
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  GOOD(sample_put(store, 0, 4)); /* again, the same: harmless */
  GOOD(lind_store_flush(store));
  assert_int_equal(lind_store_blocks(store, 0), 30);
  sample_fill(&s, 0, 22);
  s.counts[0]++;
  const lind_sink sink = lind_store_sink(store);
  GOOD(sink.put(sink.self, &s.record));
  lind_store_destroy(&store);
  REFUSED(lind_store_create(in(state, "run"), &STUDY, &store), LIND_ERR_FILE,
          "segments/0-2.h5 and segments/0-4.h5 hold different numbers for block 22 of stage 0; delete both and run the same "
          "command again");
}

static void what_was_half_written_is_removed(void **state) {
  lind_store *store = NULL;
  three_segments(state);
  file_write(in(state, "run/segments/0-3.h5.tmp"), "half", 4);
  file_write(in(state, "run/segments/9-1.h5.tmp"), "half", 4);
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  assert_false(file_exists(in(state, "run/segments/0-3.h5.tmp")));
  assert_false(file_exists(in(state, "run/segments/9-1.h5.tmp")));
  assert_int_equal(lind_store_blocks(store, 0), 30);
  lind_store_destroy(&store);
}

static void a_reader_leaves_damage_alone(void **state) {
  lind_store *store = NULL;
  three_segments(state);
  assert_int_equal(truncate(in(state, "run/segments/0-1.h5"), 600), 0);
  GOOD(lind_store_open(in(state, "run"), &store));
  assert_int_equal(lind_store_blocks(store, 0), 20);
  assert_non_null(strstr(lind_store_notice(store), "0-1.h5 does not match its checksum; its blocks are left out"));
  assert_true(file_exists(in(state, "run/segments/0-1.h5")));
  lind_store_destroy(&store);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scratch_open, scratch_close)

int main(void) {
  const struct CMUnitTest tests[] = {
      CASE(a_killed_run_leaves_whole_records),
      CASE(a_changed_byte_is_seen_wherever_it_is),
      CASE(a_segment_of_another_version_is_set_aside),
      CASE(a_short_or_empty_segment_is_seen),
      CASE(a_segment_of_another_plan_is_set_aside),
      CASE(a_walk_checks_every_record),
      CASE(a_block_that_differs_between_segments_is_refused),
      CASE(what_cannot_be_read_now_is_not_damaged),
      CASE(what_was_half_written_is_removed),
      CASE(a_reader_leaves_damage_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
