/* Precedence, associativity, places, comments, and the sentences of what does not parse. */
#include "expression_case.h"

static void assert_same(expression_case *c, const char *a, const char *b) {
  if (!lind_expression_same(case_tree(c, a), case_tree(c, b))) fail_msg("'%s' is not the same tree as '%s'", a, b);
}

static void assert_differs(expression_case *c, const char *a, const char *b) {
  if (lind_expression_same(case_tree(c, a), case_tree(c, b))) fail_msg("'%s' is the same tree as '%s'", a, b);
}

static void operators_bind_as_the_table_says(void **state) {
  static const char *const same[][2] = {
      {"a + b * c", "a + (b * c)"},
      {"a * b + c", "(a * b) + c"},
      {"a - b - c", "(a - b) - c"},
      {"a - b + c", "(a - b) + c"},
      {"a / b / c", "(a / b) / c"},
      {"a / b * c", "(a / b) * c"},
      {"a ^ b ^ c", "a ^ (b ^ c)"},
      {"-a ^ b", "-(a ^ b)"},
      {"a ^ -b", "a ^ (-b)"},
      {"a ^ -b ^ c", "a ^ (-(b ^ c))"},
      {"-a * b", "(-a) * b"},
      {"a * -b", "a * (-b)"},
      {"--a", "-(-a)"},
      {"a * b ^ c", "a * (b ^ c)"},
      {"a + b < c * d", "(a + b) < (c * d)"},
      {"not a < b", "not (a < b)"},
      {"not a < b and c < d", "(not (a < b)) and (c < d)"},
      {"not not a < b", "not (not (a < b))"},
      {"a < b or b < c and c < d", "a < b or (b < c and c < d)"},
      {"a < b and b < c or c < d", "(a < b and b < c) or c < d"},
      {"a < b or b < c or c < d", "(a < b or b < c) or c < d"},
      {"if a < b then c else d + a", "if a < b then c else (d + a)"},
      {"if a < b then if b < c then a else b else c", "if a < b then (if b < c then a else b) else c"},
      {"if a < b then a else if b < c then b else c", "if a < b then a else (if b < c then b else c)"},
      {"if a < b or b < c then a else b", "if (a < b or b < c) then a else b"},
      {"age in [year] ^ 2", "(age in [year]) ^ 2"},
      {"2 ^ age in [year]", "2 ^ (age in [year])"},
      {"-age in [year]", "-(age in [year])"},
      {"a * age in [year]", "a * (age in [year])"},
      {"a > b", "b < a"},
      {"a >= b", "b <= a"},
      {"pow(a, b)", "a ^ b"},
      {"clamp(a, b, c)", "min(max(a, b), c)"},
      {"min(a, b, c)", "min(min(a, b), c)"},
      {"sex == 'male'", "sex == \"male\""},
      {"\"male\" == sex", "sex == \"male\""},
  };
  static const char *const different[][2] = {
      {"a - b - c", "a - (b - c)"},
      {"a / b / c", "a / (b / c)"},
      {"a ^ b ^ c", "(a ^ b) ^ c"},
      {"a + b", "b + a"},
      {"a", "b"},
      {"a * 2", "a * 3"},
      {"exp(a)", "log(a)"},
      {"a < b", "a <= b"},
      {"dose + 1 [mg]", "dose + 1 [g]"},
      {"-a ^ b", "(-a) ^ b"},
      {"sex == \"male\"", "sex == \"female\""},
      {"not a < b", "b < a"},
  };
  for (size_t i = 0; i < sizeof same / sizeof same[0]; ++i) assert_same(*state, same[i][0], same[i][1]);
  for (size_t i = 0; i < sizeof different / sizeof different[0]; ++i) assert_differs(*state, different[i][0], different[i][1]);
}

static void constants_are_folded_to_their_value(void **state) {
  static const struct {
    const char *text;
    double value;
  } rows[] = {
      {"2 + 3 * 4", 14},
      {"2 ^ 3 ^ 2", 512},
      {"-2 ^ 2", -4},
      {"2 ^ -1", 0.5},
      {"8 / 4 / 2", 1},
      {"8 - 4 - 2", 2},
      {"1.5e3", 1500},
      {".5", 0.5},
      {"2.", 2},
      {"1e-3 * 1E+3", 1},
      {"1 < 2", 1},
      {"2 <= 1", 0},
      {"2 >= 2", 1},
      {"2 != 2", 0},
      {"not 1 > 2 and 1 < 2", 1},
      {"true or true and false", 1},
      {"(true or true) and false", 0},
      {"if false then 1 else if false then 2 else 3", 3},
      {"if 1 == 1 then 1 else 2 + 10", 1},
      {"90 [min] in [h]", 1.5},
      {"1 [year] in [day]", 365.25},
      {"75 [year] in [year]", 75},
      {"(5 [mg] / 2 [L]) in [mg/L]", 2.5},
      {"50 [%]", 0.5},
      {"2 ^ 90 [min] in [h]", 2.8284271247461903},
      {"abs(-3)", 3},
      {"floor(-1.5)", -2},
      {"ceil(-1.5)", -1},
      {"round(2.5)", 3},
      {"round(7.3, 2.5)", 7.5},
      {"clamp(7, 0, 5)", 5},
      {"clamp(-7, 0, 5)", 0},
      {"max(1, 4, 2)", 4},
      {"min(3, 1, 2)", 1},
      {"sqrt(16)", 4},
      {"pow(2, 10)", 1024},
      {"log10(1000)", 3},
      {"exp(0) + log(1) + sin(0)", 1},
      {"cos(0) + tanh(0)", 1},
      {"4 * atan(1) / 3.141592653589793", 1},
      {"table(1, 1 = 10, 2 = 20, else = 30)", 20},
      {"table(2, 1 = 10, 2 = 20, else = 30)", 30},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
    const lind_tree *core = case_tree(*state, rows[i].text);
    if (core->op != LIND_OP_CONSTANT ||
        !(core->value - rows[i].value < 1e-15 * 1024 && rows[i].value - core->value < 1e-15 * 1024))
      fail_msg("%s is %.17g, not %.17g", rows[i].text, core->value, rows[i].value);
  }
}

static void lines_and_comments_are_blanks(void **state) {
  assert_same(*state, "a +  # the first\n b\r\n\t* c # and the rest", "a + b * c");
  assert_same(*state, "if a < b\nthen c\nelse d\n", "if a < b then c else d");
  assert_same(*state, "# nothing yet\n\na", "a");
}

static void names_may_have_inner_dots(void **state) {
  const lind_tree *core = case_tree(*state, "drug.conc");
  assert_int_equal(core->op, LIND_OP_SLOT);
  assert_int_equal(core->slot, SLOT_CONC);
  assert_string_equal(core->text, "drug.conc");
}

static void the_head_ends_behind_its_last_word(void **state) {
  static const struct {
    const char *text, *rest;
  } rows[] = {
      {"base + imax * (1 - a7)  error proportional(0.1)", "  error proportional(0.1)"},
      {"0.3 [L/h]  \"typical clearance\"", "  \"typical clearance\""},
      {"a + b\nd/dt(x) = 3", "\nd/dt(x) = 3"},
      {"x > 3 then y = 0", " then y = 0"},
      {"a ~ normal", " ~ normal"},
      {"a   # note\n", "   # note\n"},
      {"a\n  + b\nstate c", "\nstate c"},
      {"a [mg]", " [mg]"},
      {"f(x, 1)", ""},
  };
  expression_case *c = *state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
    lind_tree *tree = NULL;
    const char *end = NULL;
    assert_int_equal(lind_expression_parse_head(rows[i].text, (lind_where){"f", 1, 1}, c->arena, &tree, &end), LIND_OK);
    assert_string_equal(end, rows[i].rest);
  }
}

static void places_count_lines_and_characters(void **state) {
  expression_case *c = *state;
  lind_tree *tree = NULL;
  const char *end = NULL;
  const char *text = "a # \xc3\xa9\xc3\xa9\n  + b";
  assert_int_equal(lind_expression_parse_head(text, (lind_where){"f.lind", 7, 12}, c->arena, &tree, &end), LIND_OK);
  assert_int_equal(tree->op, LIND_OP_ADD);
  assert_int_equal(tree->where.line, 8); /* of the operator; the lines after the first begin at column 1 */
  assert_int_equal(tree->where.column, 3);
  assert_string_equal(tree->where.file, "f.lind");
  assert_int_equal(tree->children[0]->where.line, 7);
  assert_int_equal(tree->children[0]->where.column, 12);
  assert_int_equal(tree->children[1]->where.column, 5);
  assert_int_equal(lind_expression_parse(text, (lind_where){"f.lind", 7, 12}, c->arena, &tree), LIND_OK);
  assert_int_equal(tree->where.line, 8); /* a YAML block goes on at the column it began at */
  assert_int_equal(tree->where.column, 14);
  assert_int_equal(lind_expression_parse("'\xc3\xa9' == a", (lind_where){"f", 1, 1}, c->arena, &tree), LIND_OK);
  assert_int_equal(tree->where.column, 5); /* characters, not bytes */
}

static void what_does_not_parse_is_a_sentence_with_its_place(void **state) {
  static const struct {
    const char *text, *sentence;
  } rows[] = {
      {"", "f:1:1: an expression is expected here, but there is none"},
      {"  # only a comment", "f:1:1: an expression is expected here, but there is none"},
      {"a +", "f:1:4: a value is expected, but the expression ends"},
      {"a + )", "f:1:5: a value is expected, but ')' stands here"},
      {"(a + b", "f:1:7: ')' for the '(' of line 1, column 1 is expected, but the expression ends"},
      {"a *\n (b + c d", "f:2:9: ')' for the '(' of line 2, column 2 is expected, but 'd' stands here"},
      {"a + b)", "f:1:6: ')' has no '(' before it"},
      {"exp(a", "f:1:6: ')' for the '(' of line 1, column 4 is expected, but the expression ends"},
      {"exp(a,)", "f:1:7: a value is expected, but ')' stands here"},
      {"a b", "f:1:3: an operator or the end of the expression is expected, but 'b' stands here"},
      {"if a > 1 2", "f:1:10: 'then' after the condition of 'if' is expected, but '2' stands here"},
      {"if a > 1", "f:1:9: 'then' after the condition of 'if' is expected, but the expression ends"},
      {"if a > 1 then 2", "f:1:16: 'else' after 'if A then B' is expected, but the expression ends"},
      {"if a > 1 then 2 + then", "f:1:19: a value is expected, but 'then' stands here"},
      {"if a = 1 then 2 else 3",
       "f:1:6: 'then' after the condition of 'if' is expected, but '=' stands here; a comparison is written =="},
      {"a = 1", "f:1:3: an operator or the end of the expression is expected, but '=' stands here; a comparison is written =="},
      {"1 + if a > 1 then 2 else 3",
       "f:1:5: a value is expected, but 'if' stands here; an 'if' inside an expression needs parentheses: (if ... then ... else "
       "...)"},
      {"a == not b",
       "f:1:6: a value is expected, but 'not' stands here; a 'not' inside a comparison or a sum needs parentheses: (not ...)"},
      {"a < b < c", "f:1:7: comparisons do not chain; write a < b and b < c"},
      {"2x", "f:1:1: '2x' is neither a number nor a name (a product is written 2 * x, a quantity 2 [mg])"},
      {"1.2.3", "f:1:1: '1.2.3' is neither a number nor a name (a product is written 2 * x, a quantity 2 [mg])"},
      {"1e999", "f:1:1: '1e999' is not a number that fits (at most 1.8e308 in size)"},
      {"1e305 [year]", "f:1:1: 1e+305 [year] is too large a quantity"},
      {"sex == \"male", "f:1:8: '\"' begins a text that has no closing quote"},
      {"5 [mg", "f:1:3: '[' begins a unit that has no ']'"},
      {"5 mg]",
       "f:1:3: an operator or the end of the expression is expected, but 'mg' stands here; a unit stands in brackets, as in 5 "
       "[mg]"},
      {"5 []", "f:1:3: the unit between '[' and ']' is missing"},
      {"a [mg]",
       "f:1:3: an operator or the end of the expression is expected, but '[mg]' stands here; a unit follows a number, as in 5 "
       "[mg], or "
       "'in', as in x in [mg]"},
      {"dose in mg",
       "f:1:9: a unit in brackets after 'in' is expected, but 'mg' stands here; a unit stands in brackets, as in 5 [mg]"},
      {"5 [kgg]", "f:1:3: 'kgg' is not a known unit; did you mean 'kg'?"},
      {"a && b", "f:1:3: '&&' is not an operator; write 'and'"},
      {"!a", "f:1:1: '!' is not an operator; write 'not'"},
      {"a ** 2", "f:1:3: '**' is not an operator; a power is written ^"},
      {"a \xe2\x82\xac b", "f:1:3: '\xe2\x82\xac' is not understood in an expression"},
      {"table(a, else 3)", "f:1:15: '=' after 'else' is expected, but '3' stands here"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
    const lind_err code = strstr(rows[i].text, "kgg") != NULL ? LIND_ERR_UNIT : LIND_ERR_INPUT;
    case_refused(*state, rows[i].text, code, rows[i].sentence);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(operators_bind_as_the_table_says, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(constants_are_folded_to_their_value, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(lines_and_comments_are_blanks, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(names_may_have_inner_dots, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(the_head_ends_behind_its_last_word, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(places_count_lines_and_characters, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(what_does_not_parse_is_a_sentence_with_its_place, case_setup, case_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
