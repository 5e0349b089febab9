/* Where compiled models are kept, what a user's text can do to them, and who may put one there. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"

#define RATE   "parameter k = 1 [1/h] \"%s\"\n"
#define HONEST "model honest\nparameter k = 1 [1/h]\nstate x [mg] = 1 [mg]\nd/dt(x) = -k * x\noutput y = x\n"

static char folder[200];
static lind_arena *arena;

static int begin(void **state) {
  (void)state;
  (void)strcpy(folder, "/tmp/lind-cache-XXXXXX");
  return mkdtemp(folder) == NULL || lind_arena_create(&arena) != LIND_OK;
}

static int end(void **state) {
  char command[300];
  (void)state;
  lind_arena_destroy(&arena);
  (void)snprintf(command, sizeof command, "rm -r %s", folder);
  return system(command);
}

/* Its back end's words. */
static const char *attached(const char *text) {
  lind_model *model;
  if (lind_model_read_text(text, "t.lind", arena, &model) != LIND_OK) fail_msg("%s", lind_error_message());
  assert_int_equal(lind_model_attach(model, LIND_BACK_END_ANY, folder, arena), LIND_OK);
  return model->back_end;
}

/* The one file of the cache that ends so. */
static void found(const char *end_of_name, char path[500]) {
  DIR *directory = opendir(folder);
  path[0] = '\0';
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
    if (strlen(entry->d_name) > strlen(end_of_name) &&
        strcmp(entry->d_name + strlen(entry->d_name) - strlen(end_of_name), end_of_name) == 0)
      (void)snprintf(path, 500, "%s/%s", folder, entry->d_name);
  (void)closedir(directory);
  assert_true(path[0] != '\0');
}

static void a_cache_is_for_its_user_alone(void **state) {
  (void)state;
  char path[500];
  struct stat about;
  const mode_t mask = umask(0);
  assert_string_equal(attached(HONEST), "compiled on first use");
  (void)umask(mask);
  static const char *const ends[] = {".c", ".so"};
  for (int i = 0; i < 2; i++) {
    found(ends[i], path);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 077, 0);
  }
  assert_string_equal(attached(HONEST), "compiled before, from the cache");
}

static void a_folder_that_others_write_in_is_not_used(void **state) {
  (void)state;
  assert_int_equal(chmod(folder, 0777), 0);
  assert_non_null(strstr(attached(HONEST), "lane evaluator (slower), because others may write in the cache directory"));
  assert_int_equal(chmod(folder, 0700), 0);
  if (geteuid() != 0) return;
  assert_int_equal(chown(folder, 65534, 65534), 0); /* nobody's */
  assert_non_null(strstr(attached(HONEST), "belongs to another user"));
  assert_int_equal(chown(folder, 0, 0), 0);
}

/* The library of another user, one that others may change, a link: none of them is loaded, and a right one takes its place. */
static void a_library_of_somebody_else_is_not_loaded(void **state) {
  (void)state;
  char path[500], away[520];
  (void)attached(HONEST);
  found(".so", path);
  assert_int_equal(chmod(path, 0777), 0);
  assert_string_equal(attached(HONEST), "compiled on first use");
  (void)snprintf(away, sizeof away, "%s.away", path);
  assert_int_equal(rename(path, away), 0);
  assert_int_equal(symlink(away, path), 0);
  assert_string_equal(attached(HONEST), "compiled on first use");
  assert_int_equal(unlink(away), 0);
  if (geteuid() != 0) return;
  assert_int_equal(chown(path, 65534, 65534), 0);
  assert_string_equal(attached(HONEST), "compiled on first use");
}

/* Nothing that a user writes in quotes, brackets or comments reaches the C compiler. */
static void texts_of_users_stay_out_of_the_c(void **state) {
  static const char *const texts[] = {"*/ int main(void) { return 1; } /*",
                                      "\\",
                                      "\\n\\\"); abort(); (\\\"",
                                      "?\?/",
                                      "?\?)",
                                      "%s%n%x",
                                      "\xe2\x80\xae",
                                      "#include </etc/passwd>",
                                      "__attribute__((constructor))",
                                      "$(id) `id`"};
  char path[500];
  (void)state;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    char text[1000], *code;
    const char *shown = strchr(texts[i], '"') != NULL ? "quote" : texts[i];
    (void)snprintf(
        text, sizeof text,
        "model m%zu\ntitle '%s'\nsource '%s'\n# %s */ \n" RATE
        "covariate c category('%s', other)\nstate x [mg] = 1 [mg] '%s'\nd/dt(x) = -k * x\n"
        "output y = if c == '%s' then x else 2 * x '%s' error proportional(0.1)\nset s-1 '%s' { source '%s' k = 2 [1/h] }\n",
        i, texts[i], texts[i], texts[i], shown, texts[i], texts[i], texts[i], texts[i], texts[i], texts[i]);
    assert_string_equal(attached(text), "compiled on first use");
    char command[600];
    found(".c", path);
    FILE *file = fopen(path, "rb");
    size_t room = 0;
    code = NULL;
    assert_non_null(file);
    assert_true(getdelim(&code, &room, '\0', file) > 0);
    (void)fclose(file);
    if (strlen(texts[i]) > 1) assert_null(strstr(code, texts[i]));
    free(code);
    (void)snprintf(command, sizeof command, "rm %s/*", folder);
    assert_int_equal(system(command), 0);
  }
}

/* A name is letters, digits, _ and single dots: nothing else gets as far as a comment of the generated C. */
static void names_are_words(void **state) {
  static const char *const names[] = {"*/", "a*/b", "\"a\"", "a\\", "a;b", "a-b", "../a", "a/b", "\xc3\xa9", "?\?/"};
  (void)state;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char text[400];
    lind_model *model;
    (void)snprintf(text, sizeof text, "model %s\nparameter k = 1 [1/h]\nstate x [mg]\nd/dt(x) = -k * x\noutput y = x\n",
                   names[i]);
    assert_int_not_equal(lind_model_read_text(text, "t.lind", arena, &model), LIND_OK);
    (void)snprintf(text, sizeof text, "model m\nparameter k = 1 [%s]\nstate x [mg]\nd/dt(x) = -k * x\noutput y = x\n", names[i]);
    assert_int_not_equal(lind_model_read_text(text, "t.lind", arena, &model), LIND_OK);
  }
}

int main(void) {
  if (system("cc --version >/dev/null 2>&1") != 0) return 77; /* no compiler, no cache */
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_cache_is_for_its_user_alone, begin, end),
      cmocka_unit_test_setup_teardown(a_folder_that_others_write_in_is_not_used, begin, end),
      cmocka_unit_test_setup_teardown(a_library_of_somebody_else_is_not_loaded, begin, end),
      cmocka_unit_test_setup_teardown(texts_of_users_stay_out_of_the_c, begin, end),
      cmocka_unit_test_setup_teardown(names_are_words, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
