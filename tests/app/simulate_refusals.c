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

#define CASE(test) cmocka_unit_test_setup_teardown(test, program_setup, program_teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      CASE(steady_states_with_a_past),
      CASE(modelled_rates_on_lines),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
