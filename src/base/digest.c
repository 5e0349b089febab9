#include "lind/digest.h"

#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { FILE_PIECE = 1 << 15 };

static lind_digest add_piece(lind_digest state, XXH128_hash_t piece, uint64_t n) {
  const uint64_t words[5] = {state.high, state.low, piece.high64, piece.low64, n};
  const XXH128_hash_t next = XXH3_128bits(words, sizeof words);
  return (lind_digest){.high = next.high64, .low = next.low64};
}

lind_digest lind_digest_add(lind_digest state, const void *bytes, size_t n) {
  return add_piece(state, XXH3_128bits(bytes, n), n);
}

struct lind_digest_stream {
  XXH3_state_t *of;
  uint64_t n;
};

lind_err lind_digest_stream_start(lind_digest_stream **stream) {
  lind_digest_stream *s = calloc(1, sizeof *s);
  if (s != NULL) s->of = XXH3_createState();
  if (s == NULL || s->of == NULL) {
    free(s);
    LIND_CHECK(false, LIND_ERR_MEMORY, "no memory for a digest");
  }
  (void)XXH3_128bits_reset(s->of);
  *stream = s;
  return LIND_OK;
}

void lind_digest_stream_feed(lind_digest_stream *stream, const void *bytes, size_t n) {
  if (n > 0) (void)XXH3_128bits_update(stream->of, bytes, n);
  stream->n += n;
}

lind_digest lind_digest_stream_end(lind_digest_stream **stream, lind_digest state) {
  lind_digest_stream *s = *stream;
  const lind_digest sum = add_piece(state, XXH3_128bits_digest(s->of), s->n);
  (void)XXH3_freeState(s->of);
  free(s);
  *stream = NULL;
  return sum;
}

lind_digest lind_digest_add_text(lind_digest state, const char *text) {
  if (text == NULL) text = "";
  return lind_digest_add(state, text, strlen(text));
}

lind_digest lind_digest_add_number(lind_digest state, double value) { return lind_digest_add(state, &value, sizeof value); }
lind_digest lind_digest_add_integer(lind_digest state, int64_t value) { return lind_digest_add(state, &value, sizeof value); }

const char *lind_digest_text(lind_digest digest, char buffer[33]) {
  (void)snprintf(buffer, 33, "%016llx%016llx", (unsigned long long)digest.high, (unsigned long long)digest.low);
  return buffer;
}

int lind_digest_equal(lind_digest a, lind_digest b) { return a.high == b.high && a.low == b.low; }

uint32_t lind_digest_name(const char *name) { return XXH32(name, strlen(name), 0); }

static void to_hex(const unsigned char sum[crypto_hash_sha256_BYTES], char hex[65]) {
  (void)sodium_bin2hex(hex, 65, sum, crypto_hash_sha256_BYTES);
}

void lind_digest_bytes(const void *bytes, size_t n, char hex[65]) {
  unsigned char sum[crypto_hash_sha256_BYTES];
  (void)crypto_hash_sha256(sum, n > 0 ? bytes : (const void *)"", n);
  to_hex(sum, hex);
}

lind_err lind_digest_file(const char *path, char hex[65]) {
  FILE *file = fopen(path, "rb");
  LIND_CHECK(file != NULL, LIND_ERR_FILE, "%s cannot be read: %s", path, strerror(errno));
  crypto_hash_sha256_state state;
  (void)crypto_hash_sha256_init(&state);
  unsigned char piece[FILE_PIECE];
  size_t n;
  while ((n = fread(piece, 1, sizeof piece, file)) > 0) (void)crypto_hash_sha256_update(&state, piece, n);
  const int failed = ferror(file), reason = errno;
  (void)fclose(file);
  LIND_CHECK(!failed, LIND_ERR_FILE, "%s cannot be read: %s", path, strerror(reason));
  unsigned char sum[crypto_hash_sha256_BYTES];
  (void)crypto_hash_sha256_final(&state, sum);
  to_hex(sum, hex);
  return LIND_OK;
}
