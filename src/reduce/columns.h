/* columns.h -- a stored patient's row; the columns are listed and filled in the same order. */
#ifndef LIND_COLUMNS_H
#define LIND_COLUMNS_H

#include "lind/reduce.h"

lind_err lind_layout_columns(lind_layout *layout, lind_arena *arena) LIND_MUST_CHECK;
void lind_columns_row(const lind_layout *layout, const lind_desk *desk, int seat, double entry, const double *values,
                      const double *events, double *rows /* [n_columns][n_rows] */, size_t n_rows, size_t row);

#endif
