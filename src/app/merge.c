/* merge.c -- `lind merge`: are these parts of one study, or studies? */
#include "merge.h"

#include <sys/stat.h>
#include <unistd.h>

#include "finish.h"
#include "scenarios.h"

enum { MOST = 4096 };

static bool is_finished(const char *directory, lind_arena *arena) {
  const char *path = lind_arena_format(arena, "%s/results.h5", directory);
  return path != NULL && access(path, F_OK) == 0;
}

static lind_err check_directories(const char *out, int n, const char *const *directories) {
  for (int i = 0; i < n; i++) {
    struct stat about;
    LIND_CHECK(stat(directories[i], &about) == 0 && S_ISDIR(about.st_mode), LIND_ERR_INPUT, "%s is not a directory",
               directories[i]);
    LIND_CHECK(!lind_past_is_one(out, directories[i]), LIND_ERR_INPUT,
               "%s is to receive what is merged and cannot be merged itself; lind merge OUT DIR...", out);
    for (int k = 0; k < i; k++)
      LIND_CHECK(!lind_past_is_one(directories[k], directories[i]), LIND_ERR_INPUT, "%s and %s are one directory", directories[k],
                 directories[i]);
  }
  return LIND_OK;
}

/* Each is whole; together they are a table. */
static lind_err merge_studies(const char *out, int n, const char *const *directories, bool json, lind_arena *arena) {
  lind_scenarios *scenarios;
  const char *plan = lind_arena_format(arena, "%s/plan.json", out), *text;
  LIND_CHECK(access(plan, F_OK) != 0, LIND_ERR_INPUT, "%s holds a run; choose another folder for the table", out);
  LIND_TRY(lind_scenarios_create(n, directories, arena, &scenarios));
  lind_err err = lind_finish_directories(out);
  if (err == LIND_OK) err = lind_scenarios_write(scenarios, out, arena);
  if (err == LIND_OK && json) {
    err = lind_scenarios_json(scenarios, arena, &text);
    if (err == LIND_OK) (void)fputs(text, stdout);
  } else if (err == LIND_OK) {
    lind_scenarios_show(scenarios, stdout);
    printf("\n%d studies, %zu rows: %s/scenarios.csv, .json and .h5\n", n, scenarios->n_rows, out);
  }
  lind_scenarios_release(scenarios);
  return err;
}

static lind_err run(int n, char **arguments, lind_arena *arena) {
  bool json = false;
  const lind_option options[] = {{"--json", LIND_OPTION_FLAG, &json}, {0}};
  const char **words;
  const char *finished = NULL, *unfinished = NULL;
  int given;
  LIND_TAKE(words, arena, MOST + 1);
  LIND_TRY(lind_options_read(n, arguments, options, words, MOST + 1, &given));
  LIND_CHECK(given >= 2, LIND_ERR_INPUT, "merge what? lind merge OUT DIR..., with parts of one study or with finished studies");
  const char *const *directories = words + 1;
  LIND_TRY(check_directories(words[0], given - 1, directories));
  for (int i = 0; i < given - 1; i++) {
    if (is_finished(directories[i], arena))
      finished = directories[i];
    else
      unfinished = directories[i];
  }
  LIND_CHECK(
      finished == NULL || unfinished == NULL, LIND_ERR_INPUT,
      "%s is not finished and %s is; parts of one study have no results before they are merged, and studies are merged when "
      "they have them",
      unfinished, finished);
  if (finished != NULL) return merge_studies(words[0], given - 1, directories, json, arena);
  LIND_CHECK(access(lind_arena_format(arena, "%s/scenarios.csv", words[0]), F_OK) != 0, LIND_ERR_INPUT,
             "%s holds a table of studies; choose another folder for the results", words[0]);
  return lind_merge_parts(words[0], given - 1, directories, json, arena);
}

const lind_command lind_command_merge = {
    .name = "merge",
    .usage = "merge OUT DIR... [--json]",
    .summary =
        "Parts of one study (lind run --part K/N) become its results in OUT, the same bytes as of one run; finished studies "
        "become a "
        "table, OUT/scenarios.csv, .json and .h5.",
    .run = run,
};
