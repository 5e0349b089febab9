/* `lind twin`: the loop from a record to a dose; what is refused, in which sentence, with status 2 and nothing written. */
#include "program_case.h"

#define FIT "twin fit anna.csv --model pgx.warfarin --of inr --particles 200 --out anna.h5"

static void anna(void) { file_copy(LIND_SOURCE_DIR "/protocols/examples/twin/anna.csv", "anna.csv"); }

static void refused(program_case *c, const char *line, const char *sentence) {
  char copy[400];
  (void)snprintf(copy, sizeof copy, "%s", line);
  const int status = program_run(c, copy);
  if (status != 2 || strstr(c->err, sentence) == NULL) fail_msg("%s: exit %d, %swanted: %s", line, status, c->err, sentence);
}

static double number_after(const char *text, const char *key) {
  const char *at = strstr(text, key);
  if (at == NULL) fail_msg("no %s", key);
  return strtod(at + strlen(key), NULL);
}

/* Anna needs more than her genotype says; the expected share of time in range rises to one dose and falls behind it. */
static void from_a_record_to_a_dose(void **state) {
  program_case *c = *state;
  double before = -1.0;
  int falls = 0;
  anna();
  program_do(c, FIT " --json");
  assert_true(number_after(c->out, "\"effective\": ") > 20.0);
  program_do(c, "twin forecast anna.h5 --times \"15, 21\"");
  program_do(c, "twin choose anna.h5 --doses \"4 mg:16 mg:2 mg\" --target \"inr in 2..3 over the next 14 day\" --json");
  assert_true(number_after(c->out, "\"chosen\": ") >= 8.0 && number_after(c->out, "\"chosen\": ") <= 12.0);
  for (const char *at = c->out; (at = strstr(at, "\"expected\": ")) != NULL; at++) {
    const double value = number_after(at, "\"expected\": ");
    falls += value < before;
    assert_true(value >= before || falls >= 1);
    assert_true(falls == 0 || value < before);
    before = value;
  }
  assert_true(falls >= 2);
}

/* The same request gives the same bytes; the file wakes as what it was, and knows when it cannot. */
static void a_file_is_the_twin(void **state) {
  program_case *c = *state;
  static char first[PROGRAM_OUTPUT];
  anna();
  program_do(c, FIT);
  file_copy("anna.h5", "once.h5");
  program_do(c, FIT);
  program_do(c, "twin forecast anna.h5 --times 21 --json");
  (void)snprintf(first, sizeof first, "%s", c->out);
  program_do(c, "twin forecast anna.h5 --times 21 --json --out anna.h5"); /* over itself */
  assert_string_equal(c->out, first);
  program_do(c, "twin forecast once.h5 --times 21 --json");
  assert_string_equal(c->out, first);
  program_do(c, "twin forecast anna.h5 --times 21 --json");
  assert_string_equal(c->out, first);
}

static void what_cannot_be(void **state) {
  program_case *c = *state;
  anna();
  refused(c, "twin", "lind twin fit, forecast or choose?");
  refused(c, "twin fti", "it is fit, forecast or choose (did you mean 'fit'?)");
  refused(c, "twin fit", "of whom?");
  refused(c, "twin fit anna.csv --out a.h5", "--model is missing");
  refused(c, "twin fit anna.csv --model pgx.warfarin --of inr", "--out is missing");
  refused(c, "twin fit anna.csv --model pgx.warfarin --of inr --out anna.csv", "would write over anna.csv (the record)");
  refused(c, "twin fit anna.csv --model pgx.warfarin --out a.h5", "model pgx.warfarin measures inr and conc; --of NAME");
  refused(c, "twin fit anna.csv --model pgx.warfarin --of irn --out a.h5", "'irn' is no output of pgx.warfarin");
  refused(c, "twin fit anna.csv --model pgx.warfarin --of inr --set assay=0 --out a.h5", "residual error of 0");
  refused(c, "twin fit anna.csv --model pgx.warfarin --of inr --knots 3 --out a.h5", "--knots is '3'");
  refused(c, "twin fit anna.csv --model pgx.warfarin --of inr --particles 5000 --out a.h5", "at most 4096 are possible");
  assert_int_not_equal(access("a.h5", F_OK), 0);
  file_replace("anna.csv", "anna,5,.,.,.,1.5", "anna,5,.,.,.,-1.5");
  refused(c, "twin fit anna.csv --model pgx.warfarin --of inr --out a.h5",
          "anna.csv:6:14: DV is -1.5; inr has a lognormal error");
  anna();
  file_replace("anna.csv", "anna,14", "otto,14");
  refused(c, "twin fit anna.csv --model pgx.warfarin --of inr --out a.h5", "ID otto is a second individual; a twin is of one");
  refused(c, "twin forecast nosuch.h5 --times 3", "nosuch.h5 cannot be read");
  refused(c, "twin forecast trial.yaml --times 3", "trial.yaml is not the file of a twin");
}

static void questions_without_an_answer(void **state) {
  program_case *c = *state;
  anna();
  program_do(c, FIT);
  refused(c, "twin forecast anna.h5", "nothing is asked");
  refused(c, "twin forecast anna.h5 --times 21 --by mood", "--by is 'mood'; it is mode or particles");
  refused(c, "twin forecast anna.h5 --times 21 --level 95", "--level is '95'");
  file_write("plan.csv", "TIME [h],AMT [mg]\n336,5\n");
  refused(c, "twin forecast anna.h5 --times 21 --events plan.csv", "TIME is in 'h' here and in 'day' in the record");
  file_write("plan.csv", "TIME [day],AMT [mg],DV\n15,.,2\n");
  refused(c, "twin forecast anna.h5 --events plan.csv", "a plan has no measured values");
  refused(c, "twin choose anna.h5 --target \"inr in 2..3 over the next 14 day\"", "--doses is missing");
  refused(c, "twin choose anna.h5 --doses \"5 L\" --target \"inr in 2..3 over the next 14 day\"", "--doses: '5 L' is");
  refused(c, "twin choose anna.h5 --doses \"5 mg:1 mg:1 mg\" --target \"inr in 2..3 over the next 14 day\"",
          "goes from a smaller dose");
  refused(c, "twin choose anna.h5 --doses \"5 mg\"", "what is good?");
  refused(c, "twin choose anna.h5 --doses \"5 mg\" --target \"inr in 2..3\"", "how far ahead?");
  refused(c, "twin choose anna.h5 --doses \"5 mg\" --target \"inr about 2\"", "--target is 'inr about 2'");
  refused(c, "twin choose anna.h5 --doses \"5 mg\" --target \"irn in 2..3 over the next 14 day\"", "irn");
  refused(c, "twin choose anna.h5 --doses \"5 mg\" --target \"conc in 2..3 over the next 14 day\"", "--target:1:");
  refused(c, "twin choose anna.h5 --doses \"5 mg\" --reward dose --over \"14 day\"", "--reward:1:1");
  program_do(c, "twin choose anna.h5 --doses \"5 mg, 7 mg\" --target \"conc in 0.2..0.4 mg/L over the next 2 day\"");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(from_a_record_to_a_dose, program_setup, program_teardown),
      cmocka_unit_test_setup_teardown(a_file_is_the_twin, program_setup, program_teardown),
      cmocka_unit_test_setup_teardown(what_cannot_be, program_setup, program_teardown),
      cmocka_unit_test_setup_teardown(questions_without_an_answer, program_setup, program_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
