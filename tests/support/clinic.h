/* clinic.h -- synthetic patients on warfarin, who are what the model says: effects and drift from its prior, one dose a day, INR
 * measured with the model's error on the days of a clinic. For tests and benchmarks of twins. A failure ends the program. */
#ifndef LIND_SUPPORT_CLINIC_H
#define LIND_SUPPORT_CLINIC_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lind/draw.h"
#include "lind/twin.h"

enum { CLINIC_VISITS = 8, CLINIC_RECORDS = 120, CLINIC_POINTS = 4096 };
static const int clinic_days[CLINIC_VISITS] = {1, 4, 6, 8, 15, 22, 57, 85};

typedef struct clinic {
  lind_arena *arena;
  lind_model *model;
  double *parameters;
  const lind_twin_world *nature, *world; /* who people are; what twins think */
  lind_twin *mother, *twin;
  lind_twin_posterior prior, posterior;
  /* the patient at hand */
  lind_record records[CLINIC_RECORDS];
  lind_twin_sight sights[CLINIC_VISITS];
  double given[64], z[256], truth[CLINIC_VISITS];
  lind_twin_patient patient;
} clinic;

static inline void clinic_must(lind_err err) {
  if (err == LIND_OK) return;
  fprintf(stderr, "%s\n", lind_error_message());
  exit(1);
}

static inline void clinic_set(const clinic *c, const char *name, double value) {
  const int at = lind_model_find_parameter(c->model, name);
  if (at < 0) exit(1);
  c->parameters[at] = value;
}

/* settings: knots, difference, central, close, tolerance count; the rest is filled in. drift: sd. */
static inline void clinic_open(clinic *c, lind_twin_settings settings, double drift) {
  memset(c, 0, sizeof *c);
  lind_draw_prepare();
  clinic_must(lind_arena_create(&c->arena));
  clinic_must(lind_model_read("pgx.warfarin", (lind_where){NULL, 0, 0}, c->arena, &c->model));
  clinic_must(lind_model_attach(c->model, LIND_BACK_END_COMPILED, NULL, c->arena));
  c->parameters = lind_arena_take(c->arena, (size_t)c->model->n_parameters, sizeof(double));
  for (int k = 0; k < c->model->n_parameters; k++) c->parameters[k] = c->model->parameters[k].value;
  clinic_set(c, "drift_sd", drift);
  settings.model = c->model;
  settings.parameters = c->parameters;
  settings.stepper = lind_stepper_find("auto");
  settings.tolerance.smallest_step = 1e-10;
  settings.tolerance.most_steps = 100000;
  settings.most_records = CLINIC_RECORDS;
  settings.most_sights = CLINIC_VISITS;
  settings.most_time = 24.0 * 85;
  clinic_must(lind_twin_world_create(&settings, c->arena, &c->world));
  settings.knots = 24.0; /* people drift from day to day, whatever their twins make of it */
  clinic_must(lind_twin_world_create(&settings, c->arena, &c->nature));
  clinic_must(lind_twin_create(c->world, &c->twin));
  clinic_must(lind_twin_create(c->nature, &c->mother));
  clinic_must(lind_twin_posterior_take(c->nature, c->arena, &c->prior));
  clinic_must(lind_twin_posterior_take(c->world, c->arena, &c->posterior));
}

static inline void clinic_close(clinic *c) {
  lind_twin_destroy(&c->twin);
  lind_twin_destroy(&c->mother);
  lind_arena_destroy(&c->arena);
}

static inline void clinic_cover(clinic *c, const char *name, double first, double second) {
  for (int k = 0; k < c->model->n_covariates; k++) {
    const lind_model_covariate *covariate = &c->model->covariates[k];
    if (strcmp(covariate->name, name) != 0) continue;
    c->given[covariate->slot] = first * covariate->unit.scale;
    if (lind_model_covariate_slots(covariate) == 2) {
      c->given[covariate->slot] = first;
      c->given[covariate->slot + 1] = second;
    }
  }
}

/* Person i: visits, doses until the last one, what they are and what is measured. The dose is by genotype, or as given (mg a day,
 * above 0). */
static inline void clinic_meet(clinic *c, uint32_t i, double mg) {
  static const double fair[3] = {6.0, 5.0, 3.0};
  const lind_unit *unit = &c->model->states[lind_model_find_state(c->model, "depot")].unit;
  const int inr = lind_model_find_output(c->model, "inr"), depot = lind_model_find_state(c->model, "depot"), a = (int)(i % 3);
  for (int k = 0; k < c->model->n_parameters; k++) c->given[c->model->parameters[k].slot] = c->parameters[k];
  clinic_cover(c, "age", 50.0 + i % 40, 0.0);
  clinic_cover(c, "weight", 60.0 + i % 37, 0.0);
  clinic_cover(c, "CYP2C9", 0.0, i % 5 == 0 ? 2.0 : 0.0);
  clinic_cover(c, "VKORC1", a == 2 ? 1.0 : 0.0, a > 0 ? 1.0 : 0.0);
  lind_twin_patient *p = &c->patient;
  *p = (lind_twin_patient){.records = c->records, .given = c->given, .sights = c->sights, .who = {4711, 0, i, 0}};
  for (int day = 1, v = 0; day <= clinic_days[CLINIC_VISITS - 1]; day++) {
    if (day == clinic_days[v]) {
      c->sights[v++] = (lind_twin_sight){p->n, inr, NAN};
      c->records[p->n++] = (lind_record){.time = 24.0 * (day - 1), .event = LIND_RECORD_OBSERVATION, .observed = 1};
    }
    c->records[p->n++] = (lind_record){.time = 24.0 * (day - 1),
                                       .amount = (mg > 0.0 ? mg : fair[a]) * unit->scale,
                                       .state = (int16_t)depot,
                                       .event = LIND_RECORD_DOSE};
  }
  const lind_who life = {1847, 0, i, 0};
  p->who = life; /* a life of its own: not what its twin draws */
  lind_twin_fit(c->mother, p, 0, false, &c->prior);
  lind_twin_draw(&c->prior, life, 1, c->z);
  const lind_twin_points one = {c->prior.layout, 1, c->prior.layout.n, c->z, NULL};
  double outputs[CLINIC_VISITS * 8];
  lind_twin_forecast(c->mother, p, &one, 0, outputs);
  for (int v = 0; v < CLINIC_VISITS; v++) {
    c->truth[v] = outputs[v * c->model->n_outputs + inr];
    c->sights[v].value = lind_twin_forecast_measured(c->nature, life, 0, (uint32_t)v, inr, c->truth[v]);
  }
  p->n_sights = CLINIC_VISITS;
  p->who = (lind_who){4711, 0, i, 0};
}

#endif
