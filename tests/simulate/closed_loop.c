/* The whole engine against the reference engine: warfarin at a fixed dose by the trial and by CVODE, which is given the same
 * people. And lanes that no engine can carry to the end. */
#include "simulate_case.h"

enum { VISITS = 9, DOSE = 5 };

/* The frame of seat s as the model's own definition makes it, from the cohort's row and the documented random streams, apart from
 * live.c. */
static void frame_of(const trial *t, int s, lind_lane *frame) {
  const lind_model *model = t->plan->model;
  const lind_who who = {t->plan->protocol->seed, 0, (uint32_t)s, (uint32_t)(t->desk->attempts[s] - 1)};
  memset(frame, 0, (size_t)model->kernel.n_frame * sizeof *frame);
  for (int k = 0; k < model->n_parameters; k++) frame[model->parameters[k].slot].of[0] = t->plan->values.parameters[k];
  for (int k = 0; k < model->n_covariates; k++) {
    const lind_model_covariate *covariate = &model->covariates[k];
    const lind_column *column = lind_cohort_find(t->plan->cohort, covariate->name);
    if (column == NULL) continue;
    double code[2];
    for (int a = 0; a < (column->type.kind == LIND_TYPE_GENOTYPE ? 2 : 1); a++) {
      code[a] = t->desk->row[(column->slot + a) * t->desk->capacity + s];
      if (column->type.kind == LIND_TYPE_NUMBER) continue;
      const char *name = column->type.levels->names[(int)code[a]];
      code[a] = covariate->other ? covariate->type.levels->n - 1 : -1;
      for (int l = 0; l < covariate->type.levels->n; l++)
        if (strcmp(covariate->type.levels->names[l], name) == 0) code[a] = l;
      assert_true(code[a] >= 0);
    }
    frame[covariate->slot].of[0] = column->type.kind == LIND_TYPE_GENOTYPE ? fmin(code[0], code[1]) : code[0];
    if (column->type.kind == LIND_TYPE_GENOTYPE) frame[covariate->slot + 1].of[0] = fmax(code[0], code[1]);
  }
  for (int k = 0; k < model->n_randoms; k++) { /* warfarin's effects are independent: eta = omega z */
    char name[64];
    (void)snprintf(name, sizeof name, "omega_%s", model->randoms[k].name + strlen("eta_"));
    const int omega = lind_model_find_parameter(model, name);
    (void)snprintf(name, sizeof name, "model/%s", model->randoms[k].name);
    assert_true(omega >= 0);
    frame[model->randoms[k].slot].of[0] =
        t->plan->values.parameters[omega] * lind_random_normal(who, lind_random_purpose(name), 0);
  }
  model->kernel.individual(model->kernel.self, frame);
}

/* INR at the visits by CVODE, dose by dose. */
static void reference(const trial *t, const lind_lane *frame, double inr[VISITS]) {
  const lind_model *model = t->plan->model;
  const lind_kernel *kernel = &model->kernel;
  const int depot = lind_model_find_state(model, "depot"), output = lind_model_find_output(model, "inr"), n = kernel->n_states;
  lind_lane *lanes = test_malloc((size_t)(n + kernel->n_outputs) * sizeof *lanes + 64);
  lind_lane *x = (lind_lane *)(((uintptr_t)lanes + 63) / 64 * 64), *y = x + n, time = {{0}};
  double one[32];
  kernel->initial(kernel->self, frame, x);
  for (int k = 0; k < n; k++) one[k] = x[k].of[0];
  for (int day = 1, v = 0; day <= t->plan->n_days + 1; day++) {
    time.of[0] = 24.0 * (day - 1);
    for (int k = 0; k < n; k++) x[k].of[0] = one[k];
    kernel->outputs(kernel->self, &time, frame, x, y);
    if (v < VISITS && t->plan->visits[v].day == day) inr[v++] = y[output].of[0];
    one[depot] +=
        t->plan->values.parameters[lind_model_find_parameter(model, "s")] * DOSE; /* the bioavailability is the share s */
    assert_int_equal(lind_cvode_advance(kernel, frame, 0, NULL, 1e-10, 1e-12, time.of[0], time.of[0] + 24.0, one), LIND_OK);
  }
  test_free(lanes);
}

static void warfarin_against_cvode(void **state) {
  trial t = trial_open("warfarin");
  const size_t slots = (size_t)t.plan->model->kernel.n_frame;
  lind_lane *memory = test_malloc(slots * sizeof *memory + 64), *frame = (lind_lane *)(((uintptr_t)memory + 63) / 64 * 64);
  double highest = 0.0, lowest = 100.0;
  (void)state;
  assert_int_equal(t.plan->n_visits, VISITS);
  trial_run(&t, 0);
  for (int s = 0; s < 24; s++) {
    double inr[VISITS];
    frame_of(&t, s, frame);
    reference(&t, frame, inr);
    assert_int_equal(t.desk->reason[s], LIND_END_COMPLETED);
    for (int v = 0; v < VISITS; v++) assert_near(visit_value(t.desk, s, 0, v), inr[v], 1e-6 * inr[v]);
    highest = fmax(highest, inr[VISITS - 1]);
    lowest = fmin(lowest, inr[VISITS - 1]);
  }
  assert_true(highest > 3.0 && lowest < 2.0); /* patients do differ */
  test_free(memory);
  trial_close(&t);
}

/* 1 / (1 - k t): who explodes within the trial is a failed lane, at that time; the others go on to the closed form. */
static void a_lane_that_explodes_is_data(void **state) {
  trial t = trial_open("blow");
  int failed = 0, completed = 0;
  (void)state;
  trial_run(&t, 0);
  for (int s = 0; s < 200; s++) {
    const double k = visit_value(t.desk, s, 1, 0), explodes = 1.0 / k;
    if (fabs(explodes - 480.0) < 0.01) continue;
    if (explodes < 480.0) {
      failed++;
      assert_int_equal(t.desk->reason[s], LIND_END_FAILED);
      assert_near(t.desk->end[s], explodes, 1e-3 * explodes);
    } else {
      completed++;
      assert_int_equal(t.desk->reason[s], LIND_END_COMPLETED);
      assert_near(t.desk->end[s], 480.0, 0.0);
      assert_int_equal(t.desk->n_visits[s], 7);
    }
    for (int v = 0; v < t.desk->n_visits[s]; v++) {
      const double time = visit_time(t.desk, s, v), y = 1.0 / (1.0 - k * time);
      assert_true(time < explodes);
      if (k * time < 0.99) assert_near(visit_value(t.desk, s, 0, v), y, 1e-4 * y);
    }
  }
  assert_true(failed > 50 && completed > 30);
  trial_close(&t);
}

/* A failed lane leaves its pack alone: alone or among neighbours that explode, a life is the same. */
static void neighbours_of_a_failed_lane(void **state) {
  trial whole = trial_open("blow"), single = trial_open("blow");
  (void)state;
  trial_run(&whole, 0);
  lind_enrol(single.desk, 0, 0, 200, NULL, NULL);
  for (int s = 0; s < 200; s++) {
    lind_simulate(single.desk, s, s + 1);
    assert_true(same_life(whole.desk, s, single.desk, s));
  }
  trial_close(&whole);
  trial_close(&single);
}

/* Who had left before the lane failed had left. */
static void leaving_before_failing(void **state) {
  trial t = trial_open("blow", "patients=2000", "conduct={dropout: {yearly: 0.999}}"), stay = trial_open("blow", "patients=2000");
  int both = 0;
  (void)state;
  trial_run(&t, 0);
  trial_run(&stay, 0);
  for (int s = 0; s < 2000; s++) {
    assert_true(t.desk->end[s] <= stay.desk->end[s]);
    if (t.desk->end[s] < stay.desk->end[s])
      assert_int_equal(t.desk->reason[s], LIND_END_DROPOUT);
    else
      assert_int_equal(t.desk->reason[s], stay.desk->reason[s]);
    both += t.desk->reason[s] == LIND_END_DROPOUT && stay.desk->reason[s] == LIND_END_FAILED &&
            floor(t.desk->end[s] / 24.0) == floor(stay.desk->end[s] / 24.0); /* gone and failed between two mornings */
  }
  assert_true(both > 0);
  trial_close(&t);
  trial_close(&stay);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(warfarin_against_cvode),
      cmocka_unit_test(a_lane_that_explodes_is_data),
      cmocka_unit_test(neighbours_of_a_failed_lane),
      cmocka_unit_test(leaving_before_failing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
