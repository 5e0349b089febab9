/* Which back end a model gets. */
#include <string.h>

#include "../model_tree.h"
#include "compile.h"
#include "registry.h"

static const lind_kernel *compiled_in(const lind_model *model) {
  for (int i = 0; i < lind_registry_n; ++i) {
    const lind_registry_entry *entry = &lind_registry_models[i];
    if (strcmp(entry->hash, model->hash) == 0 && strncmp(entry->text, model->text, strlen(entry->text)) == 0)
      return entry->kernel;
  }
  return NULL;
}

static lind_err evaluator(lind_model *model, const char *why, lind_arena *arena) {
  const char *text = why == NULL ? "lane evaluator" : lind_arena_format(arena, "lane evaluator (slower), because %s", why);
  LIND_CHECK(text != NULL, LIND_ERR_MEMORY, "no memory for the model '%s'", model->name);
  LIND_TRY(lind_evaluator_kernel(model, arena, &model->kernel));
  model->back_end = text;
  return LIND_OK;
}

lind_err lind_model_attach(lind_model *model, lind_back_end back_end, const char *cache_directory, lind_arena *arena) {
  bool fresh = false;
  if (back_end == LIND_BACK_END_EVALUATOR) return evaluator(model, NULL, arena);
  const lind_kernel *kernel = compiled_in(model);
  if (kernel != NULL) {
    LIND_CHECK(kernel->n_frame == model->kernel.n_frame && kernel->n_states == model->n_states, LIND_ERR_INPUT,
               "the model '%s' was compiled in by another version of lind; build it again", model->name);
    model->kernel = *kernel;
    model->back_end = "compiled in";
    return LIND_OK;
  }
  const lind_err err = lind_compile_kernel(model, cache_directory, arena, &kernel, &fresh);
  if (err == LIND_OK) {
    model->kernel = *kernel;
    model->back_end = fresh ? "compiled on first use" : "compiled before, from the cache";
    return LIND_OK;
  }
  if (back_end == LIND_BACK_END_COMPILED || err == LIND_ERR_MEMORY) return lind_error_trace(err, __FILE__, __LINE__, "compile");
  const char *why = lind_arena_text(arena, lind_error_message());
  lind_error_clear();
  return evaluator(model, why, arena);
}
