/* kernel.c -- a sparse Jacobian written out. */
#include "lind/kernel.h"

#include <string.h>

void lind_kernel_dense(const lind_kernel *kernel, const lind_lane *entries, lind_lane *dense) {
  const int n = kernel->n_states;
  memset(dense, 0, (size_t)n * (size_t)n * sizeof *dense);
  for (int e = 0; e < kernel->n_entries; e++) dense[kernel->row[e] * n + kernel->column[e]] = entries[e];
}
