/* explain.c -- from a number back to what somebody wrote: analysis, endpoint, arms, their rules, and what all lives share. */
#include "explain.h"

#include <string.h>
#include <unistd.h>

#include "finish.h"

typedef struct explainer {
  const lind_past *past;
  const lind_study *study;
  lind_arena *arena;
  bool all_arms; /* no number belongs to some arms alone */
} explainer;

/* ---- places ----------------------------------------------------------------------------------------------- */

static bool is_named(const json_t *list, const char *key) {
  size_t i;
  json_t *item;
  json_array_foreach(list, i, item) {
    if (strcmp(lind_past_text(item, "key"), key) == 0) return true;
  }
  return false;
}

/* `section`, `section.name` or `section.name.part`, if the protocol has it. */
static const lind_node *add(const explainer *e, json_t *list, const char *section, const char *name, const char *part) {
  const char *const steps[] = {section, name, part};
  const lind_node *node = e->study->root;
  lind_where where = {0};
  const char *key = NULL;
  for (int s = 0; s < 3 && steps[s] != NULL; s++) {
    int i = 0;
    while (node->kind == LIND_NODE_MAPPING && i < node->n && strcmp(node->keys[i], steps[s]) != 0) i++;
    if (node->kind != LIND_NODE_MAPPING || i == node->n) return NULL;
    where = node->key_where[i];
    node = &node->items[i];
    if (node->where.file != NULL && strcmp(node->where.file, "--set") == 0) where = node->where;
    key = key == NULL ? steps[s] : lind_arena_format(e->arena, "%s.%s", key, steps[s]);
  }
  if (is_named(list, key)) return node;
  const char *place = where.file == NULL ? ""
                      : strcmp(where.file, "--set") == 0
                          ? "--set"
                          : lind_arena_format(e->arena, "%s:%d:%d", where.file, where.line, where.column);
  json_array_append_new(list, json_pack("{s:s,s:s}", "key", key, "where", place));
  return node;
}

static void add_each(const explainer *e, json_t *list, const char *section, const lind_node *names) {
  for (int i = 0; names != NULL && names->kind == LIND_NODE_SEQUENCE && i < names->n; i++)
    if (names->items[i].text != NULL) (void)add(e, list, section, names->items[i].text, NULL);
  if (names != NULL && names->kind == LIND_NODE_SCALAR) (void)add(e, list, section, names->text, NULL);
}

/* ---- what a number rests on ------------------------------------------------------------------------------- */

static void add_treatment(const explainer *e, json_t *list, const char *name) {
  const lind_node *arm = add(e, list, "arms", name, NULL), *node = arm != NULL ? arm : add(e, list, "treatments", name, NULL);
  if (node == NULL) return;
  add_each(e, list, "dosing", lind_document_find(node, "dosing"));
  add_each(e, list, "controllers", lind_document_find(node, "controllers"));
}

static void add_endpoint(const explainer *e, json_t *list, const char *name) { (void)add(e, list, "endpoints", name, NULL); }

/* Groups, and endpoints of day 1: names that an analysis uses. Columns of the cohort are no keys. */
static void add_used(const explainer *e, json_t *list, const lind_words_list *names) {
  for (int i = 0; i < names->n; i++) {
    (void)add(e, list, "groups", names->at[i].text, NULL);
    add_endpoint(e, list, names->at[i].text);
  }
}

static void add_analysis(const explainer *e, json_t *list, const char *name) {
  const lind_protocol *protocol = e->study->protocol;
  (void)add(e, list, "analysis", name, NULL);
  for (int a = 0; a < protocol->n_analyses; a++) {
    const lind_analysis *analysis = &protocol->analyses[a];
    if (strcmp(analysis->name, name) != 0) continue;
    add_endpoint(e, list, analysis->endpoint.text);
    add_used(e, list, &analysis->by);
    add_used(e, list, &analysis->adjust);
    add_used(e, list, &analysis->stratify);
    for (int k = 0; k < analysis->compare.n; k++) add_treatment(e, list, analysis->compare.at[k].text);
  }
  static const char *const controls[] = {"twin", "external", "robustness"}; /* what a control is made of */
  for (size_t k = 0; k < sizeof controls / sizeof *controls; k++) (void)add(e, list, controls[k], NULL, NULL);
}

static void add_all_arms(const explainer *e, json_t *list) {
  static const char *const sections[] = {"arms", "treatments"};
  for (size_t s = 0; s < sizeof sections / sizeof *sections; s++) {
    const lind_node *node = lind_document_find(e->study->root, sections[s]);
    for (int i = 0; node != NULL && i < node->n; i++) add_treatment(e, list, node->keys[i]);
  }
}

/* Sections that are not part of everybody's life: words, what is made of lives afterwards, and what belongs to an arm. */
static bool is_lived_by_all(const char *section) {
  static const char *const others[] = {"protocol", "title",    "question",  "source",     "include", "assumptions", "targets",
                                       "analysis", "groups",   "endpoints", "curves",     "store",   "sensitivity", "robustness",
                                       "twin",     "external", "arms",      "treatments", "dosing",  "controllers"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (strcmp(section, others[i]) == 0) return false;
  return true;
}

static json_t *lives(const explainer *e) {
  const lind_protocol *protocol = e->study->protocol;
  const lind_node *root = e->study->root, *arms = lind_document_find(root, "arms");
  json_t *list = json_array();
  for (int i = 0; i < root->n; i++)
    if (is_lived_by_all(root->keys[i])) (void)add(e, list, root->keys[i], NULL, NULL);
  for (int i = 0; i < protocol->strata.n; i++) (void)add(e, list, "groups", protocol->strata.at[i].text, NULL);
  for (int i = 0; arms != NULL && i < arms->n; i++) (void)add(e, list, "arms", arms->keys[i], "ratio");
  if (e->all_arms) add_all_arms(e, list);
  if (protocol->n_looks > 0 && protocol->n_analyses > 0) /* it decides how many there are */
    add_analysis(e, list, protocol->analyses[0].name);
  return list;
}

/* ---- numbers ---------------------------------------------------------------------------------------------- */

static json_t *number_new(json_t *numbers, const char *name, const json_t *value, const char *unit, bool lived) {
  json_t *from = json_array(), *number = json_pack("{s:s,s:O?,s:s,s:b,s:O}", "number", name, "value", value, "unit", unit,
                                                   "lives", lived, "from", from);
  json_array_append_new(numbers, number);
  json_decref(from); /* the number holds it */
  return from;
}

static void analyses_explain(const explainer *e, json_t *numbers) {
  size_t a, t;
  json_t *analysis, *term;
  json_array_foreach(json_object_get(e->past->estimates, "analyses"), a, analysis)
      json_array_foreach(json_object_get(analysis, "terms"), t, term) {
    const char *name = lind_past_text(analysis, "name"),
               *row = lind_arena_format(e->arena, "analyses/%s/%s/%s", name, lind_past_text(term, "group"),
                                        lind_past_text(term, "level"));
    json_t *from = number_new(numbers, row, json_object_get(term, "estimate"), lind_past_text(analysis, "unit"), true);
    add_analysis(e, from, name);
    add_treatment(e, from, lind_past_text(analysis, "treated"));
    add_treatment(e, from, lind_past_text(analysis, "control"));
  }
}

static void endpoints_explain(const explainer *e, json_t *numbers) {
  size_t i, c;
  json_t *endpoint, *cell;
  json_array_foreach(json_object_get(e->past->estimates, "endpoints"), i, endpoint)
      json_array_foreach(json_object_get(endpoint, "cells"), c, cell) {
    const char *name = lind_past_text(endpoint, "name"), *group = lind_past_text(cell, "group"),
               *arm = lind_past_text(cell, "arm"),
               *row = lind_arena_format(e->arena, "endpoints/%s/%s/%s/%s", name, group, lind_past_text(cell, "level"), arm);
    json_t *from = number_new(numbers, row, json_object_get(cell, "mean"), lind_past_text(endpoint, "unit"), true);
    add_endpoint(e, from, name);
    (void)add(e, from, "groups", group, NULL);
    add_treatment(e, from, arm);
  }
}

/* Tables and curves, each as a whole, of all arms. */
static void tables_explain(const explainer *e, json_t *numbers) {
  static const struct {
    const char *table, *section;
    bool analysed; /* by the analyses */
  } tables[] = {{"consort", NULL, false},           {"baseline", NULL, false}, {"curves", "curves", false},
                {"survival", "endpoints", false},   {"design", NULL, true},    {"sensitivity", "sensitivity", true},
                {"robustness", "robustness", true}, {"pictures", NULL, false}, {"work", NULL, false}};
  for (size_t k = 0; k < sizeof tables / sizeof *tables; k++) {
    if (json_object_get(e->past->estimates, tables[k].table) == NULL) continue;
    json_t *from = number_new(numbers, tables[k].table, NULL, "", true);
    if (tables[k].section != NULL) (void)add(e, from, tables[k].section, NULL, NULL);
    for (int a = 0; tables[k].analysed && a < e->study->protocol->n_analyses; a++)
      add_analysis(e, from, e->study->protocol->analyses[a].name);
    add_all_arms(e, from);
  }
}

static void targets_explain(const explainer *e, json_t *numbers) {
  const lind_protocol *protocol = e->study->protocol;
  for (int i = 0; i < protocol->n_targets; i++) {
    const lind_target *t = &protocol->targets[i];
    const char *row = t->analysis != NULL ? lind_arena_format(e->arena, "published/%s", t->analysis)
                                          : lind_arena_format(e->arena, "published/%s/%s", t->endpoint, t->arm);
    json_t *value = json_real(t->estimate), *from = number_new(numbers, row, value, "", false);
    json_decref(value);
    json_array_append_new(
        from, json_pack("{s:s,s:o}", "key", "targets", "where",
                        json_string(lind_arena_format(e->arena, "%s:%d:%d", t->where.file, t->where.line, t->where.column))));
  }
}

/* ---- files ------------------------------------------------------------------------------------------------ */

static bool is_same_path(const explainer *e, const char *a, const char *b) {
  const char *one = lind_past_path(e->past, a, e->arena), *other = lind_past_path(e->past, b, e->arena);
  return strcmp(one, other) == 0;
}

/* Keys that name the file, anywhere below them. */
static void mentioned(const explainer *e, const lind_node *node, const char *key, const char *path, json_t *list) {
  if (node->kind == LIND_NODE_SCALAR && strchr(node->text, '.') != NULL && !strchr(node->text, '\n')) {
    const bool typed = node->where.file == NULL || strcmp(node->where.file, "--set") == 0;
    const char *file = lind_protocol_path(node->text, typed ? e->study->protocol->path : node->where.file, e->arena);
    if (is_same_path(e, file, path)) json_array_append_new(list, json_string(key));
  }
  for (int i = 0; node->kind != LIND_NODE_SCALAR && i < node->n; i++) {
    const char *step = node->kind == LIND_NODE_MAPPING ? node->keys[i] : lind_arena_format(e->arena, "%d", i);
    mentioned(e, &node->items[i], key[0] == '\0' ? step : lind_arena_format(e->arena, "%s.%s", key, step), path, list);
  }
}

static json_t *files(const explainer *e, bool *hold) {
  size_t i;
  json_t *input, *list = json_array();
  json_array_foreach(json_object_get(e->past->provenance, "inputs"), i, input) {
    const char *written = lind_past_text(input, "path"), *path = lind_past_path(e->past, written, e->arena);
    char hex[65] = "";
    json_t *keys = json_array();
    const bool same =
        access(path, R_OK) == 0 && lind_digest_file(path, hex) == LIND_OK && strcmp(hex, lind_past_text(input, "sha256")) == 0;
    *hold = *hold && same;
    mentioned(e, e->study->root, "", written, keys);
    json_array_append_new(list, json_pack("{s:O,s:s,s:O,s:b,s:o}", "role", json_object_get(input, "role"), "path", written,
                                          "sha256", json_object_get(input, "sha256"), "unchanged", same, "named_by", keys));
  }
  return list;
}

static json_t *settings(const explainer *e) {
  static const char *const sizes[] = {"seed", "patients", "replicates"};
  json_t *list = json_array();
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    json_t *value = json_object_get(e->past->provenance, sizes[s]), *place = json_array();
    const lind_node *node = add(e, place, sizes[s], NULL, NULL);
    const char *text = lind_arena_format(e->arena, "%lld", (long long)json_integer_value(value));
    const bool written = node != NULL && node->text != NULL && strcmp(node->text, text) == 0;
    const char *where = written        ? lind_past_text(json_array_get(place, 0), "where")
                        : node == NULL ? "default, or the command line"
                                       : "the command line";
    json_array_append_new(list, json_pack("{s:s,s:O,s:s}", "what", sizes[s], "value", value, "where", where));
    json_decref(place);
  }
  return list;
}

lind_err lind_explain_make(const lind_past *past, const lind_study *study, lind_arena *arena, json_t **explanation) {
  const lind_model *model = study->stage[0].plan->model;
  const lind_protocol *protocol = study->protocol;
  const explainer e = {
      .past = past,
      .study = study,
      .arena = arena,
      .all_arms = protocol->n_looks > 0 || protocol->n_periods > 1 || protocol->twin.given || protocol->outside.given};
  bool hold = lind_past_is_same(past, study);
  json_t *numbers = json_array(), *inputs = files(&e, &hold);
  analyses_explain(&e, numbers);
  endpoints_explain(&e, numbers);
  tables_explain(&e, numbers);
  targets_explain(&e, numbers);
  json_t *made =
      json_pack("{s:s,s:s,s:b,s:O,s:O,s:O*,s:O*,s:O*,s:{s:s,s:s,s:s},s:o,s:O*,s:o,s:o,s:o}", "format", "lind-explanation-1",
                "run", past->directory, "holds", hold, "plan_hash", json_object_get(past->provenance, "plan_hash"), "digest",
                json_object_get(past->estimates, "digest"), "lind", json_object_get(past->provenance, "lind"), "class",
                json_object_get(past->provenance, "class"), "libc", json_object_get(past->provenance, "libc"), "model", "name",
                model->name, "hash", model->hash, "path", model->path != NULL ? model->path : "", "settings", settings(&e), "set",
                json_object_get(past->provenance, "set"), "inputs", inputs, "lives", lives(&e), "numbers", numbers);
  LIND_CHECK(made != NULL, LIND_ERR_MEMORY, "no memory for an explanation");
  *explanation = made;
  return LIND_OK;
}

bool lind_explain_holds(const json_t *explanation) { return json_is_true(json_object_get(explanation, "holds")); }
