/* The terminal summary, word for word, and the way numbers are written. */
#include <math.h>

#include "report/story.h"
#include "report_case.h"

static char *answer(const char *json) {
  char *text = NULL;
  size_t length;
  FILE *out = open_memstream(&text, &length);
  const lind_err err = lind_report_answer(json, out);
  if (err != LIND_OK) fail_msg("%s", lind_error_message());
  (void)fclose(out);
  return text;
}

#define THIN "\xE2\x80\xAF"
#define PM   "\xC2\xB1"

static void summary_is_exactly_this(void **state) {
  (void)state;
  json_t *estimates = case_example("estimates.json");
  char *json = json_dumps(estimates, 0), *text = answer(json);
  assert_string_equal(text,
                      "Made-up test data: genotype-guided dosing of a blood thinner\n"
                      "\n"
                      "Time in range: Genotype-guided exceeds Standard dosing by 6.72 percentage\n"
                      "points (95% interval of one trial 3.35 to 10.09); the real trial found 7.0\n"
                      "(3.3 to 10.6).\n"
                      "\n"
                      "Time in range, percentage points\n"
                      "                            simulated           published\n"
                      "  Genotype-guided           66.1 " PM
                      " 0.2          67.4\n"
                      "  Standard dosing           59.4 " PM
                      " 0.2          60.3\n"
                      "  difference                6.72 " PM
                      " 0.05         7.0\n"
                      "  95 % interval             3.4 to 10.1         3.3 to 10.6\n"
                      "  power                     97.8 " PM
                      " 0.5 %\n"
                      "\n"
                      "Flow: 470" THIN "123 screened, 15" THIN "123 not eligible, 455" THIN
                      "000 randomised\n"
                      "  Genotype-guided           227" THIN "500 randomised, 222" THIN
                      "013 completed, 5484 dropped out, 3 failed\n"
                      "  Standard dosing           227" THIN "500 randomised, 221" THIN
                      "961 completed, 5539 dropped out, 0 failed\n");
  free(text);
  free(json);
  json_decref(estimates);
}

static void summary_of_little_is_little(void **state) {
  (void)state;
  char *text = answer("{\"format\": \"lind-estimates-1\", \"protocol\": \"p\", \"answer\": \"It is so.\"}");
  assert_string_equal(text, "p\n\nIt is so.\n");
  free(text);
  text = answer(
      "{\"format\": \"lind-estimates-1\", \"title\": \"T\", \"answer\": \"A.\", \"analyses\": [{\"title\": \"Deaths\", "
      "\"ratio\": true, "
      "\"level\": 0.9, \"terms\": [{\"estimate\": 0.731, \"mcse\": null, \"interval\": [null, null], \"power\": null}]}]}");
  assert_string_equal(text,
                      "T\n\nA.\n\nDeaths, ratio\n                            simulated\n  ratio                     0.731\n"
                      "  90 % interval             \xE2\x80\x93\n");
  free(text);
}

static void summary_commands_no_terminal(void **state) {
  (void)state;
  assert_int_equal(lind_report_answer("{\"format\": \"lind-estimates-1\", \"arms\": [{\"title\": \"\\u001b[2J\"}]}", stdout),
                   LIND_ERR_INPUT);
  assert_string_equal(lind_error_message(), "estimates: a text holds a control character, which lind never writes");
}

static void summary_of_another_format_is_refused(void **state) {
  (void)state;
  assert_int_equal(lind_report_answer("{\"format\": \"lind-estimates-9\"}", stdout), LIND_ERR_INPUT);
  assert_string_equal(lind_error_message(),
                      "estimates: format is 'lind-estimates-9', but 'lind-estimates-1' is what this lind reads");
}

/* ---- numbers --------------------------------------------------------------------------------------------------------------- */

static void error_decides_the_digits(void **state) {
  (void)state;
  static const struct {
    double value, error;
    const char *words;
  } rows[] = {
      {6.7234, 0.054, "6.72 " PM " 0.05"},
      {6.7234, 0.14, "6.72 " PM " 0.14"},
      {66.13, 0.3, "66.1 " PM " 0.3"},
      {-0.2, 0.011,
       "\xE2\x88\x92"
       "0.200 " PM " 0.011"},
      {12345.6, 40.0, "12" THIN "346 " PM " 40"},
      {0.0, 0.5, "0.0 " PM " 0.5"},
      {-0.0001, 0.5, "0.0 " PM " 0.5"},
      {9999.0, 3.0, "9999 " PM " 3"},
      {7.0, NAN, "7.00"},
      {NAN, 0.1, "\xE2\x80\x93"},
      {INFINITY, 0.1, "\xE2\x80\x93"},
      {97.8, 0.0, "97.8 " PM " 0.0"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const lind_value_words words = lind_value_with_error(rows[i].value, rows[i].error);
    assert_string_equal(words.text, rows[i].words);
  }
}

static void thousands_are_set_apart(void **state) {
  (void)state;
  const lind_value_words big = lind_value_fixed(1234567.25, 1), four = lind_value_fixed(1234.0, 0);
  assert_string_equal(big.text, "1" THIN "234" THIN "567.2");
  assert_string_equal(four.text, "1234");
}

static void published_numbers_keep_their_digits(void **state) {
  (void)state;
  json_t *one = json_pack("{s:f,s:f,s:f}", "estimate", 7.0, "lower", 3.3, "upper", 10.6),
         *two = json_pack("{s:i}", "estimate", 27);
  const lind_value_words with = lind_story_published(one), without = lind_story_published(two), none = lind_story_published(NULL);
  assert_string_equal(with.text, "7.0 (3.3 to 10.6)");
  assert_string_equal(without.text, "27");
  assert_string_equal(none.text, "\xE2\x80\x93");
  json_decref(one);
  json_decref(two);
}

static void labels_break_between_words(void **state) {
  (void)state;
  char lines[64];
  assert_string_equal(lind_table_wrap("one two three", 7, lines, sizeof lines), "one two\nthree");
  assert_string_equal(lind_table_wrap("\xC3\xA9\xC3\xA9\xC3\xA9 \xC3\xA9\xC3\xA9\xC3\xA9", 7, lines, sizeof lines),
                      "\xC3\xA9\xC3\xA9\xC3\xA9 \xC3\xA9\xC3\xA9\xC3\xA9");
  assert_string_equal(lind_table_wrap("immeasurable", 4, lines, sizeof lines), "immeasurable");
  assert_string_equal(lind_table_wrap("  ", 4, lines, sizeof lines), "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(summary_is_exactly_this),
      cmocka_unit_test(summary_of_little_is_little),
      cmocka_unit_test(summary_commands_no_terminal),
      cmocka_unit_test(summary_of_another_format_is_refused),
      cmocka_unit_test(error_decides_the_digits),
      cmocka_unit_test(thousands_are_set_apart),
      cmocka_unit_test(published_numbers_keep_their_digits),
      cmocka_unit_test(labels_break_between_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
