/* Ranks and the run directory together, in the order of calls that store.h gives: jobs of any rank put records, rank 0 finds them
 * all, and a second run on the same directory finds everything done. Run alone and under mpirun (parallel/ranks.cmake). */
/* cmocka needs the others before it */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
/* clang-format on */

#include "lind/crew.h"
#include "lind/store.h"

enum { BLOCKS = 200 };

static const lind_store_study plain = {.world = "plan", .cpu_class = "class"},
                              other = {.world = "other plan", .cpu_class = "class"};

typedef struct study {
  lind_sink sink;
  atomic_int n_run;
  uint64_t n_seen, n_due, due[BLOCKS];
} study;

static lind_crew *the_crew;
static char directory[128];

static uint64_t block_at(const void *context, uint64_t place) { return ((const study *)context)->due[place]; }

static lind_err block_run(void *context, int thread, uint64_t job) {
  study *s = context;
  (void)thread;
  atomic_fetch_add(&s->n_run, 1);
  const double reals[2] = {(double)job, 1.0 / (double)(job + 1)};
  const int64_t count = (int64_t)(job * job);
  const lind_block_record record = {
      .block = job, .first_replicate = job, .n_replicates = 1, .n_reals = 2, .n_counts = 1, .reals = reals, .counts = &count};
  return s->sink.put(s->sink.self, &record);
}

static lind_err block_visit(void *context, const lind_block_record *record) {
  study *s = context;
  LIND_CHECK(record->block == s->n_seen && record->counts[0] == (int64_t)(record->block * record->block), LIND_ERR_NUMERIC,
             "block %llu is not what was put", (unsigned long long)record->block);
  s->n_seen++;
  return LIND_OK;
}

/* Rank 0 has looked, the others are told. */
static lind_err index_share(lind_store *store) {
  size_t bytes = 0;
  const void *index = NULL;
  LIND_TRY(lind_crew_agree(the_crew, lind_crew_rank(the_crew) == 0 ? lind_store_index(store, &index, &bytes) : LIND_OK));
  LIND_TRY(lind_crew_share(the_crew, &bytes, sizeof bytes));
  void *told = malloc(bytes + 1);
  LIND_CHECK(told != NULL, LIND_ERR_MEMORY, "no memory for an index");
  if (index != NULL) memcpy(told, index, bytes);
  lind_err err = lind_crew_share(the_crew, told, bytes);
  if (err == LIND_OK && lind_crew_rank(the_crew) != 0) err = lind_store_heed(store, told, bytes);
  free(told);
  return lind_crew_agree(the_crew, err);
}

static lind_err stage_finish(lind_store *store, study *s) {
  LIND_TRY(lind_crew_agree(the_crew, lind_store_flush(store)));
  LIND_TRY(lind_crew_agree(the_crew, lind_crew_rank(the_crew) == 0 ? lind_store_rescan(store) : LIND_OK));
  LIND_TRY(index_share(store));
  lind_err err = LIND_OK;
  err = s->sink.each(s->sink.self, 0, 0, UINT64_MAX, block_visit, s); /* every rank reads what all have written */
  return lind_crew_agree(the_crew, err);
}

static lind_err study_run(study *s, uint64_t n) {
  const int rank = lind_crew_rank(the_crew);
  lind_store *store = NULL;
  LIND_TRY(lind_crew_agree(the_crew, rank == 0 ? lind_store_create(directory, &plain, &store) : LIND_OK));
  LIND_TRY(lind_crew_agree(the_crew, rank != 0 ? lind_store_join(directory, rank, &plain, &store) : LIND_OK));
  LIND_TRY(index_share(store));
  lind_store_pace(store, 0.01, 1 << 20);
  s->sink = lind_store_sink(store);
  for (uint64_t block = 0; block < n; block++)
    if (!s->sink.has(s->sink.self, 0, block)) s->due[s->n_due++] = block;
  lind_err err = lind_crew_run(the_crew, &(lind_crew_work){.n = s->n_due, .at = block_at, .run = block_run, .context = s});
  if (err == LIND_OK) err = stage_finish(store, s);
  lind_store_destroy(&store);
  return lind_crew_agree(the_crew, err); /* nobody opens it again before all have closed it */
}

static void ranks_fill_one_directory(void **state) {
  (void)state;
  static const uint64_t lengths[] = {BLOCKS / 2, BLOCKS, BLOCKS}; /* begun, extended, found done */
  uint64_t before = 0;
  for (int i = 0; i < 3; i++) {
    study s = {.n_seen = 0};
    const lind_err err = study_run(&s, lengths[i]);
    int64_t n_run = atomic_load(&s.n_run);
    assert_int_equal(lind_crew_sum(the_crew, &n_run, 1), LIND_OK);
    if (err != LIND_OK) fail_msg("%s", lind_error_message());
    assert_int_equal(n_run, lengths[i] - before);
    assert_int_equal(s.n_seen, lengths[i]);
    before = lengths[i];
  }
}

static void a_refused_directory_is_refused_on_every_rank(void **state) {
  (void)state;
  lind_store *store = NULL;
  const int rank = lind_crew_rank(the_crew);
  const lind_err err = lind_crew_agree(the_crew, rank == 0 ? lind_store_create(directory, &other, &store) : LIND_OK);
  char due[256];
  (void)snprintf(due, sizeof due,
                 "%s belongs to another plan (hash plan, this one other plan); choose another --out or delete it", directory);
  assert_int_equal(err, LIND_ERR_PLAN);
  assert_string_equal(lind_error_message(), due);
  assert_null(store);
}

static lind_err directory_make(void) {
  lind_err err = LIND_OK;
  if (lind_crew_rank(the_crew) == 0) {
    (void)snprintf(directory, sizeof directory, P_tmpdir "/lind-ranks-XXXXXX");
    if (mkdtemp(directory) == NULL) err = lind_error_fail(LIND_ERR_FILE, __FILE__, __LINE__, "%s cannot be made", directory);
  }
  LIND_TRY(lind_crew_agree(the_crew, err));
  return lind_crew_share(the_crew, directory, sizeof directory);
}

static void directory_drop(void) {
  char path[256];
  lind_store *store = NULL;
  if (lind_crew_rank(the_crew) != 0) return;
  if (lind_store_create(directory, &plain, &store) == LIND_OK && lind_store_clean(store) != LIND_OK)
    (void)fprintf(stderr, "%s\n", lind_error_message());
  lind_store_destroy(&store);
  (void)snprintf(path, sizeof path, "%s/plan.json", directory);
  if (unlink(path) != 0 || rmdir(directory) != 0) (void)fprintf(stderr, "%s is left behind\n", directory);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ranks_fill_one_directory),
      cmocka_unit_test(a_refused_directory_is_refused_on_every_rank),
  };
  if (lind_crew_create(argc > 1 ? atoi(argv[1]) : 2, &the_crew) != LIND_OK || directory_make() != LIND_OK) {
    (void)fprintf(stderr, "%s\n", lind_error_message());
    return 1;
  }
  int failed = argc > 2 && lind_crew_ranks(the_crew) != atoi(argv[2]); /* the launcher's promise */
  failed += cmocka_run_group_tests(tests, NULL, NULL);
  directory_drop();
  lind_crew_destroy(&the_crew);
  return failed != 0;
}
