/* stepper_history.h -- what lanes with delays remember: the last LIND_STEPPER_HISTORY_SEGMENTS steps of each as polynomials of
 * the delayed states, and the times at which what happened once comes back.
 *
 * A solution with delays is smooth but at a patient's start, at doses and other changes, and one lag, two lags, ... after them,
 * where a jump of the state has become one of the rate, then of its derivative, and so on. Steps end there (`goal`), and a value
 * of the past is read from the side on which the reading step lies. No step is longer than the shortest lag, so that nothing has
 * to be known before it is computed. Before its start a patient was as kernel->initial says (as it starts, where there is none).
 *
 * Everything is done lane by lane; memory is the engine's, and keeps its contents from call to call.
 */
#ifndef LIND_STEPPER_HISTORY_H
#define LIND_STEPPER_HISTORY_H

#include <stddef.h>

#include "lind/stepper.h"

enum {
  LIND_STEPPER_HISTORY_SEGMENTS = 512,
  LIND_STEPPER_HISTORY_POWERS = 6, /* 1, theta, ... theta^5 */
  LIND_STEPPER_HISTORY_ECHOES = 48,
  LIND_STEPPER_HISTORY_LEVELS = 6 /* a jump in the derivative of this order is left to the error test */
};

typedef struct lind_stepper_echo { /* at `time` the derivative of order `level` jumps; 0: the state itself */
  double time;
  int level;
} lind_stepper_echo;

typedef struct lind_stepper_memory { /* of one lane */
  long segments;                     /* ever written; segment i lies in place i % SEGMENTS */
  int n_echoes;
  lind_stepper_echo echoes[LIND_STEPPER_HISTORY_ECHOES];
} lind_stepper_memory;

typedef struct lind_stepper_history {
  const lind_kernel *kernel;
  const lind_lane *frame;
  lind_stepper_memory *memory; /* [LIND_LANES] */
  long *hint;                  /* [n_delays][LIND_LANES] where the last value was found */
  lind_lane *lag;              /* [n_delays] h */
  lind_lane *past;             /* [n_delays] before the start */
  lind_lane *end;              /* [n_states] as the last call left them */
  lind_lane *scratch;          /* [POWERS * n_delays] for the engine: the polynomials of a step */
  lind_lane *segments;         /* [SEGMENTS][3 + POWERS * n_delays]: start, length of theta = 1, end, then the polynomials */
} lind_stepper_history;

size_t lind_stepper_history_bytes(const lind_kernel *kernel); /* 0 without delays */

/* At the start of a call, kernel and frame being filled in: takes its memory and asks for the lags. Returns the lanes that have
 * one which is not above 0. */
unsigned lind_stepper_history_open(lind_stepper_history *history, void *memory);

/* The lanes start anew, `time` and x being theirs. x[n_states + n_delays] is overwritten. */
void lind_stepper_history_restart(lind_stepper_history *history, unsigned lanes, const lind_lane *time, lind_lane *x);

/* Something jumps in these lanes, now. */
void lind_stepper_history_jump(lind_stepper_history *history, unsigned lanes, const lind_lane *time);

/* The delayed states at `time`, into x[n_states ...], for a step that lies about `middle`. */
void lind_stepper_history_fill(lind_stepper_history *history, const lind_lane *time, const lind_lane *middle, lind_lane *x);

/* Where the next step may end at most: goal comes in as the target. longest: no step may be longer. */
void lind_stepper_history_goal(const lind_stepper_history *history, unsigned lanes, lind_lane *goal, lind_lane *longest);

/* These lanes went from `start` to `end` within a step of length h; delayed state k was polynomials[k * POWERS + p] theta^p.
 * Returns the lanes whose rates jump at `end`. `lost`: the lanes that had to forget what they still need. */
unsigned lind_stepper_history_keep(lind_stepper_history *history, unsigned lanes, const lind_lane *start, const lind_lane *h,
                                   const lind_lane *end, const lind_lane *polynomials, unsigned *lost);

#endif
