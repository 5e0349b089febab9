/* The log-rank test: hand-worked and published data, a slow second implementation, life tables, symmetry, missing values, type I
 * error. */
#include "lind/random.h"
#include "reduce_case.h"

/* Freireich et al. 1963, Blood 21:699: weeks of remission of acute leukaemia under 6-MP and placebo; Cox & Oakes 1984, table 1.1.
 */
static const double mp[] = {6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35};
static const double mp_event[] = {1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0};
static const double placebo[] = {1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23};

static case_sample times(const double *value, const double *event, size_t n) { return (case_sample){n, value, event}; }

/* R: survdiff(Surv(time, cens) ~ treat, gehan): O 9 and 21, E 19.3 and 10.7, chi-square 16.8 (16.79 with two decimals). */
static void leukaemia(void **state) {
  (void)state;
  const lind_answer answer = case_answer("log-rank", times(mp, mp_event, 21), times(placebo, NULL, 21), 0.95, 1.0);
  const lind_term t = answer.terms[0];
  assert_int_equal(answer.n, 42);
  assert_near(t.statistic * t.statistic, 16.79, 0.005);
  assert_true(t.statistic < 0.0); /* fewer relapses under 6-MP */
  assert_near(t.p, 4.17e-5, 5e-8);
  const double variance = 1.0 / (t.se * t.se), o_minus_e = log(t.estimate) * variance;
  assert_near(variance, 6.2570, 5e-5);
  assert_near(9.0 - o_minus_e, 19.25, 0.005);
}

/* By hand. Treated 2, 4+, 5; control 1, 2, 3+.
 * t = 1: 1 event, 3 of 6 treated: E 1/2, V 1/4.  t = 2: 2 events, 3 of 5: E 6/5, V 2 (3/5)(2/5)(3/4) = 9/25.  t = 5: 1 of 1: E 1,
 * V 0. O = 2, so O - E = -0.7, V = 0.61. */
static void by_hand(void **state) {
  static const double a[] = {2, 4, 5}, a_event[] = {1, 0, 1}, b[] = {1, 2, 3}, b_event[] = {1, 1, 0};
  (void)state;
  const lind_term t = case_answer("log-rank", times(a, a_event, 3), times(b, b_event, 3), 0.95, 1.0).terms[0];
  assert_near(log(t.estimate), -0.7 / 0.61, 1e-14);
  assert_near(t.se, 1.0 / sqrt(0.61), 1e-14);
  assert_near(t.statistic, -0.7 / sqrt(0.61), 1e-14);
  assert_near(t.p, erfc(0.7 / sqrt(0.61) / sqrt(2.0)), 1e-14);
  assert_near(log(t.upper) - log(t.lower), 2.0 * 1.959963984540054 / sqrt(0.61), 1e-12);
  assert_near(log(t.upper) + log(t.lower), 2.0 * log(t.estimate), 1e-12);
}

/* Who is censored at the time of an event was at risk at it: treated 1+ (or 1.5+), control 1: E = 1/2 in both; treated 0.5+: no
 * information. */
static void censored_at_an_event_is_at_risk(void **state) {
  static const double one[] = {1.0}, later[] = {1.5}, sooner[] = {0.5}, no[] = {0.0};
  (void)state;
  const lind_term tie = case_answer("log-rank", times(one, no, 1), times(one, NULL, 1), 0.95, 1.0).terms[0];
  const lind_term after = case_answer("log-rank", times(later, no, 1), times(one, NULL, 1), 0.95, 1.0).terms[0];
  assert_near(log(tie.estimate), -0.5 / 0.25, 1e-14);
  assert_same_term(&tie, &after, 0.0);
  assert_nan(case_answer("log-rank", times(sooner, no, 1), times(one, NULL, 1), 0.95, 1.0).terms[0].estimate);
}

typedef struct trial {
  uint64_t n[2];
  double value[2][64], event[2][64];
} trial;

/* Whole days with ties, a third censored; hazards differ by `ratio`. */
static trial drawn(uint32_t seed, uint32_t r, double ratio) {
  const lind_purpose why = lind_random_purpose("test/time");
  trial t = {.n = {31 + r % 7, 28 + r % 11}};
  for (uint32_t a = 0; a < 2; a++)
    for (uint32_t i = 0; i < t.n[a]; i++) {
      const lind_who who = {seed, r, 100 * a + i, 0};
      const double fails = -log(lind_random_uniform(who, why, 0)) * 12.0 / (a == 1 ? ratio : 1.0);
      const double lost = 20.0 * lind_random_uniform(who, why, 1);
      t.value[a][i] = floor(fmin(fails, lost));
      t.event[a][i] = fails <= lost;
    }
  return t;
}

static lind_answer answer_of(const trial *t, int treated) {
  const int control = 1 - treated;
  return case_answer("log-rank", times(t->value[treated], t->event[treated], t->n[treated]),
                     times(t->value[control], t->event[control], t->n[control]), 0.95, 1.0);
}

/* Day by day, counting everybody anew. */
static void slow(const trial *t, double *o_minus_e, double *variance) {
  *o_minus_e = *variance = 0.0;
  for (int day = 0; day <= 20; day++) {
    double risk[2] = {0}, events[2] = {0};
    for (int a = 0; a < 2; a++)
      for (uint64_t i = 0; i < t->n[a]; i++) {
        risk[a] += t->value[a][i] >= day;
        events[a] += t->value[a][i] == day && t->event[a][i] != 0.0;
      }
    const double n = risk[0] + risk[1], d = events[0] + events[1];
    if (d == 0.0) continue;
    *o_minus_e += events[1] - d * risk[1] / n;
    if (n > 1.0) *variance += d * risk[0] * risk[1] * (n - d) / (n * n * (n - 1.0));
  }
}

static void agrees_with_a_slow_count(void **state) {
  (void)state;
  for (uint32_t r = 0; r < 200; r++) {
    const trial t = drawn(11, r, 1.7);
    double o_minus_e, variance;
    slow(&t, &o_minus_e, &variance);
    const lind_term fast = answer_of(&t, 1).terms[0];
    assert_near(log(fast.estimate), o_minus_e / variance, 1e-10);
    assert_near(fast.se, 1.0 / sqrt(variance), 1e-12);
  }
}

/* Life tables by whole day hold all that the test needs. */
static void life_tables_give_the_same_answer(void **state) {
  (void)state;
  for (uint32_t r = 0; r < 50; r++) {
    const trial t = drawn(12, r, 0.6);
    double events[2][24] = {{0}}, censored[2][24] = {{0}};
    for (int a = 0; a < 2; a++)
      for (uint64_t i = 0; i < t.n[a]; i++) (t.event[a][i] != 0.0 ? events : censored)[a][(int)t.value[a][i]] += 1.0;
    const lind_life_table treated = {24, events[1], censored[1]}, control = {24, events[0], censored[0]};
    lind_answer tables;
    assert_int_equal(lind_estimator_find("log-rank")
                         ->from_tables(&treated, &control, &(lind_analysis_settings){.level = 0.95, .null = 1.0}, &tables),
                     LIND_OK);
    const lind_answer direct = answer_of(&t, 1);
    assert_int_equal(tables.n, direct.n);
    assert_same_term(&tables.terms[0], &direct.terms[0], 1e-12);
  }
}

static void swapping_the_arms_turns_the_ratio(void **state) {
  (void)state;
  for (uint32_t r = 0; r < 20; r++) {
    const trial t = drawn(13, r, 1.5);
    const lind_term a = answer_of(&t, 1).terms[0], b = answer_of(&t, 0).terms[0];
    const lind_term turned = {b.name, 1.0 / b.estimate, b.se, -b.statistic, b.df, b.p, 1.0 / b.upper, 1.0 / b.lower};
    assert_same_term(&a, &turned, 1e-11);
  }
}

/* Ranks are all that counts: a rising change of the clock changes nothing. */
static void only_the_order_of_times_counts(void **state) {
  (void)state;
  trial t = drawn(14, 3, 1.5);
  const lind_term before = answer_of(&t, 1).terms[0];
  for (int a = 0; a < 2; a++)
    for (uint64_t i = 0; i < t.n[a]; i++) t.value[a][i] = exp(t.value[a][i] / 5.0) + 7.0;
  const lind_term after = answer_of(&t, 1).terms[0];
  assert_same_term(&before, &after, 0.0);
}

static void missing_and_empty(void **state) {
  static const double a[] = {2, NAN, 4, 5}, a_event[] = {1, 1, 0, 1}, b[] = {1, 2, 3, NAN}, b_event[] = {1, 1, 0, 0}, no[4] = {0};
  (void)state;
  const lind_answer holed = case_answer("log-rank", times(a, a_event, 4), times(b, b_event, 4), 0.95, 1.0);
  assert_int_equal(holed.n, 6);
  assert_int_equal(holed.missing, 2);
  assert_near(log(holed.terms[0].estimate), -0.7 / 0.61, 1e-14);
  const lind_answer nobody = case_answer("log-rank", times(a, a_event, 0), times(b, b_event, 3), 0.95, 1.0);
  assert_int_equal(nobody.n, 3);
  assert_nan(nobody.terms[0].estimate);
  assert_nan(nobody.terms[0].p);
  assert_nan(case_answer("log-rank", times(b, no, 3), times(b, no, 3), 0.95, 1.0).terms[0].estimate); /* no events */
}

/* A null of h is a shift of ln h; without one it is a ratio of 1. */
static void the_null_is_a_ratio(void **state) {
  (void)state;
  const trial t = drawn(15, 1, 2.0);
  const case_sample a = times(t.value[1], t.event[1], t.n[1]), b = times(t.value[0], t.event[0], t.n[0]);
  const lind_term one = case_answer("log-rank", a, b, 0.95, 1.0).terms[0],
                  zero = case_answer("log-rank", a, b, 0.95, 0.0).terms[0];
  const lind_term edge = case_answer("log-rank", a, b, 0.95, one.lower).terms[0];
  assert_same_term(&one, &zero, 0.0);
  assert_near(edge.statistic, 1.959963984540054, 1e-9);
  assert_near(edge.p, 0.05, 1e-9);
}

static void type_one_error(void **state) {
  enum { TRIALS = 2000 };
  int rejected = 0;
  (void)state;
  for (uint32_t r = 0; r < TRIALS; r++) {
    const trial t = drawn(16, r, 1.0);
    rejected += answer_of(&t, 1).terms[0].p < 0.05;
  }
  assert_near((double)rejected / TRIALS, 0.05, 4.5 * sqrt(0.95 * 0.05 / TRIALS));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(leukaemia),
      cmocka_unit_test(by_hand),
      cmocka_unit_test(censored_at_an_event_is_at_risk),
      cmocka_unit_test(agrees_with_a_slow_count),
      cmocka_unit_test(life_tables_give_the_same_answer),
      cmocka_unit_test(swapping_the_arms_turns_the_ratio),
      cmocka_unit_test(only_the_order_of_times_counts),
      cmocka_unit_test(missing_and_empty),
      cmocka_unit_test(the_null_is_a_ratio),
      cmocka_unit_test(type_one_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
