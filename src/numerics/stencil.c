/* stencil.c -- differences of order 4 over lanes, see stencil.h.
 *
 * f' = (8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12 h + h^4 f^(5) / 30 (Abramowitz and Stegun 1964, 25.3). With h of 5e-4 of the
 * slot's scale truncation and rounding are both about 1e-12 of a smooth function's size.
 */
#include "stencil.h"

#include <math.h>
#include <stdlib.h>

static const double share = 5e-4;
static const double points[LIND_STENCIL_POINTS] = {1, -1, 2, -2};

const lind_lane *lind_stencil_frame(const lind_stencil *s, int pack) { return s->frames + pack * s->kernel->n_frame; }

double lind_stencil_offset(const lind_stencil *s, int pack, int lane, int *slot) {
  *slot = pack * LIND_STENCIL_SLOTS + lane / LIND_STENCIL_POINTS;
  return *slot < s->n_slots ? points[lane % LIND_STENCIL_POINTS] * s->h[*slot] : 0;
}

double lind_stencil_slope(const lind_stencil *s, int slot, const lind_lane *value) {
  const double *f = value->of + slot % LIND_STENCIL_SLOTS * LIND_STENCIL_POINTS;
  return (8 * (f[0] - f[1]) - (f[2] - f[3])) / (12 * s->h[slot]);
}

static lind_err allocate(lind_stencil *s) {
  const size_t frame = (size_t)s->kernel->n_frame * sizeof(lind_lane);
  s->n_packs = (s->n_slots + LIND_STENCIL_SLOTS - 1) / LIND_STENCIL_SLOTS;
  s->base = aligned_alloc(_Alignof(lind_lane), frame);
  s->frames = aligned_alloc(_Alignof(lind_lane), (size_t)s->n_packs * frame);
  s->h = malloc((size_t)s->n_slots * sizeof *s->h);
  LIND_CHECK(s->base != NULL && s->frames != NULL && s->h != NULL, LIND_ERR_MEMORY, "no memory for differences in %d slots",
             s->n_slots);
  return LIND_OK;
}

/* A step that a double holds exactly. */
static double step_of(double value, double scale) {
  if (!(scale > 0)) scale = value != 0 ? fabs(value) : 1;
  const volatile double moved = value + share * scale;
  return moved - value;
}

static lind_err fill(lind_stencil *s, const lind_lane *frame, int lane, const int *slots, const double *scales) {
  const lind_kernel *kernel = s->kernel;
  for (int k = 0; k < kernel->n_frame; k++)
    for (int i = 0; i < LIND_LANES; i++) s->base[k].of[i] = frame[k].of[lane];
  for (int j = 0; j < s->n_slots; j++) {
    LIND_CHECK(slots[j] >= 0 && slots[j] < kernel->n_frame, LIND_ERR_INPUT, "slot %d is asked for; the frame has %d", slots[j],
               kernel->n_frame);
    s->h[j] = step_of(frame[slots[j]].of[lane], scales != NULL ? scales[j] : 0);
  }
  for (int p = 0; p < s->n_packs; p++) {
    lind_lane *moved = s->frames + p * kernel->n_frame;
    for (int k = 0; k < kernel->n_frame; k++) moved[k] = s->base[k];
    for (int i = 0; i < LIND_LANES; i++) {
      int slot;
      const double offset = lind_stencil_offset(s, p, i, &slot);
      if (slot < s->n_slots) moved[slots[slot]].of[i] += offset;
    }
    kernel->individual(kernel->self, moved);
    for (int i = 0; i < LIND_LANES; i++) {
      int slot;
      const double offset = lind_stencil_offset(s, p, i, &slot);
      LIND_CHECK(slot >= s->n_slots || moved[slots[slot]].of[i] == s->base[slots[slot]].of[i] + offset, LIND_ERR_INPUT,
                 "slot %d of the frame derives from others; ask for those", slots[slot]);
    }
  }
  kernel->individual(kernel->self, s->base);
  return LIND_OK;
}

lind_err lind_stencil_create(lind_stencil *s, const lind_kernel *kernel, const lind_lane *frame, int lane, int n_slots,
                             const int *slots, const double *scales) {
  *s = (lind_stencil){.kernel = kernel, .n_slots = n_slots};
  lind_err code = allocate(s);
  if (code == LIND_OK) code = fill(s, frame, lane, slots, scales);
  if (code != LIND_OK) lind_stencil_destroy(s);
  return code;
}

void lind_stencil_destroy(lind_stencil *s) {
  free(s->base);
  free(s->frames);
  free(s->h);
  *s = (lind_stencil){0};
}
