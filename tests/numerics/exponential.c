/* exponential.c -- exp(A t) and its integral over lanes: reference values to 40 digits, closed forms, conservation, the
 * semigroup.
 *
 * The reference values come from mpmath 1.3 with 60 digits, here for the chain:
 *   k = [mpf(1 + 7*i % 10)/8 for i in range(10)]; A[i,i] = -k[i]; A[i+1,i] = k[i]
 *   expm(A*t, method='taylor') * matrix([100] + [0]*9);  infused: A**-1 * (expm(A*t) - eye(10)) * matrix([10] + [0]*9)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lanes_case.h"
#include "linear.h"
#include "numerics/exponential.h"

enum { MOST = LINEAR_MOST * LINEAR_MOST };
static _Alignas(64) unsigned char storage[(7 * MOST + 4 * MOST) * sizeof(lind_lane)];

/* p and phi [n * n], 0 outside the pattern. */
static void make(int n, const lind_lane *a, lind_lane t, lind_lane *p, lind_lane *phi) {
  lind_exponential e;
  assert_true(lind_exponential_bytes(n) <= sizeof storage);
  lind_exponential_view(&e, n, storage);
  memset(p, 0, (size_t)n * (size_t)n * sizeof *p);
  if (phi) memset(phi, 0, (size_t)n * (size_t)n * sizeof *phi);
  lind_exponential_step step;
  memset(storage, 0, sizeof storage);
  lind_exponential_pattern(&e, a);
  lind_exponential_begin(&e, a, &t, &step);
  lind_exponential_part(&e, &step, 1, p, phi);
}

static void assert_close(double value, double expected, double relative) {
  if (!(fabs(value - expected) <= relative * fabs(expected)))
    fail_msg("%.17g instead of %.17g, relative %.2g", value, expected, value / expected - 1);
}

static void chain(lind_lane *a) {
  memset(a, 0, 100 * sizeof *a);
  for (int i = 0; i < 10; i++)
    for (int lane = 0; lane < LIND_LANES; lane++) linear_flow(a, 10, i, i < 9 ? i + 1 : -1, (1 + 7 * i % 10) / 8., lane);
}

static const double chain_3[] = {68.72892787909721985452023391465135904347,   9.107174434615832222369427478520740197185,
                                 11.30982230409402975699071745304031521673,   8.672736538465321334673585004496869192695,
                                 1.135230841312238823228158003012437186509,   0.6985445020457927410034881877727180881874,
                                 0.2889849758070832503160389136510421622625,  0.03678176244910188089214164287544247071336,
                                 0.01598937557824646141220438363322085673851, 0.004913200852635993193316377107222767130897};
static const double chain_early[] = {
    99.80487811074754727100426590826735952559,          0.1936049157438152389007689912236175078297,
    0.001512040274298212507927631877104880339695,       0.000004928413909703191299996931130953042236397,
    0.000000004803514709051653220949245562312223903794, 0.00000000001688184541611725164955814989047435838575,
    3.299227889093187861322692677641120934941e-14,      2.758165760434139715784632465802567235132e-17,
    6.731608993630897010197074478559380167876e-20,      1.022929512017762033017556612886641995599e-22};
static const double chain_late[] = {
    0.00000000138879438649640205946617637460868569104,   0.00000000019839919807091457992373948208695509872,
    0.00000000039679839614182915984747896417391019744,   0.000000001983991980666284691504863314580276702388,
    0.0000000004959979951650404190286254177061665225681, 0.0000000008927963912915620404002002724910501897182,
    0.000000002678389173792025413433932991126576999122,  0.0000000008927963912571200788307936110889560795087,
    0.000000001487993985407868287776666791409087302409,  0.000000003471985965807036432897667167998303579426};
static const double chain_infused[] = {
    25.01685769672222411638381286827891276523,     2.216389768628694792311033860682790075935,
    1.736652061150866906579139384606013686819,     0.8725355374910387325784144597162865399702,
    0.09298737799247626739714472411362481452589,   0.04634180004927536896191866113407481003051,
    0.01562093988332853783956027862787171012434,   0.001743740969070410880496752158323717780233,
    0.0006637013183009913821720020966657846302175, 0.0001788371364995361801377282477205696767014};

/* Every entry keeps its own digits, also the last one after a minute: 24 orders below the first. */
static void a_chain_of_ten(void **state) {
  (void)state;
  static lind_lane a[100], p[100], phi[100];
  chain(a);
  const lind_lane times = {{3, 1. / 64, 200, 3, 1. / 64, 200, 0, 3}};
  make(10, a, times, p, phi);
  for (int i = 0; i < 10; i++) {
    assert_close(100 * p[i * 10].of[0], chain_3[i], 1e-14);
    assert_close(100 * p[i * 10].of[1], chain_early[i], 1e-14);
    assert_close(100 * p[i * 10].of[2], chain_late[i], 1e-13);
    assert_close(10 * phi[i * 10].of[0], chain_infused[i], 1e-14);
    for (int j = 0; j < 10; j++) assert_true(p[i * 10 + j].of[6] == (i == j) && phi[i * 10 + j].of[6] == 0);
    assert_memory_equal(&p[i * 10].of[3], &p[i * 10].of[0], 3 * sizeof(double));
  }
}

/* Flows of 1000 /h there and 500 back beside an elimination of 1/16: B = [[-2,0,0],[2,-1000-1/16,500],[0,1000,-500]], 24 h. */
static void fast_exchange_and_slow_loss(void **state) {
  (void)state;
  const double exact[] = {1.425164082740935106285321028034060226298e-19, 20.429649193737908090720624716557520395,
                          40.86100088188705990140859838109234263783};
  lind_lane a[9] = {0}, p[9];
  for (int lane = 0; lane < LIND_LANES; lane++) {
    linear_flow(a, 3, 0, 1, 2, lane);
    linear_flow(a, 3, 1, -1, 1. / 16, lane);
    linear_flow(a, 3, 1, 2, 1000, lane);
    linear_flow(a, 3, 2, 1, 500, lane);
  }
  make(3, a, all(24), p, NULL);
  for (int i = 0; i < 3; i++)
    assert_close(100 * p[3 * i].of[4], exact[i], 3e-12); /* 2^-51 * 24 h * 1500 / h would allow 1.6e-11 */
}

/* Couplings of both signs: C = [[-1/4,3,0],[-3,-1/4,1],[1/2,-1,-2]], 5 h, from (1, 0, 2). */
static void a_spiral(void **state) {
  (void)state;
  const double c[] = {-0.25, 3, 0, -3, -0.25, 1, 0.5, -1, -2};
  const double exact[] = {-0.05055137089531182363342827448490552564232, -0.05591314894093597813189013163060346870081,
                          0.02546338571073954752098869363776079305676};
  lind_lane a[9], p[9];
  for (int i = 0; i < 9; i++) a[i] = all(c[i]);
  make(3, a, all(5), p, NULL);
  for (int i = 0; i < 3; i++) assert_true(fabs(p[3 * i].of[2] + 2 * p[3 * i + 2].of[2] - exact[i]) < 1e-15);
}

static void rotations(void **state) {
  (void)state;
  lind_lane a[4] = {0}, t, p[4], phi[4];
  for (int i = 0; i < LIND_LANES; i++) a[1].of[i] = 0.3 * (i + 1), a[2].of[i] = -0.3 * (i + 1), t.of[i] = 7 - 0.5 * i;
  make(2, a, t, p, phi);
  for (int i = 0; i < LIND_LANES; i++) {
    const double w = 0.3 * (i + 1), angle = w * t.of[i];
    assert_true(fabs(p[0].of[i] - cos(angle)) < 4e-15 && fabs(p[1].of[i] - sin(angle)) < 4e-15);
    assert_true(fabs(p[2].of[i] + sin(angle)) < 4e-15 && fabs(p[3].of[i] - cos(angle)) < 4e-15);
    assert_true(fabs(phi[0].of[i] - sin(angle) / w) < 2e-14 && fabs(phi[1].of[i] - (1 - cos(angle)) / w) < 2e-14);
  }
}

/* One state: exp and expm1 of the C library, decay, rest and growth. */
static void one_state(void **state) {
  (void)state;
  const lind_lane a = {{-0.001, -0.1, -3, -40, 0, 0.2, 1, -1e-9}}, t = {{1000, 24, 5, 10, 12, 30, 20, 24}};
  lind_lane p, phi;
  make(1, &a, t, &p, &phi);
  for (int i = 0; i < LIND_LANES; i++) {
    const double z = a.of[i] * t.of[i];
    assert_close(p.of[i], exp(z), 1e-15 * fmax(1, fabs(z)));
    assert_close(phi.of[i], z != 0 ? t.of[i] * expm1(z) / z : t.of[i], 1e-15 * fmax(1, fabs(z)));
  }
}

/* From a to b at rates k and k (1 + d): b(t) = k e^(-k t) t (1 - e^(-y)) / y with y = k d t, right down to d = 0 (a Jordan
 * block). */
static void nearly_equal_rates(void **state) {
  (void)state;
  const double k = 0.7, t = 5, apart[LIND_LANES] = {0, 1e-16, 1e-12, 1e-8, 1e-4, 1e-2, 0.5, -0.5};
  lind_lane a[4] = {0}, p[4];
  for (int lane = 0; lane < LIND_LANES; lane++) {
    linear_flow(a, 2, 0, 1, k, lane);
    linear_flow(a, 2, 1, -1, k * (1 + apart[lane]), lane);
  }
  make(2, a, all(t), p, NULL);
  for (int lane = 0; lane < LIND_LANES; lane++) {
    const double y = (-a[3].of[lane] - k) * t;
    assert_close(p[2].of[lane], k * exp(-k * t) * t * (y != 0 ? -expm1(-y) / y : 1), 4e-15);
  }
}

/* Ten equal rates: p[i][0] = e^-kt (kt)^i / i!, as defective as a matrix can be. */
static void ten_equal_rates(void **state) {
  (void)state;
  static lind_lane a[100], p[100];
  memset(a, 0, sizeof a);
  lind_lane t;
  for (int lane = 0; lane < LIND_LANES; lane++) {
    t.of[lane] = 0.02 * pow(4, lane);
    for (int i = 0; i < 10; i++) linear_flow(a, 10, i, i < 9 ? i + 1 : -1, 0.25, lane);
  }
  make(10, a, t, p, NULL);
  for (int lane = 0; lane < LIND_LANES; lane++) {
    double expected = exp(-0.25 * t.of[lane]);
    for (int i = 0; i < 10; i++) {
      assert_close(p[i * 10].of[lane], expected, 1e-15 * fmax(4, 0.25 * t.of[lane]));
      expected *= 0.25 * t.of[lane] / (i + 1);
    }
  }
}

/* A system of n states with patterns and rates of its own in each lane; closed: nothing is lost. */
static void random_system(int n, unsigned seed, bool closed, lind_lane *a) {
  memset(a, 0, (size_t)n * (size_t)n * sizeof *a);
  for (int lane = 0; lane < LIND_LANES; lane++)
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        seed = seed * 1664525u + 1013904223u;
        if (i != j && seed >> 30) linear_flow(a, n, i, j, exp((seed >> 8) % 1000 / 100. - 5), lane);
      }
      if (!closed) linear_flow(a, n, i, -1, 0.01 * (i + lane), lane);
    }
}

static void closed_systems_keep_their_mass(void **state) {
  (void)state;
  static lind_lane a[MOST], p[MOST], phi[MOST];
  for (int n = 2; n <= LINEAR_MOST; n++) {
    random_system(n, (unsigned)n, true, a);
    make(n, a, all(6), p, phi);
    for (int lane = 0; lane < LIND_LANES; lane++) {
      double fastest = 0;
      for (int i = 0; i < n; i++) fastest = fmax(fastest, -a[i * n + i].of[lane]);
      const double tolerance = ldexp(fmax(2, 6 * fastest), -51);
      for (int j = 0; j < n; j++) {
        double sum = 0, integral = 0;
        for (int i = 0; i < n; i++) {
          assert_true(p[i * n + j].of[lane] >= 0);
          sum += p[i * n + j].of[lane], integral += phi[i * n + j].of[lane];
        }
        assert_close(sum, 1, tolerance);
        assert_close(integral, 6, tolerance);
      }
    }
  }
}

/* exp(A s) exp(A t) = exp(A (s + t)), and A Phi = P - I. */
static void the_semigroup(void **state) {
  (void)state;
  static lind_lane a[MOST], p[MOST], q[MOST], both[MOST], phi[MOST];
  for (int n = 1; n <= LINEAR_MOST; n++) {
    random_system(n, 77u + (unsigned)n, false, a);
    make(n, a, all(1.3), p, NULL);
    make(n, a, all(0.45), q, NULL);
    make(n, a, all(1.75), both, phi);
    for (int lane = 0; lane < LIND_LANES; lane++)
      for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
          double sum = 0, slope = i == j;
          for (int k = 0; k < n; k++) {
            sum += p[i * n + k].of[lane] * q[k * n + j].of[lane];
            slope += a[i * n + k].of[lane] * phi[k * n + j].of[lane];
          }
          assert_close(sum, both[i * n + j].of[lane], 2e-13);
          assert_true(fabs(slope - both[i * n + j].of[lane]) < 2e-13);
        }
  }
}

/* Whether the integral is wanted, what else is in the pack and which places the pattern has leaves no trace. */
static void bits_are_a_lanes_own(void **state) {
  (void)state;
  static lind_lane a[36], other[36], p[36], q[36], phi[36];
  random_system(6, 5, false, a);
  for (int j = 1; j < 6; j++) a[j].of[3] = 0; /* lane 3 has zeros where others have none */
  make(6, a, all(2), p, phi);
  for (int lane = 0; lane < LIND_LANES; lane++) {
    for (int e = 0; e < 36; e++)
      for (int i = 0; i < LIND_LANES; i++) other[e].of[i] = i == 6 ? a[e].of[lane] : i == 1 ? NAN : i == 2 ? 1e5 * e : -e;
    lind_lane t = {{1e9, 1, 0.1, 0, 1e-9, 3, 2, INFINITY}};
    make(6, other, t, q, NULL);
    for (int e = 0; e < 36; e++) assert_true(p[e].of[lane] == q[e].of[6]);
    memset(other, 0, sizeof other); /* alone: the pattern is this lane's */
    for (int e = 0; e < 36; e++) other[e].of[7] = a[e].of[lane];
    make(6, other, all(2), q, NULL);
    for (int e = 0; e < 36; e++) assert_true(p[e].of[lane] == q[e].of[7]);
  }
}

/* A part of a step is a shorter step. */
static void parts(void **state) {
  (void)state;
  static lind_lane a[25], p[25], phi[25], q[25], psi[25];
  random_system(5, 8, false, a);
  for (int k = 0; k < 5; k++) {
    const double share[] = {0.06, 0.1439, 0.5, 0.9995, 1};
    lind_exponential e;
    lind_exponential_step step;
    const lind_lane t = all(3);
    make(5, a, all(3 * share[k]), p, phi);
    lind_exponential_view(&e, 5, storage);
    lind_exponential_begin(&e, a, &t, &step);
    lind_exponential_part(&e, &step, share[k], q, psi);
    for (int i = 0; i < 25; i++)
      for (int lane = 0; lane < LIND_LANES; lane++) {
        assert_close(q[i].of[lane], p[i].of[lane], 2e-13);
        assert_close(psi[i].of[lane], phi[i].of[lane], 2e-13);
      }
  }
}

/* What lay in storage, or a lane that was no number, leaves nothing behind. */
static void storage_is_forgotten(void **state) {
  (void)state;
  for (int n = 1; n <= 5; n++) {
    lind_lane a[25], t = all(3), p[25], phi[25], again[25], integral[25];
    lind_exponential e;
    lind_exponential_step step;
    memset(a, 0, sizeof a);
    for (int i = 0; i < n; i++)
      for (int lane = 0; lane < LIND_LANES; lane++) linear_flow(a, n, i, i + 1 < n ? i + 1 : -1, 0.3 + i + lane, lane);
    make(n, a, t, p, phi);
    lind_exponential_view(&e, n, storage);
    memset(storage, 0xff, lind_exponential_bytes(n)); /* NaN */
    memset(again, 0xff, sizeof again), memset(integral, 0xff, sizeof integral);
    lind_exponential_pattern(&e, a);
    for (int turn = 0; turn < 2; turn++) {
      const double kept = a[0].of[2];
      a[0].of[2] = turn ? kept : NAN;
      lind_exponential_begin(&e, a, &t, &step);
      lind_exponential_part(&e, &step, 1, again, integral);
      a[0].of[2] = kept;
    }
    for (int i = 0; i < n; i++)
      for (int j = 0; j <= i; j++) {
        assert_memory_equal(&again[i * n + j], &p[i * n + j], sizeof *p);
        assert_memory_equal(&integral[i * n + j], &phi[i * n + j], sizeof *phi);
      }
  }
}

static void what_cannot_be_made_is_no_number(void **state) {
  (void)state;
  lind_lane a[4] = {0}, t = all(1), p[4], phi[4];
  for (int lane = 0; lane < LIND_LANES; lane++) linear_flow(a, 2, 0, 1, 1, lane), linear_flow(a, 2, 1, -1, 2, lane);
  a[0].of[0] = NAN, a[2].of[1] = INFINITY, t.of[2] = INFINITY, t.of[3] = NAN, a[3].of[4] = 1e4, a[3].of[5] = -1e17;
  make(2, a, t, p, phi);
  for (int lane = 0; lane < 4; lane++) assert_true(!isfinite(p[2].of[lane]) && !isfinite(phi[2].of[lane]));
  assert_true(!isfinite(p[3].of[4])); /* e^10000 */
  assert_true(!isfinite(p[3].of[5]));
  assert_close(p[2].of[6], exp(-1) - exp(-2), 1e-15);
}

/* So fast that more than six digits would be gone: no number, rather than a wrong one. */
static void what_would_be_wrong_is_no_number(void **state) {
  (void)state;
  lind_lane a[4] = {0}, p[4];
  for (int lane = 0; lane < LIND_LANES; lane++) {
    const double fast = ldexp(1, 21 + 3 * lane), slow = 0.5;
    linear_flow(a, 2, 0, 1, fast, lane), linear_flow(a, 2, 1, -1, slow, lane);
  }
  make(2, a, all(1), p, NULL);
  for (int lane = 0; lane < LIND_LANES; lane++) {
    const double fast = ldexp(1, 21 + 3 * lane);
    if (lane >= 4) assert_true(isnan(p[2].of[lane]));
    if (lane <= 3) assert_close(p[2].of[lane], fast / (fast - 0.5) * exp(-0.5), 1e-6);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_chain_of_ten),
      cmocka_unit_test(fast_exchange_and_slow_loss),
      cmocka_unit_test(a_spiral),
      cmocka_unit_test(rotations),
      cmocka_unit_test(one_state),
      cmocka_unit_test(nearly_equal_rates),
      cmocka_unit_test(ten_equal_rates),
      cmocka_unit_test(closed_systems_keep_their_mass),
      cmocka_unit_test(the_semigroup),
      cmocka_unit_test(bits_are_a_lanes_own),
      cmocka_unit_test(parts),
      cmocka_unit_test(what_cannot_be_made_is_no_number),
      cmocka_unit_test(storage_is_forgotten),
      cmocka_unit_test(what_would_be_wrong_is_no_number),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
