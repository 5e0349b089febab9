/* twin_fit.c -- the mode of a posterior. Gauss-Newton: slopes of the true values by differences, the lanes of a pack being the
 * point and its neighbours; where an error's sd depends on the truth, with the information that lies in the sd, too.
 *
 * With e the standardised errors, u = e where errors are independent (else what is new in each), l = d ln sd/d truth:
 *   objective    1/2 |z|^2 + sum 1/2 u^2 + ln sd
 *   gradient     z + J' pull,   pull = d/d truth of the sum
 *   information  I + sum a a' + 2 sum l^2 j j',   a = rows of E[du/dz], j = rows of J
 */
#include <math.h>
#include <string.h>

#include "lind/draw.h"
#include "twin_inside.h"

enum { MOST_STEPS = 60 };
static const double half_log_two_pi = 0.91893853320467274178;
static const double longest = 3.0; /* prior sds that one number moves in a step */

lind_err lind_twin_posterior_take(const lind_twin_world *world, lind_arena *arena, lind_twin_posterior *posterior) {
  const size_t most = (size_t)world->most + 1;
  *posterior = (lind_twin_posterior){0};
  LIND_TAKE(posterior->z, arena, most);
  LIND_TAKE(posterior->covariance, arena, most * most);
  LIND_TAKE(posterior->root, arena, most * most);
  return LIND_OK;
}

/* ---- the objective at a point ---- */

/* Neighbour m of z: 0 is z itself, then each number up by the difference, then (central) each down. */
static void neighbour(const lind_twin *t, const double *z, int n, int m, double *point) {
  const double h = t->world->s.difference;
  memcpy(point, z, (size_t)n * sizeof *point);
  if (m > 0) point[(m - 1) % n] += m <= n ? h : -h;
}

static void keep_slopes(lind_twin *t, int n, int n_sights, int m, int lane) {
  const double h = t->world->s.difference;
  for (int k = 0; k < n_sights; k++) {
    const lind_twin_sight *sight = &t->patient->sights[k];
    const double f = lind_twin_line_output(t, lane, sight->record, sight->output);
    double *slope = &t->slopes[k * n + (m > 0 ? (m - 1) % n : 0)];
    if (m == 0)
      t->truth[k] = f;
    else if (!t->world->s.central)
      *slope = (f - t->truth[k]) / h;
    else
      *slope = m <= n ? f : (*slope - f) / (2.0 * h);
  }
}

static void run_neighbours(lind_twin *t, const lind_twin_layout *layout, const double *z, int n_sights) {
  const int n = layout->n, most = t->world->most, points = 1 + (t->world->s.central ? 2 : 1) * n;
  for (int from = 0; from < points; from += LIND_LANES) {
    const int rest = points - from, lanes = rest < LIND_LANES ? rest : LIND_LANES;
    lind_twin_life lives[LIND_LANES] = {{0}};
    for (int i = 0; i < lanes; i++) {
      double *point = t->point + i * (most + 1);
      neighbour(t, z, n, from + i, point);
      lives[i].z = point;
    }
    lind_twin_line_run(t, layout, lives, lanes);
    for (int i = 0; i < lanes; i++) keep_slopes(t, n, n_sights, from + i, i);
  }
}

/* Errors, pulls and what is new in each error; the sum of 1/2 u^2 + ln sd. */
static double weigh(lind_twin *t, int n_sights) {
  const lind_twin_world *w = t->world;
  double sum = 0.0;
  memset(t->pull, 0, (size_t)n_sights * sizeof *t->pull);
  for (int k = 0; k < n_sights; k++) {
    const lind_twin_sight *sight = &t->patient->sights[k];
    const lind_twin_error_terms here = lind_twin_error_at(w, sight->output, t->truth[k], sight->value);
    const int before = t->last[k] = lind_twin_error_before(w, t->patient, k);
    t->error[k] = here.e;
    t->expected[k] = here.expected;
    t->spread[k] = here.spread;
    double u = here.e, left = 1.0;
    if (before >= 0) {
      const double link = lind_twin_error_link(w, t->patient, k, before);
      const lind_twin_sight *other = &t->patient->sights[before];
      left = sqrt(1.0 - link * link);
      u = (u - link * t->error[before]) / left;
      t->pull[before] -= u * link / left * lind_twin_error_at(w, other->output, t->truth[before], other->value).slope;
    }
    t->pull[k] += u / left * here.slope + here.spread;
    sum += 0.5 * u * u + here.log_sd + log(left);
  }
  return sum;
}

/* Row k of E[du/dz], number i. */
static double row_at(const lind_twin *t, int n, int k, int i) {
  const int before = t->last[k];
  double a = t->expected[k] * t->slopes[k * n + i];
  if (before < 0) return a;
  const double link = lind_twin_error_link(t->world, t->patient, k, before);
  a -= link * t->expected[before] * t->slopes[before * n + i];
  return a / sqrt(1.0 - link * link);
}

static void inform(lind_twin *t, int n, int n_sights, const double *z, double *gradient, double *information) {
  for (int i = 0; i < n; i++) {
    gradient[i] = z[i];
    for (int k = 0; k < n_sights; k++) gradient[i] += t->slopes[k * n + i] * t->pull[k];
    for (int j = 0; j <= i; j++) {
      double sum = i == j ? 1.0 : 0.0;
      for (int k = 0; k < n_sights; k++)
        sum += row_at(t, n, k, i) * row_at(t, n, k, j) +
               2.0 * t->spread[k] * t->spread[k] * t->slopes[k * n + i] * t->slopes[k * n + j];
      information[i * n + j] = information[j * n + i] = sum;
    }
  }
}

/* INFINITY where somebody did not come to the end. */
static double evaluate(lind_twin *t, const lind_twin_layout *layout, const double *z, int n_sights, double *gradient,
                       double *information) {
  const int n = layout->n;
  if (n_sights > 0) run_neighbours(t, layout, z, n_sights);
  double sum = weigh(t, n_sights);
  for (int i = 0; i < n; i++) sum += 0.5 * z[i] * z[i];
  inform(t, n, n_sights, z, gradient, information);
  for (int i = 0; i < n; i++)
    if (!isfinite(gradient[i])) sum = INFINITY;
  return isfinite(sum) ? sum : INFINITY;
}

/* ---- steps ---- */

/* x = -(information + damping diagonal)^-1 gradient; the norm of x in the information, in posterior sds. */
static double step_at(lind_twin *t, int n, double damping) {
  double *x = t->step, *l = t->lower;
  memcpy(t->damped, t->information, (size_t)(n * n) * sizeof *t->damped);
  for (int i = 0; i < n; i++) t->damped[i * n + i] *= 1.0 + damping;
  (void)lind_draw_factor(t->damped, n, l);
  for (int i = 0; i < n; i++) {
    x[i] = -t->gradient[i];
    for (int j = 0; j < i; j++) x[i] -= l[i * n + j] * x[j];
    x[i] /= l[i * n + i];
  }
  for (int i = n - 1; i >= 0; i--) {
    for (int j = i + 1; j < n; j++) x[i] -= l[j * n + i] * x[j];
    x[i] /= l[i * n + i];
  }
  double largest = 0.0, norm = 0.0;
  for (int i = 0; i < n; i++) largest = fmax(largest, fabs(x[i]));
  for (int i = 0; largest > longest && i < n; i++) x[i] *= longest / largest;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) norm += x[i] * t->information[i * n + j] * x[j];
  return sqrt(norm);
}

static void accept(lind_twin *t, int n, double *z) {
  double *const gradient = t->gradient, *const information = t->information;
  memcpy(z, t->trial, (size_t)n * sizeof *z);
  t->gradient = t->next_gradient;
  t->next_gradient = gradient;
  t->information = t->next_information;
  t->next_information = information;
}

static void climb(lind_twin *t, int n_sights, lind_twin_posterior *p) {
  const int n = p->layout.n;
  double damping = 0.0;
  for (p->steps = 0; p->steps < MOST_STEPS && !p->converged && isfinite(p->objective) && n > 0; p->steps++) {
    const double norm = step_at(t, n, damping);
    for (int i = 0; i < n; i++) t->trial[i] = p->z[i] + t->step[i];
    const double next = evaluate(t, &p->layout, t->trial, n_sights, t->next_gradient, t->next_information);
    const double rounding = 1e-12 * (1.0 + fabs(p->objective)) + 10.0 * t->world->s.tolerance.relative * norm;
    if (next <= p->objective + rounding) {
      accept(t, n, p->z);
      p->objective = next;
      damping = damping > 1e-4 ? 0.1 * damping : 0.0;
      p->converged = norm < t->world->s.close;
    } else {
      damping = fmax(1e-3, 10.0 * damping);
      if (damping > 1e12) break;
    }
  }
  p->converged |= n == 0 && isfinite(p->objective);
}

/* covariance = information^-1, its root, ln det information. */
static double invert(lind_twin *t, int n, lind_twin_posterior *p) {
  double *l = t->lower, log_det = 0.0;
  (void)lind_draw_factor(t->information, n, l);
  for (int c = 0; c < n; c++) { /* L^-1 by columns, into `damped` */
    for (int i = 0; i < n; i++) {
      double sum = i == c ? 1.0 : 0.0;
      for (int j = c; j < i; j++) sum -= l[i * n + j] * t->damped[j * n + c];
      t->damped[i * n + c] = i < c ? 0.0 : sum / l[i * n + i];
    }
    log_det += 2.0 * log(l[c * n + c]);
  }
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      double sum = 0.0;
      for (int k = i > j ? i : j; k < n; k++) sum += t->damped[k * n + i] * t->damped[k * n + j];
      p->covariance[i * n + j] = sum;
    }
  (void)lind_draw_factor(p->covariance, n, p->root);
  return log_det;
}

void lind_twin_fit(lind_twin *t, const lind_twin_patient *patient, int n_sights, bool start, lind_twin_posterior *p) {
  const int record = n_sights > 0 ? patient->sights[n_sights - 1].record : patient->n > 0 ? 0 : -1;
  const lind_twin_layout before = p->layout;
  lind_twin_line_layout(t->world, patient, record, &p->layout);
  const int n = p->layout.n;
  const bool goes_on = start && before.n_occasions == p->layout.n_occasions && t->world->n_drifts <= 1 && before.n <= n;
  for (int i = goes_on ? before.n : 0; i < n; i++) p->z[i] = 0.0;
  p->converged = false;
  lind_twin_line_begin(t, patient, record + 1);
  p->objective = evaluate(t, &p->layout, p->z, n_sights, t->gradient, t->information);
  if (goes_on && !isfinite(p->objective)) { /* what went before leads nowhere: from the middle of the prior */
    memset(p->z, 0, (size_t)n * sizeof *p->z);
    p->objective = evaluate(t, &p->layout, p->z, n_sights, t->gradient, t->information);
  }
  climb(t, n_sights, p);
  if (!isfinite(p->objective)) { /* nothing was learnt: the prior */
    memset(t->information, 0, (size_t)(n * n) * sizeof *t->information);
    for (int i = 0; i < n; i++) t->information[i * n + i] = 1.0;
  }
  const double log_det = invert(t, n, p);
  p->evidence = -p->objective - half_log_two_pi * n_sights - 0.5 * log_det;
}
