/* Endpoints that look at single measurements or doses: value, responder, ever-above, ever-below, dose. */
#include "endpoint_case.h"

static const double path[][2] = {{0, 1.0}, {4, 1.8}, {8, 4.0}, {15, 2.4}, {22, 2.9}};

static double at(const char *kind, const lind_history *history, double day, double from, double threshold) {
  lind_endpoint endpoint = open_endpoint(2.0, 3.0);
  endpoint.at = 24.0 * day;
  endpoint.from = 24.0 * from;
  endpoint.threshold = threshold;
  return value_of(kind, &endpoint, history);
}

static void value_is_the_last_one(void **state) {
  case_history h;
  (void)state;
  const lind_history *history = HISTORY(&h, path, 30);
  assert_near(at("value", history, 22, NAN, NAN), 2.9, 0.0); /* a measurement at that time counts */
  assert_near(at("value", history, 21.9, NAN, NAN), 2.4, 0.0);
  assert_near(at("value", history, 0, NAN, NAN), 1.0, 0.0);
  assert_near(at("value", history, 500, NAN, NAN), 2.9, 0.0);
  assert_near(at("value", history, 14, 8, NAN), 4.0, 0.0);
  assert_nan(at("value", history, 14, 9, NAN)); /* none in the window */
  assert_nan(at("value", history_of(&h, NULL, 0, 30), 14, NAN, NAN));
}

static void change_is_from_the_first(void **state) {
  case_history h;
  (void)state;
  const lind_history *history = HISTORY(&h, path, 30);
  assert_near(at("change", history, 22, NAN, NAN), 2.9 - 1.0, 1e-15);
  assert_near(at("change", history, 14, 8, NAN), 4.0 - 1.0, 1e-15);
  assert_nan(at("change", history, 0, NAN, NAN)); /* nobody changes in no time */
  assert_nan(at("change", history, 14, 9, NAN));
  assert_nan(at("change", history_of(&h, path, 1, 30), 14, NAN, NAN));
  assert_nan(at("change", history_of(&h, NULL, 0, 30), 14, NAN, NAN));
}

static void responder_is_the_last_one_at_or_above(void **state) {
  case_history h;
  (void)state;
  const lind_history *history = HISTORY(&h, path, 30);
  assert_near(at("responder", history, 22, NAN, 2.9), 1.0, 0.0);
  assert_near(at("responder", history, 22, NAN, 2.91), 0.0, 0.0);
  assert_near(at("responder", history, 15, NAN, 2.9), 0.0, 0.0); /* 4.0 came before, but is not the last */
  assert_nan(at("responder", history, 14, 9, 2.0));
}

static double ever(const char *kind, const lind_history *history, double from, double to, double threshold) {
  lind_endpoint endpoint = open_endpoint(2.0, 3.0);
  endpoint.from = 24.0 * from;
  endpoint.to = 24.0 * to;
  endpoint.threshold = threshold;
  return value_of(kind, &endpoint, history);
}

static void ever_above_and_below(void **state) {
  case_history h;
  (void)state;
  const lind_history *history = HISTORY(&h, path, 30);
  assert_near(ever("ever-above", history, NAN, NAN, 4.0), 1.0, 0.0);
  assert_near(ever("ever-above", history, NAN, NAN, 4.01), 0.0, 0.0);
  assert_near(ever("ever-above", history, NAN, 7, 4.0), 0.0, 0.0);
  assert_near(ever("ever-above", history, 8, 8, 4.0), 1.0, 0.0); /* both ends belong to the window */
  assert_near(ever("ever-above", history, 9, NAN, 4.0), 0.0, 0.0);
  assert_near(ever("ever-below", history, NAN, NAN, 1.0), 1.0, 0.0);
  assert_near(ever("ever-below", history, NAN, NAN, 0.99), 0.0, 0.0);
  assert_near(ever("ever-below", history, 1, NAN, 1.5), 0.0, 0.0);
  assert_near(ever("ever-below", history, 1, NAN, 1.8), 1.0, 0.0);
  assert_nan(ever("ever-above", history, 23, 30, 4.0));
  assert_nan(ever("ever-below", history, 5, 7, 4.0));
}

/* A measurement that is no number tells nothing: not "no". */
static void ever_skips_what_is_no_number(void **state) {
  case_history h;
  (void)state;
  const lind_history *gone = HISTORY(&h, ((const double[][2]){{0, NAN}, {4, NAN}}), 30);
  assert_nan(ever("ever-above", gone, NAN, NAN, 4.0));
  assert_nan(ever("ever-below", gone, NAN, NAN, 4.0));
  const lind_history *holed = HISTORY(&h, ((const double[][2]){{0, NAN}, {4, 5.0}}), 30);
  assert_near(ever("ever-above", holed, NAN, NAN, 4.0), 1.0, 0.0);
  assert_near(ever("ever-below", holed, NAN, NAN, 4.0), 0.0, 0.0);
}

static void dose_is_the_mean_of_seven_days(void **state) {
  case_history h;
  (void)state;
  const lind_history *history = HISTORY(&h, path, 30);
  assert_near(at("dose", history, 20, NAN, NAN), 5.0, 0.0);
  h.dose[13] = 12.0; /* protocol day 14, the first of the week before day 20 */
  assert_near(at("dose", history, 20, NAN, NAN), 6.0, 1e-15);
  assert_near(at("dose", history, 21, NAN, NAN), 5.0, 0.0);
  assert_near(at("dose", history, 13, NAN, NAN), 5.0, 0.0);
  h.dose[13] = 0.0; /* a day without a dose counts as 0 */
  assert_near(at("dose", history, 14, NAN, NAN), 30.0 / 7.0, 1e-15);
  assert_near(at("dose", history, 7, NAN, NAN), 5.0, 0.0);
  assert_nan(at("dose", history, 6, NAN, NAN)); /* no whole week yet */
}

/* Who left gives the last whole week before. */
static void dose_before_leaving(void **state) {
  case_history h;
  (void)state;
  const lind_history *history = HISTORY(&h, path, 10.5);
  h.dose[10] = 90.0; /* the day that was not finished */
  h.dose[9] = 12.0;
  assert_near(at("dose", history, 30, NAN, NAN), 6.0, 1e-15);
  assert_nan(at("dose", HISTORY(&h, path, 6.9), 30, NAN, NAN));
}

static void total_dose_is_a_sum(void **state) {
  case_history h;
  (void)state;
  const lind_history *history = HISTORY(&h, path, 30); /* 5 a day until day 30, unknown after */
  assert_near(at("total-dose", history, NAN, NAN, NAN), 150.0, 0.0);
  h.dose[13] = 12.0;
  assert_near(at("total-dose", history, NAN, NAN, NAN), 157.0, 0.0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(value_is_the_last_one),
      cmocka_unit_test(change_is_from_the_first),
      cmocka_unit_test(responder_is_the_last_one_at_or_above),
      cmocka_unit_test(ever_above_and_below),
      cmocka_unit_test(ever_skips_what_is_no_number),
      cmocka_unit_test(dose_is_the_mean_of_seven_days),
      cmocka_unit_test(dose_before_leaving),
      cmocka_unit_test(total_dose_is_a_sum),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
