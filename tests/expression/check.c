/* Names, functions, arities, truths and numbers: what is accepted, and the exact sentence where it is not. */
#include "expression_case.h"

static void mistakes_are_sentences(void **state) {
  static const struct {
    const char *text, *sentence;
  } rows[] = {
      {"a + cll", "f:1:5: 'cll' is not known in a dosing rule; did you mean 'cl'?"},
      {"Dose", "f:1:1: 'Dose' is not known in a dosing rule; did you mean 'dose'?"},
      {"wholly_unknown",
       "f:1:1: 'wholly_unknown' is not known in a dosing rule; known are a, b, c, d, inr, cl, v, dose, age, drug.conc, t, "
       "is_male, sex, "
       "CYP2C9 and VKORC1"},
      {"inr > 3", "f:1:1: 'inr' is not available here: it is measured at visits only"},
      {"exp + 1", "f:1:1: 'exp' is a function and is written exp(...)"},
      {"sqr(a)", "f:1:1: 'sqr' is not a function; did you mean 'sqrt'?"},
      {"a(3)", "f:1:1: 'a' is no function; a product is written a * (...)"},
      {"exp(a, b)", "f:1:1: exp has 2 arguments; it is written exp(x)"},
      {"min(a)", "f:1:1: min has 1 argument; it is written min(a, b, ...)"},
      {"round()", "f:1:1: round has 0 arguments; it is written round(x) or round(x, to)"},
      {"clamp(a, b)", "f:1:1: clamp has 2 arguments; it is written clamp(x, lo, hi)"},
      {"clamp(a, 5, 1)", "f:1:1: clamp(x, lo, hi) needs lo below hi"},
      {"round(dose, 0)", "f:1:13: round(x, to) needs a step 'to' above 0"},
      {"exp(1 = 2)", "f:1:5: 'key = value' belongs into alleles(...), genotypes(...) or table(...)"},
      {"(a < b) + 1", "f:1:4: 'a < b' is a truth (yes or no) and stands where a number is expected"},
      {"is_male * 2", "f:1:1: 'is_male' is a truth (yes or no) and stands where a number is expected"},
      {"is_male == true", "f:1:1: 'is_male' is a truth (yes or no) and stands where a number is expected"},
      {"a and a < b", "f:1:1: 'a' is a plain number and stands where a truth such as x > 0 is expected"},
      {"not dose", "f:1:5: 'dose' is mg (mass) and stands where a truth such as x > 0 is expected"},
      {"if a then 1 else 2", "f:1:4: 'a' is a plain number and stands where a truth such as x > 0 is expected"},
      {"if a > 1 then 1 else a > 2", "f:1:24: 'a > 2' is a truth (yes or no) and stands where a number is expected"},
      {"\"male\"", "f:1:1: the text \"male\" stands where a number is expected"},
      {"sex + 1", "f:1:1: 'sex' is a category (female and male) and no number: compare it with one of its levels in quotes"},
      {"CYP2C9 * 2",
       "f:1:1: 'CYP2C9' is a genotype (*1, *2, *3 and other) and no number: use == \"*1/*2\", count(...), alleles(...) or "
       "genotypes(...)"},
      {"sex == \"mal\"", "f:1:8: 'mal' is not a level of sex; did you mean 'male'?"},
      {"sex == \"xyzzy\"", "f:1:8: 'xyzzy' is not a level of sex; known are female and male"},
      {"sex == male", "f:1:5: 'sex' must be compared with one of its levels in quotes, as in x == \"level\""},
      {"sex < \"male\"",
       "f:1:1: 'sex' is a category (female and male) and no number: compare it with one of its levels in quotes"},
      {"a == \"male\"", "f:1:3: 'a' is neither a category nor a gene and cannot be \"male\""},
      {"\"male\" == \"male\"", "f:1:8: '\"male\" == \"male\"' compares two texts; one side must be a category or a gene"},
      {"1 / 0", "f:1:3: '1 / 0' is not a finite number"},
      {"a + log(-1)", "f:1:5: 'log(-1)' is not a finite number"},
      {"table(a, 1 = 2)", "f:1:1: table(...) has no 'else = value' for what lies above its last bound"},
      {"table(a, else = 2)", "f:1:1: table(x, bound = value, ..., else = value) needs at least one bound"},
      {"table(a, 2 = 1, 1 = 2, else = 3)", "f:1:17: the bounds of a table must rise, and bound 2 does not"},
      {"table(a, b = 1, else = 3)", "f:1:10: the bounds of a table must be constants"},
      {"table(a, b, else = 3)", "f:1:10: a row of table(x, ...) is written bound = value, as in 1.5 = 8 [mg]"},
      {"table(a, else = 3, 1 = 2)", "f:1:10: 'else' of table(...) must be the last"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) case_refused(*state, rows[i].text, LIND_ERR_INPUT, rows[i].sentence);
}

static void a_place_is_that_of_the_word(void **state) {
  expression_case *c = *state;
  lind_tree *tree = NULL, *core = NULL;
  const char *end = NULL;
  assert_int_equal(lind_expression_parse_head("if age > 75 [year]\n  then 1\n  else 2 * cll", (lind_where){"f.lind", 3, 12},
                                              c->arena, &tree, &end),
                   LIND_OK);
  assert_int_equal(lind_expression_check(tree, &c->scope, c->arena, &core), LIND_ERR_INPUT);
  assert_string_equal(lind_error_message(), "f.lind:5:12: 'cll' is not known in a dosing rule; did you mean 'cl'?");
}

static void a_scope_without_names_says_so(void **state) {
  expression_case *c = *state;
  lind_tree *tree = NULL, *core = NULL;
  const lind_scope empty = {.what = "a bound"};
  assert_int_equal(lind_expression_parse("x + 1", (lind_where){"f", 1, 1}, c->arena, &tree), LIND_OK);
  assert_int_equal(lind_expression_check(tree, &empty, c->arena, &core), LIND_ERR_INPUT);
  assert_string_equal(lind_error_message(), "f:1:1: 'x' is not known in a bound, where only numbers can stand");
  assert_int_equal(lind_expression_check(tree, NULL, c->arena, &core), LIND_ERR_INPUT);
  assert_string_equal(lind_error_message(), "f:1:1: 'x' is not known here, where only numbers can stand");
}

static void the_inner_scope_hides_the_outer(void **state) {
  expression_case *c = *state;
  const lind_symbol own = number_symbol("a", "h", SLOT_D);
  const lind_scope inner = {.symbols = &own, .n = 1, .outer = &c->scope};
  assert_int_equal(lind_expression_find(&inner, "a")->slot, SLOT_D);
  assert_int_equal(lind_expression_find(&inner, "b")->slot, SLOT_B);
  assert_int_equal(lind_expression_find(&inner, "cl")->slot, SLOT_CL);
  assert_null(lind_expression_find(&inner, "nobody"));
}

static void a_parsed_tree_can_be_checked_again(void **state) {
  expression_case *c = *state;
  lind_tree *tree = NULL, *first = NULL, *second = NULL, *again = NULL;
  const lind_symbol own = number_symbol("dose", "h", SLOT_D);
  const lind_scope other = {.symbols = &own, .n = 1};
  assert_int_equal(lind_expression_parse("max(dose, 0) + 0", (lind_where){"f", 1, 1}, c->arena, &tree), LIND_OK);
  assert_int_equal(lind_expression_check(tree, &c->scope, c->arena, &first), LIND_OK);
  assert_int_equal(lind_expression_check(tree, &other, c->arena, &second), LIND_OK);
  assert_int_equal(lind_expression_check(tree, &c->scope, c->arena, &again), LIND_OK);
  assert_true(lind_expression_same(first, again));
  assert_false(lind_expression_same(first, second));
  assert_true(lind_expression_uses(first, SLOT_DOSE) && !lind_expression_uses(first, SLOT_D));
  assert_true(lind_expression_uses(second, SLOT_D) && !lind_expression_uses(second, SLOT_DOSE));
}

static bool same_type(const lind_tree *a, const lind_tree *b) {
  return a->type.kind == b->type.kind && lind_unit_same_dimension(a->type.dimension, b->type.dimension);
}

/* Only core operators, and branches and terms of the type of the whole. */
static bool is_core(const lind_tree *tree) {
  if (tree->op >= LIND_OP_CORE_COUNT) return false;
  const bool alike = tree->op == LIND_OP_SELECT || tree->op == LIND_OP_ADD || tree->op == LIND_OP_SUBTRACT ||
                     (tree->op == LIND_OP_FUNCTION && (tree->function == LIND_FN_MIN || tree->function == LIND_FN_MAX));
  for (int i = 0; i < tree->n; ++i) {
    if (!is_core(tree->children[i])) return false;
    if (alike && !(tree->op == LIND_OP_SELECT && i == 0) && !same_type(tree, tree->children[i])) return false;
  }
  return true;
}

static void a_checked_tree_is_core(void **state) {
  static const char *const texts[] = {
      "clamp(dose, 0, 5 [mg]) in [g]",
      "round(dose, 1 [mg])",
      "table(a, 1 = b, 2 = c, else = d)",
      "alleles(CYP2C9, \"*1\" = a, else = b)",
      "genotypes(VKORC1, \"A/A\" = a, \"G/A\" = b, \"G/G\" = c)",
      "count(CYP2C9, \"*2\") + 1",
      "sex != \"male\" or VKORC1 == \"G/A\"",
      "table(a, 0 = 0, 1 = 0, 2 = dose, else = 0)",
      "alleles(CYP2C9, \"*1\" = 0, \"*2\" = 0, else = cl)",
      "max(0, 0, dose) - 0",
      "clamp(0, 0, dose)",
      "if a > 0 then 0 else if a > 1 then dose else 0",
      "pow(min(a, b, c), 2)",
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; ++i) assert_true(is_core(case_tree(*state, texts[i])));
}

static void nesting_and_size_are_limited_by_sentences(void **state) {
  enum { N = 100000 };
  static char text[8 * N];
  static const struct {
    const char *repeat, *last;
    int n;
    const char *says;
  } rows[] = {
      {"(", "a", N, "is nested more than 200 deep"},
      {"-", "a", N, "is nested more than 200 deep"},
      {"not ", "a", N, "is nested more than 200 deep"},
      {"exp(", "a", N, "is nested more than 200 deep"},
      {"2^", "a", N, "is nested more than 200 deep"},
      {"a < ", "a", N, "comparisons do not chain"},
      {"a + ", "a", N, "more than 1000 terms in a row"},
      {"a * ", "a", N, "more than 1000 terms in a row"},
      {"if a>b then 1 else ", "a", 5000, "is nested more than 200 deep"},
      {"round(a, ", "a", 60, "parts once its look-ups are written out"},
      {"alleles(CYP2C9, \"*1\" = ", "a", 30, "parts once its look-ups are written out"},
  };
  expression_case *c = *state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
    char *p = text;
    for (int k = 0; k < rows[i].n && p + 64 < text + sizeof text; ++k) p += sprintf(p, "%s", rows[i].repeat);
    p += sprintf(p, "%s", rows[i].last);
    if (strchr(rows[i].repeat, '"') != NULL)
      for (int k = 0; k < rows[i].n; ++k) p += sprintf(p, ", else = 1)");
    else if (strchr(rows[i].repeat, '(') != NULL && rows[i].n < 100)
      for (int k = 0; k < rows[i].n; ++k) p += sprintf(p, ")");
    lind_tree *core = NULL;
    lind_error_clear();
    assert_int_equal(case_core(c, text, &core), LIND_ERR_INPUT);
    if (strstr(lind_error_message(), rows[i].says) == NULL) fail_msg("%s... says %s", rows[i].repeat, lind_error_message());
  }
}

static void long_but_sensible_texts_are_accepted(void **state) {
  static char text[20000];
  char *p = text;
  for (int i = 0; i < 900; ++i) p += sprintf(p, "a + ");
  (void)sprintf(p, "a");
  const double slots[SLOT_COUNT] = {1.0};
  assert_true(case_value(*state, text, slots) == 901.0);
  p = text + sprintf(text, "table(a");
  for (int i = 0; i < 500; ++i) p += sprintf(p, ", %d = %d", i, 10 * i);
  (void)sprintf(p, ", else = -1)");
  const lind_program *table = case_program(*state, text);
  for (int i = 0; i < 502; ++i) {
    const double at[SLOT_COUNT] = {i - 0.5};
    assert_true(lind_program_run_one(table, at, SLOT_COUNT) == (i < 500 ? 10.0 * i : -1.0));
  }
  p = text;
  for (int i = 0; i < 60; ++i) p += sprintf(p, "(a * ");
  p += sprintf(p, "a");
  for (int i = 0; i < 60; ++i) *p++ = ')';
  *p = '\0';
  assert_true(case_value(*state, text, slots) == 1.0);
}

/* `tables` tables of 900 rows, each the else of the one before: 900 levels of the core each. */
static void nest_tables(char *p, int tables) {
  for (int k = 0; k < tables; ++k) {
    p += sprintf(p, "table(a");
    for (int i = 0; i < 900; ++i) p += sprintf(p, ", %d = b", 900 * k + i);
    p += sprintf(p, ", else = ");
  }
  p = stpcpy(p, "c");
  for (int k = 0; k < tables; ++k) p = stpcpy(p, ")");
}

static void a_deep_core_runs_and_a_deeper_one_is_refused(void **state) {
  static char text[100000];
  const double below[SLOT_COUNT] = {10.0, 1.0, 2.0}, above[SLOT_COUNT] = {1e6, 1.0, 2.0};
  nest_tables(text, 4);
  const lind_program *program = case_program(*state, text);
  assert_true(lind_program_run_one(program, below, SLOT_COUNT) == 1.0);
  assert_true(lind_program_run_one(program, above, SLOT_COUNT) == 2.0);
  nest_tables(text, 5);
  case_refused(*state, text, LIND_ERR_INPUT,
               "f:1:1: the expression is more than 4000 levels deep once its look-ups are written out; give its parts names");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(mistakes_are_sentences, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(a_place_is_that_of_the_word, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(a_scope_without_names_says_so, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(the_inner_scope_hides_the_outer, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(a_parsed_tree_can_be_checked_again, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(a_checked_tree_is_core, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(nesting_and_size_are_limited_by_sentences, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(a_deep_core_runs_and_a_deeper_one_is_refused, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(long_but_sensible_texts_are_accepted, case_setup, case_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
