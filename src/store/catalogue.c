#include "catalogue.h"

#include <stdlib.h>
#include <string.h>

void lind_catalogue_release(lind_catalogue *catalogue) {
  free(catalogue->entries);
  *catalogue = (lind_catalogue){0};
}

lind_err lind_catalogue_add(lind_catalogue *catalogue, const lind_catalogue_entry *entries, size_t n) {
  if (n > catalogue->capacity - catalogue->n) {
    const size_t capacity = 2 * (catalogue->n + n);
    lind_catalogue_entry *grown = reallocarray(catalogue->entries, capacity, sizeof *grown);
    LIND_CHECK(grown != NULL, LIND_ERR_MEMORY, "no memory for a catalogue of %zu blocks", capacity);
    catalogue->entries = grown;
    catalogue->capacity = capacity;
  }
  if (n > 0) memcpy(catalogue->entries + catalogue->n, entries, n * sizeof *entries);
  catalogue->n += n;
  return LIND_OK;
}

static int place(uint32_t stage_a, uint64_t block_a, uint32_t stage_b, uint64_t block_b) {
  if (stage_a != stage_b) return stage_a < stage_b ? -1 : 1;
  return block_a < block_b ? -1 : block_a > block_b;
}

static int compare(const void *left, const void *right) {
  const lind_catalogue_entry *a = left, *b = right;
  const int order = place(a->stage, a->block, b->stage, b->block);
  if (order != 0) return order;
  if (a->rank != b->rank) return a->rank < b->rank ? -1 : 1;
  return a->sequence > b->sequence ? -1 : a->sequence < b->sequence;
}

lind_err lind_catalogue_sort(lind_catalogue *catalogue) {
  lind_catalogue_entry *entries = catalogue->entries;
  if (catalogue->n == 0) return LIND_OK;
  qsort(entries, catalogue->n, sizeof *entries, compare);
  size_t kept = 1;
  for (size_t i = 1; i < catalogue->n; i++) {
    const lind_catalogue_entry *a = &entries[kept - 1], *b = &entries[i];
    if (place(a->stage, a->block, b->stage, b->block) != 0) {
      entries[kept++] = *b;
      continue;
    }
    LIND_CHECK(lind_digest_equal(a->digest, b->digest) || a->written != b->written, LIND_ERR_FILE,
               "segments/%d-%u.h5 and segments/%d-%u.h5 hold different numbers for block %llu of stage %u; delete both and run "
               "the same command "
               "again",
               b->rank, b->sequence, a->rank, a->sequence, (unsigned long long)a->block, a->stage);
  }
  catalogue->n = kept;
  return LIND_OK;
}

/* The first entry at or behind (stage, block). */
static size_t lower_bound(const lind_catalogue *catalogue, uint32_t stage, uint64_t block) {
  size_t low = 0, high = catalogue->n;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    const lind_catalogue_entry *at = &catalogue->entries[middle];
    if (place(at->stage, at->block, stage, block) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

void lind_catalogue_stage(const lind_catalogue *catalogue, uint32_t stage, size_t *first, size_t *end) {
  *first = lower_bound(catalogue, stage, 0);
  *end = stage == UINT32_MAX ? catalogue->n : lower_bound(catalogue, stage + 1, 0);
}

void lind_catalogue_range(const lind_catalogue *catalogue, uint32_t stage, uint64_t first, uint64_t end, size_t *from,
                          size_t *to) {
  *from = lower_bound(catalogue, stage, first);
  *to = lower_bound(catalogue, stage, end);
}

const lind_catalogue_entry *lind_catalogue_find(const lind_catalogue *catalogue, uint32_t stage, uint64_t block) {
  const size_t at = lower_bound(catalogue, stage, block);
  if (at == catalogue->n || place(catalogue->entries[at].stage, catalogue->entries[at].block, stage, block) != 0) return NULL;
  return &catalogue->entries[at];
}

bool lind_catalogue_has(const lind_catalogue *catalogue, uint32_t stage, uint64_t block) {
  return lind_catalogue_find(catalogue, stage, block) != NULL;
}
