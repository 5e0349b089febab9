/* `lind simulate --sensitivity` against closed forms, which are differentiated by complex steps, and against differences of the
 * program's own curves. */
#include <complex.h>
#include <math.h>
#include <stdbool.h>

#include "lind/csv.h"
#include "program_case.h"
#include "table_case.h"

/* complex.h */
#undef I
#define IMAGINARY _Complex_I

#define SLOPE                                                                                                              \
  "model slope\ntitle \"one compartment\"\nsource \"none\"\ntime h\ncovariate weight [kg]\ncovariate sex category(\"m\", " \
  "\"f\") optional\n"                                                                                                      \
  "parameter cl = 5 [L/h]\nparameter v = 50 [L]\nparameter share = 0.8\nparameter tlag = 42 [min]\n"                       \
  "parameter long = 2.5 [h]\nrandom eta ~ normal(sd = 0.3)\nk = cl * (weight / (70 [kg]))^0.75 * exp(eta) / v\n"           \
  "state central [mg] dose(bioavailability = share, lag = tlag, duration = long)\nd/dt(central) = -k * central\n"          \
  "output conc [mg/L] = central / v error proportional(0.1)\noutput hidden [mg] = if sex == \"m\" then central else 1 * "  \
  "central\n"

enum { CL, V, SHARE, TLAG, LONG, WEIGHT, ETA, NAMES };
static const char *const names[NAMES] = {"cl", "v", "share", "tlag", "long", "weight", "eta"};
static const double typical[NAMES] = {5, 50, 0.8, 0.7, 2.5, 82, 0.15}, unit[NAMES] = {1, 1, 1, 1.0 / 60, 1, 1, 1};

/* A bolus, a row of boluses, an infusion whose F changes its duration, one whose F changes its rate, and a reset that forgets
 * them. */
#define TABLE                                                                                                                    \
  "ID,TIME,AMT,RATE,II,ADDL,EVID,weight,eta\n1,1,100,.,.,.,1,82,0.15\n1,2,.,.,.,.,0,82,0.15\n1,6,.,.,.,.,0,82,0.15\n1,6,50,.,4," \
  "3,1,82,0.15\n"                                                                                                                \
  "1,6,.,.,.,.,0,82,0.15\n1,8,60,20,.,.,1,82,0.15\n1,9,.,.,.,.,0,82,0.15\n1,12,.,.,.,.,0,82,0.15\n1,13,40,-2,.,.,1,82,0.15\n1,"  \
  "14,.,.,.,.,0,82,0.15\n"                                                                                                       \
  "1,24,.,.,.,.,0,82,0.15\n1,5,30,.,.,.,4,82,0.15\n1,30,.,.,.,.,0,82,0.15\n"

typedef struct given {
  double time, amount, rate; /* rate -2: over `long` */
} given;
static const given before[] = {{1, 100, 0}, {6, 50, 0}, {10, 50, 0}, {14, 50, 0}, {18, 50, 0}, {8, 60, 20}, {13, 40, -2}},
                   after[] = {{5, 30, 0}};

static double complex central(const double complex *p, double t, const given *doses, int n) {
  const double complex k = p[CL] * cpow(p[WEIGHT] / 70, 0.75) * cexp(p[ETA]) / p[V];
  double complex sum = 0;
  for (int d = 0; d < n; d++) {
    const double complex s = t - doses[d].time - p[TLAG], amount = p[SHARE] * doses[d].amount;
    if (creal(s) < 0) continue;
    if (doses[d].rate == 0) {
      sum += amount * cexp(-k * s);
      continue;
    }
    const double complex length = doses[d].rate < 0 ? p[LONG] : amount / doses[d].rate, rate = amount / length;
    sum += rate / k * ((creal(s) < creal(length) ? 1 : cexp(-k * (s - length))) - cexp(-k * s));
  }
  return sum;
}

static void assert_slope(double value, double expected, double tolerance, const char *what, double time) {
  if (!(fabs(value - expected) <= tolerance * (1 + fabs(expected))))
    fail_msg("%s at %g: %.12g, not %.12g", what, time, value, expected);
}

static void slopes_are_those_of_the_closed_form(void **state) {
  program_case *c = *state;
  lind_arena *arena = NULL;
  assert_int_equal(lind_arena_create(&arena), LIND_OK);
  file_write("slope.lind", SLOPE);
  file_write("e.csv", TABLE);
  program_do(c,
             "simulate slope.lind --events e.csv --out out.csv --digits 17 --errors --sensitivity \"cl, v,share,tlag\" "
             "--sensitivity long,weight,eta");
  const lind_csv *csv = table_read("out.csv", arena);
  assert_int_equal(csv->n_rows, 8);
  double largest[NAMES] = {0};
  for (size_t row = 0; row < csv->n_rows; row++)
    for (int j = 0; j < NAMES; j++) {
      const double time = value_at(csv, row, "TIME");
      const bool second = row == 7;
      double complex p[NAMES];
      char name[2][40];
      for (int i = 0; i < NAMES; i++) p[i] = typical[i] + (i == j ? 1e-30 * IMAGINARY : 0);
      const double complex x = central(p, time, second ? after : before, second ? 1 : 7);
      (void)snprintf(name[0], 40, "d(conc)/d(%s)", names[j]);
      (void)snprintf(name[1], 40, "d(hidden)/d(%s)", names[j]);
      assert_slope(value_at(csv, row, name[0]), cimag(x / p[V]) / 1e-30 * unit[j], 1e-6, name[0], time);
      assert_slope(value_at(csv, row, name[1]), cimag(x) / 1e-30 * unit[j], 1e-6, name[1], time);
      assert_slope(value_at(csv, row, "conc"), creal(x / p[V]), 1e-5, "conc", time);
      largest[j] = fmax(largest[j], fabs(value_at(csv, row, name[0])));
    }
  for (int j = 0; j < NAMES; j++) assert_true(largest[j] > 1e-5);
  lind_arena_destroy(&arena);
}

/* Above the dose of hour 6 nothing is known of it, below (with a lag of 0) all. */
static void a_look_above_a_dose_does_not_see_it(void **state) {
  program_case *c = *state;
  lind_arena *arena = NULL;
  assert_int_equal(lind_arena_create(&arena), LIND_OK);
  file_write("slope.lind", SLOPE);
  file_write(
      "e.csv",
      "ID,TIME,AMT,II,ADDL,weight,eta\n1,0,10,3,1,70,0\n1,3,.,.,.,70,0\n1,6,.,.,.,70,0\n1,6,50,.,.,70,0\n1,6,.,.,.,70,0\n");
  program_do(c, "simulate slope.lind --events e.csv --out out.csv --digits 17 --set \"tlag=0 h\" --sensitivity share");
  const lind_csv *csv = table_read("out.csv", arena);
  const double half = exp(-0.3);
  assert_slope(value_at(csv, 0, "d(hidden)/d(share)"), 10 * half + 10, 1e-6, "share", 3); /* additional doses come first */
  assert_slope(value_at(csv, 1, "d(hidden)/d(share)"), 10 * half * half + 10 * half, 1e-6, "share", 6);
  assert_slope(value_at(csv, 2, "d(hidden)/d(share)"), 10 * half * half + 10 * half + 50, 1e-6, "share", 6);
  lind_arena_destroy(&arena);
}

/* A model with saturation, stiff at first, by random people in replicates: differences of the curves with moved parameters. */
#define BEND                                                                                                                     \
  "model bend\ntitle \"saturation\"\nsource \"none\"\ntime h\nparameter vmax = 10 [mg/h]\nparameter km = 2 [mg]\n"               \
  "parameter ka = 3 [1/h]\nparameter fast = 200 [1/h]\nrandom eta ~ normal(sd = 0.2)\nstate gut [mg] dose\nstate x [mg]\nstate " \
  "e [mg]\n"                                                                                                                     \
  "d/dt(gut) = -ka * gut\nd/dt(x) = ka * gut - vmax * exp(eta) * x / (km + x)\nd/dt(e) = fast * (x - e)\noutput y [mg] = e + "   \
  "0.01 * x^2 / (1 [mg])\n"

static void slopes_are_differences(void **state) {
  program_case *c = *state;
  static const char *const moved[] = {"vmax", "km", "ka", "fast"}, *const in[] = {"mg/h", "mg", "1/h", "1/h"};
  static const double at[] = {10, 2, 3, 200};
  lind_arena *arena = NULL;
  assert_int_equal(lind_arena_create(&arena), LIND_OK);
  file_write("bend.lind", BEND);
  file_write("e.csv", "ID,TIME,AMT,II,ADDL\n1,0,30,4,2\n1,1,.,.,.\n1,5,.,.,.\n1,11,.,.,.\n2,0,30,4,2\n2,6,.,.,.\n");
  program_do(c, "simulate bend.lind --events e.csv --out out.csv --digits 17 --replicates 2 --sensitivity vmax,km,ka,fast,eta");
  const lind_csv *csv = table_read("out.csv", arena);
  assert_int_equal(csv->n_rows, 8);
  for (int j = 0; j < 4; j++) {
    const lind_csv *side[2];
    const double h = 1e-3 * at[j];
    char name[40];
    for (int s = 0; s < 2; s++) {
      char line[300];
      (void)snprintf(line, sizeof line,
                     "simulate bend.lind --events e.csv --out side%d.csv --digits 17 --replicates 2 --rtol 1e-12 --atol 1e-13 "
                     "--engine cvode "
                     "--set \"%s=%.17g %s\"",
                     s, moved[j], at[j] + (s == 0 ? -h : h), in[j]);
      program_do(c, line);
      (void)snprintf(line, sizeof line, "side%d.csv", s);
      side[s] = table_read(line, arena);
    }
    (void)snprintf(name, sizeof name, "d(y)/d(%s)", moved[j]);
    for (size_t row = 0; row < csv->n_rows; row++)
      assert_slope(value_at(csv, row, name), (value_at(side[1], row, "y") - value_at(side[0], row, "y")) / (2 * h), 1e-4, name,
                   value_at(csv, row, "TIME"));
  }
  for (size_t row = 0; row < csv->n_rows; row++) /* vmax exp(eta) */
    assert_true(fabs(value_at(csv, row, "d(y)/d(eta)") - 10 * value_at(csv, row, "d(y)/d(vmax)")) < 1e-6);
  lind_arena_destroy(&arena);
}

/* Who is in the table, and how many threads there are, changes nothing; columns have units. */
static void slopes_belong_to_the_individual(void **state) {
  program_case *c = *state;
  char all[4000], text[1 << 14];
  file_write("bend.lind", BEND);
  file_write("e.csv", "ID,TIME,AMT\n1,0,30\n1,1,.\n2,0,20\n2,1,.\n");
  program_do(c, "simulate bend.lind --events e.csv --out out.csv --digits 17 --sensitivity km --threads 2");
  file_read("out.csv", all, sizeof all);
  file_read("out.csv.json", text, sizeof text);
  assert_non_null(strstr(text, "\"name\": \"d(y)/d(km)\",\n      \"unit\": \"mg/(mg)\""));
  file_write("e.csv", "ID,TIME,AMT\n2,0,20\n2,1,.\n");
  program_do(c, "simulate bend.lind --events e.csv --out - --digits 17 --sensitivity km --threads 1");
  assert_non_null(strstr(all, strchr(c->out, '\n')));
}

static void what_is_not_covered_is_a_sentence(void **state) {
  program_case *c = *state;
  static const struct {
    const char *model, *table, *more, *sentence;
  } rows[] = {
      {"bend", "ID,TIME,AMT\n1,0,1\n", "kmm", "'kmm' is no parameter, covariate or random effect of bend (did you mean 'km'?)"},
      {"bend", "ID,TIME,AMT\n1,0,1\n", "km,km", "--sensitivity names 'km' twice"},
      {"bend", "ID,TIME,AMT\n1,0,1\n", "km,", "'' is no parameter"},
      {"slope", "ID,TIME,AMT,weight,sex\n1,0,1,70,m\n", "sex", "--sensitivity names sex, which is no number"},
      {"bend", "ID,TIME,AMT,SS,II\n1,0,1,1,12\n", "km", "e.csv:2:7: SS is 1, and --sensitivity cannot follow a steady state"},
      {"bend", "ID,TIME,AMT,ka\n1,0,1,3\n1,2,.,4\n", "km", "--sensitivity cannot follow ka, which changes from record to record"},
      {"bend", "ID,TIME,AMT,II,ADDL\n1,0,1,0.001,9000000\n1,9000,.,.,.\n", "km",
       "e.csv:2:13: --sensitivity follows at most 1000000 doses"},
      {"noise", "ID,TIME\n1,0\n", "k", "--sensitivity cannot follow noise; with --no-random there is none"},
      {"jump", "ID,TIME\n1,0\n", "k", "jump.lind:8:1: --sensitivity cannot follow 'when.1', which changes states"},
      {"past", "ID,TIME\n1,0\n", "k", "--sensitivity cannot follow model past, whose rates depend on the past"},
  };
#define HEAD(name) "model " name "\ntitle \"x\"\nsource \"none\"\ntime h\nparameter k = 0.1 [1/h]\nstate x [mg] = 1 [mg]\n"
  file_write("bend.lind", BEND);
  file_write("slope.lind", SLOPE);
  file_write("noise.lind", HEAD("noise") "d/dt(x) = -k * x\nnoise(x) = 0.1 [mg/h^0.5]\noutput x\n");
  file_write("jump.lind", HEAD("jump") "d/dt(x) = -k * x\nwhen x < 0.5 [mg] then x = 1 [mg]\noutput x\n");
  file_write("past.lind", HEAD("past") "d/dt(x) = -k * delay(x, 2 [h])\noutput x\n");
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
    char line[300];
    (void)snprintf(line, sizeof line, "simulate %s.lind --events e.csv --out out.csv --sensitivity %s", rows[k].model,
                   rows[k].more);
    file_write("e.csv", rows[k].table);
    const int status = program_run(c, line);
    if (status != 2 || strstr(c->err, rows[k].sentence) == NULL || strncmp(c->err, "lind: ", 6) != 0)
      fail_msg("row %zu: exit %d, %swanted: %s", k, status, c->err, rows[k].sentence);
    assert_int_not_equal(access("out.csv", F_OK), 0);
  }
  file_write("e.csv", "ID,TIME\n1,0\n1,10\n"); /* without chance: exp(-k t) */
  program_do(c, "simulate noise.lind --events e.csv --out - --digits 5 --no-random --sensitivity k");
  assert_non_null(strstr(c->out, "\n1,10,0.36788,-3.6788\n"));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, program_setup, program_teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      CASE(slopes_are_those_of_the_closed_form), CASE(a_look_above_a_dose_does_not_see_it), CASE(slopes_are_differences),
      CASE(slopes_belong_to_the_individual),     CASE(what_is_not_covered_is_a_sentence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
