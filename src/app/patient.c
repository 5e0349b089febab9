/* patient.c -- `lind patient`: live one patient again and tell the life, day by day. */
#include <math.h>

#include "patient.h"

static void header(const lind_plan *plan, const lind_desk *desk, int s) {
  const lind_protocol *protocol = plan->protocol;
  const lind_arm *arm = &protocol->arms[desk->arm[s]];
  static const char *const ends[] = {
#define ROW(code, words) words,
      LIND_END_LIST(ROW)
#undef ROW
  };
  printf("patient   %llu of replicate %u of %s, seed %llu\n", (unsigned long long)(desk->first_seat + (uint64_t)s),
         desk->replicate, protocol->name, (unsigned long long)protocol->seed);
  printf("arm       %s (%s)\nstratum   %d", arm->name, arm->title, desk->stratum[s]);
  for (int f = 0; f < plan->n_strata_factors; f++) {
    const lind_grouping *grouping = &plan->groupings[plan->strata_factors[f]];
    const uint16_t level = desk->group[(size_t)plan->strata_factors[f] * (size_t)desk->capacity + (size_t)s];
    printf("%s%s %s", f == 0 ? ": " : ", ", grouping->name, grouping->levels.names[level]);
  }
  printf("\nscreened  %d for this seat, the last one came in\n", desk->attempts[s]);
  printf("followed  %.4g of %d days: %s\n", desk->end[s] / 24.0, plan->n_days, ends[desk->reason[s]]);
}

static void covariates(const lind_plan *plan, const lind_desk *desk, int s) {
  printf("\ncovariates\n");
  for (int c = 0; c < plan->cohort->n_columns; c++) {
    const lind_column *column = &plan->cohort->columns[c];
    const double *value = desk->row + (size_t)column->slot * (size_t)desk->capacity + (size_t)s;
    const char *const *names = column->type.levels != NULL ? column->type.levels->names : NULL;
    printf("  %-16s ", column->name);
    switch (column->type.kind) {
      case LIND_TYPE_NUMBER:
        printf("%.6g %s\n", value[0] / column->unit.scale, column->unit.text);
        break;
      case LIND_TYPE_TRUTH:
        printf("%s\n", value[0] != 0.0 ? "true" : "false");
        break;
      case LIND_TYPE_CATEGORY:
        printf("%s\n", names[(int)value[0]]);
        break;
      case LIND_TYPE_GENOTYPE:
        printf("%s/%s\n", names[(int)value[0]], names[(int)value[desk->capacity]]);
        break;
    }
  }
  for (int g = 1; g < plan->n_groupings; g++) {
    const lind_grouping *grouping = &plan->groupings[g];
    if (grouping->program == NULL) continue; /* a column, said above */
    printf("  %-16s %s\n", grouping->name, grouping->levels.names[desk->group[(size_t)g * (size_t)desk->capacity + (size_t)s]]);
  }
}

/* What chance gave: with these, the covariates and the doses `lind simulate` makes the same person. */
static void effects(const lind_plan *plan, const lind_desk *desk, int s) {
  const lind_model *model = plan->model;
  double eta[64];
  if (model->n_randoms == 0 && plan->unsure == NULL) return;
  printf("\nrandom effects\n");
  lind_simulate_effects(desk, s, 0, eta);
  for (int k = 0; k < model->n_randoms; k++)
    printf("  %-16s %.17g%s\n", model->randoms[k].name, eta[k], model->randoms[k].occasion ? "  (on the first occasion)" : "");
  if (plan->unsure == NULL) return;
  printf("\nparameters of this replicate\n");
  for (int k = 0; k < model->n_parameters; k++)
    if (desk->values.parameters[k] != plan->values.parameters[k])
      printf("  %-16s %.17g %s\n", model->parameters[k].name, desk->values.parameters[k] / model->parameters[k].unit.scale,
             model->parameters[k].unit.text);
}

/* Doses are told in the unit of the state that receives them. */
static const char *dose_unit(const lind_plan *plan, double *scale) {
  *scale = plan->drug < 0 ? 1.0 : plan->model->states[plan->drug].unit.scale;
  if (plan->drug < 0) return "mg";
  const char *text = plan->model->states[plan->drug].unit.text;
  return text[0] != '\0' ? text : "1";
}

static void amount(double value) {
  if (isnan(value))
    printf(" %12s", "-");
  else
    printf(" %12.6g", value);
}

static void days(const lind_plan *plan, const lind_desk *desk, int s) {
  const double *values[64];
  double scale;
  lind_history history;
  lind_desk_history(desk, s, values, &history);
  const char *dose = dose_unit(plan, &scale);
  printf("\n%5s %5s", "day", "visit");
  for (int m = 0; m < plan->n_measures; m++) printf(" %12s", plan->model->outputs[plan->measures[m].output].name);
  printf(" %12s %12s\n%5s %5s", "prescribed", "taken", "", "");
  for (int m = 0; m < plan->n_measures; m++) {
    const char *text = plan->model->outputs[plan->measures[m].output].unit.text;
    printf(" %12s", text[0] != '\0' ? text : "1");
  }
  printf(" %12s %12s\n", dose, dose);
  int v = 0;
  for (int day = 1; day <= plan->n_days + 1; day++) {
    const bool visit = v < history.n_visits && (int)floor(history.time[v] / 24.0 + 1e-6) + 1 == day;
    if (!visit && (day > plan->n_days || 24.0 * (day - 1) >= history.end)) continue;
    printf("%5d ", day);
    if (visit)
      printf("%5d", v + 1);
    else
      printf("%5s", "");
    for (int m = 0; m < plan->n_measures; m++) {
      if (visit)
        amount(history.value[m][v]);
      else
        printf(" %12s", "");
    }
    amount(day <= plan->n_days ? history.dose[day - 1] / scale : NAN);
    amount(day <= plan->n_days ? history.taken[day - 1] / scale : NAN);
    printf("\n");
    v += visit;
  }
}

/* ---- the ledger
 * -----------------------------------------------------------------------------------------------------------------------------
 */

typedef struct page {
  const lind_plan *plan;
  int seat;
  long n;
} page;

static void decision(void *context, const lind_decision *d) {
  static const char *const kinds[] = {
#define ROW(code, words) words,
      LIND_DECISION_LIST(ROW)
#undef ROW
  };
  page *to = context;
  if (d->seat != to->seat) return;
  const lind_model_state *state = d->state >= 0 ? &to->plan->model->states[d->state] : NULL;
  const char *unit = state != NULL ? state->unit.text : "", *name = state != NULL ? state->name : "";
  const double scale = state != NULL ? state->unit.scale : 1.0;
  if (to->n++ == 0) printf("\ndecisions\n");
  printf("  day %-7.6g %-24s %-18s", d->time / 24.0 + 1.0, d->rule, kinds[d->kind]);
  switch (d->kind) {
    case LIND_DECISION_SKIP:
      printf(" %g of %s\n", d->after, name);
      break;
    case LIND_DECISION_RECHECK:
      printf(" in %g day\n", d->after / 24.0);
      break;
    case LIND_DECISION_BEGIN:
    case LIND_DECISION_STOP:
      printf("\n");
      break;
    case LIND_DECISION_INFUSE:
      printf(" %.6g to %.6g %s/h into %s\n", d->before / scale, d->after / scale, unit, name);
      break;
    default:
      printf(" %.6g to %.6g %s into %s\n", d->before / scale, d->after / scale, unit, name);
  }
}

/* The life once more, with somebody who listens. */
static lind_err decisions(const lind_patient *p, int s) {
  page to = {.plan = p->study->stage[0].plan, .seat = s};
  const lind_desk *desk;
  lind_runner_listen(p->runner, (lind_ledger){decision, &to});
  const lind_err err = lind_runner_replay(p->runner, (uint32_t)p->replicate, p->seat, p->base, &desk, &s);
  lind_runner_listen(p->runner, (lind_ledger){0});
  return err;
}

static void endpoints(const lind_layout *layout, const lind_desk *desk, int s, double *values, double *events) {
  lind_past_endpoints(layout, desk, s, values, events);
  printf("\nendpoints\n");
  for (int r = 0; r < layout->n_endpoints * layout->n_periods; r++) {
    const int e = r / layout->n_periods, period = r % layout->n_periods;
    const lind_endpoint *endpoint = &layout->plan->protocol->endpoints[e];
    const char *unit;
    (void)lind_layout_scale(layout, e, &unit);
    printf("  %-16s ", endpoint->name);
    if (layout->n_periods > 1)
      printf("period %d, %s: ", period + 1,
             layout->plan->protocol->treatments[lind_layout_treatment(layout, desk->arm[s], period)].name);
    if (isnan(values[r]))
      printf("cannot be told");
    else
      printf("%.17g %s", values[r], unit);
    if (layout->kinds[e]->scale == LIND_SCALE_TIME) printf(", %s", events[r] != 0.0 ? "seen" : "not seen until then");
    printf("  (%s)\n", endpoint->title);
  }
}

typedef struct wish {
  uint64_t seat, replicate;
  const char *every, *out; /* of the trajectory; NULL */
  bool check;              /* the whole block, however long it takes */
} wish;

static lind_err tell(const lind_patient *p, const wish *w, lind_arena *arena) {
  const lind_layout *layout = p->study->stage[0].layout;
  const lind_desk *desk;
  double *values, *events;
  int s;
  LIND_TAKE(values, arena, layout->n_endpoints * layout->n_periods);
  LIND_TAKE(events, arena, layout->n_endpoints * layout->n_periods);
  if (w->out != NULL)
    LIND_TRY(lind_patient_course_write(p, w->every, w->out, arena)); /* before anything is told: it may refuse */
  LIND_TRY(lind_runner_replay(p->runner, (uint32_t)p->replicate, p->seat, p->base, &desk, &s));
  header(layout->plan, desk, s);
  covariates(layout->plan, desk, s);
  effects(layout->plan, desk, s);
  days(layout->plan, desk, s);
  LIND_TRY(decisions(p, s));
  endpoints(layout, desk, s, values, events);
  if (lind_past_is_same(p->past, p->study)) return lind_patient_check(p, w->check, arena);
  fprintf(stderr,
          "lind: the inputs are not those of the run any more, so this is not the patient of the run; `lind verify %s` says "
          "more\n",
          p->past->directory);
  return LIND_OK;
}

static lind_err find(const lind_past *past, const wish *w, lind_arena *arena) {
  lind_study *study;
  lind_runner *runner;
  LIND_TRY(lind_past_study(past, arena, &study));
  const lind_layout *layout = study->stage[0].layout;
  const lind_protocol *protocol = layout->plan->protocol;
  lind_err err = LIND_OK;
  if (w->seat >= protocol->patients)
    err = lind_error_fail(LIND_ERR_INPUT, __FILE__, __LINE__, "--id is %llu; the patients of a replicate of %s are 0 to %llu",
                          (unsigned long long)w->seat, protocol->name, (unsigned long long)(protocol->patients - 1));
  else if (w->replicate >= protocol->replicates)
    err = lind_error_fail(LIND_ERR_INPUT, __FILE__, __LINE__, "--replicate is %llu; the replicates of this run are 0 to %llu",
                          (unsigned long long)w->replicate, (unsigned long long)(protocol->replicates - 1));
  if (err == LIND_OK && (err = lind_runner_create(layout, &runner)) == LIND_OK) {
    lind_patient p = {.past = past, .study = study, .runner = runner, .replicate = w->replicate, .seat = w->seat};
    err = lind_past_base(study, runner, lind_past_block(study, w->replicate, w->seat), arena, &p.base);
    if (err == LIND_OK) err = tell(&p, w, arena);
    lind_runner_destroy(&runner);
  }
  lind_study_stop(study);
  return err;
}

static lind_err run(int n, char **arguments, lind_arena *arena) {
  wish w = {.seat = UINT64_MAX};
  const lind_option options[] = {{"--id", LIND_OPTION_COUNT, &w.seat},    {"--replicate", LIND_OPTION_COUNT, &w.replicate},
                                 {"--every", LIND_OPTION_TEXT, &w.every}, {"--out", LIND_OPTION_TEXT, &w.out},
                                 {"--check", LIND_OPTION_FLAG, &w.check}, {0}};
  const char *directory;
  int given;
  lind_past past;
  LIND_TRY(lind_options_read(n, arguments, options, &directory, 1, &given));
  LIND_CHECK(given == 1, LIND_ERR_INPUT, "a patient of which run? lind patient DIR --id N");
  LIND_CHECK(w.every == NULL || w.out != NULL, LIND_ERR_INPUT,
             "--out is missing: the file for the trajectory that --every asks for, such as --out patient.csv");
  LIND_CHECK(w.seat != UINT64_MAX, LIND_ERR_INPUT, "--id is missing: the patient's seat, from 0");
  LIND_TRY(lind_past_create(directory, "patient", arena, &past));
  const lind_err err = find(&past, &w, arena);
  lind_past_release(&past);
  return err;
}

const lind_command lind_command_patient = {
    .name = "patient",
    .usage = "patient DIR --id N [--replicate R] [--every TIME] [--out FILE.csv] [--check]",
    .summary =
        "Live one patient of the run in DIR again: who, which arm, every visit and dose, what came of it, and whether that is "
        "what the run has kept. With --out, the trajectory on a grid.",
    .run = run,
};
