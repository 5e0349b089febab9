/* Sheaves: who binds them, and when, cannot be seen in what the tally makes of them. */
#include "study_case.h"

/* Every sheaf bound by itself, the last one first, and sent as bytes; then taken in order. */
static lind_tally *tally_by_sheaves(const study *s) {
  const uint64_t n = lind_sheaf_total(s->plan);
  const size_t most = lind_sheaf_most(s->layout);
  char **sent = calloc(n, sizeof *sent);
  lind_sheaf *at = malloc(most);
  lind_tally *tally;
  assert_non_null(sent);
  assert_non_null(at);
  for (uint64_t k = n; k-- > 0;) {
    uint64_t first, end;
    memset(at, 0xA5, most); /* what was there before does not matter */
    lind_sheaf_begin(s->layout, k, at);
    lind_sheaf_blocks(s->plan, k, &first, &end);
    for (uint64_t b = first; b < end; b++) {
      assert_false(lind_sheaf_is_bound(at));
      assert_int_equal(lind_sheaf_add(s->layout, &s->records[b], at), LIND_OK);
    }
    assert_true(lind_sheaf_is_bound(at));
    const size_t bytes = lind_sheaf_bytes(s->layout, at);
    assert_true(bytes <= most);
    sent[k] = malloc(bytes);
    assert_non_null(sent[k]);
    memcpy(sent[k], at, bytes);
  }
  assert_int_equal(lind_tally_create(s->layout, NULL, &tally), LIND_OK);
  for (uint64_t k = 0; k < n; k++) {
    assert_int_equal(lind_tally_take(tally, (const lind_sheaf *)(const void *)sent[k]), LIND_OK);
    free(sent[k]);
  }
  assert_int_equal(lind_tally_finish(tally), LIND_OK);
  free(sent);
  free(at);
  return tally;
}

static void assert_same(const study *s, const lind_tally *a, const lind_tally *b) {
  const size_t cells = s->layout->first_term / LIND_CELL_REALS + (size_t)(s->layout->n_baseline * s->layout->n_arms);
  assert_memory_equal(&a->digest, &b->digest, sizeof a->digest);
  assert_memory_equal(a->counts, b->counts, s->layout->n_counts * sizeof *a->counts);
  assert_memory_equal(a->pooled, b->pooled, cells * sizeof *a->pooled);
  assert_memory_equal(a->between, b->between, cells * sizeof *a->between);
  assert_memory_equal(a->look, b->look, sizeof a->look);
  for (int t = 0; t < s->layout->n_terms; t++)
    for (int k = 0; k < LIND_TERM_REALS; k++)
      for (uint64_t r = 0; r < a->replicates; r++) {
        const double x = study_number(a, t, k, r), y = study_number(b, t, k, r);
        assert_memory_equal(&x, &y, sizeof x);
      }
}

static void bound_elsewhere(void **state) {
  study whole = study_open("patients=20", "replicates=40", "block_max=20"),
        cut = study_open("patients=9000", "replicates=2", "block_max=20");
  (void)state;
  assert_int_equal(whole.plan->n_blocks, 40);
  assert_int_equal(lind_sheaf_total(whole.plan), 3);
  assert_int_equal(cut.plan->n_blocks, 36);
  assert_int_equal(lind_sheaf_total(cut.plan), 4); /* 16 and 2 blocks of either replicate */
  for (study *s = &whole; s != NULL; s = s == &whole ? &cut : NULL) {
    study_run(s, false);
    lind_tally *a = study_tally(s), *b = tally_by_sheaves(s);
    assert_same(s, a, b);
    lind_tally_destroy(&a);
    lind_tally_destroy(&b);
    study_close(s);
  }
}

/* Every block is in one sheaf, in order, and no sheaf reaches over the end of a cut replicate. */
static void every_block_once(void **state) {
  (void)state;
  static const char *const patients[] = {"patients=1", "patients=513", "patients=8192", "patients=8193", "patients=65536"};
  for (int p = 0; p < 5; p++)
    for (int cut = 0; cut < 2; cut++) {
      study s = study_open(patients[p], "replicates=7", cut ? "block_max=1" : "block_max=65536");
      uint64_t next = 0;
      for (uint64_t k = 0; k < lind_sheaf_total(s.plan); k++) {
        uint64_t first, end;
        lind_sheaf_blocks(s.plan, k, &first, &end);
        assert_int_equal(first, next);
        assert_true(end > first && end - first <= LIND_SHEAF_BLOCKS);
        if (s.plan->block_replicates == 0)
          assert_int_equal(first / lind_plan_blocks_per_replicate(s.plan), (end - 1) / lind_plan_blocks_per_replicate(s.plan));
        next = end;
      }
      assert_int_equal(next, s.plan->n_blocks);
      study_close(&s);
    }
}

static void blocks_out_of_order(void **state) {
  study s = study_open("patients=20", "replicates=40", "block_max=20");
  (void)state;
  study_run(&s, false);
  lind_sheaf *sheaf = malloc(lind_sheaf_most(s.layout));
  assert_non_null(sheaf);
  lind_sheaf_begin(s.layout, 1, sheaf);
  assert_int_equal(lind_sheaf_add(s.layout, &s.records[15], sheaf), LIND_ERR_FILE);
  assert_string_equal(lind_error_message(), "block 15 holds replicate 15 where 16 is next");
  assert_int_equal(lind_sheaf_add(s.layout, &s.records[16], sheaf), LIND_OK);
  assert_int_equal(lind_sheaf_add(s.layout, &s.records[18], sheaf), LIND_ERR_FILE);
  free(sheaf);
  study_close(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(bound_elsewhere), cmocka_unit_test(every_block_once),
                                     cmocka_unit_test(blocks_out_of_order)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
