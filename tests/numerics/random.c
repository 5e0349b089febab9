/* random.c -- the streams: known answers, moments, independence of neighbouring addresses, never 0 or 1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "lind/digest.h"
#include "lind/draw.h"
#include "lind/random.h"

/* Random123's kat_vectors for philox4x32 with 10 rounds: all zeros, all ones, digits of pi. The address is spelt so that its
 * counter and key are those of the vector; the uniform shows the first two words of the answer. */
static void known_answers(void **state) {
  (void)state;
  const struct {
    lind_who who;
    uint32_t why, when, first, second;
  } row[] = {
      {{0, 0, 0, 0}, 0, 0, 0x6627e8d5, 0xe169c58d},
      {{0xffffffffffffffff, 0xffffffff, 0xffffffff, 0xff}, 0xffffffff, 0xffffff, 0x408f276d, 0x41c83b0e},
      {{0x299f31d0a4093822, 0x85a308d3, 0x243f6a88, 0x03}, 0x13198a2e, 0x707344, 0xd16cfe09, 0x94fdcceb},
  };
  for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
    const uint64_t bits = (uint64_t)row[i].first << 32 | row[i].second;
    const double expected = ((double)(bits >> 12) + 0.5) / 4503599627370496.0;
    assert_true(lind_random_uniform(row[i].who, row[i].why, row[i].when) == expected);
  }
}

/* XXH32 with seed 0: the vectors of "" and "abc" are in the xxHash specification and its test suite. */
static void a_purpose_is_the_hash_of_its_name(void **state) {
  (void)state;
  assert_int_equal(lind_random_purpose(""), 0x02cc5d05);
  assert_int_equal(lind_random_purpose("abc"), 0x32d153ff);
  assert_int_equal(lind_random_purpose("cohort/age"), lind_digest_name("cohort/age"));
}

static void extreme_bits_stay_inside(void **state) {
  (void)state;
  const double top = (4503599627370495.0 + 0.5) * 0x1p-52, bottom = 0.5 * 0x1p-52;
  assert_true(top < 1 && 1 - top == 0x1p-53 && bottom > 0);
  for (uint32_t i = 0; i < 1000000; i++) {
    const double u = lind_random_uniform((lind_who){42, 0, i, 0}, 7, 0);
    assert_true(u > 0 && u < 1);
  }
}

enum { COUNT = 1 << 18 };

/* An address that moves along one coordinate: 0 seat, 1 when, 2 replicate, 3 purpose, 4 seed, 5 attempt and when. */
static double along(int coordinate, uint32_t i) {
  lind_who who = {20240229, 3, 11, 0};
  uint32_t why = lind_random_purpose("test/independence"), when = 5;
  if (coordinate == 0) who.seat = i;
  if (coordinate == 1) when = i;
  if (coordinate == 2) who.replicate = i;
  if (coordinate == 3) why = i;
  if (coordinate == 4) who.seed = i;
  if (coordinate == 5) who.attempt = i & 255, when = i >> 8;
  return lind_random_uniform(who, why, when);
}

/* Mean 1/2, variance 1/12, third and fourth central moments 0 and 1/80; each within 4.5 standard errors. */
static void moments_are_uniform(void **state) {
  (void)state;
  for (int c = 0; c < 6; c++) {
    double m[5] = {0};
    for (uint32_t i = 0; i < COUNT; i++) {
      const double d = along(c, i) - 0.5;
      m[1] += d, m[2] += d * d, m[3] += d * d * d, m[4] += d * d * d * d;
    }
    for (int k = 1; k <= 4; k++) m[k] /= COUNT;
    const double root = sqrt(COUNT);
    assert_true(fabs(m[1]) < 4.5 * sqrt(1. / 12) / root);
    assert_true(fabs(m[2] - 1. / 12) < 4.5 * sqrt(1. / 180) / root);
    assert_true(fabs(m[3]) < 4.5 * sqrt(1. / 448) / root);
    assert_true(fabs(m[4] - 1. / 80) < 4.5 * sqrt(1. / 2304 - 1. / 6400) / root);
  }
}

/* Pairs of neighbours fall evenly into a 16 x 16 table (chi-square with 255 degrees of freedom) and are not correlated. */
static void neighbours_are_independent(void **state) {
  (void)state;
  for (int c = 0; c < 6; c++) {
    static double cell[16][16];
    memset(cell, 0, sizeof cell);
    double product = 0;
    for (uint32_t i = 0; i < COUNT; i++) {
      const double u = along(c, 2 * i), v = along(c, 2 * i + 1);
      cell[(int)(16 * u)][(int)(16 * v)]++;
      product += (u - 0.5) * (v - 0.5);
    }
    double chi = 0;
    const double expected = COUNT / 256.0;
    for (int i = 0; i < 256; i++) chi += (cell[i / 16][i % 16] - expected) * (cell[i / 16][i % 16] - expected) / expected;
    const double p = lind_draw_chisq_upper(chi, 255);
    assert_true(p > 1e-4 && p < 1 - 1e-4);
    assert_true(fabs(product / COUNT * 12) < 4.5 / sqrt(COUNT));
  }
}

/* Two purposes, and the same number under swapped coordinates, have nothing to do with one another. */
static void streams_differ(void **state) {
  (void)state;
  const lind_purpose a = lind_random_purpose("cohort/age"), b = lind_random_purpose("cohort/weight");
  double product = 0;
  for (uint32_t i = 0; i < COUNT; i++)
    product +=
        (lind_random_uniform((lind_who){1, 0, i, 0}, a, 0) - 0.5) * (lind_random_uniform((lind_who){1, 0, i, 0}, b, 0) - 0.5);
  assert_true(fabs(product / COUNT * 12) < 4.5 / sqrt(COUNT));
  assert_true(lind_random_uniform((lind_who){1, 2, 3, 0}, a, 0) != lind_random_uniform((lind_who){1, 3, 2, 0}, a, 0));
  assert_true(lind_random_uniform((lind_who){1, 0, 0, 1}, a, 0) != lind_random_uniform((lind_who){1, 0, 0, 0}, a, 1));
  assert_true(lind_random_uniform((lind_who){1ull << 32, 0, 0, 0}, a, 0) != lind_random_uniform((lind_who){1, 0, 0, 0}, a, 0));
}

static void normal_is_the_quantile_of_the_uniform(void **state) {
  (void)state;
  const lind_who who = {9, 8, 7, 6};
  assert_true(lind_random_normal(who, 5, 4) == lind_draw_normal_quantile(lind_random_uniform(who, 5, 4)));
}

static void purposes_refuse_collisions(void **state) {
  (void)state;
  static lind_purposes purposes;
  assert_int_equal(lind_random_purposes_add(&purposes, "cohort/age"), LIND_OK);
  assert_int_equal(lind_random_purposes_add(&purposes, "cohort/age"), LIND_OK);
  assert_int_equal(purposes.n, 1);
  purposes.at[0].code = lind_random_purpose("model/eta_cl"); /* as if the two hashes were equal */
  assert_int_equal(lind_random_purposes_add(&purposes, "model/eta_cl"), LIND_ERR_INPUT);
  char expected[200];
  snprintf(expected, sizeof expected,
           "the random streams \"cohort/age\" and \"model/eta_cl\" have the same hash %08x; give one of them another name",
           (unsigned)lind_random_purpose("model/eta_cl"));
  assert_string_equal(lind_error_message(), expected);
  assert_int_equal(purposes.n, 1);
}

static void purposes_have_limits(void **state) {
  (void)state;
  static lind_purposes purposes;
  char name[80];
  for (int i = 0; i < 256; i++) {
    snprintf(name, sizeof name, "test/%d", i);
    assert_int_equal(lind_random_purposes_add(&purposes, name), LIND_OK);
  }
  assert_int_equal(lind_random_purposes_add(&purposes, "test/256"), LIND_ERR_INPUT);
  assert_string_equal(lind_error_message(), "the random stream \"test/256\" is one too many; a plan can have at most 256");
  assert_int_equal(lind_random_purposes_add(&purposes, "test/3"), LIND_OK);
  memset(name, 'x', 60), name[60] = 0;
  purposes.n = 0;
  assert_int_equal(lind_random_purposes_add(&purposes, name), LIND_ERR_INPUT);
  assert_non_null(strstr(lind_error_message(), "has 60 characters; at most 59 are possible"));
  name[59] = 0;
  assert_int_equal(lind_random_purposes_add(&purposes, name), LIND_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(known_answers),
      cmocka_unit_test(a_purpose_is_the_hash_of_its_name),
      cmocka_unit_test(extreme_bits_stay_inside),
      cmocka_unit_test(moments_are_uniform),
      cmocka_unit_test(neighbours_are_independent),
      cmocka_unit_test(streams_differ),
      cmocka_unit_test(normal_is_the_quantile_of_the_uniform),
      cmocka_unit_test(purposes_refuse_collisions),
      cmocka_unit_test(purposes_have_limits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
