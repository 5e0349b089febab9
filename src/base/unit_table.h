/* unit_table.h -- the units that lind knows, each as an exact decimal multiple of SI units. Inside src/base only. */
#ifndef LIND_BASE_UNIT_TABLE_H
#define LIND_BASE_UNIT_TABLE_H

#include "lind/unit.h"

/* value in SI (kg, m, s, mol, K, A; IU beside them) = mantissa / divisor * 10^exponent * value; mantissa and divisor are whole
 * numbers. */
typedef struct lind_unit_row {
  const char *symbol;
  double mantissa, divisor;
  int exponent;
  signed char power[LIND_DIM_COUNT]; /* of kg, m, s, mol, K, A, IU: the order of lind_dim */
} lind_unit_row;

extern const lind_unit_row lind_unit_table[];
extern const size_t lind_unit_table_size;

/* What people also write, and what it is here. */
typedef struct lind_unit_hint {
  const char *word, *symbol;
} lind_unit_hint;

extern const lind_unit_hint lind_unit_hints[];
extern const size_t lind_unit_hints_size;

#endif
