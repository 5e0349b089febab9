/* The built program, run in a folder of its own that holds a copy of tests/app/good; its words and exit status. */
#ifndef LIND_TEST_PROGRAM_CASE_H
#define LIND_TEST_PROGRAM_CASE_H

/* cmocka.h needs the others before it */
/* clang-format off */
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
/* clang-format on */

enum { PROGRAM_WORDS = 32, PROGRAM_OUTPUT = 1 << 17 };

typedef struct program_case {
  char folder[64], work[80]; /* work: where the program runs */
  char out[PROGRAM_OUTPUT], err[PROGRAM_OUTPUT];
  int status;
} program_case;

static inline void file_copy(const char *from, const char *to) {
  char bytes[4096];
  FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
  assert_non_null(in);
  assert_non_null(out);
  for (size_t n; (n = fread(bytes, 1, sizeof bytes, in)) > 0;) assert_int_equal(fwrite(bytes, 1, n, out), n);
  (void)fclose(in);
  assert_int_equal(fclose(out), 0);
}

static inline void folder_copy(const char *from, const char *to) {
  DIR *folder = opendir(from);
  assert_non_null(folder);
  assert_int_equal(mkdir(to, 0777), 0);
  for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    char a[600], b[600];
    struct stat status;
    if (entry->d_name[0] == '.') continue;
    (void)snprintf(a, sizeof a, "%.300s/%.200s", from, entry->d_name);
    (void)snprintf(b, sizeof b, "%.300s/%.200s", to, entry->d_name);
    assert_int_equal(stat(a, &status), 0);
    if (S_ISDIR(status.st_mode))
      folder_copy(a, b);
    else
      file_copy(a, b);
  }
  (void)closedir(folder);
}

static inline int program_setup(void **state) {
  static program_case c;
  memset(&c, 0, sizeof c);
  (void)snprintf(c.folder, sizeof c.folder, "/tmp/lind-app-XXXXXX");
  if (mkdtemp(c.folder) == NULL) return -1;
  (void)snprintf(c.work, sizeof c.work, "%s/work", c.folder);
  folder_copy(LIND_SOURCE_DIR "/tests/app/good", c.work);
  *state = &c;
  return chdir(c.work);
}

static inline int entry_remove(const char *path, const struct stat *status, int kind, struct FTW *place) {
  (void)status, (void)kind, (void)place;
  return remove(path);
}

static inline int program_teardown(void **state) {
  program_case *c = *state;
  return chdir("/") != 0 || nftw(c->folder, entry_remove, 16, FTW_DEPTH | FTW_PHYS) != 0;
}

static inline void file_read(const char *path, char *text, size_t size) {
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  const size_t n = fread(text, 1, size - 1, file);
  text[n] = '\0';
  (void)fclose(file);
}

static inline void file_write(const char *path, const char *text) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
  assert_int_equal(fclose(file), 0);
}

/* Put `to` in the place of `from`, which must stand in the file exactly once. */
static inline void file_replace(const char *path, const char *from, const char *to) {
  char text[1 << 16], changed[1 << 16];
  file_read(path, text, sizeof text);
  const char *at = strstr(text, from);
  if (at == NULL || strstr(at + 1, from) != NULL) fail_msg("'%s' does not stand in %s exactly once", from, path);
  (void)snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
  file_write(path, changed);
}

/* Words of a line, split at blanks; "double quotes" keep a word with blanks together. */
static inline int words_split(char *line, char *words[], int most) {
  int n = 0;
  while (*line != '\0') {
    while (*line == ' ') line++;
    if (*line == '\0') break;
    assert_true(n < most - 1);
    const char end = *line == '"' ? '"' : ' ';
    if (end == '"') line++;
    words[n++] = line;
    while (*line != '\0' && *line != end) line++;
    if (*line != '\0') *line++ = '\0';
  }
  words[n] = NULL;
  return n;
}

/* The environment that a test sees, without a launcher's words, with a cache of its own and with `more` ("A=1 B=2"). */
static inline void environment_fill(const program_case *c, char *more, char *variables[], int most) {
  static char cache[100];
  static const char *const launchers[] = {"OMPI_", "PMI_", "PMIX_", "SLURM_", "XDG_CACHE_HOME=", "OMP_NUM_THREADS="};
  int n = 0;
  (void)snprintf(cache, sizeof cache, "XDG_CACHE_HOME=%s/cache", c->folder);
  variables[n++] = cache;
  n += words_split(more, variables + n, 16);
  for (char **v = environ; *v != NULL; v++) {
    int said = 0;
    for (size_t i = 0; i < sizeof launchers / sizeof *launchers; i++)
      said |= strncmp(*v, launchers[i], strlen(launchers[i])) == 0;
    if (!said && n < most - 1) variables[n++] = *v;
  }
  variables[n] = NULL;
}

static inline int program_run_in(program_case *c, const char *environment, const char *arguments) {
  char line[1000], more[400], out[100], err[100], *words[PROGRAM_WORDS] = {(char *)"lind"}, *variables[300];
  posix_spawn_file_actions_t actions;
  pid_t child;
  int status;
  (void)snprintf(line, sizeof line, "%s", arguments);
  (void)snprintf(more, sizeof more, "%s", environment);
  (void)snprintf(out, sizeof out, "%s/stdout", c->folder);
  (void)snprintf(err, sizeof err, "%s/stderr", c->folder);
  words_split(line, words + 1, PROGRAM_WORDS - 1);
  environment_fill(c, more, variables, 300);
  assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
  assert_int_equal(posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0), 0);
  assert_int_equal(posix_spawn_file_actions_addopen(&actions, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0600), 0);
  assert_int_equal(posix_spawn_file_actions_addopen(&actions, 2, err, O_WRONLY | O_CREAT | O_TRUNC, 0600), 0);
  assert_int_equal(posix_spawn(&child, LIND_PROGRAM, &actions, NULL, words, variables), 0);
  (void)posix_spawn_file_actions_destroy(&actions);
  assert_int_equal(waitpid(child, &status, 0), child);
  file_read(out, c->out, sizeof c->out);
  file_read(err, c->err, sizeof c->err);
  c->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return c->status;
}

static inline int program_run(program_case *c, const char *arguments) { return program_run_in(c, "", arguments); }

/* For commands that must succeed. */
static inline void program_do(program_case *c, const char *arguments) {
  if (program_run(c, arguments) != 0) fail_msg("lind %s: exit %d, %s", arguments, c->status, c->err);
}

#endif
