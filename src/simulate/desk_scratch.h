/* desk_scratch.h -- the lanes of the pack at hand. One pack at a time lives here; nothing in it survives the pack. */
#ifndef LIND_DESK_SCRATCH_H
#define LIND_DESK_SCRATCH_H

#include "lind/plan.h"

struct lind_desk_scratch {
  lind_lane *lanes;           /* the memory of all below */
  lind_lane *rules;           /* [n_rule_slots] what rules see */
  lind_lane *frame;           /* [n_frame] of the model */
  lind_lane *x;               /* [n_states], then what they were a delay ago */
  lind_lane *after;           /* [n_triggers][n_states] */
  lind_lane *bioavailability; /* [n_states] */
  lind_lane *lag;             /* [n_states] h */
  lind_lane *rate, *duration; /* [n_states] of infusions whose rate or duration the model gives */
  lind_lane *input;           /* [n_states] what infusions add to each rate */
  lind_lane *control;         /* [n_controllers] rates that they have set */
  lind_lane *today;           /* [n_controllers] what they have given since the day began */
  lind_lane *y;               /* [n_outputs] */
  lind_lane *drift;           /* [n_drifts] */
  lind_lane *error;           /* [n_traces] z of the last samples, where errors are correlated in time */
  lind_lane *moment;          /* [n_triggers] h at which they fire, for models without states */
  lind_lane *margin, *was;    /* [n_triggers] what conditions were when last looked at, see watch.h */
  lind_lane *result;          /* of a program */
  void *workspace;            /* of the stepper */
};
typedef struct lind_desk_scratch lind_desk_scratch;

#endif
