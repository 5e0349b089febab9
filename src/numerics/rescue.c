/* rescue.c -- an engine with cvode behind it: what stepper.h calls a rescue. */
#include "lind/stepper.h"
#include "relay.h"

size_t lind_rescue_bytes(const lind_stepper *stepper, const lind_kernel *kernel) {
  const lind_relay relay = lind_relay_behind(stepper, kernel);
  return lind_relay_bytes(&relay, kernel);
}

void lind_rescue_advance(const lind_stepper *stepper, const lind_kernel *kernel, const lind_lane *frame,
                         const lind_tolerance *tolerance, lind_advance *pack, void *workspace) {
  lind_relay relay = lind_relay_behind(stepper, kernel);
  if (pack->alone) relay.n = 1;
  lind_relay_advance(&relay, kernel, frame, tolerance, pack, workspace);
}

void lind_rescue_release(const lind_stepper *stepper, const lind_kernel *kernel, void *workspace) {
  const lind_relay relay = lind_relay_behind(stepper, kernel);
  lind_relay_release(&relay, kernel, workspace);
}
