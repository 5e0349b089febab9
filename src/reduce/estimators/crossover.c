/* crossover.c -- treatment effect from within-patient comparisons, adjusted for periods: least squares with an effect of every
 * patient, every period and the treatment. With two periods and two sequences this is half the difference between the sequences'
 * mean differences, with n - 2 degrees of freedom; carry-over is then tested by the patients' sums. Sources: Grizzle 1965,
 * Biometrics 21:467; Jones & Kenward, Design and Analysis of Cross-Over Trials, chapter 2. */
#include <string.h>

#include "within.h"

enum { MOST = 16 }; /* columns: all periods but the first, then the treatment */

typedef struct fit {
  int n; /* columns */
  double normal[MOST][MOST], right[MOST], beta[MOST], variance[MOST];
  double residual, df; /* sum of squares */
} fit;

/* Column c of a row less the patient's mean of it comes from these. */
static double column(const lind_within_row *row, int c, int n) {
  return c == n - 1 ? row->treated : row->period == c + 1 ? 1.0 : 0.0;
}

static void means_of(const lind_within *within, uint64_t from, uint64_t to, int n, double mean[MOST + 1]) {
  memset(mean, 0, (MOST + 1) * sizeof *mean);
  for (uint64_t i = from; i < to; i++) {
    for (int c = 0; c < n; c++) mean[c] += column(&within->rows[i], c, n) / (double)(to - from);
    mean[n] += within->rows[i].value / (double)(to - from);
  }
}

static void gather(const lind_within *within, fit *f) {
  for (uint64_t i = 0, end; i < within->n; i = end) {
    end = lind_within_end(within, i);
    double mean[MOST + 1];
    means_of(within, i, end, f->n, mean);
    f->df += (double)(end - i) - 1.0;
    for (uint64_t k = i; k < end; k++)
      for (int a = 0; a < f->n; a++) {
        const double x = column(&within->rows[k], a, f->n) - mean[a];
        f->right[a] += x * (within->rows[k].value - mean[f->n]);
        for (int b = 0; b <= a; b++) f->normal[a][b] += x * (column(&within->rows[k], b, f->n) - mean[b]);
      }
  }
}

/* Cholesky in place; a column that the ones before it explain is left out (its diagonal 0). */
static int factor(fit *f) {
  int rank = 0;
  for (int a = 0; a < f->n; a++) {
    const double whole = f->normal[a][a];
    for (int b = 0; b <= a; b++) {
      double sum = f->normal[a][b];
      for (int k = 0; k < b; k++) sum -= f->normal[a][k] * f->normal[b][k];
      if (b < a)
        f->normal[a][b] = f->normal[b][b] > 0.0 ? sum / f->normal[b][b] : 0.0;
      else
        f->normal[a][a] = sum > 1e-9 * whole ? sqrt(sum) : 0.0;
    }
    rank += f->normal[a][a] > 0.0;
  }
  return rank;
}

static void solve(const fit *f, const double *right, double *x) {
  for (int a = 0; a < f->n; a++) {
    double sum = right[a];
    for (int k = 0; k < a; k++) sum -= f->normal[a][k] * x[k];
    x[a] = f->normal[a][a] > 0.0 ? sum / f->normal[a][a] : 0.0;
  }
  for (int a = f->n - 1; a >= 0; a--) {
    double sum = x[a];
    for (int k = a + 1; k < f->n; k++) sum -= f->normal[k][a] * x[k];
    x[a] = f->normal[a][a] > 0.0 ? sum / f->normal[a][a] : 0.0;
  }
}

static void fit_within(const lind_within *within, fit *f) {
  gather(within, f);
  f->df -= factor(f);
  solve(f, f->right, f->beta);
  for (uint64_t i = 0, end; i < within->n; i = end) {
    end = lind_within_end(within, i);
    double mean[MOST + 1];
    means_of(within, i, end, f->n, mean);
    for (uint64_t k = i; k < end; k++) {
      double left = within->rows[k].value - mean[f->n];
      for (int c = 0; c < f->n; c++) left -= f->beta[c] * (column(&within->rows[k], c, f->n) - mean[c]);
      f->residual += left * left;
    }
  }
  for (int c = 0; c < f->n; c++) { /* the diagonal of the inverse */
    double unit[MOST] = {0}, x[MOST];
    unit[c] = 1.0;
    solve(f, unit, x);
    f->variance[c] = x[c] * f->residual / f->df;
  }
}

static lind_term term_of(const fit *f, int c, const char *name, double null, const lind_analysis_settings *settings) {
  const bool there = f->normal[c][c] > 0.0;
  return lind_within_term(name, there ? f->beta[c] : NAN, there ? sqrt(f->variance[c]) : NAN, f->df, null, settings);
}

/* Of two periods: mean sum of those who had the treatment first less that of the others, which is carry-over of the treatment
 * less carry-over of the control. false: it cannot be told. */
static bool carry_over(const lind_within *within, const lind_analysis_settings *settings, lind_term *term) {
  lind_moments first[2] = {0};
  for (uint64_t i = 0, end; i < within->n; i = end) {
    end = lind_within_end(within, i);
    const lind_within_row *row = &within->rows[i];
    if (end - i > 2) return false;
    if (end - i == 2 && row[0].treated != row[1].treated && row[0].period < row[1].period)
      lind_moments_add(&first[row->treated], row[0].value + row[1].value);
  }
  const lind_moments *a = &first[1], *b = &first[0];
  const double df = a->n + b->n - 2.0;
  if (!(a->n > 0.0) || !(b->n > 0.0) || !(df > 0.0)) return false;
  const double se = sqrt((a->m2 + b->m2) / df * (1.0 / a->n + 1.0 / b->n));
  *term = lind_within_term("carry-over", a->mean - b->mean, se, df, 0.0, settings);
  return true;
}

static int last_period(const lind_within *within) {
  int last = 0;
  for (uint64_t i = 0; i < within->n; i++)
    if (within->rows[i].period > last) last = within->rows[i].period;
  return last;
}

static lind_err estimate(const lind_analysis_set *set, const lind_analysis_settings *settings, lind_answer *answer) {
  static const char *const periods[] = {"period 2 - 1", "period 3 - 1", "period 4 - 1", "period 5 - 1", "period 6 - 1"};
  lind_within within;
  fit f = {0};
  LIND_TRY(lind_within_create(set, &within));
  const int last = last_period(&within);
  if (last >= MOST) {
    lind_within_release(&within);
    LIND_CHECK(false, LIND_ERR_INPUT, "a crossover of %d periods; the estimator takes at most %d", last + 1, MOST);
  }
  f.n = last + 1;
  fit_within(&within, &f);
  *answer = (lind_answer){
      .method = "least squares within patients, adjusted for periods", .n = within.complete, .missing = within.incomplete};
  answer->terms[answer->n_terms++] = term_of(&f, f.n - 1, "difference", settings->null, settings);
  for (int p = 0; p < last && p < 5; p++) answer->terms[answer->n_terms++] = term_of(&f, p, periods[p], 0.0, settings);
  if (carry_over(&within, settings, &answer->terms[answer->n_terms])) answer->n_terms++;
  lind_within_release(&within);
  return LIND_OK;
}

const lind_estimator lind_estimator_crossover = {
    .name = "crossover",
    .summary = "difference within patients, adjusted for periods; period effects and, of two periods, carry-over beside it",
    .source = "Grizzle 1965, Biometrics 21:467; Jones & Kenward, Design and Analysis of Cross-Over Trials",
    .effect = "difference within patients, adjusted for periods (treated - control)",
    .fits = LIND_FITS_MEAN | LIND_FITS_SHARE,
    .paired = true,
    .estimate = estimate,
};
