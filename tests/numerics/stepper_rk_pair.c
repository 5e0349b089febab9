/* stepper_rk_pair.c -- the tableau of the explicit engine satisfies the conditions of order, tree by tree.
 *
 * For every rooted tree t with q nodes and every method with weights b: sum_i b_i Phi_i(t) = 1 / gamma(t), where Phi of a leaf is
 * 1 and Phi_i of [t1 ... tm] is the product of sum_j a_ij Phi_j(t_k), gamma the product of the sizes of all subtrees (Butcher
 * 1963; Hairer, Norsett, Wanner 1993, II.2). For the extension, coefficient by coefficient: sum_i b_ip Phi_i(t) = 1 / gamma(t)
 * where p = q, 0 elsewhere. Sums are taken in quadruple precision; what remains are the roundings of the coefficients.
 */
#include "numerics/stepper_rk_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <math.h>

typedef __float128 quad;

/* A tree is its first and its other branches: t = first grafted onto the root of rest (Butcher's product). That gives each tree
 * at least once; all of order 1 to 6 are 37, all products of that kind 1 + 1 + 2 + 5 + 14 + 42. */
typedef struct tree {
  int size;
  double gamma;
  quad phi[RK_ALL];
} tree;

enum { MOST = 80, ORDER = 6 };
static tree trees[MOST];
static int n_trees;

/* gamma([first, others]): the root's own factor is its size. */
static void graft(const tree *first, const tree *rest) {
  assert_true(n_trees < MOST);
  tree *t = &trees[n_trees++];
  t->size = first->size + rest->size;
  t->gamma = first->gamma * rest->gamma / rest->size * t->size;
  for (int i = 0; i < RK_ALL; i++) {
    quad sum = 0;
    for (int j = 0; j < i && j < RK_STAGES; j++) sum += (quad)rk_weight[i][j] * first->phi[j];
    t->phi[i] = rest->phi[i] * sum;
  }
}

static int grow(void **state) {
  (void)state;
  n_trees = 1;
  trees[0] = (tree){.size = 1, .gamma = 1};
  for (int i = 0; i < RK_ALL; i++) trees[0].phi[i] = 1;
  for (int size = 2; size <= ORDER; size++)
    for (int i = 0, known = n_trees; i < known; i++)
      for (int k = 0; k < known; k++)
        if (trees[i].size + trees[k].size == size) graft(&trees[i], &trees[k]);
  assert_int_equal(n_trees, 1 + 1 + 2 + 5 + 14 + 42);
  return 0;
}

static double residual(const tree *t, const double *b, int n, int stride, quad expected) {
  quad sum = -expected;
  for (int i = 0; i < n; i++) sum += (quad)b[i * stride] * t->phi[i];
  return fabs((double)sum);
}

static void solution_has_order_six(void **state) {
  (void)state;
  for (int i = 0; i < n_trees; i++)
    assert_true(residual(&trees[i], rk_weight[RK_STAGES - 1], RK_STAGES, 1, 1 / (quad)trees[i].gamma) < 5e-11);
}

static void estimate_has_order_five(void **state) {
  (void)state;
  double sixth = 0;
  for (int i = 0; i < n_trees; i++) {
    const double size = residual(&trees[i], rk_difference, RK_STAGES, 1, 0);
    if (trees[i].size < 6) assert_true(size < 5e-11);
    if (trees[i].size == 6) sixth = fmax(sixth, size);
  }
  assert_true(sixth > 1e-4); /* and not six: it sees an error */
}

static void extension_has_order_five(void **state) {
  (void)state;
  for (int i = 0; i < n_trees; i++)
    for (int p = 0; p < RK_POWERS && trees[i].size < 6; p++) {
      const quad expected = trees[i].size == p + 1 ? 1 / (quad)trees[i].gamma : 0;
      assert_true(residual(&trees[i], &rk_extension[0][p], RK_ALL, RK_POWERS, expected) < 2e-9);
    }
}

static void extension_meets_both_ends(void **state) {
  (void)state;
  for (int i = 0; i < RK_ALL; i++) {
    const double weight = i < RK_STAGES - 1 ? rk_weight[RK_STAGES - 1][i] : 0;
    quad value = 0, slope = 0;
    for (int p = 0; p < RK_POWERS; p++) value += rk_extension[i][p], slope += (p + 1) * (quad)rk_extension[i][p];
    assert_true(fabs((double)(value - weight)) < 2e-12);
    assert_true(fabs((double)(slope - (i == RK_STAGES - 1))) < 1e-11);
    assert_true(rk_extension[i][0] == (i == 0)); /* slope at the start */
  }
}

/* c_i = sum_j a_ij, and the last stage stands at the end. */
static void nodes_are_the_sums_of_weights(void **state) {
  (void)state;
  for (int i = 0; i < RK_ALL; i++) {
    quad sum = 0;
    for (int j = 0; j < RK_STAGES; j++) sum += rk_weight[i][j];
    assert_true(fabs((double)sum - rk_node[i]) < 1e-13);
  }
  assert_true(rk_node[RK_STAGES - 1] == 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(solution_has_order_six),        cmocka_unit_test(estimate_has_order_five),
      cmocka_unit_test(extension_has_order_five),      cmocka_unit_test(extension_meets_both_ends),
      cmocka_unit_test(nodes_are_the_sums_of_weights),
  };
  return cmocka_run_group_tests(tests, grow, NULL);
}
