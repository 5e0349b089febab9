/* tally.c -- over replicates: operating characteristics with their Monte Carlo error. Sheaves come in order, so that every
 * sum has one order whoever computed the blocks. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sheaf.h"

enum { N_ARRAYS = 9 };

/* How large every array is: allocates them, and tells the bytes before a run. */
static void sizes(const lind_layout *layout, size_t bytes[N_ARRAYS]) {
  const size_t cells = lind_sheaf_cells(layout) + 1;
  bytes[0] = bytes[1] = bytes[2] = cells * sizeof(lind_moments);
  bytes[3] = (layout->n_counts + 1) * sizeof(int64_t);
  bytes[4] = (layout->n_reals - layout->first_table + 1) * sizeof(double);
  bytes[5] = ((size_t)layout->plan->protocol->n_looks + 1) * LIND_TALLY_VERDICTS * sizeof(uint64_t);
  bytes[6] = ((size_t)layout->n_terms + 1) * sizeof(lind_effect);
  bytes[7] = (lind_sheaf_columns(layout) + 1) * sizeof(double);
  bytes[8] = lind_sheaf_most(layout);
}

size_t lind_tally_bytes(const lind_layout *layout) {
  size_t bytes[N_ARRAYS],
      total = sizeof(lind_tally) + lind_roll_bytes(lind_sheaf_columns(layout), layout->plan->protocol->replicates);
  sizes(layout, bytes);
  for (int k = 0; k < N_ARRAYS; k++) total += bytes[k];
  return total;
}

double lind_tally_disk(const lind_layout *layout) {
  return lind_roll_disk(lind_sheaf_columns(layout), layout->plan->protocol->replicates);
}

lind_err lind_tally_create(const lind_layout *layout, const char *directory, lind_tally **result) {
  const uint64_t replicates = layout->plan->protocol->replicates;
  size_t bytes[N_ARRAYS];
  lind_tally *tally = calloc(1, sizeof *tally);
  LIND_CHECK(tally != NULL, LIND_ERR_MEMORY, "no memory for a tally");
  tally->layout = layout;
  tally->replicates = replicates;
  void **at[N_ARRAYS] = {(void **)&tally->pooled,  (void **)&tally->between, (void **)&tally->partial,
                         (void **)&tally->counts,  (void **)&tally->tables,  (void **)&tally->verdicts,
                         (void **)&tally->effects, (void **)&tally->row,     (void **)&tally->sheaf};
  bool ok = true;
  sizes(layout, bytes);
  for (int k = 0; k < N_ARRAYS; k++) ok &= (*at[k] = calloc(1, bytes[k])) != NULL;
  lind_err err = ok ? LIND_OK : lind_error_fail(LIND_ERR_MEMORY, __FILE__, __LINE__, "no memory for a tally");
  if (err == LIND_OK) err = lind_roll_create(directory, lind_sheaf_columns(layout), replicates, &tally->roll);
  if (err != LIND_OK)
    lind_tally_destroy(&tally);
  else
    *result = tally;
  return err;
}

void lind_tally_destroy(lind_tally **at) {
  if (at == NULL || *at == NULL) return;
  lind_tally *tally = *at;
  free(tally->counts);
  free(tally->pooled);
  free(tally->between);
  free(tally->partial);
  free(tally->tables);
  free(tally->verdicts);
  free(tally->effects);
  free(tally->row);
  free(tally->sheaf);
  lind_roll_destroy(&tally->roll);
  free(tally);
  *at = NULL;
}

/* The terms of a replicate are in `row`. */
static lind_err close_replicate(lind_tally *tally, const double *row, const double look[LIND_LOOK_REALS]) {
  for (int k = 0; k < LIND_LOOK_REALS; k++) lind_moments_add(&tally->look[k], look[k]);
  const int taken = (int)look[0], verdict = (int)look[2];
  LIND_CHECK(taken >= 0 && taken <= tally->layout->plan->protocol->n_looks && verdict >= 0 && verdict < LIND_TALLY_VERDICTS,
             LIND_ERR_FILE, "replicate %llu took %d looks of %d", (unsigned long long)tally->seen, taken,
             tally->layout->plan->protocol->n_looks);
  tally->verdicts[taken * LIND_TALLY_VERDICTS + verdict]++;
  tally->seen++;
  return lind_roll_add(tally->roll, row);
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

static lind_err estimate_cut(lind_tally *tally) {
  for (int t = 0; t < tally->layout->n_terms; t++) {
    lind_answer answer;
    LIND_TRY(answer_cut(tally, t, &answer));
    const lind_term *x = &answer.terms[0];
    const double all[LIND_TERM_REALS] = {x->estimate, x->se,        x->lower,         x->upper,
                                         x->p,        x->statistic, (double)answer.n, (double)answer.missing};
    for (int k = 0; k < LIND_TERM_REALS; k++) tally->row[lind_tally_column(tally->layout, t, k)] = all[k];
  }
  return LIND_OK;
}

/* The sheaf is one of a cut replicate; the last of them closes it. */
static lind_err take_cut(lind_tally *tally, const lind_sheaf *sheaf, const lind_sheaf_map *map) {
  const lind_layout *layout = tally->layout;
  const lind_moments *cells = lind_sheaf_part(sheaf, map->pooled);
  const double *tables = lind_sheaf_part(sheaf, map->tables);
  const uint64_t per = lind_plan_blocks_per_replicate(layout->plan);
  for (size_t i = 0; i < map->n_tables; i++) tally->tables[i] += tables[i];
  for (size_t i = 0; i < map->n_cells; i++) lind_moments_merge(&tally->partial[i], &cells[i]);
  if ((sheaf->first_block + sheaf->n_blocks) % per != 0) return LIND_OK;
  const double look[LIND_LOOK_REALS] = {[1] = (double)layout->plan->protocol->patients};
  LIND_TRY(estimate_cut(tally));
  for (size_t i = 0; i < map->n_cells; i++) {
    lind_moments_merge(&tally->pooled[i], &tally->partial[i]);
    if (tally->partial[i].n > 0.0) lind_moments_add(&tally->between[i], tally->partial[i].mean);
  }
  memset(tally->partial, 0, map->n_cells * sizeof *tally->partial);
  memset(tally->tables, 0, map->n_tables * sizeof *tally->tables);
  return close_replicate(tally, tally->row, look);
}

static lind_err take_whole(lind_tally *tally, const lind_sheaf *sheaf, const lind_sheaf_map *map) {
  const lind_moments *pooled = lind_sheaf_part(sheaf, map->pooled), *between = lind_sheaf_part(sheaf, map->between);
  const double *rows = lind_sheaf_part(sheaf, map->rows);
  for (size_t i = 0; i < map->n_cells; i++) {
    lind_moments_merge(&tally->pooled[i], &pooled[i]);
    lind_moments_merge(&tally->between[i], &between[i]);
  }
  for (uint64_t r = 0; r < sheaf->n_replicates; r++) {
    const double *row = rows + r * map->n_columns;
    LIND_TRY(close_replicate(tally, row, row + lind_sheaf_columns(tally->layout)));
  }
  return LIND_OK;
}

lind_err lind_tally_take(lind_tally *tally, const lind_sheaf *sheaf) {
  const lind_layout *layout = tally->layout;
  const lind_sheaf_map map = lind_sheaf_find(layout);
  const lind_digest *digests = lind_sheaf_part(sheaf, map.digests);
  const int64_t *counts = lind_sheaf_part(sheaf, map.counts);
  assert(lind_sheaf_is_bound(sheaf));
  LIND_CHECK(sheaf->first_replicate == tally->seen, LIND_ERR_FILE, "block %llu holds replicate %llu where %llu is next",
             (unsigned long long)sheaf->first_block, (unsigned long long)sheaf->first_replicate, (unsigned long long)tally->seen);
  for (uint64_t b = 0; b < sheaf->n_blocks; b++) tally->digest = lind_digest_add(tally->digest, &digests[b], sizeof digests[b]);
  for (size_t i = 0; i < layout->n_counts; i++) tally->counts[i] += counts[i];
  tally->n_sheaves++;
  return layout->plan->block_replicates == 0 ? take_cut(tally, sheaf, &map) : take_whole(tally, sheaf, &map);
}

lind_err lind_tally_add(void *context, const lind_block_record *record) {
  lind_tally *tally = context;
  if (tally->sheaf->due == 0 || lind_sheaf_is_bound(tally->sheaf)) {
    LIND_CHECK(tally->n_sheaves < lind_sheaf_total(tally->layout->plan), LIND_ERR_FILE, "block %llu is one too many",
               (unsigned long long)record->block);
    lind_sheaf_begin(tally->layout, tally->n_sheaves, tally->sheaf);
  }
  LIND_TRY(lind_sheaf_add(tally->layout, record, tally->sheaf));
  return lind_sheaf_is_bound(tally->sheaf) ? lind_tally_take(tally, tally->sheaf) : LIND_OK;
}

/* The estimates of all terms are one piece of the digest, and so on. */
static lind_err digest_terms(lind_tally *tally) {
  double *values = malloc((lind_roll_rows(tally->roll) + 1) * sizeof *values);
  LIND_CHECK(values != NULL, LIND_ERR_MEMORY, "no memory for a digest");
  lind_err err = LIND_OK;
  for (int k = 0; k < LIND_TERM_REALS && err == LIND_OK; k++) {
    lind_digest_stream *stream = NULL;
    err = lind_digest_stream_start(&stream);
    for (int t = 0; t < tally->layout->n_terms && err == LIND_OK; t++) {
      size_t n = 1;
      for (uint64_t piece = 0; err == LIND_OK && n > 0; piece++) {
        err = lind_roll_read(tally->roll, lind_tally_column(tally->layout, t, k), piece, values, &n);
        if (err == LIND_OK) lind_digest_stream_feed(stream, values, n * sizeof *values);
      }
    }
    if (stream != NULL) tally->digest = lind_digest_stream_end(&stream, tally->digest);
  }
  free(values);
  return err;
}

lind_err lind_tally_finish(lind_tally *tally) {
  const uint64_t begun = lind_sheaf_is_bound(tally->sheaf) ? 0 : tally->sheaf->n_replicates;
  LIND_CHECK(tally->seen == tally->replicates, LIND_ERR_FILE, "only %llu of %llu replicates are there",
             (unsigned long long)(tally->seen + begun), (unsigned long long)tally->replicates);
  LIND_TRY(lind_roll_end(tally->roll));
  LIND_TRY(digest_terms(tally));
  for (int t = 0; t < tally->layout->n_terms; t++)
    LIND_TRY(lind_effect_estimate(tally->layout, tally->roll, t, &tally->effects[t]));
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

double lind_tally_mcse(uint64_t hits, uint64_t n) {
  const double more = hits == 0 || hits == n ? 2.0 : 0.0, trials = (double)n + 2.0 * more, p = ((double)hits + more) / trials;
  return n > 0 ? sqrt(p * (1.0 - p) / trials) : NAN;
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
