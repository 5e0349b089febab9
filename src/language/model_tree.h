/* model_tree.h -- what a checked model is inside src/language: its graph, the roots of what has to be worked out, and the numbers
 * that the plan asks for before there is any patient.
 */
#ifndef LIND_LANGUAGE_MODEL_TREE_H
#define LIND_LANGUAGE_MODEL_TREE_H

#include "graph.h"
#include "lind/model.h"
#include "sparse.h"

/* Random effects that are drawn together. Programs run on parameters. */
typedef struct lind_random_block {
  int first, n;                     /* effects */
  const lind_program **sd;          /* [n]; of an exponential effect its mean, NULL: 1 */
  const lind_program **correlation; /* [n (n - 1) / 2] lower triangle row by row, or NULL */
  lind_where where;
} lind_random_block;

typedef struct lind_drift_programs {
  const lind_program *sd, *tau, *every;
} lind_drift_programs;

/* Arguments of error sensor(...), in this order. */
enum {
  LIND_SENSOR_GAMMA,
  LIND_SENSOR_DELTA,
  LIND_SENSOR_LAMBDA,
  LIND_SENSOR_XI,
  LIND_SENSOR_KEEP,
  LIND_SENSOR_EVERY,
  LIND_SENSOR_LOW,
  LIND_SENSOR_HIGH,
  LIND_SENSOR_KEYS
};

typedef struct lind_residual_programs {
  const lind_program *a, *b, *tau;              /* NULL where the kind of error has none */
  const lind_program *sensor[LIND_SENSOR_KEYS]; /* of a sensor; NULL: the default */
} lind_residual_programs;

typedef struct lind_linear { /* linear.c */
  int n;
  const int *states; /* [n] rising */
  int n_matrix;
  const int *matrix, *places; /* [n_matrix] vertices that are not 0, at row * n + column */
  const int *constants;       /* [n] vertices */
  int n_driving;
  const int *driving; /* [n_driving] places in states */
  int n_rest;
  const int *rest, *rest_states; /* [n_rest] vertices: rates of the other states */
} lind_linear;

typedef struct lind_model_tree {
  lind_graph graph;
  int n_given;                        /* frame slots before the derived ones */
  int offset[LIND_LEAF_DRIFT + 1];    /* of each kind of leaf in the frame */
  const int *initial, *rhs, *outputs; /* vertices */
  int n_entries;                      /* of the Jacobian that are not 0, by row, then by column */
  const int *jacobian, *row, *column; /* [n_entries] vertex and place */
  const int *slope;                   /* [n_states] vertices: d rate / d time; NULL: no rate depends on time */
  lind_linear linear;
  lind_sparse sparse;
  const int *bioavailability, *lag, *rate, *duration; /* [n_states]; NULL: nothing but 1, 0, 0, 0 */
  int n_triggers;
  const int *triggers; /* [n_triggers] vertices g: fires where g passes from <= 0 to > 0 */
  const int *resets;   /* [n_triggers * n_states] vertices: the states after it; a state that stays is its own leaf */
  int n_delays;
  const int *delayed; /* [n_delays] states; leaf k of LIND_LEAF_DELAYED is state delayed[k], delays[k] ago */
  const int *delays;  /* [n_delays] vertices from the frame: h */
  int n_noises;
  const int *noisy;     /* [n_noises] states, rising */
  const int *diffusion; /* [n_noises] vertices g */
  const int *noise;     /* [2 n_noises] vertices: g, then Milstein's g dg/dx; lind_layout_plan */
  int n_derived;
  const int *derived;      /* [n_derived] vertices that `individual` stores, in this order behind the given slots */
  const int *derived_slot; /* [graph.n] frame slot, or -1 */
  const bool *dynamic;     /* [graph.n] depends on a state or on time */
  int n_blocks;
  const lind_random_block *blocks;
  const lind_drift_programs *drifts;
  const lind_residual_programs *residuals;
} lind_model_tree;

/* layout.c: whatever a kernel has, from initial, rhs, outputs, dosing, triggers, delays and noise: its vertices, and a frame slot
 * for what does not change between events. */
lind_err lind_layout_plan(lind_model *model, lind_model_tree *tree, lind_arena *arena) LIND_MUST_CHECK;
/* Frame slot of a leaf, or -1 for a state, a delayed state and time. */
int lind_layout_slot(const lind_model_tree *tree, const lind_vertex *leaf);

/* dynamic[graph.n]: depends on a state or on time. */
lind_err lind_layout_dynamic(const lind_graph *graph, lind_arena *arena, const bool **dynamic) LIND_MUST_CHECK;

/* reciprocal.c: where something dynamic is divided by what does not change, it is multiplied by the reciprocal of that: one
 * division for a patient instead of one at every step. replaced[graph.n as it was]: the vertex to take for each. */
lind_err lind_reciprocal_replace(lind_graph *graph, lind_arena *arena, const int **replaced) LIND_MUST_CHECK;

/* What a function of a kernel is given. */
typedef enum {
  LIND_TAKES_FRAME_TO_FILL, /* `individual`: the results are the derived slots */
  LIND_TAKES_FRAME,
  LIND_TAKES_ALL /* time, frame and states */
} lind_takes;

/* One array of results of a kernel, for whoever writes it down. */
typedef struct lind_part {
  const char *name; /* "rhs" */
  lind_takes takes;
  const int *roots; /* [n] vertices */
  int n;
  const int *places; /* [n] where result i goes; NULL: to place i */
  int n_cleared;     /* places that are set to 0 before: those that no result goes to */
} lind_part;
enum {
  LIND_PART_INDIVIDUAL,
  LIND_PART_INITIAL,
  LIND_PART_RHS,
  LIND_PART_OUTPUTS,
  LIND_PART_BIOAVAILABILITY,
  LIND_PART_LAG,
  LIND_PART_RATE,
  LIND_PART_DURATION,
  LIND_PART_JACOBIAN,
  LIND_PART_SLOPE,
  LIND_PART_MATRIX,
  LIND_PART_CONSTANTS,
  LIND_PART_REST,
  LIND_PART_TRIGGERS,
  LIND_PART_RESET,
  LIND_PART_DELAYS,
  LIND_PART_DIFFUSION,
  LIND_PART_COUNT
};
lind_part lind_layout_part(const lind_model *model, int part);
/* A kernel has this function. */
bool lind_layout_has(const lind_model *model, int part);
/* marks[graph.n]: the vertices that the part works out, without leaves, constants and what it loads from the frame. */
void lind_layout_work(const lind_model_tree *tree, const lind_part *part, bool *marks);

/* emit_kernel.c: the kernel as C, a definition of `const lind_kernel SYMBOL`. It uses lind/kernel.h and numerics/lane_math.h,
 * which whoever compiles it puts in front. The text is in the arena. */
lind_err lind_emit_kernel(const lind_model *model, const char *symbol, lind_arena *arena, const char **text) LIND_MUST_CHECK;
/* evaluator.c: the kernel as tapes, which need no compiler. */
lind_err lind_evaluator_kernel(const lind_model *model, lind_arena *arena, lind_kernel *kernel) LIND_MUST_CHECK;

#endif
