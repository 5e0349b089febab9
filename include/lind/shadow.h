/* shadow.h -- lives beside those of a trial: the trial's people under the model of their twin, or under another arm. A shadow is
 * a desk of its own. Everybody keeps seat and attempt, hence the same random addresses: under the same plan and arm a shadow
 * lives the same life to the last bit. Depends on: plan.h.
 *
 * What a twin knows is one of two things. Everything: the person's own random effects, drop-out and errors of measurement, as
 * only a simulation can. The baseline: covariates and what was measured before treatment; expectations over the random effects
 * that are left possible are adaptive Gauss-Hermite sums about their mode (Liu and Pierce 1994, doi:10.1093/biomet/81.3.624),
 * reweighted by the density itself: a grid of 5 or 3 points an effect up to three effects, the axes' points of the third degree
 * beyond.
 */
#ifndef LIND_SHADOW_H
#define LIND_SHADOW_H

#include "lind/plan.h"

typedef struct lind_shadow {
  lind_desk *desk;
  double *mode;    /* [n_randoms][capacity] of the random effects given the baseline */
  double *root;    /* [n_randoms][n_randoms][capacity] lower triangle of their covariance's root */
  double *effects; /* [n_randoms][capacity] the point at hand */
  double *weight;  /* [points][capacity] of each person's points; they sum to 1 */
} lind_shadow;

lind_err lind_shadow_create(const lind_plan *plan, lind_shadow *shadow) LIND_MUST_CHECK;
void lind_shadow_release(lind_shadow *shadow);
size_t lind_shadow_bytes(const lind_plan *plan);

/* The people of seats [0, n) of the trial sit down on the shadow's desk, all in `arm`. */
void lind_shadow_seat(lind_shadow *shadow, const lind_desk *trial, int n, int arm);
/* Seats [from, to) are known by covariates and by their measurements of time 0, which the trial has taken. */
void lind_shadow_know(lind_shadow *shadow, const lind_desk *trial, int from, int to);
int lind_shadow_points(const lind_shadow *shadow);
/* From now on the desk lives the k-th point of everybody, without errors of measurement and drop-out. */
void lind_shadow_point(lind_shadow *shadow, int k, int from, int to);

#endif
