/* fisher.h -- what the tests of the tissue share: a hand-written kernel, dc/dt = rho c (1 - c) in a cell, D in white matter and a
 * fifth of it in grey, a fraction of radiation as a jump; slabs; a patient who is advanced. Lengths in mm, times in day here. */
#ifndef TESTS_TISSUE_FISHER_H
#define TESTS_TISSUE_FISHER_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lind/tissue.h"

enum {
  FISHER_D,
  FISHER_RHO,
  FISHER_ALPHA,
  FISHER_START,
  FISHER_X0,
  FISHER_Y0,
  FISHER_X,
  FISHER_Y,
  FISHER_WHITE,
  FISHER_GREY,
  FISHER_FRAME
};
enum { FISHER_C, FISHER_T1, FISHER_T2, FISHER_BURDEN, FISHER_RADIATION, FISHER_STATES };
enum { FISHER_GAUSS, FISHER_PLANE, FISHER_FLAT, FISHER_WAVE, FISHER_COSINE };

static const double mm = 0.01, day = 24.0; /* dm, h */

static void fisher_individual(const void *self, lind_lane *frame) {
  (void)self;
  (void)frame;
}

/* Ablowitz and Zeppetella 1979 (doi:10.1007/BF02462380): an exact wave of speed 5 / sqrt 6 in units of sqrt(D rho) */
static double fisher_wave(double x, double t, double d, double rho) {
  const double z = sqrt(rho / d) * x - 5.0 / sqrt(6.0) * rho * t;
  return pow(1.0 + exp(z / sqrt(6.0)), -2.0);
}

static void fisher_initial(const void *self, const lind_lane *frame, lind_lane *x) {
  (void)self;
  for (int i = 0; i < LIND_LANES; i++) {
    const double dx = frame[FISHER_X].of[i] - frame[FISHER_X0].of[i], dy = frame[FISHER_Y].of[i] - frame[FISHER_Y0].of[i];
    const int kind = (int)frame[FISHER_START].of[i];
    double c = 0.3;
    if (kind == FISHER_GAUSS) c = exp(-(dx * dx + dy * dy) / (16.0 * mm * mm));
    if (kind == FISHER_PLANE) c = dx < 0.0 ? 1.0 : 0.0;
    if (kind == FISHER_WAVE) c = fisher_wave(dx, 0.0, frame[FISHER_D].of[i], frame[FISHER_RHO].of[i]);
    if (kind == FISHER_COSINE) c = 0.0; /* laid by the test */
    x[FISHER_C].of[i] = c;
    for (int k = FISHER_T1; k < FISHER_STATES; k++) x[k].of[i] = 0.0;
  }
}

static void fisher_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  (void)self;
  (void)time;
  for (int k = 0; k < FISHER_STATES; k++)
    for (int i = 0; i < LIND_LANES; i++)
      dx[k].of[i] = k == FISHER_C ? frame[FISHER_RHO].of[i] * x[k].of[i] * (1.0 - x[k].of[i]) : 0.0;
}

static void fisher_outputs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *y) {
  (void)self;
  (void)time;
  (void)x;
  for (int i = 0; i < LIND_LANES; i++)
    y[0].of[i] = frame[FISHER_D].of[i] * (frame[FISHER_WHITE].of[i] + 0.2 * frame[FISHER_GREY].of[i]);
}

static void fisher_triggers(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *g) {
  (void)self;
  (void)time;
  (void)frame;
  const double area = M_PI * 15.0 * mm * 15.0 * mm; /* T2 radius passes 15 mm */
  for (int i = 0; i < LIND_LANES; i++) {
    g[0].of[i] = x[FISHER_RADIATION].of[i];
    g[1].of[i] = x[FISHER_T2].of[i] - area;
  }
}

static void fisher_reset(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *after) {
  (void)self;
  (void)time;
  for (int k = 0; k < FISHER_STATES; k++) after[k] = after[FISHER_STATES + k] = x[k];
  for (int i = 0; i < LIND_LANES; i++) {
    const double d = x[FISHER_RADIATION].of[i], alpha = frame[FISHER_ALPHA].of[i];
    after[FISHER_C].of[i] = x[FISHER_C].of[i] * exp(-alpha * d * (1.0 + d / 10.0));
    after[FISHER_RADIATION].of[i] = 0.0;
  }
}

static const lind_kernel fisher_kernel = {.n_states = FISHER_STATES,
                                          .n_frame = FISHER_FRAME,
                                          .n_outputs = 1,
                                          .individual = fisher_individual,
                                          .initial = fisher_initial,
                                          .rhs = fisher_rhs,
                                          .outputs = fisher_outputs,
                                          .n_triggers = 2,
                                          .triggers = fisher_triggers,
                                          .reset = fisher_reset};

static const int fisher_field[] = {FISHER_C}, fisher_output[] = {0};
static const struct lind_tissue_measure fisher_measures[] = {{LIND_TISSUE_AREA, 0, FISHER_T1, 0.80},
                                                             {LIND_TISSUE_AREA, 0, FISHER_T2, 0.16},
                                                             {LIND_TISSUE_INTEGRAL, 0, FISHER_BURDEN, 0.0}};

/* nx x ny cells of white matter; below `grey` columns of them are grey */
static inline lind_tissue_space fisher_slab(int nx, int ny, double spacing_mm, int grey) {
  double *white = calloc((size_t)nx * (size_t)ny, sizeof *white), *other = calloc((size_t)nx * (size_t)ny, sizeof *other);
  assert_non_null(white);
  assert_non_null(other);
  for (int k = 0; k < nx * ny; k++) *(k % nx < grey ? &other[k] : &white[k]) = 1.0;
  return (lind_tissue_space){.nx = nx, .ny = ny, .spacing = spacing_mm * mm, .white = white, .grey = other};
}

typedef struct fisher_patient {
  lind_tissue *tissue;
  lind_tissue_space space;
  lind_lane frame[FISHER_FRAME], x[FISHER_STATES];
  lind_advance pack;
  void *workspace;
  lind_arena *arena;
  bool owns;
} fisher_patient;

/* D in mm2/day, rho in 1/day, at x0, y0 mm */
static inline void fisher_begin(fisher_patient *p, lind_tissue_space space, double d, double rho, int start, double x0, double y0,
                                double step_days, const void *comm) {
  memset(p, 0, sizeof *p);
  p->space = space;
  const lind_tissue_wiring wiring = {.kernel = &fisher_kernel,
                                     .n_fields = 1,
                                     .fields = fisher_field,
                                     .diffusivities = fisher_output,
                                     .slot_x = FISHER_X,
                                     .slot_y = FISHER_Y,
                                     .slot_white = FISHER_WHITE,
                                     .slot_grey = FISHER_GREY,
                                     .n_measures = 3,
                                     .measures = fisher_measures,
                                     .step = step_days * day,
                                     .relative = 1e-12};
  assert_int_equal(lind_arena_create(&p->arena), LIND_OK);
  assert_int_equal(lind_tissue_create(&p->space, &wiring, p->arena, &p->tissue), LIND_OK);
  if (lind_tissue_start(p->tissue, comm) != LIND_OK) fail_msg("%s", lind_error_message());
  const double given[] = {d * mm * mm / day, rho / day, 0.036, start, x0 * mm, y0 * mm};
  for (int k = 0; k < 6; k++)
    for (int i = 0; i < LIND_LANES; i++) p->frame[k].of[i] = given[k];
  const lind_kernel *kernel = lind_tissue_kernel(p->tissue);
  kernel->initial(kernel->self, p->frame, p->x);
  p->workspace = calloc(1, lind_stepper_tissue.bytes(kernel));
  p->pack.x = p->x;
  for (int i = 1; i < LIND_LANES; i++) p->pack.status[i] = LIND_LANE_IDLE;
}

/* To `days`, or to the first event that is no fraction of radiation; returns the trigger. */
static inline int fisher_live(fisher_patient *p, double days) {
  const lind_kernel *kernel = lind_tissue_kernel(p->tissue);
  const lind_tolerance tolerance = {0};
  while (p->pack.time.of[0] < days * day) {
    p->pack.target.of[0] = days * day;
    lind_stepper_tissue.advance(kernel, p->frame, &tolerance, &p->pack, p->workspace);
    assert_int_equal(p->pack.status[0], LIND_LANE_OK);
    const int t = p->pack.trigger[0];
    if (t == LIND_TRIGGER_NONE) continue;
    lind_lane after[2 * FISHER_STATES];
    kernel->reset(kernel->self, &p->pack.time, p->frame, p->x, after);
    for (int k = 0; k < FISHER_STATES; k++) p->x[k].of[0] = after[t * FISHER_STATES + k].of[0];
    if (t != 0) return t;
  }
  return LIND_TRIGGER_NONE;
}

static inline void fisher_end(fisher_patient *p) {
  lind_stepper_tissue.release(lind_tissue_kernel(p->tissue), p->workspace);
  lind_tissue_stop(p->tissue);
  free(p->workspace);
  lind_arena_destroy(&p->arena);
}

static inline void fisher_slab_free(lind_tissue_space *space) {
  free((void *)(uintptr_t)space->white);
  free((void *)(uintptr_t)space->grey);
}

typedef struct fisher_copy { /* of a field, for whoever looks */
  int n_seen;
  double *whole;
} fisher_copy;

static void fisher_see(void *context, double time, int field, const lind_tissue_space *space, const double *whole) {
  fisher_copy *copy = context;
  (void)time;
  (void)field;
  memcpy(copy->whole, whole, (size_t)space->nx * (size_t)space->ny * sizeof *whole);
  copy->n_seen++;
}

/* The field at `days`: lived up to there. [ny][nx], the caller's to free. */
static inline double *fisher_field_at(fisher_patient *p, double days) {
  fisher_copy copy = {.whole = calloc((size_t)p->space.nx * (size_t)p->space.ny, sizeof(double))};
  const double time = days * day;
  const lind_tissue_watch watch = {.see = fisher_see, .context = &copy, .n_times = 1, .times = &time};
  lind_tissue_show(p->tissue, &watch);
  (void)fisher_live(p, days);
  lind_tissue_show(p->tissue, NULL);
  assert_int_equal(copy.n_seen, 1);
  return copy.whole;
}

static inline double fisher_radius(double area) { return sqrt(area / M_PI) / mm; }

#endif
