/* layout_analysis.h -- what each analysis tells its estimator: settings, covariates, strata. Depends on: reduce.h. */
#ifndef LIND_LAYOUT_ANALYSIS_H
#define LIND_LAYOUT_ANALYSIS_H

#include "lind/reduce.h"

/* Fills layout->analyses; the estimators are known to be registered. */
lind_err lind_layout_analysis_settle(lind_layout *layout, lind_arena *arena) LIND_MUST_CHECK;

#endif
