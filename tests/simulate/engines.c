/* A trial is the same trial whichever engine lives it; who is rescued, and what an engine refuses. */
#include "simulate_case.h"

static int rescued(const trial *t) {
  int sum = 0;
  for (int a = 0; a < t->plan->protocol->n_arms; a++) sum += (int)t->desk->cost[a].work.rescued;
  return sum;
}

static const char *engine_of(const trial *t) { return t->plan->stepper->name; }

static void assert_same_trial(const trial *t, const trial *reference, double relative) {
  const int n = (int)t->plan->protocol->patients;
  for (int s = 0; s < n; s++) {
    if (!reference->desk->seated[s]) continue;
    if (t->desk->n_visits[s] != reference->desk->n_visits[s] || t->desk->reason[s] != reference->desk->reason[s])
      fail_msg("%s: seat %d leads another life", engine_of(t), s);
    for (int m = 0; m < t->plan->n_measures; m++)
      for (int v = 0; v < t->desk->n_visits[s]; v++) {
        const double a = visit_value(t->desk, s, m, v), b = visit_value(reference->desk, s, m, v);
        if (!(fabs(a - b) <= relative * fabs(b) + 1e-9) && !(isnan(a) && isnan(b)))
          fail_msg("%s: measure %d of seat %d at visit %d is %.12g, not %.12g", engine_of(t), m, s, v, a, b);
      }
  }
}

/* Doses, lags, drift, rules, drop-out: every engine that takes the model gives the same trial. */
static void every_engine_lives_the_same_trial(void **state) {
  (void)state;
  static const char *const trials[] = {"warfarin", "maze", "feedback"};
  int n;
  const char *const *names = lind_stepper_names(&n);
  for (size_t k = 0; k < sizeof trials / sizeof trials[0]; k++) {
    trial reference = trial_open(trials[k], "engine={name: rk, relative: 1e-9, absolute: 1e-11}");
    trial_run(&reference, 0);
    for (int e = 0; e < n; e++) {
      const lind_kernel *kernel = &reference.plan->model->kernel;
      const lind_stepper *stepper = lind_stepper_find(names[e]);
      if (strcmp(names[e], "rk") == 0 || (stepper->refuses != NULL && stepper->refuses(kernel) != NULL)) continue;
      char set[80];
      (void)snprintf(set, sizeof set, "engine={name: %s, relative: 1e-9, absolute: 1e-11}", names[e]);
      trial t = trial_open(trials[k], set);
      trial_run(&t, 0);
      assert_same_trial(&t, &reference, 1e-5);
      trial_close(&t);
    }
    trial_close(&reference);
  }
}

/* Absorption 50,000 times faster than meant: rk runs out of steps, cvode goes on, and it can be told not to. */
static void who_is_too_stiff_is_rescued(void **state) {
  (void)state;
  static const char fast[] = "model.parameters={drift_sd: 0, assay: 0, ka: 100000 1/h}", few[] = "patients=8",
                    brief[] = "duration=15 day", visits[] = "visits={days: [1, 8, 15]}";
  trial rk = trial_open("warfarin", fast, few, brief, visits, "engine.name=rk"),
        cvode = trial_open("warfarin", fast, few, brief, visits, "engine.name=cvode");
  trial picked = trial_open("warfarin", fast, few, brief, visits, "engine.name=auto");
  trial alone = trial_open("warfarin", fast, few, brief, visits, "engine={name: rk, rescue: no}");
  trial *const all[] = {&rk, &cvode, &picked, &alone};
  for (int k = 0; k < 4; k++) trial_run(all[k], 0);
  assert_int_equal(rescued(&rk), 8);
  assert_int_equal(rescued(&cvode), 0);
  assert_int_equal(rescued(&picked), 0); /* it knew before */
  assert_int_equal(rescued(&alone), 0);
  assert_same_trial(&rk, &cvode, 1e-5);
  assert_same_trial(&picked, &cvode, 1e-5);
  for (int s = 0; s < 8; s++) {
    assert_int_equal(rk.desk->reason[s], LIND_END_COMPLETED);
    assert_int_equal(alone.desk->reason[s], LIND_END_FAILED);
  }
  for (int k = 0; k < 4; k++) trial_close(all[k]);
}

/* A replay of one patient passes through the same hands. */
static void a_rescued_life_is_the_same_alone(void **state) {
  (void)state;
  static const char fast[] = "model.parameters={drift_sd: 0, assay: 0, ka: 20000 1/h}", *const few = "patients=5";
  trial whole = trial_open("warfarin", fast, few, "engine.name=auto"),
        single = trial_open("warfarin", fast, few, "engine.name=auto");
  trial_run(&whole, 0);
  lind_enrol(single.desk, 0, 0, 5, NULL, NULL);
  for (int s = 4; s >= 0; s--) {
    lind_simulate(single.desk, s, s + 1);
    assert_true(same_life(whole.desk, s, single.desk, s));
  }
  trial_close(&whole);
  trial_close(&single);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_engine_lives_the_same_trial),
      cmocka_unit_test(who_is_too_stiff_is_rescued),
      cmocka_unit_test(a_rescued_life_is_the_same_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
