/* twin_choose.c -- the expected reward of each candidate dose, over the points of a posterior. */
#include <math.h>

#include "lind/expression.h"
#include "twin_inside.h"

/* The dose in question stands in the line from here on. */
static void prescribe(lind_twin *t, const lind_twin_question *q, double dose) {
  for (int r = q->from; r < t->patient->n; r++) {
    const lind_record *record = &t->patient->records[r];
    if (record->event == LIND_RECORD_DOSE && record->state == q->state) t->records[t->place[r]].amount = dose;
  }
}

/* The mean reward of each lane; NAN where the engine gave up. */
static void reward_lanes(lind_twin *t, const lind_twin_question *q, double dose, int lanes, double *mean) {
  const int n_outputs = t->world->s.model->n_outputs;
  const double now = t->patient->records[q->from].time;
  lind_lane reward;
  int times = 0;
  for (int i = 0; i < LIND_LANES; i++) {
    mean[i] = 0.0;
    t->frame[n_outputs].of[i] = dose;
  }
  for (int r = q->from; r < t->patient->n; r++) {
    if (!t->patient->records[r].observed) continue;
    for (int i = 0; i < LIND_LANES; i++) {
      for (int k = 0; k < n_outputs; k++) t->frame[k].of[i] = lind_twin_line_output(t, i < lanes ? i : 0, r, k);
      t->frame[n_outputs + 1].of[i] = t->patient->records[r].time - now;
    }
    lind_program_run(q->reward, t->frame, &reward);
    for (int i = 0; i < lanes; i++)
      mean[i] += t->place[r] < t->lane[i].reached ? reward.of[i] : NAN; /* a comparison of NAN is no NAN */
    times++;
  }
  for (int i = 0; i < lanes; i++) mean[i] /= times;
}

typedef struct tally {
  double sum, squares, weight, squared_weight, pair, worst;
  double lost; /* weight of points without a reward */
} tally;

static void add(tally *a, double reward, double weight) {
  a->squared_weight += weight * weight;
  if (isnan(reward)) {
    a->lost += weight;
    return;
  }
  a->sum += weight * reward;
  a->squares += weight * reward * reward;
  a->weight += weight;
  if (reward < a->worst) a->worst = reward;
}

/* Antithetic pairs are one draw each. */
static void settle(const tally *a, const tally *pairs, bool weighted, double *expected, double *error) {
  if (a->weight == 0.0) {
    *expected = -INFINITY;
    *error = NAN;
    return;
  }
  *expected = (a->sum + a->lost * a->worst) / (a->weight + a->lost);
  const tally *basis = weighted ? a : pairs;
  const double mean = basis->sum / basis->weight, variance = fmax(0.0, basis->squares / basis->weight - mean * mean);
  const double draws = weighted ? 1.0 / a->squared_weight : basis->weight;
  *error = draws > 1.0 ? sqrt(variance / (draws - 1.0)) : NAN;
}

static void try_dose(lind_twin *t, const lind_twin_points *points, const lind_twin_question *q, double dose, double *expected,
                     double *error) {
  tally all = {.worst = INFINITY}, pairs = {.worst = INFINITY};
  double last = NAN;
  prescribe(t, q, dose);
  for (int s = 0; s < points->n; s += LIND_LANES) {
    const int rest = points->n - s, lanes = rest < LIND_LANES ? rest : LIND_LANES;
    lind_twin_life lives[LIND_LANES];
    double mean[LIND_LANES];
    for (int i = 0; i < lanes; i++) lives[i] = lind_twin_line_life(t->patient, points, s + i);
    lind_twin_line_run(t, &points->layout, lives, lanes);
    reward_lanes(t, q, dose, lanes, mean);
    for (int i = 0; i < lanes; i++) {
      add(&all, mean[i], points->weight != NULL ? points->weight[s + i] : 1.0);
      if ((s + i) % 2 == 1) add(&pairs, 0.5 * (last + mean[i]), 1.0);
      last = mean[i];
    }
  }
  settle(&all, &pairs, points->weight != NULL || pairs.weight == 0.0, expected, error);
}

int lind_twin_choose(lind_twin *t, const lind_twin_patient *patient, const lind_twin_points *points, const lind_twin_question *q,
                     double *expected, double *error) {
  int best = 0;
  lind_twin_line_begin(t, patient, patient->n);
  for (int c = 0; c < q->n; c++) {
    double own;
    try_dose(t, points, q, q->dose[c], &expected[c], error != NULL ? &error[c] : &own);
    if (expected[c] > expected[best]) best = c;
  }
  return best;
}
