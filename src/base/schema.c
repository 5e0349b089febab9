#include "lind/schema.h"

#include <string.h>

#include "document_parse.h"
#include "lind/text.h"
#include "schema_value.h"

enum { NAMES_MAX = 256, LIST_SIZE = 512 };

static const char any_key[] = "*";

/* Names that a row has, without "*". */
static size_t row_names(const lind_key *rows, const char **names) {
  size_t n = 0;
  for (const lind_key *row = rows; row->key != NULL && n < NAMES_MAX; row++)
    if (strcmp(row->key, any_key) != 0) names[n++] = row->key;
  return n;
}

static const lind_key *find_row(const lind_key *rows, const char *key) {
  for (const lind_key *row = rows; row->key != NULL; row++)
    if (strcmp(row->key, key) == 0) return row;
  return NULL;
}

static lind_err check_known(const lind_node *mapping, const lind_key *rows) {
  if (find_row(rows, any_key) != NULL) return LIND_OK;
  const char *names[NAMES_MAX];
  const size_t n = row_names(rows, names);
  for (int i = 0; i < mapping->n; i++) {
    const char *key = mapping->keys[i], *path = mapping->items[i].path;
    if (find_row(rows, key) != NULL) continue;
    const char *near = lind_text_nearest(key, names, n);
    LIND_CHECK_AT(near == NULL, LIND_ERR_INPUT, mapping->key_where[i], "%s is not a known key; did you mean '%s'?", path, near);
    char list[LIST_SIZE];
    return lind_error_fail_at(LIND_ERR_INPUT, mapping->key_where[i], "%s is not a known key; the known ones are %s", path,
                              lind_text_list(names, n, list, sizeof list));
  }
  return LIND_OK;
}

static const char *child_path(const lind_node *mapping, const char *key, lind_arena *arena) {
  if (mapping->path[0] == '\0') return key;
  const char *path = lind_arena_format(arena, "%s.%s", mapping->path, key);
  return path != NULL ? path : key;
}

/* The value of a key that is not written: its preset, read as if it had been. */
static lind_err read_preset(const lind_node *mapping, const lind_key *row, lind_arena *arena, lind_schema_slot *slot) {
  const char *path = child_path(mapping, row->key, arena), *preset = row->preset;
  lind_node node = {.kind = LIND_NODE_SCALAR, .where = mapping->where, .path = path, .text = preset};
  if (row->kind == LIND_KEY_NODE || preset[0] == '[') {
    const lind_document_origin origin = {.name = "preset", .path = path, .key_where = mapping->where};
    LIND_TRY(lind_document_parse(preset, strlen(preset), &origin, arena, &node));
    node.where = mapping->where;
  }
  const lind_node *kept = &node;
  if (row->kind == LIND_KEY_NODE) { /* the struct will point to it */
    lind_node *copy;
    LIND_TAKE(copy, arena, 1);
    *copy = node;
    kept = copy;
  }
  LIND_TRY(lind_schema_slot_read(kept, path, row, arena, slot));
  return LIND_OK;
}

static lind_err read_row(const lind_node *mapping, const char *name, const lind_key *row, lind_arena *arena,
                         lind_schema_slot *slot) {
  const lind_node *value = lind_document_find(mapping, row->key);
  if (value != NULL) {
    LIND_TRY(lind_schema_slot_read(value, value->path, row, arena, slot));
    return LIND_OK;
  }
  LIND_CHECK_AT(row->preset != NULL, LIND_ERR_INPUT, mapping->where, "%s has no key '%s'; it is needed: %s", name, row->key,
                row->sentence);
  *slot = lind_schema_slot_absent(row->kind);
  if (row->preset[0] != '\0') LIND_TRY(read_preset(mapping, row, arena, slot));
  return LIND_OK;
}

lind_err lind_schema_read(const lind_node *mapping, const char *section, const lind_key *rows, lind_arena *arena, void *into) {
  const char *name = mapping->path[0] != '\0' ? mapping->path : section;
  LIND_CHECK_AT(mapping->kind != LIND_NODE_NULL, LIND_ERR_INPUT, mapping->where, "%s has no value", name);
  if (mapping->kind != LIND_NODE_MAPPING) {
    const char *known[NAMES_MAX];
    const size_t n = row_names(rows, known);
    char list[LIST_SIZE];
    lind_text_list(known, n, list, sizeof list);
    LIND_CHECK_AT(mapping->kind != LIND_NODE_SEQUENCE, LIND_ERR_INPUT, mapping->where,
                  "%s is a list; a mapping is needed, with the keys %s", name, list);
    return lind_error_fail_at(LIND_ERR_INPUT, mapping->where, "%s is '%s'; a mapping is needed, with the keys %s", name,
                              mapping->text, list);
  }
  LIND_TRY(check_known(mapping, rows));
  size_t n = 0;
  while (rows[n].key != NULL) n++;
  lind_schema_slot *slots; /* so that `into` is untouched on failure */
  LIND_TAKE(slots, arena, n);
  for (size_t i = 0; i < n; i++)
    if (strcmp(rows[i].key, any_key) != 0) LIND_TRY(read_row(mapping, name, &rows[i], arena, &slots[i]));
  for (size_t i = 0; i < n; i++)
    if (strcmp(rows[i].key, any_key) != 0) memcpy((char *)into + rows[i].offset, &slots[i], lind_schema_slot_size(rows[i].kind));
  return LIND_OK;
}

lind_err lind_schema_read_value(const lind_node *value, const lind_key *row, lind_arena *arena, void *into) {
  lind_schema_slot slot;
  LIND_TRY(lind_schema_slot_read(value, value->path[0] != '\0' ? value->path : row->key, row, arena, &slot));
  memcpy(into, &slot, lind_schema_slot_size(row->kind));
  return LIND_OK;
}
