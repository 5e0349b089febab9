/* bench.h -- a model on a bench: 8 patients, their frame, doses and time, without a trial around them. */
#ifndef LIND_TEST_LANGUAGE_BENCH_H
#define LIND_TEST_LANGUAGE_BENCH_H

/* cmocka.h needs the four before it */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lind/model.h"
#include "lind/stepper.h"

typedef struct bench {
  lind_arena *arena;
  lind_model *model;
  lind_lane *frame, *x, *y;
  lind_lane step;
  double time;
} bench;

#define must(call)                                               \
  do {                                                           \
    if ((call) != LIND_OK) fail_msg("%s", lind_error_message()); \
  } while (0)

/* Lane `lane` of a frame slot. */
static inline void bench_put(bench *b, int slot, int lane, double value) { b->frame[slot].of[lane] = value; }

static inline int bench_parameter(const bench *b, const char *name) {
  const int index = lind_model_find_parameter(b->model, name);
  if (index < 0) fail_msg("no parameter %s", name);
  return index;
}

static inline void bench_parameter_all(bench *b, const char *name, double canonical) {
  for (int i = 0; i < LIND_LANES; ++i) bench_put(b, b->model->parameters[bench_parameter(b, name)].slot, i, canonical);
}

static inline const lind_model_covariate *bench_covariate(const bench *b, const char *name) {
  for (int i = 0; i < b->model->n_covariates; ++i)
    if (strcmp(b->model->covariates[i].name, name) == 0) return &b->model->covariates[i];
  fail_msg("no covariate %s", name);
  return NULL;
}

static inline int bench_level(const lind_model_covariate *covariate, const char *level) {
  for (int i = 0; i < covariate->type.levels->n; ++i)
    if (strcmp(covariate->type.levels->names[i], level) == 0) return i;
  fail_msg("%s has no level %s", covariate->name, level);
  return -1;
}

static inline void bench_number(bench *b, const char *name, double value) { /* in the covariate's own unit */
  const lind_model_covariate *c = bench_covariate(b, name);
  for (int i = 0; i < LIND_LANES; ++i) bench_put(b, c->slot, i, value * c->unit.scale);
}

static inline void bench_genotype(bench *b, const char *name, int lane, const char *first, const char *second) {
  const lind_model_covariate *c = bench_covariate(b, name);
  const int one = bench_level(c, first), two = bench_level(c, second);
  bench_put(b, c->slot, lane, one < two ? one : two);
  bench_put(b, c->slot + 1, lane, one < two ? two : one);
}

static inline void bench_set(bench *b, const char *name) {
  const int at = lind_model_find_set(b->model, name);
  if (at < 0) fail_msg("no set %s", name);
  const lind_model_set *set = &b->model->sets[at];
  for (int k = 0; k < set->n; ++k) bench_parameter_all(b, b->model->parameters[set->parameter[k]].name, set->value[k]);
}

static inline void bench_take(bench *b) {
  b->frame = lind_arena_take(b->arena, (size_t)b->model->kernel.n_frame, sizeof(lind_lane));
  b->x = lind_arena_take(b->arena, (size_t)(b->model->n_states + b->model->kernel.n_delays) + 1, sizeof(lind_lane));
  b->y = lind_arena_take(b->arena, (size_t)b->model->n_outputs, sizeof(lind_lane));
  for (int k = 0; k < b->model->n_parameters; ++k)
    for (int i = 0; i < LIND_LANES; ++i) bench_put(b, b->model->parameters[k].slot, i, b->model->parameters[k].value);
}

static inline void bench_open(bench *b, const char *name, lind_back_end back_end) {
  *b = (bench){0};
  must(lind_arena_create(&b->arena));
  must(lind_model_read(name, (lind_where){0}, b->arena, &b->model));
  must(lind_model_attach(b->model, back_end, NULL, b->arena));
  bench_take(b);
}

static inline void bench_open_text(bench *b, const char *text, lind_back_end back_end, const char *cache) {
  *b = (bench){0};
  must(lind_arena_create(&b->arena));
  must(lind_model_read_text(text, "t.lind", b->arena, &b->model));
  must(lind_model_attach(b->model, back_end, cache, b->arena));
  bench_take(b);
}

static inline void bench_close(bench *b) { lind_arena_destroy(&b->arena); }

/* After the frame has been filled: derived slots and states at time 0. */
static inline void bench_start(bench *b) {
  const lind_kernel *k = &b->model->kernel;
  k->individual(k->self, b->frame);
  k->initial(k->self, b->frame, b->x);
  b->time = 0;
  b->step = (lind_lane){0};
}

/* A dose enters `state` with its bioavailability. */
static inline void bench_dose(bench *b, const char *state, double amount) {
  const lind_kernel *k = &b->model->kernel;
  const int at = lind_model_find_state(b->model, state);
  lind_lane share[64], lag[64], rate[64], duration[64];
  assert_true(at >= 0 && k->n_states <= 64);
  for (int i = 0; i < LIND_LANES; ++i) share[at].of[i] = 1;
  if (k->dosing != NULL) k->dosing(k->self, b->frame, share, lag, rate, duration);
  for (int i = 0; i < LIND_LANES; ++i) b->x[at].of[i] += amount * share[at].of[i];
}

/* The Jacobian as a full matrix. */
static inline void bench_jacobian(const lind_kernel *k, const lind_lane *time, const lind_lane *frame, const lind_lane *x,
                                  lind_lane *dense) {
  static lind_lane entries[10000];
  assert_true(k->n_entries <= 10000);
  k->jacobian(k->self, time, frame, x, entries);
  lind_kernel_dense(k, entries, dense);
}

/* State events that have stopped lanes change their states; false: there were none. */
static inline bool bench_fire(bench *b, lind_advance *pack) {
  const lind_kernel *k = &b->model->kernel;
  lind_lane after[1024];
  bool any = false;
  if (k->n_triggers == 0) return false;
  assert_true(k->n_triggers * k->n_states <= 1024);
  k->reset(k->self, &pack->time, b->frame, b->x, after);
  for (int i = 0; i < LIND_LANES; ++i) {
    const int t = pack->trigger[i];
    for (int s = 0; t != LIND_TRIGGER_NONE && s < k->n_states; ++s) b->x[s].of[i] = after[t * k->n_states + s].of[i];
    any |= t != LIND_TRIGGER_NONE;
  }
  return any;
}

static inline void bench_advance(bench *b, const lind_stepper *stepper, lind_tolerance tolerance, double target) {
  const lind_kernel *k = &b->model->kernel;
  lind_advance pack = {.x = b->x, .step = b->step};
  lind_arena_place place = lind_arena_mark(b->arena);
  void *workspace = lind_arena_take(b->arena, stepper->bytes(k), 1);
  for (int i = 0; i < LIND_LANES; ++i) {
    pack.time.of[i] = b->time;
    pack.target.of[i] = target;
    pack.look.of[i] = INFINITY;
    pack.status[i] = LIND_LANE_OK;
  }
  do stepper->advance(k, b->frame, &tolerance, &pack, workspace);
  while (bench_fire(b, &pack));
  for (int i = 0; i < LIND_LANES; ++i) assert_int_equal(pack.status[i], LIND_LANE_OK);
  if (stepper->release != NULL) stepper->release(k, workspace);
  lind_arena_rewind(b->arena, place);
  b->step = pack.step;
  b->time = target;
}

static inline void bench_advance_rk(bench *b, double target) {
  bench_advance(b, &lind_stepper_rk, (lind_tolerance){1e-10, 1e-13, 1e-12, 1000000}, target);
}

static inline void bench_advance_cvode(bench *b, double target) {
  bench_advance(b, &lind_stepper_cvode, (lind_tolerance){1e-11, 1e-14, 1e-12, 1000000}, target);
}

static inline const lind_lane *bench_output(bench *b, const char *name) {
  const lind_kernel *k = &b->model->kernel;
  const int at = lind_model_find_output(b->model, name);
  lind_lane time;
  assert_true(at >= 0);
  for (int i = 0; i < LIND_LANES; ++i) time.of[i] = b->time;
  k->outputs(k->self, &time, b->frame, b->x, b->y);
  return &b->y[at];
}

#endif
