#include "kaplan_meier.h"

#include <math.h>
#include <stdlib.h>

#include "lind/draw.h"

lind_err lind_kaplan_meier_create(const lind_ranked *ranked, int treated, lind_kaplan_meier *curve) {
  const size_t most = ranked->n + 1;
  double *storage = malloc(4 * most * sizeof *storage);
  LIND_CHECK(storage != NULL, LIND_ERR_MEMORY, "no memory for a survival curve of %zu patients", ranked->n);
  lind_kaplan_meier c = {.time = storage,
                         .survival = storage + most,
                         .at_risk = storage + 2 * most,
                         .greenwood = storage + 3 * most,
                         .last = NAN,
                         .storage = storage};
  for (size_t i = 0; i < ranked->n; i++) c.patients += ranked->treated[i] == treated;
  double left = (double)c.patients, survival = 1.0, sum = 0.0;
  for (size_t i = 0; i < ranked->n;) {
    const double now = ranked->time[i];
    double gone = 0.0, events = 0.0;
    for (; i < ranked->n && ranked->time[i] == now; i++) {
      if (ranked->treated[i] != treated) continue;
      gone += 1.0;
      events += ranked->event[i];
      c.last = now;
    }
    if (events > 0.0) {
      survival *= (left - events) / left;
      sum += events / (left * (left - events)); /* INFINITY where all are gone */
      c.time[c.n] = now;
      c.survival[c.n] = survival;
      c.at_risk[c.n] = left;
      c.greenwood[c.n++] = sum;
    }
    left -= gone;
  }
  *curve = c;
  return LIND_OK;
}

void lind_kaplan_meier_release(lind_kaplan_meier *curve) {
  free(curve->storage);
  *curve = (lind_kaplan_meier){0};
}

/* The curve times exp(z standard errors of its logarithm), at most 1. Where all are gone the logarithm has no error, so that the
 * curve has no bounds there (NAN). */
static double bound(const lind_kaplan_meier *c, size_t i, double z) {
  if (z == 0.0) return c->survival[i];
  return c->survival[i] > 0.0 ? fmin(1.0, c->survival[i] * exp(z * sqrt(c->greenwood[i]))) : NAN;
}

static double passes(const lind_kaplan_meier *c, double p, double z) {
  const double wanted = 1.0 - p, near = 1e-12;
  for (size_t i = 0; i < c->n; i++) {
    const double s = bound(c, i, z);
    if (!(s <= wanted + near)) continue;
    if (s < wanted - near || i + 1 == c->n) return s < wanted - near ? c->time[i] : c->time[i] + 0.5 * (c->last - c->time[i]);
    return 0.5 * (c->time[i] + c->time[i + 1]);
  }
  return NAN;
}

double lind_kaplan_meier_quantile(const lind_kaplan_meier *curve, double p) { return passes(curve, p, 0.0); }

void lind_kaplan_meier_interval(const lind_kaplan_meier *curve, double p, double level, double *lower, double *upper) {
  const double z = lind_draw_normal_quantile(0.5 + level / 2.0);
  *lower = passes(curve, p, -z);
  *upper = passes(curve, p, z);
}

double lind_kaplan_meier_area(const lind_kaplan_meier *c, double tau, double *se) {
  double area = 0.0, before = 0.0, survival = 1.0, variance = 0.0;
  for (size_t i = 0; i < c->n && c->time[i] <= tau; i++) {
    area += survival * (c->time[i] - before);
    before = c->time[i];
    survival = c->survival[i];
  }
  area += survival * (tau - before);
  double passed = 0.0;
  before = 0.0;
  survival = 1.0;
  for (size_t i = 0; i < c->n && c->time[i] <= tau; i++) {
    passed += survival * (c->time[i] - before);
    before = c->time[i];
    survival = c->survival[i];
    const double rest = area - passed, step = c->greenwood[i] - (i > 0 ? c->greenwood[i - 1] : 0.0);
    if (survival > 0.0) variance += rest * rest * step; /* behind the last of all there is no area */
  }
  *se = sqrt(variance);
  return area;
}
