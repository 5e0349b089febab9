/* The queue of one patient: order, ties, rows, ends, rates that change. */
/* clang-format off */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */
#include "simulate/under_way.h"

static lind_coming coming[4];
static lind_running running[4];
static lind_under_way fresh(void) {
  return (lind_under_way){.most_coming = 4, .most_running = 4, .coming = coming, .running = running};
}

static void doses_leave_by_time_then_by_record(void **state) {
  (void)state;
  lind_under_way q = fresh();
  assert_true(lind_under_way_next(&q) == INFINITY);
  assert_true(lind_under_way_send(&q, (lind_coming){.first = 0.1 + 0.2, .next = 0, .last = 0, .record = 7}));
  assert_true(lind_under_way_send(&q, (lind_coming){.first = 0.3, .next = 0, .last = 0, .record = 9}));
  assert_true(lind_under_way_send(&q, (lind_coming){.first = 0.0, .interval = 0.3, .next = 1, .last = 2, .record = 3}));
  static const int records[] = {3, 7, 9, 3};
  static const double times[] = {0.3, 0.3, 0.3, 0.6};
  for (int k = 0; k < 4; k++) {
    int record;
    double time;
    assert_true(fabs(lind_under_way_next(&q) - times[k]) < 1e-15);
    assert_false(lind_under_way_enter(&q, times[k] - 1e-6, &record, &time));
    assert_true(lind_under_way_enter(&q, times[k], &record, &time)); /* 0.1 + 0.2 is 0.3, to rounding */
    assert_int_equal(record, records[k]);
  }
  assert_int_equal(q.n_coming, 0);
}

static void room_is_asked_for(void **state) {
  (void)state;
  lind_under_way q = fresh();
  for (int k = 0; k < 4; k++) assert_true(lind_under_way_send(&q, (lind_coming){.first = 1.0, .record = k}));
  assert_false(lind_under_way_send(&q, (lind_coming){.first = 1.0, .record = 4}));
  assert_int_equal(q.n_coming, 4);
  for (int k = 0; k < 4; k++) assert_true(lind_under_way_start(&q, (lind_running){.end = 4.0 - k, .rate = 1.0}));
  assert_false(lind_under_way_start(&q, (lind_running){.end = 1.0}));
  assert_true(lind_under_way_rate(&q, 0) == 4.0);
  lind_under_way_clear(&q);
  assert_true(lind_under_way_next(&q) == INFINITY && lind_under_way_rate(&q, 0) == 0.0);
}

static void rows_of_infusions_end_one_by_one(void **state) {
  (void)state;
  lind_under_way q = fresh();
  assert_true(
      lind_under_way_start(&q, (lind_running){.end = 2.0, .interval = 3.0, .rate = 5.0, .next = 0, .last = 2, .state = 1}));
  assert_true(lind_under_way_start(&q, (lind_running){.end = 4.0, .rate = 7.0, .state = 1}));
  static const double ends[] = {2, 4, 5, 8}, rates[] = {22, 17, 10, 5};
  for (int k = 0; k < 4; k++) {
    assert_true(lind_under_way_rate(&q, 1) == rates[k] && lind_under_way_rate(&q, 0) == 0.0);
    assert_true(lind_under_way_next(&q) == ends[k]);
    assert_false(lind_under_way_end(&q, ends[k] - 0.5));
    assert_true(lind_under_way_end(&q, ends[k]));
  }
  assert_true(lind_under_way_rate(&q, 1) == 0.0);
}

/* At 1 h 10 mg/h with 4 and 7 h to go: 40 and 70 mg. At 20 mg/h that is 2 and 3.5 h. */
static void what_is_left_enters_at_the_new_rate(void **state) {
  (void)state;
  lind_under_way q = fresh();
  assert_true(lind_under_way_start(
      &q, (lind_running){.end = 5.0, .interval = 3.0, .rate = 10.0, .next = 0, .last = 1, .state = 0, .modelled = true}));
  assert_true(lind_under_way_start(&q, (lind_running){.end = 4.0, .rate = 1.0, .state = 0}));
  lind_under_way_change(&q, 1.0, 0, 20.0);
  assert_true(lind_under_way_rate(&q, 0) == 41.0);
  assert_true(lind_under_way_next(&q) == 3.0);
  assert_true(lind_under_way_end(&q, 3.0));
  assert_true(lind_under_way_next(&q) == 4.0);
  assert_true(lind_under_way_end(&q, 4.0));
  assert_true(lind_under_way_next(&q) == 4.5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(doses_leave_by_time_then_by_record),
      cmocka_unit_test(room_is_asked_for),
      cmocka_unit_test(rows_of_infusions_end_one_by_one),
      cmocka_unit_test(what_is_left_enters_at_the_new_rate),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
