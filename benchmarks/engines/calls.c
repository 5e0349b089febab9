/* calls.c -- see calls.h. Shortest of several turns, everything in the first cache. */
#include "calls.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef enum { RHS, REST, JACOBIAN, FACTOR, SOLVE } part;

typedef struct bed { /* the first patients, at a state that is nowhere 0 */
  const lind_kernel *kernel;
  lind_lane *frame, *x, *dx, *entries, *factors, time;
} bed;

static void call(bed *b, part what) {
  const lind_kernel *k = b->kernel;
  switch (what) {
    case RHS: k->rhs(k->self, &b->time, b->frame, b->x, b->dx); break;
    case REST: k->rest(k->self, &b->time, b->frame, b->x, b->dx); break;
    case JACOBIAN: k->jacobian(k->self, &b->time, b->frame, b->x, b->entries); break;
    case FACTOR: k->factor(k->self, &b->time, b->entries, b->factors); break;
    case SOLVE: k->solve(k->self, b->factors, b->dx); break;
  }
}

static double shortest(bed *b, part what) {
  enum { CALLS = 2000, TURNS = 50 };
  double best = 1e9;
  for (int turn = 0; turn < TURNS; turn++) {
    struct timespec from, to;
    memcpy(b->dx, b->x, (size_t)b->kernel->n_states * sizeof *b->dx); /* solving again and again goes to 0 */
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int n = 0; n < CALLS; n++) call(b, what);
    clock_gettime(CLOCK_MONOTONIC, &to);
    const double ns = 1e9 * (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec);
    if (ns / CALLS < best) best = ns / CALLS;
  }
  return best;
}

calls calls_measure(const workload *w) {
  const lind_kernel *k = &w->model->kernel;
  bed b = {.kernel = k};
  lind_lane **const all[] = {&b.frame, &b.x, &b.dx, &b.entries, &b.factors};
  const int sizes[] = {k->n_frame, k->n_states, k->n_states, k->n_entries, k->n_factors};
  for (int a = 0; a < 5; a++) *all[a] = aligned_alloc(64, ((size_t)sizes[a] + 1) * sizeof(lind_lane));
  for (int i = 0; i < LIND_LANES; i++) {
    for (int slot = 0; slot < w->n_given; slot++) b.frame[slot].of[i] = w->given[(i % w->n_patients) * w->n_given + slot];
    for (int s = 0; s < k->n_states; s++) b.x[s].of[i] = k->unit[s];
    b.time.of[i] = 1;
  }
  k->individual(k->self, b.frame);
  calls found = {.rhs = shortest(&b, RHS)};
  if (k->rest != NULL) found.rest = shortest(&b, REST);
  if (k->factor != NULL) {
    found.jacobian = shortest(&b, JACOBIAN);
    found.factor = shortest(&b, FACTOR);
    found.solve = shortest(&b, SOLVE);
  }
  for (int a = 0; a < 5; a++) free(*all[a]);
  return found;
}
