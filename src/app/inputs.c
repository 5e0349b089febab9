/* inputs.c -- the files that a study is made of, each once, with what it is for and its SHA-256. */
#include <string.h>
#include <unistd.h>

#include "finish.h"
#include "lind/tissue.h"

static void add_input(json_t *list, const char *role, const char *path) {
  char hex[65] = "";
  json_t *before;
  size_t i;
  if (path == NULL || access(path, R_OK) != 0) return;
  json_array_foreach(list, i, before) {
    if (strcmp(json_string_value(json_object_get(before, "path")), path) == 0) return;
  }
  if (lind_digest_file(path, hex) != LIND_OK) return;
  json_array_append_new(list, json_pack("{s:s,s:s,s:s}", "role", role, "path", path, "sha256", hex));
}

/* Files that the protocol names, relative to it: one, or a list. */
static void add_named(json_t *list, const char *role, const lind_node *root, const char *key, const char *protocol,
                      lind_arena *arena) {
  const lind_node *named = lind_document_find(root, key);
  if (named == NULL) return;
  if (named->kind == LIND_NODE_SCALAR) add_input(list, role, lind_protocol_path(named->text, protocol, arena));
  for (int i = 0; named->kind == LIND_NODE_SEQUENCE && i < named->n; i++)
    if (named->items[i].text != NULL) add_input(list, role, lind_protocol_path(named->items[i].text, protocol, arena));
}

/* Files that a document names anywhere, as `table:` of a gene or of a titration does: what looks like a file and is one.
 * Documents among them are looked through, too. */
static void add_mentioned(json_t *list, const char *role, const lind_node *node, const char *file, int depth, lind_arena *arena);

static void add_scalar(json_t *list, const char *role, const lind_node *node, const char *file, int depth, lind_arena *arena) {
  static const char *const kinds[] = {".csv", ".yaml", ".yml", ".lind", ".h5"};
  const char *dot = node->text != NULL ? strrchr(node->text, '.') : NULL;
  for (size_t k = 0; dot != NULL && k < sizeof kinds / sizeof *kinds; k++) {
    if (strcmp(dot, kinds[k]) != 0) continue;
    const bool typed = node->where.file == NULL || strcmp(node->where.file, "--set") == 0;
    const char *path = lind_protocol_path(node->text, typed ? file : node->where.file, arena);
    const size_t before = json_array_size(list);
    const lind_node *root;
    add_input(list, role, path);
    if (json_array_size(list) > before && (k == 1 || k == 2) && depth < 4 && lind_document_read(path, arena, &root) == LIND_OK)
      add_mentioned(list, role, root, path, depth + 1, arena);
  }
}

static void add_mentioned(json_t *list, const char *role, const lind_node *node, const char *file, int depth, lind_arena *arena) {
  if (node->kind == LIND_NODE_SCALAR) add_scalar(list, role, node, file, depth, arena);
  for (int i = 0; node->kind != LIND_NODE_SCALAR && i < node->n; i++)
    add_mentioned(list, role, &node->items[i], file, depth, arena);
}

static void add_cohort(json_t *list, const char *role, const char *table_role, const char *path, lind_arena *arena) {
  const lind_node *root;
  add_input(list, role, path);
  if (path != NULL && lind_document_read(path, arena, &root) == LIND_OK) add_mentioned(list, table_role, root, path, 0, arena);
}

json_t *lind_finish_inputs_cohort(const char *path, lind_arena *arena) {
  json_t *inputs = json_array();
  add_cohort(inputs, "cohort", "table of the cohort", path, arena);
  return inputs;
}

json_t *lind_finish_inputs(const lind_study *study, lind_arena *arena) {
  const lind_plan *plan = study->stage[0].plan;
  const lind_protocol *protocol = plan->protocol;
  json_t *inputs = json_array();
  add_input(inputs, "protocol", protocol->path);
  add_named(inputs, "rules", study->root, "include", protocol->path, arena);
  add_named(inputs, "targets", study->root, "targets", protocol->path, arena);
  add_cohort(inputs, "cohort", "table of the cohort", plan->cohort->path, arena);
  if (plan->outside != NULL && strcmp(plan->outside->cohort->path, plan->cohort->path) != 0)
    add_cohort(inputs, "cohort of external patients", "table of the external cohort", plan->outside->cohort->path, arena);
  add_input(inputs, "model", plan->model->path);
  for (int i = 0; i < plan->model->n_modules; i++)
    add_input(inputs, "module", plan->model->modules[i].path); /* shipped ones are no files */
  const lind_words known = protocol->uncertain_sets.text != NULL ? protocol->uncertain_sets : protocol->uncertain_covariance;
  if (known.text != NULL) add_input(inputs, "uncertainty", lind_protocol_path(known.text, known.where.file, arena));
  if (protocol->tissue != NULL) add_input(inputs, "tissue", lind_tissue_dress_path(protocol, arena));
  add_mentioned(inputs, "table of the protocol", study->root, protocol->path, 0, arena);
  return inputs;
}
