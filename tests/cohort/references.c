/* Shipped tables against reference data that are not part of the repository (skipped without them): CPIC's own phenotype
 * frequencies, NHANES percentiles. */
#include <unistd.h>

#include "cohort/recipe.h"
#include "cohort_test.h"

static const char cpic_rules[] = LIND_TEST_SHARED "/data/genomics/diplotype_phenotype_rules.csv";
static const char cpic_phenotypes[] = LIND_TEST_SHARED "/data/genomics/phenotype_frequencies_cpic.csv";
static const char nhanes_stats[] = LIND_TEST_SHARED "/data/phenotypes/nhanes_2009_2018_reference_stats.csv";
static const char nhanes_correlations[] = LIND_TEST_SHARED "/data/phenotypes/nhanes_2009_2018_reference_correlations.csv";

static const lind_csv *table(lind_arena *arena, const char *path) {
  const lind_csv *csv = NULL;
  if (lind_csv_read(path, arena, &csv) != LIND_OK) fail_msg("%s", lind_error_message());
  return csv;
}

static const char *cell(const lind_csv *csv, size_t row, const char *column) {
  const int at = lind_csv_find(csv, column);
  if (at < 0) fail_msg("%s has no column %s", csv->path, column);
  return lind_csv_at(csv, row, at)->text;
}

/* "Intermediate Metabolizer 1.5": phenotype and activity score of a pair of allele functions. */
static const char *phenotype_of(lind_arena *arena, const lind_csv *rules, const char *one, const char *two) {
  for (size_t row = 0; row < rules->n_rows; row++) {
    const char *a = cell(rules, row, "function_1"), *b = cell(rules, row, "function_2");
    if (strcmp(cell(rules, row, "gene"), "CYP2C9") != 0) continue;
    if ((strcmp(a, one) == 0 && strcmp(b, two) == 0) || (strcmp(a, two) == 0 && strcmp(b, one) == 0))
      return lind_arena_format(arena, "%s %s", cell(rules, row, "phenotype"), cell(rules, row, "activity_score"));
  }
  fail_msg("no rule for %s and %s", one, two);
  return NULL;
}

static const char *function_of(const lind_csv *gene, const char *allele) {
  for (size_t row = 0; row < gene->n_rows; row++)
    if (strcmp(cell(gene, row, "allele"), allele) == 0) return cell(gene, row, "function");
  fail_msg("no allele %s", allele);
  return NULL;
}

/* Sum over genotypes in Hardy-Weinberg proportions, from the frequencies that the draw uses. */
static double phenotype_frequency(lind_arena *arena, const lind_column *column, const double *cumulative, const lind_csv *gene,
                                  const lind_csv *rules, const char *wanted) {
  double sum = 0;
  const lind_levels *alleles = column->type.levels;
  for (int i = 0; i < alleles->n; i++)
    for (int j = 0; j < alleles->n; j++) {
      const double p = cumulative[i] - (i > 0 ? cumulative[i - 1] : 0), q = cumulative[j] - (j > 0 ? cumulative[j - 1] : 0);
      if (p > 0 && q > 0 &&
          strcmp(phenotype_of(arena, rules, function_of(gene, alleles->names[i]), function_of(gene, alleles->names[j])),
                 wanted) == 0)
        sum += p * q;
    }
  return sum;
}

static void cpic_phenotype_frequencies_come_out(void **state) {
  const lind_csv *rules = table(*state, cpic_rules), *phenotypes = table(*state, cpic_phenotypes),
                 *gene = table(*state, LIND_SOURCE_DIR "/cohorts/tables/CYP2C9.csv");
  const lind_cohort *cohort =
      cohort_of(*state, HEAD
                "ancestry: {EUR: 0.2, AAC: 0.1, SSA: 0.1, EAS: 0.1, SAS: 0.1, NEA: 0.1, LAT: 0.1, AME: 0.1, OCE: 0.1}\n"
                "genes:\n  CYP2C9: {table: tables/CYP2C9.csv}\n");
  const lind_step *step = &cohort->recipe->steps[1];
  int n = 0;
  for (size_t row = 0; row < phenotypes->n_rows; row++) {
    double wanted = 0;
    if (strcmp(cell(phenotypes, row, "gene"), "CYP2C9") != 0) continue;
    assert_int_equal(lind_csv_number(phenotypes, row, lind_csv_find(phenotypes, "frequency"), &wanted), LIND_OK);
    const char *name =
        lind_arena_format(*state, "%s %s", cell(phenotypes, row, "phenotype"), cell(phenotypes, row, "activity_score"));
    const int ancestry = level_code(cohort, "ancestry", cell(phenotypes, row, "ancestry"));
    assert_near(phenotype_frequency(*state, &cohort->columns[1], step->cumulative + ancestry * step->n_codes, gene, rules, name),
                wanted, 0.5e-4);
    n++;
  }
  assert_true(n >= 50);
}

static const struct {
  const char *variable, *column;
  double spread; /* of rounding in the survey, in its unit */
} measured[] = {{"age_y", "age", 1},
                {"weight_kg", "weight", 0.1},
                {"height_cm", "height", 0.1},
                {"scr_mgdl", "creatinine", 0.01},
                {"albumin_gdl", "albumin", 0.1}};
enum { N_MEASURED = sizeof measured / sizeof measured[0] };

/* Percentiles by sex and race: the drawn one has a standard error of sqrt(p (1 - p) / n) in p, so the published value must lie
 * between the drawn quantiles 3.5 errors and the survey's rounding to either side. */
static void percentiles_agree(lind_arena *arena, const lind_cohort *cohort, const people *p, const lind_csv *stats, size_t row,
                              int m) {
  static const struct {
    const char *name;
    double p;
  } percentile[] = {{"p05", 0.05}, {"p25", 0.25}, {"p50", 0.5}, {"p75", 0.75}, {"p95", 0.95}};
  const lind_column *column = lind_cohort_find(cohort, measured[m].column);
  const char *race_sex =
      lind_arena_format(arena, "%s-%s", cell(stats, row, "race"), cell(stats, row, "sex")[0] == 'F' ? "female" : "male");
  size_t n;
  const double *of = subset(arena, p->value[column->slot], people_column(p, cohort, "race_sex"),
                            level_code(cohort, "race_sex", race_sex), p->n, &n);
  of = sorted(arena, of, n);
  for (int i = 0; i < 5; i++) {
    double wanted = 0;
    assert_int_equal(lind_csv_number(stats, row, lind_csv_find(stats, percentile[i].name), &wanted), LIND_OK);
    const double error = 3.5 * sqrt(percentile[i].p * (1 - percentile[i].p) / (double)n);
    const double low = of[(size_t)((percentile[i].p - error) * (double)n)] / column->unit.scale - measured[m].spread;
    const double high = of[(size_t)((percentile[i].p + error) * (double)n)] / column->unit.scale + measured[m].spread;
    if (wanted < low || wanted > high)
      fail_msg("%s of %s: %s is %g, drawn between %g and %g", race_sex, measured[m].variable, percentile[i].name, wanted, low,
               high);
  }
}

static void nhanes_percentiles_come_out(void **state) {
  const lind_csv *stats = table(*state, nhanes_stats);
  const lind_cohort *cohort = cohort_shipped(*state, "nhanes-adults");
  const people p = people_draw(*state, cohort, 80000);
  int n = 0;
  for (size_t row = 0; row < stats->n_rows; row++)
    for (int m = 0; m < N_MEASURED; m++)
      if (strcmp(cell(stats, row, "variable"), measured[m].variable) == 0 && strcmp(cell(stats, row, "sex"), "all") != 0 &&
          strcmp(cell(stats, row, "race"), "all") != 0) {
        percentiles_agree(*state, cohort, &p, stats, row, m);
        n++;
      }
  assert_int_equal(n, 10 * N_MEASURED);
}

/* A correlation in the file is the mean of the two sexes. */
static void nhanes_correlations_are_the_means(void **state) {
  const lind_csv *given = table(*state, nhanes_correlations);
  const lind_node *root = NULL;
  assert_int_equal(lind_document_read(LIND_SOURCE_DIR "/cohorts/nhanes-adults.yaml", *state, &root), LIND_OK);
  const lind_node *pairs = lind_document_find(root, "correlations");
  assert_int_equal(pairs->n, N_MEASURED * (N_MEASURED - 1) / 2);
  for (int i = 0; i < pairs->n; i++) {
    const lind_node *pair = &pairs->items[i];
    double sum = 0, value = 0;
    int n = 0;
    for (size_t row = 0; row < given->n_rows; row++)
      for (int a = 0; a < N_MEASURED; a++)
        for (int b = 0; b < N_MEASURED; b++)
          if (strcmp(measured[a].column, pair->items[0].text) == 0 && strcmp(measured[b].column, pair->items[1].text) == 0 &&
              strcmp(measured[a].variable, cell(given, row, "a")) == 0 &&
              strcmp(measured[b].variable, cell(given, row, "b")) == 0) {
            assert_int_equal(lind_csv_number(given, row, lind_csv_find(given, "spearman_unweighted"), &value), LIND_OK);
            sum += value;
            n++;
          }
    assert_int_equal(n, 2);
    assert_near(atof(pair->items[2].text), sum / 2, 0.0051);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(cpic_phenotype_frequencies_come_out, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(nhanes_percentiles_come_out, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(nhanes_correlations_are_the_means, arena_open, arena_close),
  };
  if (access(cpic_rules, R_OK) != 0 || access(nhanes_stats, R_OK) != 0) return 77;
  return cmocka_run_group_tests(tests, NULL, NULL);
}
