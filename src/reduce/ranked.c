/* ranked.c -- a radix sort of times: no comparisons, stable, so that equal times keep the order of the rows. */
#include "ranked.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct item {
  uint64_t key;
  uint32_t row;
  uint32_t stratum;
} item;

/* Doubles in order are these integers in order. */
static uint64_t key_of(double time) {
  uint64_t bits;
  const double zero = time + 0.0; /* -0 is 0 */
  memcpy(&bits, &zero, sizeof bits);
  return bits >> 63 != 0 ? ~bits : bits | (1ULL << 63);
}

static bool is_complete(const lind_analysis_set *set, size_t i, bool covariates) {
  bool complete = !isnan(set->value[i]);
  for (int k = 0; covariates && k < set->n_covariates; k++) complete &= !isnan(set->covariate[k][i]);
  return complete;
}

static unsigned digit(const item *x, int pass) {
  return pass < 8 ? (unsigned)(x->key >> (8 * pass)) & 0xffU : (x->stratum >> (8 * (pass - 8))) & 0xffU;
}

/* One stable pass by one byte; a byte that is the same everywhere needs none. Returns where the items are now. */
static item *sort_byte(item *from, item *to, size_t n, int pass) {
  size_t count[256] = {0}, sum = 0;
  for (size_t i = 0; i < n; i++) count[digit(&from[i], pass)]++;
  if (count[digit(&from[0], pass)] == n) return from;
  for (int d = 0; d < 256; d++) {
    const size_t here = count[d];
    count[d] = sum;
    sum += here;
  }
  for (size_t i = 0; i < n; i++) to[count[digit(&from[i], pass)]++] = from[i];
  return to;
}

static size_t take(const lind_analysis_set *set, bool covariates, item *items) {
  size_t n = 0;
  for (size_t i = 0; i < set->n; i++)
    if (is_complete(set, i, covariates))
      items[n++] = (item){key_of(set->value[i]), (uint32_t)i, set->stratum != NULL ? set->stratum[i] : 0};
  return n;
}

static void fill(const lind_analysis_set *set, const item *items, lind_ranked *r) {
  for (size_t i = 0; i < r->n; i++) {
    const uint32_t row = items[i].row;
    r->time[i] = set->value[row];
    r->row[i] = row;
    r->stratum[i] = (uint16_t)items[i].stratum;
    r->event[i] = set->event == NULL || set->event[row] != 0.0;
    r->treated[i] = set->treated[row];
  }
}

lind_err lind_ranked_create(const lind_analysis_set *set, bool covariates, lind_ranked *ranked) {
  const size_t most = set->n + 1, own = sizeof(double) + sizeof(uint32_t) + sizeof(uint16_t) + 2;
  char *storage = malloc(most * (2 * sizeof(item) + own));
  LIND_CHECK(storage != NULL, LIND_ERR_MEMORY, "no memory to sort %llu times", (unsigned long long)set->n);
  item *a = (item *)(void *)storage, *b = a + most;
  lind_ranked r = {.storage = storage, .time = (double *)(void *)(b + most)};
  r.row = (uint32_t *)(void *)(r.time + most);
  r.stratum = (uint16_t *)(void *)(r.row + most);
  r.event = (uint8_t *)(r.stratum + most);
  r.treated = r.event + most;
  r.n = take(set, covariates, a);
  r.missing = set->n - r.n;
  for (int pass = 0; r.n > 0 && pass < (set->stratum != NULL ? 10 : 8); pass++)
    if (sort_byte(a, b, r.n, pass) == b) {
      item *swap = a;
      a = b;
      b = swap;
    }
  fill(set, a, &r);
  *ranked = r;
  return LIND_OK;
}

void lind_ranked_release(lind_ranked *ranked) {
  free(ranked->storage);
  *ranked = (lind_ranked){0};
}
