/* Drawing: the steps in order, eight people side by side. Pure; everything it needs besides the recipe stands on the stack. */
#include <math.h>

#include "lind/draw.h"
#include "recipe.h"

/* What a step sees. */
typedef struct {
  const lind_step *step;
  const lind_who *who;
  const lind_lane *block; /* uniforms of the correlated covariates */
  const int *person;      /* [LIND_LANES] of the list */
  lind_lane *row;
} sample;

static int level_of(const sample *s, int lane) { return s->step->by < 0 ? 0 : (int)s->row[s->step->by].of[lane]; }

static void category_draw(const sample *s) {
  const int n = s->step->n_codes;
  for (int i = 0; i < LIND_LANES; i++)
    s->row[s->step->slot].of[i] =
        lind_draw_category(lind_random_uniform(s->who[i], s->step->purpose, 0), s->step->cumulative + level_of(s, i) * n, n);
}

static void genotype_draw(const sample *s) {
  const int n = s->step->n_codes;
  for (int i = 0; i < LIND_LANES; i++) {
    const double *cumulative = s->step->cumulative + level_of(s, i) * n;
    const int one = lind_draw_category(lind_random_uniform(s->who[i], s->step->purpose, 0), cumulative, n);
    const int two = lind_draw_category(lind_random_uniform(s->who[i], s->step->purpose, 1), cumulative, n);
    s->row[s->step->slot].of[i] = one < two ? one : two;
    s->row[s->step->slot + 1].of[i] = one < two ? two : one;
  }
}

/* Who draws: the person, or for what a cluster shares its level in place of the seat, so that nobody's place or screening
 * matters. */
static lind_who drawer(const sample *s, int lane) {
  lind_who who = s->who[lane];
  if (s->step->shared) who.seat = (uint32_t)s->row[s->step->cluster].of[lane], who.attempt = 0;
  return who;
}

static void continuous_draw(const sample *s) {
  for (int i = 0; i < LIND_LANES; i++) {
    const lind_margin *margin = &s->step->margins[level_of(s, i)];
    const double u = margin->kind->fixed   ? 0.5
                     : s->step->block >= 0 ? s->block[s->step->block].of[i]
                                           : lind_random_uniform(drawer(s, i), s->step->purpose, 0);
    s->row[s->step->slot].of[i] = margin->kind->draw(margin->parameters, u);
  }
}

static void number_draw(const sample *s) { lind_program_run(s->step->program, s->row, &s->row[s->step->slot]); }

static void code_draw(const sample *s) {
  lind_lane value;
  lind_program_run(s->step->program, s->row, &value);
  for (int i = 0; i < LIND_LANES; i++) s->row[s->step->slot].of[i] = fmin(fmax(round(value.of[i]), 0), s->step->n_codes - 1);
}

static void recode_draw(const sample *s) {
  for (int i = 0; i < LIND_LANES; i++) s->row[s->step->slot].of[i] = s->step->recode[level_of(s, i)];
}

static void listed_draw(const sample *s) {
  for (int i = 0; i < LIND_LANES; i++) {
    s->row[s->step->slot].of[i] = s->step->listed[s->person[i]];
    if (s->step->second != NULL) s->row[s->step->slot + 1].of[i] = s->step->second[s->person[i]];
  }
}

static void curve_draw(const sample *s) {
  for (int i = 0; i < LIND_LANES; i++) {
    const lind_curve *curve = &s->step->curves[level_of(s, i)];
    const double x = s->row[s->step->cluster].of[i];
    int k = 1;
    while (k < curve->n - 1 && x > curve->x[k]) k++;
    const double share = fmin(fmax((x - curve->x[k - 1]) / (curve->x[k] - curve->x[k - 1]), 0), 1);
    s->row[s->step->slot].of[i] = curve->y[k - 1] + share * (curve->y[k] - curve->y[k - 1]);
  }
}

static void (*const draws[LIND_STEP_COUNT])(const sample *s) = {
    [LIND_STEP_CATEGORY] = category_draw, [LIND_STEP_GENOTYPE] = genotype_draw, [LIND_STEP_CONTINUOUS] = continuous_draw,
    [LIND_STEP_NUMBER] = number_draw,     [LIND_STEP_CODE] = code_draw,         [LIND_STEP_RECODE] = recode_draw,
    [LIND_STEP_LISTED] = listed_draw,     [LIND_STEP_CURVE] = curve_draw,
};

/* z = factor z', u = Phi(z). Each z' is the normal of the covariate's own purpose, so the first of a block is what it would be
 * alone. */
static void block_draw(const struct lind_cohort_recipe *recipe, const lind_who *who, lind_lane *uniform) {
  lind_lane own[LIND_RECIPE_CORRELATED];
  const int n = recipe->n_block;
  for (int j = 0; j < n; j++)
    for (int i = 0; i < LIND_LANES; i++) own[j].of[i] = lind_random_normal(who[i], recipe->block[j], 0);
  for (int j = 0; j < n; j++)
    for (int i = 0; i < LIND_LANES; i++) {
      double z = 0;
      for (int k = 0; k <= j; k++) z += recipe->factor[j * n + k] * own[k].of[i];
      uniform[j].of[i] = fmin(fmax(lind_draw_normal_cdf(z), 0x1p-53), 1 - 0x1p-53); /* strictly inside, as any uniform is */
    }
}

/* Who of the list each of the eight is. */
static void list_draw(const lind_list *list, const lind_who *who, int *person) {
  for (int i = 0; i < LIND_LANES && list->n > 0; i++)
    person[i] = list->cumulative == NULL
                    ? (int)(who[i].seat % list->n)
                    : lind_draw_category(lind_random_uniform(who[i], list->purpose, 0), list->cumulative, (int)list->n);
}

unsigned lind_cohort_draw(const lind_cohort *cohort, const lind_who who[LIND_LANES], lind_lane *row) {
  const struct lind_cohort_recipe *recipe = cohort->recipe;
  lind_lane block[LIND_RECIPE_CORRELATED], met;
  int person[LIND_LANES] = {0};
  block_draw(recipe, who, block);
  list_draw(&recipe->list, who, person);
  for (int i = 0; i < recipe->n_steps; i++) {
    const sample s = {&recipe->steps[i], who, block, person, row};
    draws[s.step->what](&s);
  }
  if (recipe->eligible == NULL) return (1U << LIND_LANES) - 1;
  lind_program_run(recipe->eligible, row, &met);
  unsigned mask = 0;
  for (int i = 0; i < LIND_LANES; i++) mask |= (unsigned)(met.of[i] > 0.5) << i;
  return mask;
}
