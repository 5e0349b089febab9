/* stepper_lanes.c -- law 1 and 3 at the level of a pack: who shares a pack with a patient does not change one bit of the patient.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "kernels.h"
#include "lind/stepper.h"

enum { CALLS = 5 };

typedef struct life { /* all that a lane has to show after each call */
  double x[CALLS][DRUG_STATES], time[CALLS], step[CALLS];
  lind_lane_status status[CALLS];
} life;

typedef enum { PATIENT, GHOST, BROKEN, STIFF, HURRIED } guest; /* who sits in a lane */

static double dose_time(int patient, int call) { return 3.0 * (call + 1) + 0.4 * (patient % 7); }

static const lind_stepper *engine; /* of the test that runs */

/* Runs the pack of lane -> (guest, patient number) through five doses; fills lives[lane]. */
static void run_pack(const guest who[LIND_LANES], const int patient[LIND_LANES], life lives[LIND_LANES]) {
  static _Alignas(64) unsigned char workspace[DRUG_STATES * 64 * sizeof(lind_lane)];
  const lind_tolerance tolerance = {1e-6, 1e-8, 1e-7, 2000};
  lind_lane frame[DRUG_FRAME], x[DRUG_STATES];
  lind_advance pack = {.x = x};
  memset(workspace, 0xff, sizeof workspace); /* NaN: what an earlier pack left there */
  for (int i = 0; i < LIND_LANES; i++) {
    drug_patient(patient[i], frame, x, i);
    if (who[i] == GHOST) pack.status[i] = LIND_LANE_IDLE;
    if (who[i] == BROKEN) frame[3].of[i] = 0, frame[7].of[i] = -1; /* divides by zero, takes powers of negatives */
    if (who[i] == STIFF) frame[0].of[i] = 1e5;                     /* the explicit engine runs out of steps */
  }
  for (int call = 0; call < CALLS; call++) {
    for (int i = 0; i < LIND_LANES; i++) {
      pack.target.of[i] = who[i] == HURRIED ? 50.0 * (call + 1) : dose_time(patient[i], call);
      if (call > 0) x[0].of[i] += 50;
    }
    engine->advance(&drug, frame, &tolerance, &pack, workspace);
    for (int i = 0; i < LIND_LANES; i++) {
      for (int s = 0; s < DRUG_STATES; s++) lives[i].x[call][s] = x[s].of[i];
      lives[i].time[call] = pack.time.of[i];
      lives[i].step[call] = pack.step.of[i];
      lives[i].status[call] = pack.status[i];
    }
  }
}

static const guest patients[LIND_LANES] = {PATIENT, PATIENT, PATIENT, PATIENT, PATIENT, PATIENT, PATIENT, PATIENT};

static void assert_same_life(const life *a, const life *b) {
  assert_memory_equal(a->x, b->x, sizeof a->x);
  assert_memory_equal(a->time, b->time, sizeof a->time);
  assert_memory_equal(a->step, b->step, sizeof a->step);
  assert_memory_equal(a->status, b->status, sizeof a->status);
}

static void reference_is_healthy(void **state) {
  engine = *state;
  const int number[LIND_LANES] = {0, 1, 2, 3, 4, 5, 6, 7};
  life lives[LIND_LANES];
  run_pack(patients, number, lives);
  for (int i = 0; i < LIND_LANES; i++) {
    assert_int_equal(lives[i].status[CALLS - 1], LIND_LANE_OK);
    assert_true(lives[i].x[CALLS - 1][1] > 0 && isfinite(lives[i].x[CALLS - 1][3]));
    for (int k = 0; k < i; k++) assert_true(lives[i].x[0][1] != lives[k].x[0][1]);
  }
}

static void permuted_lanes_live_the_same_lives(void **state) {
  engine = *state;
  const int number[LIND_LANES] = {0, 1, 2, 3, 4, 5, 6, 7};
  life straight[LIND_LANES], permuted[LIND_LANES];
  run_pack(patients, number, straight);
  for (int turn = 1; turn < LIND_LANES; turn += 2)
    for (int shift = 0; shift < LIND_LANES; shift++) {
      int order[LIND_LANES];
      for (int i = 0; i < LIND_LANES; i++) order[i] = (turn * i + shift) % LIND_LANES; /* turn is odd: a permutation */
      run_pack(patients, order, permuted);
      for (int i = 0; i < LIND_LANES; i++) assert_same_life(&permuted[i], &straight[order[i]]);
    }
}

/* One patient in each lane in turn, among ghosts, broken, stiff and far-travelling neighbours and other patients. */
static void neighbours_do_not_matter(void **state) {
  engine = *state;
  for (int patient = 0; patient < 4; patient++) {
    const guest among_ghosts[LIND_LANES] = {PATIENT, GHOST, GHOST, GHOST, GHOST, GHOST, GHOST, GHOST};
    const int copies[LIND_LANES] = {patient, patient, patient, patient, patient, patient, patient, patient};
    life alone[LIND_LANES], beside[LIND_LANES];
    run_pack(among_ghosts, copies, alone);
    assert_int_equal(alone[0].status[CALLS - 1], LIND_LANE_OK);
    for (int lane = 0; lane < LIND_LANES; lane++)
      for (int mix = 0; mix < 6; mix++) {
        guest who[LIND_LANES];
        int number[LIND_LANES];
        for (int i = 0; i < LIND_LANES; i++) {
          who[i] = mix < 5 ? (guest)mix : (guest)(i % 5);
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
  engine = *state;
  const guest who[LIND_LANES] = {PATIENT, GHOST, BROKEN, STIFF, HURRIED, PATIENT, PATIENT, PATIENT};
  const int number[LIND_LANES] = {0, 1, 2, 3, 4, 5, 6, 7};
  life lives[LIND_LANES];
  run_pack(who, number, lives);
  assert_int_equal(lives[0].status[0], LIND_LANE_OK);
  assert_int_equal(lives[1].status[CALLS - 1], LIND_LANE_IDLE);
  assert_int_equal(lives[2].status[0], LIND_LANE_NOT_FINITE);
  assert_int_equal(lives[3].status[0], engine == &lind_stepper_rk ? LIND_LANE_STEPS : LIND_LANE_OK);
  assert_true(lives[4].time[0] == 50);
}

#define EACH_ENGINE(test)                                               \
  cmocka_unit_test_prestate(test, (void *)(uintptr_t)&lind_stepper_rk), \
      cmocka_unit_test_prestate(test, (void *)(uintptr_t)&lind_stepper_rosenbrock)

int main(void) {
  const struct CMUnitTest tests[] = {
      EACH_ENGINE(reference_is_healthy),
      EACH_ENGINE(permuted_lanes_live_the_same_lives),
      EACH_ENGINE(neighbours_do_not_matter),
      EACH_ENGINE(the_guests_misbehave),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
