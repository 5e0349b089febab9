/* invert.h -- quantiles of laws whose distribution function GSL has but does not invert reliably (gamma, beta, Student's t).
 *
 * A bracketed Newton iteration on log P (lower half) or log Q (upper half) in a coordinate y in which the density is log-concave,
 * so that both are concave and the iteration is monotone from its second point on. Depends on: the C library only.
 */
#ifndef LIND_NUMERICS_INVERT_H
#define LIND_NUMERICS_INVERT_H

typedef struct lind_invert_law {
  double (*lower)(double x, double a, double b);   /* P(X <= x) */
  double (*upper)(double x, double a, double b);   /* P(X > x), accurate where it is small */
  double (*density)(double x, double a, double b); /* steers the iteration: need not be exact */
  double (*value)(double y);                       /* x at coordinate y; rising */
  double (*slope)(double x);                       /* dx/dy */
} lind_invert_law;

/* x with P(X <= x) = u, u in (0,1), from coordinate `start`. Exact to the accuracy of lower and upper. */
double lind_invert_quantile(const lind_invert_law *law, double a, double b, double u, double start);

#endif
