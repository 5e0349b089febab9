/* Every kind of dose against superposition in 40 digits (data/dosing/superposition.py) and against what NONMEM printed. */
#include "course_case.h"

enum { MOST = 64 };

/* Relative error that an engine may have at a tolerance of 1e-10. */
static double error_of(const char *engine) { return strcmp(engine, "exact") == 0 ? 1e-13 : 1e-7; }

static void compare(course_case *c, const char *engine, const lind_csv *csv, const lind_course_patient *p, size_t first) {
  static const char *const states[COURSE_STATES] = {"depot", "central", "peripheral"};
  if (p->status != LIND_LANE_OK) {
    const double id = cell_number(csv, first, "ID");
    fail_msg("%s: scenario %g stopped with status %d at %g h, record %d", engine, id, p->status, p->time, p->reached);
  }
  for (int r = 0; r < p->n; r++) {
    if (!p->records[r].observed) continue;
    for (int k = 0; k < COURSE_STATES; k++) {
      const double expected = cell_number(csv, first + (size_t)r, states[k]), y = course_y(p, c, r, k);
      if (!(fabs(y - expected) <= error_of(engine) * (fabs(expected) + 1.0)))
        fail_msg("%s: scenario %g at %g h, %s: %.17g, not %.17g", engine, cell_number(csv, first, "ID"), p->records[r].time,
                 states[k], y, expected);
    }
    if (lind_csv_find(csv, "printed") < 0) continue;
    const double printed = cell_number(csv, first + (size_t)r, "printed"), conc = 1000.0 * course_y(p, c, r, 3);
    assert_true(fabs(conc - printed) <= 1e-4 * printed + 1e-6); /* 5 digits, ug/L */
  }
}

static bool takes(const lind_stepper *stepper, const lind_kernel *kernel) {
  return stepper->refuses == NULL || stepper->refuses(kernel) == NULL;
}

static void scenarios_hold(const char *name) {
  int n_engines;
  const char *const *engines = lind_stepper_names(&n_engines);
  for (int e = 0; e < n_engines; e++) {
    course_case c;
    const lind_csv *csv;
    lind_course_patient patients[MOST];
    size_t first[MOST];
    dosing_open(&c, engines[e]);
    if (takes(c.course.stepper, c.course.kernel)) {
      const int n = course_table(&c, name, &csv, patients, first, MOST);
      assert_true(n >= 20);
      course_run(&c, patients, n);
      for (int i = 0; i < n; i++) compare(&c, engines[e], csv, &patients[i], first[i]);
    }
    course_close(&c);
  }
}

static void scenarios_are_superpositions(void **state) {
  (void)state;
  scenarios_hold("superposition.csv");
}

static void scenarios_are_what_nonmem_printed(void **state) {
  (void)state;
  scenarios_hold("nonmem.csv");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(scenarios_are_superpositions),
      cmocka_unit_test(scenarios_are_what_nonmem_printed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
