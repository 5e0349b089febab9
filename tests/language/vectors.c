/* The machine code of the largest shipped model works on vectors alone: no scalar arithmetic in rates, Jacobian, factors or any
 * other function of its kernel. */
#include "bench.h"

static int skipped(const char *why) {
  print_message("skipped: %s\n", why);
  return 77;
}

/* Opens the shipped model with most states as if a user had written it, so that its code is a library of its own. */
static void open_largest(bench *b, const char *cache) {
  int n, most = 0;
  const char *const *names = lind_model_names(&n), *largest = NULL;
  for (int i = 0; i < n; ++i) {
    lind_arena *arena = NULL;
    lind_model *model;
    must(lind_arena_create(&arena));
    must(lind_model_read(names[i], (lind_where){0}, arena, &model));
    if (model->n_states > most) {
      most = model->n_states;
      largest = names[i];
    }
    lind_arena_destroy(&arena);
  }
  const char *text = lind_model_shipped_text(largest);
  char *changed = malloc(strlen(text) + 20);
  assert_true(changed != NULL && most >= 48);
  (void)sprintf(changed, "%s\n# a copy\n", text);
  bench_open_text(b, changed, LIND_BACK_END_COMPILED, cache);
  assert_string_equal(b->model->back_end, "compiled on first use");
  free(changed);
}

/* vaddsd, vmulsd, vfmadd231sd, ...: what works on one number. Moves and broadcasts do not count. */
static bool is_scalar_arithmetic(const char *line) {
  static const char *const verbs[] = {"add", "sub", "mul", "div", "sqrt", "min", "max", "fma", "fms", "fnm", "cmp", "round"};
  for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; ++i) {
    const char *at = strstr(line, verbs[i]);
    if (at == NULL || at == line || (at[-1] != 'v' && at[-1] != '\t')) continue;
    const size_t length = strcspn(at, " \n");
    if (length > 2 && (strncmp(at + length - 2, "sd", 2) == 0 || strncmp(at + length - 2, "ss", 2) == 0)) return true;
  }
  return false;
}

static void no_scalar_arithmetic(void **state) {
  (void)state;
  char cache[] = "/tmp/lind-test-XXXXXX", command[200], line[1000], function[200] = "";
  int vectors = 0, functions = 0;
  bench b;
  assert_true(is_scalar_arithmetic("  10:\tc5 fb 58 c1 \tvaddsd %xmm1,%xmm0,%xmm0\n"));
  assert_true(is_scalar_arithmetic("  10:\tc4 e2 f1 b9 c2 \tvfmadd231sd %xmm2,%xmm1,%xmm0\n"));
  assert_false(is_scalar_arithmetic("  10:\tc5 fd 58 c1 \tvaddpd %ymm1,%ymm0,%ymm0\n"));
  assert_non_null(mkdtemp(cache));
  open_largest(&b, cache);
  (void)snprintf(command, sizeof command, "objdump -d --section=.text %s/*.so", cache);
  FILE *listing = popen(command, "r");
  assert_non_null(listing);
  while (fgets(line, sizeof line, listing) != NULL) {
    const char *name = strchr(line, '<');
    if (line[0] != ' ' && name != NULL) {
      (void)snprintf(function, sizeof function, "%.190s", name);
      functions += strstr(name, "<work_") == name || strstr(name, "<kernel_") == name;
    }
    if (is_scalar_arithmetic(line)) fail_msg("in %s: %s", function, line);
    vectors += strstr(line, "vmulpd") != NULL && strstr(line, "%ymm") != NULL;
  }
  assert_int_equal(pclose(listing), 0);
  assert_true(functions >= 8 && vectors >= 500);
  bench_close(&b);
  (void)snprintf(command, sizeof command, "rm -r %s", cache);
  assert_int_equal(system(command), 0);
}

int main(void) {
  if (system("objdump --version > /dev/null 2>&1") != 0) return skipped("there is no objdump here");
  const struct CMUnitTest tests[] = {cmocka_unit_test(no_scalar_arithmetic)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
