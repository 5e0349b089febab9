/* Estimators within patients: R's lm and t.test, the closed form of two periods, missing values, order of rows, level of the
 * test. */
#include "lind/draw.h"
#include "lind/random.h"
#include "reduce_case.h"

enum { MOST_ROWS = 256 };

typedef struct table {
  uint64_t n;
  uint32_t patient[MOST_ROWS];
  uint8_t period[MOST_ROWS], treated[MOST_ROWS];
  double value[MOST_ROWS];
} table;

static void put(table *t, uint32_t patient, int period, int treated, double value) {
  assert_true(t->n < MOST_ROWS);
  t->patient[t->n] = patient;
  t->period[t->n] = (uint8_t)period;
  t->treated[t->n] = (uint8_t)treated;
  t->value[t->n++] = value;
}

static lind_answer ask(const char *name, const table *t, double null) {
  lind_answer answer = {0};
  const lind_analysis_set set = {
      .n = t->n, .treated = t->treated, .value = t->value, .n_strata = 1, .patient = t->patient, .period = t->period};
  if (lind_estimator_find(name)->estimate(&set, &(lind_analysis_settings){.level = 0.95, .null = null}, &answer) != LIND_OK)
    fail_msg("%s", lind_error_message());
  return answer;
}

/* Numbers made up in the manner of dry nights out of 14: 17 patients had the drug first, 12 the placebo. */
static const double drug_first[17][2] = {{8, 5},  {14, 10}, {8, 0},   {9, 7},  {11, 6}, {3, 5}, {6, 0},  {0, 0}, {13, 12},
                                         {10, 2}, {7, 5},   {13, 13}, {8, 10}, {7, 7},  {9, 0}, {10, 6}, {2, 2}};
static const double placebo_first[12][2] = {{12, 11}, {6, 8}, {13, 9}, {8, 8}, {8, 9},  {4, 8},
                                            {8, 14},  {8, 4}, {2, 13}, {8, 7}, {9, 10}, {7, 6}};

static table nights(void) {
  table t = {0};
  for (uint32_t i = 0; i < 17; i++)
    for (int p = 0; p < 2; p++) put(&t, i, p, p == 0, drug_first[i][p]);
  for (uint32_t i = 0; i < 12; i++)
    for (int p = 0; p < 2; p++) put(&t, 17 + i, p, p == 1, placebo_first[i][p]);
  return t;
}

/* R 4: lm(y ~ id + period + drug); t.test(sum ~ sequence, var.equal = TRUE); t.test(differences). */
static void two_periods_as_in_r(void **state) {
  (void)state;
  const table t = nights();
  const lind_answer a = ask("crossover", &t, 0.0);
  assert_int_equal(a.n, 29);
  assert_int_equal(a.missing, 0);
  assert_int_equal(a.n_terms, 3);
  assert_near(a.terms[0].estimate, 1.995098039215687, 1e-13);
  assert_near(a.terms[0].se, 0.716606510374801, 1e-13);
  assert_near(a.terms[0].statistic, 2.78409142302127, 1e-12);
  assert_near(a.terms[0].df, 27, 0.0);
  assert_near(a.terms[0].p, 0.00968568706579835, 1e-12);
  assert_near(a.terms[0].lower, 0.524742932920224, 1e-9);
  assert_near(a.terms[0].upper, 3.465453145511149, 1e-9);
  assert_string_equal(a.terms[1].name, "period 2 - 1");
  assert_near(a.terms[1].estimate, -0.828431372549019, 1e-13);
  assert_near(a.terms[1].p, 0.25778896558780423, 1e-12);
  assert_string_equal(a.terms[2].name, "carry-over");
  assert_near(a.terms[2].estimate, -3.25490196078431, 1e-13);
  assert_near(a.terms[2].se, 2.32962454617711, 1e-12);
  assert_near(a.terms[2].p, 0.173737420015, 1e-11);
  const lind_answer b = ask("paired", &t, 0.0);
  assert_int_equal(b.n, 29);
  assert_near(b.terms[0].estimate, 2.13793103448275845, 1e-13);
  assert_near(b.terms[0].se, 0.71010326372319343, 1e-13);
  assert_near(b.terms[0].p, 0.00547011280427551, 1e-12);
  assert_near(b.terms[0].lower, 0.68335043766005688, 1e-9);
}

/* Grizzle's closed form: half the difference of the sequences' mean differences; the pooled variance of differences. */
static void closed_form_of_two_periods(void **state) {
  (void)state;
  const table t = nights();
  double mean[2] = {0, 0}, ss = 0;
  for (int i = 0; i < 17; i++) mean[0] += (drug_first[i][0] - drug_first[i][1]) / 17;
  for (int i = 0; i < 12; i++) mean[1] += (placebo_first[i][0] - placebo_first[i][1]) / 12;
  for (int i = 0; i < 17; i++) ss += pow(drug_first[i][0] - drug_first[i][1] - mean[0], 2);
  for (int i = 0; i < 12; i++) ss += pow(placebo_first[i][0] - placebo_first[i][1] - mean[1], 2);
  const lind_answer a = ask("crossover", &t, 1.0);
  assert_near(a.terms[0].estimate, (mean[0] - mean[1]) / 2, 1e-13);
  assert_near(a.terms[0].se, sqrt(ss / 27 / 4 * (1.0 / 17 + 1.0 / 12)), 1e-13);
  assert_near(a.terms[0].statistic, (a.terms[0].estimate - 1) / a.terms[0].se, 1e-13);
}

/* R 4: lm(y ~ id + per + tr), 6 patients, 3 periods, one value missing. */
static void three_periods_as_in_r(void **state) {
  (void)state;
  static const double y[] = {10.1, 11.4, 9.2,  12.0, NAN, 13.3, 8.8,  9.9,  10.7,
                             11.2, 12.8, 10.5, 9.6,  8.1, 10.3, 13.1, 11.9, 12.2};
  static const int treated[] = {1, 0, 1, 0, 1, 0, 1, 1, 0, 0, 0, 1, 0, 1, 1, 1, 0, 0};
  table t = {0};
  for (int i = 17; i >= 0; i--) put(&t, (uint32_t)(100 - i / 3), i % 3, treated[i], y[i]); /* whatever their order and numbers */
  const lind_answer a = ask("crossover", &t, 0.0);
  assert_int_equal(a.n, 5);
  assert_int_equal(a.missing, 1); /* who had the treatment in the missing period alone */
  assert_int_equal(a.n_terms, 3);
  assert_near(a.terms[0].estimate, -0.770833333333333, 1e-13);
  assert_near(a.terms[0].se, 0.590460551768232, 1e-13);
  assert_near(a.terms[0].df, 8, 0.0);
  assert_near(a.terms[0].lower, -2.132437807385809, 1e-9);
  assert_near(a.terms[1].estimate, 0.2125, 1e-13);
  assert_near(a.terms[1].se, 0.664541425881760, 1e-13);
  assert_near(a.terms[2].estimate, 0.233333333333333, 1e-13);
  assert_near(a.terms[2].se, 0.609825035624214, 1e-13);
}

/* Patients may be as different as they like, and periods too: only what happens within them counts. */
static void patients_and_periods_cancel(void **state) {
  (void)state;
  table t = nights(), moved = nights();
  for (uint64_t i = 0; i < t.n; i++) moved.value[i] += 50.0 * moved.patient[i] + 7.0 * moved.period[i];
  const lind_answer a = ask("crossover", &t, 0.0), b = ask("crossover", &moved, 0.0);
  assert_same_term(&a.terms[0], &b.terms[0], 1e-11);
  assert_near(b.terms[1].estimate, a.terms[1].estimate + 7.0, 1e-11);
}

static void what_cannot_be_told(void **state) {
  (void)state;
  table t = {0};
  assert_nan(ask("crossover", &t, 0.0).terms[0].estimate);
  assert_nan(ask("paired", &t, 0.0).terms[0].estimate);
  for (uint32_t i = 0; i < 4; i++) /* one sequence: treatment and period are one */
    for (int p = 0; p < 2; p++) put(&t, i, p, p == 0, i + 3.0 * p + 0.1 * i * p);
  const lind_answer alone = ask("crossover", &t, 0.0);
  assert_nan(alone.terms[0].estimate);
  assert_nan(alone.terms[0].p);
  assert_near(ask("paired", &t, 0.0).terms[0].estimate, -3.15, 1e-13);
  for (uint64_t i = 0; i < t.n; i++) t.value[i] = t.treated[i] ? NAN : 1.0;
  assert_nan(ask("paired", &t, 0.0).terms[0].estimate);
  assert_int_equal(ask("paired", &t, 0.0).missing, 4);
}

/* 4000 null trials of 24 patients with a period effect and unequal sequences: the test keeps its level, carry-over's too; power
 * is that of a t test with 22 degrees of freedom. Limits are binomial, 4.5 standard errors. */
static void level_and_power(void **state) {
  (void)state;
  enum { TRIALS = 4000 };
  const lind_purpose why = lind_random_purpose("test/crossover");
  int hits = 0, carried = 0, found = 0;
  for (uint32_t r = 0; r < TRIALS; r++) {
    table t = {0}, effect = {0};
    for (uint32_t i = 0; i < 24; i++)
      for (int p = 0; p < 2; p++) {
        const lind_who who = {11, r, i, 0};
        const int treated = (i % 3 == 0) == (p == 0); /* 8 had the treatment first, 16 second */
        const double y = 3 * lind_random_normal(who, why, 0) + lind_random_normal(who, why, (uint32_t)p + 1) + 0.8 * p;
        put(&t, i, p, treated, y);
        put(&effect, i, p, treated, y + 0.9 * treated);
      }
    const lind_answer a = ask("crossover", &t, 0.0), b = ask("crossover", &effect, 0.0);
    hits += a.terms[0].p < 0.05;
    carried += a.terms[2].p < 0.05;
    found += b.terms[0].p < 0.05;
  }
  assert_near(hits / (double)TRIALS, 0.05, 4.5 * sqrt(0.05 * 0.95 / TRIALS));
  assert_near(carried / (double)TRIALS, 0.05, 4.5 * sqrt(0.05 * 0.95 / TRIALS));
  /* R 4: se = sqrt(2 / 4 * (1 / 8 + 1 / 16)); q = qt(.975, 22); 1 - pt(q, 22, .9 / se) + pt(-q, 22, .9 / se) */
  const double power = 0.802078791767;
  assert_near(found / (double)TRIALS, power, 4.5 * sqrt(power * (1 - power) / TRIALS));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(two_periods_as_in_r),   cmocka_unit_test(closed_form_of_two_periods),
      cmocka_unit_test(three_periods_as_in_r), cmocka_unit_test(patients_and_periods_cancel),
      cmocka_unit_test(what_cannot_be_told),   cmocka_unit_test(level_and_power),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
