/* looks_aside.c -- who looks aside changes nothing: states, times, steps, events and counts of work are those of a life that
 * nobody looks at, to the bit, with every engine; and what is seen is what a life that ends there has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"
#include "lanes_case.h"
#include "lind/stepper.h"
#include "linear.h"
#include "mixed.h"

enum { STATES = 4, FRAME = 16, CALLS = 6, MOST_LOOKS = 2000 };
static const lind_tolerance usual = {1e-6, 1e-9, 1e-9, 100000};
static const double every = 0.375, way = 7.3; /* h between looks, of a call */

typedef struct life { /* all that a pack has to show after each call */
  lind_lane x[CALLS][STATES], time[CALLS], step[CALLS];
  lind_lane_status status[CALLS][LIND_LANES];
  int trigger[CALLS][LIND_LANES];
  lind_work work;
} life;

typedef struct onlooker {
  int n_states, n[LIND_LANES];
  double time[LIND_LANES][MOST_LOOKS], x[LIND_LANES][MOST_LOOKS][STATES];
} onlooker;

typedef struct engine_case {
  const char *name;
  const lind_stepper *stepper;
  const lind_kernel *kernel;
  void (*patient)(int p, lind_lane *frame, lind_lane *x, int lane);
} engine_case;

static void sees(void *context, lind_advance *pack, unsigned lanes, const lind_lane *x) {
  onlooker *o = context;
  for (int i = 0; i < LIND_LANES; i++) {
    if (!(lanes >> i & 1)) continue;
    assert_true(o->n[i] < MOST_LOOKS);
    o->time[i][o->n[i]] = pack->look.of[i];
    for (int k = 0; k < o->n_states; k++) o->x[i][o->n[i]][k] = x[k].of[i];
    pack->look.of[i] = every * ++o->n[i];
  }
}

static const lind_purpose purposes[] = {0x51, 0x52};

/* Some doses; lane 5 looks on where o is given, the others, too, but for lane 2. `last`: where the last call ends. */
static void run(const engine_case *c, onlooker *o, double last, life *all_of_it) {
  void *workspace = aligned_alloc(64, (c->stepper->bytes(c->kernel) + 127) / 64 * 64);
  memset(workspace, 0, c->stepper->bytes(c->kernel));
  lind_lane frame[FRAME], x[STATES];
  lind_who who[LIND_LANES];
  memset(all_of_it, 0, sizeof *all_of_it);
  lind_advance pack = {.x = x, .who = who, .purposes = purposes, .grid = 1, .seen = o != NULL ? sees : NULL, .context = o};
  pack.aside = true;
  for (int i = 0; i < LIND_LANES; i++) {
    c->patient(i, frame, x, i);
    who[i] = (lind_who){.seed = 7, .seat = (uint32_t)i};
    pack.look.of[i] = i == 2 ? INFINITY : 0;
  }
  for (int call = 0; call < CALLS && way * call < last; call++) {
    pack.target = all(fmin(way * (call + 1), last));
    if (call == 3) pack.x[0].of[1] += 30; /* a dose */
    for (int again = 0; again < 50; again++) {
      c->stepper->advance(c->kernel, frame, &usual, &pack, workspace);
      bool any = false;
      for (int i = 0; i < LIND_LANES; i++) {
        if (pack.trigger[i] == LIND_TRIGGER_NONE) continue;
        all_of_it->trigger[call][i]++;
        x[0].of[i] += 25;
        any = true;
      }
      if (!any) break;
    }
    memcpy(all_of_it->x[call], x, (size_t)c->kernel->n_states * sizeof *x);
    all_of_it->time[call] = pack.time, all_of_it->step[call] = pack.step;
    memcpy(all_of_it->status[call], pack.status, sizeof pack.status);
  }
  all_of_it->work = pack.work;
  if (c->stepper->release != NULL) c->stepper->release(c->kernel, workspace);
  free(workspace);
}

static void nothing_changes(const engine_case *c) {
  static life alone, looked_at;
  static onlooker seen;
  memset(&seen, 0, sizeof seen);
  seen.n_states = c->kernel->n_states;
  run(c, NULL, 1e9, &alone);
  run(c, &seen, 1e9, &looked_at);
  for (int i = 0; i < LIND_LANES; i++) {
    assert_int_equal(alone.status[CALLS - 1][i], LIND_LANE_OK);
    assert_int_equal(seen.n[i], i == 2 ? 0 : (int)(way * CALLS / every) + 1);
  }
  if (memcmp(&alone, &looked_at, sizeof alone) != 0) fail_msg("%s: a life is another because somebody looks on", c->name);
}

/* A life that ends where it was looked at; within the engine's tolerance the same. Lane 6, a look in the middle of a call. */
static void what_is_seen_is_true(const engine_case *c) {
  static life all_of_it;
  static onlooker seen;
  const int lane = 6, look = 71; /* h 26.625, in the fourth call */
  memset(&seen, 0, sizeof seen);
  seen.n_states = c->kernel->n_states;
  run(c, &seen, 1e9, &all_of_it);
  assert_true(seen.time[lane][look] == every * look);
  run(c, NULL, every * look, &all_of_it);
  for (int k = 0; k < c->kernel->n_states; k++) {
    const double due = all_of_it.x[3][k].of[lane], value = seen.x[lane][look][k];
    if (!(fabs(value - due) <= 2e-5 * (1 + fabs(due)))) fail_msg("%s: state %d is %.17g and not %.17g", c->name, k, value, due);
  }
}

/* ---- who is looked at */

static void drug_case(int p, lind_lane *frame, lind_lane *x, int lane) { drug_patient(p, frame, x, lane); }
static void mixed_case(int p, lind_lane *frame, lind_lane *x, int lane) {
  mixed_patient(p, frame, x, lane);
  x[0].of[lane] = 100;
}

static const int two = 2;
static void linear_case(int p, lind_lane *frame, lind_lane *x, int lane) {
  for (int e = 0; e < 6; e++) frame[e].of[lane] = 0;
  linear_flow(frame, 2, 0, 1, 0.7 + 0.1 * p, lane);
  linear_flow(frame, 2, 1, -1, 0.1 + 0.03 * p, lane);
  x[0].of[lane] = 100 + p;
  x[1].of[lane] = p;
}

/* The first state below a threshold fires; the test gives it something then. */
static void runs_low(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *g) {
  (void)self, (void)time, (void)frame;
  for (int i = 0; i < LIND_LANES; i++) g[0].of[i] = 5 - x[0].of[i];
}

static void grows(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  (void)self, (void)time;
  for (int i = 0; i < LIND_LANES; i++) dx[0].of[i] = frame[0].of[i] * (50 - x[0].of[i]);
}
static void shakes(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *g) {
  (void)self, (void)time;
  for (int i = 0; i < LIND_LANES; i++) {
    g[0].of[i] = frame[1].of[i] * x[0].of[i];
    g[1].of[i] = frame[1].of[i] * frame[1].of[i] * x[0].of[i];
  }
}
static const int first_state[] = {0};
static const lind_kernel noisy = {
    .n_states = 1, .n_frame = 2, .rhs = grows, .n_noises = 1, .noisy = first_state, .diffusion = shakes};
static void noisy_case(int p, lind_lane *frame, lind_lane *x, int lane) {
  frame[0].of[lane] = 0.2 + 0.01 * p, frame[1].of[lane] = 0.05, x[0].of[lane] = 40 + p;
}

static void every_engine(void (*check)(const engine_case *)) {
  const lind_kernel linear = linear_kernel(&two);
  lind_kernel linear_low = linear, mixed_low = mixed_kernel, drug_low = drug;
  linear_low.n_triggers = mixed_low.n_triggers = drug_low.n_triggers = 1;
  linear_low.triggers = mixed_low.triggers = drug_low.triggers = runs_low;
  const engine_case cases[] = {{"rk", &lind_stepper_rk, &drug, drug_case},
                               {"rk, events", &lind_stepper_rk, &drug_low, drug_case},
                               {"rosenbrock", &lind_stepper_rosenbrock, &drug, drug_case},
                               {"rosenbrock, events", &lind_stepper_rosenbrock, &drug_low, drug_case},
                               {"cvode", &lind_stepper_cvode, &drug, drug_case},
                               {"cvode, events", &lind_stepper_cvode, &drug_low, drug_case},
                               {"auto", &lind_stepper_auto, &drug, drug_case},
                               {"exact", &lind_stepper_exact, &linear, linear_case},
                               {"exact, events", &lind_stepper_exact, &linear_low, linear_case},
                               {"exact and a pair", &lind_stepper_exact, &mixed_kernel, mixed_case},
                               {"exact and a pair, events", &lind_stepper_exact, &mixed_low, mixed_case},
                               {"milstein", &lind_stepper_milstein, &noisy, noisy_case},
                               {"euler-maruyama", &lind_stepper_euler_maruyama, &noisy, noisy_case}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    if (cases[k].stepper->refuses != NULL) assert_null(cases[k].stepper->refuses(cases[k].kernel));
    check(&cases[k]);
  }
}

static void lives_are_as_if_nobody_looked(void **state) {
  (void)state;
  every_engine(nothing_changes);
}

static void looks_see_what_is_there(void **state) {
  (void)state;
  every_engine(what_is_seen_is_true);
}

/* In a linear system rounding is all that is lost between looks. */
static void exact_looks_are_exact(void **state) {
  (void)state;
  static life all_of_it;
  static onlooker seen;
  const lind_kernel linear = linear_kernel(&two);
  const engine_case c = {"exact", &lind_stepper_exact, &linear, linear_case};
  memset(&seen, 0, sizeof seen);
  seen.n_states = 2;
  run(&c, &seen, 1e9, &all_of_it);
  for (int k = 0; k < seen.n[0]; k++) {
    const double due = 100 * exp(-0.7 * seen.time[0][k]);
    assert_true(fabs(seen.x[0][k][0] - due) <= 1e-12 * due);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(lives_are_as_if_nobody_looked), cmocka_unit_test(looks_see_what_is_there),
                                     cmocka_unit_test(exact_looks_are_exact)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
