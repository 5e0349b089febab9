#include "compile.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../model_tree.h"
#include "lind/digest.h"
#include "registry.h"

extern char **environ;

static const char symbol[] = "lind_generated_kernel";

/* Arithmetic as in the program itself (cmake/LindSettings.cmake), so that results do not depend on where a model was compiled:
 * levels of optimisation do not change bits. -O1 makes code of straight lanes as fast as -O2 does, in two thirds of the time
 * (docs/theory/kernels.md). Vector functions are not linked: they are found in the running program. */
static const char *const flags[] = {
    "-std=gnu11", "-O1", "-march=x86-64-v3", "-mtune=generic", "-shared", "-fPIC", "-ffp-contract=off", "-fno-math-errno", "-w",
    "-x",         "c"};
enum { FLAGS = sizeof flags / sizeof flags[0] };

/* ---- the cache: what is loaded from it runs as this user, so that nobody else may write there
 * ------------------------------------------------------------------------------------------------------------------- */

static lind_err make_directory(const char *path, lind_arena *arena) {
  char *part = lind_arena_text(arena, path);
  LIND_CHECK(part != NULL, LIND_ERR_MEMORY, "no memory for the path '%s'", path);
  for (char *p = part + 1;; ++p) {
    const char end = *p;
    if (end != '/' && end != '\0') continue;
    *p = '\0';
    LIND_CHECK(mkdir(part, 0700) == 0 || errno == EEXIST || errno == EROFS, LIND_ERR_FILE,
               "the cache directory '%s' cannot be made: %s", part, strerror(errno));
    if (end == '\0') return LIND_OK;
    *p = '/';
  }
}

/* A folder of this user (or of root, who may do anything) that nobody else may write in. One that lind makes is for its user
 * alone. */
static lind_err check_folder(const char *path) {
  struct stat about;
  LIND_CHECK(stat(path, &about) == 0 && S_ISDIR(about.st_mode), LIND_ERR_FILE, "the cache '%s' is no directory", path);
  LIND_CHECK(about.st_uid == geteuid() || about.st_uid == 0, LIND_ERR_FILE,
             "the cache directory '%s' belongs to another user; set XDG_CACHE_HOME to one of your own", path);
  LIND_CHECK((about.st_mode & (S_IWGRP | S_IWOTH)) == 0, LIND_ERR_FILE,
             "others may write in the cache directory '%s'; chmod go-w it", path);
  return LIND_OK;
}

/* The same of a compiled model; a link is nobody's. */
static bool is_own(const char *path) {
  struct stat about;
  return lstat(path, &about) == 0 && S_ISREG(about.st_mode) && (about.st_uid == geteuid() || about.st_uid == 0) &&
         (about.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static lind_err cache_path(const char *directory, lind_arena *arena, const char **path) {
  const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
  if (directory != NULL)
    *path = lind_arena_text(arena, directory);
  else if (base != NULL && base[0] == '/') /* the XDG rules: a relative path is to be ignored */
    *path = lind_arena_format(arena, "%s/lind", base);
  else {
    LIND_CHECK(home != NULL && home[0] != '\0', LIND_ERR_FILE,
               "there is no cache directory: neither XDG_CACHE_HOME nor HOME is set");
    *path = lind_arena_format(arena, "%s/.cache/lind", home);
  }
  LIND_CHECK(*path != NULL, LIND_ERR_MEMORY, "no memory for the path of the cache");
  LIND_CHECK((*path)[0] == '/', LIND_ERR_FILE, "the cache directory '%s' is no path from the root", *path);
  LIND_TRY(make_directory(*path, arena));
  return check_folder(*path);
}

static void name_of(const char *text, char hash[33]) {
  lind_digest digest = lind_digest_add_text((lind_digest){0, 0}, text);
  for (int i = 0; i < FLAGS; ++i) digest = lind_digest_add_text(digest, flags[i]);
  (void)lind_digest_text(digest, hash);
}

/* ---- loading
 * --------------------------------------------------------------------------------------------------------------------- */

static lind_err load(const lind_model *model, const char *path, const lind_kernel **kernel) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  LIND_CHECK(library != NULL, LIND_ERR_FILE, "the compiled model cannot be loaded: %s", dlerror());
  const lind_kernel *found = dlsym(library, symbol);
  LIND_CHECK(found != NULL && found->n_states == model->n_states && found->n_frame == model->kernel.n_frame &&
                 found->n_outputs == model->n_outputs,
             LIND_ERR_FILE, "the compiled model '%s' is not what it should be; remove the file", path);
  *kernel = found;
  return LIND_OK;
}

/* ---- compiling
 * ------------------------------------------------------------------------------------------------------------------- */

/* The compiler's first line that is about an error. */
static void first_complaint(const char *log, char *line, size_t size) {
  FILE *file = fopen(log, "r");
  char text[512];
  line[0] = '\0';
  while (file != NULL && fgets(text, sizeof text, file) != NULL) {
    if (strstr(text, "error") == NULL && line[0] != '\0') continue;
    text[strcspn(text, "\n")] = '\0';
    (void)snprintf(line, size, "%s", text);
    if (strstr(text, "error") != NULL) break;
  }
  if (file != NULL) (void)fclose(file);
}

static lind_err spawn_compiler(const char *source, const char *target, const char *log) {
  const char *arguments[FLAGS + 5] = {"cc"};
  posix_spawn_file_actions_t actions;
  pid_t child;
  int status = 0, n = 1;
  for (int i = 0; i < FLAGS; ++i) arguments[n++] = flags[i];
  arguments[n++] = source;
  arguments[n++] = "-o";
  arguments[n++] = target;
  LIND_CHECK(posix_spawn_file_actions_init(&actions) == 0, LIND_ERR_MEMORY, "no memory to start the C compiler");
  int problem = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  if (problem == 0) problem = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  if (problem == 0) problem = posix_spawnp(&child, "cc", &actions, NULL, (char *const *)arguments, environ);
  (void)posix_spawn_file_actions_destroy(&actions);
  LIND_CHECK(problem == 0, LIND_ERR_FILE, "the C compiler 'cc' cannot be started: %s", strerror(problem));
  while (waitpid(child, &status, 0) < 0)
    LIND_CHECK(errno == EINTR, LIND_ERR_FILE, "the C compiler 'cc' was lost: %s", strerror(errno));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return LIND_OK;
  char line[512];
  first_complaint(log, line, sizeof line);
  return lind_error_fail(LIND_ERR_FILE, __FILE__, __LINE__, "the C compiler 'cc' failed%s%s", line[0] != '\0' ? ": " : "", line);
}

static lind_err write_text(int descriptor, const char *path, const char *text) {
  FILE *file = fdopen(descriptor, "w");
  if (file == NULL) (void)close(descriptor);
  LIND_CHECK(file != NULL, LIND_ERR_FILE, "'%s' cannot be written: %s", path, strerror(errno));
  const bool written = fputs(text, file) >= 0;
  const bool closed = fclose(file) == 0;
  LIND_CHECK(written && closed, LIND_ERR_FILE, "'%s' cannot be written: %s", path, strerror(errno));
  return LIND_OK;
}

/* Source and library get their names when they are whole; whoever else compiles the same model at this time makes the same files.
 */
static lind_err compile(const char *text, const char *base, const char *stem, lind_arena *arena) {
  const char *made_c = lind_arena_format(arena, "%s.c", stem), *made_so = lind_arena_format(arena, "%s.so", stem);
  const char *log = lind_arena_format(arena, "%s.log", stem);
  const char *final_c = lind_arena_format(arena, "%s.c", base), *final_so = lind_arena_format(arena, "%s.so", base);
  LIND_CHECK(made_c != NULL && made_so != NULL && log != NULL && final_c != NULL && final_so != NULL, LIND_ERR_MEMORY,
             "no memory for the paths of the cache");
  const int descriptor = open(made_c, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  LIND_CHECK(descriptor >= 0, LIND_ERR_FILE, "'%s' cannot be written: %s", made_c, strerror(errno));
  lind_err err = write_text(descriptor, made_c, text);
  if (err == LIND_OK) err = spawn_compiler(made_c, made_so, log);
  if (err == LIND_OK && chmod(made_so, 0700) != 0) /* whatever the umask is */
    err = lind_error_fail(LIND_ERR_FILE, __FILE__, __LINE__, "'%s' cannot be written: %s", made_so, strerror(errno));
  if (err == LIND_OK && (rename(made_c, final_c) != 0 || rename(made_so, final_so) != 0))
    err = lind_error_fail(LIND_ERR_FILE, __FILE__, __LINE__, "'%s' cannot be written: %s", final_so, strerror(errno));
  (void)unlink(made_c);
  (void)unlink(made_so);
  (void)unlink(log);
  LIND_TRY(err);
  return LIND_OK;
}

/* A name that nobody else has, which keeps its empty file until the end. */
static lind_err reserve(const char *base, lind_arena *arena, char **stem) {
  char *made = lind_arena_format(arena, "%s-XXXXXX", base);
  LIND_CHECK(made != NULL, LIND_ERR_MEMORY, "no memory for the paths of the cache");
  const int descriptor = mkstemp(made);
  LIND_CHECK(descriptor >= 0, LIND_ERR_FILE, "the cache '%s' cannot be written: %s", base, strerror(errno));
  (void)close(descriptor);
  *stem = made;
  return LIND_OK;
}

lind_err lind_compile_kernel(const lind_model *model, const char *cache_directory, lind_arena *arena, const lind_kernel **kernel,
                             bool *fresh) {
  const char *body = NULL, *directory = NULL;
  char hash[33], *stem = NULL;
  LIND_TRY(lind_emit_kernel(model, symbol, arena, &body));
  const char *text = lind_arena_format(arena, "%s\n%s", lind_registry_headers, body);
  LIND_CHECK(text != NULL, LIND_ERR_MEMORY, "no memory for the generated C of '%s'", model->name);
  LIND_TRY(cache_path(cache_directory, arena, &directory));
  name_of(text, hash);
  const char *base = lind_arena_format(arena, "%s/%s", directory, hash),
             *library = lind_arena_format(arena, "%s/%s.so", directory, hash);
  LIND_CHECK(base != NULL && library != NULL, LIND_ERR_MEMORY, "no memory for the paths of the cache");
  *fresh = false;
  if (is_own(library) && load(model, library, kernel) == LIND_OK) return LIND_OK;
  LIND_TRY(reserve(base, arena, &stem));
  const lind_err err = compile(text, base, stem, arena);
  (void)unlink(stem);
  LIND_TRY(err);
  *fresh = true;
  return load(model, library, kernel);
}
