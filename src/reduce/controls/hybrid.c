/* hybrid.c -- a concurrent control that borrows from external patients as far as the two agree: the external mean is one
 * component of a robust mixture prior, the other is as vague as one patient. Source: Schmidli et al. 2014,
 * doi:10.1111/biom.12242. */
#include "../estimators/means.h"
#include "mixture.h"

enum { SETTING_WEIGHT, SETTING_HETEROGENEITY };

static lind_moments moments_of(const lind_analysis_set *set, int treated, int external) {
  lind_moments moments = {0};
  for (uint64_t i = 0; i < set->n; i++)
    if (set->treated[i] == treated && set->external[i] == external) lind_moments_add(&moments, set->value[i]);
  return moments;
}

static double variance(const lind_moments *m) { return m->m2 / (m->n - 1.0); }

static void borrow(const lind_moments *t, const lind_moments *c, const lind_moments *e, const lind_analysis_settings *settings,
                   lind_answer *answer) {
  const double w = settings->of[SETTING_WEIGHT], tau = settings->of[SETTING_HETEROGENEITY], one = variance(c);
  const lind_mixture prior = {{w, 1.0 - w}, {e->mean, e->mean}, {variance(e) / e->n + tau * tau, one}};
  lind_mixture effect = lind_mixture_after(&prior, c->mean, one / c->n);
  const double control = lind_mixture_variance(&effect), tail = 0.5 - settings->level / 2.0;
  for (int k = 0; k < 2; k++) { /* the treated mean has a flat prior */
    effect.mean[k] = t->mean - effect.mean[k];
    effect.variance[k] += variance(t) / t->n;
  }
  const double below = lind_mixture_below(&effect, settings->null), p = 2.0 * fmin(below, 1.0 - below);
  answer->terms[0] = (lind_term){"difference",
                                 lind_mixture_mean(&effect),
                                 sqrt(lind_mixture_variance(&effect)),
                                 -lind_draw_normal_quantile(fmax(below, 1e-300)),
                                 NAN,
                                 p,
                                 lind_mixture_quantile(&effect, tail),
                                 lind_mixture_quantile(&effect, 1.0 - tail)};
  answer->terms[1].estimate = effect.weight[0];
  answer->terms[2].estimate = one / control - c->n;
}

static lind_err estimate(const lind_analysis_set *set, const lind_analysis_settings *settings, lind_answer *answer) {
  static const char *const names[] = {"difference", "weight of the external patients after seeing the control",
                                      "control patients borrowed"};
  LIND_CHECK(set->external != NULL, LIND_ERR_INPUT, "a hybrid control needs external patients");
  const lind_moments t = moments_of(set, 1, 0), c = moments_of(set, 0, 0), e = moments_of(set, 0, 1);
  *answer = (lind_answer){.method = "difference of means, control with a robust mixture prior, posterior interval",
                          .n = (uint64_t)(t.n + c.n + e.n),
                          .missing = (uint64_t)(t.missing + c.missing + e.missing),
                          .n_terms = 3};
  for (int k = 0; k < 3; k++) answer->terms[k] = (lind_term){names[k], NAN, NAN, NAN, NAN, NAN, NAN, NAN};
  if (t.n > 1 && c.n > 1 && e.n > 1 && t.m2 > 0.0 && c.m2 > 0.0 && e.m2 > 0.0) borrow(&t, &c, &e, settings, answer);
  return LIND_OK;
}

static const lind_setting settings[] = {
    [SETTING_WEIGHT] = {"weight", NULL, 0.5, 1e-6, 1.0 - 1e-6, "of the external patients before the control is seen"},
    [SETTING_HETEROGENEITY] = {"heterogeneity", NULL, 0, 0, 1e6,
                               "standard deviation between the means of sources, in the endpoint's unit"},
    {0}};

const lind_estimator lind_estimator_hybrid = {
    .name = "hybrid",
    .summary = "concurrent control that borrows from external patients by a robust mixture prior",
    .source = "Schmidli et al. 2014, doi:10.1111/biom.12242",
    .effect = "difference of means (treated - control), posterior mean",
    .fits = LIND_FITS_MEAN,
    .needs = LIND_NEEDS_EXTERNAL,
    .synthetic = true,
    .settings = settings,
    .estimate = estimate,
};
