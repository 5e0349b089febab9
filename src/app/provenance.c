/* provenance.c -- where numbers come from: inputs with hashes, build, machine class, seeds, ranks, time. */
#include <gnu/libc-version.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "build_facts.h"
#include "finish.h"
#include "lind/tissue.h"
#include "session.h"

static void add_input(json_t *list, const char *role, const char *path) {
  char hex[65] = "";
  if (path == NULL || lind_digest_file(path, hex) != LIND_OK) return;
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

/* Files of the modules that the model is made of, each once; shipped ones are no files. */
static void add_modules(json_t *list, const lind_model *model) {
  for (int i = 0; i < model->n_modules; i++) {
    int before = 0;
    while (before < i && strcmp(model->modules[before].path, model->modules[i].path) != 0) before++;
    if (before == i) add_input(list, "module", model->modules[i].path);
  }
}

static json_t *node_json(const lind_node *node) {
  json_t *value;
  switch (node->kind) {
    case LIND_NODE_NULL:
      return json_null();
    case LIND_NODE_SCALAR:
      return json_string(node->text);
    case LIND_NODE_SEQUENCE:
      value = json_array();
      for (int i = 0; i < node->n; i++) json_array_append_new(value, node_json(&node->items[i]));
      return value;
    default:
      break;
  }
  value = json_object();
  for (int i = 0; i < node->n; i++) json_object_set_new(value, node->keys[i], node_json(&node->items[i]));
  return value;
}

static json_t *file_text(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) return json_null();
  char *text = NULL;
  size_t length = 0;
  json_t *value = json_null();
  if (getdelim(&text, &length, '\0', file) >= 0) value = json_string(text);
  free(text);
  (void)fclose(file);
  return value;
}

json_t *lind_finish_inputs(const lind_study *study, lind_arena *arena) {
  const lind_plan *plan = study->stage[0].plan;
  const lind_protocol *protocol = plan->protocol;
  json_t *inputs = json_array();
  add_input(inputs, "protocol", protocol->path);
  add_named(inputs, "rules", study->root, "include", protocol->path, arena);
  add_named(inputs, "targets", study->root, "targets", protocol->path, arena);
  add_input(inputs, "cohort", plan->cohort->path);
  if (plan->outside != NULL && strcmp(plan->outside->cohort->path, plan->cohort->path) != 0)
    add_input(inputs, "cohort of external patients", plan->outside->cohort->path);
  add_input(inputs, "model", plan->model->path);
  add_modules(inputs, plan->model);
  const lind_words known = protocol->uncertain_sets.text != NULL ? protocol->uncertain_sets : protocol->uncertain_covariance;
  if (known.text != NULL) add_input(inputs, "uncertainty", lind_protocol_path(known.text, known.where.file, arena));
  if (protocol->tissue != NULL) add_input(inputs, "tissue", lind_tissue_dress_path(protocol, arena));
  return inputs;
}

lind_err lind_finish_provenance(const lind_finish *finish, const char *path, lind_arena *arena) {
  const lind_plan *plan = finish->study->stage[0].plan;
  const lind_protocol *protocol = plan->protocol;
  char when[32];
  json_t *root = json_object();
  json_object_set_new(root, "lind",
                      json_pack("{s:s,s:s,s:s,s:s,s:s}", "version", LIND_VERSION, "revision", LIND_REVISION, "compiler",
                                LIND_COMPILER, "flags", LIND_FLAGS, "build", LIND_BUILD_TYPE));
  json_object_set_new(root, "libc", json_string(gnu_get_libc_version()));
  json_object_set_new(root, "finished", json_string(lind_session_now(when)));
  json_object_set_new(root, "wall_s", json_real(finish->seconds));
  json_object_set_new(root, "ranks", json_integer(finish->ranks));
  json_object_set_new(root, "threads", json_integer(finish->threads));
  json_object_set_new(root, "patients_per_s", json_real((double)finish->study->n_lived / finish->seconds));
  (void)lind_session_request(finish->study, root);
  json_object_set_new(root, "model_back_end", json_string(plan->model->back_end));
  char choice[250];
  json_object_set_new(root, "engine",
                      json_string(lind_stepper_choice(plan->stepper, &plan->model->kernel, choice, sizeof choice)));
  json_t *sessions = lind_session_list(finish->out, arena);
  if (sessions != NULL) json_object_set_new(root, "sessions", sessions);
  json_object_set_new(root, "inputs", lind_finish_inputs(finish->study, arena));
  json_object_set_new(root, "protocol_as_read", file_text(protocol->path));
  json_object_set_new(root, "protocol_as_resolved", node_json(finish->study->root));
  char *text = json_dumps(root, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
  json_decref(root);
  LIND_CHECK(text != NULL, LIND_ERR_MEMORY, "no memory for provenance.json");
  const lind_err err = lind_finish_file(path, text);
  free(text);
  return err;
}
