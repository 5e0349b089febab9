/* Derivatives of everything the language has, and that large models stay small. */
#include <time.h>

#include "bench.h"
#include "language/model_tree.h"

static const char functions[] =
    "model f\n"
    "parameter p = 1.7\n"
    "state x [1] = 0.6\n"
    "state y [1] = 1.4\n"
    "z = x * y + p\n"
    "d/dt(x) = 1 [1/h] * (exp(-x) + log(z) * log10(y) - sqrt(x * y) / z + sin(x) * cos(y) + tanh(x - y) + atan(x / y) + "
    "normal_quantile(0.5 + 0.4 * tanh(y)) + x ^ 2.5 "
    "+ x ^ y + p ^ "
    "x + y ^ p)\n"
    "d/dt(y) = 1 [1/h] * (min(x, y) * max(x, p) + abs(x - y) + floor(x) * y + ceil(y) * x - (if x < y and not (y > 3) then x ^ 3 "
    "else y)\n"
    "  + x ^ 4 / y ^ 2 + y ^ -1 + x ^ 0.5 + clamp(x * y, 0, 1) + table(x, 0.5 = x, else = 2 * y) + (if x < y or z < 0 then z "
    "else x))\n"
    "output o = x\n";

static void cache_make(char path[40]) {
  (void)strcpy(path, "/tmp/lind-test-XXXXXX");
  assert_non_null(mkdtemp(path));
}

static void cache_remove(const char *path) {
  char command[100];
  (void)snprintf(command, sizeof command, "rm -r %s", path);
  assert_int_equal(system(command), 0);
}

static void all_functions(void **state) {
  (void)state;
  const lind_back_end ends[2] = {LIND_BACK_END_COMPILED, LIND_BACK_END_EVALUATOR};
  char path[40];
  cache_make(path);
  for (int e = 0; e < 2; ++e) {
    lind_lane time = {{0}}, j[4], up[2], down[2];
    const double h = 1e-6;
    bench b;
    bench_open_text(&b, functions, ends[e], path);
    const lind_kernel *k = &b.model->kernel;
    bench_start(&b);
    for (int i = 0; i < LIND_LANES; ++i) b.x[0].of[i] = 0.3 + 0.19 * i, b.x[1].of[i] = 1.4 - 0.13 * i;
    bench_jacobian(k, &time, b.frame, b.x, j);
    for (int c = 0; c < 2; ++c) {
      const lind_lane kept = b.x[c];
      for (int i = 0; i < LIND_LANES; ++i) b.x[c].of[i] = kept.of[i] + h;
      k->rhs(k->self, &time, b.frame, b.x, up);
      for (int i = 0; i < LIND_LANES; ++i) b.x[c].of[i] = kept.of[i] - h;
      k->rhs(k->self, &time, b.frame, b.x, down);
      b.x[c] = kept;
      for (int r = 0; r < 2; ++r)
        for (int i = 0; i < LIND_LANES; ++i) {
          const double slope = (up[r].of[i] - down[r].of[i]) / (2 * h);
          if (!(fabs(slope - j[2 * r + c].of[i]) <= 1e-7 * fmax(1, fabs(slope))))
            fail_msg("d%d/d%d of lane %d is %.12g and not %.12g", r, c, i, j[2 * r + c].of[i], slope);
        }
    }
    bench_close(&b);
  }
  cache_remove(path);
}

/* At 0 the slope of x^1.15 is 0 and no NaN, and what is not chosen does no harm. */
static void corners(void **state) {
  (void)state;
  lind_lane time = {{0}}, j;
  bench b;
  bench_open_text(
      &b,
      "model c\nparameter g = 1.15\nstate x [1]\nd/dt(x) = -1 [1/h] * (x ^ g / (1 + x ^ g) + (if x > 0 then log(x) else 0))\n"
      "output o = x\n",
      LIND_BACK_END_EVALUATOR, NULL);
  bench_start(&b);
  bench_jacobian(&b.model->kernel, &time, b.frame, b.x, &j);
  for (int i = 0; i < LIND_LANES; ++i) assert_true(j.of[i] == 0);
  bench_close(&b);
}

/* Written out, 60 doublings are 2^60 products; shared they are 60, and their derivatives a few more. */
static void no_explosion(void **state) {
  (void)state;
  char text[8000] = "model e\nstate x [1] = 1\ny0 = x\n";
  size_t used = strlen(text);
  bench b;
  for (int i = 1; i <= 60; ++i)
    used += (size_t)snprintf(text + used, sizeof text - used, "y%d = y%d * y%d / (1 + y%d)\n", i, i - 1, i - 1, i - 1);
  (void)snprintf(text + used, sizeof text - used, "d/dt(x) = -1 [1/h] * y60\noutput o = x\n");
  bench_open_text(&b, text, LIND_BACK_END_EVALUATOR, NULL);
  assert_in_range(b.model->tree->graph.n, 120, 1000);
  bench_close(&b);
}

enum { CELLS = 60 };

/* A ring of cells, each with two states that talk to their neighbours: 120 states, thousands of statements. */
static char *ring(void) {
  char *text = calloc(1, 60000);
  size_t used = (size_t)snprintf(text, 60000, "model ring\nparameter d = 0.3 [1/h]\nparameter a = 0.1\n");
  for (int i = 0; i < CELLS; ++i)
    used += (size_t)snprintf(text + used, 60000 - used, "state u%d [1] = %g\nstate w%d [1]\n", i, i % 7 / 7.0, i);
  for (int i = 0; i < CELLS; ++i) {
    const int left = (i + CELLS - 1) % CELLS, right = (i + 1) % CELLS;
    used += (size_t)snprintf(text + used, 60000 - used,
                             "f%d = u%d * (1 - u%d) * (u%d - a) * exp(-w%d) / (1 + u%d ^ 2.5)\n"
                             "d/dt(u%d) = d * (u%d - 2 * u%d + u%d) + 1 [1/h] * (f%d - w%d)\n"
                             "d/dt(w%d) = 0.01 [1/h] * (tanh(u%d) - w%d)\n",
                             i, i, i, i, i, i, i, left, i, right, i, i, i, i, i);
  }
  (void)snprintf(text + used, 60000 - used, "output o = u0\n");
  return text;
}

static void large_models_compile_quickly(void **state) {
  (void)state;
  static lind_lane j[2][4 * CELLS * CELLS], dx[2][2 * CELLS];
  char *text = ring();
  lind_lane time = {{0}};
  struct timespec start, end;
  bench b[2];
  char path[40];
  cache_make(path);
  (void)clock_gettime(CLOCK_MONOTONIC, &start);
  bench_open_text(&b[0], text, LIND_BACK_END_COMPILED, path);
  (void)clock_gettime(CLOCK_MONOTONIC, &end);
  assert_true((double)(end.tv_sec - start.tv_sec) < 60); /* seconds on an idle machine; a blow-up takes minutes */
  bench_open_text(&b[1], text, LIND_BACK_END_EVALUATOR, NULL);
  for (int e = 0; e < 2; ++e) {
    const lind_kernel *k = &b[e].model->kernel;
    bench_start(&b[e]);
    for (int s = 0; s < 2 * CELLS; ++s)
      for (int i = 0; i < LIND_LANES; ++i) b[e].x[s].of[i] = 0.1 + 0.05 * i + 0.003 * s;
    k->rhs(k->self, &time, b[e].frame, b[e].x, dx[e]);
    bench_jacobian(k, &time, b[e].frame, b[e].x, j[e]);
  }
  for (int s = 0; s < 2 * CELLS; ++s)
    for (int i = 0; i < LIND_LANES; ++i) assert_true(fabs(dx[0][s].of[i] - dx[1][s].of[i]) <= 1e-14);
  for (int s = 0; s < 4 * CELLS * CELLS; ++s)
    for (int i = 0; i < LIND_LANES; ++i) assert_true(fabs(j[0][s].of[i] - j[1][s].of[i]) <= 1e-13);
  assert_true(dx[0][5].of[2] != 0 && j[0][1].of[3] != 0 && j[0][7].of[3] == 0);
  for (int e = 0; e < 2; ++e) bench_close(&b[e]);
  cache_remove(path);
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_functions),
      cmocka_unit_test(corners),
      cmocka_unit_test(no_explosion),
      cmocka_unit_test(large_models_compile_quickly),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
