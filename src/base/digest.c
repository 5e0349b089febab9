#include "lind/digest.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

enum { FILE_PIECE = 1 << 15 };

lind_digest lind_digest_add(lind_digest state, const void *bytes, size_t n) {
  const XXH128_hash_t piece = XXH3_128bits(bytes, n);
  const uint64_t words[5] = {state.high, state.low, piece.high64, piece.low64, n};
  const XXH128_hash_t next = XXH3_128bits(words, sizeof words);
  return (lind_digest){.high = next.high64, .low = next.low64};
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
