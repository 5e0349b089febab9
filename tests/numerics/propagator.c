/* propagator.c -- what was made is found again, lane by lane; and whether it was found, gathered or made changes no bit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "lanes_case.h"
#include "linear.h"
#include "numerics/propagator.h"

enum { N = 3, DRIVING = 2, NODES = 2 };
static const double nodes[NODES] = {0.25, 0.9};
static const int driving[DRIVING] = {1, 2};
static const lind_propagator_shape shape = {N, NODES, DRIVING, nodes, driving};

static _Alignas(64) unsigned char storage[1 << 18], other[1 << 18];

static lind_v8 v8(double value) { return lind_v8_fill(value); }

/* Depot, central, peripheral of patient p in one lane. */
static void patient(lind_lane *a, int p, int lane) {
  for (int e = 0; e < N * N; e++) a[e].of[lane] = 0;
  linear_flow(a, N, 0, 1, 1 + 0.1 * p, lane);
  linear_flow(a, N, 1, -1, 0.1 + 0.03 * p, lane);
  linear_flow(a, N, 1, 2, 0.2, lane);
  linear_flow(a, N, 2, 1, 0.08 + 0.01 * p, lane);
}

static void begin(lind_propagator *p, void *memory, int first) {
  assert_true(lind_propagator_bytes(&shape) <= sizeof storage);
  memset(memory, 0, sizeof storage);
  lind_propagator_view(p, &shape, memory);
  for (int i = 0; i < LIND_LANES; i++) patient(p->a, first + i, i);
  lind_propagator_renew(p, 255);
}

/* Everything a block says about lane i: P, Phi and the rows at the nodes, through what uses them. */
typedef struct answer {
  double x[N], at[NODES][DRIVING];
} answer;

static answer ask(lind_propagator *p, unsigned lanes, lind_v8 dt, bool driven, int lane) {
  const lind_lane x[N] = {all(100), all(7), all(3)}, u[N] = {all(0.5), all(2), all(0)};
  lind_lane y[N];
  answer said;
  const lind_lane *block = lind_propagator_find(p, lanes, dt, LIND_PROPAGATOR_NODES | (driven ? LIND_PROPAGATOR_DRIVEN : 0));
  lind_propagator_apply(p, block, x, driven ? u : NULL, y);
  for (int i = 0; i < N; i++) said.x[i] = y[i].of[lane];
  for (int k = 0; k < NODES; k++) {
    for (int d = 0; d < DRIVING; d++) {
      lind_v8_store(y, lind_propagator_row(p, driving[d], block + lind_propagator_node(p, k, d), x, driven ? u : NULL));
      said.at[k][d] = y->of[lane];
    }
  }
  return said;
}

/* The same from a memory that knows nothing. */
static answer ask_afresh(int number, double dt, bool driven) {
  lind_propagator p;
  begin(&p, other, number);
  return ask(&p, 1, v8(dt), driven, 0);
}

static void assert_same(answer a, answer b) { assert_memory_equal(&a, &b, sizeof a); }

static void nodes_are_shorter_steps(void **state) {
  (void)state;
  lind_propagator p;
  begin(&p, storage, 0);
  for (int driven = 0; driven < 2; driven++)
    for (int k = 0; k < NODES; k++) {
      const answer whole = ask(&p, 255, v8(8), driven, 5), part = ask(&p, 255, v8(8 * nodes[k]), driven, 5);
      for (int d = 0; d < DRIVING; d++) assert_true(fabs(whole.at[k][d] - part.x[driving[d]]) <= 1e-15 * part.x[driving[d]]);
    }
}

/* Twenty kinds of step, more than there are slots, in an order that mixes lanes: each answer is what a fresh memory says. */
static void found_gathered_or_made(void **state) {
  (void)state;
  lind_propagator p;
  begin(&p, storage, 0);
  unsigned seed = 1;
  for (int turn = 0; turn < 400; turn++) {
    lind_lane dt;
    for (int i = 0; i < LIND_LANES; i++) {
      seed = seed * 1664525u + 1013904223u;
      dt.of[i] = turn % 3 ? 0.5 * (1 + (turn + i * (turn % 2)) % 5) : 0.3 * (1 + (seed >> 20) % 20);
    }
    const unsigned lanes = (seed >> 16 & 255) | 1;
    const bool driven = turn % 7 == 0;
    for (int i = 0; i < LIND_LANES; i++)
      if (lanes >> i & 1) {
        const answer said = ask(&p, lanes, lind_v8_load(&dt), driven, i);
        if (turn % 10 == 3 || i == 0) assert_same(said, ask_afresh(i, dt.of[i], driven));
      }
  }
}

static void a_new_patient_is_seen(void **state) {
  (void)state;
  lind_propagator p;
  begin(&p, storage, 0);
  const answer before = ask(&p, 255, v8(6), true, 2);
  patient(p.a, 40, 2); /* in lane 2 alone; lane 3 would have changed, but is not in use */
  p.a[0].of[3] = NAN;
  lind_propagator_renew(&p, 255 & ~(1u << 3));
  const answer after = ask(&p, 255 & ~(1u << 3), v8(6), true, 2);
  assert_true(after.x[1] != before.x[1]);
  assert_same(after, ask_afresh(40, 6, true));
  assert_same(ask(&p, 1u << 4, v8(6), true, 4), ask_afresh(4, 6, true));
  patient(p.a, 2, 2);
  lind_propagator_renew(&p, 1u << 2);
  assert_same(ask(&p, 1u << 2, v8(6), true, 2), before);
}

/* A place that was 0 in everybody: the pattern grows. */
static void a_new_flow_is_seen(void **state) {
  (void)state;
  lind_propagator p;
  begin(&p, storage, 0);
  ask(&p, 255, v8(6), true, 0);
  linear_flow(p.a, N, 2, 0, 0.4, 6);
  lind_propagator_renew(&p, 255);
  const answer said = ask(&p, 255, v8(6), true, 6);
  assert_true(said.x[0] > 1);
  for (int i = 0; i < LIND_LANES; i++)
    if (i != 6) assert_same(ask(&p, 255, v8(6), true, i), ask_afresh(i, 6, true));
}

/* dt as differences of times on a grid of 0.1 h: the grain makes them one, the shift gives back what it took. */
static void a_grid_is_one_step(void **state) {
  (void)state;
  lind_propagator p;
  begin(&p, storage, 0);
  lind_v8 left;
  lind_lane grid, length;
  lind_v8_store(&grid, lind_propagator_grain(&p, v8(0.1), &left));
  for (int k = 1; k < 20000; k++) {
    lind_v8_store(&length, lind_propagator_grain(&p, v8(0.1 * k - 0.1 * (k - 1)), &left));
    assert_true(length.of[0] == grid.of[0]);
    lind_v8_store(&length, left);
    assert_true(fabs(length.of[0]) < 1.1 * 0x1p-37 && length.of[0] + grid.of[0] == 0.1 * k - 0.1 * (k - 1));
  }
  const lind_lane start[N] = {all(100), all(7), all(3)};
  lind_lane exact[N], x[N], work[N];
  lind_propagator_apply(&p, lind_propagator_find(&p, 255, v8(0.1), 0), start, NULL, exact);
  lind_propagator_grain(&p, v8(0.1), &left);
  lind_propagator_apply(&p, lind_propagator_find(&p, 255, lind_v8_load(&grid), 0), start, NULL, x);
  lind_propagator_shift(&p, left, NULL, x, work);
  for (int s = 0; s < N; s++)
    for (int i = 0; i < LIND_LANES; i++) assert_true(fabs(x[s].of[i] - exact[s].of[i]) <= 4e-16 * exact[s].of[i]);
  linear_flow(p.a, N, 0, 1, 2000, 3); /* too fast for it */
  lind_propagator_renew(&p, 255);
  lind_v8_store(&length, lind_propagator_grain(&p, v8(0.1), &left));
  assert_true(length.of[3] == 0.1 && length.of[2] == grid.of[2]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nodes_are_shorter_steps), cmocka_unit_test(found_gathered_or_made),
      cmocka_unit_test(a_new_patient_is_seen),   cmocka_unit_test(a_new_flow_is_seen),
      cmocka_unit_test(a_grid_is_one_step),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
