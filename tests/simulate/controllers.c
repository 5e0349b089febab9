/* Sampled controllers against their recursions by hand: between two samples the level follows a closed form. */
#include "simulate_case.h"

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

static const double k = 0.02888113252331022;

static double after(double level, double rate, double hours) { return level * exp(-k * hours) - rate / k * expm1(-k * hours); }

#define PRECISE "engine.relative=1e-11", "engine.absolute=1e-11"

static void a_pump_follows_its_law(void **state) {
  (void)state;
  trial t = trial_open("control", PRECISE);
  trial_run(&t, 0);
  const int s = seat_of(&t, "integral");
  double level = 20, sum = 0, infused[10] = {0};
  for (int sample = 0; sample < 480; sample++) {
    if (sample % 48 == 0) assert_near(visit_value(t.desk, s, 0, sample / 48), level, 1e-7);
    sum += (60 - level) * 0.5;
    const double rate = fmax(0, 0.1 * (60 - level) + 0.002 * sum);
    infused[sample / 48] += 0.5 * rate;
    level = after(level, 0.5 * rate, 0.5); /* half of what is given enters */
  }
  assert_near(visit_value(t.desk, s, 0, 10), level, 1e-7);
  for (int day = 1; day <= 10; day++) assert_near(taken_on(t.desk, s, day), infused[day - 1], 1e-6); /* nothing else is taken */
  assert_near(level, 60, 1); /* and it does what it is for */
  trial_close(&t);
}

static void a_nurse_gives_boluses(void **state) {
  (void)state;
  book b = {0};
  trial t = trial_open("control", PRECISE);
  t.desk->ledger = (lind_ledger){write_down, &b};
  trial_run(&t, 0);
  const int s = seat_of(&t, "bolus"), alone = seat_of(&t, "alone");
  double level = 20;
  int given = 0, noted = 0;
  for (int sample = 0; sample < 40; sample++) {
    if (sample % 4 == 0) assert_near(visit_value(t.desk, s, 0, sample / 4), level, 1e-7);
    if (level < 50 && sample > 2) level = 60, given++;
    level = after(level, 0, 6);
  }
  for (int i = 0; i < b.n; i++) noted += b.at[i].seat == s && b.at[i].kind == LIND_DECISION_GIVE;
  assert_true(given > 2);
  assert_int_equal(noted, given);
  assert_near(visit_value(t.desk, alone, 0, 10), after(20, 0, 240), 1e-7);
  trial_close(&t);
}

/* What the sensor shows is addressed by the sample: a patient alone in a pack lives the same life, bit for bit. */
static void neighbours_do_not_matter(void **state) {
  (void)state;
  trial t = trial_open("control", "model.parameters.noise=3 mg");
  trial_run(&t, 0);
  trial u = trial_open("control", "model.parameters.noise=3 mg");
  lind_enrol(u.desk, 0, 0, 9, NULL, NULL);
  for (int s = 0; s < 9; s++) lind_simulate(u.desk, s, s + 1);
  for (int s = 0; s < 9; s++) assert_true(same_life(t.desk, s, u.desk, s));
  trial quiet = trial_open("control");
  trial_run(&quiet, 0);
  const int s = seat_of(&t, "integral");
  assert_true(visit_value(t.desk, s, 0, 5) != visit_value(quiet.desk, s, 0, 5)); /* the error acts */
  trial_close(&quiet);
  trial_close(&t);
  trial_close(&u);
}

/* What rules know is known between the mornings, too, and as it is then. */
static void it_is_today(void **state) {
  (void)state;
  trial t = trial_open("control", PRECISE, "define.third=day == 3",
                       "controllers.nurse={every: 6 h, when: third and visit == 3, give: '4 [mg]'}");
  trial_run(&t, 0);
  const int s = seat_of(&t, "bolus");
  double level = 20;
  for (int sample = 0; sample < 40; sample++) {
    if (sample % 4 == 0) assert_near(visit_value(t.desk, s, 0, sample / 4), level, 1e-7);
    level = after(level + (sample / 4 == 2 ? 2 : 0), 0, 6);
  }
  assert_near(visit_value(t.desk, s, 0, 10), level, 1e-7);
  trial_close(&t);
}

/* Two that infuse into one state: it gets both. A rule that stops treatment stops them at once, not at their next sample. */
static void rates_add_up_until_treatment_stops(void **state) {
  (void)state;
  trial t = trial_open("control", PRECISE, "arms.bolus={dosing: [halt], controllers: [pump, nurse]}",
                       "dosing.halt={at: days, days: [4], stop: yes}", "controllers.nurse={every: 7 h, infuse: '1 [mg/h]'}",
                       "controllers.pump={every: 11 h, infuse: 'if time < 11 [h] then 0 [mg/h] else 2 [mg/h]'}");
  trial_run(&t, 0);
  const int s = seat_of(&t, "bolus");
  double level = after(after(20, 0.5, 11), 1.5, 13);
  assert_near(visit_value(t.desk, s, 0, 1), level, 1e-7);
  for (int day = 2; day < 10; day++) {
    level = after(level, day <= 3 ? 1.5 : 0, 24);
    assert_near(visit_value(t.desk, s, 0, day), level, 1e-7);
  }
  trial_close(&t);
}

/* A sensor whose error hangs together in time: every reading by hand, from the addresses of its draws. */
static void sensors_drift(void **state) {
  (void)state;
  book b = {0};
  trial t = trial_open("control", PRECISE, "model.parameters.noise=3 mg",
                       "controllers.pump={every: 1 h, read: [drifting], infuse: '1e-9 [1/h] * drifting'}",
                       "controllers.nurse={every: 11 day, give: '0 [mg]'}");
  t.desk->ledger = (lind_ledger){write_down, &b};
  trial_run(&t, 0);
  const int s = seat_of(&t, "integral");
  const lind_who who = {t.plan->protocol->seed, 0, (uint32_t)s, (uint32_t)(t.desk->attempts[s] - 1)};
  double z = 0;
  int number = 0;
  for (int i = 0; i < b.n; i++) {
    if (b.at[i].seat != s) continue;
    const double fresh = lind_random_normal(who, lind_random_purpose("controller/pump/drifting"), (uint32_t)number);
    z = number == 0 ? fresh : exp(-1.0 / 6) * z + sqrt(1 - exp(-2.0 / 6)) * fresh;
    const double reading = after(20, 0, number) + 3 * z;
    if (number > 20 && reading < 1) break; /* a rate is not below 0 */
    assert_near(b.at[i].time, number, 1e-9);
    assert_near(1e9 * b.at[i].after, reading, 1e-5);
    number++;
  }
  assert_true(number > 20);
  trial_close(&t);
}

typedef struct count {
  int seat, n;
  double last;
} count;

static void count_one(void *context, const lind_decision *decision) {
  count *c = context;
  if (decision->seat != c->seat) return;
  c->n++;
  c->last = decision->time;
}

/* Samples that do not meet the morning, or meet it only nearly: none is lost, none is there twice. */
static void odd_intervals(void **state) {
  (void)state;
  static const struct {
    const char *every;
    int n;
  } cases[] = {{"controllers.nurse.every=7 min", 2058}, /* 0, 7, .. 14399 of 14400 minutes */
               {"controllers.nurse.every=0.33333333 h", 721},
               {"controllers.nurse.every=0.333333333 h", 720}}; /* its last meets the end */
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    trial t = trial_open("control", cases[i].every, "controllers.nurse.when=true", "controllers.nurse.give=1e-9 [mg]");
    count c = {.seat = -1};
    t.desk->ledger = (lind_ledger){count_one, &c};
    trial_run(&t, 0);
    c = (count){.seat = seat_of(&t, "bolus")};
    trial_run(&t, 0);
    assert_int_equal(c.n, cases[i].n);
    trial_close(&t);
  }
}

/* Nothing is decided about a patient who has gone, though it is noticed next morning only. */
static void who_has_gone_is_let_go(void **state) {
  (void)state;
  trial t = trial_open("control", "conduct.dropout.yearly=0.999", "patients=90", "controllers.nurse.when=true",
                       "controllers.nurse={every: 1 h, give: '1 [mg]'}");
  int gone = 0;
  count c = {.seat = -1};
  t.desk->ledger = (lind_ledger){count_one, &c};
  trial_run(&t, 0);
  for (int s = 0; s < 90; s++) {
    if (strcmp(t.plan->protocol->arms[t.desk->arm[s]].name, "bolus") != 0 || t.desk->reason[s] != LIND_END_DROPOUT) continue;
    c = (count){.seat = s};
    lind_simulate(t.desk, 0, 90);
    assert_true(c.last < t.desk->end[s] && c.last > t.desk->end[s] - 1.000001);
    gone++;
  }
  assert_true(gone > 1);
  trial_close(&t);
}

static void messages(void **state) {
  (void)state;
  static const struct {
    const char *set, *message;
  } cases[] = {
      {"controllers.pump.read=[readings]", "controllers.pump.read is 'readings', which is not an output of model control"},
      {"controllers.pump.infuse=5 [mg]", "mg/h (mass rate) is expected"},
      {"controllers.pump.memory.sum.next=reading", "mass"},
      {"controllers.nurse={every: 6 h, read: [reading]}", "controllers.nurse does nothing; it needs infuse or give"},
      {"arms.alone.controllers=[pumpe]", "did you mean 'pump'?"},
      {"arms.bolus.controllers=[nurse, nurse]", "arms.bolus.controllers names 'nurse' twice"},
      {"controllers.pump.read=[reading, reading]", "controllers.pump.read names 'reading' twice"},
      {"controllers.pump.memory.reading={start: 0, next: 1}",
       "has the name of what it reads; choose another, such as last_reading"},
      {"controllers.pump.memory.time={start: 0, next: 1}", "has the name of the time since the start"},
      {"controllers.pump.every=0.001 h", ""}, /* 240,000 samples: fine */
      {"controllers.pump.every=0.00001 h", "can have at most 16777215 samples"},
      {"controllers.nurse.when=levels < 3", "levels"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    trial t = {0};
    const lind_err err = trial_plan(&t, "control", (const char *const[]){cases[i].set, NULL});
    if (cases[i].message[0] == '\0')
      assert_int_equal(err, LIND_OK);
    else if (err == LIND_OK || strstr(lind_error_message(), cases[i].message) == NULL)
      fail_msg("%s: %s", cases[i].set, lind_error_message());
    lind_arena_destroy(&t.arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_pump_follows_its_law),
      cmocka_unit_test(a_nurse_gives_boluses),
      cmocka_unit_test(neighbours_do_not_matter),
      cmocka_unit_test(it_is_today),
      cmocka_unit_test(rates_add_up_until_treatment_stops),
      cmocka_unit_test(sensors_drift),
      cmocka_unit_test(odd_intervals),
      cmocka_unit_test(who_has_gone_is_let_go),
      cmocka_unit_test(messages),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
