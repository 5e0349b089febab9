#include "reader.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lind/draw.h"

fuzz_read *fuzz_reader(const char *name) {
#define FUZZ_ROW(reader) {#reader, fuzz_read_##reader},
  static const struct {
    const char *name;
    fuzz_read *read;
  } rows[] = {FUZZ_READERS(FUZZ_ROW)};
#undef FUZZ_ROW
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (strcmp(rows[i].name, name) == 0) return rows[i].read;
  return NULL;
}

/* ---- the folder ------------------------------------------------------------------------------------------------------------ */

static char folder[64];

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where) {
  (void)about, (void)kind, (void)where;
  return remove(path);
}

static void end(void) { (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS); }

void fuzz_begin(void) {
  (void)snprintf(folder, sizeof folder, "%s/lind-fuzz-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
  if (mkdtemp(folder) == NULL || chdir(folder) != 0) abort();
  (void)atexit(end);
  (void)setenv("PATH", "/nowhere", 1); /* no C compiler: models run in the evaluator */
  (void)setenv("HOME", folder, 1);
  (void)unsetenv("XDG_CACHE_HOME");
  lind_draw_prepare();
}

void fuzz_write(const char *name, const void *bytes, size_t n) {
  FILE *file = fopen(name, "wb");
  if (file == NULL || fwrite(bytes, 1, n, file) != n || fclose(file) != 0) abort();
}

/* ---- bundles --------------------------------------------------------------------------------------------------------------- */

static bool is_name(const char *text, size_t n) {
  if (n == 0 || n >= FUZZ_NAME || text[0] == '.') return false;
  for (size_t i = 0; i < n; i++)
    if (strchr("abcdefghijklmnopqrstuvwxyz0123456789._-", text[i]) == NULL || text[i] == '\0') return false;
  return true;
}

static void add(fuzz_bundle *b, const char *name, size_t n_name, char *text) {
  if (b->n == FUZZ_FILES) return;
  memcpy(b->files[b->n].name, name, n_name);
  b->files[b->n].name[n_name] = '\0';
  b->files[b->n++].text = text;
}

static void split(fuzz_bundle *b, char *text, char *behind) {
  char *last = text;
  add(b, "main", 4, text);
  for (char *line = text; line < behind;) {
    char *stop = memchr(line, '\n', (size_t)(behind - line));
    if (stop == NULL) break;
    if (stop - line > 4 && memcmp(line, "=== ", 4) == 0 && is_name(line + 4, (size_t)(stop - line - 4)) && b->n < FUZZ_FILES) {
      b->files[b->n - 1].n = (size_t)(line - last);
      add(b, line + 4, (size_t)(stop - line - 4), stop + 1);
      *line = '\0'; /* behind the file before */
      last = stop + 1;
    }
    line = stop + 1;
  }
  b->files[b->n - 1].n = (size_t)(behind - last);
}

void fuzz_bundle_write(fuzz_bundle *bundle, const uint8_t *bytes, size_t n) {
  static char before[FUZZ_FILES][FUZZ_NAME];
  for (int i = 0; i < FUZZ_FILES; i++)
    if (before[i][0] != '\0') (void)unlink(before[i]);
  *bundle = (fuzz_bundle){.memory = malloc(n + 1)};
  if (bundle->memory == NULL) abort();
  if (n > 0) memcpy(bundle->memory, bytes, n);
  bundle->memory[n] = '\0';
  split(bundle, bundle->memory, bundle->memory + n);
  memset(before, 0, sizeof before);
  for (int i = 0; i < bundle->n; i++) {
    (void)strcpy(before[i], bundle->files[i].name);
    fuzz_write(bundle->files[i].name, bundle->files[i].text, bundle->files[i].n);
  }
}

void fuzz_bundle_release(fuzz_bundle *bundle) { free(bundle->memory); }

const char *fuzz_bundle_text(const fuzz_bundle *bundle, const char *name) {
  for (int i = 0; i < bundle->n; i++)
    if (strcmp(bundle->files[i].name, name) == 0) return bundle->files[i].text;
  return NULL;
}

int fuzz_bundle_lines(fuzz_bundle *bundle, const char *name, char **lines, int most) {
  int n = 0;
  char *rest = (char *)fuzz_bundle_text(bundle, name), *line;
  while (n < most && rest != NULL && (line = strsep(&rest, "\n")) != NULL)
    if (line[0] != '\0') lines[n++] = line;
  return n;
}

bool fuzz_good(lind_err err) {
  if (err == LIND_OK) return true;
  if (lind_error_message()[0] == '\0') abort(); /* a failure without a sentence */
  if (getenv("LIND_FUZZ_TELLS") != NULL) fprintf(stderr, "  %s\n", lind_error_message());
  return false;
}
