/* Time to range and time to a stable dose: runs of visits, their span, censoring, changed and skipped doses. */
#include "endpoint_case.h"

typedef struct answer {
  double day, event;
} answer;

static answer time_to(const char *kind, const lind_history *history, double consecutive, double apart, double from, double to) {
  lind_endpoint endpoint = open_endpoint(2.0, 3.0);
  endpoint.consecutive = consecutive;
  endpoint.apart = 24.0 * apart;
  endpoint.from = 24.0 * from;
  endpoint.to = 24.0 * to;
  double event = 0.0;
  const double value = lind_endpoint_find(kind)->value(&endpoint, history, 0, &event);
  return (answer){value / 24.0, event};
}

#define assert_seen(wanted, ...)            \
  do {                                      \
    const answer a_ = time_to(__VA_ARGS__); \
    assert_near(a_.day, (wanted), 1e-12);   \
    assert_near(a_.event, 1.0, 0.0);        \
  } while (0)
#define assert_censored(wanted, ...)        \
  do {                                      \
    const answer a_ = time_to(__VA_ARGS__); \
    assert_near(a_.day, (wanted), 1e-12);   \
    assert_near(a_.event, 0.0, 0.0);        \
  } while (0)

/*                                  out       in        out       in         in         in         out */
static const double path[][2] = {{0, 1.0}, {4, 2.0}, {8, 4.0}, {15, 2.4}, {22, 2.9}, {24, 3.0}, {31, 3.1}};

static void runs_and_spans(void **state) {
  case_history h;
  (void)state;
  const lind_history *history = HISTORY(&h, path, 40);
  assert_seen(4.0, "time-to-range", history, NAN, NAN, NAN, NAN);
  assert_seen(22.0, "time-to-range", history, 2, NAN, NAN, NAN);
  assert_seen(24.0, "time-to-range", history, 3, NAN, NAN, NAN);
  assert_censored(40.0, "time-to-range", history, 4, NAN, NAN, NAN);
  assert_seen(22.0, "time-to-range", history, 2, 7, NAN, NAN); /* 15 and 22 are seven days apart */
  assert_seen(24.0, "time-to-range", history, 2, 8, NAN, NAN); /* 15 and 24 */
  assert_censored(40.0, "time-to-range", history, 2, 10, NAN, NAN);
  assert_seen(24.0, "time-to-range", history, NAN, 9, NAN, NAN); /* a span alone asks for a second visit */
}

static void the_window_starts_the_clock(void **state) {
  case_history h;
  (void)state;
  const lind_history *history = HISTORY(&h, path, 40);
  assert_seen(10.0, "time-to-range", history, NAN, NAN, 5, NAN);
  assert_seen(0.0, "time-to-range", history, NAN, NAN, 22, NAN);
  assert_seen(2.0, "time-to-range", history, 2, NAN, 22, NAN); /* what came before does not count */
  assert_censored(18.0, "time-to-range", history, 2, NAN, NAN, 18);
  assert_censored(13.0, "time-to-range", history, 2, NAN, 5, 18);
  assert_censored(15.0, "time-to-range", history, NAN, NAN, 25, NAN);
}

static void who_left_is_censored_then(void **state) {
  case_history h;
  (void)state;
  const lind_history *history = history_of(&h, path, 3, 10.25);
  assert_censored(10.25, "time-to-range", history, 2, NAN, NAN, NAN);
  assert_censored(8.0, "time-to-range", history, 2, NAN, NAN, 8);
  assert_censored(2.25, "time-to-range", history, 2, NAN, 8, NAN);
  /* and nothing is known of who left before the window opened */
  const answer before = time_to("time-to-range", history, 2, NAN, 12, NAN);
  assert_nan(before.day);
  assert_near(before.event, 0.0, 0.0);
}

static void no_number_is_not_in_range(void **state) {
  case_history h;
  (void)state;
  const lind_history *history = HISTORY(&h, ((const double[][2]){{0, 2.5}, {4, NAN}, {8, 2.5}, {12, 2.5}}), 40);
  assert_seen(12.0, "time-to-range", history, 2, NAN, NAN, NAN);
}

/* In range on days 4, 11, 18, 25, 32. */
static const double steady[][2] = {{0, 1}, {4, 2.5}, {11, 2.5}, {18, 2.5}, {25, 2.5}, {32, 2.5}};

static void a_changed_dose_starts_the_run_again(void **state) {
  case_history h;
  (void)state;
  const lind_history *history = HISTORY(&h, steady, 40);
  assert_seen(11.0, "time-to-stable-dose", history, 2, NAN, NAN, NAN);
  assert_seen(18.0, "time-to-stable-dose", history, 2, 14, NAN, NAN);
  for (int d = 11; d < 40; d++) h.dose[d] = 6.0; /* raised at the visit of day 11 */
  assert_seen(18.0, "time-to-stable-dose", history, 2, NAN, NAN, NAN);
  assert_seen(25.0, "time-to-stable-dose", history, 2, 14, NAN, NAN);
  assert_seen(11.0, "time-to-range", history, 2, NAN, NAN, NAN); /* which does not look at doses */
  for (int d = 25; d < 40; d++) h.dose[d] = 7.0;
  assert_seen(18.0, "time-to-stable-dose", history, 2, NAN, NAN, NAN);
  assert_censored(40.0, "time-to-stable-dose", history, 3, NAN, NAN, NAN);
}

/* A dose that is left out changes nothing of what is prescribed: 5 mg, none, 5 mg is one dose; 5 mg, none, 6 mg is two. */
static void a_skipped_dose_is_no_change(void **state) {
  case_history h;
  (void)state;
  const lind_history *history = HISTORY(&h, steady, 40);
  h.dose[11] = 0.0;
  assert_seen(11.0, "time-to-stable-dose", history, 2, NAN, NAN, NAN);
  assert_seen(18.0, "time-to-stable-dose", history, 3, NAN, NAN, NAN);
  for (int d = 12; d < 40; d++) h.dose[d] = 6.0;
  assert_seen(32.0, "time-to-stable-dose", history, 3, NAN, NAN, NAN); /* from 18, where the new dose is first seen */
  assert_seen(11.0, "time-to-stable-dose", history, 2, NAN, NAN, NAN);
  h.dose[4] = 0.0; /* a run may begin on such a day */
  for (int d = 5; d < 40; d++) h.dose[d] = 5.0;
  assert_seen(11.0, "time-to-stable-dose", history, 2, NAN, NAN, NAN);
}

static void events_of_the_model(void **state) {
  (void)state;
  const double rows[][2] = {{0, 1}};
  double at[1] = {24 * 12.25};
  case_history h;
  (void)HISTORY(&h, rows, 40);
  h.history.event = at;
  assert_seen(12.25, "time-to-event", &h.history, NAN, NAN, NAN, NAN);
  assert_seen(7.25, "time-to-event", &h.history, NAN, NAN, 5, NAN);
  assert_censored(10.0, "time-to-event", &h.history, NAN, NAN, NAN, 10);
  at[0] = INFINITY;
  assert_censored(40.0, "time-to-event", &h.history, NAN, NAN, NAN, NAN);
}

/* Lowest 10 at day 8, then 11.9, 12.0 (not above a fifth), 12.5 (above, by 2.5), 15.5. */
static void rises(void **state) {
  static const double sizes[][2] = {{0, 14.0}, {8, 10.0}, {15, 11.9}, {22, 12.0}, {29, 12.5}, {36, 15.5}};
  case_history h;
  lind_endpoint endpoint = open_endpoint(0.0, 1.0);
  (void)state;
  const lind_history *history = HISTORY(&h, sizes, 50);
  const lind_endpoint_kind *kind = lind_endpoint_find("time-to-rise");
  double event = 0.0;
  endpoint.threshold = 0.2;
  endpoint.least = NAN;
  assert_near(kind->value(&endpoint, history, 0, &event) / 24.0, 29.0, 1e-12);
  assert_near(event, 1.0, 0.0);
  endpoint.least = 5.0;
  assert_near(kind->value(&endpoint, history, 0, &event) / 24.0, 36.0, 1e-12);
  endpoint.from = 10.0 * 24.0; /* what was before the window is not known */
  assert_near(kind->value(&endpoint, history, 0, &event) / 24.0, 40.0, 1e-12);
  assert_near(event, 0.0, 0.0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(runs_and_spans),
      cmocka_unit_test(the_window_starts_the_clock),
      cmocka_unit_test(who_left_is_censored_then),
      cmocka_unit_test(no_number_is_not_in_range),
      cmocka_unit_test(a_changed_dose_starts_the_run_again),
      cmocka_unit_test(a_skipped_dose_is_no_change),
      cmocka_unit_test(events_of_the_model),
      cmocka_unit_test(rises),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
