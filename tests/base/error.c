/* Failures carry one sentence, a place and a trace, and stay in their thread. */
#include <pthread.h>

#include "base_test.h"

static lind_err inner(int value) {
  LIND_CHECK(value < 3, LIND_ERR_INPUT, "value is %d; it must be below %d", value, 3);
  return LIND_OK;
}

static lind_err outer(int value, int *out) {
  LIND_TRY(inner(value));
  *out = value;
  return LIND_OK;
}

static void a_check_that_holds_changes_nothing(void **state) {
  (void)state;
  int out = 0;
  lind_error_clear();
  assert_int_equal(outer(2, &out), LIND_OK);
  assert_int_equal(out, 2);
  assert_string_equal(lind_error_message(), "");
  assert_string_equal(lind_error_backtrace(), "");
}

static void a_failure_leaves_a_sentence_and_a_trace(void **state) {
  (void)state;
  int out = 7;
  BAD(outer(4, &out), LIND_ERR_INPUT, "value is 4; it must be below 3");
  assert_int_equal(out, 7);
  const char *trace = lind_error_backtrace();
  const char *cause = strstr(trace, "the input is not valid"), *call = strstr(trace, "inner(value)");
  assert_non_null(cause);
  assert_non_null(call);
  assert_true(cause < call);
}

static void a_place_stands_before_the_sentence(void **state) {
  (void)state;
  assert_int_equal(lind_error_fail_at(LIND_ERR_UNIT, (lind_where){"f.yaml", 3, 11}, "no %s", "unit"), LIND_ERR_UNIT);
  assert_string_equal(lind_error_message(), "f.yaml:3:11: no unit");
  assert_int_equal(lind_error_fail_at(LIND_ERR_UNIT, (lind_where){"f.yaml", 0, 0}, "no %s", "unit"), LIND_ERR_UNIT);
  assert_string_equal(lind_error_message(), "f.yaml: no unit");
  assert_int_equal(lind_error_fail_at(LIND_ERR_UNIT, (lind_where){NULL, 0, 0}, "no %s", "unit"), LIND_ERR_UNIT);
  assert_string_equal(lind_error_message(), "no unit");
}

static void a_sentence_may_quote_the_one_before(void **state) {
  (void)state;
  assert_int_equal(inner(5), LIND_ERR_INPUT);
  (void)lind_error_fail(LIND_ERR_FILE, "x.c", 1, "first: %s", lind_error_message());
  assert_string_equal(lind_error_message(), "first: value is 5; it must be below 3");
}

static void a_long_sentence_is_cut(void **state) {
  (void)state;
  char word[5000];
  memset(word, 'x', sizeof word - 1);
  word[sizeof word - 1] = '\0';
  (void)lind_error_fail_at(LIND_ERR_INPUT, (lind_where){word, 1, 1}, "%s", word);
  assert_int_equal(strspn(lind_error_message(), "x"), strlen(lind_error_message()));
  for (int i = 0; i < 1000; i++) (void)lind_error_trace(LIND_ERR_INPUT, "file.c", i, word);
  assert_true(strlen(lind_error_backtrace()) < sizeof word);
}

static void codes_have_names_and_exit_statuses(void **state) {
  (void)state;
  assert_string_equal(lind_error_name(LIND_ERR_UNIT), "LIND_ERR_UNIT");
  assert_string_equal(lind_error_sentence(LIND_OK), "success");
  assert_int_equal(lind_error_exit_status(LIND_OK), 0);
  assert_int_equal(lind_error_exit_status(LIND_ERR_INPUT), 2);
  assert_int_equal(lind_error_exit_status(LIND_ERR_MEMORY), 1);
  assert_int_equal(lind_error_exit_status(LIND_ERR_STOPPED), 75); /* EX_TEMPFAIL */
}

static void *fail_elsewhere(void *unused) {
  (void)unused;
  static const char *const clean = "", *const dirty = "dirty";
  const char *answer = lind_error_message()[0] == '\0' ? clean : dirty;
  (void)inner(9);
  return (void *)(uintptr_t)answer;
}

static void threads_do_not_share_sentences(void **state) {
  (void)state;
  lind_error_set("mine");
  pthread_t thread;
  void *answer = NULL;
  assert_int_equal(pthread_create(&thread, NULL, fail_elsewhere, NULL), 0);
  assert_int_equal(pthread_join(thread, &answer), 0);
  assert_string_equal(answer, "");
  assert_string_equal(lind_error_message(), "mine");
}

static void a_sentence_commands_no_terminal(void **state) {
  (void)state;
  (void)lind_error_fail(LIND_ERR_INPUT, "f.c", 1, "'%s' is no number", "\x1b[2J\r\x7f\xc3\xa9\tx\n");
  assert_string_equal(lind_error_message(), "'?[2J??\xc3\xa9\tx\n' is no number");
  (void)lind_error_fail_at(LIND_ERR_INPUT, (lind_where){"\a.csv", 1, 2}, "no");
  assert_string_equal(lind_error_message(), "?.csv:1:2: no");
  lind_error_set("\x1b");
  assert_string_equal(lind_error_message(), "?");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_check_that_holds_changes_nothing), cmocka_unit_test(a_failure_leaves_a_sentence_and_a_trace),
      cmocka_unit_test(a_place_stands_before_the_sentence), cmocka_unit_test(a_sentence_may_quote_the_one_before),
      cmocka_unit_test(a_sentence_commands_no_terminal),    cmocka_unit_test(a_long_sentence_is_cut),
      cmocka_unit_test(codes_have_names_and_exit_statuses), cmocka_unit_test(threads_do_not_share_sentences),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
