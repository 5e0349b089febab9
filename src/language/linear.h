/* linear.h -- the linear part of a model: states whose rates are a x + b over themselves alone, a and b from the frame. */
#ifndef LIND_LANGUAGE_LINEAR_H
#define LIND_LANGUAGE_LINEAR_H

#include "model_tree.h"

/* Fills tree->linear from tree->rhs. A state with noise is left out, and so is whatever reads it. */
lind_err lind_linear_plan(lind_model_tree *tree, int n_states, lind_arena *arena) LIND_MUST_CHECK;

#endif
