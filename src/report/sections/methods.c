/* methods.c -- how each effect was estimated, in a sentence, and how the trial itself behaves over its replicates. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sections.h"

static void put_method(lind_story *story, const json_t *analysis) {
  const char *method = lind_value_text(analysis, "method", lind_value_text(analysis, "estimator", "")),
             *effect = lind_value_text(analysis, "effect", NULL);
  const char *source = lind_value_text(analysis, "method_source", NULL), *estimand = lind_value_text(analysis, "estimand", NULL);
  lind_page_put(&story->page, "<dt>%s</dt>\n<dd>", lind_value_text(analysis, "title", lind_value_text(analysis, "name", "")));
  if (effect != NULL)
    lind_page_put(&story->page, "The effect is the %s on endpoint <code>%s</code>", effect,
                  lind_value_text(analysis, "endpoint", ""));
  if (effect == NULL)
    lind_page_put(&story->page, "The effect on endpoint <code>%s</code>", lind_value_text(analysis, "endpoint", ""));
  lind_page_put(&story->page, ", %s against %s, estimated by: %s",
                lind_story_arm(story, lind_value_text(analysis, "treated", "treated")),
                lind_story_arm(story, lind_value_text(analysis, "control", "control")), method);
  if (source != NULL) lind_page_put(&story->page, " (%s)", source);
  lind_page_raw(&story->page, ".");
  if (estimand != NULL) lind_page_put(&story->page, " Estimand: %s.", estimand);
  if (isfinite(lind_value_number(analysis, "level")))
    lind_page_put(&story->page, " Intervals at the %s %% level; no effect is %s.",
                  lind_value_short(100.0 * lind_value_number(analysis, "level")).text,
                  lind_value_short(lind_value_number(analysis, "null")).text);
  lind_page_raw(&story->page, "</dd>\n");
}

void lind_section_methods(lind_story *story) {
  size_t i;
  const json_t *analysis, *analyses = json_object_get(story->estimates, "analyses");
  if (json_array_size(analyses) == 0) return;
  lind_story_section(story, "methods", "How it was estimated");
  lind_page_raw(&story->page, "<dl class=\"methods\">\n");
  json_array_foreach(analyses, i, analysis) put_method(story, analysis);
  lind_page_raw(&story->page, "</dl>\n");
  const char *words = lind_value_text(lind_story_primary_term(story), "interval_is", NULL);
  if (words != NULL) lind_page_put(&story->page, "<p>The interval shown is the %s.</p>\n", words);
  lind_story_end(story);
}

/* ---- operating characteristics --------------------------------------------------------------------------------------------- */

static const char columns[] = "lnnnnnn";

static void put_term(lind_story *story, const json_t *term) {
  char label[256];
  (void)snprintf(label, sizeof label, "%s: %s", lind_value_text(term, "group", ""), lind_value_text(term, "level", ""));
  const double sd = lind_value_number(term, "sd"), se = lind_value_number(term, "se");
  const int decimals = lind_value_decimals(sd, sd / 50.0);
  const lind_value_words mean = lind_value_with_error(lind_value_number(term, "estimate"), lind_value_number(term, "mcse"));
  const lind_value_words spread = lind_value_fixed(sd, decimals), claimed = lind_value_fixed(se, decimals);
  const lind_value_words range = lind_value_interval(lind_value_number(term, "p05"), lind_value_number(term, "p95"), decimals);
  const lind_value_words power =
      lind_value_with_error(100.0 * lind_value_number(term, "power"), 100.0 * lind_value_number(term, "power_mcse"));
  const lind_value_words n = lind_value_fixed(lind_value_number(term, "replicates"), 0);
  const char *const cells[] = {
      lind_story_is_all(term) ? "All patients" : label, mean.text, spread.text, claimed.text, range.text, power.text, n.text};
  lind_table_row(story, columns, cells);
}

/* By fraction: share of the patients. By events: events, information, and what the bound spends. */
static void put_looks(lind_story *story, const json_t *design) {
  static const char *const by_share[] = {
      "Look", "Share of patients", "Efficacy, z at least", "Futility, z at most", "Stopped for efficacy %", "for futility %"};
  static const char *const by_events[] = {
      "Look", "Events", "Efficacy, z at least", "Futility, z at most", "Stopped for efficacy %", "for futility %"};
  const json_t *look, *looks = json_object_get(design, "looks");
  const bool events = json_object_get(design, "events") != NULL;
  size_t i;
  lind_table_begin(story, "Looks of the design", "lnnnnn", events ? by_events : by_share);
  json_array_foreach(looks, i, look) {
    char label[24];
    (void)snprintf(label, sizeof label, "%zu", i + 1);
    const lind_value_words share = lind_value_short(lind_value_number(look, events ? "events" : "fraction"));
    const lind_value_words high = lind_value_short(lind_value_number(look, "efficacy")),
                           low = lind_value_short(lind_value_number(look, "futility"));
    const lind_value_words good = lind_value_fixed(100.0 * lind_value_number(look, "stopped_efficacy"), 1),
                           bad = lind_value_fixed(100.0 * lind_value_number(look, "stopped_futility"), 1);
    const char *const cells[] = {label, share.text, high.text, low.text, good.text, bad.text};
    lind_table_row(story, "lnnnnn", cells);
  }
  lind_table_end(story);
}

static void put_design(lind_story *story, const json_t *design) {
  lind_page_put(&story->page, "<p>Design: %s.</p>\n", lind_value_text(design, "kind", "fixed"));
  if (json_array_size(json_object_get(design, "looks")) > 0) put_looks(story, design);
  if (json_object_get(design, "events") == NULL) return;
  const lind_value_words power = lind_value_fixed(100.0 * lind_value_number(design, "power"), 1),
                         error = lind_value_fixed(100.0 * lind_value_number(design, "power_mcse"), 1),
                         events = lind_value_fixed(lind_value_number(design, "events"), 1),
                         patients = lind_value_fixed(lind_value_number(design, "patients"), 1),
                         days = lind_value_fixed(lind_value_number(design, "duration"), 0);
  lind_page_put(
      &story->page,
      "<p>The design stops for efficacy in %s &plusmn; %s of 100 trials; on average it ends after %s days with %s events and "
      "%s patients.</p>\n",
      power.text, error.text, days.text, events.text, patients.text);
}

void lind_section_operating(lind_story *story) {
  static const char *const headers[] = {
      "Patients", "Mean effect", "SD over replicates", "Mean standard error", "5 to 95 % of trials", "Power %", "Replicates"};
  size_t i, j;
  const json_t *analysis, *term, *analyses = json_object_get(story->estimates, "analyses"),
                                 *design = json_object_get(story->estimates, "design");
  if (json_array_size(analyses) == 0) return;
  lind_story_section(story, "operating", "How such a trial behaves");
  lind_page_raw(
      &story->page,
      "<p>Over the replicates: where the effect falls, whether the standard error that a trial computes agrees with the "
      "spread that trials really have, and how often the effect is found.</p>\n");
  if (design != NULL) put_design(story, design);
  lind_table_begin(story, "Operating characteristics", columns, headers);
  json_array_foreach(analyses, i, analysis) {
    const lind_value_words unit = lind_story_effect_unit(analysis);
    char title[512];
    (void)snprintf(title, sizeof title, "%s%s%s", lind_value_text(analysis, "title", lind_value_text(analysis, "name", "")),
                   unit.text[0] != '\0' ? ", " : "", unit.text);
    lind_table_group(story, columns, title);
    json_array_foreach(json_object_get(analysis, "terms"), j, term) put_term(story, term);
  }
  lind_table_end(story);
  lind_story_end(story);
}
