/* Rows of README.md: what compiling costs by kind and number of states, and what the evaluator costs beside compiled code. CPU time
 * of the compiler, and of this process. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "language/model_tree.h"

enum { TEXT = 4000000, ROUNDS = 7 };

static void must(lind_err err) {
  if (err == LIND_OK) return;
  (void)fprintf(stderr, "%s\n", lind_error_message());
  exit(1);
}

static double cpu_of(int who) {
  struct rusage use;
  (void)getrusage(who, &use);
  return (double)use.ru_utime.tv_sec + (double)use.ru_stime.tv_sec +
         1e-6 * (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
}

/* ---- models ------------------------------------------------------------------------------------------------------------------
 */

typedef struct writer {
  char *text;
  size_t used;
} writer;

#define PUT(w, ...) ((w)->used += (size_t)snprintf((w)->text + (w)->used, TEXT - (w)->used, __VA_ARGS__))

static void begin(writer *w, int n) {
  w->used = 0;
  PUT(w, "model bench\nparameter k = 0.1 [1/h]\nparameter m = 2\n");
  for (int i = 0; i < n; ++i) PUT(w, "state x%d [1] = %g\n", i, 1 + 0.01 * i);
}

/* Saturable steps one after the other. */
static void chain(writer *w, int n) {
  for (int i = 0; i < n; ++i) {
    PUT(w, "d/dt(x%d) = -k * x%d / (m + x%d)", i, i, i);
    if (i > 0) PUT(w, " + k * x%d / (m + x%d)", i - 1, i - 1);
    PUT(w, "\n");
  }
}

/* Signals and hormones: each rate reads seven others through Hill terms and exponentials. */
static void network(writer *w, int n) {
  for (int i = 0; i < n; ++i)
    PUT(w,
        "d/dt(x%d) = k * x%d ^ 1.5 / (m ^ 1.5 + x%d ^ 1.5) * exp(-x%d) + k * x%d ^ 1.5 / (m ^ 1.5 + x%d ^ 1.5) * exp(-x%d)"
        " - k * x%d * (1 + tanh(x%d))\n",
        i, (i + 1) % n, (i + 1) % n, (i + 5) % n, (i + 3) % n, (i + 3) % n, (i + 7) % n, i, (5 * i + 3) % n);
}

/* The worst: every rate reads every state. */
static void dense(writer *w, int n) {
  for (int i = 0; i < n; ++i) {
    PUT(w, "d/dt(x%d) = -k * m * x%d", i, i);
    for (int j = 0; j < n; ++j)
      PUT(w, " + %g [1/h] * x%d / (%d + x%d)", 0.001 * (1 + (7 * i + 3 * j) % 11), j, 1 + (i + j) % 5, i);
    PUT(w, "\n");
  }
}

/* ---- measuring ---------------------------------------------------------------------------------------------------------------
 */

static int statements_of(const lind_model *model) {
  int n = 0;
  bool *marks = malloc((size_t)model->tree->graph.n * sizeof *marks);
  for (int p = 0; p < LIND_PART_COUNT && marks != NULL; ++p) {
    const lind_part part = lind_layout_part(model, p);
    memset(marks, 0, (size_t)model->tree->graph.n * sizeof *marks);
    lind_layout_work(model->tree, &part, marks);
    for (int i = 0; i < model->tree->graph.n; ++i) n += marks[i];
  }
  free(marks);
  return n;
}

typedef struct bench {
  lind_model *model;
  lind_lane *frame, *x, *out;
} bench;

static void open_bench(bench *b, const char *name, const char *text, lind_back_end back_end, const char *cache,
                       lind_arena *arena) {
  must(text != NULL ? lind_model_read_text(text, name, arena, &b->model)
                    : lind_model_read(name, (lind_where){0}, arena, &b->model));
  must(lind_model_attach(b->model, back_end, cache, arena));
  const lind_kernel *k = &b->model->kernel;
  b->frame = lind_arena_take(arena, (size_t)k->n_frame + 1, sizeof(lind_lane));
  b->x = lind_arena_take(arena, (size_t)k->n_states + 1, sizeof(lind_lane));
  b->out = lind_arena_take(arena, (size_t)(k->n_entries + k->n_factors + k->n_states) + 1, sizeof(lind_lane));
  for (int p = 0; p < b->model->n_parameters; ++p)
    for (int i = 0; i < LIND_LANES; ++i) b->frame[b->model->parameters[p].slot].of[i] = b->model->parameters[p].value;
  k->individual(k->self, b->frame);
  k->initial(k->self, b->frame, b->x);
}

static void call(const bench *b, int what) { /* 0: rates, 1: Jacobian, 2: factors */
  static const lind_lane time, shift = {{100, 100, 100, 100, 100, 100, 100, 100}};
  const lind_kernel *k = &b->model->kernel;
  if (what == 0) k->rhs(k->self, &time, b->frame, b->x, b->out);
  if (what == 1) k->jacobian(k->self, &time, b->frame, b->x, b->out);
  if (what == 2) k->factor(k->self, &shift, b->out, b->out + k->n_entries);
}

/* us a call for the pack; the least of ROUNDS, in which both back ends take turns. */
static void time_both(const bench *both, int what, double us[2]) {
  int calls = 1;
  us[0] = us[1] = 1e300;
  for (double took = 0; took < 5e-3; calls *= 2) {
    const double start = cpu_of(RUSAGE_SELF);
    for (int i = 0; i < calls; ++i) call(&both[0], what);
    took = cpu_of(RUSAGE_SELF) - start;
  }
  for (int round = 0; round < ROUNDS; ++round)
    for (int e = 0; e < 2; ++e) {
      const double start = cpu_of(RUSAGE_SELF);
      for (int i = 0; i < calls; ++i) call(&both[e], what);
      const double took = 1e6 * (cpu_of(RUSAGE_SELF) - start) / calls;
      if (took < us[e]) us[e] = took;
    }
}

static void row(const char *name, const char *text) {
  char cache[] = "/tmp/lind-bench-XXXXXX", command[100];
  lind_arena *arena = NULL;
  bench both[2];
  double us[3][2];
  must(lind_arena_create(&arena));
  if (mkdtemp(cache) == NULL) exit(1);
  const double before = cpu_of(RUSAGE_CHILDREN);
  open_bench(&both[0], name, text, LIND_BACK_END_COMPILED, cache, arena);
  const double compiler = cpu_of(RUSAGE_CHILDREN) - before;
  open_bench(&both[1], name, text, LIND_BACK_END_EVALUATOR, NULL, arena);
  for (int what = 0; what < 3; ++what) time_both(both, what, us[what]);
  const lind_model *m = both[0].model;
  (void)printf("| %s | %d | %d | %d | %.2f |", name, m->n_states, m->kernel.n_entries, statements_of(m), compiler);
  for (int what = 0; what < 3; ++what) (void)printf(" %.3g | %.1f |", us[what][0], us[what][1] / us[what][0]);
  (void)printf("\n");
  (void)fflush(stdout);
  (void)snprintf(command, sizeof command, "rm -r %s", cache);
  if (system(command) != 0) exit(1);
  lind_arena_destroy(&arena);
}

int main(void) {
  static const struct {
    const char *name;
    void (*write)(writer *, int);
    int n[4];
  } kinds[] = {{"chain", chain, {20, 100}}, {"network", network, {20, 50, 100}}, {"dense", dense, {10, 20, 50, 100}}};
  static const char *const shipped[] = {"pk.two_compartment", "pgx.warfarin", "organ.ohara_rudy"};
  writer w = {.text = malloc(TEXT)};
  if (w.text == NULL) return 1;
  (void)printf("| model | states | entries | statements | compiler s | rates us | x | Jacobian us | x | factors us | x |\n"
               "|---|---|---|---|---|---|---|---|---|---|---|\n");
  for (int i = 0; i < 3; ++i) { /* as a user's file, so that it is compiled here */
    w.used = 0;
    PUT(&w, "%s\n# a copy\n", lind_model_shipped_text(shipped[i]));
    row(shipped[i], w.text);
  }
  for (int kind = 0; kind < 3; ++kind)
    for (int i = 0; i < 4 && kinds[kind].n[i] > 0; ++i) {
      char name[40];
      begin(&w, kinds[kind].n[i]);
      kinds[kind].write(&w, kinds[kind].n[i]);
      PUT(&w, "output o = x0\n");
      (void)snprintf(name, sizeof name, "%s %d", kinds[kind].name, kinds[kind].n[i]);
      row(name, w.text);
    }
  free(w.text);
  return 0;
}
