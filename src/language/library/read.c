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

lind_err lind_model_read_text(const char *text, const char *path, lind_arena *arena, lind_model **model) {
  return lind_build_model(text, path, arena, model);
}

lind_err lind_model_read(const char *name, lind_where where, lind_arena *arena, lind_model **model) {
  const lind_registry_entry *entry = entry_of(name);
  const size_t length = strlen(name);
  lind_model *made;
  if (entry != NULL) {
    LIND_TRY(lind_build_model(entry->text, entry->path, arena, &made));
    made->name = entry->name;
  } else {
    const char *text = NULL;
    if (length < 5 || strcmp(name + length - 5, ".lind") != 0) return unknown(name, where);
    LIND_TRY(read_file(name, where, arena, &text));
    LIND_TRY(lind_build_model(text, name, arena, &made));
  }
  *model = made;
  return LIND_OK;
}
