/* simulate_paths.c -- where results would go: into a folder that is there, into no file that is read, and no two into one. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "simulate.h"

typedef struct place { /* of a file that may not be there yet */
  char path[PATH_MAX]; /* without links in its folder */
  bool there;
  struct stat about;
} place;

static lind_err find(const lind_file *file, const char *ending, bool written, place *p) {
  char path[PATH_MAX], folder[PATH_MAX], *slash;
  LIND_CHECK(snprintf(path, sizeof path, "%s%s", file->path, ending) < (int)sizeof path, LIND_ERR_INPUT, "%s is too long a path",
             file->option);
  (void)snprintf(folder, sizeof folder, "%s", path);
  slash = strrchr(folder, '/');
  const char *base = slash != NULL ? path + (slash - folder) + 1 : path;
  if (slash != NULL)
    slash[slash == folder] = '\0';
  else
    (void)snprintf(folder, sizeof folder, ".");
  char *whole = realpath(folder, NULL);
  const int reason = errno;
  LIND_CHECK(whole != NULL || !written, LIND_ERR_INPUT, "%s %s cannot be written: %s: %s", file->option, file->path, folder,
             strerror(reason));
  const int n = snprintf(p->path, sizeof p->path, "%s/%s", whole != NULL ? whole : folder, base);
  free(whole);
  LIND_CHECK(n < (int)sizeof p->path, LIND_ERR_INPUT, "%s is too long a path", file->option);
  p->there = stat(path, &p->about) == 0;
  return LIND_OK;
}

static bool same(const place *a, const place *b) {
  if (strcmp(a->path, b->path) == 0) return true;
  return a->there && b->there && a->about.st_dev == b->about.st_dev && a->about.st_ino == b->about.st_ino;
}

/* Anything that comes to be beside a result has its name and an ending. */
static const char *const endings[] = {"", ".tmp", ".json", ".json.tmp"};
enum { ENDINGS = sizeof endings / sizeof *endings };

static lind_err check_against(const lind_file *result, const lind_file *other, bool written) {
  place a, b;
  if (other->path == NULL) return LIND_OK;
  for (int k = 0; k < ENDINGS; k++)
    for (int j = 0; j < (written ? ENDINGS : 1); j++) {
      LIND_TRY(find(result, endings[k], true, &a));
      LIND_TRY(find(other, endings[j], written, &b));
      LIND_CHECK(!same(&a, &b), LIND_ERR_INPUT, "%s %s would write over %s (%s); it needs a name of its own", result->option,
                 result->path, other->path, other->option);
    }
  return LIND_OK;
}

static lind_err check_one(const lind_file *result) {
  place p;
  LIND_TRY(find(result, "", true, &p));
  LIND_CHECK(!p.there || !S_ISDIR(p.about.st_mode), LIND_ERR_INPUT, "%s %s is a folder; a file in it would be right",
             result->option, result->path);
  LIND_CHECK(!p.there || S_ISREG(p.about.st_mode), LIND_ERR_INPUT,
             "%s %s is no ordinary file, and would be replaced by one; - is standard output", result->option, result->path);
  return LIND_OK;
}

static bool is_file(const lind_file *f) { return f->path != NULL && strcmp(f->path, "-") != 0; }

lind_err lind_file_check(const lind_file *results, int n_results, const lind_file *inputs, int n_inputs) {
  int screens = 0;
  for (int r = 0; r < n_results; r++) screens += results[r].path != NULL && !is_file(&results[r]);
  LIND_CHECK(screens < 2, LIND_ERR_INPUT, "%s and %s are both standard output; one of them needs a file", results[0].option,
             results[1].option);
  for (int r = 0; r < n_results; r++) {
    if (!is_file(&results[r])) continue;
    LIND_TRY(check_one(&results[r]));
    for (int i = 0; i < n_inputs; i++) LIND_TRY(check_against(&results[r], &inputs[i], false));
    for (int o = r + 1; o < n_results; o++)
      if (is_file(&results[o])) LIND_TRY(check_against(&results[r], &results[o], true));
  }
  return LIND_OK;
}
