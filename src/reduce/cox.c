/* cox.c -- Newton's method on the log partial likelihood. One walk from the last time of a stratum to its first adds up who is at
 * risk; those who have the event at one time are then counted by Efron's or Breslow's rule. */
#include "cox.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PAIRS = LIND_COX * (LIND_COX + 1) / 2, ITERATIONS = 40 };
static const double unbounded = 15.0; /* an effect of this over the range of a column, on the log scale: there is none */

typedef struct sums { /* over those at risk, or over those with the event now */
  double s0, s1[LIND_COX], s2[PAIRS];
} sums;

typedef struct point {
  double likelihood, score[LIND_COX], information[LIND_COX][LIND_COX];
} point;

typedef struct walk {
  const lind_ranked *ranked;
  int p;
  double *x;    /* [n][p], centred */
  double *risk; /* [n] exp(x beta) */
  double range[LIND_COX];
  lind_cox_ties ties;
} walk;

/* Logarithms are taken of products. */
typedef struct logarithm {
  double sum, product;
} logarithm;

static inline void log_add(logarithm *l, double x) {
  l->product *= x;
  if (l->product > 1e-100 && l->product < 1e100) return;
  l->sum += log(l->product);
  l->product = 1.0;
}

static inline void add(sums *s, const double *x, double risk, int p) {
  s->s0 += risk;
  for (int j = 0, pair = 0; j < p; j++) {
    const double xr = x[j] * risk;
    s->s1[j] += xr;
    for (int k = 0; k <= j; k++) s->s2[pair++] += xr * x[k];
  }
}

static inline void clear(sums *s, int p) {
  s->s0 = 0.0;
  for (int j = 0; j < p; j++) s->s1[j] = 0.0;
  for (int j = 0; j < p * (p + 1) / 2; j++) s->s2[j] = 0.0;
}

/* What `deaths` events at one time take from score and information: each of them sees everybody at risk less a share of the
 * dying. */
static inline void close_time(const sums *at_risk, const sums *dying, double deaths, lind_cox_ties ties, int p, logarithm *l,
                              point *at) {
  for (double d = 0.0; d < deaths; d++) {
    const double share = ties == LIND_COX_EFRON ? d / deaths : 0.0;
    const double s0 = at_risk->s0 - share * dying->s0;
    double mean[LIND_COX];
    log_add(l, s0);
    for (int j = 0, pair = 0; j < p; j++) {
      mean[j] = (at_risk->s1[j] - share * dying->s1[j]) / s0;
      at->score[j] -= mean[j];
      for (int k = 0; k <= j; k++, pair++)
        at->information[j][k] += (at_risk->s2[pair] - share * dying->s2[pair]) / s0 - mean[j] * mean[k];
    }
  }
}

static inline void pass(const walk *w, int p, const double *beta, point *at) {
  const lind_ranked *r = w->ranked;
  logarithm l = {0.0, 1.0};
  sums at_risk, dying;
  double eta = 0.0;
  memset(at, 0, sizeof *at);
  clear(&at_risk, p);
  for (size_t i = r->n; i > 0;) {
    const double now = r->time[i - 1];
    const uint16_t stratum = r->stratum[i - 1];
    double deaths = 0.0;
    clear(&dying, p);
    for (; i > 0 && r->time[i - 1] == now && r->stratum[i - 1] == stratum; i--) {
      const double *x = w->x + (i - 1) * (size_t)p;
      add(&at_risk, x, w->risk[i - 1], p);
      if (r->event[i - 1] == 0) continue;
      deaths += 1.0;
      add(&dying, x, w->risk[i - 1], p);
      for (int j = 0; j < p; j++) {
        at->score[j] += x[j];
        eta += x[j] * beta[j];
      }
    }
    if (deaths > 0.0) close_time(&at_risk, &dying, deaths, w->ties, p, &l, at);
    if (i > 0 && r->stratum[i - 1] != stratum) clear(&at_risk, p);
  }
  at->likelihood = eta - l.sum - log(l.product);
}

static void evaluate(walk *w, const double *beta, point *at) {
  for (size_t i = 0; i < w->ranked->n; i++) {
    double eta = 0.0;
    for (int j = 0; j < w->p; j++) eta += w->x[i * (size_t)w->p + (size_t)j] * beta[j];
    w->risk[i] = exp(eta);
  }
  if (w->p == 1)
    pass(w, 1, beta, at); /* the common one, unrolled */
  else
    pass(w, w->p, beta, at);
}

/* Inverts a symmetric matrix of which the lower triangle is there, by Cholesky; false where a column says nothing new. */
static bool invert(int p, double a[LIND_COX][LIND_COX], double inverse[LIND_COX][LIND_COX]) {
  double l[LIND_COX][LIND_COX];
  for (int i = 0; i < p; i++)
    for (int j = 0; j <= i; j++) {
      double sum = a[i][j];
      for (int k = 0; k < j; k++) sum -= l[i][k] * l[j][k];
      if (i == j && !(sum > 1e-12 * a[i][i])) return false;
      l[i][j] = i == j ? sqrt(sum) : sum / l[j][j];
    }
  for (int c = 0; c < p; c++) { /* column c of the inverse: forward, then back */
    double y[LIND_COX];
    for (int i = 0; i < p; i++) {
      y[i] = i == c ? 1.0 : 0.0;
      for (int k = 0; k < i; k++) y[i] -= l[i][k] * y[k];
      y[i] /= l[i][i];
    }
    for (int i = p - 1; i >= 0; i--) {
      for (int k = i + 1; k < p; k++) y[i] -= l[k][i] * y[k];
      y[i] /= l[i][i];
    }
    for (int i = 0; i < p; i++) inverse[i][c] = y[i];
  }
  return true;
}

static double solve(int p, double variance[LIND_COX][LIND_COX], const double *score, double *step) {
  double square = 0.0;
  for (int j = 0; j < p; j++) {
    step[j] = 0.0;
    for (int k = 0; k < p; k++) step[j] += variance[j][k] * score[k];
    square += step[j] * score[j];
  }
  return square; /* score' variance score */
}

/* Steps are halved until the likelihood rises. It stops where a step would gain less than 1e-16 of its scale, or cannot. */
static void climb(walk *w, lind_cox_fit *fit) {
  point at, next;
  double step[LIND_COX], tried[LIND_COX];
  evaluate(w, fit->beta, &at);
  fit->likelihood[0] = fit->likelihood[1] = at.likelihood;
  if (!invert(w->p, at.information, fit->variance)) return;
  double gain = fit->score = solve(w->p, fit->variance, at.score, step);
  for (fit->iterations = 0; fit->iterations < ITERATIONS && gain > 1e-16 * (1.0 + fabs(at.likelihood)); fit->iterations++) {
    double length = 1.0;
    for (;; length *= 0.5) {
      for (int j = 0; j < w->p; j++) tried[j] = fit->beta[j] + length * step[j];
      evaluate(w, tried, &next);
      if (next.likelihood >= at.likelihood - 1e-12 * fabs(at.likelihood) || length < 1e-6) break;
    }
    memcpy(fit->beta, tried, sizeof tried);
    at = next;
    fit->likelihood[1] = at.likelihood;
    for (int j = 0; j < w->p; j++)
      if (fabs(fit->beta[j]) * w->range[j] > unbounded) return;
    if (!invert(w->p, at.information, fit->variance)) return;
    gain = solve(w->p, fit->variance, at.score, step);
  }
  fit->found = true;
}

static void centre(walk *w, const double *const *x) {
  for (int j = 0; j < w->p; j++) {
    double sum = 0.0, low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < w->ranked->n; i++) {
      sum += x[j][i];
      low = fmin(low, x[j][i]);
      high = fmax(high, x[j][i]);
    }
    w->range[j] = high - low;
    for (size_t i = 0; i < w->ranked->n; i++) w->x[i * (size_t)w->p + (size_t)j] = x[j][i] - sum / (double)w->ranked->n;
  }
}

lind_err lind_cox_estimate(const lind_ranked *ranked, int p, const double *const *x, lind_cox_ties ties, lind_cox_fit *fit) {
  double *storage = malloc((ranked->n + 1) * (size_t)(p + 1) * sizeof *storage);
  LIND_CHECK(storage != NULL, LIND_ERR_MEMORY, "no memory for a Cox model of %zu patients", ranked->n);
  walk w = {.ranked = ranked, .p = p, .x = storage, .risk = storage + ranked->n * (size_t)p, .ties = ties};
  memset(fit, 0, sizeof *fit);
  fit->p = p;
  centre(&w, x);
  climb(&w, fit);
  free(storage);
  return LIND_OK;
}
