/* cmocka needs these before it */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
/* clang-format on */

#include "store/pack.h"

enum { N = 5000 };

static size_t there_and_back(const int64_t *counts, size_t n) {
  unsigned char *bytes = malloc(n * LIND_PACK_MOST + 1);
  int64_t *back = malloc(n * sizeof *back + 1);
  assert_non_null(bytes);
  assert_non_null(back);
  const size_t used = lind_pack_counts(counts, n, bytes);
  assert_true(used <= n * LIND_PACK_MOST);
  assert_true(lind_pack_open(bytes, used, n, back));
  if (n > 0) assert_memory_equal(counts, back, n * sizeof *back);
  assert_false(lind_pack_open(bytes, used + 1, n, back)); /* one byte too many, one too few */
  assert_true(used == 0 || !lind_pack_open(bytes, used - 1, n, back));
  free(bytes);
  free(back);
  return used;
}

static void what_is_packed_comes_back(void **state) {
  (void)state;
  static const int64_t edges[] = {0, 1, -1, 63, 64, -64, -65, 8191, 8192, INT64_MAX, INT64_MIN, 0, 0, INT64_MIN + 1, 0};
  (void)there_and_back(edges, sizeof edges / sizeof *edges);
  (void)there_and_back(edges, 0);
  int64_t counts[N];
  uint64_t seed = 1747;
  for (int bits = 1; bits <= 64; bits++) { /* numbers of all sizes, with runs of zeros of all lengths */
    for (size_t i = 0; i < N; i++) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      counts[i] = (int64_t)(seed >> (64 - bits));
      if (seed >> 60 < 3) counts[i] = 0;
    }
    (void)there_and_back(counts, N);
  }
}

static void small_counts_take_a_byte_and_zeros_less(void **state) {
  (void)state;
  int64_t counts[N] = {0};
  assert_int_equal(there_and_back(counts, N), 3); /* a zero, and 4999 more of them */
  for (size_t i = 0; i < N; i++) counts[i] = 63;
  assert_int_equal(there_and_back(counts, N), N);
}

/* Whatever the bytes are: an answer, and nothing written behind the n counts (the sanitizers look). */
static void damaged_bytes_are_refused_or_read(void **state) {
  (void)state;
  unsigned char bytes[64];
  uint64_t seed = 42;
  int refused = 0;
  for (int round = 0; round < 20000; round++) {
    for (size_t i = 0; i < sizeof bytes; i++) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      bytes[i] = (unsigned char)(seed >> 56);
    }
    const size_t n = seed % 200 + 1;
    int64_t *counts = malloc(n * sizeof *counts);
    assert_non_null(counts);
    refused += !lind_pack_open(bytes, sizeof bytes, n, counts);
    free(counts);
  }
  assert_true(refused > 10000);
  int64_t one;
  assert_false(lind_pack_open((const unsigned char[]){0, 1}, 2, 1, &one)); /* a run that is longer than the record */
  assert_false(lind_pack_open((const unsigned char[]){0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2}, 10, 1, &one));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_packed_comes_back),
      cmocka_unit_test(small_counts_take_a_byte_and_zeros_less),
      cmocka_unit_test(damaged_bytes_are_refused_or_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
