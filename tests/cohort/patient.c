/* A patient is a function of who, and of nobody else; what a file adds or leaves out does not touch what was there. */
#include "cohort_test.h"

static const char text[] = HEAD
    "ancestry: {EUR: 0.7, AAC: 0.3}\n"
    "genes:\n"
    "  CYP2C9: {table: tables/CYP2C9.csv}\n"
    "covariates:\n"
    "  sex: {by: ancestry, levels: {EUR: {female: 0.4, male: 0.6}, AAC: {female: 0.7, male: 0.3}}}\n"
    "  age: {distribution: normal, mean: 67 year, sd: 13 year, lower: 18 year, upper: 95 year}\n"
    "  height: {distribution: normal, by: sex, female: {mean: 163 cm}, male: {mean: 177 cm}, sd: 7.5 cm}\n"
    "  weight: {distribution: lognormal, by: sex, female: {median: 76 kg, log_sd: 0.2}, male: {median: 88 kg, log_sd: 0.25}}\n"
    "correlations:\n"
    "  - [height, weight, 0.4]\n"
    "  - [age, weight, -0.2]\n"
    "derived:\n"
    "  bmi: weight / height^2\n"
    "eligible: age < 80 [year]\n";

enum { SLOTS = 8, SEATS = 64 };

static void one(const lind_cohort *cohort, uint32_t seat, int lane, const lind_who *others, double *out, unsigned *eligible) {
  lind_who who[LIND_LANES];
  lind_lane row[SLOTS];
  memcpy(who, others, sizeof who);
  who[lane] = (lind_who){.seed = 7, .replicate = 1, .seat = seat, .attempt = 2};
  *eligible = lind_cohort_draw(cohort, who, row) >> lane & 1;
  for (int slot = 0; slot < cohort->n_slots; slot++) out[slot] = row[slot].of[lane];
}

static void neighbours_and_place_do_not_matter(void **state) {
  const lind_cohort *cohort = cohort_of(*state, text);
  assert_int_equal(cohort->n_slots, SLOTS);
  for (uint32_t seat = 0; seat < SEATS; seat++) {
    double first[SLOTS], again[SLOTS];
    unsigned eligible, eligible_again;
    lind_who others[LIND_LANES] = {{0}};
    one(cohort, seat, 0, others, first, &eligible);
    for (int lane = 0; lane < LIND_LANES; lane++) {
      for (uint32_t i = 0; i < LIND_LANES; i++) others[i] = (lind_who){.seed = seat + i, .replicate = i, .seat = 1000 * i + seat};
      one(cohort, seat, lane, others, again, &eligible_again);
      assert_memory_equal(first, again, sizeof first);
      assert_int_equal(eligible, eligible_again);
    }
  }
}

/* Every part of who counts: seed, replicate, seat, attempt. */
static void all_of_who_counts(void **state) {
  const lind_cohort *cohort = cohort_of(*state, text);
  const int age = lind_cohort_find(cohort, "age")->slot;
  const lind_who who[LIND_LANES] = {{7, 1, 5, 0}, {8, 1, 5, 0}, {7, 2, 5, 0}, {7, 1, 6, 0},
                                    {7, 1, 5, 1}, {7, 1, 5, 0}, {7, 1, 5, 2}, {9, 1, 5, 0}};
  lind_lane row[SLOTS];
  (void)lind_cohort_draw(cohort, who, row);
  for (int i = 0; i < LIND_LANES; i++)
    for (int j = 0; j < i; j++) assert_true((row[age].of[i] == row[age].of[j]) == (i == 5 && j == 0));
}

/* More columns in the file, in another order, leave the old ones as they are: each draws from a purpose of its own name. */
static void columns_do_not_disturb_each_other(void **state) {
  const lind_cohort *few = cohort_of(*state, HEAD
                                     "covariates:\n"
                                     "  age: {distribution: normal, mean: 60 year, sd: 10 year}\n"
                                     "  sex: {levels: {f: 0.5, m: 0.5}}\n");
  const lind_cohort *more = cohort_of(*state, HEAD
                                      "covariates:\n"
                                      "  smoker: {levels: {no: 0.8, yes: 0.2}}\n"
                                      "  sex: {levels: {f: 0.5, m: 0.5}}\n"
                                      "  age: {distribution: normal, mean: 60 year, sd: 10 year}\n"
                                      "  weight: {distribution: lognormal, median: 80 kg, log_sd: 0.2}\n"
                                      "correlations: [[age, weight, 0.5]]\n");
  const people a = people_draw(*state, few, 800), b = people_draw(*state, more, 800);
  const double *age_a = people_column(&a, few, "age"), *age_b = people_column(&b, more, "age");
  assert_memory_equal(people_column(&a, few, "sex"), people_column(&b, more, "sex"), 800 * sizeof(double));
  for (int i = 0; i < 800; i++) assert_near(age_a[i], age_b[i], 1e-9 * age_a[i]); /* the first of a block: through Phi and back */
}

static void a_genotype_has_its_smaller_code_first(void **state) {
  const lind_cohort *cohort = cohort_of(*state, text);
  const lind_column *gene = lind_cohort_find(cohort, "CYP2C9");
  const people p = people_draw(*state, cohort, 4000);
  int variants = 0;
  for (size_t i = 0; i < p.n; i++) {
    assert_true(p.value[gene->slot][i] >= 0 && p.value[gene->slot][i] <= p.value[gene->slot + 1][i]);
    assert_true(p.value[gene->slot + 1][i] < gene->type.levels->n);
    variants += p.value[gene->slot][i] < p.value[gene->slot + 1][i];
  }
  assert_true(variants > 800);
}

static void derived_and_eligible_follow_the_row(void **state) {
  const lind_cohort *cohort = cohort_of(*state, text);
  const people p = people_draw(*state, cohort, 4000);
  const double *age = people_column(&p, cohort, "age"), *bmi = people_column(&p, cohort, "bmi");
  const double *height = people_column(&p, cohort, "height"), *weight = people_column(&p, cohort, "weight");
  size_t n_eligible = 0;
  for (size_t i = 0; i < p.n; i++) {
    assert_int_equal(p.eligible[i], age[i] < 80 * 365.25 * 24);
    assert_near(bmi[i], weight[i] / (height[i] * height[i]), 1e-12 * bmi[i]);
    n_eligible += p.eligible[i];
  }
  assert_true(n_eligible > 2800 && n_eligible < 3800);
}

static void categories_are_derived(void **state) {
  const lind_cohort *cohort =
      cohort_of(*state, HEAD
                "ancestry: {EUR: 0.5, AAC: 0.2, SAS: 0.2, EAS: 0.1}\n"
                "covariates:\n"
                "  age: {distribution: uniform, lower: 18 year, upper: 98 year}\n"
                "derived:\n"
                "  race: {from: ancestry, levels: {White: EUR, Black: AAC, Asian: [SAS, EAS], Other: []}}\n"
                "  elderly: age >= 75 [year]\n"
                "  band: {value: 'floor((age in [year]) / 20) - 1', labels: [young, middle, old], about: decades}\n");
  const people p = people_draw(*state, cohort, 4000);
  const double *ancestry = people_column(&p, cohort, "ancestry"), *race = people_column(&p, cohort, "race"),
               *age = people_column(&p, cohort, "age"), *elderly = people_column(&p, cohort, "elderly"),
               *band = people_column(&p, cohort, "band");
  const double race_of[] = {0, 1, 2, 2};
  assert_string_equal(lind_cohort_find(cohort, "elderly")->type.levels->names[1], "yes");
  assert_string_equal(lind_cohort_find(cohort, "race")->type.levels->names[3], "Other");
  assert_string_equal(lind_cohort_find(cohort, "band")->about, "decades");
  for (size_t i = 0; i < p.n; i++) {
    const double years = age[i] / (365.25 * 24), code = (double)(int)(years / 20) - 1;
    assert_true(race[i] == race_of[(int)ancestry[i]]);
    assert_true(elderly[i] == (years >= 75));
    assert_true(band[i] == (code < 0 ? 0 : code > 2 ? 2 : code)); /* held between the first label and the last */
  }
}

static void the_digest_is_of_contents(void **state) {
  const lind_cohort *a = cohort_of(*state, text), *b = cohort_of(*state, text);
  char *changed = lind_arena_text(*state, text), *commented = lind_arena_format(*state, "# a remark\n%s", text);
  memcpy(strstr(changed, "67 year"), "68 year", 7);
  assert_true(lind_digest_equal(a->digest, b->digest));
  assert_true(lind_digest_equal(a->digest, cohort_of(*state, commented)->digest));
  assert_false(lind_digest_equal(a->digest, cohort_of(*state, changed)->digest));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(neighbours_and_place_do_not_matter, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(all_of_who_counts, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(columns_do_not_disturb_each_other, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(a_genotype_has_its_smaller_code_first, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(derived_and_eligible_follow_the_row, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(categories_are_derived, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(the_digest_is_of_contents, arena_open, arena_close),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
