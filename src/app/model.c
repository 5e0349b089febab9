/* model.c -- `lind model`: which models there are, what one says, whether a file is right, and its compiled form. */
#include "lind/model.h"

#include <stdio.h>
#include <string.h>

#include "command.h"
#include "lind/text.h"

static const lind_where nowhere = {NULL, 0, 0};

static lind_err list_models(lind_arena *arena) {
  int n;
  const char *const *names = lind_model_names(&n);
  for (int i = 0; i < n; i++) {
    lind_model *model;
    LIND_TRY(lind_model_read(names[i], nowhere, arena, &model));
    printf("%-24s %s\n%-24s %d states, %d parameters; %s\n", names[i], model->title, "", model->n_states, model->n_parameters,
           model->source);
  }
  return LIND_OK;
}

static void show_modules(const lind_model *model) {
  if (model->n_modules > 0) printf("\nmodules\n");
  for (int k = 0; k < model->n_modules; k++) {
    const lind_model_module *m = &model->modules[k];
    printf("  %-16s %-24s %s\n", m->as, m->use, m->title != NULL ? m->title : "");
  }
  if (model->n_connections > 0) printf("\nconnections\n");
  for (int k = 0; k < model->n_connections; k++) {
    const lind_model_connection *c = &model->connections[k];
    printf("  %s [%s] = %s\n", c->input, c->unit.text[0] != '\0' ? c->unit.text : "1", c->from);
  }
}

static void show_quantities(const lind_model *model) {
  printf("\nparameters\n");
  for (int k = 0; k < model->n_parameters; k++) {
    const lind_quantity *p = &model->parameters[k];
    printf("  %-16s %-12.6g %-12s %s\n", p->name, p->value / p->unit.scale, p->unit.text, p->about != NULL ? p->about : "");
  }
  if (model->n_sets > 0) printf("\nparameter sets\n");
  for (int s = 0; s < model->n_sets; s++) {
    const lind_model_set *set = &model->sets[s];
    printf("  %s: %s%s%s\n", set->name, set->title != NULL ? set->title : "", set->source != NULL ? "; " : "",
           set->source != NULL ? set->source : "");
    for (int i = 0; i < set->n; i++) {
      const lind_quantity *p = &model->parameters[set->parameter[i]];
      printf("    %-14s %-12.6g %s\n", p->name, set->value[i] / p->unit.scale, p->unit.text);
    }
  }
}

static void show_covariates(const lind_model *model) {
  char list[400];
  if (model->n_covariates > 0) printf("\ncovariates, drawn by the cohort\n");
  for (int k = 0; k < model->n_covariates; k++) {
    const lind_model_covariate *c = &model->covariates[k];
    const char *kind = c->type.kind == LIND_TYPE_GENOTYPE   ? "genotype"
                       : c->type.kind == LIND_TYPE_CATEGORY ? "category"
                                                            : c->unit.text;
    printf("  %-16s %-12s %s%s%s%s%s\n", c->name, kind, c->about != NULL ? c->about : "",
           c->type.levels != NULL ? (c->about != NULL && c->about[0] != '\0' ? ": " : "") : "",
           c->type.levels != NULL ? lind_text_list(c->type.levels->names, (size_t)c->type.levels->n, list, sizeof list) : "",
           c->optional ? " (optional)" : "", c->course == LIND_COVARIATE_LINEAR ? " (linear between its records)" : "");
  }
}

static void show_dynamics(const lind_model *model) {
  static const char *const errors[] = {[LIND_ERROR_NONE] = "measured exactly",
                                       [LIND_ERROR_ADDITIVE] = "additive error",
                                       [LIND_ERROR_PROPORTIONAL] = "proportional error",
                                       [LIND_ERROR_LOGNORMAL] = "lognormal error",
                                       [LIND_ERROR_COMBINED] = "proportional and additive error",
                                       [LIND_ERROR_POWER] = "error that is a power of what is measured",
                                       [LIND_ERROR_BETA] = "beta distributed",
                                       [LIND_ERROR_SENSOR] = "error of a sensor that is worn: a path in time"};
  printf("\nstates\n");
  for (int k = 0; k < model->n_states; k++) {
    const lind_model_state *s = &model->states[k];
    printf("  %-16s %-12s %s%s\n", s->name, s->unit.text, s->doses ? "receives doses  " : "", s->about != NULL ? s->about : "");
  }
  printf("\noutputs\n");
  for (int k = 0; k < model->n_outputs; k++) {
    const lind_model_output *o = &model->outputs[k];
    printf("  %-16s %-12s %s, %s%s\n", o->name, o->unit.text, o->about != NULL && o->about[0] != '\0' ? o->about : "output",
           errors[o->residual], o->correlated ? ", correlated in time" : "");
  }
}

static void show_effects(const lind_model *model) {
  if (model->n_randoms + model->n_drifts > 0) printf("\nrandom effects\n");
  for (int k = 0; k < model->n_randoms; k++) {
    const lind_model_random *r = &model->randoms[k];
    printf("  %-16s %-12s %s\n", r->name, r->kind == LIND_RANDOM_EXPONENTIAL ? "exponential" : "normal",
           r->occasion ? "anew at each occasion" : "once a patient");
  }
  for (int k = 0; k < model->n_drifts; k++) printf("  %-16s %-12s wanders\n", model->drifts[k].name, "drift");
}

static void show_events(const lind_model *model) {
  static const char *const does[] = {
      [LIND_TRIGGER_RESETS] = "resets", [LIND_TRIGGER_MARKS] = "is noted", [LIND_TRIGGER_EVENT] = "is noted once"};
  const int n = model->n_triggers;
  if (n > 0) printf("\nevents\n");
  for (int k = 0; k < n; k++) {
    const lind_model_trigger *t = &model->triggers[k];
    printf("  %-16s %s", t->name, does[t->kind]);
    for (int i = 0; i < t->n_resets; i++)
      printf("%s%s", i > 0 ? ", " : t->kind == LIND_TRIGGER_RESETS ? " " : "; resets ", model->states[t->resets[i]].name);
    for (int i = 0; i < model->n_events; i++) {
      if (model->events[i].trigger != k) continue;
      if (model->events[i].state >= 0) printf(" (from a hazard)");
      if (model->events[i].at) printf(" (at a time that is known from the start)");
    }
    printf("%s%s\n", t->about != NULL ? "  " : "", t->about != NULL ? t->about : "");
  }
}

/* What engines want to know: which part is linear, what looks back, what is noisy. */
static void show_structure(const lind_model *model) {
  const lind_kernel *k = &model->kernel;
  printf("\nequations\n  %d states, %d entries of the Jacobian that are not 0\n  linear part: ", k->n_states, k->n_entries);
  for (int i = 0; i < k->n_linear; i++) printf("%s%s", i > 0 ? ", " : "", model->states[k->linear[i]].name);
  printf("%s\n", k->n_linear == 0 ? "none" : "");
  for (int i = 0; i < k->n_delays; i++) printf("  looks back on %s\n", model->states[k->delayed[i]].name);
  for (int i = 0; i < k->n_noises; i++) printf("  noise in %s\n", model->states[k->noisy[i]].name);
}

static lind_err show(const char *name, lind_arena *arena) {
  lind_model *model;
  LIND_TRY(lind_model_read(name, nowhere, arena, &model));
  printf("%s: %s\nsource %s\nhash   %s\n", name, model->title, model->source, model->hash);
  show_modules(model);
  show_quantities(model);
  show_covariates(model);
  show_effects(model);
  show_dynamics(model);
  show_events(model);
  show_structure(model);
  printf("\ntext\n%s", model->text);
  return LIND_OK;
}

static lind_err read_file(const char *path, const char *verb, lind_arena *arena, lind_model **model) {
  const size_t n = strlen(path);
  LIND_CHECK(n > 5 && strcmp(path + n - 5, ".lind") == 0, LIND_ERR_INPUT,
             "'%s' is not a file that ends in .lind; lind model %s FILE.lind", path, verb);
  return lind_model_read(path, nowhere, arena, model);
}

/* What the defaults say: standard deviations, correlations, drifts, errors. */
static lind_err check_numbers(const lind_model *model, lind_arena *arena) {
  double *parameters, *factor, a, b, c;
  LIND_TAKE(parameters, arena, model->n_parameters + 1);
  LIND_TAKE(factor, arena, model->n_randoms * model->n_randoms + 1);
  for (int k = 0; k < model->n_parameters; k++) parameters[k] = model->parameters[k].value;
  LIND_TRY(lind_model_random_factor(model, parameters, factor));
  for (int d = 0; d < model->n_drifts; d++) LIND_TRY(lind_model_drift_values(model, parameters, d, &a, &b, &c));
  for (int k = 0; k < model->n_outputs; k++) {
    LIND_TRY(lind_model_residual(model, parameters, k, &a, &b));
    if (model->outputs[k].correlated) LIND_TRY(lind_model_residual_tau(model, parameters, k, &c));
    lind_sensor sensor;
    if (model->outputs[k].residual == LIND_ERROR_SENSOR) LIND_TRY(lind_model_sensor(model, parameters, k, &sensor));
  }
  return LIND_OK;
}

static lind_err check(const char *path, lind_arena *arena) {
  lind_model *model;
  LIND_TRY(read_file(path, "check", arena, &model));
  LIND_TRY(check_numbers(model, arena));
  printf(
      "%s: model %s is right: %d parameters, %d covariates, %d random effects, %d drifts, %d states, %d events, %d outputs, "
      "%d sets\n",
      path, model->name, model->n_parameters, model->n_covariates, model->n_randoms, model->n_drifts, model->n_states,
      model->n_triggers, model->n_outputs, model->n_sets);
  return LIND_OK;
}

static lind_err compile(const char *path, lind_arena *arena) {
  lind_model *model;
  LIND_TRY(read_file(path, "compile", arena, &model));
  LIND_TRY(lind_model_attach(model, LIND_BACK_END_COMPILED, NULL, arena));
  printf("%s: model %s %s\n", path, model->name, model->back_end);
  return LIND_OK;
}

static lind_err run(int n, char **arguments, lind_arena *arena) {
  static const char *const verbs[] = {"list", "show", "check", "compile"};
  static lind_err (*const acts[])(const char *, lind_arena *) = {NULL, show, check, compile};
  const lind_option options[] = {{0}};
  const char *words[2];
  char suggestion[64];
  int given;
  LIND_TRY(lind_options_read(n, arguments, options, words, 2, &given));
  LIND_CHECK(given >= 1, LIND_ERR_INPUT, "lind model list, or lind model show NAME, check FILE.lind or compile FILE.lind");
  if (strcmp(words[0], "list") == 0) {
    LIND_CHECK(given == 1, LIND_ERR_INPUT, "'%s' is one argument too many", words[1]);
    return list_models(arena);
  }
  for (int i = 1; i < 4; i++) {
    if (strcmp(words[0], verbs[i]) != 0) continue;
    LIND_CHECK(given == 2, LIND_ERR_INPUT, "which model? lind model %s %s", verbs[i], i == 1 ? "NAME" : "FILE.lind");
    return acts[i](words[1], arena);
  }
  return lind_error_fail(LIND_ERR_INPUT, __FILE__, __LINE__, "'%s' is not done with a model; list, show, check and compile are%s",
                         words[0], lind_text_suggestion(words[0], verbs, 4, suggestion, sizeof suggestion));
}

const lind_command lind_command_model = {
    .name = "model",
    .usage = "model list | model show NAME | model check FILE.lind | model compile FILE.lind",
    .summary = "List the models, show one, check a model file, or compile it before a run.",
    .run = run,
};
