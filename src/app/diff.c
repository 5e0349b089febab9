/* diff.c -- `lind diff`: two runs, what differs in what went in, and what differs in what came out. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "diff.h"
#include "lind/store.h"
#include "scenarios.h"
#include "sums.h"

/* ---- what went in ----------------------------------------------------------------------------------------- */

static void add(json_t *list, const char *what, const json_t *a, const json_t *b) {
  json_array_append_new(list, json_pack("{s:s,s:O?,s:O?}", "what", what, "a", a, "b", b));
}

/* Files by their role, and by how often the role has been: paths may differ where the bytes are the same. */
static void diff_inputs(const lind_past *a, const lind_past *b, json_t *list, lind_arena *arena) {
  const json_t *x = json_object_get(a->provenance, "inputs"), *y = json_object_get(b->provenance, "inputs");
  const size_t n = json_array_size(x) > json_array_size(y) ? json_array_size(x) : json_array_size(y);
  for (size_t i = 0; i < n; i++) {
    const json_t *one = json_array_get(x, i), *other = json_array_get(y, i);
    if (strcmp(lind_past_text(one, "sha256"), lind_past_text(other, "sha256")) == 0) continue;
    add(list, lind_arena_format(arena, "file of %s", lind_past_text(one != NULL ? one : other, "role")), one, other);
  }
}

static void diff_settings(const lind_past *const pasts[2], json_t *list, lind_arena *arena) {
  json_t *flat[2] = {json_object(), json_object()}, *keys = json_array(), *key;
  size_t i;
  for (int k = 0; k < 2; k++) lind_scenarios_settings(pasts[k], flat[k], arena);
  lind_scenarios_differing(2, flat, keys);
  json_array_foreach(keys, i, key) {
    const char *name = json_string_value(key);
    add(list, name, json_object_get(flat[0], name), json_object_get(flat[1], name));
  }
  json_decref(keys);
  json_decref(flat[0]);
  json_decref(flat[1]);
}

static void diff_makers(const lind_past *a, const lind_past *b, json_t *list, lind_arena *arena) {
  static const char *const keys[] = {"lind", "class", "libc", "libraries", "model_back_end", "engine"};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    const json_t *x = json_object_get(a->provenance, keys[i]), *y = json_object_get(b->provenance, keys[i]);
    if (json_equal(x, y)) continue;
    if (!json_is_object(x) || !json_is_object(y)) add(list, keys[i], x, y);
    const char *key;
    json_t *part;
    json_object_foreach((json_t *)x, key, part) {
      if (!json_equal(part, json_object_get(y, key)))
        add(list, lind_arena_format(arena, "%s %s", keys[i], key), part, json_object_get(y, key));
    }
  }
}

typedef struct damage {
  json_t *list;
  const char *directory;
} damage;

static void damage_add(void *context, bool is_right, const char *words) {
  const damage *d = context;
  if (!is_right) json_array_append_new(d->list, json_pack("{s:s,s:s}", "run", d->directory, "words", words));
}

/* Files that are not those that the run has left: differences may be of another hand. */
static json_t *diff_damage(const lind_past *const pasts[2], lind_arena *arena) {
  json_t *list = json_array();
  for (int k = 0; k < 2; k++) {
    damage d = {list, pasts[k]->directory};
    lind_sums_check(pasts[k]->directory, arena, damage_add, &d);
  }
  return list;
}

/* ---- what came out ---------------------------------------------------------------------------------------- */

static void diff_column(const lind_results_view *a, const lind_results_view *b, int fa, int fb, const char *table, json_t *list) {
  const size_t n = a->n_rows < b->n_rows ? a->n_rows : b->n_rows;
  size_t rows = a->n_rows > b->n_rows ? a->n_rows - n : b->n_rows - n;
  double absolute = 0.0, relative = 0.0;
  for (size_t r = 0; r < n; r++) {
    const double x = a->data[fa][r], y = b->data[fb][r];
    if (memcmp(&x, &y, sizeof x) == 0 || (isnan(x) && isnan(y))) continue;
    rows++;
    if (isnan(x) || isnan(y)) continue;
    absolute = fmax(absolute, fabs(x - y));
    relative = fmax(relative, fabs(x - y) / fmax(fabs(x), fabs(y)));
  }
  if (rows == 0) return;
  json_array_append_new(
      list, json_pack("{s:s,s:s,s:I,s:I,s:I,s:o,s:o,s:s}", "table", table, "column", a->fields[fa].name, "rows", (json_int_t)rows,
                      "rows_a", (json_int_t)a->n_rows, "rows_b", (json_int_t)b->n_rows, "largest", json_real(absolute),
                      "largest_relative", json_real(relative), "unit", a->fields[fa].unit));
}

static int field_of(const lind_results_view *view, const char *name) {
  for (int f = 0; f < view->n_fields; f++)
    if (strcmp(view->fields[f].name, name) == 0) return f;
  return -1;
}

static void only_in(json_t *list, const char *table, const char *column, const char *where) {
  json_array_append_new(list, json_pack("{s:s,s:s,s:s}", "table", table, "column", column, "only_in", where));
}

static void diff_table(const lind_past *a, const lind_past *b, const char *table, json_t *list) {
  lind_results_view *x = NULL, *y = NULL;
  const bool in_a = lind_results_read(a->results, table, &x) == LIND_OK,
             in_b = lind_results_read(b->results, table, &y) == LIND_OK;
  if (in_a != in_b) only_in(list, table, "all", in_a ? "a" : "b");
  for (int f = 0; in_a && in_b && f < x->n_fields; f++) {
    const int other = field_of(y, x->fields[f].name);
    if (other < 0)
      only_in(list, table, x->fields[f].name, "a");
    else
      diff_column(x, y, f, other, table, list);
  }
  for (int f = 0; in_a && in_b && f < y->n_fields; f++)
    if (field_of(x, y->fields[f].name) < 0) only_in(list, table, y->fields[f].name, "b");
  lind_results_view_destroy(&x);
  lind_results_view_destroy(&y);
}

static bool is_in(const char *name, const char *const *names, int n) {
  while (n > 0 && strcmp(names[n - 1], name) != 0) n--;
  return n > 0;
}

/* All that one of the runs may have written. */
static void diff_tables(const lind_past *const pasts[2], json_t *list, lind_arena *arena) {
  int n = 0, more = 0;
  const char *const *tables = lind_past_tables(pasts[0], arena, &n), *const *others = lind_past_tables(pasts[1], arena, &more);
  for (int t = 0; tables != NULL && t < n; t++) diff_table(pasts[0], pasts[1], tables[t], list);
  for (int t = 0; others != NULL && t < more; t++)
    if (tables == NULL || !is_in(others[t], tables, n)) diff_table(pasts[0], pasts[1], others[t], list);
}

static const json_t *term_of(const json_t *estimates, const char *analysis, const char *group, const char *level,
                             const json_t **of) {
  size_t a, t;
  json_t *one, *term;
  json_array_foreach(json_object_get(estimates, "analyses"), a, one) {
    *of = one;
    if (strcmp(lind_past_text(one, "name"), analysis) != 0) continue;
    json_array_foreach(json_object_get(one, "terms"), t, term) {
      if (strcmp(lind_past_text(term, "group"), group) == 0 && strcmp(lind_past_text(term, "level"), level) == 0) return term;
    }
  }
  return NULL;
}

static double number(const json_t *object, const char *key) {
  const json_t *value = json_object_get(object, key);
  return json_is_number(value) ? json_number_value(value) : NAN;
}

static json_t *real(double x) { return isfinite(x) ? json_real(x) : json_null(); }

/* Every term of both, the difference in units of the Monte Carlo error of a difference of independent runs. */
static void diff_estimates(const lind_past *a, const lind_past *b, json_t *list) {
  size_t i, t;
  json_t *analysis, *term;
  json_array_foreach(json_object_get(a->estimates, "analyses"), i, analysis)
      json_array_foreach(json_object_get(analysis, "terms"), t, term) {
    const json_t *of = NULL, *other = term_of(b->estimates, lind_past_text(analysis, "name"), lind_past_text(term, "group"),
                                              lind_past_text(term, "level"), &of);
    const double x = number(term, "estimate"), y = number(other, "estimate"),
                 error = hypot(number(term, "mcse"), number(other, "mcse"));
    const bool same = json_equal(term, other);
    json_array_append_new(
        list,
        json_pack("{s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:b}", "analysis", lind_past_text(analysis, "name"), "group",
                  lind_past_text(term, "group"), "level", lind_past_text(term, "level"), "unit", lind_past_text(analysis, "unit"),
                  "a", real(x), "b", real(y), "difference", real(y - x), "in_mcse", real(error > 0.0 ? (y - x) / error : NAN),
                  "power_a", real(number(term, "power")), "power_b", real(number(other, "power")), "same", same));
  }
}

/* ---- blocks ----------------------------------------------------------------------------------------------- */

typedef struct walk {
  size_t n, room;
  struct {
    uint64_t block;
    lind_digest digest;
  } * at;
} walk;

static lind_err walk_add(void *context, const lind_block_record *record) {
  walk *w = context;
  if (w->n == w->room) {
    w->room = 2 * w->room + 256;
    void *grown = reallocarray(w->at, w->room, sizeof *w->at);
    LIND_CHECK(grown != NULL, LIND_ERR_MEMORY, "no memory for %zu blocks", w->room);
    w->at = grown;
  }
  w->at[w->n].block = record->block;
  w->at[w->n++].digest = lind_sink_record_digest(record);
  return LIND_OK;
}

static void blocks_of(lind_store *store, uint32_t stage, walk *w) {
  const lind_sink sink = lind_store_sink(store);
  const lind_err ignored = sink.each(sink.self, stage, 0, UINT64_MAX, walk_add, w); /* as far as it goes */
  (void)ignored;
}

/* The first block of both that is not the same in both. */
static bool first_of(const walk *x, const walk *y, uint64_t *block) {
  for (size_t i = 0, k = 0; i < x->n && k < y->n;) {
    *block = x->at[i].block;
    const bool left = *block <= y->at[k].block, right = y->at[k].block <= *block;
    if (left && right && !lind_digest_equal(x->at[i].digest, y->at[k].digest)) return true;
    i += left;
    k += right;
  }
  return false;
}

/* The first block that two runs of one study have lived differently, where segments are kept: stage and block, or false. */
static bool first_block(const lind_past *a, const lind_past *b, uint32_t *stage, uint64_t *block) {
  lind_store *one = NULL, *other = NULL;
  bool found = false, any = lind_store_open(a->directory, &one) == LIND_OK && lind_store_open(b->directory, &other) == LIND_OK;
  for (*stage = 0; any && *stage < LIND_STUDY_STAGES; ++*stage) {
    walk x = {0}, y = {0};
    blocks_of(one, *stage, &x);
    blocks_of(other, *stage, &y);
    found = first_of(&x, &y, block);
    any = x.n + y.n > 0;
    free(x.at);
    free(y.at);
    if (found) break;
  }
  lind_store_destroy(&one);
  lind_store_destroy(&other);
  return found;
}

json_t *lind_diff_make(const lind_past *a, const lind_past *b, lind_arena *arena) {
  const lind_past *const both[2] = {a, b};
  json_t *inputs = json_array(), *settings = json_array(), *makers = json_array(), *columns = json_array(), *terms = json_array();
  const bool same_study = strcmp(lind_past_text(a->provenance, "plan_hash"), lind_past_text(b->provenance, "plan_hash")) == 0,
             same_digest = strcmp(lind_past_text(a->estimates, "digest"), lind_past_text(b->estimates, "digest")) == 0,
             same_bytes = lind_past_is_same_bytes(a->results, b->results);
  diff_inputs(a, b, inputs, arena);
  diff_settings(both, settings, arena);
  diff_makers(a, b, makers, arena);
  diff_estimates(a, b, terms);
  if (!same_bytes) diff_tables(both, columns, arena);
  json_t *root = json_pack("{s:s,s:s,s:b,s:b,s:b,s:o,s:o,s:o,s:o,s:o}", "a", a->directory, "b", b->directory, "same_study",
                           same_study, "same_digest", same_digest, "same_bytes", same_bytes, "inputs", inputs, "settings",
                           settings, "makers", makers, "columns", columns, "estimates", terms);
  json_object_set_new(root, "same_documents", json_boolean(json_equal(a->estimates, b->estimates)));
  json_object_set_new(root, "damaged", diff_damage(both, arena));
  uint32_t stage;
  uint64_t block;
  if (same_study && !(same_digest && same_bytes)) {
    const json_t *place =
        first_block(a, b, &stage, &block) ? json_pack("{s:I,s:I}", "stage", (json_int_t)stage, "block", (json_int_t)block) : NULL;
    json_object_set_new(root, "first_block", place != NULL ? (json_t *)place : json_null());
  }
  return root;
}
