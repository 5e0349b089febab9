/* What a model can make happen inside a trial: events by hazard, resets, occasions, errors that are correlated in time. */
#include "simulate_case.h"

static void death_comes_by_its_hazard(void **state) {
  (void)state;
  trial t = trial_open("happenings");
  trial_run(&t, 0);
  const lind_desk *desk = t.desk;
  int dead = 0, early = 0;
  for (int s = 0; s < desk->n; s++) {
    const double at = desk->event[s] / 24;
    assert_int_equal(desk->reason[s], isfinite(at) ? LIND_END_EVENT : LIND_END_COMPLETED);
    assert_near(desk->end[s], fmin(desk->event[s], 40 * 24), 0);
    assert_true(!isfinite(at) || (at > 0 && at <= 40));
    if (!isfinite(at)) assert_int_equal(desk->n_visits[s], 20);
    dead += isfinite(at);
    early += at < 10;
    /* the event is where the cumulative hazard meets the threshold that the patient was born with */
    const lind_who who = {t.plan->protocol->seed, 0, (uint32_t)s, (uint32_t)(desk->attempts[s] - 1)};
    const double threshold = -log(lind_random_uniform(who, lind_random_purpose("model/death.threshold"), 0));
    const double due = 20 * (sqrt(1 + threshold / (0.5 * 0.02 * 20)) - 1); /* of h (t + t^2 / 40) = threshold */
    if (due < 40) assert_near(at, due, 1e-4);
  }
  const double p = -expm1(-0.02 * (40 + 40)), q = -expm1(-0.02 * (10 + 2.5)),
               n = desk->n; /* binomial limits, 4 standard errors */
  assert_near(dead / n, p, 4 * sqrt(p * (1 - p) / n));
  assert_near(early / n, q, 4 * sqrt(q * (1 - q) / n));
  trial_close(&t);
}

/* From 1 mg it takes 4.5 days to be refilled. */
static void a_level_is_refilled(void **state) {
  (void)state;
  trial t = trial_open("happenings", "patients=16");
  trial_run(&t, 0);
  for (int s = 0; s < 16; s++)
    for (int v = 0; v < t.desk->n_visits[s]; v++)
      if (fmod(visit_time(t.desk, s, v), 108) > 0) /* every ninth morning is the moment itself */
        assert_near(visit_value(t.desk, s, 0, v), 1 + fmod(visit_time(t.desk, s, v) / 24, 4.5), 1e-5);
  trial_close(&t);
}

static double effect_on(const trial *t, int s, int day) { return visit_value(t->desk, s, 1, day - 1); }

static void effects_change_with_the_occasion(void **state) {
  (void)state;
  trial t = trial_open("happenings", "model.parameters.h=0 1/day");
  trial_run(&t, 0);
  double square = 0, cross = 0;
  for (int s = 0; s < t.desk->n; s++) {
    for (int day = 2; day <= 20; day++)
      assert_int_equal(effect_on(&t, s, day) == effect_on(&t, s, day - 1), day != 8 && day != 15);
    square += effect_on(&t, s, 9) * effect_on(&t, s, 9);
    cross += effect_on(&t, s, 1) * effect_on(&t, s, 20);
  }
  const double n = t.desk->n; /* variance 0.09 in each, none shared: 4 standard errors */
  assert_near(square / n, 0.09, 4 * 0.09 * sqrt(2 / n));
  assert_near(cross / n, 0, 4 * 0.09 / sqrt(n));
  trial_close(&t);
}

/* The third occasion is the same whatever came before it. */
static void an_occasion_is_an_address(void **state) {
  (void)state;
  trial t = trial_open("happenings", "patients=8", "model.parameters.h=0 1/day"),
        u = trial_open("happenings", "patients=8", "model.parameters.h=0 1/day", "conduct.occasions={every: 4 day}");
  trial_run(&t, 0);
  trial_run(&u, 0);
  for (int s = 0; s < 8; s++) assert_true(effect_on(&t, s, 16) == effect_on(&u, s, 9)); /* both are number 2 */
  trial_close(&t);
  trial_close(&u);
}

static void errors_hang_together(void **state) {
  (void)state;
  trial t = trial_open("happenings", "model.parameters.h=0 1/day");
  trial_run(&t, 0);
  double square = 0, one = 0, four = 0;
  for (int s = 0; s < t.desk->n; s++) {
    const double z = visit_value(t.desk, s, 2, 4);
    square += z * z, one += z * visit_value(t.desk, s, 2, 5), four += z * visit_value(t.desk, s, 2, 8);
  }
  const double n = t.desk->n, r = exp(-0.5), r4 = exp(-2.0);
  assert_near(square / n, 1, 4 * sqrt(2 / n));
  assert_near(one / n, r, 4 * sqrt((1 + r * r) / n));
  assert_near(four / n, r4, 4 * sqrt((1 + r4 * r4) / n));
  trial_close(&t);
}

static void neighbours_do_not_matter(void **state) {
  (void)state;
  trial t = trial_open("happenings", "patients=24"), u = trial_open("happenings", "patients=24");
  trial_run(&t, 0);
  lind_enrol(u.desk, 0, 0, 24, NULL, NULL);
  for (int s = 23; s >= 0; s--) lind_simulate(u.desk, s, s + 1);
  for (int s = 0; s < 24; s++) {
    assert_true(same_life(t.desk, s, u.desk, s));
    assert_true(t.desk->event[s] == u.desk->event[s]);
  }
  trial_close(&t);
  trial_close(&u);
}

static void messages(void **state) {
  (void)state;
  static const struct {
    const char *set, *message;
  } cases[] = {
      {"conduct.final=[deaht]", "conduct.final names 'deaht', which is no event of model happenings (did you mean 'death'?)"},
      {"conduct.occasions={}", "conduct.occasions needs either days or every"},
      {"conduct.occasions={every: 1.5 day}", "conduct.occasions.every is 1.5 days; occasions begin with a day"},
      {"conduct.occasions={days: [8, 3]}", "conduct.occasions.days must rise"},
      {"conduct={}", "'eta' of model happenings is drawn again at each occasion; say when under conduct.occasions"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    trial t = {0};
    assert_int_not_equal(trial_plan(&t, "happenings", (const char *const[]){cases[i].set, NULL}), LIND_OK);
    if (strstr(lind_error_message(), cases[i].message) == NULL) fail_msg("%s: %s", cases[i].set, lind_error_message());
    lind_arena_destroy(&t.arena);
  }
}

/* Outputs may look back: at a visit they show what was there a delay ago, as far as the engine remembers it. */
static void outputs_look_back(void **state) {
  (void)state;
  trial t = trial_open("ledger", "model.use=" LIND_SOURCE_DIR "/tests/simulate/data/past.lind",
                       "visits={days: [1, 2, 3, 4, 8, 15, 22, 29]}");
  trial_run(&t, 0);
  static const double seen[8] = {0, 0, 1, 2, 6, 13, 20, 27}; /* doses in the mornings that were 36 h ago, or longer */
  for (int s = 0; s < t.desk->n; s++)
    for (int v = 0; v < 8; v++) assert_near(visit_value(t.desk, s, 0, v), seen[v], 1e-12);
  trial_close(&t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(outputs_look_back),         cmocka_unit_test(death_comes_by_its_hazard),
      cmocka_unit_test(a_level_is_refilled),       cmocka_unit_test(effects_change_with_the_occasion),
      cmocka_unit_test(an_occasion_is_an_address), cmocka_unit_test(errors_hang_together),
      cmocka_unit_test(neighbours_do_not_matter),  cmocka_unit_test(messages),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
