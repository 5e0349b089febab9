#include "beside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MEASURES = 64 };

static size_t seats_of(const lind_layout *layout) { return lind_plan_seats_in_memory(layout->plan); }
static size_t strangers_of(const lind_layout *layout) {
  return (layout->needs & LIND_NEEDS_EXTERNAL) != 0 ? layout->plan->outside->protocol->patients : 0;
}
static bool asks_twin(const lind_layout *layout) { return (layout->needs & (LIND_NEEDS_FORECAST | LIND_NEEDS_TWIN)) != 0; }

static size_t reals_of(const lind_layout *layout) {
  const size_t e = (size_t)layout->n_endpoints, n = seats_of(layout), m = strangers_of(layout);
  if (layout->needs == 0 && !layout->judged) return 0;
  return e * (2 * (n > m ? n : m) + 4 * n + 2 * m);
}

size_t lind_beside_bytes(const lind_layout *layout) {
  size_t bytes = reals_of(layout) * sizeof(double);
  if (asks_twin(layout)) bytes += lind_shadow_bytes(layout->plan->twin);
  if (layout->judged) bytes += lind_shadow_bytes(layout->plan);
  if (strangers_of(layout) > 0) bytes += lind_plan_desk_bytes(layout->plan->outside);
  return bytes;
}

/* A life has been lived: what the endpoints make of it. */
static void see(void *context, int s) {
  lind_beside *b = context;
  const lind_desk *desk = b->seen;
  const size_t capacity = (size_t)desk->capacity, most = (size_t)desk->plan->most_visits;
  const double *values[MEASURES];
  lind_history history;
  if (desk->reason[s] == LIND_END_FAILED) return;
  if (b->first != NULL && desk->n_visits[s] > 0 && b->first->n_visits[s] > 0 && b->first->time[(size_t)s * most] == 0.0 &&
      desk->time[(size_t)s * most] == 0.0)
    for (int m = 0; m < desk->plan->n_measures; m++) {
      const size_t at = ((size_t)s * (size_t)desk->plan->n_measures + (size_t)m) * most;
      desk->value[at] = b->first->value[at];
    }
  lind_desk_history(desk, s, values, &history);
  for (int e = 0; e < b->layout->n_endpoints; e++) {
    const size_t at = (size_t)e * capacity + (size_t)s;
    b->value[at] = lind_readings_value(b->layout, e, 0, &history, &b->event[at]);
  }
}

static lind_err create_desks(lind_beside *b) {
  const lind_plan *plan = b->layout->plan;
  if (asks_twin(b->layout)) LIND_TRY(lind_shadow_create(plan->twin, &b->twin));
  if (b->layout->judged) LIND_TRY(lind_shadow_create(plan, &b->truth));
  if (strangers_of(b->layout) > 0) LIND_TRY(lind_desk_create(plan->outside, &b->outside));
  lind_desk *desks[] = {b->twin.desk, b->truth.desk, b->outside};
  for (int i = 0; i < 3; i++)
    if (desks[i] != NULL) desks[i]->witness = (lind_witness){see, b};
  return LIND_OK;
}

lind_err lind_beside_create(const lind_layout *layout, lind_beside *b) {
  const size_t e = (size_t)layout->n_endpoints, n = seats_of(layout), m = strangers_of(layout);
  *b = (lind_beside){.layout = layout};
  if (reals_of(layout) == 0) return LIND_OK;
  double *reals = b->storage = malloc((reals_of(layout) + 1) * sizeof(double));
  LIND_CHECK(reals != NULL, LIND_ERR_MEMORY, "no memory for the %zu bytes of what stands beside a trial",
             lind_beside_bytes(layout));
  double **at[] = {&b->value, &b->event, &b->forecast, &b->twin_value, &b->twin_event, &b->control};
  for (int k = 0; k < 6; k++) {
    *at[k] = reals;
    reals += e * (k < 2 && m > n ? m : n);
  }
  b->outside_value = reals;
  b->outside_event = reals + e * m;
  const lind_err err = create_desks(b);
  if (err != LIND_OK) lind_beside_release(b);
  return err;
}

void lind_beside_release(lind_beside *b) {
  if (b->twin.desk != NULL) lind_shadow_release(&b->twin);
  if (b->truth.desk != NULL) lind_shadow_release(&b->truth);
  lind_desk_destroy(&b->outside);
  free(b->storage);
  b->storage = NULL;
}

/* Live seats [from, to) of a desk; b->value and b->event then hold what the endpoints make of them. */
static void live(lind_beside *b, lind_desk *desk, const lind_desk *first, int from, int to) {
  for (int e = 0; e < b->layout->n_endpoints; e++)
    for (int s = from; s < to; s++) {
      b->value[e * desk->capacity + s] = NAN;
      b->event[e * desk->capacity + s] = 0.0;
    }
  b->seen = desk;
  b->first = first;
  lind_simulate(desk, from, to);
}

static void copy(const lind_beside *b, const lind_desk *desk, const double *source, int from, int to, double *into) {
  for (int e = 0; e < b->layout->n_endpoints; e++)
    memcpy(into + e * desk->capacity + from, source + e * desk->capacity + from, (size_t)(to - from) * sizeof *into);
}

void lind_beside_enrol(lind_beside *b, const lind_desk *trial, int n) {
  const lind_plan *plan = b->layout->plan;
  if (b->twin.desk != NULL) lind_shadow_seat(&b->twin, trial, n, plan->twin_arm);
  if (b->truth.desk != NULL) lind_shadow_seat(&b->truth, trial, n, 0);
  if (b->outside == NULL) return;
  const int strangers = (int)plan->outside->protocol->patients;
  lind_enrol(b->outside, trial->replicate, plan->protocol->patients, strangers, NULL, NULL); /* seats that the trial has not */
  memset(b->outside->arm, plan->outside_arm, (size_t)strangers);
  live(b, b->outside, NULL, 0, strangers);
  copy(b, b->outside, b->value, 0, strangers, b->outside_value);
  copy(b, b->outside, b->event, 0, strangers, b->outside_event);
}

/* The expected endpoint given the baseline: a weighted sum over points of the random effects. */
static void forecast(lind_beside *b, const lind_desk *trial, int from, int to) {
  lind_desk *desk = b->twin.desk;
  const int n = lind_shadow_points(&b->twin);
  for (int e = 0; e < b->layout->n_endpoints; e++)
    for (int s = from; s < to; s++) b->forecast[e * desk->capacity + s] = 0.0;
  lind_shadow_know(&b->twin, trial, from, to);
  for (int k = 0; k < n; k++) {
    const double *weight = b->twin.weight + k * desk->capacity;
    lind_shadow_point(&b->twin, k, from, to);
    live(b, desk, trial, from, to);
    for (int e = 0; e < b->layout->n_endpoints; e++)
      for (int s = from; s < to; s++)
        if (weight[s] != 0.0) b->forecast[e * desk->capacity + s] += weight[s] * b->value[e * desk->capacity + s];
  }
  desk->effects = NULL;
  desk->expected = false;
}

static void twins(lind_beside *b, const lind_desk *trial, int from, int to) {
  const bool knows_all = b->layout->plan->protocol->twin.knows == LIND_TWIN_KNOWS_EVERYTHING;
  if (!knows_all || (b->layout->needs & LIND_NEEDS_FORECAST) != 0) forecast(b, trial, from, to);
  if (knows_all) live(b, b->twin.desk, NULL, from, to);
  copy(b, b->twin.desk, knows_all ? b->value : b->forecast, from, to, b->twin_value);
  copy(b, b->twin.desk, b->event, from, to, b->twin_event);
}

/* Only who was treated has a life under control that was not lived. The control is that of the first comparison. */
static void truth(lind_beside *b, const lind_desk *trial, int from, int to) {
  lind_desk *desk = b->truth.desk;
  const struct lind_layout_term *term = &b->layout->terms[0];
  for (int s = from; s < to; s++) {
    desk->arm[s] = (uint8_t)term->control;
    desk->seated[s] = trial->seated[s] && trial->arm[s] == term->treated;
  }
  live(b, desk, NULL, from, to);
  copy(b, desk, b->value, from, to, b->control);
}

void lind_beside_live(lind_beside *b, const lind_desk *trial, int from, int to) {
  if (b->twin.desk != NULL) twins(b, trial, from, to);
  if (b->truth.desk != NULL && b->layout->n_terms > 0) truth(b, trial, from, to);
}

double lind_beside_truth(const lind_beside *b, const struct lind_layout_term *term, const lind_desk *trial, const double *value,
                         int n) {
  lind_moments moments = {0};
  if (term->treated != b->layout->terms[0].treated || term->control != b->layout->terms[0].control) return NAN;
  for (int s = 0; s < n; s++) {
    const size_t at = (size_t)term->endpoint * (size_t)trial->capacity + (size_t)s;
    if (!trial->seated[s] || trial->arm[s] != term->treated) continue;
    if (lind_gather_level(trial, term->grouping, s) == term->level) lind_moments_add(&moments, value[at] - b->control[at]);
  }
  return moments.n > 0 ? moments.mean : NAN;
}

/* ---- columns
 * -------------------------------------------------------------------------------------------------------------------------- */

static double covariate_of(const lind_beside *b, const lind_layout_covariate *covariate, int s) {
  const lind_desk *desk = b->outside;
  if (covariate->endpoint >= 0) return b->outside_value[covariate->endpoint * desk->capacity + s];
  if (covariate->slot < 0) return lind_gather_level(desk, covariate->grouping, s) == covariate->level;
  return desk->row[(size_t)covariate->outside_slot * (size_t)desk->capacity + (size_t)s] / covariate->scale;
}

static void add_strangers(const lind_beside *b, lind_gather *gather, const struct lind_layout_term *term,
                          lind_analysis_set *set) {
  const lind_desk *desk = b->outside;
  const lind_layout_analysis *analysis = &b->layout->analyses[term->analysis];
  uint64_t n = set->n;
  memset(gather->external, 0, n);
  for (int s = 0; s < desk->n; s++) {
    if (!desk->seated[s] || lind_gather_level(desk, term->grouping, s) != term->level) continue;
    gather->seat[n] = s;
    gather->treated[n] = 0;
    gather->external[n] = 1;
    gather->value[n] = b->outside_value[term->endpoint * desk->capacity + s];
    gather->event[n] = b->outside_event[term->endpoint * desk->capacity + s];
    gather->stratum[n] = 0;
    for (int k = 0; k < analysis->n_covariates; k++) gather->covariate[k][n] = covariate_of(b, &analysis->covariates[k], s);
    n++;
  }
  set->n = n;
  set->external = gather->external;
}

void lind_beside_fill(const lind_beside *b, lind_gather *gather, const struct lind_layout_term *term, lind_analysis_set *set) {
  const unsigned needs = term->estimator->needs;
  const size_t first = (size_t)term->endpoint * seats_of(b->layout);
  for (uint64_t i = 0; (needs & (LIND_NEEDS_FORECAST | LIND_NEEDS_TWIN)) != 0 && i < set->n; i++) {
    gather->forecast[i] = b->forecast[first + (size_t)gather->seat[i]];
    gather->twin[i] = b->twin_value[first + (size_t)gather->seat[i]];
    gather->twin_event[i] = b->twin_event[first + (size_t)gather->seat[i]];
  }
  if ((needs & LIND_NEEDS_FORECAST) != 0) set->forecast = gather->forecast;
  if ((needs & LIND_NEEDS_TWIN) != 0) {
    set->twin = gather->twin;
    set->twin_event = set->event != NULL ? gather->twin_event : NULL;
  }
  if ((needs & LIND_NEEDS_EXTERNAL) != 0) add_strangers(b, gather, term, set);
}
