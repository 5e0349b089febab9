/* rodas5p.c -- the stiff method's coefficients against the order conditions of Rosenbrock methods (Hairer and Wanner 1996, IV.7).
 *
 * With Gamma = inverse(I / gamma - mix), alpha = point Gamma, beta = alpha + Gamma, b = weights Gamma, a method has order p if
 * b . phi(t) = 1 / density(t) for every rooted tree t of up to p nodes, where phi of a node with one child t' is beta phi(t'), of
 * one with more the product of alpha phi(t') over them, of a leaf 1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "numerics/rodas5p.h"

enum { S = RODAS_STAGES };
typedef double vector[S];

typedef struct method {
  double point[S][S], gamma[S][S], alpha[S][S], beta[S][S];
  vector weight; /* of the k in the solution */
} method;

static method rodas(void) {
  method m = {0};
  for (int i = 0; i < S; i++)
    for (int j = 0; j < i; j++) {
      const int row = i < RODAS_POINTS ? i : RODAS_POINTS - 1;
      m.point[i][j] = j < row ? rodas_point[row][j] : 1;
    }
  for (int j = 0; j < S; j++) m.weight[j] = j < S - 1 ? m.point[S - 1][j] : 1;
  for (int j = 0; j < S; j++) /* inverse of a lower triangle, column by column */
    for (int i = j; i < S; i++) {
      double sum = i == j;
      for (int k = j; k < i; k++) sum += rodas_mix[i][k] * m.gamma[k][j];
      m.gamma[i][j] = sum * rodas_gamma;
    }
  for (int i = 0; i < S; i++)
    for (int j = 0; j < S; j++) {
      for (int k = 0; k < S; k++) m.alpha[i][j] += m.point[i][k] * m.gamma[k][j];
      m.beta[i][j] = m.alpha[i][j] + m.gamma[i][j];
    }
  return m;
}

/* Trees as nested brackets: "()" is a leaf, "(()())" a node with two leaves. */
static const char *behind(const char *tree) {
  int depth = 0;
  do depth += *tree++ == '(' ? 1 : -1;
  while (depth);
  return tree;
}
static int nodes(const char *tree) { return (int)(behind(tree) - tree) / 2; }

static double density(const char *tree) {
  double product = nodes(tree);
  for (const char *child = tree + 1; *child == '('; child = behind(child)) product *= density(child);
  return product;
}

static void phi(const method *m, const char *tree, vector out) {
  int children = 0;
  for (const char *child = tree + 1; *child == '('; child = behind(child)) children++;
  for (int i = 0; i < S; i++) out[i] = 1;
  for (const char *child = tree + 1; *child == '('; child = behind(child)) {
    vector inner;
    phi(m, child, inner);
    for (int i = 0; i < S; i++) {
      double sum = 0;
      for (int j = 0; j < S; j++) sum += (children == 1 ? m->beta : m->alpha)[i][j] * inner[j];
      out[i] *= sum;
    }
  }
}

/* weights . Gamma . phi(tree) */
static double weigh(const method *m, const vector weights, const char *tree) {
  vector value;
  phi(m, tree, value);
  double sum = 0;
  for (int i = 0; i < S; i++)
    for (int j = 0; j < S; j++) sum += weights[i] * m->gamma[i][j] * value[j];
  return sum;
}

static const char *const trees[] = {
    "()",         "(())",       "(()())",     "((()))",     "(()()())",   "(()(()))",   "((()()))",   "(((())))",   "(()()()())",
    "(()()(()))", "(()(()()))", "(()((())))", "((())(()))", "((()()()))", "((()(())))", "(((()())))", "((((()))))",
};
enum { TREES = sizeof trees / sizeof trees[0] };

static void assert_near(double value, double expected) {
  if (!(fabs(value - expected) <= 1e-13)) fail_msg("%.17g instead of %.17g", value, expected);
}

static void the_step_has_order_five(void **state) {
  (void)state;
  const method m = rodas();
  for (int t = 0; t < TREES; t++) assert_near(weigh(&m, m.weight, trees[t]), 1 / density(trees[t]));
}

static void the_estimate_compares_with_order_four(void **state) {
  (void)state;
  const method m = rodas();
  double largest = 0;
  for (int t = 0; t < TREES; t++) {
    const double miss = weigh(&m, rodas_miss, trees[t]);
    if (nodes(trees[t]) <= 4) assert_near(miss, 0);
    largest = fmax(largest, fabs(miss));
  }
  assert_true(largest > 1e-3 && largest < 1e-2); /* it does see the fifth */
}

static void within_the_step_the_order_is_four(void **state) {
  (void)state;
  const method m = rodas();
  for (double theta = 0; theta <= 1; theta += 0.125) {
    vector weights;
    for (int j = 0; j < S; j++) {
      const double u = rodas_within[0][j] + theta * (rodas_within[1][j] + theta * rodas_within[2][j]);
      weights[j] = theta * (m.weight[j] + (1 - theta) * u);
    }
    for (int t = 0; t < TREES; t++)
      if (nodes(trees[t]) <= 4) assert_near(weigh(&m, weights, trees[t]), pow(theta, nodes(trees[t])) / density(trees[t]));
  }
}

/* node = row sums of alpha, lean = row sums of Gamma; gamma on the diagonal. */
static void rows_add_up(void **state) {
  (void)state;
  const method m = rodas();
  for (int i = 0; i < S; i++) {
    double node = 0, lean = 0;
    for (int j = 0; j < S; j++) node += m.alpha[i][j], lean += m.gamma[i][j];
    assert_near(node, rodas_node[i]);
    assert_near(lean, rodas_lean[i]);
    assert_near(m.gamma[i][i], rodas_gamma);
  }
}

/* R(z), the factor of x' = z x over h = 1: 0 at infinity, below 1 along the imaginary axis. Stiffly accurate: beta of the last
 * stage is b. */
static void it_is_l_stable(void **state) {
  (void)state;
  const method m = rodas();
  for (int j = 0; j < S; j++) {
    double b = 0;
    for (int i = 0; i < S; i++) b += m.weight[i] * m.gamma[i][j];
    assert_near(m.beta[S - 1][j], b);
  }
  for (double y = 1e-2; y < 1e6; y *= 1.1) {
    double re[S], im[S], out_re = 1, out_im = 0; /* (1 / gamma - z) k = z (1 + point k) + mix k */
    for (int i = 0; i < S; i++) {
      double u = 1, v = 0, p = 0, q = 0;
      for (int j = 0; j < i; j++) {
        u += m.point[i][j] * re[j], v += m.point[i][j] * im[j];
        p += rodas_mix[i][j] * re[j], q += rodas_mix[i][j] * im[j];
      }
      const double right_re = p - y * v, right_im = q + y * u, d = 1 / rodas_gamma, size = d * d + y * y;
      re[i] = (right_re * d - right_im * y) / size;
      im[i] = (right_im * d + right_re * y) / size;
      out_re += m.weight[i] * re[i], out_im += m.weight[i] * im[i];
    }
    assert_true(hypot(out_re, out_im) <= 1 + 1e-12);
    if (y > 1e5) assert_true(hypot(out_re, out_im) < 1e-3);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_step_has_order_five),
      cmocka_unit_test(the_estimate_compares_with_order_four),
      cmocka_unit_test(within_the_step_the_order_is_four),
      cmocka_unit_test(rows_add_up),
      cmocka_unit_test(it_is_l_stable),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
