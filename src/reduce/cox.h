/* cox.h -- proportional hazards: the partial likelihood of ranked event times, its score and information, and its maximum.
 * Sources: Cox 1972, doi:10.1111/j.2517-6161.1972.tb00899.x; Breslow 1974, doi:10.2307/2529620; Efron 1977,
 * doi:10.1080/01621459.1977.10480613. Depends on: ranked.h.
 */
#ifndef LIND_COX_H
#define LIND_COX_H

#include "ranked.h"

enum { LIND_COX = LIND_COVARIATES + 1 }; /* columns at most */
typedef enum { LIND_COX_EFRON, LIND_COX_BRESLOW } lind_cox_ties;

typedef struct lind_cox_fit {
  int p;
  bool found; /* false: no event, no contrast, or an estimate without bound */
  double beta[LIND_COX], variance[LIND_COX][LIND_COX];
  double likelihood[2]; /* log partial likelihood at 0 and at beta */
  double score;         /* score test of beta = 0: chi-square with p degrees of freedom */
  int iterations;
} lind_cox_fit;

/* x[p][n]: columns in the order of the rank. Strata have baselines of their own. */
lind_err lind_cox_estimate(const lind_ranked *ranked, int p, const double *const *x, lind_cox_ties ties,
                           lind_cox_fit *fit) LIND_MUST_CHECK;

#endif
