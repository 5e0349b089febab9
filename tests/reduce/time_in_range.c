/* Rosendaal's share of time in range, 2 to 3, worked by hand. */
#include "endpoint_case.h"

static double share(const lind_history *history, double from, double to) {
  lind_endpoint endpoint = open_endpoint(2.0, 3.0);
  endpoint.from = 24.0 * from;
  endpoint.to = 24.0 * to;
  return value_of("time-in-range", &endpoint, history);
}

/* 1.5 to 2.5 in ten days: in range from day 5. */
static void crossing_one_bound(void **state) {
  case_history h;
  (void)state;
  assert_near(share(HISTORY(&h, ((const double[][2]){{0, 1.5}, {10, 2.5}}), 100), NAN, NAN), 0.5, 1e-14);
  assert_near(share(HISTORY(&h, ((const double[][2]){{0, 2.5}, {10, 1.5}}), 100), NAN, NAN), 0.5, 1e-14);
  assert_near(share(HISTORY(&h, ((const double[][2]){{3, 2.8}, {5, 3.6}}), 100), NAN, NAN), 0.25, 1e-13);
}

/* 1 to 4 in 12 days: in range from day 4 to day 8. */
static void crossing_both_bounds(void **state) {
  case_history h;
  (void)state;
  assert_near(share(HISTORY(&h, ((const double[][2]){{0, 1}, {12, 4}}), 100), NAN, NAN), 1.0 / 3.0, 1e-14);
  assert_near(share(HISTORY(&h, ((const double[][2]){{20, 4}, {32, 1}}), 100), NAN, NAN), 1.0 / 3.0, 1e-14);
}

static void inside_outside_and_level(void **state) {
  case_history h;
  (void)state;
  assert_near(share(HISTORY(&h, ((const double[][2]){{0, 2.1}, {7, 2.9}, {14, 2.0}}), 100), NAN, NAN), 1.0, 1e-14);
  assert_near(share(HISTORY(&h, ((const double[][2]){{0, 1.1}, {7, 1.9}, {14, 1.2}}), 100), NAN, NAN), 0.0, 0.0);
  assert_near(share(HISTORY(&h, ((const double[][2]){{0, 3.1}, {7, 5}}), 100), NAN, NAN), 0.0, 0.0);
  assert_near(share(HISTORY(&h, ((const double[][2]){{0, 2}, {7, 2}}), 100), NAN, NAN), 1.0, 0.0); /* a bound is in range */
  assert_near(share(HISTORY(&h, ((const double[][2]){{0, 3}, {7, 3}, {14, 3.5}}), 100), NAN, NAN), 0.5, 1e-14);
  assert_near(share(HISTORY(&h, ((const double[][2]){{0, 3.5}, {7, 3.5}}), 100), NAN, NAN), 0.0, 0.0);
}

/* Intervals count by their length: 4 of 4 days, then 5 of 20. */
static void intervals_weigh_by_length(void **state) {
  case_history h;
  (void)state;
  assert_near(share(HISTORY(&h, ((const double[][2]){{0, 2.2}, {4, 2.6}, {24, 4.2}}), 100), NAN, NAN), 9.0 / 24.0, 1e-13);
}

/* 57 days between measurements say nothing of what happened between; 56 do. */
static void long_gaps_are_left_out(void **state) {
  case_history h;
  (void)state;
  assert_near(share(HISTORY(&h, ((const double[][2]){{0, 2.5}, {57, 2.5}, {67, 1.5}}), 100), NAN, NAN), 0.5, 1e-14);
  assert_near(share(HISTORY(&h, ((const double[][2]){{0, 2.5}, {56, 2.5}, {66, 1.5}}), 100), NAN, NAN), 61.0 / 66.0, 1e-14);
  assert_nan(share(HISTORY(&h, ((const double[][2]){{0, 2.5}, {57, 2.5}}), 100), NAN, NAN));
}

/* The line 1 .. 4 over days 0 .. 12 is in range from 4 to 8; a window sees its part of it, and none of the time before the first
 * or after the last measurement. */
static void the_window_clips(void **state) {
  case_history h;
  (void)state;
  const lind_history *line = HISTORY(&h, ((const double[][2]){{0, 1}, {12, 4}}), 100);
  assert_near(share(line, 0, 4), 0.0, 1e-13);
  assert_near(share(line, 4, 8), 1.0, 1e-13);
  assert_near(share(line, 6, 12), 2.0 / 6.0, 1e-13);
  assert_near(share(line, 2, 6), 0.5, 1e-13);
  assert_near(share(line, 5, NAN), 3.0 / 7.0, 1e-13);
  assert_near(share(line, NAN, 5), 0.2, 1e-13);
  assert_near(share(line, 6, 50), 2.0 / 6.0, 1e-13);
  assert_nan(share(line, 12, 50));
  assert_nan(share(line, 60, 70));
}

/* A window cut in two gives two shares whose mean by length is the share of the whole. */
static void windows_add_up(void **state) {
  case_history h;
  (void)state;
  const lind_history *path =
      HISTORY(&h, ((const double[][2]){{0, 1.1}, {5, 3.4}, {9, 2.2}, {16, 2.7}, {30, 1.6}, {44, 4.4}}), 100);
  for (double cut = 1.0; cut < 44.0; cut += 0.7) {
    const double both = (share(path, 0, cut) * cut + share(path, cut, 44) * (44 - cut)) / 44;
    assert_near(both, share(path, 0, 44), 1e-12);
  }
}

static void too_few_measurements(void **state) {
  case_history h;
  (void)state;
  assert_nan(share(HISTORY(&h, ((const double[][2]){{0, 2.5}}), 100), NAN, NAN));
  assert_nan(share(history_of(&h, NULL, 0, 100), NAN, NAN));
  assert_nan(share(HISTORY(&h, ((const double[][2]){{0, 2.5}, {7, NAN}, {14, 2.5}}), 100), NAN, NAN));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(crossing_one_bound),       cmocka_unit_test(crossing_both_bounds),
      cmocka_unit_test(inside_outside_and_level), cmocka_unit_test(intervals_weigh_by_length),
      cmocka_unit_test(long_gaps_are_left_out),   cmocka_unit_test(the_window_clips),
      cmocka_unit_test(windows_add_up),           cmocka_unit_test(too_few_measurements),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
