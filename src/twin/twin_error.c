/* twin_error.c -- residual errors: how likely a measured value is, and what that says about the true one. */
#include <math.h>

#include "twin_inside.h"

static const double half_log_two_pi = 0.91893853320467274178;

/* sd of the measured value about the truth, and d ln sd/d truth. */
static double sd_at(const lind_twin_world *w, int output, double truth, double *spread) {
  const double a = w->a[output], b = w->b[output], size = fabs(truth);
  *spread = 0.0;
  switch (w->s.model->outputs[output].residual) {
    case LIND_ERROR_PROPORTIONAL:
      *spread = truth != 0.0 ? 1.0 / truth : 0.0;
      return a * size;
    case LIND_ERROR_COMBINED: {
      const double variance = a * a + b * b * truth * truth;
      *spread = variance > 0.0 ? b * b * truth / variance : 0.0;
      return sqrt(variance);
    }
    case LIND_ERROR_POWER:
      *spread = truth != 0.0 ? b / truth : 0.0;
      return a * pow(size, b);
    default:
      return a;
  }
}

lind_twin_error_terms lind_twin_error_at(const lind_twin_world *w, int output, double truth, double value) {
  lind_twin_error_terms terms = {.log_sd = INFINITY};
  if (w->s.model->outputs[output].residual == LIND_ERROR_LOGNORMAL) {
    const double a = w->a[output];
    if (!(truth > 0.0) || !(value > 0.0)) return terms;
    terms.e = log(value / truth) / a;
    terms.slope = terms.expected = -1.0 / (a * truth);
    terms.log_sd = log(a * value);
    return terms;
  }
  double spread;
  const double sd = sd_at(w, output, truth, &spread);
  if (!(sd > 0.0) || !isfinite(truth)) return terms;
  terms.e = (value - truth) / sd;
  terms.slope = -1.0 / sd - terms.e * spread;
  terms.expected = -1.0 / sd;
  terms.spread = spread;
  terms.log_sd = log(sd);
  return terms;
}

double lind_twin_error_density(const lind_twin_world *w, int output, double truth, double value) {
  const lind_twin_error_terms terms = lind_twin_error_at(w, output, truth, value);
  return isfinite(terms.log_sd) ? -0.5 * terms.e * terms.e - terms.log_sd - half_log_two_pi : -INFINITY;
}

int lind_twin_error_before(const lind_twin_world *w, const lind_twin_patient *patient, int sight) {
  const int output = patient->sights[sight].output;
  if (!(w->tau[output] > 0.0)) return -1;
  for (int k = sight - 1; k >= 0; k--)
    if (patient->sights[k].output == output) return k;
  return -1;
}

double lind_twin_error_link(const lind_twin_world *w, const lind_twin_patient *patient, int sight, int before) {
  const double now = patient->records[patient->sights[sight].record].time,
               then = patient->records[patient->sights[before].record].time;
  return now > then ? exp(-(now - then) / w->tau[patient->sights[sight].output]) : 0.0; /* measured twice: two errors */
}

double lind_twin_error_likelihood(const lind_twin *t, int lane, int from, int to) {
  const lind_twin_world *w = t->world;
  const lind_twin_patient *patient = t->patient;
  double sum = 0.0;
  for (int k = from; k < to; k++) {
    const lind_twin_sight *sight = &patient->sights[k];
    const lind_twin_error_terms here =
        lind_twin_error_at(w, sight->output, lind_twin_line_output(t, lane, sight->record, sight->output), sight->value);
    const int before = lind_twin_error_before(w, patient, k);
    double e = here.e, log_sd = here.log_sd;
    if (before >= 0) {
      const lind_twin_sight *other = &patient->sights[before];
      const double link = lind_twin_error_link(w, patient, k, before), left = sqrt(1.0 - link * link);
      e = (e -
           link * lind_twin_error_at(w, other->output, lind_twin_line_output(t, lane, other->record, other->output), other->value)
                      .e) /
          left;
      log_sd += log(left);
    }
    sum -= 0.5 * e * e + log_sd + half_log_two_pi;
  }
  return isfinite(sum) ? sum : -INFINITY;
}
