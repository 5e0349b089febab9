/* twin_line.c -- from z to a life: the line of records, random effects, drifts along their nodes, one lane each. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "twin_inside.h"

/* ---- the line ---- */

static void add_own(lind_twin *t, int record) {
  t->place[record] = t->n;
  t->records[t->n] = t->patient->records[record];
  t->before[t->n] = t->after[t->n] = record;
  t->n++;
}

static void add_node(lind_twin *t, double time, int before) {
  t->records[t->n] = (lind_record){.time = time, .event = LIND_RECORD_OTHER};
  t->before[t->n] = before;
  t->after[t->n] = before + 1;
  t->n++;
}

/* The first node of any drift behind `time`. */
static double next_node(const lind_twin_world *w, double time) {
  double next = INFINITY;
  for (int d = 0; d < w->n_drifts; d++) {
    const double every = w->drifts[d].every, node = (floor(time / every + 1e-9) + 1.0) * every;
    if (node < next) next = node;
  }
  return next;
}

void lind_twin_line_begin(lind_twin *t, const lind_twin_patient *patient, int n) {
  const lind_twin_world *w = t->world;
  t->patient = patient;
  t->n = 0;
  for (int r = 0; r < n; r++) {
    double node = r > 0 ? next_node(w, patient->records[r - 1].time) : INFINITY;
    for (; node < patient->records[r].time - 1e-9 && t->n < w->most_line; node = next_node(w, node)) add_node(t, node, r - 1);
    assert(t->n < w->most_line);
    add_own(t, r);
  }
}

/* ---- one lane ---- */

static double number_of(const lind_twin_world *w, const lind_twin_layout *layout, const lind_twin_life *life, int random, int at,
                        uint32_t occasion) {
  const lind_model_random *r = &w->s.model->randoms[random];
  if (r->kind != LIND_RANDOM_NORMAL) return 1.0; /* the mean */
  if (!r->occasion) return life->z[at];
  if ((int)occasion < layout->n_occasions) return life->z[at + (int)occasion];
  return life->draws ? lind_random_normal(life->who, w->purposes[random], life->base + occasion) : 0.0;
}

static void effects_at(const lind_twin_world *w, const lind_twin_layout *layout, const lind_twin_life *life, uint32_t occasion,
                       double *eta) {
  const lind_model *model = w->s.model;
  const int n = model->n_randoms;
  for (int k = 0; k < n; k++) eta[k] = 0.0;
  for (int j = 0, at = 0; j < n; j++) {
    const double z = number_of(w, layout, life, j, at, occasion);
    for (int k = j; k < n; k++) eta[k] += w->factor[k * n + j] * z;
    if (model->randoms[j].kind == LIND_RANDOM_NORMAL) at += model->randoms[j].occasion ? layout->n_occasions : 1;
  }
}

void lind_twin_effects(const lind_twin_world *w, const lind_twin_layout *layout, const double *z, uint32_t occasion,
                       double *eta) {
  const lind_twin_life life = {.z = z};
  effects_at(w, layout, &life, occasion, eta);
}

/* A drift's way from node to node: knots until `now`, drawn from there on. */
typedef struct walk {
  const lind_twin_drift *drift;
  const double *z; /* of its knots */
  int last;        /* node that the knots reach */
  int node;
  double value;
  double left, right; /* the knots around */
  int knot;           /* of the left one */
} walk;

static void walk_begin(walk *w, const lind_twin_drift *drift, const double *z, double now) {
  const double keep = pow(drift->keep, drift->apart);
  *w = (walk){.drift = drift, .z = z, .last = (int)floor(now / drift->every + 1e-9), .node = -1};
  w->left = drift->sd * z[0];
  if (w->last > 0) w->right = keep * w->left + drift->sd * sqrt(1.0 - keep * keep) * z[1];
}

/* The mean of an Ornstein-Uhlenbeck process between two values. */
static double bridged(const walk *w, int from) {
  const double near = pow(w->drift->keep, from), far = pow(w->drift->keep, w->drift->apart - from), all = near * far;
  return (near * (1.0 - far * far) * w->left + far * (1.0 - near * near) * w->right) / (1.0 - all * all);
}

static void walk_step(walk *w, const lind_twin_life *life) {
  const lind_twin_drift *drift = w->drift;
  w->node++;
  if (w->node > w->last) {
    double z = 0.0;
    if (life->draws) z = lind_random_normal(life->who, drift->purpose, life->base + (uint32_t)w->node);
    w->value = drift->keep * w->value + drift->kick * z;
    return;
  }
  const int from = w->node - w->knot * drift->apart;
  if (from < drift->apart) {
    w->value = from == 0 ? w->left : bridged(w, from);
    return;
  }
  const double keep = pow(drift->keep, drift->apart);
  w->left = w->value = w->right;
  w->knot++;
  if (w->node < w->last) w->right = keep * w->left + drift->sd * sqrt(1.0 - keep * keep) * w->z[w->knot + 1];
}

static void walk_to(walk *w, double time, const lind_twin_life *life) {
  const int node = (int)fmax(0.0, floor(time / w->drift->every + 1e-9));
  while (w->node < node) walk_step(w, life);
}

/* Inputs of the patient at a place of the line. */
static double input_at(const lind_twin *t, int place, int k) {
  const lind_twin_patient *p = t->patient;
  const int n = t->world->s.n_varying, before = t->before[place], after = t->after[place];
  const double here = p->varying[before * n + k], there = p->varying[after * n + k];
  if (before == after || t->world->s.between[k] == LIND_BETWEEN_FORWARD) return here;
  if (t->world->s.between[k] == LIND_BETWEEN_BACKWARD) return there;
  const double span = p->records[after].time - p->records[before].time;
  return span > 0.0 ? here + (there - here) * (t->records[place].time - p->records[before].time) / span : here;
}

static void fill_drifts(lind_twin *t, const lind_twin_layout *layout, const lind_twin_life *life, double *given,
                        double *varying) {
  const lind_twin_world *w = t->world;
  int at = layout->n;
  for (int d = w->n_drifts - 1; d >= 0; d--) {
    const lind_twin_drift *drift = &w->drifts[d];
    walk way;
    const int last = (int)floor(layout->now / drift->every + 1e-9);
    at -= (last + drift->apart - 1) / drift->apart + 1;
    walk_begin(&way, drift, life->z + at, layout->now);
    for (int r = 0; r < t->n; r++) {
      walk_to(&way, t->records[r].time, life);
      varying[r * w->n_varying + w->s.n_varying + w->n_effects + d] = way.value;
    }
    given[drift->slot] = varying[w->s.n_varying + w->n_effects + d];
  }
}

static uint32_t occasion_at(const lind_twin *t, int place) {
  return t->patient->occasion != NULL ? t->patient->occasion[t->before[place]] : 0;
}

static void fill(lind_twin *t, const lind_twin_layout *layout, const lind_twin_life *life, double *given, double *varying) {
  const lind_twin_world *w = t->world;
  const lind_model *model = w->s.model;
  double eta[64];
  memcpy(given, t->patient->given, (size_t)w->n_given * sizeof *given);
  for (int d = 0; d < model->n_drifts; d++) given[model->drifts[d].slot] = 0.0;
  effects_at(w, layout, life, t->n > 0 ? occasion_at(t, 0) : 0, eta);
  for (int k = 0; k < model->n_randoms; k++) given[model->randoms[k].slot] = eta[k];
  for (int r = 0; r < t->n && w->n_varying > w->n_drifts; r++) {
    double *row = varying + r * w->n_varying;
    for (int k = 0; k < w->s.n_varying; k++) row[k] = input_at(t, r, k);
    if (w->n_effects > 0) effects_at(w, layout, life, occasion_at(t, r), eta);
    for (int k = 0; k < w->n_effects; k++) row[w->s.n_varying + k] = eta[w->effects[k]];
  }
  if (w->n_drifts > 0 && t->n > 0) fill_drifts(t, layout, life, given, varying);
}

lind_twin_life lind_twin_line_life(const lind_twin_patient *patient, const lind_twin_points *points, int point) {
  assert(point < LIND_TWIN_AHEAD);
  return (lind_twin_life){.z = points->z + (size_t)point * (size_t)points->stride,
                          .who = patient->who,
                          .base = (uint32_t)point * LIND_TWIN_AHEAD,
                          .draws = true};
}

void lind_twin_line_run(lind_twin *t, const lind_twin_layout *layout, const lind_twin_life lives[], int n) {
  const lind_twin_world *w = t->world;
  const size_t line = (size_t)w->most_line + 1;
  for (int i = 0; i < n; i++) {
    double *given = t->given + i * w->n_given, *varying = t->varying + (size_t)i * line * (size_t)w->n_varying;
    fill(t, layout, &lives[i], given, varying);
    t->lane[i] = (lind_course_patient){.n = t->n,
                                       .records = t->records,
                                       .given = given,
                                       .varying = varying,
                                       .y = t->y + (size_t)i * line * (size_t)w->s.model->n_outputs};
  }
  if (n > 0) lind_course_run(t->pack, t->lane, n);
}

double lind_twin_line_output(const lind_twin *t, int lane, int record, int output) {
  const int place = t->place[record];
  if (place >= t->lane[lane].reached) return NAN;
  return t->lane[lane].y[(size_t)place * (size_t)t->world->s.model->n_outputs + (size_t)output];
}
