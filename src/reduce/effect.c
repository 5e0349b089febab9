/* effect.c -- one term over the replicates, by passes over its columns. Sums are in order of replicate, quantiles exact. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "lind/reduce.h"

enum { ESTIMATE, SE, LOWER, UPPER, P, STATISTIC, N, MISSING, TRUTH, COLUMNS };
_Static_assert((int)TRUTH == (int)LIND_TERM_REALS, "columns of a term, then its truth");

typedef struct walk {
  const lind_layout *layout;
  const lind_roll *roll;
  int term;
  double scale;   /* of the report */
  double *values; /* [COLUMNS][rows of a piece] */
  size_t rows;
  lind_moments mean[COLUMNS];
  double low, high; /* of the finite estimates, in the unit of the report */
  lind_effect *effect;
} walk;

/* The wanted columns of a piece, each in its place. */
static lind_err read_piece(const walk *w, unsigned wanted, uint64_t piece, size_t *n) {
  for (int k = 0; k < COLUMNS; k++)
    if (wanted & 1u << k)
      LIND_TRY(lind_roll_read(w->roll, lind_tally_column(w->layout, w->term, k), piece, w->values + (size_t)k * w->rows, n));
  return LIND_OK;
}

static void add_piece(walk *w, size_t n, bool judged, double alpha) {
  const double *v = w->values;
  for (int k = 0; k < COLUMNS; k++)
    for (size_t r = 0; r < n && (k < TRUTH || judged); r++) lind_moments_add(&w->mean[k], v[(size_t)k * w->rows + r]);
  for (size_t r = 0; r < n; r++) {
    const double estimate = v[r];
    if (isnan(estimate)) continue;
    w->effect->replicates++;
    /* an estimate without a p value, as of two shares that are both 0, rejects nothing */
    w->effect->rejected += v[(size_t)P * w->rows + r] < alpha;
    if (isfinite(estimate)) {
      w->low = fmin(w->low, estimate * w->scale);
      w->high = fmax(w->high, estimate * w->scale);
    }
    /* against the replicate's own truth, which varies with it: the same mean, less noise */
    if (judged) lind_moments_add(&w->effect->error, estimate - v[(size_t)TRUTH * w->rows + r]);
  }
}

/* What needs the first pass: bars between the least and the greatest, intervals around the mean truth. */
static void count_piece(walk *w, size_t n, bool judged) {
  const double *estimate = w->values, *lower = w->values + LOWER * w->rows, *upper = w->values + UPPER * w->rows;
  lind_effect *effect = w->effect;
  const lind_moments *truth = &w->mean[TRUTH];
  for (size_t r = 0; r < n; r++) {
    if (isfinite(estimate[r]) && !isnan(effect->width)) {
      const int b = (int)((estimate[r] * w->scale - effect->from) / effect->width);
      effect->bars[b < LIND_EFFECT_BINS ? b : LIND_EFFECT_BINS - 1]++;
    }
    if (!judged || isnan(lower[r]) || isnan(upper[r]) || !(truth->n > 0)) continue;
    effect->intervals++;
    effect->covered += lower[r] <= truth->mean && truth->mean <= upper[r];
  }
}

static void settle(walk *w, const double quantiles[3]) {
  const lind_layout *layout = w->layout;
  const bool tested = w->effect->replicates > 0 && !layout->terms[w->term].estimator->no_test && layout->plan->tilts == NULL;
  const lind_moments *m = w->mean;
  lind_effect *e = w->effect;
  double mean[COLUMNS];
  for (int k = 0; k < COLUMNS; k++) mean[k] = m[k].n > 0 ? m[k].mean : NAN;
  e->mean = mean[ESTIMATE];
  e->sd = m[ESTIMATE].n > 1 ? sqrt(m[ESTIMATE].m2 / (m[ESTIMATE].n - 1.0)) : NAN;
  e->mcse = e->sd / sqrt(m[ESTIMATE].n);
  e->p05 = quantiles[0];
  e->p50 = quantiles[1];
  e->p95 = quantiles[2];
  e->se = mean[SE];
  e->lower = mean[LOWER];
  e->upper = mean[UPPER];
  e->power = tested ? (double)e->rejected / (double)e->replicates : NAN;
  e->power_mcse = tested ? lind_tally_mcse(e->rejected, e->replicates) : NAN;
  e->n = mean[N];
  e->missing = mean[MISSING];
  e->estimate = m[ESTIMATE];
  e->truth = m[TRUTH];
}

static lind_err walk_twice(walk *w) {
  static const double q[3] = {0.05, 0.50, 0.95};
  const lind_layout *layout = w->layout;
  const bool judged = layout->judged;
  const double alpha = 1.0 - layout->plan->protocol->analyses[layout->terms[w->term].analysis].level;
  double quantiles[3];
  size_t n = 1;
  for (uint64_t piece = 0; n > 0; piece++) {
    LIND_TRY(read_piece(w, (1u << (judged ? COLUMNS : TRUTH)) - 1u, piece, &n));
    add_piece(w, n, judged, alpha);
  }
  w->effect->from = w->low;
  w->effect->width = w->high > w->low ? (w->high - w->low) / LIND_EFFECT_BINS : NAN;
  n = 1;
  for (uint64_t piece = 0; n > 0; piece++) {
    LIND_TRY(read_piece(w, 1u << ESTIMATE | 1u << LOWER | 1u << UPPER, piece, &n));
    count_piece(w, n, judged);
  }
  LIND_TRY(lind_roll_quantiles(w->roll, lind_tally_column(layout, w->term, ESTIMATE), q, 3, quantiles));
  settle(w, quantiles);
  return LIND_OK;
}

lind_err lind_effect_estimate(const lind_layout *layout, const lind_roll *roll, int term, lind_effect *effect) {
  const char *unit;
  lind_effect result = {0};
  walk w = {.layout = layout, .roll = roll, .term = term, .rows = lind_roll_rows(roll), .low = INFINITY, .high = -INFINITY};
  w.scale = lind_layout_effect_scale(layout, term, &unit);
  w.effect = &result;
  w.values = malloc((COLUMNS * w.rows + 1) * sizeof *w.values);
  LIND_CHECK(w.values != NULL, LIND_ERR_MEMORY, "no memory for an effect over the replicates");
  const lind_err err = walk_twice(&w);
  free(w.values);
  if (err == LIND_OK) *effect = result;
  return err;
}
