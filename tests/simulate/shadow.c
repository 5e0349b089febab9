/* Lives beside those of a trial: the same life under the same plan and arm; what the baseline leaves possible, in closed form. */
#include "lind/shadow.h"
#include "lind/draw.h"
#include "simulate_case.h"

#define LINEAR "model.use=" LIND_SOURCE_DIR "/tests/simulate/data/scores_linear.lind"
#define UNSURE "uncertainty={sets: " LIND_SOURCE_DIR "/tests/simulate/data/unsure/sets.csv}"

static lind_shadow shadow_of(const trial *t) {
  lind_shadow shadow;
  if (lind_shadow_create(t->plan, &shadow) != LIND_OK) fail_msg("%s", lind_error_message());
  return shadow;
}

/* Under its own arm everybody's shadow lives the same life to the bit; under the other arm only the treatment differs. */
static void the_same_life(void **state) {
  trial t = trial_open("scores");
  lind_shadow shadow = shadow_of(&t);
  int same = 0, other = 0;
  (void)state;
  trial_run(&t, 3);
  for (int arm = 0; arm < 2; arm++) {
    lind_shadow_seat(&shadow, t.desk, 400, arm);
    lind_simulate(shadow.desk, 0, 400);
    for (int s = 0; s < 400; s++) {
      if (t.desk->arm[s] == arm) {
        assert_true(same_life(t.desk, s, shadow.desk, s));
        same++;
      } else {
        assert_near(t.desk->end[s], shadow.desk->end[s], 0.0);
        other++;
      }
    }
  }
  assert_int_equal(same, 400);
  assert_int_equal(other, 400);
  lind_shadow_release(&shadow);
  trial_close(&t);
}

/* Prior 20 (sd 4), one measurement y with sd 3: mean 20 + 16 / 25 (y - 20), variance 144 / 25. */
static void what_a_measurement_leaves(void **state) {
  trial t = trial_open("scores", LINEAR, "screening=truth > -1000", "arms.a.parameters.rate=0.05 1/day", "visits.missed=0");
  lind_shadow shadow = shadow_of(&t);
  (void)state;
  trial_run(&t, 0);
  lind_shadow_seat(&shadow, t.desk, 400, 1);
  lind_shadow_know(&shadow, t.desk, 0, 400);
  const int n = lind_shadow_points(&shadow);
  assert_int_equal(n, 5);
  static double mean[400], square[400];
  memset(mean, 0, sizeof mean);
  memset(square, 0, sizeof square);
  for (int k = 0; k < n; k++) {
    lind_shadow_point(&shadow, k, 0, 400);
    lind_simulate(shadow.desk, 0, 400);
    for (int s = 0; s < 400; s++) {
      const double w = shadow.weight[k * shadow.desk->capacity + s], y = visit_value(shadow.desk, s, 1, 0);
      assert_int_equal(shadow.desk->n_visits[s], 3);                                          /* everybody stays and comes */
      assert_near(visit_value(shadow.desk, s, 0, 2), visit_value(shadow.desk, s, 1, 2), 0.0); /* measured without error */
      mean[s] += w * y;
      square[s] += w * y * y;
    }
  }
  for (int s = 0; s < 400; s++) {
    assert_near(mean[s], 20.0 + 16.0 / 25.0 * (visit_value(t.desk, s, 0, 0) - 20.0), 1e-8);
    assert_near(square[s] - mean[s] * mean[s], 144.0 / 25.0, 1e-6);
  }
  lind_shadow_release(&shadow);
  trial_close(&t);
}

/* A shadow of some seats is what it is among all. */
static void alone_as_among_others(void **state) {
  trial t = trial_open("scores");
  lind_shadow all = shadow_of(&t), few = shadow_of(&t);
  (void)state;
  trial_run(&t, 1);
  lind_shadow_seat(&all, t.desk, 400, 0);
  lind_shadow_seat(&few, t.desk, 400, 0);
  lind_shadow_know(&all, t.desk, 0, 400);
  lind_shadow_know(&few, t.desk, 17, 20);
  lind_shadow_point(&all, 1, 0, 400);
  lind_shadow_point(&few, 1, 17, 20);
  lind_simulate(all.desk, 0, 400);
  lind_simulate(few.desk, 17, 20);
  for (int s = 17; s < 20; s++) assert_true(same_life(all.desk, s, few.desk, s));
  lind_shadow_release(&all);
  lind_shadow_release(&few);
  trial_close(&t);
}

/* What a replicate has drawn for parameters that are not known well is no baseline: a twin from the baseline lives by the centre.
 */
static void parameters_nobody_knows(void **state) {
  (void)state;
  trial t = trial_open("unsure", UNSURE, "twin={knows: baseline}");
  assert_non_null(t.plan->unsure);
  assert_null(t.plan->twin->unsure);
  trial_close(&t);
  t = trial_open("unsure", UNSURE, "twin={knows: everything}");
  assert_non_null(t.plan->twin->unsure);
  trial_close(&t);
}

int main(void) {
  lind_draw_prepare();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_same_life),
      cmocka_unit_test(what_a_measurement_leaves),
      cmocka_unit_test(alone_as_among_others),
      cmocka_unit_test(parameters_nobody_knows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
