/* analyze.c -- `lind analyze`: any estimator on any table, without a trial. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "lind/csv.h"
#include "lind/estimator.h"
#include "lind/text.h"

typedef struct analyze_request {
  const char *table, *estimator, *value, *arm, *event, *treated, *control, *level, *null;
  bool json;
} analyze_request;

typedef struct question {
  const lind_estimator *estimator;
  const lind_csv *csv;
  int value, arm, event; /* columns; event -1: none */
  const char *treated, *control;
  double level, null;
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
                         option, name, q->csv->columns[q->arm], q->csv->path, lind_text_list(arms, (size_t)n, list, sizeof list),
                         lind_text_suggestion(name, arms, (size_t)n, suggestion, sizeof suggestion));
}

/* Two arms need no names: the first to stand in the table is the treated one, unless one of them is named. */
static lind_err choose_arms(const analyze_request *r, question *q) {
  const char *arms[MOST_ARMS];
  char list[300];
  int n;
  LIND_TRY(list_arms(q->csv, q->arm, arms, &n));
  LIND_CHECK(n >= 2, LIND_ERR_INPUT, "column '%s' of %s names %d arm%s; a comparison needs two", q->csv->columns[q->arm],
             q->csv->path, n, n == 1 ? "" : "s");
  LIND_CHECK(n == 2 || (r->treated != NULL && r->control != NULL), LIND_ERR_INPUT,
             "column '%s' of %s names %s; --treated and --control must say which two are compared", q->csv->columns[q->arm],
             q->csv->path, lind_text_list(arms, (size_t)n, list, sizeof list));
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

static lind_err ask(const analyze_request *r, lind_arena *arena, question *q) {
  int n;
  const char *const *names = lind_estimator_names(&n);
  char list[300], suggestion[128];
  q->estimator = lind_estimator_find(r->estimator);
  LIND_CHECK(q->estimator != NULL, LIND_ERR_INPUT, "--estimator is '%s'; known are %s%s", r->estimator,
             lind_text_list(names, (size_t)n, list, sizeof list),
             lind_text_suggestion(r->estimator, names, (size_t)n, suggestion, sizeof suggestion));
  LIND_TRY(read_number("--level", r->level, 0.95, &q->level));
  LIND_TRY(read_number("--null", r->null, q->estimator->ratio ? 1.0 : 0.0, &q->null));
  LIND_CHECK(q->level > 0.0 && q->level < 1.0, LIND_ERR_INPUT,
             "--level is %g; a share between 0 and 1, such as 0.95, would be right", q->level);
  LIND_CHECK(!q->estimator->ratio || q->null > 0.0, LIND_ERR_INPUT, "--null is %g; no effect of a ratio is above 0, such as 1",
             q->null);
  LIND_CHECK(access(r->table, F_OK) == 0, LIND_ERR_INPUT, "%s: there is no such file", r->table);
  LIND_TRY(lind_csv_read(r->table, arena, &q->csv));
  LIND_TRY(lind_csv_column(q->csv, r->value, &q->value));
  LIND_TRY(lind_csv_column(q->csv, r->arm, &q->arm));
  q->event = -1;
  if (r->event != NULL) LIND_TRY(lind_csv_column(q->csv, r->event, &q->event));
  return choose_arms(r, q);
}

/* ---- the samples ------------------------------------------------------------------------------------------ */

/* Missing is what csv.h says, and what results.h5 writes into its tables. */
static lind_err read_column(const lind_csv *csv, int column, lind_arena *arena, double **values) {
  LIND_TAKE(*values, arena, csv->n_rows);
  for (size_t row = 0; row < csv->n_rows; row++) {
    const char *text = lind_csv_at(csv, row, column)->text;
    (*values)[row] = NAN;
    if (text[0] == '\0' || strcmp(text, ".") == 0 || strcmp(text, "NA") == 0 || strcmp(text, "NaN") == 0) continue;
    LIND_TRY(lind_csv_number(csv, row, column, &(*values)[row]));
  }
  return LIND_OK;
}

static lind_err check_events(const question *q, const double *events) {
  for (size_t row = 0; row < q->csv->n_rows; row++)
    LIND_CHECK_AT(events[row] == 0.0 || events[row] == 1.0, LIND_ERR_INPUT, lind_csv_where(q->csv, row, q->event),
                  "column '%s' holds '%s'; 1 (seen) or 0 (censored) would be right", q->csv->columns[q->event],
                  lind_csv_at(q->csv, row, q->event)->text);
  return LIND_OK;
}

static lind_err gather(const question *q, const char *arm, const double *values, const double *events, lind_arena *arena,
                       lind_sample *sample) {
  double *value, *event;
  LIND_TAKE(value, arena, q->csv->n_rows);
  LIND_TAKE(event, arena, q->csv->n_rows);
  uint64_t n = 0;
  for (size_t row = 0; row < q->csv->n_rows; row++) {
    if (strcmp(lind_csv_at(q->csv, row, q->arm)->text, arm) != 0) continue;
    value[n] = values[row];
    event[n++] = events != NULL ? events[row] : 1.0;
  }
  *sample = (lind_sample){n, value, events != NULL ? event : NULL};
  return LIND_OK;
}

static lind_err estimate(const question *q, lind_arena *arena, lind_sample sample[2], lind_answer *answer) {
  double *values, *events = NULL;
  LIND_TRY(read_column(q->csv, q->value, arena, &values));
  LIND_CHECK(q->event >= 0 || q->estimator->from_moments != NULL, LIND_ERR_INPUT,
             "--estimator %s compares times to an event; --event COLUMN says who had it (1) and who was censored (0)",
             q->estimator->name);
  for (size_t row = 0; q->estimator->shares && row < q->csv->n_rows; row++)
    LIND_CHECK_AT(isnan(values[row]) || values[row] == 0.0 || values[row] == 1.0, LIND_ERR_INPUT,
                  lind_csv_where(q->csv, row, q->value),
                  "column '%s' holds '%s'; --estimator %s compares shares, of values 0 and 1", q->csv->columns[q->value],
                  lind_csv_at(q->csv, row, q->value)->text, q->estimator->name);
  if (q->event >= 0) {
    LIND_TRY(read_column(q->csv, q->event, arena, &events));
    LIND_TRY(check_events(q, events));
  }
  LIND_TRY(gather(q, q->treated, values, events, arena, &sample[0]));
  LIND_TRY(gather(q, q->control, values, events, arena, &sample[1]));
  return q->estimator->estimate(&sample[0], &sample[1], q->level, q->null, answer);
}

/* ---- the answer ------------------------------------------------------------------------------------------- */

static void set_number(json_t *object, const char *key, double value) {
  json_object_set_new(object, key, isfinite(value) ? json_real(value) : json_null());
}

static json_t *term_json(const lind_term *term) {
  json_t *object = json_object();
  json_object_set_new(object, "name", json_string(term->name));
  set_number(object, "estimate", term->estimate);
  set_number(object, "se", term->se);
  set_number(object, "statistic", term->statistic);
  set_number(object, "df", term->df);
  set_number(object, "p", term->p);
  set_number(object, "lower", term->lower);
  set_number(object, "upper", term->upper);
  return object;
}

static lind_err print_json(const question *q, const lind_sample sample[2], const lind_answer *answer) {
  json_t *root = json_object(), *terms = json_array(), *details = json_object();
  for (int i = 0; i < answer->n_terms; i++) json_array_append_new(terms, term_json(&answer->terms[i]));
  json_object_set_new(details, "estimator", json_string(q->estimator->name));
  json_object_set_new(details, "effect", json_string(q->estimator->effect));
  json_object_set_new(details, "value", json_string(q->csv->columns[q->value]));
  json_object_set_new(details, "unit", json_string(q->csv->units[q->value]));
  json_object_set_new(details, "treated", json_string(q->treated));
  json_object_set_new(details, "control", json_string(q->control));
  json_object_set_new(details, "rows_treated", json_integer((json_int_t)sample[0].n));
  json_object_set_new(details, "rows_control", json_integer((json_int_t)sample[1].n));
  json_object_set_new(details, "missing", json_integer((json_int_t)answer->missing));
  set_number(details, "level", q->level);
  set_number(details, "null", q->null);
  json_object_set_new(root, "method", json_string(answer->method));
  json_object_set_new(root, "n", json_integer((json_int_t)answer->n));
  json_object_set_new(root, "terms", terms);
  json_object_set_new(root, "details", details);
  const int failed = json_dumpf(root, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(17));
  json_decref(root);
  LIND_CHECK(failed == 0 && fputc('\n', stdout) != EOF, LIND_ERR_FILE, "the answer cannot be written");
  return LIND_OK;
}

static void print_number(const char *word, double value) {
  if (isfinite(value)) printf("  %s %.6g", word, value);
}

static void print_words(const question *q, const lind_answer *answer) {
  const char *unit = q->csv->units[q->value];
  printf("%s\n%s, column %s%s%s%s: %s against %s, %llu used, %llu missing\n", answer->method, q->csv->path,
         q->csv->columns[q->value], unit[0] != '\0' ? " [" : "", unit, unit[0] != '\0' ? "]" : "", q->treated, q->control,
         (unsigned long long)answer->n, (unsigned long long)answer->missing);
  for (int i = 0; i < answer->n_terms; i++) {
    const lind_term *t = &answer->terms[i];
    printf("%-16s", t->name);
    if (isfinite(t->estimate))
      printf(" %.6g", t->estimate);
    else
      printf(" cannot be told");
    if (isfinite(t->lower) && isfinite(t->upper)) printf("  %g %% interval %.6g to %.6g", 100.0 * q->level, t->lower, t->upper);
    print_number("se", t->se);
    print_number("statistic", t->statistic);
    print_number("df", t->df);
    print_number("p", t->p);
    printf("\n");
  }
}

static lind_err run(int n, char **arguments, lind_arena *arena) {
  analyze_request r;
  question q = {0};
  lind_sample sample[2];
  lind_answer answer;
  LIND_TRY(read_request(n, arguments, &r));
  LIND_TRY(ask(&r, arena, &q));
  LIND_TRY(estimate(&q, arena, sample, &answer));
  if (r.json) return print_json(&q, sample, &answer);
  print_words(&q, &answer);
  return LIND_OK;
}

const lind_command lind_command_analyze = {
    .name = "analyze",
    .usage =
        "analyze TABLE.csv --estimator NAME --value COLUMN --arm COLUMN [--treated X] [--control Y] [--event COLUMN]\n"
        "           [--level 0.95] [--null 0] [--json]",
    .summary = "Any estimator on any table: compare the values of two arms.",
    .run = run,
};
