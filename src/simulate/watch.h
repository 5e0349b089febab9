/* watch.h -- state events that something outside the engine sets off. An engine sees a condition pass to true while it
 * integrates; it cannot see that a dose, a reset or an input that jumps between two of its calls has made it true. Whoever drives
 * an engine keeps what was true when it last looked, and lets what has become true since then fire. Allocates nothing; lanes do
 * not see one another. Depends on: stepper.h.
 */
#ifndef LIND_SIMULATE_WATCH_H
#define LIND_SIMULATE_WATCH_H

#include <stdbool.h>

#include "lind/stepper.h"

typedef struct lind_watch {
  const lind_kernel *kernel; /* n_triggers > 0 */
  lind_lane *margin;         /* [n_triggers] scratch */
  lind_lane *was;            /* [n_triggers] 1 where the condition was true */
} lind_watch;

/* A new start: a condition that is true now has to become false first. */
void lind_watch_begin(const lind_watch *w, const lind_lane *time, const lind_lane *frame, const lind_lane *x, unsigned lanes);
/* Before the engine is called: advance->trigger of the lanes in which a condition has become true, the first one of each; false:
 * there is none. The caller lets them fire and asks again. */
bool lind_watch_jump(const lind_watch *w, const lind_lane *frame, lind_advance *advance, unsigned lanes);
/* After it was called, before what it found is fired. */
void lind_watch_pass(const lind_watch *w, const lind_lane *frame, const lind_advance *advance, unsigned lanes);

#endif
