/* A disk that is full, as a limit on the size of files is to those who write: what is done is kept until there is room. */
#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>

#include "store_test.h"

static void allow(rlim_t bytes) {
  struct rlimit limit;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = bytes;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static int entries_in(const char *directory) {
  DIR *opened = opendir(directory);
  int n = 0;
  assert_non_null(opened);
  while (readdir(opened) != NULL) n++;
  (void)closedir(opened);
  return n;
}

static void what_could_not_be_written_is_kept(void **state) {
  lind_store *store = NULL;
  walk w;
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  for (uint64_t block = 0; block < 10; block++) GOOD(sample_put(store, 0, block));
  GOOD(lind_store_flush(store));
  const int open_files = entries_in("/proc/self/fd");
  for (uint64_t block = 10; block < 40; block++) GOOD(sample_put(store, 0, block));
  for (rlim_t room = 0; room < 6000; room += 700) { /* it ends in every part of a segment */
    allow(room);
    const lind_err err = lind_store_flush(store);
    allow(RLIM_INFINITY);
    assert_int_equal(err, LIND_ERR_FILE);
    char due[700];
    (void)snprintf(due, sizeof due,
                   "%s cannot be written: File too large; raise the limit (ulimit -f) and run the same command again",
                   in(state, "run/segments/0-1.h5"));
    assert_string_equal(lind_error_message(), due);
    assert_false(file_exists(in(state, "run/segments/0-1.h5.tmp"))); /* it has no room to waste */
    assert_int_equal(lind_store_blocks(store, 0), 10);
    assert_int_equal(entries_in("/proc/self/fd"), open_files);
  }
  for (uint64_t block = 40; block < 50; block++) GOOD(sample_put(store, 0, block));
  GOOD(lind_store_flush(store));
  assert_int_equal(lind_store_blocks(store, 0), 50);
  lind_store_destroy(&store);
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  assert_string_equal(lind_store_notice(store), "");
  GOOD(store_walk(store, 0, &w));
  assert_int_equal(w.n, 50);
  lind_store_destroy(&store);
}

/* HDF5 is left without files that it could not write, or the process would crash when it ends. */
static void results_do_not_fit(void **state) {
  static const lind_field field = {.name = "y", .unit = "1", .kind = LIND_FIELD_REAL};
  static double column[200000];
  for (size_t i = 0; i < 200000; i++) column[i] = 1.0 / (double)(i + 1);
  GOOD(lind_store_check(in(state, "run"), &STUDY));
  const int open_files = entries_in("/proc/self/fd");
  for (rlim_t room = 0; room < 800000; room = 3 * room + 500) {
    lind_results *results = NULL;
    allow(room);
    lind_err err = lind_results_create(in(state, "r.h5"), &results);
    if (err == LIND_OK) err = lind_results_table(results, "t", "a table", &field, 1, "row");
    if (err == LIND_OK) err = lind_results_append(results, column, 200000);
    if (err == LIND_OK)
      err = lind_results_close(&results);
    else
      lind_results_abandon(&results);
    allow(RLIM_INFINITY);
    assert_int_equal(err, LIND_ERR_FILE);
    assert_non_null(strstr(lind_error_message(), "r.h5"));
    assert_non_null(strstr(lind_error_message(), "cannot be written: File too large; raise the limit"));
    assert_false(file_exists(in(state, "r.h5")));
    assert_false(file_exists(in(state, "r.h5.tmp")));
    assert_int_equal(entries_in("/proc/self/fd"), open_files);
  }
}

/* The sentence that somebody is to read is the first one. */
static void closing_in_vain_does_not_change_the_sentence(void **state) {
  lind_store *store = NULL;
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  GOOD(sample_put(store, 0, 1));
  lind_error_set("something else was wrong");
  allow(0);
  lind_store_destroy(&store);
  allow(RLIM_INFINITY);
  assert_string_equal(lind_error_message(), "something else was wrong");
}

/* The sources of a merged segment are there as long as it is not. */
static void merging_waits_for_room(void **state) {
  lind_store *store = NULL;
  walk w;
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  for (uint64_t block = 0; block < 7; block++) {
    GOOD(sample_put(store, 0, block));
    GOOD(lind_store_flush(store));
  }
  allow(0);
  GOOD(lind_store_settle(store));
  assert_int_equal(entries_in(in(state, "run/segments")), 7 + 3); /* lock, . and .. */
  GOOD(store_walk(store, 0, &w));
  assert_int_equal(w.n, 7);
  allow(RLIM_INFINITY);
  GOOD(lind_store_tidy(store));
  assert_int_equal(entries_in(in(state, "run/segments")), 1 + 3);
  GOOD(store_walk(store, 0, &w));
  assert_int_equal(w.n, 7);
  lind_store_destroy(&store);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scratch_open, scratch_close)

int main(void) {
  const struct CMUnitTest tests[] = {
      CASE(what_could_not_be_written_is_kept),
      CASE(results_do_not_fit),
      CASE(closing_in_vain_does_not_change_the_sentence),
      CASE(merging_waits_for_room),
  };
  (void)signal(SIGXFSZ, SIG_IGN); /* write fails with EFBIG instead */
  return cmocka_run_group_tests(tests, NULL, NULL);
}
