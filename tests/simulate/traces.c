/* Traces against the closed form and the addresses of their errors; who leaves has samples until then; what a plan refuses. */
#include "simulate_case.h"

static const double k = 0.02888113252331022;

static int seat_of(const trial *t, const char *arm) {
  for (int s = 0; s < t->desk->n; s++)
    if (strcmp(t->plan->protocol->arms[t->desk->arm[s]].name, arm) == 0) return s;
  fail_msg("nobody is in arm %s", arm);
  return -1;
}

static lind_history history_at(const trial *t, int seat) {
  static const double *values[64];
  lind_history history;
  lind_desk_history(t->desk, seat, values, &history);
  return history;
}

static void live_alone(trial *t, int *seat) {
  lind_enrol(t->desk, 0, 0, 9, NULL, NULL);
  *seat = seat_of(t, "alone");
  lind_simulate(t->desk, *seat, *seat + 1);
}

#define PRECISE "engine.relative=1e-11", "engine.absolute=1e-11"

/* A patient left alone falls as exp(-k t): sampled at multiples, counted from the start whatever `from` is. */
static void samples_lie_on_the_closed_form(void **state) {
  (void)state;
  int s;
  trial t = trial_open("control", PRECISE,
                       "traces={all: {output: truth, every: 7 min}, part: {output: truth, every: 1 h, from: 36 h, to: 48 h}}");
  live_alone(&t, &s);
  const lind_history h = history_at(&t, s);
  assert_non_null(h.traces);
  assert_int_equal(h.traces[0].n, 10 * 1440 / 7);
  for (int i = 0; i < h.traces[0].n; i++) {
    assert_near(lind_series_time(&h.traces[0], i), (i + 1) * 7.0 / 60.0, 1e-10);
    assert_near(h.traces[0].value[i], 20 * exp(-k * (i + 1) * 7.0 / 60.0), 1e-8);
  }
  assert_int_equal(h.traces[1].n, 12);
  for (int i = 0; i < 12; i++) {
    assert_near(lind_series_time(&h.traces[1], i), 37 + i, 0);
    assert_near(h.traces[1].value[i], 20 * exp(-k * (37 + i)), 1e-8);
  }
  trial_close(&t);
}

/* What a sensor shows, by hand from the addresses of its draws; correlated errors step from sample to sample. */
static void measured_samples_have_their_errors(void **state) {
  (void)state;
  int s;
  trial t =
      trial_open("control", PRECISE, "model.parameters.noise=3 mg",
                 "traces={sensor: {output: reading, every: 1 h, measured: yes}, slow: {output: drifting, every: 2 h, from: 1 "
                 "day, measured: yes}}");
  live_alone(&t, &s);
  const lind_who who = {t.plan->protocol->seed, 0, (uint32_t)s, (uint32_t)(t.desk->attempts[s] - 1)};
  const lind_history h = history_at(&t, s);
  double z = 0;
  for (int i = 0; i < h.traces[0].n; i++) {
    const double e = lind_random_normal(who, lind_random_purpose("trace/sensor"), (uint32_t)i + 1);
    assert_near(h.traces[0].value[i], 20 * exp(-k * (i + 1)) + 3 * e, 1e-8);
  }
  assert_int_equal(h.traces[1].n, 108);
  for (int i = 0; i < 108; i++) {
    const uint32_t number = 13 + (uint32_t)i;
    const double fresh = lind_random_normal(who, lind_random_purpose("trace/slow"), number);
    z = i == 0 ? fresh : exp(-2.0 / 6) * z + sqrt(1 - exp(-4.0 / 6)) * fresh;
    assert_near(h.traces[1].value[i], 20 * exp(-k * 2 * number) + 3 * z, 1e-8);
  }
  trial_close(&t);
}

typedef struct seen {
  const trial *t;
  int n;
  double last[64]; /* by seat: sum of the trace */
  int samples[64];
} seen;

static void see(void *context, int seat) {
  seen *w = context;
  const lind_history h = history_at(w->t, seat);
  assert_non_null(h.traces);
  w->n++;
  w->last[seat] = 0;
  w->samples[seat] = h.traces[0].n;
  for (int i = 0; i < h.traces[0].n; i++) w->last[seat] += h.traces[0].value[i] * (i + 1);
}

#define BUSY                                                                                                  \
  "model.parameters.noise=3 mg", "patients=40", "randomise={method: simple}", "conduct.dropout.yearly=0.999", \
      "duration=100 day", "visits=[]", "traces={sensor: {output: reading, every: 5 h, measured: yes}}"

/* Everybody is seen once; alone in a pack or among others is the same, bit for bit; samples end where the patient left. */
static void neighbours_do_not_matter(void **state) {
  (void)state;
  trial t = trial_open("control", BUSY), u = trial_open("control", BUSY);
  seen together = {.t = &t}, alone = {.t = &u};
  t.desk->witness = (lind_witness){see, &together};
  u.desk->witness = (lind_witness){see, &alone};
  trial_run(&t, 0);
  lind_enrol(u.desk, 0, 0, 40, NULL, NULL);
  int gone = 0;
  for (int s = 39; s >= 0; s--) lind_simulate(u.desk, s, s + 1);
  assert_int_equal(together.n, 40);
  assert_int_equal(alone.n, 40);
  for (int s = 0; s < 40; s++) {
    assert_true(same_bits(&together.last[s], &alone.last[s], 1));
    assert_int_equal(together.samples[s], alone.samples[s]);
    assert_int_equal(together.samples[s], (int)floor(t.desk->end[s] / 5.0 + 1e-9));
    gone += t.desk->reason[s] == LIND_END_DROPOUT;
  }
  assert_true(gone > 5 && gone < 40);
  assert_null(history_at(&u, 39).traces); /* only those of the last pack are on the desk */
  trial_close(&t);
  trial_close(&u);
}

/* Looking changes nothing about the looked at: to the tolerance, since stops cut steps. */
static void looking_is_harmless(void **state) {
  (void)state;
  trial t = trial_open("control", PRECISE, "traces={all: {output: truth, every: 13 min}}"), u = trial_open("control", PRECISE);
  trial_run(&t, 0);
  trial_run(&u, 0);
  for (int s = 0; s < 9; s++)
    for (int v = 0; v < 11; v++) assert_near(visit_value(t.desk, s, 0, v), visit_value(u.desk, s, 0, v), 1e-8);
  trial fortnight = trial_open("control", "duration=14 day", "visits=[]", "traces={all: {output: truth, every: 5 min}}");
  assert_int_equal(fortnight.plan->trace_samples, 4032);
  trial_close(&fortnight);
  assert_true(lind_plan_desk_bytes(t.plan) - lind_plan_desk_bytes(u.plan) >= 8 * 1107 * sizeof(double));
  trial_close(&t);
  trial_close(&u);
}

static void what_is_refused(void **state) {
  (void)state;
  trial_refused("control", "traces={a: {output: truht, every: 1 h}}", "truht");
  trial_refused("control", "traces={a: {output: truth, every: 0.03 s}}", "at most 16777215 times");
  trial_refused("control", "traces={a: {output: truth, every: 0.5 s}}", "can have at most 1048576");
  trial_refused("control", "traces={a: {output: truth, every: 2 day, from: 24 h, to: 36 h}}", "takes no sample");
  trial_refused("control", "traces={a: {output: truth, every: 1 h, to: 11 day}}", "the trial ends at 10 day");
  trial_refused("control", "traces={a: {output: truth, every: 1 h, from: 3 day, to: 2 day}}", "to must be more than from");
  trial_refused("control", "traces={truth: {output: truth, every: 1 h}}", "measured at visits");
  trial_refused("control", "traces={a: {output: truth}}", "every");
  trial_refused("control", "traces=[a]", "mapping of names");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(samples_lie_on_the_closed_form),
      cmocka_unit_test(measured_samples_have_their_errors),
      cmocka_unit_test(neighbours_do_not_matter),
      cmocka_unit_test(looking_is_harmless),
      cmocka_unit_test(what_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
