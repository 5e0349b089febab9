/* What others see late or not at all: a listing that lags behind, merging that ends half way, a name that is not on disk yet. */
#include <dirent.h>
#include <dlfcn.h>
#include <sys/syscall.h>

#include "store/compact.h"
#include "store_test.h"

/* ---- a network file system whose listings lag behind: it names what was written here, not yet what came from elsewhere ---- */

static const char *unlisted = NULL;

struct dirent *readdir(DIR *directory) {
  void *const object = dlsym(RTLD_NEXT, "readdir");
  struct dirent *(*next)(DIR *), *entry;
  memcpy(&next, &object, sizeof next);
  do entry = next(directory);
  while (entry != NULL && unlisted != NULL && strcmp(entry->d_name, unlisted) == 0);
  return entry;
}

static void what_was_told_is_there_though_no_listing_names_it(void **state) {
  lind_store *stores[2] = {NULL, NULL};
  walk w;
  size_t bytes;
  GOOD(lind_store_create(in(state, "run"), &STUDY, &stores[0]));
  GOOD(lind_store_join(in(state, "run"), 1, &STUDY, &stores[1]));
  for (uint64_t block = 0; block < 10; block++) GOOD(sample_put(stores[block % 2], 0, block));
  for (int rank = 0; rank < 2; rank++) {
    GOOD(lind_store_settle(stores[rank]));
    const void *news = lind_store_news(stores[rank], &bytes);
    GOOD(lind_store_learn(stores[0], news, bytes));
  }
  unlisted = "1-0.h5";
  const lind_err err = lind_store_tidy(stores[0]);
  unlisted = NULL;
  GOOD(err);
  assert_int_equal(lind_store_blocks(stores[0], 0), 10);
  GOOD(store_walk(stores[0], 0, &w));
  assert_int_equal(w.n, 10);
  for (int rank = 0; rank < 2; rank++) lind_store_destroy(&stores[rank]);
}

/* Ranks come back on other hosts: this one is not shown what its namesake has left. */
static void a_name_that_is_not_listed_is_not_taken(void **state) {
  lind_store *stores[2] = {NULL, NULL};
  walk w;
  const void *index;
  size_t bytes;
  GOOD(lind_store_create(in(state, "run"), &STUDY, &stores[0]));
  GOOD(lind_store_join(in(state, "run"), 1, &STUDY, &stores[1]));
  GOOD(sample_put(stores[1], 0, 0));
  for (int rank = 1; rank >= 0; rank--) lind_store_destroy(&stores[rank]);
  GOOD(lind_store_create(in(state, "run"), &STUDY, &stores[0]));
  GOOD(lind_store_index(stores[0], &index, &bytes));
  unlisted = "1-0.h5";
  const lind_err err = lind_store_join(in(state, "run"), 1, &STUDY, &stores[1]);
  unlisted = NULL;
  GOOD(err);
  GOOD(lind_store_heed(stores[1], index, bytes));
  GOOD(sample_put(stores[1], 0, 1));
  GOOD(lind_store_flush(stores[1]));
  GOOD(lind_store_rescan(stores[0]));
  GOOD(store_walk(stores[0], 0, &w));
  assert_int_equal(w.n, 2);
  for (int rank = 1; rank >= 0; rank--) lind_store_destroy(&stores[rank]);
}

/* ---- merging that fails at its second group ---- */

enum { LONG = LIND_COMPACT_BYTES / 8 * 3 }; /* bytes of rows: a merged segment holds two of them, not three */

static void long_put(lind_store *store, double *rows, uint64_t block) {
  const lind_sink sink = lind_store_sink(store);
  for (size_t i = 0; i < LONG / sizeof *rows; i++) rows[i] = (double)block;
  const lind_block_record record = {
      .block = block, .n_replicates = 1, .n_seats = 1, .n_rows = LONG / sizeof *rows, .n_columns = 1, .rows = rows};
  GOOD(sink.put(sink.self, &record));
  GOOD(lind_store_flush(store));
}

static lind_err long_visit(void *context, const lind_block_record *record) {
  uint64_t *next = context;
  LIND_CHECK(record->block == *next && record->rows[0] == (double)record->block, LIND_ERR_NUMERIC, "it is another block");
  ++*next;
  return LIND_OK;
}

static void what_was_merged_before_a_failure_is_known_by_its_new_name(void **state) {
  lind_store *store = NULL;
  size_t n;
  double *rows = malloc(LONG);
  uint64_t next = 0;
  assert_non_null(rows);
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  for (uint64_t block = 0; block < 4; block++) long_put(store, rows, block);
  free(rows);
  unsigned char *whole = file_bytes(in(state, "run/segments/0-3.h5"), &n);
  whole[n / 2] ^= 1; /* in the rows */
  file_write(in(state, "run/segments/0-3.h5"), whole, n);
  free(whole);
  assert_int_equal(lind_store_tidy(store), LIND_ERR_DAMAGED);
  assert_false(file_exists(in(state, "run/segments/0-0.h5"))); /* the first two are one now */
  const lind_sink sink = lind_store_sink(store);
  GOOD(sink.each(sink.self, 0, 0, 3, long_visit, &next));
  assert_int_equal(next, 3);
  assert_int_equal(sink.each(sink.self, 0, 3, 4, long_visit, &next), LIND_ERR_DAMAGED);
  assert_non_null(strstr(lind_error_message(), "0-3.h5 is damaged: block 3 of stage 0 does not match its checksum"));
  lind_store_destroy(&store);
}

/* ---- a name is as lasting as what it names ---- */

static int synced_directories = 0;

int fsync(int file) {
  struct stat about;
  synced_directories += fstat(file, &about) == 0 && S_ISDIR(about.st_mode);
  return (int)syscall(SYS_fsync, file);
}

static void a_document_is_on_disk_with_its_name(void **state) {
  const int before = synced_directories;
  size_t n;
  GOOD(lind_store_write(in(state, "words.txt"), "words\n"));
  assert_int_equal(synced_directories, before + 1);
  unsigned char *bytes = file_bytes(in(state, "words.txt"), &n);
  assert_string_equal((char *)bytes, "words\n");
  free(bytes);
  assert_false(file_exists(in(state, "words.txt.tmp")));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scratch_open, scratch_close)

int main(void) {
  const struct CMUnitTest tests[] = {
      CASE(what_was_told_is_there_though_no_listing_names_it),
      CASE(a_name_that_is_not_listed_is_not_taken),
      CASE(a_document_is_on_disk_with_its_name),
      CASE(what_was_merged_before_a_failure_is_known_by_its_new_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
