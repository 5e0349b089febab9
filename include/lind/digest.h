/* digest.h -- hashes. XXH3-128 for blocks and plans (fast), SHA-256 for evidence files. Depends on: error.h. */
#ifndef LIND_DIGEST_H
#define LIND_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "lind/error.h"

typedef struct lind_digest {
  uint64_t high, low;
} lind_digest;

/* Streaming: start from {0,0}; order matters, so does the split (each call hashes the state and its bytes). */
lind_digest lind_digest_add(lind_digest state, const void *bytes, size_t n);
/* The same of bytes that are never together: start, feed any pieces, end (which ends the stream, too). */
typedef struct lind_digest_stream lind_digest_stream;
lind_err lind_digest_stream_start(lind_digest_stream **stream) LIND_MUST_CHECK;
void lind_digest_stream_feed(lind_digest_stream *stream, const void *bytes, size_t n);
lind_digest lind_digest_stream_end(lind_digest_stream **stream, lind_digest state);
lind_digest lind_digest_add_text(lind_digest state, const char *text); /* with its length, so "ab"+"c" != "a"+"bc"; NULL is "" */
lind_digest lind_digest_add_number(lind_digest state, double value);   /* by bits */
lind_digest lind_digest_add_integer(lind_digest state, int64_t value);
const char *lind_digest_text(lind_digest digest, char buffer[33]); /* 32 hex digits; returned */
int lind_digest_equal(lind_digest a, lind_digest b);

uint32_t lind_digest_name(const char *name); /* XXH32 of a stream's name: see random.h */

lind_err lind_digest_file(const char *path, char hex[65]) LIND_MUST_CHECK; /* SHA-256 */
void lind_digest_bytes(const void *bytes, size_t n, char hex[65]);         /* SHA-256 */

#endif
