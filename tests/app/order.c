/* The order of blocks: each that is due once, costly stages first, whatever was done before. */
/* cmocka needs the others before it */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
/* clang-format on */

#include "app/order.h"

typedef struct past {
  uint64_t every; /* multiples of `every` are done; 0: nothing is */
} past;

static bool is_done(const void *context, uint64_t job) {
  const past *p = context;
  return p->every > 0 && job % p->every == 0;
}

static lind_study *study_of(lind_arena *arena, lind_study_request *request, uint64_t replicates) {
  lind_study *study;
  *request = (lind_study_request){.path = LIND_SOURCE_DIR "/protocols/examples/scurvy-1747.yaml",
                                  .patients = UINT64_MAX,
                                  .replicates = replicates,
                                  .seed = UINT64_MAX};
  const lind_err err = lind_study_create(request, arena, &study);
  if (err != LIND_OK) fail_msg("%s", lind_error_message());
  return study;
}

/* Stages of which nobody minds what they simulate: a copy of stage 0, its plan changed. */
static lind_plan *stage_add(lind_study *study, lind_arena *arena) {
  const int s = study->n_stages++;
  lind_plan *plan;
  plan = lind_arena_take(arena, 1, sizeof *plan);
  assert_non_null(plan);
  *plan = *study->stage[0].plan;
  study->stage[s] = study->stage[0];
  study->stage[s].plan = plan;
  study->stage[s].first_job = study->n_jobs;
  study->n_jobs += plan->n_blocks;
  return plan;
}

static void check(const lind_study *study, const past *before, const int *stages) {
  lind_order *order;
  uint8_t *seen = calloc(study->n_jobs, 1);
  uint64_t due = 0;
  assert_int_equal(lind_order_create(study, is_done, before, &order), LIND_OK);
  for (uint64_t job = 0; job < study->n_jobs; job++) due += !is_done(before, job);
  assert_int_equal(order->n, due);
  int at = 0;
  for (uint64_t place = 0; place < order->n; place++) {
    const uint64_t job = lind_order_at(order, place);
    assert_true(job < study->n_jobs && !is_done(before, job) && seen[job] == 0);
    seen[job] = 1;
    while (at < study->n_stages && lind_study_stage_of(study, job) != stages[at]) at++;
    assert_true(at < study->n_stages); /* stages come in their order, each at once */
  }
  lind_order_destroy(&order);
  assert_null(order);
  free(seen);
}

static void costly_stages_come_first(void **state) {
  (void)state;
  lind_arena *arena;
  lind_study_request request;
  assert_int_equal(lind_arena_create(&arena), LIND_OK);
  lind_study *study = study_of(arena, &request, 4000);
  study->n_stages = 1; /* without the protocol's own scenarios */
  study->n_jobs = study->stage[0].plan->n_blocks;
  stage_add(study, arena)->n_days *= 2;                        /* 1: twice as long */
  stage_add(study, arena)->stepper = &lind_stepper_rosenbrock; /* 2: stiff */
  (void)stage_add(study, arena);                               /* 3: like the first */
  assert_true(study->stage[0].plan->n_blocks > 3);
  const double cost = lind_order_cost(study->stage[0].plan);
  assert_true(lind_order_cost(study->stage[1].plan) == 2 * cost);
  assert_true(lind_order_cost(study->stage[2].plan) > 2 * cost);
  static const int due[] = {2, 1, 0, 3};
  static const uint64_t every[] = {0, 2, 3, 7, 1};
  for (size_t i = 0; i < sizeof every / sizeof *every; i++) check(study, &(past){.every = every[i]}, due);
  lind_arena_destroy(&arena);
}

static void lives_are_counted(void **state) {
  (void)state;
  lind_arena *arena;
  lind_study_request request;
  lind_order *order;
  assert_int_equal(lind_arena_create(&arena), LIND_OK);
  const lind_study *study = study_of(arena, &request, 1000);
  assert_int_equal(lind_order_create(study, is_done, &(past){0}, &order), LIND_OK);
  assert_int_equal(order->lives, study->n_patients);
  assert_true(order->n_runs <= (size_t)study->n_stages); /* memory goes with holes, not with blocks */
  lind_order_destroy(&order);
  lind_arena_destroy(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(costly_stages_come_first),
      cmocka_unit_test(lives_are_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
