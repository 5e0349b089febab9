/* One function per core operator: lane by lane, so that a lane cannot see its neighbours. */
#include "apply.h"

#include <math.h>
#include <stddef.h>

#define UNARY(name, expression)                                                                 \
  static void name(lind_lane *to, const lind_lane *x, const lind_lane *y, const lind_lane *z) { \
    (void)y, (void)z;                                                                           \
    for (int i = 0; i < LIND_LANES; ++i) {                                                      \
      const double a = x->of[i];                                                                \
      to->of[i] = (expression);                                                                 \
    }                                                                                           \
  }

#define BINARY(name, expression)                                                                \
  static void name(lind_lane *to, const lind_lane *x, const lind_lane *y, const lind_lane *z) { \
    (void)z;                                                                                    \
    for (int i = 0; i < LIND_LANES; ++i) {                                                      \
      const double a = x->of[i], b = y->of[i];                                                  \
      to->of[i] = (expression);                                                                 \
    }                                                                                           \
  }

UNARY(negate, -a)
BINARY(add, a + b)
BINARY(subtract, a - b)
BINARY(multiply, a *b)
BINARY(divide, a / b)
BINARY(power, pow(a, b))
BINARY(less, a < b ? 1.0 : 0.0)
BINARY(less_equal, a <= b ? 1.0 : 0.0)
BINARY(equal, a == b ? 1.0 : 0.0)
BINARY(different, a != b ? 1.0 : 0.0)
BINARY(both, a != 0.0 && b != 0.0 ? 1.0 : 0.0)
BINARY(either, a != 0.0 || b != 0.0 ? 1.0 : 0.0)
UNARY(not, a == 0.0 ? 1.0 : 0.0)

static void choose(lind_lane *to, const lind_lane *x, const lind_lane *y, const lind_lane *z) {
  for (int i = 0; i < LIND_LANES; ++i) to->of[i] = x->of[i] != 0.0 ? y->of[i] : z->of[i];
}

UNARY(lane_exp, exp(a))
UNARY(lane_log, log(a))
UNARY(lane_log10, log10(a))
UNARY(lane_sqrt, sqrt(a))
UNARY(lane_abs, fabs(a))
UNARY(lane_floor, floor(a))
UNARY(lane_ceil, ceil(a))
BINARY(lane_min, a < b ? a : b)
BINARY(lane_max, a > b ? a : b)
UNARY(lane_sin, sin(a))
UNARY(lane_cos, cos(a))
UNARY(lane_tanh, tanh(a))

static const lind_apply operators[LIND_OP_CORE_COUNT] = {
    [LIND_OP_NEGATE] = negate,     [LIND_OP_ADD] = add,
    [LIND_OP_SUBTRACT] = subtract, [LIND_OP_MULTIPLY] = multiply,
    [LIND_OP_DIVIDE] = divide,     [LIND_OP_POWER] = power,
    [LIND_OP_LESS] = less,         [LIND_OP_LESS_EQUAL] = less_equal,
    [LIND_OP_EQUAL] = equal,       [LIND_OP_DIFFERENT] = different,
    [LIND_OP_AND] = both,          [LIND_OP_OR] = either,
    [LIND_OP_NOT] = not,           [LIND_OP_SELECT] = choose,
};

static const lind_apply functions[LIND_FN_COUNT] = {
    [LIND_FN_EXP] = lane_exp, [LIND_FN_LOG] = lane_log,     [LIND_FN_LOG10] = lane_log10, [LIND_FN_SQRT] = lane_sqrt,
    [LIND_FN_ABS] = lane_abs, [LIND_FN_FLOOR] = lane_floor, [LIND_FN_CEIL] = lane_ceil,   [LIND_FN_MIN] = lane_min,
    [LIND_FN_MAX] = lane_max, [LIND_FN_SIN] = lane_sin,     [LIND_FN_COS] = lane_cos,     [LIND_FN_TANH] = lane_tanh,
};

lind_apply lind_apply_of(lind_op op, lind_function function) {
  return op == LIND_OP_FUNCTION ? functions[function] : operators[op];
}
