/* enrol.c -- who comes in: draw, screen, stratify, randomise. A seat is a randomised patient; its screening attempts are part of
 * the key. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "screen.h"
#include "values.h"

enum { ALL = (1 << LIND_LANES) - 1 };

static void run_definitions(const lind_plan *plan, lind_lane *rules) { /* those that rest on the cohort alone */
  for (int i = 0; i < plan->protocol->n_definitions; i++)
    if (plan->definitions[i] != NULL && !plan->definition_moves[i])
      lind_program_run(plan->definitions[i], rules, &rules[plan->slot_definitions + i]);
}

static unsigned truths(const lind_lane *lane) {
  unsigned mask = 0;
  for (unsigned i = 0; i < LIND_LANES; i++) mask |= lane->of[i] != 0.0 ? 1u << i : 0u;
  return mask;
}

static void keep_rows(lind_desk *desk, const lind_lane *rules, unsigned mask, int at, int n) {
  for (int i = 0; i < n; i++)
    if (mask & (1u << i))
      for (int slot = 0; slot < desk->plan->cohort->n_slots; slot++)
        desk->row[(size_t)slot * (size_t)desk->capacity + (size_t)(at + i)] = rules[slot].of[i];
}

static int code_of(const lind_plan *plan, const lind_grouping *grouping, const lind_lane *rules, const lind_lane *value, int i) {
  double code;
  (void)plan;
  if (grouping->program != NULL)
    code = value->of[i];
  else if (grouping->column_slot < 0)
    code = 0.0;
  else if (grouping->genotype) {
    const double n = grouping->levels.n; /* n alleles make n (n + 1) / 2 diplotypes */
    const double alleles = floor((sqrt(8.0 * n + 1.0) - 1.0) / 2.0 + 0.5);
    const double a = rules[grouping->column_slot].of[i], b = rules[grouping->column_slot + 1].of[i];
    code = a * alleles + b - a * (a + 1.0) / 2.0;
  } else
    code = rules[grouping->column_slot].of[i];
  if (!(code >= 0.0)) code = 0.0;
  if (code > grouping->levels.n - 1) code = grouping->levels.n - 1; /* the last label takes what is above it */
  return (int)(code + 0.5);
}

/* Groups and strata of the people in `rules`, who sit at [at, at + n). */
static void classify(lind_desk *desk, lind_lane *rules, int at, int n) {
  const lind_plan *plan = desk->plan;
  lind_lane value;
  for (int g = 0; g < plan->n_groupings; g++) {
    const lind_grouping *grouping = &plan->groupings[g];
    if (grouping->program != NULL) lind_program_run(grouping->program, rules, &value);
    for (int i = 0; i < n; i++)
      desk->group[(size_t)g * (size_t)desk->capacity + (size_t)(at + i)] = (uint16_t)code_of(plan, grouping, rules, &value, i);
  }
  for (int i = 0; i < n; i++) {
    int stratum = 0;
    for (int f = 0; f < plan->n_strata_factors; f++) {
      const int g = plan->strata_factors[f];
      stratum = stratum * plan->groupings[g].levels.n + desk->group[(size_t)g * (size_t)desk->capacity + (size_t)(at + i)];
    }
    desk->stratum[at + i] = (uint16_t)stratum;
  }
}

/* Fill `n` seats from `at` of the desk: redraw those who are not eligible, attempt by attempt. */
static void screen(lind_desk *desk, lind_lane *rules, int at, int n) {
  const lind_plan *plan = desk->plan;
  lind_who who[LIND_LANES];
  unsigned open = n == LIND_LANES ? ALL : (1u << n) - 1u;
  for (int i = 0; i < LIND_LANES; i++) {
    who[i] =
        (lind_who){plan->protocol->seed, desk->replicate, (uint32_t)(desk->first_seat + (uint64_t)(at + (i < n ? i : 0))), 0};
    if (i < n) desk->seated[at + i] = 0;
  }
  for (uint32_t attempt = 0; open != 0 && attempt < plan->protocol->attempts; attempt++) {
    for (int i = 0; i < LIND_LANES; i++) who[i].attempt = attempt;
    unsigned fit = lind_cohort_draw(plan->cohort, who, rules);
    if (plan->eligible != NULL) {
      lind_lane result;
      run_definitions(plan, rules);
      lind_program_run(plan->eligible, rules, &result);
      fit &= truths(&result);
    }
    if (plan->screening != NULL && (fit & open) != 0) {
      if (plan->eligible == NULL) run_definitions(plan, rules);
      fit &= lind_screen(desk, who, fit & open, rules);
    }
    keep_rows(desk, rules, open & (fit | (attempt + 1 == plan->protocol->attempts ? ALL : 0u)), at, n);
    for (int i = 0; i < n; i++)
      if (open & (1u << i)) {
        desk->attempts[at + i] = (uint8_t)(attempt + 1);
        if (fit & (1u << i)) desk->seated[at + i] = 1;
      }
    open &= ~fit;
  }
}

void lind_enrol(lind_desk *desk, uint32_t replicate, uint64_t first_seat, int n, const uint64_t *base, uint64_t *counts) {
  const lind_plan *plan = desk->plan;
  lind_lane *rules = desk->scratch->rules;
  uint64_t own[4096] = {0}; /* the plan allows at most that many strata */
  desk->replicate = replicate;
  desk->first_seat = first_seat;
  desk->n = n;
  if (plan->unsure != NULL) {
    const lind_err err = lind_values_draw(plan, replicate, &desk->values);
    assert(err == LIND_OK); /* planning has tried it */
    (void)err;
  }
  for (int at = 0; at < n; at += LIND_LANES) {
    const int here = n - at < LIND_LANES ? n - at : LIND_LANES;
    screen(desk, rules, at, here);
    for (int slot = 0; slot < plan->cohort->n_slots; slot++)
      for (int i = 0; i < LIND_LANES; i++)
        rules[slot].of[i] = desk->row[(size_t)slot * (size_t)desk->capacity + (size_t)(at + (i < here ? i : 0))];
    run_definitions(plan, rules);
    classify(desk, rules, at, here);
  }
  for (int s = 0; s < n; s++) {
    if (!desk->seated[s]) continue; /* an empty seat takes no place in the randomisation list */
    const uint16_t stratum = desk->stratum[s];
    const uint64_t position = (base != NULL ? base[stratum] : 0) + own[stratum]++;
    desk->arm[s] = (uint8_t)lind_randomiser_arm(plan->randomiser, plan->protocol->seed, replicate, stratum, position);
  }
  if (counts != NULL) memcpy(counts, own, (size_t)plan->n_strata * sizeof *own);
}
