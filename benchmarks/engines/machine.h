/* machine.h -- what one core of this machine could do at best: the bounds of this benchmark. */
#ifndef LIND_BENCH_MACHINE_H
#define LIND_BENCH_MACHINE_H

double machine_flops(void);  /* per s: products and sums, fused, in the vectors that lind is compiled for */
double machine_stores(void); /* bytes per s, written to memory beyond the caches */

#endif
