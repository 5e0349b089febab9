/* exact_lanes.c -- who shares a pack with a patient does not change one bit of the patient, whatever steps, infusions, looks and
 * leftovers of earlier packs the propagator's memory has seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lind/stepper.h"
#include "linear.h"
#include "mixed.h"

enum { N = 4, CALLS = 6, LOOKS = 200 };

typedef struct life { /* all that a lane has to show */
  double x[CALLS][N], time[CALLS], seen[LOOKS];
  int n_seen;
  lind_lane_status status[CALLS];
} life;

typedef enum { PATIENT, GHOST, BROKEN, GROWING } guest; /* who sits in a lane */

typedef struct ward {
  life *lives;
  const int *patient;
} ward;

static void watch(void *context, lind_advance *pack, unsigned lanes, const lind_lane *x) {
  const ward *w = context;
  for (int i = 0; i < LIND_LANES; i++)
    if (lanes >> i & 1) {
      if (w->lives[i].n_seen < LOOKS) w->lives[i].seen[w->lives[i].n_seen++] = x[1].of[i];
      pack->look.of[i] += 0.7 + 0.1 * (w->patient[i] % 3);
    }
}

static void seat(lind_lane *frame, guest who, int p, int lane) {
  for (int e = 0; e < N * (N + 1); e++) frame[e].of[lane] = 0;
  linear_flow(frame, N, 0, 1, 1 + 0.1 * p, lane);
  linear_flow(frame, N, 1, -1, 0.1 + 0.03 * p, lane);
  linear_flow(frame, N, 1, 2, 0.2, lane);
  linear_flow(frame, N, 2, 1, 0.08 + 0.01 * p, lane);
  if (p % 2) linear_flow(frame, N, 2, 3, 0.3, lane); /* a path that others lack */
  if (who == BROKEN) frame[1].of[lane] = NAN;
  if (who == GROWING) frame[N + 1].of[lane] = 80;
}

/* The same with a part that is not linear: absorption and response differ between patients. */
static void seat_mixed(lind_lane *frame, lind_lane *x, guest who, int p, int lane) {
  mixed_patient(p, frame, x, lane);
  if (who == BROKEN) frame[6].of[lane] = NAN;
  if (who == GROWING) frame[1].of[lane] = -80;
}

static int workspace_is_dirty, is_mixed;

static void run_pack(const guest who[LIND_LANES], const int patient[LIND_LANES], life lives[LIND_LANES]) {
  static _Alignas(64) unsigned char workspace[1 << 18];
  static const int n = N;
  const lind_kernel kernel = is_mixed ? mixed_kernel : linear_kernel(&n);
  const lind_tolerance tolerance = {1e-6, 1e-8, 1e-7, 2000};
  lind_lane frame[N * (N + 1)], x[N], input[N];
  ward w = {lives, patient};
  lind_advance pack = {.x = x, .input = input, .seen = watch, .context = &w};
  assert_true(lind_stepper_exact.bytes(&kernel) <= sizeof workspace);
  if (!workspace_is_dirty) memset(workspace, 0, sizeof workspace);
  memset(x, 0, sizeof x);
  memset(lives, 0, LIND_LANES * sizeof *lives);
  for (int i = 0; i < LIND_LANES; i++) {
    if (is_mixed) seat_mixed(frame, x, who[i], patient[i], i);
    if (!is_mixed) seat(frame, who[i], patient[i], i);
    if (who[i] == GHOST) pack.status[i] = LIND_LANE_IDLE;
  }
  for (int call = 0; call < CALLS; call++) {
    for (int i = 0; i < LIND_LANES; i++) {
      const int p = patient[i];
      pack.target.of[i] = (p % 2 ? 6. : 4.1) * (call + 1);
      x[0].of[i] += 50;
      for (int s = 0; s < N; s++) input[s].of[i] = s == 1 && (p + call) % 3 == 0 ? 2. * p : 0;
    }
    lind_stepper_exact.advance(&kernel, frame, &tolerance, &pack, workspace);
    for (int i = 0; i < LIND_LANES; i++) {
      for (int s = 0; s < N; s++) lives[i].x[call][s] = x[s].of[i];
      lives[i].time[call] = pack.time.of[i];
      lives[i].status[call] = pack.status[i];
    }
  }
}

static const guest patients[LIND_LANES] = {PATIENT, PATIENT, PATIENT, PATIENT, PATIENT, PATIENT, PATIENT, PATIENT};

static void assert_same_life(const life *a, const life *b) { assert_memory_equal(a, b, sizeof *a); }

static void permuted_lanes_live_the_same_lives(void **state) {
  (void)state;
  const int number[LIND_LANES] = {0, 1, 2, 3, 4, 5, 6, 7};
  static life straight[LIND_LANES], permuted[LIND_LANES];
  workspace_is_dirty = 0;
  run_pack(patients, number, straight);
  for (int i = 0; i < LIND_LANES; i++) {
    assert_int_equal(straight[i].status[CALLS - 1], LIND_LANE_OK);
    assert_true(straight[i].x[CALLS - 1][1] > 0 && straight[i].n_seen > 20);
    for (int k = 0; k < i; k++) assert_true(straight[i].x[0][1] != straight[k].x[0][1]);
  }
  for (workspace_is_dirty = 0; workspace_is_dirty < 2; workspace_is_dirty++)
    for (int turn = 1; turn < LIND_LANES; turn += 2)
      for (int shift = 0; shift < LIND_LANES; shift++) {
        int order[LIND_LANES];
        for (int i = 0; i < LIND_LANES; i++) order[i] = (turn * i + shift) % LIND_LANES; /* turn is odd: a permutation */
        run_pack(patients, order, permuted);
        for (int i = 0; i < LIND_LANES; i++) assert_same_life(&permuted[i], &straight[order[i]]);
      }
}

/* One patient in each lane in turn, among ghosts, broken and exploding neighbours and other patients. */
static void neighbours_do_not_matter(void **state) {
  (void)state;
  workspace_is_dirty = 1;
  for (int patient = 0; patient < 4; patient++) {
    const guest among_ghosts[LIND_LANES] = {PATIENT, GHOST, GHOST, GHOST, GHOST, GHOST, GHOST, GHOST};
    const int copies[LIND_LANES] = {patient, patient, patient, patient, patient, patient, patient, patient};
    static life alone[LIND_LANES], beside[LIND_LANES];
    run_pack(among_ghosts, copies, alone);
    assert_int_equal(alone[0].status[CALLS - 1], LIND_LANE_OK);
    for (int lane = 0; lane < LIND_LANES; lane++)
      for (int mix = 0; mix < 5; mix++) {
        guest who[LIND_LANES];
        int number[LIND_LANES];
        for (int i = 0; i < LIND_LANES; i++) {
          who[i] = mix < 4 ? (guest)mix : (guest)(i % 4);
          number[i] = 10 + 3 * i + mix;
        }
        who[lane] = PATIENT, number[lane] = patient;
        run_pack(who, number, beside);
        assert_same_life(&beside[lane], &alone[0]);
      }
  }
}

/* The neighbours above really are trouble. */
static void the_guests_misbehave(void **state) {
  (void)state;
  const guest who[LIND_LANES] = {PATIENT, GHOST, BROKEN, GROWING, PATIENT, PATIENT, PATIENT, PATIENT};
  const int number[LIND_LANES] = {0, 1, 2, 3, 4, 5, 6, 7};
  static life lives[LIND_LANES];
  run_pack(who, number, lives);
  assert_int_equal(lives[0].status[0], LIND_LANE_OK);
  assert_int_equal(lives[1].status[CALLS - 1], LIND_LANE_IDLE);
  assert_int_equal(lives[2].status[0], LIND_LANE_NOT_FINITE);
  assert_int_equal(lives[3].status[CALLS - 1], LIND_LANE_NOT_FINITE);
}

/* Every allocation of this program passes here, but under the address sanitizer, which has its own. */
static int allocations;
#ifndef __SANITIZE_ADDRESS__
void *__libc_malloc(size_t size);
void *malloc(size_t size) {
  allocations++;
  return __libc_malloc(size);
}
#endif

static void nothing_is_allocated(void **state) {
  (void)state;
  const int number[LIND_LANES] = {0, 1, 2, 3, 4, 5, 6, 7};
  static life lives[LIND_LANES];
#ifndef __SANITIZE_ADDRESS__
  void *volatile seen = malloc(8);
  free(seen);
  assert_true(allocations > 0);
#endif
  workspace_is_dirty = 0;
  allocations = 0;
  run_pack(patients, number, lives);
  assert_int_equal(allocations, 0);
}

static int linear(void **state) {
  (void)state;
  return is_mixed = 0;
}
static int mixed(void **state) {
  (void)state;
  is_mixed = 1;
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(permuted_lanes_live_the_same_lives, linear),
      cmocka_unit_test_setup(neighbours_do_not_matter, linear),
      cmocka_unit_test_setup(the_guests_misbehave, linear),
      cmocka_unit_test_setup(nothing_is_allocated, linear),
      cmocka_unit_test_setup(permuted_lanes_live_the_same_lives, mixed),
      cmocka_unit_test_setup(neighbours_do_not_matter, mixed),
      cmocka_unit_test_setup(the_guests_misbehave, mixed),
      cmocka_unit_test_setup(nothing_is_allocated, mixed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
