/* Importance sampling: unbiased, as precise as it says, and by how much better than drawing people as they are. */
#include "lind/draw.h"
#include "study_case.h"

#define rare_open(...) study_from_file("rare", (const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

static const double tail_severity = 0.11506967022170822; /* P(Z > 1.2) */

/* P(harm by day 20) = P(Z > 1.2) E[1 - exp(-hazard ratio e^frailty)], by the trapezoid rule in z, which converges geometrically.
 */
static double risk(double ratio) {
  double sum = 0.0, norm = 0.0;
  for (int k = -200; k <= 200; k++) {
    const double z = k * 0.05, density = exp(-0.5 * z * z);
    sum += density * -expm1(-0.0005 * ratio * exp(0.5 * z));
    norm += density;
  }
  return tail_severity * sum / norm;
}

typedef struct summary {
  double mean, se, per_patient; /* over replicates; variance that one patient of each arm brings */
  double claimed;               /* mean square of the standard errors that the estimator gave */
} summary;

static summary summarise(const study *s, const lind_tally *tally, int term) {
  lind_moments m = {0}, c = {0};
  for (uint64_t r = 0; r < tally->replicates; r++) {
    const double se = study_number(tally, term, 1, r);
    lind_moments_add(&m, study_number(tally, term, 0, r));
    lind_moments_add(&c, isnan(se) ? 0.0 : se * se); /* no event in either arm: no standard error */
  }
  const double variance = m.m2 / (m.n - 1);
  return (summary){m.mean, sqrt(variance / m.n), variance * (double)s->plan->protocol->patients / 2, c.mean};
}

static void it_is_unbiased(void **state) {
  (void)state;
  study s = rare_open();
  study_run(&s, false);
  lind_tally *tally = study_tally(&s);
  const double p1 = risk(0.5), p0 = risk(1);
  assert_true(p0 > 6e-5 && p0 < 7e-5);
  const summary harm = summarise(&s, tally, 0), burden = summarise(&s, tally, 1);
  assert_true(harm.se < 0.05 * (p0 - p1)); /* a test with teeth */
  assert_near(harm.mean, p1 - p0, 4 * harm.se);
  assert_near(burden.mean, 0, 4 * burden.se);
  /* the arms themselves, as the report shows them */
  for (int a = 0; a < 2; a++) {
    const size_t cell = lind_layout_cell(s.layout, 0, 0, 0, a) / LIND_CELL_REALS;
    const lind_moments *between = &tally->between[cell], *pooled = &tally->pooled[cell];
    assert_near(pooled->mean, a == 0 ? p1 : p0, 4 * sqrt(between->m2 / (between->n - 1) / between->n));
    assert_near(pooled->mean, between->mean, 1e-3 * p0);
  }
  /* the standard error is what the estimates do: a variance is known to sqrt(2 / R), and a little for its tails */
  assert_near(harm.claimed / (harm.per_patient / 200), 1, 5 * sqrt(2 / 600.));
  assert_near(burden.claimed / (burden.per_patient / 200), 1, 5 * sqrt(2 / 600.));
  lind_tally_destroy(&tally);
  study_close(&s);
}

/* Drawn as people are, the same patients agree; what they would need to be as precise is what theory says. All who are harmed sit
 * in both tails but for those of frailty above 4 sd: with weight w there the variance of w y is about w p, against p. */
static void it_beats_brute_force_by_what_theory_says(void **state) {
  (void)state;
  study s = rare_open();
  study_run(&s, false);
  lind_tally *tally = study_tally(&s);
  const summary fine = summarise(&s, tally, 0);
  const double p1 = risk(0.5), p0 = risk(1), w = 0.004 / 0.9 * 0.12 / 0.8;
  const double plain = p1 * (1 - p1) + p0 * (1 - p0), theory = plain / (w * (p1 + p0) - p1 * p1 - p0 * p0);
  assert_true(theory > 1500);
  assert_near(plain / fine.per_patient / theory, 1, 5 * sqrt(2 / 600.));
  lind_tally_destroy(&tally);
  study_close(&s);
}

static void brute_force_agrees(void **state) {
  (void)state;
  static const char *const plain[] = {"analysis={harm: {endpoint: harm, estimator: proportion-difference}}", "replicates=50",
                                      "patients=4000", "model.parameters.hazard=0.05", NULL};
  static const char *const fine[] = {"model.parameters.hazard=0.05", "replicates=100",
                                     "importance.threshold={share: 0.2, drawn: 0.8}", NULL};
  study a = study_from_file("rare-plain", plain), b = study_from_file("rare", fine);
  study_run(&a, false);
  study_run(&b, false);
  lind_tally *ta = study_tally(&a), *tb = study_tally(&b);
  const summary x = summarise(&a, ta, 0), y = summarise(&b, tb, 0);
  assert_near(x.mean, y.mean, 4 * hypot(x.se, y.se));
  assert_true(fabs(x.mean) > 8 * hypot(x.se, y.se));
  lind_tally_destroy(&ta);
  lind_tally_destroy(&tb);
  study_close(&a);
  study_close(&b);
}

/* Weights are likelihood ratios: their mean is 1 and they are stored beside each patient; large replicates go by moments. */
static void weights(void **state) {
  (void)state;
  study s = rare_open("replicates=20");
  study_run(&s, true);
  lind_moments m = {0};
  int kinds = 0;
  for (uint64_t block = 0; block < s.plan->n_blocks; block++) {
    const double *weight = row_column(&s, &s.records[block], "importance_weight");
    for (size_t i = 0; i < s.records[block].n_rows; i++) {
      lind_moments_add(&m, weight[i]);
      for (int k = 0; k < 4; k++) {
        const double want = (k & 1 ? 0.004 / 0.9 : 0.996 / 0.1) * (k & 2 ? 0.12 / 0.8 : 0.88 / 0.2);
        if (fabs(weight[i] / want - 1) < 1e-12) kinds |= 1 << k, k = 4;
      }
    }
  }
  assert_int_equal(kinds, 15);
  assert_near(m.mean, 1, 4 * sqrt(m.m2 / (m.n - 1) / m.n));
  study_close(&s);
  study cut = rare_open("replicates=1", "patients=30000", "block_max=1000");
  study_run(&cut, false);
  lind_tally *tally = study_tally(&cut);
  const double difference = study_number(tally, 0, 0, 0), se = study_number(tally, 0, 1, 0);
  assert_near(difference, risk(0.5) - risk(1), 4 * se);
  assert_true(se > 0 && se < 0.1 * (risk(1) - risk(0.5)));
  lind_tally_destroy(&tally);
  study_close(&cut);
}

/* By hand: two arms of three. */
static void weighted_difference_by_hand(void **state) {
  (void)state;
  const lind_estimator *e = lind_estimator_find("weighted-difference");
  const uint8_t treated[] = {1, 1, 1, 0, 0, 0, 0};
  const double value[] = {1, 0, 1, 1, 0, 0, NAN}, weight[] = {0.5, 2, 0.25, 0.5, 1, 1.5, 1};
  const lind_analysis_set set = {.n = 7, .treated = treated, .value = value, .weight = weight, .n_strata = 1};
  lind_analysis_settings settings = {.level = 0.95};
  lind_answer answer;
  assert_int_equal(e->estimate(&set, &settings, &answer), LIND_OK);
  assert_int_equal(answer.n, 6);
  assert_int_equal(answer.missing, 1);
  const double v1 = (0.25 * 0.25 + 0.0 + 0.25 * 0 + 0.25 * 0.25) / 2, v0 = (1 / 9. + 1 / 36. + 1 / 36.) / 2; /* of w y */
  assert_near(answer.terms[0].estimate, 0.25 - 1 / 6., 1e-15);
  assert_near(answer.terms[0].se, sqrt(v1 / 3 + v0 / 3), 1e-15);
  assert_near(answer.terms[1].estimate, 0.25, 1e-15);
  assert_near(answer.terms[2].estimate, 1 / 6., 1e-15);
  assert_near(answer.terms[3].estimate, 2.75 * 2.75 / (0.25 + 4 + 0.0625), 1e-14);
  assert_near(answer.terms[4].estimate, 9 / (0.25 + 1 + 2.25), 1e-14);
  const double plain = (0.25 - 0.0625) / 3 + (1 / 6. - 1 / 36.) / 3;
  assert_near(answer.terms[5].estimate, plain / (v1 / 3 + v0 / 3), 1e-14);
  const lind_moments a = {.n = 3, .mean = 0.25, .m2 = 2 * v1}, b = {.n = 3, .mean = 1 / 6., .m2 = 2 * v0, .missing = 1};
  lind_answer again;
  assert_int_equal(e->from_moments(&a, &b, &settings, &again), LIND_OK);
  assert_near(again.terms[0].se, answer.terms[0].se, 1e-15);
  assert_near(again.terms[0].p, answer.terms[0].p, 1e-12);
}

static void messages(void **state) {
  (void)state;
  static const struct {
    const char *set, *message;
  } cases[] = {
      {"importance={thresold: {share: 0.1, drawn: 0.5}}",
       "importance.thresold is not a random effect of model rare (did you mean 'threshold'?)"},
      {"importance={threshold: {share: 0.1}}", "drawn"},
      {"importance={threshold: {share: 1.5, drawn: 0.5}}", "importance.threshold.share"},
      {"importance={threshold: 3}", "importance.threshold must be a mapping with share and drawn"},
      {"importance={threshold: {tail: upper, share: 0.1, drawn: 0.5}}", "upper"},
      {"analysis.harm.estimator=proportion-difference",
       "analysis.harm.estimator proportion-difference cannot weigh patients, which importance sampling asks for; "
       "weighted-difference can"},
      {"endpoints.late={kind: time-to-event, of: harm}",
       "endpoints.late.kind time-to-event cannot be weighed, which importance sampling asks for"},
      {"curves={output: burden, lower: 0, upper: 1}", "importance and curves do not go together"},
      {"design={looks: [{fraction: 0.5, efficacy: 3}]}", "importance and design.looks do not go together"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    study s = {0};
    assert_int_not_equal(study_lay_out_of(&s, "rare", (const char *const[]){cases[i].set, NULL}), LIND_OK);
    if (strstr(lind_error_message(), cases[i].message) == NULL) fail_msg("%s: %s", cases[i].set, lind_error_message());
    lind_arena_destroy(&s.arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_is_unbiased),
      cmocka_unit_test(it_beats_brute_force_by_what_theory_says),
      cmocka_unit_test(brute_force_agrees),
      cmocka_unit_test(weights),
      cmocka_unit_test(weighted_difference_by_hand),
      cmocka_unit_test(messages),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
