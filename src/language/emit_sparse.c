/* LU factors of shift I - J as C: every operation a statement, whole rows to a function, so that nothing but the factors passes
 * between functions. Above LIND_EMIT_MOST_FACTORS statements the plan is written as tables with loops over them, which is what
 * sparse_lanes.c has.
 */
#include "emit.h"

static const char factor_arguments[] =
    "const lind_lane *restrict shift, const lind_lane *restrict entries, lind_lane *restrict factors";
static const char solve_arguments[] = "const lind_lane *restrict factors, lind_lane *restrict b";

/* Functions are begun and ended as statements come. */
typedef struct writer {
  const lind_sparse *sparse;
  lind_buffer *out;
  const char *name, *formal, *unused;
  bool one;                      /* function is enough */
  int n_functions, n_statements; /* of the function that is open */
} writer;

static void open_row(writer *w, int statements) {
  if (w->n_functions > 0 && w->n_statements + statements <= LIND_EMIT_CHUNK) {
    w->n_statements += statements;
    return;
  }
  if (w->n_functions > 0) lind_buffer_put(w->out, "}\n");
  lind_buffer_put(w->out, "\nstatic %s void %s_%d(%s) {\n  %s;\n", w->one ? "inline" : "__attribute__((noinline))", w->name,
                  w->n_functions++, w->formal, w->unused);
  w->n_statements = statements;
}

static void close_all(writer *w, const char *actual) {
  if (w->n_functions > 0) lind_buffer_put(w->out, "}\n");
  lind_buffer_put(w->out, "\nstatic void kernel_%s(const void *self, %s) {\n  (void)self, %s;\n", w->name, w->formal, w->unused);
  for (int i = 0; i < w->n_functions; ++i) lind_buffer_put(w->out, "  %s_%d(%s);\n", w->name, i, actual);
  lind_buffer_put(w->out, "}\n");
}

/* ---- factor ------------------------------------------------------------------------------------------------------------------
 */

static int row_statements(const lind_sparse *s, int i) {
  int n = 2 * (s->start[i + 1] - s->start[i] + 1);
  for (int l = s->start[i]; l < s->middle[i]; ++l) {
    const int k = s->rank[s->column[l]];
    n += 1 + s->start[k + 1] - s->middle[k];
  }
  return n;
}

static void factor_row(writer *w, int i) {
  const lind_sparse *s = w->sparse;
  const int state = s->order[i], own = s->entry[state];
  lind_buffer_put(w->out, "  {\n    lind_v8 f%d = lind_v8_load(shift);\n", state);
  if (own >= 0) lind_buffer_put(w->out, "    f%d = lind_v8_sub(f%d, lind_v8_load(&entries[%d]));\n", state, state, own);
  for (int p = s->start[i]; p < s->start[i + 1]; ++p) {
    if (s->entry[p] < 0)
      lind_buffer_put(w->out, "    lind_v8 f%d = lind_v8_fill(0);\n", p);
    else
      lind_buffer_put(w->out, "    lind_v8 f%d = lind_v8_neg(lind_v8_load(&entries[%d]));\n", p, s->entry[p]);
  }
  for (int l = s->start[i]; l < s->middle[i]; ++l) {
    const int above = s->column[l], k = s->rank[above];
    lind_buffer_put(w->out, "    f%d = lind_v8_mul(f%d, lind_v8_load(&factors[%d]));\n", l, l, above);
    for (int u = s->middle[k], to = l; u < s->start[k + 1]; ++u) {
      const int place = lind_sparse_place(s, i, to, s->column[u]);
      lind_buffer_put(w->out, "    f%d = lind_v8_fnma(f%d, lind_v8_load(&factors[%d]), f%d);\n", place, l, u, place);
      if (place != state) to = place;
    }
  }
  for (int p = s->start[i]; p < s->start[i + 1]; ++p) lind_buffer_put(w->out, "    lind_v8_store(&factors[%d], f%d);\n", p, p);
  lind_buffer_put(w->out, "    lind_v8_store(&factors[%d], lind_v8_div(lind_v8_fill(1), f%d));\n  }\n", state, state);
}

/* ---- solve -------------------------------------------------------------------------------------------------------------------
 */

static void less_products(writer *w, int from, int to) {
  for (int p = from; p < to; ++p)
    lind_buffer_put(w->out, "    y = lind_v8_fnma(lind_v8_load(&factors[%d]), lind_v8_load(&b[%d]), y);\n", p,
                    w->sparse->column[p]);
}

static void solve_rows(writer *w) {
  const lind_sparse *s = w->sparse;
  for (int i = 0; i < s->n; ++i) {
    if (s->middle[i] == s->start[i]) continue;
    open_row(w, s->middle[i] - s->start[i] + 2);
    lind_buffer_put(w->out, "  {\n    lind_v8 y = lind_v8_load(&b[%d]);\n", s->order[i]);
    less_products(w, s->start[i], s->middle[i]);
    lind_buffer_put(w->out, "    lind_v8_store(&b[%d], y);\n  }\n", s->order[i]);
  }
  for (int i = s->n - 1; i >= 0; --i) {
    open_row(w, s->start[i + 1] - s->middle[i] + 2);
    lind_buffer_put(w->out, "  {\n    lind_v8 y = lind_v8_load(&b[%d]);\n", s->order[i]);
    less_products(w, s->middle[i], s->start[i + 1]);
    lind_buffer_put(w->out, "    lind_v8_store(&b[%d], lind_v8_mul(y, lind_v8_load(&factors[%d])));\n  }\n", s->order[i],
                    s->order[i]);
  }
}

/* ---- loops -------------------------------------------------------------------------------------------------------------------
 */

static const char loops[] =
    "\nstatic void kernel_factor(const void *self, const lind_lane *shift, const lind_lane *entries, lind_lane *factors) {\n"
    "  (void)self;\n"
    "  for (int i = 0; i < lu_n; ++i) {\n"
    "    const int state = lu_order[i], own = lu_entry[state], end = lu_start[i + 1];\n"
    "    const lind_v8 d = lind_v8_load(shift);\n"
    "    lind_v8_store(&factors[state], own < 0 ? d : lind_v8_sub(d, lind_v8_load(&entries[own])));\n"
    "    for (int p = lu_start[i]; p < end; ++p)\n"
    "      lind_v8_store(&factors[p], lu_entry[p] < 0 ? lind_v8_fill(0) : lind_v8_neg(lind_v8_load(&entries[lu_entry[p]])));\n"
    "    for (int l = lu_start[i]; l < lu_middle[i]; ++l) {\n"
    "      const int above = lu_column[l], k = lu_rank[above];\n"
    "      const lind_v8 m = lind_v8_mul(lind_v8_load(&factors[l]), lind_v8_load(&factors[above]));\n"
    "      lind_v8_store(&factors[l], m);\n"
    "      for (int u = lu_middle[k], to = l; u < lu_start[k + 1]; ++u) {\n"
    "        int place = state;\n"
    "        if (lu_column[u] != state) {\n"
    "          while (lu_column[to] != lu_column[u]) ++to;\n"
    "          place = to;\n"
    "        }\n"
    "        lind_v8_store(&factors[place], lind_v8_fnma(m, lind_v8_load(&factors[u]), lind_v8_load(&factors[place])));\n"
    "      }\n"
    "    }\n"
    "    lind_v8_store(&factors[state], lind_v8_div(lind_v8_fill(1), lind_v8_load(&factors[state])));\n"
    "  }\n"
    "}\n"
    "\nstatic void kernel_solve(const void *self, const lind_lane *factors, lind_lane *b) {\n"
    "  (void)self;\n"
    "  for (int i = 0; i < lu_n; ++i) {\n"
    "    lind_v8 y = lind_v8_load(&b[lu_order[i]]);\n"
    "    for (int p = lu_start[i]; p < lu_middle[i]; ++p)\n"
    "      y = lind_v8_fnma(lind_v8_load(&factors[p]), lind_v8_load(&b[lu_column[p]]), y);\n"
    "    lind_v8_store(&b[lu_order[i]], y);\n"
    "  }\n"
    "  for (int i = lu_n - 1; i >= 0; --i) {\n"
    "    lind_v8 y = lind_v8_load(&b[lu_order[i]]);\n"
    "    for (int p = lu_middle[i]; p < lu_start[i + 1]; ++p)\n"
    "      y = lind_v8_fnma(lind_v8_load(&factors[p]), lind_v8_load(&b[lu_column[p]]), y);\n"
    "    lind_v8_store(&b[lu_order[i]], lind_v8_mul(y, lind_v8_load(&factors[lu_order[i]])));\n"
    "  }\n"
    "}\n";

static void tables(const lind_sparse *s, lind_buffer *out) {
  lind_buffer_put(out, "\nenum { lu_n = %d };\n", s->n);
  lind_emit_places(out, "lu_order", s->order, s->n);
  lind_emit_places(out, "lu_rank", s->rank, s->n);
  lind_emit_places(out, "lu_start", s->start, s->n + 1);
  lind_emit_places(out, "lu_middle", s->middle, s->n);
  lind_emit_places(out, "lu_column", s->column, s->n_factors);
  lind_emit_places(out, "lu_entry", s->entry, s->n_factors);
  lind_buffer_append(out, loops, sizeof loops - 1);
}

void lind_emit_sparse(const lind_sparse *sparse, lind_buffer *out) {
  int64_t n = 0;
  for (int i = 0; i < sparse->n; ++i) n += row_statements(sparse, i);
  if (n > LIND_EMIT_MOST_FACTORS) {
    tables(sparse, out);
    return;
  }
  writer factor = {.sparse = sparse,
                   .out = out,
                   .name = "factor",
                   .formal = factor_arguments,
                   .unused = "(void)shift, (void)entries, (void)factors",
                   .one = n <= LIND_EMIT_CHUNK};
  writer solve = {.sparse = sparse,
                  .out = out,
                  .name = "solve",
                  .formal = solve_arguments,
                  .unused = "(void)factors, (void)b",
                  .one = sparse->n_factors + 3 * sparse->n <= LIND_EMIT_CHUNK};
  for (int i = 0; i < sparse->n; ++i) {
    open_row(&factor, row_statements(sparse, i));
    factor_row(&factor, i);
  }
  close_all(&factor, "shift, entries, factors");
  solve_rows(&solve);
  close_all(&solve, "factors, b");
}
