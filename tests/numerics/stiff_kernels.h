/* stiff_kernels.h -- stiff systems with known answers, Jacobians written out by hand. One lane after the other: short, and the
 * same bits in every lane.
 *
 * Robertson, HIRES and van der Pol: test set for IVP solvers, release 2.4 (Mazzia, Magherini 2008), chapters II-10, II-1, II-8.
 */
#ifndef LIND_TESTS_NUMERICS_STIFF_KERNELS_H
#define LIND_TESTS_NUMERICS_STIFF_KERNELS_H

#include "kernels.h"

#define ARGUMENTS const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x
#define UNUSED    (void)self, (void)time, (void)frame, (void)x
#define EACH_LANE for (int i = 0; i < LIND_LANES; i++)
#define X(k)      x[k].of[i]
#define F(k)      frame[k].of[i]

/* kernels.h, with Jacobians. The sign: relax is x' = -L (x - cos t) - sin t. */
static inline void relax_slope(ARGUMENTS, lind_lane *dt) {
  UNUSED;
  EACH_LANE dt[0].of[i] = -F(0) * sin(time->of[i]) - cos(time->of[i]);
}
static const lind_kernel relax = {.n_states = 1,
                                  .n_frame = 1,
                                  .rhs = track_rhs,
                                  .n_entries = 1,
                                  .row = decay_place,
                                  .column = decay_place,
                                  .jacobian = decay_jacobian,
                                  .slope = relax_slope};

static inline void bend_jacobian(ARGUMENTS, lind_lane *j) {
  UNUSED;
  EACH_LANE j[0].of[i] = 4 * time->of[i] * X(0);
}
static inline void bend_slope(ARGUMENTS, lind_lane *dt) {
  UNUSED;
  EACH_LANE dt[0].of[i] = 2 * X(0) * X(0);
}
static const lind_kernel bent = {.n_states = 1,
                                 .rhs = bend_rhs,
                                 .n_entries = 1,
                                 .row = decay_place,
                                 .column = decay_place,
                                 .jacobian = bend_jacobian,
                                 .slope = bend_slope};

static inline void wave_jacobian(ARGUMENTS, lind_lane *j) {
  UNUSED;
  EACH_LANE j[0].of[i] = F(0), j[1].of[i] = -F(0);
}
static const int wave_row[] = {0, 1}, wave_column[] = {1, 0};
static const lind_kernel wave = {.n_states = 2,
                                 .n_frame = 1,
                                 .rhs = oscillator_rhs,
                                 .n_entries = 2,
                                 .row = wave_row,
                                 .column = wave_column,
                                 .jacobian = wave_jacobian};

/* Robertson's reaction. From (1, 0, 0). */
static inline void robertson_rhs(ARGUMENTS, lind_lane *dx) {
  UNUSED;
  EACH_LANE {
    const double back = 1e4 * X(1) * X(2), burn = 3e7 * X(1) * X(1);
    dx[0].of[i] = -0.04 * X(0) + back;
    dx[1].of[i] = 0.04 * X(0) - back - burn;
    dx[2].of[i] = burn;
  }
}
static inline void robertson_jacobian(ARGUMENTS, lind_lane *j) {
  UNUSED;
  EACH_LANE {
    const double b = 1e4 * X(1), c = 1e4 * X(2), d = 6e7 * X(1);
    const double e[] = {-0.04, c, b, 0.04, -c - d, -b, d};
    for (int k = 0; k < 7; k++) j[k].of[i] = e[k];
  }
}
static const int robertson_row[] = {0, 0, 0, 1, 1, 1, 2}, robertson_column[] = {0, 1, 2, 0, 1, 2, 1};
static const lind_kernel robertson = {.n_states = 3,
                                      .rhs = robertson_rhs,
                                      .n_entries = 7,
                                      .row = robertson_row,
                                      .column = robertson_column,
                                      .jacobian = robertson_jacobian};

/* van der Pol's oscillator; frame: mu. From (2, 0). */
static inline void pol_rhs(ARGUMENTS, lind_lane *dx) {
  UNUSED;
  EACH_LANE dx[0].of[i] = X(1), dx[1].of[i] = F(0) * (1 - X(0) * X(0)) * X(1) - X(0);
}
static inline void pol_jacobian(ARGUMENTS, lind_lane *j) {
  UNUSED;
  EACH_LANE {
    j[0].of[i] = 1;
    j[1].of[i] = -2 * F(0) * X(0) * X(1) - 1;
    j[2].of[i] = F(0) * (1 - X(0) * X(0));
  }
}
static const int pol_row[] = {0, 1, 1}, pol_column[] = {1, 0, 1};
static const lind_kernel pol = {
    .n_states = 2, .n_frame = 1, .rhs = pol_rhs, .n_entries = 3, .row = pol_row, .column = pol_column, .jacobian = pol_jacobian};

/* HIRES: how a plant responds to light. From (1, 0, 0, 0, 0, 0, 0, 0.0057). */
static inline void hires_rhs(ARGUMENTS, lind_lane *dx) {
  UNUSED;
  EACH_LANE {
    const double bind = 280 * X(5) * X(7);
    dx[0].of[i] = -1.71 * X(0) + 0.43 * X(1) + 8.32 * X(2) + 0.0007;
    dx[1].of[i] = 1.71 * X(0) - 8.75 * X(1);
    dx[2].of[i] = -10.03 * X(2) + 0.43 * X(3) + 0.035 * X(4);
    dx[3].of[i] = 8.32 * X(1) + 1.71 * X(2) - 1.12 * X(3);
    dx[4].of[i] = -1.745 * X(4) + 0.43 * X(5) + 0.43 * X(6);
    dx[5].of[i] = -bind + 0.69 * X(3) + 1.71 * X(4) - 0.43 * X(5) + 0.69 * X(6);
    dx[6].of[i] = bind - 1.81 * X(6);
    dx[7].of[i] = -bind + 1.81 * X(6);
  }
}
static inline void hires_jacobian(ARGUMENTS, lind_lane *j) {
  UNUSED;
  EACH_LANE {
    const double u = 280 * X(7), v = 280 * X(5);
    const double e[] = {-1.71, 0.43, 8.32, 1.71,      -8.75, -10.03, 0.43, 0.035, 8.32, 1.71, -1.12, -1.745, 0.43,
                        0.43,  0.69, 1.71, -u - 0.43, 0.69,  -v,     u,    -1.81, v,    -u,   1.81,  -v};
    for (int k = 0; k < 25; k++) j[k].of[i] = e[k];
  }
}
static const int hires_rows[] = {0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 5, 5, 6, 6, 6, 7, 7, 7};
static const int hires_columns[] = {0, 1, 2, 0, 1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 3, 4, 5, 6, 7, 5, 6, 7, 5, 6, 7};
static const lind_kernel hires = {
    .n_states = 8, .rhs = hires_rhs, .n_entries = 25, .row = hires_rows, .column = hires_columns, .jacobian = hires_jacobian};

/* Target-mediated disposition, nM: drug, drug in tissue, target, complex. frame: kel, kon, kint, R0; the rest is fixed. Workload
 * W3 of benchmarks/. */
static const double tmdd_kt = 0.01, tmdd_koff = 0.1, tmdd_kdeg = 0.2;
static inline void tmdd_rhs(ARGUMENTS, lind_lane *dx) {
  UNUSED;
  EACH_LANE {
    const double bind = F(1) * X(0) * X(2) - tmdd_koff * X(3), away = tmdd_kt * (X(0) - X(1));
    dx[0].of[i] = -F(0) * X(0) - bind - away;
    dx[1].of[i] = away;
    dx[2].of[i] = tmdd_kdeg * (F(3) - X(2)) - bind;
    dx[3].of[i] = bind - F(2) * X(3);
  }
}
static const int tmdd_row[] = {0, 0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 3}, tmdd_column[] = {0, 1, 2, 3, 0, 1, 0, 2, 3, 0, 2, 3};
static inline void tmdd_jacobian(ARGUMENTS, lind_lane *j) {
  UNUSED;
  EACH_LANE {
    const double r = F(1) * X(2), l = F(1) * X(0);
    const double e[] = {-F(0) - tmdd_kt - r, tmdd_kt,   -l, tmdd_koff, tmdd_kt,          -tmdd_kt, -r,
                        -tmdd_kdeg - l,      tmdd_koff, r,  l,         -tmdd_koff - F(2)};
    for (int k = 0; k < 12; k++) j[k].of[i] = e[k];
  }
}
/* Sparse factors in the order tissue, drug, target, complex: no fill. */
static inline void tmdd_factor(const void *self, const lind_lane *shift, const lind_lane *j, lind_lane *f) {
  (void)self;
  EACH_LANE {
    const double s = shift->of[i];
#define J(k) j[k].of[i]
    const double tissue = 1 / (s - J(5)), lt = -J(1) * tissue;
    const double drug_ = 1 / (s - J(0) + lt * J(4)), rl = -J(6) * drug_, pl = -J(9) * drug_;
    const double target = 1 / (s - J(7) + rl * J(2)), rp = -J(8) + rl * J(3);
    const double pr = (-J(10) + pl * J(2)) * target, bound = 1 / (s - J(11) + pl * J(3) - pr * rp);
    const double all[] = {drug_, tissue, target, bound, -J(4), lt, -J(2), -J(3), rl, pl, rp, pr};
#undef J
    for (int k = 0; k < 12; k++) f[k].of[i] = all[k];
  }
}
static inline void tmdd_solve(const void *self, const lind_lane *factors, lind_lane *b) {
  (void)self;
  EACH_LANE {
#define W(k) factors[k].of[i]
    const double drug_ = b[0].of[i] - W(5) * b[1].of[i];
    const double target = b[2].of[i] - W(8) * drug_;
    const double p = (b[3].of[i] - W(9) * drug_ - W(11) * target) * W(3);
    const double r = (target - W(10) * p) * W(2);
    const double l = (drug_ - W(6) * r - W(7) * p) * W(0);
    const double x[] = {l, (b[1].of[i] - W(4) * l) * W(1), r, p};
#undef W
    for (int k = 0; k < 4; k++) b[k].of[i] = x[k];
  }
}
static const lind_kernel tmdd = {.n_states = 4,
                                 .n_frame = 4,
                                 .rhs = tmdd_rhs,
                                 .n_entries = 12,
                                 .row = tmdd_row,
                                 .column = tmdd_column,
                                 .jacobian = tmdd_jacobian,
                                 .n_factors = 12,
                                 .factor = tmdd_factor,
                                 .solve = tmdd_solve};

#endif
