/* random.c -- a counter-based generator: an address (who, why, when) is a Philox counter, so a number has no predecessor. */
#include "lind/random.h"

#include <Random123/philox.h>
#include <assert.h>
#include <string.h>

#include "lind/digest.h"
#include "lind/draw.h"

enum { PURPOSE_LIMIT = sizeof((lind_purposes *)0)->at / sizeof((lind_purposes *)0)->at[0] };

lind_purpose lind_random_purpose(const char *name) { return lind_digest_name(name); }

/* Philox 4x32-10 at an address; the counter words are those of random.h. Source: Salmon et al. 2011. */
static uint64_t random_bits(lind_who who, lind_purpose why, uint32_t when) {
  assert(who.attempt < 256 && when < (1u << 24));
  const philox4x32_ctr_t counter = {{who.seat, who.replicate, why, who.attempt << 24 | when}};
  const philox4x32_key_t key = {{(uint32_t)who.seed, (uint32_t)(who.seed >> 32)}};
  const philox4x32_ctr_t word = philox4x32_R(10, counter, key);
  return (uint64_t)word.v[0] << 32 | word.v[1];
}

/* (k + 0.5) * 2^-52 is exact in a double for every k of 52 bits: it can be neither 0 nor 1. */
double lind_random_uniform(lind_who who, lind_purpose why, uint32_t when) {
  return ((double)(random_bits(who, why, when) >> 12) + 0.5) * 0x1p-52;
}

double lind_random_normal(lind_who who, lind_purpose why, uint32_t when) {
  return lind_draw_normal_quantile(lind_random_uniform(who, why, when));
}

lind_err lind_random_purposes_add(lind_purposes *purposes, const char *name) {
  const lind_purpose code = lind_random_purpose(name);
  for (int i = 0; i < purposes->n; i++) {
    if (strcmp(purposes->at[i].name, name) == 0) return LIND_OK;
    LIND_CHECK(purposes->at[i].code != code, LIND_ERR_INPUT,
               "the random streams \"%s\" and \"%s\" have the same hash %08x; give one of them another name",
               purposes->at[i].name, name, (unsigned)code);
  }
  LIND_CHECK(strlen(name) < sizeof purposes->at[0].name, LIND_ERR_INPUT,
             "the name of the random stream \"%s\" has %zu characters; at most %zu are possible", name, strlen(name),
             sizeof purposes->at[0].name - 1);
  LIND_CHECK(purposes->n < PURPOSE_LIMIT, LIND_ERR_INPUT, "the random stream \"%s\" is one too many; a plan can have at most %d",
             name, PURPOSE_LIMIT);
  purposes->at[purposes->n].code = code;
  memcpy(purposes->at[purposes->n].name, name, strlen(name) + 1);
  purposes->n++;
  return LIND_OK;
}
