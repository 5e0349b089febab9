/* sizes.h -- what the designs of two groups share: who asks for power and who for a size, and the normal quantiles. */
#ifndef LIND_DESIGNS_SIZES_H
#define LIND_DESIGNS_SIZES_H

#include <math.h>

#include "lind/design.h"
#include "lind/draw.h"

typedef struct sizes_question {
  double alpha, power, ratio; /* power NAN: n is given; ratio: treated / control */
  double n;                   /* both groups together; NAN: power is given */
  uint64_t sided;
} sizes_question;

#define SIZES_ROWS(type)                                                                                                     \
  {                                                                                                                          \
      "alpha",                                                                                                               \
      LIND_KEY_NUMBER,                                                                                                       \
      NULL,                                                                                                                  \
      DBL_MIN,                                                                                                               \
      0.5,                                                                                                                   \
      "0.05",                                                                                                                \
      NULL,                                                                                                                  \
      offsetof(type, common.alpha),                                                                                          \
      "type I error, all sides together"},                                                                                   \
      {"sided", LIND_KEY_COUNT, NULL, 1, 2, "2", NULL, offsetof(type, common.sided), "1 or 2 sides"},                        \
      {"power", LIND_KEY_NUMBER, NULL, DBL_MIN, 1, "", NULL, offsetof(type, common.power), "asked for: how many patients?"}, \
      {"n",                                                                                                                  \
       LIND_KEY_NUMBER,                                                                                                      \
       NULL,                                                                                                                 \
       DBL_MIN,                                                                                                              \
       INFINITY,                                                                                                             \
       "",                                                                                                                   \
       NULL,                                                                                                                 \
       offsetof(type, common.n),                                                                                             \
       "patients of both groups together; asked for: what power?"},                                                          \
  {                                                                                                                          \
    "ratio", LIND_KEY_NUMBER, NULL, DBL_MIN, INFINITY, "1", NULL, offsetof(type, common.ratio), "treated for each control"   \
  }

/* Exactly one of power and n is given, and power is above alpha. */
static inline lind_err sizes_check(const sizes_question *q) {
  LIND_CHECK(isnan(q->power) != isnan(q->n), LIND_ERR_INPUT,
             "a design needs either --power (then it says how many patients) or --n (then it says what power)");
  LIND_CHECK(isnan(q->power) || (q->power < 1.0 && q->power > q->alpha), LIND_ERR_INPUT,
             "--power is %g; it must be above alpha (%g) and below 1", q->power, q->alpha);
  return LIND_OK;
}

static inline double sizes_critical(const sizes_question *q) { return -lind_draw_normal_quantile(q->alpha / (double)q->sided); }

/* Whole patients, each group rounded up; 459.3 control and 459.3 treated are 460 and 460. */
static inline void sizes_groups(lind_design_answer *answer, const sizes_question *q, double control) {
  lind_design_add(answer, "control", control);
  lind_design_add(answer, "treated", q->ratio * control);
  answer->n = ceil(control - 1e-9) + ceil(q->ratio * control - 1e-9);
}

#endif
