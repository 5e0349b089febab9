#include "pack.h"

#include <string.h>

static unsigned char *put(uint64_t value, unsigned char *at) {
  for (; value >= 0x80; value >>= 7) *at++ = (unsigned char)(value | 0x80);
  *at++ = (unsigned char)value;
  return at;
}

/* NULL: it ends too early, or is larger than a number. */
static const unsigned char *take(const unsigned char *at, const unsigned char *end, uint64_t *value) {
  *value = 0;
  for (int shift = 0; at < end && shift < 64; shift += 7) {
    const uint64_t seven = *at & 0x7f;
    if (shift == 63 && seven > 1) return NULL;
    *value |= seven << shift;
    if (*at++ < 0x80) return at;
  }
  return NULL;
}

size_t lind_pack_counts(const int64_t *counts, size_t n, unsigned char *bytes) {
  unsigned char *at = bytes;
  for (size_t i = 0; i < n; i++) {
    const uint64_t bits = (uint64_t)counts[i];
    at = put(bits << 1 ^ (counts[i] < 0 ? UINT64_MAX : 0), at);
    if (bits != 0) continue;
    const size_t first = i;
    while (i + 1 < n && counts[i + 1] == 0) i++;
    at = put(i - first, at);
  }
  return (size_t)(at - bytes);
}

bool lind_pack_open(const unsigned char *bytes, size_t n_bytes, size_t n, int64_t *counts) {
  const unsigned char *at = bytes, *const end = bytes + n_bytes;
  for (size_t i = 0; i < n;) {
    uint64_t value, more = 0;
    at = take(at, end, &value);
    if (at != NULL && value == 0) at = take(at, end, &more);
    if (at == NULL || more >= n - i) return false;
    if (value == 0) {
      memset(counts + i, 0, (more + 1) * sizeof *counts);
      i += more + 1;
    } else {
      counts[i++] = (int64_t)(value >> 1 ^ (value & 1 ? UINT64_MAX : 0));
    }
  }
  return at == end;
}
