/* lanes_case.h -- what the tests of lanes share. cmocka.h stands before it. Depends on: lind/stepper.h. */
#ifndef LIND_TEST_LANES_CASE_H
#define LIND_TEST_LANES_CASE_H

#include "lind/stepper.h"

static inline lind_lane all(double value) {
  lind_lane lane;
  for (int i = 0; i < LIND_LANES; i++) lane.of[i] = value;
  return lane;
}

/* Every lane has come to where it was sent. */
static inline void assert_all_ok(const lind_advance *pack) {
  for (int i = 0; i < LIND_LANES; i++) {
    assert_int_equal(pack->status[i], LIND_LANE_OK);
    assert_true(pack->time.of[i] == pack->target.of[i]);
  }
}

#endif
