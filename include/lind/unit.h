/* unit.h -- dimensions and units. No number crosses lind's boundary without one.
 *
 * Inside, every quantity is in the canonical unit of its dimension: mg, dm (so that a litre is 1), h, umol, K, A, IU.
 * Powers are kept in halves so that sqrt() stays inside. Depends on: error.h.
 */
#ifndef LIND_UNIT_H
#define LIND_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lind/error.h"

typedef enum {
  LIND_DIM_MASS,        /* mg   */
  LIND_DIM_LENGTH,      /* dm   */
  LIND_DIM_TIME,        /* h    */
  LIND_DIM_AMOUNT,      /* umol */
  LIND_DIM_TEMPERATURE, /* K    */
  LIND_DIM_CURRENT,     /* A    */
  LIND_DIM_ACTIVITY,    /* IU   */
  LIND_DIM_COUNT
} lind_dim;

typedef struct lind_dimension {
  int8_t halves[LIND_DIM_COUNT]; /* power x 2 */
} lind_dimension;

extern const lind_dimension lind_unit_dimensionless;

typedef struct lind_unit {
  lind_dimension dimension;
  double scale;  /* canonical value = scale * value as written */
  char text[48]; /* as written, "" for dimensionless */
} lind_unit;

bool lind_unit_same_dimension(lind_dimension a, lind_dimension b);
bool lind_unit_is_dimensionless(lind_dimension a);
lind_dimension lind_unit_multiply(lind_dimension a, lind_dimension b);
lind_dimension lind_unit_divide(lind_dimension a, lind_dimension b);
lind_dimension lind_unit_power(lind_dimension a, int halves); /* a ^ (halves / 2) */

/* "mg/L", "1/h", "kg*m/s^2", "mL/(min*kg)", "10^9/L", "mg^0.5"; "*", "." and "/" bind from left to right. "%", "ratio" and "1"
 * are dimensionless; "mL/min/1.73m^2" (a number) and "degC" (an offset) are refused. src/base/unit_table.c lists the symbols. The
 * message names the part that is not known and the nearest known unit; the caller adds the place. LIND_ERR_UNIT. */
lind_err lind_unit_parse(const char *text, lind_unit *unit) LIND_MUST_CHECK;
/* "5 mg", "0.5 mg/L", "84 day", "3" (dimensionless) -> canonical value and the unit as written. */
lind_err lind_unit_parse_quantity(const char *text, double *canonical, lind_unit *unit) LIND_MUST_CHECK;
/* A readable unit of a dimension, made of canonical ones: "mg/L", "1/h", "L/h", "1". Returned = buffer. */
const char *lind_unit_dimension_text(lind_dimension dimension, char *buffer, size_t size);
/* What a dimension is, in words, when it has a name: "time", "mass", "concentration (mass/volume)"; else its units. */
const char *lind_unit_dimension_words(lind_dimension dimension, char *buffer, size_t size);

#endif
