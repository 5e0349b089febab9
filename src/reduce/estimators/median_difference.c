/* median_difference.c -- medians of two Kaplan-Meier curves with their intervals, and their difference.
 * Sources: Brookmeyer & Crowley 1982, doi:10.2307/2530286 (intervals by inverting those of the curve, on the log scale). */
#include <math.h>

#include "../kaplan_meier.h"

static lind_term median_term(const char *name, const lind_kaplan_meier *curve, double level) {
  lind_term term = {name, lind_kaplan_meier_quantile(curve, 0.5), NAN, NAN, NAN, NAN, NAN, NAN};
  lind_kaplan_meier_interval(curve, 0.5, level, &term.lower, &term.upper);
  return term;
}

static lind_err estimate(const lind_analysis_set *set, const lind_analysis_settings *settings, lind_answer *answer) {
  lind_ranked ranked;
  lind_kaplan_meier curve[2] = {{0}};
  LIND_TRY(lind_ranked_create(set, false, &ranked));
  lind_err err = lind_kaplan_meier_create(&ranked, 0, &curve[0]);
  if (err == LIND_OK) err = lind_kaplan_meier_create(&ranked, 1, &curve[1]);
  if (err == LIND_OK) {
    *answer = (lind_answer){.method = "medians of Kaplan-Meier curves", .n = ranked.n, .missing = ranked.missing, .n_terms = 3};
    answer->terms[1] = median_term("treated", &curve[1], settings->level);
    answer->terms[2] = median_term("control", &curve[0], settings->level);
    answer->terms[0] =
        (lind_term){"difference", answer->terms[1].estimate - answer->terms[2].estimate, NAN, NAN, NAN, NAN, NAN, NAN};
  }
  for (int a = 0; a < 2; a++) lind_kaplan_meier_release(&curve[a]);
  lind_ranked_release(&ranked);
  LIND_TRY(err);
  return LIND_OK;
}

const lind_estimator lind_estimator_median_difference = {
    .name = "median-difference",
    .summary = "medians of two survival curves and their difference",
    .source = "Kaplan & Meier 1958; Brookmeyer & Crowley 1982",
    .effect = "difference of medians (treated - control)",
    .fits = LIND_FITS_TIME,
    .no_test = true,
    .no_statistic = true,
    .estimate = estimate,
};
