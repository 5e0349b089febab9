/* Lives and courses allocate nothing: every allocation of this program is counted while they run. CVODE is a library and may. */
#include "simulate_case.h"

#include "lind/course.h"

/* The address sanitizer has its own. */
static long allocations;
#ifndef __SANITIZE_ADDRESS__
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void *malloc(size_t size) {
  allocations++;
  return __libc_malloc(size);
}
void *calloc(size_t n, size_t size) {
  allocations++;
  return __libc_calloc(n, size);
}
void *realloc(void *memory, size_t size) {
  allocations++;
  return __libc_realloc(memory, size);
}
void *aligned_alloc(size_t alignment, size_t size) {
  allocations++;
  return __libc_memalign(alignment, size);
}
#endif

static void the_count_counts(void **state) {
  (void)state;
#ifdef __SANITIZE_ADDRESS__
  skip();
#endif
  const long before = allocations;
  void *volatile a = malloc(8), *volatile b = calloc(1, 8), *volatile c = aligned_alloc(64, 64);
  assert_int_equal(allocations - before, 3);
  free(a), free(b), free(c);
}

/* Enrolment and lives of two replicates; the first may fill what a desk keeps. */
static void lives_allocate_nothing(void **state) {
  (void)state;
  static const char *const trials[] = {"warfarin", "feedback", "control", "happenings", "drift"};
  static const char *const engines[] = {"engine.name=auto", "engine.name=rk", "engine.name=rosenbrock"};
  for (size_t k = 0; k < sizeof trials / sizeof *trials; k++)
    for (size_t e = 0; e < sizeof engines / sizeof *engines; e++) {
      trial t = trial_open(trials[k], engines[e], "patients=24", "engine.rescue=no");
      allocations = 0;
      trial_run(&t, 0);
      trial_run(&t, 1);
      if (allocations != 0) fail_msg("%s, %s: %ld allocations", trials[k], engines[e], allocations);
      trial_close(&t);
    }
}

static void courses_allocate_nothing(void **state) {
  (void)state;
  static const char *const engines[] = {"auto", "exact", "rk", "rosenbrock"};
  enum { RECORDS = 6 };
  const lind_record records[RECORDS] = {
      {.time = 0, .event = LIND_RECORD_DOSE, .amount = 100, .interval = 24, .additional = 5},
      {.time = 3, .event = LIND_RECORD_OBSERVATION, .observed = 1},
      {.time = 30, .event = LIND_RECORD_DOSE, .amount = 50, .rate = 10, .infusion = LIND_INFUSION_RATE},
      {.time = 48, .event = LIND_RECORD_DOSE, .amount = 100, .interval = 12, .steady = 1},
      {.time = 60, .event = LIND_RECORD_RESET},
      {.time = 70, .event = LIND_RECORD_OBSERVATION, .observed = 1},
  };
  trial t = trial_open("feedback");
  for (size_t e = 0; e < sizeof engines / sizeof *engines; e++) {
    const lind_model *model = t.plan->model;
    lind_course course = {.kernel = &model->kernel,
                          .stepper = lind_stepper_find(engines[e]),
                          .tolerance = {.relative = 1e-8, .absolute = 1e-10, .most_steps = 100000},
                          .n_given = model->n_parameters};
    lind_course_pack *pack;
    double y[RECORDS * 4];
    lind_course_patient patients[3];
    lind_course_room(&course, records, RECORDS);
    assert_int_equal(lind_course_pack_create(&course, &pack), LIND_OK);
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 3; i++)
        patients[i] = (lind_course_patient){.n = RECORDS, .records = records, .given = t.plan->values.parameters, .y = y};
      allocations = 0;
      lind_course_run(pack, patients, 3);
      assert_int_equal(patients[2].status, LIND_LANE_OK);
      if (allocations != 0) fail_msg("%s: %ld allocations", engines[e], allocations);
    }
    lind_course_pack_destroy(&pack);
  }
  trial_close(&t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_count_counts),
      cmocka_unit_test(lives_allocate_nothing),
      cmocka_unit_test(courses_allocate_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
