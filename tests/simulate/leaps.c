/* State events that no engine can see: what a dose, or another state event, makes true between two calls fires there and then. */
#include "course_case.h"

enum { MOST = 16 };

/* 100 mg at 10 h, 60 mg at 40 h, when 100 exp(-3) are left. */
static const lind_record records[] = {{.time = 0, .event = LIND_RECORD_OTHER},
                                      {.time = 10, .event = LIND_RECORD_DOSE, .amount = 100, .state = 0},
                                      {.time = 40, .event = LIND_RECORD_DOSE, .amount = 60, .state = 0},
                                      {.time = 50, .event = LIND_RECORD_OBSERVATION, .observed = 1}};
enum { N = sizeof records / sizeof *records };

static void happens_by(const char *engine, bool resets) {
  course_case c;
  lind_record own[N];
  lind_course_mark marks[MOST];
  double y[N * 8];
  lind_course_pack *pack;
  memcpy(own, records, sizeof own);
  if (resets) own[2].event = LIND_RECORD_RESET_DOSE; /* all begins anew, and the dose makes it true again */
  course_open(&c, LIND_SOURCE_DIR "/tests/simulate/data/leaps.lind", engine);
  for (int k = 0; k < N; k++) own[k].amount *= c.model->states[0].unit.scale;
  lind_course_room(&c.course, own, N);
  must(lind_course_pack_create(&c.course, &pack));
  lind_course_patient patient = {.n = N, .records = own, .given = c.given, .y = y, .marks = marks, .most_marks = MOST};
  lind_course_run(pack, &patient, 1);
  lind_course_pack_destroy(&pack);
  assert_int_equal(patient.status, LIND_LANE_OK);
  const double *last = y + (N - 1) * c.model->n_outputs;
  const double wanted[][2] = {{10, 0}, {10, 3}, {40, 0}, {40, 1}, {40, 2}}; /* h, trigger */
  assert_int_equal(patient.fired, resets ? 3 : 5);
  for (int k = 0; k < (resets ? 3 : 5); k++) {
    assert_true(marks[k].time == wanted[k][0]);
    assert_int_equal(marks[k].trigger, (int)wanted[k][1]);
  }
  assert_true(last[1] == (resets ? 1 : 2) && last[2] == (resets ? 0 : 1) && last[3] == 40);
  course_close(&c);
}

static void doses_make_true(void **state) {
  static const char *const engines[] = {"rk", "exact", "rosenbrock", "cvode", "auto"};
  (void)state;
  for (size_t e = 0; e < sizeof engines / sizeof *engines; e++) {
    happens_by(engines[e], false);
    happens_by(engines[e], true);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(doses_make_true)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
