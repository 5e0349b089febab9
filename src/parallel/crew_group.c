/* crew_group.c -- guided groups (guided self-scheduling, Polychronopoulos and Kuck, IEEE Trans. Comput. C-36:1425, 1987): a share
 * of what is left, and never so much that a rank sits on work for long. */
#include <math.h>

#include "crew_inside.h"

/* Assumed, and harmless to results. A group lasts long enough to hide a draw (microseconds here, milliseconds over TCP) many
 * times over; with thousands of ranks longer, so that rank 0 answers at most about ten thousand draws a second. */
static const double group_seconds = 0.1, group_seconds_most = 0.5, draws_per_second = 1e4, share_of_left = 0.5;

uint64_t lind_crew_group_size(uint64_t left, int hands, int ranks, int threads, double mean, uint64_t most) {
  const double seconds = fmin(fmax(group_seconds, ranks / draws_per_second), group_seconds_most);
  double size = mean > 0 ? fmax(1, floor(seconds * threads / mean)) : threads;
  size = fmin(size, floor(share_of_left * (double)left / hands));
  return (uint64_t)fmin(size, (double)most);
}
