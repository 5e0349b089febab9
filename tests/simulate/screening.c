/* Screening by outputs of the model, parameters of an arm, and lives in which nothing goes on between visits. */
#include "lind/draw.h"
#include "simulate_case.h"

static void who_fails_is_drawn_again(void **state) {
  trial t = trial_open("scores", "patients=2000", "screening=truth < 26", "conduct.dropout.yearly=0");
  double attempts = 0.0;
  (void)state;
  trial_run(&t, 0);
  for (int s = 0; s < 2000; s++) {
    assert_int_equal(t.desk->seated[s], 1);
    attempts += t.desk->attempts[s];
    if (visit_time(t.desk, s, 0) == 0.0) assert_true(visit_value(t.desk, s, 1, 0) < 26.0);
  }
  assert_share(2000.0, attempts, lind_draw_normal_cdf(1.5)); /* start 20, sd 4 */
  trial_close(&t);
}

/* What is measured at screening has an error of its own: those let in by a low score have a higher one at the first visit. */
static void the_score_regresses(void **state) {
  trial t = trial_open("scores", "patients=2000", "screening=score < 15", "visits.missed=0", "conduct.dropout.yearly=0");
  double mean = 0.0;
  int above = 0;
  (void)state;
  trial_run(&t, 0);
  for (int s = 0; s < 2000; s++) {
    mean += visit_value(t.desk, s, 0, 0) / 2000.0;
    above += visit_value(t.desk, s, 0, 0) >= 15.0;
  }
  assert_true(mean > 13.5 && above > 500);
  trial_close(&t);
}

static void parameters_belong_to_the_arm(void **state) {
  trial t = trial_open("scores", "visits.missed=0", "conduct.dropout.yearly=0", "screening=truth > 5 and truth < 26");
  (void)state;
  trial_run(&t, 0);
  for (int s = 0; s < 400; s++) {
    const double days = (visit_time(t.desk, s, 2) - visit_time(t.desk, s, 0)) / 24.0;
    assert_near((visit_value(t.desk, s, 1, 2) - visit_value(t.desk, s, 1, 0)) / days, t.desk->arm[s] == 0 ? 0.05 : 0.1, 1e-12);
  }
  trial_close(&t);
}

/* A model with an idle state is walked day by day; without, from visit to visit. The lives are the same. */
static void nothing_between_visits(void **state) {
  trial still = trial_open("scores"),
        daily = trial_open("scores", "model.use=" LIND_SOURCE_DIR "/tests/simulate/data/scores_daily.lind");
  (void)state;
  assert_true(still.plan->still && !daily.plan->still);
  for (uint32_t r = 0; r < 3; r++) {
    int dropped = 0;
    trial_run(&still, r);
    trial_run(&daily, r);
    for (int s = 0; s < 400; s++) {
      assert_true(same_life(still.desk, s, daily.desk, s));
      dropped += still.desk->reason[s] == LIND_END_DROPOUT;
    }
    assert_true(dropped > 20);
  }
  trial_close(&still);
  trial_close(&daily);
}

/* Somebody's screening does not depend on who stands beside him. */
static void alone_as_in_the_pack(void **state) {
  trial t = trial_open("scores", "screening=score < 18 and truth > 14");
  uint8_t attempts[400];
  (void)state;
  lind_enrol(t.desk, 2, 0, 400, NULL, NULL);
  memcpy(attempts, t.desk->attempts, sizeof attempts);
  for (uint64_t s = 0; s < 400; s += 7) {
    lind_enrol(t.desk, 2, s, 1, NULL, NULL);
    assert_int_equal(t.desk->attempts[0], attempts[s]);
  }
  trial_close(&t);
}

static void sentences(void **state) {
  (void)state;
  trial_refused("scores", "screening=scor < 20", "did you mean 'score'?");
  trial_refused("scores", "screening=day < 20", "known only at visits");
  trial_refused("scores", "screening=score", "truth");
  trial_refused("scores", "arms.a.parameters.rat=2",
                "arms.a.parameters.rat is not a parameter of model scores (did you mean 'rate'?)");
  trial_refused("scores", "arms.a.parameters.rate=2 mg", "arms.a.parameters.rate is '2 mg'");
  trial_refused("scores", "arms.a.parameters.omega=2", "changes how effects or errors are distributed");
}

int main(void) {
  lind_draw_prepare();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(who_fails_is_drawn_again),     cmocka_unit_test(the_score_regresses),
      cmocka_unit_test(parameters_belong_to_the_arm), cmocka_unit_test(nothing_between_visits),
      cmocka_unit_test(alone_as_in_the_pack),         cmocka_unit_test(sentences),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
