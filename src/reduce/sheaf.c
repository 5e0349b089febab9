/* sheaf.c -- a run of consecutive blocks, folded into one: what rank 0 has to do for many blocks is done for one sheaf, and
 * sheaves are bound on all ranks at once. Which blocks make a sheaf is the plan's, so the order of every sum is, too. */
#include "sheaf.h"

#include <assert.h>
#include <string.h>

size_t lind_sheaf_cells(const lind_layout *layout) {
  return layout->first_term / LIND_CELL_REALS + (size_t)(layout->n_baseline * layout->n_arms);
}

size_t lind_sheaf_columns(const lind_layout *layout) {
  return (size_t)layout->n_terms * (LIND_TERM_REALS + (layout->judged ? 1u : 0u));
}

lind_sheaf_map lind_sheaf_find(const lind_layout *layout) {
  const size_t cells = lind_sheaf_cells(layout), tables = layout->n_reals - layout->first_table;
  lind_sheaf_map map = {.n_cells = cells, .n_tables = tables, .n_columns = lind_sheaf_columns(layout) + LIND_LOOK_REALS};
  map.counts = map.digests + 2 * LIND_SHEAF_BLOCKS;
  map.pooled = map.counts + layout->n_counts;
  map.between = map.pooled + LIND_CELL_REALS * cells;
  map.tables = map.between + LIND_CELL_REALS * cells;
  map.rows = map.tables + tables;
  return map;
}

/* ---- which blocks
 * ------------------------------------------------------------------------------------------------------------- */

static uint64_t divided(uint64_t n, uint64_t by) { return n / by + (n % by != 0); }

/* A sheaf does not reach over the end of a cut replicate. */
static uint64_t per_run(const lind_plan *plan) {
  return plan->block_replicates > 0 ? plan->n_blocks : lind_plan_blocks_per_replicate(plan);
}

uint64_t lind_sheaf_total(const lind_plan *plan) {
  const uint64_t run = per_run(plan);
  return run == 0 ? 0 : divided(run, LIND_SHEAF_BLOCKS) * (plan->n_blocks / run);
}

void lind_sheaf_blocks(const lind_plan *plan, uint64_t sheaf, uint64_t *first, uint64_t *end) {
  const uint64_t run = per_run(plan), sheaves = divided(run, LIND_SHEAF_BLOCKS), start = sheaf / sheaves * run;
  *first = start + sheaf % sheaves * LIND_SHEAF_BLOCKS;
  *end = *first + LIND_SHEAF_BLOCKS < start + run ? *first + LIND_SHEAF_BLOCKS : start + run;
}

/* ---- life
 * --------------------------------------------------------------------------------------------------------------------- */

static size_t bytes_of(const lind_layout *layout, uint64_t rows) {
  const lind_sheaf_map map = lind_sheaf_find(layout);
  return sizeof(lind_sheaf) + 8 * (map.rows + rows * map.n_columns);
}

size_t lind_sheaf_most(const lind_layout *layout) {
  const uint64_t rows = LIND_SHEAF_BLOCKS * layout->plan->block_replicates, all = layout->plan->protocol->replicates;
  return bytes_of(layout, rows < all ? rows : all);
}

size_t lind_sheaf_bytes(const lind_layout *layout, const lind_sheaf *sheaf) { return bytes_of(layout, sheaf->n_replicates); }

void lind_sheaf_begin(const lind_layout *layout, uint64_t number, lind_sheaf *sheaf) {
  uint64_t first, end;
  lind_sheaf_blocks(layout->plan, number, &first, &end);
  memset(sheaf, 0, bytes_of(layout, 0));
  sheaf->first_block = first;
  sheaf->due = end - first;
}

bool lind_sheaf_is_bound(const lind_sheaf *sheaf) { return sheaf->n_blocks == sheaf->due; }

/* ---- binding
 * ------------------------------------------------------------------------------------------------------------------ */

/* The cells of a row of reals stand in two runs: endpoints first, baseline behind the terms. */
static lind_moments cell_of(const lind_layout *layout, const double *reals, size_t i) {
  const size_t endpoint_cells = layout->first_term / LIND_CELL_REALS;
  lind_moments cell;
  memcpy(
      &cell,
      i < endpoint_cells ? reals + i * LIND_CELL_REALS : reals + layout->first_baseline + (i - endpoint_cells) * LIND_CELL_REALS,
      sizeof cell);
  return cell;
}

static void add_cut(const lind_layout *layout, const lind_sheaf_map *map, const lind_block_record *record, lind_sheaf *sheaf) {
  lind_moments *pooled = (lind_moments *)(void *)(sheaf->words + 8 * map->pooled);
  double *tables = (double *)(void *)(sheaf->words + 8 * map->tables);
  for (size_t i = 0; i < map->n_tables; i++) tables[i] += record->reals[layout->first_table + i];
  for (size_t i = 0; i < map->n_cells; i++) {
    const lind_moments cell = cell_of(layout, record->reals, i);
    lind_moments_merge(&pooled[i], &cell);
  }
  sheaf->n_seats += record->n_seats;
}

static void add_whole(const lind_layout *layout, const lind_sheaf_map *map, const double *reals, lind_sheaf *sheaf) {
  lind_moments *pooled = (lind_moments *)(void *)(sheaf->words + 8 * map->pooled),
               *between = (lind_moments *)(void *)(sheaf->words + 8 * map->between);
  double *row = (double *)(void *)(sheaf->words + 8 * (map->rows + sheaf->n_replicates++ * map->n_columns));
  for (size_t i = 0; i < map->n_cells; i++) {
    const lind_moments cell = cell_of(layout, reals, i);
    lind_moments_merge(&pooled[i], &cell);
    if (cell.n > 0.0) lind_moments_add(&between[i], cell.mean);
  }
  for (int t = 0; t < layout->n_terms; t++) {
    const double *term = reals + layout->first_term + (size_t)t * LIND_TERM_REALS;
    for (int k = 0; k < LIND_TERM_REALS; k++) row[lind_tally_column(layout, t, k)] = term[k];
    if (layout->judged) row[lind_tally_column(layout, t, LIND_TERM_REALS)] = reals[layout->first_truth + (size_t)t];
  }
  memcpy(row + lind_sheaf_columns(layout), reals + layout->first_look, LIND_LOOK_REALS * sizeof *row);
}

static lind_err check(const lind_layout *layout, const lind_block_record *record, const lind_sheaf *sheaf) {
  const uint64_t whole = layout->plan->block_replicates, block = sheaf->first_block + sheaf->n_blocks,
                 first = whole > 0 ? block * whole : block / lind_plan_blocks_per_replicate(layout->plan);
  const unsigned long long number = record->block, replicates = layout->plan->protocol->replicates;
  LIND_CHECK(record->n_reals == layout->n_reals && record->n_counts == layout->n_counts, LIND_ERR_FILE,
             "block %llu has %zu reals and %zu counts; this plan leaves %zu and %zu", number, record->n_reals, record->n_counts,
             layout->n_reals, layout->n_counts);
  LIND_CHECK(record->first_replicate + record->n_replicates <= replicates, LIND_ERR_FILE,
             "block %llu holds replicate %llu; this plan has %llu", number,
             (unsigned long long)(record->first_replicate + record->n_replicates - 1), replicates);
  LIND_CHECK(record->first_replicate == first, LIND_ERR_FILE, "block %llu holds replicate %llu where %llu is next", number,
             (unsigned long long)record->first_replicate, (unsigned long long)first);
  LIND_CHECK(record->block == block && record->n_replicates <= (whole > 0 ? whole : 1), LIND_ERR_FILE,
             "block %llu of %llu replicates comes where block %llu is next", number, (unsigned long long)record->n_replicates,
             (unsigned long long)block);
  return LIND_OK;
}

lind_err lind_sheaf_add(const lind_layout *layout, const lind_block_record *record, lind_sheaf *sheaf) {
  assert(!lind_sheaf_is_bound(sheaf));
  LIND_TRY(check(layout, record, sheaf));
  const lind_sheaf_map map = lind_sheaf_find(layout);
  lind_digest *digests = (lind_digest *)(void *)(sheaf->words + 8 * map.digests);
  int64_t *counts = (int64_t *)(void *)(sheaf->words + 8 * map.counts);
  if (sheaf->n_blocks == 0) sheaf->first_replicate = record->first_replicate;
  digests[sheaf->n_blocks++] = lind_sink_record_digest(record);
  for (size_t i = 0; i < layout->n_counts; i++) counts[i] += record->counts[i];
  if (layout->plan->block_replicates == 0)
    add_cut(layout, &map, record, sheaf);
  else
    for (uint64_t r = 0; r < record->n_replicates; r++) add_whole(layout, &map, record->reals + r * layout->n_reals, sheaf);
  return LIND_OK;
}
