/* What the tests of src/base share: cmocka with what it needs before it, an arena for each test, exact sentences. */
#ifndef LIND_TESTS_BASE_TEST_H
#define LIND_TESTS_BASE_TEST_H

/* clang-format off */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
/* clang-format on */

#include "lind/arena.h"
#include "lind/error.h"

static inline int base_test_open(void **state) { return lind_arena_create((lind_arena **)state) != LIND_OK; }
static inline int base_test_close(void **state) {
  lind_arena *arena = *state;
  lind_arena_destroy(&arena);
  return 0;
}

#define BASE_TEST(f) cmocka_unit_test_setup_teardown(f, base_test_open, base_test_close)

/* The call succeeds; otherwise the test shows the sentence. */
#define GOOD(call)                                               \
  do {                                                           \
    if ((call) != LIND_OK) fail_msg("%s", lind_error_message()); \
  } while (0)

/* The call fails with this code and exactly this sentence. */
#define BAD(call, code, sentence)                          \
  do {                                                     \
    lind_error_clear();                                    \
    assert_int_equal((call), (code));                      \
    assert_string_equal(lind_error_message(), (sentence)); \
  } while (0)

#endif
