/* What a cluster shares, and numbers that are read from a table. */
#include "cohort_test.h"

#define SITES                                                               \
  HEAD "covariates:\n"                                                      \
       "  site: {levels: {a: 0.5, b: 0.3, c: 0.2}}\n"                       \
       "  effect: {distribution: normal, shared: site, mean: 1, sd: 0.3}\n" \
       "  own: {distribution: normal, mean: 0, sd: 1}\n"

static void draw(const lind_cohort *cohort, lind_who who, lind_lane *row) {
  lind_who all[LIND_LANES];
  for (int i = 0; i < LIND_LANES; i++) all[i] = who, all[i].seat += (uint32_t)i;
  (void)lind_cohort_draw(cohort, all, row);
}

/* One value a site and replicate, whoever asks, at whatever attempt; another one in another replicate. */
static void a_cluster_shares_one_draw(void **state) {
  const lind_cohort *cohort = cohort_of(*state, SITES);
  double of_site[3] = {NAN, NAN, NAN};
  lind_lane row[3];
  for (uint32_t seat = 0; seat < 400; seat += LIND_LANES) {
    draw(cohort, (lind_who){.seed = 5, .replicate = 2, .seat = seat, .attempt = seat % 7}, row);
    for (int i = 0; i < LIND_LANES; i++) {
      const int site = (int)row[0].of[i];
      if (isnan(of_site[site])) of_site[site] = row[1].of[i];
      assert_true(row[1].of[i] == of_site[site]);
    }
  }
  assert_true(of_site[0] != of_site[1] && of_site[1] != of_site[2]);
  draw(cohort, (lind_who){.seed = 5, .replicate = 3, .seat = 0}, row);
  assert_true(row[1].of[0] != of_site[(int)row[0].of[0]]);
}

/* Over replicates it is the distribution that was written; within one it adds the same to everybody: the intra-cluster
 * correlation is sd^2 / (sd^2 + 1). */
static void clusters_vary_as_written(void **state) {
  const lind_cohort *cohort = cohort_of(*state, SITES);
  enum { R = 4000 };
  double sum = 0, square = 0, cross = 0, total = 0;
  for (uint32_t r = 0; r < R; r++) {
    lind_lane row[3];
    draw(cohort, (lind_who){.seed = 1, .replicate = r, .seat = 0}, row);
    const double z = (row[1].of[0] - 1) / 0.3;
    sum += z, square += z * z;
    int i = 1;
    while (i < LIND_LANES && row[0].of[i] != row[0].of[0]) i++;
    if (i == LIND_LANES) continue;
    const double x = row[1].of[0] - 1 + row[2].of[0], y = row[1].of[i] - 1 + row[2].of[i];
    cross += x * y, total += 1;
  }
  assert_near(sum / R, 0, 4 / sqrt(R));
  assert_near(square / R, 1, 4 * sqrt(2.0 / R));
  assert_near(cross / total, 0.09, 4 * 1.09 / sqrt(total));
}

#define CHILDREN                                                         \
  HEAD "covariates:\n"                                                   \
       "  sex: {levels: {female: 0.5, male: 0.5}}\n"                     \
       "  age: {distribution: uniform, lower: 0 year, upper: 21 year}\n" \
       "derived:\n"                                                      \
       "  median: {table: tables/growth-weight.csv, at: age, by: sex, column: M}\n"

/* At the rows the table's value, between them a straight line, beyond the ends the outermost. */
static void a_table_is_read_by_straight_lines(void **state) {
  const lind_cohort *cohort = cohort_of(*state, CHILDREN);
  assert_string_equal(lind_cohort_find(cohort, "median")->unit.text, "kg");
  int between = 0;
  for (uint32_t seat = 0; seat < 4000; seat += LIND_LANES) {
    lind_lane row[3];
    draw(cohort, (lind_who){.seed = 3, .seat = seat}, row);
    for (int i = 0; i < LIND_LANES; i++) {
      const double month = row[1].of[i] / (24 * 365.25) * 12, kg = row[2].of[i] / 1e6;
      const bool male = row[0].of[i] == level_code(cohort, "sex", "male");
      if (month > 239.5) assert_near(kg, male ? 70.55252127 : 58.1987714, 1e-6); /* the last row of the chart */
      if (!male || month < 0.5 || month > 1.5) continue;
      const double share = month - 0.5; /* CDC 2000, boys: 4.003106424 kg at 0.5 and 4.879525083 kg at 1.5 months */
      assert_near(kg, 4.003106424 + share * (4.879525083 - 4.003106424), 1e-6);
      between++;
    }
  }
  assert_true(between > 3);
}

static void messages(void **state) {
  static const struct {
    const char *text, *sentence;
  } rows[] = {
      {HEAD "covariates:\n  effect: {distribution: normal, shared: site, mean: 1, sd: 0.3}\n",
       "c.yaml:5:42: covariates.effect: 'site' is no category before this one; there is none yet"},
      {SITES "correlations:\n  - [effect, own, 0.3]\n", "correlations.0.0: 'effect' is no number that is drawn; there is own"},
      {CHILDREN "  more: {table: tables/growth-weight.csv, at: agee, by: sex, column: M}\n",
       "derived.more.at: 'agee' is no number before this one; there is age and median (did you mean 'age'?)"},
      {CHILDREN "  more: {table: tables/growth-weight.csv, at: age, by: sex}\n",
       "derived.more: `table` needs `at`, a number, and `column`, the values"},
      {CHILDREN "  more: {table: tables/growth-weight.csv, at: age, column: M}\n", "it must rise"},
      {CHILDREN "  more: {value: age, at: age}\n", "derived.more: at, column and by come with `table`"},
      {CHILDREN "  more: {table: tables/growth-weight.csv, at: age, by: sex, column: M, unit: g}\n",
       "derived.more: with `table` come `at`, `column` and `by`, not labels or a unit"},
      {CHILDREN "  more: {table: tables/growth-weight.csv, at: age, by: sex, column: N}\n", "N"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    lind_cohort *cohort;
    assert_int_not_equal(cohort_read(*state, rows[i].text, LIND_SOURCE_DIR "/cohorts/test.yaml", &cohort), LIND_OK);
    if (strstr(lind_error_message(), rows[i].sentence) == NULL) fail_msg("row %zu: %s", i, lind_error_message());
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_cluster_shares_one_draw, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(clusters_vary_as_written, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(a_table_is_read_by_straight_lines, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(messages, arena_open, arena_close),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
