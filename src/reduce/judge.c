/* judge.c -- estimates held against the truth that a simulation knows: bias, power, coverage, type I error, patients saved, each
 * with its Monte Carlo error. Source: Morris, White and Crowther 2019, doi:10.1002/sim.8086. */
#include <math.h>
#include <string.h>

#include "lind/reduce.h"

int lind_judge_reference(const lind_layout *layout, int term) {
  const struct lind_layout_term *this = &layout->terms[term];
  for (int t = 0; t < layout->n_terms; t++) {
    const struct lind_layout_term *that = &layout->terms[t];
    if (strcmp(that->estimator->name, "concurrent") == 0 && that->endpoint == this->endpoint &&
        that->grouping == this->grouping && that->level == this->level && that->treated == this->treated &&
        that->control == this->control)
      return t;
  }
  return -1;
}

typedef struct share {
  double value, mcse;
} share;

static share share_of(uint64_t hits, uint64_t n) {
  const double p = n > 0 ? (double)hits / (double)n : NAN;
  return (share){p, lind_tally_mcse(hits, n)};
}

static double spread(const lind_tally *tally, int term) {
  const lind_moments *estimate = &tally->effects[term].estimate;
  return sqrt(estimate->m2 / (estimate->n - 1.0));
}

/* Of the randomised, a control that does without its own arm uses the treated arm alone. */
static double used(const lind_layout *layout, int term) {
  const struct lind_layout_term *this = &layout->terms[term];
  const lind_arm *arms = layout->plan->protocol->arms;
  const double t = arms[this->treated].ratio, c = arms[this->control].ratio;
  return this->estimator->treated_only ? t / (t + c) : 1.0;
}

void lind_judge(const lind_tally *with, const lind_tally *without, int term, int reference, lind_judgement *verdict) {
  const lind_effect *effect = &with->effects[term], *null = &without->effects[term];
  const lind_moments truth = effect->truth, error = effect->error, left = null->truth;
  /* rejections are errors where nothing is left to be found: 1 % of the effect, far above what an engine's tolerance leaves */
  const bool gone = left.n > 0 && fabs(left.mean) <= 0.01 * fabs(truth.mean);
  const share power = share_of(effect->rejected, effect->replicates),
              type_one = gone ? share_of(null->rejected, null->replicates) : share_of(0, 0),
              coverage = share_of(effect->covered, effect->intervals);
  const double ratio = reference >= 0 ? spread(with, term) / spread(with, reference) : NAN;
  *verdict = (lind_judgement){.truth = truth.n > 0 ? truth.mean : NAN,
                              .left = left.n > 0 ? left.mean : NAN,
                              .bias = error.n > 0 ? error.mean : NAN,
                              .bias_mcse = sqrt(error.m2 / (error.n - 1.0) / error.n),
                              .power = power.value,
                              .power_mcse = power.mcse,
                              .coverage = coverage.value,
                              .coverage_mcse = coverage.mcse,
                              .type_one = type_one.value,
                              .type_one_mcse = type_one.mcse,
                              .saved = gone ? 1.0 - used(with->layout, term) * ratio * ratio : NAN};
}
