/* The examples of docs/reference/language.md are models, and both back ends say the same of each. */
#include "agree.h"

static void both(const char *text, const char *cache) {
  const lind_lane time = {{0, 1, 2, 5, 10, 20, 50, 100}};
  bench b[2];
  bench_open_text(&b[0], text, LIND_BACK_END_COMPILED, cache);
  bench_open_text(&b[1], text, LIND_BACK_END_EVALUATOR, NULL);
  const lind_model *m = b[0].model;
  assert_true(m->n_outputs > 0);
  for (int e = 0; e < 2; ++e) {
    for (int c = 0; c < m->n_covariates; ++c)
      for (int i = 0; i < LIND_LANES; ++i) bench_put(&b[e], m->covariates[c].slot, i, 1);
    for (int r = 0; r < m->n_randoms; ++r)
      for (int i = 0; i < LIND_LANES; ++i) bench_put(&b[e], m->randoms[r].slot, i, 0.1 * i);
    bench_start(&b[e]);
    for (int s = 0; s < m->n_states + m->kernel.n_delays; ++s)
      for (int i = 0; i < LIND_LANES; ++i) b[e].x[s].of[i] = 1.5 + sin(1.0 + 3 * s + i);
  }
  agree_kernels(m->name, &m->kernel, &b[1].model->kernel, &time, b[0].frame, b[0].x);
  for (int e = 0; e < 2; ++e) bench_close(&b[e]);
}

/* A good file that lost its end, or a character, is a good file or a sentence about it, never a crash. */
static void damaged(const char *text) {
  const size_t length = strlen(text);
  for (size_t n = 0; n < 2 * length; ++n) {
    lind_arena *arena = NULL;
    lind_model *model = NULL;
    must(lind_arena_create(&arena));
    char *copy = lind_arena_text(arena, text);
    if (n < length)
      copy[n] = '\0';
    else
      memmove(copy + n - length, copy + n - length + 1, 2 * length - n);
    if (lind_model_read_text(copy, "t.lind", arena, &model) != LIND_OK) assert_memory_equal(lind_error_message(), "t.lind:", 7);
    lind_arena_destroy(&arena);
  }
}

static void examples(void **state) {
  (void)state;
  static char text[1 << 17];
  FILE *file = fopen(LIND_SOURCE_DIR "/docs/reference/language.md", "r");
  assert_non_null(file);
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  (void)fclose(file);
  char cache[] = "/tmp/lind-test-XXXXXX", command[100];
  assert_non_null(mkdtemp(cache));
  int n = 0;
  for (char *p = text; (p = strstr(p, "```lind\n")) != NULL; ++n) {
    char *end = strstr(p + 8, "\n```");
    assert_non_null(end);
    end[1] = '\0';
    both(p + 8, cache);
    damaged(p + 8);
    p = end + 2;
  }
  assert_true(n > 5);
  (void)snprintf(command, sizeof command, "rm -r %s", cache);
  assert_int_equal(system(command), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(examples)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
