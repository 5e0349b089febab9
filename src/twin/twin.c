/* twin.c -- the world of twins and the memory of one. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lind/draw.h"
#include "lind/text.h"
#include "twin_inside.h"

/* ---- the world ---- */

static lind_err settle_errors(lind_twin_world *w, lind_arena *arena) {
  const lind_model *model = w->s.model;
  double *a, *b, *tau;
  LIND_TAKE(a, arena, model->n_outputs + 1);
  LIND_TAKE(b, arena, model->n_outputs + 1);
  LIND_TAKE(tau, arena, model->n_outputs + 1);
  for (int k = 0; k < model->n_outputs; k++) {
    if (model->outputs[k].residual == LIND_ERROR_NONE) continue;
    LIND_CHECK_AT(
        model->outputs[k].residual != LIND_ERROR_SENSOR, LIND_ERR_INPUT, model->outputs[k].where,
        "'%s' is read by a sensor whose errors are a path in time; a twin can learn from errors of single measurements only",
        model->outputs[k].name);
    LIND_TRY(lind_model_residual(model, w->s.parameters, k, &a[k], &b[k]));
    if (model->outputs[k].correlated) LIND_TRY(lind_model_residual_tau(model, w->s.parameters, k, &tau[k]));
  }
  w->a = a;
  w->b = b;
  w->tau = tau;
  return LIND_OK;
}

static lind_err settle_effects(lind_twin_world *w, lind_arena *arena) {
  const lind_model *model = w->s.model;
  const size_t n = (size_t)model->n_randoms;
  double *factor;
  int *effects;
  lind_purpose *purposes;
  LIND_TAKE(factor, arena, n * n + 1);
  LIND_TAKE(effects, arena, n + 1);
  LIND_TAKE(purposes, arena, n + 1);
  LIND_TRY(lind_model_random_factor(model, w->s.parameters, factor));
  for (int k = 0; k < model->n_randoms; k++) {
    char words[80];
    (void)snprintf(words, sizeof words, "twin/%.70s", model->randoms[k].name);
    purposes[k] = lind_random_purpose(words); /* never the patient's own stream: a twin must not know the truth */
    bool moves = false;                       /* an effect that rests on one by occasion varies with it */
    for (int j = 0; j <= k; j++) moves |= model->randoms[j].occasion && factor[k * model->n_randoms + j] != 0.0;
    if (moves && w->s.most_occasions > 1) effects[w->n_effects++] = k;
  }
  w->factor = factor;
  w->effects = effects;
  w->purposes = purposes;
  return LIND_OK;
}

static lind_err settle_drifts(lind_twin_world *w, lind_arena *arena) {
  const lind_model *model = w->s.model;
  lind_twin_drift *drifts;
  LIND_TAKE(drifts, arena, model->n_drifts + 1);
  for (int k = 0; k < model->n_drifts; k++) {
    double sd, tau, every;
    char words[80];
    LIND_TRY(lind_model_drift_values(model, w->s.parameters, k, &sd, &tau, &every));
    if (sd == 0.0) continue;
    (void)snprintf(words, sizeof words, "twin/%.70s", model->drifts[k].name);
    const double knots = w->s.knots > 0.0 ? w->s.knots : tau / 4.0;
    drifts[w->n_drifts++] = (lind_twin_drift){.drift = k,
                                              .slot = model->drifts[k].slot,
                                              .keep = exp(-every / tau),
                                              .kick = sd * sqrt(-expm1(-2.0 * every / tau)),
                                              .sd = sd,
                                              .every = every,
                                              .apart = (int)fmax(1.0, floor(knots / every + 0.5)),
                                              .purpose = lind_random_purpose(words)};
    LIND_CHECK(w->s.most_time / every + 2.0 < LIND_TWIN_AHEAD, LIND_ERR_INPUT,
               "the drift %s of model %s has a node every %g h; over %g h that is more than the %d that a twin can follow",
               model->drifts[k].name, model->name, every, w->s.most_time, LIND_TWIN_AHEAD);
  }
  w->drifts = drifts;
  return LIND_OK;
}

static lind_err settle_course(lind_twin_world *w, lind_arena *arena) {
  const int own = w->s.n_varying;
  int *varying;
  uint8_t *between;
  w->n_varying = own + w->n_effects + w->n_drifts;
  LIND_TAKE(varying, arena, w->n_varying + 1);
  LIND_TAKE(between, arena, w->n_varying + 1);
  for (int k = 0; k < own; k++) varying[k] = w->s.varying[k], between[k] = w->s.between[k];
  for (int k = 0; k < w->n_effects; k++) varying[own + k] = w->s.model->randoms[w->effects[k]].slot;
  for (int k = 0; k < w->n_drifts; k++) varying[own + w->n_effects + k] = w->drifts[k].slot;
  for (int k = own; k < w->n_varying; k++) between[k] = LIND_BETWEEN_FORWARD;
  w->course = (lind_course){.kernel = &w->kernel,
                            .stepper = w->s.stepper,
                            .tolerance = w->s.tolerance,
                            .n_given = w->n_given,
                            .n_varying = w->n_varying,
                            .varying = varying,
                            .between = between,
                            .infuses = w->s.infuses,
                            .most_coming = w->s.most_records,
                            .most_running = w->s.infuses ? 64 * w->s.most_records : 0};
  return LIND_OK;
}

static int knots_at(const lind_twin_drift *drift, double now) {
  const int node = (int)floor(now / drift->every + 1e-9);
  return (node + drift->apart - 1) / drift->apart + 1;
}

static void settle_room(lind_twin_world *w) {
  const lind_twin_patient nobody = {0};
  lind_twin_layout layout;
  lind_twin_line_layout(w, &nobody, -1, &layout);
  w->most = layout.n;
  w->most_line = w->s.most_records;
  for (int d = 0; d < w->n_drifts; d++) {
    w->most += knots_at(&w->drifts[d], w->s.most_time) - knots_at(&w->drifts[d], 0.0);
    w->most_line += (int)(w->s.most_time / w->drifts[d].every) + 2;
  }
  for (int k = 0; k < w->s.model->n_randoms; k++)
    if (w->s.model->randoms[k].occasion) w->most += w->s.most_occasions - 1;
}

lind_err lind_twin_world_create(const lind_twin_settings *settings, lind_arena *arena, const lind_twin_world **world) {
  lind_twin_world *w;
  const lind_model *model = settings->model;
  LIND_TAKE(w, arena, 1);
  w->s = *settings;
  if (w->s.difference == 0.0) w->s.difference = 1e-3;
  if (w->s.close == 0.0) w->s.close = 1e-3;
  if (w->s.most_occasions < 1) w->s.most_occasions = 1;
  w->kernel = model->kernel;
  w->n_given = model->n_parameters + model->n_randoms + model->n_drifts;
  for (int k = 0; k < model->n_covariates; k++) w->n_given += lind_model_covariate_slots(&model->covariates[k]);
  LIND_CHECK(w->kernel.n_noises == 0, LIND_ERR_INPUT,
             "model %s has noise in its states, which a twin cannot follow; a drift can be", model->name);
  LIND_CHECK(w->s.most_occasions < LIND_TWIN_AHEAD, LIND_ERR_INPUT, "there are %d occasions; a twin can follow at most %d",
             w->s.most_occasions, LIND_TWIN_AHEAD - 1);
  LIND_TRY(settle_errors(w, arena));
  LIND_TRY(settle_effects(w, arena));
  LIND_TRY(settle_drifts(w, arena));
  LIND_TRY(settle_course(w, arena));
  settle_room(w);
  *world = w;
  return LIND_OK;
}

int lind_twin_world_most(const lind_twin_world *world) { return world->most; }

/* ---- z ---- */

static int numbers_of(const lind_twin_world *w, int random, int n_occasions) {
  const lind_model_random *r = &w->s.model->randoms[random];
  if (r->kind != LIND_RANDOM_NORMAL) return 0;
  return r->occasion ? n_occasions : 1;
}

void lind_twin_line_layout(const lind_twin_world *w, const lind_twin_patient *patient, int record, lind_twin_layout *layout) {
  *layout = (lind_twin_layout){.n_occasions = 1, .now = 0.0};
  if (record >= 0) {
    layout->now = patient->records[record].time;
    if (patient->occasion != NULL) layout->n_occasions = (int)patient->occasion[record] + 1;
  }
  for (int k = 0; k < w->s.model->n_randoms; k++) layout->n += numbers_of(w, k, layout->n_occasions);
  for (int d = 0; d < w->n_drifts; d++) layout->n += knots_at(&w->drifts[d], layout->now);
}

void lind_twin_name(const lind_twin_world *w, const lind_twin_layout *layout, int k, int *random, int *drift, int *index) {
  *random = *drift = -1;
  for (int r = 0; r < w->s.model->n_randoms; r++) {
    const int n = numbers_of(w, r, layout->n_occasions);
    *index = k;
    if (k < n) {
      *random = r;
      return;
    }
    k -= n;
  }
  for (int d = 0; d < w->n_drifts; d++) {
    const int n = knots_at(&w->drifts[d], layout->now);
    *index = k;
    *drift = w->drifts[d].drift;
    if (k < n) return;
    k -= n;
  }
  *drift = -1;
}

/* ---- memory ---- */

static lind_err take_all(lind_twin *t) {
  const lind_twin_world *w = t->world;
  const size_t line = (size_t)w->most_line + 1, most = (size_t)w->most + 1, sights = (size_t)w->s.most_sights + 1,
               given = (size_t)w->n_given, outputs = (size_t)w->s.model->n_outputs;
  struct {
    double **at;
    size_t n;
  } all[] = {{&t->given, LIND_LANES * given + 1},
             {&t->varying, LIND_LANES * line * (size_t)w->n_varying + 1},
             {&t->y, LIND_LANES * line * outputs + 1},
             {&t->trial, most},
             {&t->step, most},
             {&t->point, LIND_LANES * most},
             {&t->gradient, most},
             {&t->next_gradient, most},
             {&t->information, most * most},
             {&t->next_information, most * most},
             {&t->damped, most * most},
             {&t->lower, most * most},
             {&t->truth, sights},
             {&t->slopes, sights * most},
             {&t->pull, sights},
             {&t->error, sights},
             {&t->expected, sights},
             {&t->spread, sights}};
  for (size_t k = 0; k < sizeof all / sizeof *all; k++) LIND_TAKE(*all[k].at, t->arena, all[k].n);
  LIND_TAKE(t->records, t->arena, line);
  LIND_TAKE(t->before, t->arena, line);
  LIND_TAKE(t->after, t->arena, line);
  LIND_TAKE(t->place, t->arena, w->s.most_records + 1);
  LIND_TAKE(t->last, t->arena, sights);
  LIND_TAKE(t->frame, t->arena, outputs + 2);
  return lind_course_pack_create(&w->course, &t->pack);
}

lind_err lind_twin_create(const lind_twin_world *world, lind_twin **twin) {
  lind_twin *t = calloc(1, sizeof *t);
  LIND_CHECK(t != NULL, LIND_ERR_MEMORY, "no memory for a twin");
  t->world = world;
  lind_err err = lind_arena_create(&t->arena);
  if (err == LIND_OK) err = take_all(t);
  if (err == LIND_OK)
    *twin = t;
  else
    lind_twin_destroy(&t);
  return err;
}

void lind_twin_destroy(lind_twin **twin) {
  if (twin == NULL || *twin == NULL) return;
  lind_course_pack_destroy(&(*twin)->pack);
  lind_arena_destroy(&(*twin)->arena);
  free(*twin);
  *twin = NULL;
}

size_t lind_twin_bytes(const lind_twin *twin) {
  return sizeof *twin + lind_arena_bytes(twin->arena) + lind_course_pack_bytes(twin->pack);
}

lind_work lind_twin_work(const lind_twin *twin) { return lind_course_work(twin->pack); }
