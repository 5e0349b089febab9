/* What patients take by themselves, what is said of it, and what a device can do: by hand. The level follows a closed form. */
#include "simulate_case.h"

static const double k = 0.02888113252331022;
static double after(double level, double rate, double hours) { return level * exp(-k * hours) - rate / k * expm1(-k * hours); }

#define PRECISE "engine.relative=1e-11", "engine.absolute=1e-11"
#define QUIET   "arms.integral.controllers=[]", "arms.bolus.controllers=[]"

enum { MOST = 4000 };
typedef struct book {
  int n;
  lind_decision at[MOST];
} book;

static void write_down(void *context, const lind_decision *decision) {
  book *b = context;
  assert_true(b->n < MOST);
  b->at[b->n++] = *decision;
}

static int seat_of(const trial *t, const char *arm) {
  for (int s = 0; s < t->desk->n; s++)
    if (strcmp(t->plan->protocol->arms[t->desk->arm[s]].name, arm) == 0) return s;
  fail_msg("nobody is in arm %s", arm);
  return -1;
}

static lind_who who_of(const trial *t, int s) {
  return (lind_who){t->plan->protocol->seed, 0, (uint32_t)s, (uint32_t)(t->desk->attempts[s] - 1)};
}

/* 4 mg at 8 h, 6 mg in two hours from 20 h on two days; half enters. */
static void it_is_taken_at_its_time(void **state) {
  (void)state;
  trial t = trial_open("control", PRECISE, QUIET, "habits.meal={at: 8 h, amount: '4 [mg]'}",
                       "habits.drip={at: 20 h, amount: '6 [mg]', over: 2 h, days: [2, 5]}");
  trial_run(&t, 0);
  for (int s = 0; s < t.desk->n; s++) {
    double level = 20;
    for (int day = 1; day <= 10; day++) {
      assert_near(visit_value(t.desk, s, 0, day - 1), level, 1e-7);
      level = after(after(level, 0, 8) + 2, 0, 12);
      level = after(after(level, day == 2 || day == 5 ? 1.5 : 0, 2), 0, 2);
    }
    assert_near(visit_value(t.desk, s, 0, 10), level, 1e-7);
  }
  trial_close(&t);
}

#define VARIED                                                                                                           \
  "habits.meal={at: 8 h, amount: '4 [mg]', window: 3 h, log_sd: 0.4, missed: 0.3, estimate: 0.8, estimate_log_sd: 0.2, " \
  "unannounced: 0.25, ahead: 10 min}"

/* Day by day from the addresses of its draws, the same whatever the arm; the nurse is told what is announced at her next sample,
 * and gives a thousandth of a thousandth of it. */
static void it_varies_by_address(void **state) {
  (void)state;
  book b = {0};
  trial t = trial_open("control", PRECISE, "arms.integral.controllers=[]", VARIED,
                       "controllers.nurse={every: 7 min, give: '1e-9 * announced.level'}");
  t.desk->ledger = (lind_ledger){write_down, &b};
  trial_run(&t, 0);
  int told = 0, taken = 0;
  for (int s = 0; s < t.desk->n; s++) {
    const lind_who who = who_of(&t, s);
    const int nurse = strcmp(t.plan->protocol->arms[t.desk->arm[s]].name, "bolus") == 0;
    double level = 20, now = 0;
    for (uint32_t day = 1; day <= 10; day++) {
      if (lind_random_uniform(who, lind_random_purpose("habit/meal/missed"), day) < 0.3) continue;
      const double time =
          24.0 * (day - 1) + 8 + 3 * (2 * lind_random_uniform(who, lind_random_purpose("habit/meal/time"), day) - 1);
      const double size = 4 * exp(0.4 * lind_random_normal(who, lind_random_purpose("habit/meal/size"), day));
      level = after(level, 0, time - now) + 0.5 * size;
      now = time;
      taken++;
      if (lind_random_uniform(who, lind_random_purpose("habit/meal/announced"), day) < 0.25 || !nurse) continue;
      const double z = lind_random_normal(who, lind_random_purpose("habit/meal/estimate"), day);
      int next = 0; /* lives of a pack are told side by side */
      while (next < b.n && !(b.at[next].seat == s && fabs(b.at[next].time - time) < 0.3)) next++;
      assert_true(next < b.n && b.at[next].kind == LIND_DECISION_GIVE);
      assert_near(b.at[next].after, 1e-9 * 0.8 * size * exp(0.2 * z), 1e-15);
      const double ahead = time - 10.0 / 60, every = 7.0 / 60;
      assert_near(b.at[next].time, ceil(ahead / every) * every, 1e-6);
      told++;
    }
    assert_near(visit_value(t.desk, s, 0, 10), after(level, 0, 240 - now), 1e-6);
  }
  assert_true(told > 5 && taken > 40);
  trial_close(&t);
}

/* Breakfast is at 00:30, said an hour before: the first sample hears of the first one, the sample at 24 h of the next. An amount
 * below 0 is no meal, and nothing is said of it. */
static void what_is_said_before_the_start(void **state) {
  (void)state;
  static const struct {
    const char *habit;
    double first, later;
  } cases[] = {{"habits.meal={at: 0.5 h, amount: '4 [mg]', ahead: 60 min}", 9, 9},
               {"habits.meal={at: 0.5 h, amount: '4 [mg]', ahead: 60 min, days: [2, 3, 4, 5, 6, 7, 8, 9, 10]}", 5, 9},
               {"habits.meal={at: 0.5 h, amount: '-4 [mg]', ahead: 60 min}", 5, 5}};
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    trial t = trial_open("control", "arms.integral.controllers=[]", cases[c].habit,
                         "controllers.nurse={every: 24 h, give: '5 [mg] + announced.level'}");
    trial_run(&t, 0);
    const int s = seat_of(&t, "bolus");
    for (int day = 1; day <= 10; day++) assert_near(taken_on(t.desk, s, day), day == 1 ? cases[c].first : cases[c].later, 1e-12);
    trial_close(&t);
  }
}

/* Who looks every other day hears of two days' meals, those of the evening that slip behind midnight too. */
static void nothing_that_is_said_is_lost(void **state) {
  (void)state;
  static const char *const every[] = {"controllers.nurse={every: 48 h, give: '1e-9 * announced.level'}",
                                      "controllers.nurse={every: 24 h, give: '1e-9 * announced.level'}",
                                      "controllers.nurse={every: 1 h, give: '1e-9 * announced.level'}"};
  for (size_t c = 0; c < sizeof every / sizeof *every; c++) {
    trial t = trial_open("control", "arms.integral.controllers=[]", every[c], "duration=11 day",
                         "habits.meal={at: 12 h, amount: '4 [mg]', days: [1, 2, 3, 4, 5, 6]}",
                         "habits.late={at: 23.9 h, window: 12 h, amount: '7 [mg]', days: [1, 2, 3, 4, 5, 6]}");
    trial_run(&t, 0);
    const int s = seat_of(&t, "bolus");
    double sum = 0;
    for (int day = 1; day <= 10; day++) sum += taken_on(t.desk, s, day);
    assert_near(sum, 6 * 11e-9, 1e-20);
    trial_close(&t);
  }
}

static void neighbours_do_not_matter(void **state) {
  (void)state;
  trial t = trial_open("control", VARIED), u = trial_open("control", VARIED);
  trial_run(&t, 0);
  lind_enrol(u.desk, 0, 0, 9, NULL, NULL);
  for (int s = 0; s < 9; s++) lind_simulate(u.desk, s, s + 1);
  for (int s = 0; s < 9; s++) assert_true(same_life(t.desk, s, u.desk, s));
  trial_close(&t);
  trial_close(&u);
}

/* Rates are rounded, then limited; a day has no more than its most, doses first. */
static void a_device_has_limits(void **state) {
  (void)state;
  static const struct {
    const char *set;
    double rate, dose, in_a_day;
  } cases[] = {{"controllers.nurse={every: 6 h, infuse: '1.37 [mg/h]', infuse_round: 0.25 mg/h}", 1.25, 0, 30},
               {"controllers.nurse={every: 6 h, infuse: '1.38 [mg/h]', infuse_round: 0.25 mg/h}", 1.5, 0, 36},
               {"controllers.nurse={every: 6 h, infuse: '9 [mg/h]', infuse_most: 1.1 mg/h, infuse_round: 2 mg/h}", 1.1, 0, 26.4},
               {"controllers.nurse={every: 6 h, infuse: '1 [mg/h] * log(0 * day - 1)'}", 0, 0, 0},
               {"controllers.nurse={every: 6 h, give: '7.3 [mg]', give_round: 0.5 mg}", 0, 7.5, 30},
               {"controllers.nurse={every: 6 h, give: '7.3 [mg]', give_round: 0.5 mg, give_most: 7.2 mg}", 0, 7.2, 28.8}};
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    trial t = trial_open("control", PRECISE, "arms.integral.controllers=[]", cases[c].set);
    trial_run(&t, 0);
    const int s = seat_of(&t, "bolus");
    double level = 20;
    for (int sample = 0; sample < 4; sample++) level = after(level + 0.5 * cases[c].dose, 0.5 * cases[c].rate, 6);
    assert_near(visit_value(t.desk, s, 0, 1), level, 1e-7);
    for (int day = 1; day <= 10; day++) assert_near(taken_on(t.desk, s, day), cases[c].in_a_day, 1e-6);
    trial_close(&t);
  }
}

/* 5 mg and 2 mg/h every 6 h, 30 mg a day: 17 mg, then 13: 5 and 8/6 mg/h, then nothing until the next day. */
static void a_day_has_its_most(void **state) {
  (void)state;
  trial t = trial_open("control", PRECISE, "arms.integral.controllers=[]",
                       "controllers.nurse={every: 6 h, give: '5 [mg]', infuse: '2 [mg/h]', day_most: 30 mg}");
  trial_run(&t, 0);
  const int s = seat_of(&t, "bolus");
  double level = 20;
  for (int day = 1; day <= 10; day++) {
    assert_near(visit_value(t.desk, s, 0, day - 1), level, 1e-7);
    level = after(level + 2.5, 1, 6);
    level = after(level + 2.5, 0.5 * 8 / 6, 6);
    level = after(level, 0, 12);
    assert_near(taken_on(t.desk, s, day), 30, 1e-6);
  }
  trial_close(&t);
}

static void messages(void **state) {
  (void)state;
  static const struct {
    const char *set, *message;
  } cases[] = {
      {"habits.meal={at: 8 h}", "amount"},
      {"habits.meal={at: 24 h, amount: '4 [mg]'}", "habits.meal.at is 24 h; a time of the day is before 24 h"},
      {"habits.meal={at: 8 h, amount: '4 [h]'}", "mg (mass) is expected"},
      {"habits.meal={at: 8 h, amount: '4 [mg]', into: levels}",
       "habits.meal.into is 'levels'; model control takes doses in level"},
      {"habits.meal={at: 8 h, amount: '4 [mg]', days: [11]}", "11"},
      {"habits.meal={at: 8 h, amount: '4 [mg]', misses: 0.1}", "did you mean 'missed'?"},
      {"habits.meal={at: 8 h, amount: 'truth'}", "'truth'"},
      {"controllers.nurse.give=announced.level", "'announced.level' is not known"},
      {"controllers.nurse.give_most=5 mg/h",
       "controllers.nurse.give_most is '5 mg/h', which is mass rate (mass/time); it must be mass"},
      {"controllers.pump.infuse_round=0 mg/h", "controllers.pump.infuse_round is '0 mg/h'; it must be above 0"},
      {"controllers.pump.give_most=5 mg",
       "controllers.pump.give_most limits what `give` asks for, which controllers.pump does not"},
      {"controllers.nurse={every: 6 h, give: '5 [mg]', infuse_round: 1 mg/h}",
       "controllers.nurse.infuse_round limits what `infuse`"},
      {"controllers.nurse.day_most=much", "controllers.nurse.day_most: "},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    trial t = {0};
    const lind_err err = trial_plan(&t, "control", (const char *const[]){cases[i].set, NULL});
    if (err == LIND_OK || strstr(lind_error_message(), cases[i].message) == NULL)
      fail_msg("%s: %s", cases[i].set, err == LIND_OK ? "is taken" : lind_error_message());
    lind_arena_destroy(&t.arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_is_taken_at_its_time),      cmocka_unit_test(it_varies_by_address),
      cmocka_unit_test(neighbours_do_not_matter),     cmocka_unit_test(a_device_has_limits),
      cmocka_unit_test(a_day_has_its_most),           cmocka_unit_test(what_is_said_before_the_start),
      cmocka_unit_test(nothing_that_is_said_is_lost), cmocka_unit_test(messages),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
