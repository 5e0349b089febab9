/* randomiser.c -- which arm a place in a stratum gets. Nothing is stored and nothing is drawn in sequence: a block is an
 * arrangement that is drawn again, from its own address, whenever one of its places is asked for, so that seats may be enrolled
 * in any order on anybody.
 *
 * Super-block s of a stratum holds every block size once. Its order is drawn with who.seat = s; the arrangement of block b
 * (counted through the stratum) with who.seat = b. `when` is stratum * 4096 + draw. Both draw without replacement: of what is
 * left, each is as likely, hence every arrangement with the right counts is as likely as any other (Lachin 1988,
 * doi:10.1016/0197-2456(88)90047-5).
 */
#include <assert.h>
#include <math.h>

#include "lind/protocol.h"

enum { ARMS_MAX = 64, SIZES_MAX = 64, PLACES = LIND_RANDOMISER_PLACES };

struct lind_randomiser {
  int n_arms, n_sizes;
  double cumulative[ARMS_MAX]; /* simple: upper ends of the arms' parts of (0, 1) */
  uint32_t ratio[ARMS_MAX], total;
  uint32_t size[SIZES_MAX], all_sizes;
  lind_purpose order, block, simple;
};

static bool is_whole(double x) { return x == floor(x); }

static lind_err set_blocks(const double *ratio, const double *sizes, lind_where where, lind_randomiser *made) {
  double total = 0;
  for (int a = 0; a < made->n_arms; ++a) {
    LIND_CHECK_AT(is_whole(ratio[a]) && ratio[a] <= PLACES, LIND_ERR_INPUT, where,
                  "the ratio of arm %d is %g; permuted blocks need whole ratios of at most %d", a + 1, ratio[a], (int)PLACES);
    made->ratio[a] = (uint32_t)ratio[a];
    total += ratio[a];
  }
  for (int i = 0; i < made->n_sizes; ++i) {
    LIND_CHECK_AT(sizes[i] > 0 && is_whole(sizes[i]) && sizes[i] <= PLACES, LIND_ERR_INPUT, where,
                  "block size %g is not a whole number from 1 to %d", sizes[i], (int)PLACES);
    LIND_CHECK_AT(fmod(sizes[i], total) == 0, LIND_ERR_INPUT, where,
                  "block size %g is not a multiple of %g, the sum of the arms' ratios", sizes[i], total);
    made->size[i] = (uint32_t)sizes[i];
    made->all_sizes += made->size[i];
  }
  made->total = (uint32_t)total;
  return LIND_OK;
}

lind_err lind_randomiser_create(const double *ratio, int n_arms, const double *sizes, int n_sizes, lind_where where,
                                lind_arena *arena, const lind_randomiser **randomiser) {
  LIND_CHECK_AT(n_arms >= 1 && n_arms <= ARMS_MAX, LIND_ERR_INPUT, where, "%d arms cannot be randomised; 1 to %d can", n_arms,
                (int)ARMS_MAX);
  LIND_CHECK_AT(n_sizes >= 0 && n_sizes <= SIZES_MAX, LIND_ERR_INPUT, where, "%d block sizes are given; at most %d are allowed",
                n_sizes, (int)SIZES_MAX);
  lind_randomiser *made;
  LIND_TAKE(made, arena, 1);
  made->n_arms = n_arms;
  made->n_sizes = n_sizes;
  double sum = 0, part = 0;
  for (int a = 0; a < n_arms; ++a) {
    LIND_CHECK_AT(ratio[a] > 0 && isfinite(ratio[a]), LIND_ERR_INPUT, where, "the ratio of arm %d is %g; it must be more than 0",
                  a + 1, ratio[a]);
    sum += ratio[a];
  }
  for (int a = 0; a < n_arms; ++a) made->cumulative[a] = (part += ratio[a]) / sum;
  if (n_sizes > 0) LIND_TRY(set_blocks(ratio, sizes, where, made));
  made->order = lind_random_purpose(LIND_RANDOMISER_ORDER);
  made->block = lind_random_purpose(LIND_RANDOMISER_BLOCK);
  made->simple = lind_random_purpose(LIND_RANDOMISER_SIMPLE);
  *randomiser = made;
  return LIND_OK;
}

/* Draw `draw` of an address: which of the `left` things that are left, 0 .. left - 1. */
static uint32_t pick(lind_who who, lind_purpose why, uint32_t stratum, uint32_t draw, uint32_t left) {
  return (uint32_t)(lind_random_uniform(who, why, stratum * PLACES + draw) * left);
}

/* The block that covers place `rest` of a super-block; *rest becomes the place inside that block, *nth its number there. */
static uint32_t block_size(const lind_randomiser *made, lind_who who, uint32_t stratum, uint32_t *rest, uint32_t *nth) {
  bool used[SIZES_MAX] = {false};
  for (uint32_t draw = 0;; ++draw) {
    uint32_t skip = pick(who, made->order, stratum, draw, (uint32_t)made->n_sizes - draw);
    int i = 0;
    while (used[i] || skip > 0) skip -= !used[i++];
    if (*rest < made->size[i]) {
      *nth = draw;
      return made->size[i];
    }
    *rest -= made->size[i];
    used[i] = true;
  }
}

static int block_arm(const lind_randomiser *made, lind_who who, uint32_t stratum, uint32_t size, uint32_t place) {
  uint32_t left[ARMS_MAX];
  for (int a = 0; a < made->n_arms; ++a) left[a] = made->ratio[a] * (size / made->total);
  for (uint32_t draw = 0;; ++draw) {
    uint32_t nth = pick(who, made->block, stratum, draw, size - draw);
    int a = 0;
    while (nth >= left[a]) nth -= left[a++];
    if (draw == place) return a;
    --left[a];
  }
}

int lind_randomiser_arm(const lind_randomiser *made, uint64_t seed, uint32_t replicate, uint32_t stratum, uint64_t position) {
  assert(stratum < LIND_RANDOMISER_STRATA && position <= UINT32_MAX);
  lind_who who = {.seed = seed, .replicate = replicate, .seat = (uint32_t)position, .attempt = 0};
  if (made->n_sizes == 0) {
    const double u = lind_random_uniform(who, made->simple, stratum * PLACES);
    int a = 0;
    while (a < made->n_arms - 1 && u >= made->cumulative[a]) ++a;
    return a;
  }
  uint32_t rest = (uint32_t)position % made->all_sizes, nth;
  who.seat = (uint32_t)position / made->all_sizes;
  const uint32_t size = block_size(made, who, stratum, &rest, &nth);
  who.seat = who.seat * (uint32_t)made->n_sizes + nth; /* no more blocks than positions: every block has at least one place */
  return block_arm(made, who, stratum, size, rest);
}
