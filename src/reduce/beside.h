/* beside.h -- what stands beside a replicate: forecasts and twins of its people, the truth about their treatment, people from
 * outside. One storage a runner, sized once; only what some analysis asks for is lived. Depends on: gather.h, lind/shadow.h.
 */
#ifndef LIND_BESIDE_H
#define LIND_BESIDE_H

#include "gather.h"
#include "lind/shadow.h"

typedef struct lind_beside {
  const lind_layout *layout;
  lind_shadow twin, truth; /* desk NULL: nobody asks */
  lind_desk *outside;
  double *value, *event; /* of the lives at hand, wherever they sit: [n_endpoints][capacity of their desk] */
  double *forecast, *twin_value, *twin_event, *control; /* [n_endpoints][seats] */
  double *outside_value, *outside_event;                /* [n_endpoints][patients from outside] */
  const lind_desk *seen;                                /* whose lives are at hand, with */
  const lind_desk *first; /* whose first measurements stand in the place of theirs; NULL: nobody's */
  void *storage;
} lind_beside;

size_t lind_beside_bytes(const lind_layout *layout);
lind_err lind_beside_create(const lind_layout *layout, lind_beside *beside) LIND_MUST_CHECK;
void lind_beside_release(lind_beside *beside);
/* The trial has enrolled n seats: so do those who stand beside it. People from outside live at once. */
void lind_beside_enrol(lind_beside *beside, const lind_desk *trial, int n);
/* The trial has lived seats [from, to). */
void lind_beside_live(lind_beside *beside, const lind_desk *trial, int from, int to);
/* The columns forecast, twin and external of a set that has been gathered, where its estimator asks for them. */
void lind_beside_fill(const lind_beside *beside, lind_gather *gather, const struct lind_layout_term *term,
                      lind_analysis_set *set);
/* The mean effect on those of the term who were treated: their own outcome less that of the same life under control. NAN for
 * other arms than those of the first analysis. */
double lind_beside_truth(const lind_beside *beside, const struct lind_layout_term *term, const lind_desk *trial,
                         const double *value, int n);

#endif
