/* Models that are too large to be written out: bounded text for the compiler, and the same values from tables as from closed
 * forms. What is bounded are statements, because seconds depend on the machine: a statement costs gcc a quarter of a millisecond.
 */
#include "agree.h"
#include "language/emit.h"

enum { DENSE = 60, TEXT = 4000000 };

static double weight(int i, int j) { return 0.001 * (1 + (7 * i + 3 * j) % 11); }
static double half(int i, int j) { return 1 + (i + j) % 5; }

/* d x_i / dt = -0.2 x_i + sum_j weight x_j / (half + x_i): every rate reads every state. */
static char *dense(int n) {
  char *text = calloc(1, TEXT);
  assert_non_null(text);
  size_t used = (size_t)snprintf(text, TEXT, "model dense\nparameter k = 0.2 [1/h]\n");
  for (int i = 0; i < n; ++i) used += (size_t)snprintf(text + used, TEXT - used, "state x%d [1] = %g\n", i, 1 + 0.01 * i);
  for (int i = 0; i < n; ++i) {
    used += (size_t)snprintf(text + used, TEXT - used, "d/dt(x%d) = -k * x%d", i, i);
    for (int j = 0; j < n; ++j)
      used += (size_t)snprintf(text + used, TEXT - used, " + %.17g [1/h] * x%d / (%g + x%d)", weight(i, j), j, half(i, j), i);
    used += (size_t)snprintf(text + used, TEXT - used, "\n");
  }
  (void)snprintf(text + used, TEXT - used, "output o = x0\n");
  return text;
}

static void close_to(const char *what, int i, int j, double value, double exact) {
  if (!(fabs(value - exact) <= 1e-13 * fmax(1, fabs(exact))))
    fail_msg("%s %d %d is %.17g and not %.17g", what, i, j, value, exact);
}

static void check_closed_form(const bench *b) {
  static lind_lane dx[DENSE], jacobian[DENSE * DENSE];
  const lind_kernel *k = &b->model->kernel;
  const lind_lane time = {{0}};
  k->rhs(k->self, &time, b->frame, b->x, dx);
  bench_jacobian(k, &time, b->frame, b->x, jacobian);
  for (int l = 0; l < LIND_LANES; ++l)
    for (int i = 0; i < DENSE; ++i) {
      const double x = b->x[i].of[l];
      double rate = -0.2 * x, own = -0.2;
      for (int j = 0; j < DENSE; ++j) {
        const double y = b->x[j].of[l], slope = weight(i, j) / (half(i, j) + x);
        rate += slope * y;
        own -= slope * y / (half(i, j) + x);
        if (i == j)
          own += slope;
        else
          close_to("Jacobian entry", i, j, jacobian[i * DENSE + j].of[l], slope);
      }
      close_to("rate", i, i, dx[i].of[l], rate);
      close_to("Jacobian entry", i, i, jacobian[i * DENSE + i].of[l], own);
    }
}

static void tables_are_right(void **state) {
  (void)state;
  char *text = dense(DENSE), cache[] = "/tmp/lind-test-XXXXXX", command[100];
  const lind_lane time = {{0}};
  bench b[2];
  assert_non_null(mkdtemp(cache));
  bench_open_text(&b[0], text, LIND_BACK_END_COMPILED, cache);
  bench_open_text(&b[1], text, LIND_BACK_END_EVALUATOR, NULL);
  for (int e = 0; e < 2; ++e) {
    bench_start(&b[e]);
    for (int s = 0; s < DENSE; ++s)
      for (int i = 0; i < LIND_LANES; ++i) b[e].x[s].of[i] = 0.4 + 0.3 * sin(1.0 + 3 * s + i);
    check_closed_form(&b[e]);
  }
  agree_kernels("dense", &b[0].model->kernel, &b[1].model->kernel, &time, b[0].frame, b[0].x);
  for (int e = 0; e < 2; ++e) bench_close(&b[e]);
  (void)snprintf(command, sizeof command, "rm -r %s", cache);
  assert_int_equal(system(command), 0);
  free(text);
}

/* What a compiler gets. */
typedef struct cost {
  int statements, longest; /* in the text; in a function */
  int tables;
} cost;

static cost cost_of(const char *text) {
  lind_arena *arena = NULL;
  lind_model *model;
  const char *code;
  cost c = {0};
  int in_function = 0;
  must(lind_arena_create(&arena));
  must(lind_model_read_text(text, "t.lind", arena, &model));
  must(lind_emit_kernel(model, "symbol", arena, &code));
  for (const char *line = code; *line != '\0';) {
    const size_t length = strcspn(line, "\n");
    const char *call = strstr(line, "lind_v8_"), *mask = strstr(line, "lind_m8_");
    const bool statement = (call != NULL && call < line + length) || (mask != NULL && mask < line + length);
    if (length > 0 && line[0] == '}') in_function = 0;
    if (statement && line[0] == ' ') ++c.statements, ++in_function;
    if (in_function > c.longest) c.longest = in_function;
    if (strncmp(line, "static void work_", 17) == 0) ++c.tables;
    line += length + (line[length] == '\n');
  }
  lind_arena_destroy(&arena);
  return c;
}

/* 20 states that all read one another are written out, 100 are tables. A row of LU factors is never cut. */
static void text_is_bounded(void **state) {
  (void)state;
  static const int sizes[] = {20, 50, 100}, tables[] = {0, 1, 2};
  for (int i = 0; i < 3; ++i) {
    char *text = dense(sizes[i]);
    const cost c = cost_of(text);
    if (c.longest > 3 * LIND_EMIT_CHUNK) fail_msg("%d states: a function of %d statements", sizes[i], c.longest);
    if (c.statements > 20000) fail_msg("%d states: %d statements", sizes[i], c.statements);
    assert_int_equal(c.tables, tables[i]);
    free(text);
  }
}

/* 1,000 statements in one line of reasoning and 9,000 results: cut by results, too. */
static void many_results(void **state) {
  (void)state;
  char *text = calloc(1, TEXT);
  size_t used = (size_t)snprintf(text, TEXT, "model many\nparameter k = 0.2 [1/h]\nstate x [1] = 1\nd/dt(x) = -k * x\n");
  for (int i = 0; i < 1200; ++i) used += (size_t)snprintf(text + used, TEXT - used, "output o%d = x * %d + k / 1 [1/h]\n", i, i);
  const cost c = cost_of(text);
  assert_in_range(c.statements, 2400, 4500);
  assert_in_range(c.longest, 100, 3 * LIND_EMIT_CHUNK);
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tables_are_right),
      cmocka_unit_test(text_is_bounded),
      cmocka_unit_test(many_results),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
