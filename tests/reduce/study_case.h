/* A study of tests/reduce/data, laid out, and a sink that keeps records in memory. */
#ifndef LIND_TEST_STUDY_CASE_H
#define LIND_TEST_STUDY_CASE_H

#include "lind/reduce.h"
#include "reduce_case.h"

enum { STUDY_RECORDS = 64 };

typedef struct study {
  lind_arena *arena;
  lind_plan *plan;
  lind_layout *layout;
  lind_runner *runner;
  lind_block_record records[STUDY_RECORDS]; /* by block */
} study;

static inline void *study_copy(lind_arena *arena, const void *from, size_t bytes) {
  void *copy = lind_arena_take(arena, bytes + 1, 1);
  assert_non_null(copy);
  if (bytes > 0) memcpy(copy, from, bytes);
  return copy;
}

static inline lind_err study_put(void *self, const lind_block_record *r) {
  study *s = self;
  assert_true(r->block < STUDY_RECORDS);
  lind_block_record *kept = &s->records[r->block];
  *kept = *r;
  kept->reals = study_copy(s->arena, r->reals, r->n_replicates * r->n_reals * sizeof *r->reals);
  kept->counts = study_copy(s->arena, r->counts, r->n_counts * sizeof *r->counts);
  kept->rows = study_copy(s->arena, r->rows, r->n_columns * r->n_rows * sizeof *r->rows);
  kept->course = study_copy(s->arena, r->course, r->n_course_columns * r->n_course_rows * sizeof *r->course);
  return LIND_OK;
}

static inline lind_err study_lay_out_of(study *s, const char *name, const char *const *sets) {
  lind_protocol *protocol;
  const lind_node *root;
  int n = 0;
  while (sets[n] != NULL) n++;
  LIND_TRY(lind_arena_create(&s->arena));
  LIND_TRY(lind_protocol_read(lind_arena_format(s->arena, LIND_SOURCE_DIR "/tests/reduce/data/%s.yaml", name), sets, n, s->arena,
                              &protocol, &root));
  LIND_TRY(lind_plan_create(protocol, root, LIND_BACK_END_EVALUATOR, s->arena, &s->plan));
  return lind_layout_create(s->plan, s->arena, &s->layout);
}

static inline lind_err study_lay_out(study *s, const char *const *sets) { return study_lay_out_of(s, "study", sets); }

static inline study study_from_file(const char *name, const char *const *sets) {
  study s = {0};
  if (study_lay_out_of(&s, name, sets) != LIND_OK || lind_runner_create(s.layout, &s.runner) != LIND_OK)
    fail_msg("%s", lind_error_message());
  return s;
}

static inline study study_from(const char *const *sets) {
  study s = {0};
  if (study_lay_out(&s, sets) != LIND_OK || lind_runner_create(s.layout, &s.runner) != LIND_OK)
    fail_msg("%s", lind_error_message());
  return s;
}
#define study_open(...) study_from((const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

/* Every block; a cut replicate's blocks get the strata of those before them. */
static inline void study_run(study *s, bool store) {
  const lind_sink sink = {.self = s, .put = study_put};
  const uint64_t per = lind_plan_blocks_per_replicate(s->plan);
  uint64_t base[16] = {0}, counts[16];
  for (uint64_t block = 0; block < s->plan->n_blocks; block++) {
    const bool cut = s->plan->block_replicates == 0;
    if (block % per == 0) memset(base, 0, sizeof base);
    if (lind_runner_run(s->runner, 0, block, store, cut ? base : NULL, &sink) != LIND_OK) fail_msg("%s", lind_error_message());
    if (!cut) continue;
    lind_runner_count(s->runner, block, counts);
    for (int k = 0; k < s->plan->n_strata; k++) base[k] += counts[k];
  }
}

static inline lind_tally *study_tally(study *s) {
  lind_tally *tally;
  if (lind_tally_create(s->layout, NULL, &tally) != LIND_OK) fail_msg("%s", lind_error_message());
  for (uint64_t block = 0; block < s->plan->n_blocks; block++)
    if (lind_tally_add(tally, &s->records[block]) != LIND_OK) fail_msg("%s", lind_error_message());
  if (lind_tally_finish(tally) != LIND_OK) fail_msg("%s", lind_error_message());
  return tally;
}

/* What replicate r left in a column of the tally: the reals of a record's term, then its truth. */
static inline double study_number(const lind_tally *tally, int term, int what, uint64_t r) {
  double *values = malloc((lind_roll_rows(tally->roll) + 1) * sizeof *values);
  size_t n;
  assert_non_null(values);
  const uint64_t rows = lind_roll_rows(tally->roll);
  if (lind_roll_read(tally->roll, lind_tally_column(tally->layout, term, what), r / rows, values, &n) != LIND_OK)
    fail_msg("%s", lind_error_message());
  assert_true(r % rows < n);
  const double value = values[r % rows];
  free(values);
  return value;
}

static inline void study_close(study *s) {
  lind_runner_destroy(&s->runner);
  lind_arena_destroy(&s->arena);
}

static inline const double *row_column(const study *s, const lind_block_record *r, const char *name) {
  for (int c = 0; c < s->layout->n_columns; c++)
    if (strcmp(s->layout->columns[c].name, name) == 0) return r->rows + (size_t)c * r->n_rows;
  fail_msg("no column %s", name);
  return NULL;
}

static inline int64_t flow_of(const int64_t *counts, int arm, int what) {
  return counts[LIND_FLOW_ARMS + arm * LIND_FLOW_PER_ARM + what];
}

#endif
