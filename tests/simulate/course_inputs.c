/* Inputs that change from record to record: what holds between them, against integrals in closed form. */
#include "course_case.h"

#define assert_near(value, expected, tolerance) near_or_fail((value), (expected), (tolerance), __LINE__)
static void near_or_fail(double value, double expected, double tolerance, int line) {
  if (!(fabs(value - expected) <= tolerance * (1.0 + fabs(expected))))
    fail_msg("line %d: %.17g is not within %g of %.17g", line, value, tolerance, expected);
}

enum { RECORDS = 6, INPUTS = 3 }; /* k, m, give */

static void moving_open(course_case *c, const char *engine, uint8_t between) {
  course_open(c, LIND_SOURCE_DIR "/tests/simulate/data/dosing/moving.lind", engine);
  c->course.n_given = 5; /* m has three slots */
  c->given = lind_arena_take(c->arena, 6, sizeof(double));
  c->course.n_varying = INPUTS;
  for (int k = 0; k < INPUTS; k++) {
    c->varying[k] = c->model->covariates[k].slot;
    c->between[k] = between == LIND_BETWEEN_LINE && k == 1 ? LIND_BETWEEN_OWN_LINE : between;
  }
}

static const double times[RECORDS] = {0, 2, 5, 5, 9, 12}, rates[RECORDS] = {0.1, 0.3, 0.05, 0.2, 0.4, 0.1};

/* The integral of the rate up to record r. */
static double integral(uint8_t between, int r) {
  double sum = 0.0;
  for (int j = 1; j <= r; j++) {
    const double span = times[j] - times[j - 1];
    sum += span * (between == LIND_BETWEEN_BACKWARD  ? rates[j]
                   : between == LIND_BETWEEN_FORWARD ? rates[j - 1]
                                                     : 0.5 * (rates[j] + rates[j - 1]));
  }
  return sum;
}

static void inputs_hold_between(const char *engine, uint8_t between) {
  course_case c;
  moving_open(&c, engine, between);
  lind_record records[RECORDS + 2] = {dose(0, 100, 0), dose(0, 100, 1)};
  double varying[(RECORDS + 2) * INPUTS];
  for (int r = 0; r < RECORDS; r++) records[r + 2] = observation(times[r]);
  for (int r = 0; r < RECORDS + 2; r++)
    for (int k = 0; k < INPUTS; k++) varying[r * INPUTS + k] = k == 2 ? 1.0 : rates[r < 2 ? 0 : r - 2];
  lind_course_patient p = course_patient(&c, c.given, records, RECORDS + 2);
  p.varying = varying;
  course_run(&c, &p, 1);
  finished(&p);
  for (int r = 0; r < RECORDS; r++) {
    assert_near(course_y(&p, &c, r + 2, 0), 100.0 * exp(-integral(between, r)), 1e-7);
    if (between == LIND_BETWEEN_LINE) assert_near(course_y(&p, &c, r + 2, 1), 100.0 * exp(-integral(between, r)), 1e-7);
    assert_near(course_y(&p, &c, r + 2, 3), rates[r], 0.0); /* a record is shown with its own values */
  }
  course_close(&c);
}

static void what_holds_between_records(void **state) {
  (void)state;
  static const uint8_t kinds[] = {LIND_BETWEEN_BACKWARD, LIND_BETWEEN_FORWARD, LIND_BETWEEN_LINE};
  for (int k = 0; k < 3; k++) inputs_hold_between("rk", kinds[k]);
  if (lind_stepper_find("rosenbrock") != NULL)
    for (int k = 0; k < 3; k++) inputs_hold_between("rosenbrock", kinds[k]);
}

/* A modelled rate acts all the time: 60 mg at 10, then at 4, then at 8 mg/h; state c loses 0.1 of itself per h. */
static void a_modelled_rate_changes_while_it_runs(void **state) {
  (void)state;
  course_case c;
  moving_open(&c, "rk", LIND_BETWEEN_FORWARD);
  lind_record records[] = {dose(0, 60, 2), observation(3), observation(8), observation(9), observation(20)};
  records[0].infusion = LIND_INFUSION_MODEL_RATE;
  static const double give[] = {10, 4, 8, 8, 8};
  double varying[5 * INPUTS];
  for (int r = 0; r < 5; r++) varying[r * INPUTS] = varying[r * INPUTS + 1] = 0.1, varying[r * INPUTS + 2] = give[r];
  lind_course_patient p = course_patient(&c, c.given, records, 5);
  p.varying = varying;
  course_run(&c, &p, 1);
  finished(&p);
  const double k = 0.1, at3 = 10 / k * (1 - exp(-k * 3)), at8 = at3 * exp(-k * 5) + 4 / k * (1 - exp(-k * 5));
  /* 30 mg until 3 h, 20 until 8 h; the 10 that are left take 1.25 h */
  const double at9 = at8 * exp(-k) + 8 / k * (1 - exp(-k)), end = at9 * exp(-k * 0.25) + 8 / k * (1 - exp(-k * 0.25));
  assert_near(course_y(&p, &c, 1, 2), at3, 1e-8);
  assert_near(course_y(&p, &c, 2, 2), at8, 1e-8);
  assert_near(course_y(&p, &c, 3, 2), at9, 1e-8);
  assert_near(course_y(&p, &c, 4, 2), end * exp(-k * 10.75), 1e-8);
  course_close(&c);
}

/* NONMEM (mrgsolve#276): an additional dose has the bioavailability of the record that it comes before; the lag stays that of its
 * own record. */
static void additional_doses_see_what_holds(void **state) {
  (void)state;
  course_case c;
  dosing_open(&c, "rk");
  static const char *const names[] = {"f2", "lag2"};
  for (int k = 0; k < 2; k++) {
    c.varying[k] = c.model->parameters[lind_model_find_parameter(c.model, names[k])].slot;
    c.between[k] = LIND_BETWEEN_BACKWARD;
  }
  c.course.n_varying = 2;
  const lind_record records[] = {row_of(dose(0, 100, 1), 24, 1), observation(20), observation(26), observation(30)};
  const double varying[] = {1, 2, 1, 2, 0.5, 9, 1, 9};
  double *given = course_put(&c, course_values(&c), "cl", 0.0);
  lind_course_patient p = course_patient(&c, given, records, 4);
  p.varying = varying;
  course_run(&c, &p, 1);
  finished(&p);
  assert_near(course_y(&p, &c, 1, 1), 100.0, 1e-12);
  assert_near(course_y(&p, &c, 2, 1), 150.0, 1e-12); /* at 24 + 2 h, half of it */
  assert_near(course_y(&p, &c, 3, 1), 150.0, 1e-12);
  course_close(&c);
}

/* On lines nothing is linear with constant coefficients any more. */
static void an_engine_for_constant_coefficients_says_no(void **state) {
  (void)state;
  if (lind_stepper_find("exact") == NULL) return;
  course_case c;
  lind_course_pack *pack = NULL;
  moving_open(&c, "exact", LIND_BETWEEN_LINE);
  assert_int_equal(lind_course_pack_create(&c.course, &pack), LIND_ERR_INPUT);
  assert_non_null(strstr(lind_error_message(), "the engine exact cannot take this model with inputs that move on lines"));
  assert_null(pack);
  course_close(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_holds_between_records),
      cmocka_unit_test(a_modelled_rate_changes_while_it_runs),
      cmocka_unit_test(additional_doses_see_what_holds),
      cmocka_unit_test(an_engine_for_constant_coefficients_says_no),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
