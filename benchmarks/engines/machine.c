/* machine.c -- see machine.h. */
#include "machine.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "numerics/lane_math.h"

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Six lanes, 12 registers: as many sums as keep both units busy. */
double machine_flops(void) {
  enum { SUMS = 6, TURNS = 20000 };
  lind_lane kept;
  double best = 1e9;
  for (int again = 0; again < 20; again++) {
    const lind_v8 a = lind_v8_fill(0.999), b = lind_v8_fill(1e-3);
    lind_v8 s0 = b, s1 = b, s2 = b, s3 = b, s4 = b, s5 = b;
    const double began = now();
    for (int turn = 0; turn < TURNS; turn++) {
      s0 = lind_v8_fma(s0, a, b), s1 = lind_v8_fma(s1, a, b), s2 = lind_v8_fma(s2, a, b);
      s3 = lind_v8_fma(s3, a, b), s4 = lind_v8_fma(s4, a, b), s5 = lind_v8_fma(s5, a, b);
    }
    const double took = now() - began;
    lind_v8_store(&kept, lind_v8_add(lind_v8_add(lind_v8_add(s0, s1), lind_v8_add(s2, s3)), lind_v8_add(s4, s5)));
    if (took < best && kept.of[0] > 0) best = took;
  }
  return 2.0 * LIND_LANES * SUMS * TURNS / best;
}

double machine_stores(void) {
  const size_t size = (size_t)256 << 20;
  char *memory = malloc(size);
  double best = 1e9;
  for (int again = 0; again < 4 && memory != NULL; again++) {
    const double began = now();
    memset(memory, again + 1, size);
    __asm__ volatile("" : : "r"(memory) : "memory"); /* it is wanted */
    const double took = now() - began;
    if (again > 0 && took < best) best = took; /* the first touches the pages */
  }
  free(memory);
  return (double)size / best;
}
