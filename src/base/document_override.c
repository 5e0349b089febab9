/* Settings from the command line: a new root, new nodes along the path, everything else shared. */
#include <string.h>

#include "document_parse.h"
#include "lind/text.h"

typedef struct setting {
  const char *assignment, *value; /* value stands behind its '=' */
  lind_arena *arena;
} setting;

static const char flag_name[] = "--set";

static lind_where place(const setting *s, const char *at) {
  return (lind_where){.file = flag_name, .line = 1, .column = (int)(at - s->assignment) + 1};
}

static const char *shown(const lind_node *node) { return node->path[0] != '\0' ? node->path : "the document"; }

/* The longest key of `mapping` that starts `rest` ("drug.cl" may be a key itself), or -1; *length is its own. */
static int find_key(const lind_node *mapping, const char *rest, size_t n_rest, size_t *length) {
  int found = -1;
  *length = 0;
  for (int i = 0; i < mapping->n; i++) {
    const size_t n = strlen(mapping->keys[i]);
    if (n > n_rest || n <= *length || strncmp(mapping->keys[i], rest, n) != 0) continue;
    if (n < n_rest && rest[n] != '.') continue;
    *length = n;
    found = i;
  }
  return found;
}

static lind_err fail_no_key(const setting *s, const lind_node *node, const char *rest, size_t n) {
  char word[128];
  const int length = n < sizeof word ? (int)n : (int)sizeof word - 1;
  (void)snprintf(word, sizeof word, "%.*s", length, rest);
  const char *near = lind_text_nearest(word, node->keys, (size_t)node->n);
  if (near != NULL)
    return lind_error_fail_at(LIND_ERR_INPUT, place(s, rest), "%s has no key '%s'; did you mean '%s'?", shown(node), word, near);
  char list[512];
  if (node->n == 0)
    return lind_error_fail_at(LIND_ERR_INPUT, place(s, rest), "%s has no key '%s'; it is empty", shown(node), word);
  return lind_error_fail_at(LIND_ERR_INPUT, place(s, rest), "%s has no key '%s'; it has %s", shown(node), word,
                            lind_text_list(node->keys, (size_t)node->n, list, sizeof list));
}

static lind_err change(const setting *s, const lind_node *old, const char *rest, size_t n, lind_node *changed);

/* The value of the child `rest`: read where the path ends, else the old child changed further down. */
static lind_err change_child(const setting *s, const lind_node *old, const char *rest, size_t length, size_t n, const char *path,
                             lind_node *child) {
  if (length < n) return change(s, old, rest + length + 1, n - length - 1, child);
  const lind_document_origin origin = {
      .name = flag_name, .path = path, .column = (int)(s->value - s->assignment), .key_where = place(s, rest)};
  return lind_document_parse(s->value, strlen(s->value), &origin, s->arena, child);
}

static lind_err change_mapping(const setting *s, const lind_node *old, const char *rest, size_t n, lind_node *changed) {
  size_t length;
  const int found = find_key(old, rest, n, &length);
  const char *dot = memchr(rest, '.', n);
  if (found < 0 && dot != NULL) return fail_no_key(s, old, rest, (size_t)(dot - rest));
  const int at = found >= 0 ? found : old->n, total = found >= 0 ? old->n : old->n + 1;
  if (found < 0) length = n;
  lind_node *items;
  const char **keys;
  lind_where *key_where;
  LIND_TAKE(items, s->arena, total);
  LIND_TAKE(keys, s->arena, total);
  LIND_TAKE(key_where, s->arena, total);
  if (old->n > 0) {
    memcpy(items, old->items, (size_t)old->n * sizeof *items);
    memcpy(keys, old->keys, (size_t)old->n * sizeof *keys);
    memcpy(key_where, old->key_where, (size_t)old->n * sizeof *key_where);
  }
  const char *path = found >= 0
                         ? old->items[found].path
                         : lind_arena_format(s->arena, "%s%s%.*s", old->path, old->path[0] != '\0' ? "." : "", (int)n, rest);
  if (found < 0) keys[at] = lind_arena_format(s->arena, "%.*s", (int)n, rest);
  LIND_CHECK(path != NULL && keys[at] != NULL, LIND_ERR_MEMORY, "no memory for a setting");
  if (length == n) key_where[at] = place(s, rest);
  LIND_TRY(change_child(s, found >= 0 ? &old->items[found] : NULL, rest, length, n, path, &items[at]));
  *changed = *old;
  changed->n = total;
  changed->items = items;
  changed->keys = keys;
  changed->key_where = key_where;
  return LIND_OK;
}

static lind_err change_sequence(const setting *s, const lind_node *old, const char *rest, size_t n, lind_node *changed) {
  const char *dot = memchr(rest, '.', n);
  const size_t length = dot != NULL ? (size_t)(dot - rest) : n;
  char word[24] = "";
  if (length < sizeof word) memcpy(word, rest, length);
  unsigned long long index = 0;
  LIND_CHECK_AT(lind_text_count(word, &index) && index < (unsigned long long)old->n, LIND_ERR_INPUT, place(s, rest),
                "%s is a list of %d, counted from 0; it has no item '%.*s'", shown(old), old->n, (int)length, rest);
  lind_node *items;
  LIND_TAKE(items, s->arena, old->n);
  memcpy(items, old->items, (size_t)old->n * sizeof *items);
  LIND_TRY(change_child(s, &old->items[index], rest, length, n, old->items[index].path, &items[index]));
  *changed = *old;
  changed->items = items;
  return LIND_OK;
}

static lind_err change(const setting *s, const lind_node *old, const char *rest, size_t n, lind_node *changed) {
  if (old->kind == LIND_NODE_MAPPING) return change_mapping(s, old, rest, n, changed);
  if (old->kind == LIND_NODE_SEQUENCE) return change_sequence(s, old, rest, n, changed);
  if (old->kind == LIND_NODE_NULL)
    return lind_error_fail_at(LIND_ERR_INPUT, place(s, rest), "%s has no value, so it has no '%.*s'", shown(old), (int)n, rest);
  return lind_error_fail_at(LIND_ERR_INPUT, place(s, rest), "%s is '%s', so it has no '%.*s'", shown(old), old->text, (int)n,
                            rest);
}

/* A path is words with single dots between them. */
static bool is_path(const char *path, size_t n) {
  if (n == 0 || path[0] == '.' || path[n - 1] == '.') return false;
  for (size_t i = 0; i + 1 < n; i++)
    if (path[i] == '.' && path[i + 1] == '.') return false;
  return true;
}

lind_err lind_document_override(const lind_node *root, const char *assignment, lind_arena *arena, const lind_node **changed) {
  const char *equals = strchr(assignment, '=');
  size_t n = equals != NULL ? (size_t)(equals - assignment) : 0;
  while (n > 0 && assignment[n - 1] == ' ') n--;
  LIND_CHECK(is_path(assignment, n), LIND_ERR_INPUT,
             "%s: '%s' is not a setting; one is written like 'patients=200' or 'arms.a.ratio=2'", flag_name, assignment);
  const setting s = {.assignment = assignment, .value = equals + 1, .arena = arena};
  lind_node *fresh;
  LIND_TAKE(fresh, arena, 1);
  LIND_TRY(change(&s, root, assignment, n, fresh));
  *changed = fresh;
  return LIND_OK;
}
