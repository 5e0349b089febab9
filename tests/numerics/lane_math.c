/* lane_math.c -- lane functions: below 1 ulp, C's special values, and no lane ever looks at its neighbour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "lind/draw.h"
#include "numerics/lane_math.h"
#include "numerics/lane_power.h"

typedef void (*lane_function)(const lind_lane *a, const lind_lane *b, lind_lane *result);

#define ONE(name)                                                                      \
  static void lane_##name(const lind_lane *a, const lind_lane *b, lind_lane *result) { \
    (void)b;                                                                           \
    lind_v8_store(result, lind_v8_##name(lind_v8_load(a)));                            \
  }
#define TWO(name)                                                                      \
  static void lane_##name(const lind_lane *a, const lind_lane *b, lind_lane *result) { \
    lind_v8_store(result, lind_v8_##name(lind_v8_load(a), lind_v8_load(b)));           \
  }
ONE(exp)
ONE(log)
ONE(log10)
ONE(sin)
ONE(cos)
ONE(tanh)
ONE(atan)
ONE(normal_quantile)
ONE(sqrt)
ONE(floor)
ONE(ceil)
ONE(abs)
ONE(neg)
TWO(pow)
TWO(add)
TWO(sub)
TWO(mul)
TWO(div)
TWO(min)
TWO(max)

static long double expl1(long double a, long double b) {
  (void)b;
  return expl(a);
}
static long double logl1(long double a, long double b) {
  (void)b;
  return logl(a);
}
static long double log10l1(long double a, long double b) {
  (void)b;
  return log10l(a);
}
static long double sinl1(long double a, long double b) {
  (void)b;
  return sinl(a);
}
static long double cosl1(long double a, long double b) {
  (void)b;
  return cosl(a);
}
static long double tanhl1(long double a, long double b) {
  (void)b;
  return tanhl(a);
}
static long double atanl1(long double a, long double b) {
  (void)b;
  return atanl(a);
}
static double exp1(double a, double b) {
  (void)b;
  return exp(a);
}
static double log1(double a, double b) {
  (void)b;
  return log(a);
}
static double log101(double a, double b) {
  (void)b;
  return log10(a);
}
static double sin1(double a, double b) {
  (void)b;
  return sin(a);
}
static double cos1(double a, double b) {
  (void)b;
  return cos(a);
}
static double tanh1(double a, double b) {
  (void)b;
  return tanh(a);
}
static double atan1(double a, double b) {
  (void)b;
  return atan(a);
}
static double normal_quantile1(double a, double b) {
  (void)b;
  return lind_draw_normal_quantile(a);
}
static double sqrt1(double a, double b) {
  (void)b;
  return sqrt(a);
}
static double floor1(double a, double b) {
  (void)b;
  return floor(a);
}
static double ceil1(double a, double b) {
  (void)b;
  return ceil(a);
}
static double abs1(double a, double b) {
  (void)b;
  return fabs(a);
}
static double neg1(double a, double b) {
  (void)b;
  return -a;
}
static double add1(double a, double b) { return a + b; }
static double sub1(double a, double b) { return a - b; }
static double mul1(double a, double b) { return a * b; }
static double div1(double a, double b) { return a / b; }
static double min1(double a, double b) { return isnan(a) || isnan(b) ? NAN : a < b ? a : b; }
static double max1(double a, double b) { return isnan(a) || isnan(b) ? NAN : a > b ? a : b; }

static double random_between(double low, double high) {
  static uint64_t state = 88172645463325252u;
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return low + (high - low) * (double)(state >> 11) * 0x1p-53;
}

/* In units of the last place of the exact value. The reference is the 80-bit C library, good to about 2^-11 of such a unit. */
static double ulps(double value, long double exact) {
  return (double)(fabsl((long double)value - exact) / ldexpl(1, ilogb((double)exact) - 52));
}

static void elementary_functions_are_below_one_ulp(void **state) {
  (void)state;
  const struct {
    const char *name;
    lane_function lane;
    long double (*exact)(long double, long double);
    double low, high, low2, high2;
    int by_log; /* the first argument is exp of the range */
  } row[] = {
      {"exp", lane_exp, expl1, -700, 700, 0, 0, 0},       {"exp", lane_exp, expl1, -1, 1, 0, 0, 0},
      {"log", lane_log, logl1, -700, 700, 0, 0, 1},       {"log", lane_log, logl1, -0.5, 0.5, 0, 0, 1},
      {"log10", lane_log10, log10l1, -700, 700, 0, 0, 1}, {"log10", lane_log10, log10l1, -0.5, 0.5, 0, 0, 1},
      {"sin", lane_sin, sinl1, -10, 10, 0, 0, 0},         {"sin", lane_sin, sinl1, -1e6, 1e6, 0, 0, 0},
      {"cos", lane_cos, cosl1, -10, 10, 0, 0, 0},         {"cos", lane_cos, cosl1, -1e6, 1e6, 0, 0, 0},
      {"tanh", lane_tanh, tanhl1, -20, 3, 0, 0, 1},       {"tanh", lane_tanh, tanhl1, -3, 3, 0, 0, 0},
      {"atan", lane_atan, atanl1, -20, 300, 0, 0, 1},     {"atan", lane_atan, atanl1, -9, 9, 0, 0, 0},
      {"pow", lane_pow, powl, -5, 5, -5, 5, 1},           {"pow", lane_pow, powl, -100, 100, -6, 6, 1},
  };
  for (size_t r = 0; r < sizeof row / sizeof row[0]; r++)
    for (int n = 0; n < 20000; n++) {
      lind_lane a, b, y;
      for (int i = 0; i < LIND_LANES; i++) {
        a.of[i] = random_between(row[r].low, row[r].high);
        if (row[r].by_log) a.of[i] = exp(a.of[i]);
        b.of[i] = random_between(row[r].low2, row[r].high2);
      }
      row[r].lane(&a, &b, &y);
      for (int i = 0; i < LIND_LANES; i++) {
        const double off = ulps(y.of[i], row[r].exact(a.of[i], b.of[i]));
        if (!(off < 1)) fail_msg("%s(%.17g, %.17g) is off by %g ulp", row[r].name, a.of[i], b.of[i], off);
      }
    }
}

static const double special[] = {0,
                                 -0.0,
                                 1,
                                 -1,
                                 2,
                                 -2,
                                 0.5,
                                 -0.5,
                                 3,
                                 -3,
                                 2.5,
                                 -2.5,
                                 7,
                                 1023,
                                 0.1,
                                 709.9,
                                 -745.2,
                                 800,
                                 -800,
                                 1e15,
                                 1e22,
                                 1e18,
                                 9007199254740993.0,
                                 1e300,
                                 -1e-300,
                                 1e308,
                                 -1e308,
                                 5e-324,
                                 1e-310,
                                 INFINITY,
                                 -INFINITY,
                                 NAN};
enum { SPECIAL = sizeof special / sizeof special[0] };

static const struct {
  const char *name;
  lane_function lane;
  double (*expected)(double, double);
  double tolerance;
} functions[] = {
    {"exp", lane_exp, exp1, 4e-16},       {"log", lane_log, log1, 4e-16},
    {"log10", lane_log10, log101, 4e-16}, {"sin", lane_sin, sin1, 4e-16},
    {"cos", lane_cos, cos1, 4e-16},       {"tanh", lane_tanh, tanh1, 4e-16},
    {"atan", lane_atan, atan1, 4e-16},    {"normal_quantile", lane_normal_quantile, normal_quantile1, 1e-14},
    {"pow", lane_pow, pow, 4e-16},        {"sqrt", lane_sqrt, sqrt1, 0},
    {"floor", lane_floor, floor1, 0},     {"ceil", lane_ceil, ceil1, 0},
    {"abs", lane_abs, abs1, 0},           {"neg", lane_neg, neg1, 0},
    {"add", lane_add, add1, 0},           {"sub", lane_sub, sub1, 0},
    {"mul", lane_mul, mul1, 0},           {"div", lane_div, div1, 0},
    {"min", lane_min, min1, 0},           {"max", lane_max, max1, 0},
};
enum { FUNCTIONS = sizeof functions / sizeof functions[0] };

/* Every pair of special values through every function agrees with C, in kind and (but for min, max of zeros) in sign. */
static void special_values_are_those_of_c(void **state) {
  (void)state;
  for (int f = 0; f < FUNCTIONS; f++)
    for (int i = 0; i < SPECIAL; i++)
      for (int j = 0; j < SPECIAL; j++) {
        lind_lane a, b, y;
        lind_v8_store(&a, lind_v8_fill(special[i]));
        lind_v8_store(&b, lind_v8_fill(special[j]));
        functions[f].lane(&a, &b, &y);
        const double want = functions[f].expected(special[i], special[j]), got = y.of[5];
        const int same =
            isnan(want)   ? isnan(got)
            : isinf(want) ? got == want
                          : fabs(got - want) <= functions[f].tolerance * fabs(want) + (functions[f].tolerance > 0 ? 5e-324 : 0);
        const int sign = want != 0 || signbit(want) == signbit(got) || f >= FUNCTIONS - 2;
        if (!same || !sign) fail_msg("%s(%g, %g) is %g instead of %g", functions[f].name, special[i], special[j], got, want);
      }
}

/* A lane gives the same bits whatever stands beside it. SLEEF's functions without `finz_` fail here: their cosine chooses the
 * range reduction of a whole register by its largest argument. */
static void lanes_do_not_look_at_neighbours(void **state) {
  (void)state;
  const double mine[] = {0.1, -0.3, 1.5, 3.1, 14.9, 15.1, 1e3, 1e6, 3.7e14, 1e18, -20, 0.7, 1.0001, 1e-5};
  for (int f = 0; f < FUNCTIONS; f++)
    for (int i = 0; i < 14; i++)
      for (int j = 0; j < 14; j++) {
        lind_lane a, b, alone, beside;
        lind_v8_store(&a, lind_v8_fill(mine[i]));
        lind_v8_store(&b, lind_v8_fill(mine[j]));
        functions[f].lane(&a, &b, &alone);
        for (int k = 0; k < SPECIAL; k++)
          for (int lane = 0; lane < LIND_LANES; lane++) {
            lind_v8_store(&a, lind_v8_fill(special[k]));
            lind_v8_store(&b, lind_v8_fill(special[SPECIAL - 1 - k]));
            a.of[lane] = mine[i], b.of[lane] = mine[j];
            functions[f].lane(&a, &b, &beside);
            if (memcmp(&beside.of[lane], &alone.of[lane], sizeof(double)) != 0)
              fail_msg("%s(%g, %g) depends on a neighbour %g", functions[f].name, mine[i], mine[j], special[k]);
          }
      }
}

/* A step of Newton's method on the C library's erfc, in 80 bits, says how far the quantile is off. */
static void normal_quantile_inverts_erfc(void **state) {
  (void)state;
  for (int n = 0; n < 40000; n++) {
    lind_lane p, z;
    for (int i = 0; i < LIND_LANES; i++) p.of[i] = n % 2 ? random_between(0, 1) : exp(random_between(-690, -0.7));
    lane_normal_quantile(&p, NULL, &z);
    for (int i = 0; i < LIND_LANES; i++) {
      const long double x = z.of[i], below = erfcl(-x / sqrtl(2)) / 2, density = expl(-x * x / 2) / sqrtl(2 * acosl(-1));
      const double off = (double)((below - p.of[i]) / density);
      if (!(fabs(off) <= 2e-15 * fmax(1, fabs(z.of[i])))) fail_msg("the quantile of %.17g is off by %g", p.of[i], off);
    }
  }
}

static void masks(void **state) {
  (void)state;
  const lind_lane left = {{1, 2, 3, NAN, INFINITY, -0.0, -1, 5}}, right = {{2, 2, 2, 2, INFINITY, 0, NAN, -5}};
  const lind_v8 a = lind_v8_load(&left), b = lind_v8_load(&right);
  assert_int_equal(lind_m8_bits(lind_v8_lt(a, b)), 0x01);
  assert_int_equal(lind_m8_bits(lind_v8_le(a, b)), 0x33);
  assert_int_equal(lind_m8_bits(lind_v8_gt(a, b)), 0x84);
  assert_int_equal(lind_m8_bits(lind_v8_ge(a, b)), 0xb6);
  assert_int_equal(lind_m8_bits(lind_v8_eq(a, b)), 0x32);
  assert_int_equal(lind_m8_bits(lind_v8_ne(a, b)), 0xcd);
  for (unsigned bits = 0; bits < 256; bits++) {
    const lind_m8 m = lind_m8_from_bits(bits), other = lind_m8_from_bits(0x5a);
    assert_int_equal(lind_m8_bits(m), bits);
    assert_int_equal(lind_m8_bits(lind_m8_not(m)), bits ^ 255);
    assert_int_equal(lind_m8_bits(lind_m8_and(m, other)), bits & 0x5a);
    assert_int_equal(lind_m8_bits(lind_m8_or(m, other)), bits | 0x5a);
    assert_int_equal(lind_m8_bits(lind_m8_except(m, other)), bits & ~0x5au);
    assert_int_equal(lind_m8_bits(lind_m8_of(lind_v8_truth(m))), bits);
    lind_lane picked;
    lind_v8_store(&picked, lind_v8_select(m, a, b));
    for (int i = 0; i < LIND_LANES; i++)
      assert_memory_equal(&picked.of[i], bits >> i & 1 ? &left.of[i] : &right.of[i], sizeof(double));
  }
}

static void fma_rounds_once(void **state) {
  (void)state;
  const double a = 1 + 0x1p-30;
  lind_lane y;
  lind_v8_store(&y, lind_v8_fma(lind_v8_fill(a), lind_v8_fill(a), lind_v8_fill(-1 - 0x1p-29)));
  assert_true(y.of[7] == 0x1p-60);
  lind_v8_store(&y, lind_v8_fnma(lind_v8_fill(a), lind_v8_fill(a), lind_v8_fill(1 + 0x1p-29)));
  assert_true(y.of[0] == -0x1p-60 && y.of[7] == -0x1p-60);
}

/* Powers for step control: 2^a and log2 to four digits, exact at powers of two, rising, lane by lane. */
static void rough_powers(void **state) {
  (void)state;
  double last_log = -2000, last_power = 0;
  for (int i = -3000; i <= 3000; i++) {
    lind_lane x = {{0, NAN, INFINITY, -1, 5e-324, 1, 2, 3}}, y, z;
    const double a = i / 31.;
    x.of[i & 7] = a;
    lind_v8_store(&y, lind_v8_exp2_rough(lind_v8_load(&x)));
    const double power = y.of[i & 7];
    assert_true(fabs(power / exp2(a) - 1) < 2e-4 && power > last_power);
    x.of[i & 7] = power;
    lind_v8_store(&z, lind_v8_log2_rough(lind_v8_load(&x)));
    assert_true(fabs(z.of[i & 7] - a) < 5e-4 && z.of[i & 7] > last_log);
    if (i % 31 == 0) assert_true(power == exp2(a) && z.of[i & 7] == a);
    last_power = power, last_log = z.of[i & 7];
  }
  const lind_lane edge = {{0, INFINITY, NAN, 1e308, 2e-308, 1, 1, 1}};
  lind_lane y;
  lind_v8_store(&y, lind_v8_log2_rough(lind_v8_load(&edge)));
  assert_true(y.of[0] == -1023 && y.of[1] == 1024 && y.of[2] >= 1024 && y.of[2] <= 1025);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(elementary_functions_are_below_one_ulp),
      cmocka_unit_test(special_values_are_those_of_c),
      cmocka_unit_test(lanes_do_not_look_at_neighbours),
      cmocka_unit_test(normal_quantile_inverts_erfc),
      cmocka_unit_test(masks),
      cmocka_unit_test(fma_rounds_once),
      cmocka_unit_test(rough_powers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
