/* The same as leaps.c inside a trial: what a dose makes true fires at the dose. */
#include "simulate_case.h"

static void doses_make_true(void **state) {
  (void)state;
  trial t = trial_open("leaps");
  trial_run(&t, 0);
  for (int s = 0; s < t.desk->n; s++) {
    assert_near(t.desk->event[s], 24, 0); /* toxic: with the first dose, not before and not after */
    const double hits[] = {0, 0, 1, 2, 2}, followed[] = {0, 0, 0, 1, 1}, at[] = {-1, -1, 24, 48, 48}; /* before the day's dose */
    for (int v = 0; v < 5; v++) {
      assert_near(visit_value(t.desk, s, 0, v), hits[v], 0);
      assert_near(visit_value(t.desk, s, 1, v), followed[v], 0);
      assert_near(visit_value(t.desk, s, 2, v), at[v], 0);
    }
  }
  trial_close(&t);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(doses_make_true)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
