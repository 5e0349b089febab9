/* stepper_mixed.c -- a linear part by its matrix exponential, the rest by an explicit pair, on 8 lanes with a step size each.
 *
 * The rest sees the linear states as known functions of time: at the stages of a step they come from the rows of P(c h) that
 * drive it. So the error test is about the rest alone, and how fast drug is absorbed limits a step only as far as the rest feels
 * it.
 *
 * Steps come from a ladder, 24 h / 2^k, so that their matrices are found again tomorrow; a step begins at a multiple of itself
 * from where the call began, so that whole days end on the ladder; only the last one before an odd target has a length of its
 * own. A step is halved, twice at most, where that lets it end on a look; other looks, and those aside, use the pair's continuous
 * extension.
 *
 * After a dose, that is where states, coefficients or infusions are not what the last call left, a lane starts with the step that
 * served it after the dose before.
 *
 * Sources: stepper_rk_pair.h, propagator.h; step control as in stepper_rk.c. Shown by tests/numerics/stepper_mixed.c.
 */
#include "stepper_mixed.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "lane_math.h"
#include "lane_power.h"
#include "propagator.h"
#include "stepper_lanes.h"
#include "stepper_pass.h"
#include "stepper_rk_pair.h"

/* Step control for an error of order 6, in terms of its square. */
static const double exponent = 1. / 6, safety = 0.9, least = 0.2, most = 10;
static const double rung = 24; /* h; the ladder's top when a step is below a day. Assumed: doses come by the day */

/* Where stages see the linear states: stages 1 to INNER within the step, that of the extension; the others stand at its end. */
enum { INNER = 6, NODES = INNER + 1 };
static const double nodes[NODES] = {0.06, 0.095933333333333333333, 0.1439, 0.4973, 0.9725, 0.9995, 0.5};

typedef struct mixed {
  const lind_kernel *kernel;
  const lind_lane *frame;
  const lind_tolerance *tolerance;
  lind_advance *pack;
  lind_propagator propagator;
  int n, n_linear, n_rest;
  int *rest;                               /* [n_rest] states, rising */
  const lind_lane *u;                      /* [n_linear] NULL: nothing */
  lind_lane *rate[RK_ALL], *trial, *spare; /* [n] each; rates of the rest only */
  lind_lane *z, *z_end, *sum;              /* [n_linear] linear states before and after the step; b and infusions */
  lind_lane *drive;                        /* [n_driving] */
  lind_lane *seen, *inside;                /* [n_linear] linear states at the last look; where somebody looks now */
  lind_lane *left, *left_sum;              /* [n], [n_linear] as the last call left them */
  lind_lane *first;                        /* [1] h, the step after a dose */
  lind_v8 seen_time;
  lind_v8 begin, gone; /* when the call began; sum of the steps since */
  lind_m8 active, rejected, jumped, last, shortened;
  lind_v8 h, end;        /* of this attempt */
  lind_v8 error, broken; /* square of error over tolerance; not 0 where a state is not finite */
  lind_v8 attempts;
  const lind_lane *block; /* of this attempt; until something else is looked for */
  int extended;           /* the rates of the extension are there */
  lind_stepper_pass pass;
} mixed;

/* ---- storage ---- */

static lind_propagator_shape shape_of(const lind_kernel *kernel) {
  return (lind_propagator_shape){kernel->n_linear, NODES, kernel->n_driving, nodes, kernel->driving};
}

size_t lind_stepper_mixed_bytes(const lind_kernel *kernel) {
  const lind_propagator_shape shape = shape_of(kernel);
  const int lanes = (RK_ALL + 3) * kernel->n_states + 6 * kernel->n_linear + 1;
  return lind_propagator_bytes(&shape) + (size_t)lanes * sizeof(lind_lane) + lind_stepper_pass_bytes(kernel) +
         (size_t)kernel->n_states * sizeof(int);
}

static void mixed_interpolate(void *engine, const lind_lane *time, lind_lane *x);

static void mixed_lay_out(mixed *r, void *workspace) {
  const lind_propagator_shape shape = shape_of(r->kernel);
  lind_propagator_view(&r->propagator, &shape, workspace);
  lind_lane *next = (lind_lane *)(void *)((unsigned char *)workspace + lind_propagator_bytes(&shape));
  for (int s = 0; s < RK_ALL; s++, next += r->n) r->rate[s] = next;
  lind_lane **const wide[] = {&r->trial, &r->spare, &r->left},
                    **const narrow[] = {&r->z, &r->z_end, &r->sum, &r->seen, &r->inside, &r->left_sum};
  for (size_t a = 0; a < sizeof wide / sizeof *wide; a++, next += r->n) *wide[a] = next;
  for (size_t a = 0; a < sizeof narrow / sizeof *narrow; a++, next += r->n_linear) *narrow[a] = next;
  r->first = next;
  r->pass =
      (lind_stepper_pass){.kernel = r->kernel, .frame = r->frame, .pack = r->pack, .engine = r, .interpolate = mixed_interpolate};
  lind_stepper_pass_open(&r->pass, r->first + 1);
  r->rest = (int *)(void *)((unsigned char *)(r->first + 1) + lind_stepper_pass_bytes(r->kernel));
  for (int i = 0, l = 0; i < r->n; i++) {
    if (l < r->n_linear && r->kernel->linear[l] == i)
      l++;
    else
      r->rest[r->n_rest++] = i;
  }
}

/* ---- rates and scales ---- */

static inline void mixed_rates(mixed *r, lind_v8 time, const lind_lane *x, lind_lane *dx) {
  lind_lane at;
  lind_v8_store(&at, time);
  r->kernel->rest(r->kernel->self, &at, r->frame, x, dx);
  for (int i = 0; r->pack->input && i < r->n_rest; i++) {
    const int k = r->rest[i];
    lind_v8_store(&dx[k], lind_v8_add(lind_v8_load(&dx[k]), lind_v8_load(&r->pack->input[k])));
  }
  r->pack->work.rhs++;
}

static lind_v8 mixed_scale(const mixed *r, int state, lind_v8 magnitude) {
  const double absolute = r->tolerance->absolute * (r->kernel->unit ? r->kernel->unit[state] : 1);
  return lind_v8_max(lind_v8_fma(v8(r->tolerance->relative), magnitude, v8(absolute)), v8(DBL_MIN));
}

static void mixed_stop(mixed *r, lind_m8 lanes, lind_lane_status why) { lind_lanes_stop(r->pack, &r->active, lanes, why); }

static void spread(const mixed *r, const lind_lane *z, lind_lane *x) {
  for (int l = 0; l < r->n_linear; l++) x[r->kernel->linear[l]] = z[l];
}

/* ---- opening ---- */

/* What is added to the linear rates, and where something is not as the last call left it. */
static void mixed_drive(mixed *r) {
  lind_m8 any = lind_lanes_none(), jumped = lind_v8_eq(lind_v8_load(&r->pack->step), v8(0));
  for (int l = 0; l < r->n_linear; l++) {
    lind_v8 sum = lind_v8_load(&r->propagator.b[l]);
    if (r->pack->input) sum = lind_v8_add(sum, lind_v8_load(&r->pack->input[r->kernel->linear[l]]));
    any = lind_m8_or(any, lind_v8_ne(sum, v8(0)));
    jumped = lind_m8_or(jumped, lind_v8_ne(sum, lind_v8_load(&r->left_sum[l])));
    lind_v8_store(&r->sum[l], sum);
    r->z[l] = r->seen[l] = r->pack->x[r->kernel->linear[l]];
  }
  for (int i = 0; i < r->n; i++) jumped = lind_m8_or(jumped, lind_v8_ne(lind_v8_load(&r->pack->x[i]), lind_v8_load(&r->left[i])));
  r->jumped = jumped;
  r->u = lind_m8_bits(lind_m8_and(any, r->active)) ? r->sum : NULL;
}

static bool mixed_open(mixed *r, void *workspace) {
  mixed_lay_out(r, workspace);
  unsigned bits = 0;
  for (int i = 0; i < LIND_LANES; i++) {
    const int moves = r->pack->status[i] == LIND_LANE_OK && r->pack->target.of[i] > r->pack->time.of[i];
    bits |= (unsigned)moves << i;
  }
  if (!bits) return false;
  r->active = lind_m8_from_bits(bits);
  r->rejected = lind_lanes_none();
  r->attempts = r->gone = v8(0);
  r->begin = r->seen_time = lind_v8_load(&r->pack->time);
  r->kernel->coefficients(r->kernel->self, r->frame, r->propagator.a, r->propagator.b);
  lind_propagator_renew(&r->propagator, bits);
  mixed_drive(r);
  return true;
}

/* max over the rest of |a| / scale(x); NaN if any is. `minus` may be NULL. */
static lind_v8 mixed_norm(const mixed *r, const lind_lane *a, const lind_lane *minus) {
  lind_v8 norm = v8(0);
  for (int i = 0; i < r->n_rest; i++) {
    const int k = r->rest[i];
    lind_v8 value = lind_v8_load(&a[k]);
    if (minus) value = lind_v8_sub(value, lind_v8_load(&minus[k]));
    norm = lind_v8_max(norm, lind_v8_div(lind_v8_abs(value), mixed_scale(r, k, lind_v8_abs(lind_v8_load(&r->pack->x[k])))));
  }
  return norm;
}

/* Linear states a little later, by their rates now. */
static void mixed_creep(mixed *r, lind_v8 dt) {
  memcpy(r->z_end, r->z, (size_t)r->n_linear * sizeof *r->z_end);
  lind_propagator_shift(&r->propagator, dt, r->u, r->z_end, r->inside);
  spread(r, r->z_end, r->trial);
}

/* A time in which the linear states have hardly moved: 1e-2 / the largest sum of rates. */
static lind_v8 mixed_instant(const mixed *r) {
  lind_v8 fastest = v8(0);
  for (int i = 0; i < r->n_linear; i++) {
    lind_v8 sum = v8(0);
    for (int j = 0; j < r->n_linear; j++)
      sum = lind_v8_add(sum, lind_v8_abs(lind_v8_load(&r->propagator.a[i * r->n_linear + j])));
    fastest = lind_v8_max(fastest, sum);
  }
  return lind_v8_div(v8(1e-2), lind_v8_max(fastest, v8(1e-2)));
}

/* The starting step: Hairer's algorithm, as in stepper_rk.c, but that a rest which rests is tried after an instant of the drug's.
 */
static lind_v8 mixed_guess(mixed *r, lind_v8 remaining) {
  const lind_v8 size = mixed_norm(r, r->pack->x, NULL), speed = mixed_norm(r, r->rate[0], NULL);
  const lind_m8 small = lind_m8_or(lind_v8_lt(size, v8(1e-5)), lind_v8_lt(speed, v8(1e-5)));
  const lind_v8 ratio = lind_v8_div(lind_v8_mul(v8(0.01), size), speed);
  const lind_v8 first = lind_v8_min(lind_v8_select(small, mixed_instant(r), ratio), remaining);
  for (int i = 0; i < r->n_rest; i++) {
    const int k = r->rest[i];
    lind_v8_store(&r->trial[k], lind_v8_fma(first, lind_v8_load(&r->rate[0][k]), lind_v8_load(&r->pack->x[k])));
  }
  mixed_creep(r, first);
  mixed_rates(r, lind_v8_add(r->begin, first), r->trial, r->rate[1]);
  const lind_v8 bend = lind_v8_div(mixed_norm(r, r->rate[1], r->rate[0]), first);
  const lind_v8 sharp = lind_v8_max(speed, bend);
  const lind_v8 root = lind_v8_exp2_rough(lind_v8_mul(v8(exponent), lind_v8_log2_rough(lind_v8_div(v8(0.01), sharp))));
  lind_v8 step = lind_v8_min(lind_v8_min(lind_v8_mul(v8(100), first), root), remaining);
  step = lind_v8_select(lind_v8_le(sharp, v8(1e-15)), remaining, step);
  return lind_v8_select(lind_lanes_finite(step), step, first);
}

static void mixed_start(mixed *r) {
  memcpy(r->trial, r->pack->x, (size_t)r->n * sizeof *r->trial);
  mixed_rates(r, r->begin, r->trial, r->rate[0]);
  lind_m8 good = lind_m8_from_bits(255);
  for (int i = 0; i < r->n; i++) good = lind_m8_and(good, lind_lanes_finite(lind_v8_load(&r->pack->x[i])));
  for (int i = 0; i < r->n_rest; i++) good = lind_m8_and(good, lind_lanes_finite(lind_v8_load(&r->rate[0][r->rest[i]])));
  mixed_stop(r, lind_m8_except(r->active, good), LIND_LANE_NOT_FINITE);
  const lind_v8 step = lind_v8_load(&r->pack->step), first = lind_v8_load(r->first);
  const lind_m8 known = lind_m8_and(lind_v8_gt(step, v8(0)), lind_lanes_finite(step));
  const lind_m8 dosed = lind_m8_and(known, lind_m8_and(r->jumped, lind_v8_gt(first, v8(0))));
  const lind_m8 unknown = lind_m8_except(r->active, known);
  lind_v8 start = lind_v8_select(dosed, first, step);
  if (lind_m8_bits(unknown)) {
    lind_v8_store(r->first, lind_v8_select(unknown, v8(0), first));
    const lind_v8 remaining = lind_v8_sub(lind_v8_load(&r->pack->target), r->begin);
    start = lind_v8_select(unknown, mixed_guess(r, remaining), start);
  }
  lind_v8_store(&r->pack->step, lind_v8_select(r->active, start, step));
}

/* ---- one attempt ---- */

/* The largest power of 2 that is not above a > 0. */
static lind_v8 binade(lind_v8 a) {
  const __m256d exponents = _mm256_castsi256_pd(_mm256_set1_epi64x(0x7ff0000000000000));
  return (lind_v8){_mm256_and_pd(a.lo, exponents), _mm256_and_pd(a.hi, exponents)};
}

/* The largest power of 2 up to 2^11 that divides a, a multiple of 2^-40; 2^12 for a multiple of 2^12. Through the integer that
 * 2^52 + 2^40 a holds, whole 2^12 left out. */
static __m256d divisor_half(__m256d a) {
  const __m256d big = _mm256_set1_pd(0x1p52);
  const __m256d rounds = _mm256_floor_pd(_mm256_mul_pd(a, _mm256_set1_pd(0x1p-12)));
  const __m256d left = _mm256_fnmadd_pd(_mm256_set1_pd(0x1p12), rounds, a);
  const __m256i digits = _mm256_castpd_si256(_mm256_fmadd_pd(left, _mm256_set1_pd(0x1p40), big));
  const __m256i lowest = _mm256_and_si256(digits, _mm256_sub_epi64(_mm256_setzero_si256(), digits));
  const __m256i kept = _mm256_and_si256(lowest, _mm256_set1_epi64x(0xfffffffffffff));
  const __m256d value = _mm256_sub_pd(_mm256_castsi256_pd(_mm256_or_si256(kept, _mm256_castpd_si256(big))), big);
  const __m256d zero = _mm256_cmp_pd(value, _mm256_setzero_pd(), _CMP_EQ_OQ);
  return _mm256_blendv_pd(_mm256_mul_pd(value, _mm256_set1_pd(0x1p-40)), _mm256_set1_pd(0x1p12), zero);
}

/* The longest step of the ladder that is not above `step` and of which `gone`, a sum of such steps, is a multiple. */
static lind_v8 mixed_rung(const mixed *r, lind_v8 step) {
  const lind_v8 gone = lind_v8_div(r->gone, v8(rung)), share = lind_v8_mul(v8(1 / rung), step);
  const lind_v8 divisor = {divisor_half(gone.lo), divisor_half(gone.hi)};
  return lind_v8_mul(v8(rung), lind_v8_min(binade(share), divisor));
}

/* A half or a quarter of the step, where it ends on the look. */
static lind_v8 mixed_to_look(const mixed *r, lind_v8 time, lind_v8 h) {
  if (!r->pack->seen || r->pack->aside) return h;
  const lind_v8 way = lind_v8_sub(lind_v8_load(&r->pack->look), time), half = lind_v8_mul(v8(0.5), h),
                quarter = lind_v8_mul(v8(0.25), h);
  h = lind_v8_select(lind_v8_eq(way, half), half, h);
  return lind_v8_select(lind_v8_eq(way, quarter), quarter, h);
}

static void mixed_plan(mixed *r) {
  const lind_v8 time = lind_v8_load(&r->pack->time), target = lind_v8_load(&r->pack->target);
  const lind_v8 step = lind_v8_max(lind_v8_load(&r->pack->step), lind_lanes_floor(r->tolerance, time));
  const lind_v8 remaining = lind_v8_sub(target, time), h = mixed_to_look(r, time, mixed_rung(r, step));
  r->last = lind_v8_ge(lind_v8_mul(v8(1.01), h), remaining);
  r->h = lind_v8_select(r->active, lind_v8_select(r->last, remaining, h), v8(0));
  r->shortened = lind_v8_lt(r->h, step);
  r->end = lind_v8_select(r->last, target, lind_v8_add(r->begin, lind_v8_add(r->gone, r->h)));
}

/* Stage s, a constant where this is inlined: where the rest stands, x + h * (weights . rates), the linear states that drive it,
 * its rates. */
static inline __attribute__((always_inline)) void mixed_stage(mixed *r, const int s) {
  const lind_v8 h = r->h, time = lind_v8_load(&r->pack->time);
  for (int i = 0; i < r->n_rest; i++) {
    const int k = r->rest[i];
    lind_v8 sum = lind_v8_mul(v8(rk_weight[s][0]), lind_v8_load(&r->rate[0][k]));
#pragma GCC unroll 16
    for (int j = 1; j < s; j++)
      if (rk_weight[s][j] != 0) sum = lind_v8_fma(v8(rk_weight[s][j]), lind_v8_load(&r->rate[j][k]), sum);
    lind_v8_store(&r->trial[k], lind_v8_fma(h, sum, lind_v8_load(&r->pack->x[k])));
  }
  const int node = s <= INNER ? s - 1 : INNER;
  for (int d = 0; (s <= INNER || s == RK_STAGES) && d < r->kernel->n_driving; d++) {
    const int place = r->kernel->driving[d];
    const lind_lane *row = r->block + lind_propagator_node(&r->propagator, node, d);
    lind_v8_store(&r->trial[r->kernel->linear[place]], lind_propagator_row(&r->propagator, place, row, r->z, r->u));
  }
  if (s == INNER + 1) spread(r, r->z_end, r->trial);
  mixed_rates(r, rk_node[s] == 1 ? r->end : lind_v8_fma(v8(rk_node[s]), h, time), r->trial, r->rate[s]);
}

/* As in stepper_rk.c: the sum of the squares; 0 times a state shows one that is not finite. */
static inline void mixed_measure(mixed *r) {
  lind_v8 error = v8(0), broken = v8(0);
  for (int i = 0; i < r->n_rest; i++) {
    const int k = r->rest[i];
    lind_v8 sum = lind_v8_mul(v8(rk_difference[0]), lind_v8_load(&r->rate[0][k]));
#pragma GCC unroll 16
    for (int j = 1; j < RK_STAGES; j++)
      if (rk_difference[j] != 0) sum = lind_v8_fma(v8(rk_difference[j]), lind_v8_load(&r->rate[j][k]), sum);
    const lind_v8 after = lind_v8_load(&r->trial[k]), before = lind_v8_load(&r->pack->x[k]);
    const lind_v8 scale = mixed_scale(r, k, lind_v8_max(lind_v8_abs(before), lind_v8_abs(after)));
    const lind_v8 ratio = lind_v8_div(lind_v8_mul(r->h, sum), scale);
    error = lind_v8_fma(ratio, ratio, error);
    broken = lind_v8_fma(after, v8(0), broken);
  }
  for (int l = 0; l < r->n_linear; l++) broken = lind_v8_fma(lind_v8_load(&r->z_end[l]), v8(0), broken);
  r->error = error;
  r->broken = broken;
}

static void mixed_attempt(mixed *r) {
  mixed_plan(r);
  const unsigned wants = LIND_PROPAGATOR_NODES | (r->u ? LIND_PROPAGATOR_DRIVEN : 0);
  r->block = lind_propagator_find(&r->propagator, lind_m8_bits(r->active), r->h, wants);
  lind_propagator_apply(&r->propagator, r->block, r->z, r->u, r->z_end);
#pragma GCC unroll 16
  for (int s = 1; s < RK_STAGES; s++) mixed_stage(r, s);
  mixed_measure(r);
  r->extended = 0;
  r->attempts = lind_v8_add(r->attempts, v8(1));
}

/* ---- within the step ---- */

/* Linear states at a time of this step, from the last look or from its beginning; a look is remembered, so that looks at even
 * distances share one matrix. */
static void mixed_linear_at(mixed *r, lind_v8 at, lind_m8 within) {
  const lind_v8 start = lind_v8_load(&r->pack->time);
  const lind_m8 remembers = r->pack->aside && !r->pass.looking ? lind_lanes_none() /* events come as if nobody looked */
                                                               : lind_m8_from_bits(255);
  const lind_m8 later = lind_m8_and(remembers, lind_m8_and(lind_v8_gt(r->seen_time, start), lind_v8_le(r->seen_time, at)));
  const lind_m8 is_look = lind_m8_and(lind_m8_and(remembers, within), lind_v8_eq(at, lind_v8_load(&r->pack->look)));
  const lind_m8 follows = lind_m8_or(later, lind_m8_and(is_look, lind_v8_le(r->seen_time, at)));
  for (int l = 0; l < r->n_linear; l++)
    lind_v8_store(&r->z_end[l], lind_v8_select(follows, lind_v8_load(&r->seen[l]), lind_v8_load(&r->z[l])));
  lind_v8 left;
  const lind_v8 from = lind_v8_select(follows, r->seen_time, start), dt = lind_v8_select(within, lind_v8_sub(at, from), v8(0));
  const lind_v8 round = lind_propagator_grain(&r->propagator, dt, &left);
  const unsigned wants = (r->u ? LIND_PROPAGATOR_DRIVEN : 0) | (lind_m8_bits(is_look) ? 0 : LIND_PROPAGATOR_FLEETING);
  const lind_lane *block = lind_propagator_find(&r->propagator, lind_m8_bits(within), round, wants);
  lind_propagator_apply(&r->propagator, block, r->z_end, r->u, r->inside);
  lind_propagator_shift(&r->propagator, left, r->u, r->inside, r->z_end);
  for (int l = 0; l < r->n_linear; l++)
    lind_v8_store(&r->seen[l], lind_v8_select(is_look, lind_v8_load(&r->inside[l]), lind_v8_load(&r->seen[l])));
  r->seen_time = lind_v8_select(is_look, at, r->seen_time);
}

/* The stage that the extension needs besides; the end of the step is put aside meanwhile. */
static void mixed_extend(mixed *r) {
  if (r->extended) return;
  r->extended = 1;
  lind_lane *const end = r->trial;
  r->trial = r->spare;
  memcpy(r->spare, end, (size_t)r->n * sizeof *end);
  mixed_stage(r, RK_STAGES);
  r->trial = end;
}

static void mixed_interpolate(void *engine, const lind_lane *time, lind_lane *x) {
  mixed *r = engine;
  const lind_v8 at = lind_v8_load(time), start = lind_v8_load(&r->pack->time);
  const lind_m8 within = lind_m8_and(r->active, lind_m8_and(lind_v8_gt(at, start), lind_v8_lt(at, r->end)));
  if (!lind_m8_bits(within)) {
    memcpy(x, r->pack->x, (size_t)r->n * sizeof *x);
    return;
  }
  mixed_extend(r);
  const lind_v8 theta = lind_v8_select(within, lind_v8_div(lind_v8_sub(at, start), r->h), v8(0));
  lind_v8 share[RK_ALL];
  for (int s = 0; s < RK_ALL; s++) {
    share[s] = v8(rk_extension[s][RK_POWERS - 1]);
    for (int p = RK_POWERS - 2; p >= 0; p--) share[s] = lind_v8_fma(share[s], theta, v8(rk_extension[s][p]));
    share[s] = lind_v8_mul(lind_v8_mul(share[s], theta), r->h);
  }
  for (int i = 0; i < r->n_rest; i++) {
    const int k = r->rest[i];
    lind_v8 sum = lind_v8_load(&r->pack->x[k]);
    for (int s = 0; s < RK_ALL; s++)
      if (rk_extension[s][1] != 0) sum = lind_v8_fma(share[s], lind_v8_load(&r->rate[s][k]), sum);
    lind_v8_store(&x[k], sum);
  }
  mixed_linear_at(r, at, within);
  for (int l = 0; l < r->n_linear; l++)
    lind_v8_store(&x[r->kernel->linear[l]], lind_v8_select(within, lind_v8_load(&r->inside[l]), lind_v8_load(&r->z[l])));
}

/* ---- the verdict ---- */

static void mixed_accept(mixed *r, lind_m8 good) {
  lind_lanes_keep(r->pack->x, r->trial, r->n, good);
  for (int i = 0; i < r->n_rest; i++) {
    const int k = r->rest[i];
    lind_v8_store(&r->rate[0][k], lind_v8_select(good, lind_v8_load(&r->rate[RK_STAGES - 1][k]), lind_v8_load(&r->rate[0][k])));
  }
  for (int l = 0; l < r->n_linear; l++) r->z[l] = r->pack->x[r->kernel->linear[l]];
  r->gone = lind_v8_select(good, lind_v8_add(r->gone, r->h), r->gone);
  lind_v8_store(&r->pack->time, lind_v8_select(good, r->end, lind_v8_load(&r->pack->time)));
}

/* The next step of each lane, as in stepper_rk.c. A step that was shortened so much that its error says only "longer" does not
 * lower what was planned. */
static void mixed_control(mixed *r, lind_m8 good, lind_m8 finite) {
  lind_v8 factor = lind_v8_exp2_rough(lind_v8_fma(v8(-exponent / 2), lind_v8_log2_rough(r->error), v8(log2(safety))));
  factor = lind_v8_max(v8(least), lind_v8_min(factor, lind_v8_select(r->rejected, v8(1), v8(most))));
  factor = lind_v8_select(finite, factor, v8(0.5));
  const lind_v8 planned = lind_v8_load(&r->pack->step);
  lind_v8 step = lind_v8_mul(r->h, factor);
  const lind_m8 says_little = lind_m8_and(good, lind_v8_ge(factor, v8(most)));
  lind_v8_store(r->first, lind_v8_select(lind_m8_and(r->jumped, good), step, lind_v8_load(r->first)));
  r->jumped = lind_m8_except(r->jumped, lind_m8_except(good, says_little));
  step = lind_v8_select(lind_m8_and(says_little, r->shortened), lind_v8_max(step, planned), step);
  lind_v8_store(&r->pack->step, lind_v8_select(r->active, step, planned));
  r->rejected = lind_m8_except(r->active, good);
}

static void mixed_judge(mixed *r) {
  const lind_m8 finite = lind_m8_and(lind_lanes_finite(r->error), lind_v8_eq(r->broken, v8(0)));
  const lind_m8 good = lind_m8_and(r->active, lind_m8_and(finite, lind_v8_le(r->error, v8(1))));
  const lind_v8 least_step = lind_lanes_floor(r->tolerance, lind_v8_load(&r->pack->time));
  const lind_m8 stuck = lind_m8_and(lind_m8_except(r->active, good), lind_v8_le(r->h, least_step));
  mixed_control(r, good, finite);
  const lind_m8 stopped = lind_stepper_pass_end(&r->pass, good, &r->end, r->trial);
  mixed_accept(r, good);
  lind_lanes_count(r->pack, good, r->rejected);
  lind_lanes_give_up(r->pack, &r->active, stuck, finite);
  r->active = lind_m8_except(r->active, lind_m8_or(stopped, lind_m8_and(good, r->last)));
  mixed_stop(r, lind_m8_and(r->active, lind_v8_ge(r->attempts, v8(r->tolerance->most_steps))), LIND_LANE_STEPS);
}

/* What a lane that rested will have become by its next call is none of this one's business. */
static void mixed_leave(mixed *r, lind_m8 moved) {
  lind_lanes_keep(r->left, r->pack->x, r->n, moved);
  lind_lanes_keep(r->left_sum, r->sum, r->n_linear, moved);
}

void lind_stepper_mixed_advance(const lind_kernel *kernel, const lind_lane *frame, const lind_tolerance *tolerance,
                                lind_advance *pack, void *workspace) {
  mixed r = {.kernel = kernel, .frame = frame, .tolerance = tolerance, .pack = pack};
  r.n = kernel->n_states, r.n_linear = kernel->n_linear;
  if (!mixed_open(&r, workspace)) return;
  const lind_m8 moved = r.active;
  mixed_start(&r);
  while (lind_m8_bits(r.active)) {
    mixed_attempt(&r);
    mixed_judge(&r);
  }
  mixed_leave(&r, moved);
}
