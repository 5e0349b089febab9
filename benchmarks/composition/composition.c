/* composition.c -- models made of modules against the same equations written by hand in one file: bits and time of the rates, and of ten
 * days of patients. Usage: bench_composition FOLDER [rounds]; what the columns mean: README.md. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lind/model.h"
#include "lind/stepper.h"

enum { CALLS = 20000, STATES = 64, DAYS = 10, ROUNDS = 9 };

typedef struct side { /* eight patients of one model */
  lind_arena *arena;
  lind_model *model;
  lind_lane *frame, *x, *rates;
  double call, days; /* least seconds */
} side;

#define must(call)                                                                 \
  do {                                                                             \
    if ((call) != LIND_OK) fprintf(stderr, "%s\n", lind_error_message()), exit(1); \
  } while (0)

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The same numbers for the same names: drug.cl here is drug_cl there. */
static double of_name(const char *name, int lane) {
  unsigned sum = 0;
  for (const char *p = name; *p != '\0'; p++) sum = 31 * sum + (unsigned)(*p == '.' ? '_' : *p);
  return sin(1 + sum % 1000 + 3.0 * lane);
}

static void fill(side *s) {
  const lind_model *m = s->model;
  for (int i = 0; i < LIND_LANES; i++) {
    for (int k = 0; k < m->n_parameters; k++) s->frame[m->parameters[k].slot].of[i] = m->parameters[k].value;
    for (int k = 0; k < m->n_covariates; k++) {
      const lind_model_covariate *c = &m->covariates[k];
      s->frame[c->slot].of[i] = c->type.kind == LIND_TYPE_NUMBER ? c->unit.scale * (60 + 10 * of_name(c->name, i)) : i % 2;
    }
    for (int k = 0; k < m->n_randoms; k++) s->frame[m->randoms[k].slot].of[i] = 0.1 * of_name(m->randoms[k].name, i);
  }
  m->kernel.individual(m->kernel.self, s->frame);
}

static void open_side(side *s, const char *name) {
  *s = (side){.call = INFINITY, .days = INFINITY};
  must(lind_arena_create(&s->arena));
  must(lind_model_read(name, (lind_where){0}, s->arena, &s->model));
  must(lind_model_attach(s->model, LIND_BACK_END_COMPILED, NULL, s->arena));
  s->frame = lind_arena_take(s->arena, (size_t)s->model->kernel.n_frame, sizeof(lind_lane));
  s->x = lind_arena_take(s->arena, STATES, sizeof(lind_lane));
  s->rates = lind_arena_take(s->arena, STATES, sizeof(lind_lane));
  fill(s);
}

static int dosed(const lind_model *m) {
  for (int k = m->n_states - 1; k >= 0; k--)
    if (m->states[k].doses) return k;
  return 0;
}

static void begin(side *s, double dose) {
  const lind_kernel *k = &s->model->kernel;
  k->initial(k->self, s->frame, s->x);
  for (int i = 0; i < LIND_LANES; i++) s->x[dosed(s->model)].of[i] += dose;
}

static void time_calls(side *s, double dose) {
  const lind_kernel *k = &s->model->kernel;
  const lind_lane time = {{0}};
  begin(s, dose);
  const double start = now();
  for (int n = 0; n < CALLS; n++) k->rhs(k->self, &time, s->frame, s->x, s->rates);
  s->call = fmin(s->call, (now() - start) / CALLS);
}

/* A dose a day. */
static void time_days(side *s, double dose) {
  const lind_kernel *k = &s->model->kernel;
  const lind_tolerance tolerance = {.relative = 1e-6, .absolute = 1e-9, .smallest_step = 1e-12, .most_steps = 1000000};
  lind_advance pack = {.x = s->x};
  const lind_arena_place place = lind_arena_mark(s->arena);
  void *workspace = lind_arena_take(s->arena, lind_stepper_rosenbrock.bytes(k), 1);
  begin(s, 0);
  const double start = now();
  for (int day = 0; day < DAYS; day++) {
    for (int i = 0; i < LIND_LANES; i++) {
      s->x[dosed(s->model)].of[i] += dose;
      pack.time.of[i] = 24.0 * day;
      pack.target.of[i] = 24.0 * (day + 1);
      pack.step.of[i] = 0;
      pack.status[i] = LIND_LANE_OK;
    }
    lind_stepper_rosenbrock.advance(k, s->frame, &tolerance, &pack, workspace);
  }
  s->days = fmin(s->days, now() - start);
  lind_arena_rewind(s->arena, place);
}

/* How many of the states, or of their rates, have other bits; names tell which belongs to which. */
static int different(const side *a, const side *b, const lind_lane *of_a, const lind_lane *of_b) {
  char name[200];
  int n = 0;
  for (int k = 0; k < a->model->n_states; k++) {
    (void)snprintf(name, sizeof name, "%s", a->model->states[k].name);
    for (char *p = name; *p != '\0'; p++)
      if (*p == '.') *p = '_';
    const int other = lind_model_find_state(b->model, name);
    n += other < 0 || memcmp(&of_a[k], &of_b[other], sizeof(lind_lane)) != 0;
  }
  return n;
}

static void compare(const char *name, const char *by_hand, double dose, int rounds) {
  side s[2];
  open_side(&s[0], name);
  open_side(&s[1], by_hand);
  for (int r = 0; r < rounds; r++)
    for (int k = 0; k < 2; k++) time_calls(&s[(k + r) % 2], dose);
  const int rates = different(&s[0], &s[1], s[0].rates, s[1].rates);
  for (int r = 0; r < rounds; r++)
    for (int k = 0; k < 2; k++) time_days(&s[(k + r) % 2], dose);
  const int states = different(&s[0], &s[1], s[0].x, s[1].x);
  printf("| %s | %d | %d | %d | %.4f | %.4f | %.3f | %.3f | %.3f | %.3f |\n", name, s[0].model->n_states, rates, states, 1e6 * s[0].call,
         1e6 * s[1].call, s[0].call / s[1].call, 1e3 * s[0].days, 1e3 * s[1].days, s[0].days / s[1].days);
  for (int k = 0; k < 2; k++) lind_arena_destroy(&s[k].arena);
}

int main(int n, char **words) {
  char path[2][500];
  const int rounds = n > 2 ? atoi(words[2]) : ROUNDS;
  if (n < 2 || rounds < 1) return fprintf(stderr, "bench_composition FOLDER [rounds]\n"), 2;
  (void)snprintf(path[0], sizeof path[0], "%s/hypertension_by_hand.lind", words[1]);
  (void)snprintf(path[1], sizeof path[1], "%s/nephrotoxic_by_hand.lind", words[1]);
  printf("| model | states | other bits, rates | other bits, 10 days | rates us | by hand | ratio | 10 days ms | by hand | ratio |\n"
         "|---|---|---|---|---|---|---|---|---|---|\n");
  compare("organ.hypertension_treated", path[0], 10, rounds);
  compare("organ.nephrotoxic_drug", path[1], 1000, rounds);
  return 0;
}
