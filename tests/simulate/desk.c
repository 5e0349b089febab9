/* A desk holds what the plan says, no byte more, and nothing is allocated once it is there. */
#include "simulate_case.h"

/* This program's own: the desk's memory is asked for through it. */
static size_t asked, calls;
void *aligned_alloc(size_t alignment, size_t size) {
  void *memory;
  asked += size;
  calls++;
  return posix_memalign(&memory, alignment, size) == 0 ? memory : NULL;
}

static void the_bytes_of_a_desk(void **state) {
  static const char *const sets[][4] = {
      {NULL}, {"patients=4000", NULL}, {"patients=5000", NULL}, {"patients=1", "curves={}", NULL}};
  (void)state;
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
    trial t = {0};
    if (trial_plan(&t, "maze", sets[i]) != LIND_OK) fail_msg("%s", lind_error_message());
    asked = 0;
    assert_int_equal(lind_desk_create(t.plan, &t.desk), LIND_OK);
    assert_true(asked > (size_t)t.desk->capacity * (size_t)t.plan->n_days * 2 * sizeof(double));
    assert_int_equal(asked + sizeof *t.desk, lind_plan_desk_bytes(t.plan));
    assert_int_equal(t.desk->capacity, lind_plan_seats_in_memory(t.plan));
    trial_close(&t);
  }
}

static void nothing_is_allocated_per_patient(void **state) {
  trial t = trial_open("maze");
  (void)state;
  calls = 0;
  const size_t arena = lind_arena_bytes(t.arena);
  for (uint32_t r = 0; r < 3; r++) trial_run(&t, r);
  assert_int_equal(calls, 0);
  assert_int_equal(lind_arena_bytes(t.arena), arena);
  trial_close(&t);
}

/* The arrays do not overlap: what a full desk holds is still there after all of it was written. */
static void a_full_desk(void **state) {
  trial t = trial_open("maze", "patients=512"), again = trial_open("maze", "patients=512");
  (void)state;
  trial_run(&t, 0);
  lind_enrol(again.desk, 0, 0, 512, NULL, NULL);
  assert_memory_equal(again.desk->arm, t.desk->arm, 512); /* enrolment is as it was before the lives were lived */
  assert_memory_equal(again.desk->stratum, t.desk->stratum, 512 * sizeof *t.desk->stratum);
  assert_memory_equal(again.desk->row, t.desk->row, 512 * (size_t)t.plan->cohort->n_slots * sizeof(double));
  for (int s = 0; s < 512; s++) {
    assert_true(t.desk->n_visits[s] <= t.plan->most_visits);
    for (int v = 1; v < t.desk->n_visits[s]; v++) assert_true(visit_time(t.desk, s, v) > visit_time(t.desk, s, v - 1));
  }
  trial_close(&t);
  trial_close(&again);
}

static void a_history_is_a_view(void **state) {
  trial t = trial_open("maze");
  const double *values[2];
  lind_history history;
  (void)state;
  trial_run(&t, 0);
  for (int s = 0; s < 61; s++) {
    lind_desk_history(t.desk, s, values, &history);
    assert_int_equal(history.n_visits, t.desk->n_visits[s]);
    assert_int_equal(history.n_days, 40);
    assert_ptr_equal(history.value, values);
    for (int v = 0; v < history.n_visits; v++) {
      assert_near(history.time[v], visit_time(t.desk, s, v), 0.0);
      for (int m = 0; m < 2; m++) assert_near(history.value[m][v], visit_value(t.desk, s, m, v), 0.0);
    }
    assert_near(history.dose[0], dose_on(t.desk, s, 1), 0.0);
    assert_near(history.end, t.desk->end[s], 0.0);
  }
  trial_close(&t);
}

/* What only cohort and model know is checked by the plan, at its place in the text. */
static void what_the_plan_refuses(void **state) {
  (void)state;
  trial_refused("maze", "measure=[effects]",
                "measure is 'effects', which is not an output of model maze; it has effect and conc (did you mean 'effect'?)");
  trial_refused("maze", "model.parameters={ka: 1}", "model.parameters.ka is not a parameter of model maze");
  trial_refused("maze", "model.set=adults", "model.set is 'adults'; model maze has no parameter sets");
  trial_refused("maze", "randomise.strata=[age]",
                "'age' is a number, which cannot split patients; define a group with `value:` and `labels:`");
  trial_refused("maze", "randomise.strata=[sexes]",
                "'sexes' is not a group of the protocol nor a column of cohort people (did you mean 'sex'?)");
  trial_refused("maze", "dosing.start.into=central", "dosing.start.into is 'central'; model maze takes doses in depot");
  trial_refused("maze", "eligible=effect > 1", "it is known only at visits, after randomisation");
  trial_refused("maze", "visits={days: [4, 6], window: 1 day}",
                "visits of day 4 and day 6 can fall on the same day; narrow their windows or space them");
  trial_refused("maze", "engine={name: euler}", "engine.name is 'euler'; known engines are");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_bytes_of_a_desk),   cmocka_unit_test(nothing_is_allocated_per_patient),
      cmocka_unit_test(a_full_desk),           cmocka_unit_test(a_history_is_a_view),
      cmocka_unit_test(what_the_plan_refuses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
