/* A life is a pure function of the plan, the patient and the arm: packs, desks, orders, neighbours and arms' names cannot matter.
 */
#include "simulate_case.h"

/* All arms and ends occur, or the tests below would compare little. */
static void the_maze_has_everything(void **state) {
  trial t = trial_open("maze", "patients=400");
  (void)state;
  trial_run(&t, 0);
  int left = 0, asked_back = 0, arms[4] = {0};
  double skipped = 0.0, missed = 0.0;
  for (int s = 0; s < 400; s++) {
    arms[t.desk->arm[s]]++;
    left += t.desk->reason[s] == LIND_END_DROPOUT;
    assert_int_not_equal(t.desk->reason[s], LIND_END_FAILED);
    asked_back += t.desk->n_visits[s] > 6;
    for (int d = 1; d <= 40 && d * 24.0 < t.desk->end[s]; d++) {
      skipped += dose_on(t.desk, s, d) == 0.0;
      missed += taken_on(t.desk, s, d) < dose_on(t.desk, s, d);
    }
  }
  for (int a = 0; a < 4; a++) assert_int_equal(arms[a] > 90, 1);
  assert_true(left > 50 && asked_back > 20 && skipped > 20 && missed > 200);
  trial_close(&t);
}

/* One by one, in odd pieces, backwards: as all at once. */
static void packs_do_not_matter(void **state) {
  trial whole = trial_open("maze"), parts = trial_open("maze");
  const int n = 61;
  (void)state;
  trial_run(&whole, 1);
  lind_enrol(parts.desk, 1, 0, n, NULL, NULL);
  for (int s = n - 1; s >= 0; s--) lind_simulate(parts.desk, s, s + 1);
  for (int s = 0; s < n; s++) assert_true(same_life(whole.desk, s, parts.desk, s));
  lind_enrol(parts.desk, 1, 0, n, NULL, NULL);
  for (int s = 0; s < n; s += 11) lind_simulate(parts.desk, s, s + 11 < n ? s + 11 : n);
  for (int s = 0; s < n; s++) assert_true(same_life(whole.desk, s, parts.desk, s));
  trial_close(&whole);
  trial_close(&parts);
}

/* A desk that lived another replicate first has no memory of it. */
static void desks_do_not_matter(void **state) {
  trial fresh = trial_open("maze"), used = trial_open("maze");
  (void)state;
  trial_run(&used, 2);
  assert_false(same_life(fresh.desk, 0, used.desk, 0));
  trial_run(&fresh, 0);
  trial_run(&used, 0);
  for (int s = 0; s < 61; s++) assert_true(same_life(fresh.desk, s, used.desk, s));
  trial_close(&fresh);
  trial_close(&used);
}

/* The other seats change arms, so that lanes of all kinds of hours meet in one pack: the seat itself lives on as before. */
static void neighbours_do_not_matter(void **state) {
  trial whole = trial_open("maze"), mixed = trial_open("maze");
  const int n = 61;
  (void)state;
  trial_run(&whole, 0);
  for (int turn = 1; turn < 4; turn++) {
    lind_enrol(mixed.desk, 0, 0, n, NULL, NULL);
    uint8_t own[61];
    memcpy(own, mixed.desk->arm, sizeof own);
    for (int s = turn; s < n; s += 8) {
      for (int u = 0; u < n; u++) mixed.desk->arm[u] = (uint8_t)((own[u] + (u == s ? 0 : turn * (1 + u % 3))) % 4);
      const int from = s / 4 * 4, to = from + 8 < n ? from + 8 : n;
      lind_simulate(mixed.desk, from, to);
      assert_true(same_life(whole.desk, s, mixed.desk, s));
    }
  }
  trial_close(&whole);
  trial_close(&mixed);
}

/* Seats 24 .. of a replicate, enrolled on a desk of their own, are seats 24 .. of the replicate. */
static void first_seats_do_not_matter(void **state) {
  trial whole = trial_open("maze"), tail = trial_open("maze");
  (void)state;
  trial_run(&whole, 0);
  lind_enrol(tail.desk, 0, 24, 37, NULL, NULL);
  for (int s = 0; s < 37; s++) tail.desk->arm[s] = whole.desk->arm[24 + s]; /* the place in the list is another test */
  lind_simulate(tail.desk, 0, 37);
  for (int s = 0; s < 37; s++) assert_true(same_life(whole.desk, 24 + s, tail.desk, s));
  trial_close(&whole);
  trial_close(&tail);
}

/* Replicates differ, and so do seats and seeds. */
static void patients_differ(void **state) {
  trial a = trial_open("maze"), b = trial_open("maze"), c = trial_open("maze", "seed=12");
  (void)state;
  trial_run(&a, 0);
  trial_run(&b, 1);
  trial_run(&c, 0);
  for (int s = 0; s < 61; s++) {
    assert_false(same_life(a.desk, s, b.desk, s));
    assert_false(same_life(a.desk, s, c.desk, s));
    assert_false(same_life(a.desk, s, a.desk, (s + 1) % 61));
  }
  trial_close(&a);
  trial_close(&b);
  trial_close(&c);
}

/* The same patient under another arm with the same dosing: the arm is in no random address. */
static void twins(void **state) {
  trial a = trial_open("maze"), b = trial_open("maze");
  const int n = 61;
  int changed = 0;
  (void)state;
  trial_run(&a, 0);
  lind_enrol(b.desk, 0, 0, n, NULL, NULL);
  for (int s = 0; s < n; s++)
    if (b.desk->arm[s] < 2) b.desk->arm[s] ^= 1; /* daily <-> again */
  lind_simulate(b.desk, 0, n);
  for (int s = 0; s < n; s++) assert_true(same_life(a.desk, s, b.desk, s));
  lind_enrol(b.desk, 0, 0, n, NULL, NULL);
  for (int s = 0; s < n; s++) b.desk->arm[s] = 3;
  lind_simulate(b.desk, 0, n);
  for (int s = 0; s < n; s++) { /* under other doses: the same person, who leaves at the same hour */
    changed += !same_life(a.desk, s, b.desk, s);
    assert_near(b.desk->end[s], a.desk->end[s], 0.0);
    assert_int_equal(b.desk->reason[s], a.desk->reason[s]);
    assert_near(visit_value(b.desk, s, 0, 0), visit_value(a.desk, s, 0, 0), 0.0); /* the baseline, error and all */
  }
  assert_true(changed >= 40);
  trial_close(&a);
  trial_close(&b);
}

/* More patients, or a cut into blocks of 512, change nobody. */
static void the_size_of_the_trial_does_not_matter(void **state) {
  trial small = trial_open("maze"), large = trial_open("maze", "patients=300"), cut = trial_open("maze", "patients=5000");
  (void)state;
  assert_int_equal(cut.plan->block_replicates, 0);
  trial_run(&small, 0);
  lind_enrol(large.desk, 0, 0, 300, NULL, NULL);
  lind_simulate(large.desk, 0, 61);
  lind_enrol(cut.desk, 0, 0, 512, NULL, NULL);
  lind_simulate(cut.desk, 0, 61);
  for (int s = 0; s < 61; s++) {
    assert_true(same_life(small.desk, s, large.desk, s));
    assert_true(same_life(small.desk, s, cut.desk, s));
  }
  trial_close(&small);
  trial_close(&large);
  trial_close(&cut);
}

/* Whether anybody draws them or not, the stops are the plan's; each time counts those who are followed then. */
static void curves_watch_only(void **state) {
  trial with = trial_open("maze"), without = trial_open("maze");
  (void)state;
  with.desk->curve = test_calloc((size_t)(4 * with.desk->n_curve_times) * LIND_CURVE_BINS, sizeof(int64_t));
  trial_run(&with, 0);
  trial_run(&without, 0);
  for (int s = 0; s < 61; s++) assert_true(same_life(with.desk, s, without.desk, s));
  for (int k = 0; k < with.desk->n_curve_times; k++) {
    int64_t seen = 0, followed = 0;
    for (int a = 0; a < 4; a++)
      for (int b = 0; b < LIND_CURVE_BINS; b++)
        seen += with.desk->curve[(a * with.desk->n_curve_times + k) * LIND_CURVE_BINS + b];
    for (int s = 0; s < 61; s++) followed += with.desk->end[s] > 7.0 * k || with.desk->reason[s] == LIND_END_COMPLETED;
    assert_int_equal(seen, followed);
  }
  test_free(with.desk->curve);
  trial_close(&with);
  trial_close(&without);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_maze_has_everything),
      cmocka_unit_test(packs_do_not_matter),
      cmocka_unit_test(desks_do_not_matter),
      cmocka_unit_test(neighbours_do_not_matter),
      cmocka_unit_test(first_seats_do_not_matter),
      cmocka_unit_test(patients_differ),
      cmocka_unit_test(twins),
      cmocka_unit_test(the_size_of_the_trial_does_not_matter),
      cmocka_unit_test(curves_watch_only),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
