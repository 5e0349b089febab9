#include "lind/shadow.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "desk_scratch.h"
#include "frame.h"
#include "values.h"

enum { MOST_STEPS = 12, MOST_KNOWN = 64 };

/* ---- points about the mode: [n_randoms] standard normal coordinates and a weight */

static int n_points(int n) {
  if (n <= 3) return n == 0 ? 1 : n == 1 ? 5 : n == 2 ? 9 : 27;
  return 2 * n;
}

static double point_of(int n, int k, double *t) {
  static const double node5[] = {-2.85697001387280565, -1.35562617997426587, 0.0, 1.35562617997426587, 2.85697001387280565},
                      weight5[] = {0.0112574113277206889, 0.222075922005612644, 0.533333333333333333, 0.222075922005612644,
                                   0.0112574113277206889},
                      node3[] = {-1.73205080756887729, 0.0, 1.73205080756887729}, weight3[] = {1.0 / 6.0, 2.0 / 3.0, 1.0 / 6.0};
  double weight = 1.0;
  if (n > 3) { /* two an axis, at the distance that makes the covariance right */
    for (int e = 0; e < n; e++) t[e] = e == k / 2 ? (k % 2 ? -sqrt(n) : sqrt(n)) : 0.0;
    return 0.5 / n;
  }
  for (int e = 0; e < n; e++) {
    const int m = n == 1 ? 5 : 3, at = k % m;
    t[e] = n == 1 ? node5[at] : node3[at];
    weight *= n == 1 ? weight5[at] : weight3[at];
    k /= m;
  }
  return weight;
}

static size_t reals(const lind_plan *plan) {
  const size_t n = (size_t)plan->model->n_randoms;
  return (2 * n + n * n + (size_t)n_points((int)n)) * lind_plan_seats_in_memory(plan) + 1;
}

size_t lind_shadow_bytes(const lind_plan *plan) { return lind_plan_desk_bytes(plan) + reals(plan) * sizeof(double); }

lind_err lind_shadow_create(const lind_plan *plan, lind_shadow *shadow) {
  const size_t n = (size_t)plan->model->n_randoms;
  *shadow = (lind_shadow){0};
  LIND_TRY(lind_desk_create(plan, &shadow->desk));
  shadow->mode = calloc(reals(plan), sizeof(double));
  if (shadow->mode == NULL) lind_shadow_release(shadow);
  LIND_CHECK(shadow->mode != NULL, LIND_ERR_MEMORY, "no memory for twins");
  shadow->effects = shadow->mode + n * (size_t)shadow->desk->capacity;
  shadow->root = shadow->effects + n * (size_t)shadow->desk->capacity;
  shadow->weight = shadow->root + n * n * (size_t)shadow->desk->capacity;
  return LIND_OK;
}

void lind_shadow_release(lind_shadow *shadow) {
  lind_desk_destroy(&shadow->desk);
  free(shadow->mode);
  *shadow = (lind_shadow){0};
}

void lind_shadow_seat(lind_shadow *shadow, const lind_desk *trial, int n, int arm) {
  lind_desk *desk = shadow->desk;
  const lind_plan *plan = desk->plan;
  desk->replicate = trial->replicate;
  desk->first_seat = trial->first_seat;
  desk->n = n;
  desk->effects = NULL;
  desk->expected = false;
  if (plan->unsure != NULL) {
    const lind_err err = lind_values_draw(plan, trial->replicate, &desk->values);
    assert(err == LIND_OK); /* planning has tried it */
    (void)err;
  }
  for (int slot = 0; slot < plan->cohort->n_slots; slot++)
    memcpy(desk->row + (size_t)slot * (size_t)desk->capacity, trial->row + (size_t)slot * (size_t)trial->capacity,
           (size_t)n * sizeof *desk->row);
  memcpy(desk->seated, trial->seated, (size_t)n);
  memcpy(desk->attempts, trial->attempts, (size_t)n);
  memcpy(desk->stratum, trial->stratum, (size_t)n * sizeof *desk->stratum);
  memset(desk->arm, arm, (size_t)n);
  for (int g = 0; g < plan->n_groupings; g++)
    memcpy(desk->group + (size_t)g * (size_t)desk->capacity, trial->group + (size_t)g * (size_t)trial->capacity,
           (size_t)n * sizeof *desk->group);
}

/* ---- what the baseline says
 * ------------------------------------------------------------------------------------------------------- */

typedef struct look { /* one person's measurements of time 0 */
  int n;
  int output[MOST_KNOWN];
  double y[MOST_KNOWN], a[MOST_KNOWN], b[MOST_KNOWN];
} look;

static void find_measurements(const lind_shadow *shadow, const lind_desk *trial, int s, look *seen) {
  const lind_plan *plan = shadow->desk->plan;
  const size_t most = (size_t)trial->plan->most_visits;
  seen->n = 0;
  if (trial->n_visits[s] == 0 || trial->time[(size_t)s * most] != 0.0) return; /* not there on day 1 */
  for (int m = 0; m < plan->n_measures && seen->n < MOST_KNOWN; m++) {
    const lind_model_output *output = &plan->model->outputs[plan->measures[m].output];
    const double y = trial->value[((size_t)s * (size_t)trial->plan->n_measures + (size_t)m) * most] * output->unit.scale;
    if (output->residual == LIND_ERROR_NONE || output->residual == LIND_ERROR_SENSOR || isnan(y)) continue;
    seen->output[seen->n] = plan->measures[m].output;
    seen->a[seen->n] = shadow->desk->values.residuals[m].a;
    seen->b[seen->n] = shadow->desk->values.residuals[m].b;
    seen->y[seen->n++] = y;
  }
}

/* Outputs at time 0 in 8 lanes, lane i with independent effects z[i]. */
static void evaluate(const lind_shadow *shadow, double z[LIND_LANES][LIND_FRAME_RANDOMS]) {
  static const lind_lane beginning = {{0}};
  const lind_plan *plan = shadow->desk->plan;
  const lind_model *model = plan->model;
  const lind_kernel *kernel = &model->kernel;
  lind_desk_scratch *s = shadow->desk->scratch;
  for (int k = 0; k < model->n_randoms; k++)
    for (int i = 0; i < LIND_LANES; i++) {
      double eta = 0.0;
      for (int j = 0; j <= k; j++) eta += shadow->desk->values.factor[k * model->n_randoms + j] * z[i][j];
      s->frame[model->randoms[k].slot].of[i] = eta;
    }
  kernel->individual(kernel->self, s->frame);
  kernel->initial(kernel->self, s->frame, s->x);
  for (int k = 0; k < kernel->n_delays; k++) s->x[kernel->n_states + k] = s->x[kernel->delayed[k]];
  kernel->outputs(kernel->self, &beginning, s->frame, s->x, s->y);
}

/* y and the slopes of the known outputs at z, by differences in the lanes beside it. */
static void slopes_at(const lind_shadow *shadow, const look *seen, const double *z, double *y,
                      double slope[MOST_KNOWN][LIND_FRAME_RANDOMS]) {
  const int n = shadow->desk->plan->model->n_randoms;
  const double h = 1e-4;
  for (int first = 0; first < n || first == 0; first += LIND_LANES - 1) {
    double at[LIND_LANES][LIND_FRAME_RANDOMS];
    for (int i = 0; i < LIND_LANES; i++) memcpy(at[i], z, (size_t)n * sizeof *z);
    for (int i = 1; i < LIND_LANES && first + i - 1 < n; i++) at[i][first + i - 1] += h;
    evaluate(shadow, at);
    for (int m = 0; m < seen->n; m++) {
      const lind_lane *out = &shadow->desk->scratch->y[seen->output[m]];
      y[m] = out->of[0];
      for (int i = 1; i < LIND_LANES && first + i - 1 < n; i++) slope[m][first + i - 1] = (out->of[i] - out->of[0]) / h;
    }
  }
}

/* Cholesky root of the n x n matrix in place (lower); it has the identity in it, hence it is positive. */
static void root_of(double *matrix, int n) {
  for (int j = 0; j < n; j++)
    for (int i = j; i < n; i++) {
      double sum = matrix[i * n + j];
      for (int k = 0; k < j; k++) sum -= matrix[i * n + k] * matrix[j * n + k];
      matrix[i * n + j] = i == j ? sqrt(sum) : sum / matrix[j * n + j];
    }
}

static void solve_lower(const double *l, int n, double *b) {
  for (int i = 0; i < n; i++) {
    for (int k = 0; k < i; k++) b[i] -= l[i * n + k] * b[k];
    b[i] /= l[i * n + i];
  }
}

static void solve_upper(const double *l, int n, double *b) { /* with l transposed */
  for (int i = n - 1; i >= 0; i--) {
    for (int k = i + 1; k < n; k++) b[i] -= l[k * n + i] * b[k];
    b[i] /= l[i * n + i];
  }
}

/* One step of Gauss and Newton towards the mode of z; precision receives I + J' R^-1 J as its root. */
static double step_to_mode(const lind_shadow *shadow, const look *seen, double *z, double *precision) {
  const int n = shadow->desk->plan->model->n_randoms;
  double y[MOST_KNOWN], slope[MOST_KNOWN][LIND_FRAME_RANDOMS], right[LIND_FRAME_RANDOMS] = {0}, moved = 0.0;
  slopes_at(shadow, seen, z, y, slope);
  for (int i = 0; i < n * n; i++) precision[i] = i / n == i % n ? 1.0 : 0.0;
  for (int m = 0; m < seen->n; m++) {
    const lind_model_output *output = &shadow->desk->plan->model->outputs[seen->output[m]];
    const double sd = lind_model_spread(output->residual, seen->a[m], seen->b[m], y[m]);
    if (!(sd > 0.0)) continue;
    double aim = seen->y[m] - y[m];
    for (int k = 0; k < n; k++) aim += slope[m][k] * z[k];
    for (int i = 0; i < n; i++) {
      right[i] += slope[m][i] * aim / (sd * sd);
      for (int j = 0; j < n; j++) precision[i * n + j] += slope[m][i] * slope[m][j] / (sd * sd);
    }
  }
  root_of(precision, n);
  solve_lower(precision, n, right);
  solve_upper(precision, n, right);
  for (int k = 0; k < n; k++) {
    const double step = fmax(-1.0, fmin(right[k] - z[k], 1.0));
    moved = fmax(moved, fabs(step));
    z[k] += step;
  }
  return moved;
}

/* The covariance of z is the inverse of the precision L L': its root is L'^-1, whose columns solve L' x = e. */
static void keep_law(lind_shadow *shadow, int s, const double *z, const double *precision) {
  const lind_plan *plan = shadow->desk->plan;
  const int n = plan->model->n_randoms, capacity = shadow->desk->capacity;
  const double *factor = shadow->desk->values.factor;
  for (int k = 0; k < n; k++) {
    double eta = 0.0;
    for (int j = 0; j <= k; j++) eta += factor[k * n + j] * z[j];
    shadow->mode[k * capacity + s] = eta;
  }
  for (int c = 0; c < n; c++) {
    double column[LIND_FRAME_RANDOMS] = {0};
    column[c] = 1.0;
    solve_upper(precision, n, column);
    for (int k = 0; k < n; k++) {
      double sum = 0.0;
      for (int j = 0; j <= k; j++) sum += factor[k * n + j] * column[j];
      shadow->root[(k * n + c) * capacity + s] = sum;
    }
  }
}

/* Log density of the measurements and of z, at the points [first, first + 8) about the mode; t receives their coordinates. */
static void weigh_points(lind_shadow *shadow, int s, const look *seen, const double *mode, const double *precision, int first,
                         double logs[LIND_LANES]) {
  const int n = shadow->desk->plan->model->n_randoms, all = n_points(n);
  double z[LIND_LANES][LIND_FRAME_RANDOMS] = {{0}}, t[LIND_FRAME_RANDOMS];
  for (int i = 0; i < LIND_LANES; i++) {
    logs[i] = log(point_of(n, first + i < all ? first + i : 0, t));
    for (int e = 0; e < n; e++) logs[i] += 0.5 * t[e] * t[e];
    solve_upper(precision, n, t);
    for (int e = 0; e < n; e++) {
      z[i][e] = mode[e] + t[e];
      logs[i] -= 0.5 * z[i][e] * z[i][e];
    }
  }
  evaluate(shadow, z);
  for (int i = 0; i < LIND_LANES; i++)
    for (int m = 0; m < seen->n; m++) {
      const lind_model_output *output = &shadow->desk->plan->model->outputs[seen->output[m]];
      const double y = shadow->desk->scratch->y[seen->output[m]].of[i];
      logs[i] += lind_model_log_density(output->residual, seen->a[m], seen->b[m], y, seen->y[m]);
    }
  for (int i = 0; i < LIND_LANES && first + i < all; i++) shadow->weight[(first + i) * shadow->desk->capacity + s] = logs[i];
}

/* From logarithms to weights that sum to 1. */
static void weigh(lind_shadow *shadow, int s, const look *seen, const double *mode, const double *precision) {
  const int all = n_points(shadow->desk->plan->model->n_randoms), capacity = shadow->desk->capacity;
  double logs[LIND_LANES], most = -INFINITY, sum = 0.0;
  for (int first = 0; first < all; first += LIND_LANES) weigh_points(shadow, s, seen, mode, precision, first, logs);
  for (int k = 0; k < all; k++) most = fmax(most, shadow->weight[k * capacity + s]);
  for (int k = 0; k < all; k++) {
    double *weight = &shadow->weight[k * capacity + s];
    *weight = isfinite(*weight) ? exp(*weight - most) : 0.0;
    sum += *weight;
  }
  for (int k = 0; k < all; k++) shadow->weight[k * capacity + s] /= sum; /* NAN where nothing is possible: no forecast */
}

/* The frame of one person in all lanes. */
static void sit(lind_shadow *shadow, const lind_desk *trial, int s) {
  const lind_plan *plan = shadow->desk->plan;
  lind_lane *rules = shadow->desk->scratch->rules;
  for (int slot = 0; slot < plan->cohort->n_slots; slot++)
    for (int i = 0; i < LIND_LANES; i++) rules[slot].of[i] = trial->row[(size_t)slot * (size_t)trial->capacity + (size_t)s];
  lind_frame_fill(plan, &shadow->desk->values, shadow->desk->arm[s], rules, shadow->desk->scratch->frame);
  for (int d = 0; d < plan->model->n_drifts; d++)
    for (int i = 0; i < LIND_LANES; i++) shadow->desk->scratch->frame[plan->model->drifts[d].slot].of[i] = 0.0;
}

void lind_shadow_know(lind_shadow *shadow, const lind_desk *trial, int from, int to) {
  for (int s = from; s < to; s++) {
    if (!trial->seated[s]) continue;
    double z[LIND_FRAME_RANDOMS] = {0}, precision[LIND_FRAME_RANDOMS * LIND_FRAME_RANDOMS];
    look seen;
    find_measurements(shadow, trial, s, &seen);
    sit(shadow, trial, s);
    for (int k = 0; k < MOST_STEPS; k++)
      if (step_to_mode(shadow, &seen, z, precision) < 1e-6) break;
    keep_law(shadow, s, z, precision);
    weigh(shadow, s, &seen, z, precision);
  }
}

int lind_shadow_points(const lind_shadow *shadow) { return n_points(shadow->desk->plan->model->n_randoms); }

void lind_shadow_point(lind_shadow *shadow, int k, int from, int to) {
  lind_desk *desk = shadow->desk;
  const int n = desk->plan->model->n_randoms;
  double t[LIND_FRAME_RANDOMS] = {0};
  (void)point_of(n, k, t);
  for (int s = from; s < to; s++)
    for (int e = 0; e < n; e++) {
      double *effect = &shadow->effects[e * desk->capacity + s];
      *effect = shadow->mode[e * desk->capacity + s];
      for (int c = 0; c < n; c++) *effect += shadow->root[(e * n + c) * desk->capacity + s] * t[c];
    }
  desk->effects = shadow->effects;
  desk->expected = true;
}
