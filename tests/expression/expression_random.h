/* Random expressions: a text in a, b, c, d and its value in plain C, side by side. */
#ifndef LIND_TEST_EXPRESSION_RANDOM_H
#define LIND_TEST_EXPRESSION_RANDOM_H

#include <math.h>
#include <stdlib.h>

#include "expression_case.h"
#include "lind/draw.h"

typedef struct random_text {
  uint64_t seed;
  const double *x; /* [4] values of a, b, c, d */
  char *end;       /* of the text so far */
} random_text;

static inline void random_put(random_text *r, const char *text) { r->end = stpcpy(r->end, text); }

static inline double random_leaf(random_text *r) {
  const uint64_t pick = case_random(&r->seed) % 6;
  if (pick < 4) {
    const char name[2] = {(char)('a' + (int)pick), '\0'};
    random_put(r, name);
    return r->x[pick];
  }
  const double value = (double)(case_random(&r->seed) % 64) / 8.0 + 0.125;
  r->end += sprintf(r->end, "%.17g", value);
  return value;
}

static inline bool random_truth(random_text *r, int depth) {
  static const char *const operators[] = {" < ", " <= ", " > ", " >= ", " == ", " != "};
  random_put(r, "(");
  bool value;
  if (depth > 0 && case_random(&r->seed) % 3 == 0) {
    const bool both = case_random(&r->seed) % 2;
    const bool left = random_truth(r, depth - 1);
    random_put(r, both ? " and not " : " or ");
    const bool right = random_truth(r, depth - 1);
    value = both ? left && !right : left || right;
  } else { /* of leaves only: rounding must not decide */
    const uint64_t pick = case_random(&r->seed) % 6;
    const double left = random_leaf(r);
    random_put(r, operators[pick]);
    const double right = random_leaf(r);
    const bool all[] = {left<right, left <= right, left> right, left >= right, left == right, left != right};
    value = all[pick];
  }
  random_put(r, ")");
  return value;
}

static double random_number(random_text *r, int depth);

static inline double random_call(random_text *r, int depth) {
  static const struct {
    const char *before, *after;
  } calls[] = {{"exp(tanh(", "))"},
               {"log(1 + abs(", "))"},
               {"sqrt(abs(", "))"},
               {"sin(", ")"},
               {"cos(", ")"},
               {"tanh(", ")"},
               {"atan(", ")"},
               {"normal_quantile(0.5 + 0.49 * tanh(", "))"},
               {"log10(1 + abs(", "))"},
               {"(-", ")"},
               {"(1 + abs(", ")) ^ 0.75"},
               {"(", ") ^ 2"}};
  const uint64_t pick = case_random(&r->seed) % (sizeof calls / sizeof calls[0]);
  random_put(r, calls[pick].before);
  const double x = random_number(r, depth - 1);
  random_put(r, calls[pick].after);
  switch (pick) {
    case 0:
      return exp(tanh(x));
    case 1:
      return log(1 + fabs(x));
    case 2:
      return sqrt(fabs(x));
    case 3:
      return sin(x);
    case 4:
      return cos(x);
    case 5:
      return tanh(x);
    case 6:
      return atan(x);
    case 7:
      return lind_draw_normal_quantile(0.5 + 0.49 * tanh(x));
    case 8:
      return log10(1 + fabs(x));
    case 9:
      return -x;
    case 10:
      return pow(1 + fabs(x), 0.75);
    default:
      return x * x;
  }
}

static inline double random_pair(random_text *r, int depth) {
  static const char *const between[] = {" + ", " - ", " * ", " / (1 + abs("};
  const uint64_t pick = case_random(&r->seed) % 6;
  random_put(r, pick == 4 ? "min(" : pick == 5 ? "max(" : "(");
  const double x = random_number(r, depth - 1);
  random_put(r, pick >= 4 ? ", " : between[pick]);
  const double y = random_number(r, depth - 1);
  random_put(r, pick == 3 ? ")))" : ")");
  switch (pick) {
    case 0:
      return x + y;
    case 1:
      return x - y;
    case 2:
      return x * y;
    case 3:
      return x / (1 + fabs(y));
    case 4:
      return x < y ? x : y;
    default:
      return x > y ? x : y;
  }
}

static double random_number(random_text *r, int depth) {
  if (depth == 0) return random_leaf(r);
  const uint64_t pick = case_random(&r->seed) % 8;
  if (pick == 0) return random_leaf(r);
  if (pick < 3) return random_call(r, depth);
  if (pick < 7) return random_pair(r, depth);
  random_put(r, "(if ");
  const bool condition = random_truth(r, 2);
  random_put(r, " then ");
  const double x = random_number(r, depth - 1);
  random_put(r, " else ");
  const double y = random_number(r, depth - 1);
  random_put(r, ")");
  return condition ? x : y;
}

/* The text of expression `seed` into `text`, its value at x[4] returned: the same seed gives the same text at any x. */
static inline double random_expression(uint64_t seed, int depth, const double *x, char *text) {
  random_text r = {.seed = seed, .x = x, .end = text};
  *text = '\0';
  return random_number(&r, depth);
}

#endif
