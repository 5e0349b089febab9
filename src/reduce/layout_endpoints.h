/* layout_endpoints.h -- endpoints of a protocol meet their kinds, and what they look at. Depends on: reduce.h. */
#ifndef LIND_LAYOUT_ENDPOINTS_H
#define LIND_LAYOUT_ENDPOINTS_H

#include "lind/reduce.h"

/* Counts of categories and of their figures, from `first` on; returns what is behind them. */
lind_err lind_layout_endpoints_count(lind_layout *layout, lind_arena *arena, int first, int *end) LIND_MUST_CHECK;
/* Fills kinds, measures, traces and levels. */
lind_err lind_layout_endpoints_settle(lind_layout *layout, lind_arena *arena) LIND_MUST_CHECK;

#endif
