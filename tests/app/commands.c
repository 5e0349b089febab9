/* What the commands say about a run, a cohort or a table is true: replays equal what is stored, damage is found, known answers
 * come out. */
#include <jansson.h>
#include <math.h>

#include "lind/csv.h"
#include "lind/design.h"
#include "lind/estimator.h"
#include "lind/model.h"
#include "lind/protocol.h"
#include "lind/store.h"
#include "near.h"
#include "program_case.h"
#include "table_case.h"

/* ---- a run ------------------------------------------------------------------------------------------------ */

static void a_run_holds(void **state) {
  program_case *c = *state;
  program_do(c, "run trial.yaml --out out");
  program_do(c, "verify out");
  assert_null(strstr(c->out, "WRONG"));
  assert_non_null(strstr(c->out, "8 of 32 stored patients, lived again alone, have the stored outcomes bit for bit"));
  program_do(c, "verify out --all");
  assert_null(strstr(c->out, "WRONG"));
  assert_non_null(strstr(c->out, "32 patients are stored and 32 were lived again"));
}

/* 5000 seats do not fit a block: strata must be counted before a seat of the last block can be lived again. */
static void a_run_of_cut_replicates_holds(void **state) {
  program_case *c = *state;
  program_do(c, "run trial.yaml --patients 5000 --out out");
  program_do(c, "verify out");
  assert_null(strstr(c->out, "WRONG"));
  program_do(c, "verify out --all");
  assert_non_null(strstr(c->out, "10000 patients are stored and 10000 were lived again"));
  assert_null(strstr(c->out, "WRONG"));
}

/* Overrides and the folder of the run are in provenance.json. */
static void a_run_holds_from_elsewhere(void **state) {
  program_case *c = *state;
  char line[200];
  program_do(c, "run trial.yaml --set arms.low.ratio=3 --set \"model.parameters={tvcl: 6 L/h}\" --seed 8 --out out");
  assert_int_equal(chdir(c->folder), 0);
  program_do(c, "verify work/out");
  assert_null(strstr(c->out, "WRONG"));
  (void)snprintf(line, sizeof line, "patient %s/out --id 0", c->work);
  program_do(c, line);
  assert_string_equal(c->err, "");
}

static void a_changed_input_is_named(void **state) {
  program_case *c = *state;
  program_do(c, "run trial.yaml --out out");
  file_replace("cohort.yaml", "mean: 60 year", "mean: 61 year");
  assert_int_equal(program_run(c, "verify out"), 1);
  assert_non_null(strstr(c->out, "WRONG     cohort cohort.yaml has changed since the run\n"));
  assert_non_null(strstr(c->out, "right     protocol trial.yaml is as it was\n"));
  assert_non_null(strstr(c->out, "WRONG     the inputs give another plan"));
  assert_non_null(strstr(c->out, "lived again, differs in"));
  assert_int_equal(remove("cohort.yaml"), 0);
  assert_int_equal(program_run(c, "verify out"), 1);
  assert_non_null(strstr(c->out, "WRONG     cohort cohort.yaml is gone\n"));
  assert_non_null(strstr(c->out, "WRONG     the run cannot be repeated: "));
}

/* The text of a module is an input as that of the model is. */
static void a_changed_module_is_named(void **state) {
  program_case *c = *state;
  char text[2000];
  file_read("model.lind", text, sizeof text);
  file_write("part.lind", text);
  file_write("whole.lind",
             "model whole\ntitle \"of one part, twice\"\nsource \"none\"\ntime h\nuse \"part.lind\" as drug\n"
             "use \"part.lind\" as other\noutput conc = drug.conc\n");
  program_do(c,
             "run trial.yaml --set model.use=whole.lind --set dosing.high.into=drug.central --set dosing.low.into=drug.central "
             "--out out");
  file_replace("part.lind", "cl = 5 [L/h]", "cl = 4 [L/h]");
  assert_int_equal(program_run(c, "verify out"), 1);
  const char *named = strstr(c->out, "WRONG     module part.lind has changed since the run\n");
  assert_non_null(named);
  assert_null(strstr(named + 20, "module part.lind"));
  assert_non_null(strstr(c->out, "right     model whole.lind is as it was\n"));
}

static void a_changed_document_is_named(void **state) {
  program_case *c = *state;
  program_do(c, "run trial.yaml --out out");
  file_replace("out/estimates.json", "\"title\": \"A higher against a lower dose\"",
               "\"title\": \"A lower against a higher dose\"");
  assert_int_equal(program_run(c, "verify out"), 1);
  assert_non_null(strstr(c->out, "WRONG     the text of results.h5 is not that of estimates.json\n"));
  assert_non_null(strstr(c->out, "right     the digest of results.h5 is that of estimates.json\n"));
  assert_non_null(strstr(c->out, "WRONG     estimates.json has changed since the run"));
  assert_non_null(strstr(c->err, "lind: out does not hold: "));
}

/* What does not match its checksum is not shown to HDF5; with another checksum, too, the stored number of another seed's patient
 * is not what the replay finds. */
static void a_changed_result_is_named(void **state) {
  program_case *c = *state;
  program_do(c, "run trial.yaml --out out");
  program_do(c, "run trial.yaml --seed 4 --out other");
  file_copy("other/results.h5", "out/results.h5");
  assert_int_equal(program_run(c, "verify out"), 1);
  assert_non_null(strstr(c->out,
                         "WRONG     the digest of results.h5 cannot be compared: out/results.h5 is not what its line in "
                         "checksums.txt says: it is damaged, and is not opened\n"));
  assert_int_equal(program_run(c, "export out --format csv"), 1);
  assert_non_null(strstr(c->err, "it is damaged, and is not opened"));
  file_copy("other/checksums.txt", "out/checksums.txt");
  assert_int_equal(program_run(c, "verify out"), 1);
  assert_non_null(strstr(c->out, "WRONG     the digest of results.h5 is not that of estimates.json\n"));
  assert_non_null(strstr(c->out, "WRONG     the plan hash of results.h5 is not that of provenance.json\n"));
  assert_non_null(strstr(c->out, "WRONG     patient 0 of replicate 0, lived again, differs in "));
  assert_int_equal(program_run(c, "verify out --all"), 1);
  assert_non_null(strstr(c->out, "WRONG     stored patient 0, lived again, differs in "));
}

static void a_report_is_made_again(void **state) {
  static char before[1 << 21], after[1 << 21];
  program_case *c = *state;
  program_do(c, "run trial.yaml --out out");
  file_read("out/report.html", before, sizeof before);
  assert_int_equal(remove("out/report.html"), 0);
  program_do(c, "report out");
  assert_string_equal(c->out, "out/report.html\n");
  file_read("out/report.html", after, sizeof after);
  assert_true(strlen(after) > 1000);
  assert_true(strcmp(before, after) == 0);
}

/* ---- patients and tables ---------------------------------------------------------------------------------- */

static void a_patient_is_told_as_stored(void **state) {
  program_case *c = *state;
  lind_arena *arena = NULL;
  char line[200];
  assert_int_equal(lind_arena_create(&arena), LIND_OK);
  program_do(c, "run trial.yaml --out out");
  program_do(c, "export out --format csv");
  const lind_csv *patients = table_read("out/csv/patients.csv", arena), *outcomes = table_read("out/csv/outcomes.csv", arena);
  assert_int_equal(patients->n_rows, 32);
  for (size_t row = 3; row < 32; row += 14) {
    (void)snprintf(line, sizeof line, "patient out --id %.0f --replicate %.0f", value_at(patients, row, "seat"),
                   value_at(patients, row, "replicate"));
    program_do(c, line);
    (void)snprintf(line, sizeof line, "\n  last             %s mg/L  (last)\n",
                   lind_csv_at(outcomes, row, lind_csv_find(outcomes, "last"))->text);
    assert_non_null(strstr(c->out, line));
    (void)snprintf(line, sizeof line, "\narm       %s (", lind_csv_at(patients, row, lind_csv_find(patients, "arm"))->text);
    assert_non_null(strstr(c->out, line));
    (void)snprintf(line, sizeof line, "\n  age              %.6g year\n", value_at(patients, row, "age"));
    assert_non_null(strstr(c->out, line));
    (void)snprintf(line, sizeof line, "days: %s\n", lind_csv_at(outcomes, row, lind_csv_find(outcomes, "reason"))->text);
    assert_non_null(strstr(c->out, line));
    assert_string_equal(c->err, "");
  }
  lind_arena_destroy(&arena);
  assert_int_equal(program_run(c, "patient out --id 16"), 2);
  assert_string_equal(c->err, "lind: --id is 16; the patients of a replicate of good are 0 to 15\n");
  assert_int_equal(program_run(c, "patient out --id 0 --replicate 2"), 2);
  assert_string_equal(c->err, "lind: --replicate is 2; the replicates of this run are 0 to 1\n");
}

static void an_unknown_table_leaves_nothing(void **state) {
  program_case *c = *state;
  program_do(c, "run trial.yaml --out out");
  assert_int_equal(program_run(c, "export out --format csv --table patient --out tables-out"), 2);
  assert_string_equal(c->err, "lind: out/results.h5 has no table '/patient' (did you mean 'patients'?)\n");
  assert_int_not_equal(access("tables-out", F_OK), 0);
  program_do(c, "export out --format csv --table patients --table tallies/flow --out tables-out");
  assert_string_equal(c->out, "tables-out/patients.csv\ntables-out/tallies-flow.csv\n");
}

/* A trial without a rule of its own takes the people that the cohort gives. */
static void a_sample_is_who_a_trial_takes(void **state) {
  program_case *c = *state;
  lind_arena *arena = NULL;
  assert_int_equal(lind_arena_create(&arena), LIND_OK);
  program_do(c, "run trial.yaml --out out");
  program_do(c, "export out --format csv --table patients");
  program_do(c, "cohort sample cohort.yaml --patients 16 --seed 3 --out people.csv");
  const lind_csv *patients = table_read("out/csv/patients.csv", arena), *people = table_read("people.csv", arena);
  assert_int_equal(people->n_rows, 16);
  assert_int_equal(people->n_columns, 9); /* seat, attempts, ancestry, two alleles, sex, age, weight, height */
  for (int k = 0; k < people->n_columns; k++) {
    const int from = lind_csv_find(patients, people->columns[k]);
    assert_true(from >= 0);
    for (size_t row = 0; row < people->n_rows; row++) {
      double a, b;
      const char *told = lind_csv_at(people, row, k)->text, *stored = lind_csv_at(patients, row, from)->text;
      if (lind_csv_number(people, row, k, &a) == LIND_OK && lind_csv_number(patients, row, from, &b) == LIND_OK)
        assert_true(a == b);
      else
        assert_string_equal(told, stored);
    }
  }
  lind_arena_destroy(&arena);
}

static void a_longer_sample_begins_with_the_shorter(void **state) {
  static char few[8192], many[16384];
  program_case *c = *state;
  program_do(c, "cohort sample cohort.yaml --patients 5 --out few.csv");
  program_do(c, "cohort sample cohort.yaml --patients 13 --out many.csv");
  file_read("few.csv", few, sizeof few);
  file_read("many.csv", many, sizeof many);
  assert_true(strlen(many) > strlen(few));
  assert_memory_equal(few, many, strlen(few));
}

static void a_sample_in_hdf5_is_the_same(void **state) {
  program_case *c = *state;
  lind_arena *arena = NULL;
  lind_results_view *view = NULL;
  assert_int_equal(lind_arena_create(&arena), LIND_OK);
  program_do(c, "cohort sample cohort.yaml --patients 9 --out people.csv");
  program_do(c, "cohort sample cohort.yaml --patients 9 --out people.h5");
  const lind_csv *people = table_read("people.csv", arena);
  assert_int_equal(lind_results_read("people.h5", "/patients", &view), LIND_OK);
  assert_int_equal(view->n_rows, 9);
  assert_int_equal(view->n_fields, people->n_columns);
  for (int f = 0; f < view->n_fields; f++) {
    const lind_field *field = &view->fields[f];
    assert_string_equal(field->name, people->columns[f]);
    if (field->kind == LIND_FIELD_REAL) assert_string_equal(field->unit, people->units[f]);
    for (size_t row = 0; row < view->n_rows; row++) {
      if (field->kind == LIND_FIELD_CODE)
        assert_string_equal(field->labels[(int)view->data[f][row]], lind_csv_at(people, row, f)->text);
      else
        assert_true(view->data[f][row] == value_at(people, row, field->name));
    }
  }
  lind_results_view_destroy(&view);
  lind_arena_destroy(&arena);
}

/* ---- estimators on tables --------------------------------------------------------------------------------- */

static double number_of(const json_t *object, const char *key) {
  const json_t *value = json_object_get(object, key);
  if (!json_is_number(value)) fail_msg("'%s' is no number", key);
  return json_number_value(value);
}

/* The answer to `arguments --json`: one shape for all estimators. The caller owns it. */
static json_t *answer_of(program_case *c, const char *arguments) {
  static const char *const keys[] = {"name", "estimate", "se", "statistic", "df", "p", "lower", "upper"};
  char line[300];
  (void)snprintf(line, sizeof line, "analyze %s --json", arguments);
  program_do(c, line);
  json_t *root = json_loads(c->out, 0, NULL);
  assert_non_null(root);
  assert_int_equal(json_object_size(root), 4);
  assert_true(json_is_string(json_object_get(root, "method")));
  assert_true(json_is_object(json_object_get(root, "details")));
  const json_t *term = json_array_get(json_object_get(root, "terms"), 0);
  assert_int_equal(json_object_size(term), sizeof keys / sizeof *keys);
  for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) assert_non_null(json_object_get(term, keys[k]));
  return root;
}

/* R's documentation of t.test(extra ~ group, data = sleep): t = -1.8608, df = 17.776, p = 0.07939, (-3.3654832, 0.2054832). */
static void student_sleeps(void **state) {
  json_t *root = answer_of(*state, "sleep.csv --estimator welch --value extra --arm drug");
  const json_t *term = json_array_get(json_object_get(root, "terms"), 0), *details = json_object_get(root, "details");
  assert_near(number_of(root, "n"), 20, 0);
  assert_near(number_of(term, "estimate"), 0.75 - 2.33, 1e-14);
  assert_near(number_of(term, "statistic"), -1.8608, 5e-5);
  assert_near(number_of(term, "df"), 17.776, 5e-4);
  assert_near(number_of(term, "p"), 0.07939, 5e-6);
  assert_near(number_of(term, "lower"), -3.3654832, 5e-8);
  assert_near(number_of(term, "upper"), 0.2054832, 5e-8);
  assert_string_equal(json_string_value(json_object_get(details, "unit")), "h");
  json_decref(root);
}

/* Whoever is called the treated one, the comparison is the same with its sign turned. */
static void arms_change_places(void **state) {
  json_t *a = answer_of(*state, "sleep.csv --estimator welch --value extra --arm drug --treated one --control two --level 0.9");
  json_t *b = answer_of(*state, "sleep.csv --estimator welch --value extra --arm drug --control one --level 0.9");
  const json_t *s = json_array_get(json_object_get(a, "terms"), 0), *t = json_array_get(json_object_get(b, "terms"), 0);
  assert_true(number_of(s, "estimate") == -number_of(t, "estimate"));
  assert_near(number_of(s, "lower"), -number_of(t, "upper"), 1e-14);
  assert_near(number_of(s, "p"), number_of(t, "p"), 1e-15);
  json_decref(a);
  json_decref(b);
}

/* Fisher 1935, the lady tasting tea: 3 of 4 against 1 of 4, two-sided p = 34 / 70. */
static void a_lady_tastes_tea(void **state) {
  json_t *root = answer_of(*state, "tea.csv --estimator fisher-exact --value says_milk --arm poured");
  const json_t *term = json_array_get(json_object_get(root, "terms"), 0);
  assert_near(number_of(term, "estimate"), 0.5, 0);
  assert_near(number_of(term, "p"), 34.0 / 70.0, 1e-12);
  assert_true(json_is_null(json_object_get(term, "df")));
  json_decref(root);
}

/* Freireich 1963, as in Cox and Oakes 1984 and R's survdiff: 9 relapses where 19.25 are expected, variance 6.257,
 * chi-squared 16.8. */
static void leukaemia_returns_later(void **state) {
  json_t *root = answer_of(*state, "leukaemia.csv --estimator log-rank --value weeks --event relapse --arm drug");
  const json_t *term = json_array_get(json_object_get(root, "terms"), 0);
  assert_near(number_of(root, "n"), 42, 0);
  assert_near(pow(number_of(term, "statistic"), 2), 16.793, 5e-4);
  assert_near(number_of(term, "estimate"), exp((9 - 19.2505) / 6.2570), 5e-5);
  assert_true(number_of(term, "upper") < 0.5);
  json_decref(root);
}

static void rows_without_a_value_are_counted(void **state) {
  json_t *root = answer_of(*state, "arms.csv --estimator welch --value time --arm arm --treated A --control B");
  assert_near(number_of(root, "n"), 5, 0);
  assert_near(number_of(json_object_get(root, "details"), "missing"), 1, 0);
  assert_near(number_of(json_object_get(root, "details"), "rows_control"), 3, 0);
  json_decref(root);
}

/* Stored patients of one replicate, joined and analyzed, give the estimate of that replicate. */
static void a_replicate_is_analyzed_again(void **state) {
  static char patients[1 << 16], outcomes[1 << 16], both[1 << 17];
  program_case *c = *state;
  lind_arena *arena = NULL;
  size_t n = 0;
  assert_int_equal(lind_arena_create(&arena), LIND_OK);
  program_do(c, "run trial.yaml --replicates 1 --patients 60 --out out");
  program_do(c, "export out --format csv");
  file_read("out/csv/patients.csv", patients, sizeof patients);
  file_read("out/csv/outcomes.csv", outcomes, sizeof outcomes);
  char *end[2], *left = strtok_r(patients, "\n", &end[0]), *right = strtok_r(outcomes, "\n", &end[1]);
  for (; left != NULL && right != NULL; left = strtok_r(NULL, "\n", &end[0]), right = strtok_r(NULL, "\n", &end[1]))
    n += (size_t)snprintf(both + n, sizeof both - n, "%s,%s\n", left, right);
  assert_true(left == NULL && right == NULL);
  file_write("both.csv", both);
  const lind_csv *terms = table_read("out/csv/estimates-replicates.csv", arena);
  json_t *root = answer_of(c, "both.csv --estimator welch --value last --arm arm --treated high");
  const json_t *term = json_array_get(json_object_get(root, "terms"), 0);
  assert_true(number_of(term, "estimate") > 0.0);
  assert_near(number_of(term, "estimate"), value_at(terms, 0, "estimate"), 1e-14);
  assert_near(number_of(term, "se"), value_at(terms, 0, "se"), 1e-14);
  assert_near(number_of(term, "p"), value_at(terms, 0, "p"), 1e-12);
  assert_near(number_of(root, "n"), value_at(terms, 0, "n"), 0);
  assert_near(number_of(json_object_get(root, "details"), "missing"), value_at(terms, 0, "missing"), 0);
  json_decref(root);
  lind_arena_destroy(&arena);
}

/* ---- what there is ---------------------------------------------------------------------------------------- */

static void all_models_are_listed_and_shown(void **state) {
  program_case *c = *state;
  char line[120];
  int n;
  const char *const *names = lind_model_names(&n);
  assert_true(n > 0);
  program_do(c, "model list");
  for (int i = 0; i < n; i++) assert_non_null(strstr(c->out, names[i]));
  for (int i = 0; i < n; i++) {
    (void)snprintf(line, sizeof line, "model show %s", names[i]);
    program_do(c, line);
    assert_non_null(strstr(c->out, lind_model_shipped_text(names[i])));
  }
}

static void a_model_is_compiled_once(void **state) {
  program_case *c = *state;
  if (system("cc --version > /dev/null 2>&1") != 0) skip();
  program_do(c, "model compile model.lind");
  assert_string_equal(c->out, "model.lind: model washout compiled on first use\n");
  program_do(c, "model compile model.lind");
  assert_string_equal(c->out, "model.lind: model washout compiled before, from the cache\n");
}

static void everything_registered_is_described(void **state) {
  program_case *c = *state;
  char line[120];
  int n;
  const char *const *names = lind_estimator_names(&n);
  for (int i = 0; i < n; i++) {
    (void)snprintf(line, sizeof line, "describe estimator %s", names[i]);
    program_do(c, line);
    assert_non_null(strstr(c->out, lind_estimator_find(names[i])->source));
  }
  names = lind_endpoint_names(&n);
  for (int i = 0; i < n; i++) {
    (void)snprintf(line, sizeof line, "describe endpoint %s", names[i]);
    program_do(c, line);
    assert_non_null(strstr(c->out, lind_endpoint_find(names[i])->summary));
  }
  names = lind_design_names(&n);
  for (int i = 0; i < n; i++) {
    (void)snprintf(line, sizeof line, "describe design %s", names[i]);
    program_do(c, line);
    assert_non_null(strstr(c->out, lind_design_find(names[i])->source));
  }
  program_do(c, "design group-sequential --information 0.5,1 --alpha=0.05 --json");
  assert_memory_equal(c->out, "{\n \"method\": \"spending of O'Brien-Fleming type (Lan and DeMets)\",\n \"n\": null,", 77);
  const lind_section *sections = lind_protocol_sections(&n);
  program_do(c, "describe protocol");
  for (int i = 0; i < n; i++) assert_non_null(strstr(c->out, sections[i].sentence));
  program_do(c, "describe protocol arms");
  assert_memory_equal(c->out, "arms.NAME: ", 11);
  program_do(c, "cohort describe cohort.yaml");
  assert_non_null(strstr(c->out, "CYP2C9           genotype: *1 and *2\n"));
}

static void every_command_has_help(void **state) {
  static const char *const names[] = {"run",      "merge", "report", "verify", "diff",    "export", "patient",
                                      "simulate", "twin",  "cohort", "model",  "analyze", "design", "describe"};
  program_case *c = *state;
  char line[60];
  program_do(c, "--help");
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    (void)snprintf(line, sizeof line, "\n  lind %s ", names[i]);
    assert_non_null(strstr(c->out, line));
  }
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    (void)snprintf(line, sizeof line, "%s --help", names[i]);
    program_do(c, line);
    (void)snprintf(line, sizeof line, "lind %s ", names[i]);
    assert_memory_equal(c->out, line, strlen(line));
  }
}

/* Every option that the usage names has a line. */
static void every_option_of_run_is_told(void **state) {
  program_case *c = *state;
  char line[60], *from, *end;
  int n = 0;
  program_do(c, "run --help");
  char *told = strstr(c->out, "\n\n");
  assert_non_null(told);
  for (from = strstr(c->out, "[--"); from != NULL && from < told; from = strstr(end, "[--"), n++) {
    end = from + strcspn(from, " ]");
    (void)snprintf(line, sizeof line, "\n  %.*s ", (int)(end - from - 1), from + 1);
    assert_non_null(strstr(told, line));
  }
  assert_true(n >= 14);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, program_setup, program_teardown)
int main(void) {
  const struct CMUnitTest tests[] = {TEST(a_run_holds),
                                     TEST(a_run_of_cut_replicates_holds),
                                     TEST(a_run_holds_from_elsewhere),
                                     TEST(a_changed_input_is_named),
                                     TEST(a_changed_module_is_named),
                                     TEST(a_changed_document_is_named),
                                     TEST(a_changed_result_is_named),
                                     TEST(a_report_is_made_again),
                                     TEST(a_patient_is_told_as_stored),
                                     TEST(an_unknown_table_leaves_nothing),
                                     TEST(a_sample_is_who_a_trial_takes),
                                     TEST(a_longer_sample_begins_with_the_shorter),
                                     TEST(a_sample_in_hdf5_is_the_same),
                                     TEST(student_sleeps),
                                     TEST(arms_change_places),
                                     TEST(a_lady_tastes_tea),
                                     TEST(leukaemia_returns_later),
                                     TEST(rows_without_a_value_are_counted),
                                     TEST(a_replicate_is_analyzed_again),
                                     TEST(all_models_are_listed_and_shown),
                                     TEST(a_model_is_compiled_once),
                                     TEST(everything_registered_is_described),
                                     TEST(every_command_has_help),
                                     TEST(every_option_of_run_is_told)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
