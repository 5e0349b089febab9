/* The IWPC formulas on the consortium's patients. The file in the shared data is four fifths of the 5,700; on it n, R2, mean
 * absolute error and the share within 20 % were worked out by a separate program, and must agree with trials.md's table of the
 * whole set (4,302 complete rows) up to what leaving out a random fifth does: four standard errors of a mean over n of N, sd *
 * sqrt(1/n - 1/N).
 */
#include "dosing_case.h"
#include "lind/csv.h"

#define DATA LIND_TEST_SHARED "/data/phenotypes/iwpc_warfarin_train.csv.gz"

typedef struct tally {
  int n;
  double truth, truth_2, error_2, absolute, absolute_2, within;
} tally;

static const char *cell(const lind_csv *csv, size_t row, const char *column) {
  return lind_csv_at(csv, row, lind_csv_find(csv, column))->text;
}

static bool is_one(const lind_csv *csv, size_t row, const char *column) { return strcmp(cell(csv, row, column), "1") == 0; }

/* An allele that the formula does not know (11, 13, ..) as another one that it does not know. */
static const char *genotype_known(const char *text) {
  static const char *const known[] = {"*1/*1", "*1/*2", "*1/*3", "*2/*2", "*2/*3", "*3/*3"};
  for (int i = 0; i < 6; ++i)
    if (strcmp(text, known[i]) == 0) return text;
  assert_int_equal(strncmp(text, "*1/", 3), 0);
  return "*1/*8";
}

static const char *race_of(const char *text) {
  if (strcmp(text, "Black or African American") == 0) return "Black";
  return strcmp(text, "White") == 0 || strcmp(text, "Asian") == 0 ? text : "Other";
}

static bool is_complete(const lind_csv *csv, size_t row) {
  return is_one(csv, row, "stable") && cell(csv, row, "height_cm")[0] != '\0' && cell(csv, row, "weight_kg")[0] != '\0' &&
         cell(csv, row, "age_band")[0] != '\0' && cell(csv, row, "dose_mg_week")[0] != '\0';
}

static void set_patient(dosing_case *d, const lind_csv *csv, size_t row) {
  const char *cyp = cell(csv, row, "cyp2c9"), *vkor = cell(csv, row, "vkorc1_m1639");
  dosing_reset(d);
  dosing_set(d, "age", strtod(cell(csv, row, "age_band"), NULL), "year"); /* "60 - 69": its decade is all that counts */
  dosing_set(d, "height", strtod(cell(csv, row, "height_cm"), NULL), "cm");
  dosing_set(d, "weight", strtod(cell(csv, row, "weight_kg"), NULL), "kg");
  dosing_set_level(d, "race", race_of(cell(csv, row, "race")));
  if (is_one(csv, row, "amiodarone")) dosing_set_level(d, "amiodarone", "yes");
  if (is_one(csv, row, "carbamazepine") || is_one(csv, row, "phenytoin") || is_one(csv, row, "rifampin"))
    dosing_set_level(d, "inducer", "yes");
  if (cyp[0] != '\0') dosing_set_level(d, "CYP2C9", genotype_known(cyp));
  if (vkor[0] != '\0') dosing_set_level(d, "VKORC1", vkor);
  dosing_set(d, "cyp2c9_untyped", cyp[0] == '\0', "");
  dosing_set(d, "vkorc1_untyped", vkor[0] == '\0', "");
}

static tally measure(dosing_case *d, const lind_csv *csv, const char *race, const char *formula) {
  tally t = {0};
  for (size_t row = 0; row < csv->n_rows; ++row) {
    if (!is_complete(csv, row)) continue;
    const bool typed = cell(csv, row, "cyp2c9")[0] != '\0' && cell(csv, row, "vkorc1_m1639")[0] != '\0';
    if (race != NULL && (!typed || strcmp(race, race_of(cell(csv, row, "race"))) != 0)) continue;
    set_patient(d, csv, row);
    const double truth = strtod(cell(csv, row, "dose_mg_week"), NULL), error = dosing_value(d, formula) - truth;
    ++t.n;
    t.truth += truth;
    t.truth_2 += truth * truth;
    t.error_2 += error * error;
    t.absolute += fabs(error);
    t.absolute_2 += error * error;
    t.within += fabs(error) <= 0.2 * truth;
  }
  return t;
}

static void test_consortium(void **state) {
  dosing_case *d = *state;
  static const struct {
    const char *race, *formula;
    int n;
    double r2, mae, within;                  /* of this file, worked out apart */
    double whole_n, whole_mae, whole_within; /* of trials.md */
  } rows[] = {{NULL, "iwpc_pg_week", 3432, 0.408, 8.592, 45.5, 4302, 8.645, 45.3},
              {NULL, "iwpc_clinical_week", 3432, 0.2577, 9.993, 39.1, 4302, 9.997, 39.4},
              {"White", "iwpc_pg_week", 1404, 0.3491, 8.882, 48.3, 1764, 8.868, 48.0},
              {"White", "iwpc_clinical_week", 1404, 0.11, 11.399, 36.8, 1764, 11.315, 37.4},
              {"Black", "iwpc_pg_week", 259, 0.1664, 12.327, 42.1, 315, 12.218, 44.1},
              {"Black", "iwpc_clinical_week", 259, 0.1515, 12.369, 43.6, 315, 12.358, 46.0},
              {"Asian", "iwpc_pg_week", 895, 0.2147, 6.445, 41.6, 1118, 6.487, 42.1},
              {"Asian", "iwpc_clinical_week", 895, 0.0994, 6.98, 39.9, 1118, 6.993, 39.3}};
  const lind_csv *csv;
  char command[512];
  (void)snprintf(command, sizeof command, "gzip -dc '%s' > '%s'", DATA, d->files.other);
  assert_int_equal(system(command), 0);
  if (lind_csv_read(d->files.other, d->files.arena, &csv) != LIND_OK) fail_msg("%s", lind_error_message());
  for (size_t r = 0; r < sizeof rows / sizeof *rows; ++r) {
    const tally t = measure(d, csv, rows[r].race, rows[r].formula);
    const double n = t.n, mae = t.absolute / n, within = t.within / n;
    assert_int_equal(t.n, rows[r].n);
    assert_near(1 - t.error_2 / (t.truth_2 - t.truth * t.truth / n), rows[r].r2, 5.01e-5);
    assert_near(mae, rows[r].mae, 5.01e-4);
    assert_near(100 * within, rows[r].within, 0.0501);
    const double left_out = sqrt(1 / n - 1 / rows[r].whole_n);
    assert_near(mae, rows[r].whole_mae, 4 * sqrt(t.absolute_2 / n - mae * mae) * left_out);
    assert_near(within, rows[r].whole_within / 100, 4 * sqrt(within * (1 - within)) * left_out);
  }
}

int main(void) {
  if (access(DATA, R_OK) != 0) return 77;
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_consortium)};
  return cmocka_run_group_tests(tests, dosing_setup, dosing_teardown);
}
