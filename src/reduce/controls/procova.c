/* procova.c -- the randomised control, with the forecast from the baseline as a covariate. The forecast knows nothing of the arm,
 * so a wrong one costs precision and not the type I error. Source: Schuler et al. 2022, doi:10.1515/ijb-2021-0072. */
#include <string.h>

#include "../estimators/means.h"

extern const lind_estimator lind_estimator_ancova;
extern const lind_setting lind_estimator_ancova_settings[];

/* Correlation of forecast and outcome inside the arms. */
static double correlation(const lind_analysis_set *set) {
  lind_moments y[2] = {{0}}, f[2] = {{0}};
  double product = 0.0;
  for (uint64_t i = 0; i < set->n; i++) {
    if (isnan(set->value[i]) || isnan(set->forecast[i])) continue;
    lind_moments_add(&y[set->treated[i]], set->value[i]);
    lind_moments_add(&f[set->treated[i]], set->forecast[i]);
  }
  for (uint64_t i = 0; i < set->n; i++)
    if (!isnan(set->value[i]) && !isnan(set->forecast[i]))
      product += (set->value[i] - y[set->treated[i]].mean) * (set->forecast[i] - f[set->treated[i]].mean);
  return product / sqrt((y[0].m2 + y[1].m2) * (f[0].m2 + f[1].m2));
}

static lind_err estimate(const lind_analysis_set *set, const lind_analysis_settings *settings, lind_answer *answer) {
  const double *columns[LIND_COVARIATES + 1];
  const char *names[LIND_COVARIATES + 1];
  lind_analysis_set with = *set;
  LIND_CHECK(set->forecast != NULL, LIND_ERR_INPUT, "procova needs a forecast of each patient's outcome");
  columns[0] = set->forecast;
  names[0] = "forecast";
  for (int k = 0; k < set->n_covariates; k++) {
    columns[k + 1] = set->covariate[k];
    names[k + 1] = set->covariate_name[k];
  }
  with.n_covariates = set->n_covariates + 1;
  with.covariate = columns;
  with.covariate_name = names;
  LIND_TRY(lind_estimator_ancova.estimate(&with, settings, answer));
  answer->method = "difference of means, adjusted for the forecast from the baseline";
  if (answer->n_terms > LIND_TERMS - 2) answer->n_terms = LIND_TERMS - 2;
  const double rho = correlation(set);
  answer->terms[answer->n_terms++] = (lind_term){"correlation with the forecast", rho, NAN, NAN, NAN, NAN, NAN, NAN};
  answer->terms[answer->n_terms++] = (lind_term){"share of patients saved", rho * rho, NAN, NAN, NAN, NAN, NAN, NAN};
  return LIND_OK;
}

const lind_estimator lind_estimator_procova = {
    .name = "procova",
    .summary = "concurrent randomised control, adjusted for the twin's forecast from the baseline",
    .source = "Schuler et al. 2022, doi:10.1515/ijb-2021-0072",
    .effect = "difference of means (treated - control) at equal forecasts",
    .fits = LIND_FITS_MEAN,
    .adjusts = true,
    .needs = LIND_NEEDS_FORECAST,
    .settings = lind_estimator_ancova_settings,
    .estimate = estimate,
};
