/* Cumulative incidence with competing events: against R's survival, closed forms, and Kaplan-Meier where nothing competes. */
#include "reduce_case.h"

static const lind_analysis_settings usual = {.level = 0.95};

static lind_answer ask(const double *time, const double *event, const uint8_t *treated, uint64_t n) {
  const lind_analysis_set set = {.n = n, .treated = treated, .value = time, .event = event, .n_strata = 1};
  lind_answer answer;
  assert_int_equal(lind_estimator_find("cumulative-incidence")->estimate(&set, &usual, &answer), LIND_OK);
  return answer;
}

/* survfit(Surv(time, factor(event, 0:2)) ~ arm) of R's survival 3.5-3: pstate and std.err of the last time. */
static void as_survfit(void **state) {
  (void)state;
  const double time[] = {2, 3, 3, 5, 6, 8, 8, 9, 12, 14, 1, 2, 4, 4, 7, 9, 10, 11, 13, 15},
               event[] = {1, 2, 0, 1, 0, 2, 1, 1, 0, 2, 1, 1, 2, 1, 0, 1, 2, 0, 1, 0};
  uint8_t treated[20];
  for (int i = 0; i < 20; i++) treated[i] = i < 10;
  const lind_answer answer = ask(time, event, treated, 20);
  assert_near(answer.terms[1].estimate, 0.488571428571, 1e-12);
  assert_near(answer.terms[1].se, 0.1777734004968, 1e-12);
  assert_near(answer.terms[2].estimate, 0.6, 1e-12);
  assert_near(answer.terms[2].se, 0.18, 1e-12);
  assert_near(answer.terms[0].estimate, 0.488571428571 - 0.6, 1e-12);
  assert_near(answer.terms[0].se, hypot(0.1777734004968, 0.18), 1e-12);
}

/* Nobody is censored: the incidence is the share, its variance that of a share. */
static void without_censoring_it_is_a_share(void **state) {
  (void)state;
  enum { N = 500 };
  double time[N], event[N];
  uint8_t treated[N];
  int seen[2] = {0}, n[2] = {0};
  for (int i = 0; i < N; i++) {
    time[i] = 1 + (i * 37 % 101); /* with ties */
    event[i] = i * 7919 % 10 < 3 ? 1 : 2;
    treated[i] = i % 3 == 0;
    seen[treated[i]] += event[i] == 1, n[treated[i]]++;
  }
  const lind_answer answer = ask(time, event, treated, N);
  for (int a = 0; a < 2; a++) {
    const double p = (double)seen[a] / n[a];
    assert_near(answer.terms[2 - a].estimate, p, 1e-13);
    assert_near(answer.terms[2 - a].se, sqrt(p * (1 - p) / n[a]), 1e-12);
  }
}

/* Nothing competes: 1 - Kaplan-Meier, with Greenwood's variance. */
static void without_competition_it_is_kaplan_meier(void **state) {
  (void)state;
  const double time[] = {6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35, 1},
               event[] = {1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1}; /* Freireich 1963, 6-MP */
  uint8_t treated[22];
  for (int i = 0; i < 22; i++) treated[i] = i < 21;
  double survival = 1, greenwood = 0;
  const double at[][2] = {{21, 3}, {17, 1}, {15, 1}, {12, 1}, {11, 1}, {7, 1}, {6, 1}};
  for (int k = 0; k < 7; k++) {
    survival *= 1 - at[k][1] / at[k][0];
    greenwood += at[k][1] / (at[k][0] * (at[k][0] - at[k][1]));
  }
  const lind_answer answer = ask(time, event, treated, 22);
  assert_near(survival, 0.4482, 1e-4); /* the textbook's */
  assert_near(answer.terms[1].estimate, 1 - survival, 1e-13);
  assert_near(answer.terms[1].se, survival * sqrt(greenwood), 1e-13);
}

/* Exponential causes under censoring: unbiased for the incidence at the end, interval at its level, where 1 - Kaplan-Meier would
 * say 0.63: rates 1 and 1, censored uniformly on (0.5, 1.5), seen until 1. */
static void death_competes(void **state) {
  (void)state;
  enum { N = 400, R = 1500 };
  static double time[N], event[N];
  static uint8_t treated[N];
  uint64_t seed = 88172645463325252u;
  double sum = 0, square = 0, covered = 0;
  const double truth = 0.5 * (1 - exp(-2.0));
  for (int r = 0; r < R; r++) {
    for (int i = 0; i < N; i++) {
      double u[3];
      for (int k = 0; k < 3; k++) {
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        u[k] = ((double)(seed >> 11) + 0.5) * 0x1p-53;
      }
      const double a = -log(u[0]), b = -log(u[1]), c = fmin(1.0, 0.5 + u[2]);
      time[i] = fmin(c, fmin(a, b));
      event[i] = time[i] == c ? 0 : a < b ? 1 : 2;
      treated[i] = i % 2 != 0;
    }
    const lind_answer answer = ask(time, event, treated, N);
    const lind_term *t = &answer.terms[1];
    sum += t->estimate, square += t->estimate * t->estimate;
    covered += t->lower <= truth && truth <= t->upper;
  }
  const double mean = sum / R, sd = sqrt(square / R - mean * mean);
  assert_near(mean, truth, 4 * sd / sqrt(R));
  assert_near(covered / R, 0.95, 4 * sqrt(0.95 * 0.05 / R) + 0.004); /* a normal interval of 200 patients: the rest is its own */
}

/* 4 of 5 and then the last: S = 0 and the incidence is 1, of which there is no doubt, not 1e-9 of it. */
static void all_had_it(void **state) {
  const double time[] = {3, 4, 6, 7, 10, 5, 6, 8, 9, 12}, event[] = {1, 1, 1, 0, 1, 1, 1, 0, 1, 0};
  const uint8_t treated[] = {0, 0, 0, 0, 0, 1, 1, 1, 1, 1};
  (void)state;
  const lind_answer answer = ask(time, event, treated, 10);
  assert_true(fabs(answer.terms[2].estimate - 1.0) < 1e-15);
  assert_true(isnan(answer.terms[2].se));
  assert_true(answer.terms[1].se > 0.1);
}

static void endpoints(void **state) {
  (void)state;
  static const struct {
    double end;
    lind_end reason;
    double at;
    double share, time, event; /* expected, window to 100 h */
  } rows[] = {
      {200, LIND_END_COMPLETED, 50, 1, 50, 1},      {200, LIND_END_COMPLETED, INFINITY, 0, 100, 0},
      {200, LIND_END_COMPLETED, 150, 0, 100, 0},    {60, LIND_END_DROPOUT, INFINITY, NAN, 60, 0},
      {60, LIND_END_CUT, INFINITY, NAN, 60, 0},     {60, LIND_END_EVENT, INFINITY, 0, 60, 2},
      {60, LIND_END_EVENT, 60, 1, 60, 1},           {60, LIND_END_DROPOUT, 40, 1, 40, 1},
      {150, LIND_END_DROPOUT, INFINITY, 0, 100, 0}, {150, LIND_END_EVENT, INFINITY, 0, 100, 0},
  };
  const lind_endpoint endpoint = {.from = NAN, .to = 100, .at = NAN};
  for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
    const lind_history history = {.event = &rows[r].at, .end = rows[r].end, .reason = rows[r].reason};
    double event = 0;
    const double share = lind_endpoint_find("event-share")->value(&endpoint, &history, 0, &event);
    assert_true(share == rows[r].share || (isnan(share) && isnan(rows[r].share)));
    assert_true(lind_endpoint_find("competing-time")->value(&endpoint, &history, 0, &event) == rows[r].time);
    assert_true(event == rows[r].event);
  }
  const lind_endpoint late = {.from = 70, .to = 100, .at = NAN};
  const lind_history early = {.event = &rows[0].at, .end = 200, .reason = LIND_END_COMPLETED};
  double event = 0;
  assert_true(isnan(lind_endpoint_find("event-share")->value(&late, &early, 0, &event))); /* had it before */
  assert_true(isnan(lind_endpoint_find("competing-time")->value(&late, &early, 0, &event)));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(as_survfit),
      cmocka_unit_test(without_censoring_it_is_a_share),
      cmocka_unit_test(without_competition_it_is_kaplan_meier),
      cmocka_unit_test(death_competes),
      cmocka_unit_test(all_had_it),
      cmocka_unit_test(endpoints),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
