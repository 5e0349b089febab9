/* crew_group.c -- guided groups (guided self-scheduling, Polychronopoulos and Kuck, IEEE Trans. Comput. C-36:1425, 1987): a share
 * of what is left, and never so much that a rank sits on work for long. */
#include <math.h>

#include "crew_inside.h"

/* Assumed, and harmless to results. A group lasts long enough to hide a draw (microseconds here, milliseconds over TCP) many
 * times over; where answers are slow, because rank 0 shares its cores with others, so long that half a group, which is there when
 * the next is asked for, hides twice the slowest answer of late; with thousands of ranks longer, so that rank 0 answers at most
 * about ten thousand draws a second. */
static const double group_seconds = 0.1, group_seconds_most = 0.5, draws_per_second = 1e4, answers_a_group = 4,
                    share_of_left = 0.5;

double lind_crew_group_seconds(int ranks, double answer) {
  return fmin(fmax(fmax(group_seconds, ranks / draws_per_second), answers_a_group * answer), group_seconds_most);
}

uint64_t lind_crew_group_size(uint64_t left, int hands, int threads, double mean, double seconds, uint64_t most) {
  double size = mean > 0 ? fmax(1, floor(seconds * threads / mean)) : threads;
  size = fmin(size, floor(share_of_left * (double)left / hands));
  return (uint64_t)fmin(size, (double)most);
}
