/* A directory goes on as a study of more replicates or patients, and its many segments become few without a record lost. */
#include <dirent.h>

#include "store/compact.h"
#include "store/disk.h"
#include "store_test.h"

/* ---- records of real shapes: what a block holds follows from the stage
 * -------------------------------------------------------------------------------------------------- */

typedef struct shape {
  lind_store_stage stage;
  lind_store_study study;
} shape;

static void shape_fill(shape *s, uint64_t patients, uint64_t replicates, uint64_t whole, const char *fixed) {
  s->stage = (lind_store_stage){patients, replicates, whole, whole > 0 ? whole * patients : 512, 0, fixed};
  s->study = (lind_store_study){.world = PLAN, .cpu_class = CLASS, .n_stages = 1, .stages = &s->stage};
}

static uint64_t blocks_of(const lind_store_stage *s) {
  if (s->block_replicates > 0) return (s->replicates + s->block_replicates - 1) / s->block_replicates;
  return s->replicates * ((s->patients + 511) / 512);
}

/* Numbers that follow from the replicates and seats alone, as a patient's do. */
static lind_err block_put(lind_store *store, const lind_store_stage *s, uint64_t block) {
  double reals[64];
  int64_t count;
  lind_block_record r = {.block = block, .n_reals = 1, .n_counts = 1, .reals = reals, .counts = &count};
  if (s->block_replicates > 0) {
    r.first_replicate = block * s->block_replicates;
    const uint64_t left = s->replicates - r.first_replicate;
    r.n_replicates = left < s->block_replicates ? left : s->block_replicates;
    r.n_seats = s->patients;
  } else {
    const uint64_t per = (s->patients + 511) / 512;
    r.first_replicate = block / per;
    r.n_replicates = 1;
    r.first_seat = block % per * 512;
    r.n_seats = s->patients - r.first_seat < 512 ? s->patients - r.first_seat : 512;
  }
  for (uint64_t i = 0; i < r.n_replicates; i++) reals[i] = (double)(1000000 * (r.first_replicate + i) + r.first_seat);
  count = (int64_t)(r.n_replicates * r.n_seats);
  const lind_sink sink = lind_store_sink(store);
  return sink.put(sink.self, &r);
}

typedef struct census {
  uint64_t next, people;
  lind_digest digest;
} census;

static lind_err census_visit(void *context, const lind_block_record *record) {
  census *c = context;
  LIND_CHECK(record->block == c->next, LIND_ERR_NUMERIC, "block %llu came where %llu was due", (unsigned long long)record->block,
             (unsigned long long)c->next);
  const lind_digest digest = lind_sink_record_digest(record);
  c->digest = lind_digest_add(c->digest, &digest, sizeof digest);
  c->people += (uint64_t)record->counts[0];
  c->next++;
  return LIND_OK;
}

/* Put what is missing, and say how much that was; then everything must be there, in order. */
static uint64_t complete(void **state, const char *name, const shape *s, census *c) {
  lind_store *store = NULL;
  uint64_t put = 0;
  GOOD(lind_store_create(in(state, name), &s->study, &store));
  for (uint64_t block = 0; block < blocks_of(&s->stage); block++) {
    if (store_has(store, 0, block)) continue;
    GOOD(block_put(store, &s->stage, block));
    if (put++ % 3 == 2) GOOD(lind_store_flush(store));
  }
  GOOD(lind_store_tidy(store));
  assert_int_equal(lind_store_blocks(store, 0), blocks_of(&s->stage));
  const lind_sink sink = lind_store_sink(store);
  *c = (census){0};
  GOOD(sink.each(sink.self, 0, 0, UINT64_MAX, census_visit, c));
  assert_int_equal(c->people, s->stage.patients * s->stage.replicates);
  lind_store_destroy(&store);
  return put;
}

static void goes_on(void **state, const shape *less, const shape *more, uint64_t due) {
  census c, fresh;
  (void)complete(state, "run", less, &c);
  assert_int_equal(complete(state, "run", more, &c), due);
  assert_int_equal(complete(state, "run", more, &c), 0);
  (void)complete(state, "fresh", more, &fresh);
  assert_true(lind_digest_equal(c.digest, fresh.digest)); /* records and numbers of blocks are those of a run at once */
}

static void more_replicates_live_what_is_missing(void **state) {
  shape less, more;
  shape_fill(&less, 60, 30, 4, "");
  shape_fill(&more, 60, 50, 4, "");
  goes_on(state, &less, &more, 13 - 7); /* of 8 blocks the last had 2 replicates */
}

static void more_patients_change_the_numbers_of_blocks(void **state) {
  shape less, more;
  shape_fill(&less, 1300, 3, 0, NULL);
  shape_fill(&more, 2100, 4, 0, NULL);
  goes_on(state, &less, &more, 4 * 5 - 3 * 2); /* two full blocks of each replicate; the third had 276 seats */
}

static void whose_rows_are_stored_goes_by_the_new_number(void **state) {
  shape less, more;
  census c;
  shape_fill(&less, 1300, 2, 0, NULL);
  shape_fill(&more, 2100, 2, 0, NULL);
  less.stage.stored = more.stage.stored = 1300; /* three blocks; block_put stores no rows */
  (void)complete(state, "run", &less, &c);
  /* the blocks of replicate 0 keep their numbers 0 and 1; those of replicate 1 were 3 and 4 and are 5 and 6, beyond what is
   * stored */
  assert_int_equal(complete(state, "run", &more, &c), 10 - 4);
  less.stage.stored = more.stage.stored = 4000; /* now the new numbers, 5 and 6, are below it, and their rows are missing */
  (void)complete(state, "other", &less, &c);
  assert_int_equal(complete(state, "other", &more, &c), 10 - 2);
}

static void less_is_refused(void **state) {
  shape s, other;
  census c;
  lind_store *store = NULL;
  char due[700];
  shape_fill(&s, 1300, 3, 0, NULL);
  (void)complete(state, "run", &s, &c);
  shape_fill(&other, 1300, 2, 0, NULL);
  (void)snprintf(due, sizeof due,
                 "%s was begun with 3 replicates and 2 are asked for; it can have more, not fewer: choose another --out",
                 in(state, "run"));
  REFUSED(lind_store_create(in(state, "run"), &other.study, &store), LIND_ERR_PLAN, due);
  REFUSED(lind_store_check(in(state, "run"), &other.study), LIND_ERR_PLAN, due);
  shape_fill(&other, 1200, 3, 0, NULL);
  (void)snprintf(due, sizeof due,
                 "%s was begun with 1300 patients a replicate and 1200 are asked for; it cannot have fewer: choose another --out",
                 in(state, "run"));
  REFUSED(lind_store_create(in(state, "run"), &other.study, &store), LIND_ERR_PLAN, due);
  shape_fill(&other, 1400, 3, 0, "the moon is full");
  (void)snprintf(
      due, sizeof due,
      "%s was begun with 1300 patients a replicate and 1400 are asked for, but the moon is full, so that nothing of it "
      "could be used; choose another --out",
      in(state, "run"));
  REFUSED(lind_store_create(in(state, "run"), &other.study, &store), LIND_ERR_PLAN, due);
  assert_int_equal(complete(state, "run", &s, &c), 0); /* a refusal leaves everything as it was */
}

/* ---- few files
 * ---------------------------------------------------------------------------------------------------------------------- */

static int segments_in(const char *directory) {
  DIR *opened = opendir(directory);
  int n = 0;
  assert_non_null(opened);
  for (struct dirent *entry; (entry = readdir(opened)) != NULL;) n += strstr(entry->d_name, ".h5") != NULL;
  (void)closedir(opened);
  return n;
}

/* A segment for each record: 600 of them never lie side by side. */
static void a_rank_merges_what_it_writes(void **state) {
  lind_store *stores[2] = {NULL};
  walk w;
  int most = 0;
  GOOD(lind_store_create(in(state, "run"), &STUDY, &stores[0]));
  GOOD(lind_store_join(in(state, "run"), 1, &STUDY, &stores[1]));
  for (uint64_t block = 0; block < 600; block++) {
    GOOD(sample_put(stores[block % 2], 0, block));
    GOOD(lind_store_flush(stores[block % 2]));
    const int n = segments_in(in(state, "run/segments"));
    if (n > most) most = n;
  }
  assert_in_range(most, 8, 2 * (3 * 7 + 1) + 1); /* two ranks, three levels of at most seven, one that is being merged */
  assert_int_equal(lind_store_blocks(stores[0], 0), 300);
  GOOD(lind_store_rescan(stores[0]));
  GOOD(store_walk(stores[0], 0, &w));
  assert_int_equal(w.n, 600);
  lind_store_destroy(&stores[1]);
  GOOD(lind_store_tidy(stores[0]));
  assert_int_equal(segments_in(in(state, "run/segments")), 1);
  GOOD(store_walk(stores[0], 0, &w));
  assert_int_equal(w.n, 600);
  lind_store_destroy(&stores[0]);
  GOOD(lind_store_create(in(state, "run"), &STUDY, &stores[0])); /* after a resume, too */
  GOOD(store_walk(stores[0], 0, &w));
  assert_int_equal(w.n, 600);
  lind_store_destroy(&stores[0]);
}

/* Killed between the merged segment's name and the end of its sources, at each of them. */
static void a_block_that_is_there_twice_is_there_once(void **state) {
  lind_store *store = NULL;
  walk w;
  unsigned char *sources[4];
  size_t n[4];
  char name[4][64];
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  for (uint64_t i = 0; i < 4; i++) {
    for (uint64_t k = 0; k < 5; k++) GOOD(sample_put(store, 0, 5 * i + k));
    GOOD(lind_store_flush(store));
    (void)snprintf(name[i], sizeof name[i], "run/segments/0-%d.h5", (int)i);
    sources[i] = file_bytes(in(state, name[i]), &n[i]);
  }
  GOOD(lind_store_tidy(store));
  lind_store_destroy(&store);
  for (int left = 4; left >= 0; left--) {
    for (int i = 4 - left; i < 4; i++) file_write(in(state, name[i]), sources[i], n[i]);
    GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
    assert_string_equal(lind_store_notice(store), "");
    assert_int_equal(lind_store_blocks(store, 0), 20);
    GOOD(store_walk(store, 0, &w));
    assert_int_equal(w.n, 20);
    GOOD(lind_store_tidy(store));
    assert_int_equal(segments_in(in(state, "run/segments")), 1);
    GOOD(store_walk(store, 0, &w));
    assert_int_equal(w.n, 20);
    lind_store_destroy(&store);
  }
  for (int i = 0; i < 4; i++) free(sources[i]);
}

/* At the end each rank makes few of its own, so that rank 0 has little to do; and what it does is bounded. */
static void ranks_settle_before_one_tidies(void **state) {
  lind_store *stores[3] = {NULL};
  char directory[512];
  (void)snprintf(directory, sizeof directory, "%s", in(state, "run"));
  lind_folder folder = {.directory = directory, .study = &STUDY, .notice = ""};
  walk w;
  GOOD(lind_store_create(in(state, "run"), &STUDY, &stores[0]));
  for (int r = 1; r < 3; r++) GOOD(lind_store_join(in(state, "run"), r, &STUDY, &stores[r]));
  for (uint64_t block = 0; block < 60; block++) {
    GOOD(sample_put(stores[block % 3], 0, block));
    GOOD(lind_store_flush(stores[block % 3]));
  }
  assert_in_range(segments_in(in(state, "run/segments")), 9, 30);
  for (int r = 0; r < 3; r++) GOOD(lind_store_settle(stores[r]));
  assert_int_equal(segments_in(in(state, "run/segments")), 3);
  for (int r = 1; r < 3; r++) lind_store_destroy(&stores[r]);

  GOOD(lind_folder_scan(&folder, LIND_FOLDER_STRICT));
  GOOD(lind_compact_all(&folder, 1)); /* nothing fits */
  assert_int_equal(segments_in(in(state, "run/segments")), 3);
  size_t bytes = 0;
  for (size_t i = 0; i < folder.n_names; i++) {
    char path[LIND_DISK_PATH];
    struct stat about;
    GOOD(lind_folder_path(&folder, folder.names[i], path));
    assert_int_equal(stat(path, &about), 0);
    bytes += (size_t)about.st_size;
  }
  GOOD(lind_compact_all(&folder, bytes - 1)); /* two do */
  assert_int_equal(segments_in(in(state, "run/segments")), 2);
  lind_folder_release(&folder);
  GOOD(lind_store_rescan(stores[0]));
  GOOD(store_walk(stores[0], 0, &w));
  assert_int_equal(w.n, 60);
  lind_store_destroy(&stores[0]);
}

/* Ranks that are no longer there leave hundreds of files. */
static void a_resume_tidies_up_after_many(void **state) {
  lind_store *store = NULL;
  walk w;
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  for (int rank = 1; rank <= 70; rank++) {
    lind_store *other = NULL;
    GOOD(lind_store_join(in(state, "run"), rank, &STUDY, &other));
    GOOD(sample_put(other, 0, (uint64_t)rank));
    lind_store_destroy(&other);
  }
  lind_store_destroy(&store);
  assert_int_equal(segments_in(in(state, "run/segments")), 70);
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  assert_int_equal(segments_in(in(state, "run/segments")), 1);
  GOOD(store_walk(store, 0, &w));
  assert_int_equal(w.n, 70);
  lind_store_destroy(&store);
}

/* A record that is damaged is not sealed into a new segment. */
static void damage_is_not_merged(void **state) {
  lind_store *store = NULL;
  size_t n;
  sample s;
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  for (uint64_t block = 0; block < 20; block++) {
    GOOD(sample_put(store, 0, block));
    if (block % 5 == 4) GOOD(lind_store_flush(store));
  }
  unsigned char *whole = file_bytes(in(state, "run/segments/0-2.h5"), &n);
  sample_fill(&s, 0, 12);
  unsigned char *found = memmem(whole, n, &s.rows[2], sizeof s.rows[2]);
  assert_non_null(found);
  found[0] ^= 1;
  file_write(in(state, "run/segments/0-2.h5"), whole, n);
  free(whole);
  assert_int_equal(lind_store_tidy(store), LIND_ERR_DAMAGED);
  assert_int_equal(segments_in(in(state, "run/segments")), 4);
  lind_store_destroy(&store);
  GOOD(lind_store_create(in(state, "run"), &STUDY, &store));
  assert_int_equal(lind_store_blocks(store, 0), 15); /* only its own blocks are to be run again */
  lind_store_destroy(&store);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scratch_open, scratch_close)

int main(void) {
  const struct CMUnitTest tests[] = {
      CASE(more_replicates_live_what_is_missing),
      CASE(more_patients_change_the_numbers_of_blocks),
      CASE(whose_rows_are_stored_goes_by_the_new_number),
      CASE(less_is_refused),
      CASE(a_rank_merges_what_it_writes),
      CASE(a_block_that_is_there_twice_is_there_once),
      CASE(ranks_settle_before_one_tidies),
      CASE(a_resume_tidies_up_after_many),
      CASE(damage_is_not_merged),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
