/* The order of elimination and the pattern that it fills. */
#include "sparse.h"

typedef struct pattern {
  int n;
  bool *filled;        /* [n * n] */
  bool *gone;          /* [n] has been a pivot */
  int *rows, *columns; /* [n] how many places of a row or column are filled and not gone */
  int *order, *rank;
} pattern;

/* The pivot that fills least at worst: (columns - 1) (rows - 1); the first of equals. */
static int cheapest(const pattern *p) {
  int found = -1;
  int64_t least = INT64_MAX;
  for (int s = 0; s < p->n; ++s) {
    const int64_t cost = (int64_t)(p->rows[s] - 1) * (p->columns[s] - 1);
    if (p->gone[s] || cost >= least) continue;
    least = cost;
    found = s;
  }
  return found;
}

/* What is left of the pivot's column takes the pivot's row. */
static void eliminate(pattern *p, int pivot) {
  const int n = p->n;
  const bool *top = p->filled + pivot * n;
  p->gone[pivot] = true;
  for (int r = 0; r < n; ++r) {
    bool *row = p->filled + r * n;
    if (p->gone[r] || !row[pivot]) continue;
    --p->rows[r];
    for (int c = 0; c < n; ++c) {
      if (p->gone[c] || !top[c] || row[c]) continue;
      row[c] = true;
      ++p->rows[r];
      ++p->columns[c];
    }
  }
  for (int c = 0; c < n; ++c)
    if (!p->gone[c] && top[c]) --p->columns[c];
}

static lind_err plan_order(int n, int n_entries, const int *row, const int *column, lind_arena *arena, pattern *made) {
  pattern p = {.n = n};
  LIND_TAKE(p.filled, arena, n * n);
  LIND_TAKE(p.gone, arena, n);
  LIND_TAKE(p.rows, arena, n);
  LIND_TAKE(p.columns, arena, n);
  LIND_TAKE(p.order, arena, n);
  LIND_TAKE(p.rank, arena, n);
  for (int e = 0; e < n_entries; ++e) p.filled[row[e] * n + column[e]] = true;
  for (int s = 0; s < n; ++s) p.filled[s * n + s] = true;
  for (int i = 0; i < n * n; ++i) {
    p.rows[i / n] += p.filled[i];
    p.columns[i % n] += p.filled[i];
  }
  for (int i = 0; i < n; ++i) {
    p.order[i] = cheapest(&p);
    p.rank[p.order[i]] = i;
    eliminate(&p, p.order[i]);
  }
  *made = p;
  return LIND_OK;
}

lind_err lind_sparse_plan(int n, int n_entries, const int *row, const int *column, lind_arena *arena, lind_sparse *sparse) {
  pattern p;
  int *start, *middle, *columns, *entries, *entry_at, n_factors = 0, at = n;
  LIND_TRY(plan_order(n, n_entries, row, column, arena, &p));
  for (int i = 0; i < n * n; ++i) n_factors += p.filled[i];
  LIND_TAKE(start, arena, n + 1);
  LIND_TAKE(middle, arena, n);
  LIND_TAKE(columns, arena, n_factors);
  LIND_TAKE(entries, arena, n_factors);
  LIND_TAKE(entry_at, arena, n * n);
  for (int e = 0; e < n_entries; ++e) entry_at[row[e] * n + column[e]] = e + 1;
  lind_sparse made = {.n = n, .n_factors = n_factors, .order = p.order, .rank = p.rank};
  for (int i = 0; i < n; ++i) {
    const int s = p.order[i];
    start[i] = at;
    for (int j = 0; j < n; ++j) { /* by the order of elimination */
      const int c = p.order[j], place = i == j ? s : at;
      if (i == j) middle[i] = at;
      if (!p.filled[s * n + c]) continue;
      columns[place] = c;
      entries[place] = entry_at[s * n + c] - 1;
      if (i != j) ++at;
    }
  }
  start[n] = at;
  for (int i = 0; i < n; ++i)
    for (int l = start[i]; l < middle[i]; ++l) {
      const int k = p.rank[columns[l]];
      made.multiplications += 1 + start[k + 1] - middle[k];
    }
  made.start = start;
  made.middle = middle;
  made.column = columns;
  made.entry = entries;
  *sparse = made;
  return LIND_OK;
}

int lind_sparse_place(const lind_sparse *sparse, int i, int from, int state) {
  if (state == sparse->order[i]) return state;
  while (sparse->column[from] != state) ++from;
  return from;
}
