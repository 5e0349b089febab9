/* `lind simulate`: what is refused beside cells that cannot be read, in which sentence; status 2, and nothing is written. */
#include "program_case.h"

static const char looks_back[] =
    "model dy\ntitle \"t\"\nsource \"s\"\ntime h\nstate x [mg] dose\nd/dt(x) = -0.1 [1/h] * x\noutput past [mg] = delay(x, 2 "
    "[h])\n";

static const char by_weight[] =
    "model cv\ntitle \"t\"\nsource \"s\"\ntime h\ncovariate WT [kg]\ncovariate age [year] optional\nstate x [mg] dose(rate = 0.2 "
    "[mg/h/kg] * WT)\n"
    "d/dt(x) = -0.1 [1/h] * x\noutput y [mg] = x + 0 [mg/year] * age\n";

static void refused(program_case *c, const char *more, const char *sentence) {
  char line[400];
  (void)snprintf(line, sizeof line, "simulate %s", more);
  const int status = program_run(c, line);
  if (status != 2 || strstr(c->err, sentence) == NULL) fail_msg("%s: exit %d, %swanted: %s", more, status, c->err, sentence);
  assert_int_not_equal(access("out.csv", F_OK), 0);
}

static void steady_states_with_a_past(void **state) {
  program_case *c = *state;
  file_write("dy.lind", looks_back);
  file_write("e.csv", "ID,TIME,AMT,SS,II\n1,0,5,1,12\n1,3,.,.,.\n");
  refused(c, "dy.lind --events e.csv --out out.csv", "e.csv:2:7: SS is 1, but dy looks back with delay(...)");
  file_write("e.csv", "ID,TIME,AMT,SS,II\n1,0,5,0,0\n1,3,.,.,.\n");
  program_do(c, "simulate dy.lind --events e.csv --out -");
}

/* Only where the infusion's own individual has a rate that moves. */
static void modelled_rates_on_lines(void **state) {
  program_case *c = *state;
  const char *const rate = "RATE is -1, and the rate of x is made of WT, which --covariates linear moves";
  file_write("cv.lind", by_weight);
  file_write("e.csv", "ID,TIME,AMT,RATE,WT,age\n1,0,5,0,50,20\n1,3,.,.,60,20\n2,0,5,-1,50,20\n2,3,.,.,50,30\n");
  program_do(c, "simulate cv.lind --events e.csv --covariates linear --out -");
  file_write("e.csv", "ID,TIME,AMT,RATE,WT\n1,0,5,0,50\n1,3,.,.,60\n2,0,5,-1,50\n2,3,.,.,51\n");
  program_do(c, "simulate cv.lind --events e.csv --covariates locf --out -");
  char sentence[200];
  (void)snprintf(sentence, sizeof sentence, "e.csv:4:7: %s", rate);
  refused(c, "cv.lind --events e.csv --covariates linear --out out.csv", sentence);
}

static void results_that_would_write_over_something(void **state) {
  program_case *c = *state;
  static const char table[] = "ID,TIME,AMT\n1,0,5\n1,2,.\n";
  static const struct {
    const char *more, *sentence;
  } rows[] = {
      {"--out e.csv", "--out e.csv would write over e.csv (the table of --events)"},
      {"--out sub/../e.csv", "--out sub/../e.csv would write over e.csv (the table of --events)"},
      {"--out linked.csv", "would write over e.csv (the table of --events)"},
      {"--out hard.csv", "would write over e.csv (the table of --events)"},
      {"--parameters p.csv --out p.csv", "--out p.csv would write over p.csv (the table of --parameters)"},
      {"--out dy.lind", "would write over dy.lind (the model)"},
      {"--out out.csv --happened ./out.csv", "would write over ./out.csv (--happened)"},
      {"--out out.csv --happened out.csv.json", "would write over out.csv.json (--happened)"},
      {"--out - --happened -", "--out and --happened are both standard output"},
      {"--out sub", "--out sub is a folder"},
      {"--out /dev/null", "--out /dev/null is no ordinary file"},
      {"--out nosuch/a.csv", "--out nosuch/a.csv cannot be written: nosuch: No such file"},
      {"--parameters nosuch.csv --out out.csv", "nosuch.csv cannot be read"},
      {"--uncertainty nosuch.csv --out out.csv", "nosuch.csv cannot be read"},
  };
  char line[300], got[200];
  file_write("dy.lind", looks_back);
  file_write("e.csv", table);
  file_write("p.csv", "ID\n1\n");
  assert_int_equal(mkdir("sub", 0777), 0);
  assert_int_equal(symlink("e.csv", "linked.csv"), 0);
  assert_int_equal(link("e.csv", "hard.csv"), 0);
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
    (void)snprintf(line, sizeof line, "dy.lind --events e.csv %s", rows[k].more);
    refused(c, line, rows[k].sentence);
  }
  file_read("e.csv", got, sizeof got);
  assert_string_equal(got, table);
  refused(c, "dy.lind --events nosuch.csv --out out.csv", "nosuch.csv cannot be read");
  program_do(c, "simulate dy.lind --events e.csv --out sub/out.csv"); /* and again, over itself */
  program_do(c, "simulate dy.lind --events e.csv --out sub/out.csv");
}

static void columns_of_one_name(void **state) {
  program_case *c = *state;
  file_write("dy.lind", looks_back);
  file_write("e.csv", "ID,TIME,AMT,past\n1,0,5,4\n1,2,.,3\n");
  refused(c, "dy.lind --events e.csv --out out.csv", "e.csv:1:13: 'past' would be two columns of the result");
  file_write("e.csv", "ID,TIME,AMT,REP\n1,0,5,4\n1,2,.,3\n");
  refused(c, "dy.lind --events e.csv --out out.csv --replicates 2", "e.csv:1:13: 'REP' is what replicates are counted by");
  program_do(c, "simulate dy.lind --events e.csv --out -");
}

static void comments_are_no_records(void **state) {
  program_case *c = *state;
  file_write("dy.lind", looks_back);
  file_write("e.csv", "C,ID,TIME,AMT\n.,1,0,5\nC,1,1,5\n.,1,2,.\n");
  refused(c, "dy.lind --events e.csv --out out.csv", "e.csv:3:1: C is 'C': a comment to NONMEM's IGNORE");
  file_write("e.csv", "C,ID,TIME,AMT\n.,1,0,5\n#C,1,1,5\n7,1,2,.\n");
  program_do(c, "simulate dy.lind --events e.csv --out -");
  assert_string_equal(c->out, "ID,TIME,C,past\n1,2,7,0\n");
}

static void times_have_units_of_their_own(void **state) {
  program_case *c = *state;
  static const char *const rows[][2] = {
      {"5:0:1", "'5:0:1' goes back from 5 to 0"},      {"0:5:0", "the step of '0:5:0' is 0, and must be above 0"},
      {"0:1e9:1e-3", "that makes 1e+12 times, and"},   {"1, 0:5", "'0:5' is no from:to:by"},
      {"1 kg", "--times is in 'kg', no time"},         {"1 minn", "'minn' is not a known unit"},
      {"1,,2", "--times is '1,,2'; it is numbers and"}};
  char line[200];
  file_write("dy.lind", looks_back);
  file_write("e.csv", "ID,TIME,AMT,EVID\n1,0,5,1\n");
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
    (void)snprintf(line, sizeof line, "dy.lind --events e.csv --out out.csv --times \"%s\"", rows[k][0]);
    refused(c, line, rows[k][1]);
  }
  program_do(c, "simulate dy.lind --events e.csv --out - --digits 3 --times \"3 h,0:1:0.5, 90 min\"");
  assert_string_equal(c->out, "ID,TIME,past\n1,0,0\n1,0.5,0\n1,1,0\n1,1.5,0\n1,3,4.52\n");
}

static void who_is_no_number_is_said_in_a_sentence(void **state) {
  program_case *c = *state;
  file_write("nf.lind", "model nf\ntitle \"t\"\nsource \"s\"\ntime h\nstate a [1] = 1\nd/dt(a) = -1 [1/h] / sqrt(a)\noutput a\n");
  file_write("e.csv", "ID,TIME\n1,0\n1,3\n");
  assert_int_equal(program_run(c, "simulate nf.lind --events e.csv --out -"), 1);
  assert_non_null(strstr(c->err, "h: it had a state or a rate that was not finite (state a)"));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, program_setup, program_teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      CASE(steady_states_with_a_past),
      CASE(modelled_rates_on_lines),
      CASE(results_that_would_write_over_something),
      CASE(columns_of_one_name),
      CASE(comments_are_no_records),
      CASE(times_have_units_of_their_own),
      CASE(who_is_no_number_is_said_in_a_sentence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
