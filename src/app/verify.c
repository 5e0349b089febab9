/* verify.c -- `lind verify`: do the inputs, the documents and the stored patients of a run still say the same? */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "explain.h"
#include "finish.h"
#include "session.h"
#include "sums.h"
#include "verify.h"

enum { REPLAYS = 8, MOST_TOLD = 20 };

void lind_verify_judge(lind_verify *v, bool is_right, const char *format, ...) {
  va_list arguments;
  if (is_right)
    v->right++;
  else
    v->wrong++;
  if (!is_right && v->wrong == MOST_TOLD + 1) printf("WRONG     ... and more\n");
  if (!is_right && v->wrong > MOST_TOLD) return;
  printf("%s", is_right ? "right     " : "WRONG     ");
  va_start(arguments, format);
  (void)vprintf(format, arguments);
  va_end(arguments);
  printf("\n");
}

/* ---- inputs and documents --------------------------------------------------------------------------------- */

static void check_inputs(const lind_past *past, lind_arena *arena, lind_verify *v) {
  size_t i;
  json_t *input;
  json_array_foreach(json_object_get(past->provenance, "inputs"), i, input) {
    const char *role = lind_past_text(input, "role"), *path = lind_past_path(past, lind_past_text(input, "path"), arena);
    char hex[65];
    if (access(path, F_OK) != 0) {
      lind_verify_judge(v, false, "%s %s is gone", role, path);
    } else if (lind_digest_file(path, hex) != LIND_OK) {
      lind_verify_judge(v, false, "%s", lind_error_message());
    } else {
      const bool same = strcmp(hex, lind_past_text(input, "sha256")) == 0;
      lind_verify_judge(v, same, "%s %s %s", role, path, same ? "is as it was" : "has changed since the run");
    }
  }
  if (i == 0) lind_verify_judge(v, false, "%s names no inputs", past->provenance_path);
}

static void check_text(const lind_past *past, const char *dataset, const char *what, const char *whose, const char *expected,
                       lind_verify *v) {
  char *text;
  if (past->fault != NULL) {
    lind_verify_judge(v, false, "%s of results.h5 cannot be compared: %s", what, past->fault);
    return;
  }
  if (lind_results_read_text(past->results, dataset, &text) != LIND_OK) {
    lind_verify_judge(v, false, "%s", lind_error_message());
    return;
  }
  const bool same = strcmp(text, expected) == 0;
  lind_verify_judge(v, same, "%s of results.h5 %s of %s", what, same ? "is that" : "is not that", whose);
  free(text);
}

static char *read_all(const char *path) {
  FILE *file = fopen(path, "rbe");
  char *text = NULL;
  size_t size = 0;
  if (file == NULL) return NULL;
  if (getdelim(&text, &size, '\0', file) < 0) {
    free(text);
    text = NULL;
  }
  (void)fclose(file);
  return text;
}

void lind_verify_tell(void *verify, bool is_right, const char *words) { lind_verify_judge(verify, is_right, "%s", words); }

static void check_documents(const lind_past *past, lind_verify *v) {
  check_text(past, "/provenance/digest", "the digest", "estimates.json", lind_past_text(past->estimates, "digest"), v);
  check_text(past, "/provenance/plan_hash", "the plan hash", "provenance.json", lind_past_text(past->provenance, "plan_hash"), v);
  char *text = read_all(past->estimates_path);
  check_text(past, "/estimates/json", "the text", "estimates.json", text != NULL ? text : "", v);
  free(text);
}

/* ---- stored patients again -------------------------------------------------------------------------------- */

typedef struct stored {
  const lind_study *study;
  const lind_layout *layout;
  lind_results_view *patients, *outcomes;
  lind_runner *runner;
  lind_arena *arena;
  lind_verify *verdict;
  size_t row, differ; /* --all: rows seen, rows that differ */
} stored;

/* Bit for bit; no value is no value. */
static bool is_same(double a, double b) { return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b)); }

static bool is_shaped(const lind_results_view *view, const lind_field *fields, int n) {
  if (view->n_fields != n) return false;
  for (int f = 0; f < n; f++)
    if (strcmp(view->fields[f].name, fields[f].name) != 0) return false;
  return true;
}

static double column_of(const lind_results_view *view, const char *name, size_t row) {
  for (int f = 0; f < view->n_fields; f++)
    if (strcmp(view->fields[f].name, name) == 0) return view->data[f][row];
  return NAN;
}

/* The first column of the outcome that differs, or NULL. They stand in the order of lind_layout: end, reason, visits, endpoints.
 */
static const char *compare_outcome(const stored *s, const lind_desk *desk, int at, size_t row) {
  const lind_layout *layout = s->layout;
  double values[256], events[256];
  if (!is_same(column_of(s->patients, "arm", row), desk->arm[at])) return "arm";
  const double life[] = {desk->end[at] / 24.0, desk->reason[at], desk->n_visits[at]};
  int f = 0;
  for (; f < 3; f++)
    if (!is_same(s->outcomes->data[f][row], life[f])) return s->outcomes->fields[f].name;
  lind_past_endpoints(layout, desk, at, values, events);
  for (int r = 0; r < layout->n_endpoints * layout->n_periods; r++) {
    if (!is_same(s->outcomes->data[f][row], values[r])) return s->outcomes->fields[f].name;
    f++;
    if (layout->kinds[r / layout->n_periods]->scale == LIND_SCALE_TIME && !is_same(s->outcomes->data[f++][row], events[r]))
      return s->outcomes->fields[f - 1].name;
  }
  return NULL;
}

static lind_err replay_some(stored *s) {
  const size_t n = s->patients->n_rows;
  size_t last = SIZE_MAX;
  int lived = 0, differ = 0;
  for (int i = 0; i < REPLAYS; i++) {
    const size_t row = (n - 1) * (size_t)i / (REPLAYS - 1);
    if (row == last) continue;
    last = row;
    const lind_desk *desk;
    int at;
    const uint64_t replicate = (uint64_t)column_of(s->patients, "replicate", row),
                   seat = (uint64_t)column_of(s->patients, "seat", row);
    LIND_TRY(lind_past_replay(s->study, s->runner, replicate, seat, s->arena, &desk, &at));
    const char *column = compare_outcome(s, desk, at, row);
    lived++;
    if (column == NULL) continue;
    differ++;
    lind_verify_judge(s->verdict, false, "patient %llu of replicate %llu, lived again, differs in '%s'", (unsigned long long)seat,
                      (unsigned long long)replicate, column);
  }
  if (differ == 0)
    lind_verify_judge(s->verdict, true, "%d of %zu stored patients, lived again alone, have the stored outcomes bit for bit",
                      lived, n);
  return LIND_OK;
}

/* A sink that keeps nothing: the rows of a block are compared with the stored ones. */
static lind_err compare_block(void *self, const lind_block_record *record) {
  stored *s = self;
  const size_t n_patient = (size_t)s->layout->n_patient_columns;
  for (size_t r = 0; r < record->n_rows; r++, s->row++) {
    if (s->row >= s->patients->n_rows) continue;
    for (size_t c = 0; c < record->n_columns; c++) {
      const double *column = c < n_patient ? s->patients->data[c] : s->outcomes->data[c - n_patient];
      if (is_same(column[s->row], record->rows[c * record->n_rows + r])) continue;
      s->differ++;
      lind_verify_judge(s->verdict, false, "stored patient %zu, lived again, differs in '%s'", s->row,
                        s->layout->columns[c].name);
      break;
    }
  }
  return LIND_OK;
}

static lind_err replay_all(stored *s) {
  const lind_plan *plan = s->layout->plan;
  const lind_sink sink = {.self = s, .put = compare_block};
  const bool cut = plan->block_replicates == 0;
  const uint64_t per = lind_plan_blocks_per_replicate(plan), end = lind_study_rows_end(s->study, 0);
  uint64_t *before, *here;
  LIND_TAKE(before, s->arena, plan->n_strata);
  LIND_TAKE(here, s->arena, plan->n_strata);
  for (uint64_t b = 0; b < end; b++) {
    if (b % per == 0) memset(before, 0, (size_t)plan->n_strata * sizeof *before);
    LIND_TRY(lind_runner_run(s->runner, 0, b, true, cut ? before : NULL, &sink));
    if (!cut) continue;
    lind_runner_count(s->runner, b, here);
    for (int k = 0; k < plan->n_strata; k++) before[k] += here[k];
  }
  lind_verify_judge(s->verdict, s->row == s->patients->n_rows, "%zu patients are stored and %zu were lived again",
                    s->patients->n_rows, s->row);
  if (s->differ == 0) lind_verify_judge(s->verdict, true, "every covariate and outcome is the stored one bit for bit");
  return LIND_OK;
}

static lind_err replay(stored *s, bool all) {
  const lind_layout *layout = s->layout;
  if (!is_shaped(s->patients, layout->columns, layout->n_patient_columns) ||
      !is_shaped(s->outcomes, layout->columns + layout->n_patient_columns, layout->n_columns - layout->n_patient_columns) ||
      s->patients->n_rows != s->outcomes->n_rows) {
    lind_verify_judge(s->verdict, false, "the columns of /patients and /outcomes are not those of this protocol");
    return LIND_OK;
  }
  if (s->patients->n_rows == 0) return LIND_OK;
  LIND_TRY(lind_runner_create(layout, &s->runner));
  const lind_err err = all ? replay_all(s) : replay_some(s);
  lind_runner_destroy(&s->runner);
  return err;
}

static void check_stored(const lind_past *past, const lind_study *study, bool all, lind_arena *arena, lind_verify *v) {
  stored s = {.study = study, .layout = study->stage[0].layout, .arena = arena, .verdict = v};
  if (past->fault != NULL) {
    lind_verify_judge(v, false, "no stored patient can be compared: %s", past->fault);
    return;
  }
  lind_err err = lind_results_read(past->results, "/patients", &s.patients);
  if (err == LIND_OK) err = lind_results_read(past->results, "/outcomes", &s.outcomes);
  if (err == LIND_OK) err = replay(&s, all);
  if (err != LIND_OK) lind_verify_judge(v, false, "%s", lind_error_message());
  lind_results_view_destroy(&s.patients);
  lind_results_view_destroy(&s.outcomes);
}

static void check_patients(const lind_past *past, bool all, lind_arena *arena, lind_verify *v) {
  lind_study *study;
  if (lind_past_study(past, arena, &study) != LIND_OK) {
    lind_verify_judge(v, false, "the run cannot be repeated: %s", lind_error_message());
    lind_verify_segments(past, NULL, arena, v);
    return;
  }
  const bool same = lind_past_is_same(past, study);
  lind_verify_judge(v, same, same ? "the inputs give the plan of the run, %s" : "the inputs give another plan, %s", study->hash);
  const char *class = lind_past_text(past->provenance, "class");
  if (strcmp(class, lind_finish_class()) != 0)
    printf("note      the run was on %s, this program is for %s; bits may differ\n", class, lind_finish_class());
  lind_verify_segments(past, same ? study : NULL, arena, v);
  if (study->stage[0].store_rows)
    check_stored(past, study, all, arena, v);
  else
    printf("note      the protocol stores no patients, so none can be compared\n");
  lind_study_stop(study);
}

/* Which number comes from which input. Nothing is lived. */
static lind_err explain(const lind_past *past, bool json, lind_arena *arena) {
  lind_study *study;
  json_t *explanation;
  LIND_TRY(lind_past_wire(past, arena, &study));
  LIND_TRY(lind_explain_make(past, study, arena, &explanation));
  const bool holds = lind_explain_holds(explanation);
  if (json) {
    (void)json_dumpf(explanation, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(17));
    (void)fputc('\n', stdout);
  } else {
    lind_explain_tell(explanation, stdout);
  }
  json_decref(explanation);
  (void)fflush(stdout);
  LIND_CHECK(holds, LIND_ERR_NUMERIC, "%s was made of other inputs than those that are there now", past->directory);
  return LIND_OK;
}

/* Documents that cannot be read, in a directory that was finished once: damage, and no wrong input. */
static lind_err judge_unreadable(const char *directory, lind_err err, lind_arena *arena, lind_verify *v) {
  const char *why = lind_arena_text(arena, lind_error_message());
  if (access(lind_arena_format(arena, "%s/checksums.txt", directory), F_OK) != 0) return err;
  lind_sums_check(directory, arena, lind_verify_tell, v);
  lind_verify_judge(v, false, "nothing else can be checked: %s", why);
  return LIND_OK;
}

static lind_err verdict(const char *directory, const lind_verify *v) {
  LIND_CHECK(v->wrong == 0, LIND_ERR_NUMERIC, "%s does not hold: %d of %d checks are wrong", directory, v->wrong,
             v->right + v->wrong);
  printf("%s holds: %d checks\n", directory, v->right);
  return LIND_OK;
}

static lind_err run(int n, char **arguments, lind_arena *arena) {
  bool all = false, explained = false, json = false;
  const lind_option options[] = {
      {"--all", LIND_OPTION_FLAG, &all}, {"--explain", LIND_OPTION_FLAG, &explained}, {"--json", LIND_OPTION_FLAG, &json}, {0}};
  const char *directory;
  int given;
  lind_past past;
  lind_verify v = {0};
  LIND_TRY(lind_options_read(n, arguments, options, &directory, 1, &given));
  LIND_CHECK(given == 1, LIND_ERR_INPUT, "verify which run? lind verify DIR");
  LIND_CHECK(explained || !json, LIND_ERR_INPUT, "--json is for lind verify DIR --explain");
  lind_err err = lind_past_create(directory, "verify", arena, &past);
  if (err != LIND_OK && !explained) {
    LIND_TRY(judge_unreadable(directory, err, arena, &v));
    return verdict(directory, &v);
  }
  LIND_TRY(err);
  if (explained) {
    err = explain(&past, json, arena);
    lind_past_release(&past);
    return err;
  }
  check_inputs(&past, arena, &v);
  v.goes_on = lind_session_goes_on(directory, lind_past_text(past.provenance, "plan_hash"), arena);
  if (v.goes_on) {
    printf("note      an extension of this run was begun and is not finished; these are the results before it\n");
    lind_sums_check_results(directory, arena, lind_verify_tell, &v);
  } else {
    lind_sums_check(directory, arena, lind_verify_tell, &v);
  }
  check_documents(&past, &v);
  lind_verify_report(&past, arena, &v);
  check_patients(&past, all, arena, &v);
  lind_past_release(&past);
  return verdict(directory, &v);
}

const lind_command lind_command_verify = {
    .name = "verify",
    .usage = "verify DIR [--all] | verify DIR --explain [--json]",
    .summary =
        "Check the hashes of the run in DIR, and live some (or all) stored patients again, which must come out bit for bit; or "
        "say "
        "which number comes from which input.",
    .run = run,
};
