/* A model by its name or its file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../build.h"
#include "lind/text.h"
#include "registry.h"

enum { TEXT_MAX = 4 << 20 };

const char *const *lind_model_names(int *n) {
  *n = lind_registry_n;
  return lind_registry_names;
}

static const lind_registry_entry *entry_of(const char *name) {
  for (int i = 0; i < lind_registry_n; ++i)
    if (strcmp(lind_registry_models[i].name, name) == 0) return &lind_registry_models[i];
  return NULL;
}

const char *lind_model_shipped_text(const char *name) {
  const lind_registry_entry *entry = entry_of(name);
  return entry == NULL ? NULL : entry->text;
}

static lind_err unknown(const char *name, lind_where where) {
  char suggestion[100];
  return lind_error_fail_at(
      LIND_ERR_INPUT, where, "'%s' is not a shipped model%s; a model of your own is a path that ends in .lind", name,
      lind_text_suggestion(name, lind_registry_names, (size_t)lind_registry_n, suggestion, sizeof suggestion));
}

static lind_err read_stream(FILE *file, const char *path, lind_where where, char *text, size_t *length) {
  *length = fread(text, 1, TEXT_MAX + 1, file);
  LIND_CHECK_AT(ferror(file) == 0, LIND_ERR_FILE, where, "the model '%s' cannot be read: %s", path, strerror(errno));
  LIND_CHECK_AT(*length <= TEXT_MAX, LIND_ERR_INPUT, where, "the model '%s' is larger than %d MiB", path, TEXT_MAX >> 20);
  text[*length] = '\0';
  LIND_CHECK_AT(strlen(text) == *length, LIND_ERR_INPUT, where, "the model '%s' is not a text file", path);
  return LIND_OK;
}

static lind_err read_file(const char *path, lind_where where, lind_arena *arena, const char **text) {
  FILE *file = fopen(path, "rb");
  LIND_CHECK_AT(file != NULL, LIND_ERR_INPUT, where, "the model '%s' cannot be read: %s", path, strerror(errno));
  char *bytes = malloc(TEXT_MAX + 2);
  size_t length = 0;
  const lind_err err = bytes == NULL ? lind_error_fail(LIND_ERR_MEMORY, __FILE__, __LINE__, "no memory for the model '%s'", path)
                                     : read_stream(file, path, where, bytes, &length);
  const char *copy = err == LIND_OK ? lind_arena_text(arena, bytes) : NULL;
  free(bytes);
  (void)fclose(file);
  LIND_TRY(err);
  LIND_CHECK(copy != NULL, LIND_ERR_MEMORY, "no memory for the model '%s'", path);
  *text = copy;
  return LIND_OK;
}

/* ---- modules
 * --------------------------------------------------------------------------------------------------------------------------- */

/* A path stands beside the file that says it. */
static lind_err beside(const char *name, const char *from, lind_arena *arena, const char **path) {
  const char *slash = from == NULL || name[0] == '/' ? NULL : strrchr(from, '/');
  *path = slash == NULL ? lind_arena_text(arena, name) : lind_arena_format(arena, "%.*s/%s", (int)(slash - from), from, name);
  LIND_CHECK(*path != NULL, LIND_ERR_MEMORY, "no memory for the model '%s'", name);
  return LIND_OK;
}

static lind_err find_module(const lind_library *library, const char *name, bool quoted, const char *from, lind_where where,
                            lind_arena *arena, const char **text, const char **path) {
  (void)library;
  const lind_registry_entry *entry = quoted ? NULL : entry_of(name);
  if (entry != NULL) {
    *text = entry->text;
    *path = entry->path;
    return LIND_OK;
  }
  if (!quoted) return unknown(name, where);
  LIND_TRY(beside(name, from, arena, path));
  return read_file(*path, where, arena, text);
}

static const lind_library shipped_and_files = {.find = find_module};

/* ---- models
 * ---------------------------------------------------------------------------------------------------------------------------- */

lind_err lind_model_read_text(const char *text, const char *path, lind_arena *arena, lind_model **model) {
  lind_composition c = {.arena = arena, .library = &shipped_and_files};
  return lind_build_model(text, path, &c, model);
}

lind_err lind_model_read(const char *name, lind_where where, lind_arena *arena, lind_model **model) {
  return lind_model_read_with(name, where, NULL, 0, arena, model);
}

/* The sentence is about the model's file; why it is said now is the protocol's. */
static lind_err because_swapped(lind_err err, const lind_model_swap *swaps) {
  if (err != LIND_ERR_INPUT && err != LIND_ERR_UNIT) return err;
  char said[900];
  (void)snprintf(said, sizeof said, "%s", lind_error_message());
  return lind_error_fail_at(err, swaps->where, "with '%s' for '%s' the model is not whole: %s", swaps->use, swaps->module, said);
}

static lind_err all_found(const char *name, const lind_model *model, const lind_composition *c) {
  const char *known[LIND_COMPOSE_MODULES];
  char suggestion[100], list[240];
  for (int i = 0; i < model->n_modules; ++i) known[i] = model->modules[i].as;
  const size_t n = (size_t)model->n_modules;
  for (int i = 0; i < c->n_swaps; ++i) {
    const lind_model_swap *swap = &c->swaps[i];
    if (c->swapped[i]) continue;
    LIND_CHECK_AT(n > 0, LIND_ERR_INPUT, swap->where, "there is no module '%s': the model %s uses none", swap->module, name);
    return lind_error_fail_at(LIND_ERR_INPUT, swap->where, "'%s' is no module of the model %s%s; known %s %s", swap->module, name,
                              lind_text_suggestion(swap->module, known, n, suggestion, sizeof suggestion), n == 1 ? "is" : "are",
                              lind_text_list(known, n, list, sizeof list));
  }
  return LIND_OK;
}

lind_err lind_model_read_with(const char *name, lind_where where, const lind_model_swap *swaps, int n_swaps, lind_arena *arena,
                              lind_model **model) {
  const lind_registry_entry *entry = entry_of(name);
  const size_t length = strlen(name);
  lind_composition c = {.arena = arena, .library = &shipped_and_files, .swaps = swaps, .n_swaps = n_swaps};
  const char *text = entry != NULL ? entry->text : NULL, *path = entry != NULL ? entry->path : name;
  lind_model *made;
  if (entry == NULL) {
    if (length < 5 || strcmp(name + length - 5, ".lind") != 0) return unknown(name, where);
    LIND_TRY(read_file(name, where, arena, &text));
  }
  const lind_err err = lind_build_model(text, path, &c, &made);
  if (err != LIND_OK && n_swaps > 0) return because_swapped(err, swaps);
  LIND_TRY(err);
  LIND_TRY(all_found(name, made, &c));
  if (entry != NULL) made->name = entry->name;
  *model = made;
  return LIND_OK;
}
