/* catalogue.h -- which block lies in which segment. Depends on: digest.h. */
#ifndef LIND_STORE_CATALOGUE_H
#define LIND_STORE_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lind/digest.h"
#include "lind/error.h"

typedef struct lind_catalogue_entry {
  uint64_t block;   /* of the study as it is now */
  uint64_t written; /* the number that the record bears, and that its digest covers */
  uint32_t stage;
  int rank;
  uint32_t sequence; /* segments/<rank>-<sequence>.h5 */
  uint32_t row;      /* in the segment */
  lind_digest digest;
} lind_catalogue_entry;

typedef struct lind_catalogue {
  lind_catalogue_entry *entries;
  size_t n, capacity;
} lind_catalogue;

void lind_catalogue_release(lind_catalogue *catalogue);
lind_err lind_catalogue_add(lind_catalogue *catalogue, const lind_catalogue_entry *entries, size_t n) LIND_MUST_CHECK;
/* Order by stage and block; a block that two segments hold with the same digest is kept once, the later one of a rank; with
 * different ones it is a sentence. */
lind_err lind_catalogue_sort(lind_catalogue *catalogue) LIND_MUST_CHECK;
/* Of a sorted catalogue: the entries of a stage are [*first, *end). */
void lind_catalogue_stage(const lind_catalogue *catalogue, uint32_t stage, size_t *first, size_t *end);
/* Those of blocks first .. end - 1 of the stage are [*from, *to). */
void lind_catalogue_range(const lind_catalogue *catalogue, uint32_t stage, uint64_t first, uint64_t end, size_t *from,
                          size_t *to);
/* NULL: it has none. */
const lind_catalogue_entry *lind_catalogue_find(const lind_catalogue *catalogue, uint32_t stage, uint64_t block);
bool lind_catalogue_has(const lind_catalogue *catalogue, uint32_t stage, uint64_t block);

#endif
