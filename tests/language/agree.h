/* agree.h -- one model with both back ends: whatever the kernels have must agree to rounding, from equal frames and states. */
#ifndef LIND_TEST_LANGUAGE_AGREE_H
#define LIND_TEST_LANGUAGE_AGREE_H

#include "bench.h"

static inline void agree_values(const char *model, const char *what, const lind_lane *a, const lind_lane *b, int n) {
  for (int k = 0; k < n; ++k)
    for (int i = 0; i < LIND_LANES; ++i)
      if (a[k].of[i] != b[k].of[i] && /* infinite times of events */
          !(fabs(a[k].of[i] - b[k].of[i]) <= 1e-13 * fmax(fabs(a[k].of[i]), fabs(b[k].of[i]))))
        fail_msg("%s: %s %d of lane %d is %.17g compiled and %.17g evaluated", model, what, k, i, a[k].of[i], b[k].of[i]);
}

static inline void agree_places(const char *model, const char *what, const int *a, const int *b, int n) {
  for (int k = 0; k < n; ++k)
    if (a[k] != b[k]) fail_msg("%s: %s[%d] is %d compiled and %d evaluated", model, what, k, a[k], b[k]);
}

static inline void agree_shape(const char *model, const lind_kernel *a, const lind_kernel *b) {
  assert_int_equal(a->n_states, b->n_states);
  assert_int_equal(a->n_frame, b->n_frame);
  assert_int_equal(a->n_outputs, b->n_outputs);
  assert_int_equal(a->n_entries, b->n_entries);
  assert_int_equal(a->n_factors, b->n_factors);
  assert_int_equal(a->n_linear, b->n_linear);
  assert_int_equal(a->n_driving, b->n_driving);
  assert_int_equal(a->n_triggers, b->n_triggers);
  assert_int_equal(a->n_delays, b->n_delays);
  assert_int_equal(a->n_noises, b->n_noises);
  agree_places(model, "row", a->row, b->row, a->n_entries);
  agree_places(model, "column", a->column, b->column, a->n_entries);
  agree_places(model, "linear", a->linear, b->linear, a->n_linear);
  agree_places(model, "driving", a->driving, b->driving, a->n_driving);
  agree_places(model, "delayed", a->delayed, b->delayed, a->n_delays);
  agree_places(model, "noisy", a->noisy, b->noisy, a->n_noises);
  const bool same[] = {
      (a->dosing == NULL) == (b->dosing == NULL),       (a->jacobian == NULL) == (b->jacobian == NULL),
      (a->slope == NULL) == (b->slope == NULL),         (a->coefficients == NULL) == (b->coefficients == NULL),
      (a->rest == NULL) == (b->rest == NULL),           (a->triggers == NULL) == (b->triggers == NULL),
      (a->reset == NULL) == (b->reset == NULL),         (a->delays == NULL) == (b->delays == NULL),
      (a->diffusion == NULL) == (b->diffusion == NULL),
  };
  for (size_t i = 0; i < sizeof same / sizeof same[0]; ++i)
    if (!same[i]) fail_msg("%s: one back end lacks function %zu", model, i);
}

typedef void (*agree_dynamic)(const void *, const lind_lane *, const lind_lane *, const lind_lane *, lind_lane *);

/* Factors and solutions are equal bit for bit: both back ends do the same operations in one order. */
static inline void agree_factors(const char *model, const lind_kernel *a, const lind_kernel *b, const lind_lane *entries) {
  const int n = a->n_states, room = a->n_factors + n + 1;
  const lind_lane shift = {{40, 50, 60, 70, 80, 90, 100, 110}};
  lind_lane *out[2];
  for (int e = 0; e < 2; ++e) {
    const lind_kernel *k = e == 0 ? a : b;
    assert_non_null(out[e] = aligned_alloc(64, (size_t)room * sizeof **out));
    for (int s = 0; s < n; ++s)
      for (int i = 0; i < LIND_LANES; ++i) out[e][a->n_factors + s].of[i] = 1 + 0.3 * s - 0.1 * i;
    k->factor(k->self, &shift, entries, out[e]);
    k->solve(k->self, out[e], out[e] + a->n_factors);
  }
  for (int s = 0; s < a->n_factors + n; ++s)
    for (int i = 0; i < LIND_LANES; ++i)
      if (out[0][s].of[i] != out[1][s].of[i])
        fail_msg("%s: factor or solution %d of %d is %.17g compiled and %.17g evaluated", model, s, a->n_factors, out[0][s].of[i],
                 out[1][s].of[i]);
  for (int e = 0; e < 2; ++e) free(out[e]);
}

/* x[n_states + n_delays]; frame: filled by `individual`. */
static inline void agree_kernels(const char *model, const lind_kernel *a, const lind_kernel *b, const lind_lane *time,
                                 const lind_lane *frame, const lind_lane *x) {
  const int n = a->n_states, most = 4 * n + a->n_entries + a->n_outputs + n * n + a->n_triggers * (n + 1) + 2 * a->n_noises + 1;
  lind_lane *out[2];
  agree_shape(model, a, b);
  for (int e = 0; e < 2; ++e) assert_non_null(out[e] = aligned_alloc(64, (size_t)most * sizeof **out));
  const struct {
    const char *what;
    agree_dynamic functions[2];
    int n;
  } dynamic[] = {
      {"rate", {a->rhs, b->rhs}, n},
      {"Jacobian entry", {a->jacobian, b->jacobian}, a->n_entries},
      {"output", {a->outputs, b->outputs}, a->n_outputs},
      {"slope", {a->slope, b->slope}, n},
      {"rest", {a->rest, b->rest}, n},
      {"trigger", {a->triggers, b->triggers}, a->n_triggers},
      {"reset", {a->reset, b->reset}, a->n_triggers * n},
      {"diffusion", {a->diffusion, b->diffusion}, 2 * a->n_noises},
  };
  for (size_t f = 0; f < sizeof dynamic / sizeof dynamic[0]; ++f) {
    if (dynamic[f].functions[0] == NULL) continue;
    for (int e = 0; e < 2; ++e) {
      memset(out[e], 0, (size_t)most * sizeof **out);
      dynamic[f].functions[e](e == 0 ? a->self : b->self, time, frame, x, out[e]);
    }
    agree_values(model, dynamic[f].what, out[0], out[1], dynamic[f].n);
    if (dynamic[f].functions[0] == a->jacobian) agree_factors(model, a, b, out[0]);
  }
  for (int e = 0; e < 2; ++e) {
    const lind_kernel *k = e == 0 ? a : b;
    memset(out[e], 0, (size_t)most * sizeof **out);
    if (k->dosing != NULL) k->dosing(k->self, frame, out[e], out[e] + n, out[e] + 2 * n, out[e] + 3 * n);
  }
  agree_values(model, "bioavailability, lag, rate or duration", out[0], out[1], 4 * n);
  for (int e = 0; e < 2; ++e) {
    const lind_kernel *k = e == 0 ? a : b;
    if (k->coefficients != NULL) k->coefficients(k->self, frame, out[e], out[e] + k->n_linear * k->n_linear);
  }
  agree_values(model, "coefficient", out[0], out[1], a->n_linear * (a->n_linear + 1));
  for (int e = 0; e < 2; ++e) {
    const lind_kernel *k = e == 0 ? a : b;
    if (k->delays != NULL) k->delays(k->self, frame, out[e]);
  }
  agree_values(model, "delay", out[0], out[1], a->n_delays);
  for (int e = 0; e < 2; ++e) free(out[e]);
}

#endif
