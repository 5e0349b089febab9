/* Patients of tests/simulate/data/dosing, or made by hand, on the model dosing.lind and any engine. */
#ifndef LIND_TEST_COURSE_CASE_H
#define LIND_TEST_COURSE_CASE_H

/* cmocka.h needs the others before it */
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

enum { COURSE_STATES = 3, COURSE_OUTPUTS = 4, COURSE_VARYING = 16 };

typedef struct course_case {
  lind_arena *arena;
  lind_model *model;
  lind_course course;
  double *given; /* [n_given] the model's defaults */
  int varying[COURSE_VARYING];
  uint8_t between[COURSE_VARYING];
} course_case;

/* The model that stands in the case, by the evaluator. */
static inline void course_attach(course_case *c, const char *engine) {
  must(lind_model_attach(c->model, LIND_BACK_END_EVALUATOR, NULL, c->arena));
  const lind_stepper *stepper = lind_stepper_find(engine);
  assert_non_null(stepper);
  const int n_given = c->model->n_parameters + c->model->n_covariates + c->model->n_randoms + c->model->n_drifts;
  c->given = lind_arena_take(c->arena, (size_t)n_given + 1, sizeof(double));
  for (int k = 0; k < c->model->n_parameters; k++) c->given[c->model->parameters[k].slot] = c->model->parameters[k].value;
  c->course = (lind_course){.kernel = &c->model->kernel,
                            .stepper = stepper,
                            .tolerance = {1e-10, 1e-12, 0.0, 1000000},
                            .n_given = n_given,
                            .varying = c->varying,
                            .between = c->between};
}

static inline void course_open(course_case *c, const char *path, const char *engine) {
  *c = (course_case){0};
  must(lind_arena_create(&c->arena));
  must(lind_model_read(path, (lind_where){NULL, 0, 0}, c->arena, &c->model));
  course_attach(c, engine);
}

static inline void dosing_open(course_case *c, const char *engine) {
  course_open(c, LIND_SOURCE_DIR "/tests/simulate/data/dosing/dosing.lind", engine);
}

static inline void course_close(course_case *c) { lind_arena_destroy(&c->arena); }

static inline double *course_values(const course_case *c) {
  double *values = lind_arena_take(c->arena, (size_t)c->course.n_given + 1, sizeof *values);
  memcpy(values, c->given, (size_t)c->course.n_given * sizeof *values);
  return values;
}

static inline double *course_put(course_case *c, double *values, const char *name, double value) {
  const int at = lind_model_find_parameter(c->model, name);
  if (at < 0) fail_msg("no parameter %s", name);
  values[c->model->parameters[at].slot] = value;
  return values;
}

static inline lind_record dose(double time, double amount, int state) {
  return (lind_record){.time = time, .amount = amount, .state = (int16_t)state, .event = LIND_RECORD_DOSE};
}
static inline lind_record infusion(double time, double amount, double rate, int state) {
  lind_record r = dose(time, amount, state);
  r.rate = rate;
  r.infusion = LIND_INFUSION_RATE;
  return r;
}
static inline lind_record row_of(lind_record r, double interval, uint32_t additional) {
  r.interval = interval;
  r.additional = additional;
  return r;
}
static inline lind_record steady(lind_record r, double interval, int kind) {
  r.interval = interval;
  r.steady = (uint8_t)kind;
  return r;
}
static inline lind_record observation(double time) {
  return (lind_record){.time = time, .event = LIND_RECORD_OBSERVATION, .observed = 1};
}

static inline lind_course_patient course_patient(course_case *c, const double *given, const lind_record *records, int n) {
  lind_record *copy = lind_arena_take(c->arena, (size_t)n, sizeof *copy);
  memcpy(copy, records, (size_t)n * sizeof *copy);
  lind_course_room(&c->course, copy, n);
  return (lind_course_patient){
      .n = n,
      .records = copy,
      .given = given,
      .y = lind_arena_take(c->arena, (size_t)n * (size_t)c->model->n_outputs + 1, sizeof(double)),
  };
}

/* All of them, in packs of 8 in the order in which they stand. */
static inline void course_run(course_case *c, lind_course_patient *patients, int n) {
  lind_course_pack *pack;
  must(lind_course_pack_create(&c->course, &pack));
  for (int i = 0; i < n; i += LIND_LANES) lind_course_run(pack, patients + i, n - i < LIND_LANES ? n - i : LIND_LANES);
  lind_course_pack_destroy(&pack);
}

static inline double course_y(const lind_course_patient *p, const course_case *c, int record, int output) {
  return p->y[record * c->model->n_outputs + output];
}

static inline void finished(const lind_course_patient *p) {
  if (p->status != LIND_LANE_OK) fail_msg("stopped with status %d at %g h, record %d", p->status, p->time, p->reached);
}

/* ---- the tables of superposition.py */

static inline double cell_number(const lind_csv *csv, size_t row, const char *name) {
  double value = 0.0;
  const int column = lind_csv_find(csv, name);
  assert_true(column >= 0);
  const char *text = lind_csv_at(csv, row, column)->text;
  if (strcmp(text, ".") != 0) must(lind_csv_number(csv, row, column, &value));
  return value;
}

static inline lind_record record_from(const lind_csv *csv, size_t row) {
  const double rate = cell_number(csv, row, "RATE");
  return (lind_record){.time = cell_number(csv, row, "TIME"),
                       .amount = cell_number(csv, row, "AMT"),
                       .rate = rate,
                       .interval = cell_number(csv, row, "II"),
                       .additional = (uint32_t)cell_number(csv, row, "ADDL"),
                       .state = (int16_t)(cell_number(csv, row, "CMT") - 1),
                       .event = (uint8_t)cell_number(csv, row, "EVID"),
                       .infusion = rate == -1   ? LIND_INFUSION_MODEL_RATE
                                   : rate == -2 ? LIND_INFUSION_MODEL_DURATION
                                   : rate > 0   ? LIND_INFUSION_RATE
                                                : LIND_INFUSION_NONE,
                       .steady = (uint8_t)cell_number(csv, row, "SS"),
                       .observed = cell_number(csv, row, "EVID") == 0};
}

/* Everybody in a table; first_row[i] is where patient i begins. */
static inline int course_table(course_case *c, const char *name, const lind_csv **table, lind_course_patient *patients,
                               size_t *first_row, int most) {
  must(lind_csv_read(lind_arena_format(c->arena, LIND_SOURCE_DIR "/tests/simulate/data/dosing/%s", name), c->arena, table));
  const lind_csv *csv = *table;
  int n = 0;
  for (size_t row = 0; row < csv->n_rows; n++) {
    assert_true(n < most);
    const double id = cell_number(csv, row, "ID");
    double *given = course_values(c);
    for (int k = 0; k < c->model->n_parameters; k++) {
      const lind_quantity *q = &c->model->parameters[k];
      given[q->slot] = cell_number(csv, row, q->name) * q->unit.scale;
    }
    lind_record records[200];
    int m = 0;
    first_row[n] = row;
    for (; row < csv->n_rows && cell_number(csv, row, "ID") == id; row++) records[m++] = record_from(csv, row);
    patients[n] = course_patient(c, given, records, m);
  }
  return n;
}

#endif
