/* runner.c -- one block: enrol, simulate, reduce, decide, replicate by replicate, to one record. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "beside.h"
#include "columns.h"
#include "entry.h"
#include "gather.h"
#include "looks.h"
#include "recorder.h"

enum { MEASURES = 64 };

struct lind_runner {
  const lind_layout *layout;
  lind_desk *desk;
  double *value, *event; /* [n_endpoints][n_periods][capacity] of the replicate at hand */
  lind_gather gather;
  double *entry;   /* [capacity] h of calendar time */
  double *scratch; /* [3 capacity] for looks by events */
  double *reals;   /* [block_replicates][n_reals] */
  lind_beside beside;
  lind_recorder recorder;
  int64_t *counts;
  double *rows; /* [n_columns][block seats] */
  size_t n_rows, most_rows;
};

static size_t replicates_in_memory(const lind_plan *plan) { return plan->block_replicates > 0 ? plan->block_replicates : 1; }

static void sizes(const lind_layout *layout, size_t bytes[7]) {
  const lind_plan *plan = layout->plan;
  const size_t n = lind_plan_seats_in_memory(plan), e = (size_t)(layout->n_endpoints * layout->n_periods);
  bytes[0] = bytes[1] = n * e * sizeof(double);
  bytes[2] = replicates_in_memory(plan) * layout->n_reals * sizeof(double);
  bytes[3] = layout->n_counts * sizeof(int64_t);
  bytes[4] = plan->block_seats * (size_t)layout->n_columns * sizeof(double);
  bytes[5] = n * sizeof(double);
  bytes[6] = layout->by_events ? 3 * n * sizeof(double) : 0;
}

size_t lind_runner_bytes(const lind_layout *layout) {
  size_t bytes[7], total = lind_plan_desk_bytes(layout->plan);
  sizes(layout, bytes);
  for (int k = 0; k < 7; k++) total += bytes[k];
  return total + lind_gather_bytes(layout) + lind_beside_bytes(layout) + lind_recorder_bytes(layout);
}

size_t lind_runner_record_bytes(const lind_layout *layout, bool store) {
  const lind_plan *plan = layout->plan;
  const uint64_t all = plan->protocol->replicates, block = replicates_in_memory(plan), n = all < block ? all : block;
  const uint64_t seats = plan->block_replicates > 0 ? n * plan->protocol->patients : plan->block_seats;
  return n * layout->n_reals * sizeof(double) + layout->n_counts * sizeof(int64_t) + lind_recorder_bytes(layout) +
         (store ? seats * (size_t)layout->n_columns * sizeof(double) : 0);
}

/* Categories are counted, in their figure, too; every life that is lived takes part. */
static void count_class(lind_runner *runner, int e, int period, int s, const lind_history *history) {
  const lind_layout *layout = runner->layout;
  const double class = runner->value[lind_layout_value(layout, e, period, runner->desk->capacity) + (size_t)s];
  const int treatment = lind_layout_treatment(layout, runner->desk->arm[s], period);
  const lind_plane *plane = layout->kinds[e]->plane;
  if (isnan(class)) return;
  runner->counts[layout->classes[e] + treatment * layout->n_labels[e] + (int)class]++;
  const int bin = plane != NULL ? lind_readings_bin(layout, e, period, history) : -1;
  if (bin >= 0) runner->counts[layout->plane[e] + treatment * plane->x_bins * plane->y_bins + bin]++;
}

/* A life has been lived, and its traces are still there: what the endpoints make of it. A failed lane's history is no evidence.
 */
static void see(void *context, int s) {
  lind_runner *runner = context;
  const lind_layout *layout = runner->layout;
  const double *values[MEASURES];
  lind_history history;
  if (runner->desk->reason[s] == LIND_END_FAILED) return;
  lind_desk_history(runner->desk, s, values, &history);
  for (int e = 0; e < layout->n_endpoints; e++)
    for (int p = 0; p < layout->n_periods; p++) {
      const size_t at = lind_layout_value(layout, e, p, runner->desk->capacity) + (size_t)s;
      runner->value[at] = lind_readings_value(layout, e, p, &history, &runner->event[at]);
      if (layout->classes[e] >= 0) count_class(runner, e, p, s, &history);
    }
}

lind_err lind_runner_create(const lind_layout *layout, lind_runner **result) {
  lind_runner *runner = calloc(1, sizeof *runner);
  LIND_CHECK(runner != NULL, LIND_ERR_MEMORY, "no memory for a runner");
  size_t bytes[7];
  sizes(layout, bytes);
  runner->layout = layout;
  void **at[7] = {(void **)&runner->value, (void **)&runner->event, (void **)&runner->reals,  (void **)&runner->counts,
                  (void **)&runner->rows,  (void **)&runner->entry, (void **)&runner->scratch};
  bool ok = lind_desk_create(layout->plan, &runner->desk) == LIND_OK && lind_gather_create(layout, &runner->gather) == LIND_OK &&
            lind_beside_create(layout, &runner->beside) == LIND_OK && lind_recorder_create(layout, &runner->recorder) == LIND_OK;
  for (int k = 0; ok && k < 7; k++) ok = (*at[k] = malloc(bytes[k] + 8)) != NULL;
  if (!ok) {
    lind_runner_destroy(&runner);
    LIND_CHECK(false, LIND_ERR_MEMORY, "no memory for one thread's %zu bytes; lower block_max", lind_runner_bytes(layout));
  }
  runner->desk->witness = (lind_witness){see, runner};
  if (layout->plan->protocol->recruit.n > 0) runner->gather.entries = runner->entry;
  runner->most_rows = layout->plan->block_seats;
  *result = runner;
  return LIND_OK;
}

void lind_runner_destroy(lind_runner **at) {
  if (at == NULL || *at == NULL) return;
  lind_runner *runner = *at;
  lind_desk_destroy(&runner->desk);
  free(runner->value);
  free(runner->event);
  lind_gather_release(&runner->gather);
  lind_beside_release(&runner->beside);
  lind_recorder_release(&runner->recorder);
  free(runner->reals);
  free(runner->counts);
  free(runner->rows);
  free(runner->entry);
  free(runner->scratch);
  free(runner);
  *at = NULL;
}

/* ---- histories to endpoint values
 * ------------------------------------------------------------------------------------------------ */

static void forget(lind_runner *runner, int from, int to) {
  for (int reading = 0; reading < runner->layout->n_endpoints * runner->layout->n_periods; reading++)
    for (int s = from; s < to; s++) {
      const size_t at = (size_t)reading * (size_t)runner->desk->capacity + (size_t)s;
      runner->value[at] = NAN;
      runner->event[at] = 0.0;
    }
}

static lind_err live(lind_runner *runner, int from, int to) {
  forget(runner, from, to);
  lind_simulate(runner->desk, from, to);
  LIND_CHECK(!lind_desk_quits(runner->desk), LIND_ERR_STOPPED, "stopped early, within a block");
  lind_beside_live(&runner->beside, runner->desk, from, to);
  return LIND_OK;
}

static void fill_cell(lind_runner *runner, int e, int period, int s, double *reals) {
  const lind_layout *layout = runner->layout;
  if (layout->classes[e] >= 0) return; /* a category has no mean */
  const lind_desk *desk = runner->desk;
  const size_t at = lind_layout_value(layout, e, period, desk->capacity) + (size_t)s;
  const double y = layout->kinds[e]->scale == LIND_SCALE_TIME && runner->event[at] != 1.0
                       ? NAN
                       : runner->value[at] * lind_simulate_weight(desk, s);
  const int treatment = lind_layout_treatment(layout, desk->arm[s], period);
  for (int g = 0; g < layout->plan->n_groupings; g++) {
    double *cell = reals + lind_layout_cell(layout, e, g, lind_gather_level(desk, g, s), treatment);
    lind_moments_add((lind_moments *)(void *)cell, y);
  }
}

/* Moments of every cell: a time that was not reached has no value, so cells of times hold those who reached it. Under importance
 * sampling a patient's value is multiplied by the weight, so that the mean is that of the people (a time is not: the layout
 * refuses it). */
static void fill_cells(lind_runner *runner, int n, double *reals) {
  const lind_layout *layout = runner->layout;
  for (int e = 0; e < layout->n_endpoints; e++)
    for (int s = 0; s < n; s++)
      for (int p = 0; runner->desk->seated[s] && p < layout->n_periods; p++) fill_cell(runner, e, p, s, reals);
}

_Static_assert(sizeof(lind_moments) == LIND_CELL_REALS * sizeof(double), "a cell is a lind_moments");

static lind_err answer_term(lind_runner *runner, const struct lind_layout_term *term, int n, lind_answer *answer) {
  lind_analysis_set set;
  lind_gather_set(&runner->gather, runner->layout, term, runner->desk, runner->value, runner->event, n, &set);
  lind_beside_fill(&runner->beside, &runner->gather, term, &set);
  return term->estimator->estimate(&set, &runner->layout->analyses[term->analysis].settings, answer);
}

static void write_term(const lind_answer *answer, double *reals) {
  const lind_term *t = &answer->terms[0];
  const double all[LIND_TERM_REALS] = {t->estimate, t->se,        t->lower,          t->upper,
                                       t->p,        t->statistic, (double)answer->n, (double)answer->missing};
  memcpy(reals, all, sizeof all);
}

/* A time in h falls on its whole day; who is censored within a day was at risk on it. */
static void fill_tables(lind_runner *runner, int n, double *reals) {
  const lind_layout *layout = runner->layout;
  const lind_desk *desk = runner->desk;
  for (int t = 0; t < layout->n_terms; t++) {
    const struct lind_layout_term *term = &layout->terms[t];
    for (int s = 0; layout->table[t] >= 0 && s < n; s++) {
      const size_t at = (size_t)term->endpoint * (size_t)desk->capacity + (size_t)s;
      const bool treated = desk->seated[s] && desk->arm[s] == term->treated,
                 control = desk->seated[s] && desk->arm[s] == term->control;
      if (!(treated || control) || lind_gather_level(desk, term->grouping, s) != term->level) continue;
      if (isnan(runner->value[at])) {
        reals[layout->table[t] + 4 * layout->table_days] += 1.0;
        continue;
      }
      const int day = (int)floor(runner->value[at] / 24.0 + 1e-9), event = runner->event[at] != 0.0;
      const int row = (treated ? 0 : 2) + (event ? 0 : 1), last = layout->table_days - 1;
      reals[layout->table[t] + row * layout->table_days + (day < last ? day : last)] += 1.0;
    }
  }
}

/* ---- flow, baseline, rows
 * --------------------------------------------------------------------------------------------------------- */

static void count_flow(lind_runner *runner, int n) {
  const lind_layout *layout = runner->layout;
  const lind_desk *desk = runner->desk;
  int64_t *counts = runner->counts;
  for (int s = 0; s < n; s++) {
    counts[LIND_FLOW_SCREENED] += desk->attempts[s];
    if (!desk->seated[s]) {
      counts[LIND_FLOW_UNFILLED]++;
      continue;
    }
    int64_t *arm = counts + LIND_FLOW_ARMS + desk->arm[s] * LIND_FLOW_PER_ARM;
    arm[LIND_FLOW_RANDOMISED]++;
    arm[desk->reason[s] == LIND_END_DROPOUT  ? LIND_FLOW_DROPPED
        : desk->reason[s] == LIND_END_FAILED ? LIND_FLOW_FAILED
                                             : LIND_FLOW_COMPLETED]++;
    arm[LIND_FLOW_ENDED] += desk->reason[s] == LIND_END_EVENT;
    for (int k = 0; k < layout->n_shares; k++) {
      const lind_column *column = &layout->plan->cohort->columns[layout->shares[k]];
      const int alleles = column->type.kind == LIND_TYPE_GENOTYPE ? 2 : 1;
      for (int a = 0; a < alleles; a++) {
        const int code = (int)desk->row[(size_t)(column->slot + a) * (size_t)desk->capacity + (size_t)s];
        counts[layout->share_first[k] + desk->arm[s] * layout->share_levels[k].n + code]++;
      }
    }
  }
}

/* Who had the event, and who was censored, in which bin of days. */
static void count_survival(lind_runner *runner, int n) {
  const lind_layout *layout = runner->layout;
  const lind_desk *desk = runner->desk;
  const int bins = layout->survival_bins;
  for (int e = 0; e < layout->n_endpoints; e++) {
    for (int s = 0; layout->survival[e] >= 0 && s < n; s++) {
      const size_t at = lind_layout_value(layout, e, 0, desk->capacity) + (size_t)s;
      if (!desk->seated[s] || isnan(runner->value[at])) continue;
      const int bin = (int)floor(runner->value[at] / (24.0 * layout->survival_days) + 1e-9);
      const int row = 2 * desk->arm[s] + (runner->event[at] == 0.0);
      runner->counts[layout->survival[e] + row * bins + (bin < bins ? bin : bins - 1)]++;
    }
  }
}

static void fill_baseline(lind_runner *runner, int n, double *reals) {
  const lind_layout *layout = runner->layout;
  const lind_desk *desk = runner->desk;
  for (int k = 0; k < layout->n_baseline; k++) {
    const lind_column *column = &layout->plan->cohort->columns[layout->baseline[k]];
    for (int s = 0; s < n; s++) {
      if (!desk->seated[s]) continue;
      double *cell = reals + layout->first_baseline + (size_t)(k * layout->n_arms + desk->arm[s]) * LIND_CELL_REALS;
      lind_moments_add((lind_moments *)(void *)cell, desk->row[(size_t)column->slot * (size_t)desk->capacity + (size_t)s] /
                                                         (column->type.kind == LIND_TYPE_NUMBER ? column->unit.scale : 1.0));
    }
  }
}

static void keep_row(const lind_runner *runner, int s, double *rows, size_t n_rows, size_t row) {
  const lind_layout *layout = runner->layout;
  double values[256], events[256];
  for (int reading = 0; reading < layout->n_endpoints * layout->n_periods; reading++) {
    values[reading] = runner->value[(size_t)reading * (size_t)runner->desk->capacity + (size_t)s];
    events[reading] = runner->event[(size_t)reading * (size_t)runner->desk->capacity + (size_t)s];
  }
  lind_columns_row(layout, runner->desk, s, runner->entry[s], values, events, rows, n_rows, row);
}

static void keep_rows(lind_runner *runner, int n) {
  for (int s = 0; s < n; s++)
    if (runner->desk->seated[s]) keep_row(runner, s, runner->rows, runner->most_rows, runner->n_rows++);
}

/* ---- a replicate, with its looks
 * --------------------------------------------------------------------------------------------------- */

/* Simulate look by look; the first analysis over all patients decides. */
static lind_err live_and_look(lind_runner *runner, int n, lind_looks_stop *stop) {
  const lind_protocol *protocol = runner->layout->plan->protocol;
  int done = 0;
  for (int k = 0; k < protocol->n_looks && runner->layout->n_terms > 0; k++) {
    const int until = (int)ceil(protocol->looks[k].fraction * n - 1e-9);
    LIND_TRY(live(runner, done, until));
    stop->used = done = until;
    lind_answer answer;
    LIND_TRY(answer_term(runner, &runner->layout->terms[0], done, &answer));
    stop->looks++;
    const double z = stop->z = answer.terms[0].statistic;
    if (z >= protocol->looks[k].efficacy)
      stop->verdict = LIND_VERDICT_EFFICACY; /* NAN bounds never hold */
    else if (z <= protocol->looks[k].futility)
      stop->verdict = LIND_VERDICT_FUTILITY;
    if (stop->verdict != LIND_VERDICT_NONE) return LIND_OK;
  }
  LIND_TRY(live(runner, done, n));
  stop->used = n;
  return LIND_OK;
}

/* All lives are lived to their end, then looked at in calendar time. Rows keep the complete lives; what is analysed ends at the
 * cut. */
static lind_err live_and_cut(lind_runner *runner, int n, bool store, lind_looks_stop *stop) {
  LIND_TRY(live(runner, 0, n));
  LIND_TRY(lind_looks_take(runner->layout, &runner->gather, runner->desk, runner->value, runner->event, runner->entry, n,
                           runner->scratch, stop));
  if (store) keep_rows(runner, stop->used);
  lind_looks_cut(runner->desk, runner->entry, stop->used, stop->time);
  for (int s = 0; s < stop->used; s++)
    if (runner->desk->seated[s]) see(runner, s);
  return LIND_OK;
}

static lind_err run_seats(lind_runner *runner, uint32_t replicate, uint64_t first_seat, int n, bool store, const uint64_t *base,
                          double *reals) {
  const lind_layout *layout = runner->layout;
  const bool whole = layout->plan->block_replicates > 0;
  lind_looks_stop stop = {.used = n, .events = NAN, .time = NAN, .z = NAN};
  memset(reals, 0, layout->n_reals * sizeof *reals);
  lind_enrol(runner->desk, replicate, first_seat, n, base, NULL);
  lind_beside_enrol(&runner->beside, runner->desk, n);
  lind_recorder_attend(&runner->recorder, runner->desk, n);
  lind_entry_fill(layout->plan, replicate, first_seat, n, runner->entry);
  if (layout->by_events) {
    LIND_TRY(live_and_cut(runner, n, store, &stop));
  } else if (whole) {
    LIND_TRY(live_and_look(runner, n, &stop));
  } else {
    LIND_TRY(live(runner, 0, n));
  }
  const int used = stop.used;
  lind_recorder_leave(&runner->recorder, runner->desk, used);
  fill_cells(runner, used, reals);
  fill_baseline(runner, used, reals);
  fill_tables(runner, used, reals);
  count_flow(runner, used);
  count_survival(runner, used);
  for (int t = 0; t < layout->n_terms; t++) {
    double *term = reals + layout->first_term + (size_t)t * LIND_TERM_REALS;
    lind_answer answer;
    for (int k = 0; k < LIND_TERM_REALS; k++) term[k] = NAN;
    if (!whole) continue; /* the tally estimates a cut replicate from its merged moments */
    LIND_TRY(answer_term(runner, &layout->terms[t], used, &answer));
    write_term(&answer, term);
    if (layout->judged)
      reals[layout->first_truth + (size_t)t] =
          lind_beside_truth(&runner->beside, &layout->terms[t], runner->desk, runner->value, used);
  }
  const double look[LIND_LOOK_REALS] = {stop.looks, stop.used, stop.verdict, stop.events, stop.time, stop.z};
  memcpy(reals + layout->first_look, look, sizeof look);
  if (store && !layout->by_events) keep_rows(runner, used);
  return LIND_OK;
}

static int seats_of_cut(const lind_plan *plan, uint64_t block, uint32_t *replicate, uint64_t *first) {
  const uint64_t per = lind_plan_blocks_per_replicate(plan);
  *replicate = (uint32_t)(block / per);
  *first = block % per * LIND_BLOCK_CUT;
  const uint64_t left = plan->protocol->patients - *first;
  return (int)(left < LIND_BLOCK_CUT ? left : LIND_BLOCK_CUT);
}

void lind_runner_count(lind_runner *runner, uint64_t block, uint64_t *counts) {
  uint32_t replicate;
  uint64_t first;
  const int n = seats_of_cut(runner->layout->plan, block, &replicate, &first);
  lind_enrol(runner->desk, replicate, first, n, NULL, counts);
}

static void count_work(lind_runner *runner) {
  for (int a = 0; a < runner->layout->n_arms; a++) {
    const lind_cost *here = &runner->desk->cost[a];
    int64_t *arm = runner->counts + LIND_FLOW_ARMS + a * LIND_FLOW_PER_ARM;
    arm[LIND_FLOW_STEPS] = (int64_t)here->work.steps;
    arm[LIND_FLOW_REJECTED] = (int64_t)here->work.rejected;
    arm[LIND_FLOW_RHS] = (int64_t)here->work.rhs;
    arm[LIND_FLOW_RESCUED] = (int64_t)here->work.rescued;
  }
}

const lind_cost *lind_runner_cost(const lind_runner *runner) { return runner->desk->cost; }

lind_err lind_runner_run(lind_runner *runner, uint32_t stage, uint64_t block, bool store, const uint64_t *base,
                         const lind_sink *sink) {
  const lind_layout *layout = runner->layout;
  const lind_plan *plan = layout->plan;
  lind_block_record record = {.stage = stage, .block = block, .n_reals = layout->n_reals, .n_counts = layout->n_counts};
  memset(runner->counts, 0, layout->n_counts * sizeof *runner->counts);
  runner->n_rows = 0;
  lind_recorder_begin(&runner->recorder);
  runner->desk->curve = plan->curve_output >= 0 ? runner->counts + layout->first_curve : NULL;
  memset(runner->desk->cost, 0, (size_t)layout->n_arms * sizeof *runner->desk->cost);
  if (plan->block_replicates > 0) {
    record.first_replicate = block * plan->block_replicates;
    const uint64_t left = plan->protocol->replicates - record.first_replicate;
    record.n_replicates = left < plan->block_replicates ? left : plan->block_replicates;
    record.n_seats = plan->protocol->patients;
    for (uint64_t r = 0; r < record.n_replicates; r++)
      LIND_TRY(run_seats(runner, (uint32_t)(record.first_replicate + r), 0, (int)plan->protocol->patients, store, NULL,
                         runner->reals + r * layout->n_reals));
  } else {
    uint32_t replicate;
    const int n = seats_of_cut(plan, block, &replicate, &record.first_seat);
    record.first_replicate = replicate;
    record.n_replicates = 1;
    record.n_seats = (uint64_t)n;
    LIND_TRY(run_seats(runner, replicate, record.first_seat, n, store, base, runner->reals));
  }
  count_work(runner);
  for (size_t c = 1; c < (size_t)layout->n_columns; c++) /* close the gap between capacity and what came */
    memmove(runner->rows + c * runner->n_rows, runner->rows + c * runner->most_rows, runner->n_rows * sizeof *runner->rows);
  record.reals = runner->reals;
  record.counts = runner->counts;
  record.rows = runner->rows;
  record.n_rows = runner->n_rows;
  record.n_columns = runner->n_rows > 0 ? (size_t)layout->n_columns : 0;
  lind_recorder_fill(&runner->recorder, &record);
  return sink->put(sink->self, &record);
}

void lind_runner_quit(lind_runner *runner, lind_quit quit) { runner->desk->quit = quit; }

void lind_runner_listen(lind_runner *runner, lind_ledger ledger) { runner->desk->ledger = ledger; }

void lind_runner_record(lind_runner *runner, lind_recording *recording) { runner->desk->recording = recording; }

lind_err lind_runner_replay(lind_runner *runner, uint32_t replicate, uint64_t seat, const uint64_t *base, const lind_desk **desk,
                            int *at) {
  const lind_plan *plan = runner->layout->plan;
  const bool whole = plan->block_replicates > 0;
  LIND_CHECK(seat < plan->protocol->patients, LIND_ERR_INPUT, "seat %llu is asked for; a replicate has seats 0 to %llu",
             (unsigned long long)seat, (unsigned long long)plan->protocol->patients - 1);
  const uint64_t first = whole ? 0 : seat / LIND_BLOCK_CUT * LIND_BLOCK_CUT, left = plan->protocol->patients - first;
  const int n = (int)(whole || left < LIND_BLOCK_CUT ? left : LIND_BLOCK_CUT), s = (int)(seat - first);
  runner->desk->curve = NULL;
  lind_enrol(runner->desk, replicate, first, n, base, NULL);
  LIND_CHECK(runner->desk->seated[s], LIND_ERR_INPUT, "seat %llu of replicate %u stayed empty: nobody eligible in %d attempts",
             (unsigned long long)seat, replicate, runner->desk->attempts[s]);
  lind_entry_fill(plan, replicate, first, n, runner->entry);
  forget(runner, s, s + 1);
  lind_simulate(runner->desk, s, s + 1);
  *desk = runner->desk;
  *at = s;
  return LIND_OK;
}

void lind_runner_row(const lind_runner *runner, int at, double *row) { keep_row(runner, at, row, 1, 0); }
