/* kaplan_meier.h -- the survival curve of one arm from ranked times, and what is read off it.
 * Sources: Kaplan & Meier 1958, doi:10.1080/01621459.1958.10501452; Greenwood 1926. Depends on: ranked.h.
 */
#ifndef LIND_KAPLAN_MEIER_H
#define LIND_KAPLAN_MEIER_H

#include "ranked.h"

typedef struct lind_kaplan_meier { /* steps at the times with events; strata are not looked at, there is one */
  size_t n, patients;
  double *time, *survival, *at_risk, *greenwood; /* [n] behind each time; greenwood: sum of d / (r (r - d)) */
  double last;                                   /* longest time, of whoever */
  void *storage;
} lind_kaplan_meier;

lind_err lind_kaplan_meier_create(const lind_ranked *ranked, int treated, lind_kaplan_meier *curve) LIND_MUST_CHECK;
void lind_kaplan_meier_release(lind_kaplan_meier *curve);

/* The first time at which the curve is at or below 1 - p, the middle of the step where it is just there; NAN if it never gets
 * there. */
double lind_kaplan_meier_quantile(const lind_kaplan_meier *curve, double p);
/* Its interval: where the bounds of the curve (normal on the scale of log survival) get there. */
void lind_kaplan_meier_interval(const lind_kaplan_meier *curve, double p, double level, double *lower, double *upper);
/* Area below the curve up to `tau`, and its standard error. */
double lind_kaplan_meier_area(const lind_kaplan_meier *curve, double tau, double *se);

#endif
