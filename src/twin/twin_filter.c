/* twin_filter.c -- particles: z's that follow the record visit by visit. A particle keeps its whole past and lives it again up to
 * each visit, so that nothing of it is stale when its effects are moved. Who is drawn for is the patient, why is a name with the
 * visit in it, when is the particle and the number.
 *
 * Learning: weights times the density of what was measured. Below n/2 effective particles: systematic resampling, then moves that
 * leave the posterior as it is: a random walk of the effects, its shape the particles' own covariance (2.38^2 / dimension), and
 * for drifts a step that leaves their prior as it is (sqrt(1 - s^2) z + s new). Sources: Gordon, Salmond & Smith 1993,
 * doi:10.1049/ip-f-2.1993.0015; Gilks & Berzuini 2001, doi:10.1111/1467-9868.00280 (resample-move).
 */
#include <math.h>
#include <string.h>

#include "lind/draw.h"
#include "twin_inside.h"

static const double drift_step = 0.3;

lind_err lind_twin_particles_take(const lind_twin_world *world, int n, int moves, lind_arena *arena,
                                  lind_twin_particles *particles) {
  lind_twin_particles p = {.world = world, .n = n, .most = world->most, .moves = moves};
  LIND_CHECK(n >= 2 && n <= LIND_TWIN_AHEAD, LIND_ERR_INPUT, "%d particles; 2 to %d would be right", n, LIND_TWIN_AHEAD);
  LIND_TAKE(p.z, arena, (size_t)n * (size_t)p.most + 1);
  LIND_TAKE(p.scratch, arena, (size_t)n * (size_t)p.most + 1);
  LIND_TAKE(p.weight, arena, n);
  LIND_TAKE(p.likelihood, arena, 2 * n);
  LIND_TAKE(p.parent, arena, n);
  for (int i = 0; i < n; i++) p.weight[i] = 1.0 / n;
  *particles = p;
  return LIND_OK;
}

static lind_purpose named(const char *what, int visit, int move) {
  char words[64];
  (void)snprintf(words, sizeof words, "twin/%s/%d/%d", what, visit, move);
  return lind_random_purpose(words);
}

/* ---- z grows with the record ---- */

/* Row i in the new layout: what it has is kept, what is new is drawn from the prior. */
static void grow_one(const lind_twin_particles *p, lind_who who, const lind_twin_layout *to, int i, double *row) {
  const lind_twin_world *w = p->world;
  int random, drift, index, old_random, old_drift, old_index, old = 0;
  const double *z = p->z + (size_t)i * (size_t)p->most;
  for (int k = 0; k < to->n; k++) {
    lind_twin_name(w, to, k, &random, &drift, &index);
    if (old < p->layout.n) {
      lind_twin_name(w, &p->layout, old, &old_random, &old_drift, &old_index);
      if (random == old_random && drift == old_drift && index == old_index) {
        row[k] = z[old++];
        continue;
      }
    }
    lind_purpose purpose = random >= 0 ? w->purposes[random] : 0;
    for (int d = 0; d < w->n_drifts; d++)
      if (w->drifts[d].drift == drift) purpose = w->drifts[d].purpose;
    row[k] = lind_random_normal(who, purpose, (uint32_t)(i * LIND_TWIN_AHEAD + index));
  }
}

static void swap(lind_twin_particles *p) {
  double *z = p->z;
  p->z = p->scratch;
  p->scratch = z;
}

static void grow(lind_twin_particles *p, lind_who who, const lind_twin_layout *to) {
  for (int i = 0; i < p->n; i++) grow_one(p, who, to, i, p->scratch + (size_t)i * (size_t)p->most);
  swap(p);
  p->layout = *to;
}

/* ---- log likelihood of sights [from, to) ---- */

static void judge(lind_twin *t, const lind_twin_particles *p, const double *z, int from, int to, double *likelihood) {
  for (int s = 0; s < p->n; s += LIND_LANES) {
    const int rest = p->n - s, lanes = rest < LIND_LANES ? rest : LIND_LANES;
    lind_twin_life lives[LIND_LANES] = {{0}};
    for (int i = 0; i < lanes; i++) lives[i].z = z + (size_t)(s + i) * (size_t)p->most;
    lind_twin_line_run(t, &p->layout, lives, lanes);
    for (int i = 0; i < lanes; i++) likelihood[s + i] = lind_twin_error_likelihood(t, i, from, to);
  }
}

/* weight times exp(likelihood), scaled to sum 1; the log of the sum before. -INFINITY: nobody can have done this. */
static double learn(lind_twin_particles *p, const double *likelihood) {
  double largest = -INFINITY, sum = 0.0;
  for (int i = 0; i < p->n; i++) {
    p->likelihood[i] += likelihood[i];
    if (p->weight[i] > 0.0 && likelihood[i] > largest) largest = likelihood[i];
  }
  if (!isfinite(largest)) return -INFINITY;
  for (int i = 0; i < p->n; i++) sum += p->weight[i] *= exp(likelihood[i] - largest);
  for (int i = 0; i < p->n; i++) p->weight[i] /= sum;
  return largest + log(sum);
}

static double effective(const lind_twin_particles *p) {
  double sum = 0.0;
  for (int i = 0; i < p->n; i++) sum += p->weight[i] * p->weight[i];
  return 1.0 / sum;
}

/* ---- resampling and moves ---- */

static void resample(lind_twin_particles *p, lind_who who, int visit) {
  const double u = lind_random_uniform(who, lind_random_purpose("twin/resample"), (uint32_t)visit);
  double sum = p->weight[0];
  for (int i = 0, from = 0; i < p->n; i++) {
    while ((i + u) / p->n > sum && from < p->n - 1) sum += p->weight[++from];
    p->parent[i] = from;
  }
  for (int i = 0; i < p->n; i++) {
    memcpy(p->scratch + (size_t)i * (size_t)p->most, p->z + (size_t)p->parent[i] * (size_t)p->most,
           (size_t)p->layout.n * sizeof *p->z);
    p->likelihood[p->n + i] = p->likelihood[p->parent[i]];
    p->weight[i] = 1.0 / p->n;
  }
  swap(p);
  memcpy(p->likelihood, p->likelihood + p->n, (size_t)p->n * sizeof *p->likelihood);
  p->resampled++;
}

static int effects_of(const lind_twin_particles *p) {
  int n = p->layout.n, random, drift, index;
  while (n > 0 && (lind_twin_name(p->world, &p->layout, n - 1, &random, &drift, &index), random < 0)) n--;
  return n;
}

/* The root of the effects' covariance, in root[n][n]. */
static void shape(const lind_twin_particles *p, int n, double *matrix, double *mean, double *root) {
  for (int k = 0; k < n; k++) mean[k] = 0.0;
  for (int i = 0; i < p->n; i++)
    for (int k = 0; k < n; k++) mean[k] += p->z[(size_t)i * (size_t)p->most + (size_t)k] / p->n;
  for (int k = 0; k < n; k++)
    for (int j = 0; j <= k; j++) {
      double sum = k == j ? 1e-12 : 0.0;
      for (int i = 0; i < p->n; i++) {
        const double *z = p->z + (size_t)i * (size_t)p->most;
        sum += (z[k] - mean[k]) * (z[j] - mean[j]) / p->n;
      }
      matrix[k * n + j] = matrix[j * n + k] = sum;
    }
  (void)lind_draw_factor(matrix, n, root);
}

/* A proposal for each particle, in scratch: its effects (the first n) move, or its drifts. */
static void propose(lind_twin_particles *p, lind_who who, lind_purpose why, bool effects, int n, const double *root) {
  const double scale = n > 0 ? 2.38 / sqrt(n) : 0.0, rest = sqrt(1.0 - drift_step * drift_step);
  for (int i = 0; i < p->n; i++) {
    const double *z = p->z + (size_t)i * (size_t)p->most;
    double *to = p->scratch + (size_t)i * (size_t)p->most;
    memcpy(to, z, (size_t)p->layout.n * sizeof *to);
    for (int j = effects ? 0 : n; j < (effects ? n : p->layout.n); j++) {
      const double fresh = lind_random_normal(who, why, (uint32_t)(i * LIND_TWIN_AHEAD + j));
      if (j >= n)
        to[j] = rest * z[j] + drift_step * fresh;
      else
        for (int k = j; k < n; k++) to[k] += scale * root[k * n + j] * fresh;
    }
  }
}

static void move(lind_twin *t, const lind_twin_patient *patient, lind_twin_particles *p, int visit, int number) {
  const int n = effects_of(p);
  const lind_purpose accepts = named("accept", visit, number);
  int accepted = 0;
  shape(p, n, t->damped, t->gradient, t->lower);
  const bool drifts = n == 0 || (n < p->layout.n && number % 2 == 1); /* by turns */
  propose(p, patient->who, named("move", visit, number), !drifts, n, t->lower);
  judge(t, p, p->scratch, 0, p->seen, p->likelihood + p->n);
  for (int i = 0; i < p->n; i++) {
    double *z = p->z + (size_t)i * (size_t)p->most, *to = p->scratch + (size_t)i * (size_t)p->most;
    double gain = p->likelihood[p->n + i] - p->likelihood[i];
    for (int k = 0; k < n; k++) gain += 0.5 * (z[k] * z[k] - to[k] * to[k]);
    if (!(log(lind_random_uniform(patient->who, accepts, (uint32_t)i)) < gain)) continue;
    memcpy(z, to, (size_t)p->layout.n * sizeof *z);
    p->likelihood[i] = p->likelihood[p->n + i];
    accepted++;
  }
  p->accepted = (double)accepted / p->n;
}

bool lind_twin_filter(lind_twin *t, const lind_twin_patient *patient, lind_twin_particles *p, lind_twin_judgement *judgement) {
  const int from = p->seen;
  lind_twin_layout layout;
  int to = from;
  if (from >= patient->n_sights) return false;
  const double now = patient->records[patient->sights[from].record].time;
  while (to < patient->n_sights && patient->records[patient->sights[to].record].time == now) to++;
  const int record = patient->sights[to - 1].record;
  lind_twin_line_layout(p->world, patient, record, &layout);
  grow(p, patient->who, &layout);
  lind_twin_line_begin(t, patient, record + 1);
  judge(t, p, p->z, from, to, p->likelihood + p->n);
  p->seen = to;
  *judgement = (lind_twin_judgement){.score = learn(p, p->likelihood + p->n)};
  judgement->effective = effective(p);
  if (judgement->effective >= 0.5 * p->n || !isfinite(judgement->score)) return true;
  judgement->resampled = true;
  resample(p, patient->who, from);
  for (int m = 0; m < p->moves; m++) move(t, patient, p, from, m);
  return true;
}
