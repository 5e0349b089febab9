/* What is taken is zeroed, aligned, apart from everything else, and comes back after a rewind. */
#include "base_test.h"

static bool is_zero(const unsigned char *bytes, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (bytes[i] != 0) return false;
  return true;
}

static void pieces_are_aligned_zeroed_and_apart(void **state) {
  enum { N = 500 };
  unsigned char *piece[N];
  size_t size[N];
  for (size_t i = 0; i < N; i++) {
    size[i] = (i * 7919) % 3000;
    piece[i] = lind_arena_take(*state, size[i], 1);
    assert_non_null(piece[i]);
    assert_int_equal((uintptr_t)piece[i] % 64, 0);
    assert_true(is_zero(piece[i], size[i]));
    memset(piece[i], (int)(i % 255) + 1, size[i]);
  }
  for (size_t i = 0; i < N; i++)
    for (size_t j = 0; j < size[i]; j++) assert_int_equal(piece[i][j], i % 255 + 1);
}

static void a_piece_larger_than_a_chunk_fits(void **state) {
  unsigned char *small = lind_arena_take(*state, 10, 1), *large = lind_arena_take(*state, 3, 1000000);
  assert_non_null(small);
  assert_non_null(large);
  large[0] = large[2999999] = 1;
  assert_true(lind_arena_bytes(*state) >= 3000000);
}

static void what_is_impossible_is_null(void **state) {
  assert_null(lind_arena_take(*state, SIZE_MAX / 2, 3)); /* the product overflows */
  assert_null(lind_arena_take(*state, SIZE_MAX, 1));
  assert_non_null(lind_arena_take(*state, 0, 8));
  assert_non_null(lind_arena_take(*state, 1, 8)); /* and the arena goes on */
}

static void a_rewind_gives_the_same_memory_again(void **state) {
  (void)lind_arena_take(*state, 100, 1);
  const lind_arena_place place = lind_arena_mark(*state);
  void *first[40];
  for (size_t i = 0; i < 40; i++) {
    first[i] = lind_arena_take(*state, 5000 + 300 * i, 1);
    assert_non_null(first[i]);
    memset(first[i], 0xAB, 5000 + 300 * i);
  }
  const size_t held = lind_arena_bytes(*state);
  for (int round = 0; round < 3; round++) {
    lind_arena_rewind(*state, place);
    for (size_t i = 0; i < 40; i++) {
      void *again = lind_arena_take(*state, 5000 + 300 * i, 1);
      assert_ptr_equal(again, first[i]);
      assert_true(is_zero(again, 5000 + 300 * i));
    }
    assert_int_equal(lind_arena_bytes(*state), held);
  }
}

static void a_mark_of_an_empty_arena_rewinds_to_its_start(void **state) {
  const lind_arena_place empty = lind_arena_mark(*state);
  void *first = lind_arena_take(*state, 8, 8);
  lind_arena_rewind(*state, empty);
  assert_ptr_equal(lind_arena_take(*state, 8, 8), first);
}

static void a_larger_piece_after_a_rewind_keeps_what_stands_before(void **state) {
  char *kept = lind_arena_text(*state, "kept");
  const lind_arena_place place = lind_arena_mark(*state);
  for (int round = 1; round <= 6; round++) {
    unsigned char *piece = lind_arena_take(*state, (size_t)round, 70000);
    assert_non_null(piece);
    memset(piece, 1, (size_t)round * 70000);
    lind_arena_rewind(*state, place);
  }
  assert_string_equal(kept, "kept");
}

static void text_is_copied_and_formatted(void **state) {
  char source[] = "abc";
  char *copy = lind_arena_text(*state, source);
  source[0] = 'x';
  assert_string_equal(copy, "abc");
  assert_null(lind_arena_text(*state, NULL));
  assert_string_equal(lind_arena_format(*state, "%s.%d", "a", 12), "a.12");
  assert_string_equal(lind_arena_format(*state, "%s", ""), "");
}

static lind_err take_too_much(lind_arena *arena, double **out) {
  double *many;
  LIND_TAKE(many, arena, SIZE_MAX / 2);
  *out = many;
  return LIND_OK;
}

static void a_parser_that_takes_too_much_fails_with_a_sentence(void **state) {
  double *out = NULL;
  BAD(take_too_much(*state, &out), LIND_ERR_MEMORY, "no memory for 9223372036854775807 x 8 bytes");
  assert_null(out);
}

static void destroy_accepts_nothing(void **state) {
  (void)state;
  lind_arena *none = NULL;
  lind_arena_destroy(&none);
  lind_arena_destroy(NULL);
  GOOD(lind_arena_create(&none));
  lind_arena_destroy(&none);
  assert_null(none);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      BASE_TEST(pieces_are_aligned_zeroed_and_apart),
      BASE_TEST(a_piece_larger_than_a_chunk_fits),
      BASE_TEST(what_is_impossible_is_null),
      BASE_TEST(a_rewind_gives_the_same_memory_again),
      BASE_TEST(a_mark_of_an_empty_arena_rewinds_to_its_start),
      BASE_TEST(a_larger_piece_after_a_rewind_keeps_what_stands_before),
      BASE_TEST(text_is_copied_and_formatted),
      BASE_TEST(a_parser_that_takes_too_much_fails_with_a_sentence),
      BASE_TEST(destroy_accepts_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
