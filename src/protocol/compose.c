#include "compose.h"

#include <string.h>

#include "rows.h"

/* ---- nodes that this file makes
 * -------------------------------------------------------------------------------------------------------- */

typedef struct growing { /* a mapping that grows by name */
  lind_arena *arena;
  int n;
  lind_node *items;
  const char **keys;
  lind_where *key_where;
} growing;

static lind_err grow(lind_arena *arena, int n, growing *list) {
  *list = (growing){.arena = arena};
  LIND_TAKE(list->items, arena, n);
  LIND_TAKE(list->keys, arena, n);
  LIND_TAKE(list->key_where, arena, n);
  return LIND_OK;
}

static int find(const growing *list, const char *key) {
  for (int i = 0; i < list->n; ++i)
    if (strcmp(list->keys[i], key) == 0) return i;
  return -1;
}

static void put(growing *list, const lind_node *mapping, int i) {
  int at = find(list, mapping->keys[i]);
  if (at < 0) at = list->n++;
  list->items[at] = mapping->items[i];
  list->keys[at] = mapping->keys[i];
  list->key_where[at] = mapping->key_where[i];
}

static lind_node as_mapping(const growing *list, lind_where where, const char *path) {
  return (lind_node){.kind = LIND_NODE_MAPPING,
                     .where = where,
                     .path = path,
                     .n = list->n,
                     .items = list->items,
                     .keys = list->keys,
                     .key_where = list->key_where};
}

/* ---- includes
 * -------------------------------------------------------------------------------------------------------------------------- */

static lind_err check_kind(const lind_node *node, lind_node_kind kind, const char *key) {
  LIND_CHECK_AT(node == NULL || node->kind == kind, LIND_ERR_INPUT, node->where, "%s must be a %s", key,
                kind == LIND_NODE_MAPPING ? "mapping of names" : "list");
  return LIND_OK;
}

/* `over` wins over `under` key by key; values are not looked into. */
static lind_err overlay(const lind_node *under, const lind_node *over, lind_arena *arena, lind_node *made) {
  growing list;
  LIND_TRY(grow(arena, under->n + over->n, &list));
  for (int i = 0; i < under->n; ++i) put(&list, under, i);
  for (int i = 0; i < over->n; ++i) put(&list, over, i);
  *made = as_mapping(&list, over->where, over->path);
  return LIND_OK;
}

/* All names of one section: those of the included files in order, then those of the protocol, which stand in the place of the
 * name that they change. `deep`: an item that both have is laid over key by key. */
static lind_err merge_names(const lind_node *main_section, const lind_node *const *sections, int n_sections, const char *key,
                            bool deep, lind_where where, lind_arena *arena, lind_node *made) {
  int n = main_section == NULL ? 0 : main_section->n;
  LIND_TRY(check_kind(main_section, LIND_NODE_MAPPING, key));
  for (int f = 0; f < n_sections; ++f) {
    LIND_TRY(check_kind(sections[f], LIND_NODE_MAPPING, key));
    n += sections[f] == NULL ? 0 : sections[f]->n;
  }
  growing list;
  LIND_TRY(grow(arena, n, &list));
  for (int f = 0; f < n_sections; ++f)
    for (int i = 0; sections[f] != NULL && i < sections[f]->n; ++i) {
      const int at = find(&list, sections[f]->keys[i]);
      LIND_CHECK_AT(at < 0, LIND_ERR_INPUT, sections[f]->key_where[i],
                    "%s.%s is already in %s; two included files may not both have it", key, sections[f]->keys[i],
                    list.key_where[at].file);
      put(&list, sections[f], i);
    }
  for (int i = 0; main_section != NULL && i < main_section->n; ++i) {
    const int at = find(&list, main_section->keys[i]);
    const bool both =
        deep && at >= 0 && list.items[at].kind == LIND_NODE_MAPPING && main_section->items[i].kind == LIND_NODE_MAPPING;
    lind_node laid = main_section->items[i];
    if (both) LIND_TRY(overlay(&list.items[at], &main_section->items[i], arena, &laid));
    put(&list, main_section, i);
    if (both) list.items[at] = laid;
  }
  *made = as_mapping(&list, main_section == NULL ? where : main_section->where, key);
  return LIND_OK;
}

static lind_err merge_lists(const lind_node *main_section, const lind_node *const *sections, int n_sections, const char *key,
                            lind_where where, lind_arena *arena, lind_node *made) {
  int n = main_section == NULL ? 0 : main_section->n;
  LIND_TRY(check_kind(main_section, LIND_NODE_SEQUENCE, key));
  for (int f = 0; f < n_sections; ++f) {
    LIND_TRY(check_kind(sections[f], LIND_NODE_SEQUENCE, key));
    n += sections[f] == NULL ? 0 : sections[f]->n;
  }
  lind_node *items;
  LIND_TAKE(items, arena, n);
  int used = 0;
  for (int f = 0; f < n_sections; ++f)
    for (int i = 0; sections[f] != NULL && i < sections[f]->n; ++i) items[used++] = sections[f]->items[i];
  for (int i = 0; main_section != NULL && i < main_section->n; ++i) items[used++] = main_section->items[i];
  *made = (lind_node){.kind = LIND_NODE_SEQUENCE,
                      .where = main_section == NULL ? where : main_section->where,
                      .path = key,
                      .n = n,
                      .items = items};
  return LIND_OK;
}

static lind_err set_section(const lind_node *root, const char *key, const lind_node *section, lind_arena *arena,
                            lind_node *made) {
  const lind_node one = {.kind = LIND_NODE_MAPPING,
                         .where = root->where,
                         .path = "",
                         .n = 1,
                         .items = section,
                         .keys = (const char *[]){key},
                         .key_where = (lind_where[]){section->where}};
  return overlay(root, &one, arena, made);
}

static lind_err read_includes(const lind_words_list *files, lind_arena *arena, const lind_node **sections[3]) {
  for (int s = 0; s < 3; ++s) LIND_TAKE(sections[s], arena, files->n);
  for (int f = 0; f < files->n; ++f) {
    const lind_words *file = &files->at[f];
    for (int g = 0; g < f; ++g)
      LIND_CHECK_AT(strcmp(files->at[g].text, file->text) != 0, LIND_ERR_INPUT, file->where, "include names '%s' twice",
                    file->text);
    const lind_node *root;
    const char *path = lind_protocol_path(file->text, file->where.file, arena);
    LIND_CHECK(path != NULL, LIND_ERR_MEMORY, "no memory for a path");
    LIND_TRY(lind_document_read(path, arena, &root));
    LIND_CHECK_AT(root->kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, root->where,
                  "an included file must be a mapping of define and dosing");
    lind_rows_include_shape shape = {0};
    LIND_TRY(lind_schema_read(root, "an included file", lind_rows_include, arena, &shape));
    sections[0][f] = shape.define;
    sections[1][f] = shape.dosing;
    sections[2][f] = shape.assumptions;
  }
  return LIND_OK;
}

static lind_err include(const lind_node *root, lind_arena *arena, const lind_node **merged) {
  const lind_node *written = lind_document_find(root, "include");
  *merged = root;
  if (written == NULL) return LIND_OK;
  static const lind_key row = {"include", LIND_KEY_WORDS_LIST, NULL, 0, 0, "", NULL, 0, ""};
  lind_words_list files;
  LIND_TRY(lind_schema_read_value(written, &row, arena, &files));
  const lind_node **sections[3];
  LIND_TRY(read_includes(&files, arena, sections));
  lind_node made;
  lind_node *whole;
  LIND_TAKE(whole, arena, 1);
  *whole = *root;
  static const char *const keys[] = {"define", "dosing", "assumptions"};
  for (int s = 0; s < 3; ++s) {
    const lind_node *own = lind_document_find(root, keys[s]);
    if (s < 2)
      LIND_TRY(merge_names(own, sections[s], files.n, keys[s], s == 1, written->where, arena, &made));
    else
      LIND_TRY(merge_lists(own, sections[s], files.n, keys[s], written->where, arena, &made));
    LIND_TRY(set_section(whole, keys[s], &made, arena, whole));
  }
  *merged = whole;
  return LIND_OK;
}

/* ---- overrides
 * -------------------------------------------------------------------------------------------------------------------------- */

/* Names of a module's parameters have dots (drug.cl), which part keys: such a key is there, without a value, before it is set. */
static lind_err make_room(const lind_node *root, const char *assignment, lind_arena *arena, const lind_node **roomy) {
  static const char *const sections[] = {"parameters", "modules"};
  const size_t length = strcspn(assignment, "= ");
  const lind_node *model = lind_document_find(root, "model");
  *roomy = root;
  for (size_t i = 0; i < 2 && model != NULL && model->kind == LIND_NODE_MAPPING; ++i) {
    const char *start = lind_arena_format(arena, "model.%s.", sections[i]),
               *path = lind_arena_format(arena, "%.*s", (int)length, assignment);
    LIND_CHECK(start != NULL && path != NULL, LIND_ERR_MEMORY, "no memory for a setting");
    const lind_node *section = lind_document_find(model, sections[i]);
    if (strncmp(path, start, strlen(start)) != 0 || section == NULL || section->kind != LIND_NODE_MAPPING) continue;
    const char *name = path + strlen(start);
    if (strchr(name, '.') == NULL || lind_document_find(section, name) != NULL) continue;
    const lind_node empty = {.kind = LIND_NODE_NULL, .where = section->where, .path = path};
    lind_node *made;
    LIND_TAKE(made, arena, 3);
    LIND_TRY(set_section(section, name, &empty, arena, &made[0]));
    made[0].path = section->path;
    made[0].where = section->where;
    LIND_TRY(set_section(model, sections[i], &made[0], arena, &made[1]));
    made[1].path = model->path;
    made[1].where = model->where;
    LIND_TRY(set_section(root, "model", &made[1], arena, &made[2]));
    made[2].path = root->path;
    made[2].where = root->where;
    *roomy = &made[2];
  }
  return LIND_OK;
}

lind_err lind_compose_override(const lind_node *root, const char *assignment, lind_arena *arena, const lind_node **changed) {
  /* optional sections: an override may name a key in one that the file leaves out; the longer come after the shorter */
  static const char *const sections[] = {"define",
                                         "dosing",
                                         "groups",
                                         "randomise",
                                         "conduct",
                                         "conduct.adherence",
                                         "conduct.dropout",
                                         "conduct.occasions",
                                         "model.parameters",
                                         "model.modules",
                                         "endpoints",
                                         "analysis",
                                         "design",
                                         "curves",
                                         "store",
                                         "engine",
                                         "uncertainty",
                                         "controllers",
                                         "habits",

                                         "twin",
                                         "twin.parameters",
                                         "external",
                                         "external.parameters"};
  for (size_t s = 0; s < sizeof sections / sizeof *sections; ++s) {
    const size_t length = strlen(sections[s]);
    if (strncmp(assignment, sections[s], length) != 0 || assignment[length] != '.') continue;
    const char *dot = strchr(sections[s], '.');
    const lind_node *parent = root;
    if (dot != NULL) parent = lind_document_find(root, lind_arena_format(arena, "%.*s", (int)(dot - sections[s]), sections[s]));
    if (parent == NULL || lind_document_find(parent, dot == NULL ? sections[s] : dot + 1) != NULL) continue;
    LIND_TRY(lind_document_override(root, lind_arena_format(arena, "%s={}", sections[s]), arena, &root));
  }
  LIND_TRY(make_room(root, assignment, arena, &root));
  return lind_document_override(root, assignment, arena, changed);
}

lind_err lind_compose_read(const char *path, const char *const *overrides, int n_overrides, lind_arena *arena,
                           const lind_node **root) {
  const lind_node *made;
  LIND_TRY(lind_document_read(path, arena, &made));
  LIND_CHECK_AT(made->kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, made->where,
                "a protocol file must be a mapping that begins with protocol: NAME");
  /* what is included has to be known before the other overrides can reach into it */
  for (int pass = 0; pass < 2; ++pass) {
    for (int i = 0; i < n_overrides; ++i) {
      const bool includes = strncmp(overrides[i], "include", strlen("include")) == 0;
      if (includes == (pass == 0)) LIND_TRY(lind_compose_override(made, overrides[i], arena, &made));
    }
    if (pass == 0) LIND_TRY(include(made, arena, &made));
  }
  *root = made;
  return LIND_OK;
}

/* ---- digest
 * ------------------------------------------------------------------------------------------------------------------------------
 */

static lind_digest digest_node(lind_digest state, const lind_node *node) {
  state = lind_digest_add_integer(state, (int64_t)node->kind);
  state = lind_digest_add_integer(state, node->n);
  if (node->kind == LIND_NODE_SCALAR) state = lind_digest_add_text(state, node->text);
  for (int i = 0; i < node->n; ++i) {
    if (node->kind == LIND_NODE_MAPPING) state = lind_digest_add_text(state, node->keys[i]);
    state = digest_node(state, &node->items[i]);
  }
  return state;
}

lind_digest lind_compose_digest(const lind_node *root, bool world) {
  static const char *const left_out[] = {"include", "targets", "patients", "replicates", "sensitivity", "robustness"};
  const size_t n_out = world ? 6 : 2;
  lind_digest state = {0, 0};
  for (int i = 0; i < root->n; ++i) {
    size_t k = 0;
    while (k < n_out && strcmp(root->keys[i], left_out[k]) != 0) ++k;
    if (k < n_out) continue;
    state = lind_digest_add_text(state, root->keys[i]);
    state = digest_node(state, &root->items[i]);
  }
  return state;
}
