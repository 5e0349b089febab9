/* lane.h -- a lane is one patient's seat in a pack; a pack advances LIND_LANES patients side by side.
 *
 * Invariant: the result of a lane never depends on its neighbours. Idle lanes are masked, short packs are padded with ghosts.
 * No vector type stands in an exported signature; src/numerics/lane_math.h has the vector functions for inner loops.
 */
#ifndef LIND_LANE_H
#define LIND_LANE_H

#include <stdint.h>

enum { LIND_LANES = 8 };

typedef struct lind_lane {
  _Alignas(64) double of[LIND_LANES];
} lind_lane;

/* Why a lane stopped. A lane that stops is data: counted per arm, shown in the report, limited by the protocol. */
#define LIND_LANE_STATUS_LIST(X)                                                                  \
  X(LIND_LANE_OK, "finished")                                                                     \
  X(LIND_LANE_IDLE, "not in use")                                                                 \
  X(LIND_LANE_STEPS, "needed more steps than the limit")                                          \
  X(LIND_LANE_STEP_SIZE, "needed a step below the limit")                                         \
  X(LIND_LANE_NOT_FINITE, "had a state or a rate that was not finite")                            \
  X(LIND_LANE_MEMORY, "found no memory for the library that was to integrate it")                 \
  X(LIND_LANE_CROWDED, "had more doses under way than there is room for")                         \
  X(LIND_LANE_DOSE, "was given a dose with an impossible lag, bioavailability, rate or duration") \
  X(LIND_LANE_STEADY, "came to no steady state")                                                  \
  X(LIND_LANE_HISTORY, "needed more of its past than is kept")                                    \
  X(LIND_LANE_GRID, "was too stiff for the grid of its noise")

#define LIND_LANE_ENUM(code, sentence) code,
typedef enum { LIND_LANE_STATUS_LIST(LIND_LANE_ENUM) LIND_LANE_STATUS_COUNT } lind_lane_status;
#undef LIND_LANE_ENUM

#endif
