/* cox.c -- hazard ratio by Cox's proportional hazards, with covariates and strata.
 * Sources: Cox 1972, doi:10.1111/j.2517-6161.1972.tb00899.x; Efron 1977, doi:10.1080/01621459.1977.10480613. */
#include "../cox.h"

#include <math.h>
#include <stdlib.h>

#include "lind/draw.h"

enum { SETTING_TIES, SETTING_TEST };
enum { WALD, SCORE, LIKELIHOOD_RATIO };

static lind_term ratio_term(const char *name, double beta, double se, double level, double null) {
  const double z = lind_draw_normal_quantile(0.5 + level / 2.0), statistic = (beta - (null > 0.0 ? log(null) : 0.0)) / se;
  return (lind_term){
      name, exp(beta), se, statistic, NAN, 2.0 * lind_draw_normal_cdf(-fabs(statistic)), exp(beta - z * se), exp(beta + z * se)};
}

static lind_term test_term(const char *name, double chi_square, int df) {
  return (lind_term){name, NAN, NAN, chi_square, df, lind_draw_chisq_upper(chi_square, df), NAN, NAN};
}

/* The score and likelihood-ratio tests of no effect at all take the place of Wald's for the effect, signed, where one column is
 * all. */
static void replace_test(const lind_cox_fit *fit, const lind_analysis_settings *settings, lind_term *effect) {
  const int test = (int)settings->of[SETTING_TEST];
  if (test == WALD || fit->p != 1 || settings->null != 1.0) return;
  const double square = test == SCORE ? fit->score : 2.0 * (fit->likelihood[1] - fit->likelihood[0]);
  effect->statistic = copysign(sqrt(fmax(square, 0.0)), fit->beta[0]);
  effect->p = 2.0 * lind_draw_normal_cdf(-fabs(effect->statistic));
}

static void conclude(const lind_analysis_set *set, const lind_analysis_settings *settings, const lind_ranked *ranked,
                     const lind_cox_fit *fit, lind_answer *answer) {
  *answer = (lind_answer){.method = settings->of[SETTING_TIES] == LIND_COX_EFRON ? "Cox proportional hazards, Efron's ties"
                                                                                 : "Cox proportional hazards, Breslow's ties",
                          .n = ranked->n,
                          .missing = ranked->missing,
                          .n_terms = 1,
                          .terms = {{"hazard ratio", NAN, NAN, NAN, NAN, NAN, NAN, NAN}}};
  if (!fit->found) return;
  answer->terms[0] = ratio_term("hazard ratio", fit->beta[0], sqrt(fit->variance[0][0]), settings->level, settings->null);
  replace_test(fit, settings, &answer->terms[0]);
  for (int k = 0; k < set->n_covariates && answer->n_terms < LIND_TERMS - 2; k++)
    answer->terms[answer->n_terms++] =
        ratio_term(set->covariate_name[k], fit->beta[k + 1], sqrt(fit->variance[k + 1][k + 1]), settings->level, 1.0);
  answer->terms[answer->n_terms++] = test_term("score test", fit->score, fit->p);
  answer->terms[answer->n_terms++] = test_term("likelihood ratio test", 2.0 * (fit->likelihood[1] - fit->likelihood[0]), fit->p);
}

/* Columns in the order of the ranks: treated, then the covariates. */
static lind_err fit_ranked(const lind_analysis_set *set, const lind_analysis_settings *settings, const lind_ranked *ranked,
                           lind_cox_fit *fit) {
  const int p = 1 + set->n_covariates;
  double *columns = malloc((ranked->n + 1) * (size_t)p * sizeof *columns);
  const double *x[LIND_COX];
  LIND_CHECK(columns != NULL, LIND_ERR_MEMORY, "no memory for a Cox model of %zu patients", ranked->n);
  for (int j = 0; j < p; j++) {
    double *column = columns + ranked->n * (size_t)j;
    x[j] = column;
    for (size_t i = 0; i < ranked->n; i++) column[i] = j == 0 ? ranked->treated[i] : set->covariate[j - 1][ranked->row[i]];
  }
  const lind_err err = lind_cox_estimate(ranked, p, x, (lind_cox_ties)settings->of[SETTING_TIES], fit);
  free(columns);
  LIND_TRY(err);
  return LIND_OK;
}

static lind_err estimate(const lind_analysis_set *set, const lind_analysis_settings *settings, lind_answer *answer) {
  lind_ranked ranked;
  lind_cox_fit fit;
  LIND_TRY(lind_ranked_create(set, true, &ranked));
  const lind_err err = fit_ranked(set, settings, &ranked, &fit);
  if (err == LIND_OK) conclude(set, settings, &ranked, &fit, answer);
  lind_ranked_release(&ranked);
  LIND_TRY(err);
  return LIND_OK;
}

static const char *const ties[] = {"efron", "breslow", NULL}, *const tests[] = {"wald", "score", "likelihood-ratio", NULL};
static const lind_setting rows[] = {
    [SETTING_TIES] = {"ties", ties, LIND_COX_EFRON, 0, 0, "events at one time: Efron's or Breslow's likelihood"},
    [SETTING_TEST] = {"test", tests, WALD, 0, 0, "what p and the statistic of the effect are where nothing is adjusted for"},
    {0}};

const lind_estimator lind_estimator_cox = {
    .name = "cox",
    .summary = "hazard ratio by proportional hazards, with covariates and strata",
    .source = "Cox 1972; Efron 1977; Breslow 1974",
    .effect = "hazard ratio (treated / control)",
    .fits = LIND_FITS_TIME,
    .ratio = true,
    .adjusts = true,
    .stratifies = true,
    .settings = rows,
    .estimate = estimate,
};
