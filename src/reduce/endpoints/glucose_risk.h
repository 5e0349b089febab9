/* glucose_risk.h -- Kovatchev's scale on which low and high glucose count alike: U = 1.509 (ln(G)^1.084 - 5.381) of G in mg/dL,
 * with the risk 10 U^2 in either direction. The scale ends at 20 and 600 mg/dL, where the risk is 100. Source: Kovatchev et al.
 * 1997, Diabetes Care 20:1655, doi:10.2337/diacare.20.11.1655. */
#ifndef LIND_ENDPOINT_GLUCOSE_RISK_H
#define LIND_ENDPOINT_GLUCOSE_RISK_H

#include "window.h"

/* Below 0 on the side of low glucose. */
static inline double lind_glucose_risk(double glucose) {
  if (glucose < 20.0) return -100.0;
  if (glucose > 600.0) return 100.0;
  const double u = 1.509 * (pow(log(glucose), 1.084) - 5.381);
  return u < 0.0 ? -10.0 * u * u : 10.0 * u * u;
}

/* The mean risk on one side (-1 low, 1 high); what lies on the other side counts as 0. */
static inline double lind_glucose_risk_mean(const lind_endpoint *endpoint, const lind_series *series, double side) {
  double sum = 0.0;
  int n = 0;
  for (int k = 0; k < series->n; k++) {
    if (!lind_window_sees(endpoint, series, k)) continue;
    sum += fmax(0.0, side * lind_glucose_risk(series->value[k]));
    n++;
  }
  return n > 0 ? sum / n : NAN;
}

#endif
