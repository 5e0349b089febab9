/* What patients do otherwise than planned: forgotten doses, missed and shifted visits, leaving. */
#include "simulate_case.h"

typedef struct doses {
  double due, missed, after_taken, missed_after_taken, after_missed, missed_after_missed;
} doses;

static doses count_doses(const trial *t) {
  doses d = {0};
  for (int s = 0; s < t->desk->n; s++)
    for (int day = 1; day <= t->plan->n_days; day++) {
      const int missed = taken_on(t->desk, s, day) == 0.0;
      assert_near(dose_on(t->desk, s, day), 1.0, 0.0); /* what is prescribed does not change */
      d.due++;
      d.missed += missed;
      if (day == 1) continue;
      if (taken_on(t->desk, s, day - 1) == 0.0)
        d.after_missed++, d.missed_after_missed += missed;
      else
        d.after_taken++, d.missed_after_taken += missed;
    }
  return d;
}

static void everything_or_nothing(void **state) {
  trial all = trial_open("ledger"), none = trial_open("ledger", "conduct={adherence: {miss: 1}}");
  (void)state;
  trial_run(&all, 0);
  trial_run(&none, 0);
  assert_near(count_doses(&all).missed, 0.0, 0.0);
  assert_near(count_doses(&none).missed, 40.0 * 28.0, 0.0);
  for (int s = 0; s < 40; s++)
    for (int v = 0; v < 5; v++) { /* a visit is before that day's dose */
      assert_near(visit_value(all.desk, s, 0, v), 7.0 * v, 1e-12);
      assert_near(visit_value(none.desk, s, 0, v), 0.0, 0.0);
    }
  trial_close(&all);
  trial_close(&none);
}

/* One probability of forgetting: independent days. Two: a chain. */
static void forgetting(void **state) {
  trial same = trial_open("ledger", "patients=500", "conduct={adherence: {miss: 0.2}}");
  trial chain = trial_open("ledger", "patients=500", "conduct={adherence: {miss: 0.1, miss_after_miss: 0.6}}");
  (void)state;
  trial_run(&same, 0);
  const doses a = count_doses(&same);
  assert_share(a.missed, a.due, 0.2);
  assert_share(a.missed_after_missed, a.after_missed, 0.2);
  trial_run(&chain, 0);
  const doses b = count_doses(&chain);
  assert_share(b.missed_after_taken, b.after_taken, 0.1);
  assert_share(b.missed_after_missed, b.after_missed, 0.6);
  double on_day_28 = 0.0, on_day_1 = 0.0;
  for (int s = 0; s < 500; s++) {
    on_day_1 += taken_on(chain.desk, s, 1) == 0.0;
    on_day_28 += taken_on(chain.desk, s, 28) == 0.0;
  }
  assert_share(on_day_1, 500.0, 0.1);                      /* nobody has forgotten before the first day */
  assert_share(on_day_28, 500.0, 0.1 / (1.0 + 0.1 - 0.6)); /* the chain's long run */
  trial_close(&same);
  trial_close(&chain);
}

/* The model swallows what the history says was taken. */
static void what_is_taken_arrives(void **state) {
  trial t = trial_open("ledger", "conduct={adherence: {miss: 0.3}}");
  (void)state;
  trial_run(&t, 0);
  for (int s = 0; s < 40; s++)
    for (int v = 0; v < 5; v++) {
      double sum = 0.0;
      for (int day = 1; day <= 7 * v; day++) sum += taken_on(t.desk, s, day);
      assert_near(visit_value(t.desk, s, 0, v), sum, 1e-12);
    }
  trial_close(&t);
}

/* A share p lost a year: after time T of days the share exp(ln(1 - p) T / 365.25) is left, and times are exponential. */
static void leaving(void **state) {
  trial t = trial_open("ledger", "patients=2000", "conduct={dropout: {yearly: 0.99}}");
  double left_by[3] = {0};
  const double hazard = -log(0.01) / (365.25 * 24.0);
  (void)state;
  trial_run(&t, 0);
  for (int s = 0; s < 2000; s++) {
    const double end = t.desk->end[s];
    if (t.desk->reason[s] == LIND_END_COMPLETED) {
      assert_near(end, 28.0 * 24.0, 0.0);
      assert_int_equal(t.desk->n_visits[s], 5);
      continue;
    }
    assert_int_equal(t.desk->reason[s], LIND_END_DROPOUT);
    assert_true(end > 0.0 && end < 28.0 * 24.0);
    for (int k = 0; k < 3; k++) left_by[k] += end < 24.0 * 7.0 * (k == 2 ? 4 : k + 1);
    assert_int_equal(t.desk->n_visits[s], 1 + (int)floor(end / 168.0)); /* every visit until then, none after */
    for (int day = 1; day <= 28; day++) {
      const int began = 24.0 * (day - 1) < end;
      assert_int_equal(isnan(dose_on(t.desk, s, day)), !began);
      assert_int_equal(isnan(taken_on(t.desk, s, day)), !began);
    }
  }
  for (int k = 0; k < 3; k++) assert_share(left_by[k], 2000.0, -expm1(-hazard * 24.0 * 7.0 * (k == 2 ? 4 : k + 1)));
  trial_close(&t);
}

/* Doses of a day that come after the patient has left are neither prescribed nor taken. */
static void no_dose_after_leaving(void **state) {
  trial t = trial_open("ledger", "patients=500", "dosing.start.every=1 h", "conduct={dropout: {yearly: 0.99}}");
  int left = 0;
  (void)state;
  trial_run(&t, 0);
  for (int s = 0; s < 500; s++) {
    double sum = 0.0;
    for (int day = 1; day <= 28 && !isnan(dose_on(t.desk, s, day)); day++) sum += dose_on(t.desk, s, day);
    if (t.desk->reason[s] != LIND_END_DROPOUT) continue;
    assert_near(sum, floor(t.desk->end[s]) + 1.0, 0.0); /* at 0, 1, 2, .. h */
    left++;
  }
  assert_true(left > 50);
  trial_close(&t);
}

/* Days d - w .. d + w, each as likely; the same ones whatever the arm (tests/simulate/lives.c). */
static void windows(void **state) {
  trial t = trial_open("ledger", "patients=2000", "visits={days: [2, 11, 20], window: 3 day}");
  double days[3][40] = {{0}};
  (void)state;
  trial_run(&t, 0);
  for (int s = 0; s < 2000; s++) {
    assert_int_equal(t.desk->n_visits[s], 3);
    for (int v = 0; v < 3; v++) {
      const double day = visit_time(t.desk, s, v) / 24.0 + 1.0;
      assert_near(day, floor(day), 0.0);
      days[v][(int)day]++;
    }
  }
  for (int d = 1; d <= 3; d++) assert_share(days[0][d], 2000.0, 1.0 / 3.0); /* narrowed: nobody comes before day 1 */
  for (int d = 8; d <= 14; d++) assert_share(days[1][d], 2000.0, 1.0 / 7.0);
  for (int d = 17; d <= 23; d++) assert_share(days[2][d], 2000.0, 1.0 / 7.0);
  trial_close(&t);
}

static void missed_visits(void **state) {
  trial t = trial_open("ledger", "patients=2000", "visits=[{days: [1, 8]}, {days: [15, 22], missed: 0.3}]");
  double came[3] = {0};
  (void)state;
  trial_run(&t, 0);
  for (int s = 0; s < 2000; s++)
    for (int v = 0; v < t.desk->n_visits[s]; v++) {
      const int day = (int)(visit_time(t.desk, s, v) / 24.0) + 1;
      came[day == 15 ? 0 : day == 22 ? 1 : 2]++;
    }
  assert_share(came[0], 2000.0, 0.7);
  assert_share(came[1], 2000.0, 0.7);
  assert_near(came[2], 4000.0, 0.0);
  trial_close(&t);
}

/* The day that begins as the trial ends has the last visit; windows are narrowed so that none falls behind it and is lost. */
static void the_last_visit(void **state) {
  trial t = trial_open("ledger"),
        windows[] = {trial_open("ledger", "patients=2000", "visits={days: [27], window: 5 day}"),
                     trial_open("ledger", "patients=2000", "visits={days: [5], window: 5 day}", "duration=130 h")};
  (void)state;
  trial_run(&t, 0);
  for (int s = 0; s < 40; s++) assert_near(visit_time(t.desk, s, 4), 28.0 * 24.0, 0.0);
  for (int k = 0; k < 2; k++) {
    const int day = k ? 5 : 27, width = k ? 1 : 2;
    double on[5] = {0};
    trial_run(&windows[k], 0);
    for (int s = 0; s < 2000; s++) {
      assert_int_equal(windows[k].desk->n_visits[s], 1);
      on[(int)(visit_time(windows[k].desk, s, 0) / 24.0) + 1 - day + width]++;
    }
    for (int d = 0; d <= 2 * width; d++) assert_share(on[d], 2000.0, 1.0 / (2 * width + 1));
    trial_close(&windows[k]);
  }
  trial_close(&t);
}

/* A trial that ends within a day has no visit at its end; its last day's dose is given. */
static void a_trial_that_ends_within_a_day(void **state) {
  trial t = trial_open("ledger", "duration=130 h", "visits={days: [1, 6]}");
  (void)state;
  assert_int_equal(t.plan->n_days, 6);
  trial_run(&t, 0);
  for (int s = 0; s < 40; s++) {
    assert_int_equal(t.desk->n_visits[s], 2);
    assert_near(visit_value(t.desk, s, 0, 1), 5.0, 1e-12);
    assert_near(dose_on(t.desk, s, 6), 1.0, 0.0);
    assert_near(t.desk->end[s], 130.0, 0.0);
  }
  trial_close(&t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(everything_or_nothing),
      cmocka_unit_test(forgetting),
      cmocka_unit_test(what_is_taken_arrives),
      cmocka_unit_test(leaving),
      cmocka_unit_test(no_dose_after_leaving),
      cmocka_unit_test(windows),
      cmocka_unit_test(missed_visits),
      cmocka_unit_test(the_last_visit),
      cmocka_unit_test(a_trial_that_ends_within_a_day),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
