/* Rank correlations of drawn numbers by a Gaussian copula. A Spearman correlation r is the normal correlation 2 sin(pi r / 6)
 * (Pearson 1907; Kruskal 1958, doi:10.1080/01621459.1958.10501481), which monotone margins leave as it is. With margins that
 * depend on a category the correlation holds within each level. */
#include <math.h>
#include <string.h>

#include "lind/text.h"
#include "recipe.h"

#define SMALLEST_EIGENVALUE 1e-8 /* below it, a factor is rounding noise */

typedef struct {
  int n;
  int column[LIND_RECIPE_CORRELATED]; /* columns of the block, in the order of their first appearance */
  double rho[LIND_RECIPE_CORRELATED][LIND_RECIPE_CORRELATED];
  bool given[LIND_RECIPE_CORRELATED][LIND_RECIPE_CORRELATED];
} matrix;

static bool can_correlate(const lind_step *step) {
  return step->what == LIND_STEP_CONTINUOUS && !step->margins[0].kind->fixed && !step->shared;
}

/* The place of a covariate in the block; a new one at its end. */
static lind_err place_find(const lind_builder *builder, const lind_node *name, matrix *m, int *place) {
  const char **names;
  size_t n = 0;
  char near[80], all[240];
  LIND_CHECK_AT(name->kind == LIND_NODE_SCALAR, LIND_ERR_INPUT, name->where, "%s must be the name of a drawn number", name->path);
  LIND_TAKE(names, builder->arena, builder->n_columns);
  for (int i = 0; i < builder->n_columns; i++) {
    if (!can_correlate(&builder->steps[i])) continue;
    names[n++] = builder->columns[i].name;
    if (strcmp(builder->columns[i].name, name->text) != 0) continue;
    for (int j = 0; j < m->n; j++)
      if (m->column[j] == i) {
        *place = j;
        return LIND_OK;
      }
    LIND_CHECK_AT(m->n < LIND_RECIPE_CORRELATED, LIND_ERR_INPUT, name->where, "more than %d covariates are correlated",
                  LIND_RECIPE_CORRELATED);
    m->column[m->n] = i;
    m->rho[m->n][m->n] = 1;
    *place = m->n++;
    return LIND_OK;
  }
  return lind_error_fail_at(LIND_ERR_INPUT, name->where, "%s: '%s' is no number that is drawn; there is %s%s", name->path,
                            name->text, lind_text_list(names, n, all, sizeof all),
                            lind_text_suggestion(name->text, names, n, near, sizeof near));
}

static lind_err pair_read(const lind_builder *builder, const lind_node *node, matrix *m) {
  static const lind_key row = {
      .key = "correlation", .kind = LIND_KEY_NUMBER, .lower = -1, .upper = 1, .sentence = "Spearman rank correlation"};
  int a = 0, b = 0;
  double spearman = 0;
  LIND_CHECK_AT(node->kind == LIND_NODE_SEQUENCE && node->n == 3, LIND_ERR_INPUT, node->where,
                "%s must be two names and a rank correlation: `[age, weight, -0.15]`", node->path);
  LIND_TRY(place_find(builder, &node->items[0], m, &a));
  LIND_TRY(place_find(builder, &node->items[1], m, &b));
  LIND_TRY(lind_schema_read_value(&node->items[2], &row, builder->arena, &spearman));
  LIND_CHECK_AT(a != b, LIND_ERR_INPUT, node->where, "%s correlates %s with itself", node->path, node->items[0].text);
  LIND_CHECK_AT(!m->given[a][b], LIND_ERR_INPUT, node->where, "%s gives the correlation of %s and %s again", node->path,
                node->items[0].text, node->items[1].text);
  m->rho[a][b] = m->rho[b][a] = 2 * sin(M_PI * spearman / 6);
  m->given[a][b] = m->given[b][a] = true;
  return LIND_OK;
}

/* One rotation of the Jacobi method in the plane (p, q); the matrix stays symmetric. */
static void rotate(int n, double a[][LIND_RECIPE_CORRELATED], int p, int q) {
  if (a[p][q] == 0) return;
  const double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const double t = copysign(1, theta) / (fabs(theta) + sqrt(theta * theta + 1)), c = 1 / sqrt(t * t + 1), s = t * c;
  for (int k = 0; k < n; k++) {
    const double kp = a[k][p], kq = a[k][q];
    a[k][p] = c * kp - s * kq;
    a[k][q] = s * kp + c * kq;
  }
  for (int k = 0; k < n; k++) {
    const double pk = a[p][k], qk = a[q][k];
    a[p][k] = c * pk - s * qk;
    a[q][k] = s * pk + c * qk;
  }
}

/* Cyclic Jacobi (Golub & Van Loan, Matrix Computations, 8.5): quadratic, so that 30 sweeps are plenty for any n here. */
static double eigenvalue_smallest(const matrix *m) {
  double a[LIND_RECIPE_CORRELATED][LIND_RECIPE_CORRELATED];
  memcpy(a, m->rho, sizeof a);
  for (int sweep = 0; sweep < 30; sweep++)
    for (int p = 0; p < m->n; p++)
      for (int q = p + 1; q < m->n; q++) rotate(m->n, a, p, q);
  double least = INFINITY;
  for (int i = 0; i < m->n; i++) least = fmin(least, a[i][i]);
  return least;
}

static void cholesky(const matrix *m, double *factor) {
  const int n = m->n;
  for (int i = 0; i < n; i++)
    for (int j = 0; j <= i; j++) {
      double sum = m->rho[i][j];
      for (int k = 0; k < j; k++) sum -= factor[i * n + k] * factor[j * n + k];
      factor[i * n + j] = i == j ? sqrt(sum) : sum / factor[j * n + j];
    }
}

lind_err lind_correlate_read(lind_builder *builder, const lind_node *correlations, struct lind_cohort_recipe *recipe) {
  matrix *m;
  double *factor;
  const char *names[LIND_RECIPE_CORRELATED];
  char all[240];
  LIND_CHECK_AT(correlations->kind == LIND_NODE_SEQUENCE, LIND_ERR_INPUT, correlations->where,
                "correlations must be a sequence of pairs: `- [age, weight, -0.15]`");
  LIND_TAKE(m, builder->arena, 1);
  for (int i = 0; i < correlations->n; i++) LIND_TRY(pair_read(builder, &correlations->items[i], m));
  if (m->n == 0) return LIND_OK;
  for (int i = 0; i < m->n; i++) names[i] = builder->columns[m->column[i]].name;
  const double least = eigenvalue_smallest(m);
  LIND_CHECK_AT(least > SMALLEST_EIGENVALUE, LIND_ERR_INPUT, correlations->where,
                "the correlations of %s cannot all hold: the smallest eigenvalue of their matrix is %.4g; it must be above 0",
                lind_text_list(names, (size_t)m->n, all, sizeof all), least);
  LIND_TAKE(factor, builder->arena, m->n * m->n);
  cholesky(m, factor);
  recipe->n_block = m->n;
  recipe->factor = factor;
  for (int i = 0; i < m->n; i++) {
    builder->steps[m->column[i]].block = i;
    recipe->block[i] = builder->steps[m->column[i]].purpose;
  }
  return LIND_OK;
}
