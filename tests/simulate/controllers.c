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
  double level = 20, sum = 0;
  for (int sample = 0; sample < 480; sample++) {
    if (sample % 48 == 0) assert_near(visit_value(t.desk, s, 0, sample / 48), level, 1e-7);
    sum += (60 - level) * 0.5;
    level = after(level, 0.5 * fmax(0, 0.1 * (60 - level) + 0.002 * sum), 0.5); /* half of what is given enters */
  }
  assert_near(visit_value(t.desk, s, 0, 10), level, 1e-7);
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

static void messages(void **state) {
  (void)state;
  static const struct {
    const char *set, *message;
  } cases[] = {
      {"controllers.pump.read=[readings]", "is 'readings', which is not an output of model control"},
      {"controllers.pump.infuse=5 [mg]", "mg/h (mass rate) is expected"},
      {"controllers.pump.memory.sum.next=reading", "mass"},
      {"controllers.nurse={every: 6 h, read: [reading]}", "controllers.nurse does nothing; it needs infuse or give"},
      {"arms.alone.controllers=[pumpe]", "did you mean 'pump'?"},
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
      cmocka_unit_test(messages),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
