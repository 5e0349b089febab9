/* Randomisation: what any permuted-block list has to be, and that it is a function of the address alone. */
#include "protocol_case.h"

enum { ARMS = 3 };

static const lind_randomiser *make(protocol_case *c, const double *ratio, int n_arms, const double *sizes, int n_sizes) {
  const lind_randomiser *made = NULL;
  if (lind_randomiser_create(ratio, n_arms, sizes, n_sizes, (lind_where){0}, c->arena, &made) != LIND_OK)
    fail_msg("%s", lind_error_message());
  return made;
}

/* With sizes 4 and 6 a super-block is 10 places, in the order 4, 6 or 6, 4: it must balance as one of them, and both must occur
 * equally. */
static void test_blocks_balance(void **state) {
  const double ratio[] = {1, 1}, sizes[] = {4, 6};
  const lind_randomiser *made = make(*state, ratio, 2, sizes, 2);
  int short_first = 0, long_first = 0;
  enum { SUPERS = 2000 };
  for (uint32_t s = 0; s < SUPERS; ++s) {
    int ones[11] = {0};
    for (uint32_t p = 0; p < 10; ++p) ones[p + 1] = ones[p] + lind_randomiser_arm(made, 7, 0, 3, s * 10 + p);
    assert_int_equal(ones[10], 5);
    assert_true(ones[4] == 2 || ones[6] == 3);
    short_first += ones[4] == 2 && ones[6] != 3;
    long_first += ones[6] == 3 && ones[4] != 2;
  }
  /* the other order shows too unless a block of 6 splits 2:2 in its first or 1:1 in its last part, 12 of 20 times; the two orders
   * show themselves equally often; four standard errors each */
  const double n = short_first + long_first;
  assert_near(n, 0.4 * SUPERS, 4 * sqrt(SUPERS * 0.4 * 0.6));
  assert_near(short_first, n / 2, 4 * sqrt(n) / 2);
}

/* 2:1 in blocks of 3 and 6: each block has its counts, whatever its size; imbalance never exceeds half a block. */
static void test_unequal_ratio(void **state) {
  const double ratio[] = {2, 1}, three[] = {3}, mixed[] = {3, 6, 9};
  const lind_randomiser *made = make(*state, ratio, 2, three, 1);
  for (uint32_t b = 0; b < 1000; ++b) {
    int ones = 0;
    for (uint32_t p = 0; p < 3; ++p) ones += lind_randomiser_arm(made, 1, 2, 0, b * 3 + p);
    assert_int_equal(ones, 1);
  }
  made = make(*state, ratio, 2, mixed, 3);
  int counts[2] = {0};
  for (uint32_t p = 0; p < 18 * 500; ++p) {
    ++counts[lind_randomiser_arm(made, 1, 2, 0, p)];
    if (p % 18 == 17) assert_int_equal(counts[0], 2 * counts[1]);
    assert_true(counts[0] - 2 * counts[1] <= 6 && 2 * counts[1] - counts[0] <= 6); /* a block of 9: 6 or twice 3 ahead at most */
  }
}

/* Every place of a block gets every arm as often as its ratio says. */
static void test_places(void **state) {
  const double ratio[] = {1, 2, 1}, sizes[] = {8};
  const lind_randomiser *made = make(*state, ratio, ARMS, sizes, 1);
  enum { BLOCKS = 20000 };
  int count[8][ARMS] = {{0}};
  for (uint32_t p = 0; p < BLOCKS * 8; ++p) ++count[p % 8][lind_randomiser_arm(made, 11, 1, 0, p)];
  for (int place = 0; place < 8; ++place)
    for (int a = 0; a < ARMS; ++a) {
      const double share = ratio[a] / 4;
      assert_near(count[place][a], BLOCKS * share, 4.5 * sqrt(BLOCKS * share * (1 - share)));
    }
}

/* All 6 arrangements of AABB are as likely: chi-square with 5 degrees of freedom, below its 99.9 % point 20.5. The same for all
 * 20 of AAABBB, 19 degrees, 43.8. */
static void test_arrangements(void **state) {
  const double ratio[] = {1, 1};
  static const struct {
    uint32_t size, n_arrangements;
    double limit;
  } rows[] = {{4, 6, 20.5}, {6, 20, 43.8}};
  for (int r = 0; r < 2; ++r) {
    const double size = rows[r].size;
    const lind_randomiser *made = make(*state, ratio, 2, &size, 1);
    enum { BLOCKS = 30000 };
    int count[64] = {0};
    for (uint32_t b = 0; b < BLOCKS; ++b) {
      int code = 0;
      for (uint32_t p = 0; p < rows[r].size; ++p) code = code * 2 + lind_randomiser_arm(made, 5, 0, 9, b * rows[r].size + p);
      ++count[code];
    }
    const double expected = (double)BLOCKS / rows[r].n_arrangements;
    double chi = 0;
    uint32_t seen = 0;
    for (int code = 0; code < 64; ++code) {
      if (count[code] == 0) continue;
      ++seen;
      chi += (count[code] - expected) * (count[code] - expected) / expected;
    }
    assert_int_equal(seen, rows[r].n_arrangements);
    assert_true(chi < rows[r].limit);
  }
}

/* Two addresses that differ in the stratum, the replicate or the seed agree on half of the places, and their blocks are
 * independent: the 36 pairs of arrangements of AABB, chi-square with 35 degrees of freedom, 99.9 % point 66.6. */
static void test_independence(void **state) {
  const double ratio[] = {1, 1}, sizes[] = {4};
  const lind_randomiser *made = make(*state, ratio, 2, sizes, 1);
  static const struct {
    uint64_t seed;
    uint32_t replicate, stratum;
  } others[] = {{5, 0, 1}, {5, 0, 4095}, {5, 1, 0}, {6, 0, 0}, {5 + ((uint64_t)1 << 32), 0, 0}};
  enum { BLOCKS = 36000 };
  for (size_t o = 0; o < sizeof others / sizeof *others; ++o) {
    int count[16][16] = {{0}}, cells = 0;
    double chi = 0;
    for (uint32_t b = 0; b < BLOCKS; ++b) {
      int one = 0, two = 0;
      for (uint32_t p = 0; p < 4; ++p) {
        one = one * 2 + lind_randomiser_arm(made, 5, 0, 0, b * 4 + p);
        two = two * 2 + lind_randomiser_arm(made, others[o].seed, others[o].replicate, others[o].stratum, b * 4 + p);
      }
      ++count[one][two];
    }
    for (int k = 0; k < 256; ++k) {
      const double n = count[k / 16][k % 16], expected = BLOCKS / 36.0;
      if (n == 0) continue;
      ++cells;
      chi += (n - expected) * (n - expected) / expected;
    }
    assert_int_equal(cells, 36);
    assert_true(chi < 66.6);
  }
}

/* Asking for places backwards, or for one alone, gives what walking gives; places far out are as good as the first. */
static void test_order_does_not_matter(void **state) {
  const double ratio[] = {1, 1, 1}, sizes[] = {3, 6, 9, 12};
  enum { N = 3000 };
  int walked[N], counts[ARMS] = {0};
  const lind_randomiser *made = make(*state, ratio, ARMS, sizes, 4), *again = make(*state, ratio, ARMS, sizes, 4);
  for (int p = 0; p < N; ++p) walked[p] = lind_randomiser_arm(made, 3, 8, 2, (uint64_t)p);
  for (int p = N - 1; p >= 0; --p) assert_int_equal(lind_randomiser_arm(again, 3, 8, 2, (uint64_t)p), walked[p]);
  const uint64_t far = (UINT32_MAX / 30) * 30ull - 30;
  for (uint64_t p = 0; p < 30; ++p) ++counts[lind_randomiser_arm(made, 3, 8, 2, far + p)];
  for (int a = 0; a < ARMS; ++a) assert_int_equal(counts[a], 10);
}

/* Simple randomisation takes any ratio; places are independent: of 4 places in a row each pattern is as likely as its product. */
static void test_simple(void **state) {
  const double ratio[] = {0.5, 1.5};
  const lind_randomiser *made = make(*state, ratio, 2, NULL, 0);
  enum { ROUNDS = 20000 };
  int count[16] = {0};
  for (uint32_t r = 0; r < ROUNDS; ++r) {
    int code = 0;
    for (uint32_t p = 0; p < 4; ++p) code = code * 2 + lind_randomiser_arm(made, 2, 0, 0, r * 4 + p);
    ++count[code];
  }
  double chi = 0;
  for (int code = 0; code < 16; ++code) {
    double expected = ROUNDS;
    for (int p = 0; p < 4; ++p) expected *= (code >> p & 1) ? 0.75 : 0.25;
    chi += (count[code] - expected) * (count[code] - expected) / expected;
  }
  assert_true(chi < 37.7); /* 15 degrees of freedom, 99.9 % */
}

static void test_refusals(void **state) {
  protocol_case *c = *state;
  const lind_where where = {"a.yaml", 3, 7};
  static const struct {
    double ratio[2], size;
    const char *sentence;
  } rows[] = {
      {{1, 0}, 4, "a.yaml:3:7: the ratio of arm 2 is 0; it must be more than 0"},
      {{1, 1.5}, 5, "a.yaml:3:7: the ratio of arm 2 is 1.5; permuted blocks need whole ratios of at most 4096"},
      {{1, 2}, 4, "a.yaml:3:7: block size 4 is not a multiple of 3, the sum of the arms' ratios"},
      {{1, 1}, 2.5, "a.yaml:3:7: block size 2.5 is not a whole number from 1 to 4096"},
      {{1, 1}, -2, "a.yaml:3:7: block size -2 is not a whole number from 1 to 4096"},
      {{1, 1}, 4098, "a.yaml:3:7: block size 4098 is not a whole number from 1 to 4096"},
  };
  for (size_t r = 0; r < sizeof rows / sizeof *rows; ++r) {
    const lind_randomiser *made = NULL;
    assert_int_equal(lind_randomiser_create(rows[r].ratio, 2, &rows[r].size, 1, where, c->arena, &made), LIND_ERR_INPUT);
    assert_string_equal(lind_error_message(), rows[r].sentence);
    assert_null(made);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_blocks_balance), cmocka_unit_test(test_unequal_ratio), cmocka_unit_test(test_places),
      cmocka_unit_test(test_arrangements),   cmocka_unit_test(test_independence),  cmocka_unit_test(test_order_does_not_matter),
      cmocka_unit_test(test_simple),         cmocka_unit_test(test_refusals),
  };
  return cmocka_run_group_tests(tests, case_setup, case_teardown);
}
