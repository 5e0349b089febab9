/* Enrolment: screening, strata, balance, and cuts of a large replicate that come to what the whole does. */
#include "simulate_case.h"

static double covariate(const lind_desk *desk, const char *name, int seat) {
  return desk->row[lind_cohort_find(desk->plan->cohort, name)->slot * desk->capacity + seat];
}

static const double year = 8766.0; /* h: the canonical unit of an age */

static void only_the_eligible_come_in(void **state) {
  trial t = trial_open("maze", "patients=1000", "eligible=age > 60 [year]");
  double attempts = 0.0;
  (void)state;
  lind_enrol(t.desk, 0, 0, 1000, NULL, NULL);
  for (int s = 0; s < 1000; s++) {
    assert_int_equal(t.desk->seated[s], 1);
    assert_true(covariate(t.desk, "age", s) > 60.0 * year);
    attempts += t.desk->attempts[s];
  }
  assert_share(1000.0, attempts, 20.0 / 62.0); /* ages are uniform from 18 to 80 */
  trial_close(&t);
}

/* The first person who is eligible comes in: an attempt more does not change who did. */
static void the_limit_of_attempts(void **state) {
  trial one = trial_open("maze", "patients=1000", "eligible=age > 60 [year]", "attempts=1");
  trial two = trial_open("maze", "patients=1000", "eligible=age > 60 [year]", "attempts=2");
  int seated = 0;
  (void)state;
  lind_enrol(one.desk, 0, 0, 1000, NULL, NULL);
  lind_enrol(two.desk, 0, 0, 1000, NULL, NULL);
  for (int s = 0; s < 1000; s++) {
    seated += one.desk->seated[s];
    assert_int_equal(one.desk->attempts[s], 1);
    assert_int_equal(one.desk->seated[s], covariate(one.desk, "age", s) > 60.0 * year);
    if (!one.desk->seated[s])
      assert_int_equal(two.desk->attempts[s], 2);
    else
      assert_near(covariate(one.desk, "age", s), covariate(two.desk, "age", s), 0.0);
  }
  assert_share(seated, 1000.0, 20.0 / 62.0);
  trial_close(&one);
  trial_close(&two);
}

/* Empty seats take no place in the list: after every whole super-block (4 + 8 places) of those who came, a stratum is balanced.
 */
static void strata_are_balanced_at_every_super_block(void **state) {
  trial t = trial_open("maze", "patients=500", "eligible=age > 60 [year]", "attempts=2");
  int placed[2] = {0}, arms[2][4] = {{0}}, empty = 0;
  (void)state;
  assert_int_equal(t.plan->n_strata, 2);
  lind_enrol(t.desk, 0, 0, 500, NULL, NULL);
  for (int s = 0; s < 500; s++) {
    if (!t.desk->seated[s]) {
      empty++;
      continue;
    }
    const int stratum = t.desk->stratum[s];
    assert_int_equal(stratum, (int)covariate(t.desk, "sex", s));
    arms[stratum][t.desk->arm[s]]++;
    if (++placed[stratum] % 12 != 0) continue;
    for (int a = 0; a < 4; a++) assert_int_equal(arms[stratum][a], placed[stratum] / 4);
  }
  assert_true(empty > 100 && placed[0] > 60 && placed[1] > 60);
  trial_close(&t);
}

/* In between no two arms of equal ratio are further apart than half of the largest block allows: 8 / 4 = 2 places each. */
static void imbalance_is_bounded(void **state) {
  trial t = trial_open("maze", "patients=600", "randomise.strata=[]");
  int arms[4] = {0};
  (void)state;
  assert_int_equal(t.plan->n_strata, 1);
  lind_enrol(t.desk, 0, 0, 600, NULL, NULL);
  for (int s = 0; s < 600; s++) {
    arms[t.desk->arm[s]]++;
    for (int a = 0; a < 4; a++) assert_true(abs(4 * arms[a] - (s + 1)) <= 8);
  }
  trial_close(&t);
}

static void ratios_and_simple_randomisation(void **state) {
  trial t = trial_open("maze", "patients=800", "arms.daily.ratio=5", "randomise={method: permuted-block, blocks: [8, 16]}");
  trial simple = trial_open("maze", "patients=4000", "arms.daily.ratio=5", "randomise={method: simple}");
  double arms[4] = {0}, drawn[4] = {0};
  (void)state;
  lind_enrol(t.desk, 0, 0, 792, NULL, NULL); /* 33 super-blocks of 24 */
  for (int s = 0; s < 792; s++) arms[t.desk->arm[s]]++;
  for (int a = 0; a < 4; a++) assert_near(arms[a], a == 0 ? 495.0 : 99.0, 0.0);
  lind_enrol(simple.desk, 0, 0, 4000, NULL, NULL);
  for (int s = 0; s < 4000; s++) drawn[simple.desk->arm[s]]++;
  for (int a = 0; a < 4; a++) assert_share(drawn[a], 4000.0, a == 0 ? 0.625 : 0.125);
  trial_close(&t);
  trial_close(&simple);
}

/* The integer pass: blocks of 512 are counted without knowing those before them; the counts of the blocks before give each its
 * start; then every seat has the person and the arm that it has when all 1300 are enrolled at once. Once with empty seats. */
static void cut_replicates(void **state) {
  (void)state;
  for (int empty = 0; empty < 2; empty++) {
    const char *rule = empty ? "eligible=age > 60 [year]" : "eligible=age > 20 [year]",
               *attempts = empty ? "attempts=3" : "attempts=50";
    trial whole = trial_open("maze", "patients=1300", "block_max=4096", rule, attempts);
    trial cut = trial_open("maze", "patients=1300", "block_max=100", rule, attempts);
    assert_int_equal(whole.plan->block_replicates, 3);
    assert_int_equal(cut.plan->block_replicates, 0);
    assert_int_equal(lind_plan_blocks_per_replicate(cut.plan), 3);
    assert_int_equal(cut.plan->n_blocks, 9);
    uint64_t base[2] = {0}, counts[2], all[2];
    lind_enrol(whole.desk, 2, 0, 1300, NULL, all);
    for (int first = 0; first < 1300; first += LIND_BLOCK_CUT) {
      const int n = 1300 - first < LIND_BLOCK_CUT ? 1300 - first : LIND_BLOCK_CUT;
      lind_enrol(cut.desk, 2, (uint64_t)first, n, NULL, counts);
      lind_enrol(cut.desk, 2, (uint64_t)first, n, base, NULL);
      for (int s = 0; s < n; s++) {
        assert_int_equal(cut.desk->seated[s], whole.desk->seated[first + s]);
        assert_int_equal(cut.desk->attempts[s], whole.desk->attempts[first + s]);
        assert_int_equal(cut.desk->stratum[s], whole.desk->stratum[first + s]);
        if (cut.desk->seated[s]) assert_int_equal(cut.desk->arm[s], whole.desk->arm[first + s]);
        assert_near(covariate(cut.desk, "age", s), covariate(whole.desk, "age", first + s), 0.0);
      }
      for (int k = 0; k < 2; k++) base[k] += counts[k];
    }
    assert_memory_equal(base, all, sizeof base);
    assert_int_equal(all[0] + all[1] < 1300, empty);
    trial_close(&whole);
    trial_close(&cut);
  }
}

/* A group's value is cut to its labels; a category is its own code. */
static void groups(void **state) {
  trial t =
      trial_open("maze", "patients=300",
                 "groups={decade: {value: \"floor(age / 10 [year])\", labels: [teens, a, b, c, d, old]}, sex: {value: sex}}");
  int seen = 0;
  (void)state;
  assert_int_equal(t.plan->n_groupings, 3);
  assert_string_equal(t.plan->groupings[1].name, "decade");
  lind_enrol(t.desk, 0, 0, 300, NULL, NULL);
  for (int s = 0; s < 300; s++) {
    const int decade = (int)floor(covariate(t.desk, "age", s) / (10.0 * year));
    assert_int_equal(t.desk->group[s], 0);
    assert_int_equal(t.desk->group[t.desk->capacity + s], decade > 5 ? 5 : decade);
    assert_int_equal(t.desk->group[2 * t.desk->capacity + s], (int)covariate(t.desk, "sex", s));
    seen |= 1 << t.desk->group[t.desk->capacity + s];
  }
  assert_int_equal(seen, 0x38); /* 30 to 79 years */
  trial_close(&t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(only_the_eligible_come_in),
      cmocka_unit_test(the_limit_of_attempts),
      cmocka_unit_test(strata_are_balanced_at_every_super_block),
      cmocka_unit_test(imbalance_is_bounded),
      cmocka_unit_test(ratios_and_simple_randomisation),
      cmocka_unit_test(cut_replicates),
      cmocka_unit_test(groups),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
