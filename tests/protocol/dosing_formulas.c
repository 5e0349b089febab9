/* The papers' formulas against numbers worked out elsewhere (trials.md, section 2, "unit-test anchors": four decimals), and
 * properties. */
#include "dosing_case.h"

#define DIGITS 5e-5 /* half of the last digit of the anchors */

static void patient(dosing_case *d, const char *cyp, const char *vkor) {
  dosing_reset(d);
  dosing_set_level(d, "CYP2C9", cyp);
  dosing_set_level(d, "VKORC1", vkor);
}

/* Eighteen loading doses, for a maintenance dose of 5 mg: the rule is proportional to it. */
static void test_avery(void **state) {
  dosing_case *d = *state;
  static const struct {
    const char *genotype;
    double day[3];
  } rows[] = {{"*1/*1", {7.5868, 6.7245, 5.8623}}, {"*1/*2", {8.5389, 7.3593, 6.1796}},   {"*1/*3", {9.7267, 8.1511, 6.5756}},
              {"*2/*2", {9.8395, 8.2263, 6.6132}}, {"*2/*3", {13.2263, 10.4842, 7.7421}}, {"*3/*3", {15.4748, 11.9832, 8.4916}}};
  static const char *const names[] = {"avery_day_1", "avery_day_2", "avery_day_3"};
  const lind_dosing *item = dosing_item(d, "avery-loading");
  assert_int_equal(item->days.n, 3);
  for (size_t r = 0; r < sizeof rows / sizeof *rows; ++r)
    for (int day = 0; day < 3; ++day) {
      patient(d, rows[r].genotype, "A/G");
      const double daily = dosing_value(d, "eu_pact_daily");
      assert_near(dosing_value(d, names[day]) * 5 / daily, rows[r].day[day], DIGITS);
      dosing_set(d, "day", day + 1, "");
      assert_near(dosing_rule(d, &item->dose) * 5 / daily, rows[r].day[day], DIGITS);
    }
}

static void test_iwpc(void **state) {
  dosing_case *d = *state;
  static const struct {
    const char *cyp, *vkor;
    double week, modified;
  } rows[] = {{"*1/*1", "G/G", 43.3293, 5.8506}, {"*1/*1", "A/G", 32.6589, 4.3716}, {"*1/*1", "A/A", 23.8642, 3.1586},
              {"*1/*3", "G/G", 31.8864, 4.2648}, {"*1/*3", "A/G", 22.8398, 3.0178}, {"*1/*3", "A/A", 15.5978, 2.0266}};
  for (size_t r = 0; r < sizeof rows / sizeof *rows; ++r) {
    patient(d, rows[r].cyp, rows[r].vkor);
    assert_near(dosing_value(d, "iwpc_pg_week"), rows[r].week, DIGITS);
    assert_near(dosing_value(d, "iwpc_pg") * 7, rows[r].week, DIGITS);
    assert_near(dosing_value(d, "iwpc_clinical_week"), 31.8886, DIGITS);
    assert_near(dosing_value(d, "eu_pact_daily"), rows[r].modified, DIGITS);
  }
}

/* The square roots of the weekly dose differ by the coefficients of IWPC 2009, one by one. */
static void test_iwpc_terms(void **state) {
  dosing_case *d = *state;
  static const struct {
    const char *name, *level;
    double pg, clinical;
  } terms[] = {{"CYP2C9", "*1/*2", -0.5211, 0},
               {"CYP2C9", "*2/*2", -1.0616, 0},
               {"CYP2C9", "*2/*3", -1.9206, 0},
               {"CYP2C9", "*3/*3", -2.3312, 0},
               {"CYP2C9", "*1/*3", -0.9357, 0},
               {"VKORC1", "A/A", -1.6974, 0},
               {"race", "Asian", -0.1092, -0.6752},
               {"race", "Black", -0.2760, 0.4060},
               {"race", "Other", -0.1032, 0.0443},
               {"inducer", "yes", 1.1816, 1.2799},
               {"amiodarone", "yes", -0.5503, -0.5695},
               {"smoker", "yes", 0, 0},
               {"indication", "vte", 0, 0},
               {"diabetes", "yes", 0, 0}};
  dosing_reset(d);
  const double pg = sqrt(dosing_value(d, "iwpc_pg_week")), clinical = sqrt(dosing_value(d, "iwpc_clinical_week"));
  for (size_t t = 0; t < sizeof terms / sizeof *terms; ++t) {
    dosing_reset(d);
    dosing_set_level(d, terms[t].name, terms[t].level);
    assert_near(sqrt(dosing_value(d, "iwpc_pg_week")) - pg, terms[t].pg, 1e-12);
    assert_near(sqrt(dosing_value(d, "iwpc_clinical_week")) - clinical, terms[t].clinical, 1e-12);
  }
  static const char *const untyped[] = {"cyp2c9_untyped", "vkorc1_untyped"};
  for (int i = 0; i < 2; ++i) {
    dosing_reset(d);
    dosing_set(d, untyped[i], 1, "");
    assert_near(sqrt(dosing_value(d, "iwpc_pg_week")) - pg, i == 0 ? -0.2188 : -0.4854, 1e-12);
  }
  for (int age = 60; age < 70; ++age) { /* decades, not years */
    dosing_reset(d);
    dosing_set(d, "age", age, "year");
    assert_near(sqrt(dosing_value(d, "iwpc_pg_week")), pg, 1e-12);
  }
}

/* EU-PACT's rule knows neither race nor inducers nor unknown genotypes. */
static void test_modified_iwpc_leaves_out(void **state) {
  dosing_case *d = *state;
  dosing_reset(d);
  const double daily = dosing_value(d, "eu_pact_daily");
  dosing_set_level(d, "race", "Asian");
  dosing_set_level(d, "inducer", "yes");
  dosing_set(d, "cyp2c9_untyped", 1, "");
  dosing_set(d, "vkorc1_untyped", 1, "");
  assert_true(dosing_value(d, "eu_pact_daily") == daily);
  assert_true(dosing_value(d, "iwpc_pg") != daily);
}

static void test_gage(void **state) {
  dosing_case *d = *state;
  static const struct {
    const char *vkor;
    double daily;
  } rows[] = {{"G/G", 6.2622}, {"A/G", 4.5300}, {"A/A", 3.2770}};
  for (size_t r = 0; r < 3; ++r) {
    patient(d, "*1/*1", rows[r].vkor);
    assert_near(dosing_value(d, "bsa"), 1.97203, 5e-6);
    assert_near(dosing_value(d, "gage_pg"), rows[r].daily, DIGITS);
    assert_near(dosing_value(d, "gage_clinical"), 4.4309, DIGITS);
  }
  patient(d, "*2/*3", "A/G");
  assert_near(log(dosing_value(d, "gage_pg") / dosing_value(d, "gage_pg_first")), -0.2066 - 0.4008, 1e-12);
}

/* ln dose differs by the coefficients of Gage 2008 and Lenzini 2010. */
static void test_log_terms(void **state) {
  dosing_case *d = *state;
  static const char *const names[] = {"gage_pg", "gage_clinical", "lenzini_pg", "lenzini_clinical"};
  static const struct {
    const char *name, *level;
    double coefficient[4];
  } terms[] = {{"race", "Black", {-0.0901, 0.156, -0.09644, 0.07123}},
               {"amiodarone", "yes", {-0.2538, -0.257, -0.10350, -0.11137}},
               {"smoker", "yes", {0.0922, 0.108, 0, 0}},
               {"indication", "vte", {0.0664, 0.0784, 0, 0}},
               {"stroke", "yes", {0, 0, -0.20590, -0.22844}},
               {"diabetes", "yes", {0, 0, -0.11216, -0.16759}},
               {"fluvastatin", "yes", {0, 0, -0.19275, -0.25487}},
               {"CYP2C9", "*2/*2", {2 * -0.2066, 0, 2 * -0.14745, 0}},
               {"CYP2C9", "*1/*3", {-0.4008, 0, -0.30770, 0}},
               {"VKORC1", "A/A", {2 * -0.3238, 0, 2 * -0.23032, 0}},
               {"inducer", "yes", {0, 0, 0, 0}}};
  double base[4];
  dosing_reset(d);
  for (int f = 0; f < 4; ++f) base[f] = log(dosing_value(d, names[f]));
  for (size_t t = 0; t < sizeof terms / sizeof *terms; ++t)
    for (int f = 0; f < 4; ++f) {
      dosing_reset(d);
      dosing_set_level(d, terms[t].name, terms[t].level);
      assert_near(log(dosing_value(d, names[f])) - base[f], terms[t].coefficient[f], 1e-12);
    }
  static const double doses[][4] = {{0, 0, 0.01690, 0.03471}, {0, 0, 0.02018, 0.03047}, {0, 0, 0.01065, 0.01929}};
  static const char *const earlier[] = {"dose_2", "dose_3", "dose_4"};
  for (int e = 0; e < 3; ++e)
    for (int f = 0; f < 4; ++f) {
      dosing_reset(d);
      dosing_set(d, earlier[e], 10, "mg");
      assert_near(log(dosing_value(d, names[f])) - base[f], 10 * doses[e][f], 1e-12);
    }
}

/* On day 4 yesterday's dose is dose_1: day 2's 6 mg are dose_2, day 1's 7 mg are dose_3. */
static void test_lenzini(void **state) {
  dosing_case *d = *state;
  patient(d, "*1/*1", "A/G");
  dosing_set(d, "day", 4, "");
  dosing_set(d, "inr", 1.5, "");
  dosing_set(d, "dose_2", 6, "mg");
  dosing_set(d, "dose_3", 7, "mg");
  assert_near(dosing_value(d, "lenzini_pg"), 4.9803, DIGITS);
  assert_near(dosing_value(d, "lenzini_clinical"), 5.1007, DIGITS);
  dosing_set(d, "dose_1", 9, "mg"); /* too late to have acted on the INR: neither formula asks for it */
  assert_near(dosing_value(d, "lenzini_pg"), 4.9803, DIGITS);
  const lind_dosing *item = dosing_item(d, "lenzini-pg-revision");
  assert_near(dosing_rule(d, &item->dose), 4.9803, DIGITS);
  assert_true(dosing_rule(d, &item->skip) == 0);
  dosing_set(d, "inr", 4, "");
  assert_true(dosing_rule(d, &item->skip) == 2);
}

/* An allele that no assay of the trials looked for is *1 to every rule. */
static void test_untested_alleles(void **state) {
  dosing_case *d = *state;
  static const char *const pairs[][2] = {{"*8/*8", "*1/*1"}, {"*1/*8", "*1/*1"}, {"*2/*8", "*1/*2"}, {"*3/*8", "*1/*3"}};
  static const char *const names[] = {"iwpc_pg", "eu_pact_daily", "avery_day_1", "gage_pg", "lenzini_pg", "burden"};
  for (size_t p = 0; p < 4; ++p)
    for (size_t f = 0; f < 6; ++f) {
      patient(d, pairs[p][1], "A/G");
      const double expected = dosing_value(d, names[f]);
      patient(d, pairs[p][0], "A/G");
      assert_true(dosing_value(d, names[f]) == expected);
    }
}

static void test_burden(void **state) {
  dosing_case *d = *state;
  static const struct {
    const char *cyp, *vkor;
    double burden;
  } rows[] = {{"*1/*1", "G/G", 0}, {"*1/*3", "G/G", 1}, {"*2/*3", "G/G", 1}, {"*1/*1", "A/G", 1},
              {"*1/*1", "A/A", 2}, {"*1/*2", "A/G", 2}, {"*3/*3", "A/A", 2}};
  for (size_t r = 0; r < sizeof rows / sizeof *rows; ++r) {
    patient(d, rows[r].cyp, rows[r].vkor);
    assert_true(dosing_value(d, "burden") == rows[r].burden);
  }
}

/* What French 2016 compares: three days' doses, worked out from the items that give them. */
static void test_three_days(void **state) {
  dosing_case *d = *state;
  static const struct {
    const char *item, *total;
    int last_item_day;
  } rows[] = {{"avery-loading", "eu_pact_pg_3_days", 3},
              {"age-loading", "eu_pact_clinical_3_days", 3},
              {"gage-pg-start", "coag_pg_3_days", 3},
              {"gage-clinical-start", "coag_clinical_3_days", 1}};
  for (int age = 75; age <= 76; ++age)
    for (size_t r = 0; r < 4; ++r) {
      double total = 0, dose = NAN;
      const lind_dosing *item = dosing_item(d, rows[r].item);
      patient(d, "*1/*3", "A/G");
      dosing_set(d, "age", age, "year");
      for (int day = 1; day <= 3; ++day) {
        dosing_set(d, "day", day, "");
        if (day <= rows[r].last_item_day) dose = dosing_rule(d, &item->dose);
        total += dose;
      }
      assert_int_equal(item->days.n, rows[r].last_item_day);
      assert_near(dosing_value(d, rows[r].total), total, 1e-9);
    }
  patient(d, "*1/*1", "G/G");
  dosing_set(d, "age", 75, "year");
  assert_near(dosing_value(d, "eu_pact_clinical_3_days"), 20, 1e-12);
  dosing_set(d, "age", 75.01, "year");
  assert_near(dosing_value(d, "eu_pact_clinical_3_days"), 15, 1e-12);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_avery),      cmocka_unit_test(test_iwpc),
      cmocka_unit_test(test_iwpc_terms), cmocka_unit_test(test_modified_iwpc_leaves_out),
      cmocka_unit_test(test_gage),       cmocka_unit_test(test_log_terms),
      cmocka_unit_test(test_lenzini),    cmocka_unit_test(test_untested_alleles),
      cmocka_unit_test(test_burden),     cmocka_unit_test(test_three_days),
  };
  return cmocka_run_group_tests(tests, dosing_setup, dosing_teardown);
}
