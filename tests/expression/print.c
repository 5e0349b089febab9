/* What is printed reads back as the same tree. */
#include "expression_random.h"

static void assert_round_trip(expression_case *c, const char *text) {
  const lind_tree *core = case_tree(c, text);
  const char *printed = NULL, *again = NULL;
  lind_tree *back = NULL;
  assert_int_equal(lind_expression_text(core, c->arena, &printed), LIND_OK);
  if (case_core(c, printed, &back) != LIND_OK)
    fail_msg("%s\n  prints as %s\n  which says %s", text, printed, lind_error_message());
  assert_int_equal(lind_expression_text(back, c->arena, &again), LIND_OK);
  if (!lind_expression_same(core, back)) fail_msg("%s\n  prints as %s\n  reads as  %s", text, printed, again);
  assert_string_equal(printed, again);
}

static void printed_texts_read_back(void **state) {
  static const char *const texts[] = {
      "a",
      "3",
      "-3",
      "0",
      "2 ^ a",
      "(-2) ^ a",
      "-2 ^ a",
      "a - (b - c)",
      "a - b - c",
      "a / (b / c)",
      "a / (b * c)",
      "(a ^ b) ^ c",
      "a ^ b ^ c",
      "a ^ -b",
      "-(a + b)",
      "-(-a)",
      "a * -3",
      "a - -3",
      "not (a < b and c < d)",
      "not not a < b",
      "a > b and b >= c or c < d",
      "a < b and (b < c or c < d)",
      "(if a < b then c else d) + 1",
      "if a < b then c else d + 1",
      "if (if a < b then c < d else a > d) then 1 else 2",
      "dose + 5 [g]",
      "age > 75.3 [year]",
      "0.009 [1/year] * (age - 71 [year])",
      "dose in [ug]",
      "max(dose, 0)",
      "0 - dose",
      "dose - 0 [mg]",
      "round(dose, 2.5 [mg])",
      "table(age, 18 [year] = 1 [mg], 65 [year] = 0, else = dose)",
      "sqrt(2 [mg]) * sqrt(dose)",
      "0.1 + 0.2 + a",
      "1e-300 * a",
      "1 [year] * a + 3 [day]",
      "(1 [L/h] + 2 [mL/min]) * t",
      "sex == \"male\"",
      "sex != \"female\"",
      "CYP2C9 == \"*2/*1\"",
      "CYP2C9 != \"*2/*1\"",
      "count(CYP2C9, \"*3\") + 1",
      "alleles(CYP2C9, \"*1\" = cl, \"*2\" = 0.5 * cl, else = 0)",
      "genotypes(VKORC1, \"A/A\" = 1 [mg], \"A/G\" = 2 [mg], \"G/G\" = 3 [mg])",
      "is_male and true or a < b",
      "3 [mg/L/h] / drug.conc",
      "exp(log(a)) + min(a, b, c)",
      "50 [%] * a",
      "12 [mmHg] / 3 [mmHg] + a",
      "drug.conc * 7 [nmol] / 3 [ug]",
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; ++i) assert_round_trip(*state, texts[i]);
}

static void random_texts_read_back(void **state) {
  static char text[1 << 16];
  static const double x[4] = {1, 2, 3, 4};
  expression_case *c = *state;
  uint64_t seed = 4;
  for (int k = 0; k < 1000; ++k) {
    const lind_arena_place place = lind_arena_mark(c->arena);
    (void)random_expression(case_random(&seed), 5, x, text);
    assert_round_trip(c, text);
    lind_arena_rewind(c->arena, place);
  }
}

static void texts_print_as_people_write_them(void **state) {
  static const struct {
    const char *text, *printed;
  } rows[] = {
      {"( a+b )*c", "(a + b) * c"},
      {"-(a^2)", "-a^2"},
      {"age>75[year]", "age > 75 [year]"},
      {"0.1*a", "0.1 * a"},
      {"2.5 [mg] + 2.5 [mg] + dose", "5 [mg] + dose"},
      {"if a>b then 1 else 2", "if a > b then 1 else 2"},
      {"VKORC1 == 'G/A'", "allele(VKORC1, 1) == \"A\" and allele(VKORC1, 2) == \"G\""},
      {"a in [%]", "a / 1 [%]"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
    char buffer[200];
    lind_expression_print(case_tree(*state, rows[i].text), buffer, sizeof buffer);
    assert_string_equal(buffer, rows[i].printed);
  }
}

static void a_small_buffer_is_cut_not_overrun(void **state) {
  const lind_tree *core = case_tree(*state, "a + b * exp(c)");
  const char *whole = "a + b * exp(c)";
  for (size_t size = 0; size <= strlen(whole) + 1; ++size) {
    char buffer[32];
    memset(buffer, '#', sizeof buffer);
    lind_expression_print(core, buffer, size);
    for (size_t i = size; i < sizeof buffer; ++i) assert_int_equal(buffer[i], '#');
    if (size == 0) continue;
    assert_int_equal(strlen(buffer), size - 1);
    assert_memory_equal(buffer, whole, size - 1);
  }
}

static void a_decimal_is_the_shortest_that_reads_back(void **state) {
  (void)state;
  char buffer[40];
  assert_string_equal(lind_expression_decimal(0.1, buffer, sizeof buffer), "0.1");
  assert_string_equal(lind_expression_decimal(0.1 + 0.2, buffer, sizeof buffer), "0.30000000000000004");
  assert_string_equal(lind_expression_decimal(-1e300, buffer, sizeof buffer), "-1e+300");
  uint64_t seed = 5;
  for (int i = 0; i < 10000; ++i) {
    const uint64_t bits = case_random(&seed);
    double value, back;
    memcpy(&value, &bits, sizeof value);
    if (!isfinite(value)) continue;
    back = strtod(lind_expression_decimal(value, buffer, sizeof buffer), NULL);
    assert_memory_equal(&back, &value, sizeof value);
  }
}

static void a_copy_is_the_same_and_its_own(void **state) {
  expression_case *c = *state;
  const lind_tree *core = case_tree(c, "alleles(CYP2C9, \"*1\" = cl, else = 2 * cl) / v");
  lind_tree *copy = NULL;
  assert_int_equal(lind_expression_copy(core, c->arena, NULL, &copy), LIND_OK);
  assert_true(lind_expression_same(core, copy));
  assert_ptr_not_equal(core->children[0], copy->children[0]);
  copy->children[1]->slot = SLOT_A;
  assert_false(lind_expression_same(core, copy));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(printed_texts_read_back, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(random_texts_read_back, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(texts_print_as_people_write_them, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(a_small_buffer_is_cut_not_overrun, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(a_decimal_is_the_shortest_that_reads_back, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(a_copy_is_the_same_and_its_own, case_setup, case_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
