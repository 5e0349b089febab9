/* random.h -- randomness is addressed as who x why x when, never drawn in sequence.
 *
 *   who   seed, replicate, seat, attempt (screening attempts of a seat are counted and part of the key). Never the arm: that is
 *         what makes a twin a twin.
 *   why   a purpose: the 32-bit hash of a name such as "cohort/age", "model/eta_cl", "measure/inr", "conduct/miss". The plan
 *         refuses two names with one hash (lind_random_purposes_add).
 *   when  a time slot or an occasion (day number, grid node), below 2^24; never "the next one", never a count of events.
 *
 * Philox 4x32-10 (Random123): key = seed; counter = seat | replicate | purpose | attempt (8 bits) and index (24 bits); injective
 * by construction. Uniforms are (k + 0.5) * 2^-52 with k of 52 bits: strictly inside (0, 1). One uniform a variate, by inverse
 * CDF. Source: Salmon et al. 2011, doi:10.1145/2063384.2063405. Depends on: nothing in lind but lane.h.
 */
#ifndef LIND_RANDOM_H
#define LIND_RANDOM_H

#include <stdint.h>

#include "lind/error.h"

typedef struct lind_who {
  uint64_t seed;
  uint32_t replicate;
  uint32_t seat;
  uint32_t attempt; /* below 256 */
} lind_who;

typedef uint32_t lind_purpose; /* lind_random_purpose("cohort/age") */

lind_purpose lind_random_purpose(const char *name);
double lind_random_uniform(lind_who who, lind_purpose why, uint32_t when);
double lind_random_normal(lind_who who, lind_purpose why, uint32_t when);

/* The purposes of a plan. Not thread-safe; filled while planning. */
typedef struct lind_purposes {
  int n;
  struct {
    lind_purpose code;
    char name[60];
  } at[256];
} lind_purposes;
/* Same name twice is fine; two names with one hash is an error that names both. */
lind_err lind_random_purposes_add(lind_purposes *purposes, const char *name) LIND_MUST_CHECK;

#endif
