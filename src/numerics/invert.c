/* invert.c -- see invert.h. */
#include "invert.h"

#include <math.h>

enum { MOST_ITERATIONS = 200 }; /* the longest in tests/numerics/draw.c is 13; bisection alone would need about 70 */

/* How far log P or log Q is from its target (rising in y), and its derivative in y. */
static double invert_distance(const lind_invert_law *law, double a, double b, double u, double y, double *derivative) {
  const double density = law->density(y, a, b);
  if (u <= 0.5) {
    const double p = law->lower(y, a, b);
    *derivative = density / p;
    return log(p) - log(u);
  }
  const double q = law->upper(y, a, b);
  *derivative = density / q;
  return log1p(-u) - log(q);
}

/* The next point when Newton's leaves the bracket: its middle, or outwards while one side is still open. */
static double invert_fallback(double low, double high, double reach) {
  if (isinf(low)) return high - reach;
  if (isinf(high)) return low + reach;
  return 0.5 * (low + high);
}

double lind_invert_quantile(const lind_invert_law *law, double a, double b, double u, double start) {
  double low = -INFINITY, high = INFINITY, y = start, reach = 1;
  for (int i = 0; i < MOST_ITERATIONS; i++) {
    double derivative;
    const double distance = invert_distance(law, a, b, u, y, &derivative);
    if (distance == 0) break;
    if (distance < 0)
      low = y;
    else
      high = y;
    const double step = -distance / derivative;
    if (fabs(step) <= 1e-10 * (1 + fabs(y))) { /* converges quadratically: after this step only rounding is left */
      y += step;
      break;
    }
    if (y + step > low && y + step < high) {
      y += step;
    } else {
      y = invert_fallback(low, high, reach);
      reach *= 2;
    }
  }
  return y;
}
