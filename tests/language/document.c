/* The examples of docs/reference/language.md are models. */
#include "bench.h"

static void examples(void **state) {
  (void)state;
  static char text[1 << 17];
  FILE *file = fopen(LIND_SOURCE_DIR "/docs/reference/language.md", "r");
  assert_non_null(file);
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  (void)fclose(file);
  int n = 0;
  for (char *p = text; (p = strstr(p, "```lind\n")) != NULL; ++n) {
    char *end = strstr(p + 8, "\n```");
    assert_non_null(end);
    end[1] = '\0';
    bench b;
    bench_open_text(&b, p + 8, LIND_BACK_END_EVALUATOR, NULL);
    assert_true(b.model->n_outputs > 0);
    bench_close(&b);
    p = end + 2;
  }
  assert_true(n > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(examples)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
