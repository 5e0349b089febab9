/* stencil.h -- derivatives to slots of a frame by differences of order 4, whose points are the lanes of packs: two slots a pack,
 * at +h, -h, +2h, -2h each. Depends on: kernel.h.
 */
#ifndef LIND_STENCIL_H
#define LIND_STENCIL_H

#include "lind/error.h"
#include "lind/kernel.h"

enum { LIND_STENCIL_POINTS = 4, LIND_STENCIL_SLOTS = 2 }; /* points a slot, slots a pack */

typedef struct lind_stencil {
  const lind_kernel *kernel;
  int n_slots, n_packs;
  lind_lane *base;   /* [n_frame] the patient in all lanes */
  lind_lane *frames; /* [n_packs][n_frame] */
  double *h;         /* [n_slots] */
} lind_stencil;

/* The frame's lane, with each slot moved by multiples of 5e-4 of its scale, and the derived slots of each. */
lind_err lind_stencil_create(lind_stencil *stencil, const lind_kernel *kernel, const lind_lane *frame, int lane, int n_slots,
                             const int *slots, const double *scales) LIND_MUST_CHECK;
void lind_stencil_destroy(lind_stencil *stencil);

const lind_lane *lind_stencil_frame(const lind_stencil *stencil, int pack);
/* Where lane `lane` of a pack stands: how far its own slot is moved; 0 for a lane that is spare. *slot: which. */
double lind_stencil_offset(const lind_stencil *stencil, int pack, int lane, int *slot);
/* d value / d slot from the lanes of the slot's own pack, slot / LIND_STENCIL_SLOTS. */
double lind_stencil_slope(const lind_stencil *stencil, int slot, const lind_lane *value);

#endif
