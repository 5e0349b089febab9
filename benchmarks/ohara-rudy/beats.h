/* beats.h -- what the two halves of the program share: vectors of lanes here, one patient at a time in cvode_scalar.c. */
#ifndef LIND_BENCH_BEATS_H
#define LIND_BENCH_BEATS_H

#include <stdbool.h>

/* CVODE on the scalar kernel, dense or with the generated sparse factors. `frame` as the pack's, one lane of it; x [n_states] in, out; times in h. seen(context, ms) is called with x at
 * each whole number of ms on the way, counted from `began`; NULL: nobody looks. Returns the number of steps, negative where CVODE stopped. */
typedef struct scalar_look {
  void (*seen)(void *context, int ms, const double *x);
  void *context;
  double began;
} scalar_look;

typedef struct scalar_cell scalar_cell;
scalar_cell *scalar_create(const double *frame, bool sparse, double relative, double absolute);
long scalar_advance(scalar_cell *cell, double time, double target, double *x, const scalar_look *look);
void scalar_destroy(scalar_cell *cell);

#endif
