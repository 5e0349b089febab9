/* Over replicates: a cut replicate comes to what a whole one does; effects, power, curves, digest and refusals of the tally. */
#include "study_case.h"

/* 700 patients in one block, and in 512 + 188: the same people, so counts are equal, and estimates equal to the rounding of
 * merged moments. */
static void a_cut_replicate_is_the_whole_one(void **state) {
  study whole = study_open("patients=700", "replicates=2", "block_max=4096"),
        cut = study_open("patients=700", "replicates=2", "block_max=100");
  (void)state;
  assert_int_equal(whole.plan->n_blocks, 1);
  assert_int_equal(cut.plan->n_blocks, 4);
  study_run(&whole, true);
  study_run(&cut, true);
  lind_tally *a = study_tally(&whole), *b = study_tally(&cut);
  for (size_t i = 0; i < whole.layout->n_counts; i++)
    if (i != LIND_FLOW_ARMS + LIND_FLOW_RHS && i != LIND_FLOW_ARMS + LIND_FLOW_PER_ARM + LIND_FLOW_RHS)
      assert_int_equal(a->counts[i], b->counts[i]); /* evaluations are counted by pack */
  for (int t = 0; t < whole.layout->n_terms; t++)
    for (int k = 0; k < LIND_TERM_REALS; k++)
      for (uint64_t r = 0; r < 2; r++) {
        const double x = study_number(a, t, k, r), y = study_number(b, t, k, r);
        if (!(isnan(x) && isnan(y))) assert_near(x, y, 1e-9 * fmax(1.0, fabs(x)));
      }
  const size_t cells = whole.layout->first_term / LIND_CELL_REALS + (size_t)(whole.layout->n_baseline * 2);
  for (size_t i = 0; i < cells; i++) {
    assert_near(a->pooled[i].n, b->pooled[i].n, 0.0);
    assert_near(a->pooled[i].mean, b->pooled[i].mean, 1e-10 * fmax(1.0, fabs(a->pooled[i].mean)));
    assert_near(a->pooled[i].m2, b->pooled[i].m2, 1e-9 * fmax(1.0, a->pooled[i].m2));
    assert_near(a->between[i].mean, b->between[i].mean, 1e-10 * fmax(1.0, fabs(a->between[i].mean)));
  }
  assert_near(a->look[1].mean, b->look[1].mean, 0.0);
  assert_int_equal(a->verdicts[0], b->verdicts[0]);
  /* and every stored patient has the same row */
  const double *rows = whole.records[0].rows;
  size_t at = 0;
  for (int block = 0; block < 4; block++)
    for (size_t i = 0; i < cut.records[block].n_rows; i++, at++)
      for (int c = 0; c < whole.layout->n_columns; c++)
        assert_memory_equal(rows + (size_t)c * 1400 + at, cut.records[block].rows + (size_t)c * cut.records[block].n_rows + i,
                            sizeof(double));
  assert_int_equal(at, 1400);
  lind_tally_destroy(&a);
  lind_tally_destroy(&b);
  study_close(&whole);
  study_close(&cut);
}

/* Pooled moments are those of all patients, between moments those of the replicates' means. */
static void cells_over_replicates(void **state) {
  study s = study_open();
  (void)state;
  study_run(&s, true);
  lind_tally *tally = study_tally(&s);
  for (int arm = 0; arm < 2; arm++) {
    lind_moments all = {0}, means = {0};
    for (int r = 0; r < 5; r++) {
      const lind_block_record *record = &s.records[r / 2];
      lind_moments one = {0};
      for (size_t i = (size_t)(r % 2) * 60; i < (size_t)(r % 2 + 1) * 60; i++)
        if (row_column(&s, record, "arm")[i] == arm) lind_moments_add(&one, row_column(&s, record, "share")[i] / 100.0);
      lind_moments_add(&means, one.mean);
      for (size_t i = (size_t)(r % 2) * 60; i < (size_t)(r % 2 + 1) * 60; i++)
        if (row_column(&s, record, "arm")[i] == arm) lind_moments_add(&all, row_column(&s, record, "share")[i] / 100.0);
    }
    const size_t cell = lind_layout_cell(s.layout, 0, 0, 0, arm) / LIND_CELL_REALS;
    assert_near(tally->pooled[cell].n, all.n, 0.0);
    assert_near(tally->pooled[cell].mean, all.mean, 1e-12);
    assert_near(tally->pooled[cell].m2, all.m2, 1e-10);
    assert_near(tally->between[cell].n, 5.0, 0.0);
    assert_near(tally->between[cell].mean, means.mean, 1e-12);
    assert_near(tally->between[cell].m2, means.m2, 1e-12);
  }
  lind_tally_destroy(&tally);
  study_close(&s);
}

/* The second term of a study over replicates whose numbers are given. */
static lind_effect effect_of(const study *s, const double *estimate, const double *se, const double *p, uint64_t replicates) {
  lind_roll *roll;
  lind_effect effect = {0};
  double row[512] = {0};
  const size_t columns = (size_t)s->layout->n_terms * LIND_TERM_REALS;
  assert_true(columns <= 512);
  assert_int_equal(lind_roll_create(NULL, columns, replicates, &roll), LIND_OK);
  for (uint64_t r = 0; r < replicates; r++) {
    row[lind_tally_column(s->layout, 1, 0)] = estimate[r];
    row[lind_tally_column(s->layout, 1, 1)] = se[r];
    row[lind_tally_column(s->layout, 1, 4)] = p[r];
    row[lind_tally_column(s->layout, 1, 6)] = 60.0;
    assert_int_equal(lind_roll_add(roll, row), LIND_OK);
  }
  assert_int_equal(lind_roll_end(roll), LIND_OK);
  assert_int_equal(lind_effect_estimate(s->layout, roll, 1, &effect), LIND_OK);
  lind_roll_destroy(&roll);
  return effect;
}

/* Effects from numbers that are written down: estimates 1 .. 5 (one missing), p values on both sides of 0.05. */
static void effects_by_hand(void **state) {
  static const double estimate[] = {3.0, 1.0, NAN, 5.0, 2.0}, se[] = {0.5, 0.7, NAN, 0.6, 0.6},
                      p[] = {0.01, 0.2, NAN, 0.0499, 0.0501};
  study s = study_open();
  (void)state;
  lind_effect effect = effect_of(&s, estimate, se, p, 5);
  assert_int_equal(effect.replicates, 4);
  assert_near(effect.mean, 2.75, 1e-15);
  assert_near(effect.sd, sqrt(8.75 / 3.0), 1e-14);
  assert_near(effect.mcse, sqrt(8.75 / 12.0), 1e-14);
  assert_near(effect.p50, 2.5, 1e-15);
  assert_near(effect.p05, 1.15, 1e-14); /* type 7, as R's quantile(c(1, 2, 3, 5), c(0.05, 0.95)) */
  assert_near(effect.p95, 4.7, 1e-14);
  assert_near(effect.se, 0.6, 1e-15);
  assert_near(effect.power, 0.5, 0.0);
  assert_near(effect.power_mcse, 0.25, 1e-15);
  assert_near(effect.n, 60.0, 0.0);
  assert_near(effect.from, 100.0, 0.0); /* a share, in percent: 40 bars from 1 to 5 */
  assert_near(effect.width, 10.0, 0.0);
  assert_int_equal(effect.bars[0] + effect.bars[10] + effect.bars[20] + effect.bars[39], 4);
  static const double none[] = {NAN, NAN, NAN, NAN, NAN};
  effect = effect_of(&s, none, se, none, 5);
  assert_int_equal(effect.replicates, 0);
  assert_nan(effect.mean);
  assert_nan(effect.power);
  assert_nan(effect.p50);
  assert_nan(effect.width);
  study_close(&s);
}

/* Quantiles of a histogram, linear inside a bin. Bins are 6 / 200 = 0.03 wide. */
static void curve_quantiles(void **state) {
  study s = study_open();
  (void)state;
  study_run(&s, false);
  lind_tally *tally = study_tally(&s);
  const size_t times = 43; /* every 12 h from 0 to 21 days */
  assert_int_equal(s.layout->n_counts - s.layout->first_curve, 2 * times * LIND_CURVE_BINS);
  int64_t *bins = tally->counts + s.layout->first_curve + (times + 3) * LIND_CURVE_BINS;
  memset(bins, 0, LIND_CURVE_BINS * sizeof *bins);
  assert_nan(lind_tally_curve(tally, 1, 3, 0.5));
  bins[100] = 10;
  assert_near(lind_tally_curve(tally, 1, 3, 0.5), 3.015, 1e-12);
  assert_near(lind_tally_curve(tally, 1, 3, 0.0), 3.0, 1e-12);
  assert_near(lind_tally_curve(tally, 1, 3, 1.0), 3.03, 1e-12);
  bins[10] = 30;
  assert_near(lind_tally_curve(tally, 1, 3, 0.5), 0.3 + 0.03 * 2.0 / 3.0, 1e-12);
  assert_near(lind_tally_curve(tally, 1, 3, 0.75), 0.33, 1e-12);
  assert_near(lind_tally_curve(tally, 1, 3, 0.875), 3.015, 1e-12);
  lind_tally_destroy(&tally);
  study_close(&s);
}

/* The digest follows the numbers: the same run gives the same, another seed another. */
static void digests(void **state) {
  study a = study_open(), b = study_open(), c = study_open("seed=22");
  (void)state;
  study_run(&a, true);
  study_run(&b, true);
  study_run(&c, true);
  lind_tally *x = study_tally(&a), *y = study_tally(&b), *z = study_tally(&c);
  assert_true(lind_digest_equal(x->digest, y->digest));
  assert_false(lind_digest_equal(x->digest, z->digest));
  lind_tally_destroy(&x);
  lind_tally_destroy(&y);
  lind_tally_destroy(&z);
  study_close(&a);
  study_close(&b);
  study_close(&c);
}

static void what_the_tally_refuses(void **state) {
  study s = study_open(), other = study_open("analysis={}"), failing = study_open("conduct.failed_lanes=0.25", "replicates=1");
  lind_tally *tally;
  (void)state;
  study_run(&s, false);
  study_run(&other, false);
  study_run(&failing, false);
  assert_int_equal(lind_tally_create(s.layout, NULL, &tally), LIND_OK);
  assert_int_equal(lind_tally_add(tally, &s.records[0]), LIND_OK);
  assert_int_equal(lind_tally_finish(tally), LIND_ERR_FILE);
  assert_string_equal(lind_error_message(), "only 2 of 5 replicates are there");
  assert_int_equal(lind_tally_add(tally, &other.records[1]), LIND_ERR_FILE); /* the record of another plan */
  lind_block_record late = s.records[2];
  assert_int_equal(lind_tally_add(tally, &late), LIND_ERR_FILE);
  assert_string_equal(lind_error_message(), "block 2 holds replicate 4 where 2 is next");
  late.first_replicate = 5;
  assert_int_equal(lind_tally_add(tally, &late), LIND_ERR_FILE);
  assert_string_equal(lind_error_message(), "block 2 holds replicate 5; this plan has 5");
  lind_tally_destroy(&tally);
  lind_tally_destroy(&tally); /* again: nothing */

  lind_block_record record = failing.records[0];
  int64_t *counts = study_copy(failing.arena, record.counts, record.n_counts * sizeof *counts);
  record.counts = counts;
  for (int failed = 15; failed <= 16; failed++) { /* of 60: 0.25 is the limit */
    counts[LIND_FLOW_ARMS + LIND_FLOW_FAILED] = failed;
    assert_int_equal(lind_tally_create(failing.layout, NULL, &tally), LIND_OK);
    assert_int_equal(lind_tally_add(tally, &record), LIND_OK);
    assert_int_equal(lind_tally_finish(tally), failed == 15 ? LIND_OK : LIND_ERR_NUMERIC);
    lind_tally_destroy(&tally);
  }
  assert_non_null(strstr(lind_error_message(), "16 of 60 lanes failed; the protocol allows a share of 0.25"));
  study_close(&s);
  study_close(&other);
  study_close(&failing);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_cut_replicate_is_the_whole_one),
      cmocka_unit_test(cells_over_replicates),
      cmocka_unit_test(effects_by_hand),
      cmocka_unit_test(curve_quantiles),
      cmocka_unit_test(digests),
      cmocka_unit_test(what_the_tally_refuses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
