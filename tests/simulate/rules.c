/* What dosing rules see and do, on a model that only adds up: seat 0 tells, since all patients are alike here. */
#include "simulate_case.h"

#define ONE "patients=4", "randomise={method: simple}"

static void check_doses(const trial *t, int from, const double *wanted, int n) {
  for (int d = 0; d < n; d++)
    if (dose_on(t->desk, 0, from + d) != wanted[d])
      fail_msg("day %d: %g, not %g", from + d, dose_on(t->desk, 0, from + d), wanted[d]);
}
#define assert_doses(t, from, ...) \
  check_doses(&(t), (from), (const double[]){__VA_ARGS__}, sizeof((double[]){__VA_ARGS__}) / sizeof(double))

/* On day 1 the first dose; at the visits of day 8, 15 and 22 the rule; the dose goes on until it is changed. */
static void a_dose_goes_on(void **state) {
  trial t = trial_open("ledger", ONE, "arms.a.dosing=[start, more]",
                       "dosing.more={at: visits, from: 8, to: 20, dose: \"dose + 2 [mg]\"}");
  (void)state;
  trial_run(&t, 0);
  assert_doses(t, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 3, 3, 3, 3, 3, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5);
  trial_close(&t);
}

/* The first item of the list that applies acts, and only that; day items and visit items stand in one list. */
static void the_first_that_applies(void **state) {
  trial t =
      trial_open("ledger", ONE, "arms.a.dosing=[high, eighth, any, start]",
                 "dosing.high={at: visits, when: \"sum > 20 [mg]\", dose: \"0 [mg]\"}",
                 "dosing.eighth={at: days, days: [8], dose: \"3 [mg]\"}", "dosing.any={at: visits, from: 2, dose: \"2 [mg]\"}");
  (void)state;
  trial_run(&t, 0);
  /* day 8: high does not hold (7 mg), eighth acts, any does not; day 15: 28 mg, high acts */
  assert_doses(t, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 3, 3, 3, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  trial_close(&t);
}

/* A rule that needs a visit does not act on a day without one, and one that needs a day acts without a visit. */
static void rules_wait_for_visits(void **state) {
  trial t = trial_open("ledger", ONE, "visits={days: [1, 8, 15], missed: 0.5}", "patients=400", "arms.a.dosing=[start, more]",
                       "dosing.more={at: visits, from: 2, dose: \"dose + 1 [mg]\"}");
  int seen[4] = {0};
  (void)state;
  trial_run(&t, 0);
  for (int s = 0; s < 400; s++) {
    int later = 0;
    for (int v = 0; v < t.desk->n_visits[s]; v++) later += visit_time(t.desk, s, v) > 0.0;
    assert_near(dose_on(t.desk, s, 28), 1.0 + later, 0.0);
    seen[later]++;
  }
  assert_true(seen[0] > 50 && seen[1] > 50 && seen[2] > 50);
  trial_close(&t);
}

static void rounding_and_limits(void **state) {
  trial t = trial_open("ledger", ONE, "arms.a.dosing=[x]",
                       "dosing.x={at: days, days: [1, 2, 3, 4, 5, 6, 7], round: 0.5 mg, most: 6.2 mg, "
                       "dose: \"if day == 1 then 1.2 [mg] else if day == 2 then 1.25 [mg] else if day == 3 then 1.74 [mg] else "
                       "if day == 4 then 9 [mg] "
                       "else if day == 5 then -3 [mg] else if day == 6 then sqrt(-day) * 1 [mg] else 6.3 [mg]\"}");
  (void)state;
  trial_run(&t, 0);
  /* half away from zero; the limit is not rounded; no negative dose; no number is no dose; a rounded 6.5 is cut */
  assert_doses(t, 1, 1.0, 1.5, 1.5, 6.2, 0.0, 0.0, 6.2, 6.2);
  trial_close(&t);
}

/* Three doses from day 8 are left out, beginning with that day's; the dose itself is what the rule says, after them. */
static void skipping(void **state) {
  trial t = trial_open("ledger", ONE, "arms.a.dosing=[start, x]", "dosing.x={at: days, days: [8], dose: \"4 [mg]\", skip: 3}");
  (void)state;
  trial_run(&t, 0);
  assert_doses(t, 5, 1, 1, 1, 0, 0, 0, 4, 4, 4);
  assert_near(visit_value(t.desk, 0, 0, 2), 7.0 + 4.0 * 4.0, 1e-12); /* day 15: 8, 9 and 10 were not swallowed */
  trial_close(&t);
}

/* A rule without `dose` leaves the dose as it is, and one without `skip` or with skip 0 does not end a skip under way. */
static void skipping_only(void **state) {
  trial t = trial_open("ledger", ONE, "arms.a.dosing=[start, x, y]", "dosing.x={at: days, days: [8], skip: 5}",
                       "dosing.y={at: days, days: [10], dose: \"2 [mg]\", skip: 0}");
  (void)state;
  trial_run(&t, 0);
  assert_doses(t, 6, 1, 1, 0, 0, 0, 0, 0, 2, 2);
  trial_close(&t);
}

static void absurd_numbers_do_no_harm(void **state) {
  trial t = trial_open("ledger", ONE, "arms.a.dosing=[start, x]",
                       "dosing.x={at: visits, from: 8, skip: \"10 ^ 30\", recheck: \"10 ^ 30 * 1 [h]\"}");
  trial u = trial_open("ledger", ONE, "arms.a.dosing=[start, x]",
                       "dosing.x={at: visits, from: 8, skip: \"sqrt(-day)\", recheck: \"sqrt(-day) * 1 [h]\"}");
  (void)state;
  trial_run(&t, 0);
  trial_run(&u, 0);
  assert_doses(t, 6, 1, 1, 0, 0, 0);
  assert_near(dose_on(t.desk, 0, 28), 0.0, 0.0);
  assert_doses(u, 6, 1, 1, 1, 1);
  assert_int_equal(t.desk->n_visits[0], 5);
  assert_int_equal(u.desk->n_visits[0], 5);
  trial_close(&t);
  trial_close(&u);
}

/* dose_k is what was prescribed k days ago, skipped days 0; before the first day it is 0. The rule records them in the dose. */
static void dose_memory(void **state) {
  (void)state;
  for (int k = 1; k <= LIND_DOSE_MEMORY; k++) {
    char rule[160];
    (void)snprintf(rule, sizeof rule, "dosing.tell={at: days, days: [12], dose: \"dose_%d + 100 [mg]\"}", k);
    trial t = trial_open("ledger", ONE, "arms.a.dosing=[ladder, hole, tell]",
                         "dosing.ladder={at: days, days: [1, 2, 3, 4, 5, 6, 7, 8, 9], dose: \"day * 1 [mg]\"}",
                         "dosing.hole={at: days, days: [11], skip: 1}", rule, "conduct={adherence: {miss: 0.5}}");
    static const double given[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 0}; /* days 1 .. 11 */
    trial_run(&t, 0);
    for (int s = 0; s < 4; s++) assert_near(dose_on(t.desk, s, 12), 100.0 + given[11 - k], 0.0); /* taken or not */
    trial_close(&t);
  }
}

static void memory_before_the_first_day(void **state) {
  trial t = trial_open("ledger", ONE, "arms.a.dosing=[tell]",
                       "dosing.tell={at: days, days: [1, 3], dose: \"5 [mg] + dose + dose_1 + dose_2 + dose_3 + dose_4 + dose_5 "
                       "+ dose_6 + dose_7\"}");
  (void)state;
  trial_run(&t, 0);
  assert_doses(t, 1, 5, 5, 20); /* day 3: 5 + dose 5 + dose_1 5 + dose_2 5 */
  trial_close(&t);
}

/* A recheck after n days is an extra visit; a rule sees the visits before it; what is asked for later wins; after the end nobody
 * comes. */
static void rechecks(void **state) {
  trial t = trial_open("ledger", ONE, "visits={days: [1, 8, 20]}", "arms.a.dosing=[start, back]",
                       "dosing.back={at: visits, from: 8, recheck: \"if visit == 1 then 3 [day] else if visit == 2 then 12 [h] "
                       "else if visit == 3 then 30 [day] else 0 [day]\"}");
  static const double days[] = {1, 8, 11, 12, 20};
  (void)state;
  trial_run(&t, 0);
  assert_int_equal(t.desk->n_visits[0], 5);
  for (int v = 0; v < 5; v++) {
    assert_near(visit_time(t.desk, 0, v) / 24.0 + 1.0, days[v], 0.0);
    assert_near(visit_value(t.desk, 0, 0, v), days[v] - 1.0, 1e-12);
  }
  trial_close(&t);
}

static void a_recheck_on_a_planned_day_is_one_visit(void **state) {
  trial t = trial_open("ledger", ONE, "visits={days: [1, 8, 11]}", "arms.a.dosing=[start, back]",
                       "dosing.back={at: visits, from: 8, to: 8, recheck: \"3 [day]\"}");
  (void)state;
  trial_run(&t, 0);
  assert_int_equal(t.desk->n_visits[0], 3);
  trial_close(&t);
}

/* Every day to the end: as many visits as the desk holds. The last one is on the day that begins as the trial ends. */
static void a_recheck_every_day(void **state) {
  trial t = trial_open("ledger", ONE, "arms.a.dosing=[back]", "dosing.back={at: visits, dose: \"1 [mg]\", recheck: \"1 [day]\"}");
  (void)state;
  trial_run(&t, 0);
  assert_true(t.desk->n_visits[0] <= t.plan->most_visits);
  assert_int_equal(t.desk->n_visits[0], 29);
  for (int v = 0; v < 29; v++) assert_near(visit_time(t.desk, 0, v), 24.0 * v, 0.0);
  trial_close(&t);
}

/* Before anything is measured a measure is no number: no comparison with it holds, and a dose of it is none. */
static void nothing_is_known_before_the_first_visit(void **state) {
  trial t = trial_open("ledger", ONE, "visits={days: [8]}", "arms.a.dosing=[yes, no, start]",
                       "dosing.yes={at: days, days: [1], when: \"sum >= 0 [mg]\", dose: \"7 [mg]\"}",
                       "dosing.no={at: days, days: [1], when: \"sum < 0 [mg]\", dose: \"8 [mg]\"}");
  (void)state;
  trial_run(&t, 0);
  assert_doses(t, 1, 1, 1);
  trial_close(&t);
}

/* Definitions are worked out anew on every occasion, in their order, of measured values. */
static void definitions_follow_the_day(void **state) {
  trial t = trial_open("ledger", ONE, "define={half: day / 2, twice: half * 4, big: \"sum > 10 [mg]\"}", "arms.a.dosing=[x]",
                       "dosing.x={at: visits, dose: \"if big then 0 [mg] else twice * 1 [mg]\"}");
  (void)state;
  trial_run(&t, 0);
  assert_doses(t, 1, 2, 2, 2, 2, 2, 2, 2, 0, 0);
  trial_close(&t);
}

/* Doses inside a day: at 0, 8 and 16 h; what is prescribed on a day is their sum. A skip of 2 leaves out two of them. */
static void doses_within_a_day(void **state) {
  trial t =
      trial_open("ledger", ONE, "dosing.start.every=8 h", "arms.a.dosing=[start, x]", "dosing.x={at: days, days: [3], skip: 2}");
  (void)state;
  trial_run(&t, 0);
  assert_doses(t, 1, 3, 3, 1, 3, 3);
  assert_near(visit_value(t.desk, 0, 0, 1), 3.0 * 7.0 - 2.0, 1e-12);
  trial_close(&t);
}

/* Intervals that are no binary fraction, added up, do not slip: the first dose of a day follows the day's rule, on every day. */
static void doses_keep_their_hours(void **state) {
  static const char *const every[] = {"4.8 h", "3.4285714285714284 h", "2.1818181818181817 h"};
  static const double a_day[] = {5, 7, 11};
  (void)state;
  for (int k = 0; k < 3; k++) {
    char item[160];
    (void)snprintf(item, sizeof item,
                   "dosing.x={at: days, days: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], dose: \"day * 1 [mg]\", every: %s}",
                   every[k]);
    trial t = trial_open("ledger", ONE, "arms.a.dosing=[x]", item);
    trial_run(&t, 0);
    for (int day = 1; day <= 12; day++) assert_near(dose_on(t.desk, 0, day), a_day[k] * day, 0.0);
    trial_close(&t);
  }
}

/* Doses wait for their lag, several at once where it is longer than the interval. */
static void lag_times(void **state) {
  trial t = trial_open("ledger", "patients=60", "model.parameters={wait: 30 h, spread: 0.7}", "measure=[sum, lag]",
                       "dosing.start.every=12 h");
  int several = 0;
  (void)state;
  trial_run(&t, 0);
  for (int s = 0; s < 60; s++) {
    const double lag = visit_value(t.desk, s, 1, 0);
    if (lag > 8.0 * 12.0) continue; /* more than eight under way are cut short */
    several += lag > 24.0;
    for (int v = 0; v < 5; v++) {
      const double time = visit_time(t.desk, s, v),
                   arrived = fmax(0.0, ceil((time - lag) / 12.0)); /* doses at 0, 12, .. that are in by then */
      assert_near(visit_value(t.desk, s, 0, v), arrived, 1e-12);
    }
  }
  assert_true(several > 20);
  trial_close(&t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_dose_goes_on),
      cmocka_unit_test(the_first_that_applies),
      cmocka_unit_test(rules_wait_for_visits),
      cmocka_unit_test(rounding_and_limits),
      cmocka_unit_test(skipping),
      cmocka_unit_test(skipping_only),
      cmocka_unit_test(absurd_numbers_do_no_harm),
      cmocka_unit_test(dose_memory),
      cmocka_unit_test(memory_before_the_first_day),
      cmocka_unit_test(rechecks),
      cmocka_unit_test(a_recheck_on_a_planned_day_is_one_visit),
      cmocka_unit_test(a_recheck_every_day),
      cmocka_unit_test(nothing_is_known_before_the_first_visit),
      cmocka_unit_test(definitions_follow_the_day),
      cmocka_unit_test(doses_within_a_day),
      cmocka_unit_test(doses_keep_their_hours),
      cmocka_unit_test(lag_times),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
