/* Genotypes and categories over every diplotype and level: the lowered trees mean what the texts say. */
#include "expression_case.h"

/* `text` over all diplotypes of CYP2C9 (codes sorted, as the frame has them) */
static void over_diplotypes(expression_case *c, const char *text, double (*expected)(int, int)) {
  const lind_program *program = case_program(c, text);
  for (int i = 0; i < cyp_levels.n; ++i)
    for (int j = i; j < cyp_levels.n; ++j) {
      const double slots[SLOT_COUNT] = {[SLOT_A] = 7, [SLOT_CYP] = i, [SLOT_CYP + 1] = j};
      const double is = lind_program_run_one(program, slots, SLOT_COUNT);
      if (is != expected(i, j)) fail_msg("%s of %s/%s is %g, not %g", text, cyp_names[i], cyp_names[j], is, expected(i, j));
    }
}

static double is_12(int i, int j) { return (i == 0 && j == 1) ? 1 : 0; }
static double is_not_12(int i, int j) { return 1 - is_12(i, j); }
static double is_33(int i, int j) { return i == 2 && j == 2 ? 1 : 0; }
static double is_1_other(int i, int j) { return i == 0 && j == 3 ? 1 : 0; }
static double count_3(int i, int j) { return (i == 2) + (j == 2); }
static double count_other(int i, int j) { return (i == 3) + (j == 3); }

static const double worth[4] = {0.5, 0.25, 0.125, 7};
static double sum_all(int i, int j) { return worth[i] + worth[j]; }
static double sum_else(int i, int j) { return (i == 1 ? 0.25 : 7) + (j == 1 ? 0.25 : 7); }
static double look_up(int i, int j) { return i == 0 && j == 0 ? 1 : i == 0 && j == 2 ? 13 : i == 1 && j == 2 ? 23 : -1; }
static double activity(int i, int j) { return (i == 0 ? 2 : 1) * (j == 0 ? 2 : 1); }

static void every_diplotype_means_what_it_says(void **state) {
  expression_case *c = *state;
  over_diplotypes(c, "CYP2C9 == \"*1/*2\"", is_12);
  over_diplotypes(c, "CYP2C9 == \"*2/*1\"", is_12);
  over_diplotypes(c, "CYP2C9 == \" *2 / *1 \"", is_12);
  over_diplotypes(c, "\"*2/*1\" == CYP2C9", is_12);
  over_diplotypes(c, "CYP2C9 != \"*2/*1\"", is_not_12);
  over_diplotypes(c, "not CYP2C9 == \"*2/*1\"", is_not_12);
  over_diplotypes(c, "CYP2C9 == \"*3/*3\"", is_33);
  over_diplotypes(c, "CYP2C9 == \"other/*1\"", is_1_other);
  over_diplotypes(c, "count(CYP2C9, \"*3\")", count_3);
  over_diplotypes(c, "count(CYP2C9, \"other\")", count_other);
  over_diplotypes(c, "alleles(CYP2C9, \"*1\" = 0.5, \"*2\" = 0.25, \"*3\" = 0.125, \"other\" = a)", sum_all);
  over_diplotypes(c, "alleles(CYP2C9, \"other\" = a, \"*3\" = 0.125, \"*2\" = 0.25, else = 0.5)", sum_all);
  over_diplotypes(c, "alleles(CYP2C9, \"*2\" = 0.25, else = a)", sum_else);
  over_diplotypes(c, "genotypes(CYP2C9, \"*1/*1\" = 1, \"*3/*1\" = 13, \"*2/*3\" = 23, else = -1)", look_up);
  over_diplotypes(
      c,
      "genotypes(CYP2C9, \"*1/*1\" = 4, \"*1/*2\" = 2, \"*3/*1\" = 2, \"*1/other\" = 2, \"*2/*2\" = 1, \"*2/*3\" = 1, "
      "\"*2/other\" = 1, \"*3/*3\" = 1, \"other/*3\" = 1, \"other/other\" = 1)",
      activity);
}

static void levels_are_compared_by_name(void **state) {
  const double woman[SLOT_COUNT] = {[SLOT_SEX] = 0}, man[SLOT_COUNT] = {[SLOT_SEX] = 1};
  assert_true(case_value(*state, "sex == \"male\"", man) == 1.0 && case_value(*state, "sex == \"male\"", woman) == 0.0);
  assert_true(case_value(*state, "sex != \"male\"", man) == 0.0 && case_value(*state, "sex != \"male\"", woman) == 1.0);
  assert_true(case_value(*state, "if \"female\" == sex then 3 else 4", woman) == 3.0);
}

static void an_unselected_branch_cannot_spoil_the_sum(void **state) {
  const double slots[SLOT_COUNT] = {[SLOT_A] = 0, [SLOT_CYP] = 0, [SLOT_CYP + 1] = 1};
  assert_true(case_value(*state, "alleles(CYP2C9, \"*1\" = 2, \"*2\" = 3, \"*3\" = 1 / a, else = log(a - 1))", slots) == 5.0);
}

static void mistakes_are_sentences(void **state) {
  static const struct {
    const char *text, *sentence;
  } rows[] = {
      {"CYP2C9 == \"*33/*1\"", "f:1:11: '*33' is not an allele of CYP2C9; known are *1, *2, *3 and other"},
      {"count(CYP2C9, \"*33\")", "f:1:15: '*33' is not an allele of CYP2C9; known are *1, *2, *3 and other"},
      {"CYP2C9 == \"*1\"", "f:1:11: '*1' is not a genotype of CYP2C9: two alleles with one '/' between them, such as *1/other"},
      {"CYP2C9 == \"*1/*2/*3\"",
       "f:1:11: '*1/*2/*3' is not a genotype of CYP2C9: two alleles with one '/' between them, such as *1/other"},
      {"VKORC1 == \"AG\"", "f:1:11: 'AG' is not a genotype of VKORC1: two alleles with one '/' between them, such as A/G"},
      {"CYP2C9 == VKORC1", "f:1:8: 'CYP2C9' must be compared with a genotype in quotes, such as \"*1/*2\""},
      {"alleles(CYP2C9, \"*1\" = 1, \"*2\" = 2)",
       "f:1:1: alleles(CYP2C9, ...) says nothing of *3, other; name them or end with else = value"},
      {"genotypes(VKORC1, \"A/A\" = 1, \"G/G\" = 2)",
       "f:1:1: genotypes(VKORC1, ...) says nothing of A/G; name them or end with else = value"},
      {"alleles(CYP2C9, \"*1\" = 1, \"*1\" = 2, else = 3)", "f:1:27: '*1' is named twice in alleles(...)"},
      {"genotypes(VKORC1, \"A/G\" = 1, \"G/A\" = 2, else = 3)", "f:1:30: 'G/A' is named twice in genotypes(...)"},
      {"alleles(CYP2C9, *1 = 1)", "f:1:17: a value is expected, but '*' stands here"},
      {"alleles(CYP2C9, 1 = 1, else = 2)", "f:1:17: a case of alleles(...) is written \"*1\" = value"},
      {"genotypes(CYP2C9, a, else = 2)", "f:1:19: a case of genotypes(...) is written \"*1/*2\" = value"},
      {"alleles(CYP2C9, else = 1)", "f:1:1: alleles(gene, ...) names no case, such as \"*1\" = value"},
      {"alleles(a + 1, \"*1\" = 1)", "f:1:11: alleles(...) begins with the name of a gene"},
      {"count(sex, \"male\")",
       "f:1:7: 'sex' is not a gene, as count(...) needs it; a category is compared, as in x == \"level\""},
      {"count(dose, \"*1\")", "f:1:7: 'dose' is not a gene, as count(...) needs it"},
      {"count(CYP2C, \"*1\")", "f:1:7: 'CYP2C' is not known in a dosing rule; did you mean 'CYP2C9'?"},
      {"count(CYP2C9, 1)", "f:1:15: count(gene, \"*3\") needs an allele in quotes"},
      {"allele(CYP2C9, 1) + 1", "f:1:1: allele(...) is no number; compare it with an allele, as in allele(gene, 1) == \"*1\""},
      {"allele(CYP2C9, 3) == \"*1\"", "f:1:1: allele(gene, 1) or allele(gene, 2) is meant"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) case_refused(*state, rows[i].text, LIND_ERR_INPUT, rows[i].sentence);
}

static void a_genotype_is_read_without_order(void **state) {
  expression_case *c = *state;
  const lind_symbol *gene = lind_expression_find(&c->scope, "CYP2C9");
  const lind_where where = {"g.csv", 4, 2};
  int codes[2] = {-1, -1};
  assert_int_equal(lind_expression_genotype("*3/*1", gene, where, codes), LIND_OK);
  assert_true(codes[0] == 0 && codes[1] == 2);
  assert_int_equal(lind_expression_genotype("*1/*9", gene, where, codes), LIND_ERR_INPUT);
  assert_string_equal(lind_error_message(), "g.csv:4:2: '*9' is not an allele of CYP2C9; known are *1, *2, *3 and other");
  assert_true(codes[0] == 0 && codes[1] == 2); /* untouched on failure */
}

static void a_gene_that_is_not_available_says_why(void **state) {
  expression_case *c = *state;
  const lind_symbol gene = {
      .name = "TPMT", .type = {.kind = LIND_TYPE_GENOTYPE, .levels = &cyp_levels}, .slot = -1, .about = "not typed"};
  const lind_scope scope = {.symbols = &gene, .n = 1};
  static const char *const texts[] = {"TPMT == \"*1/*1\"", "count(TPMT, \"*1\") == 1", "alleles(TPMT, else = 1) == 1"};
  static const int column[] = {1, 7, 9};
  for (int i = 0; i < 3; ++i) {
    lind_tree *tree = NULL, *core = NULL;
    char sentence[80];
    assert_int_equal(lind_expression_parse(texts[i], (lind_where){"f", 1, 1}, c->arena, &tree), LIND_OK);
    assert_int_equal(lind_expression_check(tree, &scope, c->arena, &core), LIND_ERR_INPUT);
    (void)snprintf(sentence, sizeof sentence, "f:1:%d: 'TPMT' is not available here: not typed", column[i]);
    assert_string_equal(lind_error_message(), sentence);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(every_diplotype_means_what_it_says, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(levels_are_compared_by_name, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(an_unselected_branch_cannot_spoil_the_sum, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(mistakes_are_sentences, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(a_genotype_is_read_without_order, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(a_gene_that_is_not_available_says_why, case_setup, case_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
