/* tape.h -- a part of a kernel as a list of steps on a board of lanes: what the evaluator runs, and what generated C has as
 * tables where a part is too large to be written out.
 *
 * Steps stand in an order in which equal operations follow one another and few values are alive at a time; a place of the board
 * is taken again once nobody reads it. Results are written where they belong and read from there.
 */
#ifndef LIND_LANGUAGE_TAPE_H
#define LIND_LANGUAGE_TAPE_H

#include "../expression/apply.h"
#include "model_tree.h"

typedef enum {
  LIND_TAPE_FRAME,
  LIND_TAPE_STATE, /* x, with the delayed ones behind */
  LIND_TAPE_TIME,
  LIND_TAPE_CONSTANT,
  LIND_TAPE_BOARD,
  LIND_TAPE_OUT,
  LIND_TAPE_KINDS
} lind_tape_kind;

typedef struct lind_tape_place {
  lind_tape_kind kind;
  int index;
} lind_tape_place;

typedef struct lind_tape_step {
  lind_op op; /* SLOT: a copy */
  lind_function function;
  lind_apply apply; /* NULL: a copy */
  lind_tape_place to, from[3];
} lind_tape_step;

typedef struct lind_tape {
  int n, n_board, n_constants, n_cleared;
  const lind_tape_step *steps; /* [n] */
  const lind_lane *constants;  /* [n_constants] */
} lind_tape;

lind_err lind_tape_plan(const lind_model *model, int part, lind_arena *arena, lind_tape *tape) LIND_MUST_CHECK;
/* time, x: NULL where the part takes none. Arrays do not overlap. */
void lind_tape_run(const lind_tape *tape, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *out);

#endif
