/* pack.h -- counts as few bytes. Most counts of a block are small, and half of them are 0, in runs: a number below 128 takes one
 * byte (seven bits a byte, the lowest first, the eighth says that more follow; a negative one is folded between the positive),
 * and 0 is followed by how many zeros more come. The bytes are a function of the counts. Depends on: error.h. */
#ifndef LIND_STORE_PACK_H
#define LIND_STORE_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LIND_PACK_MOST = 10 }; /* bytes of a count at most; a zero with its run has six at most, where n is below 2^32 */

/* bytes [LIND_PACK_MOST n]. Returns how many were written. */
size_t lind_pack_counts(const int64_t *counts, size_t n, unsigned char *bytes);
/* False where the bytes are not those of n counts. */
bool lind_pack_open(const unsigned char *bytes, size_t n_bytes, size_t n, int64_t *counts);

#endif
