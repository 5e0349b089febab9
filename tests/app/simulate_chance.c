/* `lind simulate`, what is left to chance: noise in states, residual errors, parameters that are not known for certain. Normal
 * limits are at 4.5 standard errors; the draws are fixed. */
#include <math.h>
#include <stdbool.h>

#include "lind/csv.h"
#include "lind/random.h"
#include "program_case.h"
#include "table_case.h"

enum { PEOPLE = 3000, SEED = 1747 };

static void assert_near(double value, double expected, double absolute) {
  if (!(fabs(value - expected) <= absolute)) fail_msg("%.17g instead of %.17g", value, expected);
}

/* ---- noise */

#define TREMBLE                                                                                                        \
  "model tremble\ntitle \"decay that trembles\"\nsource \"none\"\ntime h\nparameter k = 0.1 [1/h]\nparameter s = 0.3 " \
  "[1/h^0.5]\n"                                                                                                        \
  "state x [mg] = 10 [mg] dose\nd/dt(x) = -k * x\nnoise(x) = s * x\noutput y [mg] = x\n"

/* Milstein's step by hand, with the drift's flow, from the address that the reference names: seed, ID, "noise/x", cell. */
static double stepped(double x, double h, uint32_t id, uint32_t replicate, uint32_t cell) {
  const lind_who who = {SEED, replicate << 16, id, 0};
  const double k = 0.1, s = 0.3, w = sqrt(h) * lind_random_normal(who, lind_random_purpose("noise/x"), cell);
  const double decay = exp(-k * h), carried = (1.0 - decay) / (k * h);
  return x * (decay + s * w * carried + 0.5 * s * s * (w * w - h));
}

static void noise_is_the_individuals_own(void **state) {
  program_case *c = *state;
  lind_arena *arena = NULL;
  assert_int_equal(lind_arena_create(&arena), LIND_OK);
  file_write("tremble.lind", TREMBLE);
  file_write("e.csv", "ID,TIME,AMT\n7,0,.\n7,2,5\n7,4,.\n12,0,.\n12,4,.\n");
  program_do(c, "simulate tremble.lind --events e.csv --out out.csv --digits 17 --grid 0.5 --replicates 2");
  const lind_csv *csv = table_read("out.csv", arena);
  assert_int_equal(csv->n_rows, 8);
  for (uint32_t r = 0; r < 2; r++) {
    double dosed = 10, free = 10;
    for (uint32_t cell = 0; cell < 8; cell++) {
      dosed = stepped(cell == 4 ? dosed + 5 : dosed, 0.5, 7, r, cell);
      free = stepped(free, 0.5, 12, r, cell);
    }
    assert_near(value_at(csv, 4 * r + 1, "y"), dosed, 1e-9 * dosed);
    assert_near(value_at(csv, 4 * r + 3, "y"), free, 1e-9 * free);
    assert_near(value_at(csv, 4 * r + 1, "REP"), r, 0);
  }
  /* Alone, with more observations, in another unit: the same noise. */
  file_write("e.csv", "ID,TIME [min]\n12,0\n12,100\n12,240\n");
  program_do(c, "simulate tremble.lind --events e.csv --out alone.csv --digits 17 --grid \"0.5 h\" --threads 1");
  const lind_csv *alone = table_read("alone.csv", arena);
  assert_true(value_at(alone, 2, "y") == value_at(csv, 3, "y"));
  program_do(c, "simulate tremble.lind --events e.csv --out alone.csv --digits 17 --grid 30");
  assert_true(value_at(table_read("alone.csv", arena), 2, "y") == value_at(csv, 3, "y"));
  lind_arena_destroy(&arena);
}

/* Typical people do not tremble, and then any engine will do. */
static void without_chance_there_is_no_noise(void **state) {
  program_case *c = *state;
  lind_arena *arena = NULL;
  assert_int_equal(lind_arena_create(&arena), LIND_OK);
  file_write("tremble.lind", TREMBLE);
  file_write("e.csv", "ID,TIME\n7,0\n7,4\n");
  program_do(c, "simulate tremble.lind --events e.csv --out out.csv --digits 17 --no-random --rtol 1e-10 --engine rk");
  assert_near(value_at(table_read("out.csv", arena), 1, "y"), 10 * exp(-0.4), 1e-7);
  lind_arena_destroy(&arena);
}

/* ---- residual errors */

#define METERS                                                                                                                  \
  "model meters\ntitle \"a constant, measured\"\nsource \"none\"\ntime h\nparameter c = 4 [mg/L]\nstate x [mg]\nd/dt(x) = 0 "   \
  "[mg/h]\n"                                                                                                                    \
  "level = c + 0 * x / (1 [L])\noutput plus = level error additive(0.5 [mg/L])\noutput times = level error proportional(0.2)\n" \
  "output ratio = level error lognormal(0.3)\noutput both = level error combined(0.3 [mg/L], 0.1)\n"                            \
  "output power = level error power(0.2 [mg/L], 1.5)\n"                                                                         \
  "output slow = level error additive(0.5 [mg/L]) correlation(tau = 2 [h])\noutput none = level\n"

typedef struct moments {
  double mean, sd, next; /* next: correlation with the measurement 1 h later */
} moments;

static moments of_column(const lind_csv *csv, const char *name, bool logs) {
  double sum = 0, square = 0, cross = 0;
  for (size_t i = 0; i < PEOPLE; i++) {
    double a = value_at(csv, 2 * i, name), b = value_at(csv, 2 * i + 1, name);
    if (logs) a = log(a / 4) + 4, b = log(b / 4) + 4;
    sum += a;
    square += (a - 4) * (a - 4);
    cross += (a - 4) * (b - 4);
  }
  return (moments){sum / PEOPLE, sqrt(square / PEOPLE), cross / square};
}

static void every_kind_of_error_has_its_moments(void **state) {
  program_case *c = *state;
  static const struct {
    const char *name;
    double sd, next;
  } rows[] = {{"plus_measured", 0.5, 0}, {"times_measured", 0.2 * 4, 0}, {"ratio_measured", 0.3, 0},
              {"both_measured", 0.5, 0}, {"power_measured", 0.2 * 8, 0}, {"slow_measured", 0.5, 0.60653065971263342}};
  lind_arena *arena = NULL;
  assert_int_equal(lind_arena_create(&arena), LIND_OK);
  file_write("meters.lind", METERS);
  FILE *file = fopen("e.csv", "wb");
  assert_non_null(file);
  fputs("ID,TIME\n", file);
  for (int i = 1; i <= PEOPLE; i++) fprintf(file, "%d,0\n%d,1\n", i, i);
  assert_int_equal(fclose(file), 0);
  program_do(c, "simulate meters.lind --events e.csv --out out.csv --errors --digits 17");
  const lind_csv *csv = table_read("out.csv", arena);
  assert_int_equal(lind_csv_find(csv, "none_measured"), -1);
  const double root = sqrt(PEOPLE);
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
    const moments m = of_column(csv, rows[k].name, strcmp(rows[k].name, "ratio_measured") == 0);
    assert_near(m.mean, 4, 4.5 * rows[k].sd / root);
    assert_near(m.sd, rows[k].sd, 4.5 * rows[k].sd / sqrt(2) / root);
    assert_near(m.next, rows[k].next, 4.5 / root);
    assert_true(value_at(csv, 0, "plus") == 4);
  }
  lind_arena_destroy(&arena);
}

/* A measurement is its own, whatever else is measured or given; twice at one time is twice, and time that begins again is new. */
static void a_measurement_is_addressed(void **state) {
  program_case *c = *state;
  lind_arena *arena = NULL;
  assert_int_equal(lind_arena_create(&arena), LIND_OK);
  file_write("meters.lind", METERS);
  file_write("e.csv", "ID,TIME,CMT,AMT,EVID\n3,0,.,.,0\n3,5,1,1,1\n3,5,.,.,0\n3,5,.,.,0\n3,0,.,.,3\n3,5,.,.,0\n");
  program_do(c, "simulate meters.lind --events e.csv --out out.csv --errors --digits 17");
  const lind_csv *csv = table_read("out.csv", arena);
  file_write("e.csv", "ID,TIME\n3,5\n");
  program_do(c, "simulate meters.lind --events e.csv --out one.csv --errors --digits 17");
  const double alone = value_at(table_read("one.csv", arena), 0, "plus_measured");
  assert_true(value_at(csv, 1, "plus_measured") == alone);
  assert_true(value_at(csv, 2, "plus_measured") != alone);
  assert_true(value_at(csv, 3, "plus_measured") != alone);
  lind_arena_destroy(&arena);
}

/* ---- parameters that are not known for certain */

#define DECAY                                                                                                               \
  "model decay\ntitle \"decay\"\nsource \"none\"\ntime h\nparameter k = 0.1 [1/h]\nparameter base = 2 [mg]\n"               \
  "parameter omega = 0.3\nrandom eta ~ normal(sd = omega)\nstate x [mg] = base * exp(eta)\nd/dt(x) = -k * x\noutput y = x " \
  "error additive(0.1 * base)\n"

static void sets_are_taken_row_by_row(void **state) {
  program_case *c = *state;
  lind_arena *arena = NULL;
  assert_int_equal(lind_arena_create(&arena), LIND_OK);
  file_write("decay.lind", DECAY);
  file_write("e.csv", "ID,TIME,note\n1,0,a\n1,5,b\n");
  file_write("sets.csv", "k [1/day],omega\n4.8,0\n12,0\n2.4,0\n");
  program_do(c, "simulate decay.lind --events e.csv --out out.csv --digits 17 --uncertainty sets.csv");
  const lind_csv *csv = table_read("out.csv", arena);
  const double k[3] = {0.2, 0.5, 0.1};
  assert_int_equal(csv->n_rows, 6);
  for (size_t r = 0; r < 3; r++) {
    assert_near(value_at(csv, 2 * r + 1, "REP"), (double)r, 0);
    assert_near(value_at(csv, 2 * r + 1, "y"), 2 * exp(-5 * k[r]), 1e-5);
  }
  program_do(c, "simulate decay.lind --events e.csv --out out.csv --digits 17 --uncertainty sets.csv --replicates 5");
  csv = table_read("out.csv", arena);
  assert_int_equal(csv->n_rows, 10);
  assert_true(value_at(csv, 9, "y") == value_at(csv, 3, "y")); /* from the top again */
  lind_arena_destroy(&arena);
}

/* The draws by hand, from the address that the theory page names; standard deviations that depend on them follow. */
static void a_covariance_is_drawn_from(void **state) {
  program_case *c = *state;
  lind_arena *arena = NULL;
  assert_int_equal(lind_arena_create(&arena), LIND_OK);
  file_write("decay.lind", DECAY);
  file_write("e.csv", "ID,TIME\n1,0\n1,5\n");
  file_write("covariance.csv", "parameter,base [mg],k,omega\nk,0.006,0.01,0\nbase,0.04,0.006,0\nomega,0,0,0\n");
  program_do(
      c,
      "simulate decay.lind --events e.csv --out out.csv --errors --digits 17 --rtol 1e-10 --uncertainty covariance.csv --log k "
      "--replicates 20");
  const lind_csv *csv = table_read("out.csv", arena);
  for (uint32_t r = 0; r < 20; r++) {
    const lind_who nobody = {SEED, r, UINT32_MAX, 0}, who = {SEED, r << 16, 1, 0};
    const double z1 = lind_random_normal(nobody, lind_random_purpose("uncertainty/base"), 0),
                 z2 = lind_random_normal(nobody, lind_random_purpose("uncertainty/k"), 0);
    const double base = 2 + 0.2 * z1, k = 0.1 * exp(0.03 * z1 + sqrt(0.01 - 0.03 * 0.03) * z2);
    const double eta = 0.3 * lind_random_normal(who, lind_random_purpose("model/eta"), 0);
    assert_near(value_at(csv, 2 * r, "y"), base * exp(eta), 1e-12);
    assert_near(value_at(csv, 2 * r + 1, "y"), base * exp(eta - 5 * k), 1e-8);
    const double z = (value_at(csv, 2 * r, "y_measured") - value_at(csv, 2 * r, "y")) / (0.1 * base);
    assert_true(fabs(z) < 6 && z != 0);
  }
  /* A replicate's numbers do not depend on how many there are; the first is the world without replicates but for its parameters.
   */
  char first[400];
  file_read("out.csv", first, sizeof first);
  program_do(c,
             "simulate decay.lind --events e.csv --out - --errors --digits 17 --rtol 1e-10 --uncertainty covariance.csv --log k "
             "--replicates 2 --threads 1");
  assert_memory_equal(first, c->out, strlen(c->out));
  lind_arena_destroy(&arena);
}

/* Without a table, replicates are other people: the first are those of a run without replicates. */
static void replicates_are_other_people(void **state) {
  program_case *c = *state;
  lind_arena *arena = NULL;
  assert_int_equal(lind_arena_create(&arena), LIND_OK);
  file_write("decay.lind", DECAY);
  file_write("e.csv", "ID,TIME\n1,0\n2,0\n");
  program_do(c, "simulate decay.lind --events e.csv --out out.csv --digits 17 --replicates 2");
  program_do(c, "simulate decay.lind --events e.csv --out one.csv --digits 17");
  const lind_csv *csv = table_read("out.csv", arena), *one = table_read("one.csv", arena);
  assert_int_equal(lind_csv_find(one, "REP"), -1);
  for (size_t i = 0; i < 2; i++) {
    assert_true(value_at(csv, i, "y") == value_at(one, i, "y"));
    assert_true(value_at(csv, i + 2, "y") != value_at(one, i, "y"));
  }
  lind_arena_destroy(&arena);
}

/* ---- sentences */

static void what_is_wrong_is_a_sentence(void **state) {
  program_case *c = *state;
  static const struct {
    const char *model, *table, *more, *sentence;
  } rows[] = {
      {"tremble", "ID,TIME\n1,0\n", "--grid -0.1", "--grid is '-0.1'; it must be above 0"},
      {"tremble", "ID,TIME\n1,0\n", "--grid 0", "--grid is '0'; it must be above 0"},
      {"tremble", "ID,TIME\n1,0\n", "--grid \"1 kg\"", "--grid is '1 kg', which is no time"},
      {"tremble", "ID,TIME\n1,0\n", "--grid fine", "fine"},
      {"tremble", "ID,TIME\n1,0\n", "--engine rk", "--engine rk cannot take model tremble"},
      {"tremble", "ID,TIME\n1,-1\n1,2\n", "", "e.csv:2:3: TIME is -1 h, but noise begins at time 0"},
      {"tremble", "ID,TIME\n1,0\n1,20000\n", "--grid 0.001", "e.csv:3:3: TIME is 20000 h, which is 2e+07 cells of --grid"},
      {"tremble", "ID,TIME,AMT,SS,II\n1,0,1,1,12\n", "", "e.csv:2:7: SS is 1, but a model with noise has no steady state"},
      {"decay", "ID,TIME\n1,0\n", "--grid 1", "--grid is for noise in states, and model decay has none"},
      {"decay", "ID,TIME\n1,0\n", "--uncertainty absent.csv", "absent.csv cannot be read: No such file or directory"},
      {"decay", "ID,TIME\n1,0\n", "--uncertainty sets.csv --uncertainty covariance.csv",
       "--uncertainty is given 2 times; it is one table, of sets or of a covariance matrix"},
      {"decay", "ID,TIME\n1,0\n", "--uncertainty covariance.csv",
       "covariance.csv is a covariance matrix; --replicates must say how many sets are drawn from it"},
      {"decay", "ID,TIME\n1,0\n", "--uncertainty sets.csv --log k", "--log is for a covariance matrix; sets.csv does not"},
      {"decay", "ID,TIME\n1,0\n", "--log k", "--uncertainty is missing"},
      {"decay", "ID,TIME\n1,0\n", "--uncertainty covariance.csv --replicates 2 --log kk",
       "'kk' is not a parameter of model decay (did you mean 'k'?)"},
      {"decay", "ID,TIME\n1,0\n", "--uncertainty covariance.csv --replicates 2 --log k,omega",
       "--log names omega, which has no column in covariance.csv"},
      {"decay", "ID,TIME\n1,0\n", "--uncertainty strange.csv", "'kay' is not a parameter of model decay (did you mean 'k'?)"},
      {"decay", "ID,TIME\n1,0\n", "--uncertainty unit.csv", "column k has the unit 'kg'; rate (1/time) is needed"},
      {"decay", "ID,TIME\n1,0\n", "--uncertainty negative.csv", "negative.csv: the parameters of replicate 1 cannot be used: "},
      {"decay", "ID,TIME,K\n1,0,1\n", "--uncertainty sets.csv",
       "k is uncertain in sets.csv, but the individuals have values of their own"},
      {"decay", "ID,TIME\n1,0\n", "--replicates 0", "--replicates is '0'; a whole number from 1 to 65535 would be right"},
      {"decay", "ID,TIME\n1,0\n", "--replicates -3", "--replicates is '-3'; a whole number"},
      {"decay", "ID,TIME\n1,0\n", "--uncertanty sets.csv", "(did you mean '--uncertainty'?)"},
  };
  file_write("tremble.lind", TREMBLE);
  file_write("decay.lind", DECAY);
  file_write("sets.csv", "k [1/h]\n0.1\n");
  file_write("strange.csv", "kay [1/h]\n0.1\n");
  file_write("unit.csv", "k [kg]\n0.1\n");
  file_write("negative.csv", "omega\n0.1\n-1\n");
  file_write("covariance.csv", "parameter,k\nk,0.01\n");
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
    char line[300];
    (void)snprintf(line, sizeof line, "simulate %s.lind --events e.csv --out out.csv %s", rows[k].model, rows[k].more);
    file_write("e.csv", rows[k].table);
    const int status = program_run(c, line);
    if (status != 2 || strstr(c->err, rows[k].sentence) == NULL || strncmp(c->err, "lind: ", 6) != 0)
      fail_msg("row %zu: exit %d, %swanted: %s", k, status, c->err, rows[k].sentence);
    assert_int_not_equal(access("out.csv", F_OK), 0);
    assert_int_not_equal(access("out.csv.tmp", F_OK), 0);
  }
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, program_setup, program_teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      CASE(noise_is_the_individuals_own), CASE(without_chance_there_is_no_noise), CASE(every_kind_of_error_has_its_moments),
      CASE(a_measurement_is_addressed),   CASE(sets_are_taken_row_by_row),        CASE(a_covariance_is_drawn_from),
      CASE(replicates_are_other_people),  CASE(what_is_wrong_is_a_sentence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
