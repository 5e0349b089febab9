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
    {NULL, "", "", "run absent.yaml --out out", "", "absent.yaml cannot be read: No such file or directory"},
    {TRIAL, "cohort: cohort.yaml", "cohort: absent.yaml", RUN, "",
     "trial.yaml:6:9: cohort is 'absent.yaml', which cannot be read at absent.yaml"},
    {TRIAL, "blocks: [4]", "blocks: [4", RUN, "", "trial.yaml:12:62: this is not YAML: mismatched flow mapping end"},
    {TRIAL, "seed: 3\n", "seed: 3\nseed: 4\n", RUN, "", "trial.yaml:11:1: seed stands here twice; it is already on line 10"},
    {TRIAL, "patients: 16", "pateints: 16", RUN, "", "trial.yaml:8:1: pateints is not a known key; did you mean 'patients'?"},
    {TRIAL, "at: 3 day}", "att: 3 day}", RUN, "", "trial.yaml:29:33: endpoints.last.att is not a known key; did you mean 'at'?"},
    {TRIAL, "seed: 3", "seed:", RUN, "", "trial.yaml:10:1: seed has no value"},
    {TRIAL, "  days: [1, 2, 4]\n", "  days: &d [1, 2, 4]\n", RUN, "",
     "trial.yaml:15:9: visits.days has the anchor '&d'; write the value out wherever it is needed"},
    /* units */
    {TRIAL, "duration: 3 day", "duration: 3 kg", RUN, "",
     "trial.yaml:11:11: duration is '3 kg', which is mass; a time is needed, such as '3 day'"},
    {TRIAL, "duration: 3 day", "duration: 3", RUN, "", "trial.yaml:11:11: duration is '3'; it needs a unit, such as '3 day'"},
    {TRIAL, "duration: 3 day", "duration: 3 dya", RUN, "",
     "trial.yaml:11:11: duration is '3 dya': 'dya' is not a known unit; did you mean 'day'?"},
    {TRIAL, "50 [mg]", "50 [mL]", RUN, "",
     "trial.yaml:24:62: 'if CYP2C9 == \"*1/*1\" then 1 [mg/kg] * weight else 50 [mL]' gives mg (mass) or L (volume)"},
    {TRIAL, "50 [mg]", "50", RUN, "",
     "trial.yaml:24:62: 'if CYP2C9 == \"*1/*1\" then 1 [mg/kg] * weight else 50' gives mg (mass) or a plain number; a quantity "
     "is written with its unit in brackets"},
    {"cohort.yaml", "sd: 9 year", "sd: 9", RUN, "",
     "cohort.yaml:9:50: covariates.age.sd: '9' has no unit; write '9 year', as in '60 year' before it"},
    {"cohort.yaml", "sd: 9 year", "sd: 9 kg", RUN, "",
     "cohort.yaml:9:50: covariates.age.sd: '9 kg' is mass, but '60 year' before it is time"},
    /* names in rules */
    {TRIAL, "CYP2C9 ==", "CYP2D6 ==", RUN, "",
     "trial.yaml:24:15: 'CYP2D6' is not known in a dosing rule; did you mean 'CYP2C9'?"},
    {TRIAL, "\"*1/*1\"", "\"*1/*9\"", RUN, "", "trial.yaml:24:25: '*9' is not an allele of CYP2C9; known are *1 and *2"},
    {TRIAL, "* weight", "* weigth", RUN, "", "trial.yaml:24:50: 'weigth' is not known in a dosing rule; did you mean 'weight'?"},
    {TRIAL, "if day == 1", "if conc > 2", RUN, "",
     "trial.yaml:25:58: 'conc > 2' compares mg/L (concentration) with a plain number; a quantity is written with its unit in "
     "brackets"},
    {TRIAL, "if day == 1", "if cnoc > 2 [mg/L]", RUN, "",
     "trial.yaml:25:53: 'cnoc' is not known in a dosing rule; did you mean 'conc'?"},
    {TRIAL, "measure: [conc]", "measure: [cnoc]", RUN, "",
     "trial.yaml:13:11: measure is 'cnoc', which is not an output of model pk.one_compartment; it has conc (did you mean "
     "'conc'?)"},
    {TRIAL, "of: conc, at", "of: cnoc, at", RUN, "",
     "trial.yaml:29:27: endpoints.last.of is 'cnoc', which is no trace and not measured; there are conc (did you mean 'conc'?)"},
    {TRIAL, "compare: [high, low]", "compare: [high, lwo]", RUN, "",
     "trial.yaml:32:63: analysis.primary.compare names 'lwo', which is no arm; did you mean 'low'?"},
    {TRIAL, "dosing: [low]", "dosing: [lwo]", RUN, "",
     "trial.yaml:18:28: arms.low.dosing names 'lwo', which is no dosing item; did you mean 'low'?"},
    {TRIAL, "strata: [sex]", "strata: [sxe]", RUN, "",
     "trial.yaml:12:59: 'sxe' is not a group of the protocol nor a column of cohort few (did you mean 'sex'?)"},
    {TRIAL, "endpoint: last", "endpoint: lats", RUN, "",
     "trial.yaml:32:23: analysis.primary.endpoint names 'lats', which is no endpoint; did you mean 'last'?"},
    {TRIAL, "into: depot\n", "into: depto\n", RUN, "",
     "trial.yaml:23:11: dosing.high.into is 'depto'; model pk.one_compartment takes doses in depot and central (did you mean "
     "'depot'?)"},
    /* what is registered */
    {TRIAL, "estimator: welch", "estimator: wlech", RUN, "",
     "trial.yaml:32:40: analysis.primary.estimator is 'wlech'; known ones are welch, ... (did you mean 'welch'?)"},
    {TRIAL, "kind: value", "kind: vlaue", RUN, "",
     "trial.yaml:29:16: endpoints.last.kind is 'vlaue'; known kinds are time-in-range, ... (did you mean 'value'?)"},
    {TRIAL, "pk.one_compartment", "pk.one_compartmnt", RUN, "",
     "trial.yaml:7:14: 'pk.one_compartmnt' is not a shipped model (did you mean 'pk.one_compartment'?); a model of your own is a "
     "path that ends in .lind"},
    {TRIAL, "{use: pk.one_compartment}", "{use: pk.one_compartment, set: adult}", RUN, "",
     "trial.yaml:7:39: model.set is 'adult'; model pk.one_compartment has no parameter sets"},
    {TRIAL, "{use: pk.one_compartment}", "{use: pk.one_compartment, parameters: {tvlc: 3 L/h}}", RUN, "",
     "trial.yaml:7:47: model.parameters.tvlc is not a parameter of model pk.one_compartment (did you mean 'tvcl'?)"},
    {TRIAL, "{use: pk.one_compartment}", "{use: pk.one_compartment, parameters: {tvcl: 3 mg}}", RUN, "",
     "trial.yaml:7:53: model.parameters.tvcl is '3 mg', which is mass; clearance (volume/time) is needed, such as '5 L/h'"},
    {TRIAL, "method: permuted-block", "method: permuted-blocks", RUN, "",
     "trial.yaml:12:21: randomise.method is 'permuted-blocks'; it must be one of permuted-block and simple; did you mean "
     "'permuted-block'?"},
    /* sizes */
    {TRIAL, "patients: 16", "patients: -16", RUN, "",
     "trial.yaml:8:11: patients is '-16'; a whole number without sign or point is needed"},
    {TRIAL, "patients: 16", "patients: 0", RUN, "", "trial.yaml:8:11: patients is 0; it must be between 1 and 4294967295"},
    {TRIAL, "patients: 16", "patients: sixteen", RUN, "",
     "trial.yaml:8:11: patients is 'sixteen'; a whole number without sign or point is needed"},
    {TRIAL, "low: {ratio: 1", "low: {ratio: 0", RUN, "", "trial.yaml:18:16: arms.low.ratio is 0; it must be more than 0"},
    {TRIAL, "blocks: [4]", "blocks: [3]", RUN, "",
     "trial.yaml:12:45: block size 3 is not a multiple of 2, the sum of the arms' ratios"},
    {TRIAL, "days: [1, 2, 4]", "days: [1, 2, 9]", RUN, "",
     "trial.yaml:15:16: visits.days has 9; it must lie between day 1 and day 4, the end of the trial"},
    {TRIAL, "yearly: 0.9", "yearly: 1.9", RUN, "",
     "trial.yaml:27:21: conduct.dropout.yearly is 1.9; it must be between 0 and 0.999"},
    {TRIAL, "range: [0.01, 1000]", "range: [1000, 0.01]", RUN, "",
     "trial.yaml:30:48: endpoints.seen.range must be [low, high], with low less than high"},
    /* cohorts */
    {"tables/CYP2C9.csv", "*2,EUR,0.2", "*2,EUR,0.3", RUN, "",
     "tables/CYP2C9.csv:3:8: frequencies of CYP2C9 in EUR sum to 1.1; they must sum to 1"},
    {"tables/CYP2C9.csv", "0.8", "0.8,1", RUN, "", "tables/CYP2C9.csv:2:1: the row has 4 cells, the header 3"},
    {"cohort.yaml", "{EUR: 1}", "{ERU: 1}", RUN, "",
     "cohort.yaml:6:19: gene CYP2C9: tables/CYP2C9.csv has no ancestry 'ERU'; it has EUR (did you mean 'EUR'?)"},
    {"cohort.yaml", "female: 0.5", "female: 0.6", RUN, "",
     "cohort.yaml:8:17: the shares of covariates.sex.levels sum to 1.1; they must sum to 1"},
    {"cohort.yaml", "[age, weight, 0.1], [age, height, -0.1], [weight, height, 0.4]",
     "[age, weight, 0.9], [age, height, -0.9], [weight, height, 0.9]", RUN, "",
     "cohort.yaml:12:15: the correlations of age, weight and height cannot all hold: the smallest eigenvalue of their matrix is "
     "-0.816; it must be above 0"},
    {"cohort.yaml", "distribution: normal, mean: 60 year", "distribution: gaussian, mean: 60 year", RUN, "",
     "cohort.yaml:9:23: covariates.age: there is no distribution 'gaussian'; there is normal, lognormal, uniform, constant, beta "
     "and quantiles"},
    {"cohort.yaml", "eligible: age >=", "eligible: aeg >=", RUN, "",
     "cohort.yaml:13:11: 'aeg' is not known in the cohort's eligibility rule; did you mean 'age'?"},
    /* models */
    {"model.lind", "= -cl / v * central", "= -cl * central", "model check model.lind", "",
     "model.lind:12:21: '-cl * central' is mg*L/h where mg/h (mass rate) is expected"},
    {"model.lind", "= -cl / v * central", "= -cl / vv * central", "model check model.lind", "",
     "model.lind:12:23: 'vv' is not known in d/dt(central); did you mean 'v'?"},
    {"model.lind", "d/dt(central)", "d/dt(cnetral)", "model check model.lind", "",
     "model.lind:12:6: d/dt(cnetral): 'cnetral' is not a state that is declared above (did you mean 'central'?)"},
    {"model.lind", "[L/h]", "[L/hh]", "model check model.lind", "",
     "model.lind:6:18: 'hh' in 'L/hh' is not a known unit; did you mean 'h'?"},
    {"model.lind", "= -cl / v * central", "= -cl * central", "run trial.yaml --set model.use=model.lind --out out", "",
     "model.lind:12:21: '-cl * central' is mg*L/h where mg/h (mass rate) is expected"},
    /* the command line */
    {NULL, "", "", "rnu trial.yaml", "", "'rnu' is not a command of lind (did you mean 'run'?); `lind --help` lists them"},
    {NULL, "", "", "run", "", "which protocol? lind run PROTOCOL.yaml [--out DIR]"},
    {NULL, "", "", "run trial.yaml --patient 3", "", "--patient is not an option of this command (did you mean '--patients'?)"},
    {NULL, "", "", "run trial.yaml --out", "", "--out needs a value"},
    {NULL, "", "", "run trial.yaml cohort.yaml", "", "'cohort.yaml' is one argument too many"},
    {NULL, "", "", "run trial.yaml --out out --patients 0", "", "--patients is 0; a trial needs at least one"},
    {NULL, "", "", "run trial.yaml --out out --patients many", "", "--patients is 'many'; it must be a whole number"},
    {NULL, "", "", "run trial.yaml --out out -n 4", "", "-n is not an option of this command"},
    {NULL, "", "", "run trial.yaml --out out --patients 1e3", "",
     "--patients is '1e3'; it must be a whole number; 1000 would be right"},
    {NULL, "", "", "run trial.yaml --out out --patients 99999999999999999999", "",
     "--patients is '99999999999999999999'; it must be a whole number below 18446744073709551616"},
    {NULL, "", "", "run trial.yaml --out out --set patients", "",
     "--set: 'patients' is not a setting; one is written like 'patients=200' or 'arms.a.ratio=2'"},
    {NULL, "", "", "run trial.yaml --out out --set pateints=3", "",
     "--set:1:1: pateints is not a known key; did you mean 'patients'?"},
    {NULL, "", "", "run trial.yaml --out out --set arms.lwo.ratio=3", "",
     "--set:1:6: arms has no key 'lwo'; did you mean 'low'?"},
    {NULL, "", "", "run trial.yaml --out out --set define.goal=3", "",
     "--set:1:13: define.goal is asked for by nothing in the protocol, so that setting it changes nothing"},
    {NULL, "", "", "run trial.yaml --out out --threads 9999", "",
     "threads: 9999 is not a number of threads; 0 (as many as there are cores) to 4096 would be right"},
    {NULL, "", "", "describe estimator wlech", "", "'wlech' is not an estimator; known are welch, ... (did you mean 'welch'?)"},
    {NULL, "", "", "design", "",
     "which design? lind design NAME --key value ...; known are group-sequential, two-proportions, two-means and survival"},
    {NULL, "", "", "design group-sequentail --looks 3", "",
     "'group-sequentail' is not a design; known are group-sequential, ... (did you mean 'group-sequential'?)"},
    {NULL, "", "", "design group-sequential --lokks 3", "", "--lokks is not a known key; did you mean 'looks'?"},
    {NULL, "", "", "design group-sequential --looks", "", "--looks needs a value"},
    {NULL, "", "", "design group-sequential --looks 3 --looks 4", "", "--looks is given twice"},
    {NULL, "", "", "design group-sequential --looks 99", "", "--looks is 99; it must be between 1 and 24"},
    {NULL, "", "", "design group-sequential 3", "", "'3' is one argument too many; options are --key value"},
    {NULL, "", "", "design survival --power 0.8", "", "survival has no key 'hazard-ratio'; it is needed: treated / control"},
    {NULL, "", "", "model show pk.one_compartmnt", "",
     "'pk.one_compartmnt' is not a shipped model (did you mean 'pk.one_compartment'?); a model of your own is a path that ends "
     "in .lind"},
    {NULL, "", "", "model check trial.yaml", "", "'trial.yaml' is not a file that ends in .lind; lind model check FILE.lind"},
    {NULL, "", "", "cohort sample cohort.yaml --patients 5 --out people.txt", "",
     "--out is 'people.txt'; its end says the format: .csv or .h5"},
    {NULL, "", "", "cohort sample cohort.yaml --patients 5 --out tables/CYP2C9.csv", "",
     "--out is tables/CYP2C9.csv, which the cohort is read from"},
    {NULL, "", "", "cohort sample cohort.yaml --out people.csv", "", "--patients is missing; how many people are to be drawn?"},
    {NULL, "", "", "cohort sample cohort.yaml --patients 5 --out absent/people.csv", "",
     "--out absent/people.csv cannot be written: No such file or directory"},
    {"cohort.yaml", "age >= 50 [year]", "age >= 50 [year] and age < 50 [year]",
     "cohort sample cohort.yaml --patients 5 --out people.csv", "",
     "cohort.yaml: none of 255 people drawn for seat 0 meets `eligible`"},
    {NULL, "", "", "run trial.yaml --part 4/3", "", "--part is '4/3'; a part is written K/N, such as 3/10, with K from 1 to N"},
    {NULL, "", "", "run trial.yaml --part 1/-1", "", "--part is '1/-1'; a part is written K/N, such as 3/10, with K from 1 to N"},
    {NULL, "", "", "run trial.yaml --part 3", "", "--part is '3'; a part is written K/N, such as 3/10, with K from 1 to N"},
    {NULL, "", "", "merge out", "", "merge what? lind merge OUT DIR..., with parts of one study or with finished studies"},
    {NULL, "", "", "merge out absent", "", "absent is not a directory"},
    {NULL, "", "", "merge tables tables", "",
     "tables is to receive what is merged and cannot be merged itself; lind merge OUT DIR..."},
    {NULL, "", "", "merge out tables", "", "tables is no run directory of lind: tables/sessions.jsonl says nothing"},
    {NULL, "", "", "diff tables", "", "which two runs? lind diff A B"},
    {NULL, "", "", "diff tables tables", "",
     "tables/estimates.json: there is no such file; `lind diff` takes the directory of a finished run"},
    {NULL, "", "", "verify absent", "",
     "absent/estimates.json: there is no such file; `lind verify` takes the directory of a finished run"},
    {NULL, "", "", "export tables --format csv", "",
     "tables/estimates.json: there is no such file; `lind export` takes the directory of a finished run"},
    {NULL, "", "", "export tables --format xpt", "", "--format xpt is not offered; --format csv is, and other programs read it"},
    {NULL, "", "", "patient tables", "", "--id is missing: the patient's seat, from 0"},
    /* tables */
    {NULL, "", "", "analyze absent.csv --estimator welch --value time --arm arm", "", "absent.csv: there is no such file"},
    {NULL, "", "", "analyze arms.csv --estimator wlech --value time --arm arm", "",
     "--estimator is 'wlech'; known are welch, ... (did you mean 'welch'?)"},
    {NULL, "", "", "analyze arms.csv --estimator welch --value tiem --arm arm", "",
     "arms.csv: there is no column 'tiem'; there is arm, time, event, wrong and note (did you mean 'time'?)"},
    {NULL, "", "", "analyze arms.csv --estimator welch --value time --arm arm", "",
     "column 'arm' of arms.csv names A, B and C; --treated and --control must say which two are compared"},
    {NULL, "", "", "analyze arms.csv --estimator welch --value time --arm arm --treated a --control B", "",
     "--treated is 'a', which column 'arm' of arms.csv does not name; it has A, B and C (did you mean 'A'?)"},
    {NULL, "", "", "analyze arms.csv --estimator welch --value time --arm arm --treated A --control A", "",
     "--treated and --control are both 'A'; they must differ"},
    {NULL, "", "", "analyze arms.csv --estimator welch --value note --arm arm --treated A --control B", "",
     "arms.csv:3:9: note 'x' is no number"},
    {NULL, "", "", "analyze arms.csv --estimator log-rank --value time --event wrong --arm arm --treated A --control B", "",
     "arms.csv:4:7: column 'wrong' holds '2'; 1 (seen) or 0 (censored) would be right"},
    {NULL, "", "", "analyze arms.csv --estimator welch --value time --arm arm --treated A --control B --level 95", "",
     "--level is 95; a share between 0 and 1, such as 0.95, would be right"},
    {NULL, "", "", "analyze arms.csv --estimator welch --value time --arm arm --treated A --control B --adjust event", "",
     "--adjust: estimator welch cannot adjust"},
    {NULL, "", "", "analyze arms.csv --estimator fisher-exact --value time --arm arm --treated A --control B --stratify note", "",
     "--stratify: estimator fisher-exact has no strata"},
    {NULL, "", "", "analyze arms.csv --estimator welch --value time --arm arm --treated A --control B --weight event", "",
     "--weight: estimator welch cannot weigh"},
    {"arms.csv", "B,5,0,2,y\nA,2,1,1,x\nB,NA,1,0,y\nA,4,0,1,x\nB,8,1,0,y\n", "A,2,1,1,x\nB,8,1,2,y\n",
     "analyze arms.csv --estimator crossover --value time --arm arm --treated A --control B --patient note --period wrong", "",
     "arms.csv:4:7: patient 'x' has a second row in period 1; the first is on line 3"},
    {"arms.csv", "A,2,1,1,x", "A,2,1,1,",
     "analyze arms.csv --estimator paired --value time --arm arm --treated A --control B --patient note", "",
     "arms.csv:5:9: column 'note' is empty here; each row says whose it is"},
    {TRIAL, "  last: {", "  end: {kind: mean, of: conc}\n  last: {", RUN, "",
     "trial.yaml: a stored patient would have two columns 'end': of the cohort, a group, an endpoint, or lind's own (time "
     "followed, end); call one of them something else"},
    {NULL, "", "", "analyze arms.csv --estimator ancova --value time --arm arm --treated A --control B --setting hc3", "",
     "--setting is 'hc3'; name=value would be right, as `lind describe estimator ancova` lists them"},
    {NULL, "", "", "analyze arms.csv --estimator ancova --value time --arm arm --treated A --control B --setting variance=h3", "",
     "--setting: variance is 'h3'; it may be classical, hc0, hc1, hc2 and hc3 (did you mean 'hc3'?)"},
    {TRIAL, "estimator: welch", "estimator: welch, adjust: [weight]", RUN, "",
     "trial.yaml:32:56: analysis.primary adjusts for weight, but estimator welch cannot adjust"},
    {TRIAL, "estimator: welch", "estimator: ancova, adjust: [weihgt]", RUN, "",
     "trial.yaml:32:57: 'weihgt' is not a group of the protocol nor a column of cohort few (did you mean 'weight'?)"},
    {TRIAL, "estimator: welch", "estimator: ancova, stratify: [sex]", RUN, "",
     "trial.yaml:32:59: analysis.primary stratifies by sex, but estimator ancova has no strata"},
    {TRIAL, "estimator: welch", "estimator: ancova, settings: {varience: hc3}", RUN, "",
     "trial.yaml:32:69: analysis.primary.settings: estimator ancova has no setting 'varience'; it has variance and interaction "
     "(did "
     "you mean 'variance'?)"},
    {NULL, "", "", "analyze arms.csv --estimator log-rank --value time --arm arm --treated A --control B --null 0", "",
     "--null is 0; no effect of a ratio is above 0, such as 1"},
    /* several tasks that do not know of each other */
    {NULL, "", "", RUN, "SLURM_STEP_NUM_TASKS=4",
     "SLURM announces 4 tasks but MPI sees only this one, and each would write the same directory; start lind with `srun "
     "--mpi=pmix` or Open MPI's `mpirun`"},
    {NULL, "", "", RUN, "OMPI_COMM_WORLD_SIZE=3",
     "Open MPI announces 3 tasks but MPI sees only this one, and each would write the same directory; start lind with `srun "
     "--mpi=pmix` or Open MPI's `mpirun`"},
    /* MPI is started to know; the leak sanitizer would report what Open MPI keeps until the process ends */
    {NULL, "", "", RUN, "PMIX_RANK=1 ASAN_OPTIONS=detect_leaks=0",
     "PMIx announces 2 tasks but MPI sees only this one, and each would write the same directory; start lind with `srun "
     "--mpi=pmix` or Open MPI's `mpirun`"},
};

/* ---- nothing is written: names, sizes and times of all files below the folder ----------------------------- */

static uint64_t tree;

static int entry_add(const char *path, const struct stat *status, int kind, struct FTW *place) {
  uint64_t hash = 14695981039346656037u; /* FNV-1a */
  (void)place;
  for (; *path != '\0'; path++) hash = (hash ^ (uint64_t)(unsigned char)*path) * 1099511628211u;
  tree += hash;
  if (kind == FTW_D) return 0; /* a temporary file came and went */
  tree += hash * (uint64_t)status->st_size + (uint64_t)status->st_mtim.tv_sec * 1000003u + (uint64_t)status->st_mtim.tv_nsec;
  return 0;
}

static uint64_t tree_hash(void) {
  tree = 0;
  assert_int_equal(nftw(".", entry_add, 16, FTW_PHYS), 0);
  return tree;
}

/* What is wanted may leave out the middle of a list that grows: "known are welch, ... (did you mean". */
static int is_sentence(const char *text, const char *wanted) {
  const char *gap = strstr(wanted, "...");
  if (gap == NULL) return strcmp(text, wanted) == 0;
  const size_t head = (size_t)(gap - wanted), tail = strlen(gap + 3), n = strlen(text);
  return n >= head + tail && strncmp(text, wanted, head) == 0 && strcmp(text + n - tail, gap + 3) == 0;
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
  if (c->status == 2 && is_kept && is_sentence(c->err, wanted) && c->out[0] == '\0') return 0;
  print_error("lind %s %s (%s: '%s' for '%s')\nexit %d%s\nis     %swanted %s\n", r->environment, r->arguments,
              r->file != NULL ? r->file : "-", r->to, r->from, c->status, is_kept ? "" : ", and something was written", c->err,
              wanted);
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
  assert_memory_equal(c->err, "lind: out belongs to another plan (hash ", 40);
  assert_non_null(strstr(c->err, "); choose another --out or delete it; what differs: seed 4 (was "));
  assert_int_equal(program_run(c, RUN " --seed 4 --no-sensitivity --set patients=17"), 2);
  assert_non_null(strstr(c->err, ", set [\"patients=17\"] (was []), no_sensitivity true (was false)\n"));
  assert_true(tree_hash() == before);
}

static void a_directory_that_cannot_be_made_is_refused(void **state) {
  program_case *c = *state;
  if (geteuid() == 0) skip(); /* root may write anywhere */
  assert_int_equal(mkdir("locked", 0555), 0);
  assert_int_equal(program_run(c, "run trial.yaml --out locked/out"), 2);
  assert_string_equal(c->err, "lind: locked/out cannot be made: Permission denied; or choose another --out\n");
  assert_int_equal(chmod("locked", 0777), 0); /* so that it can be removed */
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
