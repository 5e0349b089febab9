/* layout_endpoints.h -- endpoints of a protocol meet their kinds, and what they look at. Depends on: reduce.h. */
#ifndef LIND_LAYOUT_ENDPOINTS_H
#define LIND_LAYOUT_ENDPOINTS_H

#include "lind/reduce.h"

/* Fills kinds, measures, traces and levels. */
lind_err lind_layout_endpoints_settle(lind_layout *layout, lind_arena *arena) LIND_MUST_CHECK;

#endif
