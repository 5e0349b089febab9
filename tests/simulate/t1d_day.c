/* A day of type 1 diabetes through a whole trial: listed patients, meals, pump controllers, traces, against the reference's
 * numbers to their printed digits; and what the trial's glucose sensor shows to whoever reads it. */
#include "simulate_case.h"

typedef struct day {
  double least, most, mean, in_range, lbgi, hbgi;
} day;

static trial day_open(const char *const *sets) {
  trial t = {0};
  lind_protocol *protocol;
  const lind_node *root;
  int n = 0;
  while (sets[n] != NULL) n++;
  if (lind_arena_create(&t.arena) != LIND_OK ||
      lind_protocol_read(LIND_SOURCE_DIR "/protocols/validation/t1d-day.yaml", sets, n, t.arena, &protocol, &root) != LIND_OK ||
      lind_plan_create(protocol, root, LIND_BACK_END_ANY, t.arena, &t.plan) != LIND_OK ||
      lind_desk_create(t.plan, &t.desk) != LIND_OK)
    fail_msg("%s", lind_error_message());
  lind_enrol(t.desk, 0, 0, 30, NULL, NULL);
  return t;
}

static const lind_series *trace_of(const trial *t, int seat, int trace) {
  const double *values[8];
  static lind_history history;
  lind_desk_history(t->desk, seat, values, &history);
  assert_non_null(history.traces);
  return &history.traces[trace];
}

/* Kovatchev 1997: r = 10 (1.509 (ln(G)^1.084 - 5.381))^2, low where the bracket is below 0. */
static day day_of(const trial *t, int seat) {
  day d = {.least = INFINITY};
  lind_simulate(t->desk, seat, seat + 1);
  const lind_series *s = trace_of(t, seat, 0);
  assert_int_equal(s->n, 1440);
  for (int i = 0; i < s->n; i++) {
    const double g = s->value[i], u = 1.509 * (pow(log(g), 1.084) - 5.381);
    d.least = fmin(d.least, g);
    d.most = fmax(d.most, g);
    d.mean += g / s->n;
    d.in_range += (g >= 70 && g <= 180) / (double)s->n;
    *(u < 0 ? &d.lbgi : &d.hbgi) += 10 * u * u / s->n;
  }
  return d;
}

static void compare(day is, day due) {
  assert_near(is.least, due.least, 0.5e-3);
  assert_near(is.most, due.most, 0.5e-3);
  assert_near(is.mean, due.mean, 0.5e-4);
  assert_near(is.in_range, due.in_range, 0.5e-4);
  assert_near(is.lbgi, due.lbgi, 0.5e-5);
  assert_near(is.hbgi, due.hbgi, 0.5e-5);
}

enum { ADOLESCENT_001 = 0, ADULT_001 = 10, CHILD_001 = 20 };

static void basal_and_bolus(void **state) {
  (void)state;
  trial t = day_open((const char *const[]){NULL});
  compare(day_of(&t, ADULT_001), (day){96.010, 194.433, 144.1403, 0.9542, 0.01278, 2.65231});
  compare(day_of(&t, ADOLESCENT_001), (day){97.607, 157.882, 128.7838, 1, 0.05754, 1.25508});
  compare(day_of(&t, CHILD_001), (day){62.688, 220.834, 118.9389, 0.7847, 2.15780, 2.06464});
  trial_close(&t);
}

static void three_terms(void **state) {
  (void)state;
  trial t = day_open((const char *const[]){"arms.device.controllers=[pid]", NULL});
  compare(day_of(&t, ADULT_001), (day){60.096, 253.202, 142.7453, 0.7424, 1.39837, 4.84900});
  trial_close(&t);
}

/* One sensor: two traces of other steps and names show the same numbers where they meet; its error is the path of its address. */
static void a_sensor_is_worn(void **state) {
  (void)state;
  trial t = day_open((const char *const[]){"traces.slow={output: cgm, every: 10 min, measured: yes}",
                                           "traces.fast={output: cgm, every: 5 min, measured: yes}",
                                           "traces.site_minutes.every=5 min", NULL});
  for (int seat = 3; seat < 30; seat += 13) {
    lind_simulate(t.desk, seat, seat + 1);
    const lind_series site = *trace_of(&t, seat, 0), slow = *trace_of(&t, seat, 1), fast = *trace_of(&t, seat, 2);
    const lind_sensor cgm = {-0.5444, 1.6898, 15.9574, -5.47, 0.7, 0.25, 39, 600};
    lind_sensor_place place = {0};
    assert_int_equal(fast.n, 288);
    assert_int_equal(slow.n, 144);
    for (int i = 0; i < slow.n; i++) assert_true(slow.value[i] == fast.value[2 * i + 1]);
    for (int i = 0; i < fast.n; i++) {
      const lind_who who = {t.plan->protocol->seed, 0, (uint32_t)seat, (uint32_t)(t.desk->attempts[seat] - 1)};
      const double error = lind_sensor_error(&cgm, &place, who, lind_random_purpose("sensor/cgm"), (i + 1) / 12.0);
      assert_near(fast.value[i], lind_sensor_show(&cgm, site.value[i], error), 1e-6);
    }
  }
  trial_close(&t);
}

/* The error of a sensor is no business of an arm: all read with the same one. */
static void a_sensor_has_no_arm(void **state) {
  static const char *const sets[] = {"measure=[cgm]", "arms.device.parameters={lambda_cgm: 40 mg/dL}"};
  lind_arena *arena;
  lind_protocol *protocol;
  lind_plan *plan;
  const lind_node *root;
  (void)state;
  assert_int_equal(lind_arena_create(&arena), LIND_OK);
  assert_int_equal(lind_protocol_read(LIND_SOURCE_DIR "/protocols/validation/t1d-day.yaml", sets, 2, arena, &protocol, &root),
                   LIND_OK);
  assert_int_equal(lind_plan_create(protocol, root, LIND_BACK_END_ANY, arena, &plan), LIND_ERR_INPUT);
  assert_non_null(strstr(lind_error_message(), "lambda_cgm changes how effects or errors are distributed"));
  lind_arena_destroy(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(basal_and_bolus), cmocka_unit_test(three_terms),
                                     cmocka_unit_test(a_sensor_is_worn), cmocka_unit_test(a_sensor_has_no_arm)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
