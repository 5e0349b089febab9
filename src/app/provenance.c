/* provenance.c -- where numbers come from: inputs with hashes, build, machine class, seeds, ranks, time. */
#include <gnu/libc-version.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "build_facts.h"
#include "finish.h"
#include "machine.h"
#include "session.h"

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

/* Shipped models are no files among the inputs, but have a text all the same; results.h5 has it whole. */
static json_t *model_json(const lind_model *model) {
  char hex[65];
  lind_digest_bytes(model->text, strlen(model->text), hex);
  return json_pack("{s:s,s:s}", "name", model->name, "sha256", hex);
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
  json_object_set_new(root, "libraries", lind_machine_libraries_json());
  json_object_set_new(root, "machine", lind_machine_json());
  json_object_set_new(root, "finished", json_string(lind_session_now(when)));
  json_object_set_new(root, "wall_s", json_real(finish->seconds));
  json_object_set_new(root, "ranks", json_integer(finish->ranks));
  json_object_set_new(root, "threads", json_integer(finish->threads));
  if (finish->posts != NULL) json_object_set_new(root, "crew", lind_posts_json(finish->posts, arena));
  json_object_set_new(root, "patients_per_s", json_real((double)finish->study->n_lived / finish->seconds));
  (void)lind_session_request(finish->study, root);
  json_object_set_new(root, "model", model_json(plan->model));
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
