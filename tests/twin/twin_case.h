/* A world of twins on a model, and patients with a dose a day and values at visits. */
#ifndef LIND_TEST_TWIN_CASE_H
#define LIND_TEST_TWIN_CASE_H

/* cmocka.h needs the others before it */
/* clang-format off */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
/* clang-format on */

#include "lind/draw.h"
#include "lind/twin.h"

#define must(call)                                               \
  do {                                                           \
    if ((call) != LIND_OK) fail_msg("%s", lind_error_message()); \
  } while (0)

#define assert_near(a, b, tolerance)                                                           \
  do {                                                                                         \
    const double a_ = (a), b_ = (b), t_ = (tolerance);                                         \
    if (!(fabs(a_ - b_) <= t_)) fail_msg("%.17g is not %.17g within %g (%s)", a_, b_, t_, #a); \
  } while (0)

enum { CASE_RECORDS = 400, CASE_SIGHTS = 40 };

typedef struct twin_case {
  lind_arena *arena;
  lind_model *model;
  double *parameters, *given;
  lind_twin_settings settings;
  const lind_twin_world *world;
  lind_twin *twin;
  lind_record records[CASE_RECORDS];
  lind_twin_sight sights[CASE_SIGHTS];
  uint32_t occasion[CASE_RECORDS];
  lind_twin_patient patient;
} twin_case;

static inline void twin_model(twin_case *c, lind_model *model, const char *engine) {
  c->model = model;
  c->parameters = lind_arena_take(c->arena, (size_t)model->n_parameters + 1, sizeof(double));
  int n_given = model->n_parameters + model->n_randoms + model->n_drifts;
  for (int k = 0; k < model->n_covariates; k++) n_given += lind_model_covariate_slots(&model->covariates[k]);
  c->given = lind_arena_take(c->arena, (size_t)n_given + 1, sizeof(double));
  for (int k = 0; k < model->n_parameters; k++) c->parameters[k] = model->parameters[k].value;
  c->settings = (lind_twin_settings){.model = model,
                                     .parameters = c->parameters,
                                     .stepper = lind_stepper_find(engine),
                                     .tolerance = {1e-10, 1e-12, 0.0, 100000},
                                     .most_records = CASE_RECORDS,
                                     .most_sights = CASE_SIGHTS,
                                     .most_occasions = 1,
                                     .most_time = 2400.0};
}

static inline void twin_text(twin_case *c, const char *text, const char *engine) {
  lind_model *model;
  must(lind_arena_create(&c->arena));
  must(lind_model_read_text(text, "test.lind", c->arena, &model));
  must(lind_model_attach(model, LIND_BACK_END_EVALUATOR, NULL, c->arena));
  twin_model(c, model, engine);
}

static inline void twin_shipped(twin_case *c, const char *name, const char *engine) {
  lind_model *model;
  must(lind_arena_create(&c->arena));
  must(lind_model_read(name, (lind_where){NULL, 0, 0}, c->arena, &model));
  must(lind_model_attach(model, LIND_BACK_END_ANY, NULL, c->arena));
  twin_model(c, model, engine);
}

/* After the settings: the world, the twin, an empty record. */
static inline void twin_open(twin_case *c) {
  for (int k = 0; k < c->model->n_parameters; k++) c->given[c->model->parameters[k].slot] = c->parameters[k];
  must(lind_twin_world_create(&c->settings, c->arena, &c->world));
  must(lind_twin_create(c->world, &c->twin));
  c->patient = (lind_twin_patient){.records = c->records, .given = c->given, .sights = c->sights, .who = {1747, 0, 1, 0}};
}

static inline void twin_close(twin_case *c) {
  lind_twin_destroy(&c->twin);
  lind_arena_destroy(&c->arena);
}

static inline int twin_observe(twin_case *c, double time) {
  c->records[c->patient.n] = (lind_record){.time = time, .event = LIND_RECORD_OBSERVATION, .observed = 1};
  return c->patient.n++;
}

static inline int twin_see(twin_case *c, double time, int output, double value) {
  const int record = twin_observe(c, time);
  c->sights[c->patient.n_sights++] = (lind_twin_sight){record, output, value};
  return record;
}

static inline void twin_dose(twin_case *c, double time, int state, double amount) {
  c->records[c->patient.n++] = (lind_record){.time = time, .amount = amount, .state = (int16_t)state, .event = LIND_RECORD_DOSE};
}

static inline lind_twin_posterior twin_posterior(twin_case *c) {
  lind_twin_posterior p;
  must(lind_twin_posterior_take(c->world, c->arena, &p));
  return p;
}

#endif
