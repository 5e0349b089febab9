/* results.c -- results.h5: what the tables hold and where each number comes from. No environment, no times: equal runs give equal
 * bytes. */
#include <math.h>
#include <string.h>

#include "finish.h"

typedef struct rows_writer {
  lind_results *results;
  int from; /* first column of the row */
} rows_writer;

static lind_err append_rows(void *context, const lind_block_record *record) {
  const rows_writer *writer = context;
  if (record->n_rows == 0) return LIND_OK;
  return lind_results_append(writer->results, record->rows + (size_t)writer->from * record->n_rows, record->n_rows);
}

static lind_err patients(lind_results *results, const lind_finish *finish) {
  const lind_layout *layout = finish->study->stage[0].layout;
  const lind_sink sink = lind_store_sink(finish->store);
  const uint64_t end = lind_study_rows_end(finish->study, 0); /* the others may be many, and rank 0 reads alone */
  if (!finish->study->stage[0].store_rows) return LIND_OK;
  LIND_TRY(lind_results_table(results, "/patients", "who they were, in order of replicate and seat", layout->columns,
                              layout->n_patient_columns, "patient"));
  rows_writer writer = {results, 0};
  LIND_TRY(sink.each(sink.self, 0, 0, end, append_rows, &writer));
  LIND_TRY(lind_results_table(results, "/outcomes", "what became of them, row by row as in /patients",
                              layout->columns + layout->n_patient_columns, layout->n_columns - layout->n_patient_columns,
                              "patient"));
  writer = (rows_writer){results, layout->n_patient_columns};
  return sink.each(sink.self, 0, 0, end, append_rows, &writer);
}

/* Trajectories lie by row in a record, by column in a table: they are turned over piece by piece. */
static lind_err append_courses(void *context, const lind_block_record *record) {
  enum { PIECE = 8192 }; /* numbers */
  double turned[PIECE];
  lind_results *results = context;
  const size_t columns = record->n_course_columns, most = columns > 0 ? PIECE / columns : 0;
  LIND_CHECK(record->n_course_rows == 0 || most > 0, LIND_ERR_INPUT, "trajectories of %zu columns are too wide; %d are possible",
             columns, PIECE);
  for (size_t first = 0; first < record->n_course_rows; first += most) {
    const size_t left = record->n_course_rows - first, n = left < most ? left : most;
    for (size_t row = 0; row < n; row++)
      for (size_t c = 0; c < columns; c++) turned[c * n + row] = record->course[(first + row) * columns + c];
    LIND_TRY(lind_results_append(results, turned, n));
  }
  return LIND_OK;
}

static lind_err courses(lind_results *results, const lind_finish *finish) {
  const lind_layout *layout = finish->study->stage[0].layout;
  const lind_sink sink = lind_store_sink(finish->store);
  if (layout->n_trajectories == 0) return LIND_OK;
  LIND_TRY(lind_results_table(results, "/trajectories/patients",
                              layout->plan->trajectories->dense
                                  ? "values over time on a grid, by replicate, seat and time; true values, on arrival at the time"
                                  : "values at the visits that were kept, by replicate, seat and time; true and as measured",
                              layout->trajectories, layout->n_trajectories, "patient x time"));
  return sink.each(sink.self, 0, 0, lind_study_courses_end(finish->study), append_courses, results);
}

static lind_err curves(lind_results *results, const lind_tally *tally, lind_arena *arena) {
  const lind_plan *plan = tally->layout->plan;
  if (plan->curve_output < 0) return LIND_OK;
  const lind_model_output *output = &plan->model->outputs[plan->curve_output];
  const char *unit = output->unit.text[0] != '\0' ? output->unit.text : "1";
  const char **arms;
  LIND_TAKE(arms, arena, plan->protocol->n_arms);
  for (int a = 0; a < plan->protocol->n_arms; a++) arms[a] = plan->protocol->arms[a].name;
  const lind_field fields[] = {{"arm", "1", "arm", LIND_FIELD_CODE, plan->protocol->n_arms, arms},
                               {"day", "day", "protocol day; day 1 starts at time 0", LIND_FIELD_REAL, 0, NULL},
                               {"p05", unit, "5th percentile over patients, without measurement error", LIND_FIELD_REAL, 0, NULL},
                               {"p25", unit, "25th percentile", LIND_FIELD_REAL, 0, NULL},
                               {"p50", unit, "median", LIND_FIELD_REAL, 0, NULL},
                               {"p75", unit, "75th percentile", LIND_FIELD_REAL, 0, NULL},
                               {"p95", unit, "95th percentile", LIND_FIELD_REAL, 0, NULL}};
  static const double q[] = {0.05, 0.25, 0.5, 0.75, 0.95};
  const char *group = lind_arena_format(arena, "/trajectories/%s", output->name);
  LIND_TRY(lind_results_table(results, group, "quantiles over patients by arm and day", fields, 7, "arm x day"));
  const int times = (int)floor(plan->protocol->duration / plan->protocol->curve_every + 1e-9) + 1;
  for (int a = 0; a < plan->protocol->n_arms; a++)
    for (int k = 0; k < times; k++) {
      double row[7] = {a, 1.0 + k * plan->protocol->curve_every / 24.0};
      for (int i = 0; i < 5; i++) row[2 + i] = lind_tally_curve(tally, a, k, q[i]);
      LIND_TRY(lind_results_append(results, row, 1));
    }
  return LIND_OK;
}

/* data: [10 columns][rows of a piece of the roll]; stored: replicates, from the first */
static lind_err append_term(lind_results *results, const lind_tally *tally, int t, uint64_t stored, double *data) {
  const size_t rows = lind_roll_rows(tally->roll);
  size_t n;
  for (uint64_t piece = 0; piece * rows < stored; piece++) {
    for (int k = 0; k < LIND_TERM_REALS; k++) {
      const size_t column = lind_tally_column(tally->layout, t, k);
      LIND_TRY(lind_roll_read(tally->roll, column, piece, data + (size_t)(2 + k) * rows, &n));
    }
    if (n > stored - piece * rows) n = (size_t)(stored - piece * rows);
    for (size_t r = 0; r < n; r++) {
      data[r] = t;
      data[rows + r] = (double)(piece * rows + r);
      for (size_t k = 8; k < 10; k++)
        if (isnan(data[k * rows + r])) data[k * rows + r] = 0.0;
    }
    for (size_t k = 1; n < rows && k < 10; k++)
      memmove(data + k * n, data + k * rows, n * sizeof *data); /* the last is shorter */
    LIND_TRY(lind_results_append(results, data, n));
  }
  return LIND_OK;
}

/* Nothing is left out in silence. */
static lind_err left_out(lind_results *results, uint64_t all, uint64_t stored) {
  static const lind_field fields[] = {
      {"replicates", "1", "repetitions of the trial that were run", LIND_FIELD_COUNT, 0, NULL},
      {"stored", "1", "of them, from the first, in /estimates/replicates (store.replicates)", LIND_FIELD_COUNT, 0, NULL},
      {"left_out", "1", "the others: every estimate takes them in, but their rows are not there", LIND_FIELD_COUNT, 0, NULL}};
  const double row[] = {(double)all, (double)stored, (double)(all - stored)};
  LIND_TRY(lind_results_table(results, "/estimates/stored", "of how many replicates /estimates/replicates has rows", fields, 3,
                              "one"));
  return lind_results_append(results, row, 1);
}

uint64_t lind_finish_stored(const lind_protocol *protocol) {
  return protocol->replicates < protocol->store_replicates ? protocol->replicates : protocol->store_replicates;
}

const char *lind_finish_left_out(const lind_protocol *protocol, char *text, size_t size) {
  const unsigned long long all = protocol->replicates, stored = lind_finish_stored(protocol);
  text[0] = '\0';
  if (stored < all)
    (void)snprintf(
        text, size,
        "left out    of %llu replicates, rows of %llu are not in results.h5 (store.replicates); no estimate leaves any out\n",
        all, all - stored);
  return text;
}

/* One row a replicate and term: the distribution of the effect, for anybody's own statistics. */
static lind_err replicates(lind_results *results, const lind_tally *tally, lind_arena *arena) {
  const lind_layout *layout = tally->layout;
  const lind_plan *plan = layout->plan;
  const char **terms;
  if (layout->n_terms == 0) return LIND_OK;
  LIND_TAKE(terms, arena, layout->n_terms);
  for (int t = 0; t < layout->n_terms; t++) {
    const lind_grouping *g = &plan->groupings[layout->terms[t].grouping];
    terms[t] = lind_arena_format(arena, "%s/%s/%s", plan->protocol->analyses[layout->terms[t].analysis].name, g->name,
                                 g->levels.names[layout->terms[t].level]);
  }
  const lind_field fields[] = {
      {"term", "1", "analysis/group/level", LIND_FIELD_CODE, layout->n_terms, terms},
      {"replicate", "1", "which repetition of the trial, from 0", LIND_FIELD_COUNT, 0, NULL},
      {"estimate", "1", "effect, in canonical form: shares 0 to 1, not percent", LIND_FIELD_REAL, 0, NULL},
      {"se", "1", "standard error", LIND_FIELD_REAL, 0, NULL},
      {"lower", "1", "lower limit", LIND_FIELD_REAL, 0, NULL},
      {"upper", "1", "upper limit", LIND_FIELD_REAL, 0, NULL},
      {"p", "1", "two-sided p value", LIND_FIELD_REAL, 0, NULL},
      {"statistic", "1", "test statistic", LIND_FIELD_REAL, 0, NULL},
      {"n", "1", "patients used", LIND_FIELD_COUNT, 0, NULL},
      {"missing", "1", "patients without a value", LIND_FIELD_COUNT, 0, NULL}};
  const uint64_t all = plan->protocol->replicates, stored = lind_finish_stored(plan->protocol);
  LIND_TRY(left_out(results, all, stored));
  LIND_TRY(lind_results_table(
      results, "/estimates/replicates",
      stored == all ? "every term of every replicate" : "every term of the first replicates, see /estimates/stored", fields, 10,
      "term x replicate"));
  const size_t rows = lind_roll_rows(tally->roll);
  double *data;
  LIND_TAKE(data, arena, 10 * rows);
  for (int t = 0; t < layout->n_terms; t++) LIND_TRY(append_term(results, tally, t, stored, data));
  return LIND_OK;
}

static lind_err flow(lind_results *results, const lind_tally *tally, lind_arena *arena) {
  const lind_protocol *protocol = tally->layout->plan->protocol;
  const char **arms;
  LIND_TAKE(arms, arena, protocol->n_arms);
  for (int a = 0; a < protocol->n_arms; a++) arms[a] = protocol->arms[a].name;
  const lind_field fields[] = {{"arm", "1", "arm", LIND_FIELD_CODE, protocol->n_arms, arms},
                               {"randomised", "1", "patients randomised, all replicates", LIND_FIELD_COUNT, 0, NULL},
                               {"completed", "1", "followed to the end", LIND_FIELD_COUNT, 0, NULL},
                               {"dropped", "1", "left before the end", LIND_FIELD_COUNT, 0, NULL},
                               {"failed", "1", "lanes that the engine gave up on", LIND_FIELD_COUNT, 0, NULL}};
  LIND_TRY(lind_results_table(results, "/tallies/flow", "patient flow by arm (CONSORT)", fields, 5, "arm"));
  for (int a = 0; a < protocol->n_arms; a++) {
    double row[5] = {a};
    for (int k = 0; k < 4; k++) row[1 + k] = (double)tally->counts[LIND_FLOW_ARMS + a * LIND_FLOW_PER_ARM + k];
    LIND_TRY(lind_results_append(results, row, 1));
  }
  return LIND_OK;
}

static lind_err fill(lind_results *results, const lind_finish *finish, const lind_tally *tally, const char *estimates,
                     lind_arena *arena) {
  char hex[33];
  LIND_TRY(patients(results, finish));
  LIND_TRY(curves(results, tally, arena));
  LIND_TRY(courses(results, finish));
  LIND_TRY(flow(results, tally, arena));
  LIND_TRY(replicates(results, tally, arena));
  LIND_TRY(lind_results_text(results, "/estimates/json", "estimates.json", estimates));
  LIND_TRY(lind_results_text(results, "/provenance/model", "the model's text", finish->study->stage[0].plan->model->text));
  LIND_TRY(lind_results_text(results, "/provenance/plan_hash", "hash of everything that results depend on", finish->study->hash));
  return lind_results_text(results, "/provenance/digest", "digest of the blocks in order and of the estimates",
                           lind_digest_text(tally->digest, hex));
}

lind_err lind_finish_results(const lind_finish *finish, const lind_tally *tally, const char *estimates, lind_arena *arena) {
  lind_results *results;
  LIND_TRY(lind_results_create(lind_arena_format(arena, "%s/results.h5", finish->out), &results));
  const lind_err err = fill(results, finish, tally, estimates, arena);
  if (err != LIND_OK) {
    lind_results_abandon(&results);
    return err;
  }
  return lind_results_close(&results);
}
