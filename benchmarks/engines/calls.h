/* calls.h -- what the functions of a compiled model cost alone, a call for a whole pack: no engine can do with less. */
#ifndef LIND_BENCH_CALLS_H
#define LIND_BENCH_CALLS_H

#include "workload.h"

typedef struct calls { /* ns; 0 where the model has no such function */
  double rhs, rest, jacobian, factor, solve;
} calls;

calls calls_measure(const workload *w);

#endif
