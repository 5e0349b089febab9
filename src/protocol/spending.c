/* spending.c -- how fast a group-sequential design may use up its type I error. Sources: Lan & DeMets 1983,
 * doi:10.1093/biomet/70.3.659 (O'Brien-Fleming and Pocock types); Hwang, Shih & DeCani 1990, doi:10.1002/sim.4780091207; Kim &
 * DeMets 1987, doi:10.1093/biomet/74.1.149 (power family). */
#include <math.h>

#include "lind/draw.h"
#include "lind/sequential.h"

double lind_spending_used(const lind_spending *spending, double alpha, double t) {
  const double g = spending->parameter;
  if (t >= 1.0) return alpha;
  if (t <= 0.0) return 0.0;
  switch (spending->kind) {
    case LIND_SPENDING_OBRIEN_FLEMING:
      return 2.0 * lind_draw_normal_cdf(lind_draw_normal_quantile(alpha / 2.0) / sqrt(t));
    case LIND_SPENDING_POCOCK:
      return alpha * log1p((M_E - 1.0) * t);
    case LIND_SPENDING_HSD:
      return g == 0.0 ? alpha * t : alpha * (expm1(-g * t) / expm1(-g));
    default:
      return alpha * pow(t, g);
  }
}
