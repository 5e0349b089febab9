/* Every bad cohort file gets one sentence: where, what, what would be right, the nearest known name. */
#include <unistd.h>

#include "cohort/recipe.h"
#include "cohort_test.h"

#define GENES      HEAD "ancestry: {EUR: 1}\ngenes:\n"
#define COVARIATES HEAD "covariates:\n"
#define TWO                                                                                                                 \
  COVARIATES                                                                                                                \
  "  age: {distribution: normal, mean: 60 year, sd: 9 year}\n  mass: {distribution: uniform, lower: 50 kg, upper: 90 kg}\n" \
  "  sex: {levels: {f: 0.5, m: 0.5}}\n  tall: {distribution: normal, mean: 170 cm, sd: 8 cm}\n"

typedef struct {
  lind_err code;
  const char *text, *sentence;
} row;

static const row rows[] = {
    /* shares and categories */
    {LIND_ERR_INPUT, HEAD "ancestry: {EUR: 0.9, AAC: 0.2}\n",
     "c.yaml:4:11: the shares of ancestry sum to 1.1; they must sum to 1"},
    {LIND_ERR_INPUT, COVARIATES "  sex: {levels: {f: 0.4, m: 0.5}}\n",
     "c.yaml:5:17: the shares of covariates.sex.levels sum to 0.9; they must sum to 1"},
    {LIND_ERR_INPUT, COVARIATES "  sex: {by: ancestry, levels: {f: 0.4, m: 0.6}}\n",
     "c.yaml:5:13: covariates.sex: 'ancestry' is no category before this one; there is none yet"},
    {LIND_ERR_INPUT, TWO "  arm: {by: sxe, levels: {f: {a: 1}, m: {a: 1}}}\n",
     "c.yaml:9:13: covariates.arm: 'sxe' is no category before this one; there is sex (did you mean 'sex'?)"},
    {LIND_ERR_INPUT, TWO "  arm: {by: sex, levels: {f: {a: 1}, mm: {a: 1}}}\n",
     "c.yaml:9:38: covariates.arm.levels: 'mm' is no level of sex (did you mean 'm'?)"},
    {LIND_ERR_INPUT, TWO "  arm: {by: sex, levels: {f: {a: 1}}}\n",
     "c.yaml:9:26: covariates.arm.levels has no entry for 'm', a level of sex"},
    /* distributions */
    {LIND_ERR_INPUT, COVARIATES "  age: {mean: 60 year}\n",
     "c.yaml:5:3: covariates.age needs `distribution` (a number) or `levels` (a category)"},
    {LIND_ERR_INPUT, COVARIATES "  age: {distribution: nromal, mean: 60 year, sd: 9 year}\n",
     "c.yaml:5:23: covariates.age: there is no distribution 'nromal'; there is normal, lognormal, uniform, constant, beta and "
     "quantiles (did you mean 'normal'?)"},
    {LIND_ERR_INPUT, COVARIATES "  age: {distribution: normal, meen: 60 year, sd: 9 year}\n",
     "c.yaml:5:31: covariates.age: 'meen' is no key of a normal distribution (did you mean 'mean'?)"},
    {LIND_ERR_INPUT, TWO "  fat: {distribution: normal, by: sex, f: {mean: 9 kg}, mm: {mean: 8 kg}, sd: 1 kg}\n",
     "c.yaml:9:57: covariates.fat: 'mm' is no key of a normal distribution and no level of sex (did you mean 'm'?)"},
    {LIND_ERR_UNIT, COVARIATES "  age: {distribution: normal, mean: 60 year, sd: 9}\n",
     "c.yaml:5:50: covariates.age.sd: '9' has no unit; write '9 year', as in '60 year' before it"},
    {LIND_ERR_UNIT, COVARIATES "  age: {distribution: normal, mean: 60 year, sd: 9 kg}\n",
     "c.yaml:5:50: covariates.age.sd: '9 kg' is mass, but '60 year' before it is time"},
    {LIND_ERR_INPUT, COVARIATES "  age: {distribution: normal, mean: 60 year, sd: 0 year}\n",
     "c.yaml:5:50: covariates.age.sd is 0 year; it must be above 0"},
    {LIND_ERR_INPUT, COVARIATES "  age: {distribution: normal, mean: 60 year, sd: 1 year, lower: 9 year, upper: 8 year}\n",
     "c.yaml:5:80: covariates.age.upper is 8 year; it must be above lower, 9 year"},
    {LIND_ERR_INPUT, COVARIATES "  age: {distribution: lognormal, median: -60 year, log_sd: 0.1}\n",
     "c.yaml:5:42: covariates.age.median is -60 year; it must be above 0"},
    /* listed people */
    {LIND_ERR_INPUT, HEAD "listed: {table: gaps.csv}\n",
     "./gaps.csv:3:3: mass is missing here; who is listed has a value in every column"},
    {LIND_ERR_INPUT, HEAD "listed: {table: list.csv, weight: w}\n",
     "c.yaml:4:35: listed.weight is for people who are drawn; with take: in-order everybody has a seat in turn"},
    {LIND_ERR_INPUT, HEAD "listed: {table: list.csv, take: drawn, weight: ww}\n",
     "c.yaml:4:48: listed.weight: list.csv has no column 'ww' (did you mean 'w'?)"},
    {LIND_ERR_INPUT, HEAD "listed: {table: zero.csv, take: drawn, weight: w}\n",
     "c.yaml:4:48: all weights in 'w' are 0; somebody must be drawn"},
    {LIND_ERR_INPUT, HEAD "listed: {table: list.csv, genotypes: [name]}\n",
     "./list.csv:2:1: name is 'A'; a genotype is two alleles and no blank, such as *1/*3"},
    {LIND_ERR_INPUT, HEAD "listed: {table: list.csv, genotypes: [gen]}\n",
     "c.yaml:4:39: listed.genotypes: list.csv has no column 'gen' (did you mean 'gene'?)"},
    {LIND_ERR_INPUT, HEAD "listed: {table: list.csv, rows: \"mass > 5 [kg]\"}\n",
     "c.yaml:4:34: listed.rows leaves nobody of the 2 people in list.csv"},
    /* names */
    {LIND_ERR_INPUT, COVARIATES "  my age: {levels: {f: 1}}\n",
     "c.yaml:5:3: 'my age' cannot name a column; a name has letters, digits and _, begins with no digit and has at most 40 "
     "characters"},
    {LIND_ERR_INPUT, COVARIATES "  then: {levels: {f: 1}}\n",
     "c.yaml:5:3: 'then' is a word of expressions; call the column something else"},
    {LIND_ERR_INPUT, TWO "derived:\n  age: 2 * age\n", "c.yaml:10:3: there are two columns 'age'; the first is in line 5"},
    {LIND_ERR_INPUT, HEAD, "c.yaml:1:1: cohort 'test' has no column; give it ancestry, genes, listed or covariates"},
    /* correlations */
    {LIND_ERR_INPUT, TWO "correlations: [[age, mas, 0.1]]\n",
     "c.yaml:9:22: correlations.0.1: 'mas' is no number that is drawn; there is age, mass and tall (did you mean 'mass'?)"},
    {LIND_ERR_INPUT, TWO "correlations: [[age, sex, 0.1]]\n",
     "c.yaml:9:22: correlations.0.1: 'sex' is no number that is drawn; there is age, mass and tall"},
    {LIND_ERR_INPUT, TWO "correlations: [[age, 0.1]]\n",
     "c.yaml:9:16: correlations.0 must be two names and a rank correlation: `[age, weight, -0.15]`"},
    {LIND_ERR_INPUT, TWO "correlations: [[age, age, 0.1]]\n", "c.yaml:9:16: correlations.0 correlates age with itself"},
    {LIND_ERR_INPUT, TWO "correlations: [[age, mass, 0.1], [mass, age, 0.2]]\n",
     "c.yaml:9:34: correlations.1 gives the correlation of mass and age again"},
    /* r = 0.9, 0.9, -0.9 is s = 2 sin(0.15 pi) = 0.907981 with signs: eigenvalues 1 + s (twice) and 1 - 2 s */
    {LIND_ERR_INPUT, TWO "correlations: [[age, mass, 0.9], [age, tall, 0.9], [mass, tall, -0.9]]\n",
     "c.yaml:9:15: the correlations of age, mass and tall cannot all hold: the smallest eigenvalue of their matrix is -0.816; it "
     "must be above 0"},
    /* derived */
    {LIND_ERR_INPUT, TWO "derived:\n  old: {about: none}\n",
     "c.yaml:10:3: derived.old needs either `value`, an expression, or `from`, a category, or `table`, a file"},
    {LIND_ERR_INPUT, TWO "derived:\n  old: {value: age, labels: [a, b]}\n",
     "c.yaml:10:16: derived.old: labels need a value that is a number without unit: 0 for 'a'"},
    {LIND_ERR_UNIT, TWO "derived:\n  old: {value: age, unit: kg}\n",
     "c.yaml:10:27: derived.old.unit: 'kg' is mass, but the value is time"},
    {LIND_ERR_INPUT, TWO "derived:\n  g: {from: sex, levels: {woman: f}}\n",
     "c.yaml:10:26: derived.g.levels: 'm', a level of sex, is in none of them"},
    {LIND_ERR_INPUT, TWO "derived:\n  g: {from: sex, levels: {woman: f, all: [f, m]}}\n",
     "c.yaml:10:43: derived.g.levels: 'f' is already in 'woman'"},
    {LIND_ERR_INPUT, TWO "derived:\n  g: {from: sex, levels: {woman: ff, man: m}}\n",
     "c.yaml:10:34: derived.g.levels: 'ff' is no level of sex (did you mean 'f'?)"},
    {LIND_ERR_INPUT, TWO "derived:\n  g: {from: sex, unit: kg, levels: {a: [f, m]}}\n",
     "c.yaml:10:3: derived.g: with `from` come `levels`, not labels or a unit"},
    /* genes */
    {LIND_ERR_INPUT, HEAD "genes:\n  CYP2C9: {table: tables/CYP2C9.csv}\n",
     "c.yaml:5:3: genes are drawn by ancestry, but the cohort has no `ancestry: {EUR: 1}`"},
    {LIND_ERR_INPUT, GENES "  G: {table: nocard.csv}\n",
     "c.yaml:6:14: table nocard.csv has no source card; write nocard.source.yaml with source, licence, n and limits"},
    {LIND_ERR_INPUT, GENES "  G: {table: none.csv}\n", "c.yaml:6:14: table none.csv cannot be read at ./none.csv"},
    {LIND_ERR_INPUT, GENES "  G: {table: sum.csv}\n", "./sum.csv:5:10: frequencies of G in EUR sum to 0.93; they must sum to 1"},
    {LIND_ERR_INPUT, GENES "  G: {table: twice.csv}\n", "./twice.csv:4:1: allele *1 of G in EUR stands here again"},
    {LIND_ERR_INPUT, GENES "  G: {table: negative.csv}\n", "./negative.csv:3:8: frequency is -0.1; it must be between 0 and 1"},
    {LIND_ERR_INPUT, GENES "  G: {table: columns.csv}\n",
     "./columns.csv: there is no column 'frequency'; there is allele, ancestry and freqency (did you mean 'freqency'?)"},
    {LIND_ERR_INPUT, HEAD "ancestry: {EUR: 0.5, EUH: 0.5}\ngenes:\n  G: {table: good.csv}\n",
     "c.yaml:6:14: gene G: good.csv has no ancestry 'EUH'; it has EUR and AAC (did you mean 'EUR'?)"},
    /* quantiles */
    {LIND_ERR_INPUT, COVARIATES "  x: {distribution: quantiles, table: falls.csv, column: x}\n",
     "./falls.csv:3:5: x is 1 below the row before it; quantiles must not fall"},
    {LIND_ERR_INPUT, COVARIATES "  x: {distribution: quantiles, table: rises.csv, column: x}\n",
     "./rises.csv:3:1: p is 0.1 after 0.2; probabilities must rise"},
    {LIND_ERR_INPUT, COVARIATES "  s: {levels: {a: 1}}\n  x: {distribution: quantiles, by: s, table: by.csv, column: x}\n",
     "./by.csv: covariates.x.a needs two rows or more with s a; there is 1"},
};

static const struct {
  const char *name, *text;
} files[] = {
    {"nocard.csv", "allele,ancestry,frequency\n*1,EUR,1\n"},
    {"sum.csv", "allele,ancestry,frequency\n*1,AAC,1\n*1,EUR,0.9\n\n  *2,EUR,0.03\n"},
    {"twice.csv", "allele,ancestry,frequency\n*1,EUR,0.5\n*2,EUR,0.5\n*1,EUR,0.5\n"},
    {"negative.csv", "allele,ancestry,frequency\n*1,EUR,1\n*2,EUR,-0.1\n"},
    {"columns.csv", "allele,ancestry,freqency\n*1,EUR,1\n"},
    {"good.csv", "allele,ancestry,frequency\n*1,EUR,1\n*1,AAC,0.99995\n"},
    {"falls.csv", "p,x\n0.1,2\n0.2,1\n"},
    {"rises.csv", "p,x\n0.2,2\n0.1,3\n"},
    {"list.csv", "name,mass [kg],gene,w\nA,1,*1/*2,0\nB,2,*1/*1,1\n"},
    {"gaps.csv", "name,mass [kg]\nA,1\nB,\n"},
    {"words.csv", "code\n1\ntwo\n"},
    {"zero.csv", "mass [kg],w\n1,0\n"},
    {"by.csv", "s,p,x\na,0.5,1\nb,0.5,1\nb,0.9,2\n"},
};

static void sentences(void **state) {
  int wrong = 0;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    lind_cohort *cohort = NULL;
    const lind_err err = cohort_read(*state, rows[i].text, "./c.yaml", &cohort);
    if (err == rows[i].code && cohort == NULL && strcmp(lind_error_message(), rows[i].sentence) == 0) continue;
    print_error("%s\nis     %s: %s\nwanted %s: %s\n\n", rows[i].text, lind_error_name(err),
                err == LIND_OK ? "" : lind_error_message(), lind_error_name(rows[i].code), rows[i].sentence);
    wrong++;
  }
  assert_int_equal(wrong, 0);
}

/* Sentences that the schema and expression modules write: ours is to hand them the right place and names. */
static void sentences_of_others(void **state) {
  const struct {
    const char *text, *part;
  } parts[] = {
      {HEAD "covariate: {}\n", "'covariates'"},
      {"cohort: x\ntitle: t\n", "source"},
      {TWO "derived:\n  x: 2 * aeg\n", "'age'"},
      {TWO "eligible: age\n", "c.yaml:9:11"},
      {TWO "eligible: sex == \"w\"\n", "c.yaml:9:18"},
      {TWO "correlations: [[age, mass, 1.5]]\n", "1.5"},
      {COVARIATES "  s: {levels: {f: 1.5, m: -0.5}}\n", "1.5"},
      {COVARIATES "  x: {distribution: normal, mean: 5 kgg, sd: 1 kg}\n", "'kg'"},
      {GENES "  G: {tabel: x.csv}\n", "'table'"},
  };
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    lind_cohort *cohort = NULL;
    assert_int_not_equal(cohort_read(*state, parts[i].text, "./c.yaml", &cohort), LIND_OK);
    if (strstr(lind_error_message(), parts[i].part) == NULL || strncmp(lind_error_message(), "c.yaml:", 7) != 0)
      fail_msg("%s\n%s", parts[i].text, lind_error_message());
  }
}

static char home[] = "/tmp/lind-cohort-XXXXXX";

static int files_write(void **state) {
  (void)state;
  if (mkdtemp(home) == NULL || chdir(home) != 0) return 1;
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    char card[64];
    FILE *out = fopen(files[i].name, "w");
    if (out == NULL) return 1;
    fputs(files[i].text, out);
    fclose(out);
    if (i == 0) continue;
    (void)snprintf(card, sizeof card, "%.*s.source.yaml", (int)strlen(files[i].name) - 4, files[i].name);
    if ((out = fopen(card, "w")) == NULL) return 1;
    fputs("source: a test\nlicence: none\nn: '1'\nlimits: all\n", out);
    fclose(out);
  }
  return 0;
}

static int files_remove(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    char card[64];
    (void)snprintf(card, sizeof card, "%.*s.source.yaml", (int)strlen(files[i].name) - 4, files[i].name);
    remove(files[i].name);
    remove(card);
  }
  return chdir("/") != 0 || rmdir(home) != 0;
}

/* A card becomes an assumption after the file's own; a sum of 0.99995 is rounding and is spread in proportion. */
static void cards_are_assumptions(void **state) {
  lind_cohort *cohort = NULL;
  assert_int_equal(
      cohort_read(*state,
                  HEAD "ancestry: {AAC: 1}\ngenes:\n  G: {table: good.csv}\n  H: {table: good.csv}\nassumptions: [mine]\n",
                  "./c.yaml", &cohort),
      LIND_OK);
  assert_int_equal(cohort->n_assumptions, 2);
  assert_string_equal(cohort->assumptions[0], "mine");
  assert_string_equal(cohort->assumptions[1], "Table good.csv: a test (n: 1; licence: none); limits: all");
  assert_true(cohort->recipe->steps[1].cumulative[0] == 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(sentences, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(sentences_of_others, arena_open, arena_close),
      cmocka_unit_test_setup_teardown(cards_are_assumptions, arena_open, arena_close),
  };
  return cmocka_run_group_tests(tests, files_write, files_remove);
}
