/* tally.c -- over replicates: operating characteristics with their Monte Carlo error. Records come in block order, so that every
 * sum has one order whoever computed the blocks. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lind/reduce.h"

static size_t cells_of(const lind_layout *layout) {
  return layout->first_term / LIND_CELL_REALS + (size_t)(layout->n_baseline * layout->n_arms);
}

lind_err lind_tally_create(const lind_layout *layout, lind_tally **result) {
  const size_t cells = cells_of(layout), replicates = layout->plan->protocol->replicates;
  lind_tally *tally = calloc(1, sizeof *tally);
  LIND_CHECK(tally != NULL, LIND_ERR_MEMORY, "no memory for a tally");
  tally->layout = layout;
  tally->replicates = replicates;
  tally->counts = calloc(layout->n_counts + 1, sizeof *tally->counts);
  tally->pooled = calloc(cells + 1, sizeof *tally->pooled);
  tally->between = calloc(cells + 1, sizeof *tally->between);
  tally->partial = calloc(cells + 1, sizeof *tally->partial);
  tally->truth = calloc(layout->judged ? (size_t)layout->n_terms * replicates + 1 : 1, sizeof *tally->truth);
  tally->look = calloc(LIND_LOOK_REALS * replicates + 1, sizeof *tally->look);
  tally->tables = calloc(layout->n_reals - layout->first_table + 1, sizeof *tally->tables);
  bool ok = tally->truth && tally->tables && tally->counts && tally->pooled && tally->between && tally->partial && tally->look;
  for (int k = 0; k < LIND_TERM_REALS; k++) {
    tally->term[k] = malloc(((size_t)layout->n_terms * replicates + 1) * sizeof(double));
    ok = ok && tally->term[k] != NULL;
  }
  if (!ok) {
    lind_tally_destroy(&tally);
    LIND_CHECK(false, LIND_ERR_MEMORY, "no memory for the tally of %zu replicates", replicates);
  }
  *result = tally;
  return LIND_OK;
}

void lind_tally_destroy(lind_tally **at) {
  if (at == NULL || *at == NULL) return;
  lind_tally *tally = *at;
  free(tally->counts);
  free(tally->pooled);
  free(tally->between);
  free(tally->partial);
  free(tally->tables);
  free(tally->truth);
  free(tally->look);
  for (int k = 0; k < LIND_TERM_REALS; k++) free(tally->term[k]);
  free(tally);
  *at = NULL;
}

/* The cells of a row of reals stand in two runs: endpoints first, baseline behind the terms. */
static void read_cells(const lind_layout *layout, const double *reals, size_t i, lind_moments *cell) {
  const size_t endpoint_cells = layout->first_term / LIND_CELL_REALS;
  const double *at =
      i < endpoint_cells ? reals + i * LIND_CELL_REALS : reals + layout->first_baseline + (i - endpoint_cells) * LIND_CELL_REALS;
  memcpy(cell, at, sizeof *cell);
}

static void close_replicate(lind_tally *tally, const lind_moments *cells) {
  for (size_t i = 0; i < cells_of(tally->layout); i++) {
    lind_moments_merge(&tally->pooled[i], &cells[i]);
    if (cells[i].n > 0.0) lind_moments_add(&tally->between[i], cells[i].mean);
  }
}

static lind_err answer_cut(const lind_tally *tally, int t, lind_answer *answer) {
  const lind_layout *layout = tally->layout;
  const struct lind_layout_term *term = &layout->terms[t];
  const lind_analysis_settings *settings = &layout->analyses[term->analysis].settings;
  if (layout->table[t] >= 0) {
    const double *at = tally->tables + ((size_t)layout->table[t] - layout->first_table);
    const int n = layout->table_days;
    const lind_life_table a = {n, at, at + n}, b = {n, at + 2 * n, at + 3 * n};
    LIND_TRY(term->estimator->from_tables(&a, &b, settings, answer));
    answer->missing = (uint64_t)at[4 * n];
    return LIND_OK;
  }
  const size_t a = lind_layout_cell(layout, term->endpoint, term->grouping, term->level, term->treated) / LIND_CELL_REALS;
  const size_t b = lind_layout_cell(layout, term->endpoint, term->grouping, term->level, term->control) / LIND_CELL_REALS;
  return term->estimator->from_moments(&tally->partial[a], &tally->partial[b], settings, answer);
}

static lind_err estimate_cut(lind_tally *tally, uint64_t replicate) {
  for (int t = 0; t < tally->layout->n_terms; t++) {
    lind_answer answer;
    LIND_TRY(answer_cut(tally, t, &answer));
    const lind_term *x = &answer.terms[0];
    const double all[LIND_TERM_REALS] = {x->estimate, x->se,        x->lower,         x->upper,
                                         x->p,        x->statistic, (double)answer.n, (double)answer.missing};
    for (int k = 0; k < LIND_TERM_REALS; k++) tally->term[k][(size_t)t * tally->replicates + replicate] = all[k];
  }
  return LIND_OK;
}

static lind_err add_cut(lind_tally *tally, const lind_block_record *record) {
  const lind_plan *plan = tally->layout->plan;
  const size_t cells = cells_of(tally->layout);
  const size_t tables = tally->layout->n_reals - tally->layout->first_table;
  if (record->first_seat == 0) {
    memset(tally->partial, 0, cells * sizeof *tally->partial);
    memset(tally->tables, 0, tables * sizeof *tally->tables);
  }
  for (size_t i = 0; i < tables; i++) tally->tables[i] += record->reals[tally->layout->first_table + i];
  for (size_t i = 0; i < cells; i++) {
    lind_moments cell;
    read_cells(tally->layout, record->reals, i, &cell);
    lind_moments_merge(&tally->partial[i], &cell);
  }
  if (record->first_seat + record->n_seats < plan->protocol->patients) return LIND_OK;
  LIND_TRY(estimate_cut(tally, record->first_replicate));
  close_replicate(tally, tally->partial);
  tally->look[LIND_LOOK_REALS * record->first_replicate + 1] = (double)plan->protocol->patients;
  tally->seen++;
  return LIND_OK;
}

static void add_whole(lind_tally *tally, const lind_block_record *record) {
  const lind_layout *layout = tally->layout;
  for (uint64_t r = 0; r < record->n_replicates; r++) {
    const double *reals = record->reals + r * layout->n_reals;
    const uint64_t replicate = record->first_replicate + r;
    for (size_t i = 0; i < cells_of(layout); i++) read_cells(layout, reals, i, &tally->partial[i]);
    close_replicate(tally, tally->partial);
    for (int t = 0; t < layout->n_terms; t++)
      for (int k = 0; k < LIND_TERM_REALS; k++)
        tally->term[k][(size_t)t * tally->replicates + replicate] =
            reals[layout->first_term + (size_t)t * LIND_TERM_REALS + (size_t)k];
    for (int t = 0; layout->judged && t < layout->n_terms; t++)
      tally->truth[(size_t)t * tally->replicates + replicate] = reals[layout->first_truth + (size_t)t];
    memcpy(tally->look + LIND_LOOK_REALS * replicate, reals + layout->first_look, LIND_LOOK_REALS * sizeof(double));
    tally->seen++;
  }
}

lind_err lind_tally_add(void *context, const lind_block_record *record) {
  lind_tally *tally = context;
  const lind_layout *layout = tally->layout;
  LIND_CHECK(record->n_reals == layout->n_reals && record->n_counts == layout->n_counts, LIND_ERR_FILE,
             "block %llu has %zu reals and %zu counts; this plan leaves %zu and %zu", (unsigned long long)record->block,
             record->n_reals, record->n_counts, layout->n_reals, layout->n_counts);
  LIND_CHECK(record->first_replicate + record->n_replicates <= tally->replicates, LIND_ERR_FILE,
             "block %llu holds replicate %llu; this plan has %llu", (unsigned long long)record->block,
             (unsigned long long)(record->first_replicate + record->n_replicates - 1), (unsigned long long)tally->replicates);
  for (size_t i = 0; i < layout->n_counts; i++) tally->counts[i] += record->counts[i];
  const lind_digest block = lind_sink_record_digest(record);
  tally->digest = lind_digest_add(tally->digest, &block, sizeof block);
  if (layout->plan->block_replicates == 0) return add_cut(tally, record);
  add_whole(tally, record);
  return LIND_OK;
}

lind_err lind_tally_finish(lind_tally *tally) {
  LIND_CHECK(tally->seen == tally->replicates, LIND_ERR_FILE, "only %llu of %llu replicates are there",
             (unsigned long long)tally->seen, (unsigned long long)tally->replicates);
  for (int k = 0; k < LIND_TERM_REALS; k++)
    tally->digest =
        lind_digest_add(tally->digest, tally->term[k], (size_t)tally->layout->n_terms * tally->replicates * sizeof(double));
  int64_t randomised = 0, failed = 0;
  for (int a = 0; a < tally->layout->n_arms; a++) {
    randomised += tally->counts[LIND_FLOW_ARMS + a * LIND_FLOW_PER_ARM + LIND_FLOW_RANDOMISED];
    failed += tally->counts[LIND_FLOW_ARMS + a * LIND_FLOW_PER_ARM + LIND_FLOW_FAILED];
  }
  const double limit = tally->layout->plan->protocol->failed_limit;
  LIND_CHECK((double)failed <= limit * (double)randomised, LIND_ERR_NUMERIC,
             "%lld of %lld lanes failed; the protocol allows a share of %g (conduct.failed_lanes)", (long long)failed,
             (long long)randomised, limit);
  return LIND_OK;
}

/* ---- what the replicates say
 * -------------------------------------------------------------------------------------------------------- */

static int rising(const void *x, const void *y) {
  const double a = *(const double *)x, b = *(const double *)y;
  return (a > b) - (a < b);
}

static double quantile(const double *sorted, size_t n, double q) { /* type 7, as R */
  if (n == 0) return NAN;
  const double at = q * (double)(n - 1);
  const size_t low = (size_t)floor(at), high = low + 1 < n ? low + 1 : low;
  return sorted[low] + (at - (double)low) * (sorted[high] - sorted[low]);
}

static double mean_of(const double *values, uint64_t n) {
  lind_moments moments = {0};
  for (uint64_t r = 0; r < n; r++) lind_moments_add(&moments, values[r]);
  return moments.n > 0 ? moments.mean : NAN;
}

double lind_tally_mcse(uint64_t hits, uint64_t n) {
  const double more = hits == 0 || hits == n ? 2.0 : 0.0, trials = (double)n + 2.0 * more, p = ((double)hits + more) / trials;
  return n > 0 ? sqrt(p * (1.0 - p) / trials) : NAN;
}

void lind_tally_effect(const lind_tally *tally, int term, lind_effect *effect) {
  const uint64_t n = tally->replicates;
  const size_t first = (size_t)term * n;
  const double *estimate = tally->term[0] + first, *p = tally->term[4] + first;
  const lind_layout *layout = tally->layout;
  const double alpha = 1.0 - layout->plan->protocol->analyses[layout->terms[term].analysis].level;
  lind_moments moments = {0};
  uint64_t tests = 0, hits = 0, kept = 0;
  double *sorted = malloc((n + 1) * sizeof *sorted);
  for (uint64_t r = 0; r < n; r++) {
    lind_moments_add(&moments, estimate[r]);
    if (isnan(estimate[r])) continue;
    if (sorted != NULL) sorted[kept++] = estimate[r];
    tests++;
    hits += p[r] < alpha; /* an estimate without a p value, as of two shares that are both 0, rejects nothing */
  }
  if (sorted != NULL) qsort(sorted, kept, sizeof *sorted, rising);
  const double sd = moments.n > 1 ? sqrt(moments.m2 / (moments.n - 1.0)) : NAN,
               power = tests > 0 && !layout->terms[term].estimator->no_test && layout->plan->tilts == NULL
                           ? (double)hits / (double)tests
                           : NAN;
  *effect = (lind_effect){.mean = moments.n > 0 ? moments.mean : NAN,
                          .sd = sd,
                          .mcse = sd / sqrt(moments.n),
                          .p05 = sorted != NULL ? quantile(sorted, kept, 0.05) : NAN,
                          .p50 = sorted != NULL ? quantile(sorted, kept, 0.50) : NAN,
                          .p95 = sorted != NULL ? quantile(sorted, kept, 0.95) : NAN,
                          .se = mean_of(tally->term[1] + first, n),
                          .lower = mean_of(tally->term[2] + first, n),
                          .upper = mean_of(tally->term[3] + first, n),
                          .power = power,
                          .power_mcse = isnan(power) ? NAN : lind_tally_mcse(hits, tests),
                          .n = mean_of(tally->term[6] + first, n),
                          .missing = mean_of(tally->term[7] + first, n),
                          .replicates = (uint64_t)moments.n};
  free(sorted);
}

void lind_tally_survival(const lind_tally *tally, int endpoint, int arm, double *share, double *at_risk) {
  const lind_layout *layout = tally->layout;
  const int bins = layout->survival_bins;
  const int64_t *events = tally->counts + layout->survival[endpoint] + 2 * arm * bins, *censored = events + bins;
  double left = 0.0, survival = 1.0;
  for (int b = 0; b < bins; b++) left += (double)(events[b] + censored[b]);
  for (int b = 0; b < bins; b++) {
    at_risk[b] = left / (double)tally->replicates;
    if (left > 0.0) survival *= 1.0 - (double)events[b] / left;
    share[b] = left > 0.0 ? survival : NAN;
    left -= (double)(events[b] + censored[b]);
  }
}

double lind_tally_curve(const lind_tally *tally, int arm, int time, double q) {
  const lind_layout *layout = tally->layout;
  const lind_protocol *protocol = layout->plan->protocol;
  const size_t times = (layout->n_counts - layout->first_curve) / (size_t)layout->n_arms / LIND_CURVE_BINS;
  const int64_t *bins = tally->counts + layout->first_curve + ((size_t)arm * times + (size_t)time) * LIND_CURVE_BINS;
  const double width = (protocol->curve_upper - protocol->curve_lower) / LIND_CURVE_BINS;
  int64_t total = 0, below = 0;
  for (int b = 0; b < LIND_CURVE_BINS; b++) total += bins[b];
  if (total == 0) return NAN;
  const double wanted = q * (double)total;
  for (int b = 0; b < LIND_CURVE_BINS; b++) {
    if ((double)(below + bins[b]) >= wanted && bins[b] > 0)
      return protocol->curve_lower + width * (b + (wanted - (double)below) / (double)bins[b]);
    below += bins[b];
  }
  return protocol->curve_upper;
}
