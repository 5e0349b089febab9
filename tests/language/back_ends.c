/* A user's model: compiled once, found again, run without a compiler. */
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"

/* A directory of this test, removed by its end. */
typedef struct cache {
  char path[64];
} cache;

static cache cache_make(void) {
  cache made = {.path = "/tmp/lind-test-XXXXXX"};
  assert_non_null(mkdtemp(made.path));
  return made;
}

/* Counts entries that end in `end`; the last one's path is put into `found`. */
static int cache_files(const cache *c, const char *end, char found[400]) {
  DIR *directory = opendir(c->path);
  int n = 0;
  assert_non_null(directory);
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    const size_t length = strlen(entry->d_name), tail = strlen(end);
    if (entry->d_name[0] == '.' || length < tail || strcmp(entry->d_name + length - tail, end) != 0) continue;
    (void)snprintf(found, 400, "%s/%s", c->path, entry->d_name);
    ++n;
  }
  (void)closedir(directory);
  return n;
}

static void cache_remove(const cache *c) {
  char path[400];
  while (cache_files(c, "", path) > 0) assert_int_equal(unlink(path), 0);
  assert_int_equal(rmdir(c->path), 0);
}

static const char user_text[] =
    "model decay\n"
    "parameter k = 0.1 [1/h]\n"
    "parameter floor = 0.5 [mg]\n"
    "random eta ~ normal(sd = 0.2)\n"
    "rate = k * exp(eta) * (if time > 10 [h] then 2 else 1)\n"
    "state x [mg] dose(bioavailability = 0.8, lag = 30 [min]) = 10 [mg]\n"
    "d/dt(x) = -rate * 1 [mg] * (max(x - floor, 0) in [mg]) ^ 1.3\n"
    "output amount = x\n";

/* dx/dt at time 0 in closed form */
static void check_rate(bench *b) {
  lind_lane time = {{0}}, dx;
  const lind_kernel *k = &b->model->kernel;
  for (int i = 0; i < LIND_LANES; ++i) bench_put(b, b->model->randoms[0].slot, i, 0.1 * i);
  bench_start(b);
  k->rhs(k->self, &time, b->frame, b->x, &dx);
  for (int i = 0; i < LIND_LANES; ++i) assert_true(fabs(dx.of[i] / (-0.1 * exp(0.1 * i) * pow(9.5, 1.3)) - 1) < 1e-14);
  for (int i = 0; i < LIND_LANES; ++i) time.of[i] = 11;
  k->rhs(k->self, &time, b->frame, b->x, &dx);
  for (int i = 0; i < LIND_LANES; ++i) assert_true(fabs(dx.of[i] / (-0.2 * exp(0.1 * i) * pow(9.5, 1.3)) - 1) < 1e-14);
  lind_lane share, lag, rate, duration;
  k->dosing(k->self, b->frame, &share, &lag, &rate, &duration);
  assert_true(share.of[7] == 0.8 && lag.of[7] == 0.5 && rate.of[7] == 0 && duration.of[7] == 0);
}

static void compiled_once(void **state) {
  (void)state;
  const cache c = cache_make();
  const char *const says[2] = {"compiled on first use", "compiled before, from the cache"};
  char path[400];
  for (int i = 0; i < 2; ++i) {
    bench b;
    bench_open_text(&b, user_text, LIND_BACK_END_COMPILED, c.path);
    assert_string_equal(b.model->back_end, says[i]);
    check_rate(&b);
    assert_int_equal(cache_files(&c, ".so", path), 1);
    assert_int_equal(cache_files(&c, "", path), 2); /* the C is kept beside it, and nothing else */
    bench_close(&b);
  }
  cache_remove(&c);
}

/* What is generated works on vectors from beginning to end. */
static void generated_c_is_vectors(void **state) {
  (void)state;
  const cache c = cache_make();
  char path[400], line[2000];
  int statements = 0;
  bool body = false;
  bench b;
  bench_open_text(&b, user_text, LIND_BACK_END_COMPILED, c.path);
  assert_int_equal(cache_files(&c, ".c", path), 1);
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  while (fgets(line, sizeof line, file) != NULL) {
    body = body || strstr(line, "Generated from model decay") != NULL;
    if (!body) continue;
    assert_true(strstr(line, "double ") == NULL || strncmp(line, "static const double unit[] = ", 29) == 0); /* a table */
    assert_null(strstr(line, "#include"));
    if (strncmp(line, "  const ", 8) == 0) {
      ++statements;
      assert_true(strncmp(line, "  const lind_v8 v", 17) == 0 || strncmp(line, "  const lind_m8 v", 17) == 0);
    }
  }
  assert_true(statements > 5);
  (void)fclose(file);
  bench_close(&b);
  cache_remove(&c);
}

/* A library that was cut short is made again. Another cache, because a library that is loaded is not read twice. */
static void broken_cache(void **state) {
  (void)state;
  const cache good = cache_make(), bad = cache_make();
  char path[400], broken[500];
  bench first, second;
  bench_open_text(&first, user_text, LIND_BACK_END_COMPILED, good.path);
  assert_int_equal(cache_files(&good, ".so", path), 1);
  (void)snprintf(broken, sizeof broken, "%s%s", bad.path, strrchr(path, '/'));
  FILE *file = fopen(broken, "w");
  assert_non_null(file);
  assert_true(fputs("not a library", file) >= 0 && fclose(file) == 0);
  bench_open_text(&second, user_text, LIND_BACK_END_COMPILED, bad.path);
  assert_string_equal(second.model->back_end, "compiled on first use");
  check_rate(&second);
  bench_close(&first);
  bench_close(&second);
  cache_remove(&good);
  cache_remove(&bad);
}

/* Compute nodes often have no compiler: the model runs all the same, and says so. */
static void without_a_compiler(void **state) {
  (void)state;
  const cache c = cache_make();
  const char *kept = getenv("PATH");
  char *path = strdup(kept != NULL ? kept : "");
  assert_int_equal(setenv("PATH", c.path, 1), 0);
  bench b;
  bench_open_text(&b, user_text, LIND_BACK_END_ANY, c.path);
  assert_string_equal(b.model->back_end,
                      "lane evaluator (slower), because the C compiler 'cc' cannot be started: No such file or directory");
  check_rate(&b);
  const lind_err err = lind_model_attach(b.model, LIND_BACK_END_COMPILED, c.path, b.arena);
  assert_int_equal(err, LIND_ERR_FILE);
  assert_string_equal(lind_error_message(), "the C compiler 'cc' cannot be started: No such file or directory");
  bench_close(&b);
  assert_int_equal(setenv("PATH", path, 1), 0);
  free(path);
  cache_remove(&c);
}

/* Flags differ between what is compiled in and what a user compiles; bits do not. */
static void check_same_bits(bench *a, bench *b) {
  const lind_lane time = {{1, 2, 3, 4, 5, 6, 7, 8}};
  lind_lane dx[2][4], y[2][8];
  bench *const both[2] = {a, b};
  for (int e = 0; e < 2; ++e) {
    const lind_kernel *k = &both[e]->model->kernel;
    assert_true(k->n_states <= 4 && k->n_outputs <= 8);
    bench_start(both[e]);
    for (int s = 0; s < k->n_states; ++s)
      for (int i = 0; i < LIND_LANES; ++i) both[e]->x[s].of[i] = 1 + 0.3 * s + 0.7 * i;
    k->rhs(k->self, &time, both[e]->frame, both[e]->x, dx[e]);
    k->outputs(k->self, &time, both[e]->frame, both[e]->x, y[e]);
  }
  assert_memory_equal(dx[0], dx[1], (size_t)a->model->n_states * sizeof dx[0][0]);
  assert_memory_equal(y[0], y[1], (size_t)a->model->n_outputs * sizeof y[0][0]);
}

/* A copy of a shipped model needs no compiler; a changed one is another model. */
static void a_copy_is_known(void **state) {
  (void)state;
  const cache c = cache_make();
  const char *text = lind_model_shipped_text("pk.one_compartment");
  bench copy, changed;
  bench_open_text(&copy, text, LIND_BACK_END_ANY, c.path);
  assert_string_equal(copy.model->back_end, "compiled in");
  char *other = lind_arena_format(copy.arena, "%s# changed\n", text);
  bench_open_text(&changed, other, LIND_BACK_END_ANY, c.path);
  assert_string_equal(changed.model->back_end, "compiled on first use");
  assert_string_not_equal(copy.model->hash, changed.model->hash);
  check_same_bits(&copy, &changed);
  bench_close(&changed);
  bench_close(&copy);
  cache_remove(&c);
}

/* The cache that is used when none is named. */
static void default_cache(void **state) {
  (void)state;
  const cache c = cache_make();
  char path[400];
  bench b;
  assert_int_equal(setenv("XDG_CACHE_HOME", c.path, 1), 0);
  bench_open_text(&b, user_text, LIND_BACK_END_COMPILED, NULL);
  cache inside;
  (void)snprintf(inside.path, sizeof inside.path, "%.50s/lind", c.path);
  assert_int_equal(cache_files(&inside, ".so", path), 1);
  cache_remove(&inside);
  assert_int_equal(rmdir(c.path), 0);
  assert_int_equal(unsetenv("XDG_CACHE_HOME"), 0);
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(compiled_once),      cmocka_unit_test(generated_c_is_vectors), cmocka_unit_test(broken_cache),
      cmocka_unit_test(without_a_compiler), cmocka_unit_test(a_copy_is_known),        cmocka_unit_test(default_cache),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
