/* describe.c -- `lind describe`: what a file may say and what lind can do, printed from the tables that validate. */
#include <string.h>

#include "command.h"
#include "lind/cohort.h"
#include "lind/design.h"
#include "lind/estimator.h"
#include "lind/protocol.h"
#include "lind/text.h"

enum { MOST_SECTIONS = 64 };

static int protocol_sections(const lind_section *sections[MOST_SECTIONS]) {
  int n;
  const lind_section *all = lind_protocol_sections(&n);
  for (int i = 0; i < n && i < MOST_SECTIONS; i++) sections[i] = &all[i];
  return n < MOST_SECTIONS ? n : MOST_SECTIONS;
}

static int cohort_sections(lind_section copies[MOST_SECTIONS], const lind_section *sections[MOST_SECTIONS]) {
  int n = 0;
  while (n < MOST_SECTIONS && lind_cohort_section(n, &copies[n])) {
    sections[n] = &copies[n];
    n++;
  }
  return n;
}

/* `arms` finds "arms.NAME", too. */
static bool is_called(const char *section, const char *name) {
  const size_t n = strlen(name);
  return strncmp(section, name, n) == 0 && (section[n] == '\0' || strcmp(section + n, ".NAME") == 0);
}

static lind_err unknown(const char *what, const char *name, const char *const *names, int n) {
  char suggestion[160], list[600];
  return lind_error_fail(LIND_ERR_INPUT, __FILE__, __LINE__, "'%s' is not %s; known are %s%s", name, what,
                         lind_text_list(names, (size_t)n, list, sizeof list),
                         lind_text_suggestion(name, names, (size_t)n, suggestion, sizeof suggestion));
}

static lind_err describe_sections(const lind_section *const *sections, int n, const char *what, const char *name) {
  const char *names[MOST_SECTIONS];
  int printed = 0;
  for (int i = 0; i < n; i++) {
    names[i] = sections[i]->name;
    if (name != NULL && !is_called(sections[i]->name, name)) continue;
    if (printed++ > 0) printf("\n");
    lind_schema_describe(stdout, sections[i]);
  }
  return printed > 0 ? LIND_OK : unknown(what, name, names, n);
}

static lind_err describe_protocol(const char *name) {
  const lind_section *sections[MOST_SECTIONS];
  return describe_sections(sections, protocol_sections(sections), "a section of a protocol", name);
}

static lind_err describe_cohort(const char *name) {
  lind_section copies[MOST_SECTIONS];
  const lind_section *sections[MOST_SECTIONS];
  return describe_sections(sections, cohort_sections(copies, sections), "a section of a cohort file", name);
}

static lind_err describe_estimator(const char *name) {
  int n;
  const char *const *names = lind_estimator_names(&n);
  if (name == NULL) {
    for (int i = 0; i < n; i++) printf("%-22s %s\n", names[i], lind_estimator_find(names[i])->summary);
    return LIND_OK;
  }
  const lind_estimator *estimator = lind_estimator_find(name);
  if (estimator == NULL) return unknown("an estimator", name, names, n);
  printf("%s: %s\neffect  %s\nscale   %s\nsource  %s\nlarge   %s\n", estimator->name, estimator->summary, estimator->effect,
         estimator->ratio ? "ratio, no effect is 1" : "difference, no effect is 0", estimator->source,
         estimator->from_moments != NULL  ? "replicates of any size: moments are enough"
         : estimator->from_tables != NULL ? "replicates of any size: tables of events by day are enough"
                                          : "needs every patient's value");
  printf("takes   %s%s%s\n", estimator->adjusts ? "covariates; " : "", estimator->stratifies ? "strata; " : "",
         estimator->weighs ? "weights" : "every patient counts as one");
  for (const lind_setting *row = estimator->settings; row != NULL && row->name != NULL; row++) {
    printf("setting %-12s ", row->name);
    if (row->words == NULL) printf("a number from %g to %g, %g unless said: ", row->least, row->most, row->preset);
    for (int w = 0; row->words != NULL && row->words[w] != NULL; w++) printf("%s%s", w > 0 ? "|" : "", row->words[w]);
    if (row->words != NULL) printf(", %s unless said: ", row->words[(int)row->preset]);
    printf("%s\n", row->meaning);
  }
  return LIND_OK;
}

static lind_err describe_endpoint(const char *name) {
  static const char *const scales[] = {[LIND_SCALE_MEAN] = "a number, summarised by its mean",
                                       [LIND_SCALE_SHARE] = "0 or 1, summarised by its share",
                                       [LIND_SCALE_TIME] = "a time that may be censored",
                                       [LIND_SCALE_CATEGORY] = "a category, summarised by the share of each"};
  int n;
  const char *const *names = lind_endpoint_names(&n);
  if (name == NULL) {
    for (int i = 0; i < n; i++) printf("%-22s %s\n", names[i], lind_endpoint_find(names[i])->summary);
    return LIND_OK;
  }
  const lind_endpoint_kind *kind = lind_endpoint_find(name);
  if (kind == NULL) return unknown("a kind of endpoint", name, names, n);
  const bool plain = !(kind->needs_output || kind->needs_range || kind->needs_threshold || kind->needs_at || kind->needs_percent);
  printf("%s: %s\nvalue   %s\nunit    %s\nlooks   at %s\nneeds  %s%s%s%s%s%s\nsource  %s\n", kind->name, kind->summary,
         scales[kind->scale], kind->unit != NULL ? kind->unit : "that of the output",
         !kind->needs_output       ? "the whole life"
         : kind->of_series != NULL ? "traces or visits"
                                   : "visits",
         kind->needs_output ? " of" : "", kind->needs_range ? " range" : "", kind->needs_threshold ? " threshold" : "",
         kind->needs_at ? " at" : "", kind->needs_percent ? " percent" : "", plain ? " nothing more" : "", kind->source);
  return LIND_OK;
}

static lind_err describe_design(const char *name) {
  int n;
  const char *const *names = lind_design_names(&n);
  if (name == NULL) {
    for (int i = 0; i < n; i++) printf("%-22s %s\n", names[i], lind_design_find(names[i])->summary);
    return LIND_OK;
  }
  const lind_design *design = lind_design_find(name);
  if (design == NULL) return unknown("a design", name, names, n);
  const lind_section section = {design->name, design->summary, design->rows};
  lind_schema_describe(stdout, &section);
  printf("source: %s\n", design->source);
  return LIND_OK;
}

static lind_err run(int n, char **arguments, lind_arena *arena) {
  static const char *const topics[] = {"protocol", "cohort", "estimator", "endpoint", "design"};
  static lind_err (*const describe[])(const char *) = {describe_protocol, describe_cohort, describe_estimator, describe_endpoint,
                                                       describe_design};
  const lind_option options[] = {{0}};
  const char *words[2];
  int given;
  (void)arena;
  LIND_TRY(lind_options_read(n, arguments, options, words, 2, &given));
  LIND_CHECK(given >= 1, LIND_ERR_INPUT, "describe what? lind describe protocol|cohort|estimator|endpoint|design [NAME]");
  for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
    if (strcmp(words[0], topics[i]) == 0) return describe[i](given > 1 ? words[1] : NULL);
  return unknown("something to describe", words[0], topics, sizeof topics / sizeof *topics);
}

const lind_command lind_command_describe = {
    .name = "describe",
    .usage = "describe protocol|cohort|estimator|endpoint|design [NAME]",
    .summary = "What a protocol or cohort file may say; which estimators, kinds of endpoints and designs there are.",
    .run = run,
};
