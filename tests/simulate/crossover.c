/* Crossover: one life a patient, with the treatments of its sequence one after the other; what one leaves behind is there in the
 * next. Levels follow a closed form between changes. */
#include "simulate_case.h"

static const double k = 0.02888113252331022;

static double after(double level, double rate, double hours) { return level * exp(-k * hours) - rate / k * expm1(-k * hours); }

/* Half of what is given enters. A day of the pump, which infuses 0.1 mg/h more at each look; of the tablets; of nothing. */
static double pump_day(double level, int day) {
  for (int look = 4 * (day - 1) + 1; look <= 4 * day; look++) level = after(level, 0.05 * look, 6);
  return level;
}

static double tablet_day(double level, int day) {
  const double half = day < 3 ? 6 : 2;
  return after(after(level + half, 0, 12) + half, 0, 12);
}

#define PRECISE "engine.relative=1e-11", "engine.absolute=1e-11"

static int seat_of(const trial *t, int arm) {
  for (int s = 0; s < t->desk->n; s++)
    if (t->desk->arm[s] == arm) return s;
  fail_msg("nobody is in arm %d", arm);
  return -1;
}

/* washed: days between the periods. On the first morning of each period the level is what the one before has left. */
static void follow(const trial *t, int arm, int washed) {
  const int s = seat_of(t, arm);
  double level = after(20, 0, 24);
  int day = 2;
  for (int period = 0; period < 2; period++) {
    for (int own = 1; own <= 4; own++, day++) {
      assert_near(visit_value(t->desk, s, 0, day - 1), level, 1e-7);
      level = arm == period ? pump_day(level, own) : tablet_day(level, own);
    }
    for (int gap = 0; gap < washed && period == 0; gap++, day++) {
      assert_near(visit_value(t->desk, s, 0, day - 1), level, 1e-7);
      level = after(level, 0, 24);
    }
  }
  assert_near(visit_value(t->desk, s, 0, day - 1), level, 1e-7);
}

static void a_sequence_is_one_life(void **state) {
  (void)state;
  trial t = trial_open("crossover", PRECISE);
  trial_run(&t, 0);
  follow(&t, 0, 1);
  follow(&t, 1, 1);
  trial_close(&t);
  trial u = trial_open("crossover", PRECISE, "crossover={period: 4 day, run_in: 1 day}"); /* no wash-out */
  trial_run(&u, 0);
  follow(&u, 0, 0);
  follow(&u, 1, 0);
  trial_close(&u);
}

/* A treatment that goes on through the wash-out does not begin again: its days and its memory go on. */
static void a_treatment_that_goes_on(void **state) {
  (void)state;
  trial t = trial_open("crossover", PRECISE, "crossover.washout_on=pump");
  trial_run(&t, 0);
  const int s = seat_of(&t, 0);
  double level = 20;
  for (int day = 1; day <= 6; day++) { /* run-in, period and wash-out are one stretch of the pump */
    assert_near(visit_value(t.desk, s, 0, day - 1), level, 1e-7);
    level = pump_day(level, day);
  }
  for (int own = 1; own <= 4; own++) {
    assert_near(visit_value(t.desk, s, 0, 5 + own), level, 1e-7);
    level = tablet_day(level, own);
  }
  int first;
  assert_int_equal(lind_protocol_treatment(t.plan->protocol, 1, 6, &first), 0); /* tablets first: the pump begins on day 6 */
  assert_int_equal(first, 6);
  assert_int_equal(lind_protocol_treatment(t.plan->protocol, 1, 9, &first), 0);
  assert_int_equal(first, 6);
  assert_int_equal(lind_protocol_treatment(t.plan->protocol, 1, 3, &first), 1);
  assert_int_equal(first, 2);
  trial_close(&t);
}

/* `stop` ends a treatment, not the next one. */
static void stop_ends_one_period(void **state) {
  (void)state;
  trial t = trial_open("crossover", PRECISE, "dosing.second={at: days, days: [3], stop: yes}");
  trial_run(&t, 0);
  const int s = seat_of(&t, 1);
  double level = after(20, 0, 24);
  level = tablet_day(tablet_day(level, 1), 1);
  for (int day = 4; day <= 6; day++) {
    assert_near(visit_value(t.desk, s, 0, day - 1), level, 1e-7);
    level = after(level, 0, 24);
  }
  for (int own = 1; own <= 4; own++) level = pump_day(level, own);
  assert_near(visit_value(t.desk, s, 0, 10), level, 1e-7);
  trial_close(&t);
}

static void neighbours_do_not_matter(void **state) {
  (void)state;
  trial t = trial_open("crossover", "conduct.adherence.miss=0.2"), u = trial_open("crossover", "conduct.adherence.miss=0.2");
  trial_run(&t, 0);
  lind_enrol(u.desk, 0, 0, 18, NULL, NULL);
  for (int s = 17; s >= 0; s--) lind_simulate(u.desk, s, s + 1);
  for (int s = 0; s < 18; s++) assert_true(same_life(t.desk, s, u.desk, s));
  trial_close(&t);
  trial_close(&u);
}

static void what_is_refused(void **state) {
  (void)state;
  trial_refused("crossover", "crossover.period=5 day",
                "duration is 10 day, but 2 periods of 5 day with 1 day between them, after 1 day of run-in");
  trial_refused("crossover", "crossover.washout=12 h", "crossover.washout is 0.5 days; treatments change in the morning");
  trial_refused("crossover", "crossover.washout_on=pumps",
                "crossover.washout_on names 'pumps', which is no treatment; did you mean 'pump'?");
  trial_refused("crossover", "arms.pump-first.sequence=[pump, tablet]", "which is no treatment; did you mean 'tablets'?");
  trial_refused("crossover", "arms.pump-first.sequence=[pump]", "at least two treatments");
  trial_refused("crossover", "arms.pump-first={sequence: [pump, tablets, pump]}", "that of arm pump-first has 3");
  trial_refused("crossover", "arms.pump-first={dosing: [first]}", "in a crossover they belong to treatments");
  trial_refused("crossover", "treatments.third={controllers: [pump]}",
                "nobody ever has treatment third: it is in no arm's sequence");
  trial_refused("crossover", "treatments={pump: {controllers: [pump]}}", "needs at least two treatments");
  trial_refused("crossover", "treatments.pump={controllers: [pum]}", "treatments.pump.controllers names 'pum'");
  trial_refused("crossover", "treatments.tablets={dosing: [first, first]}", "treatments.tablets.dosing names 'first' twice");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_sequence_is_one_life), cmocka_unit_test(a_treatment_that_goes_on),
      cmocka_unit_test(stop_ends_one_period),   cmocka_unit_test(neighbours_do_not_matter),
      cmocka_unit_test(what_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
