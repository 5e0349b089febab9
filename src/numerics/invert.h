/* invert.h -- quantiles of laws whose distribution function GSL has but does not invert reliably (gamma, beta, Student's t).
 *
 * A bracketed Newton iteration on log P (lower half) or log Q (upper half) in a coordinate y of the law's choice in which its
 * density is log-concave or nearly so: both are then concave and the iteration is monotone from its second point on. Depends on:
 * the C library only.
 */
#ifndef LIND_NUMERICS_INVERT_H
#define LIND_NUMERICS_INVERT_H

typedef struct lind_invert_law {
  double (*lower)(double y, double a, double b);   /* P(Y <= y) */
  double (*upper)(double y, double a, double b);   /* P(Y > y), accurate where it is small */
  double (*density)(double y, double a, double b); /* of Y; steers the iteration, need not be exact */
} lind_invert_law;

/* y with P(Y <= y) = u, u in (0,1), looked for from `start`. As exact as lower and upper are. */
double lind_invert_quantile(const lind_invert_law *law, double a, double b, double u, double start);

#endif
