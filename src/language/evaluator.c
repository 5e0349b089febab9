/* The lane evaluator as a kernel, for machines without a compiler: each part is a tape. */
#include "model_tree.h"
#include "tape.h"

typedef struct machine {
  int n_given;
  const lind_sparse *sparse;
  lind_tape part[LIND_PART_COUNT];
} machine;

static void run(const machine *m, int part, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *out) {
  lind_tape_run(&m->part[part], time, frame, x, out);
}

static void individual(const void *self, lind_lane *frame) {
  const machine *m = self;
  run(m, LIND_PART_INDIVIDUAL, NULL, frame, NULL, frame + m->n_given);
}

#define EVALUATOR_FRAME(name, part) \
  static void name(const void *self, const lind_lane *frame, lind_lane *out) { run(self, part, NULL, frame, NULL, out); }
#define EVALUATOR_ALL(name, part)                                                                                         \
  static void name(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *out) { \
    run(self, part, time, frame, x, out);                                                                                 \
  }

EVALUATOR_FRAME(initial, LIND_PART_INITIAL)
EVALUATOR_FRAME(delays, LIND_PART_DELAYS)
EVALUATOR_ALL(rhs, LIND_PART_RHS)
EVALUATOR_ALL(outputs, LIND_PART_OUTPUTS)
EVALUATOR_ALL(jacobian, LIND_PART_JACOBIAN)
EVALUATOR_ALL(slope, LIND_PART_SLOPE)
EVALUATOR_ALL(rest, LIND_PART_REST)
EVALUATOR_ALL(triggers, LIND_PART_TRIGGERS)
EVALUATOR_ALL(reset, LIND_PART_RESET)
EVALUATOR_ALL(diffusion, LIND_PART_DIFFUSION)

static void dosing(const void *self, const lind_lane *frame, lind_lane *bioavailability, lind_lane *lag, lind_lane *rate,
                   lind_lane *duration) {
  run(self, LIND_PART_BIOAVAILABILITY, NULL, frame, NULL, bioavailability);
  run(self, LIND_PART_LAG, NULL, frame, NULL, lag);
  run(self, LIND_PART_RATE, NULL, frame, NULL, rate);
  run(self, LIND_PART_DURATION, NULL, frame, NULL, duration);
}

static void coefficients(const void *self, const lind_lane *frame, lind_lane *a, lind_lane *b) {
  run(self, LIND_PART_MATRIX, NULL, frame, NULL, a);
  run(self, LIND_PART_CONSTANTS, NULL, frame, NULL, b);
}

static void factor(const void *self, const lind_lane *shift, const lind_lane *entries, lind_lane *factors) {
  lind_sparse_factor(((const machine *)self)->sparse, shift, entries, factors);
}

static void solve(const void *self, const lind_lane *factors, lind_lane *b) {
  lind_sparse_solve(((const machine *)self)->sparse, factors, b);
}

lind_err lind_evaluator_kernel(const lind_model *model, lind_arena *arena, lind_kernel *kernel) {
  machine *m;
  LIND_TAKE(m, arena, 1);
  m->n_given = model->tree->n_given;
  m->sparse = &model->tree->sparse;
  for (int p = 0; p < LIND_PART_COUNT; ++p) LIND_TRY(lind_tape_plan(model, p, arena, &m->part[p]));
  lind_kernel made = model->kernel;
  made.self = m;
  made.individual = individual;
  made.initial = initial;
  made.rhs = rhs;
  made.outputs = outputs;
  made.jacobian = jacobian;
  made.factor = factor;
  made.solve = solve;
  made.slope = lind_layout_has(model, LIND_PART_SLOPE) ? slope : NULL;
  made.dosing = lind_layout_has(model, LIND_PART_BIOAVAILABILITY) ? dosing : NULL;
  made.coefficients = lind_layout_has(model, LIND_PART_MATRIX) ? coefficients : NULL;
  made.rest = lind_layout_has(model, LIND_PART_REST) ? rest : NULL;
  made.triggers = lind_layout_has(model, LIND_PART_TRIGGERS) ? triggers : NULL;
  made.reset = lind_layout_has(model, LIND_PART_RESET) ? reset : NULL;
  made.delays = lind_layout_has(model, LIND_PART_DELAYS) ? delays : NULL;
  made.diffusion = lind_layout_has(model, LIND_PART_DIFFUSION) ? diffusion : NULL;
  *kernel = made;
  return LIND_OK;
}
