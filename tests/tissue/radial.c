/* A second way to the same numbers: the equation in the radius alone, by finite volumes in rings or shells and the classical
 * Runge-Kutta scheme. In shells it gives the published table of a growing sphere; in rings it is what a disk in a slice must do,
 * before, during and after radiotherapy. */
#include "fisher.h"

enum { MOST = 512 };

typedef struct radial {
  int n, dimension;
  double h, c[MOST]; /* mm */
} radial;

static double shell(const radial *r, int k) { return pow(k * r->h, r->dimension - 1); }

static void rates(const radial *r, const double *c, double *dc) {
  const double d = 0.1, rho = 0.06;
  double inner = 0.0;
  for (int k = 0; k < r->n; k++) {
    const double flux = k + 1 < r->n ? -d * (c[k + 1] - c[k]) / r->h * shell(r, k + 1) : 0.0;
    const double volume = (pow((k + 1) * r->h, r->dimension) - pow(k * r->h, r->dimension)) / r->dimension;
    dc[k] = (inner - flux) / volume + rho * c[k] * (1.0 - c[k]);
    inner = flux;
  }
}

static void radial_live(radial *r, double days) {
  static double k1[MOST], k2[MOST], k3[MOST], k4[MOST], at[MOST];
  const int steps = (int)ceil(days / 0.1);
  const double dt = days / steps;
  for (int s = 0; s < steps; s++) {
    rates(r, r->c, k1);
    for (int i = 0; i < r->n; i++) at[i] = r->c[i] + 0.5 * dt * k1[i];
    rates(r, at, k2);
    for (int i = 0; i < r->n; i++) at[i] = r->c[i] + 0.5 * dt * k2[i];
    rates(r, at, k3);
    for (int i = 0; i < r->n; i++) at[i] = r->c[i] + dt * k3[i];
    rates(r, at, k4);
    for (int i = 0; i < r->n; i++) r->c[i] += dt / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
  }
}

static radial radial_begin(int dimension, double h, double length) {
  radial r = {.n = (int)(length / h + 0.5), .dimension = dimension, .h = h};
  for (int k = 0; k < r.n; k++) r.c[k] = exp(-pow((k + 0.5) * h / 4.0, 2.0));
  return r;
}

static double radial_at(const radial *r, double level) {
  for (int k = r->n - 2; k >= 0; k--)
    if (r->c[k] > level && r->c[k + 1] <= level) return r->h * (k + 0.5 + (r->c[k] - level) / (r->c[k] - r->c[k + 1]));
  return 0.0;
}

static double radial_burden(const radial *r) {
  double sum = 0.0;
  for (int k = 0; k < r->n; k++) sum += r->c[k] * (pow((k + 1) * r->h, r->dimension) - pow(k * r->h, r->dimension));
  return sum * (r->dimension == 3 ? 4.0 * M_PI / 3.0 : M_PI);
}

/* The table of the sphere, h 0.5 mm: T1Gd and T2 radius, burden. */
static void spheres_are_those_of_the_table(void **state) {
  (void)state;
  static const double days[] = {100, 200, 300, 365}, table[][3] = {{9.4650, 17.0262, 11851.0},
                                                                   {23.3078, 30.9758, 86652.6},
                                                                   {37.7921, 45.5270, 304485},
                                                                   {47.3748, 55.1391, 563762}};
  radial r = radial_begin(3, 0.5, 100.0);
  for (int k = 0; k < 4; k++) {
    radial_live(&r, days[k] - (k > 0 ? days[k - 1] : 0.0));
    const double got[] = {radial_at(&r, 0.8), radial_at(&r, 0.16), radial_burden(&r)};
    print_message("sphere, day %.0f: %.4f %.4f %.1f\n", days[k], got[0], got[1], got[2]);
    assert_true(fabs(got[0] - table[k][0]) < 6e-4 && fabs(got[1] - table[k][1]) < 6e-4);
    assert_true(fabs(got[2] / table[k][2] - 1.0) < 2e-5);
  }
}

/* 30 x 2 Gy from day 200 (five days on, two off), alpha 0.036: day 250, 300, 365. */
static void irradiated_spheres_too(void **state) {
  (void)state;
  static const double table[][3] = {{0.0, 31.4053, 48184}, {30.3845, 40.6933, 192020}, {42.7057, 50.9684, 431482}};
  static const double days[] = {250, 300, 365};
  radial r = radial_begin(3, 0.5, 100.0);
  double now = 200.0;
  radial_live(&r, 200.0);
  for (int f = 0; f < 30; f++) {
    const double at = 200.0 + f / 5 * 7 + f % 5;
    if (at > now) radial_live(&r, at - now);
    now = at;
    for (int k = 0; k < r.n; k++) r.c[k] *= exp(-0.036 * 2.0 * 1.2);
  }
  for (int k = 0; k < 3; k++) {
    radial_live(&r, days[k] - now);
    now = days[k];
    const double got[] = {radial_at(&r, 0.8), radial_at(&r, 0.16), radial_burden(&r)};
    print_message("sphere after 30 x 2 Gy, day %.0f: %.4f %.4f %.1f\n", days[k], got[0], got[1], got[2]);
    assert_true(fabs(got[0] - table[k][0]) < 6e-4 && fabs(got[1] - table[k][1]) < 6e-4);
    assert_true(fabs(got[2] / table[k][2] - 1.0) < 2e-5);
  }
}

/* The slice: a disk in white matter, day 120, ten fractions, day 160. Errors by spacing against rings of 0.125 mm. */
static void disk(double spacing, double step, double out[2][3]) {
  const int n = (int)(80.0 / spacing + 0.5);
  lind_tissue_space space = fisher_slab(n, n, spacing, 0);
  fisher_patient p;
  fisher_begin(&p, space, 0.1, 0.06, FISHER_GAUSS, 40.0, 40.0, step, NULL);
  for (int stage = 0; stage < 2; stage++) {
    const double until = stage == 0 ? 120.0 : 160.0;
    for (int f = 0; stage == 1 && f < 10; f++) {
      p.x[FISHER_RADIATION].of[0] += 2.0;
      while (p.pack.time.of[0] < (121.0 + f) * day) (void)fisher_live(&p, 121.0 + f);
    }
    while (p.pack.time.of[0] < until * day) (void)fisher_live(&p, until);
    out[stage][0] = fisher_radius(p.x[FISHER_T1].of[0]);
    out[stage][1] = fisher_radius(p.x[FISHER_T2].of[0]);
    out[stage][2] = p.x[FISHER_BURDEN].of[0] / (mm * mm);
  }
  fisher_end(&p);
  fisher_slab_free(&space);
}

static void disks_are_those_of_rings(void **state) {
  (void)state;
  double rings[2][3], got[3][2][3];
  radial r = radial_begin(2, 0.125, 40.0);
  radial_live(&r, 120.0);
  for (int stage = 0; stage < 2; stage++) {
    for (int f = 0; stage == 1 && f < 10; f++) {
      for (int k = 0; k < r.n; k++) r.c[k] *= exp(-0.036 * 2.0 * 1.2);
      radial_live(&r, 1.0);
    }
    if (stage == 1) radial_live(&r, 30.0);
    rings[stage][0] = radial_at(&r, 0.8), rings[stage][1] = radial_at(&r, 0.16), rings[stage][2] = radial_burden(&r);
  }
  const double spacing[] = {2.0, 1.0, 0.5}, step[] = {2.0, 1.0, 0.5};
  for (int k = 0; k < 3; k++) disk(spacing[k], step[k], got[k]);
  for (int stage = 0; stage < 2; stage++)
    for (int m = 0; m < 3; m++) {
      double e[3];
      for (int k = 0; k < 3; k++) e[k] = got[k][stage][m] - rings[stage][m];
      print_message("disk, stage %d, number %d: rings %.4f; errors at 2, 1, 0.5 mm %.4f %.4f %.4f\n", stage, m, rings[stage][m],
                    e[0], e[1], e[2]);
      assert_true(fabs(e[1]) < (m == 2 ? 0.02 * rings[stage][m] : 0.2));
      assert_true(fabs(e[2]) < 0.35 * fabs(e[1]) + (m == 2 ? 1e-3 * rings[stage][m] : 0.01)); /* order 2 */
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(spheres_are_those_of_the_table), cmocka_unit_test(irradiated_spheres_too),
                                     cmocka_unit_test(disks_are_those_of_rings)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
