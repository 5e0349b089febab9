/* People who are listed: who sits where, in turn and drawn; that what they are made of is what the table says. */
#include "cohort_test.h"

#include <unistd.h>

#include "cohort/recipe.h"

static const char table[] = "name,sex,mass [g],gene,w\nA,f,1000,*3/*1,1\nB,m,2000,*1/*1,0\nC,f,3000,*2/*3,2\nD,m,4000,*1/*2,5\n";
static char home[] = "/tmp/lind-listed-XXXXXX";

static int put(const char *name, const char *text) {
  FILE *out = fopen(name, "w");
  if (out == NULL) return 1;
  fputs(text, out);
  return fclose(out) != 0;
}

static int table_write(void **state) {
  (void)state;
  if (mkdtemp(home) == NULL || chdir(home) != 0) return 1;
  return put("list.csv", table) || put("list.source.yaml", "source: a test\nlicence: none\nn: '4'\nlimits: all\n");
}

static int table_remove(void **state) {
  (void)state;
  remove("list.csv");
  remove("list.source.yaml");
  return chdir("/") != 0 || rmdir(home) != 0;
}

static lind_cohort *cohort_here(lind_arena *arena, const char *text) {
  lind_cohort *cohort = NULL;
  if (cohort_read(arena, text, "./c.yaml", &cohort) != LIND_OK) fail_msg("%s", lind_error_message());
  return cohort;
}

/* Everything that the table says of a person, with its units and codes; a derived column and one that is drawn on top. */
static void a_row_is_a_person(void **state) {
  static const double alleles[4][2] = {{0, 1}, {1, 1}, {0, 2}, {1, 2}}; /* of *3, *1, *2, smaller code first */
  const lind_cohort *cohort =
      cohort_here(*state, HEAD
                  "listed: {table: list.csv, genotypes: [gene]}\n"
                  "covariates:\n  size: {distribution: normal, by: sex, f: {mean: 1 m}, m: {mean: 2 m}, sd: 1 um}\n"
                  "derived:\n  heavy: mass > 2.5 [kg]\n");
  const people p = people_draw(*state, cohort, 64);
  assert_string_equal(lind_cohort_find(cohort, "mass")->unit.text, "g");
  for (size_t seat = 0; seat < p.n; seat++) {
    const size_t person = seat % 4;
    assert_true(people_column(&p, cohort, "name")[seat] == (double)person);
    assert_true(people_column(&p, cohort, "mass")[seat] == 1e6 * (double)(person + 1)); /* mg */
    assert_true(people_column(&p, cohort, "sex")[seat] == (double)(person % 2));
    assert_true(people_column(&p, cohort, "heavy")[seat] == (person >= 2));
    assert_near(people_column(&p, cohort, "size")[seat], person % 2 ? 20 : 10, 1e-3);
    const double *gene = people_column(&p, cohort, "gene");
    const int slot = lind_cohort_find(cohort, "gene")->slot;
    assert_true(gene[seat] == alleles[person][0] && p.value[slot + 1][seat] == alleles[person][1]);
  }
}

static void rows_choose_who_is_on_the_list(void **state) {
  const lind_cohort *cohort = cohort_here(*state, HEAD "listed:\n  table: list.csv\n  rows: sex == \"m\" or mass > 2.5 [kg]\n");
  static const double names[3] = {1, 2, 3};
  const people p = people_draw(*state, cohort, 16);
  assert_int_equal(cohort->recipe->list.n, 3);
  for (size_t seat = 0; seat < p.n; seat++) assert_true(people_column(&p, cohort, "name")[seat] == names[seat % 3]);
}

/* Drawn in proportion to weights, seat by seat on its own; the bounds are 4 standard errors. */
static void drawn_people_follow_weights(void **state) {
  enum { N = 40000 };
  static const double share[4] = {1.0 / 8, 0, 2.0 / 8, 5.0 / 8};
  const lind_cohort *cohort = cohort_here(*state, HEAD "listed: {table: list.csv, take: drawn, weight: w}\n");
  const people p = people_draw(*state, cohort, N);
  const double *name = people_column(&p, cohort, "name");
  double count[4] = {0}, both = 0;
  for (size_t seat = 0; seat < N; seat++) count[(int)name[seat]]++;
  for (size_t seat = 0; seat + 1 < N; seat += 2) both += name[seat] == 3 && name[seat + 1] == 3;
  for (int k = 0; k < 4; k++) assert_near(count[k] / N, share[k], 4 * sqrt(share[k] * (1 - share[k]) / N));
  const double pair = share[3] * share[3];
  assert_near(both / (N / 2), pair, 4 * sqrt(pair * (1 - pair) / (N / 2)));
  assert_null(lind_cohort_find(cohort, "w"));
}

/* Without weights all are as likely. */
static void drawn_without_weights(void **state) {
  enum { N = 40000 };
  const lind_cohort *cohort = cohort_here(*state, HEAD "listed: {table: list.csv, take: drawn}\n");
  const people p = people_draw(*state, cohort, N);
  double count[4] = {0};
  for (size_t seat = 0; seat < N; seat++) count[(int)people_column(&p, cohort, "name")[seat]]++;
  for (int k = 0; k < 4; k++) assert_near(count[k] / N, 0.25, 4 * sqrt(0.25 * 0.75 / N));
}

/* Alleles of "*1 / *3" would be two more than there are. */
static void what_is_refused(void **state) {
  static const struct {
    const char *listed, *sentence;
  } cases[] = {
      {"{table: blanks.csv, genotypes: [gene]}",
       "blanks.csv:2:3: gene is '*1 / *3'; a genotype is two alleles and no blank, such as *1/*3"},
      {"{table: list.csv, take: drawn, weight: w, genotypes: [gene, w]}",
       "listed.genotypes names 'w', which is the weight and no column of the cohort"},
      {"{table: list.csv, weight: w}", "listed.weight is for people who are drawn"},
      {"{table: list.csv, rows: \"mass > 9 [kg]\"}", "listed.rows leaves nobody of the 4 people"},
  };
  assert_int_equal(put("blanks.csv", "name,gene\nA,*1 / *3\n"), 0);
  assert_int_equal(put("blanks.source.yaml", "source: a test\nlicence: none\nn: '1'\nlimits: all\n"), 0);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    lind_cohort *cohort = NULL;
    const char *text = lind_arena_format(*state, HEAD "listed: %s\n", cases[i].listed);
    if (cohort_read(*state, text, "./c.yaml", &cohort) == LIND_OK || strstr(lind_error_message(), cases[i].sentence) == NULL)
      fail_msg("%s: %s", cases[i].listed, lind_error_message());
  }
  remove("blanks.csv");
  remove("blanks.source.yaml");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_row_is_a_person, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(rows_choose_who_is_on_the_list, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(drawn_people_follow_weights, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(drawn_without_weights, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(what_is_refused, arena_open, arena_close),
  };
  return cmocka_run_group_tests(tests, table_write, table_remove);
}
