/* Models without states: events are where the inverse says, nothing is integrated, an arm may have its own parameters. */
#include "lind/draw.h"
#include "simulate_case.h"

enum { SEIZURE, CHECK, SAME, DEATH, EVENTS };

static const char with_state[] = LIND_SOURCE_DIR "/tests/simulate/data/timeless_state.lind";

static double age_of(const trial *t, int s) {
  return t->desk->row[(size_t)lind_cohort_find(t->plan->cohort, "age")->slot * (size_t)t->desk->capacity + (size_t)s];
}

/* The four times of a patient, by hand. */
static void due(const trial *t, int s, double time[EVENTS]) {
  double eta[3];
  lind_simulate_effects(t->desk, s, 0, eta);
  const double ratio = t->desk->arm[s] == 0 ? 0.5 : 1.0, p = eta[1] / (2.0 * ratio);
  const double years = age_of(t, s) / (24 * 365.25), middle = 240 * exp(eta[0]) * (1 + 0.01 * (years - 50));
  time[SEIZURE] = p < 1 ? middle * exp(0.5 * lind_draw_normal_quantile(p)) : INFINITY;
  time[CHECK] = time[SAME] = 168;
  time[DEATH] = 360 * eta[2];
}

/* An engine sees one of two triggers that fire in the same moment: `same` is left out there. */
static void check_lives(const trial *t, double tolerance) {
  int seen = 0;
  for (int s = 0; s < t->desk->n; s++) {
    const double *event = t->desk->event + s * EVENTS, end = t->desk->end[s];
    double time[EVENTS];
    due(t, s, time);
    for (int e = 0; e < EVENTS; e++) {
      if (e == SAME && !t->plan->timeless) continue;
      const bool happens =
          time[e] <= fmin(end, 960) + (e == DEATH ? tolerance : 0) && (t->desk->reason[s] != LIND_END_DROPOUT || time[e] < end);
      if (isfinite(event[e]) != happens) fail_msg("seat %d, event %d: %g, due at %g, end %g", s, e, event[e], time[e], end);
      if (happens) assert_near(event[e], time[e], tolerance * fmax(1, time[e]));
      seen += happens && e == SEIZURE;
    }
    assert_int_equal(t->desk->reason[s] == LIND_END_EVENT, isfinite(event[DEATH]));
    if (isfinite(event[DEATH])) assert_near(end, event[DEATH], 0);
  }
  assert_true(seen > t->desk->n / 4);
}

static void events_are_where_the_inverse_says(void **state) {
  (void)state;
  trial t = trial_open("timeless");
  assert_true(t.plan->timeless);
  trial_run(&t, 0);
  check_lives(&t, 1e-13);
  for (int a = 0; a < 2; a++) assert_int_equal(t.desk->cost[a].work.rhs, 0); /* nothing was integrated */
  trial_close(&t);
}

/* With a state that does nothing the same times are found by an engine, as roots. */
static void an_engine_finds_the_same(void **state) {
  (void)state;
  char use[300];
  (void)snprintf(use, sizeof use, "model.use=%s", with_state);
  trial t = trial_open("timeless", use, "patients=400");
  assert_false(t.plan->timeless);
  trial_run(&t, 0);
  check_lives(&t, 1e-8);
  trial_close(&t);
}

/* With nothing to do on the way the lives are one stop long, and the same to the last bit. */
static void an_uneventful_trial_has_one_stop(void **state) {
  (void)state;
  trial t = trial_open("timeless", "measure=[]", "visits=[]"), u = trial_open("timeless", "measure=[]");
  assert_true(t.plan->uneventful && !u.plan->uneventful);
  trial_run(&t, 0);
  trial_run(&u, 0);
  for (int s = 0; s < t.desk->n; s++) {
    assert_true(same_bits(t.desk->event + s * EVENTS, u.desk->event + s * EVENTS, EVENTS));
    assert_true(t.desk->end[s] == u.desk->end[s] && t.desk->reason[s] == u.desk->reason[s]);
  }
  check_lives(&t, 1e-13);
  trial_close(&t);
  trial_close(&u);
}

static void neighbours_do_not_matter(void **state) {
  (void)state;
  trial t = trial_open("timeless", "patients=40"), u = trial_open("timeless", "patients=40");
  trial_run(&t, 0);
  lind_enrol(u.desk, 0, 0, 40, NULL, NULL);
  for (int s = 39; s >= 0; s--) lind_simulate(u.desk, s, s + 1);
  for (int s = 0; s < 40; s++) {
    assert_true(same_life(t.desk, s, u.desk, s));
    assert_true(same_bits(t.desk->event + s * EVENTS, u.desk->event + s * EVENTS, EVENTS));
  }
  trial_close(&t);
  trial_close(&u);
}

/* The same people under the other arm's ratio: whoever had it with the lower hazard has it with the higher one, earlier. */
static void an_arm_has_its_own_parameters(void **state) {
  (void)state;
  trial t = trial_open("timeless", "conduct={}"), u = trial_open("timeless", "conduct={}", "arms.b.parameters={ratio: 0.5}");
  trial_run(&t, 0);
  trial_run(&u, 0);
  int moved = 0;
  for (int s = 0; s < t.desk->n; s++) {
    const double full = t.desk->event[s * EVENTS], half = u.desk->event[s * EVENTS];
    if (t.desk->arm[s] == 0)
      assert_true(full == half);
    else {
      assert_true(full <= half);
      moved += full < half;
    }
  }
  assert_true(moved > t.desk->n / 4);
  trial_close(&t);
  trial_close(&u);
}

static void messages(void **state) {
  (void)state;
  static const struct {
    const char *set, *message;
  } cases[] = {
      {"arms.a.parameters={rtio: 0.5}", "arms.a.parameters.rtio is not a parameter of model timeless (did you mean 'ratio'?)"},
      {"arms.a.parameters={ratio: 3 day}", "arms.a.parameters.ratio is '3 day', which is time; dimensionless is needed"},
      {"arms.a.parameters={omega: 0.5}",
       "arms.a.parameters.omega changes how effects or errors are distributed, which must be the same in every arm"},
      {"arms.a.parameters=[1]", "arms.a.parameters must be a mapping, such as {omega_cl: 0.30}"},
      {"arms.a.parameters={ratio: [1]}", "arms.a.parameters.ratio must be one value with its unit, such as 20 day"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    trial t = {0};
    assert_int_not_equal(trial_plan(&t, "timeless", (const char *const[]){cases[i].set, NULL}), LIND_OK);
    if (strstr(lind_error_message(), cases[i].message) == NULL) fail_msg("%s: %s", cases[i].set, lind_error_message());
    lind_arena_destroy(&t.arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(events_are_where_the_inverse_says), cmocka_unit_test(an_engine_finds_the_same),
      cmocka_unit_test(neighbours_do_not_matter),          cmocka_unit_test(an_arm_has_its_own_parameters),
      cmocka_unit_test(an_uneventful_trial_has_one_stop),  cmocka_unit_test(messages),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
