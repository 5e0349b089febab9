/* UVA/Padova S2008: the listed patients at rest, and the runs of the reference with a meal and insulin, to their printed digits.
 * The numbers were worked out apart from lind (docs/theory/uva-padova.md). */
/* clang-format off */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
/* clang-format on */

#include "lind/course.h"
#include "lind/csv.h"
#include "lind/model.h"

#define must(call)                                               \
  do {                                                           \
    if ((call) != LIND_OK) fail_msg("%s", lind_error_message()); \
  } while (0)

enum { PATIENTS = 30, MOST = 1500 };

typedef struct bench {
  lind_arena *arena;
  lind_model *model;
  const lind_csv *table;
  lind_course course;
  lind_course_pack *pack;
  int n_given;
} bench;

static void bench_open(bench *b, const char *engine) {
  *b = (bench){0};
  must(lind_arena_create(&b->arena));
  must(lind_csv_read(LIND_SOURCE_DIR "/cohorts/tables/uva-padova.csv", b->arena, &b->table));
  must(lind_model_read("organ.uva_padova", (lind_where){0}, b->arena, &b->model));
  must(lind_model_attach(b->model, LIND_BACK_END_COMPILED, NULL, b->arena));
  assert_int_equal(b->table->n_rows, PATIENTS);
  b->n_given = b->model->n_parameters + b->model->n_covariates;
  b->course = (lind_course){.kernel = &b->model->kernel,
                            .stepper = lind_stepper_find(engine),
                            .tolerance = {1e-9, 1e-9, 0.0, 1000000},
                            .n_given = b->n_given,
                            .infuses = true,
                            .most_coming = 8,
                            .most_running = 8};
  must(lind_course_pack_create(&b->course, &b->pack));
}

static void bench_close(bench *b) {
  lind_course_pack_destroy(&b->pack);
  lind_arena_destroy(&b->arena);
}

static size_t row_of(const bench *b, const char *name) {
  for (size_t r = 0; r < b->table->n_rows; r++)
    if (strcmp(lind_csv_at(b->table, r, 0)->text, name) == 0) return r;
  fail_msg("no patient %s", name);
  return 0;
}

/* What the model is given for a row of the table, [n_given]. */
static const double *given_of(const bench *b, size_t row) {
  double *given = lind_arena_take(b->arena, (size_t)b->n_given, sizeof *given);
  for (int k = 0; k < b->model->n_parameters; k++) given[b->model->parameters[k].slot] = b->model->parameters[k].value;
  for (int k = 0; k < b->model->n_covariates; k++) {
    const lind_model_covariate *c = &b->model->covariates[k];
    int column;
    must(lind_csv_column(b->table, c->name, &column));
    lind_unit unit = {.scale = 1.0};
    if (b->table->units[column][0] != '\0') must(lind_unit_parse(b->table->units[column], &unit));
    assert_true(lind_unit_same_dimension(unit.dimension, c->unit.dimension));
    must(lind_csv_number(b->table, row, column, &given[c->slot]));
    given[c->slot] *= unit.scale;
  }
  return given;
}

/* Insulin that keeps the patient at rest, U/h: (s1 of the start) (ka1 + kd). */
static double basal_of(const bench *b, const double *given) {
  const lind_kernel *kernel = &b->model->kernel;
  lind_lane *frame = lind_arena_take(b->arena, (size_t)kernel->n_frame, sizeof *frame);
  lind_lane *x = lind_arena_take(b->arena, (size_t)kernel->n_states, sizeof *x), *dx;
  dx = lind_arena_take(b->arena, (size_t)kernel->n_states, sizeof *dx);
  const lind_lane zero = {0};
  for (int k = 0; k < b->n_given; k++)
    for (int i = 0; i < LIND_LANES; i++) frame[k].of[i] = given[k];
  kernel->individual(kernel->self, frame);
  kernel->initial(kernel->self, frame, x);
  kernel->rhs(kernel->self, &zero, frame, x, dx);
  return -dx[lind_model_find_state(b->model, "s1")].of[0];
}

static double unit_of(const bench *b, const char *output) {
  return b->model->outputs[lind_model_find_output(b->model, output)].unit.scale;
}

typedef struct meal_run {
  const char *patient;
  double bolus, start, peak, peak_at, least, least_at, end; /* least: NAN where the reference has none */
} meal_run;

static const meal_run runs[] = {
    {"adult-001", 0, 138.5600, 211.6978, 321, NAN, 0, 161.7876},
    {"adult-001", 3.3333, 138.5600, 186.2244, 149, NAN, 0, 130.9721},
    {"adult-001", 5, 138.5600, 183.2269, 142, 117.3388, 600, 117.3388},
    {"adolescent-001", 0, 149.0200, 193.2310, 279, NAN, 0, 152.2333},
    {"adolescent-001", 50.0 / 12, 149.0200, 158.2110, 130, 118.7165, 428, 129.1753},
    {"child-001", 0, 141.2047, 392.4612, 336, NAN, 0, 252.8489},
    {"child-001", 2, 141.2047, 226.0868, 110, 68.1728, 276, 100.0345},
};
enum { RUNS = sizeof runs / sizeof runs[0], MINUTES = 600, MEAL_AT = 60 };
static const double minute = 1.0 / 60, printed = 0.5e-4 + 1e-9;

/* Basal insulin from the start; at `MEAL_AT` 50 g of carbohydrate and a bolus over a minute; the sensor's site at whole minutes.
 */
static int make_records(const bench *b, double basal, double bolus, lind_record *records) {
  const int s1 = lind_model_find_state(b->model, "s1"), served = lind_model_find_state(b->model, "served");
  int n = 0;
  records[n++] = (lind_record){
      .event = LIND_RECORD_DOSE, .state = (int16_t)s1, .amount = 48 * basal, .rate = basal, .infusion = LIND_INFUSION_RATE};
  for (int t = 0; t <= MINUTES; t++) {
    records[n++] = (lind_record){.time = t * minute, .event = LIND_RECORD_OBSERVATION, .observed = 1};
    if (t != MEAL_AT) continue;
    records[n++] = (lind_record){.time = t * minute,
                                 .event = LIND_RECORD_DOSE,
                                 .state = (int16_t)served,
                                 .amount = 50 * b->model->states[served].unit.scale};
    if (bolus > 0)
      records[n++] = (lind_record){.time = t * minute,
                                   .event = LIND_RECORD_DOSE,
                                   .state = (int16_t)s1,
                                   .amount = bolus,
                                   .rate = bolus / minute,
                                   .infusion = LIND_INFUSION_RATE};
  }
  return n;
}

static void near(const char *what, const meal_run *run, double is, double due) {
  if (!(fabs(is - due) <= printed)) fail_msg("%s, %.4f U: %s is %.6f, not %.4f", run->patient, run->bolus, what, is, due);
}

static void compare(const bench *b, const meal_run *run, const lind_record *records, const lind_course_patient *p) {
  const int site = lind_model_find_output(b->model, "site");
  double peak = 0, peak_at = 0, least = INFINITY, least_at = 0, end = 0;
  assert_int_equal(p->status, LIND_LANE_OK);
  for (int r = 0; r < p->n; r++) {
    if (!records[r].observed) continue;
    const double g = p->y[r * b->model->n_outputs + site] / unit_of(b, "site"), at = round(records[r].time / minute);
    if (at == 0) near("the start", run, g, run->start);
    if (g > peak) peak = g, peak_at = at;
    if (at > MEAL_AT && g < least) least = g, least_at = at;
    end = g;
  }
  near("the peak", run, peak, run->peak);
  near("the end", run, end, run->end);
  assert_true(peak_at == run->peak_at);
  if (isnan(run->least)) return;
  near("the least", run, least, run->least);
  assert_true(least_at == run->least_at);
}

static void a_meal_and_insulin(void **state) {
  static const char *const engines[] = {"rk", "rosenbrock"};
  (void)state;
  for (int e = 0; e < 2; e++) {
    bench b;
    bench_open(&b, engines[e]);
    lind_course_patient patients[RUNS];
    lind_record *records[RUNS];
    for (int k = 0; k < RUNS; k++) {
      const double *given = given_of(&b, row_of(&b, runs[k].patient));
      records[k] = lind_arena_take(b.arena, MOST, sizeof *records[k]);
      double *y = lind_arena_take(b.arena, (size_t)MOST * (size_t)b.model->n_outputs, sizeof *y);
      const int n = make_records(&b, basal_of(&b, given), runs[k].bolus, records[k]);
      patients[k] = (lind_course_patient){.n = n, .records = records[k], .given = given, .y = y};
    }
    lind_course_run(b.pack, patients, RUNS);
    for (int k = 0; k < RUNS; k++) compare(&b, &runs[k], records[k], &patients[k]);
    bench_close(&b);
  }
}

/* The rate of gastric emptying of adult-001 with 50 g in account, by what the stomach holds. */
static void gastric_emptying(void **state) {
  static const double q[] = {0, 5000, 10528.5, 20000, 35195.5, 45000, 50000};
  static const double due[] = {0.045838988, 0.043265686, 0.024967547, 0.004507140, 0.024957696, 0.044632658, 0.045838697};
  (void)state;
  bench b;
  bench_open(&b, "rk");
  const lind_kernel *kernel = &b.model->kernel;
  const double *given = given_of(&b, row_of(&b, "adult-001"));
  lind_lane frame[200], x[32], y[16];
  const lind_lane zero = {0};
  assert_true(kernel->n_frame <= 200 && kernel->n_states <= 32 && kernel->n_outputs <= 16);
  for (int k = 0; k < b.n_given; k++)
    for (int i = 0; i < LIND_LANES; i++) frame[k].of[i] = given[k];
  kernel->individual(kernel->self, frame);
  kernel->initial(kernel->self, frame, x);
  for (int i = 0; i < LIND_LANES; i++) {
    x[lind_model_find_state(b.model, "charge")].of[i] = 50000;
    x[lind_model_find_state(b.model, "q1")].of[i] = i < 7 ? q[i] / 4 : 0;
    x[lind_model_find_state(b.model, "q2")].of[i] = i < 7 ? q[i] - q[i] / 4 : 0;
  }
  kernel->outputs(kernel->self, &zero, frame, x, y);
  const lind_lane *kg = &y[lind_model_find_output(b.model, "emptying")];
  for (int i = 0; i < 7; i++)
    if (!(fabs(kg->of[i] / 60 - due[i]) <= 0.5e-9)) fail_msg("q %g mg: %.10f per min, not %.9f", q[i], kg->of[i] / 60, due[i]);
  bench_close(&b);
}

/* Nobody moves who eats nothing and gets the basal insulin. */
static void everybody_at_rest(void **state) {
  (void)state;
  bench b;
  bench_open(&b, "rosenbrock");
  const int glucose = lind_model_find_output(b.model, "glucose");
  for (int first = 0; first < PATIENTS; first += LIND_LANES) {
    const int n = PATIENTS - first < LIND_LANES ? PATIENTS - first : LIND_LANES;
    lind_course_patient patients[LIND_LANES];
    for (int i = 0; i < n; i++) {
      const double *given = given_of(&b, (size_t)(first + i));
      lind_record *records = lind_arena_take(b.arena, 25, sizeof *records);
      double *y = lind_arena_take(b.arena, 25 * (size_t)b.model->n_outputs, sizeof *y);
      const double basal = basal_of(&b, given);
      records[0] = (lind_record){.event = LIND_RECORD_DOSE,
                                 .state = (int16_t)lind_model_find_state(b.model, "s1"),
                                 .amount = 48 * basal,
                                 .rate = basal,
                                 .infusion = LIND_INFUSION_RATE,
                                 .observed = 1};
      for (int t = 1; t <= 24; t++) records[t] = (lind_record){.time = t, .event = LIND_RECORD_OBSERVATION, .observed = 1};
      patients[i] = (lind_course_patient){.n = 25, .records = records, .given = given, .y = y};
    }
    lind_course_run(b.pack, patients, n);
    for (int i = 0; i < n; i++)
      for (int t = 1; t <= 24; t++) {
        const double drift = patients[i].y[t * b.model->n_outputs + glucose] - patients[i].y[glucose];
        if (!(fabs(drift) / unit_of(&b, "glucose") < 1e-6)) fail_msg("patient %d drifts by %g after %d h", first + i, drift, t);
      }
  }
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_meal_and_insulin),
      cmocka_unit_test(gastric_emptying),
      cmocka_unit_test(everybody_at_rest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
