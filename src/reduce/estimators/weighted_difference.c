/* weighted_difference.c -- difference of means or shares of patients who carry importance weights: each arm is estimated by the
 * plain mean of weight x value, which is unbiased for any weights that are likelihood ratios.
 * Sources: Horvitz & Thompson 1952, doi:10.1080/01621459.1952.10483446; Kish 1965 (effective sample size). */
#include "means.h"

typedef struct arm {
  lind_moments product; /* of weight x value */
  double square;        /* sum of weight x value^2 */
  double weight, weight2;
} arm;

static arm gather(const lind_analysis_set *set, int treated) {
  arm a = {0};
  for (uint64_t i = 0; i < set->n; i++) {
    if (set->treated[i] != treated) continue;
    const double w = set->weight != NULL ? set->weight[i] : 1.0, y = set->value[i];
    lind_moments_add(&a.product, w * y);
    if (isnan(y)) continue;
    a.square += w * y * y;
    a.weight += w;
    a.weight2 += w * w;
  }
  return a;
}

static double variance_of(const lind_moments *m) { return m->n > 1 ? m->m2 / (m->n - 1) : NAN; }

static lind_term normal_term(const char *name, double estimate, double se, double null, double level) {
  lind_term term = {name, estimate, NAN, NAN, NAN, NAN, NAN, NAN};
  if (!(se > 0.0)) return term;
  const double half = se * lind_draw_normal_quantile(0.5 + level / 2.0);
  term = (lind_term){name, estimate, se, NAN, NAN, NAN, estimate - half, estimate + half};
  if (isnan(null)) return term;
  term.statistic = (estimate - null) / se;
  term.p = 2.0 * lind_draw_normal_cdf(-fabs(term.statistic));
  return term;
}

static void answer_difference(const lind_moments *a, const lind_moments *b, const lind_analysis_settings *settings,
                              lind_answer *answer) {
  const bool both = a->n > 0 && b->n > 0;
  const double se = both ? sqrt(variance_of(a) / a->n + variance_of(b) / b->n) : NAN;
  *answer =
      (lind_answer){.method = "difference of weighted means (Horvitz-Thompson), normal interval",
                    .n = (uint64_t)(a->n + b->n),
                    .missing = (uint64_t)(a->missing + b->missing),
                    .n_terms = 1,
                    .terms = {normal_term("difference", both ? a->mean - b->mean : NAN, se, settings->null, settings->level)}};
}

static lind_err from_moments(const lind_moments *treated, const lind_moments *control, const lind_analysis_settings *settings,
                             lind_answer *answer) {
  answer_difference(treated, control, settings, answer);
  return LIND_OK;
}

/* What the same patients, drawn as people are, would have had as variance of their mean. */
static double plain_variance(const arm *a) {
  const double mean = a->product.mean;
  return (a->square / a->product.n - mean * mean) / a->product.n;
}

static lind_err estimate(const lind_analysis_set *set, const lind_analysis_settings *settings, lind_answer *answer) {
  const arm a = gather(set, 1), b = gather(set, 0);
  answer_difference(&a.product, &b.product, settings, answer);
  const arm *const arms[] = {&a, &b};
  static const char *const names[] = {"treated", "control"}, *const sizes[] = {"Kish size treated", "Kish size control"};
  for (int k = 0; k < 2; k++) {
    const lind_moments *m = &arms[k]->product;
    answer->terms[answer->n_terms++] =
        normal_term(names[k], m->n > 0 ? m->mean : NAN, m->n > 0 ? sqrt(variance_of(m) / m->n) : NAN, NAN, settings->level);
  }
  for (int k = 0; k < 2; k++)
    answer->terms[answer->n_terms++] = normal_term(
        sizes[k], arms[k]->weight2 > 0.0 ? arms[k]->weight * arms[k]->weight / arms[k]->weight2 : NAN, NAN, NAN, settings->level);
  const double se = answer->terms[0].se;
  answer->terms[answer->n_terms++] =
      normal_term("variance ratio", (plain_variance(&a) + plain_variance(&b)) / (se * se), NAN, NAN, settings->level);
  return LIND_OK;
}

const lind_estimator lind_estimator_weighted_difference = {
    .name = "weighted-difference",
    .summary = "difference of means or shares of weighted patients, for importance sampling",
    .source = "Horvitz & Thompson 1952, doi:10.1080/01621459.1952.10483446",
    .effect = "difference of means (treated - control)",
    .fits = LIND_FITS_MEAN | LIND_FITS_SHARE,
    .weighs = true,
    .estimate = estimate,
    .from_moments = from_moments,
};
