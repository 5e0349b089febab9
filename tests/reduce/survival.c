/* Estimators of times on 228 patients with lung cancer against R's package survival 3.5-3, hand-worked cases, and what has to be
 * true: equal tests without ties, strata of one kind, scales and directions that do not matter, effects that nobody can tell. */
#include <stdio.h>

#include "lind/draw.h"
#include "lind/random.h"
#include "reduce/cox.h"
#include "reduce/kaplan_meier.h"
#include "reduce_case.h"

enum { LUNG = 228 };

typedef struct lung {
  double time[LUNG], event[LUNG], age[LUNG], ph[LUNG];
  uint8_t woman[LUNG];
  uint16_t ill[LUNG];
  const double *columns[2];
  const char *names[2];
  lind_analysis_set set;
} lung;

static void lung_read(lung *l) {
  FILE *file = fopen(LIND_SOURCE_DIR "/tests/reduce/data/lung.csv", "r");
  char line[200], ph[8];
  int n = 0, woman;
  assert_non_null(file);
  assert_non_null(fgets(line, sizeof line, file));
  while (n < LUNG && fgets(line, sizeof line, file) != NULL) {
    if (sscanf(line, "%lf,%lf,%d,%lf,%7s", &l->time[n], &l->event[n], &woman, &l->age[n], ph) != 5) fail_msg("%s", line);
    l->woman[n] = (uint8_t)woman;
    l->ph[n] = strcmp(ph, "NA") == 0 ? NAN : atof(ph);
    l->ill[n] = l->ph[n] >= 1.0;
    n++;
  }
  assert_int_equal(n, LUNG);
  assert_int_equal(fclose(file), 0);
  l->columns[0] = l->age;
  l->columns[1] = l->ph;
  l->names[0] = "age";
  l->names[1] = "ph";
  l->set = (lind_analysis_set){.n = LUNG,
                               .treated = l->woman,
                               .value = l->time,
                               .event = l->event,
                               .n_strata = 1,
                               .covariate = l->columns,
                               .covariate_name = l->names};
}

static lind_answer ask(const char *name, const lind_analysis_set *set, const char *setting, const char *value) {
  const lind_estimator *estimator = lind_estimator_find(name);
  lind_analysis_settings settings = {.level = 0.95, .null = 0.0};
  lind_answer answer = {0};
  assert_non_null(estimator);
  if (estimator->ratio) settings.null = 1.0;
  lind_estimator_preset(estimator, &settings);
  if (setting != NULL)
    assert_int_equal(lind_estimator_set(estimator, "test", setting, value, (lind_where){0}, &settings), LIND_OK);
  assert_int_equal(estimator->estimate(set, &settings, &answer), LIND_OK);
  return answer;
}

/* coxph(Surv(time, status) ~ sex, lung) */
static void cox_of_lung(void **state) {
  lung l;
  (void)state;
  lung_read(&l);
  lind_answer a = ask("cox", &l.set, NULL, NULL);
  assert_near(log(a.terms[0].estimate), -0.53102353762, 1e-10);
  assert_near(a.terms[0].se, 0.167178583231, 1e-10);
  assert_string_equal(a.terms[1].name, "score test");
  assert_near(a.terms[1].statistic, 10.3251484957, 1e-9);
  assert_near(a.terms[2].statistic, 10.6336047309, 1e-9);
  assert_near(log(a.terms[0].upper), -0.53102353762 + 1.959963984540054 * 0.167178583231, 1e-9);
  a = ask("cox", &l.set, "ties", "breslow");
  assert_near(log(a.terms[0].estimate), -0.530396574509, 1e-10);
  assert_near(a.terms[0].se, 0.167180837386, 1e-10);
  a = ask("cox", &l.set, "test", "score");
  assert_near(a.terms[0].statistic, -sqrt(10.3251484957), 1e-9);
  a = ask("cox", &l.set, "test", "likelihood-ratio");
  assert_near(a.terms[0].statistic, -sqrt(10.6336047309), 1e-9);
}

/* Times cut to 60 days: up to 30 events at one time. */
static void cox_with_ties(void **state) {
  lung l;
  (void)state;
  lung_read(&l);
  for (int i = 0; i < LUNG; i++) l.time[i] = ceil(l.time[i] / 60.0);
  lind_answer a = ask("cox", &l.set, NULL, NULL);
  assert_near(log(a.terms[0].estimate), -0.553324527965, 1e-10);
  assert_near(a.terms[0].se, 0.167208633747, 1e-10);
  a = ask("cox", &l.set, "ties", "breslow");
  assert_near(log(a.terms[0].estimate), -0.525413242461, 1e-10);
  assert_near(a.terms[0].se, 0.167220358445, 1e-10);
  l.set.n_covariates = 1;
  a = ask("cox", &l.set, NULL, NULL);
  assert_near(log(a.terms[0].estimate), -0.535045894884, 1e-9);
  assert_near(log(a.terms[1].estimate), 0.0178880203639, 1e-10);
  assert_near(a.terms[1].se, 0.00914450723124, 1e-10);
}

/* coxph(Surv(time, status) ~ sex + age + ph), one patient without ph left out; ~ sex + age + strata(ph >= 1) */
static void cox_with_covariates(void **state) {
  lung l;
  (void)state;
  lung_read(&l);
  l.set.n_covariates = 2;
  lind_answer a = ask("cox", &l.set, NULL, NULL);
  assert_int_equal(a.n, 227);
  assert_int_equal(a.missing, 1);
  static const double beta[] = {-0.552612395704, 0.0110667645601, 0.46372847537},
                      se[] = {0.167739053787, 0.0092674110137, 0.113577266162};
  for (int k = 0; k < 3; k++) {
    assert_near(log(a.terms[k].estimate), beta[k], 1e-9);
    assert_near(a.terms[k].se, se[k], 1e-9);
  }
  assert_near(a.terms[3].statistic, 30.4999227049, 1e-8);
  assert_near(a.terms[4].statistic, 30.5006687732, 1e-8);
  l.set.n_covariates = 1;
  l.set.n_strata = 2;
  l.set.stratum = l.ill;
  for (int i = 0; i < LUNG; i++)
    if (isnan(l.ph[i])) l.time[i] = NAN;
  a = ask("cox", &l.set, NULL, NULL);
  assert_near(log(a.terms[0].estimate), -0.530563906533, 1e-9);
  assert_near(a.terms[0].se, 0.169383594973, 1e-9);
  assert_near(log(a.terms[1].estimate), 0.0138888793155, 1e-10);
}

static void log_rank_of_lung(void **state) {
  lung l;
  (void)state;
  lung_read(&l);
  lind_answer a = ask("log-rank", &l.set, NULL, NULL);
  assert_near(a.terms[0].statistic * a.terms[0].statistic, 10.3267419549, 1e-9);
  assert_near(1.0 / (a.terms[0].se * a.terms[0].se), 40.3714339796, 1e-9);
  a = ask("log-rank", &l.set, "rho", "1");
  assert_near(a.terms[0].statistic * a.terms[0].statistic, 12.7141514012, 1e-9);
  assert_near(1.0 / (a.terms[0].se * a.terms[0].se), 17.243082667, 1e-8);
  l.set.n_strata = 2;
  l.set.stratum = l.ill;
  for (int i = 0; i < LUNG; i++)
    if (isnan(l.ph[i])) l.time[i] = NAN;
  a = ask("log-rank", &l.set, NULL, NULL);
  assert_near(a.terms[0].statistic * a.terms[0].statistic, 10.6040816547, 1e-9);
  a = ask("log-rank", &l.set, "rho", "1");
  assert_near(a.terms[0].statistic * a.terms[0].statistic, 12.4345146493, 1e-9);
}

static void log_rank_with_ties(void **state) {
  lung l;
  (void)state;
  lung_read(&l);
  for (int i = 0; i < LUNG; i++) l.time[i] = ceil(l.time[i] / 60.0);
  const lind_answer a = ask("log-rank", &l.set, "rho", "0.5");
  assert_near(a.terms[0].statistic * a.terms[0].statistic, 13.4502222369, 1e-9);
}

/* summary(survfit(..), rmean = 700)$table, quantile(survfit(..)) with conf.type "log" */
static void curves_of_lung(void **state) {
  static const double want[2][3][3] = {{{144, 107, 177}, {270, 212, 310}, {457, 387, 574}},
                                       {{226, 186, 340}, {426, 348, 550}, {687, 550, NAN}}};
  lung l;
  lind_ranked ranked;
  (void)state;
  lung_read(&l);
  lind_answer a = ask("rmst-difference", &l.set, "tau", "700");
  assert_near(a.terms[1].estimate, 428.058454351, 1e-8);
  assert_near(a.terms[1].se, 26.0855140023, 1e-9);
  assert_near(a.terms[2].estimate, 308.695919070, 1e-8);
  assert_near(a.terms[2].se, 18.8371234284, 1e-9);
  assert_near(a.terms[0].se, hypot(18.8371234284, 26.0855140023), 1e-9);
  a = ask("rmst-difference", &l.set, NULL, NULL); /* up to 965, the shorter of the two longest */
  assert_near(a.terms[3].estimate, 965.0, 0.0);
  assert_near(a.terms[2].estimate, 324.048419062, 1e-8);
  a = ask("rmst-difference", &l.set, "tau", "966");
  assert_nan(a.terms[0].estimate); /* not all arms are followed so long */
  a = ask("median-difference", &l.set, NULL, NULL);
  assert_near(a.terms[0].estimate, 156.0, 0.0);
  assert_int_equal(lind_ranked_create(&l.set, false, &ranked), LIND_OK);
  for (int arm = 0; arm < 2; arm++) {
    lind_kaplan_meier curve;
    assert_int_equal(lind_kaplan_meier_create(&ranked, arm, &curve), LIND_OK);
    for (int q = 0; q < 3; q++) {
      double lower, upper;
      assert_near(lind_kaplan_meier_quantile(&curve, 0.25 * (q + 1)), want[arm][q][0], 0.0);
      lind_kaplan_meier_interval(&curve, 0.25 * (q + 1), 0.95, &lower, &upper);
      assert_near(lower, want[arm][q][1], 0.0);
      if (isnan(want[arm][q][2]))
        assert_nan(upper);
      else
        assert_near(upper, want[arm][q][2], 0.0);
    }
    lind_kaplan_meier_release(&curve);
  }
  lind_ranked_release(&ranked);
}

/* quantile(survfit(Surv(1:5, rep(1, 5)) ~ 1)): median 3, 2 to NA. Where all are gone the curve has no bounds. */
static void nobody_is_left(void **state) {
  static const double t[] = {1, 2, 3, 4, 5}, e[] = {1, 1, 1, 1, 1};
  static const uint8_t treated[5] = {0};
  const lind_analysis_set set = {.n = 5, .treated = treated, .value = t, .event = e, .n_strata = 1};
  lind_ranked ranked;
  lind_kaplan_meier c;
  double lower, upper;
  (void)state;
  assert_int_equal(lind_ranked_create(&set, false, &ranked), LIND_OK);
  assert_int_equal(lind_kaplan_meier_create(&ranked, 0, &c), LIND_OK);
  assert_near(lind_kaplan_meier_quantile(&c, 0.5), 3.0, 0.0);
  assert_near(lind_kaplan_meier_quantile(&c, 0.9), 5.0, 0.0);
  lind_kaplan_meier_interval(&c, 0.5, 0.95, &lower, &upper);
  assert_near(lower, 2.0, 0.0);
  assert_nan(upper);
  lind_kaplan_meier_release(&c);
  lind_ranked_release(&ranked);
}

/* Kaplan and Meier by hand: 1, 2+, 3, 3, 5+, 6: S = 5/6, 5/6 2/4, 0; Greenwood 1/30 + 2/(4 2). Exactly at 1/2: the middle of the
 * step. */
static void curve_by_hand(void **state) {
  static const double t[] = {3, 1, 6, 2, 3, 5}, e[] = {1, 1, 1, 0, 1, 0}, half[] = {1, 2, 3, 4};
  static const uint8_t treated[6] = {0};
  lind_analysis_set set = {.n = 6, .treated = treated, .value = t, .event = e, .n_strata = 1};
  lind_ranked ranked;
  lind_kaplan_meier c;
  double se;
  (void)state;
  assert_int_equal(lind_ranked_create(&set, false, &ranked), LIND_OK);
  assert_int_equal(lind_kaplan_meier_create(&ranked, 0, &c), LIND_OK);
  assert_int_equal(c.n, 3);
  assert_near(c.survival[0], 5.0 / 6.0, 1e-15);
  assert_near(c.survival[1], 5.0 / 12.0, 1e-15);
  assert_near(c.survival[2], 0.0, 0.0);
  assert_near(c.at_risk[1], 4.0, 0.0);
  assert_near(c.greenwood[1], 1.0 / 30.0 + 1.0 / 4.0, 1e-15);
  assert_near(lind_kaplan_meier_area(&c, 4.0, &se), 1.0 + 2.0 * 5.0 / 6.0 + 5.0 / 12.0, 1e-14);
  const double first = 2.0 * 5.0 / 6.0 + 5.0 / 12.0, second = 5.0 / 12.0;
  assert_near(se * se, first * first / 30.0 + second * second / 4.0, 1e-14);
  lind_kaplan_meier_release(&c);
  lind_ranked_release(&ranked);
  set = (lind_analysis_set){.n = 4, .treated = treated, .value = half, .n_strata = 1};
  assert_int_equal(lind_ranked_create(&set, false, &ranked), LIND_OK);
  assert_int_equal(lind_kaplan_meier_create(&ranked, 0, &c), LIND_OK);
  assert_near(lind_kaplan_meier_quantile(&c, 0.5), 2.5, 0.0);
  lind_kaplan_meier_release(&c);
  lind_ranked_release(&ranked);
}

/* Who comes when: 1.1^i apart, so that no two times are equal. */
static void made_up(uint32_t replicate, int n, double effect, double *time, double *event, uint8_t *treated) {
  const lind_purpose why = lind_random_purpose("test/times");
  for (int i = 0; i < n; i++) {
    const lind_who who = {.seed = 5, .replicate = replicate, .seat = (uint32_t)i};
    treated[i] = (uint8_t)(i % 2);
    const double t = -log(lind_random_uniform(who, why, 0)) * (treated[i] != 0 ? exp(-effect) : 1.0);
    const double c = 3.0 * lind_random_uniform(who, why, 1);
    time[i] = fmin(t, c);
    event[i] = t <= c;
  }
}

/* Without ties the score test is the log-rank test. Turning the arms round turns the effect round; another clock changes nothing;
 * the order of the rows is no matter. */
static void what_has_to_be(void **state) {
  enum { N = 200 };
  double time[N], event[N], scaled[N], back[N], back_event[N];
  uint8_t treated[N], other[N], back_treated[N];
  (void)state;
  made_up(0, N, -0.4, time, event, treated);
  for (int i = 0; i < N; i++) {
    scaled[i] = exp(3.0 * time[i]);
    other[i] = !treated[i];
    back[N - 1 - i] = time[i];
    back_event[N - 1 - i] = event[i];
    back_treated[N - 1 - i] = treated[i];
  }
  lind_analysis_set set = {.n = N, .treated = treated, .value = time, .event = event, .n_strata = 1};
  const lind_answer cox = ask("cox", &set, NULL, NULL), rank = ask("log-rank", &set, NULL, NULL);
  assert_near(cox.terms[1].statistic, rank.terms[0].statistic * rank.terms[0].statistic, 1e-10);
  const lind_answer breslow = ask("cox", &set, "ties", "breslow");
  assert_near(log(breslow.terms[0].estimate), log(cox.terms[0].estimate), 1e-12);
  set.value = scaled;
  assert_true(ask("cox", &set, NULL, NULL).terms[0].estimate == cox.terms[0].estimate);
  assert_true(ask("log-rank", &set, NULL, NULL).terms[0].estimate == rank.terms[0].estimate);
  set = (lind_analysis_set){.n = N, .treated = back_treated, .value = back, .event = back_event, .n_strata = 1};
  assert_near(ask("cox", &set, NULL, NULL).terms[0].estimate, cox.terms[0].estimate, 1e-12);
  set = (lind_analysis_set){.n = N, .treated = other, .value = time, .event = event, .n_strata = 1};
  assert_near(log(ask("cox", &set, NULL, NULL).terms[0].estimate), -log(cox.terms[0].estimate), 1e-10);
  for (int i = 0; i < N; i++) event[i] = event[i] != 0.0 && treated[i] == 0; /* all events in one arm: no bound */
  set.treated = treated;
  assert_nan(ask("cox", &set, NULL, NULL).terms[0].estimate);
  memset(other, 0, sizeof other); /* and no contrast at all */
  set.treated = other;
  assert_nan(ask("cox", &set, NULL, NULL).terms[0].estimate);
}

/* 2,000 trials of 120 with a hazard ratio of 0.67: the mean of log HR within 4 standard errors (and the bias of 1/120), the
 * standard error that is printed is the one that is seen (4 %), and intervals cover. */
static void cox_by_chance(void **state) {
  enum { N = 120, R = 2000 };
  double time[N], event[N], sum = 0.0, square = 0.0, printed = 0.0;
  uint8_t treated[N];
  int covered = 0;
  (void)state;
  for (uint32_t r = 0; r < R; r++) {
    made_up(r, N, -0.4, time, event, treated);
    const lind_analysis_set set = {.n = N, .treated = treated, .value = time, .event = event, .n_strata = 1};
    const lind_term t = ask("cox", &set, NULL, NULL).terms[0];
    sum += log(t.estimate);
    square += log(t.estimate) * log(t.estimate);
    printed += t.se;
    covered += t.lower <= exp(-0.4) && exp(-0.4) <= t.upper;
  }
  const double mean = sum / R, sd = sqrt(square / R - mean * mean);
  assert_near(mean, -0.4, 4.0 * sd / sqrt(R) + 0.01);
  assert_near(printed / R, sd, 0.04 * sd + 4.0 * sd / sqrt(2.0 * R));
  assert_near(covered / (double)R, 0.95, 4.0 * sqrt(0.95 * 0.05 / R));
}

int main(void) {
  lind_draw_prepare();
  const struct CMUnitTest tests[] = {cmocka_unit_test(cox_of_lung),         cmocka_unit_test(cox_with_ties),
                                     cmocka_unit_test(cox_with_covariates), cmocka_unit_test(log_rank_of_lung),
                                     cmocka_unit_test(log_rank_with_ties),  cmocka_unit_test(curves_of_lung),
                                     cmocka_unit_test(nobody_is_left),      cmocka_unit_test(curve_by_hand),
                                     cmocka_unit_test(what_has_to_be),      cmocka_unit_test(cox_by_chance)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
