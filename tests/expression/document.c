/* The examples of docs/reference/expressions.md are true. */
#include "expression_case.h"

enum { LINE = 400 };

/* The next line, without its end; false at the end of the file. */
static bool next_line(FILE *file, char line[LINE]) {
  if (fgets(line, LINE, file) == NULL) return false;
  line[strcspn(line, "\n")] = '\0';
  return true;
}

static int same_block(expression_case *c, FILE *file) {
  char line[LINE];
  int n = 0;
  for (; next_line(file, line) && strncmp(line, "```", 3) != 0; ++n) {
    char *is = strstr(line, " is  ");
    assert_non_null(is);
    *is = '\0';
    if (!lind_expression_same(case_tree(c, line), case_tree(c, is + 5))) fail_msg("'%s' is not '%s'", line, is + 5);
  }
  return n;
}

static int refused_block(expression_case *c, FILE *file) {
  char line[LINE], sentence[LINE];
  int n = 0;
  for (; next_line(file, line) && strncmp(line, "```", 3) != 0; ++n) {
    assert_true(next_line(file, sentence) && strncmp(sentence, "  ", 2) == 0);
    lind_tree *core = NULL;
    if (case_core(c, line, &core) == LIND_OK) fail_msg("'%s' is accepted", line);
    assert_string_equal(lind_error_message(), sentence + 2);
  }
  return n;
}

static void the_examples_of_the_reference_are_true(void **state) {
  FILE *file = fopen(LIND_SOURCE_DIR "/docs/reference/expressions.md", "r");
  assert_non_null(file);
  char line[LINE];
  int same = 0, refused = 0;
  while (next_line(file, line)) {
    if (strcmp(line, "```same") == 0) same += same_block(*state, file);
    if (strcmp(line, "```refused") == 0) refused += refused_block(*state, file);
  }
  (void)fclose(file);
  assert_true(same >= 15 && refused >= 15);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_examples_of_the_reference_are_true, case_setup, case_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
