/* race.c -- what the checker of threads must and must not find: counts by two threads, with an argument without a lock. */
#include <omp.h>
#include <stdio.h>

int main(int argc, char **argv) {
  int count = 0, parts[2] = {0, 0};
  (void)argv;
#pragma omp parallel num_threads(2)
  {
    parts[omp_get_thread_num()] = 1;
#pragma omp barrier
    if (argc > 1) {
      count += parts[0] + parts[1];
    } else {
#pragma omp critical
      count += parts[0] + parts[1];
    }
  }
  return printf("%d\n", count) < 0;
}
