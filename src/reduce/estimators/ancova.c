/* ancova.c -- difference of means, adjusted for covariates by a linear model, with the classical or a robust standard error.
 * Sources: Fisher 1932; Lin 2013, doi:10.1214/12-AOAS583 (interactions); MacKinnon & White 1985,
 * doi:10.1016/0304-4076(85)90158-7 (HC1 to HC3). */
#include <stdlib.h>

#include "least_squares.h"
#include "lind/draw.h"
#include "lind/estimator.h"

enum { CLASSICAL, HC0, HC1, HC2, HC3 };
enum { SETTING_VARIANCE, SETTING_INTERACTION };
enum { INTERCEPT, TREATED, FIRST_COVARIATE };

typedef struct rows { /* complete ones */
  size_t n;
  uint64_t missing, arm[2];
  size_t *row;
} rows;

static bool is_complete(const lind_analysis_set *set, size_t i) {
  bool complete = !isnan(set->value[i]);
  for (int k = 0; k < set->n_covariates; k++) complete &= !isnan(set->covariate[k][i]);
  return complete;
}

static void find_rows(const lind_analysis_set *set, rows *r) {
  for (size_t i = 0; i < set->n; i++) {
    if (!is_complete(set, i)) {
      r->missing++;
      continue;
    }
    r->arm[set->treated[i]]++;
    r->row[r->n++] = i;
  }
}

/* Intercept, treated, centred covariates, and their products with treated where the slopes may differ. */
static void fill_columns(const lind_analysis_set *set, const rows *r, bool interaction, lind_least_squares *ls) {
  const int k = set->n_covariates;
  for (size_t i = 0; i < r->n; i++) {
    ls->q[i] = 1.0;
    ls->q[r->n + i] = set->treated[r->row[i]];
  }
  for (int c = 0; c < k; c++) {
    double *x = ls->q + (size_t)(FIRST_COVARIATE + c) * r->n, mean = 0.0;
    for (size_t i = 0; i < r->n; i++) mean += set->covariate[c][r->row[i]] / (double)r->n;
    for (size_t i = 0; i < r->n; i++) x[i] = set->covariate[c][r->row[i]] - mean;
    for (size_t i = 0; interaction && i < r->n; i++) x[(size_t)k * r->n + i] = x[i] * set->treated[r->row[i]];
  }
}

static double standard_error(const lind_least_squares *ls, const double *residual, int kind, int j) {
  const double df = (double)ls->n - ls->rank;
  double sum = 0.0;
  for (size_t i = 0; i < ls->n; i++) {
    if (kind == CLASSICAL) {
      sum += residual[i] * residual[i];
      continue;
    }
    const double part = lind_least_squares_influence(ls, j, i) * residual[i];
    const double rest = kind >= HC2 ? 1.0 - lind_least_squares_leverage(ls, i) : 1.0;
    sum += part * part / (kind == HC3 ? rest * rest : rest);
  }
  if (kind == CLASSICAL) return sqrt(sum / df * lind_least_squares_variance(ls, j));
  return sqrt(kind == HC1 ? sum * (double)ls->n / df : sum);
}

static lind_term term_of(const char *name, double estimate, double se, double df, double level, double null) {
  lind_term term = {name, estimate, NAN, NAN, NAN, NAN, NAN, NAN};
  if (!(df > 0.0 && se > 0.0)) return term;
  const double t = (estimate - null) / se, half = se * lind_draw_t_quantile(0.5 + level / 2.0, df);
  return (lind_term){name, estimate, se, t, df, 2.0 * lind_draw_t_cdf(-fabs(t), df), estimate - half, estimate + half};
}

static void fit(const lind_analysis_set *set, const lind_analysis_settings *settings, const rows *r, lind_least_squares *ls,
                double *y, lind_answer *answer) {
  const bool interaction = settings->of[SETTING_INTERACTION] != 0.0;
  const int kind = (int)settings->of[SETTING_VARIANCE];
  double b[LIND_LEAST_SQUARES];
  *answer = (lind_answer){.method = "difference of means, adjusted by a linear model",
                          .n = r->n,
                          .missing = r->missing,
                          .n_terms = 1,
                          .terms = {term_of("difference", NAN, NAN, NAN, settings->level, settings->null)}};
  if (r->arm[0] == 0 || r->arm[1] == 0) return;
  fill_columns(set, r, interaction, ls);
  for (size_t i = 0; i < r->n; i++) y[i] = set->value[r->row[i]];
  lind_least_squares_factor(ls);
  lind_least_squares_solve(ls, y, b);
  const double df = (double)r->n - ls->rank;
  answer->terms[0] = term_of("difference", b[TREATED], standard_error(ls, y, kind, TREATED), df, settings->level, settings->null);
  for (int c = 0; c < set->n_covariates && answer->n_terms < LIND_TERMS; c++) {
    const int j = FIRST_COVARIATE + c;
    answer->terms[answer->n_terms++] =
        term_of(set->covariate_name[c], b[j], ls->out[j] ? NAN : standard_error(ls, y, kind, j), df, settings->level, 0.0);
  }
}

static lind_err estimate(const lind_analysis_set *set, const lind_analysis_settings *settings, lind_answer *answer) {
  lind_least_squares *ls = malloc(sizeof *ls);
  const int p = 2 + set->n_covariates * (settings->of[SETTING_INTERACTION] != 0.0 ? 2 : 1);
  const size_t most = (size_t)set->n + 1;
  double *reals = malloc(most * (size_t)(p + 1) * sizeof *reals);
  rows r = {.row = malloc(most * sizeof *r.row)};
  const bool ok = ls != NULL && reals != NULL && r.row != NULL;
  if (ok) {
    find_rows(set, &r);
    ls->n = r.n;
    ls->p = p;
    ls->q = reals;
    fit(set, settings, &r, ls, reals + most * (size_t)p, answer);
  }
  free(ls);
  free(reals);
  free(r.row);
  LIND_CHECK(ok, LIND_ERR_MEMORY, "no memory for a linear model of %llu patients", (unsigned long long)set->n);
  return LIND_OK;
}

extern const lind_setting lind_estimator_ancova_settings[];
static const char *const variances[] = {"classical", "hc0", "hc1", "hc2", "hc3", NULL}, *const no_yes[] = {"no", "yes", NULL};
const lind_setting lind_estimator_ancova_settings[] =
    {/* of procova, too, which works with them */
     [SETTING_VARIANCE] = {"variance", variances, HC3, 0, 0, "classical (one variance), or robust to unequal ones: HC0 to HC3"},
     [SETTING_INTERACTION] = {"interaction", no_yes, 0, 0, 0,
                              "yes: each arm has its own slopes; the effect is at the mean covariates"},
     {0}};

const lind_estimator lind_estimator_ancova = {
    .name = "ancova",
    .summary = "difference of means, adjusted for covariates by a linear model",
    .source = "Lin 2013, doi:10.1214/12-AOAS583; MacKinnon & White 1985",
    .effect = "difference of means (treated - control) at equal covariates",
    .fits = LIND_FITS_MEAN | LIND_FITS_SHARE,
    .adjusts = true,
    .settings = lind_estimator_ancova_settings,
    .estimate = estimate,
};
