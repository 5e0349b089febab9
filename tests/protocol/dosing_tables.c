/* The rules that are tables: every edge on both sides, and what an item does besides the dose. */
#include "dosing_case.h"

static double with_inr(dosing_case *d, const char *name, double inr) {
  dosing_set(d, "inr", inr, "");
  return dosing_value(d, name);
}

static void test_aurora(void **state) {
  dosing_case *d = *state;
  const double below = 1e-9;
  static const struct {
    double inr, before, at, after; /* factor just below, at and just above an edge */
  } edges[] = {{1.5, 1.15, 1.10, 1.10},  {1.8, 1.10, 1.075, 1.075}, {2.0, 1.075, 1, 1},       {3.0, 1, 1, 0.925},
               {3.4, 0.925, 0.90, 0.90}, {4.0, 0.90, 0.875, 0.875}, {5.0, 0.875, 0.875, 0.85}};
  dosing_reset(d);
  for (size_t e = 0; e < sizeof edges / sizeof *edges; ++e) {
    assert_true(with_inr(d, "aurora_factor", edges[e].inr - below) == edges[e].before);
    assert_true(with_inr(d, "aurora_factor", edges[e].inr) == edges[e].at);
    assert_true(with_inr(d, "aurora_factor", edges[e].inr + below) == edges[e].after);
  }
  const lind_dosing *item = dosing_item(d, "aurora-titration");
  assert_true(item->from == 6 && isnan(item->to) && item->round == 0.5);
  assert_null(item->recheck.text);
  dosing_set(d, "dose", 5, "mg");
  dosing_set(d, "inr", 3.2, "");
  assert_near(dosing_rule(d, &item->dose), 4.625, 1e-12);
  static const double skips[][2] = {{1, 0}, {3.99, 0}, {4, 2}, {5, 2}, {8, 2}};
  for (size_t s = 0; s < sizeof skips / sizeof *skips; ++s) {
    dosing_set(d, "inr", skips[s][0], "");
    assert_true(dosing_rule(d, &item->skip) == skips[s][1]);
  }
}

static void test_recheck(void **state) {
  dosing_case *d = *state;
  const lind_dosing *item = dosing_item(d, "aurora-titration-recheck");
  static const char *const doses[] = {"dose", "dose_1", "dose_2", "dose_3", "dose_4", "dose_5", "dose_6", "dose_7"};
  static const struct {
    double day, inr, earlier, days; /* earlier: dose of a week ago, mg; 5 mg since */
  } rows[] = {{5, 2.5, 5, 1},   {5, 5.1, 5, 2},   {6, 2.5, 4, 7}, {20, 5.01, 5, 2}, {20, 5, 5, 5},
              {20, 1.99, 5, 5}, {20, 3.01, 5, 5}, {20, 2, 5, 14}, {20, 3, 5, 14},   {20, 2.5, 4.5, 7}};
  for (size_t r = 0; r < sizeof rows / sizeof *rows; ++r) {
    dosing_reset(d);
    for (int i = 0; i < 8; ++i) dosing_set(d, doses[i], i == 7 ? rows[r].earlier : 5, "mg");
    dosing_set(d, "day", rows[r].day, "");
    dosing_set(d, "inr", rows[r].inr, "");
    assert_near(dosing_rule(d, &item->recheck), rows[r].days * 24, 1e-9);
  }
}

/* Every INR with one decimal, as the table prints it; and what lies between goes to the row of its rounded value. */
static void test_fennerty(void **state) {
  dosing_case *d = *state;
  static const struct {
    int from, to; /* tenths */
    double dose;
  } rows[] = {{10, 14, 8}, {15, 15, 7.5}, {16, 17, 7}, {18, 18, 6.5}, {19, 19, 6}, {20, 21, 5.5},
              {22, 23, 5}, {24, 26, 4.5}, {27, 30, 4}, {31, 35, 3.5}, {36, 40, 3}, {41, 60, 2}};
  dosing_reset(d);
  for (size_t r = 0; r < sizeof rows / sizeof *rows; ++r)
    for (int tenths = rows[r].from; tenths <= rows[r].to; ++tenths)
      for (int off = -1; off <= 1; ++off) assert_true(with_inr(d, "fennerty", tenths / 10.0 + off * 0.049) == rows[r].dose);
  const lind_dosing *item = dosing_item(d, "fennerty-revision");
  assert_true(item->at == LIND_DOSING_VISITS && item->from == 4 && item->to == 5);
  dosing_set(d, "inr", 4.1, "");
  assert_true(dosing_rule(d, &item->dose) == 2 && dosing_rule(d, &item->skip) == 2);
  dosing_set(d, "inr", 3.9, "");
  assert_true(dosing_rule(d, &item->dose) == 3 && dosing_rule(d, &item->skip) == 0);
}

static void test_simple_clinician(void **state) {
  dosing_case *d = *state;
  dosing_reset(d);
  assert_true(with_inr(d, "simple_clinician", 1.99) == 5);
  assert_true(with_inr(d, "simple_clinician", 2) == 4);
}

/* dose x (2.5 / INR)^gain: 1 at 2.5, monotone, between 0.7 and 1.35, the limits where they bind. */
static void test_gain(void **state) {
  dosing_case *d = *state;
  static const char *const names[] = {"gain_factor", "weak_gain_factor"};
  static const double gains[] = {0.6, 0.3};
  dosing_reset(d);
  for (int g = 0; g < 2; ++g) {
    double before = INFINITY;
    for (int i = 1; i <= 200; ++i) {
      const double inr = 0.05 * i, factor = with_inr(d, names[g], inr), free = pow(2.5 / inr, gains[g]);
      assert_near(factor, free < 0.7 ? 0.7 : free > 1.35 ? 1.35 : free, 1e-9);
      assert_true(factor <= before);
      before = factor;
    }
    assert_near(with_inr(d, names[g], 2.5), 1, 1e-12);
  }
  assert_near(with_inr(d, "gain_factor", 4), pow(0.625, 0.6), 1e-12);
}

static void test_age_loading(void **state) {
  dosing_case *d = *state;
  static const double doses[2][3] = {{10, 5, 5}, {5, 5, 5}};
  for (int old = 0; old < 2; ++old)
    for (int day = 1; day <= 3; ++day) {
      dosing_reset(d);
      dosing_set(d, "age", 75 + old, "year");
      dosing_set(d, "day", day, "");
      assert_true(dosing_rule(d, &dosing_item(d, "age-loading")->dose) == doses[old][day - 1]);
    }
}

/* All items compile against the names that rules have, and give a dose, a count and a time. */
static void test_items(void **state) {
  dosing_case *d = *state;
  lind_unit mg, h;
  lind_type type;
  assert_int_equal(lind_unit_parse("mg", &mg), LIND_OK);
  assert_int_equal(lind_unit_parse("h", &h), LIND_OK);
  assert_int_equal(d->protocol->n_dosing, 18);
  for (int i = 0; i < d->protocol->n_dosing; ++i) {
    const lind_dosing *item = &d->protocol->dosing[i];
    (void)dosing_compile(d, &item->dose, &type);
    assert_int_equal(type.kind, LIND_TYPE_NUMBER);
    assert_true(lind_unit_same_dimension(type.dimension, mg.dimension));
    if (item->skip.text != NULL) {
      (void)dosing_compile(d, &item->skip, &type);
      assert_true(lind_unit_is_dimensionless(type.dimension));
    }
    if (item->recheck.text != NULL) {
      (void)dosing_compile(d, &item->recheck, &type);
      assert_true(lind_unit_same_dimension(type.dimension, h.dimension));
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_aurora),   cmocka_unit_test(test_recheck),
      cmocka_unit_test(test_fennerty), cmocka_unit_test(test_simple_clinician),
      cmocka_unit_test(test_gain),     cmocka_unit_test(test_age_loading),
      cmocka_unit_test(test_items),
  };
  return cmocka_run_group_tests(tests, dosing_setup, dosing_teardown);
}
