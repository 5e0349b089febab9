/* One function per core operator, with the lane arithmetic that generated models use, so that both back ends agree. */
#include "apply.h"

#include "numerics/lane_math.h"

#define UNARY(name, expression)                                                                 \
  static void name(lind_lane *to, const lind_lane *x, const lind_lane *y, const lind_lane *z) { \
    (void)y, (void)z;                                                                           \
    const lind_v8 a = lind_v8_load(x);                                                          \
    lind_v8_store(to, expression);                                                              \
  }

#define BINARY(name, expression)                                                                \
  static void name(lind_lane *to, const lind_lane *x, const lind_lane *y, const lind_lane *z) { \
    (void)z;                                                                                    \
    const lind_v8 a = lind_v8_load(x), b = lind_v8_load(y);                                     \
    lind_v8_store(to, expression);                                                              \
  }

UNARY(negate, lind_v8_neg(a))
BINARY(add, lind_v8_add(a, b))
BINARY(subtract, lind_v8_sub(a, b))
BINARY(multiply, lind_v8_mul(a, b))
BINARY(divide, lind_v8_div(a, b))
BINARY(power, lind_v8_pow(a, b))
BINARY(less, lind_v8_truth(lind_v8_lt(a, b)))
BINARY(less_equal, lind_v8_truth(lind_v8_le(a, b)))
BINARY(equal, lind_v8_truth(lind_v8_eq(a, b)))
BINARY(different, lind_v8_truth(lind_v8_ne(a, b)))
BINARY(both, lind_v8_truth(lind_m8_and(lind_m8_of(a), lind_m8_of(b))))
BINARY(either, lind_v8_truth(lind_m8_or(lind_m8_of(a), lind_m8_of(b))))
UNARY(not, lind_v8_truth(lind_m8_not(lind_m8_of(a))))

static void choose(lind_lane *to, const lind_lane *x, const lind_lane *y, const lind_lane *z) {
  lind_v8_store(to, lind_v8_select(lind_m8_of(lind_v8_load(x)), lind_v8_load(y), lind_v8_load(z)));
}

UNARY(lane_exp, lind_v8_exp(a))
UNARY(lane_log, lind_v8_log(a))
UNARY(lane_log10, lind_v8_log10(a))
UNARY(lane_sqrt, lind_v8_sqrt(a))
UNARY(lane_abs, lind_v8_abs(a))
UNARY(lane_floor, lind_v8_floor(a))
UNARY(lane_ceil, lind_v8_ceil(a))
BINARY(lane_min, lind_v8_min(a, b))
BINARY(lane_max, lind_v8_max(a, b))
UNARY(lane_sin, lind_v8_sin(a))
UNARY(lane_cos, lind_v8_cos(a))
UNARY(lane_tanh, lind_v8_tanh(a))
UNARY(lane_atan, lind_v8_atan(a))
UNARY(lane_normal_quantile, lind_v8_normal_quantile(a))

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
    [LIND_FN_EXP] = lane_exp,     [LIND_FN_LOG] = lane_log,
    [LIND_FN_LOG10] = lane_log10, [LIND_FN_SQRT] = lane_sqrt,
    [LIND_FN_ABS] = lane_abs,     [LIND_FN_FLOOR] = lane_floor,
    [LIND_FN_CEIL] = lane_ceil,   [LIND_FN_MIN] = lane_min,
    [LIND_FN_MAX] = lane_max,     [LIND_FN_SIN] = lane_sin,
    [LIND_FN_COS] = lane_cos,     [LIND_FN_TANH] = lane_tanh,
    [LIND_FN_ATAN] = lane_atan,   [LIND_FN_NORMAL_QUANTILE] = lane_normal_quantile,
};

lind_apply lind_apply_of(lind_op op, lind_function function) {
  return op == LIND_OP_FUNCTION ? functions[function] : operators[op];
}
