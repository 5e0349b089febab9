/* course_line.c -- the kernel of a course whose inputs move on lines between records: a kernel that makes its frame anew for the
 * time at which it is asked. Its rates depend on time, so that it has no linear part; how they change with time is a central
 * difference (its error, about 1e-10 of the rates, is far below what a step is judged by). */
#include <string.h>

#include "course_inside.h"

/* The frame at `time`. Inputs that do not vary come from the pack's frame. */
static const lind_lane *frame_at(const lind_course_line *line, const lind_lane *time, const lind_lane *frame) {
  const lind_course *course = line->course;
  memcpy(line->frame, frame, (size_t)course->kernel->n_frame * sizeof *frame);
  for (int k = 0; k < course->n_varying; k++)
    for (int i = 0; course->between[k] == LIND_BETWEEN_LINE && i < LIND_LANES; i++) {
      const double since = time->of[i] - line->from.of[i];
      line->frame[course->varying[k]].of[i] = __builtin_fma(line->slope[k].of[i], since, line->at[k].of[i]);
    }
  course->kernel->individual(course->kernel->self, line->frame);
  return line->frame;
}

static void initial(const void *self, const lind_lane *frame, lind_lane *x) {
  const lind_kernel *kernel = ((const lind_course_line *)self)->course->kernel;
  kernel->initial(kernel->self, frame, x);
}

static void individual(const void *self, lind_lane *frame) {
  const lind_kernel *kernel = ((const lind_course_line *)self)->course->kernel;
  kernel->individual(kernel->self, frame);
}

static void delays(const void *self, const lind_lane *frame, lind_lane *lag) {
  const lind_kernel *kernel = ((const lind_course_line *)self)->course->kernel;
  kernel->delays(kernel->self, frame, lag);
}

static void factor(const void *self, const lind_lane *shift, const lind_lane *entries, lind_lane *factors) {
  const lind_kernel *kernel = ((const lind_course_line *)self)->course->kernel;
  kernel->factor(kernel->self, shift, entries, factors);
}

static void solve(const void *self, const lind_lane *factors, lind_lane *b) {
  const lind_kernel *kernel = ((const lind_course_line *)self)->course->kernel;
  kernel->solve(kernel->self, factors, b);
}

#define ON_LINES(part)                                                                                                       \
  static void part(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *result) { \
    const lind_course_line *line = self;                                                                                     \
    const lind_kernel *kernel = line->course->kernel;                                                                        \
    kernel->part(kernel->self, time, frame_at(line, time, frame), x, result);                                                \
  }
ON_LINES(rhs)
ON_LINES(outputs)
ON_LINES(jacobian)
ON_LINES(triggers)
ON_LINES(reset)
ON_LINES(diffusion)
#undef ON_LINES

static void slope(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dt) {
  const lind_course_line *line = self;
  const double step = 1e-4; /* h */
  lind_lane before, after;
  for (int i = 0; i < LIND_LANES; i++) {
    before.of[i] = time->of[i] - step;
    after.of[i] = time->of[i] + step;
  }
  rhs(self, &before, frame, x, line->near);
  rhs(self, &after, frame, x, dt);
  for (int k = 0; k < line->course->kernel->n_states; k++)
    for (int i = 0; i < LIND_LANES; i++) dt[k].of[i] = (dt[k].of[i] - line->near[k].of[i]) / (after.of[i] - before.of[i]);
}

lind_err lind_course_line_init(lind_course_pack *p) {
  const lind_course *course = p->course;
  bool lines = false;
  for (int k = 0; k < course->n_varying; k++) lines |= course->between[k] == LIND_BETWEEN_LINE;
  LIND_TAKE(p->line.at, p->arena, course->n_varying + 1);
  LIND_TAKE(p->line.slope, p->arena, course->n_varying + 1);
  if (!lines) return LIND_OK;
  const lind_kernel *kernel = course->kernel;
  lind_course_line *line = &p->line;
  line->course = course;
  LIND_TAKE(line->frame, p->arena, kernel->n_frame);
  LIND_TAKE(line->near, p->arena, kernel->n_states + 1);
  p->on_lines = *kernel;
  p->on_lines.self = line;
  p->on_lines.individual = individual;
  p->on_lines.initial = initial;
  p->on_lines.rhs = rhs;
  p->on_lines.outputs = outputs;
  p->on_lines.dosing = NULL; /* asked of the pack's frame alone */
  if (kernel->jacobian != NULL) p->on_lines.jacobian = jacobian;
  p->on_lines.slope = slope;
  if (kernel->factor != NULL) p->on_lines.factor = factor;
  if (kernel->solve != NULL) p->on_lines.solve = solve;
  p->on_lines.n_linear = p->on_lines.n_driving = 0;
  p->on_lines.linear = p->on_lines.driving = NULL;
  p->on_lines.coefficients = NULL;
  p->on_lines.rest = NULL;
  if (kernel->triggers != NULL) p->on_lines.triggers = triggers;
  if (kernel->reset != NULL) p->on_lines.reset = reset;
  if (kernel->delays != NULL) p->on_lines.delays = delays;
  if (kernel->diffusion != NULL) p->on_lines.diffusion = diffusion;
  p->kernel = &p->on_lines;
  return LIND_OK;
}
