/* `lind simulate`: the scenarios of tests/simulate/data/dosing through the program, its rows, its people, its sentences. */
#include <math.h>
#include <stdbool.h>

#include "lind/csv.h"
#include "program_case.h"
#include "table_case.h"

#define DOSING LIND_SOURCE_DIR "/tests/simulate/data/dosing/"

/* The table carries the expected values through; the result has them beside what was found. */
static void scenarios_through_the_program(void **state) {
  program_case *c = *state;
  static const char *const names[] = {"depot", "central", "peripheral"}, *const found[] = {"in_depot", "in_central",
                                                                                           "in_peripheral"};
  lind_arena *arena = NULL;
  assert_int_equal(lind_arena_create(&arena), LIND_OK);
  program_do(c, "simulate " DOSING "dosing.lind --events " DOSING
                "superposition.csv --out out.csv --rtol 1e-10 --atol 1e-12 "
                "--digits 17");
  const lind_csv *csv = table_read("out.csv", arena);
  assert_true(csv->n_rows > 600);
  for (size_t row = 0; row < csv->n_rows; row++)
    for (int k = 0; k < 3; k++) {
      const double expected = value_at(csv, row, names[k]), value = value_at(csv, row, found[k]);
      if (!(fabs(value - expected) <= 1e-7 * (1.0 + fabs(expected)))) fail_msg("row %zu: %.17g, not %.17g", row, value, expected);
    }
  lind_arena_destroy(&arena);
}

/* The blocks of the guide that follow `doses.csv`: the table, the command, the answer. */
static void the_guide_is_true(void **state) {
  program_case *c = *state;
  char text[1 << 15], block[3][2000] = {{0}}, got[2000];
  file_read(LIND_SOURCE_DIR "/docs/guide/simulating-a-table.md", text, sizeof text);
  int n = -1;
  bool inside = false;
  for (char *rest = text, *line; (line = strsep(&rest, "\n")) != NULL && n < 3;) {
    const bool code = strncmp(line, "    ", 4) == 0;
    n += code && !inside;
    inside = code;
    if (code && n < 3) strcat(strcat(block[n], line + 4), "\n");
  }
  file_write("doses.csv", block[0]);
  block[1][strlen(block[1]) - 1] = '\0';
  program_do(c, block[1] + strlen("lind "));
  file_read("out.csv", got, sizeof got);
  assert_string_equal(got, block[2]);
}

/* ---- people */

#define PEOPLE "ID,TIME,AMT,note\n9,0,100,x\n9,4,.,\"a, b\"\nAnn,0,100,\nAnn,4,,y\n9,0,100,\n9,4,.,z\n"

static void rows_keep_their_order_and_their_cells(void **state) {
  program_case *c = *state;
  file_write("e.csv", PEOPLE);
  program_do(c, "simulate pk.one_compartment --events e.csv --out - --no-random --digits 4 --carry AMT");
  assert_string_equal(c->out, "ID,TIME,AMT,note,conc\n9,4,.,\"a, b\",1.821\nAnn,4,,y,1.821\n9,4,.,z,1.821\n");
  program_do(c, "simulate pk.one_compartment --events e.csv --out - --no-random --digits 4 --rows all");
  assert_non_null(strstr(c->out, "ID,TIME,note,conc\n9,0,x,0\n9,4,"));
  /* Added times stand below the records of their time, and carry what the row above them says. */
  file_write("e.csv", "ID,TIME,AMT,note\n1,0,100,x\n1,4,.,y\n");
  program_do(c, "simulate pk.one_compartment --events e.csv --out - --no-random --digits 4 --times \"120:360:120 min, 0.5\"");
  assert_string_equal(c->out, "ID,TIME,note,conc\n1,0.5,x,1.082\n1,2,x,2.054\n1,4,y,1.821\n1,4,y,1.821\n1,6,y,1.406\n");
}

/* Somebody is who they are: others may come and go, and one ID twice is two people. */
static void draws_belong_to_the_individual(void **state) {
  program_case *c = *state;
  char all[2000];
  file_write("e.csv", PEOPLE);
  program_do(c, "simulate pk.one_compartment --events e.csv --out - --digits 17");
  (void)snprintf(all, sizeof all, "%.1900s", c->out);
  file_write("e.csv", "ID,TIME,AMT,note\nAnn,0,100,\nAnn,4,,y\n");
  program_do(c, "simulate pk.one_compartment --events e.csv --out - --digits 17");
  assert_non_null(strstr(all, strchr(c->out, '\n') + 1));
  const char *first = strstr(all, "\n9,4,"), *second = strstr(first + 1, "\n9,4,");
  assert_true(strncmp(strrchr(first, '"') + 2, second + strlen("\n9,4,z,"), 8) != 0);
  program_do(c, "simulate pk.one_compartment --events e.csv --out - --digits 17 --seed 2");
  assert_null(strstr(all, strchr(c->out, '\n') + 1));
}

static void individual_parameters_come_from_either_table(void **state) {
  program_case *c = *state;
  char one[2000];
  file_write("e.csv", "ID,TIME,AMT,tvcl [mL/min]\n1,0,100,100\n1,4,.,100\n2,0,100,50\n2,4,.,50\n");
  program_do(c, "simulate pk.one_compartment --events e.csv --out - --no-random");
  (void)snprintf(one, sizeof one, "%.1900s", c->out);
  file_write("e.csv", "ID,TIME,AMT\n1,0,100\n1,4,.\n2,0,100\n2,4,.\n");
  file_write("p.csv", "ID,tvcl\n2,3\n1,6\n");
  program_do(c, "simulate pk.one_compartment --events e.csv --parameters p.csv --out - --no-random");
  assert_string_equal(c->out, one);
  program_do(c, "simulate pk.one_compartment --events e.csv --out - --no-random --set \"tvcl=6 L/h\"");
  assert_non_null(strstr(one, "\n1,4,"));
  assert_true(strncmp(strstr(c->out, "\n1,4,"), strstr(one, "\n1,4,"), 14) == 0);
}

/* The third visit's effect is that of the first, if the occasion is; the constant effect stays. */
static void effects_between_occasions(void **state) {
  program_case *c = *state;
  lind_arena *arena = NULL;
  assert_int_equal(lind_arena_create(&arena), LIND_OK);
  file_write("iov.lind",
             "model iov\ntitle \"occasions\"\nsource \"nobody\"\ntime h\nparameter s = 0.5\nrandom eta ~ normal(sd = s)\n"
             "random kappa ~ normal(sd = s) occasion\nstate a [mg] dose\nd/dt(a) = -0.1 [1/h] * a\noutput e = eta\n"
             "output k = kappa\n");
  file_write("e.csv", "ID,TIME,AMT,OCC\n1,0,10,1\n1,1,.,1\n1,2,.,2\n1,3,.,1\n2,1,.,1\n");
  program_do(c, "simulate iov.lind --events e.csv --out out.csv --digits 17");
  const lind_csv *csv = table_read("out.csv", arena);
  for (size_t row = 1; row < 3; row++) assert_true(value_at(csv, row, "e") == value_at(csv, 0, "e"));
  assert_true(value_at(csv, 1, "k") != value_at(csv, 0, "k"));
  assert_true(value_at(csv, 2, "k") == value_at(csv, 0, "k"));
  assert_true(value_at(csv, 3, "k") != value_at(csv, 0, "k") && value_at(csv, 3, "e") != value_at(csv, 0, "e"));
  program_do(c, "simulate iov.lind --events e.csv --out out.csv --no-random");
  csv = table_read("out.csv", arena);
  for (size_t row = 0; row < 4; row++) assert_true(value_at(csv, row, "k") == 0.0 && value_at(csv, row, "e") == 0.0);
  lind_arena_destroy(&arena);
}

static const char explodes[] =
    "model bad\ntitle \"it explodes\"\nsource \"nobody\"\ntime h\nparameter k = 1 [1/(mg*h)]\nstate a [mg] dose\n"
    "d/dt(a) = k * a * a\noutput y [mg] = a\n";

static void who_stops_is_named(void **state) {
  program_case *c = *state;
  file_write("bad.lind", explodes);
  file_write("e.csv", "ID,TIME,AMT\nx,0,1\nx,0.5,.\nx,2,.\ny,0,0.01\ny,2,.\n");
  assert_int_equal(program_run(c, "simulate bad.lind --events e.csv --out out.csv --digits 3"), 1);
  assert_non_null(strstr(c->err, "lind: ID x stopped at 1 h: it "));
  assert_non_null(strstr(c->err, "(state a); 1 of 2 individuals stopped"));
  char got[200];
  file_read("out.csv", got, sizeof got);
  assert_string_equal(got, "ID,TIME,y\nx,0.5,2\nx,2,\ny,2,0.0102\n");
}

/* More than one wave of jobs, a last pack that is not full, and some who stop: the same file and the same sentence. */
static void threads_change_nothing(void **state) {
  program_case *c = *state;
  static char one[1 << 16], other[1 << 16];
  enum { PEOPLE_IN_ALL = 2501 };
  FILE *table = fopen("e.csv", "w");
  assert_non_null(table);
  fputs("ID,TIME,AMT\n", table);
  for (int id = 1; id <= PEOPLE_IN_ALL; id++)
    fprintf(table, "%d,0,%g\n%d,2,.\n", id, 0.2 + (id > 1900 && id % 100 == 7) + 1e-4 * (id % 2000), id);
  (void)fclose(table);
  file_write("bad.lind", explodes);
  for (int threads = 0; threads <= 3; threads++) {
    char line[200];
    (void)snprintf(line, sizeof line, "simulate bad.lind --events e.csv --out out.csv --digits 17 --threads %d", threads);
    assert_int_equal(program_run(c, line), 1);
    assert_non_null(strstr(c->err, "lind: ID 1907 stopped at "));
    assert_non_null(strstr(c->err, "; 6 of 2501 individuals stopped"));
    file_read("out.csv", threads == 0 ? one : other, sizeof one);
    if (threads > 0) assert_string_equal(one, other);
  }
  assert_true(strlen(one) + 1 < sizeof one && strstr(one, "\n2501,2,") != NULL);
}

/* Death at a constant hazard, whose threshold a column gives; a level that is refilled every 4.5 days. */
static void what_happened_has_its_time(void **state) {
  program_case *c = *state;
  file_write(
      "h.lind",
      "model h\ntitle \"t\"\nsource \"s\"\ntime day\nparameter h = 0.1 [1/day]\nstate level [mg] = 1 [mg]\n"
      "d/dt(level) = 1 [mg/day]\nwhen refill: level > 5.5 [mg] then level = 1 [mg]\nevent death hazard = h\noutput y = level\n");
  file_write("e.csv", "ID,TIME,EVID,death.threshold\na,0,2,0.25\na,10,0,0.25\nb,0,2,9\nb,10,0,9\n");
  assert_int_equal(program_run(c, "simulate h.lind --events e.csv --out out.csv --happened when.csv --rtol 1e-9 --digits 6"), 0);
  char got[400];
  file_read("when.csv", got, sizeof got);
  assert_string_equal(
      got, "ID,TIME,NAME,KIND\na,2.5,death,event\na,4.5,refill,reset\na,9,refill,reset\nb,4.5,refill,reset\nb,9,refill,reset\n");
  assert_int_equal(program_run(c, "simulate pk.one_compartment --events e.csv --out out2.csv --happened when2.csv"), 2);
}

/* ---- sentences */

static void bad_tables_are_sentences(void **state) {
  program_case *c = *state;
  static const struct {
    const char *table, *more, *sentence;
  } rows[] = {
      {"TIME,AMT\n0,1\n", "", "e.csv:1:1: there is no column 'ID'"},
      {"ID,TIME,DATE\n1,0,3\n", "", "e.csv:1:9: 'DATE': dates are not read"},
      {"ID,TIME,AMT\n1,5,1\n1,4,.\n", "",
       "e.csv:3:3: TIME goes back from 5 to 4 h within ID 1; only a reset (EVID 3 or 4) may go back"},
      {"ID,TIME,AMT\n1,,1\n", "", "e.csv:2:3: TIME is missing"},
      {"ID,TIME,AMT\n1,x,1\n", "", "e.csv:2:3: TIME 'x' is no number"},
      {"ID,TIME,AMT,EVID\n1,0,5,0\n", "", "e.csv:2:5: AMT is 5 on a record with EVID 0, which is no dose"},
      {"ID,TIME,AMT,EVID\n1,0,5,5\n", "", "e.csv:2:7: EVID is 5; it must be a whole number from 0 to 4"},
      {"ID,TIME,AMT,EVID\n1,0,0,1\n", "", "e.csv:2:5: the dose has AMT 0; it must be above 0"},
      {"ID,TIME,AMT,ADDL\n1,0,5,2\n", "", "e.csv:2:3: ADDL is 2, but II is 0"},
      {"ID,TIME,AMT,II,ADDL\n1,0,5,2,-2\n", "", "e.csv:2:9: ADDL is -2; it must be a whole number"},
      {"ID,TIME,AMT,SS\n1,0,5,1\n", "", "SS is 1, but II is 0"},
      {"ID,TIME,AMT,SS,II\n1,0,5,3,1\n", "", "e.csv:2:7: SS is 3; it must be a whole number from 0 to 2"},
      {"ID,TIME,AMT,CMT\n1,0,5,-2\n", "",
       "e.csv:2:7: CMT is -2; turning a state off with a negative CMT is not possible in lind"},
      {"ID,TIME,AMT,CMT\n1,0,5,7\n", "", "e.csv:2:7: CMT is '7'; the states of pk.one_compartment are depot and central, 1 to 2"},
      {"ID,TIME,AMT,CMT\n1,0,5,centrall\n", "", "(did you mean 'central'?)"},
      {"ID,TIME,AMT,RATE\n1,0,5,-1\n", "", "e.csv:2:7: RATE is -1, but pk.one_compartment gives no rate for 'depot'"},
      {"ID,TIME,AMT,RATE\n1,0,5,-2\n", "", "e.csv:2:7: RATE is -2, but pk.one_compartment gives no duration for 'depot'"},
      {"ID,TIME,AMT,RATE\n1,0,5,-3\n", "", "e.csv:2:7: RATE is -3; it is 0, above 0, -1"},
      {"ID,TIME [kg],AMT\n1,0,5\n", "", "e.csv:1:4: TIME is in 'kg', which is no time"},
      {"ID,TIME,AMT [L]\n1,0,5\n", "", "e.csv:2:5: AMT is volume, but the state 'depot' is mass"},
      {"ID,TIME,AMT,tvcl\n1,0,5,x\n", "", "e.csv:2:7: tvcl 'x' is no number"},
      {"ID,TIME,AMT,tvcl\n1,0,5,.\n", "", "e.csv:2:7: tvcl has no value for ID 1"},
      {"ID,TIME,AMT\n1,0,5\n", "--covariates locff", "--covariates is 'locff'; it is one of nocb, locf and linear"},
      {"ID,TIME,AMT\n1,0,5\n", "--engine euler", "--engine is 'euler'; known engines are"},
      {"ID,TIME,AMT\n1,0,5\n", "--rtol 2", "--rtol is '2'; it must be from 1e-14 to below 1"},
      {"ID,TIME,AMT\n1,0,5\n", "--rtol 1e-15", "--rtol is '1e-15'; it must be from 1e-14 to below 1"},
      {"ID,TIME,AMT\n1,0,5\n", "--atol 0", "--atol is '0'; it must be from 1e-30"},
      {"ID,TIME,AMT\n1,0,5\n", "--set tvlc=2", "'tvlc' is not a parameter of pk.one_compartment"},
      {"ID,TIME,AMT\n1,0,5\n", "--set \"tvcl=2 mg\"", "is mass, but"},
      {"ID,TIME,AMT\n1,0,5\n", "--times 0:5", "--times is '0:5'"},
      {"ID,TIME,AMT\n1,0,5\n", "--parameters p.csv", "e.csv:2:1: ID 1 is not in p.csv"},
      {"ID,TIME,AMT\n2,0,5\n", "--parameters p.csv", "p.csv:1:9: 'height' is no parameter, covariate or random effect"},
  };
  file_write("p.csv", "ID,tvcl,height\n2,3,4\n");
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
    char line[300];
    (void)snprintf(line, sizeof line, "simulate pk.one_compartment --events e.csv --out out.csv %s", rows[k].more);
    file_write("e.csv", rows[k].table);
    const int status = program_run(c, line);
    if (status != 2 || strstr(c->err, rows[k].sentence) == NULL || strncmp(c->err, "lind: ", 6) != 0)
      fail_msg("row %zu: exit %d, %swanted: %s", k, status, c->err, rows[k].sentence);
    assert_int_not_equal(access("out.csv", F_OK), 0);
  }
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, program_setup, program_teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      CASE(scenarios_through_the_program),
      CASE(the_guide_is_true),
      CASE(rows_keep_their_order_and_their_cells),
      CASE(draws_belong_to_the_individual),
      CASE(individual_parameters_come_from_either_table),
      CASE(effects_between_occasions),
      CASE(who_stops_is_named),
      CASE(threads_change_nothing),
      CASE(what_happened_has_its_time),
      CASE(bad_tables_are_sentences),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
