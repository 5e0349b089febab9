/* The algebra of units in expressions, and its sentences. */
#include "expression_case.h"

static void units_combine_by_the_rules(void **state) {
  static const struct {
    const char *text, *unit;
  } rows[] = {
      {"cl / v", "1/h"},
      {"dose / v", "mg/L"},
      {"cl * drug.conc", "mg/h"},
      {"dose + 5 [g]", "mg"},
      {"age - 71 [year]", "h"},
      {"0.009 [1/year] * (age - 71 [year])", ""},
      {"-dose", "mg"},
      {"dose ^ 2", "mg^2"},
      {"dose ^ -1", "1/mg"},
      {"dose ^ 0", ""},
      {"v ^ (1 / 2)", "L^0.5"},
      {"v ^ 0.5 * v ^ 0.5", "L"},
      {"sqrt(dose * dose)", "mg"},
      {"sqrt(cl / v)", "1/h^0.5"},
      {"(dose / v) ^ (3 - 1)", "mg^2/L^2"},
      {"2 ^ a", ""},
      {"a ^ b", ""},
      {"(v in [L]) ^ 0.75", ""},
      {"abs(-dose)", "mg"},
      {"min(dose, 5 [mg])", "mg"},
      {"max(0, dose)", "mg"},
      {"max(dose, 0)", "mg"},
      {"clamp(dose, 0, 10 [mg])", "mg"},
      {"clamp(0, 1 [mg], dose)", "mg"},
      {"round(dose, 2.5 [mg])", "mg"},
      {"round(a)", ""},
      {"round(dose, 1 [g])", "mg"},
      {"if a > 0 then dose else 0", "mg"},
      {"if a > 0 then 0 else dose", "mg"},
      {"if a > 0 then 0 else if b > 0 then 0 else dose", "mg"},
      {"0 + dose", "mg"},
      {"dose - 0", "mg"},
      {"dose in [g]", ""},
      {"0 in [kg]", ""},
      {"exp(-cl / v * t)", ""},
      {"table(age, 18 [year] = 1 [mg], 65 [year] = 0, else = 3 [mg])", "mg"},
      {"table(a, 0 = 0, 1 = dose, else = 0)", "mg"},
      {"count(CYP2C9, \"*3\") * dose", "mg"},
      {"alleles(CYP2C9, \"*1\" = cl, \"*2\" = 0, else = 0)", "L/h"},
      {"genotypes(VKORC1, \"A/A\" = 0, \"A/G\" = dose, else = 0)", "mg"},
  };
  expression_case *c = *state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
    lind_unit unit = {.text = ""};
    if (rows[i].unit[0] != '\0') assert_int_equal(lind_unit_parse(rows[i].unit, &unit), LIND_OK);
    const lind_tree *core = case_tree(c, rows[i].text);
    char is[64];
    if (core->type.kind != LIND_TYPE_NUMBER || !lind_unit_same_dimension(core->type.dimension, unit.dimension))
      fail_msg("'%s' is %s, not %s", rows[i].text, lind_unit_dimension_text(core->type.dimension, is, sizeof is), rows[i].unit);
  }
}

static void comparisons_are_truths(void **state) {
  static const char *const texts[] = {"dose > 0",
                                      "0 < dose",
                                      "dose == 5 [g]",
                                      "age > 75 [year]",
                                      "drug.conc != dose / v",
                                      "is_male",
                                      "is_male and age < 3 [day]",
                                      "if a < b then is_male else a > b",
                                      "true"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; ++i)
    assert_int_equal(case_tree(*state, texts[i])->type.kind, LIND_TYPE_TRUTH);
}

static void units_that_disagree_are_a_sentence(void **state) {
  static const struct {
    const char *text, *sentence;
  } rows[] = {
      {"drug.conc + t", "f:1:11: 'drug.conc + t' adds mg/L (concentration) to h (time)"},
      {"a +\n  t", "f:1:3: 'a + t' adds a plain number to h (time)"},
      {"dose - t", "f:1:6: 'dose - t' subtracts h (time) from mg (mass)"},
      {"age > 75", "f:1:5: 'age > 75' compares h (time) with a plain number; a quantity is written with its unit in brackets"},
      {"75 < age", "f:1:4: '75 < age' compares a plain number with h (time); a quantity is written with its unit in brackets"},
      {"dose == cl", "f:1:6: 'dose == cl' compares mg (mass) with L/h (clearance)"},
      {"(1 - 1) + dose", "f:1:9: '1 - 1 + dose' adds a plain number to mg (mass)"},
      {"if a > b then dose else t", "f:1:25: 'if a > b then dose else t' gives mg (mass) or h (time)"},
      {"min(dose, t)", "f:1:11: 'min(dose, t)' compares mg (mass) with h (time)"},
      {"exp(dose)", "f:1:5: 'exp(dose)' needs a plain number, but 'dose' is mg (mass); x in [mg] makes one"},
      {"floor(2 * t)", "f:1:9: 'floor(2 * t)' needs a plain number, but '2 * t' is h (time); x in [h] makes one"},
      {"round(dose)", "f:1:7: 'round(dose)' needs a plain number, but 'dose' is mg (mass); x in [mg] makes one"},
      {"round(dose, 1 [h])", "f:1:13: 'round(dose, 1 [h])' rounds mg (mass) to a multiple of h (time)"},
      {"dose in [h]", "f:1:6: 'dose in [h]' asks for mg (mass) in h (time)"},
      {"dose ^ 0.3",
       "f:1:6: 'dose^0.3' raises mg (mass) to a power that is not a constant integer or half-integer; x in [unit] makes a plain "
       "number"},
      {"dose ^ a",
       "f:1:6: 'dose^a' raises mg (mass) to a power that is not a constant integer or half-integer; x in [unit] makes a plain "
       "number"},
      {"2 ^ dose", "f:1:3: the exponent of '2^dose' is mg (mass); it must be a plain number"},
      {"dose ^ 1000", "f:1:6: 'dose^1000' has a unit with a power that is no half of an integer up to 63"},
      {"sqrt(sqrt(dose))", "f:1:1: 'sqrt(sqrt(dose))' has a unit with a power that is no half of an integer up to 63"},
      {"dose ^ 60 * dose ^ 60", "f:1:11: 'dose^60 * dose^60' has a unit with a power that is no half of an integer up to 63"},
      {"table(age, 18 = 1, else = 2)",
       "f:1:12: 'table(age, 18 = 1, else = 2)' compares h (time) with a plain number; a quantity is written with its unit in "
       "brackets"},
      {"table(a, 1 = dose, 2 = t, else = 0)", "f:1:24: 'table(a, 1 = dose, 2 = t, else = 0)' gives mg (mass) or h (time)"},
      {"alleles(CYP2C9, \"*1\" = cl, else = t)",
       "f:1:35: 'alleles(CYP2C9, \"*1\" = cl, else = t)' gives L/h (clearance) or h (time)"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) case_refused(*state, rows[i].text, LIND_ERR_UNIT, rows[i].sentence);
}

static void a_result_of_another_dimension_is_refused(void **state) {
  expression_case *c = *state;
  const lind_where where = {"f", 1, 1};
  lind_unit mg;
  lind_tree *tree = NULL, *core = NULL;
  assert_int_equal(lind_unit_parse("mg", &mg), LIND_OK);
  assert_int_equal(lind_expression_parse("2 * t", where, c->arena, &tree), LIND_OK);
  assert_int_equal(lind_expression_check_number(tree, &c->scope, mg.dimension, c->arena, &core), LIND_ERR_UNIT);
  assert_string_equal(lind_error_message(), "f:1:3: '2 * t' is h (time) where mg (mass) is expected");
  assert_int_equal(lind_expression_check_truth(tree, &c->scope, c->arena, &core), LIND_ERR_INPUT);
  assert_string_equal(lind_error_message(), "f:1:3: '2 * t' is h (time) and stands where a truth such as x > 0 is expected");
  assert_int_equal(lind_expression_parse("a > 1", where, c->arena, &tree), LIND_OK);
  assert_int_equal(lind_expression_check_number(tree, &c->scope, mg.dimension, c->arena, &core), LIND_ERR_INPUT);
  assert_string_equal(lind_error_message(), "f:1:3: 'a > 1' is a truth (yes or no) and stands where a number is expected");
  assert_null(core);
  assert_int_equal(lind_expression_parse("0", where, c->arena, &tree), LIND_OK);
  assert_int_equal(lind_expression_check_number(tree, &c->scope, mg.dimension, c->arena, &core), LIND_OK);
  assert_true(lind_unit_same_dimension(core->type.dimension, mg.dimension));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(units_combine_by_the_rules, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(comparisons_are_truths, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(units_that_disagree_are_a_sentence, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(a_result_of_another_dimension_is_refused, case_setup, case_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
