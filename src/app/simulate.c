/* simulate.c -- `lind simulate`: a model, a table of events, and the curves that follow. */
#include "simulate.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lind/text.h"
#include "progress.h"

typedef struct simulation {
  lind_model *model;
  lind_events events;
  lind_inputs inputs;
  lind_course course;
  lind_packs packs;
  lind_population population;
  lind_slopes slopes;
  lind_kernel kernel; /* the model's, without noise where nothing is random */
  lind_who *who;      /* [individuals] in the replicate at hand */
  uint64_t seed;
  double seconds;
} simulation;

typedef struct choices {
  const char *model, *events, *out, *happened, *individual, *engine, *relative, *absolute, *times, *carry, *rows, *grid, *log,
      *replicates;
  uint64_t seed, digits, threads;
  bool errors, typical, evaluator;
  lind_option_list set, carried, uncertainty, sensitivity;
} choices;

/* ---- settings */

static lind_err tolerance(const char *option, const char *words, double otherwise, double least, double *value) {
  *value = otherwise;
  if (words == NULL) return LIND_OK;
  LIND_CHECK(lind_text_number(words, value) && *value >= least && *value < 1.0, LIND_ERR_INPUT,
             "%s is '%s'; it must be from %g to below 1", option, words, least);
  return LIND_OK;
}

static lind_err one_of(const char *option, const char *word, const char *const *words, int n, int *which) {
  char list[200], suggestion[100];
  for (*which = 0; *which < n; ++*which)
    if (strcmp(word, words[*which]) == 0) return LIND_OK;
  return lind_error_fail(LIND_ERR_INPUT, __FILE__, __LINE__, "%s is '%s'; it is one of %s%s", option, word,
                         lind_text_list(words, (size_t)n, list, sizeof list),
                         lind_text_suggestion(word, words, (size_t)n, suggestion, sizeof suggestion));
}

static lind_err find_engine(simulation *s, const char *name) {
  int n;
  const char *const *names = lind_stepper_names(&n);
  char list[200], suggestion[100];
  if (name == NULL) name = "auto";
  s->course.stepper = lind_stepper_find(name);
  LIND_CHECK(s->course.stepper != NULL, LIND_ERR_INPUT, "--engine is '%s'; known engines are %s%s", name,
             lind_text_list(names, (size_t)n, list, sizeof list),
             lind_text_suggestion(name, names, (size_t)n, suggestion, sizeof suggestion));
  const char *refusal = s->course.stepper->refuses != NULL ? s->course.stepper->refuses(&s->kernel) : NULL;
  LIND_CHECK(refusal == NULL, LIND_ERR_INPUT, "--engine %s cannot take model %s: %s", name, s->model->name, refusal);
  return LIND_OK;
}

/* ---- the course */

static lind_err settle_course(simulation *s, const choices *c, lind_arena *arena) {
  const lind_events *e = &s->events;
  s->course.kernel = &s->kernel;
  s->course.n_given = s->inputs.n_given;
  s->course.n_varying = s->inputs.n_varying;
  s->course.varying = s->inputs.varying;
  s->course.between = s->inputs.between;
  s->course.drifts = s->population.drifts;
  s->course.n_drifts = s->inputs.draws ? s->model->n_drifts : 0;
  for (size_t i = 0; i < e->n_patients; i++)
    lind_course_room(&s->course, e->records + e->first[i], (int)(e->first[i + 1] - e->first[i]));
  return lind_noise_settle(e, s->model, c->grid, arena, &s->course);
}

/* ---- replicates */

static lind_err try_residuals(const simulation *s) {
  double a, b;
  for (int k = 0; s->packs.rows.errors && k < s->model->n_outputs; k++) {
    LIND_TRY(lind_model_residual(s->model, s->population.parameters, k, &a, &b));
    if (s->model->outputs[k].correlated) LIND_TRY(lind_model_residual_tau(s->model, s->population.parameters, k, &a));
    lind_sensor sensor;
    if (s->model->outputs[k].residual == LIND_ERROR_SENSOR)
      LIND_TRY(lind_model_sensor(s->model, s->population.parameters, k, &sensor));
  }
  return LIND_OK;
}

/* Everything that depends on the replicate. */
static lind_err enter(simulation *s, uint32_t replicate) {
  LIND_TRY(lind_population_enter(&s->population, s->seed, replicate));
  LIND_TRY(lind_inputs_settle(&s->inputs));
  LIND_TRY(try_residuals(s));
  for (size_t i = 0; i < s->events.n_patients; i++) /* below 2^16 stands how often an ID has begun */
    s->who[i].replicate = (s->who[i].replicate & 0xffffu) | replicate << 16;
  return LIND_OK;
}

/* Each replicate is tried before anything is written. */
static lind_err settle_replicates(simulation *s, const choices *c, lind_arena *arena) {
  lind_population *p = &s->population;
  const char *table = c->uncertainty.n > 0 ? c->uncertainty.at[0] : NULL;
  LIND_CHECK(c->uncertainty.n <= 1, LIND_ERR_INPUT,
             "--uncertainty is given %d times; it is one table, of sets or of a covariance matrix", c->uncertainty.n);
  LIND_TRY(lind_population_doubt(p, table, c->log, c->replicates, arena));
  LIND_TAKE(s->who, arena, s->events.n_patients);
  memcpy(s->who, s->events.who, s->events.n_patients * sizeof *s->who);
  s->events.who = s->who;
  for (int i = 0; p->unsure != NULL && i < p->unsure->n; i++) {
    const lind_quantity *q = &s->model->parameters[p->unsure->parameter[i]];
    LIND_CHECK(!lind_inputs_gives(&s->inputs, q->slot), LIND_ERR_INPUT,
               "%s is uncertain in %s, but the individuals have values of their own; one of the two columns must go", q->name,
               table);
  }
  for (uint32_t r = p->replicates; r-- > 0;) {
    if (enter(s, r) == LIND_OK) continue;
    LIND_CHECK(p->unsure != NULL, LIND_ERR_INPUT, "%s", lind_error_message());
    return lind_error_fail(LIND_ERR_INPUT, __FILE__, __LINE__, "%s: the parameters of replicate %u cannot be used: %s%s", table,
                           r, lind_error_message(),
                           p->unsure->sets == NULL ? "; a parameter that must be positive belongs under --log" : "");
  }
  return LIND_OK;
}

/* A carried column must not be taken for what the model says; a comment must not be taken for a record. */
static lind_err check_carried(const simulation *s, const choices *c, int column) {
  const lind_csv *csv = s->events.csv;
  const char *name = csv->columns[column];
  for (int k = 0; k < s->model->n_outputs; k++) {
    char with_error[200];
    (void)snprintf(with_error, sizeof with_error, "%.180s_measured", s->model->outputs[k].name);
    LIND_CHECK_AT(strcmp(name, s->model->outputs[k].name) != 0 && strcmp(name, with_error) != 0, LIND_ERR_INPUT,
                  lind_csv_head(csv, column), "'%s' would be two columns of the result: this one and an output of %s; rename it",
                  name, s->model->name);
  }
  LIND_CHECK_AT(strcmp(name, "REP") != 0 || (c->replicates == NULL && c->uncertainty.n == 0), LIND_ERR_INPUT,
                lind_csv_head(csv, column), "'REP' is what replicates are counted by in the result; rename the column");
  for (size_t row = 0; strcmp(name, "C") == 0 && row < csv->n_rows; row++) {
    const lind_csv_cell *cell = lind_csv_at(csv, row, column);
    double value;
    LIND_CHECK_AT(lind_events_is_missing(cell) || lind_text_number(cell->text, &value), LIND_ERR_INPUT,
                  lind_csv_where(csv, row, column),
                  "C is '%s': a comment to NONMEM's IGNORE, but every row is a record here; put # before rows to be left out, or "
                  "rename the column",
                  cell->text);
  }
  return LIND_OK;
}

/* Columns that mean nothing to lind pass through; and those that are asked for. */
static lind_err settle_carried(simulation *s, const choices *c, lind_arena *arena) {
  const lind_csv *csv = s->events.csv;
  int *carried;
  LIND_TAKE(carried, arena, csv->n_columns);
  for (int k = 0; k < c->carried.n; k++) {
    int column;
    LIND_TRY(lind_csv_column(csv, c->carried.at[k], &column));
  }
  for (int column = 0; column < csv->n_columns; column++) {
    bool carries = !lind_events_is_reserved(&s->events, column) && !s->inputs.used[column];
    for (int k = 0; k < c->carried.n; k++) carries |= strcmp(c->carried.at[k], csv->columns[column]) == 0;
    if (!carries || column == s->events.column[LIND_COLUMN_ID] || column == s->events.column[LIND_COLUMN_TIME]) continue;
    LIND_TRY(check_carried(s, c, column));
    carried[s->packs.rows.n_carried++] = column;
  }
  s->packs.rows.carried = carried;
  return LIND_OK;
}

static lind_err settle_rows(simulation *s, const choices *c, lind_arena *arena) {
  lind_purpose *measure;
  LIND_CHECK(c->digits >= 1 && c->digits <= 17, LIND_ERR_INPUT, "--digits is %llu; 1 to 17 would be right",
             (unsigned long long)c->digits);
  LIND_CHECK(s->model->n_outputs <= 256, LIND_ERR_INPUT, "model %s has %d outputs; at most 256 can be written", s->model->name,
             s->model->n_outputs);
  LIND_TAKE(measure, arena, s->model->n_outputs + 1);
  for (int k = 0; k < s->model->n_outputs; k++) {
    char words[80];
    (void)snprintf(words, sizeof words, "measure/%s", s->model->outputs[k].name);
    measure[k] = lind_random_purpose(words);
  }
  s->packs = (lind_packs){.events = &s->events, .inputs = &s->inputs, .course = &s->course, .threads = (int)c->threads};
  s->packs.rows.events = &s->events;
  s->packs.rows.model = s->model;
  s->packs.rows.population = &s->population;
  s->packs.rows.slopes = &s->slopes;
  s->packs.rows.errors = c->errors;
  s->packs.rows.measure = measure;
  s->packs.rows.digits = (int)c->digits;
  return settle_carried(s, c, arena);
}

static lind_err settle(simulation *s, const choices *c, lind_arena *arena) {
  static const char *const carries[] = {"nocb", "locf", "linear"}, *const which[] = {"observations", "all"};
  int carry, rows;
  LIND_TRY(one_of("--covariates", c->carry, carries, 3, &carry));
  LIND_TRY(one_of("--rows", c->rows, which, 2, &rows));
  LIND_TRY(tolerance("--rtol", c->relative, 1e-6, 1e-14, &s->course.tolerance.relative));
  LIND_TRY(tolerance("--atol", c->absolute, 1e-9, 1e-30, &s->course.tolerance.absolute));
  s->course.tolerance.smallest_step = 1e-10;
  s->course.tolerance.most_steps = 1000000;
  s->seed = c->seed;
  LIND_TRY(lind_model_read(c->model, (lind_where){NULL, 0, 0}, arena, &s->model));
  LIND_TRY(lind_population_read(s->model, &c->set, arena, &s->population));
  LIND_TRY(lind_events_read(c->events, s->model, c->times, rows == 1, c->seed, arena, &s->events));
  LIND_TRY(lind_inputs_read(&s->events, s->model, s->population.parameters, c->individual, (lind_carry)carry, !c->typical, arena,
                            &s->inputs));
  LIND_TRY(lind_events_refuse(&s->events, &s->inputs, arena));
  LIND_TRY(settle_rows(s, c, arena));
  LIND_TRY(lind_model_attach(s->model, c->evaluator ? LIND_BACK_END_EVALUATOR : LIND_BACK_END_ANY, NULL, arena));
  s->kernel = s->model->kernel;
  if (c->typical) s->kernel.n_noises = 0;
  LIND_TRY(find_engine(s, c->engine));
  LIND_TRY(settle_course(s, c, arena));
  LIND_TRY(lind_slopes_read(&c->sensitivity, &s->events, &s->inputs, &s->course, arena, &s->slopes));
  return settle_replicates(s, c, arena);
}

/* ---- rows */

static lind_err run_replicates(simulation *s) {
  s->packs.replicates = s->population.replicates;
  for (uint32_t r = 0; r < s->population.replicates; r++) {
    LIND_TRY(enter(s, r));
    LIND_TRY(lind_packs_run(&s->packs, r));
  }
  return LIND_OK;
}

/* A file gets its name when it is whole; `-` is standard output, NULL nothing. */
typedef struct sheet {
  const char *option, *path, *temporary;
  FILE *file;
} sheet;

static lind_err sheet_open(sheet *made, const char *option, const char *path, lind_arena *arena) {
  *made = (sheet){.option = option, .path = path};
  if (path == NULL) return LIND_OK;
  if (strcmp(path, "-") != 0) {
    made->temporary = lind_arena_format(arena, "%s.tmp", path);
    LIND_CHECK(made->temporary != NULL, LIND_ERR_MEMORY, "no memory for a path");
  }
  made->file = made->temporary != NULL ? fopen(made->temporary, "wbe") : stdout;
  LIND_CHECK(made->file != NULL, LIND_ERR_INPUT, "%s %s cannot be written: %s", option, path, strerror(errno));
  return LIND_OK;
}

static lind_err sheet_close(sheet *s, bool keep) {
  if (s->file == NULL) return LIND_OK;
  bool ok = fflush(s->file) == 0 && !ferror(s->file);
  if (s->temporary != NULL) {
    ok = fsync(fileno(s->file)) == 0 && ok;
    ok = fclose(s->file) == 0 && ok;
    ok = ok && (!keep || rename(s->temporary, s->path) == 0);
    if (!ok || !keep) (void)unlink(s->temporary);
  }
  s->file = NULL;
  LIND_CHECK(ok || !keep, LIND_ERR_FILE, "%s %s cannot be written: %s", s->option, s->path, strerror(errno));
  return LIND_OK;
}

static lind_err write_rows(simulation *s, const choices *c, lind_arena *arena) {
  sheet rows, happened;
  LIND_TRY(sheet_open(&rows, "--out", c->out, arena));
  lind_err err = sheet_open(&happened, "--happened", c->happened, arena);
  s->packs.rows.out = rows.file;
  s->packs.rows.happened = happened.file;
  if (err == LIND_OK) {
    lind_rows_header(&s->packs.rows);
    if (happened.file != NULL) fputs(s->population.counts ? "REP,ID,TIME,NAME,KIND\n" : "ID,TIME,NAME,KIND\n", happened.file);
    err = run_replicates(s);
  }
  const lind_err first = sheet_close(&rows, err == LIND_OK), second = sheet_close(&happened, err == LIND_OK);
  LIND_TRY(err);
  LIND_TRY(first);
  LIND_TRY(second);
  if (strcmp(c->out, "-") == 0) return LIND_OK;
  const char *beside = lind_arena_format(arena, "%s.json", c->out);
  LIND_CHECK(beside != NULL, LIND_ERR_MEMORY, "no memory for a path");
  return lind_rows_describe(&s->packs.rows, beside, &s->course, s->seed);
}

/* ---- what happened */

static void summary(const simulation *s) {
  const size_t people = s->events.n_patients, replicates = s->population.replicates;
  char choice[256];
  fprintf(stderr, "%zu individual%s", people, people == 1 ? "" : "s");
  if (s->population.counts) fprintf(stderr, " in %zu replicate%s", replicates, replicates == 1 ? "" : "s");
  fprintf(stderr, ", %zu records; engine %s, %llu steps (%llu rejected); %.3g s, %.0f individuals/s\n", s->events.n,
          lind_stepper_choice(s->course.stepper, &s->kernel, choice, sizeof choice), (unsigned long long)s->packs.work.steps,
          (unsigned long long)s->packs.work.rejected, s->seconds,
          s->seconds > 0.0 ? (double)(people * replicates) / s->seconds : 0.0);
  if (s->kernel.n_noises > 0)
    fprintf(stderr, "noise on a grid of %g %s\n", s->course.noise_grid / s->events.time.scale, s->events.time.text);
  if (strncmp(s->model->back_end, "lane evaluator", 14) == 0)
    fprintf(stderr, "model %s: %s\n", s->model->name, s->model->back_end);
}

static const char *id_of(const simulation *s, size_t patient) {
  const lind_events *e = &s->events;
  return lind_csv_at(e->csv, e->row[e->first[patient]], e->column[LIND_COLUMN_ID])->text;
}

static lind_err flat(const simulation *s) {
  LIND_CHECK(s->packs.steep == 0, LIND_ERR_NUMERIC, "ID %s: %s; %zu of %zu individuals have empty cells for slopes",
             id_of(s, s->packs.steepest), s->packs.why, s->packs.steep, s->events.n_patients * s->population.replicates);
  return LIND_OK;
}

static lind_err verdict(const simulation *s) {
  static const char *const reasons[] = {
#define ROW(code, words) words,
      LIND_LANE_STATUS_LIST(ROW)
#undef ROW
  };
  LIND_CHECK(s->packs.crowded == 0, LIND_ERR_NUMERIC,
             "%zu individuals had more than %d state events; --happened has the first %d of each", s->packs.crowded,
             LIND_MOST_HAPPENED, LIND_MOST_HAPPENED);
  if (s->packs.stopped == 0) return flat(s);
  const lind_events *e = &s->events;
  const char *id = id_of(s, s->packs.worst);
  const char *state = s->packs.first.state >= 0 ? s->model->states[s->packs.first.state].name : NULL;
  char replicate[40] = "";
  if (s->population.counts) (void)snprintf(replicate, sizeof replicate, " of replicate %u", s->packs.first.who.replicate >> 16);
  return lind_error_fail(
      LIND_ERR_NUMERIC, __FILE__, __LINE__,
      "ID %s%s stopped at %.6g %s: it %s%s%s%s; %zu of %zu individuals stopped, and their cells are empty from there on", id,
      replicate, s->packs.first.time / e->time.scale, e->time.text, reasons[s->packs.first.status],
      state != NULL ? " (state " : "", state != NULL ? state : "", state != NULL ? ")" : "", s->packs.stopped,
      e->n_patients * s->population.replicates);
}

static lind_err check_files(const choices *c) {
  const size_t length = strlen(c->model);
  const bool file = length > 5 && strcmp(c->model + length - 5, ".lind") == 0;
  const lind_file results[] = {{"--out", c->out}, {"--happened", c->happened}};
  const lind_file inputs[] = {{"the model", file ? c->model : NULL},
                              {"the table of --events", c->events},
                              {"the table of --parameters", c->individual},
                              {"the table of --uncertainty", c->uncertainty.n > 0 ? c->uncertainty.at[0] : NULL}};
  return lind_file_check(results, 2, inputs, 4);
}

static lind_err run(int n, char **arguments, lind_arena *arena) {
  choices c = {.carry = "nocb", .rows = "observations", .seed = 1747, .digits = 9};
  const lind_option options[] = {{"--events", LIND_OPTION_TEXT, &c.events},
                                 {"--out", LIND_OPTION_TEXT, &c.out},
                                 {"--happened", LIND_OPTION_TEXT, &c.happened},
                                 {"--parameters", LIND_OPTION_TEXT, &c.individual},
                                 {"--set", LIND_OPTION_LIST, &c.set},
                                 {"--engine", LIND_OPTION_TEXT, &c.engine},
                                 {"--rtol", LIND_OPTION_TEXT, &c.relative},
                                 {"--atol", LIND_OPTION_TEXT, &c.absolute},
                                 {"--times", LIND_OPTION_TEXT, &c.times},
                                 {"--covariates", LIND_OPTION_TEXT, &c.carry},
                                 {"--rows", LIND_OPTION_TEXT, &c.rows},
                                 {"--carry", LIND_OPTION_LIST, &c.carried},
                                 {"--seed", LIND_OPTION_COUNT, &c.seed},
                                 {"--digits", LIND_OPTION_COUNT, &c.digits},
                                 {"--errors", LIND_OPTION_FLAG, &c.errors},
                                 {"--no-random", LIND_OPTION_FLAG, &c.typical},
                                 {"--threads", LIND_OPTION_COUNT, &c.threads},
                                 {"--evaluator", LIND_OPTION_FLAG, &c.evaluator},
                                 {"--sensitivity", LIND_OPTION_LIST, &c.sensitivity},
                                 {"--grid", LIND_OPTION_TEXT, &c.grid},
                                 {"--uncertainty", LIND_OPTION_LIST, &c.uncertainty},
                                 {"--log", LIND_OPTION_TEXT, &c.log},
                                 {"--replicates", LIND_OPTION_TEXT, &c.replicates},
                                 {0}};
  int given;
  simulation s = {0};
  LIND_TRY(lind_options_read(n, arguments, options, &c.model, 1, &given));
  LIND_CHECK(given == 1, LIND_ERR_INPUT, "which model? lind simulate MODEL --events TABLE.csv --out OUT.csv");
  LIND_CHECK(c.events != NULL, LIND_ERR_INPUT, "--events is missing: the table of doses and observations");
  LIND_CHECK(c.out != NULL, LIND_ERR_INPUT, "--out is missing: a file, or - for standard output");
  LIND_CHECK(c.threads <= INT_MAX, LIND_ERR_INPUT, "--threads is %llu, more than any machine has", (unsigned long long)c.threads);
  LIND_TRY(check_files(&c));
  LIND_TRY(settle(&s, &c, arena));
  LIND_CHECK(c.happened == NULL || s.model->n_triggers > 0, LIND_ERR_INPUT,
             "--happened %s: model %s has no events; they are written `event` or `when`", c.happened, s.model->name);
  s.packs.tells = c.happened != NULL;
  lind_err err = lind_packs_init(&s.packs, arena);
  const double began = lind_progress_now();
  if (err == LIND_OK) err = write_rows(&s, &c, arena);
  s.seconds = lind_progress_now() - began;
  lind_packs_release(&s.packs);
  LIND_TRY(err);
  summary(&s);
  return verdict(&s);
}

const lind_command lind_command_simulate = {
    .name = "simulate",
    .usage =
        "simulate MODEL --events TABLE.csv --out OUT.csv|- [--happened EVENTS.csv] [--parameters P.csv] [--set NAME=VALUE]... "
        "[--times 0:24:1] "
        "[--covariates nocb|locf|linear] [--engine E] [--rtol R] [--atol A] [--seed S] [--no-random] [--errors] "
        "[--sensitivity NAME,...] "
        "[--uncertainty SETS.csv|COVARIANCE.csv] [--log NAME,...] [--replicates R] [--grid G] "
        "[--rows observations|all] [--carry COLUMN]... [--digits N] [--threads T] [--evaluator]",
    .summary = "Simulate a NONMEM-style table of events: doses, infusions, steady states, resets, changing covariates.",
    .run = run,
};
