/* layout_controls.h -- whether a protocol has what the control of an analysis asks for. */
#ifndef LIND_LAYOUT_CONTROLS_H
#define LIND_LAYOUT_CONTROLS_H

#include "lind/reduce.h"

/* Adds to layout->needs. LIND_ERR_INPUT with the place of the estimator. */
lind_err lind_layout_controls_check(lind_layout *layout, const lind_analysis *analysis,
                                    const lind_estimator *estimator) LIND_MUST_CHECK;
/* The terms of all analyses: each one of a synthetic control has one row of the table and a truth that is known.
 * LIND_ERR_INPUT. */
lind_err lind_layout_controls_terms(const lind_layout *layout) LIND_MUST_CHECK;

#endif
