/* stepper_auto.c -- the engine that picks: by what the kernel is, then lane by lane by how it behaves.
 *
 * Source: Hairer and Wanner 1996, doi:10.1007/978-3-642-05221-7, IV.2 (stiffness told from steps that stability bounds). The
 * rules are in relay.c. Shown by tests/numerics/stepper_auto.c.
 */
#include <stdio.h>

#include "relay.h"

static size_t bytes(const lind_kernel *kernel) {
  const lind_relay relay = lind_relay_pick(kernel);
  return lind_relay_bytes(&relay, kernel);
}

static const char *refuses(const lind_kernel *kernel) {
  return lind_relay_pick(kernel).n > 0 ? NULL : "no engine takes this kind of system";
}

static void advance(const lind_kernel *kernel, const lind_lane *frame, const lind_tolerance *tolerance, lind_advance *pack,
                    void *workspace) {
  const lind_relay relay = lind_relay_pick(kernel);
  lind_relay_advance(&relay, kernel, frame, tolerance, pack, workspace);
}

static void release(const lind_kernel *kernel, void *workspace) {
  const lind_relay relay = lind_relay_pick(kernel);
  lind_relay_release(&relay, kernel, workspace);
}

const lind_stepper lind_stepper_auto = {
    .name = "auto",
    .summary = "picks an engine by the kind of system, another for a patient who turns out stiff, and cvode where both give up",
    .source = "doi:10.1007/978-3-642-05221-7",
    .bytes = bytes,
    .refuses = refuses,
    .advance = advance,
    .release = release,
};

static void reason(const lind_kernel *kernel, int linear, char *text, size_t size) {
  if (kernel->n_noises > 0)
    snprintf(text, size, "noise in %d of %d states", kernel->n_noises, kernel->n_states);
  else if (kernel->n_delays > 0)
    snprintf(text, size, "delays");
  else if (linear && kernel->n_linear == kernel->n_states)
    snprintf(text, size, "linear");
  else if (linear)
    snprintf(text, size, "linear in %d of %d states", kernel->n_linear, kernel->n_states);
  else
    snprintf(text, size, "not linear");
}

const char *lind_stepper_choice(const lind_stepper *stepper, const lind_kernel *kernel, char *text, size_t size) {
  const int picks = stepper == &lind_stepper_auto;
  const lind_relay relay = picks ? lind_relay_pick(kernel) : lind_relay_behind(stepper, kernel);
  size_t used = 0;
  char why[80] = "as asked for";
  if (picks) reason(kernel, relay.linear, why, sizeof why);
  text[0] = '\0';
  for (int r = 0; r < relay.n && used < size; r++) {
    const char *name = relay.engines[r]->name;
    const int stiff = relay.watch && r == 1;
    const int n = r == 0  ? snprintf(text, size, "%s (%s)", name, why)
                  : stiff ? snprintf(text + used, size - used, "; %s for a patient who turns out stiff", name)
                          : snprintf(text + used, size - used, "; %s where that fails", name);
    used += (size_t)n;
  }
  return text;
}
