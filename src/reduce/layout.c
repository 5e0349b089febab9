/* layout.c -- where each number of a replicate stands, said once. */
#include <math.h>
#include <string.h>

#include "columns.h"
#include "layout_analysis.h"
#include "layout_controls.h"
#include "layout_endpoints.h"
#include "layout_trajectories.h"
#include "lind/text.h"
#include "looks.h"

size_t lind_layout_cell(const lind_layout *layout, int endpoint, int grouping, int level, int treatment) {
  const int cell = (endpoint * layout->n_levels + layout->first_level[grouping] + level) * layout->n_treatments + treatment;
  return (size_t)cell * LIND_CELL_REALS;
}

/* Masses in mg; a drug that is given in another dimension in the unit of its state. */
static double dose_scale(const lind_plan *plan, const char **unit) {
  lind_unit mg;
  if (plan->drug < 0 || lind_unit_parse("mg", &mg) != LIND_OK) return 1.0;
  const lind_unit *own = &plan->model->states[plan->drug].unit;
  if (lind_unit_same_dimension(own->dimension, mg.dimension)) return 1.0;
  *unit = own->text;
  return 1.0 / own->scale;
}

double lind_layout_scale(const lind_layout *layout, int endpoint, const char **unit) {
  const lind_endpoint_kind *kind = layout->kinds[endpoint];
  if (kind->unit == NULL) {
    const int trace = layout->traces[endpoint];
    const int output =
        trace >= 0 ? layout->plan->traces[trace].output : layout->plan->measures[layout->measures[endpoint]].output;
    *unit = layout->plan->model->outputs[output].unit.text;
    return 1.0; /* histories hold outputs in their own unit */
  }
  *unit = kind->unit;
  if (kind->scale == LIND_SCALE_TIME) return 1.0 / 24.0;
  if (strcmp(kind->unit, "mg") == 0) return dose_scale(layout->plan, unit);
  return strcmp(kind->unit, "%") == 0 ? 100.0 : 1.0;
}

double lind_layout_effect_scale(const lind_layout *layout, int term, const char **unit) {
  const struct lind_layout_term *this = &layout->terms[term];
  const double scale = lind_layout_scale(layout, this->endpoint, unit);
  if (this->estimator->of_shares) {
    *unit = "%";
    return 100.0;
  }
  if (!this->estimator->ratio) return scale;
  *unit = "1";
  return 1.0;
}

static int find_endpoint(const lind_protocol *protocol, const char *name) {
  for (int e = 0; e < protocol->n_endpoints; e++)
    if (strcmp(protocol->endpoints[e].name, name) == 0) return e;
  return -1;
}

static lind_err settle_analysis(lind_layout *layout, int index, struct lind_layout_term *terms) {
  const lind_plan *plan = layout->plan;
  const lind_analysis *analysis = &plan->protocol->analyses[index];
  int n;
  const char *const *names = lind_estimator_names(&n);
  char list[512], suggestion[128];
  const lind_estimator *estimator = lind_estimator_find(analysis->estimator.text);
  LIND_CHECK_AT(estimator != NULL, LIND_ERR_INPUT, analysis->estimator.where,
                "analysis.%s.estimator is '%s'; known ones are %s%s", analysis->name, analysis->estimator.text,
                lind_text_list(names, (size_t)n, list, sizeof list),
                lind_text_suggestion(analysis->estimator.text, names, (size_t)n, suggestion, sizeof suggestion));
  LIND_CHECK_AT(
      plan->block_replicates > 0 || ((estimator->from_moments != NULL || estimator->from_tables != NULL) &&
                                     analysis->adjust.n == 0 && analysis->stratify.n == 0),
      LIND_ERR_INPUT, analysis->estimator.where,
      "analysis.%s.estimator %s needs every patient at once, which a replicate of %llu patients (block_max %llu) is not; "
      "use an estimator of means or shares, or raise block_max",
      analysis->name, estimator->name, (unsigned long long)plan->protocol->patients,
      (unsigned long long)plan->protocol->block_max);
  LIND_CHECK_AT(layout->n_treatments > 1, LIND_ERR_INPUT, analysis->where, "analysis.%s compares two arms, but the trial has one",
                analysis->name);
  LIND_CHECK_AT(
      layout->n_periods > 1 || !estimator->paired, LIND_ERR_INPUT, analysis->estimator.where,
      "analysis.%s.estimator %s takes patients as their own controls, but in this trial each has one treatment; it needs "
      "a crossover",
      analysis->name, estimator->name);
  LIND_CHECK_AT(layout->n_periods == 1 || estimator->paired, LIND_ERR_INPUT, analysis->estimator.where,
                "analysis.%s.estimator %s takes every number for another patient, but in a crossover each patient has one a "
                "period; use crossover or paired",
                analysis->name, estimator->name);
  const int endpoint = find_endpoint(plan->protocol, analysis->endpoint.text);
  const int treated = analysis->compare.n == 2 ? lind_protocol_find_treatment(plan->protocol, analysis->compare.at[0].text) : 0;
  const int control = analysis->compare.n == 2 ? lind_protocol_find_treatment(plan->protocol, analysis->compare.at[1].text) : 1;
  const lind_scale scale = layout->kinds[endpoint]->scale;
  LIND_CHECK_AT(estimator->fits & 1u << scale, LIND_ERR_INPUT, analysis->estimator.where,
                "analysis.%s.estimator %s does not fit endpoint %s of kind %s", analysis->name, estimator->name,
                analysis->endpoint.text, layout->kinds[endpoint]->name);
  LIND_CHECK_AT(!layout->kinds[endpoint]->competing || estimator->competing, LIND_ERR_INPUT, analysis->estimator.where,
                "analysis.%s.estimator %s knows no competing events, which endpoint %s of kind %s tells of; cumulative-incidence "
                "does, or take kind time-to-event",
                analysis->name, estimator->name, analysis->endpoint.text, layout->kinds[endpoint]->name);
  LIND_TRY(lind_layout_controls_check(layout, analysis, estimator));
  const int n_by = analysis->by.n > 0 ? analysis->by.n : 1;
  for (int b = 0; b < n_by; b++) {
    int g = 0;
    for (int k = 0; analysis->by.n > 0 && k < plan->n_groupings; k++)
      if (strcmp(plan->groupings[k].name, analysis->by.at[b].text) == 0) g = k;
    for (int l = 0; l < plan->groupings[g].levels.n; l++) {
      if (terms != NULL) terms[layout->n_terms] = (struct lind_layout_term){index, g, l, treated, control, endpoint, estimator};
      layout->n_terms++;
    }
  }
  return LIND_OK;
}

static lind_err settle_terms(lind_layout *layout, lind_arena *arena) {
  const lind_protocol *protocol = layout->plan->protocol;
  struct lind_layout_term *terms;
  for (int i = 0; i < protocol->n_analyses; i++) LIND_TRY(settle_analysis(layout, i, NULL));
  LIND_TAKE(terms, arena, layout->n_terms + 1);
  layout->n_terms = 0;
  for (int i = 0; i < protocol->n_analyses; i++) LIND_TRY(settle_analysis(layout, i, terms));
  layout->terms = terms;
  return lind_layout_controls_terms(layout);
}

static lind_err check_events(lind_layout *layout) {
  const lind_protocol *protocol = layout->plan->protocol;
  const struct lind_layout_term *term = &layout->terms[0];
  LIND_CHECK(layout->n_periods == 1, LIND_ERR_INPUT,
             "%s: design.looks are at events, which a crossover does not have; use fraction", protocol->path);
  LIND_CHECK(protocol->looks[protocol->n_looks - 1].events <= (double)protocol->patients, LIND_ERR_INPUT,
             "%s: design.looks: %g events are more than the %llu patients of the trial can have", protocol->path,
             protocol->looks[protocol->n_looks - 1].events, (unsigned long long)protocol->patients);
  LIND_CHECK(layout->kinds[term->endpoint]->scale == LIND_SCALE_TIME, LIND_ERR_INPUT,
             "%s: design.looks are at events, but analysis %s is of endpoint %s, which is no time to an event; use fraction",
             protocol->path, protocol->analyses[0].name, protocol->endpoints[term->endpoint].name);
  for (int e = 0; e < layout->n_endpoints; e++)
    LIND_CHECK_AT(layout->traces[e] < 0, LIND_ERR_INPUT, protocol->endpoints[e].where,
                  "endpoints.%s is of a trace, which looks by events cannot cut at a calendar time", protocol->endpoints[e].name);
  layout->by_events = true;
  lind_looks_plan(protocol, &layout->looks);
  return LIND_OK;
}

static lind_err check_looks(lind_layout *layout) {
  const lind_protocol *protocol = layout->plan->protocol;
  for (int k = 0; k < protocol->n_looks; k++) {
    const lind_look *look = &protocol->looks[k];
    LIND_CHECK(look->fraction < 1.0 || (isnan(look->efficacy) && isnan(look->futility)), LIND_ERR_INPUT,
               "%s: design.looks has bounds at a fraction of %g; the test at the end is the analysis itself, choose its level",
               protocol->path, look->fraction);
  }
  LIND_CHECK(protocol->n_looks == 0 || layout->n_terms == 0 || !layout->terms[0].estimator->no_statistic, LIND_ERR_INPUT,
             "%s: design.looks decides by the statistic of analysis %s, but estimator %s has none", protocol->path,
             protocol->analyses[0].name, layout->terms[0].estimator->name);
  return protocol->n_looks > 0 && layout->n_terms > 0 && isnan(protocol->looks[0].fraction) ? check_events(layout) : LIND_OK;
}

static lind_err settle_baseline(lind_layout *layout, lind_arena *arena) {
  const lind_cohort *cohort = layout->plan->cohort;
  int *baseline, *shares, *first;
  lind_levels *levels;
  LIND_TAKE(baseline, arena, cohort->n_columns + 1);
  LIND_TAKE(shares, arena, cohort->n_columns + 1);
  LIND_TAKE(first, arena, cohort->n_columns + 1);
  LIND_TAKE(levels, arena, cohort->n_columns + 1);
  int count = (int)layout->first_share;
  for (int c = 0; c < cohort->n_columns; c++) {
    const lind_type *type = &cohort->columns[c].type;
    if (type->kind == LIND_TYPE_NUMBER || type->kind == LIND_TYPE_TRUTH) {
      baseline[layout->n_baseline++] = c;
      continue;
    }
    const int s = layout->n_shares++;
    shares[s] = c;
    first[s] = count;
    levels[s] = *type->levels; /* a genotype is counted by allele: the report shows allele frequencies */
    count += type->levels->n * layout->n_arms;
  }
  layout->baseline = baseline;
  layout->shares = shares;
  layout->share_first = first;
  layout->share_levels = levels;
  LIND_TRY(lind_layout_endpoints_count(layout, arena, count, &count));
  layout->first_curve = (size_t)count;
  return LIND_OK;
}

/* A replicate that is cut into blocks cannot gather its patients: estimators of times work from life tables, [2 arms][events,
 * censored][days], with the count of missing values behind. Visits fall on whole days, so that the tables lose nothing when the
 * window opens on one. */
static lind_err settle_tables(lind_layout *layout, lind_arena *arena) {
  int *table, n = 0;
  LIND_TAKE(table, arena, layout->n_terms + 1);
  layout->table_days = layout->plan->n_days + 2;
  layout->table_reals = 4 * layout->table_days + 1;
  for (int t = 0; t < layout->n_terms; t++) {
    const bool needed = layout->plan->block_replicates == 0 && layout->terms[t].estimator->from_moments == NULL;
    table[t] = needed ? (int)layout->first_table + n++ * layout->table_reals : -1;
    const lind_endpoint *endpoint = &layout->plan->protocol->endpoints[layout->terms[t].endpoint];
    LIND_CHECK_AT(!needed || isnan(endpoint->from) || fmod(endpoint->from, 24.0) == 0.0, LIND_ERR_INPUT, endpoint->where,
                  "endpoints.%s.from is %g day; in a replicate larger than block_max it must be a whole day", endpoint->name,
                  endpoint->from / 24.0);
  }
  layout->table = table;
  layout->n_reals = layout->first_table + (size_t)(n * layout->table_reals);
  return LIND_OK;
}

/* Every time gets life tables by arm for the report, in bins of whole days. */
static lind_err settle_survival(lind_layout *layout, lind_arena *arena) {
  enum { BINS = 400 };
  int *first;
  LIND_TAKE(first, arena, layout->n_endpoints + 1);
  layout->survival_days = (layout->plan->n_days + BINS) / BINS;
  layout->survival_bins = layout->plan->n_days / layout->survival_days + 2;
  for (int e = 0; e < layout->n_endpoints; e++) {
    first[e] = layout->kinds[e]->scale == LIND_SCALE_TIME && layout->n_periods == 1 ? (int)layout->first_curve : -1;
    if (first[e] >= 0) layout->first_curve += (size_t)(2 * layout->n_arms * layout->survival_bins);
  }
  layout->survival = first;
  return LIND_OK;
}

lind_err lind_layout_create(const lind_plan *plan, lind_arena *arena, lind_layout **result) {
  lind_layout *layout;
  LIND_TAKE(layout, arena, 1);
  layout->plan = plan;
  layout->n_arms = plan->protocol->n_arms;
  layout->n_treatments = plan->protocol->n_treatments;
  layout->n_periods = plan->protocol->n_periods;
  LIND_CHECK(plan->protocol->n_looks == 0 || plan->block_replicates > 0, LIND_ERR_INPUT,
             "design.looks need every patient of a replicate at once, which one of %llu patients (block_max %llu) is not; raise "
             "block_max",
             (unsigned long long)plan->protocol->patients, (unsigned long long)plan->protocol->block_max);
  LIND_TRY(lind_layout_endpoints_settle(layout, arena));
  LIND_TRY(settle_terms(layout, arena));
  LIND_TRY(lind_layout_analysis_settle(layout, arena));
  LIND_TRY(check_looks(layout));
  LIND_CHECK(plan->protocol->n_looks == 0 || layout->n_terms > 0, LIND_ERR_INPUT,
             "%s: design.looks decide by the first analysis, but the protocol has none", plan->protocol->path);
  layout->first_term = (size_t)(layout->n_endpoints * layout->n_levels * layout->n_treatments) * LIND_CELL_REALS;
  layout->first_share = LIND_FLOW_ARMS + (size_t)layout->n_arms * LIND_FLOW_PER_ARM;
  LIND_TRY(settle_baseline(layout, arena));
  LIND_TRY(settle_survival(layout, arena)); /* before the curves, which are last */
  layout->first_baseline = layout->first_term + (size_t)layout->n_terms * LIND_TERM_REALS;
  layout->first_look = layout->first_baseline + (size_t)(layout->n_baseline * layout->n_arms) * LIND_CELL_REALS;
  layout->first_truth = layout->first_look + LIND_LOOK_REALS;
  layout->judged = plan->protocol->judged;
  layout->first_table = layout->first_truth + (layout->judged ? (size_t)layout->n_terms : 0);
  LIND_TRY(settle_tables(layout, arena));
  const double every = plan->protocol->curve_every;
  const size_t times = plan->curve_output >= 0 ? (size_t)floor(plan->protocol->duration / every + 1e-9) + 1 : 0;
  layout->n_counts = layout->first_curve + (size_t)layout->n_arms * times * LIND_CURVE_BINS;
  LIND_TRY(lind_layout_columns(layout, arena));
  LIND_TRY(lind_layout_trajectories_settle(layout, arena));
  *result = layout;
  return LIND_OK;
}
