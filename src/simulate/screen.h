/* screen.h -- who of a pack passes the protocol's screening rule. Pure; uses the desk's scratch, allocates nothing. */
#ifndef LIND_SIMULATE_SCREEN_H
#define LIND_SIMULATE_SCREEN_H

#include "desk_scratch.h"

/* Of the people of `lanes`, whose rows stand in `rules`: those who pass, as a mask. Fills the slots of what is measured. */
unsigned lind_screen(lind_desk *desk, const lind_who who[LIND_LANES], unsigned lanes, lind_lane *rules);

#endif
