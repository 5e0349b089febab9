/* Outputs that look back, at every kind of record, against closed forms; a reset forgets the past. */
#include "course_case.h"

enum { RECORDS = 9, X = 0, Y = 1, PAST = 2 };

static double w_at(double time) { return 1.0 + 0.5 * time; }

/* The amount of a life that begins with 7 mg at `birth` and gets 100 mg there and, with `again`, 4 h later. */
static double amount(double since, int again) {
  if (since <= 0.0) return 7.0;
  return 107.0 * exp(-0.1 * since) + (again && since > 4.0 ? 100.0 * exp(-0.1 * (since - 4.0)) : 0.0);
}

/* What came of it: 0.1 /h times the integral of the amount 2 h ago; before the start that was 7 mg. */
static double result(double since, int again) {
  const double past = fmax(0.0, since - 2.0);
  const double first = 0.7 * fmin(since, 2.0) + 107.0 * (1.0 - exp(-0.1 * past));
  return first + (again && past > 4.0 ? 100.0 * (1.0 - exp(-0.1 * (past - 4.0))) : 0.0);
}

static void check(const course_case *c, const lind_course_patient *p, int record, double birth, int again, bool moves) {
  const double since = p->records[record].time - birth, w = moves ? w_at(p->records[record].time) : 1.0;
  const double due[3] = {amount(since, again && since > 4.0), result(since, again), w * amount(since - 2.0, again)};
  for (int k = X; k <= PAST; k++) {
    const double found = course_y(p, c, record, k);
    if (!(fabs(found - due[k]) <= 1e-8 * (1.0 + fabs(due[k]))))
      fail_msg("record %d, output %d: %.17g, not %.17g", record, k, found, due[k]);
  }
}

/* Looks, a record at the time of a dose, the last one before a reset, those of the life behind it. */
static void life(bool moves) {
  course_case c;
  course_open(&c, LIND_SOURCE_DIR "/tests/simulate/data/dosing/looking_back.lind", "rk");
  lind_record records[RECORDS] = {dose(0, 100, 0),
                                  observation(1),
                                  observation(3.5),
                                  observation(4),
                                  dose(4, 100, 0),
                                  observation(9),
                                  {.time = 3, .amount = 100, .state = 0, .event = LIND_RECORD_RESET_DOSE},
                                  observation(4.5),
                                  observation(8)};
  double varying[RECORDS];
  for (int r = 0; r < RECORDS; r++) varying[r] = w_at(records[r].time);
  c.given[c.model->covariates[0].slot] = 1.0;
  if (moves) {
    c.course.n_varying = 1;
    c.varying[0] = c.model->covariates[0].slot;
    c.between[0] = LIND_BETWEEN_LINE;
  }
  lind_course_patient patient = course_patient(&c, c.given, records, RECORDS);
  patient.varying = moves ? varying : NULL;
  course_run(&c, &patient, 1);
  finished(&patient);
  for (int r = 1; r <= 3; r++) check(&c, &patient, r, 0, 0, moves);
  check(&c, &patient, 5, 0, 1, moves);
  for (int r = 7; r <= 8; r++) check(&c, &patient, r, 3, 0, moves);
  course_close(&c);
}

static void outputs_look_back(void **state) {
  (void)state;
  life(false);
}

static void outputs_look_back_where_inputs_move(void **state) {
  (void)state;
  life(true);
}

/* Shown at the reset itself: its past is the initial value. */
static void a_reset_has_no_past(void **state) {
  (void)state;
  course_case c;
  course_open(&c, LIND_SOURCE_DIR "/tests/simulate/data/dosing/looking_back.lind", "rk");
  c.given[c.model->covariates[0].slot] = 1.0;
  lind_record records[4] = {
      dose(0, 100, 0), observation(6), {.time = 6, .event = LIND_RECORD_RESET, .observed = 1}, observation(7)};
  records[0].observed = 1;
  lind_course_patient patient = course_patient(&c, c.given, records, 4);
  course_run(&c, &patient, 1);
  finished(&patient);
  assert_true(course_y(&patient, &c, 0, PAST) == 7.0);
  assert_true(fabs(course_y(&patient, &c, 1, PAST) - 107.0 * exp(-0.4)) < 1e-7);
  assert_true(course_y(&patient, &c, 2, PAST) == 7.0);
  assert_true(course_y(&patient, &c, 3, PAST) == 7.0);
  assert_true(fabs(course_y(&patient, &c, 3, Y) - 0.7) < 1e-9);
  course_close(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(outputs_look_back),
      cmocka_unit_test(outputs_look_back_where_inputs_move),
      cmocka_unit_test(a_reset_has_no_past),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
