/* looks.h -- interim looks in calendar time, taken from complete lives. Nobody's treatment depends on them, so that a look is
 * what would have been known by then: who had come, and which of their events had happened. Depends on: gather.h.
 */
#ifndef LIND_LOOKS_H
#define LIND_LOOKS_H

#include "gather.h"

typedef enum { LIND_VERDICT_NONE, LIND_VERDICT_EFFICACY, LIND_VERDICT_FUTILITY } lind_verdict;

typedef struct lind_looks_stop {
  int looks;     /* taken */
  int used;      /* seats that had come */
  int verdict;   /* lind_verdict */
  double events; /* of the first analysis, at the stop */
  double time;   /* h of calendar time */
  double z;      /* in favour of the treated arm */
} lind_looks_stop;

/* Upper bounds of the planned looks, from the rule of the design: looks->t are events. */
void lind_looks_plan(const lind_protocol *protocol, lind_sequential *looks);

/* gather holds nothing on entry. value, event: [n_endpoints][capacity] of complete lives; entry[n]; scratch[3 n]. */
lind_err lind_looks_take(const lind_layout *layout, lind_gather *gather, const lind_desk *desk, const double *value,
                         const double *event, const double *entry, int n, double *scratch, lind_looks_stop *stop) LIND_MUST_CHECK;

/* The desk as it would have been at `time`: histories end there. */
void lind_looks_cut(lind_desk *desk, const double *entry, int n, double time);

#endif
