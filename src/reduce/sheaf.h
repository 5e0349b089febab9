/* sheaf.h -- how a sheaf lies in memory: numbers of eight bytes in one run, so that it is sent as it is. Depends on: reduce.h. */
#ifndef LIND_REDUCE_SHEAF_H
#define LIND_REDUCE_SHEAF_H

#include "lind/reduce.h"

struct lind_sheaf {
  uint64_t first_block, n_blocks; /* that it holds so far, of */
  uint64_t due;                   /* those that it is to hold */
  uint64_t first_replicate;
  uint64_t n_replicates; /* whole replicates, each with a row; 0 where replicates are cut */
  uint64_t n_seats;      /* cut: of its replicate, so far */
  _Alignas(8) unsigned char words[];
};

/* Where its parts begin, in words, and how many there are without rows. */
typedef struct lind_sheaf_map {
  size_t digests, counts, pooled, between, tables, rows;
  size_t n_cells, n_tables, n_columns; /* of a row: those of the roll, then the looks */
} lind_sheaf_map;

size_t lind_sheaf_cells(const lind_layout *layout);   /* of the endpoints, then of the baseline */
size_t lind_sheaf_columns(const lind_layout *layout); /* of the roll */
lind_sheaf_map lind_sheaf_find(const lind_layout *layout);
/* n words from `at` on. */
static inline const void *lind_sheaf_part(const lind_sheaf *sheaf, size_t at) { return sheaf->words + 8 * at; }

#endif
