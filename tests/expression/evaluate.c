/* The lane evaluator against plain C, and what a lane may not see. */
#include "expression_random.h"

enum { TEXTS = 1500, DEPTH = 5, ROOM = 1 << 16 };

static void fill(lind_lane *frame, double single[LIND_LANES][SLOT_COUNT], uint64_t *seed) {
  for (int s = 0; s < SLOT_COUNT; ++s)
    for (int i = 0; i < LIND_LANES; ++i) {
      frame[s].of[i] = s >= SLOT_MALE ? (double)(case_random(seed) % 2) : case_uniform(seed, -4, 4);
      if (s < SLOT_MALE && case_random(seed) % 4 == 0)
        frame[s].of[i] = (double)(case_random(seed) % 5); /* so that some are equal */
      single[i][s] = frame[s].of[i];
    }
}

static void random_expressions_are_what_c_makes_of_them(void **state) {
  static char text[ROOM];
  static lind_lane frame[SLOT_COUNT];
  static double single[LIND_LANES][SLOT_COUNT];
  expression_case *c = *state;
  uint64_t seed = 1;
  int longest = 0;
  for (int k = 0; k < TEXTS; ++k) {
    const lind_arena_place place = lind_arena_mark(c->arena);
    const uint64_t own = case_random(&seed);
    lind_lane result;
    fill(frame, single, &seed);
    (void)random_expression(own, DEPTH, single[0], text);
    if ((int)strlen(text) > longest) longest = (int)strlen(text);
    const lind_program *program = case_program(c, text);
    lind_program_run(program, frame, &result);
    for (int i = 0; i < LIND_LANES; ++i) {
      const double expected = random_expression(own, DEPTH, single[i], text);
      if (!(fabs(result.of[i] - expected) <= 1e-11 * (1.0 + fabs(expected))) && isfinite(expected))
        fail_msg("%s is %.17g in C, but %.17g", text, expected, result.of[i]);
      const double one = lind_program_run_one(program, single[i], SLOT_COUNT);
      assert_memory_equal(&one, &result.of[i], sizeof one); /* bit for bit */
    }
    lind_arena_rewind(c->arena, place);
  }
  assert_true(longest > 300); /* the generator did its work */
}

#define EACH(X)                                                                                           \
  X("a * b + c", A *B + C)                                                                                \
  X("a - b - c - d", A - B - C - D)                                                                       \
  X("a / (b * b + 1)", A / (B * B + 1))                                                                   \
  X("-a ^ 2", -(A * A))                                                                                   \
  X("floor(a) + 10 * ceil(b)", floor(A) + 10 * ceil(B))                                                   \
  X("round(a, 0.5)", floor(A / 0.5 + 0.5) * 0.5)                                                          \
  X("clamp(a, -1, b * b)", fmin(fmax(A, -1), B *B))                                                       \
  X("if a < b and not b < c then 1 else if a == c then 2 else 3", A < B && !(B < C) ? 1 : A == C ? 2 : 3) \
  X("if is_male or a != b then c else d", MALE || A != B ? C : D)                                         \
  X("table(a, -2 = b, 0 = c, 2 = d, else = 9)", A < -2 ? B : A < 0 ? C : A < 2 ? D : 9)                   \
  X("abs(a) ^ 0.5 - sqrt(abs(a))", 0)                                                                     \
  X("abs(a) ^ 0.25", pow(fabs(A), 0.25))                                                                  \
  X("a ^ 3 + a ^ 1 + a ^ 0", A *A *A + A + 1)                                                             \
  X("if a > 0 then sqrt(a) else log(1 - a)", A > 0 ? sqrt(A) : log(1 - A))                                \
  X("a <= b", A <= B)                                                                                     \
  X("a >= b or a > c", A >= B || A > C)                                                                   \
  X("is_male", MALE)                                                                                      \
  X("3", 3)                                                                                               \
  X("d", D)

static void each_operator_is_what_c_makes_of_it(void **state) {
  static lind_lane frame[SLOT_COUNT];
  static double single[LIND_LANES][SLOT_COUNT];
  static const char *const texts[] = {
#define TEXT(text, value) text,
      EACH(TEXT)
#undef TEXT
  };
  enum { N = sizeof texts / sizeof texts[0] };
  const lind_program *programs[N];
  uint64_t seed = 2;
  for (int k = 0; k < N; ++k) programs[k] = case_program(*state, texts[k]);
  for (int repeat = 0; repeat < 200; ++repeat) {
    fill(frame, single, &seed);
    for (int i = 0; i < LIND_LANES; ++i) {
      const double A = single[i][SLOT_A], B = single[i][SLOT_B], C = single[i][SLOT_C], D = single[i][SLOT_D];
      const int MALE = single[i][SLOT_MALE] != 0;
      const double values[N] = {
#define VALUE(text, value) (double)(value),
          EACH(VALUE)
#undef VALUE
      };
      for (int k = 0; k < N; ++k) {
        lind_lane result;
        lind_program_run(programs[k], frame, &result);
        if (!(fabs(result.of[i] - values[k]) <= 1e-14 * (1 + fabs(values[k]))))
          fail_msg("%s is %.17g in C, but %.17g", texts[k], values[k], result.of[i]);
      }
    }
  }
}

static void a_lane_does_not_see_its_neighbours(void **state) {
  static lind_lane frame[SLOT_COUNT], other[SLOT_COUNT];
  static double single[LIND_LANES][SLOT_COUNT];
  static const double poison[] = {NAN, INFINITY, -INFINITY, 0.0, 1e308, -1e308, 5e-324};
  const lind_program *program = case_program(*state,
                                             "exp(tanh(a)) * log(abs(b) + 1) + (abs(c) + 1) ^ d + sin(a) * cos(b) + log10(abs(c) "
                                             "+ 1) + (if a < b then 1 / c else sqrt(abs(d)))");
  uint64_t seed = 3;
  for (int repeat = 0; repeat < 200; ++repeat) {
    lind_lane alone, among;
    fill(frame, single, &seed);
    lind_program_run(program, frame, &alone);
    const int kept = (int)(case_random(&seed) % LIND_LANES);
    for (int s = 0; s < SLOT_COUNT; ++s)
      for (int i = 0; i < LIND_LANES; ++i)
        other[s].of[i] = i == kept ? frame[s].of[i] : poison[case_random(&seed) % (sizeof poison / sizeof poison[0])];
    lind_program_run(program, other, &among);
    assert_memory_equal(&alone.of[kept], &among.of[kept], sizeof(double));
  }
}

static void a_condition_on_nan_is_false(void **state) {
  const double slots[SLOT_COUNT] = {[SLOT_A] = NAN};
  assert_true(case_value(*state, "if a < 1 then 2 else 3", slots) == 3.0);
  assert_true(case_value(*state, "if a >= 1 then 2 else 3", slots) == 3.0);
  assert_true(case_value(*state, "if a == a then 2 else 3", slots) == 3.0);
  assert_true(case_value(*state, "if a != a then 2 else 3", slots) == 2.0);
  assert_true(case_value(*state, "table(a, 1 = 10, else = 20)", slots) == 20.0);
  assert_true(isnan(case_value(*state, "min(a, b)", slots)) && isnan(case_value(*state, "min(b, a)", slots)));
  assert_true(isnan(case_value(*state, "max(a, b)", slots)) && isnan(case_value(*state, "clamp(a, 0, 5)", slots)));
}

static void the_branch_that_is_not_taken_does_no_harm(void **state) {
  const double slots[SLOT_COUNT] = {0};
  assert_true(case_value(*state, "if a == 0 then 5 else 1 / a", slots) == 5.0);
  assert_true(case_value(*state, "if a > 0 then log(a) else -1", slots) == -1.0);
  assert_true(isinf(case_value(*state, "1 / a", slots)));
}

static void round_goes_up_at_a_half_and_to_a_multiple(void **state) {
  expression_case *c = *state;
  const lind_program *program = case_program(c, "round(dose, 2.5 [mg]) in [mg]");
  static const double rows[][2] = {{0, 0}, {1.24, 0}, {1.25, 2.5}, {3.7, 2.5}, {3.75, 5}, {6.3, 7.5}, {-1.25, 0}, {-1.26, -2.5}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
    const double slots[SLOT_COUNT] = {[SLOT_DOSE] = rows[i][0]};
    assert_true(lind_program_run_one(program, slots, SLOT_COUNT) == rows[i][1]);
  }
}

static void units_are_canonical_inside(void **state) {
  const double slots[SLOT_COUNT] = {[SLOT_AGE] = 80 * 8766.0, [SLOT_DOSE] = 5, [SLOT_CL] = 0.25, [SLOT_V] = 10, [SLOT_T] = 24};
  assert_true(case_value(*state, "if age > 75 [year] then 5 [mg] else 10 [mg]", slots) == 5.0);
  assert_true(case_value(*state, "age in [year]", slots) == 80.0);
  assert_true(case_value(*state, "dose in [ug]", slots) == 5000.0);
  assert_true(fabs(case_value(*state, "dose / v * exp(-cl / v * t)", slots) - 0.5 * exp(-0.6)) < 1e-15);
  assert_true(case_value(*state, "(dose / v) in [ng/mL]", slots) == 500.0);
}

static void an_unchecked_tree_is_not_run(void **state) {
  expression_case *c = *state;
  lind_tree *tree = NULL;
  const lind_program *program = NULL;
  assert_int_equal(lind_expression_parse("a + 1", (lind_where){"f", 1, 1}, c->arena, &tree), LIND_OK);
  assert_int_equal(lind_program_create(tree, c->arena, &program), LIND_ERR_INPUT);
  assert_null(program);
}

/* A tree of 2^14 leaves would need 15 registers, a bush of choices of depth 9 (3^9 leaves) 19: far from the limit of 64. */
static char *bush(char *p, int depth) {
  if (depth == 0) return stpcpy(p, "(a + b)");
  p = bush(stpcpy(p, "(if "), depth - 1);
  p = bush(stpcpy(p, " > 2 then "), depth - 1);
  p = bush(stpcpy(p, " else "), depth - 1);
  return stpcpy(p, ")");
}

static void registers_suffice_for_bushes(void **state) {
  static char text[1 << 19];
  (void)bush(text, 8);
  const double low[SLOT_COUNT] = {1, 0.5}, high[SLOT_COUNT] = {1, 2};
  assert_true(case_value(*state, text, low) == 1.5);
  assert_true(case_value(*state, text, high) == 3.0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(random_expressions_are_what_c_makes_of_them, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(each_operator_is_what_c_makes_of_it, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(a_lane_does_not_see_its_neighbours, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(a_condition_on_nan_is_false, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(the_branch_that_is_not_taken_does_no_harm, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(round_goes_up_at_a_half_and_to_a_multiple, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(units_are_canonical_inside, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(an_unchecked_tree_is_not_run, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(registers_suffice_for_bushes, case_setup, case_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
