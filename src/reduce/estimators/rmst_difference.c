/* rmst_difference.c -- difference of restricted mean survival times: the areas below two Kaplan-Meier curves.
 * Sources: Royston & Parmar 2013, doi:10.1186/1471-2288-13-152; Irwin 1949, doi:10.1017/S0022172400014443. */
#include <math.h>

#include "../kaplan_meier.h"
#include "lind/draw.h"

enum { SETTING_TAU };

static lind_term term_of(const char *name, double estimate, double se, double level) {
  const double z = lind_draw_normal_quantile(0.5 + level / 2.0);
  return (lind_term){name, estimate, se, NAN, NAN, NAN, estimate - z * se, estimate + z * se};
}

static void conclude(const lind_kaplan_meier curve[2], const lind_analysis_settings *settings, lind_answer *answer) {
  const double longest = fmin(curve[0].last, curve[1].last), asked = settings->of[SETTING_TAU];
  const double tau = asked > 0.0 ? asked : longest;
  double se[2];
  if (!(curve[0].patients > 0 && curve[1].patients > 0) || tau > longest) return; /* nobody is followed so long */
  const double control = lind_kaplan_meier_area(&curve[0], tau, &se[0]), treated = lind_kaplan_meier_area(&curve[1], tau, &se[1]);
  lind_term effect = term_of("difference", treated - control, hypot(se[0], se[1]), settings->level);
  effect.statistic = (effect.estimate - settings->null) / effect.se;
  effect.p = 2.0 * lind_draw_normal_cdf(-fabs(effect.statistic));
  answer->terms[0] = effect;
  answer->terms[1] = term_of("treated", treated, se[1], settings->level);
  answer->terms[2] = term_of("control", control, se[0], settings->level);
  answer->terms[3] = (lind_term){"tau", tau, NAN, NAN, NAN, NAN, NAN, NAN};
  answer->n_terms = 4;
}

static lind_err estimate(const lind_analysis_set *set, const lind_analysis_settings *settings, lind_answer *answer) {
  lind_ranked ranked;
  lind_kaplan_meier curve[2] = {{0}};
  LIND_TRY(lind_ranked_create(set, false, &ranked));
  *answer = (lind_answer){.method = "difference of restricted mean survival times",
                          .n = ranked.n,
                          .missing = ranked.missing,
                          .n_terms = 1,
                          .terms = {{"difference", NAN, NAN, NAN, NAN, NAN, NAN, NAN}}};
  lind_err err = lind_kaplan_meier_create(&ranked, 0, &curve[0]);
  if (err == LIND_OK) err = lind_kaplan_meier_create(&ranked, 1, &curve[1]);
  if (err == LIND_OK) conclude(curve, settings, answer);
  for (int a = 0; a < 2; a++) lind_kaplan_meier_release(&curve[a]);
  lind_ranked_release(&ranked);
  LIND_TRY(err);
  return LIND_OK;
}

static const lind_setting rows[] = {
    [SETTING_TAU] = {"tau", NULL, 0, 0, INFINITY,
                     "up to which time, in the unit of the values (h in a trial); 0: as long as both arms are followed"},
    {0}};

const lind_estimator lind_estimator_rmst_difference = {
    .name = "rmst-difference",
    .summary = "difference of restricted mean survival times",
    .source = "Royston & Parmar 2013; Irwin 1949",
    .effect = "difference of restricted mean times (treated - control)",
    .fits = LIND_FITS_TIME,
    .settings = rows,
    .estimate = estimate,
};
