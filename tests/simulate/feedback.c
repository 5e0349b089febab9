/* Dosing rules that look at the patient: hold, reduce, stop, rescue, skip, infuse. Each against its recursion by hand, and in the
 * ledger. The drug halves in a day: what is there before a dose is half of what was there after the last. */
#include "simulate_case.h"

enum { DAYS = 14, MOST = 200 };

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

static int count_of(const book *b, int seat, lind_decision_kind kind) {
  int n = 0;
  for (int i = 0; i < b->n; i++) n += b->at[i].seat == seat && b->at[i].kind == kind;
  return n;
}

static double amount_on(const trial *t, int seat, int day) { return visit_value(t->desk, seat, 0, day - 1); }

static trial lived(book *b) {
  trial t = trial_open("feedback", "engine.relative=1e-10", "engine.absolute=1e-10");
  b->n = 0;
  t.desk->ledger = (lind_ledger){write_down, b};
  trial_run(&t, 0);
  return t;
}

static void doses_are_held_until(void **state) {
  (void)state;
  book b;
  trial t = lived(&b);
  const int s = seat_of(&t, "hold");
  double amount = 0;
  bool held = false;
  int holds = 0, resumes = 0;
  for (int day = 1; day <= DAYS; day++) {
    assert_near(amount_on(&t, s, day), amount, 1e-6);
    if (held && amount < 60) held = false, resumes++;
    if (amount > 80) held = true, holds++;
    assert_near(dose_on(t.desk, s, day), held ? 0 : 100, 0);
    amount = (amount + (held ? 0 : 100)) / 2;
  }
  assert_true(holds > 1);
  assert_int_equal(count_of(&b, s, LIND_DECISION_HOLD), holds);
  assert_int_equal(count_of(&b, s, LIND_DECISION_RESUME), resumes);
  trial_close(&t);
}

static void doses_are_reduced(void **state) {
  (void)state;
  book b;
  trial t = lived(&b);
  const int s = seat_of(&t, "reduce");
  double amount = 0, dose = 100;
  int times = 0;
  for (int day = 1; day <= DAYS; day++) {
    assert_near(amount_on(&t, s, day), amount, 1e-6);
    if (amount > 70) dose = floor(dose / 2 + 0.5), times++;
    assert_near(dose_on(t.desk, s, day), dose, 0);
    amount = (amount + dose) / 2;
  }
  assert_true(times > 0);
  assert_int_equal(count_of(&b, s, LIND_DECISION_REDUCE), times);
  trial_close(&t);
}

static void treatment_stops_for_good(void **state) {
  (void)state;
  book b;
  trial t = lived(&b);
  const int s = seat_of(&t, "stop");
  for (int day = 1; day <= DAYS; day++) assert_near(dose_on(t.desk, s, day), day < 3 ? 100 : 0, 0); /* 0, 50, 75: stop */
  assert_int_equal(count_of(&b, s, LIND_DECISION_STOP), 1);
  assert_int_equal(t.desk->reason[s], LIND_END_COMPLETED); /* followed to the end */
  trial_close(&t);
}

/* The rescue dose goes beside the regimen, which the item behind it may still change on the same day. */
static void rescue_beside_the_regimen(void **state) {
  (void)state;
  book b;
  trial t = lived(&b);
  const int s = seat_of(&t, "rescue");
  double amount = 0, rescued = 0;
  int times = 0;
  for (int day = 1; day <= DAYS; day++) {
    assert_near(amount_on(&t, s, day), amount, 1e-6);
    assert_near(visit_value(t.desk, s, 1, day - 1), rescued, 1e-6);
    const bool high = amount > 70;
    rescued += high ? 10 : 0, times += high; /* it enters 6 h later, before the next morning */
    amount = (amount + (high ? 50 : 100)) / 2;
  }
  assert_true(times > 1);
  assert_int_equal(count_of(&b, s, LIND_DECISION_GIVE), times);
  assert_int_equal(count_of(&b, s, LIND_DECISION_DOSE), DAYS);
  trial_close(&t);
}

static void doses_are_skipped(void **state) {
  (void)state;
  book b;
  trial t = lived(&b);
  const int s = seat_of(&t, "skip");
  double amount = 0;
  int skip = 0;
  for (int day = 1; day <= DAYS; day++) {
    assert_near(amount_on(&t, s, day), amount, 1e-6);
    if (amount > 70) skip = 2;
    const double dose = skip > 0 ? 0 : 100;
    if (skip > 0) skip--;
    assert_near(dose_on(t.desk, s, day), dose, 0);
    amount = (amount + dose) / 2;
  }
  assert_true(count_of(&b, s, LIND_DECISION_SKIP) > 1);
  trial_close(&t);
}

/* 96 mg a day, each over 36 h: two run at a time for half of the day. Closed form by superposition. */
static void infusions_overlap(void **state) {
  (void)state;
  book b;
  trial t = lived(&b);
  const int s = seat_of(&t, "infusion");
  const double k = log(2) / 24, rate = 96.0 / 36;
  for (int day = 1; day <= DAYS; day++) {
    double amount = 0;
    for (int given = 1; given < day; given++) {
      const double since = 24.0 * (day - given), running = fmin(since, 36);
      amount += rate / k * -expm1(-k * running) * exp(-k * (since - running));
    }
    assert_near(amount_on(&t, s, day), amount, 1e-6);
  }
  trial_close(&t);
}

/* Who listens changes nothing. */
static void a_ledger_changes_nothing(void **state) {
  (void)state;
  book b;
  trial t = lived(&b), u = trial_open("feedback", "engine.relative=1e-10", "engine.absolute=1e-10");
  trial_run(&u, 0);
  for (int s = 0; s < t.desk->n; s++) assert_true(same_life(t.desk, s, u.desk, s));
  trial_close(&t);
  trial_close(&u);
}

static trial lived_as(book *b, const char *const *sets) {
  trial t = trial_from("feedback", sets);
  b->n = 0;
  t.desk->ledger = (lind_ledger){write_down, b};
  trial_run(&t, 0);
  return t;
}
#define lived_with(b, ...) \
  lived_as((b), (const char *const[]){"engine.relative=1e-10", "engine.absolute=1e-10", __VA_ARGS__, NULL})

/* An item behind one with `further` sees the dose as that one has left it. */
static void further_items_see_the_new_dose(void **state) {
  (void)state;
  book b;
  trial t = lived_with(&b, "dosing.rescue.into=drug", "dosing.reduce.further=yes", "arms.reduce.dosing=[reduce, cap, start]",
                       "dosing.cap={at: visits, from: 2, dose: 'min(dose, 96 [mg])', into: drug}");
  const int s = seat_of(&t, "reduce");
  double amount = 0, dose = 100;
  int times = 0;
  for (int day = 1; day <= DAYS; day++) {
    assert_near(amount_on(&t, s, day), amount, 1e-6);
    if (day > 1 && amount > 70) dose = floor(dose / 2 + 0.5), times++;
    if (day > 1) dose = fmin(dose, 96);
    assert_near(dose_on(t.desk, s, day), dose, 0);
    amount = (amount + dose) / 2;
  }
  assert_true(times > 0);
  trial_close(&t);
}

/* A dose that is reduced keeps its rhythm and its time of infusion; before the first dose there is nothing to reduce. */
static void reduced_doses_keep_their_rhythm(void **state) {
  (void)state;
  book b;
  trial t =
      lived_with(&b, "dosing.start={at: days, days: [3], dose: '400 [mg]', into: drug, every: 4 day, over: 6 h}",
                 "dosing.reduce.from=1", "dosing.reduce.further=yes", "dosing.reduce.when=amount < 1 [mg] or amount > 70 [mg]");
  const int s = seat_of(&t, "reduce");
  const double k = log(2) / 24;
  double amount = 0, dose = 0;
  int times = 0;
  for (int day = 1; day <= DAYS; day++) {
    assert_near(amount_on(&t, s, day), amount, 1e-5);
    if (day == 3) dose = 400;
    if (dose > 0 && day != 3 && amount > 70) dose = floor(dose / 2 + 0.5), times++;
    const bool today = day >= 3 && (day - 3) % 4 == 0;
    assert_near(dose_on(t.desk, s, day), today ? dose : 0, 0);
    amount = amount / 2 + (today ? dose / 6 / k * -expm1(-6 * k) * exp(-18 * k) : 0);
  }
  assert_true(times > 1);
  assert_int_equal(count_of(&b, s, LIND_DECISION_REDUCE), times);
  trial_close(&t);
}

/* Who is not treated any more is not decided about: a dose that was held when treatment stopped is never resumed. */
static void nothing_is_resumed_after_the_end(void **state) {
  (void)state;
  book b;
  trial t = lived_with(
      &b, "dosing.hold={at: visits, when: 'amount > 40 [mg]', hold_until: 'amount < 1 [mg]', into: drug, further: yes}",
      "dosing.stop={at: visits, from: 3, stop: yes}", "arms.stop.dosing=[hold, stop, start]");
  const int s = seat_of(&t, "stop");
  for (int day = 1; day <= DAYS; day++) assert_near(dose_on(t.desk, s, day), day == 1 ? 100 : 0, 0);
  assert_true(amount_on(&t, s, DAYS) < 1);
  assert_int_equal(count_of(&b, s, LIND_DECISION_HOLD), 1);
  assert_int_equal(count_of(&b, s, LIND_DECISION_STOP), 1);
  assert_int_equal(count_of(&b, s, LIND_DECISION_RESUME), 0);
  trial_close(&t);
}

/* A single dose of the drug that the trial is about was taken on its day, though it was no dose of the regimen. */
static void single_doses_were_taken(void **state) {
  (void)state;
  book b;
  trial t = lived_with(&b, "dosing.rescue.into=drug");
  const int s = seat_of(&t, "rescue");
  double amount = 0;
  int times = 0;
  for (int day = 1; day <= DAYS; day++) {
    assert_near(amount_on(&t, s, day), amount, 1e-6);
    const bool high = amount > 70;
    const double dose = high ? 50 : 100, extra = high ? 10 : 0;
    times += high;
    assert_near(dose_on(t.desk, s, day), dose, 0);
    assert_near(taken_on(t.desk, s, day), dose + extra, 0);
    amount = (amount + dose + extra) / 2;
  }
  assert_true(times > 1);
  trial_close(&t);
}

static void a_share_is_a_share(void **state) {
  (void)state;
  static const char *const wrong[] = {"dosing.reduce.reduce_by=25", "dosing.reduce.reduce_by=-0.1", "dosing.reduce.reduce_by=0"};
  for (int i = 0; i < 3; i++) {
    trial t = {0};
    assert_int_not_equal(trial_plan(&t, "feedback", (const char *const[]){wrong[i], NULL}), LIND_OK);
    assert_non_null(strstr(lind_error_message(), "it is a share above 0 and at most 1"));
    lind_arena_destroy(&t.arena);
  }
}

static void a_hold_needs_visits(void **state) {
  (void)state;
  trial t = {0};
  const lind_err err = trial_plan(&t, "feedback", (const char *const[]){"visits=[]", NULL});
  assert_int_not_equal(err, LIND_OK);
  assert_non_null(strstr(lind_error_message(), "dosing.hold.hold_until is asked at visits, and there are none"));
  lind_arena_destroy(&t.arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(doses_are_held_until),
      cmocka_unit_test(doses_are_reduced),
      cmocka_unit_test(treatment_stops_for_good),
      cmocka_unit_test(rescue_beside_the_regimen),
      cmocka_unit_test(doses_are_skipped),
      cmocka_unit_test(infusions_overlap),
      cmocka_unit_test(a_ledger_changes_nothing),
      cmocka_unit_test(further_items_see_the_new_dose),
      cmocka_unit_test(reduced_doses_keep_their_rhythm),
      cmocka_unit_test(nothing_is_resumed_after_the_end),
      cmocka_unit_test(single_doses_were_taken),
      cmocka_unit_test(a_hold_needs_visits),
      cmocka_unit_test(a_share_is_a_share),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
