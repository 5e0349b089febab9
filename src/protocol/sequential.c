/* sequential.c -- recursive integration over the looks (Armitage, McPherson & Rowe 1969, doi:10.2307/2343787; Jennison & Turnbull
 * 2000, chapter 19): the density of z_k among the trials that go on, from look to look, on Gauss-Legendre nodes.
 *
 * A field is that density at one look as weighted points. Before the first look it is one point: information 0. As a function of
 * z_k all that is integrated varies over min(sqrt((t_k - t_{k-1}) / t_k), sqrt((t_{k+1} - t_k) / t_k), 1); a panel is at most
 * twice that wide and has 12 nodes, which leaves 1e-12. */
#include "lind/sequential.h"

#include <math.h>

#include "lind/draw.h"

enum { NODES = 12, PANELS = 400 };

/* Gauss-Legendre nodes and weights on [-1, 1], the positive half (Abramowitz & Stegun, table 25.4). */
static const double node[NODES / 2] = {0.125233408511468916, 0.367831498998180194, 0.587317954286617447,
                                       0.769902674194304687, 0.904117256370474857, 0.981560634246719251};
static const double weight[NODES / 2] = {0.249147045813402785, 0.233492536538354809, 0.203167426723065922,
                                         0.160078328543346226, 0.106939325995318431, 0.047175336386511827};

typedef struct field {
  int n;
  double t, drift;
  double z[PANELS * NODES], mass[PANELS * NODES];
} field;

static void begin(field *f, double drift) {
  f->n = 1;
  f->t = 0.0;
  f->drift = drift;
  f->z[0] = 0.0;
  f->mass[0] = 1.0;
}

/* P(z >= c at information t, and no look stopped before); downwards: z <= c. */
static double beyond(const field *f, double t, double c, int down) {
  const double s = 1.0 / sqrt(t - f->t), from = sqrt(f->t), shift = f->drift * (t - f->t);
  double sum = 0.0;
  for (int i = 0; i < f->n; i++) {
    const double x = (c * sqrt(t) - f->z[i] * from - shift) * s;
    sum += f->mass[i] * lind_draw_normal_cdf(down ? x : -x);
  }
  return sum;
}

/* The bound that `wanted` crosses; the chance falls as the bound moves out. Bisection on secant steps. */
static double bound(const field *f, double t, double wanted, int down) {
  const double out = down ? -1.0 : 1.0;
  double near = -40.0, far = 40.0; /* distance outwards: crossed for sure, and never */
  if (wanted <= 0.0 || beyond(f, t, out * far, down) >= wanted) return out * INFINITY;
  if (beyond(f, t, out * near, down) <= wanted) return -out * INFINITY;
  for (int i = 0; i < 200 && far - near > 1e-14 * fmax(1.0, fabs(far)); i++) {
    const double middle = 0.5 * (near + far);
    if (beyond(f, t, out * middle, down) > wanted)
      near = middle;
    else
      far = middle;
  }
  return out * 0.5 * (near + far);
}

/* Over the looks that go on: z in (lower, upper) at information t, when the look after it is at `next`. */
static void advance(const field *f, double t, double next, double lower, double upper, field *to) {
  const double step = t - f->t, s = sqrt(t / step), from = sqrt(f->t / t), shift = f->drift * step / sqrt(t);
  const double mean = f->drift * sqrt(t), low = fmax(lower, mean - 9.0), high = fmin(upper, mean + 9.0);
  const double fine = 2.0 * fmin(1.0, fmin(sqrt(step / t), sqrt((next - t) / t)));
  const int wanted = high > low ? (int)ceil((high - low) / fine) : 0, panels = wanted < PANELS ? wanted : PANELS;
  to->n = panels * NODES;
  to->t = t;
  to->drift = f->drift;
  for (int p = 0, at = 0; p < panels; p++) {
    const double half = 0.5 * (high - low) / panels, middle = low + (2 * p + 1) * half;
    for (int k = 0; k < NODES; k++, at++) {
      const int pair = k / 2;
      const double z = middle + (k % 2 == 0 ? -half : half) * node[pair];
      double density = 0.0;
      for (int i = 0; i < f->n; i++) {
        const double x = (z - f->z[i] * from - shift) * s;
        if (fabs(x) < 39.0) density += f->mass[i] * exp(-0.5 * x * x);
      }
      to->z[at] = z;
      to->mass[at] = density * s * weight[pair] * half * (M_2_SQRTPI * M_SQRT1_2 / 2.0);
    }
  }
}

static double after(const lind_sequential *looks, int k) { return looks->t[k + 1 < looks->n ? k + 1 : k]; }

void lind_sequential_cross(const lind_sequential *looks, double drift, double *above, double *below) {
  field pair[2];
  begin(&pair[0], drift);
  for (int k = 0; k < looks->n; k++) {
    const field *now = &pair[k % 2];
    above[k] = isinf(looks->upper[k]) ? 0.0 : beyond(now, looks->t[k], looks->upper[k], 0);
    below[k] = isinf(looks->lower[k]) ? 0.0 : beyond(now, looks->t[k], looks->lower[k], 1);
    if (k + 1 < looks->n) advance(now, looks->t[k], after(looks, k), looks->lower[k], looks->upper[k], &pair[(k + 1) % 2]);
  }
}

void lind_sequential_spend(lind_sequential *looks, const double *spent, int symmetric) {
  field pair[2];
  begin(&pair[0], 0.0);
  for (int k = 0; k < looks->n; k++) {
    const field *now = &pair[k % 2];
    looks->upper[k] = bound(now, looks->t[k], spent[k] - (k > 0 ? spent[k - 1] : 0.0), 0);
    if (symmetric) looks->lower[k] = -looks->upper[k];
    if (k + 1 < looks->n)
      advance(now, looks->t[k], after(looks, k), symmetric ? looks->lower[k] : -INFINITY, looks->upper[k], &pair[(k + 1) % 2]);
  }
}

static double crossing(const lind_sequential *looks, double drift) {
  double above[LIND_SEQUENTIAL_LOOKS], below[LIND_SEQUENTIAL_LOOKS], sum = 0.0;
  lind_sequential_cross(looks, drift, above, below);
  for (int k = 0; k < looks->n; k++) sum += above[k];
  return sum;
}

double lind_sequential_shape(lind_sequential *looks, double alpha, double delta, int symmetric) {
  double low = 0.0, high = 40.0;
  for (int i = 0; i < 60; i++) {
    const double c = 0.5 * (low + high);
    for (int k = 0; k < looks->n; k++) {
      looks->upper[k] = c * pow(looks->t[k], delta - 0.5);
      looks->lower[k] = symmetric ? -looks->upper[k] : -INFINITY;
    }
    if (crossing(looks, 0.0) > alpha)
      low = c;
    else
      high = c;
  }
  return 0.5 * (low + high);
}

double lind_sequential_drift(const lind_sequential *looks, double power) {
  double low = 0.0, high = 1.0;
  while (crossing(looks, high) < power && high < 64.0) high *= 2.0;
  for (int i = 0; i < 60; i++) {
    const double drift = 0.5 * (low + high);
    if (crossing(looks, drift) < power)
      low = drift;
    else
      high = drift;
  }
  return 0.5 * (low + high);
}

/* ---- futility: two fields side by side, where there is no effect and where there is */

typedef struct futility {
  field null[2], effect[2];
} futility;

/* Bounds for one drift; returns by how much the lower bound that is sought at the last look lies above the upper one. */
static double meet(lind_sequential *looks, const double *spent, const double *lost, int binding, double drift, futility *f) {
  double excess = 0.0;
  begin(&f->null[0], 0.0);
  begin(&f->effect[0], drift);
  for (int k = 0; k < looks->n; k++) {
    const field *null = &f->null[k % 2], *effect = &f->effect[k % 2];
    const double t = looks->t[k];
    if (binding) looks->upper[k] = bound(null, t, spent[k] - (k > 0 ? spent[k - 1] : 0.0), 0);
    looks->lower[k] = bound(effect, t, lost[k] - (k > 0 ? lost[k - 1] : 0.0), 1);
    excess = looks->lower[k] - looks->upper[k];
    if (excess >= 0.0 && k + 1 < looks->n) return INFINITY; /* all is lost before the last look: the drift is too large */
    if (k + 1 == looks->n) break;
    if (binding) advance(null, t, after(looks, k), looks->lower[k], looks->upper[k], &f->null[(k + 1) % 2]);
    advance(effect, t, after(looks, k), looks->lower[k], looks->upper[k], &f->effect[(k + 1) % 2]);
  }
  return excess;
}

double lind_sequential_futility(lind_sequential *looks, const double *spent, const double *lost, int binding) {
  futility f;
  double low = 0.0, high = 1.0;
  while (meet(looks, spent, lost, binding, high, &f) < 0.0 && high < 64.0) high *= 2.0;
  for (int i = 0; i < 60; i++) {
    const double drift = 0.5 * (low + high);
    if (meet(looks, spent, lost, binding, drift, &f) < 0.0)
      low = drift;
    else
      high = drift;
  }
  const double drift = 0.5 * (low + high);
  (void)meet(looks, spent, lost, binding, low, &f);
  looks->lower[looks->n - 1] = looks->upper[looks->n - 1];
  return drift;
}
