/* analyze.c -- `lind analyze`: any estimator on any table, without a trial. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "analyze_columns.h"
#include "answer_json.h"
#include "command.h"
#include "lind/text.h"

typedef struct analyze_request {
  const char *table, *estimator, *value, *arm, *event, *treated, *control, *level, *null, *weight, *patient, *period, *forecast,
      *twin, *external;
  lind_option_list adjust, stratify, setting;
  bool json;
} analyze_request;

typedef struct question {
  const lind_estimator *estimator;
  lind_analyze_columns columns;
  const char *treated, *control;
  lind_analysis_settings settings;
} question;

static lind_err read_request(int n, char **arguments, analyze_request *r) {
  int given;
  *r = (analyze_request){0};
  const lind_option options[] = {{"--estimator", LIND_OPTION_TEXT, &r->estimator},
                                 {"--value", LIND_OPTION_TEXT, &r->value},
                                 {"--arm", LIND_OPTION_TEXT, &r->arm},
                                 {"--event", LIND_OPTION_TEXT, &r->event},
                                 {"--treated", LIND_OPTION_TEXT, &r->treated},
                                 {"--control", LIND_OPTION_TEXT, &r->control},
                                 {"--level", LIND_OPTION_TEXT, &r->level},
                                 {"--null", LIND_OPTION_TEXT, &r->null},
                                 {"--adjust", LIND_OPTION_LIST, &r->adjust},
                                 {"--stratify", LIND_OPTION_LIST, &r->stratify},
                                 {"--weight", LIND_OPTION_TEXT, &r->weight},
                                 {"--patient", LIND_OPTION_TEXT, &r->patient},
                                 {"--period", LIND_OPTION_TEXT, &r->period},
                                 {"--forecast", LIND_OPTION_TEXT, &r->forecast},
                                 {"--twin", LIND_OPTION_TEXT, &r->twin},
                                 {"--external", LIND_OPTION_TEXT, &r->external},
                                 {"--setting", LIND_OPTION_LIST, &r->setting},
                                 {"--json", LIND_OPTION_FLAG, &r->json},
                                 {0}};
  LIND_TRY(lind_options_read(n, arguments, options, &r->table, 1, &given));
  LIND_CHECK(given == 1, LIND_ERR_INPUT, "which table? lind analyze TABLE.csv --estimator NAME --value COLUMN --arm COLUMN");
  LIND_CHECK(r->estimator != NULL, LIND_ERR_INPUT, "--estimator is missing; `lind describe estimator` lists them");
  LIND_CHECK(r->value != NULL, LIND_ERR_INPUT, "--value is missing: the column of %s that holds the numbers", r->table);
  LIND_CHECK(r->arm != NULL, LIND_ERR_INPUT, "--arm is missing: the column of %s that names the arms", r->table);
  return LIND_OK;
}

static lind_err read_number(const char *option, const char *text, double preset, double *value) {
  *value = preset;
  if (text == NULL) return LIND_OK;
  LIND_CHECK(lind_text_number(text, value), LIND_ERR_INPUT, "%s is '%s'; it must be a number", option, text);
  return LIND_OK;
}

/* ---- who is compared -------------------------------------------------------------------------------------- */

enum { MOST_ARMS = 64 };

static lind_err list_arms(const lind_csv *csv, int column, const char *arms[MOST_ARMS], int *n_arms) {
  int n = 0;
  for (size_t row = 0; row < csv->n_rows; row++) {
    const char *name = lind_csv_at(csv, row, column)->text;
    int k = 0;
    while (k < n && strcmp(arms[k], name) != 0) k++;
    if (k < n) continue;
    LIND_CHECK_AT(n < MOST_ARMS, LIND_ERR_INPUT, lind_csv_where(csv, row, column), "column '%s' names more than %d arms",
                  csv->columns[column], MOST_ARMS);
    arms[n++] = name;
  }
  *n_arms = n;
  return LIND_OK;
}

static lind_err find_arm(const question *q, const char *option, const char *name, const char *const *arms, int n) {
  char list[300], suggestion[128];
  for (int k = 0; k < n; k++)
    if (strcmp(arms[k], name) == 0) return LIND_OK;
  return lind_error_fail(LIND_ERR_INPUT, __FILE__, __LINE__, "%s is '%s', which column '%s' of %s does not name; it has %s%s",
                         option, name, q->columns.csv->columns[q->columns.arm], q->columns.csv->path,
                         lind_text_list(arms, (size_t)n, list, sizeof list),
                         lind_text_suggestion(name, arms, (size_t)n, suggestion, sizeof suggestion));
}

/* Two arms need no names: the first to stand in the table is the treated one, unless one of them is named. */
static lind_err choose_arms(const analyze_request *r, question *q) {
  const char *arms[MOST_ARMS];
  char list[300];
  int n;
  const lind_csv *csv = q->columns.csv;
  const char *column = csv->columns[q->columns.arm];
  LIND_TRY(list_arms(csv, q->columns.arm, arms, &n));
  LIND_CHECK(n >= 2, LIND_ERR_INPUT, "column '%s' of %s names %d arm%s; a comparison needs two", column, csv->path, n,
             n == 1 ? "" : "s");
  LIND_CHECK(n == 2 || (r->treated != NULL && r->control != NULL), LIND_ERR_INPUT,
             "column '%s' of %s names %s; --treated and --control must say which two are compared", column, csv->path,
             lind_text_list(arms, (size_t)n, list, sizeof list));
  q->treated = r->treated;
  q->control = r->control;
  if (q->treated != NULL) LIND_TRY(find_arm(q, "--treated", q->treated, arms, n));
  if (q->control != NULL) LIND_TRY(find_arm(q, "--control", q->control, arms, n));
  if (q->treated == NULL) q->treated = q->control != NULL && strcmp(q->control, arms[0]) == 0 ? arms[1] : arms[0];
  if (q->control == NULL) q->control = strcmp(q->treated, arms[0]) == 0 ? arms[1] : arms[0];
  LIND_CHECK(strcmp(q->treated, q->control) != 0, LIND_ERR_INPUT, "--treated and --control are both '%s'; they must differ",
             q->treated);
  return LIND_OK;
}

static lind_err read_settings(const analyze_request *r, question *q) {
  LIND_TRY(read_number("--level", r->level, 0.95, &q->settings.level));
  LIND_TRY(read_number("--null", r->null, q->estimator->ratio ? 1.0 : 0.0, &q->settings.null));
  lind_estimator_preset(q->estimator, &q->settings);
  for (int k = 0; k < r->setting.n; k++) {
    char name[64];
    const char *equals = strchr(r->setting.at[k], '=');
    LIND_CHECK(equals != NULL && (size_t)(equals - r->setting.at[k]) < sizeof name, LIND_ERR_INPUT,
               "--setting is '%s'; name=value would be right, as `lind describe estimator %s` lists them", r->setting.at[k],
               q->estimator->name);
    (void)snprintf(name, sizeof name, "%.*s", (int)(equals - r->setting.at[k]), r->setting.at[k]);
    LIND_TRY(lind_estimator_set(q->estimator, "--setting", name, equals + 1, (lind_where){0}, &q->settings));
  }
  return LIND_OK;
}

static lind_err name_columns(const analyze_request *r, question *q, lind_arena *arena) {
  lind_analyze_columns *c = &q->columns;
  LIND_TRY(lind_csv_read(r->table, arena, &c->csv));
  LIND_TRY(lind_csv_column(c->csv, r->value, &c->value));
  LIND_TRY(lind_csv_column(c->csv, r->arm, &c->arm));
  c->event = c->weight = c->patient = c->period = c->forecast = c->twin = c->external = -1;
  if (r->forecast != NULL) LIND_TRY(lind_csv_column(c->csv, r->forecast, &c->forecast));
  if (r->twin != NULL) LIND_TRY(lind_csv_column(c->csv, r->twin, &c->twin));
  if (r->external != NULL) LIND_TRY(lind_csv_column(c->csv, r->external, &c->external));
  if (r->event != NULL) LIND_TRY(lind_csv_column(c->csv, r->event, &c->event));
  if (r->weight != NULL) LIND_TRY(lind_csv_column(c->csv, r->weight, &c->weight));
  if (r->patient != NULL) LIND_TRY(lind_csv_column(c->csv, r->patient, &c->patient));
  if (r->period != NULL) LIND_TRY(lind_csv_column(c->csv, r->period, &c->period));
  LIND_CHECK(r->adjust.n <= LIND_COVARIATES && r->stratify.n <= LIND_COVARIATES, LIND_ERR_INPUT,
             "--adjust and --stratify name at most %d columns each", LIND_COVARIATES);
  for (int k = 0; k < r->adjust.n; k++) LIND_TRY(lind_csv_column(c->csv, r->adjust.at[k], &c->adjust[c->n_adjust++]));
  for (int k = 0; k < r->stratify.n; k++) LIND_TRY(lind_csv_column(c->csv, r->stratify.at[k], &c->stratify[c->n_stratify++]));
  return LIND_OK;
}

static lind_err ask(const analyze_request *r, lind_arena *arena, question *q) {
  int n;
  const char *const *names = lind_estimator_names(&n);
  char list[300], suggestion[128];
  q->estimator = lind_estimator_find(r->estimator);
  LIND_CHECK(q->estimator != NULL, LIND_ERR_INPUT, "--estimator is '%s'; known are %s%s", r->estimator,
             lind_text_list(names, (size_t)n, list, sizeof list),
             lind_text_suggestion(r->estimator, names, (size_t)n, suggestion, sizeof suggestion));
  LIND_TRY(read_settings(r, q));
  LIND_CHECK(q->settings.level > 0.0 && q->settings.level < 1.0, LIND_ERR_INPUT,
             "--level is %g; a share between 0 and 1, such as 0.95, would be right", q->settings.level);
  LIND_CHECK(!q->estimator->ratio || q->settings.null > 0.0, LIND_ERR_INPUT,
             "--null is %g; no effect of a ratio is above 0, such as 1", q->settings.null);
  LIND_CHECK(access(r->table, F_OK) == 0, LIND_ERR_INPUT, "%s: there is no such file", r->table);
  LIND_TRY(name_columns(r, q, arena));
  return choose_arms(r, q);
}

/* Columns beside those of every comparison: what a control needs, and nothing else can use. */
static lind_err check_needs(const question *q) {
  const struct {
    unsigned need;
    const char *option, *what;
    int column;
  } rows[] = {{LIND_NEEDS_FORECAST, "--forecast", "the outcome as forecast from the baseline", q->columns.forecast},
              {LIND_NEEDS_TWIN, "--twin", "the computed outcome of each patient's twin under control", q->columns.twin},
              {LIND_NEEDS_EXTERNAL, "--external", "1 for who was not randomised", q->columns.external}};
  for (int k = 0; k < 3; k++) {
    const bool needed = (q->estimator->needs & rows[k].need) != 0;
    LIND_CHECK(!needed || rows[k].column >= 0, LIND_ERR_INPUT, "--estimator %s needs %s COLUMN: %s", q->estimator->name,
               rows[k].option, rows[k].what);
    LIND_CHECK(needed || rows[k].column < 0 || (k == 2 && strcmp(q->estimator->name, "concurrent") == 0), LIND_ERR_INPUT,
               "%s: estimator %s has no use for it", rows[k].option, q->estimator->name);
  }
  return LIND_OK;
}

static const char no_evidence[] =
    "not evidence: no robustness table. What this control is worth when the twin or the external patients are wrong is found by "
    "`lind run` with a section robustness";

/* What the estimator cannot use is not ignored. */
static lind_err estimate(const question *q, lind_arena *arena, lind_analysis_set *set, lind_answer *answer) {
  LIND_CHECK(q->columns.event >= 0 || q->estimator->fits & ~(unsigned)LIND_FITS_TIME, LIND_ERR_INPUT,
             "--estimator %s compares times to an event; --event COLUMN says who had it (1) and who was censored (0)",
             q->estimator->name);
  LIND_CHECK(q->columns.n_adjust == 0 || q->estimator->adjusts, LIND_ERR_INPUT, "--adjust: estimator %s cannot adjust",
             q->estimator->name);
  LIND_CHECK(q->columns.n_stratify == 0 || q->estimator->stratifies, LIND_ERR_INPUT, "--stratify: estimator %s has no strata",
             q->estimator->name);
  LIND_CHECK(q->columns.weight < 0 || q->estimator->weighs, LIND_ERR_INPUT, "--weight: estimator %s cannot weigh",
             q->estimator->name);
  LIND_CHECK(
      q->columns.patient >= 0 || !q->estimator->paired, LIND_ERR_INPUT,
      "--estimator %s compares within patients; --patient COLUMN says whose row it is, and --period COLUMN (1, 2, ..) when",
      q->estimator->name);
  LIND_CHECK((q->columns.patient < 0 && q->columns.period < 0) || q->estimator->paired, LIND_ERR_INPUT,
             "%s: estimator %s takes every row for another patient", q->columns.patient >= 0 ? "--patient" : "--period",
             q->estimator->name);
  LIND_TRY(check_needs(q));
  LIND_TRY(lind_analyze_columns_read(&q->columns, q->treated, q->control, q->estimator, arena, set));
  return q->estimator->estimate(set, &q->settings, answer);
}

/* ---- the answer ------------------------------------------------------------------------------------------- */

static lind_err print_json(const question *q, const lind_analysis_set *set, const lind_answer *answer) {
  const lind_csv *csv = q->columns.csv;
  uint64_t treated = 0;
  for (uint64_t i = 0; i < set->n; i++) treated += set->treated[i];
  json_t *details = json_object();
  json_object_set_new(details, "estimator", json_string(q->estimator->name));
  json_object_set_new(details, "effect", json_string(q->estimator->effect));
  json_object_set_new(details, "value", json_string(csv->columns[q->columns.value]));
  json_object_set_new(details, "unit", json_string(csv->units[q->columns.value]));
  json_object_set_new(details, "treated", json_string(q->treated));
  json_object_set_new(details, "control", json_string(q->control));
  json_object_set_new(details, "rows_treated", json_integer((json_int_t)treated));
  json_object_set_new(details, "rows_control", json_integer((json_int_t)(set->n - treated)));
  json_object_set_new(details, "missing", json_integer((json_int_t)answer->missing));
  json_object_set_new(details, "level", lind_answer_json_number(q->settings.level));
  json_object_set_new(details, "null", lind_answer_json_number(q->settings.null));
  if (q->estimator->synthetic) json_object_set_new(details, "evidence", json_string(no_evidence));
  return lind_answer_json_print(answer->method, (double)answer->n, answer->terms, answer->n_terms, details);
}

static void print_number(const char *word, double value) {
  if (isfinite(value)) printf("  %s %.6g", word, value);
}

static void print_words(const question *q, const lind_answer *answer) {
  const char *unit = q->columns.csv->units[q->columns.value];
  printf("%s\n%s, column %s%s%s%s: %s against %s, %llu used, %llu missing\n", answer->method, q->columns.csv->path,
         q->columns.csv->columns[q->columns.value], unit[0] != '\0' ? " [" : "", unit, unit[0] != '\0' ? "]" : "", q->treated,
         q->control, (unsigned long long)answer->n, (unsigned long long)answer->missing);
  for (int i = 0; i < answer->n_terms; i++) {
    const lind_term *t = &answer->terms[i];
    printf("%-16s", t->name);
    if (isfinite(t->estimate))
      printf(" %.6g", t->estimate);
    else
      printf(" cannot be told");
    if (isfinite(t->lower) && isfinite(t->upper))
      printf("  %g %% interval %.6g to %.6g", 100.0 * q->settings.level, t->lower, t->upper);
    print_number("se", t->se);
    print_number("statistic", t->statistic);
    print_number("df", t->df);
    print_number("p", t->p);
    printf("\n");
  }
  if (q->estimator->synthetic) printf("%s\n", no_evidence);
}

static lind_err run(int n, char **arguments, lind_arena *arena) {
  analyze_request r;
  question q = {0};
  lind_analysis_set set;
  lind_answer answer;
  LIND_TRY(read_request(n, arguments, &r));
  LIND_TRY(ask(&r, arena, &q));
  LIND_TRY(estimate(&q, arena, &set, &answer));
  if (r.json) return print_json(&q, &set, &answer);
  print_words(&q, &answer);
  return LIND_OK;
}

const lind_command lind_command_analyze = {
    .name = "analyze",
    .usage =
        "analyze TABLE.csv --estimator NAME --value COLUMN --arm COLUMN [--treated X] [--control Y] [--event COLUMN]\n"
        "           [--adjust COLUMN]... [--stratify COLUMN]... [--weight COLUMN] [--patient COLUMN] [--period COLUMN]\n         "
        "  [--forecast COLUMN] [--twin COLUMN] [--external COLUMN] [--setting NAME=VALUE]... [--level 0.95] "
        "[--null 0] [--json]",
    .summary = "Any estimator on any table: compare the values of two arms.",
    .run = run,
};
