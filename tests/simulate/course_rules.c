/* What must be true of courses whatever the numbers: additional doses are records, steady states are long histories, doses add
 * up, time has no origin, rows of one time act in their order, lanes have no neighbours. */
#include "course_case.h"

#define assert_near(value, expected, tolerance) near_or_fail((value), (expected), (tolerance), __LINE__)
static void near_or_fail(double value, double expected, double tolerance, int line) {
  if (!(fabs(value - expected) <= tolerance * (1.0 + fabs(expected))))
    fail_msg("line %d: %.17g is not within %g of %.17g", line, value, tolerance, expected);
}
#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

static const double *body(course_case *c) {
  double *values = course_values(c);
  course_put(c, values, "cl", 2.0);
  course_put(c, values, "q", 3.0);
  course_put(c, values, "v", 12.0);
  course_put(c, values, "ka", 0.9);
  return values;
}

static void run_all(course_case *c, lind_course_patient *patients, int n) {
  course_run(c, patients, n);
  for (int i = 0; i < n; i++) finished(&patients[i]);
}

static bool same(const course_case *c, const lind_course_patient *a, int r, const lind_course_patient *b, int u) {
  const size_t n = (size_t)c->model->n_outputs;
  return memcmp(a->y + (size_t)r * n, b->y + (size_t)u * n, n * sizeof(double)) == 0;
}

/* ---- additional doses */

static void additional_doses_are_records(void **state) {
  (void)state;
  course_case c;
  dosing_open(&c, "rk");
  double *lagged = course_values(&c);
  course_put(&c, lagged, "lag1", 1.5);
  const lind_record kinds[] = {dose(0, 100, 0), infusion(0, 100, 6, 1)}; /* with lag, which cuts other steps; and without */
  for (int kind = 0; kind < COUNT(kinds); kind++) {
    const lind_record row[] = {row_of(kinds[kind], 12, 2), observation(6), observation(12), observation(30), observation(60)};
    lind_record one = kinds[kind], two = one, three = one;
    two.time = 12;
    three.time = 24;
    const lind_record written[] = {one, observation(6), two, observation(12), three, observation(30), observation(60)};
    static const int at[] = {1, 3, 5, 6}; /* the observations of `written` */
    lind_course_patient p[] = {course_patient(&c, lagged, row, COUNT(row)), course_patient(&c, lagged, written, COUNT(written))};
    run_all(&c, p, 2);
    for (int r = 0; r < 4; r++) {
      if (kind == 1) assert_true(same(&c, &p[0], r + 1, &p[1], at[r]));
      for (int k = 0; k < COURSE_STATES; k++) assert_near(course_y(&p[0], &c, r + 1, k), course_y(&p[1], &c, at[r], k), 1e-8);
    }
  }
  course_close(&c);
}

/* ---- steady states */

static void a_steady_state_is_a_long_history(void **state) {
  (void)state;
  course_case c;
  course_open(&c, LIND_SOURCE_DIR "/tests/simulate/data/dosing/saturable.lind", "rk");
  const double *given = course_values(&c);
  const lind_record kinds[] = {dose(0, 30, 0), infusion(0, 40, 10, 0), infusion(0, 40, 2.5, 0)}; /* the last for 16 h, every 8 */
  for (int kind = 0; kind < COUNT(kinds); kind++) {
    lind_record late = steady(kinds[kind], 8, 1);
    late.time = 3200;
    late.additional = 1;
    const lind_record history[] = {row_of(kinds[kind], 8, 401), observation(3200), observation(3203), observation(3209)};
    const lind_record at_once[] = {late, observation(3200), observation(3203), observation(3209)};
    lind_course_patient p[] = {course_patient(&c, given, history, 4), course_patient(&c, given, at_once, 4)};
    run_all(&c, p, 2);
    for (int r = 1; r < 4; r++)
      for (int k = 0; k < 2; k++) assert_near(course_y(&p[1], &c, r, k), course_y(&p[0], &c, r, k), 1e-7);
    assert_near(course_y(&p[1], &c, 1, 2), 0.0, 0.0); /* the area keeps its initial value */
    assert_true(course_y(&p[1], &c, 3, 2) > 10.0);    /* and collects from there */
  }
  course_close(&c);
}

/* A turnover at rest stays at rest under SS = 2 with a dose that is all there is; the baseline is not counted twice. */
static void steady_state_2_does_not_add_a_baseline(void **state) {
  (void)state;
  course_case c;
  course_open(&c, LIND_SOURCE_DIR "/tests/simulate/data/dosing/saturable.lind", "rk");
  const lind_record both[] = {steady(dose(5, 30, 0), 8, 1), observation(5), observation(7)};
  lind_record adds[] = {observation(0), steady(dose(5, 30, 0), 8, 2), observation(5), observation(7)};
  lind_course_patient p[] = {course_patient(&c, c.given, both, 3), course_patient(&c, c.given, adds, 4)};
  run_all(&c, p, 2);
  for (int r = 1; r < 3; r++)
    for (int k = 0; k < 2; k++) assert_near(course_y(&p[1], &c, r + 1, k), course_y(&p[0], &c, r, k), 1e-8);
  course_close(&c);
}

/* Saturated for good: more comes in than can leave. */
static void without_steady_state_a_patient_stops(void **state) {
  (void)state;
  course_case c;
  course_open(&c, LIND_SOURCE_DIR "/tests/simulate/data/dosing/saturable.lind", "rk");
  const lind_record too_much[] = {observation(1), steady(dose(5, 100, 0), 8, 1), observation(7)};
  const lind_record fine[] = {steady(dose(5, 30, 0), 8, 1), observation(7)};
  lind_course_patient p[] = {course_patient(&c, c.given, too_much, 3), course_patient(&c, c.given, fine, 2)};
  course_run(&c, p, 2);
  assert_int_equal(p[0].status, LIND_LANE_STEADY);
  assert_int_equal(p[0].reached, 1);
  assert_near(p[0].time, 5.0, 0.0);
  finished(&p[1]);
  course_close(&c);
}

/* The same behind a chain: what piles up is not where the doses enter, nor the only thing that has come far. */
static void a_pile_is_no_steady_state(void **state) {
  (void)state;
  static const char *const engines[] = {"rk", "exact", "rosenbrock", "cvode", "auto"};
  for (size_t e = 0; e < sizeof engines / sizeof *engines; e++) {
    course_case c = {0};
    must(lind_arena_create(&c.arena));
    must(lind_model_read_text(
        "model pile\n"
        "parameter vmax = 5 [mg/h]\n"
        "transit gut(n = 5, rate = 1 [1/h]) [mg] dose\n"
        "state central [mg]\n"
        "state side [mg]\n"
        "d/dt(side) = 0.5 [1/h] * central - 0.2 [1/h] * side\n"
        "d/dt(central) = gut.out - vmax * central / (30 [mg] + central) - 0.5 [1/h] * central + 0.2 [1/h] * side\n"
        "output central\n",
        "pile.lind", c.arena, &c.model));
    course_attach(&c, engines[e]);
    c.course.tolerance = (lind_tolerance){1e-6, 1e-8, 1e-10, 100000};
    const lind_record too_much[] = {steady(dose(5, 41, 0), 8, 1), observation(7)},
                      fine[] = {steady(dose(5, 39, 0), 8, 1), observation(7)};
    lind_course_patient p[] = {course_patient(&c, c.given, too_much, 2), course_patient(&c, c.given, fine, 2)};
    course_run(&c, p, 2);
    assert_int_equal(p[0].status, LIND_LANE_STEADY);
    finished(&p[1]);
    course_close(&c);
  }
}

/* ---- looking back */

static void delay_open(course_case *c) {
  *c = (course_case){0};
  must(lind_arena_create(&c->arena));
  must(
      lind_model_read_text("model past\nstate x [mg] = 1 [mg] dose\nstate y [mg]\nd/dt(x) = -0.1 [1/h] * x\n"
                           "d/dt(y) = 0.3 [1/h] * delay(x, 5 [h]) - 0.2 [1/h] * y\noutput x\noutput y\n"
                           "output past [mg] = delay(x, 5 [h])\n",
                           "past.lind", c->arena, &c->model));
  course_attach(c, "rk");
}

/* Outputs look back from where time stops as well: at a dose, at the last record. */
static void outputs_look_back(void **state) {
  (void)state;
  course_case c;
  delay_open(&c);
  lind_record given = dose(12, 30, 0);
  given.observed = 1;
  const lind_record records[] = {observation(0), dose(0, 49, 0),  observation(3),  observation(5),  observation(7),
                                 given,          observation(12), observation(16), observation(17), observation(21)};
  lind_course_patient p[] = {course_patient(&c, c.given, records, COUNT(records))};
  run_all(&c, p, 1);
  for (int r = 0; r < COUNT(records); r++) {
    const double ago = records[r].time - 5.0, first = ago > 0 ? 50.0 * exp(-0.1 * ago) : 1.0;
    if (!records[r].observed || ago == 0.0 || ago == 12.0) continue; /* where it jumps */
    assert_near(course_y(&p[0], &c, r, 2) / (first + (ago > 12.0 ? 30.0 * exp(-0.1 * (ago - 12.0)) : 0.0)), 1.0, 1e-9);
  }
  course_close(&c);
}

/* A reset forgets what could be looked back on, whether time goes back or not. */
static void a_reset_has_no_past(void **state) {
  (void)state;
  course_case c;
  delay_open(&c);
  const double after[] = {1, 3, 4.5, 7, 20};
  lind_record once[6] = {dose(0, 50, 0)}, back[9] = {dose(0, 100, 0), observation(20), observation(40), dose(0, 50, 0)}, on[9];
  back[3].event = LIND_RECORD_RESET_DOSE;
  for (int k = 0; k < 5; k++) once[1 + k] = back[4 + k] = observation(after[k]);
  memcpy(on, back, sizeof on);
  for (int k = 3; k < 9; k++) on[k].time += 41.0;
  lind_course_patient p[] = {course_patient(&c, c.given, once, 6), course_patient(&c, c.given, back, 9),
                             course_patient(&c, c.given, on, 9)};
  run_all(&c, p, 3);
  for (int r = 1; r < 6; r++)
    for (int k = 0; k < 3; k++) {
      assert_near(course_y(&p[1], &c, r + 3, k), course_y(&p[0], &c, r, k), 1e-9);
      assert_near(course_y(&p[2], &c, r + 3, k), course_y(&p[0], &c, r, k), 1e-9);
    }
  const lind_record always[] = {steady(dose(0, 50, 0), 8, 1), observation(7)};
  lind_course_patient q = course_patient(&c, c.given, always, 2);
  course_run(&c, &q, 1);
  assert_int_equal(q.status, LIND_LANE_STEADY);
  course_close(&c);
}

/* ---- sums, shifts, order */

static void doses_add_up(void **state) {
  (void)state;
  course_case c;
  dosing_open(&c, "rk");
  const double *given = body(&c);
  const lind_record a = row_of(dose(1, 70, 0), 6, 3), b = infusion(3, 50, 4, 1), s = steady(dose(0, 20, 1), 5, 1);
  const lind_record only_a[] = {a, observation(9), observation(31)}, only_b[] = {b, observation(9), observation(31)},
                    only_s[] = {s, observation(9), observation(31)}, all[] = {s, a, b, observation(9), observation(31)};
  lind_course_patient p[] = {course_patient(&c, given, only_a, 3), course_patient(&c, given, only_b, 3),
                             course_patient(&c, given, only_s, 3), course_patient(&c, given, all, 5)};
  run_all(&c, p, 4);
  for (int r = 1; r < 3; r++)
    for (int k = 0; k < COURSE_STATES; k++) {
      const double sum = course_y(&p[0], &c, r, k) + course_y(&p[1], &c, r, k) + course_y(&p[2], &c, r, k);
      assert_near(course_y(&p[3], &c, r + 2, k), sum, 1e-8);
    }
  course_close(&c);
}

static void time_has_no_origin(void **state) {
  (void)state;
  course_case c;
  dosing_open(&c, "rk");
  const double *given = body(&c);
  lind_course_patient p[3];
  static const double shift[] = {0, -1000, 4096};
  for (int i = 0; i < 3; i++) {
    lind_record r[] = {row_of(infusion(0, 50, 4, 1), 10, 2), dose(3, 70, 0), observation(9), observation(31)};
    for (int k = 0; k < 4; k++) r[k].time += shift[i];
    p[i] = course_patient(&c, given, r, 4);
  }
  run_all(&c, p, 3);
  for (int i = 1; i < 3; i++)
    for (int r = 2; r < 4; r++)
      for (int k = 0; k < COURSE_STATES; k++) assert_near(course_y(&p[i], &c, r, k), course_y(&p[0], &c, r, k), 1e-8);
  course_close(&c);
}

static void rows_of_one_time_act_in_their_order(void **state) {
  (void)state;
  course_case c;
  dosing_open(&c, "rk");
  lind_record reset = observation(12);
  reset.event = LIND_RECORD_RESET;
  reset.observed = 0;
  const lind_record r[] = {row_of(dose(0, 100, 2), 12, 3),
                           observation(0),
                           observation(12),
                           dose(12, 50, 2),
                           observation(12),
                           reset,
                           observation(12),
                           dose(12, 7, 2),
                           observation(12),
                           observation(24)};
  lind_course_patient p = course_patient(&c, c.given, r, COUNT(r));
  run_all(&c, &p, 1);
  assert_near(course_y(&p, &c, 1, 2), 100, 0);
  assert_near(course_y(&p, &c, 2, 2), 200, 1e-12); /* the additional dose comes before every record of its time */
  assert_near(course_y(&p, &c, 4, 2), 250, 1e-12);
  assert_near(course_y(&p, &c, 6, 2), 0, 0);
  assert_near(course_y(&p, &c, 8, 2), 7, 1e-12);
  assert_near(course_y(&p, &c, 9, 2), 7, 1e-12); /* the dose of 24 was forgotten */
  course_close(&c);
}

/* A reset may turn time back; one patient lives twice. */
static void a_reset_turns_time_back(void **state) {
  (void)state;
  course_case c;
  dosing_open(&c, "rk");
  lind_record again = dose(0, 100, 0);
  again.event = LIND_RECORD_RESET_DOSE;
  const lind_record r[] = {dose(0, 100, 0), observation(5), observation(50), again, observation(5), observation(50)};
  lind_course_patient p = course_patient(&c, body(&c), r, COUNT(r));
  run_all(&c, &p, 1);
  for (int k = 0; k < COURSE_STATES; k++) {
    assert_near(course_y(&p, &c, 4, k), course_y(&p, &c, 1, k), 1e-9);
    assert_near(course_y(&p, &c, 5, k), course_y(&p, &c, 2, k), 1e-9);
  }
  course_close(&c);
}

/* ---- doses that cannot be */

static void impossible_doses_stop_their_patient(void **state) {
  (void)state;
  course_case c;
  dosing_open(&c, "rk");
  static const char *const names[] = {"lag1", "f1", "r1", "d1"};
  static const uint8_t kinds[] = {LIND_INFUSION_NONE, LIND_INFUSION_NONE, LIND_INFUSION_MODEL_RATE, LIND_INFUSION_MODEL_DURATION};
  lind_course_patient p[5];
  for (int i = 0; i < 4; i++) {
    lind_record r[] = {observation(0), dose(2, 100, 0), observation(5)};
    r[1].infusion = kinds[i];
    p[i] = course_patient(&c, course_put(&c, course_values(&c), names[i], -1.0), r, 3);
  }
  const lind_record r[] = {observation(0), dose(2, 100, 0), observation(5)};
  p[4] = course_patient(&c, c.given, r, 3);
  course_run(&c, p, 5);
  for (int i = 0; i < 4; i++) {
    assert_int_equal(p[i].status, LIND_LANE_DOSE);
    assert_int_equal(p[i].reached, 1);
    assert_int_equal(p[i].state, 0);
  }
  finished(&p[4]);
  course_close(&c);
}

static void no_dose_is_lost_for_want_of_room(void **state) {
  (void)state;
  course_case c;
  dosing_open(&c, "rk");
  const lind_record r[] = {row_of(infusion(0, 100, 10, 1), 1, 30), observation(40)};
  double *given = course_values(&c);
  lind_course_patient p = course_patient(&c, given, r, 2); /* 10 at once, 41 planned for */
  run_all(&c, &p, 1);
  course_put(&c, given, "f2", 6.0); /* 60 at once, but only 31 doses */
  run_all(&c, &p, 1);
  c.course.most_running = 20;
  course_run(&c, &p, 1);
  assert_int_equal(p.status, LIND_LANE_CROWDED);
  course_close(&c);
}

/* ---- state events */

static void a_state_event_resets_its_lane(void **state) {
  (void)state;
  course_case c;
  course_open(&c, LIND_SOURCE_DIR "/tests/simulate/data/dosing/saturable.lind", "rk");
  double *given = course_put(&c, course_values(&c), "limit", 50.0);
  course_put(&c, given, "vmax", 0.0);
  const lind_record r[] = {infusion(0, 200, 10, 0), observation(4.5), observation(5.5), observation(20), observation(30)};
  lind_course_patient p = course_patient(&c, given, r, COUNT(r));
  run_all(&c, &p, 1);
  assert_near(course_y(&p, &c, 1, 0), 45.0, 1e-8);
  assert_near(course_y(&p, &c, 2, 0), 5.0, 1e-6); /* 50 mg at 5 h: it falls to 0 */
  assert_true(p.fired >= 3 && p.fired <= 4);      /* at 5, 10, 15 h; 20 h is the end */
  course_close(&c);
}

/* ---- neighbours */

static void lanes_have_no_neighbours(void **state) {
  (void)state;
  int n_engines;
  const char *const *engines = lind_stepper_names(&n_engines);
  for (int e = 0; e < n_engines; e++) {
    course_case c;
    const lind_csv *csv;
    lind_course_patient p[64], q[64];
    size_t first[64];
    dosing_open(&c, engines[e]);
    if (c.course.stepper->refuses == NULL || c.course.stepper->refuses(c.course.kernel) == NULL) {
      const int n = course_table(&c, "superposition.csv", &csv, p, first, 64);
      for (int i = 0; i < n; i++) {
        q[i] = p[(i * 11 + 5) % n]; /* 37 scenarios: another order, other packs */
        q[i].y = lind_arena_take(c.arena, (size_t)q[i].n * COURSE_OUTPUTS, sizeof(double));
      }
      assert_true(n % 11 != 0);
      course_run(&c, p, n);
      course_run(&c, q, n);
      for (int i = 0; i < n; i++) {
        const lind_course_patient *a = &p[(i * 11 + 5) % n];
        for (int r = 0; r < a->n; r++)
          if (a->records[r].observed && !same(&c, a, r, &q[i], r)) fail_msg("%s: row %d of patient %d", engines[e], r, i);
      }
      lind_course_pack *pack; /* alone */
      must(lind_course_pack_create(&c.course, &pack));
      for (int i = 0; i < n; i += 5) {
        lind_course_patient alone = p[i];
        alone.y = q[i].y = lind_arena_take(c.arena, (size_t)p[i].n * COURSE_OUTPUTS, sizeof(double));
        lind_course_run(pack, &alone, 1);
        for (int r = 0; r < p[i].n; r++) assert_true(!p[i].records[r].observed || same(&c, &p[i], r, &alone, r));
      }
      lind_course_pack_destroy(&pack);
    }
    course_close(&c);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(additional_doses_are_records),
      cmocka_unit_test(a_steady_state_is_a_long_history),
      cmocka_unit_test(steady_state_2_does_not_add_a_baseline),
      cmocka_unit_test(without_steady_state_a_patient_stops),
      cmocka_unit_test(a_pile_is_no_steady_state),
      cmocka_unit_test(outputs_look_back),
      cmocka_unit_test(a_reset_has_no_past),
      cmocka_unit_test(doses_add_up),
      cmocka_unit_test(time_has_no_origin),
      cmocka_unit_test(rows_of_one_time_act_in_their_order),
      cmocka_unit_test(a_reset_turns_time_back),
      cmocka_unit_test(impossible_doses_stop_their_patient),
      cmocka_unit_test(no_dose_is_lost_for_want_of_room),
      cmocka_unit_test(a_state_event_resets_its_lane),
      cmocka_unit_test(lanes_have_no_neighbours),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
