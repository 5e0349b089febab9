/* sensitivity_events.h -- doses as a row of jumps in a state or in its input, with the derivative of each one's time and size.
 * Depends on: sensitivity.h, stencil.h.
 */
#ifndef LIND_SENSITIVITY_EVENTS_H
#define LIND_SENSITIVITY_EVENTS_H

#include <stdbool.h>

#include "lind/sensitivity.h"
#include "stencil.h"

typedef struct lind_sensitivity_event {
  double time, size;               /* h; what is added to the state, or to its input */
  bool infusion;                   /* to its input */
  int state, dose;                 /* dose: which it is of the task's */
  double *time_slope, *size_slope; /* [n_slots] */
} lind_sensitivity_event;

typedef struct lind_sensitivity_events {
  int n;
  lind_sensitivity_event *at; /* by time; those of one time in the order of the doses */
  double *slopes;             /* the memory of all their slopes */
} lind_sensitivity_events;

lind_err lind_sensitivity_events_create(const lind_sensitivity *task, const lind_stencil *stencil,
                                        lind_sensitivity_events *events) LIND_MUST_CHECK;
void lind_sensitivity_events_destroy(lind_sensitivity_events *events);

#endif
