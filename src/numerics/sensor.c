/* sensor.c -- see sensor.h. The spline's second derivatives solve M_(i-1) + 4 M_i + M_(i+1) = 6 (y_(i-1) - 2 y_i + y_(i+1)) on
 * nodes a unit apart; not a knot: M_0 = 2 M_1 - M_2 at either end, which makes the first and last equations 6 M_1 = 6 (..). */
#include "lind/sensor.h"

#include <math.h>

enum { N = LIND_SENSOR_BLOCK };

static double johnson(const lind_sensor *s, double e) { return s->xi + s->lambda * sinh((e - s->gamma) / s->delta); }

static void spline(const double *y, double *m) {
  double pivot[N], right[N];
  for (int i = 1; i < N; i++) right[i] = 6.0 * (y[i - 1] - 2.0 * y[i] + y[i + 1]);
  m[1] = right[1] / 6.0;
  m[N - 1] = right[N - 1] / 6.0;
  right[2] -= m[1];
  right[N - 2] -= m[N - 1];
  pivot[2] = 4.0;
  for (int i = 3; i <= N - 2; i++) {
    pivot[i] = 4.0 - 1.0 / pivot[i - 1];
    right[i] -= right[i - 1] / pivot[i - 1];
  }
  m[N - 2] = right[N - 2] / pivot[N - 2];
  for (int i = N - 3; i >= 2; i--) m[i] = (right[i] - m[i + 1]) / pivot[i];
  m[0] = 2.0 * m[1] - m[2];
  m[N] = 2.0 * m[N - 1] - m[N - 2];
}

/* The next block begins with the last node of the one before. */
static void block_next(const lind_sensor *s, lind_sensor_place *p, lind_who who, lind_purpose why) {
  p->block = p->begun ? p->block + 1 : 0;
  if (!p->begun) p->latent = lind_random_normal(who, why, 0);
  p->begun = 1;
  p->value[0] = johnson(s, p->latent);
  for (uint32_t i = 1; i <= N; i++) {
    p->latent = s->keep * (p->latent + lind_random_normal(who, why, p->block * N + i));
    p->value[i] = johnson(s, p->latent);
  }
  spline(p->value, p->bend);
}

double lind_sensor_error(const lind_sensor *s, lind_sensor_place *p, lind_who who, lind_purpose why, double time) {
  const double nodes = fmax(time / s->every, 0.0), near = floor(nodes + 0.5);
  const double at = fabs(nodes - near) < 1e-9 ? near : nodes; /* a node is met to rounding */
  const uint32_t block = (uint32_t)floor(at / N);
  if (p->begun && block < p->block) p->begun = 0;
  while (!p->begun || p->block < block) block_next(s, p, who, why);
  const double inside = at - (double)block * N;
  const int i = (int)floor(inside);
  const double b = inside - i, a = 1.0 - b;
  if (b == 0.0) return p->value[i];
  return a * p->value[i] + b * p->value[i + 1] + ((a * a * a - a) * p->bend[i] + (b * b * b - b) * p->bend[i + 1]) / 6.0;
}

double lind_sensor_show(const lind_sensor *s, double truth, double error) { return fmin(fmax(truth + error, s->low), s->high); }
