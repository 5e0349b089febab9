/* LU factors of shift I - J row by row, as loops: the same operations in the same order as emit_sparse.c writes down. */
#include "../numerics/lane_math.h"
#include "sparse.h"

/* Row i before elimination. */
static void begin_row(const lind_sparse *s, int i, lind_v8 shift, const lind_lane *entries, lind_lane *f) {
  const int state = s->order[i], own = s->entry[state];
  lind_v8_store(&f[state], own < 0 ? shift : lind_v8_sub(shift, lind_v8_load(&entries[own])));
  for (int p = s->start[i]; p < s->start[i + 1]; ++p)
    lind_v8_store(&f[p], s->entry[p] < 0 ? lind_v8_fill(0) : lind_v8_neg(lind_v8_load(&entries[s->entry[p]])));
}

void lind_sparse_factor(const lind_sparse *sparse, const lind_lane *shift, const lind_lane *entries, lind_lane *factors) {
  for (int i = 0; i < sparse->n; ++i) {
    const int state = sparse->order[i];
    begin_row(sparse, i, lind_v8_load(shift), entries, factors);
    for (int l = sparse->start[i]; l < sparse->middle[i]; ++l) {
      const int above = sparse->column[l], k = sparse->rank[above];
      const lind_v8 m = lind_v8_mul(lind_v8_load(&factors[l]), lind_v8_load(&factors[above]));
      lind_v8_store(&factors[l], m);
      for (int u = sparse->middle[k], to = l; u < sparse->start[k + 1]; ++u) {
        const int place = lind_sparse_place(sparse, i, to, sparse->column[u]);
        lind_v8_store(&factors[place], lind_v8_fnma(m, lind_v8_load(&factors[u]), lind_v8_load(&factors[place])));
        if (place != state) to = place;
      }
    }
    lind_v8_store(&factors[state], lind_v8_div(lind_v8_fill(1), lind_v8_load(&factors[state])));
  }
}

static lind_v8 less_products(const lind_sparse *s, int from, int to, const lind_lane *f, const lind_lane *b, lind_v8 value) {
  for (int p = from; p < to; ++p) value = lind_v8_fnma(lind_v8_load(&f[p]), lind_v8_load(&b[s->column[p]]), value);
  return value;
}

void lind_sparse_solve(const lind_sparse *sparse, const lind_lane *factors, lind_lane *b) {
  for (int i = 0; i < sparse->n; ++i) {
    lind_lane *y = &b[sparse->order[i]];
    lind_v8_store(y, less_products(sparse, sparse->start[i], sparse->middle[i], factors, b, lind_v8_load(y)));
  }
  for (int i = sparse->n - 1; i >= 0; --i) {
    lind_lane *y = &b[sparse->order[i]];
    const lind_v8 top = less_products(sparse, sparse->middle[i], sparse->start[i + 1], factors, b, lind_v8_load(y));
    lind_v8_store(y, lind_v8_mul(top, lind_v8_load(&factors[sparse->order[i]])));
  }
}
