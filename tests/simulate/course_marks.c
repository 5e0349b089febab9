/* When state events of a course fired: times against closed forms, and no more of them than were asked for. */
#include "course_case.h"

enum { MOST = 16 };

static int trigger_of(const course_case *c, const char *name) {
  for (int t = 0; t < c->model->n_triggers; t++)
    if (strcmp(c->model->triggers[t].name, name) == 0) return t;
  fail_msg("there is no event %s", name);
  return -1;
}

static void live(course_case *c, lind_course_patient *patient, lind_course_mark *marks, int most) {
  static const lind_record records[2] = {{.time = 0, .event = LIND_RECORD_OTHER},
                                         {.time = 40 * 24, .event = LIND_RECORD_OBSERVATION, .observed = 1}};
  static double y[2 * 8];
  lind_course_pack *pack;
  lind_course_room(&c->course, records, 2);
  must(lind_course_pack_create(&c->course, &pack));
  *patient = (lind_course_patient){.n = 2, .records = records, .given = c->given, .y = y, .marks = marks, .most_marks = most};
  lind_course_run(pack, patient, 1);
  lind_course_pack_destroy(&pack);
  assert_int_equal(patient->status, LIND_LANE_OK);
}

static void events_have_their_times(void **state) {
  (void)state;
  course_case c;
  lind_course_patient patient;
  lind_course_mark marks[MOST];
  course_open(&c, LIND_SOURCE_DIR "/tests/simulate/data/happenings.lind", "rk");
  const int refill = trigger_of(&c, "refill");
  const double threshold = 0.3;
  for (int k = 0; k < c.model->n_randoms; k++)
    if (c.model->randoms[k].kind == LIND_RANDOM_EXPONENTIAL) c.given[c.model->randoms[k].slot] = threshold;
  live(&c, &patient, marks, MOST);
  assert_int_equal(patient.fired, 9); /* 8 refills in 40 days, and one death */
  int refills = 0, deaths = 0;
  for (int k = 0; k < 9; k++) {
    const double day = marks[k].time / 24;
    if (k > 0) assert_true(marks[k].time > marks[k - 1].time);
    if (marks[k].trigger == refill) {
      assert_true(fabs(day - 4.5 * ++refills) < 1e-7);
    } else {
      assert_true(fabs(day - 20 * (sqrt(1 + threshold / 0.2) - 1)) < 1e-7); /* 0.02 (t + t^2 / 40) is 0.3 */
      deaths++;
    }
  }
  assert_int_equal(refills, 8);
  assert_int_equal(deaths, 1);
  course_close(&c);
}

static void no_more_than_asked_for(void **state) {
  (void)state;
  course_case c;
  lind_course_patient patient;
  lind_course_mark marks[3] = {{0, 0}, {0, 0}, {-1, -1}};
  course_open(&c, LIND_SOURCE_DIR "/tests/simulate/data/happenings.lind", "rk");
  for (int k = 0; k < c.model->n_randoms; k++)
    if (c.model->randoms[k].kind == LIND_RANDOM_EXPONENTIAL) c.given[c.model->randoms[k].slot] = 99;
  live(&c, &patient, marks, 2);
  assert_int_equal(patient.fired, 8);
  assert_true(marks[1].time > marks[0].time && marks[2].time == -1);
  live(&c, &patient, NULL, 0);
  assert_int_equal(patient.fired, 8);
  course_close(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(events_have_their_times),
      cmocka_unit_test(no_more_than_asked_for),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
