/* Endpoints of traces: shares, moments, percentiles and risks of glucose by hand; the runner's values are those of a replay. */
#include "study_case.h"

#include "endpoint_case.h"

static lind_series series_of(const double *value, int n) { /* every 5 min from the start */
  return (lind_series){.n = n, .value = value, .every = 1.0 / 12.0, .first = 1};
}

static double of(const char *kind, const lind_endpoint *endpoint, const lind_series *series) {
  const lind_endpoint_kind *found = lind_endpoint_find(kind);
  assert_non_null(found);
  assert_non_null(found->of_series);
  return found->of_series(endpoint, series);
}

/* What lies on a bound is in range; below, in and above are the whole, whatever is sampled. */
static void shares_add_up_to_one(void **state) {
  (void)state;
  const double glucose[] = {54, 69.9, 70, 100, 180, 180.1, 300, NAN, 70, 120};
  const lind_series s = series_of(glucose, 10);
  lind_endpoint e = open_endpoint(70, 180);
  assert_near(of("time-in-range", &e, &s), 5.0 / 9.0, 1e-15);
  e.threshold = 70;
  assert_near(of("time-below", &e, &s), 2.0 / 9.0, 1e-15);
  assert_near(of("ever-below", &e, &s), 1.0, 0.0);
  e.threshold = 180;
  assert_near(of("time-above", &e, &s), 2.0 / 9.0, 1e-15);
  e.threshold = 300.1;
  assert_near(of("ever-above", &e, &s), 0.0, 0.0);
  e.from = 0.25; /* a sample stands for the time before it: the fourth is the first after 15 min */
  e.to = 0.5;
  assert_near(of("time-in-range", &e, &s), 2.0 / 3.0, 1e-15);
  e.from = 20;
  assert_nan(of("time-in-range", &e, &s));
  assert_nan(of("mean", &e, &s));
  assert_nan(of("percentile", &e, &s));
}

/* Of visits the same kinds interpolate: 60 to 100 in four days is below 70 for one. */
static void shares_of_visits_interpolate(void **state) {
  (void)state;
  case_history h;
  lind_endpoint e = open_endpoint(70, 90);
  const lind_history *history = HISTORY(&h, ((const double[][2]){{0, 60}, {4, 100}}), 30);
  e.threshold = 70;
  assert_near(value_of("time-below", &e, history), 0.25, 1e-14);
  e.threshold = 90;
  assert_near(value_of("time-above", &e, history), 0.25, 1e-14);
  assert_near(value_of("time-in-range", &e, history), 0.5, 1e-14);
  assert_near(value_of("mean", &e, history), 80, 0.0); /* of two measurements */
}

static void moments_by_hand(void **state) {
  (void)state;
  const double x[] = {2, 4, 4, 4, 5, 5, 7, 9}; /* sample sd sqrt(32 / 7) */
  const lind_series s = series_of(x, 8);
  const lind_endpoint e = open_endpoint(0, 1);
  assert_near(of("mean", &e, &s), 5, 1e-15);
  assert_near(of("coefficient-of-variation", &e, &s), sqrt(32.0 / 7.0) / 5.0, 1e-15);
  assert_near(of("minimum", &e, &s), 2, 0.0);
  assert_near(of("maximum", &e, &s), 9, 0.0);
  assert_nan(of("coefficient-of-variation", &e, &(lind_series){.n = 1, .value = x, .every = 1, .first = 1}));
  assert_nan(of("minimum", &e, &(lind_series){.n = 0, .value = x, .every = 1, .first = 1}));
}

static int rising(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* R: quantile(c(15, 20, 35, 40, 50), c(.05, .3, .4, .5, 1)) is 16, 23, 29, 35, 50; and any sample against a sorted copy. */
static void percentiles_are_those_of_a_sorted_copy(void **state) {
  (void)state;
  const double x[] = {40, 15, 50, 20, 35}, p[] = {5, 30, 40, 50, 100}, q[] = {16, 23, 29, 35, 50};
  const lind_series s = series_of(x, 5);
  lind_endpoint e = open_endpoint(0, 1);
  for (int i = 0; i < 5; i++) {
    e.percent = p[i];
    assert_near(of("percentile", &e, &s), q[i], 1e-12);
  }
  double y[501], sorted[501];
  uint64_t seed = 7;
  for (int i = 0; i < 501; i++) {
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    y[i] = sorted[i] = (double)(int)(seed >> 50) / 7.0 - 1000.0; /* both signs, some twice */
  }
  qsort(sorted, 501, sizeof *sorted, rising);
  const lind_series many = series_of(y, 501);
  for (int i = 0; i <= 500; i += 25) {
    e.percent = i / 5.0;
    assert_near(of("percentile", &e, &many), sorted[i], 1e-9);
  }
}

/* Risks of glucose by the formula of Kovatchev et al. 1997, to the digits of an independent computation. */
static void risks_of_glucose(void **state) {
  (void)state;
  static const double glucose[] = {50, 70, 90, 112.5, 140, 180, 250, 400};
  static const double risk[] = {22.50045, 7.75521, 1.72475, 0.0, 1.66499, 7.72931, 22.43620, 57.04610};
  const lind_endpoint e = open_endpoint(0, 1);
  for (int i = 0; i < 8; i++) {
    const lind_series s = series_of(&glucose[i], 1);
    assert_near(of("lbgi", &e, &s) + of("hbgi", &e, &s), risk[i], i == 3 ? 5e-5 : 5e-6);
    if (i != 3) assert_near(of(i < 3 ? "hbgi" : "lbgi", &e, &s), 0.0, 0.0);
  }
  const lind_series all = series_of(glucose, 8);
  assert_near(of("lbgi", &e, &all), (22.50045 + 7.75521 + 1.72475) / 8, 1e-5);
  assert_near(of("hbgi", &e, &all), (1.66499 + 7.72931 + 22.43620 + 57.04610) / 8, 1e-5);
  const double beyond[] = {19, 700};
  const lind_series out = series_of(beyond, 2);
  assert_near(of("lbgi", &e, &out), 50, 0.0);
  assert_near(of("hbgi", &e, &out), 50, 0.0);
}

#define TRACED                                                      \
  "traces={level: {output: effect, every: 50 min, measured: yes}}", \
      "endpoints.mean={kind: mean, of: level, from: 2 day, to: 9 "  \
      "day}",                                                       \
      "endpoints.low={kind: percentile, of: level, percent: 2.5}",  \
      "endpoints.in={kind: time-in-range, of: level, range: [1.5, 4]}"

/* Endpoints are worked out while their patient's samples are there: a replay of the seat alone finds the same bits. */
static void runner_and_replay_agree(void **state) {
  (void)state;
  study s = study_open(TRACED);
  study_run(&s, true);
  const lind_block_record *r = &s.records[1];
  static const char *const names[] = {"mean", "low", "in"};
  const double *replicate = row_column(&s, r, "replicate"), *seat = row_column(&s, r, "seat");
  assert_true(r->n_rows > 60);
  for (size_t i = 0; i < r->n_rows; i += 7) {
    const lind_desk *desk;
    int at;
    if (lind_runner_replay(s.runner, (uint32_t)replicate[i], (uint64_t)seat[i], NULL, &desk, &at) != LIND_OK)
      fail_msg("%s", lind_error_message());
    const double *values[8];
    lind_history history;
    lind_desk_history(desk, at, values, &history);
    assert_non_null(history.traces);
    for (int k = 0; k < 3; k++) {
      double event;
      const char *unit;
      const double value = lind_readings_value(s.layout, 5 + k, 0, &history, &event) * lind_layout_scale(s.layout, 5 + k, &unit);
      const double stored = row_column(&s, r, names[k])[i];
      assert_true(value == stored || (isnan(value) && isnan(stored)));
    }
  }
  study_close(&s);
}

static void refused(const char *set, const char *sentence) {
  study s = {0};
  const char *const sets[] = {"traces={level: {output: effect, every: 50 min}}", set, NULL};
  assert_int_not_equal(study_lay_out(&s, sets), LIND_OK);
  if (strstr(lind_error_message(), sentence) == NULL) fail_msg("%s: %s", set, lind_error_message());
  lind_arena_destroy(&s.arena);
}

static void what_is_refused(void **state) {
  (void)state;
  refused("endpoints.x={kind: mean}", "needs `of:`, a trace or a measured output: level, conc and effect");
  refused("endpoints.x={kind: mean, of: levle}", "'levle', which is no trace and not measured; there are level, conc and effect");
  refused("endpoints.x={kind: value, of: level, at: 3 day}", "kind value looks at visits only");
  refused("endpoints.x={kind: mean, of: level, to: 0.02 day}", "endpoints.x sees no sample of trace level; let the trace begin");
  refused("endpoints.x={kind: percentile, of: level, percent: 10 %}", "endpoints.x.percent is '10 %'; it is in percent already");
  refused("endpoints.x={kind: percentile, of: level}", "needs `percent:`");
  refused("endpoints.x={kind: lbgi, of: level}", "is made for mg/dL, but output effect is in");
  refused("endpoints.x={kind: time-below, of: level}", "needs `threshold:`");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shares_add_up_to_one), cmocka_unit_test(shares_of_visits_interpolate),
      cmocka_unit_test(moments_by_hand),      cmocka_unit_test(percentiles_are_those_of_a_sorted_copy),
      cmocka_unit_test(risks_of_glucose),     cmocka_unit_test(runner_and_replay_agree),
      cmocka_unit_test(what_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
