/* twin_forecast.c -- points that stand for a posterior, and the lives that they lead from here on. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "twin_inside.h"

void lind_twin_draw(const lind_twin_posterior *p, lind_who who, int count, double *z) {
  const int n = p->layout.n;
  const lind_purpose purpose = lind_random_purpose("twin/point");
  double own[LIND_TWIN_AHEAD];
  assert(count <= LIND_TWIN_AHEAD && n <= LIND_TWIN_AHEAD);
  for (int s = 0; s < count; s++) {
    const double sign = s % 2 == 0 ? 1.0 : -1.0; /* a pair mirrors itself in the mode */
    for (int j = 0; j < n; j++) own[j] = sign * lind_random_normal(who, purpose, (uint32_t)(s / 2 * LIND_TWIN_AHEAD + j));
    for (int i = 0; i < n; i++) {
      double sum = p->z[i];
      for (int j = 0; j <= i; j++) sum += p->root[i * n + j] * own[j];
      z[s * n + i] = sum;
    }
  }
}

static void keep(const lind_twin *t, int lane, int from, double *truth) {
  const int n_outputs = t->world->s.model->n_outputs;
  for (int r = from; r < t->patient->n; r++) {
    if (!t->patient->records[r].observed) continue;
    for (int k = 0; k < n_outputs; k++) *truth++ = lind_twin_line_output(t, lane, r, k);
  }
}

void lind_twin_forecast(lind_twin *t, const lind_twin_patient *patient, const lind_twin_points *points, int from, double *truth) {
  int observed = 0;
  for (int r = from; r < patient->n; r++) observed += patient->records[r].observed;
  const size_t row = (size_t)observed * (size_t)t->world->s.model->n_outputs;
  lind_twin_line_begin(t, patient, patient->n);
  for (int s = 0; s < points->n; s += LIND_LANES) {
    const int rest = points->n - s, lanes = rest < LIND_LANES ? rest : LIND_LANES;
    lind_twin_life lives[LIND_LANES];
    for (int i = 0; i < lanes; i++) lives[i] = lind_twin_line_life(patient, points, s + i);
    lind_twin_line_run(t, &points->layout, lives, lanes);
    for (int i = 0; i < lanes; i++) keep(t, i, from, truth + (size_t)(s + i) * row);
  }
}

double lind_twin_forecast_measured(const lind_twin_world *w, lind_who who, int point, uint32_t index, int output, double truth) {
  assert(point < LIND_TWIN_AHEAD && index < LIND_TWIN_AHEAD);
  const double z = lind_random_normal(who, lind_random_purpose("twin/measure"), (uint32_t)point * LIND_TWIN_AHEAD + index);
  return lind_model_measure(w->s.model->outputs[output].residual, w->a[output], w->b[output], truth, z);
}

static int by_value(const void *a, const void *b, void *context) {
  const double *value = context, x = value[*(const int *)a], y = value[*(const int *)b];
  return x != y ? (x > y) - (x < y) : (*(const int *)a > *(const int *)b) - (*(const int *)a < *(const int *)b);
}

double lind_twin_forecast_quantile(const double *value, const double *weight, int n, double p, int *order) {
  double sum = 0.0, before = 0.0, all = 0.0;
  int used = 0;
  for (int i = 0; i < n; i++) {
    if (isnan(value[i])) continue;
    order[used++] = i;
    all += weight != NULL ? weight[i] : 1.0;
  }
  if (used == 0) return NAN;
  qsort_r(order, (size_t)used, sizeof *order, by_value, (void *)value);
  for (int k = 0; k < used; k++) {
    const double own = weight != NULL ? weight[order[k]] : 1.0, middle = (sum + 0.5 * own) / all;
    if (middle >= p) {
      if (k == 0) return value[order[0]];
      const double left = value[order[k - 1]];
      return left + (value[order[k]] - left) * (p - before) / (middle - before);
    }
    before = middle;
    sum += own;
  }
  return value[order[used - 1]];
}
