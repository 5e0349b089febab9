/* external.c -- no control arm: the treated of the trial against patients from elsewhere, weighted by the odds of having been in
 * the trial to look like them (effect in the treated). Whatever differs between the sources and is not a covariate stays in the
 * estimate. Sources: Rosenbaum and Rubin 1983, doi:10.1093/biomet/70.1.41; Hirano and Imbens 2001, doi:10.1023/A:1020371312283
 * (weights); Lunceford and Davidian 2004, doi:10.1002/sim.1903 (the standard error allows for the estimated weights). */
#include <stdlib.h>

#include "../estimators/means.h"
#include "propensity.h"

typedef struct rows { /* complete ones of the two sources */
  size_t n, n_in;
  uint64_t missing;
  double *x, *y, *weight; /* [p][n]; [n]; weights of those outside have mean 1 */
  unsigned char *in;
} rows;

static bool belongs(const lind_analysis_set *set, size_t i) { return set->treated[i] || set->external[i]; }

static bool is_complete(const lind_analysis_set *set, size_t i) {
  bool complete = !isnan(set->value[i]);
  for (int k = 0; k < set->n_covariates; k++) complete &= !isnan(set->covariate[k][i]);
  return complete;
}

/* Covariates are centred and scaled: the weights do not change, the arithmetic is better. */
static void fill(const lind_analysis_set *set, rows *r) {
  for (size_t i = 0; i < set->n; i++) {
    if (!belongs(set, i)) continue;
    r->missing += !is_complete(set, i);
    r->n += is_complete(set, i);
  }
  for (int k = -1; k < set->n_covariates; k++) {
    lind_moments moments = {0};
    size_t at = 0;
    for (size_t i = 0; k >= 0 && i < set->n; i++)
      if (belongs(set, i) && is_complete(set, i)) lind_moments_add(&moments, set->covariate[k][i]);
    const double sd = k < 0 ? 1.0 : sqrt(moments.m2 / moments.n);
    for (size_t i = 0; i < set->n; i++)
      if (belongs(set, i) && is_complete(set, i))
        r->x[(size_t)(k + 1) * r->n + at++] = k < 0 ? 1.0 : (set->covariate[k][i] - moments.mean) / (sd > 0.0 ? sd : 1.0);
  }
  size_t at = 0;
  for (size_t i = 0; i < set->n; i++)
    if (belongs(set, i) && is_complete(set, i)) {
      r->y[at] = set->value[i];
      r->in[at] = set->treated[i];
      r->n_in += set->treated[i];
      at++;
    }
}

/* The largest standardised difference of a covariate's means between the sources, in the treated's standard deviations. */
static double imbalance(const rows *r, int p, bool weighted) {
  double worst = 0.0;
  for (int k = 1; k < p; k++) {
    lind_moments in = {0};
    double sum = 0.0, mass = 0.0;
    for (size_t i = 0; i < r->n; i++) {
      const double x = r->x[(size_t)k * r->n + i], w = weighted ? r->weight[i] : 1.0;
      if (r->in[i]) {
        lind_moments_add(&in, x);
      } else {
        sum += w * x;
        mass += w;
      }
    }
    worst = fmax(worst, fabs(in.mean - sum / mass) / sqrt(in.m2 / (in.n - 1.0)));
  }
  return worst;
}

static double weigh(const lind_propensity *f, rows *r) {
  double sum = 0.0, squares = 0.0;
  for (size_t i = 0; i < r->n; i++) {
    r->weight[i] = r->in[i] ? 1.0 : exp(lind_propensity_linear(f, i));
    sum += r->in[i] ? 0.0 : r->weight[i];
  }
  for (size_t i = 0; i < r->n; i++)
    if (!r->in[i]) {
      r->weight[i] *= (double)(r->n - r->n_in) / sum;
      squares += r->weight[i] * r->weight[i];
    }
  const double outside = (double)(r->n - r->n_in);
  return outside * outside / squares; /* effective sample size */
}

/* Stacked estimating equations: mean of the treated, weighted mean of the others, coefficients of the model. */
static double standard_error(const lind_propensity *f, const rows *r, double inside, double outside) {
  const double m = (double)(r->n - r->n_in);
  double a[LIND_PROPENSITY_COLUMNS] = {0}, sum = 0.0;
  for (size_t i = 0; i < r->n; i++)
    for (int k = 0; !r->in[i] && k < f->p; k++) a[k] += r->weight[i] * f->x[(size_t)k * f->n + i] * (r->y[i] - outside) / m;
  lind_propensity_solve(f, a);
  for (size_t i = 0; i < r->n; i++) {
    const double e = 1.0 / (1.0 + exp(-lind_propensity_linear(f, i)));
    double part = r->in[i] ? (r->y[i] - inside) / (double)r->n_in : -r->weight[i] * (r->y[i] - outside) / m;
    for (int k = 0; k < f->p; k++) part -= a[k] * f->x[(size_t)k * f->n + i] * (r->in[i] - e);
    sum += part * part;
  }
  return sqrt(sum);
}

static void answer_rows(lind_propensity *f, rows *r, const lind_analysis_settings *settings, lind_answer *answer) {
  lind_moments in = {0};
  double outside = 0.0;
  if (r->n_in < 2 || r->n - r->n_in < 2 || !lind_propensity_fit(f)) return;
  const double effective = weigh(f, r);
  for (size_t i = 0; i < r->n; i++) {
    if (r->in[i])
      lind_moments_add(&in, r->y[i]);
    else
      outside += r->weight[i] * r->y[i] / (double)(r->n - r->n_in);
  }
  const double se = standard_error(f, r, in.mean, outside), z = lind_draw_normal_quantile(0.5 + settings->level / 2.0),
               effect = in.mean - outside, t = (effect - settings->null) / se;
  answer->terms[0] =
      (lind_term){"difference", effect, se, t, NAN, 2.0 * lind_draw_normal_cdf(-fabs(t)), effect - z * se, effect + z * se};
  answer->terms[1].estimate = effective;
  answer->terms[2].estimate = imbalance(r, f->p, false);
  answer->terms[3].estimate = imbalance(r, f->p, true);
}

static lind_err estimate(const lind_analysis_set *set, const lind_analysis_settings *settings, lind_answer *answer) {
  static const char *const names[] = {"difference", "effective sample size of the external patients",
                                      "largest standardised difference before weighting",
                                      "largest standardised difference after weighting"};
  LIND_CHECK(set->external != NULL, LIND_ERR_INPUT, "an external control needs external patients");
  const size_t most = (size_t)set->n + 1;
  const int p = 1 + set->n_covariates;
  double *reals = malloc(most * (size_t)(p + 2) * sizeof *reals);
  unsigned char *in = malloc(most);
  *answer =
      (lind_answer){.method = "mean of the treated less the weighted mean of external patients, sandwich interval", .n_terms = 4};
  for (int k = 0; k < 4; k++) answer->terms[k] = (lind_term){names[k], NAN, NAN, NAN, NAN, NAN, NAN, NAN};
  const bool ok = reals != NULL && in != NULL;
  if (ok) {
    rows r = {.y = reals, .weight = reals + most, .x = reals + 2 * most, .in = in};
    fill(set, &r);
    lind_propensity f = {.n = r.n, .p = p, .x = r.x, .in = in};
    answer_rows(&f, &r, settings, answer);
    answer->n = r.n;
    answer->missing = r.missing;
  }
  free(reals);
  free(in);
  LIND_CHECK(ok, LIND_ERR_MEMORY, "no memory for the weights of %llu patients", (unsigned long long)set->n);
  return LIND_OK;
}

const lind_estimator lind_estimator_external = {
    .name = "external",
    .summary = "external control: the treated against patients from elsewhere, weighted by their odds of being in the trial",
    .source = "Rosenbaum and Rubin 1983, doi:10.1093/biomet/70.1.41; Lunceford and Davidian 2004, doi:10.1002/sim.1903",
    .effect = "mean of the treated less the weighted mean of external patients (effect in the treated)",
    .fits = LIND_FITS_MEAN | LIND_FITS_SHARE,
    .adjusts = true,
    .needs = LIND_NEEDS_EXTERNAL,
    .synthetic = true,
    .treated_only = true,
    .estimate = estimate,
};
