/* The cohorts that lind ships: they load, their columns are those that protocols rely on, and what is drawn is what the sources
 * say. */
#include "cohort/recipe.h"
#include "cohort_test.h"

static const char *const names[] = {"eu-pact", "coag", "han", "sailors-1747", "nhanes-adults", "t1d"};

static void all_load_and_draw_finite_people(void **state) {
  for (size_t c = 0; c < sizeof names / sizeof names[0]; c++) {
    const lind_cohort *cohort = cohort_shipped(*state, names[c]);
    assert_string_equal(cohort->name, names[c]);
    assert_true(cohort->n_assumptions > 0);
    const people p = people_draw(*state, cohort, 4000);
    for (int i = 0; i < cohort->n_columns; i++) {
      const lind_column *column = &cohort->columns[i];
      assert_non_null(column->about);
      for (size_t seat = 0; seat < p.n; seat++) {
        const double x = p.value[column->slot][seat];
        assert_true(isfinite(x) && p.eligible[seat]);
        if (column->type.kind == LIND_TYPE_NUMBER) assert_true(x > 0);
        if (column->type.kind == LIND_TYPE_CATEGORY) assert_true(x >= 0 && x < column->type.levels->n && x == floor(x));
      }
    }
  }
}

/* Every warfarin cohort has the columns and levels that dosing rules use. */
static void warfarin_cohorts_agree_on_columns(void **state) {
  static const char *const categories[][3] = {
      {"race", "Black", "Asian"}, {"sex", "female", "male"},    {"indication", "vte", "af"}, {"amiodarone", "no", "yes"},
      {"inducer", "no", "yes"},   {"fluvastatin", "no", "yes"}, {"smoker", "no", "yes"},     {"diabetes", "no", "yes"},
      {"stroke", "no", "yes"},    {"VKORC1", "G", "A"},         {"CYP2C9", "*1", "*2"},      {"CYP2C9", "*3", "*5"},
      {"CYP2C9", "*6", "*8"},     {"CYP2C9", "*11", "*11"}};
  static const char *const numbers[][2] = {{"age", "year"}, {"height", "cm"}, {"weight", "kg"}, {"bmi", "kg/m^2"}};
  for (int c = 0; c < 3; c++) {
    const lind_cohort *cohort = cohort_shipped(*state, names[c]);
    for (size_t i = 0; i < sizeof categories / sizeof categories[0]; i++) {
      (void)level_code(cohort, categories[i][0], categories[i][1]);
      (void)level_code(cohort, categories[i][0], categories[i][2]);
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
      assert_string_equal(lind_cohort_find(cohort, numbers[i][0])->unit.text, numbers[i][1]);
  }
}

static double share(const double *x, size_t n, double code) {
  double count = 0;
  for (size_t i = 0; i < n; i++) count += x[i] == code;
  return count / (double)n;
}

static void share_is(lind_arena *arena, const lind_cohort *cohort, const char *column, const char *level, double wanted) {
  enum { N = 20000 };
  const people p = people_draw(arena, cohort, N);
  /* 3.3 standard errors: probability 0.001 */
  assert_near(share(people_column(&p, cohort, column), N, level_code(cohort, column, level)), wanted,
              3.3 * sqrt(wanted * (1 - wanted) / N));
}

/* The published baselines (see the cohorts' assumptions for which of them were read). */
static void baselines_are_the_published_ones(void **state) {
  const lind_cohort *eu = cohort_shipped(*state, "eu-pact"), *us = cohort_shipped(*state, "coag"),
                    *han = cohort_shipped(*state, "han");
  share_is(*state, eu, "race", "White", 0.985);
  share_is(*state, eu, "indication", "af", 0.721);
  share_is(*state, eu, "sex", "male", 0.61);
  share_is(*state, us, "race", "Black", 0.27);
  share_is(*state, us, "indication", "vte", 0.56);
  share_is(*state, us, "sex", "male", 0.5);
  share_is(*state, han, "race", "Asian", 1);
  share_is(*state, han, "amiodarone", "yes", 0.257);
}

static double mean(const double *x, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += x[i];
  return sum / (double)n;
}

static void body_sizes_are_the_published_ones(void **state) {
  enum { N = 20000 };
  const lind_cohort *us = cohort_shipped(*state, "coag"), *han = cohort_shipped(*state, "han");
  const people p = people_draw(*state, us, N), q = people_draw(*state, han, N);
  const double *weight = people_column(&p, us, "weight"), *race = people_column(&p, us, "race");
  size_t n;
  const double *of = subset(*state, weight, race, level_code(us, "race", "White"), N, &n);
  assert_near(mean(of, n) / 1e6, 87.5, 0.6);
  of = subset(*state, weight, race, level_code(us, "race", "Black"), N, &n);
  assert_near(mean(of, n) / 1e6, 91.0, 1.0);
  assert_near(mean(people_column(&q, han, "weight"), N) / 1e6, 59.7, 0.3);
}

/* Frequencies of a gene's alleles in the ancestry with this code, as they are drawn. */
static const lind_step *gene_step(const lind_cohort *cohort, const char *gene) {
  for (int i = 0; i < cohort->n_columns; i++)
    if (strcmp(cohort->columns[i].name, gene) == 0) return &cohort->recipe->steps[i];
  fail_msg("no gene %s", gene);
  return NULL;
}

static double frequency(const lind_step *step, int ancestry, int allele) {
  const double *row = step->cumulative + ancestry * step->n_codes;
  return row[allele] - (allele > 0 ? row[allele - 1] : 0);
}

static double carriers(const lind_cohort *cohort, const char *gene, const char *ancestry, const char *const *alleles, int n) {
  double sum = 0;
  const lind_step *step = gene_step(cohort, gene);
  for (int i = 0; i < n; i++)
    sum += frequency(step, level_code(cohort, "ancestry", ancestry), level_code(cohort, gene, alleles[i]));
  return 1 - (1 - sum) * (1 - sum);
}

/* PMC4513254: carriers among European and African American warfarin patients. */
static void coag_carriers_are_the_published_ones(void **state) {
  static const char *const two[] = {"*2"}, *const three[] = {"*3"}, *const eight[] = {"*8"}, *const rare[] = {"*5", "*6", "*11"},
                           *const a[] = {"A"};
  const lind_cohort *us = cohort_shipped(*state, "coag");
  assert_near(carriers(us, "CYP2C9", "EUR", two, 1), 0.256, 5e-4);
  assert_near(carriers(us, "CYP2C9", "AAC", two, 1), 0.049, 5e-4);
  assert_near(carriers(us, "CYP2C9", "EUR", three, 1), 0.126, 5e-4);
  assert_near(carriers(us, "CYP2C9", "AAC", three, 1), 0.023, 5e-4);
  assert_near(carriers(us, "CYP2C9", "EUR", rare, 3), 0, 1e-15);
  assert_near(carriers(us, "CYP2C9", "AAC", rare, 3), 0.034, 5e-4);
  assert_near(carriers(us, "CYP2C9", "EUR", eight, 1), 0.011, 5e-4);
  assert_near(carriers(us, "CYP2C9", "AAC", eight, 1), 0.139, 5e-4);
  assert_near(carriers(us, "rs12777823", "EUR", a, 1), 0.306, 5e-4);
  assert_near(carriers(us, "rs12777823", "AAC", a, 1), 0.421, 5e-4);
  /* VKORC1 is from another data set (IWPC): 60.2 and 18.5 % here agree within 3 points */
  assert_near(carriers(us, "VKORC1", "EUR", a, 1), 0.602, 0.03);
  assert_near(carriers(us, "VKORC1", "AAC", a, 1), 0.185, 0.03);
}

static void han_genotypes_are_the_published_ones(void **state) {
  const lind_cohort *han = cohort_shipped(*state, "han");
  const double a = frequency(gene_step(han, "VKORC1"), 0, level_code(han, "VKORC1", "A"));
  const double three = frequency(gene_step(han, "CYP2C9"), 0, level_code(han, "CYP2C9", "*3"));
  assert_near(a * a, 0.803, 0.003);
  assert_near(2 * a * (1 - a), 0.187, 0.003);
  assert_near(2 * three * (1 - three), 0.057, 0.002);
}

static void describe_names_every_column(void **state) {
  const lind_cohort *cohort = cohort_shipped(*state, "coag");
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  lind_cohort_describe(out, cohort);
  fclose(out);
  for (int i = 0; i < cohort->n_columns; i++) assert_non_null(strstr(text, cohort->columns[i].name));
  for (int i = 0; i < cohort->n_assumptions; i++) assert_non_null(strstr(text, cohort->assumptions[i]));
  free(text);
  lind_section section;
  int n = 0;
  while (lind_cohort_section(n, &section)) assert_true(section.name[0] != '\0' && section.rows[0].key != NULL && ++n < 100);
  assert_false(lind_cohort_section(-1, &section));
  assert_true(n == 7 + 6); /* sections and distributions */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(all_load_and_draw_finite_people, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(warfarin_cohorts_agree_on_columns, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(baselines_are_the_published_ones, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(body_sizes_are_the_published_ones, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(coag_carriers_are_the_published_ones, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(han_genotypes_are_the_published_ones, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(describe_names_every_column, arena_open, arena_close),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
