/* docs/reference/protocol.md is what the tables print, and every key of every table is on it. To renew the page after a change of
 * a table, run this test with the path of the page as its argument. */
#include "protocol_case.h"

#define PAGE LIND_SOURCE_DIR "/docs/reference/protocol.md"

static char *whole_file(FILE *file) {
  char *text = NULL;
  long size = 0;
  assert_non_null(file);
  assert_int_equal(fseek(file, 0, SEEK_END), 0);
  assert_true((size = ftell(file)) >= 0);
  rewind(file);
  assert_non_null(text = calloc((size_t)size + 1, 1));
  assert_int_equal(fread(text, 1, (size_t)size, file), (size_t)size);
  (void)fclose(file);
  return text;
}

static void test_page(void **state) {
  (void)state;
  FILE *made = tmpfile();
  assert_non_null(made);
  lind_protocol_reference(made);
  char *expected = whole_file(made), *page = whole_file(fopen(PAGE, "r"));
  assert_string_equal(page, expected);
  free(expected);
  free(page);
}

static void test_sections(void **state) {
  (void)state;
  int n = 0, n_keys = 0;
  const lind_section *sections = lind_protocol_sections(&n);
  char *page = whole_file(fopen(PAGE, "r")), mark[128];
  for (int s = 0; s < n; ++s) {
    (void)snprintf(mark, sizeof mark, "`%s`", sections[s].name);
    const char *at = strstr(page, mark);
    assert_non_null(at);
    for (const lind_key *row = sections[s].rows; row->key != NULL; ++row, ++n_keys) {
      (void)snprintf(mark, sizeof mark, "| `%s` |", row->key);
      at = strstr(at, mark); /* in the order of the table */
      assert_non_null(at);
      assert_true(strlen(row->sentence) > 5);
    }
  }
  assert_true(n > 20);
  assert_true(n_keys > 100);
  free(page);
}

int main(int argc, char **argv) {
  if (argc == 2) {
    FILE *page = fopen(argv[1], "w");
    if (page == NULL) return 1;
    lind_protocol_reference(page);
    return fclose(page) == 0 ? 0 : 1;
  }
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_page), cmocka_unit_test(test_sections)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
