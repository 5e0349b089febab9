/* lind-modelc -- run while lind is built: writes the C of the shipped models.
 *
 *   lind-modelc kernel   MODELS_DIRECTORY FILE.lind OUT.c      (and OUT.c.d, what it was made of)
 *   lind-modelc registry MODELS_DIRECTORY OUT.c HEADER... -- FILE.lind...
 *
 * A model's name is its path below MODELS_DIRECTORY with dots: pgx/warfarin.lind is pgx.warfarin. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../build.h"

enum { NAME_MAX_LENGTH = 120, HEADERS_MAX = 1 << 20 };

/* What a model's path says. */
typedef struct naming {
  const char *path; /* below the directory */
  char name[NAME_MAX_LENGTH], symbol[NAME_MAX_LENGTH + 16];
} naming;

static lind_err read_file(const char *path, lind_arena *arena, char **text) {
  FILE *file = fopen(path, "rb");
  LIND_CHECK(file != NULL, LIND_ERR_FILE, "'%s' cannot be read: %s", path, strerror(errno));
  char *made = NULL;
  if (fseek(file, 0, SEEK_END) == 0) {
    const long size = ftell(file);
    rewind(file);
    made = lind_arena_take(arena, (size_t)(size > 0 ? size : 0) + 1, 1);
    if (made != NULL && fread(made, 1, (size_t)size, file) != (size_t)size) made = NULL;
  }
  (void)fclose(file);
  LIND_CHECK(made != NULL, LIND_ERR_FILE, "'%s' cannot be read", path);
  *text = made;
  return LIND_OK;
}

static lind_err names_of(const char *directory, const char *path, naming *names) {
  const size_t skip = strlen(directory), length = strlen(path), tail = strlen(".lind");
  LIND_CHECK(length > skip + tail + 1 && length < skip + NAME_MAX_LENGTH && strncmp(directory, path, skip) == 0, LIND_ERR_INPUT,
             "'%s' is not a model below '%s'", path, directory);
  names->path = path + skip + 1;
  (void)snprintf(names->name, sizeof names->name, "%.*s", (int)(length - skip - 1 - tail), names->path);
  (void)snprintf(names->symbol, sizeof names->symbol, "lind_kernel_%s", names->name);
  for (char *p = names->name; *p != '\0'; ++p)
    if (*p == '/') *p = '.';
  for (char *p = names->symbol; *p != '\0'; ++p)
    if (!isalnum((unsigned char)*p)) *p = '_';
  return LIND_OK;
}

/* pk.two_compartment is pk/two_compartment.lind below the directory, which is the library's context. */
static lind_err find_module(const lind_library *library, const char *name, bool quoted, const char *from, lind_where where,
                            lind_arena *arena, const char **text, const char **path) {
  char *made = lind_arena_format(arena, "%s/%s.lind", (const char *)library->context, name), *read;
  (void)from;
  LIND_CHECK(made != NULL, LIND_ERR_MEMORY, "no memory for the module %s", name);
  LIND_CHECK_AT(!quoted, LIND_ERR_INPUT, where, "a shipped model uses shipped models, by name");
  for (char *p = made + strlen(library->context); strcmp(p, ".lind") != 0; ++p)
    if (*p == '.') *p = '/';
  LIND_TRY(read_file(made, arena, &read));
  *text = read;
  *path = made;
  return LIND_OK;
}

static lind_err build(const char *directory, const char *path, lind_arena *arena, char **text, lind_model **model) {
  const lind_library library = {.find = find_module, .context = directory};
  lind_composition c = {.arena = arena, .library = &library};
  LIND_TRY(read_file(path, arena, text));
  return lind_build_model(*text, path, &c, model);
}

/* For make and ninja: the kernel is made anew when one of its modules changes. */
static lind_err write_dependencies(const char *target, const char *path, const lind_model *model, lind_arena *arena) {
  const char *name = lind_arena_format(arena, "%s.d", target);
  LIND_CHECK(name != NULL, LIND_ERR_MEMORY, "no memory for the name of a file");
  FILE *out = fopen(name, "w");
  LIND_CHECK(out != NULL, LIND_ERR_FILE, "'%s' cannot be written: %s", name, strerror(errno));
  (void)fprintf(out, "%s: %s", target, path);
  for (int i = 0; i < model->n_modules; ++i) (void)fprintf(out, " %s", model->modules[i].path);
  (void)fprintf(out, "\n");
  LIND_CHECK(fclose(out) == 0, LIND_ERR_FILE, "'%s' cannot be written: %s", name, strerror(errno));
  return LIND_OK;
}

static lind_err write_kernel(const char *directory, const char *path, const char *target, FILE *out, lind_arena *arena) {
  naming names;
  char *text;
  const char *code;
  lind_model *model;
  LIND_TRY(names_of(directory, path, &names));
  LIND_TRY(build(directory, path, arena, &text, &model));
  LIND_TRY(write_dependencies(target, path, model, arena));
  const char *last = strrchr(names.name, '.') == NULL ? names.name : strrchr(names.name, '.') + 1;
  LIND_CHECK(strcmp(model->name, last) == 0, LIND_ERR_INPUT, "%s: the file is '%s' and says 'model %s'; the names must agree",
             path, last, model->name);
  LIND_TRY(lind_emit_kernel(model, names.symbol, arena, &code));
  (void)fprintf(out, "#include \"lind/kernel.h\"\n#include \"numerics/lane_math.h\"\n\n%s", code);
  return LIND_OK;
}

/* Numbers, because C limits the length of a string literal. */
static void write_bytes(FILE *out, const char *declaration, const char *text) {
  (void)fprintf(out, "%s = {", declaration);
  for (size_t i = 0; text[i] != '\0'; ++i) (void)fprintf(out, "%s%d,", i % 24 == 0 ? "\n" : "", (int)(signed char)text[i]);
  (void)fprintf(out, "0};\n");
}

/* Without #include "...", so that the headers one after the other stand alone. */
static lind_err write_headers(int n, char **paths, FILE *out, lind_arena *arena) {
  char *all = lind_arena_take(arena, HEADERS_MAX, 1), *text;
  size_t used = 0;
  LIND_CHECK(all != NULL, LIND_ERR_MEMORY, "no memory for the headers");
  for (int i = 0; i < n; ++i) {
    LIND_TRY(read_file(paths[i], arena, &text));
    LIND_CHECK(used + strlen(text) < HEADERS_MAX, LIND_ERR_INPUT, "the headers are larger than %d bytes", HEADERS_MAX);
    for (const char *line = text; *line != '\0';) {
      const size_t length = strcspn(line, "\n") + (strchr(line, '\n') != NULL ? 1 : 0);
      if (strncmp(line, "#include \"", 10) != 0) {
        memcpy(all + used, line, length);
        used += length;
      }
      line += length;
    }
  }
  write_bytes(out, "\nconst char lind_registry_headers[]", all);
  return LIND_OK;
}

static lind_err write_models(const char *directory, int n, const naming *names, char **paths, FILE *out, lind_arena *arena) {
  char declaration[80], *text;
  lind_model **models;
  LIND_TAKE(models, arena, n);
  for (int i = 0; i < n; ++i) {
    LIND_TRY(build(directory, paths[i], arena, &text, &models[i]));
    (void)snprintf(declaration, sizeof declaration, "\nstatic const char text_%d[]", i);
    write_bytes(out, declaration, text);
    (void)fprintf(out, "extern const lind_kernel %s;\n", names[i].symbol);
  }
  (void)fprintf(out, "\nconst int lind_registry_n = %d;\nconst lind_registry_entry lind_registry_models[] = {\n", n);
  for (int i = 0; i < n; ++i)
    (void)fprintf(out, "    {\"%s\", \"%s\", text_%d, \"%s\", &%s},\n", names[i].name, names[i].path, i, models[i]->hash,
                  names[i].symbol);
  (void)fprintf(out, "};\nconst char *const lind_registry_names[] = {\n");
  for (int i = 0; i < n; ++i) (void)fprintf(out, "    \"%s\",\n", names[i].name);
  (void)fprintf(out, "};\n");
  return LIND_OK;
}

static lind_err write_registry(const char *directory, int n_headers, char **headers, int n, char **paths, FILE *out,
                               lind_arena *arena) {
  naming *names;
  LIND_TAKE(names, arena, n);
  LIND_CHECK(n > 0, LIND_ERR_INPUT, "there is no model below '%s'", directory);
  for (int i = 0; i < n; ++i) LIND_TRY(names_of(directory, paths[i], &names[i]));
  (void)fprintf(out, "#include \"language/library/registry.h\"\n");
  LIND_TRY(write_headers(n_headers, headers, out, arena));
  return write_models(directory, n, names, paths, out, arena);
}

static lind_err work(int n, char **words, FILE **out, const char **path, lind_arena *arena) {
  const bool kernel = n == 5 && strcmp(words[1], "kernel") == 0, registry = n > 5 && strcmp(words[1], "registry") == 0;
  LIND_CHECK(kernel || registry, LIND_ERR_INPUT,
             "usage: lind-modelc kernel DIRECTORY FILE.lind OUT.c | registry DIRECTORY OUT.c HEADER... -- FILE.lind...");
  *path = words[kernel ? 4 : 3];
  *out = fopen(*path, "w");
  LIND_CHECK(*out != NULL, LIND_ERR_FILE, "'%s' cannot be written: %s", *path, strerror(errno));
  if (kernel) return write_kernel(words[2], words[3], words[4], *out, arena);
  int mark = 4;
  while (mark < n && strcmp(words[mark], "--") != 0) ++mark;
  LIND_CHECK(mark < n, LIND_ERR_INPUT, "-- is missing between the headers and the models");
  return write_registry(words[2], mark - 4, words + 4, n - mark - 1, words + mark + 1, *out, arena);
}

int main(int argc, char **argv) {
  lind_arena *arena = NULL;
  FILE *out = NULL;
  const char *path = NULL;
  lind_err err = lind_arena_create(&arena);
  if (err == LIND_OK) err = work(argc, argv, &out, &path, arena);
  if (out != NULL && (fflush(out) != 0 || fclose(out) != 0) && err == LIND_OK)
    err = lind_error_fail(LIND_ERR_FILE, __FILE__, __LINE__, "'%s' cannot be written: %s", path, strerror(errno));
  if (err != LIND_OK) (void)fprintf(stderr, "%s\n", lind_error_message());
  if (err != LIND_OK && out != NULL) (void)remove(path);
  lind_arena_destroy(&arena);
  return lind_error_exit_status(err);
}
