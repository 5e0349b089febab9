/* relay.h -- engines that take lanes over from one another within a call: the first one runs everybody, the next has whom it
 * gave up on, and so on. A lane never goes back until another patient sits there (step = 0).
 *
 * Optionally lanes that turn out stiff leave the first engine before it fails: stiffness.h says who.
 * Invariants: a lane's way through the relay depends on that lane alone. The engines' workspaces lie behind the relay's own; all
 * zero at first. Depends on: stepper.h, stiffness.h.
 */
#ifndef LIND_RELAY_H
#define LIND_RELAY_H

#include "lind/stepper.h"

enum { LIND_RELAY_MOST = 3 };

typedef struct lind_relay {
  int n; /* 0: nobody takes this kernel */
  const lind_stepper *engines[LIND_RELAY_MOST];
  int watch;  /* stiff lanes leave the first engine */
  int linear; /* the first engine takes the linear part exactly: only the rest can be stiff */
} lind_relay;

/* What `auto` picks for this kernel. */
lind_relay lind_relay_pick(const lind_kernel *kernel);
/* An engine and cvode behind it; alone where cvode cannot follow. */
lind_relay lind_relay_behind(const lind_stepper *stepper, const lind_kernel *kernel);

size_t lind_relay_bytes(const lind_relay *relay, const lind_kernel *kernel);
void lind_relay_advance(const lind_relay *relay, const lind_kernel *kernel, const lind_lane *frame,
                        const lind_tolerance *tolerance, lind_advance *pack, void *workspace);
void lind_relay_release(const lind_relay *relay, const lind_kernel *kernel, void *workspace);

#endif
