#include "sums.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "finish.h"
#include "past.h"

static const char *const names[] = {"results.h5", "estimates.json", "provenance.json", "report.html",
                                    "log.txt",    "plan.json",      "sessions.jsonl"};
enum { N_NAMES = sizeof names / sizeof *names, N_RESULTS = 5 }; /* results, then what says how far the study goes */

static lind_err line_of(const char *directory, const char *name, lind_arena *arena, const char **line) {
  char hex[65];
  LIND_TRY(lind_digest_file(lind_arena_format(arena, "%s/%s", directory, name), hex));
  *line = lind_arena_format(arena, "%s  %s\n", hex, name);
  return LIND_OK;
}

static const char *path_of(const char *directory, lind_arena *arena) {
  return lind_arena_format(arena, "%s/checksums.txt", directory);
}

lind_err lind_sums_write(const char *directory, lind_arena *arena) {
  const char *text = "", *line;
  for (int i = 0; i < N_NAMES; i++) {
    LIND_TRY(line_of(directory, names[i], arena, &line));
    text = lind_arena_format(arena, "%s%s", text, line);
  }
  return lind_finish_file(path_of(directory, arena), text);
}

/* The lines, in an array of the arena; -1: there is no such file. A NUL in it is no part of a line, so that the line is wrong. */
static int lines_read(const char *directory, lind_arena *arena, const char *lines[], int most) {
  FILE *file = fopen(path_of(directory, arena), "rbe");
  char *text = NULL;
  size_t room = 0;
  int n = 0;
  if (file == NULL) return -1;
  for (ssize_t length; n < most && (length = getline(&text, &room, file)) > 0; n++)
    lines[n] = lind_arena_text(arena, strlen(text) == (size_t)length ? text : "");
  free(text);
  (void)fclose(file);
  return n;
}

lind_err lind_sums_renew(const char *directory, const char *name, lind_arena *arena) {
  const char *lines[2 * N_NAMES], *text = "", *line;
  const int n = lines_read(directory, arena, lines, 2 * N_NAMES);
  if (n < 0) return LIND_OK;
  LIND_TRY(line_of(directory, name, arena, &line));
  for (int i = 0; i < n; i++) {
    const bool is_it = strlen(lines[i]) == strlen(line) && strcmp(lines[i] + 64, line + 64) == 0;
    text = lind_arena_format(arena, "%s%s", text, is_it ? line : lines[i]);
  }
  return lind_finish_file(path_of(directory, arena), text);
}

static void check_one(const char *directory, const char *name, const char *line, lind_arena *arena, lind_sums_tell tell,
                      void *context) {
  const char *path = lind_arena_format(arena, "%s/%s", directory, name), *due;
  if (access(path, F_OK) != 0)
    tell(context, false, lind_arena_format(arena, "%s is gone", path));
  else if (line_of(directory, name, arena, &due) != LIND_OK)
    tell(context, false, lind_arena_text(arena, lind_error_message()));
  else if (strlen(line) == strlen(due) && strcmp(line + 64, due + 64) != 0)
    tell(context, false, lind_arena_format(arena, "the line of %s in checksums.txt is damaged", name));
  else if (strcmp(line, due) == 0)
    tell(context, true, lind_arena_format(arena, "%s is as the run left it", name));
  else
    tell(context, false, lind_arena_format(arena, "%s has changed since the run, or its line in checksums.txt has", name));
}

static void check_range(int first, int end, const char *directory, lind_arena *arena, lind_sums_tell tell, void *context) {
  const char *lines[N_NAMES + 1];
  const int n = lines_read(directory, arena, lines, N_NAMES + 1);
  if (n < 0) {
    tell(context, false, lind_arena_format(arena, "%s is gone", path_of(directory, arena)));
    return;
  }
  if (n != N_NAMES) tell(context, false, lind_arena_format(arena, "checksums.txt has not the lines of %d files", (int)N_NAMES));
  for (int i = first; i < end; i++) check_one(directory, names[i], i < n ? lines[i] : "", arena, tell, context);
}

void lind_sums_check(const char *directory, lind_arena *arena, lind_sums_tell tell, void *context) {
  check_range(0, N_NAMES, directory, arena, tell, context);
}

void lind_sums_check_documents(const char *directory, lind_arena *arena, lind_sums_tell tell, void *context) {
  check_range(1, N_NAMES, directory, arena, tell, context);
}

void lind_sums_check_results(const char *directory, lind_arena *arena, lind_sums_tell tell, void *context) {
  check_range(0, N_RESULTS, directory, arena, tell, context);
}

lind_err lind_sums_guard(const char *directory, const char *name, lind_arena *arena) {
  const char *lines[2 * N_NAMES], *line;
  const int n = lines_read(directory, arena, lines, 2 * N_NAMES);
  const char *end = lind_arena_format(arena, "  %s\n", name);
  for (int i = 0; i < n; i++) {
    const size_t length = strlen(lines[i]), tail = strlen(end);
    if (length < tail || strcmp(lines[i] + length - tail, end) != 0) continue;
    LIND_TRY(line_of(directory, name, arena, &line));
    LIND_CHECK(strcmp(lines[i], line) == 0, LIND_ERR_FILE,
               "%s/%s is not what its line in checksums.txt says: it is damaged, and is not opened", directory, name);
  }
  return LIND_OK;
}

bool lind_sums_covers(const char *directory, const char *path, lind_arena *arena) {
  const char *slash = strrchr(path, '/'),
             *folder = slash == NULL ? "." : lind_arena_format(arena, "%.*s/", (int)(slash - path), path);
  bool is_own = lind_past_is_one(folder, lind_arena_format(arena, "%s/segments", directory)) ||
                lind_past_is_one(path, path_of(directory, arena));
  for (int i = 0; i < N_NAMES; i++) is_own |= lind_past_is_one(path, lind_arena_format(arena, "%s/%s", directory, names[i]));
  return is_own;
}

typedef struct first_fault {
  const char *words;
} first_fault;

static void keep_first(void *context, bool is_right, const char *words) {
  first_fault *fault = context;
  if (!is_right && fault->words == NULL) fault->words = words;
}

lind_err lind_sums_trust(const char *directory, lind_arena *arena) {
  first_fault fault = {NULL};
  lind_sums_check(directory, arena, keep_first, &fault);
  LIND_CHECK(fault.words == NULL, LIND_ERR_INPUT, "%s is damaged: %s; `lind verify %s` says more", directory, fault.words,
             directory);
  return LIND_OK;
}
