/* The distribution kinds, one line each: src/cohort/kinds/NAME.c defines lind_NAME_kind. */
#define LIND_KINDS_LIST(X) \
  X(normal)                \
  X(lognormal)             \
  X(uniform)               \
  X(constant)              \
  X(beta)                  \
  X(quantiles)
