/* Bad input gets one sentence that names the place, what is wrong and what would be right; then exit 2, with nothing written. */
#include "program_case.h"

typedef struct row {
  const char *file, *from, *to; /* what is spoiled in tests/app/good; file NULL: nothing */
  const char *arguments, *environment, *sentence;
} row;

#define RUN   "run trial.yaml --out out"
#define TRIAL "trial.yaml"

static const row rows[] = {
    /* files and YAML */
    {NULL, "", "", "run absent.yaml --out out", "", ""},
    {TRIAL, "cohort: cohort.yaml", "cohort: absent.yaml", RUN, "", ""},
    {TRIAL, "blocks: [4]", "blocks: [4", RUN, "", ""},
    {TRIAL, "seed: 3\n", "seed: 3\nseed: 4\n", RUN, "", ""},
    {TRIAL, "patients: 16", "pateints: 16", RUN, "", ""},
    {TRIAL, "at: 3 day}", "att: 3 day}", RUN, "", ""},
    {TRIAL, "seed: 3", "seed:", RUN, "", ""},
    {TRIAL, "  days: [1, 2, 4]\n", "  days: &d [1, 2, 4]\n", RUN, "", ""},
    /* units */
    {TRIAL, "duration: 3 day", "duration: 3 kg", RUN, "", ""},
    {TRIAL, "duration: 3 day", "duration: 3", RUN, "", ""},
    {TRIAL, "duration: 3 day", "duration: 3 dya", RUN, "", ""},
    {TRIAL, "50 [mg]", "50 [mL]", RUN, "", ""},
    {TRIAL, "50 [mg]", "50", RUN, "", ""},
    {"cohort.yaml", "sd: 9 year", "sd: 9", RUN, "", ""},
    {"cohort.yaml", "sd: 9 year", "sd: 9 kg", RUN, "", ""},
    /* names in rules */
    {TRIAL, "CYP2C9 ==", "CYP2D6 ==", RUN, "", ""},
    {TRIAL, "\"*1/*1\"", "\"*1/*9\"", RUN, "", ""},
    {TRIAL, "* weight", "* weigth", RUN, "", ""},
    {TRIAL, "if day == 1", "if conc > 2", RUN, "", ""},
    {TRIAL, "if day == 1", "if cnoc > 2 [mg/L]", RUN, "", ""},
    {TRIAL, "measure: [conc]", "measure: [cnoc]", RUN, "", ""},
    {TRIAL, "of: conc, at", "of: cnoc, at", RUN, "", ""},
    {TRIAL, "compare: [high, low]", "compare: [high, lwo]", RUN, "", ""},
    {TRIAL, "dosing: [low]", "dosing: [lwo]", RUN, "", ""},
    {TRIAL, "strata: [sex]", "strata: [sxe]", RUN, "", ""},
    {TRIAL, "endpoint: last", "endpoint: lats", RUN, "", ""},
    {TRIAL, "into: depot\n", "into: depto\n", RUN, "", ""},
    /* what is registered */
    {TRIAL, "estimator: welch", "estimator: wlech", RUN, "", ""},
    {TRIAL, "kind: value", "kind: vlaue", RUN, "", ""},
    {TRIAL, "pk.one_compartment", "pk.one_compartmnt", RUN, "", ""},
    {TRIAL, "{use: pk.one_compartment}", "{use: pk.one_compartment, set: adult}", RUN, "", ""},
    {TRIAL, "{use: pk.one_compartment}", "{use: pk.one_compartment, parameters: {tvlc: 3 L/h}}", RUN, "", ""},
    {TRIAL, "{use: pk.one_compartment}", "{use: pk.one_compartment, parameters: {tvcl: 3 mg}}", RUN, "", ""},
    {TRIAL, "method: permuted-block", "method: permuted-blocks", RUN, "", ""},
    /* sizes */
    {TRIAL, "patients: 16", "patients: -16", RUN, "", ""},
    {TRIAL, "patients: 16", "patients: 0", RUN, "", ""},
    {TRIAL, "patients: 16", "patients: sixteen", RUN, "", ""},
    {TRIAL, "low: {ratio: 1", "low: {ratio: 0", RUN, "", ""},
    {TRIAL, "blocks: [4]", "blocks: [3]", RUN, "", ""},
    {TRIAL, "days: [1, 2, 4]", "days: [1, 2, 9]", RUN, "", ""},
    {TRIAL, "yearly: 0.9", "yearly: 1.9", RUN, "", ""},
    {TRIAL, "range: [0.01, 1000]", "range: [1000, 0.01]", RUN, "", ""},
    /* cohorts */
    {"tables/CYP2C9.csv", "*2,EUR,0.2", "*2,EUR,0.3", RUN, "", ""},
    {"tables/CYP2C9.csv", "0.8", "0.8,1", RUN, "", ""},
    {"cohort.yaml", "tables/CYP2C9.csv", "tables/CYP2D6.csv", RUN, "", ""},
    {"cohort.yaml", "{EUR: 1}", "{ERU: 1}", RUN, "", ""},
    {"cohort.yaml", "female: 0.5", "female: 0.6", RUN, "", ""},
    {"cohort.yaml", "[age, weight, 0.1], [age, height, -0.1], [weight, height, 0.4]",
     "[age, weight, 0.9], [age, height, -0.9], [weight, height, 0.9]", RUN, "", ""},
    {"cohort.yaml", "distribution: normal, mean: 60 year", "distribution: gaussian, mean: 60 year", RUN, "", ""},
    {"cohort.yaml", "eligible: age >=", "eligible: aeg >=", RUN, "", ""},
    /* models */
    {"model.lind", "= -cl / v * central", "= -cl * central", "model check model.lind", "", ""},
    {"model.lind", "= -cl / v * central", "= -cl / vv * central", "model check model.lind", "", ""},
    {"model.lind", "d/dt(central)", "d/dt(cnetral)", "model check model.lind", "", ""},
    {"model.lind", "[L/h]", "[L/hh]", "model check model.lind", "", ""},
    {"model.lind", "time   h\n", "", "model check model.lind", "", ""},
    {"model.lind", "= -cl / v * central", "= -cl * central", "run trial.yaml --set model.use=model.lind --out out", "", ""},
    /* the command line */
    {NULL, "", "", "rnu trial.yaml", "", ""},
    {NULL, "", "", "run", "", ""},
    {NULL, "", "", "run trial.yaml --patient 3", "", ""},
    {NULL, "", "", "run trial.yaml --out", "", ""},
    {NULL, "", "", "run trial.yaml cohort.yaml", "", ""},
    {NULL, "", "", "run trial.yaml --out out --patients 0", "", ""},
    {NULL, "", "", "run trial.yaml --out out --patients many", "", ""},
    {NULL, "", "", "run trial.yaml --out out --set patients", "", ""},
    {NULL, "", "", "run trial.yaml --out out --set pateints=3", "", ""},
    {NULL, "", "", "run trial.yaml --out out --set arms.lwo.ratio=3", "", ""},
    {NULL, "", "", "run trial.yaml --out out --threads 9999", "", ""},
    {NULL, "", "", "run trial.yaml --out trial.yaml", "", ""},
    {NULL, "", "", "describe estimator wlech", "", ""},
    {NULL, "", "", "model show pk.one_compartmnt", "", ""},
    {NULL, "", "", "model check trial.yaml", "", ""},
    {NULL, "", "", "cohort sample cohort.yaml --patients 5 --out people.txt", "", ""},
    {NULL, "", "", "cohort sample cohort.yaml --out people.csv", "", ""},
    {NULL, "", "", "cohort sample cohort.yaml --patients 5 --out absent/people.csv", "", ""},
    {"cohort.yaml", "age >= 50 [year]", "age >= 50 [year] and age < 50 [year]", "cohort sample cohort.yaml --patients 5 --out people.csv", "", ""},
    {NULL, "", "", "verify absent", "", ""},
    {NULL, "", "", "export tables --format csv", "", ""},
    {NULL, "", "", "export tables --format xpt", "", ""},
    {NULL, "", "", "patient tables", "", ""},
    /* tables */
    {NULL, "", "", "analyze absent.csv --estimator welch --value time --arm arm", "", ""},
    {NULL, "", "", "analyze arms.csv --estimator wlech --value time --arm arm", "", ""},
    {NULL, "", "", "analyze arms.csv --estimator welch --value tiem --arm arm", "", ""},
    {NULL, "", "", "analyze arms.csv --estimator welch --value time --arm arm", "", ""},
    {NULL, "", "", "analyze arms.csv --estimator welch --value time --arm arm --treated a --control B", "", ""},
    {NULL, "", "", "analyze arms.csv --estimator welch --value time --arm arm --treated A --control A", "", ""},
    {NULL, "", "", "analyze arms.csv --estimator welch --value note --arm arm --treated A --control B", "", ""},
    {NULL, "", "", "analyze arms.csv --estimator log-rank --value time --event wrong --arm arm --treated A --control B", "", ""},
    {NULL, "", "", "analyze arms.csv --estimator welch --value time --arm arm --treated A --control B --level 95", "", ""},
    {NULL, "", "", "analyze arms.csv --estimator log-rank --value time --arm arm --treated A --control B --null 0", "", ""},
    /* several tasks that do not know of each other */
    {NULL, "", "", RUN, "SLURM_STEP_NUM_TASKS=4", ""},
    {NULL, "", "", RUN, "OMPI_COMM_WORLD_SIZE=3", ""},
    {NULL, "", "", RUN, "PMIX_RANK=1", ""},
};

/* ---- nothing is written: names, sizes and times of everything below the folder ------------------------------------------------------ */

static uint64_t tree;

static int entry_add(const char *path, const struct stat *status, int kind, struct FTW *place) {
  uint64_t hash = 14695981039346656037u; /* FNV-1a */
  (void)kind, (void)place;
  for (; *path != '\0'; path++) hash = (hash ^ (uint64_t)(unsigned char)*path) * 1099511628211u;
  tree += hash * ((uint64_t)status->st_size + 1) + (uint64_t)status->st_mtim.tv_sec * 1000003u + (uint64_t)status->st_mtim.tv_nsec;
  return 0;
}

static uint64_t tree_hash(void) {
  tree = 0;
  assert_int_equal(nftw(".", entry_add, 16, FTW_PHYS), 0);
  return tree;
}

static int row_check(program_case *c, const row *r) {
  char kept[1 << 16], wanted[2000];
  if (r->file != NULL) {
    file_read(r->file, kept, sizeof kept);
    file_replace(r->file, r->from, r->to);
  }
  const uint64_t before = tree_hash();
  (void)program_run_in(c, r->environment, r->arguments);
  const int is_kept = tree_hash() == before;
  if (r->file != NULL) file_write(r->file, kept);
  (void)snprintf(wanted, sizeof wanted, "lind: %s\n", r->sentence);
  if (c->status == 2 && is_kept && strcmp(c->err, wanted) == 0 && c->out[0] == '\0') return 0;
  print_error("lind %s %s (%s: '%s' for '%s')\nexit %d%s\nis     %swanted %s\n", r->environment, r->arguments,
              r->file != NULL ? r->file : "-", r->to, r->from, c->status, is_kept ? "" : ", and something was written", c->err, wanted);
  if (c->out[0] != '\0') print_error("on the output stands: %.200s\n", c->out);
  return 1;
}

static void every_row_gets_its_sentence(void **state) {
  int wrong = 0;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) wrong += row_check(*state, &rows[i]);
  assert_int_equal(wrong, 0);
}

/* What the rows spoil is good. */
static void the_good_trial_runs(void **state) {
  program_do(*state, RUN);
  program_do(*state, "model check model.lind");
}

static void the_directory_of_another_plan_is_refused(void **state) {
  program_case *c = *state;
  program_do(c, RUN);
  const uint64_t before = tree_hash();
  assert_int_equal(program_run(c, RUN " --seed 4"), 2);
  assert_string_equal(c->err, "");
  assert_true(tree_hash() == before);
}

static void a_directory_that_cannot_be_made_is_refused(void **state) {
  program_case *c = *state;
  if (geteuid() == 0) skip(); /* root may write anywhere */
  assert_int_equal(mkdir("locked", 0555), 0);
  assert_int_equal(program_run(c, "run trial.yaml --out locked/out"), 2);
  assert_string_equal(c->err, "lind: locked/out cannot be made: Permission denied; choose another --out\n");
  assert_int_equal(program_run(c, "run trial.yaml --out locked"), 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_good_trial_runs, program_setup, program_teardown),
      cmocka_unit_test_setup_teardown(every_row_gets_its_sentence, program_setup, program_teardown),
      cmocka_unit_test_setup_teardown(the_directory_of_another_plan_is_refused, program_setup, program_teardown),
      cmocka_unit_test_setup_teardown(a_directory_that_cannot_be_made_is_refused, program_setup, program_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
