/* apply.h -- what an instruction of the lane evaluator does to 8 lanes. */
#ifndef LIND_EXPRESSION_APPLY_H
#define LIND_EXPRESSION_APPLY_H

#include "lind/expression.h"

/* Unused operands are repeats of the first; `to` may be one of the operands. */
typedef void (*lind_apply)(lind_lane *to, const lind_lane *x, const lind_lane *y, const lind_lane *z);

lind_apply lind_apply_of(lind_op op, lind_function function);

#endif
